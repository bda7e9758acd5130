"""Faults are as many as asked for, and those that heal do."""

from pathlib import Path

import duckdb
import numpy as np
import pytest

from hoopcast.errors import UsageError
from hoopcast.league import TINY_LEAGUE, Columns, simulate
from tests.league.faulty import NO_FAULTS, SOME_FAULTS, Faults, FaultyLeague, lay_faults, write_faulty

SEASON = "2021-22"
KEYS = {
    "schedule": ("game_id",),
    "player_box": ("GAME_ID", "PLAYER_ID"),
    "team_box": ("GAME_ID", "TEAM_ID"),
    "starters": ("game_id", "player_id"),
    "shots": ("GAME_ID", "EVENTNUM"),
    "game_lines": ("game_id",),
    "points_props": ("game_date", "player_id"),
}


def tiny(faults: Faults) -> FaultyLeague:
    return lay_faults(simulate((SEASON,), 4, TINY_LEAGUE), faults)


def rows_of(columns: Columns, key: tuple[str, ...]) -> dict[tuple[object, ...], tuple[object, ...]]:
    """Rows by key; NaN as None, so that equal rows are equal."""
    values = [
        [None if value != value else value for value in column.tolist()]  # noqa: PLR0124
        for column in columns.values()
    ]
    rows = list(zip(*values, strict=True))
    places = [list(columns).index(name) for name in key]
    return {tuple(row[place] for place in places): row for row in rows}


def test_without_faults_nothing_is_corrected_or_broken() -> None:
    league = tiny(NO_FAULTS)
    assert not league.corrections
    assert len(league.broken["row"]) == 0


@pytest.mark.parametrize(
    "faults", [Faults(late_corrections=5), Faults(postponed_games=6), Faults(late_corrections=3, postponed_games=3)]
)
def test_first_files_and_corrections_together_are_the_faultless_league(faults: Faults) -> None:
    sound, faulty = tiny(NO_FAULTS).tables[SEASON], tiny(faults)
    for table, key in KEYS.items():
        rows = rows_of(faulty.tables[SEASON][table], key)
        if table in faulty.corrections[SEASON]:
            rows |= rows_of(faulty.corrections[SEASON][table], key)
        assert rows == rows_of(sound[table], key), table


def test_a_corrected_game_had_two_wrong_men_and_right_totals() -> None:
    sound, faulty = tiny(NO_FAULTS).tables[SEASON]["player_box"], tiny(Faults(late_corrections=5))
    first = faulty.tables[SEASON]["player_box"]
    games = np.unique(first["GAME_ID"][first["PTS"] != sound["PTS"]].astype(str))
    assert len(games) == 5
    for game in games:
        assert first["PTS"][first["GAME_ID"] == game].sum() == sound["PTS"][sound["GAME_ID"] == game].sum()
    assert (first["PTS"] == 2 * first["FGM"] + first["FG3M"] + first["FTM"]).all()
    assert (first["FTM"] <= first["FTA"]).all()


def test_a_postponed_game_stands_on_an_earlier_date_without_result_until_the_later_schedule() -> None:
    faulty = tiny(Faults(postponed_games=4))
    first, later = faulty.tables[SEASON], faulty.corrections[SEASON]
    waiting = first["schedule"]["game_status"] == 1
    games = set(first["schedule"]["game_id"][waiting].tolist())
    assert len(games) == 4
    assert set(later["schedule"]["game_id"].tolist()) == games
    assert np.ma.getmaskarray(first["schedule"]["home_score"])[waiting].all()
    moved = dict(zip(later["schedule"]["game_id"], later["schedule"]["game_date"], strict=True))
    for game, day in zip(first["schedule"]["game_id"][waiting], first["schedule"]["game_date"][waiting], strict=True):
        assert day < moved[game]
    assert not games & set(first["player_box"]["GAME_ID"].tolist())


def test_games_without_shots_have_a_box_score_and_no_shot() -> None:
    tables = tiny(Faults(games_without_shots=3)).tables[SEASON]
    assert len(set(tables["player_box"]["GAME_ID"]) - set(tables["shots"]["GAME_ID"])) == 3


def test_duplicates_repeat_sound_rows() -> None:
    sound, faulty = tiny(NO_FAULTS).tables[SEASON], tiny(Faults(duplicate_rows=0.1)).tables[SEASON]
    for table, key in KEYS.items():
        count = len(sound[table][key[0]])
        assert len(faulty[table][key[0]]) == count + round(0.1 * count)
        assert rows_of(faulty[table], key) == rows_of(sound[table], key)


def test_live_lines_were_seen_before_and_after_tip_off() -> None:
    tables = tiny(Faults(live_lines=0.5)).tables[SEASON]
    live, schedule, box = tables["points_props_live"], tables["schedule"], tables["player_box"]
    game = dict(zip(zip(box["GAME_DATE"], box["PLAYER_ID"], strict=True), box["GAME_ID"], strict=True))
    times = dict(zip(schedule["game_id"], schedule["game_time_et"], strict=True))
    assert len(live["line"]) % 3 == 0
    before = 0
    for day, player, seen in zip(live["game_date"], live["player_id"], live["captured_at_utc"], strict=True):
        if (day, player) in game:
            hours = 4 if day < "2021-11-07" else 5
            tip_off = np.datetime64(f"{day}T{times[game[day, player]]}") + np.timedelta64(hours, "h")
            before += seen < tip_off
    assert 0.6 * len(live["line"]) <= before <= 0.67 * len(live["line"])


def test_prices_spreads_and_names_are_spoilt_as_asked() -> None:
    league = tiny(Faults(one_sided_prices=0.3, suspect_lines=2, mangled_names=0.5))
    tables = league.tables[SEASON]
    assert 0.1 < np.ma.getmaskarray(tables["points_props"]["under_odds"]).mean() < 0.5
    assert tables["game_lines"]["suspect_line"].sum() == 2
    sound, names = (each.injury_transactions for each in (tiny(NO_FAULTS), league))
    changed = (sound["Acquired"] != names["Acquired"]) | (sound["Relinquished"] != names["Relinquished"])
    assert 0.25 < changed.mean() < 0.75
    assert (sound["Notes"] == names["Notes"]).all()


def test_broken_rows_stand_where_the_league_says_they_do() -> None:
    league = tiny(Faults(broken_rows=20))
    assert len(league.broken["row"]) == 20
    assert len(set(league.broken["reason"])) == 10
    sound = tiny(NO_FAULTS).tables[SEASON]
    for table in sorted(set(league.broken["table"])):
        changed = np.zeros(len(next(iter(sound[table].values()))), dtype=bool)
        for name, values in league.tables[SEASON][table].items():
            same = np.ma.filled(values == sound[table][name], fill_value=False) | (values != values)  # noqa: PLR0124
            changed |= ~same & ~(np.ma.getmaskarray(sound[table][name]))
        rows = league.broken["row"][league.broken["table"] == table]
        assert sorted(rows.tolist()) == np.flatnonzero(changed).tolist(), table


def test_a_league_with_every_fault_is_written_and_read_again(tmp_path: Path) -> None:
    league = tiny(SOME_FAULTS)
    paths = write_faulty(league, tmp_path)
    assert {path.relative_to(tmp_path).parts[0] for path in paths} == {
        "injury_transactions.parquet",
        SEASON,
        "corrections",
    }
    for path in paths:
        expected = (
            league.injury_transactions
            if path.parent == tmp_path
            else (league.corrections if "corrections" in path.parts else league.tables)[SEASON][path.stem]
        )
        with duckdb.connect() as connection:
            count = connection.execute(f"SELECT COUNT(*) FROM '{path}'").fetchall()[0][0]
        assert count == len(next(iter(expected.values())))


def test_the_same_league_is_written_as_the_same_bytes(tmp_path: Path) -> None:
    league = tiny(SOME_FAULTS)
    first, second = (write_faulty(league, tmp_path / name) for name in ("one", "two"))
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


@pytest.mark.parametrize("wrong", [{"duplicate_rows": 1.5}, {"live_lines": -0.1}, {"broken_rows": -1}])
def test_faults_that_can_not_be_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(UsageError):
        Faults(**wrong)  # type: ignore[arg-type]


def test_more_unlucky_games_than_games_are_refused() -> None:
    with pytest.raises(UsageError):
        tiny(Faults(postponed_games=30, late_corrections=10))
