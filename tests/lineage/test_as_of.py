"""No result reaches what is known before its game, and no information level a lower one: by the models' text.

Each test plants one leak in a model and asks that it is found, at the columns that it reaches.
"""

import re
from collections.abc import Iterator

import pytest

from hoopcast.lineage.columns import Problem, check_lineage
from hoopcast.pipeline.node import Node, select_nodes, sql_nodes
from tests.nodes import node_from_text

# What opens a gate when it is loosened by a day: `d < D`, an end at 1 PRECEDING, and `D <= valid_to`.
LOOSENED = [
    (re.compile(r"(\b\w+\.(?:game_date|valid_from|known_after|season)) < "), r"\1 <= "),
    (re.compile(r"AND 1 PRECEDING"), "AND CURRENT ROW"),
    (re.compile(r" <= (\w+\.(?:valid_to|known_until))"), r" < \1"),
    (re.compile(r"AND CURRENT ROW"), "AND 1 FOLLOWING"),
]
# Where the date says no more than the season beside it, and where news of the day itself counts.
HARMLESS = ("a.season < g.season", "g.game_date < n.valid_to", "g.game_date <= m.valid_to")


def changed(short: str, *changes: tuple[str, str]) -> Node:
    """A model of the package with pieces of its text replaced, each of which occurs once."""
    (model,) = select_nodes((short,))
    text = model.table.text
    for old, new in changes:
        assert text.count(old) == 1, f"{old} stands {text.count(old)} times in {model.name}"
        text = text.replace(old, new)
    return node_from_text(text, model.table.phase, model.name.split(".")[1])


def found(model: Node) -> dict[str, set[str]]:
    """Columns with a problem, by rule."""
    rules: dict[str, set[str]] = {}
    for problem in check_lineage([model]):
        rules.setdefault(problem.rule, set()).add(problem.column)
    return rules


@pytest.mark.parametrize("model", sql_nodes(), ids=lambda model: model.table.short)
def test_no_model_reads_what_is_known_only_later_or_at_a_higher_level(model: Node) -> None:
    assert check_lineage([model]) == ()


def loosened_gates() -> Iterator[tuple[str, Node]]:
    """Each model with one gate loosened, for each gate of each model."""
    for model in sql_nodes():
        stem, text = model.name.split(".")[1], model.table.text
        for pattern, loose in LOOSENED:
            for place in pattern.finditer(text):
                around = text[max(place.start() - 60, 0) : place.end() + 15]
                if any(piece in around for piece in HARMLESS):
                    continue
                line = text[: place.start()].count("\n") + 1
                planted = text[: place.start()] + place.expand(loose) + text[place.end() :]
                yield f"{stem}:{line}:{place[0].strip()}", node_from_text(planted, model.table.phase, stem)


@pytest.mark.parametrize(("gate", "leak"), [pytest.param(*gate, id=gate[0]) for gate in loosened_gates()])
def test_a_gate_that_is_loosened_anywhere_is_found(gate: str, leak: Node) -> None:
    assert check_lineage([leak]) != (), gate


def test_a_problem_names_the_column_what_it_reads_and_why_not() -> None:
    problems = check_lineage([changed("tdza", ("f.valid_from < d.analysis_date", "f.valid_from <= d.analysis_date"))])
    wanted = Problem(
        "nba_precompute.team_defense_zone_analysis",
        "defensive_rating_last_15",
        "as-of",
        "reads nba_analytics.team_defense_game_summary.points_allowed, known after the game, behind no as-of gate",
    )
    assert wanted in problems
    assert "analysis_date" not in {problem.column for problem in problems}


UTGC, TOGS = "nba_analytics.upcoming_team_game_context", "nba_analytics.team_offense_game_summary"
UPGC, PGS = "nba_analytics.upcoming_player_game_context", "nba_analytics.player_game_summary"
LINE, BOX = "nba_analytics.player_prop_line", "nba_raw.nbac_player_boxscore"


def planted(inputs: str, value: str, rest: str, level: str = "history") -> Node:
    """A pre-game model of one value beside its key, for the rows of `u`."""
    key = "".join(
        f"    u.{name}, -- {kind}! {name} [pre-game history]\n"
        for name, kind in (
            ("game_id", "VARCHAR"),
            ("team_abbr", "VARCHAR"),
            ("season", "VARCHAR"),
            ("game_date", "DATE"),
        )
    )
    text = (
        "-- Planted.\n-- grain: game_id, team_abbr\n-- time: game_date\n-- look-back: 1\n-- expected: team_games\n"
        f"-- inputs: {inputs}\nSELECT\n{key}    {value} AS planted -- DOUBLE a value [pre-game {level}]\n{rest}\n"
    )
    return node_from_text(text, "precompute", "planted")


def test_the_result_of_the_same_game_is_found() -> None:
    model = planted(
        f"{UTGC} same, {TOGS} same",
        "CASE WHEN g.win_flag THEN 1 ELSE 0 END",
        f"FROM {UTGC} AS u LEFT JOIN {TOGS} AS g ON u.game_id = g.game_id AND u.team_abbr = g.team_abbr",
    )
    assert found(model) == {"as-of": {"planted"}}


def test_that_an_input_is_handed_over_before_the_end_of_a_batch_is_no_gate() -> None:
    model = planted(
        f"{UTGC} same, {TOGS} before",
        "g.points",
        f"FROM {UTGC} AS u LEFT JOIN {TOGS} AS g ON u.season = g.season AND u.team_abbr = g.team_abbr",
    )
    assert found(model)["as-of"] == {"planted"}


def test_who_starts_today_is_found() -> None:
    model = planted(
        f"{UPGC} same, nba_raw.nbac_starter same",
        "CASE WHEN s.starter_flag THEN 1 ELSE 0 END",
        f"FROM {UPGC} AS u LEFT JOIN nba_raw.nbac_starter AS s ON u.game_id = s.game_id AND u.player_id = s.player_id",
    )
    assert found(model) == {"as-of": {"planted"}}


@pytest.mark.parametrize(("join", "condition"), [("INNER", ""), ("LEFT", " WHERE b.player_id IS NOT NULL")])
def test_a_population_of_those_who_then_played_is_found_in_the_rows(join: str, condition: str) -> None:
    model = planted(
        f"{UPGC} same, {BOX} same",
        "u.days_rest",
        f"FROM {UPGC} AS u {join} JOIN {BOX} AS b ON u.game_id = b.game_id AND u.player_id = b.player_id{condition}",
    )
    assert found(model) == {"as-of": {"*"}}


def test_a_game_is_no_history_where_its_date_is_bounded_for_another_join_alone() -> None:
    model = planted(
        f"{UTGC} same, {TOGS} before",
        "g.points",
        f"FROM {UTGC} AS u LEFT JOIN {TOGS} AS g ON u.team_abbr = g.team_abbr"
        f" LEFT JOIN {TOGS} AS h ON u.team_abbr = h.team_abbr AND g.game_date < u.game_date",
    )
    assert found(model)["as-of"] == {"planted"}


@pytest.mark.parametrize(
    "condition",
    [
        "g.game_date < u.game_date",
        "u.game_date > g.game_date",
        "DATE_DIFF('day', g.game_date, u.game_date) >= 1",
        "DATE_DIFF('day', DATE '1970-01-01', g.game_date) < DATE_DIFF('day', DATE '1970-01-01', u.game_date)",
        "DATE_DIFF('day', DATE '1970-01-01', g.game_date) + 1 <= DATE_DIFF('day', DATE '1970-01-01', u.game_date)",
        "g.season < u.season",
    ],
)
def test_a_game_of_an_earlier_date_is_history(condition: str) -> None:
    rest = f"FROM {UTGC} AS u LEFT JOIN {TOGS} AS g ON u.team_abbr = g.team_abbr AND {condition}"
    assert found(planted(f"{UTGC} same, {TOGS} before", "g.points", rest)) == {}


@pytest.mark.parametrize(
    "condition",
    [
        "g.game_date <= u.game_date",
        "g.game_date > u.game_date",
        "DATE_DIFF('day', g.game_date, u.game_date) >= 0",
        "DATE_DIFF('day', g.game_date, u.game_date) <= 7",
        "DATE_DIFF('day', DATE '1970-01-01', g.game_date) <= DATE_DIFF('day', DATE '1970-01-01', u.game_date)",
        "DATE_DIFF('day', DATE '1970-01-01', g.game_date) - 1 < DATE_DIFF('day', DATE '1970-01-01', u.game_date)",
        "g.season <= u.season",
        "(g.game_date < u.game_date OR g.home_flag)",
    ],
)
def test_a_game_of_the_same_date_or_a_later_one_is_not(condition: str) -> None:
    rest = f"FROM {UTGC} AS u LEFT JOIN {TOGS} AS g ON u.team_abbr = g.team_abbr AND {condition}"
    assert "planted" in found(planted(f"{UTGC} same, {TOGS} before", "g.points", rest))["as-of"]


def test_the_line_of_today_is_found_in_a_column_of_history() -> None:
    rest = f"FROM {UPGC} AS u LEFT JOIN {LINE} AS p ON u.game_id = p.game_id AND u.player_id = p.player_id"
    inputs = f"{UPGC} same, {LINE} same"
    for level in ("history", "news", "market"):
        assert found(planted(inputs, "p.points_line", rest, level)) == {"level": {"planted"}}
    assert found(planted(inputs, "p.points_line", rest, "line")) == {}
    assert found(planted(inputs, "CASE WHEN p.points_line > 20 THEN 1 END", rest)) == {"level": {"planted"}}


def test_that_a_player_is_quoted_is_found_in_a_column_of_history() -> None:
    rest = f"FROM {UPGC} AS u LEFT JOIN {LINE} AS p ON u.game_id = p.game_id AND u.player_id = p.player_id"
    value = "CASE WHEN p.game_id IS NOT NULL THEN 1 ELSE 0 END"
    assert found(planted(f"{UPGC} same, {LINE} same", value, rest)) == {"level": {"planted"}}
    assert found(planted(f"{UPGC} same, {LINE} same", value, rest, "market")) == {}


def test_a_line_of_an_earlier_date_is_history() -> None:
    rest = (
        f"FROM {UPGC} AS u LEFT JOIN {LINE} AS p ON u.player_id = p.player_id"
        " AND DATE_DIFF('day', p.game_date, u.game_date) = 1"
    )
    assert found(planted(f"{UPGC} same, {LINE} before", "p.points_line", rest)) == {}


def test_news_of_a_later_date_is_found() -> None:
    news = "nba_raw.injury_status"
    rest = f"FROM {UPGC} AS u LEFT JOIN {news} AS n ON u.player_id = n.player_id"
    value = "CASE WHEN n.status = 'out' THEN 1 ELSE 0 END"
    assert found(planted(f"{UPGC} same, {news} until", value, rest, "news")) == {"later": {"planted"}}
    of_the_day = f"{rest} AND n.report_date <= u.game_date"
    assert found(planted(f"{UPGC} same, {news} until", value, of_the_day, "news")) == {}
    assert found(planted(f"{UPGC} same, {news} until", value, of_the_day)) == {"level": {"planted"}}


def test_team_mates_whom_only_the_market_expects_are_found_in_a_sum_of_history() -> None:
    def usage(value: str) -> Node:
        rest = f"FROM {UTGC} AS u INNER JOIN teams AS t ON u.game_id = t.game_id AND u.team_abbr = t.team_abbr"
        model = planted(f"{UTGC} same, {UPGC} same", "t.n", rest)
        teams = (
            f"WITH teams AS (SELECT game_id, team_abbr, {value} AS n FROM {UPGC} GROUP BY game_id, team_abbr)\nSELECT\n"
        )
        return node_from_text(model.table.text.replace("SELECT\n", teams, 1), "precompute", "planted")

    assert "planted" in found(usage("COUNT(*)"))["level"]
    assert found(usage("SUM(CASE WHEN expected_level = 'history' THEN 1 END)")).get("level", set()) <= {"*"}
    assert "planted" in found(usage("SUM(CASE WHEN expected_level = 'market' THEN 1 END)"))["level"]
    assert "planted" in found(usage("SUM(CASE WHEN expected_level = 'history' THEN is_quoted END)"))["level"]


def test_a_probability_of_the_market_is_found_in_a_factor_of_history() -> None:
    leak = changed(
        "pcf", ("CASE WHEN u.expected_level = 'history' THEN", "CASE WHEN u.expected_level <> 'history' THEN")
    )
    assert "teammates_out_usage_history" in found(leak)["level"]


def test_a_result_of_a_later_game_is_found_in_a_post_game_column() -> None:
    leak = changed(
        "team_form", ("ROWS BETWEEN 9 PRECEDING AND CURRENT ROW", "ROWS BETWEEN 9 PRECEDING AND 1 FOLLOWING")
    )
    assert found(leak) == {"later": {"pace_last_10", "offensive_rating_last_10"}}
