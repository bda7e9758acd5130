"""What was published before tip-off stays as it was published."""

import shutil
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

import hoopcast
from hoopcast import Hoopcast
from hoopcast.errors import ForecastError, UsageError, WarehouseError
from hoopcast.forecast import recalibration
from hoopcast.forecast.publishing import PublishReport, publish
from hoopcast.warehouse.schema import prepare
from hoopcast.warehouse.tables import table
from tests.conftest import SYSTEMS
from tests.once import made_once

SCHEDULE = "nba_raw.nbac_schedule"
ISSUED = "nba_predictions.issued_forecast"
PREDICTIONS, STORED = "nba_predictions.player_prop_predictions", "nba_predictions.prediction"


def copied(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hoopcast]:
    shutil.copy(file, tmp_path / "hoopcast.duckdb")
    monkeypatch.setenv("HOOPCAST_SYSTEMS", SYSTEMS)
    with hoopcast.open(str(tmp_path / "hoopcast.duckdb")) as opened:
        yield opened


@pytest.fixture
def warehouse(forecast_warehouse: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hoopcast]:
    yield from copied(forecast_warehouse, tmp_path, monkeypatch)


def last_night(warehouse: Hoopcast) -> date:
    found = warehouse.query(f"SELECT MAX(game_date) FROM {PREDICTIONS}").rows[0][0]
    assert isinstance(found, date)
    return found


@pytest.fixture
def tonight(warehouse: Hoopcast) -> date:
    """The last night, its games not yet begun."""
    found = last_night(warehouse)
    warehouse.engine.execute(f"UPDATE {SCHEDULE} SET game_status = 1 WHERE game_date = $day", {"day": found})
    return found


def first_tip_off(warehouse: Hoopcast, day: date) -> datetime:
    found = warehouse.query(f"SELECT MIN(tip_off_utc) FROM {SCHEDULE} WHERE game_date = $day", {"day": day}).rows[0][0]
    assert isinstance(found, datetime)
    return found


def count(warehouse: Hoopcast, name: str, day: date) -> int:
    return int(warehouse.query(f"SELECT COUNT(*) FROM {name} WHERE game_date = $day", {"day": day}).rows[0][0])


def publish_at(warehouse: Hoopcast, day: date, now: datetime) -> PublishReport:
    names = warehouse.query(f"SELECT DISTINCT system_id FROM {PREDICTIONS}").rows
    return publish(warehouse.engine, [day], [name for (name,) in names], now)


def test_a_published_forecast_has_every_column_of_a_forecast_its_recalibration_and_its_moment() -> None:
    definitions = [
        {column.name: (column.type, column.not_null, column.low, column.high) for column in table(name).columns}
        for name in (PREDICTIONS, ISSUED)
    ]
    assert definitions[1].pop("issued_at_utc") == ("TIMESTAMP", True, None, None)
    assert definitions[1].pop("recalibration") == ("VARCHAR", False, None, None)
    # What the close was worth is known after the issue alone, and issues of an older layout tell no suspect price.
    assert definitions[0].pop("clv") == ("DOUBLE", False, -1, 1)
    suspect = [definition.pop("suspect_price") for definition in definitions]
    assert suspect == [("BOOLEAN", is_needed, None, None) for is_needed in (True, False)]
    assert definitions[0] == definitions[1]


def test_forecasts_of_games_to_come_are_published_once(warehouse: Hoopcast, tonight: date) -> None:
    morning = first_tip_off(warehouse, tonight) - timedelta(hours=8)
    forecasts = count(warehouse, PREDICTIONS, tonight)
    assert publish_at(warehouse, tonight, morning) == PublishReport(morning, forecasts, 0, 0)
    noon = morning + timedelta(hours=2)
    assert publish_at(warehouse, tonight, noon) == PublishReport(noon, 0, forecasts, 0)
    assert count(warehouse, ISSUED, tonight) == forecasts


def test_a_forecast_that_changed_is_published_again_and_the_first_record_stays(
    warehouse: Hoopcast, tonight: date
) -> None:
    morning = first_tip_off(warehouse, tonight) - timedelta(hours=8)
    publish_at(warehouse, tonight, morning)
    player = warehouse.query(f"SELECT MIN(player_id) FROM {PREDICTIONS} WHERE game_date = $d", {"d": tonight}).rows[0][
        0
    ]
    warehouse.engine.execute(
        f"UPDATE {STORED} SET forecast_mean = forecast_mean + 1, created_at_utc = $now"
        " WHERE game_date = $day AND player_id = $player AND system_id = 'linear_news'",
        {"day": tonight, "player": player, "now": morning},
    )
    noon = morning + timedelta(hours=2)
    assert publish_at(warehouse, tonight, noon).published == 1
    means = warehouse.query(
        f"SELECT forecast_mean, issued_at_utc FROM {ISSUED} WHERE player_id = $player AND game_date = $day"
        " AND system_id = 'linear_news' ORDER BY issued_at_utc",
        {"day": tonight, "player": player},
    ).rows
    assert [moment for _, moment in means] == [morning, noon]
    assert means[1][0] == pytest.approx(means[0][0] + 1)


def test_what_changed_back_is_published_a_third_time(warehouse: Hoopcast, tonight: date) -> None:
    morning = first_tip_off(warehouse, tonight) - timedelta(hours=8)
    for hour, shift in enumerate((0, 1, -1)):
        warehouse.engine.execute(
            f"UPDATE {STORED} SET forecast_mean = forecast_mean + $shift WHERE game_date = $day",
            {"shift": shift, "day": tonight},
        )
        assert publish_at(warehouse, tonight, morning + timedelta(hours=hour)).unchanged == 0


def test_when_a_forecast_was_computed_is_no_reason_to_publish_it_again(warehouse: Hoopcast, tonight: date) -> None:
    morning = first_tip_off(warehouse, tonight) - timedelta(hours=8)
    publish_at(warehouse, tonight, morning)
    warehouse.engine.execute(f"UPDATE {STORED} SET created_at_utc = $now", {"now": morning})
    assert publish_at(warehouse, tonight, morning + timedelta(hours=1)).published == 0


def test_from_tip_off_on_it_is_too_late(warehouse: Hoopcast, tonight: date) -> None:
    tip_off = first_tip_off(warehouse, tonight)
    forecasts = count(warehouse, PREDICTIONS, tonight)
    report = publish_at(warehouse, tonight, tip_off)
    assert report.published < forecasts
    assert report.published + report.too_late == forecasts
    begun = warehouse.query(
        f"SELECT COUNT(*) FROM {ISSUED} AS i INNER JOIN {SCHEDULE} AS s ON s.game_id = i.game_id"
        " WHERE s.tip_off_utc <= i.issued_at_utc"
    ).rows[0][0]
    assert begun == 0


def test_a_game_without_a_time_is_too_late_once_its_date_begins_in_the_east(warehouse: Hoopcast, tonight: date) -> None:
    warehouse.engine.execute(f"UPDATE {SCHEDULE} SET tip_off_utc = NULL")
    midnight = datetime(tonight.year, tonight.month, tonight.day, 4)  # noqa: DTZ001 - UTC without a zone, as stored
    assert publish_at(warehouse, tonight, midnight).published == 0
    assert publish_at(warehouse, tonight, midnight - timedelta(seconds=1)).too_late == 0


def test_final_games_are_never_published_whatever_the_clock_says(warehouse: Hoopcast, tonight: date) -> None:
    warehouse.engine.execute(f"UPDATE {SCHEDULE} SET game_status = 3")
    report = publish_at(warehouse, tonight, datetime(2000, 1, 1))  # noqa: DTZ001 - UTC without a zone, as stored
    assert (report.published, report.too_late) == (0, count(warehouse, PREDICTIONS, tonight))


def test_a_rebuild_a_forget_and_an_upgrade_leave_published_forecasts_as_they_are(
    warehouse: Hoopcast, tonight: date
) -> None:
    publish_at(warehouse, tonight, first_tip_off(warehouse, tonight) - timedelta(hours=8))
    before = warehouse.query(f"SELECT * FROM {ISSUED} ORDER BY ALL").rows
    warehouse.backfill("predictions", resume=False, skip_preflight=True, dates=[tonight])
    warehouse.engine.execute(f"ALTER TABLE {STORED} ALTER COLUMN forecast_mean TYPE BIGINT")
    warehouse.engine.execute("UPDATE nba_orchestration.warehouse_format SET layout = 'older'")
    prepare(warehouse.engine)
    warehouse.forget([tonight])
    assert warehouse.query(f"SELECT * FROM {ISSUED} ORDER BY ALL").rows == before


def test_an_upgrade_that_would_cost_published_forecasts_is_refused(warehouse: Hoopcast, tonight: date) -> None:
    publish_at(warehouse, tonight, first_tip_off(warehouse, tonight) - timedelta(hours=8))
    warehouse.engine.execute(f"ALTER TABLE {ISSUED} ALTER COLUMN edge TYPE BIGINT")
    warehouse.engine.execute("UPDATE nba_orchestration.warehouse_format SET layout = 'older'")
    with pytest.raises(WarehouseError, match=r"issued_forecast\.edge has type BIGINT, not DOUBLE; restore a backup"):
        prepare(warehouse.engine)


def test_published_forecasts_can_be_exported(warehouse: Hoopcast, tonight: date, tmp_path: Path) -> None:
    report = publish_at(warehouse, tonight, first_tip_off(warehouse, tonight) - timedelta(hours=8))
    assert warehouse.export("issued", tmp_path / "issued.parquet", dates=[tonight]) == report.published


@pytest.fixture(scope="module")
def recalibrated_warehouse(forecast_warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """File of the warehouse with recalibrations, for which so small a league has too few forecasts; to be copied."""

    def make(folder: Path) -> None:
        shutil.copy(forecast_warehouse, folder / "hoopcast.duckdb")
        with pytest.MonkeyPatch.context() as patch, hoopcast.open(str(folder / "hoopcast.duckdb")) as opened:
            patch.setenv("HOOPCAST_SYSTEMS", SYSTEMS)
            patch.setattr(recalibration, "FEWEST_ROWS", 100)
            report = opened.backfill("calibration", "predictions", resume=False, skip_preflight=True)
            assert report.exit_status == 0

    return made_once(tmp_path_factory, "recalibrated", make) / "hoopcast.duckdb"


@pytest.fixture
def recalibrated(recalibrated_warehouse: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hoopcast]:
    """A copy of the warehouse with recalibrations."""
    monkeypatch.setattr(recalibration, "FEWEST_ROWS", 100)
    yield from copied(recalibrated_warehouse, tmp_path, monkeypatch)


def publish_the_season(warehouse: Hoopcast) -> None:
    """Publish everything as it stands, as if nothing had been played; then it is played."""
    days = [day for (day,) in warehouse.query(f"SELECT DISTINCT game_date FROM {PREDICTIONS}").rows]
    systems = [name for (name,) in warehouse.query(f"SELECT DISTINCT system_id FROM {PREDICTIONS}").rows]
    warehouse.engine.execute(f"UPDATE {SCHEDULE} SET game_status = 1")
    publish(warehouse.engine, days, systems, datetime(2020, 1, 1))  # noqa: DTZ001 - UTC without a zone, as stored
    warehouse.engine.execute(f"UPDATE {SCHEDULE} SET game_status = 3")


def scores(warehouse: Hoopcast) -> list[tuple[str, str, float]]:
    found = warehouse.evaluate("moving_average_history", populations=["ALL"], published=True, season="2021-22")
    return [(one.system, one.population, one.crps) for one in found.accuracy if not one.is_baseline]


def rows_scored(warehouse: Hoopcast) -> int:
    found = warehouse.evaluate("moving_average_history", populations=["ALL"], published=True, season="2021-22")
    return sum(one.rows for one in found.accuracy if not one.is_baseline)


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM nba_predictions.calibration",
        "UPDATE nba_predictions.calibration SET knots = regexp_replace(knots, '0\\.5, 0\\.[0-9]+', '0.5, 0.5')",
    ],
)
def test_what_was_published_is_scored_by_what_it_was_published_with(recalibrated: Hoopcast, change: str) -> None:
    publish_the_season(recalibrated)
    before = scores(recalibrated)
    named = f"SELECT COUNT(*) FROM {ISSUED} WHERE system_id = 'moving_average_history' AND calibration_id <> 'identity'"
    assert recalibrated.query(named).rows[0][0] > 100
    stood = recalibrated.query("SELECT * FROM nba_predictions.calibration ORDER BY ALL").rows
    recalibrated.engine.execute(change)
    assert recalibrated.query("SELECT * FROM nba_predictions.calibration ORDER BY ALL").rows != stood
    assert scores(recalibrated) == before


def test_what_was_published_without_its_recalibration_is_scored_by_the_one_that_it_names(
    recalibrated: Hoopcast,
) -> None:
    publish_the_season(recalibrated)
    before = scores(recalibrated)
    recalibrated.engine.execute(f"ALTER TABLE {ISSUED} DROP COLUMN recalibration")
    recalibrated.engine.execute("UPDATE nba_orchestration.warehouse_format SET layout = 'older'")
    prepare(recalibrated.engine)
    assert scores(recalibrated) == before


def test_a_published_forecast_of_an_older_layout_is_followed_by_one_with_its_recalibration(
    warehouse: Hoopcast, tonight: date
) -> None:
    morning = first_tip_off(warehouse, tonight) - timedelta(hours=8)
    forecasts = publish_at(warehouse, tonight, morning).published
    warehouse.engine.execute(f"UPDATE {ISSUED} SET recalibration = NULL")
    assert publish_at(warehouse, tonight, morning + timedelta(hours=1)).published == forecasts


def test_a_forecast_whose_recalibration_is_gone_is_not_published(recalibrated: Hoopcast) -> None:
    tonight = last_night(recalibrated)
    recalibrated.engine.execute(f"UPDATE {SCHEDULE} SET game_status = 1 WHERE game_date = $day", {"day": tonight})
    recalibrated.engine.execute("DELETE FROM nba_predictions.calibration WHERE band = 3")
    with pytest.raises(
        ForecastError,
        match=r"6 of 7 rows .* `hoopcast backfill calibration/moving_average_history --dates .* --no-resume",
    ):
        publish_at(recalibrated, tonight, first_tip_off(recalibrated, tonight) - timedelta(hours=8))
    assert count(recalibrated, ISSUED, tonight) == 0


def test_a_game_without_a_status_is_not_taken_for_one_to_come(warehouse: Hoopcast, tonight: date) -> None:
    warehouse.engine.execute(f"UPDATE {SCHEDULE} SET game_status = NULL WHERE game_date = $day", {"day": tonight})
    report = publish_at(warehouse, tonight, first_tip_off(warehouse, tonight) - timedelta(hours=8))
    assert (report.published, report.too_late) == (0, count(warehouse, PREDICTIONS, tonight))


def test_a_forecast_of_a_game_that_was_put_off_is_not_published_for_the_night_that_it_was_made_for(
    warehouse: Hoopcast, tonight: date
) -> None:
    morning = first_tip_off(warehouse, tonight) - timedelta(hours=8)
    warehouse.engine.execute(
        f"UPDATE {SCHEDULE} SET game_date = game_date + 7, tip_off_utc = tip_off_utc + INTERVAL 7 DAY"
        " WHERE game_date = $day",
        {"day": tonight},
    )
    assert publish_at(warehouse, tonight, morning) == PublishReport(morning, 0, 0, 0)


def test_what_was_said_of_a_night_is_not_scored_against_the_night_that_its_game_was_put_off_to(
    recalibrated: Hoopcast,
) -> None:
    publish_the_season(recalibrated)
    last = recalibrated.query(f"SELECT MAX(game_date) FROM {ISSUED} WHERE system_id = 'moving_average_history'").rows[
        0
    ][0]
    with_last = rows_scored(recalibrated)
    kept = f"CREATE TEMP TABLE of_last AS FROM {ISSUED} WHERE game_date = $day"
    recalibrated.engine.execute(kept, {"day": last})
    recalibrated.engine.execute(f"DELETE FROM {ISSUED} WHERE game_date = $day", {"day": last})
    without_last = rows_scored(recalibrated)
    assert without_last < with_last
    recalibrated.engine.execute(
        f"INSERT INTO {ISSUED} BY NAME SELECT * REPLACE (game_date - 1 AS game_date) FROM of_last"
    )
    with pytest.raises(UsageError, match="no forecast of this range was published before tip-off"):
        recalibrated.evaluate(published=True, dates=[last])
    assert rows_scored(recalibrated) == without_last
