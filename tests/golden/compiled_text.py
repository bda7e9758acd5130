"""Compiled text of every model and list of expected rows, kept in files for the eye; `make golden` writes it anew.

That of DuckDB comes with the package, which reads it; what the other engines would be handed stands beside the tests.
"""

from pathlib import Path

from hoopcast.graph import nodes_of
from hoopcast.pipeline.compiled import mark, packaged_name
from hoopcast.pipeline.compiler import compile_node, compile_spine
from hoopcast.pipeline.node import Node, Spine, performance_nodes, sql_nodes

DIALECTS = ("duckdb", "spark", "bigquery")
_OF_THE_PACKAGE = Path(__file__).parents[2] / "src" / "hoopcast" / "models" / "compiled"
_OF_THE_TESTS = Path(__file__).parent / "compiled"


def folder_of(dialect: str) -> Path:
    """Folder of the texts of a dialect."""
    return (_OF_THE_PACKAGE if dialect == "duckdb" else _OF_THE_TESTS) / dialect


def compiled_texts(dialect: str) -> dict[Path, str]:
    """Text by the file that keeps it: `<dialect>/<table>.sql`, `<dialect>/expected/<name>.sql` for expected rows."""
    folder = folder_of(dialect)
    sql = (*sql_nodes(), *performance_nodes())
    spines = {node.spine.name: node.spine for node in nodes_of(None)}.values()
    compiled: list[tuple[Node | Spine, str]] = [(model, compile_node(model, dialect)) for model in sql]
    compiled += [(spine, compile_spine(spine, dialect)) for spine in spines]
    return {folder / packaged_name(source): f"{mark(source, text)}\n{text}\n" for source, text in compiled}


def kept_files(dialect: str) -> set[Path]:
    """Files that keep a text of this dialect."""
    return set(folder_of(dialect).rglob("*.sql"))


def write() -> None:
    """Write each text to its file, and delete the files of models that are no more."""
    for dialect in DIALECTS:
        texts = compiled_texts(dialect)
        for path in kept_files(dialect) - texts.keys():
            path.unlink()
        for path, text in texts.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")


if __name__ == "__main__":
    write()
