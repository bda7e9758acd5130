"""Writes the page on the packages of the project and its picture, from their imports: `python -m docs.layers`."""

import ast
import tomllib
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

DOCS = Path(__file__).parent
PACKAGE = DOCS.parent / "src" / "hoopcast"
PAGE, PICTURE = DOCS / "layers.md", DOCS / "layers.svg"
_WIDTH, _ROW, _BOX, _GAP, _MARGIN = 760, 46, 30, 10, 120
_TOP = """\
# Layers

What each package is for, and which others it imports, deferred imports included. Each imports what stands below it, and
none above; [why](decisions/0020-layers.md). `make layers` checks that this holds, and `python -m docs.layers` draws it.

![Packages from the command line down to the errors, a layer a row](layers.svg)

| package | what it is | imports |
|---|---|---|
"""


def layers() -> tuple[tuple[str, ...], ...]:
    """Packages and single modules by layer, from the top, as the contract has them."""
    project = tomllib.loads((DOCS.parent / "pyproject.toml").read_text("utf-8"))
    (contract,) = project["tool"]["importlinter"]["contracts"]
    return tuple(tuple(name.strip() for name in layer.split("|")) for layer in contract["layers"])


def imports() -> dict[str, tuple[str, ...]]:
    """Which packages each package imports, from the top of the layers down."""
    order = tuple(chain.from_iterable(layers()))
    found: dict[str, set[str]] = {name: set() for name in order}
    for path in PACKAGE.rglob("*.py"):
        own = path.relative_to(PACKAGE).with_suffix("").parts[0]
        if own != "__init__":
            found[own] |= set(_imported(path)) - {own}
    return {name: tuple(other for other in order if other in found[name]) for name in order}


def _imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module is not None and node.module.startswith("hoopcast"):
            parts = node.module.split(".")
            yield from parts[1:2] or (name.name for name in node.names)


def page() -> str:
    """The page."""
    rows = [
        f"| `{name}` | {_purpose(name)} | {', '.join(f'`{other}`' for other in others) or 'nothing'} |"
        for name, others in imports().items()
    ]
    return _TOP + "\n".join(rows) + "\n"


def _purpose(name: str) -> str:
    path = PACKAGE / f"{name}.py"
    text = (path if path.is_file() else PACKAGE / name / "__init__.py").read_text("utf-8")
    return (ast.get_docstring(ast.parse(text)) or "").split("\n", maxsplit=1)[0].replace("|", "\\|")


def picture() -> str:
    """The layers as SVG: a row a layer, a box a package."""
    rows = layers()
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {len(rows) * _ROW + _GAP}" role="img"'
            ' font-family="sans-serif" font-size="13">'
        ),
        "<title>Packages of Hoopcast by layer; each imports those below it</title>",
    ]
    for row, names in enumerate(rows):
        wide = (_WIDTH - 2 * _MARGIN - _GAP * (len(names) - 1)) / len(names)
        for place, name in enumerate(names):
            left, top = _MARGIN + place * (wide + _GAP), row * _ROW + _GAP
            parts += [
                (
                    f'<rect x="{left:.1f}" y="{top}" width="{wide:.1f}" height="{_BOX}" rx="4" fill="#dbe7f3"'
                    ' stroke="#4a6a8a"/>'
                ),
                f'<text x="{left + wide / 2:.1f}" y="{top + 20}" text-anchor="middle" fill="#16324f">{name}</text>',
            ]
    return "\n".join((*parts, "</svg>", ""))


def write() -> None:
    """Write page and picture."""
    PAGE.write_text(page(), "utf-8")
    PICTURE.write_text(picture(), "utf-8")


if __name__ == "__main__":
    write()
