"""The portable subset of SQL, enforced: what one of the engines would refuse, or would silently do in another way."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import chain

from sqlglot import exp
from sqlglot.errors import SqlglotError

from hoopcast.errors import ModelError
from hoopcast.warehouse.constructs import construct_findings
from hoopcast.warehouse.dialect import parse
from hoopcast.warehouse.findings import Finding, line_of
from hoopcast.warehouse.meanings import meaning_findings, resolved
from hoopcast.warehouse.tables import Table, read_headers
from hoopcast.warehouse.windows import window_findings


@dataclass(frozen=True, order=True)
class Problem:
    """Where a SELECT leaves the portable subset: line of the text (from 1), name of the rule, what to write instead."""

    line: int
    rule: str
    message: str


@cache
def lint(definition: Table | str) -> tuple[Problem, ...]:
    """Where a model's SELECT leaves the portable subset of SQL.

    Args:
        definition: a model's table, or the text of any SELECT. Columns are compared with the described ones only for
            a table; the tables that are read with a header `-- inputs:` where there is one.

    Returns:
        Problems in the order of their lines; none for a portable SELECT.

    Raises:
        ModelError: if the text does not parse, or is not one SELECT.
    """
    text = definition if isinstance(definition, str) else definition.text
    tree = parse(text)
    found = list(chain(construct_findings(tree), window_findings(tree), _final_select(tree), _inputs(tree, text)))
    if not isinstance(definition, str):
        found.extend(_described(tree, definition))
    try:
        found.extend(meaning_findings(resolved(tree)))
    except SqlglotError as error:
        found.append(Finding(tree, "unresolved", " ".join(str(error).split())))
    return tuple(sorted({Problem(line_of(finding.node), finding.rule, finding.message) for finding in found}))


def refuse_unportable(definition: Table) -> None:
    """Stop at the first place where a model leaves the portable subset.

    Raises:
        ModelError: naming the table, line, rule and what to write instead.
    """
    for problem in lint(definition):
        raise ModelError(f"{definition.name}, line {problem.line}: {problem.message} ({problem.rule})")


def _final_select(tree: exp.Query) -> Iterator[Finding]:
    for select in _branches(tree):
        for column in select.expressions:
            if column.is_star:
                yield Finding(column, "final-star", "the final SELECT names each of its columns")


def _branches(tree: exp.Query) -> Iterator[exp.Select]:
    """The final SELECT, or each of those that a UNION puts together."""
    if isinstance(tree, exp.SetOperation):
        yield from _branches(tree.left)
        yield from _branches(tree.right)
    elif isinstance(tree, exp.Select):
        yield tree


def _described(tree: exp.Query, definition: Table) -> Iterator[Finding]:
    """Columns of the final SELECT that are not the described ones in their order."""
    written = [column.alias_or_name for column in tree.selects]
    described = list(definition.column_names)
    if written != described:
        pairs = zip(written, described, strict=False)
        place = next((i for i, (one, other) in enumerate(pairs) if one != other), min(len(written), len(described)))
        names = [columns[place] if place < len(columns) else "nothing" for columns in (written, described)]
        node = tree.selects[min(place, len(written) - 1)]
        yield Finding(node, "described-columns", f"column {place + 1} is {names[0]}, its comments describe {names[1]}")


def _inputs(tree: exp.Query, text: str) -> Iterator[Finding]:
    """Tables that are read and not named by the header, or named and not read, or named twice."""
    header = read_headers(text)[1].get("inputs")
    if header is None:
        return
    named = Counter(part.split()[0] for part in header.split(",") if part.strip())
    read = {f"{node.db}.{node.name}": node for node in tree.find_all(exp.Table) if node.db}
    for name in sorted(read.keys() - named.keys()):
        yield Finding(read[name], "inputs", f"reads {name}, which its header `-- inputs:` does not name")
    for name in sorted(named):
        if name not in read:
            yield Finding(tree, "inputs", f"its header `-- inputs:` names {name}, which it does not read")
        elif named[name] > 1:
            yield Finding(tree, "inputs", f"its header `-- inputs:` names {name} {named[name]} times")
