"""What of each table an information level may read, so that two warehouses can be compared on it."""

from collections.abc import Iterator
from datetime import date

from hoopcast.audit.compare import Scope
from hoopcast.lineage.traces import key_level
from hoopcast.pipeline.lineage import is_post_game
from hoopcast.pipeline.model import Model
from hoopcast.warehouse.tables import LEVELS, Level, Table

_POPULATION = "nba_analytics.expected_player"
PREDICTIONS = "nba_predictions.player_prop_predictions"
# Beside a forecast stands the line that it is compared with; the forecast itself must not know it.
_OF_THE_LINE = frozenset(
    (
        "line", "bookmaker", "over_price", "under_price", "probability_over", "probability_push",
        "no_vig_probability_over", "edge", "market_intercept", "market_weight", "system_weight", "better_side",
        "win_probability", "expected_value", "suspect_price", "recommendation", "pass_reason", "confidence_score",
        "clv",
    )
)  # fmt: skip


def level_scopes(nodes: tuple[Model, ...], level: Level, day: date) -> Iterator[Scope]:
    """For each table what a level knows of a date: columns, rows of players it expects, systems at it or below.

    Args:
        nodes: every node.
        level: history, news or market.
        day: the date.
    """
    allowed = LEVELS[: LEVELS.index(level) + 1]
    for table in dict.fromkeys(node.table for node in nodes if not is_post_game(node)):
        if LEVELS.index(level) < key_level(table):
            continue
        yield Scope(table, _columns(table, allowed), day, day, tuple(_conditions(table, allowed)))


def _columns(table: Table, allowed: tuple[Level, ...]) -> tuple[str, ...]:
    if "system_id" in table.grain:
        return tuple(name for name in table.content_columns if table.name != PREDICTIONS or name not in _OF_THE_LINE)
    if "level" in table.grain:
        return table.content_columns
    return tuple(name for name in table.content_columns if table.column(name).level in allowed)


def _conditions(table: Table, allowed: tuple[Level, ...]) -> Iterator[str]:
    levels = ", ".join(f"'{level}'" for level in allowed)
    if "system_id" in table.grain:
        yield f"SPLIT_PART(t.system_id, '_', -1) IN ({levels})"
    if "level" in table.grain:
        yield f"t.level IN ({levels})"
    if "player_id" in table.column_names:
        yield (
            f"EXISTS (SELECT 1 FROM {{catalog}}{_POPULATION} AS e WHERE e.player_id = t.player_id"
            f" AND e.game_date = t.{table.time} AND e.expected_level IN ({levels}))"
        )
