"""What is said of players before their games, on a small simulated league."""

import math
import shutil
import statistics
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import hoopcast
from hoopcast import Hoopcast
from hoopcast.errors import UsageError
from hoopcast.forecast.aliases import ALIASES
from hoopcast.forecast.system import LEVELS
from hoopcast.graph import ALL_SYSTEMS
from hoopcast.outlook import LEAST_STANDARD_ERROR, PlayerOutlook, Wager
from tests.conftest import SYSTEMS
from tests.forecast.valued import SYSTEM, valued_warehouse


@pytest.fixture(scope="module")
def warehouse(forecast_warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hoopcast]:
    path = tmp_path_factory.mktemp("outlook") / "hoopcast.duckdb"
    shutil.copy(forecast_warehouse, path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOOPCAST_SYSTEMS", SYSTEMS)
        with hoopcast.open(str(path)) as opened:
            yield opened


@pytest.fixture(scope="module")
def valued(forecast_warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hoopcast]:
    """The warehouse with bets that are valued after the market."""
    path = valued_warehouse(tmp_path_factory, forecast_warehouse)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOOPCAST_SYSTEMS", SYSTEMS)
        with hoopcast.open(str(path), read_only=True) as opened:
            yield opened


@pytest.fixture(scope="module")
def day(warehouse: Hoopcast) -> date:
    """The last night."""
    found = warehouse.query("SELECT MAX(game_date) FROM nba_predictions.player_prop_predictions").rows[0][0]
    assert isinstance(found, date)
    return found


def in_detail(warehouse: Hoopcast, player: int, day: date, system: str | None = None) -> PlayerOutlook:
    found = warehouse.predict(player, system=system, update=False, dates=[day]).player
    assert found is not None
    return found


def nights(warehouse: Hoopcast) -> list[date]:
    """Dates with forecasts of the second season, in order."""
    found = warehouse.query(
        "SELECT DISTINCT game_date FROM nba_predictions.player_prop_predictions WHERE season = '2021-22' ORDER BY 1"
    ).rows
    return [day for (day,) in found]


def wagers(warehouse: Hoopcast, day: date, system: str) -> list[tuple[Wager, dict[str, Any]]]:
    """What a system's bets on a night come to, each beside its row of the forecasts; there are some."""
    rows = [row for row in warehouse.predict(system=system, update=False, dates=[day]).forecasts if row["line"]]
    found = [(in_detail(warehouse, row["player_id"], day, system).wager, row) for row in rows]
    assert found
    return [(wager, row) for wager, row in found if wager is not None]


def one_of(rows: list[dict[str, Any]], **wanted: object) -> dict[str, Any]:
    return next(row for row in rows if all(row[name] == value for name, value in wanted.items()))


def test_what_was_brought_up_to_date_is_not_written_again(warehouse: Hoopcast, day: date) -> None:
    run = warehouse.predict(dates=[day]).run
    assert run is not None
    assert (run.run_id, run.exit_status) == ("", 0)


def test_each_player_has_one_row_by_the_system_that_knows_most_of_him(warehouse: Hoopcast, day: date) -> None:
    rows = list(warehouse.predict(update=False, dates=[day]).forecasts)
    assert len({row["player_id"] for row in rows}) == len(rows)
    place = {one.system_id: number for number, one in enumerate(warehouse.graph.systems)}
    known = warehouse.query(
        "SELECT player_id, LIST(system_id) FROM nba_predictions.player_prop_predictions WHERE game_date = $day"
        " GROUP BY player_id",
        {"day": day},
    ).rows
    assert {row["player_id"]: row["system_id"] for row in rows} == {
        player: min(names, key=place.__getitem__) for player, names in known
    }


def test_rows_stand_by_game_team_and_mean(warehouse: Hoopcast, day: date) -> None:
    rows = list(warehouse.predict(update=False, dates=[day]).forecasts)
    keys = [(row["tip_off_utc"], row["game_id"], row["team_abbr"], -row["forecast_mean"]) for row in rows]
    assert keys == sorted(keys)


def test_a_system_by_name_has_a_row_for_each_of_its_levels(warehouse: Hoopcast, day: date) -> None:
    rows = list(warehouse.predict(system="linear", update=False, dates=[day]).forecasts)
    assert {row["level"] for row in rows} == {"history", "news", "market"}
    one = list(warehouse.predict(system="linear_news", update=False, dates=[day]).forecasts)
    assert {row["system_id"] for row in one} == {"linear_news"}


def test_a_team_by_any_of_its_names_has_its_players_alone(warehouse: Hoopcast, day: date) -> None:
    team = warehouse.predict(update=False, dates=[day]).forecasts.rows[0]
    abbr = one_of([dict(zip(warehouse.predict(update=False, dates=[day]).forecasts.columns, team, strict=True))])
    rows = list(warehouse.predict(team=abbr["team_abbr"].lower(), update=False, dates=[day]).forecasts)
    assert {row["team_abbr"] for row in rows} == {abbr["team_abbr"]}


def test_old_names_of_systems_still_name_them() -> None:
    for old, name in ALIASES.items():
        assert {one.name for one in ALL_SYSTEMS.named_systems(old)} == {name}


def test_ensembles_come_first_and_then_who_knows_most() -> None:
    every = ALL_SYSTEMS.systems
    assert [one.level for one in every[:4]] == ["line", "market", "news", "history"]
    assert {one.name for one in every[:4]} == {"ensemble"}
    assert every[-1].name == "market"
    ranks = [LEVELS.index(one.level) for one in every[4:-1]]
    assert ranks == sorted(ranks, reverse=True)


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"system": "oracle"}, "no system 'oracle'; choose a system"),
        ({"team": "XYZ"}, "no team 'XYZ'; write a tricode"),
        ({"team": "UTA"}, "UTA does not play on"),
        ({"player": "Zzyzx Nobody"}, "no player is called 'Zzyzx Nobody'"),
    ],
)
def test_what_does_not_exist_is_said_in_one_line(
    warehouse: Hoopcast, day: date, asked: dict[str, str], says: str
) -> None:
    with pytest.raises(UsageError, match=says):
        warehouse.predict(**asked, update=False, dates=[day])  # type: ignore[arg-type]


def test_the_distribution_in_detail_is_the_one_that_the_row_sums_up(warehouse: Hoopcast, day: date) -> None:
    for row in list(warehouse.predict(system="linear_history", update=False, dates=[day]).forecasts)[:8]:
        found = in_detail(warehouse, row["player_id"], day, "linear_history")
        chances = found.probabilities
        assert sum(chances) == pytest.approx(1)
        assert sum(points * chance for points, chance in enumerate(chances)) == pytest.approx(row["forecast_mean"])
        if row["line"] is not None and row["line"] % 1:
            above = sum(chance for points, chance in enumerate(chances) if points > row["line"])
            assert above == pytest.approx(row["probability_over"], abs=1e-5)


def test_fair_odds_give_the_forecasts_own_probability_back(warehouse: Hoopcast, day: date) -> None:
    rows = list(warehouse.predict(system="linear_history", update=False, dates=[day]).forecasts)
    row = next(row for row in rows if row["line"] is not None)
    wager = in_detail(warehouse, row["player_id"], day, "linear_history").wager
    assert wager is not None
    assert wager.fair_over is not None
    size = abs(wager.fair_over) / 100
    decimal = 1 + (size if wager.fair_over > 0 else 1 / size)
    assert 1 / decimal == pytest.approx(row["probability_over"])


def test_without_a_record_no_bet_is_valued_and_the_reason_is_told(warehouse: Hoopcast, day: date) -> None:
    for wager, row in wagers(warehouse, day, "linear_history"):
        assert (row["recommendation"], row["pass_reason"]) == ("PASS", wager.pass_reason) == ("PASS", "no record yet")
        assert (wager.side, wager.win_probability, wager.expected_value, wager.stake) == (None, None, None, None)
        assert (wager.intercept, wager.market_weight, wager.system_weight) == (None, None, None)


def test_a_bet_is_worth_what_its_row_says_and_what_its_price_makes_of_its_chance(valued: Hoopcast, day: date) -> None:
    for wager, row in wagers(valued, day, SYSTEM):
        assert wager.side is not None
        assert wager.win_probability is not None
        assert (wager.side, wager.pass_reason) == (row["better_side"].lower(), row["pass_reason"])
        for name in ("win_probability", "expected_value", "market_weight", "system_weight"):
            assert getattr(wager, name) == pytest.approx(row[name])
        assert wager.intercept == row["market_intercept"]
        american = row[f"{wager.side}_price"]
        price = 1 + (american / 100 if american > 0 else -100 / american)
        of_stake = (1 - row["probability_push"]) * (wager.win_probability * price - 1)
        assert wager.expected_value == pytest.approx(of_stake, abs=1e-5)
        log_odds = [math.log(p / (1 - p)) for p in (row["no_vig_probability_over"], row["probability_over"])]
        weights = row["market_weight"], row["system_weight"]
        moved = row["market_intercept"] + sum(map(math.prod, zip(weights, log_odds, strict=True)))
        over = 1 / (1 + math.exp(-moved))
        assert wager.win_probability == pytest.approx(over if wager.side == "over" else 1 - over, abs=1e-5)


def test_a_stake_is_shrunk_by_how_far_systems_are_apart_and_there_is_none_without_a_pick(valued: Hoopcast) -> None:
    found = [pair for day in nights(valued)[-4:] for pair in wagers(valued, day, SYSTEM)]
    for wager, row in found:
        said = {
            one["system"]: one["probability_over"]
            for one in in_detail(valued, row["player_id"], row["game_date"]).systems
        }
        by_name: dict[str, float] = {}
        for system in sorted(said, key=[one.system_id for one in valued.graph.systems].index):
            by_name.setdefault(system.rpartition("_")[0], said[system])
        spread = statistics.stdev(by_name.values()) if len(by_name) > 1 else 0.0
        error = spread * abs(row["system_weight"])
        assert wager.standard_error == pytest.approx(max(error, LEAST_STANDARD_ERROR))
        if row["recommendation"] == "PASS":
            assert wager.stake is None
            assert wager.pass_reason is not None
            continue
        assert wager.pass_reason is None
        assert wager.stake is not None
        assert wager.win_probability is not None
        american = row[f"{wager.side}_price"]
        profit = american / 100 if american > 0 else -100 / american
        kelly = ((profit + 1) * wager.win_probability - 1) / profit
        error = wager.standard_error * (profit + 1) / profit
        assert wager.stake == pytest.approx(0.25 * kelly * kelly**2 / (kelly**2 + error**2), abs=1e-5)
        assert 0 < wager.stake < 0.25 * kelly
    assert {row["recommendation"] for _, row in found} > {"PASS"}


def test_a_system_without_a_forecast_says_why(warehouse: Hoopcast, day: date) -> None:
    rows = list(warehouse.predict(update=False, dates=[day]).forecasts)
    unquoted = one_of(rows, line=None)
    found = in_detail(warehouse, unquoted["player_id"], day)
    assert found.wager is None
    assert found.absences == ("NO_LINE, no bookmaker quotes him: market_line",)
    assert found.forecast is not None
    assert {row["system"] for row in found.systems}.isdisjoint({"market_line"})
    alone = in_detail(warehouse, unquoted["player_id"], day, "market_line")
    assert alone.forecast is None
    assert alone.absences == ("NO_LINE, no bookmaker quotes him: market_line",)


def test_a_player_whose_team_rests_has_no_forecast_and_the_reason(warehouse: Hoopcast, day: date) -> None:
    playing = {row["player_id"] for row in warehouse.predict(update=False, dates=[day]).forecasts}
    everyone = warehouse.query("SELECT DISTINCT player_id FROM nba_analytics.player_game_summary ORDER BY 1").rows
    resting = next(player for (player,) in everyone if player not in playing)
    found = in_detail(warehouse, resting, day)
    assert (found.forecast, found.probabilities) == (None, ())
    assert "does not play that day" in found.absences[0] or "not in the population" in found.absences[0]


def test_a_graded_game_shows_what_then_happened(warehouse: Hoopcast, day: date) -> None:
    rows = list(warehouse.predict(system="linear_history", update=False, dates=[day]).forecasts)
    graded = warehouse.grade(dates=[day])
    assert {row["system"] for row in graded.systems} == {one.system_id for one in warehouse.graph.systems}
    scored = dict(
        warehouse.query(
            "SELECT player_id, points FROM nba_analytics.player_game_summary WHERE game_date = $day AND played_flag",
            {"day": day},
        ).rows
    )
    for row in rows[:6]:
        grade = in_detail(warehouse, row["player_id"], day, "linear_history").grade
        assert grade is not None
        assert grade["actual_points"] == scored.get(row["player_id"])


def test_results_of_a_system_add_up_to_its_graded_forecasts(warehouse: Hoopcast) -> None:
    for row in warehouse.grade(season="2021-22").systems:
        assert row["graded"] == sum(row[name] for name in ("wins", "losses", "pushes", "voids", "no_bets"))
        assert row["played"] <= row["graded"]


def test_explain_shows_what_each_system_says(warehouse: Hoopcast, day: date) -> None:
    row = next(iter(warehouse.predict(update=False, dates=[day]).forecasts))
    forecasts = list(warehouse.explain(row["player_id"], day).forecasts)
    assert [one["system"] for one in forecasts] == [
        one.system_id for one in warehouse.graph.systems if one.system_id in {said["system"] for said in forecasts}
    ]
    assert all(one["reasons"] for one in forecasts if one["system"] != "linear_history")
