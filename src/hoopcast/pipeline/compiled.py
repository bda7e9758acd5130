"""Compiled SQL of models and spines, as it comes with the package: compiling takes longer than a date's work."""

import hashlib
from dataclasses import dataclass
from importlib import resources

from hoopcast.pipeline.node import Input, Node, Spine

# Raised when what is made of the same text changes, be it by another SQLGlot: the packaged texts show it.
_COMPILER_VERSION = 1
_MARK = "-- compiled from "


@dataclass(frozen=True)
class BatchText:
    """SQL of a model's rows and of its expected rows for one batch, with the parameters that `compiled` names.

    `rows` is empty for a model whose rows Python makes.
    """

    rows: str
    expected: str


def batch_texts(dialect: str, nodes: tuple[Node, ...]) -> dict[str, BatchText]:
    """Compiled SQL of each model by its name: the packaged one where it was made from this text, else compiled now.

    Raises:
        ModelError: if the SQL of a model does not parse, or reads a table that its header does not name.
    """
    return {
        node.name: BatchText("" if node.producer else _rows(dialect, node), _expected(dialect, node.spine))
        for node in nodes
    }


def packaged_name(source: Node | Spine) -> str:
    """File under `models/compiled/<dialect>` that keeps the compiled text of a model or of its expected rows."""
    return f"{source.name.split('.')[1]}.sql" if isinstance(source, Node) else f"expected/{source.name}.sql"


def mark(source: Node | Spine, text: str) -> str:
    """The first line of packaged text, which tells what it was made from and what it is."""
    return f"{_MARK}{_fingerprint(source)} as {hashlib.sha256(text.encode()).hexdigest()[:16]}"


def _rows(dialect: str, node: Node) -> str:
    if text := _packaged(dialect, node):
        return text
    # SQLGlot takes longer to import than a date to be written.
    from hoopcast.pipeline.compiler import compile_node  # noqa: PLC0415

    return compile_node(node, dialect)


def _expected(dialect: str, spine: Spine) -> str:
    if text := _packaged(dialect, spine):
        return text
    from hoopcast.pipeline.compiler import compile_spine  # noqa: PLC0415 - as above

    return compile_spine(spine, dialect)


def _packaged(dialect: str, source: Node | Spine) -> str | None:
    file = resources.files("hoopcast") / "models" / "compiled" / dialect / packaged_name(source)
    if not file.is_file():
        return None
    first, _, text = file.read_text("utf-8").removesuffix("\n").partition("\n")
    return text if first == mark(source, text) else None


def _fingerprint(source: Node | Spine) -> str:
    text, inputs = (source.table.text, source.inputs) if isinstance(source, Node) else (source.text, source.inputs)
    # What is read of many systems is one table in the text.
    read = dict.fromkeys(_read(item) for item in inputs)
    return hashlib.sha256("\x1e".join((text, *read, str(_COMPILER_VERSION))).encode()).hexdigest()[:16]


def _read(item: Input) -> str:
    return f"{item.table.name} {item.table.time} {item.time_constraint}"
