"""From what a column was made, down to raw tables."""

from collections.abc import Iterator

import pytest

from hoopcast.errors import UsageError
from hoopcast.lineage.columns import LineageTree, Origin, column_lineage, lineage_of
from hoopcast.lineage.traces import ROW
from hoopcast.pipeline.node import Node, select_nodes, sql_nodes

PGS, TDGS = "nba_analytics.player_game_summary", "nba_analytics.team_defense_game_summary"


def all_of(tree: LineageTree) -> Iterator[LineageTree]:
    """A column and all that it was made from."""
    yield tree
    for part in tree.inputs:
        yield from all_of(part)


@pytest.mark.parametrize("model", sql_nodes(), ids=lambda model: model.table.short)
def test_every_origin_is_a_column_of_an_input(model: Node) -> None:
    columns = {(item.table.name, name) for item in model.inputs for name in (*item.table.column_names, ROW)}
    lineage = column_lineage(model)
    assert tuple(lineage.columns) == model.table.column_names
    for origins in (*lineage.columns.values(), lineage.rows):
        assert {(origin.table, origin.column) for origin in origins} <= columns


def test_a_value_has_its_arguments_its_conditions_and_its_rows_as_origins() -> None:
    (model,) = select_nodes(("pgs",))
    origins = {
        (origin.table.split(".")[1], origin.column) for origin in column_lineage(model).columns["over_under_result"]
    }
    assert {("nbac_player_boxscore", "points"), ("nbac_player_boxscore", "played_flag")} <= origins
    assert {("player_prop_line", "points_line"), ("player_prop_line", "market"), ("player_prop_line", ROW)} <= origins
    rows = {(origin.table.split(".")[1], origin.column) for origin in column_lineage(model).rows}
    assert {("nbac_player_boxscore", ROW), ("nbac_schedule", "game_status")} <= rows


def test_an_origin_tells_how_long_before_the_date_it_was_known() -> None:
    (model,) = select_nodes(("tdza",))
    origins = column_lineage(model).columns["defensive_rating_last_15"]
    assert Origin(TDGS, "points_allowed", 1) in origins
    assert Origin("nba_analytics.upcoming_team_game_context", "game_date", 0) in origins


def test_lineage_goes_down_to_raw_tables() -> None:
    tree = lineage_of("mlfs", "points_avg_last_5")
    raw = {(part.table, part.column) for part in all_of(tree) if not part.inputs}
    assert ("nba_raw.nbac_player_boxscore", "points") in raw
    assert ("nba_raw.nbac_schedule", "game_status") in raw
    assert {table.split(".")[0] for table, _ in raw} == {"nba_raw"}


def test_lineage_of_a_raw_column_is_itself() -> None:
    assert lineage_of("nba_raw.team", "team_abbr") == LineageTree("nba_raw.team", "team_abbr", None, ())


def test_lineage_of_rows_tells_which_rows_there_are() -> None:
    tables = {part.table for part in all_of(lineage_of("upgc", ROW))}
    assert {"nba_analytics.expected_player", PGS, "nba_raw.roster"} <= tables


def test_a_table_or_column_that_is_none_is_refused() -> None:
    with pytest.raises(UsageError, match="no table 'nonsense'"):
        lineage_of("nonsense", "points")
    with pytest.raises(UsageError, match=r"no column 'nonsense' in nba_analytics.player_game_summary"):
        lineage_of("pgs", "nonsense")
