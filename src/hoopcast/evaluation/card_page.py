"""The card of a model as a page of Markdown."""

from collections import Counter
from collections.abc import Iterator
from math import isnan

from hoopcast.evaluation.aftermath import Aftermath
from hoopcast.evaluation.cards import AVAILABILITY, ModelCard
from hoopcast.evaluation.evaluate import TUNING
from hoopcast.evaluation.populations import MEANINGS
from hoopcast.forecast.frames import source_of
from hoopcast.markdown import table
from hoopcast.warehouse.tables import table as table_definition

# What a page shows of the inputs; the others are in the document.
MOST = 25
_FEATURES = "nba_precompute.availability_features"
_WORDS = {"season": "part of his season"}


def markdown(card: ModelCard) -> str:
    """The card as a page.

    Args:
        card: of a model.
    """
    return "\n".join(_lines(card))


def _lines(card: ModelCard) -> Iterator[str]:
    yield f"# Model card: {card.system}, refit of {card.refit_date}"
    yield from ("", _sentence(card.title), "")
    for text in card.warnings:
        yield from (f"**{_sentence(text)}**", "")
    last = f"before {card.next_refit}, the next refit" if card.next_refit else f"the last refit of {card.season} so far"
    yield from table(
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
            ("Size", f"{card.characters:,} characters of JSON"),
        ],
    )
    yield from _data(card)
    yield from _inputs(card)
    yield from _learned_scores(card)
    yield from _aftermath(card.afterwards)
    yield from ("", "## Limits", "")
    yield from (f"- {text}" for text in card.limits)


def _data(card: ModelCard) -> Iterator[str]:
    data = card.data
    yield from ("", "## What it learned from", "", _sentence(data["learned_from"]), "")
    yield from table(
        ("rows", "players", "games", "game dates", "first", "last"),
        [(data["rows"], data["players"], data["games"], data["dates"], data["first_date"], data["last_date"])],
    )
    yield ""
    yield from table(("season", "rows"), list(data["rows_by_season"].items()))


def _inputs(card: ModelCard) -> Iterator[str]:
    yield from ("", "## What it reads, and what that weighs")
    if card.importance:
        yield from _importance(card)
    rest = [f"`{name}`" for name in (*card.inputs, *card.members) if name not in card.importance]
    if rest:
        yield from ("", f"Read without an importance of its own: {', '.join(rest)}.")


def _importance(card: ModelCard) -> Iterator[str]:
    ordered = sorted(card.importance.items(), key=lambda one: -one[1])
    total = sum(card.importance.values()) or 1.0
    yield from ("", f"Importance is the {card.importance_is}.", "")
    by_feature = any(name in card.inputs for name in card.importance)
    columns = ("", "importance", "of all", "meaning")
    rows = [
        (f"`{name}`" if by_feature else name, f"{number:.3g}", f"{number / total:.1%}", _meaning(card, name))
        for name, number in ordered[:MOST]
    ]
    yield from table(columns, rows) if by_feature else table(columns[:3], [row[:3] for row in rows])
    if len(ordered) > MOST:
        left = sum(number for _, number in ordered[MOST:]) / total
        yield from ("", f"{len(ordered) - MOST} more have {left:.1%} of all; `--json` names them.")


def _meaning(card: ModelCard, name: str) -> str:
    """What a feature is; empty for what is none."""
    if name not in card.inputs:
        return ""
    if card.title == AVAILABILITY:
        return table_definition(_FEATURES).column(name).meaning
    source, own_name = source_of(name)
    return table_definition(source.table).column(own_name).meaning


def _learned_scores(card: ModelCard) -> Iterator[str]:
    if not card.learned_scores:
        return
    yield from ("", "## Scores on what it learned from", "", "No promise: forecasts are judged below.", "")
    yield from (f"- {what}: {number:.4g}" for what, number in card.learned_scores.items())


def _aftermath(found: Aftermath) -> Iterator[str]:
    yield from ("", "## What its forecasts scored afterwards", "")
    if found.first_date:
        yield (
            f"From {found.first_date} to {found.last_date} this refit, and no other, made {found.forecasts:,} forecasts"
            f" on {found.dates} dates; {found.graded:,} in {found.games:,} games are graded, {found.played:,} of them"
            " of players who played."
        )
    if found.phase == TUNING:
        yield from ("", "TUNING: settings were chosen on this season; new ones will score worse.")
    if found.note:
        yield from ("", f"**{_sentence(found.note)}**")
    yield from _laws(found)
    yield from _presence(found)
    if found.command:
        yield from ("", f"`{found.command}` scores the same again.")


def _laws(found: Aftermath) -> Iterator[str]:
    score = found.accuracy
    if score is None or found.mae_ewma8 is None:
        return
    yield from ("", f"Population {score.population}: {MEANINGS[score.population]}. Points; ewma8 on the same rows.", "")
    yield from table(
        ("rows", "forecast", "MAE", "95 %", "MAE of ewma8", "bias", "CRPS", "95 %", "log score"),
        [
            (
                score.rows,
                f"{score.covered:.1%}",
                f"{score.mae:.3f}",
                _interval(score.mae_low, score.mae_high),
                f"{found.mae_ewma8:.3f}",
                f"{score.bias:+.2f}",
                f"{score.crps:.3f}",
                _interval(score.crps_low, score.crps_high),
                f"{score.log_score:.3f}",
            )
        ],
    )
    shares = ", ".join(f"{share:.1%}" for share in found.coverage)
    yield from ("", f"Intervals of 50, 80 and 95 % held {shares} of the outcomes.")
    # What all rows share says nothing that the table above does not.
    count = Counter(one.dimension for one in found.slices)
    shown = [one for one in found.slices if count[one.dimension] > 1]
    if shown:
        yield ""
        yield from table(
            ("by", "", "rows", "MAE", "MAE of ewma8", "bias", "CRPS"),
            [
                (
                    _WORDS.get(one.dimension, one.dimension),
                    one.value,
                    one.rows,
                    f"{one.mae:.3f}",
                    f"{one.mae_ewma8:.3f}",
                    f"{one.bias:+.2f}",
                    f"{one.crps:.3f}",
                )
                for one in shown
            ],
        )


def _presence(found: Aftermath) -> Iterator[str]:
    graded = found.availability
    if graded is None:
        return
    yield ""
    yield from table(
        ("rows", "played", "Brier", "95 %", "Brier of the share", "calibration error", "limit"),
        [
            (
                graded.rows,
                f"{graded.played_share:.1%}",
                f"{graded.brier:.4f}",
                _interval(graded.brier_low, graded.brier_high, 4),
                f"{graded.brier_of_share:.4f}",
                f"{graded.calibration_error:.4f}",
                f"{graded.calibration_error_limit:.4f}",
            )
        ],
    )
    yield from ("", "In ten bins of equal mass:", "")
    bins = zip(graded.said, graded.happened, strict=True)
    yield from table(("said", "played"), [(f"{said:.1%}", f"{happened:.1%}") for said, happened in bins])


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:].rstrip('.')}."


def _interval(low: float, high: float, digits: int = 3) -> str:
    return "" if isnan(low) else f"{low:.{digits}f} to {high:.{digits}f}"
