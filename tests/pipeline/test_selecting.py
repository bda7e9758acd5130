"""What a name on the command line means."""

import pytest

from hoopcast.errors import UsageError
from hoopcast.graph import ALL_SYSTEMS, Graph, nodes_of

TWO_SYSTEMS = Graph(("moving_average", "linear"), "the test")


def names(*asked: str, graph: Graph = TWO_SYSTEMS) -> list[str]:
    return [node.name for node in graph.select(asked)]


def test_a_name_of_a_phase_and_a_table_is_the_phase_where_many_may_be_asked_for() -> None:
    assert {node.table.short for node in TWO_SYSTEMS.select(("predictions",))} == {
        "trained", "distributions", "calibration", "predictions",
    }  # fmt: skip


def test_it_is_the_table_where_one_is_asked_for() -> None:
    graph = Graph(("moving_average",))
    assert graph.node("predictions").name == "nba_predictions.player_prop_predictions/moving_average_history"
    assert graph.node("availability").name == "nba_precompute.availability"


def test_the_table_alone_goes_by_its_full_name() -> None:
    assert {node.table.short for node in TWO_SYSTEMS.select(("player_prop_predictions",))} == {"predictions"}


def test_one_table_of_several_systems_is_asked_back() -> None:
    with pytest.raises(UsageError, match="name one of predictions/moving_average_history, predictions/linear_history"):
        TWO_SYSTEMS.node("predictions")


@pytest.mark.parametrize("asked", ["distributions/linear", "Distributions/LINEAR", "forecast_distribution/linear"])
def test_a_system_without_a_level_is_all_of_its_levels(asked: str) -> None:
    assert names(asked) == [
        f"nba_predictions.forecast_distribution/linear_{level}" for level in ("history", "news", "market")
    ]


def test_a_system_is_all_of_its_tables() -> None:
    assert {node.table.short for node in TWO_SYSTEMS.select(("linear_news",))} == {
        "trained", "distributions", "calibration", "predictions", "grades",
    }  # fmt: skip


def test_old_names_of_systems_name_their_nodes() -> None:
    assert names("distributions/xgboost_v1", graph=ALL_SYSTEMS) == names(
        "distributions/gradient_boosting", graph=ALL_SYSTEMS
    )
    assert len(names(graph=ALL_SYSTEMS)) == len(nodes_of(None))


def test_what_does_not_exist_is_answered_with_what_does_each_once() -> None:
    with pytest.raises(UsageError) as refused:
        TWO_SYSTEMS.select(("nonsense",))
    listed, _, systems = str(refused.value).partition(", or a system: ")
    assert systems == "linear, moving_average, win_probability_linear, win_probability_moving_average"
    tables = listed.partition("choose from ")[2].partition(", a phase: ")[0].split(", ")
    assert len(set(tables)) == len(tables)
    assert {"pdc", "distributions", "grades"} <= set(tables)


def test_a_system_that_was_left_out_is_answered_with_what_left_it_out() -> None:
    for ask in (TWO_SYSTEMS.node, TWO_SYSTEMS.named_systems, lambda name: TWO_SYSTEMS.select((name,))):
        with pytest.raises(UsageError, match=r"^'similarity_history' is left out by the test; add its system there$"):
            ask("similarity_history")
