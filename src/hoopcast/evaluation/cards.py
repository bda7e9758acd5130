"""The card of a model: what a refit wrote of itself, and what the forecasts that it made scored afterwards."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any, cast

from hoopcast.calendar import season_of
from hoopcast.errors import UsageError
from hoopcast.evaluation.aftermath import Aftermath, Window, aftermath
from hoopcast.evaluation.evaluate import plain
from hoopcast.evaluation.forecasts import level_of
from hoopcast.forecast import win_probability
from hoopcast.forecast.aliases import current_name
from hoopcast.forecast.documents import redo
from hoopcast.forecast.system import Level
from hoopcast.graph import Graph, systems
from hoopcast.pipeline.model import Model
from hoopcast.warehouse.engine import Engine

TABLE = "nba_predictions.trained_model"
AVAILABILITY = "who will play"
_REFITS = f"""
SELECT m.refit_date, m.season, m.trained_until, m.training_rows, m.libraries, m.card, LENGTH(m.document) AS characters,
    LEAD(m.refit_date) OVER (PARTITION BY m.season ORDER BY m.refit_date) AS next_refit, l.version, l.finished_at_utc
FROM {TABLE} AS m
LEFT JOIN (
    SELECT unit_date, ARG_MAX(version, entry) AS version, ARG_MAX(finished_at_utc, entry) AS finished_at_utc
    FROM nba_orchestration.ledger
    WHERE table_name = '{TABLE}' AND system_id = $system_id AND status = 'done'
    GROUP BY unit_date
) AS l ON l.unit_date = m.refit_date
WHERE m.system_id = $system_id
ORDER BY m.refit_date
"""


@dataclass(frozen=True)
class ModelCard:
    """What a system learned at a refit.

    `data` holds what was learned from: `learned_from` in words, `rows`, `players`, `games`, `dates`, `first_date`,
    `last_date` and `rows_by_season`. `inputs` are features and `members` systems that it reads; `importance` is of what
    `importance_is` says, by name. `learned_scores` are on what it learned from, `afterwards` on games that came later.
    `version` is that of the code that wrote it, and `is_of_todays_code` whether that is today's.
    """

    system: str
    title: str
    level: Level
    season: str
    refit_date: date
    next_refit: date | None
    trained_until: date
    data: Mapping[str, Any]
    inputs: tuple[str, ...]
    members: tuple[str, ...]
    importance_is: str
    importance: Mapping[str, float]
    learned_scores: Mapping[str, float]
    afterwards: Aftermath
    limits: tuple[str, ...]
    libraries: str
    version: str | None
    is_of_todays_code: bool
    written_at_utc: datetime | None
    characters: int
    warnings: tuple[str, ...] = ()

    def document(self) -> dict[str, Any]:
        """All of it as JSON holds it: dates as text, None for what is not known."""
        found: dict[str, Any] = plain(asdict(self))
        return found

    def markdown(self) -> str:
        """All of it as a page."""
        from hoopcast.evaluation.card_page import markdown  # noqa: PLC0415 - it reads cards

        return markdown(self)


def card(engine: Engine, graph: Graph, name: str, day: date | None = None) -> ModelCard:
    """The card of a model.

    Args:
        engine: the warehouse.
        graph: of the systems that run.
        name: a system at a level that learns, such as linear_news or trained/linear_news.
        day: a date that it forecast, for the refit behind that; None for the newest refit.

    Raises:
        UsageError: if there is no such system, it learns nothing, or has learned nothing by then.
    """
    node = _learning_node(graph, name)
    refits = engine.query(_REFITS, {"system_id": node.system_id}).rows
    if not refits:
        short = f"trained/{node.system_id}"
        raise UsageError(f"{node.system_id} has learned nothing yet; `hoopcast backfill {short}` makes it learn")
    of_day = [row for row in refits if day is None or (row[1] == season_of(day) and cast("date", row[0]) <= day)]
    if not of_day:
        known = f"{refits[0][0]} to {refits[-1][0]}, {len(refits)} in all"
        raise UsageError(f"nothing that {node.system_id} learned forecasts {day}; its refits are of {known}")
    refit, season, until, rows, libraries, text, characters, following, version, written = of_day[-1]
    if text is None:
        mended = redo("trained", node.system_id, cast("date", refit))
        raise UsageError(f"the model {node.system_id} of {refit} was written without a card; {mended}")
    said = json.loads(str(text))
    found = ModelCard(
        node.system_id,
        _title(node.system_id),
        level_of(node.system_id),
        str(season),
        cast("date", refit),
        cast("date | None", following),
        cast("date", until),
        {"learned_from": said["learned_from"], "rows": rows}
        | {name: said[name] for name in ("players", "games", "dates", "first_date", "last_date", "rows_by_season")},
        tuple(said["inputs"]),
        tuple(said["members"]),
        said["importance_is"],
        said["importance"],
        said["scores"],
        aftermath(engine, graph, Window(node.system_id, str(season), refit, following, until)),  # type: ignore[arg-type]
        tuple(said["limits"]),
        str(libraries),
        None if version is None else str(version),
        version == node.version,
        cast("datetime | None", written),
        int(str(characters)),
    )
    return found if found.is_of_todays_code else replace(found, warnings=(_of_other_code(found),))


def _of_other_code(found: ModelCard) -> str:
    return f"it was learned by other code than today's; `hoopcast backfill trained/{found.system}` learns anew"


def _learning_node(graph: Graph, name: str) -> Model:
    """The node that learns.

    Raises:
        UsageError: if there is none, or the name is of something that does not learn.
    """
    wanted = current_name(name.rpartition("/")[2])
    for system in systems():
        if system.train is None and wanted in (system.name, *(system.system_id(level) for level in system.levels)):
            raise UsageError(
                f"{wanted} learns nothing: its constants stand in the code, so it has no model and no card"
            )
    node = graph.node(name if "/" in name else f"trained/{name}")
    if node.table.name != TABLE:
        raise UsageError(f"'{name}' is no model; name what learned it, such as trained/linear_news")
    return node


def _title(system_id: str) -> str:
    titles = {system.system_id(level): system.title for system in systems() for level in system.levels}
    of_value = system_id.removeprefix(f"{win_probability.PREFIX}_")
    if of_value != system_id:
        return f"the weight of P(over) of {of_value} beside the market's"
    return titles.get(system_id, AVAILABILITY)
