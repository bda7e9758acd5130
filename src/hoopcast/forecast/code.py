"""Version of what a Python model does: its modules, the project's modules that they import, and libraries."""

import hashlib
import re
from collections.abc import Iterator
from functools import cache
from importlib import resources
from importlib.metadata import version

# What is the same to every module, or says nothing about numbers.
_LEFT_OUT = ("hoopcast.errors", "hoopcast.pipeline", "hoopcast.warehouse")
LIBRARIES = ("lightgbm", "numpy", "scipy")
# Texts, comments, ends of lines with the indent of the next, words, blanks, marks: all that Python is written in.
_TOKEN = re.compile(
    r"""[A-Za-z]{0,2}(?:\"{3}(?:[^\\]|\\.)*?\"{3}|'{3}(?:[^\\]|\\.)*?'{3}|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')"""
    r"|\#[^\n]*|\n[ \t]*|\w+|[ \t]+|[^\w\s]",
    re.DOTALL,
)
_IMPORT = re.compile(r"^[ \t]*from (hoopcast\.[\w.]+) import", re.MULTILINE)


@cache
def python_version(*modules: str) -> str:
    """Hash of the code of modules and of those of the project that they import, comments and blank space aside.

    Args:
        modules: names such as `hoopcast.forecast.systems.linear`.
    """
    found: dict[str, str] = {}
    waiting = list(modules)
    while waiting:
        name = waiting.pop()
        if name not in found and not name.startswith(_LEFT_OUT):
            found[name], imported = _read(name)
            waiting += imported
    parts = [*(f"{name}\x1f{found[name]}" for name in sorted(found)), *(f"{one} {_series(one)}" for one in LIBRARIES)]
    return hashlib.sha256("\x1e".join(parts).encode()).hexdigest()[:16]


def bare(source: str) -> str:
    """Python code without comments, docstrings, and blank space that means nothing; the indent of each line stays.

    It goes by tokens and rules of its own: the trees that Python parses are others in each release.
    """
    return "\x1f".join(_tokens(_TOKEN.findall(f"\n{source}\n")))


def _tokens(tokens: list[str]) -> Iterator[str]:
    depth, indent = 0, ""
    said = [token for token in tokens if token[0] not in " \t#"]
    for word, following in zip(said, [*said[1:], "\n"], strict=True):
        if word[0] == "\n":
            # Within brackets a new line is blank space.
            indent = indent if depth else word
            continue
        is_alone = bool(indent) and following[0] == "\n" and depth == 0
        if is_alone and word[0] in "\"'":
            continue
        if indent and depth == 0:
            yield indent
        indent = "" if depth == 0 else indent
        depth += (word in "([{") - (word in ")]}")
        yield word


@cache
def _read(module: str) -> tuple[str, tuple[str, ...]]:
    """Code of a module as `bare` gives it, and the modules of the project that it imports."""
    package, _, name = module.rpartition(".")
    folder = resources.files(package)
    file = folder / f"{name}.py"
    source = (file if file.is_file() else folder / name / "__init__.py").read_text("utf-8")
    return bare(source), tuple(_IMPORT.findall(source))


@cache
def _series(library: str) -> str:
    """Version of a library without its last part: a patch changes no forecast."""
    return ".".join(version(library).split(".")[:2])
