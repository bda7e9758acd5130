"""What an audit looked at, and what it found."""

from dataclasses import dataclass
from typing import Literal

Part = Literal["lineage", "rebuild", "levels", "recount", "claims", "accuracy"]
PARTS: tuple[Part, ...] = ("lineage", "rebuild", "levels", "recount", "claims", "accuracy")


@dataclass(frozen=True)
class Looked:
    """One look: which part of the audit, what was asked of what, how many rows were looked at, how many are wrong.

    `subject` is a table, a node of the graph of tables, or a system; `detail` tells of a finding, or what was seen.
    """

    part: Part
    check: str
    subject: str
    rows: int
    findings: int = 0
    detail: str = ""


@dataclass(frozen=True)
class CheckLine:
    """All looks of one check together; one that saw no rows is not applicable, whatever it found."""

    part: Part
    check: str
    looked_at: str
    rows: int
    findings: int
    result: str


def check_lines(looks: tuple[Looked, ...]) -> tuple[CheckLine, ...]:
    """A line for each check, in the order of the parts."""
    found: dict[tuple[Part, str], list[Looked]] = {}
    for look in sorted(looks, key=lambda one: PARTS.index(one.part)):
        found.setdefault((look.part, look.check), []).append(look)
    return tuple(
        CheckLine(part, check, _subjects(part, of_check), *_result(of_check))
        for (part, check), of_check in found.items()
    )


def _result(looks: list[Looked]) -> tuple[int, int, str]:
    """Rows, findings, and the result in words."""
    rows, found = sum(look.rows for look in looks), _findings(looks)
    return rows, found, "found something" if found else "nothing found" if rows else "not applicable"


def merged(looks: tuple[Looked, ...]) -> tuple[Looked, ...]:
    """Looks of several dates at the same subject together, with the detail of the first finding."""
    found: dict[tuple[Part, str, str], list[Looked]] = {}
    for look in sorted(looks, key=lambda one: PARTS.index(one.part)):
        found.setdefault((look.part, look.check, look.subject), []).append(look)
    return tuple(
        Looked(
            *key,
            sum(one.rows for one in same),
            _findings(same),
            next((one.detail for one in same if one.findings), same[0].detail),
        )
        for key, same in found.items()
    )


_UNITS: dict[Part, str] = {"recount": "features", "claims": "tables", "accuracy": "systems"}


def _subjects(part: Part, looks: list[Looked]) -> str:
    names = list(dict.fromkeys(look.subject for look in looks))
    return names[0] if len(names) == 1 else f"{len(names)} {_UNITS.get(part, 'tables and systems')}"


def _findings(looks: list[Looked]) -> int:
    return sum(look.findings for look in looks)
