"""The card of a model: what a refit wrote of itself, what its forecasts scored afterwards, and the page of both."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any, cast

import numpy as np

from hoopcast.calendar import season_of
from hoopcast.errors import UsageError
from hoopcast.evaluation.accuracy import FEWEST_ROWS, Accuracy, Slice, accuracy, slices
from hoopcast.evaluation.alarms import stale_forecasts, stale_probabilities
from hoopcast.evaluation.availability import Availability, availability
from hoopcast.evaluation.evaluate import TUNING, phase_of
from hoopcast.evaluation.populations import MEANINGS, Population, Scope, appearances, forecasts, level_of
from hoopcast.evaluation.scores import LEVELS as INTERVALS
from hoopcast.evaluation.scores import coverage
from hoopcast.evaluation.views import Columns, View, count, interval, number, text
from hoopcast.forecast import win_probability
from hoopcast.forecast.aliases import current_name
from hoopcast.forecast.documents import redo
from hoopcast.forecast.frames import source_of
from hoopcast.forecast.system import LEVELS, Level
from hoopcast.graph import Graph, systems
from hoopcast.pipeline.node import Node
from hoopcast.pipeline.ranges import SeasonDate
from hoopcast.plain import json_value, markdown_table
from hoopcast.warehouse.engine import Engine
from hoopcast.warehouse.tables import table

_DISTRIBUTIONS = """
SELECT p.game_date, COUNT(*), COUNT(a.game_id), COUNT(a.actual_points), COUNT(DISTINCT a.game_id)
FROM nba_predictions.player_prop_predictions AS p
LEFT JOIN nba_predictions.prediction_accuracy AS a ON a.market = p.market AND a.game_id = p.game_id
    AND a.player_id = p.player_id AND a.system_id = p.system_id
WHERE p.system_id = $system_id AND p.season = $season AND p.trained_until = $trained_until
    AND p.game_date >= $refit AND p.game_date < COALESCE($following, DATE '9999-12-31')
GROUP BY p.game_date ORDER BY p.game_date
"""
_AVAILABILITY = """
SELECT a.game_date, COUNT(*), COUNT(b.game_id), COUNT(g.player_id), COUNT(DISTINCT b.game_id)
FROM nba_precompute.availability AS a
INNER JOIN nba_analytics.upcoming_player_game_context AS u ON u.game_id = a.game_id AND u.player_id = a.player_id
    AND u.expected_level IN (SELECT UNNEST(CAST($known AS VARCHAR[])))
LEFT JOIN (SELECT DISTINCT game_id FROM nba_analytics.player_game_summary) AS b ON b.game_id = a.game_id
LEFT JOIN nba_analytics.player_game_summary AS g
    ON g.game_id = a.game_id AND g.player_id = a.player_id AND g.played_flag
WHERE 'availability_' || a.level = $system_id AND a.season = $season AND a.basis = 'model'
    AND a.game_date > $trained_until AND a.game_date >= $refit
    AND a.game_date < COALESCE($following, DATE '9999-12-31')
GROUP BY a.game_date ORDER BY a.game_date
"""
_OF_LINES = "What its claims paid afterwards is in `hoopcast evaluate`: claimed and realised expected value."
_TOO_FEW = f"Fewer than {FEWEST_ROWS} forecasts are graded: too few to score."


@dataclass(frozen=True)
class Window:
    """Dates that a refit forecasts: from its own on, until the one that follows in the season."""

    system_id: str
    season: str
    refit: date
    following: date | None
    trained_until: date


@dataclass(frozen=True)
class Aftermath:
    """Forecasts that a refit made on dates, those of them that are graded, of whom `played`, and what they scored.

    `accuracy` is on the population ALL, PROP at the level `line`; `mae_ewma8` is the error of ewma8 on the same rows.
    `coverage` is the share of outcomes inside intervals of 50, 80 and 95 %. `availability` takes their place for a
    model of who will play. All of them are None, and `slices` empty, until there are 50 rows; `note` says why, or that
    what is scored is not up to date.
    """

    phase: str
    first_date: date | None = None
    last_date: date | None = None
    dates: int = 0
    forecasts: int = 0
    graded: int = 0
    played: int = 0
    games: int = 0
    accuracy: Accuracy | None = None
    mae_ewma8: float | None = None
    coverage: tuple[float, ...] = ()
    slices: tuple[Slice, ...] = ()
    availability: Availability | None = None
    note: str = ""
    command: str = ""


def aftermath(engine: Engine, graph: Graph, window: Window) -> Aftermath:
    """What the forecasts of a refit scored.

    Args:
        engine: the warehouse.
        graph: of the systems that run.
        window: the refit.
    """
    phase = phase_of(window.season)
    if window.system_id.startswith(f"{win_probability.PREFIX}_"):
        return Aftermath(phase, note=_OF_LINES)
    of_availability = window.system_id.startswith("availability_")
    # As evaluations do, it counts whom the level expects.
    known = list(LEVELS[: LEVELS.index(level_of(window.system_id)) + 1])
    rows = (
        engine.query(_AVAILABILITY, vars(window) | {"known": known})
        if of_availability
        else engine.query(_DISTRIBUTIONS, vars(window))
    ).rows
    if not rows:
        return Aftermath(phase, note="It has forecast nothing yet.")
    days = tuple(cast("date", row[0]) for row in rows)
    made, graded, played, games = (sum(int(str(row[place])) for row in rows) for place in range(1, 5))
    counts = Aftermath(phase, days[0], days[-1], len(days), made, graded, played, games)
    if not graded:
        return replace(counts, note="None of the games that it forecast is graded yet.")
    scope = Scope(phase, days, "all")
    return (
        _score_availability(engine, window, scope, counts)
        if of_availability
        else _score_distributions(engine, graph, window, scope, counts)
    )


def _score_distributions(engine: Engine, graph: Graph, window: Window, scope: Scope, counts: Aftermath) -> Aftermath:
    rows, level = appearances(engine, scope), level_of(window.system_id)
    population: Population = "PROP" if level == "line" else "ALL"
    system = forecasts(engine, window.system_id, rows, scope)
    score = accuracy(scope.phase, population, rows, system, {})
    if score is None:
        return replace(counts, note=_TOO_FEW)
    inside = rows.population(population) & np.isfinite(system.median)
    pit = system.pit[inside & np.isfinite(system.pit)]
    return replace(
        counts,
        accuracy=score,
        mae_ewma8=float(np.abs(rows.points - rows.ewma8)[inside].mean()),
        coverage=tuple(coverage(pit, level) for level in INTERVALS),
        slices=tuple(slices(scope.phase, rows, system)),
        note=stale_forecasts(engine, graph, _partitions(window, scope), {window.system_id}, "all"),
        command=_command(scope, f" --system {window.system_id} --population {population}"),
    )


def _score_availability(engine: Engine, window: Window, scope: Scope, counts: Aftermath) -> Aftermath:
    level = level_of(window.system_id)
    grade = next((grade for grade in availability(engine, scope) if grade.level == level), None)
    if grade is None:
        return replace(counts, note=_TOO_FEW)
    note = stale_probabilities(engine, _partitions(window, scope), "all")
    return replace(counts, availability=grade, note=note, command=_command(scope, ""))


def _partitions(window: Window, scope: Scope) -> list[SeasonDate]:
    return [SeasonDate(window.season, day) for day in scope.dates]


def _command(scope: Scope, chosen: str) -> str:
    """What scores the same again."""
    return f"hoopcast evaluate --start-date {scope.dates[0]} --end-date {scope.dates[-1]} --stage all{chosen}"


TABLE = "nba_predictions.trained_model"
AVAILABILITY = "who will play"
_REFITS = f"""
SELECT m.refit_date, m.season, m.trained_until, m.training_rows, m.libraries, m.card, LENGTH(m.document) AS characters,
    LEAD(m.refit_date) OVER (PARTITION BY m.season ORDER BY m.refit_date) AS next_refit, l.version, l.finished_at_utc
FROM {TABLE} AS m
LEFT JOIN (
    SELECT partition_date, ARG_MAX(version, entry) AS version, ARG_MAX(finished_at_utc, entry) AS finished_at_utc
    FROM nba_orchestration.ledger
    WHERE table_name = '{TABLE}' AND system_id = $system_id AND status = 'done'
    GROUP BY partition_date
) AS l ON l.partition_date = m.refit_date
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
        document: dict[str, Any] = json_value(asdict(self))
        return document

    def markdown(self) -> str:
        """All of it as a page."""
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
    learned = json.loads(str(text))
    window = Window(node.system_id, str(season), refit, following, until)  # type: ignore[arg-type]
    card_of_refit = ModelCard(
        node.system_id,
        _title(node.system_id),
        level_of(node.system_id),
        str(season),
        cast("date", refit),
        cast("date | None", following),
        cast("date", until),
        {"learned_from": learned["learned_from"], "rows": rows}
        | {name: learned[name] for name in ("players", "games", "dates", "first_date", "last_date", "rows_by_season")},
        tuple(learned["inputs"]),
        tuple(learned["members"]),
        learned["importance_is"],
        learned["importance"],
        learned["scores"],
        aftermath(engine, graph, window),
        tuple(learned["limits"]),
        str(libraries),
        None if version is None else str(version),
        version == node.version,
        cast("datetime | None", written),
        int(str(characters)),
    )
    if card_of_refit.is_of_todays_code:
        return card_of_refit
    warning = f"it was learned by other code than today's; `hoopcast backfill trained/{node.system_id}` learns anew"
    return replace(card_of_refit, warnings=(warning,))


def _learning_node(graph: Graph, name: str) -> Node:
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
    of_lines = system_id.removeprefix(f"{win_probability.PREFIX}_")
    if of_lines != system_id:
        return f"the weight of P(over) of {of_lines} beside the market's"
    return titles.get(system_id, AVAILABILITY)


# What a page shows of the inputs; the others are in the document.
MOST = 25
_FEATURES = "nba_precompute.availability_features"
_SLICES: Columns = (
    ("by", text("dimension")),
    ("", text("value")),
    ("rows", count("rows")),
    ("MAE", number("mae")),
    ("MAE of ewma8", number("mae_ewma8")),
    ("bias", number("bias", 2, "+")),
    ("CRPS", number("crps")),
)
_PLAY_PROBABILITY: Columns = (
    ("rows", count("rows")),
    ("played", lambda grade: f"{grade.played_share:.1%}"),
    ("Brier", number("brier", 4)),
    ("95 %", interval("brier", 4, to=" to ")),
    ("Brier of the share", number("brier_of_share", 4)),
    ("calibration error", number("calibration_error", 4)),
    ("limit", number("calibration_error_limit", 4)),
)


def markdown(card: ModelCard) -> str:
    """The card as a page.

    Args:
        card: of a model.
    """
    return "\n".join(_lines(card))


def _lines(card: ModelCard) -> Iterator[str]:
    yield f"# Model card: {card.system}, refit of {card.refit_date}"
    yield from ("", _sentence(card.title), "")
    for warning in card.warnings:
        yield from (f"**{_sentence(warning)}**", "")
    last = f"before {card.next_refit}, the next refit" if card.next_refit else f"the last refit of {card.season} so far"
    yield from markdown_table(
        ("", ""),
        [
            ("Information level", card.level),
            ("Forecasts", f"from {card.refit_date} on, {last}"),
            ("Cut-off", f"{card.trained_until}, the last game date that it learned from"),
            (
                "Version of the code",
                f"{card.version or 'unknown'}{'' if card.is_of_todays_code else ', not that of today'}",
            ),
            ("Libraries", card.libraries),
            ("Written", f"{card.written_at_utc:%Y-%m-%d %H:%M} UTC" if card.written_at_utc else "unknown"),
            ("Size", f"{card.characters:,} characters of compressed JSON"),
        ],
    )
    yield from _data(card)
    yield from _inputs(card)
    yield from _learned_scores(card)
    yield from _aftermath(card.afterwards)
    yield from ("", "## Limits", "")
    yield from (f"- {limit}" for limit in card.limits)


def _data(card: ModelCard) -> Iterator[str]:
    data = card.data
    yield from ("", "## What it learned from", "", _sentence(data["learned_from"]), "")
    yield from markdown_table(
        ("rows", "players", "games", "game dates", "first", "last"),
        [(data["rows"], data["players"], data["games"], data["dates"], data["first_date"], data["last_date"])],
    )
    yield ""
    yield from markdown_table(("season", "rows"), list(data["rows_by_season"].items()))


def _inputs(card: ModelCard) -> Iterator[str]:
    yield from ("", "## What it reads, and what that weighs")
    if card.importance:
        yield from _importance(card)
    rest = [f"`{name}`" for name in (*card.inputs, *card.members) if name not in card.importance]
    if rest:
        yield from ("", f"Read without an importance of its own: {', '.join(rest)}.")


def _importance(card: ModelCard) -> Iterator[str]:
    ordered = sorted(card.importance.items(), key=lambda item: -item[1])
    total = sum(card.importance.values()) or 1.0
    yield from ("", f"Importance is the {card.importance_is}.", "")
    by_feature = any(name in card.inputs for name in card.importance)
    columns = ("", "importance", "of all", "meaning")
    rows = [
        (f"`{name}`" if by_feature else name, f"{number:.3g}", f"{number / total:.1%}", _meaning(card, name))
        for name, number in ordered[:MOST]
    ]
    yield from markdown_table(columns, rows) if by_feature else markdown_table(columns[:3], [row[:3] for row in rows])
    if len(ordered) > MOST:
        left = sum(number for _, number in ordered[MOST:]) / total
        yield from ("", f"{len(ordered) - MOST} more have {left:.1%} of all; `--json` names them.")


def _meaning(card: ModelCard, name: str) -> str:
    """What a feature is; empty for what is none."""
    if name not in card.inputs:
        return ""
    if card.title == AVAILABILITY:
        return table(_FEATURES).column(name).meaning
    source, own_name = source_of(name)
    return table(source.table).column(own_name).meaning


def _learned_scores(card: ModelCard) -> Iterator[str]:
    if not card.learned_scores:
        return
    yield from ("", "## Scores on what it learned from", "", "No promise: forecasts are judged below.", "")
    yield from (f"- {what}: {number:.4g}" for what, number in card.learned_scores.items())


def _aftermath(scored: Aftermath) -> Iterator[str]:
    yield from ("", "## What its forecasts scored afterwards", "")
    if scored.first_date:
        yield (
            f"From {scored.first_date} to {scored.last_date} this refit, and no other, made {scored.forecasts:,}"
            f" forecasts on {scored.dates} dates; {scored.graded:,} in {scored.games:,} games are graded,"
            f" {scored.played:,} of them of players who played."
        )
    if scored.phase == TUNING:
        yield from ("", "TUNING: settings were chosen on this season; new ones will score worse.")
    if scored.note:
        yield from ("", f"**{_sentence(scored.note)}**")
    yield from _forecast_lines(scored)
    yield from _availability_lines(scored)
    if scored.command:
        yield from ("", f"`{scored.command}` scores the same again.")


def _table(columns: Columns, records: Sequence[object]) -> Iterator[str]:
    view = View.of("", "", columns, records, texts=0)
    return markdown_table(view.columns, view.rows)


def _forecast_lines(scored: Aftermath) -> Iterator[str]:
    score, mae_ewma8 = scored.accuracy, scored.mae_ewma8
    if score is None or mae_ewma8 is None:
        return
    columns: Columns = (
        ("rows", count("rows")),
        ("forecast", lambda score: f"{score.covered:.1%}"),
        ("MAE", number("mae")),
        ("95 %", interval("mae", 3, to=" to ")),
        ("MAE of ewma8", lambda _: f"{mae_ewma8:.3f}"),
        ("bias", number("bias", 2, "+")),
        ("CRPS", number("crps")),
        ("95 %", interval("crps", 3, to=" to ")),
        ("log score", number("log_score")),
    )
    yield from ("", f"Population {score.population}: {MEANINGS[score.population]}. Points; ewma8 on the same rows.", "")
    yield from _table(columns, [score])
    shares = ", ".join(f"{share:.1%}" for share in scored.coverage)
    yield from ("", f"Intervals of 50, 80 and 95 % held {shares} of the outcomes.")
    # A value that all rows share tells nothing beyond the table above.
    values = Counter(part.dimension for part in scored.slices)
    shown = [part for part in scored.slices if values[part.dimension] > 1]
    if shown:
        yield from ("", *_table(_SLICES, shown))


def _availability_lines(scored: Aftermath) -> Iterator[str]:
    grade = scored.availability
    if grade is None:
        return
    yield from ("", *_table(_PLAY_PROBABILITY, [grade]), "", "In ten bins of equal mass:", "")
    bins = zip(grade.forecast_probability, grade.observed_frequency, strict=True)
    rows = [(f"{probability:.1%}", f"{frequency:.1%}") for probability, frequency in bins]
    yield from markdown_table(("play probability", "played"), rows)


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:].rstrip('.')}."
