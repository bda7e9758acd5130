"""The report of an audit: as a page, as JSON, and a line for each finding."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from hoopcast.audit.audit import Audit
from hoopcast.audit.checks import AuditCheck, merge_checks
from hoopcast.audit.recomputation import TOLERANCE
from hoopcast.plain import markdown_table

_MEANINGS = {
    "lineage": "Every column that is known before a game, and all that Python reads, is walked back to raw columns. A"
    " result on the way must lie behind a condition that its date is earlier.",
    "rebuild": "For each sampled date the warehouse is copied. Every result, shot, starter and score of a game on or"
    " after it becomes consistent nonsense, and so do reports and lines of at or after tip-off or of a later"
    " date. Features, refits, distributions, calibrations and forecasts {window} are written anew, whatever the ledger"
    " says, and compared with what is stored, to the last bit.",
    "levels": "Then lines of the date itself, quotes and spreads, and injured-list moves and reports become others, one"
    " after the other. Nothing of a lower information level may change.",
    "recomputation": "Features of drawn rows are added up in plain Python from raw rows, without code of the models,"
    f" and compared to {TOLERANCE:g}, of the number itself where it is above 1. What is blended early in a season is"
    " compared from the tenth game on.",
    "metadata": "Cut-offs of what was learned, capture times of lines, and reasons of absent rows.",
    "accuracy": "A system that beats his real minutes times his rate, or a score below the alarm, knows the game.",
}


def markdown(audit: Audit, command: str) -> str:
    """The report as a page of Markdown.

    Args:
        audit: the checks and their findings.
        command: what makes the report again.
    """
    return "\n".join(_lines(audit, command))


def document(audit: Audit, command: str) -> dict[str, Any]:
    """The report as JSON holds it."""
    return {
        "command": command,
        "version": audit.version,
        "made_at_utc": audit.made_at_utc.isoformat(sep=" "),
        "first_date": str(audit.first_date),
        "last_date": str(audit.last_date),
        "dates_rebuilt": [str(day) for day in audit.sampled],
        "asked": asdict(audit.asked),
        "clean": not audit.findings,
        "checks": [asdict(line) for line in audit.lines],
        "details": [asdict(check) for check in merge_checks(audit.checks)],
    }


def findings(audit: Audit) -> list[str]:
    """A line for each finding."""
    return [f"{check.part}: {check.subject}: {check.detail or check.check}" for check in audit.findings]


def _lines(audit: Audit, command: str) -> Iterator[str]:
    yield f"# Leak audit, {audit.first_date} to {audit.last_date}"
    yield ""
    count = sum(check.findings for check in audit.checks)
    yield f"**{count:,} findings.**" if count else "**Nothing was found.**"
    yield ""
    yield f"Made on {audit.made_at_utc} UTC by Hoopcast {audit.version} with `{command}`."
    days = ", ".join(str(day) for day in audit.sampled)
    yield f"Dates rebuilt, drawn with seed {audit.asked.seed}: {days or 'none'}."
    yield ""
    yield from markdown_table(
        ("part", "check", "subjects", "rows", "findings", "result"),
        [(line.part, line.check, line.subjects, line.rows, line.findings, line.result) for line in audit.lines],
    )
    if count:
        yield from ("", "## Findings", "")
        yield from (f"- {text}" for text in findings(audit))
    yield from _details(audit)


def _details(audit: Audit) -> Iterator[str]:
    window = "of all dates up to it" if audit.asked.from_scratch else "from the first of its month up to it"
    checks: dict[str, list[AuditCheck]] = {}
    for check in merge_checks(audit.checks):
        checks.setdefault(check.part, []).append(check)
    for part, of_part in checks.items():
        yield from ("", f"## {part.capitalize()}", "", _MEANINGS[part].format(window=window), "")
        yield from markdown_table(
            ("check", "subject", "rows", "findings", "detail"),
            [(check.check, check.subject, check.rows, check.findings, check.detail) for check in of_part],
        )
