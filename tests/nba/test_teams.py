"""The 30 teams and their aliases."""

import pytest

from hoopcast.nba.teams import TEAMS, normalise_team


def test_there_are_thirty_teams_each_with_an_id_and_a_tricode_of_its_own() -> None:
    assert len(TEAMS) == len({team.team_id for team in TEAMS}) == len({team.abbr for team in TEAMS}) == 30


@pytest.mark.parametrize(
    ("text", "abbr"),
    [
        ("BRK", "BKN"), ("PHO", "PHX"), ("CHO", "CHA"), ("GS", "GSW"), ("NO", "NOP"), ("NY", "NYK"), ("SA", "SAS"),
        ("WSH", "WAS"), ("LA Clippers", "LAC"), ("Los Angeles Clippers", "LAC"), ("Los Angeles Lakers", "LAL"),
        ("76ers", "PHI"), ("Sixers", "PHI"), ("trail blazers", "POR"), ("Blazers", "POR"), (" mil ", "MIL"),
        ("Golden State", "GSW"), ("1610612749", "MIL"),
    ],
)  # fmt: skip
def test_other_sources_spellings_become_the_tricode(text: str, abbr: str) -> None:
    assert normalise_team(text) == abbr


def test_every_tricode_city_name_and_nickname_resolves_to_its_own_team() -> None:
    for team in TEAMS:
        aliases = (team.abbr, str(team.team_id), team.name, team.nickname)
        assert {normalise_team(text) for text in aliases} == {team.abbr}


@pytest.mark.parametrize("text", ["", "LA", "Los Angeles", "BAR", "LBN", "Harlem Globetrotters"])
def test_what_names_no_single_team_resolves_to_none(text: str) -> None:
    assert normalise_team(text) is None
