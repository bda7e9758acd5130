"""Version of what a Python model does: its modules, the project's modules that they import, and libraries."""

import ast
import hashlib
from functools import cache
from importlib import resources
from importlib.metadata import version

# What is the same to every module, or says nothing about numbers.
_LEFT_OUT = ("hoopcast.errors", "hoopcast.pipeline", "hoopcast.warehouse")
LIBRARIES = ("lightgbm", "numpy", "scipy")


@cache
def python_version(*modules: str) -> str:
    """Hash of the code of modules and of those of the project that they import, comments and layout aside.

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


@cache
def _read(module: str) -> tuple[str, tuple[str, ...]]:
    """Code of a module, comments and layout aside, and the modules of the project that it imports."""
    tree = ast.parse(_source(module))
    return ast.dump(_bare(tree)), _imported(tree)


def _source(module: str) -> str:
    package, _, name = module.rpartition(".")
    folder = resources.files(package)
    file = folder / f"{name}.py"
    return (file if file.is_file() else folder / name / "__init__.py").read_text("utf-8")


@cache
def _series(library: str) -> str:
    """Version of a library without its last part: a patch changes no forecast."""
    return ".".join(version(library).split(".")[:2])


def _imported(tree: ast.Module) -> tuple[str, ...]:
    named = (node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom))
    return tuple(module for module in named if module.startswith("hoopcast."))


def _bare(tree: ast.Module) -> ast.Module:
    """The tree without docstrings."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node) is not None:
            node.body = node.body[1:] or [ast.Pass()]
    return tree
