"""A name finds its player, by team and season where several have it, or nobody."""

import difflib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoopcast.nba.names import aliases, without_suffix
from hoopcast.players import Mention, Resolution, known_from, known_players, resolve
from tests.pipeline import small

KNOWN = known_from(
    [
        (1, "Gary Payton II", "GSW", "2021-22"),
        (2, "Marcus Morris Sr.", "LAC", "2021-22"),
        (3, "Justin Jackson", "PHX", "2021-22"),
        (4, "Justin Jackson", "MIN", "2018-19"),
        (5, "Dennis Schröder", "BOS", "2021-22"),
        (6, "Jalen Williams", "OKC", "2021-22"),
        (7, "Jalen Williams", "OKC", "2021-22"),
        (8, "Larry Nance", "CLE", "2018-19"),
        (9, "Larry Nance Jr.", "CLE", "2018-19"),
        (10, "Bones Hyland", "DEN", "2021-22"),
        (11, "P.J. Tucker", None, "2021-22"),
    ]
)


def found(name: str, team: str | None = None, season: str | None = "2021-22") -> int | None:
    """The player that a name means."""
    mention = Mention(name, team, season)
    return resolve([mention], KNOWN)[mention].player_id


@pytest.mark.parametrize(("name", "team", "player_id"), [
    ("Gary Payton", "GSW", 1), ("Gary Payton II", "GSW", 1), ("Marcus Morris", "LAC", 2), ("Dennis Schr?der", "BOS", 5),
    ("Nah'Shon Hyland / Bones Hyland", "DEN", 10), ("Nah'Shon Hyland", "DEN", 10), ("PJ Tucker", None, 11),
    ("Tucker, P.J.", "MIA", 11), ("Payton II, Gary", "GSW", 1), ("Nobody Known", "GSW", None), ("(DTD)", "GSW", None),
    ("", None, None),
])  # fmt: skip
def test_a_name_finds_its_player_however_it_is_written(name: str, team: str | None, player_id: int | None) -> None:
    assert found(name, team) == player_id


def test_of_two_players_of_one_name_team_and_season_decide() -> None:
    assert found("Justin Jackson", "PHX", "2021-22") == 3
    assert found("Justin Jackson", "MIN", "2018-19") == 4
    assert found("Justin Jackson", "MIN", "2019-20") == 4
    assert found("Justin Jackson", "BOS", "2021-22") == 3
    assert found("Justin Jackson", "BOS", "2019-20") is None


def test_of_two_players_who_differ_by_the_suffix_the_suffix_decides() -> None:
    assert found("Larry Nance Jr.", "CLE", "2018-19") == 9
    assert found("Larry Nance", "CLE", "2018-19") == 8


def test_a_name_of_two_players_in_one_team_is_nobody_and_names_both() -> None:
    mention = Mention("Jalen Williams", "OKC", "2021-22")
    resolution = resolve([mention], KNOWN)[mention]
    assert resolution.player_id is None
    assert resolution.candidates == "Jalen Williams (6), Jalen Williams (7)"


def test_a_misspelt_name_is_nobody_and_comes_with_the_nearest_names() -> None:
    mention = Mention("Denis Schroeder", "BOS", "2021-22")
    resolution = resolve([mention], KNOWN)[mention]
    assert (resolution.player_id, resolution.candidates) == (None, "Dennis Schröder (5)")


def test_a_player_is_called_by_his_newest_name_in_a_box_score_not_by_the_slug_of_a_line() -> None:
    engine = small.small_league(years=(2021,))
    engine.execute(
        "INSERT INTO nba_raw.points_prop_line (player_id, player_name, season, game_date)"
        " VALUES (1, 'zeasyslug', '2021-22', DATE '2022-03-01')"
    )
    small.change(engine, small.night(2021, 5), "player_name = 'An Other'")
    assert known_players(engine).names[1] == "An Other"


NAMES = st.text("abdeilnorsz -'.", min_size=1, max_size=14)


@given(st.lists(NAMES, max_size=12, unique=True), NAMES)
def test_the_names_that_are_suggested_are_the_closest_of_all(names: list[str], wanted: str) -> None:
    known = known_from((number, name, "BOS", "2021-22") for number, name in enumerate(names))
    (resolution,) = resolve([Mention(wanted, "BOS", "2021-22")], known).values()
    if resolution.player_id is None and without_suffix(wanted) not in known.by_base:
        close = {
            player
            for alias in aliases(wanted)
            for key in difflib.get_close_matches(without_suffix(alias), list(known.by_base), 3, 0.7)
            for player in known.by_base[key]
        }
        assert resolution.candidates == ", ".join(f"{names[player]} ({player})" for player in sorted(close)[:6])


def test_nobody_is_suggested_where_nobody_is_known() -> None:
    mention = Mention("Jalen Green", "HOU", "2021-22")
    assert resolve([mention], known_from([]))[mention] == Resolution(None, "")
