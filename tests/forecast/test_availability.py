"""Who will play: the same rows teach the same, no level reads a higher one, the list and reports count."""

import json

import numpy as np
import pytest

from hoopcast.arrays import FloatArray
from hoopcast.forecast import availability
from hoopcast.forecast.frame import Frame
from hoopcast.forecast.system import LEVELS, Level
from hoopcast.warehouse.tables import table

PRESENCE_LEVELS: tuple[Level, ...] = ("history", "news", "market")
EVERY_COLUMN = tuple(dict.fromkeys(name for level in PRESENCE_LEVELS for name in availability.columns(level)))


def mornings(count: int, seed: int) -> tuple[Frame, FloatArray]:
    """Expected players of whom one in five is on the list; those play one time in ten, the others nine."""
    draw = np.random.default_rng(seed)
    columns = {name: draw.uniform(0.0, 10.0, count) for name in EVERY_COLUMN}
    placed = draw.random(count) < 0.2
    for level in ("history", "news"):
        columns[f"injury_risk_{level}"] = np.where(placed, 3.0, 0.0)
    columns["games_missed_streak"] = np.where(placed, 4.0, 0.0)
    columns["ruled_out_flag"] = np.zeros(count)
    for name in ("minutes_ewma", "quoted", "team_win_pct"):
        columns[name] = np.where(draw.random(count) < 0.1, np.nan, columns[name])
    day = np.datetime64("2020-01-01") + np.arange(count) // 100
    frame = Frame(np.full(count, "0021900001", dtype=object), np.arange(count, dtype=np.int64), day, columns)
    return frame, (draw.random(count) < np.where(placed, 0.1, 0.9)).astype(np.float64)


def with_columns(frame: Frame, **values: float) -> Frame:
    """The frame with some columns that say the same in every row."""
    columns = dict(frame.columns) | {name: np.full(len(frame), value) for name, value in values.items()}
    return Frame(frame.game_id, frame.player_id, frame.game_date, columns)


@pytest.mark.parametrize("level", PRESENCE_LEVELS)
def test_the_same_rows_give_the_same_document(level: Level) -> None:
    frame, played = mornings(3000, seed=1)
    assert availability.train(frame, played, level) == availability.train(frame, played, level)


@pytest.mark.parametrize("level", PRESENCE_LEVELS)
def test_a_document_that_was_json_forecasts_the_same(level: Level) -> None:
    frame, played = mornings(3000, seed=2)
    document = availability.train(frame, played, level)
    read_back = json.loads(json.dumps(document, allow_nan=False))
    np.testing.assert_array_equal(
        availability.forecast(frame, read_back, level), availability.forecast(frame, document, level)
    )


@pytest.mark.parametrize("level", PRESENCE_LEVELS)
def test_no_column_lies_above_the_level(level: Level) -> None:
    described = {column.name: column for column in table("nba_precompute.availability_features").columns}
    for name in availability.columns(level):
        assert described[name].availability == "pre-game"
        assert LEVELS.index(described[name].level or "history") <= LEVELS.index(level), name


@pytest.mark.parametrize("level", PRESENCE_LEVELS)
def test_a_level_reads_no_column_but_its_own(level: Level) -> None:
    frame, played = mornings(2500, seed=3)
    own = Frame(
        frame.game_id,
        frame.player_id,
        frame.game_date,
        {name: frame.columns[name] for name in availability.columns(level)},
    )
    document = availability.train(own, played, level)
    assert document == availability.train(frame, played, level)
    assert len(availability.forecast(own, document, level)) == len(own)


@pytest.mark.parametrize("level", PRESENCE_LEVELS)
def test_a_player_on_the_list_is_less_likely_to_play(level: Level) -> None:
    document = availability.train(*mornings(5000, seed=4), level)
    frame, _ = mornings(500, seed=5)
    risk = "injury_risk_history" if level == "history" else "injury_risk_news"
    well, placed = (with_columns(frame, games_missed_streak=streak, **{risk: at}) for streak, at in ((0, 0), (4, 3)))
    likely, unlikely = (availability.forecast(rows, document, level) for rows in (well, placed))
    assert (unlikely < likely).all()
    assert likely.mean() == pytest.approx(0.9, abs=0.05)
    assert unlikely.mean() == pytest.approx(0.1, abs=0.05)


@pytest.mark.parametrize("level", PRESENCE_LEVELS)
def test_probabilities_lie_between_0_and_1_for_a_new_player_of_a_new_team_too(level: Level) -> None:
    document = availability.train(*mornings(3000, seed=6), level)
    frame, _ = mornings(50, seed=7)
    unknown = with_columns(frame, **dict.fromkeys(EVERY_COLUMN, np.nan))
    for rows in (frame, unknown):
        for held in (document, None):
            probability = availability.forecast(rows, held, level)
            assert np.isfinite(probability).all()
            assert ((probability >= 0) & (probability <= 1)).all()


def test_a_player_whom_a_report_rules_out_does_not_play_from_the_news_on() -> None:
    frame, played = mornings(3000, seed=8)
    ruled_out = with_columns(frame, ruled_out_flag=1.0)
    for held in (True, False):
        for level in PRESENCE_LEVELS:
            document = availability.train(frame, played, level) if held else None
            probability = availability.forecast(ruled_out, document, level)
            assert (probability > 0).all() if level == "history" else (probability == 0).all()


def test_before_there_is_a_past_the_games_missed_in_a_row_tell() -> None:
    frame, _ = mornings(8, seed=10)
    missed = np.array([0.0, 1.0, 2.0, 4.0, 8.0, 40.0, np.nan, 3.0])
    rows = Frame(frame.game_id, frame.player_id, frame.game_date, {"games_missed_streak": missed})
    found = availability.forecast(rows, None, "history")
    np.testing.assert_allclose(found, [0.89, 0.41, 0.32, 0.2, 0.12, 0.14, 0.57, 0.2])


def test_no_rows_have_no_probabilities() -> None:
    frame, played = mornings(2500, seed=11)
    document = availability.train(frame, played, "market")
    nobody = frame.rows(np.zeros(len(frame), dtype=bool))
    assert len(availability.forecast(nobody, document, "market")) == 0
