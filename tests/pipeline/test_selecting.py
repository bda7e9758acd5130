"""What a name on the command line means."""

import pytest

from hoopcast.errors import UsageError
from hoopcast.pipeline.nodes import nodes_of, one_node, select_nodes


@pytest.fixture(autouse=True)
def two_systems(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOOPCAST_SYSTEMS", "moving_average,linear")


def names(*asked: str) -> list[str]:
    return [node.name for node in select_nodes(asked)]


def test_a_name_of_a_phase_and_a_table_is_the_phase_where_many_may_be_asked_for() -> None:
    assert {node.table.short for node in select_nodes(("predictions",))} == {
        "trained", "laws", "calibration", "predictions",
    }  # fmt: skip


def test_it_is_the_table_where_one_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOOPCAST_SYSTEMS", "moving_average")
    assert one_node("predictions").name == "nba_predictions.player_prop_predictions/moving_average_history"
    assert one_node("availability").name == "nba_precompute.availability"


def test_the_table_alone_goes_by_its_full_name() -> None:
    assert {node.table.short for node in select_nodes(("player_prop_predictions",))} == {"predictions"}


def test_one_table_of_several_systems_is_asked_back() -> None:
    with pytest.raises(UsageError, match="name one of predictions/moving_average_history, predictions/linear_history"):
        one_node("predictions")


@pytest.mark.parametrize("asked", ["laws/linear", "Laws/LINEAR", "forecast_law/linear"])
def test_a_system_without_a_level_is_all_of_its_levels(asked: str) -> None:
    assert names(asked) == [f"nba_predictions.forecast_law/linear_{level}" for level in ("history", "news", "market")]


def test_a_system_is_all_of_its_tables() -> None:
    assert {node.table.short for node in select_nodes(("linear_news",))} == {
        "trained", "laws", "calibration", "predictions", "grades",
    }  # fmt: skip


def test_old_names_of_systems_name_their_nodes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOOPCAST_SYSTEMS")
    assert names("laws/xgboost_v1") == names("laws/gradient_boosting")
    assert len(names()) == len(nodes_of(None))


def test_what_does_not_exist_is_answered_with_what_does_each_once() -> None:
    with pytest.raises(UsageError) as refused:
        select_nodes(("nonsense",))
    listed, _, systems = str(refused.value).partition(", or a system: ")
    assert systems == "linear, moving_average, win_probability_linear, win_probability_moving_average"
    tables = listed.partition("choose from ")[2].partition(", a phase: ")[0].split(", ")
    assert len(set(tables)) == len(tables)
    assert {"pdc", "laws", "grades"} <= set(tables)
