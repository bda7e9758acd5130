"""`hoopcast predict`: a night as a table, a player as a distribution, and what is published."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

import hoopcast
from hoopcast.cli.predict import _FIRST, histogram, night_table, portrait
from hoopcast.graph import Graph
from tests.cli.conftest import Call
from tests.conftest import SYSTEMS
from tests.forecast.valued import SYSTEM, valued_warehouse


@pytest.fixture
def warehouse(forecast_warehouse: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the warehouse with forecasts, in this test's folder."""
    monkeypatch.setenv("HOOPCAST_SYSTEMS", SYSTEMS)
    path = tmp_path / "hoopcast.duckdb"
    for ending in ("", ".snapshot"):
        shutil.copy(f"{forecast_warehouse}{ending}", f"{path}{ending}")
    return path


@pytest.fixture
def day(warehouse: Path) -> str:
    """The last night."""
    return asked(warehouse, "SELECT MAX(game_date) FROM nba_predictions.player_prop_predictions")


@pytest.fixture
def star(warehouse: Path, day: str) -> str:
    """Id of the player with the highest line of that night."""
    return asked(
        warehouse,
        "SELECT ARG_MAX(player_id, line) FROM nba_predictions.player_prop_predictions"
        f" WHERE game_date = '{day}' AND line IS NOT NULL",
    )


@pytest.fixture
def valued(
    forecast_warehouse: Path, tmp_path_factory: pytest.TempPathFactory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """A warehouse with bets that are valued after the market, in this test's folder."""
    monkeypatch.setenv("HOOPCAST_SYSTEMS", SYSTEMS)
    return Path(shutil.copy(valued_warehouse(tmp_path_factory, forecast_warehouse), tmp_path / "hoopcast.duckdb"))


def bet(warehouse: Path, condition: str) -> tuple[str, str]:
    """Date and player of one bet of the system that makes picks, the last that fulfils a condition."""
    rows = f"FROM nba_predictions.player_prop_predictions WHERE system_id = '{SYSTEM}' AND {condition}"
    last = asked(warehouse, f"SELECT MAX(game_date) {rows}")
    return last, asked(warehouse, f"SELECT MIN(player_id) {rows} AND game_date = '{last}'")


def asked(warehouse: Path, query: str) -> str:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        found = connection.execute(query).fetchone()
    assert found is not None
    return str(found[0])


def printed(call: Call, *arguments: object) -> str:
    done = call(*arguments)
    assert done.exit_code == 0, done.output
    return done.stdout


def test_a_night_is_a_table_of_120_columns_at_most(call: Call, day: str) -> None:
    for range_ in (("--month", day[:7], "--system", "linear"), ("--date", day, "--system", "linear")):
        lines = printed(call, "predict", *range_).splitlines()
        assert max(len(line) for line in lines) <= 120
        date = "date " if range_[0] == "--month" else ""
        heads = f"{date}game player plays mean 80 % line over EV system pick"
        assert lines[2].split() == heads.split()


def test_help_promises_the_forecasts_that_come_first(call: Call) -> None:
    promised = " ".join(printed(call, "predict", "--help").split())
    best = Graph().systems[0]
    assert f"By default the {best.name} speaks" in promised
    assert f"{_FIRST} is shown first" in promised


def test_a_system_that_speaks_alone_is_named_once(call: Call, day: str) -> None:
    lines = printed(call, "predict", "--dates", day, "--system", "linear_news").splitlines()
    assert lines[0] == f"Points on {day}, linear_news, simulated league"
    assert "system" not in lines[2].split()


def test_whoever_reads_a_table_is_told_that_it_is_no_advice(call: Call, day: str, star: str) -> None:
    assert "not betting advice" in call("predict", "--date", day).stderr
    assert "not betting advice" in printed(call, "predict", "--date", day, "--player", star)


def test_a_player_is_a_distribution_in_words_and_bars(call: Call, day: str, star: str) -> None:
    text = printed(call, "predict", "--date", day, "--player", star)
    for part in (
        "< median", "50 % interval", "80 % interval", "90 % interval", "Probability of playing", "P(over)",
        "the market's", "fair odds", "PASS: no record yet.", "What each system forecasts", "What then happened",
    ):  # fmt: skip
        assert part in text, part
    assert "█" in text
    assert max(len(line) for line in text.splitlines()) <= 120


def test_bars_are_plain_where_the_terminal_has_no_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal:
        encoding = "ascii"

    monkeypatch.setattr("sys.stdout", Terminal)
    lines = histogram([0.1, 0.2, 0.4, 0.2, 0.1], [("median", 2.0)])
    assert [line.split()[1].strip("#") for line in lines] == ["", "", ""]
    assert ["median" in line for line in lines] == [False, True, False]


@pytest.mark.parametrize("highest", [3, 20, 45, 99])
def test_bins_are_two_to_five_points_wide_and_hold_nearly_everything(highest: int) -> None:
    even = [1 / (highest + 1)] * (highest + 1) + [0.0] * (99 - highest)
    lines = histogram(even, [])
    first, last = lines[0].split()[0].split("-")
    assert 2 <= int(last) - int(first) + 1 <= 5
    assert sum(float(line.split()[-2]) for line in lines) == pytest.approx(100, abs=1.5)


def test_json_of_a_night_has_every_column(call: Call, day: str) -> None:
    rows = json.loads(printed(call, "predict", "--date", day, "--json"))
    assert {"p05", "p95", "forecast_variance", "calibration_id", "play_probability", "player_name"} <= rows[0].keys()


def test_json_of_a_player_has_his_distribution_and_every_system(call: Call, day: str, star: str) -> None:
    found = json.loads(printed(call, "predict", "--date", day, "--player", star, "--json"))
    assert sum(found["probabilities"]) == pytest.approx(1, abs=1e-4)
    assert {row["system"] for row in found["systems"]} >= {"linear_history", "market_line", "moving_average_history"}
    assert (found["wager"]["side"], found["wager"]["pass_reason"]) == (None, "no record yet")
    assert found["grade"]["actual_points"] >= 0 or found["grade"]["result"] == "VOID"


def test_a_night_tells_what_is_picked_and_what_it_is_worth_where_that_can_be_told(valued: Path) -> None:
    with hoopcast.open(str(valued), read_only=True) as warehouse:
        forecasts = warehouse.predict(system=SYSTEM, update=False, month="2021-11").forecasts
        shown = [dict(zip(night_table(forecasts).columns, row, strict=True)) for row in night_table(forecasts).rows]
        picks = set()
        for line, row in zip(shown, forecasts, strict=True):
            picks.add(line["pick"])
            reason = row["pass_reason"] or ""
            is_told = row["expected_value"] is not None and not reason.startswith("suspect")
            said = f"{(row['better_side'] or ' ')[0]} {100 * (row['expected_value'] or 0):.1f}"
            assert line["EV"] == (said if is_told and row["better_side"] else None)
            if row["recommendation"] in {"OVER", "UNDER"}:
                assert line["pick"] == row["recommendation"]
                assert 3 <= float(line["EV"].split()[1]) <= 6
            elif row["recommendation"] == "NO_LINE":
                assert (line["pick"], line["line"]) == (None, None)
            else:
                assert line["pick"] == {"suspect": "suspect", "below t": "pass"}[reason[:7]]
        assert picks >= {"suspect", "pass", None}
        assert picks & {"OVER", "UNDER"}


def test_a_system_without_a_record_or_with_a_broken_one_picks_nothing_and_says_so(call: Call, valued: Path) -> None:
    day, player = bet(valued, "recommendation IN ('OVER', 'UNDER')")
    arguments = ("predict", "--date", day, "--player", player, "--as-is", "--system", SYSTEM)
    assert "PASS" not in printed(call, *arguments)
    with duckdb.connect(str(valued)) as connection:
        connection.execute(
            "UPDATE nba_predictions.prediction SET recommendation = 'PASS',"
            " pass_reason = 'withheld: claims of +3.9 % returned -9.0 % (-12.0 to -6.0) on 900 lines'"
        )
    text = printed(call, *arguments)
    assert "PASS: withheld: claims of +3.9 % returned -9.0 % (-12.0 to -6.0) on 900 lines." in text
    assert "After the market the " in text
    for figure in ("EV ", "Kelly", "of a stake"):
        assert figure not in text
    lines = printed(call, "predict", "--date", day, "--as-is", "--system", SYSTEM).splitlines()
    assert any(" withheld" in line for line in lines)
    assert not any(" OVER" in line or " UNDER" in line for line in lines)


@pytest.mark.parametrize(
    ("condition", "parts", "absent"),
    [
        ("recommendation = better_side", ("EV +", "of a stake, ", "Quarter Kelly, that probability ± 3.0 %"), "PASS"),
        ("pass_reason LIKE 'below%'", ("EV ", "of a stake, PASS"), "Kelly"),
        ("pass_reason LIKE 'suspect%'", ("PASS: suspect price: ",), "EV "),
    ],
)
def test_a_player_is_told_what_a_bet_on_him_comes_to(
    call: Call, valued: Path, condition: str, parts: tuple[str, ...], absent: str
) -> None:
    day, player = bet(valued, condition)
    text = printed(call, "predict", "--date", day, "--player", player, "--as-is", "--system", SYSTEM)
    (after,) = (line for line in text.splitlines() if line.startswith("After the market the "))
    assert "(market 1.41, system 0.13, intercept +0.33)" in after
    told = text[text.index("P(over)") : text.index("What each system forecasts")]
    assert all(part in told for part in parts)
    assert absent not in told.replace("EV of", "")


def test_of_a_price_that_stands_alone_the_margin_is_said_to_be_assumed(warehouse: Path, day: str, star: str) -> None:
    with hoopcast.open(str(warehouse), read_only=True) as opened:
        outlook = opened.predict(star, system="moving_average", update=False, dates=[day]).player
    assert outlook is not None
    assert outlook.forecast is not None
    assumed = "(one price: a margin of 4.8 % is assumed)"
    assert assumed not in "\n".join(portrait(outlook))
    alone = replace(outlook, forecast={**outlook.forecast, "under_price": None})
    assert assumed in "\n".join(portrait(alone))


def test_json_of_a_player_has_what_a_bet_on_him_comes_to(call: Call, valued: Path) -> None:
    day, player = bet(valued, "recommendation IN ('OVER', 'UNDER')")
    arguments = ("--date", day, "--player", player, "--as-is", "--system", SYSTEM, "--json")
    wager = json.loads(printed(call, "predict", *arguments))["wager"]
    assert wager["side"] in {"over", "under"}
    assert 0.03 <= wager["expected_value"] < 0.06
    assert 0.4 < wager["win_probability"] < 0.7
    assert 0 < wager["stake"] < 0.05
    assert wager["pass_reason"] is None


def test_a_player_over_several_dates_is_a_table(call: Call, day: str, star: str) -> None:
    lines = printed(call, "predict", "--month", day[:7], "--player", star).splitlines()
    assert len(lines) > 4
    assert "█" not in "".join(lines)


def test_what_is_missing_is_made_first_and_as_is_makes_nothing(call: Call, day: str, warehouse: Path) -> None:
    with duckdb.connect(str(warehouse)) as connection:
        for name in ("ledger", "failures"):
            connection.execute(
                f"DELETE FROM nba_orchestration.{name} WHERE table_name = 'nba_predictions.player_prop_predictions'"
            )
        connection.execute("DELETE FROM nba_predictions.prediction")
    done = call("predict", "--date", day, "--as-is")
    assert (done.exit_code, done.stdout) == (0, "")
    assert "no forecasts by" in done.stderr
    assert len(printed(call, "predict", "--date", day).splitlines()) > 10
    assert asked(warehouse, "SELECT COUNT(DISTINCT game_date) FROM nba_predictions.player_prop_predictions") == "1"


def test_where_systems_have_to_learn_the_forecasts_of_one_that_does_not_come_first(
    call: Call, day: str, warehouse: Path
) -> None:
    assert "learning before this forecast" not in call("predict", "--date", day).stderr
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("DELETE FROM nba_orchestration.ledger WHERE table_name = 'nba_predictions.trained_model'")
    done = call("predict", "--date", day)
    assert done.exit_code == 0, done.output
    assert "learning before this forecast, which may take minutes: " in done.stderr
    first, then = (line for line in done.stdout.splitlines() if line.startswith(f"Points on {day}"))
    assert first == f"Points on {day}, moving_average_history, simulated league"
    assert then != first


def test_games_that_are_over_are_too_late_to_be_published(call: Call, day: str) -> None:
    done = call("predict", "--date", day, "--publish", "--json")
    assert done.exit_code == 0
    assert json.loads(done.stdout)
    assert "0 forecasts published at " in done.stderr
    assert "too late: their games have begun" in done.stderr


def test_games_to_come_are_published_and_then_stay_as_they_are(call: Call, day: str, warehouse: Path) -> None:
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(
            "UPDATE nba_raw.nbac_schedule SET game_status = 1, tip_off_utc = '2999-01-01' WHERE game_date >= ?", [day]
        )
    first = call("predict", "--date", day, "--publish", "--system", "linear_news")
    assert first.exit_code == 0, first.output
    rows = asked(warehouse, "SELECT COUNT(*) FROM nba_predictions.issued_forecast")
    assert int(rows) > 0
    assert f"{rows} forecasts published at " in first.stderr
    second = call("predict", "--date", day, "--publish", "--system", "linear_news")
    assert "0 forecasts published at " in second.stderr
    assert f"{rows} forecasts on record as they are" in second.stderr


def test_nothing_is_published_where_forecasts_could_not_be_brought_up_to_date(
    call: Call, day: str, warehouse: Path
) -> None:
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(
            "UPDATE nba_raw.nbac_schedule SET game_status = 1, tip_off_utc = '2999-01-01' WHERE game_date >= ?", [day]
        )
        # A price beyond what forecasts hold, below forecasts that the ledger no longer knows.
        connection.execute("UPDATE nba_analytics.player_prop_line SET over_price = 1000000 WHERE game_date = ?", [day])
        connection.execute(
            "DELETE FROM nba_orchestration.ledger"
            " WHERE table_name = 'nba_predictions.player_prop_predictions' AND partition_date = ?",
            [day],
        )
    done = call("predict", "--date", day, "--publish", "--system", "linear_news")
    assert done.exit_code == 1
    assert "nothing published: not all forecasts could be brought up to date" in done.stderr
    assert asked(warehouse, "SELECT COUNT(*) FROM nba_predictions.issued_forecast") == "0"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ("", "name a date, such as --date 2022-01-15"),
        ("--date 2021-11-01 --month 2021-11", "are two ranges"),
        ("--date tomorrow", "'tomorrow' is not a date"),
        ("--date 2022-07-01", "no regular games on 2022-07-01"),
        ("--date DAY --team XYZ", "no team 'XYZ'"),
        ("--date DAY --team UTA", "UTA does not play on"),
        ("--date DAY --system oracle", "no system 'oracle'; choose a system"),
        ("--date DAY --player Nobody", "no player is called 'Nobody'"),
        ("--date DAY --publish --team CHI", "--publish takes whole dates"),
        ("--date DAY --publish --as-is", "--publish takes whole dates"),
        ("--date DAY --format xml", "is not one of"),
    ],
)
def test_a_broken_call_ends_in_one_line(call: Call, day: str, arguments: str, says: str) -> None:
    done = call("--quiet", "predict", *arguments.replace("DAY", day).split())
    assert done.exit_code == 2
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith("error: ")
    assert says in done.stderr
