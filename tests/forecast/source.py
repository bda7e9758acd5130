"""The project's code as texts: the same in other words, order and place, and what Python's own trees tell of it."""

import ast
import io
import re
import tokenize
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from pathlib import Path
from typing import TypeAlias

import pytest

import hoopcast
from hoopcast import graph as nodes
from hoopcast.forecast.code import Read, python_version

PACKAGE = Path(hoopcast.__file__).parent
WORDS = ("hoopcast.errors", "hoopcast.forecast.card")
NOT_FOLLOWED = (*WORDS, "hoopcast.forecast.cancellation", "hoopcast.pipeline", "hoopcast.warehouse")
SAID = ("title", "summary", "limits")
_OTHER_MARKS = {
    "+": "-",
    "-": "+",
    "*": "/",
    "/": "*",
    "<": ">",
    ">": "<",
    "==": "!=",
    ".": "@",
    "and": "or",
    "or": "and",
}
Versions: TypeAlias = Mapping[str, tuple[str, ...]]
Placed: TypeAlias = ast.stmt | ast.expr


@cache
def texts() -> dict[str, str]:
    """Text of each module of the package by its name."""
    found = {}
    for path in PACKAGE.rglob("*.py"):
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path.read_text("utf-8")
    return found


@cache
def roots() -> dict[str, tuple[str, ...]]:
    """Definitions whose versions are in that of each node, by its name."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(nodes, "python_version", lambda root: f"root {root}")
        patch.setattr(nodes, "code_fingerprint", lambda *parts: "\n".join(parts))
        every = (*nodes.availability_nodes(), *nodes.forecast_nodes("store"))
    return {node.name: tuple(re.findall(r"^root (.*)$", node.version, re.MULTILINE)) for node in every}


def versions(read: Read, moved: Callable[[str], str] = str) -> Versions:
    """Version of the Python of each node, by its name.

    Args:
        read: text of a module.
        moved: where the definition of a root has gone.
    """
    return {
        name: tuple(python_version(moved(root), read=read) for root in of_node) for name, of_node in roots().items()
    }


@dataclass(frozen=True)
class Module:
    """What Python's tree tells of a module: what it imports, and the statement or value of each definition."""

    imports: Mapping[str, tuple[str, str]]
    definitions: Mapping[str, ast.AST]

    @property
    def words(self) -> frozenset[str]:
        """Names of what makes words alone."""
        return frozenset(name for name, (module, _) in self.imports.items() if module in WORDS)


@cache
def module_of(text: str) -> Module:
    """A module by its text, without what is said for people."""
    tree = ast.parse(text)
    imports = {
        alias.asname or alias.name: (str(node.module), alias.name)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    words = Module(imports, {}).words
    found: dict[str, ast.AST] = {}
    for node in tree.body:
        for name, part in bound(node):
            found[name] = _Bare(words).visit(part)
    return Module(imports, found)


def bound(node: ast.stmt) -> Iterator[tuple[str, ast.AST]]:
    """Names that a statement of a module binds, and what to."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        yield node.name, node
    elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
        for target in node.targets if isinstance(node, ast.Assign) else (node.target,):
            names = [one.id for one in ast.walk(target) if isinstance(one, ast.Name)]
            if names == ["SYSTEM"] and isinstance(node.value, ast.Call):
                node.value.keywords = [one for one in node.value.keywords if one.arg not in SAID]
            yield from ((name, node.value) for name in names)


def trees(text: str, words: frozenset[str]) -> dict[str, str]:
    """The tree of each definition of a text, in words, without what is said for people.

    Args:
        text: some statements of a module.
        words: names of what makes words alone.
    """
    return {name: ast.dump(_Bare(words).visit(part)) for node in ast.parse(text).body for name, part in bound(node)}


class _Bare(ast.NodeTransformer):
    """A tree without docstrings, annotations, and what errors and cards say."""

    def __init__(self, words: frozenset[str]) -> None:
        self._words = words

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        """Nothing of what it returns."""
        node.returns = None
        return self.generic_visit(node)

    def visit_arg(self, node: ast.arg) -> ast.AST:
        """Nothing of its type."""
        node.annotation = None
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        """Nothing of its type."""
        node.annotation = ast.Constant("")
        return self.generic_visit(node)

    def visit_Expr(self, node: ast.Expr) -> ast.AST | None:
        """Nothing of a docstring."""
        return None if isinstance(node.value, ast.Constant) else self.generic_visit(node)

    def visit_Raise(self, node: ast.Raise) -> ast.AST:
        """Nothing of what it says."""
        node.exc, node.cause = node.exc.func if isinstance(node.exc, ast.Call) else node.exc, None
        return self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """Nothing of what makes words."""
        if isinstance(node.func, ast.Name) and node.func.id in self._words:
            node.args, node.keywords = [], []
        return self.generic_visit(node)


def names_used(module: Module, name: str) -> set[str]:
    """Names of a module that one of its definitions uses, those aside that it binds itself."""
    known = module.imports.keys() | module.definitions.keys()
    used: set[str] = set()
    own: set[str] = set()
    for node in ast.walk(module.definitions[name]):
        if isinstance(node, ast.Name):
            (used if isinstance(node.ctx, ast.Load) else own).add(node.id)
        elif isinstance(node, ast.arg):
            own.add(node.arg)
    return (used - own) & known


def attributes_used(module: Module, name: str, of: str) -> set[str]:
    """Attributes that a definition asks a name for."""
    return {
        node.attr
        for node in ast.walk(module.definitions[name])
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == of
    }


@cache
def reach(*of: str) -> frozenset[tuple[str, str]]:
    """Definitions that some definitions come to use, by module and name, as Python's trees tell it."""
    found = {(root.partition(":")[0], root.partition(":")[2]) for root in of}
    waiting = list(found)
    for where, name in waiting:
        module = module_of(texts()[where])
        for used in names_used(module, name):
            origin, original = module.imports.get(used, (where, used))
            if f"{origin}.{original}" in texts():
                targets = {(f"{origin}.{original}", attribute) for attribute in attributes_used(module, name, used)}
            else:
                targets = {(origin, original)}
            for target in targets - found:
                if target[0] in texts() and not target[0].startswith(NOT_FOLLOWED):
                    found.add(target)
                    waiting.append(target)
    return frozenset(found)


@cache
def reached() -> tuple[str, ...]:
    """Modules with a definition that a node comes to use."""
    return tuple(sorted({module for of_node in set(roots().values()) for module, _ in reach(*of_node)}))


def edited(text: str, edits: Mapping[tuple[int, int], str]) -> str:
    """A text with other words between places; an edit within another is left out."""
    found, end = [], 0
    for (start, stop), instead in sorted(edits.items(), key=lambda edit: (edit[0][0], -edit[0][1])):
        if start >= end:
            found += [text[end:start], instead]
            end = stop
    return "".join([*found, text[end:]])


def batch(text: str, node: Placed) -> tuple[int, int]:
    """Places in a text where a node begins and ends."""
    lines = text.splitlines(keepends=True)

    def place(line: int, column: int) -> int:
        return sum(map(len, lines[: line - 1])) + len(lines[line - 1].encode()[:column].decode())

    return place(node.lineno, node.col_offset), place(node.end_lineno or 0, node.end_col_offset or 0)


def whole_batch(text: str, node: ast.stmt) -> tuple[int, int]:
    """Places in a text where a statement begins, with its decorators, and ends."""
    start, end = batch(text, node)
    decorators = node.decorator_list if isinstance(node, ast.FunctionDef | ast.ClassDef) else []
    return min([start, *(batch(text, one)[0] - 1 for one in decorators)]), end


def reworded(text: str) -> str:
    """A module that computes the same, with other comments, docstrings, annotations, errors, titles, limits, cards."""
    edits = {(0, 0): "# said anew\n"}
    words = module_of(text).words
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node):
            edits[batch(text, node.body[0])] = '"""Said anew."""'
        if isinstance(node, ast.arg | ast.AnnAssign) and node.annotation is not None:
            edits[batch(text, node.annotation)] = "Anew"
        if isinstance(node, ast.FunctionDef):
            edits |= {batch(text, node.returns): "Anew"} if node.returns else {}
            edits |= _other_texts(text, *node.body[1:]) if node.name in ("summary", "_summary") else {}
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            edits |= _other_texts(text, *node.exc.args)
        if isinstance(node, ast.Call):
            edits |= _other_words(text, node, words)
    starts = [0, *accumulate(map(len, text.splitlines(keepends=True)))]
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            edits[starts[token.start[0] - 1] + token.start[1], starts[token.end[0] - 1] + token.end[1]] = "# said anew"
    return edited(text, edits)


def _other_words(text: str, call: ast.Call, words: frozenset[str]) -> dict[tuple[int, int], str]:
    """Other texts for what makes words, and for what a system says of itself."""
    made_by = call.func.id if isinstance(call.func, ast.Name) else ""
    said = [one.value for one in call.keywords if one.arg in SAID] if made_by == "System" else []
    functions = {batch(text, one): "None" for one in said if isinstance(one, ast.Name)}
    return _other_texts(text, *said, *(call.args if made_by in words else [])) | functions


def _other_texts(text: str, *said: Placed) -> dict[tuple[int, int], str]:
    return {
        batch(text, node): '"said anew"'
        for one in said
        for node in ast.walk(one)
        if isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))
    }


def reordered(text: str) -> str:
    """A module with its functions and classes from the last to the first, and one that nothing uses."""
    body = [node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    places = [whole_batch(text, node) for node in body]
    edits = {place: text[slice(*other)] for place, other in zip(places, reversed(places), strict=True)}
    return f"{edited(text, edits)}\n\ndef of_no_use(points: int) -> int:\n    return points + 1\n"


def moved(name: str) -> str:
    """Where a module, or a definition of one, has gone: into a package beside it."""
    module, colon, definition = name.partition(":")
    package, _, last = module.rpartition(".")
    return f"{package}.elsewhere.{last}{colon}{definition}" if module in reached() else name


def all_moved(of: Mapping[str, str]) -> dict[str, str]:
    """Modules under their new names, with imports that find them there."""
    found = {"hoopcast.elsewhere": "", "hoopcast.forecast.elsewhere": ""}
    for name, text in of.items():
        new = text
        for module in reached():
            package, _, last = module.rpartition(".")
            new = re.sub(rf"from {re.escape(module)} import", f"from {moved(module)} import", new)
            new = re.sub(rf"from {re.escape(package)} import {last}\b", f"from {package}.elsewhere import {last}", new)
        found[moved(name)] = new
    return found


def other_tokens(text: str) -> Iterator[tuple[tuple[int, int], str]]:
    """Places of every seventh word, number, text and mark, each with another one."""
    starts = [0, *accumulate(map(len, text.splitlines(keepends=True)))]
    of_code = (tokenize.NAME, tokenize.NUMBER, tokenize.STRING, tokenize.OP)
    every = [token for token in tokenize.generate_tokens(io.StringIO(text).readline) if token.type in of_code]
    for token in every[::7]:
        if token.type == tokenize.NAME:
            instead = _OTHER_MARKS.get(token.string, f"other_{token.string}")
        elif token.type == tokenize.OP:
            instead = _OTHER_MARKS.get(token.string, token.string)
        else:
            instead = "1234.5" if token.type == tokenize.NUMBER else '"other"'
        if instead != token.string:
            (first, start), (last, end) = token.start, token.end
            yield (starts[first - 1] + start, starts[last - 1] + end), instead
