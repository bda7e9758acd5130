"""What `system_performance` adds up, against a plain count over the graded forecasts."""

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import pytest

import hoopcast
from hoopcast.api import Hoopcast
from hoopcast.league import TINY_LEAGUE, simulate, write
from tests.forecast.valued import few_lines_are_enough
from tests.market.leagues import with_market

if TYPE_CHECKING:
    from datetime import date

SEASON = "2021-22"
SUREST = 0.995
PERIODS = {"date": 10, "month": 7, "season": 0}


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hoopcast]:
    """Two seasons of a simulated league with the forecasts and grades of the moving average."""
    folder = tmp_path_factory.mktemp("performance")
    league = simulate(("2020-21", SEASON), seed=3, size=TINY_LEAGUE)
    # A market that leaves something out, so that there are bets.
    write(with_market(league, ignored=0.4), folder / "files")
    with hoopcast.open(str(folder / "league.duckdb")) as warehouse, pytest.MonkeyPatch.context() as patch:
        few_lines_are_enough(patch)
        warehouse.ingest(folder / "files")
        assert warehouse.backfill().exit_status == 0
        yield warehouse


def rows_of(warehouse: Hoopcast, sql: str) -> list[dict[str, Any]]:
    """Rows of a query as dictionaries."""
    found = warehouse.query(sql)
    return [dict(zip(found.columns, row, strict=True)) for row in found.rows]


def populations(warehouse: Hoopcast) -> dict[tuple[str, int], set[str]]:
    """Populations without PROP of each appearance, counted game by game."""
    seen: dict[int, list[dict[str, Any]]] = defaultdict(list)
    found: dict[tuple[str, int], set[str]] = {}
    for game in rows_of(
        warehouse,
        "SELECT game_id, player_id, season, points, minutes FROM nba_analytics.player_game_summary"
        " WHERE played_flag ORDER BY game_date, game_id, player_id",
    ):
        before = seen[game["player_id"]]
        this_season = [one for one in before if one["season"] == game["season"]]
        last_10 = this_season[-10:]
        names = {"ALL"} if before else set()
        if len(this_season) >= 10:
            names.add("GP10")
            names |= {"MIN20"} if sum(one["minutes"] for one in last_10) / 10 >= 20 else set()
            names |= {"PTS20"} if sum(one["points"] for one in last_10) / 10 >= 20 else set()
        found[game["game_id"], game["player_id"]] = names
        before.append(game)
    return found


def interval(days: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """A ratio of sums over days with 1.96 standard errors of whole days."""
    top, bottom = sum(above for above, _ in days), sum(below for _, below in days)
    ratio = top / bottom
    return ratio, 1.96 * math.sqrt(sum((above - ratio * below) ** 2 for above, below in days)) / bottom


def total(name: str, rows: Sequence[dict[str, Any]]) -> float:
    """Sum of a column."""
    return math.fsum(row[name] for row in rows)


def check(row: dict[str, Any], names: tuple[str, str, str], days: Sequence[tuple[float, float]]) -> None:
    """See that a row holds the ratio of these sums, and with more than one day its interval."""
    ratio, width = interval(days)
    low, high = (pytest.approx(end, abs=1e-5) if len(days) > 1 else None for end in (ratio - width, ratio + width))
    assert tuple(row[name] for name in names) == (pytest.approx(ratio, abs=2e-6), low, high)


def test_every_period_and_population_is_what_a_plain_count_says(graded: Hoopcast) -> None:
    belongs = populations(graded)
    by_day: dict[tuple[str, date], list[dict[str, Any]]] = defaultdict(list)
    for row in rows_of(
        graded,
        f"""SELECT a.*, p.line, p.probability_over FROM nba_predictions.prediction_accuracy AS a
        INNER JOIN nba_predictions.player_prop_predictions AS p USING (market, game_id, player_id, system_id)
        WHERE a.season = '{SEASON}' AND a.actual_points IS NOT NULL""",
    ):
        names = belongs[row["game_id"], row["player_id"]]
        for name in names | ({"PROP"} if "ALL" in names and row["line"] is not None else set()):
            by_day[name, row["game_date"]].append(row)
    stored = rows_of(graded, f"SELECT * FROM nba_predictions.system_performance WHERE season = '{SEASON}'")
    assert {row["population"] for row in stored} == {"ALL", "GP10", "MIN20", "PTS20", "PROP"}
    assert {row["period"] for row in stored} == set(PERIODS)
    assert max(row["bets"] for row in stored) > 20
    for row in stored:
        part = str(row["game_date"])[: PERIODS[row["period"]]]
        days = [
            rows
            for (name, day), rows in by_day.items()
            if name == row["population"] and day <= row["game_date"] and str(day).startswith(part)
        ]
        every = [one for rows in days for one in rows]
        assert row["forecasts"] == len(every)
        if not every:
            assert row["mae"] is None
            continue
        check(row, ("mae", "mae_low", "mae_high"), [(total("absolute_error", rows), len(rows)) for rows in days])
        check(row, ("crps", "crps_low", "crps_high"), [(total("crps", rows), len(rows)) for rows in days])
        assert row["bias"] == pytest.approx(sum(one["error"] for one in every) / len(every), abs=2e-6)
        assert row["rmse"] == pytest.approx(math.sqrt(sum(one["error"] ** 2 for one in every) / len(every)), abs=1e-5)
        inside = sum(0.1 <= one["pit"] < 0.9 for one in every) / len(every)
        assert row["coverage_80"] == pytest.approx(inside, abs=1e-6)
        bets = [one for one in every if one["result"] in {"WIN", "LOSS"}]
        assert row["bets"] == len(bets)
        if bets:
            settled = [[one for one in rows if one["result"] in {"WIN", "LOSS"}] for rows in days]
            won = [(sum(one["result"] == "WIN" for one in rows), len(rows)) for rows in settled]
            check(row, ("hit_rate", "hit_rate_low", "hit_rate_high"), won)
            gained = [(total("profit", rows), len(rows)) for rows in settled]
            check(row, ("return_rate", "return_low", "return_high"), gained)
        said = [
            one["probability_over"] if one["actual_points"] > one["line"] else 1 - one["probability_over"]
            for one in every
            if one["line"] is not None and one["actual_points"] != one["line"]
        ]
        assert row["line_forecasts"] == len(said)
        if said:
            kept = [min(max(chance, 1 - SUREST), SUREST) for chance in said]
            assert row["line_log_loss"] == pytest.approx(-sum(map(math.log, kept)) / len(kept), abs=1e-5)


def test_what_a_season_came_to_is_what_evaluate_says(graded: Hoopcast) -> None:
    found = {one.population: one for one in graded.evaluate(season=SEASON).accuracy if not one.is_baseline}
    last = rows_of(
        graded,
        f"""SELECT * FROM nba_predictions.system_performance WHERE season = '{SEASON}' AND period = 'season'
        AND season_stage = 'regular'
        QUALIFY ROW_NUMBER() OVER (PARTITION BY population, system_id ORDER BY game_date DESC) = 1""",
    )
    compared = [row for row in last if row["population"] in found]
    assert compared
    for row in compared:
        one = found[row["population"]]
        assert (row["forecasts"], row["mae"]) == (one.rows, pytest.approx(one.mae, abs=1e-5))
        assert (row["crps"], row["bias"]) == (pytest.approx(one.crps, abs=1e-5), pytest.approx(one.bias, abs=1e-5))


def test_a_date_written_again_alone_is_what_the_season_wrote(graded: Hoopcast) -> None:
    everything = "SELECT * FROM nba_predictions.system_performance ORDER BY ALL"
    before = graded.query(everything).rows
    last = max(row["game_date"] for row in rows_of(graded, "SELECT game_date FROM nba_predictions.system_performance"))
    for table in ("system_day_score", "system_performance"):
        assert graded.backfill(table, dates=[last], resume=False, skip_preflight=True).exit_status == 0
    assert graded.query(everything).rows == before
