"""Version of what Python computes: a hash of the functions, classes and constants that a function uses, and of theirs.

Modules are read as text, and none is imported. A definition is known by what it says and by the definitions that its
names stand for, wherever these are: comments, docstrings, annotations, and what an error or a model card says are left
out. It goes by tokens and rules of its own. Python's trees would tell the same, and a test sees to it that they do; but
each release builds others, and to build them takes more than twice as long.
"""

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from importlib import resources
from importlib.metadata import distribution, version
from typing import TypeAlias

from hoopcast.errors import ModelError

# Text of a module by its name; None where there is none.
Read: TypeAlias = Callable[[str], str | None]
# A logical line: the end of the line before it with its indent, then its tokens.
_Line: TypeAlias = list[str]

LIBRARIES = ("lightgbm", "numpy", "scipy")
_FOLDER = resources.files("hoopcast")
_PROJECT = re.compile(r"hoopcast\b")
# Nothing but words comes from these, so that what they are called with is left out with them.
_WORDS = ("hoopcast.errors:", "hoopcast.forecast.card:")
# The others hand on numbers and change none. What the warehouse does to them has a number of its own in each version.
_NOT_FOLLOWED = re.compile(r"hoopcast\.(?:errors|forecast\.card|forecast\.cancellation|pipeline|warehouse)\b")
# What a system says of itself, for people.
_SYSTEM, _SAID = "SYSTEM", ("title", "summary", "limits")
# What they bring in stands in no text that could be followed.
_UNSEEN = ("builtins.", "importlib.import_module", "importlib.resources", "importlib.util", "pkgutil", "runpy")
_BUILTINS = {name: f"builtins.{name}" for name in ("__import__", "compile", "eval", "exec", "globals")}
# Annotations that change what a data class does, and words before a colon that is no annotation's.
_FIELD_KINDS, _BRANCHES = frozenset({"ClassVar", "InitVar", "KW_ONLY"}), ("else", "except", "finally", "try")
_DEPTH = {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}
_QUOTES = ('"', "'")
# Words, marks, attributes, ends of lines with the indent of the next, texts, the commonest first; of a comment nothing.
_TOKEN = re.compile(
    r"""(\w+|[(),\[\]{}]|\.\w+|\n[ \t]*|[-+*/%@&|^<>=!:]=|->|[^\w\s"'#]"""
    r"""|"{3}[^"\\]*(?:(?:\\.|"(?!""))[^"\\]*)*"{3}|"[^"\\\n]*(?:\\.[^"\\\n]*)*\""""
    r"""|'{3}[^'\\]*(?:(?:\\.|'(?!''))[^'\\]*)*'{3}|'[^'\\\n]*(?:\\.[^'\\\n]*)*')|\#[^\n]*""",
    re.DOTALL,
)
# What stands before a text with names in it, what stands in its braces, and names there.
_FORMATTED = frozenset({"f", "F", "fr", "rf"})
_BRACED = re.compile(r"\{([^{}]+)")
_NAME = re.compile(r"(?<![\w.])([^\W\d]\w*)(\.\w+)?")


@dataclass(frozen=True)
class Definition:
    """What a module binds to a name.

    Args:
        text: its tokens; of a constant those from the `=` on.
        uses: what those of its names stand for that the module defines or imports, in the order in which they come:
            module, colon, name and attribute for one of the project, else the path of the import.
    """

    text: str
    uses: tuple[str, ...]


@dataclass(frozen=True)
class _Outline:
    """Lines of each definition of a module, what its names stand for, and which of them make words alone."""

    lines: Mapping[str, Sequence[_Line]]
    paths: Mapping[str, str]
    words: frozenset[str]


def read_module(name: str) -> str | None:
    """Text of a module of the package as it is installed; None where there is none."""
    path = "/".join(name.split(".")[1:])
    for file in (f"{path}.py", f"{path}/__init__.py".lstrip("/")):
        with suppress(FileNotFoundError):
            return _FOLDER.joinpath(file).read_text("utf-8")
    return None


@cache
def python_version(root: str, read: Read = read_module) -> str:
    """Hash of what a definition computes, with all that it uses and the versions of libraries among that.

    Args:
        root: its module and name, such as `hoopcast.forecast.training:refits`.
        read: gives the text of a module.

    Raises:
        ModelError: if the text does not tell what is used.
    """
    places = {root: 0}
    waiting, parts = [root], list[str]()
    libraries: set[str] = set()
    # Numbered as they are met: it counts which definition a name stands for, and not where that is.
    for one in waiting:
        digest, uses = _linked(one, read)
        parts.append(digest)
        for use in uses:
            if ":" not in use:
                libraries.add(use.partition(".")[0])
                parts.append(use)
                continue
            if use not in places:
                places[use] = len(places)
                waiting.append(use)
            parts.append(str(places[use]))
    parts += [_series(library) for library in LIBRARIES if library in libraries]
    return hashlib.sha256(" ".join(parts).encode()).hexdigest()[:16]


@cache
def _series(library: str) -> str:
    """Version of a library without its last part: a patch changes no forecast."""
    # `version` alone would parse all that stands there, licences included.
    text = distribution(library).read_text("METADATA") or f"\nVersion: {version(library)}"
    return ".".join(text.partition("\nVersion: ")[2].partition("\n")[0].split(".")[:2])


@cache
def _linked(root: str, read: Read) -> tuple[str, tuple[str, ...]]:
    """Hash of a definition's text, and the definitions that it uses, as roots; a word for what is not followed."""
    module, _, name = root.partition(":")
    found = define(module, _text(module, read), name)
    digest = hashlib.sha256(found.text.encode()).hexdigest()
    return digest, tuple(_target(path, module, read) if ":" in path else path for path in found.uses)


@cache
def _text(module: str, read: Read) -> str:
    found = read(module)
    if found is None:
        raise ModelError(f"no module {module} to take a version of; name one that there is")
    return found


def _target(path: str, user: str, read: Read) -> str:
    """The definition that a path leads to, as a root; of a module that is not followed the bare name."""
    where, _, what = path.partition(":")
    if _NOT_FOLLOWED.match(where):
        return what
    name, dot, attribute = what.partition(".")
    leads_to = _outline(where, _text(where, read)).paths.get(name, f"{where}.{name}")
    if leads_to == f"{where}:{name}":
        return leads_to
    if ":" in leads_to:
        return _target(f"{leads_to}{dot}{attribute}", user, read)
    if not attribute:
        raise ModelError(f"{user} uses {where}.{name}, which no version can follow; import what is used by its name")
    return _target(f"{leads_to}:{attribute}", user, read)


@cache
def define(module: str, source: str, name: str) -> Definition:
    """What a module binds to a name.

    Args:
        module: its name.
        source: its text.
        name: of a function, a class or a constant.

    Raises:
        ModelError: if there is no such definition, or the text does not tell what it uses.
    """
    outline = _outline(module, source)
    if name not in outline.lines:
        raise ModelError(f"{module} defines no '{name}'; name a function, class or constant of its own")
    paths, words = outline.paths, outline.words
    tokens: list[str] = []
    for line in _counted(outline.lines[name]):
        if line[1] in ("from", "import"):
            imported = dict(_imported(module, line))
            if any(paths.get(word, path) != path for word, path in imported.items()):
                raise ModelError(
                    f"{module}.{name} gives a name twice, which no version can follow; import under another"
                )
            paths = {**paths, **imported}
            words = _words(paths)
        else:
            tokens += line
    tokens = _without_words(tokens, words)
    uses: dict[str, None] = {}
    for word, attribute in _names(tokens, paths):
        path = paths[word]
        if f"{path}{attribute}".startswith(_UNSEEN):
            raise ModelError(f"{module}.{name} uses {path}{attribute}, which no version can follow; import by name")
        uses[f"{path}{attribute}" if ":" in path else path] = None
    return Definition(" ".join(tokens), tuple(uses))


def _names(tokens: _Line, paths: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Names that are among paths, each with the attribute behind it.

    A local name that is one of the module's as well is taken for that: rather one too many than one too few.
    """
    asked = (paths.keys() | _FORMATTED).intersection(tokens)
    for place in [place for place, token in enumerate(tokens) if token in asked]:
        before, token = tokens[place - 1], tokens[place]
        behind = tokens[place + 1] if place + 1 < len(tokens) else ""
        if token in _FORMATTED:
            for braced in _BRACED.findall(behind):
                yield from (found for found in _NAME.findall(braced) if found[0] in paths)
        elif not (
            before in ("class", "def")  # it gets a name
            or (behind == "=" and before in ("(", ","))  # the name of an argument
            or (behind in ("=", ":") and before[0] == "\n")  # a local name, or a field
        ):
            yield token, behind if behind[:1] == "." else ""


def _counted(lines: Sequence[_Line]) -> Iterator[_Line]:
    """Lines of a definition without docstrings, annotations and what errors say."""
    is_class = any(line[:2] == ["\n", "class"] for line in lines)
    for line in lines:
        if line[1] == "raise":
            yield line[: _until(line, 2, ("(", "from"))]
        elif "def" in line[1:3]:
            yield _without_annotations(line)
        elif line[2:3] == [":"] and line[1] not in _BRANCHES and not _FIELD_KINDS.intersection(line):
            # An annotation alone makes a field of a class.
            yield line[: 3 if is_class else 2] + line[_until(line, 3, ("=",)) :]
        elif line[1][0] not in _QUOTES or any(token[0] not in _QUOTES for token in line[2:]):
            yield line


def _without_annotations(line: _Line) -> _Line:
    """The head of a function without annotations; one with a lambda as it is."""
    if "lambda" in line:
        return line
    kept: _Line = []
    place = depth = 0
    while place < len(line):
        depth += _DEPTH.get(line[place], 0)
        match line[place]:
            case ":" if depth == 1:
                place = _until(line, place + 1, (",", "="))
            case "->":
                place = _until(line, place + 1, (":",))
            case "," if line[place + 1] == ")" and depth == 1:
                # A comma behind the last argument is layout.
                place += 1
            case kind:
                kept.append(kind)
                place += 1
    return kept


def _without_words(tokens: _Line, words: frozenset[str]) -> _Line:
    """Tokens without what is given to calls that make words alone."""
    if not words.isdisjoint(tokens):
        for place, token in enumerate(tokens[:-1]):
            if token in words and tokens[place + 1] == "(":
                return tokens[: place + 1] + _without_words(tokens[_until(tokens, place + 2) + 1 :], words)
    return tokens


def _without_said(line: _Line) -> _Line:
    """The definition of a system without what it says of itself."""
    start = line.index("(") + 1
    kept = line[:start]
    while start < len(line):
        end = _until(line, start, (",",)) + 1
        if line[start] not in _SAID or line[start + 1] != "=":
            kept += line[start:end]
        start = end
    return kept


def _until(line: _Line, start: int, ends: Sequence[str] = ()) -> int:
    """Place of the first of some ends from a start on, further brackets aside, or of the one that closes before."""
    depth = 0
    for place in range(start, len(line)):
        turn = _DEPTH.get(line[place], 0)
        if depth == 0 and (line[place] in ends or turn < 0):
            return place
        depth += turn
    return len(line)


@cache
def _outline(module: str, source: str) -> _Outline:
    lines: dict[str, list[_Line]] = {}
    paths: dict[str, str] = {}
    for statement in _statements(module, source):
        head = next(line for line in statement if line[1] != "@")
        match head[1:]:
            case ["from" | "import", *_]:
                paths.update(_imported(module, head))
            case ["class" | "def", name, *_] | ["async", "def", name, *_]:
                lines.setdefault(name, []).extend(statement)
            case ["if", "TYPE_CHECKING", ":"]:
                pass
            case [text] if text[0] in _QUOTES:
                pass
            case _:
                for name, value in _bound(module, head):
                    lines.setdefault(name, []).append(value)
    paths |= {name: f"{module}:{name}" for name in lines}
    return _Outline(lines, _BUILTINS | paths, _words(paths))


def _words(paths: Mapping[str, str]) -> frozenset[str]:
    return frozenset(name for name, path in paths.items() if path.startswith(_WORDS))


def _bound(module: str, line: _Line) -> Iterator[tuple[str, _Line]]:
    """Names that a line of a module binds, each with its value: of several with its place and the value of all."""
    equals = _until(line, 1, ("=", "+=", "|="))
    target = line[1:2] if line[2:3] == [":"] and line[1] not in _BRANCHES else line[1:equals]
    names, commas = target[::2], target[1::2]
    if not all(name.isidentifier() for name in names) or not {*commas} <= {","}:
        raise ModelError(f"{module}: no version can follow `{' '.join(line[1:6])}`; let a module bind names alone")
    value = _without_said(line[equals:]) if names == [_SYSTEM] else line[equals:]
    for place, name in enumerate(names if value else ()):
        yield name, ["\n", *([str(place)] if commas else []), *value]


def _imported(module: str, line: _Line) -> Iterator[tuple[str, str]]:
    """Names that a line imports, and what each stands for."""
    middle = line.index("import")
    origin = "".join(line[2:middle])
    listed = "".join({"as": " as "}.get(token, token) for token in line[middle + 1 :]).strip("(),")
    if "*" in listed or origin[:1] == "." or (not origin and _PROJECT.match(listed)):
        raise ModelError(f"{module}: no version can follow `{' '.join(line[1:6])}`; write `from module import name`")
    for part in listed.split(","):
        name, _, alias = part.partition(" as ")
        if origin:
            yield alias or name, f"{origin}{':' if _PROJECT.match(origin) else '.'}{name}"
        else:
            yield (alias, name) if alias else (name.partition(".")[0], name.partition(".")[0])


def _statements(module: str, source: str) -> Iterator[list[_Line]]:
    """Logical lines of each statement of a module, decorators with what they decorate."""
    statement: list[_Line] = []
    for line in _lines(module, source):
        if line[0] == "\n" and statement and statement[-1][:2] != ["\n", "@"]:
            yield statement
            statement = []
        statement.append(line)
    if statement:
        yield statement


def _lines(module: str, source: str) -> Iterator[_Line]:
    """Logical lines of a text."""
    tokens = list(filter(None, _TOKEN.findall(f"\n{source}\n")))
    if ";" in tokens or "\\" in tokens:
        raise ModelError(f"{module}: no version can follow `;` or a backslash between lines; write a statement a line")
    ends = {token for token in {*tokens} if token[0] == "\n"}
    turns = ends | _DEPTH.keys()
    start = depth = 0
    is_broken = False
    for place in [place for place, token in enumerate(tokens) if token in turns]:
        token = tokens[place]
        if token in _DEPTH:
            depth += _DEPTH[token]
        elif depth:
            is_broken = True
        else:
            line = tokens[start:place]
            if is_broken:
                line[1:] = [one for one in line[1:] if one not in ends]
            if len(line) > 1:
                yield line
            start, is_broken = place, False
