"""What a refit writes of itself for whoever reads its model card: data, inputs and what they weigh, scores, limits."""

import json
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from hoopcast.calendar import season_of_game
from hoopcast.forecast.frame import Document, Frame
from hoopcast.forecast.system import LEVELS, Level, Summary

OF_FORECASTS = (
    "Its distributions hold if he plays; whether he does is the play probability, which stands beside them.",
    "What happens in the game itself, such as an injury, fouls or overtime, is in the width of the distribution alone.",
    "A newcomer, or who was away for more than a season, counts as a player from the bench until he has played.",
)
_OF_EVERYTHING = (
    "It learns on the first game date of a month; what changed since then it sees through its inputs alone.",
    "In the first season of a warehouse it learns late, from few rows, with inputs that lack last season.",
)
_OF_HISTORY = "It reads results and the schedule: who is out tonight it can not see before he has missed a game."
# What a level reads above those below it.
_OF_LEVELS: dict[Level, str] = {
    "news": "Moves on the injured list carry no hour: what they tell of their own day is an upper bound of what was"
    " known before tip-off.",
    "market": "Spreads, totals and who is quoted come from closing archives without an hour: an upper bound as well.",
    "line": "It speaks of quoted players alone, by closing lines that carry no hour: the market's last word, not a"
    " price that was to be had.",
}
# Significant digits of what importance and scores are.
_DIGITS = 6


@dataclass(frozen=True)
class About:
    """What a card says of a system beside what was learned.

    Args:
        learned_from: what a row is, and what is learned of it.
        inputs: features that it reads.
        members: system_ids whose distributions it reads.
        limits: what it can not see or do, a sentence each.
        summary: what its document says of itself; None for nothing.
    """

    learned_from: str
    inputs: tuple[str, ...]
    members: tuple[str, ...]
    limits: tuple[str, ...]
    summary: Callable[[Document], Summary] | None


def limits_of(level: Level) -> tuple[str, ...]:
    """What nothing that is learned at a level can see or do."""
    known = LEVELS[1 : LEVELS.index(level) + 1]
    return (*(tuple(_OF_LEVELS[lower] for lower in known) or (_OF_HISTORY,)), *_OF_EVERYTHING)


def card(about: About, rows: Frame, document: Document) -> str:
    """The card of a refit as JSON: the same for the same rows and document.

    Args:
        about: the system.
        rows: keys of what it learned from, at least one row, in the order of a frame; columns are not looked at.
        document: what it learned.
    """
    summary = Summary("") if about.summary is None else about.summary(document)
    # A frame is in the order of dates and games, so that each begins where the one before ends.
    days = np.flatnonzero(np.concatenate([[True], rows.game_date[1:] != rows.game_date[:-1]]))
    seasons: dict[str, int] = {}
    for day, count in zip(days.tolist(), np.diff([*days, len(rows)]).tolist(), strict=True):
        season = season_of_game(rows.game_id[day])
        seasons[season] = seasons.get(season, 0) + count
    content = {
        "learned_from": about.learned_from,
        "players": len(np.unique(rows.player_id)),
        "games": 1 + int(np.count_nonzero(rows.game_id[1:] != rows.game_id[:-1])),
        "dates": len(days),
        "first_date": str(rows.game_date[0]),
        "last_date": str(rows.game_date[-1]),
        "rows_by_season": seasons,
        "inputs": list(about.inputs),
        "members": list(about.members),
        "importance_is": summary.measure,
        "importance": {name: _shortened(number) for name, number in summary.importance.items()},
        "scores": {what: _shortened(number) for what, number in summary.scores.items()},
        "limits": list(about.limits),
    }
    return json.dumps(content, allow_nan=False, separators=(",", ":"))


def _shortened(number: float) -> float:
    return float(f"{number:.{_DIGITS}g}")
