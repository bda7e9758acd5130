"""The same compiled SQL as a project of dbt and of SQLMesh, each installed into an environment of its own.

Both are given what Hoopcast has before the models (raw tables, and who will play, which is learned by no SQL), and each
model of a first season as a table of theirs. Each table has to have as many rows as Hoopcast wrote.
"""

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

import hoopcast
from benchmarks.plain import batches_of
from hoopcast.paths import warehouse_path
from hoopcast.pipeline.compiled import batch_texts
from hoopcast.pipeline.node import Node, sql_nodes
from hoopcast.pipeline.time_constraint import batch_values, named_values

_ENVIRONMENTS = Path(sys.prefix) / "tools"
_SCHEMA = """{% macro generate_schema_name(custom_schema_name, node) %}{{ custom_schema_name }}{% endmacro %}
"""


@dataclass(frozen=True)
class Tool:
    """A tool: what of it is installed, how its project is written, and the command that runs it."""

    name: str
    requirements: tuple[str, ...]
    project: Callable[[Path, Path, dict[str, str], int], None]
    command: tuple[str, ...]

    @property
    def environment(self) -> Path:
        """Folder of its environment."""
        return _ENVIRONMENTS / self.name.lower()

    def install(self) -> str | None:
        """Install it with the DuckDB of this environment, whatever it requires; the reason if it can not be."""
        if (self.environment / "installed").exists():
            return None
        python = str(self.environment / "bin" / "python")
        steps = (
            [sys.executable, "-m", "venv", str(self.environment)],
            [python, "-m", "pip", "install", "--quiet", *self.requirements],
            [python, "-m", "pip", "install", "--quiet", f"duckdb=={duckdb.__version__}"],
        )
        for step in steps:
            done = subprocess.run(step, capture_output=True, text=True, check=False)
            if done.returncode:
                return f"{self.name} could not be installed: {(done.stderr.strip().splitlines() or ['no reason'])[-1]}"
        (self.environment / "installed").touch()
        return None

    def called(self, folder: Path) -> list[str]:
        """The command in a folder."""
        program, *arguments = self.command
        quiet = '"$@" > run.log 2>&1 || { tail -n 20 run.log >&2; exit 1; }'
        script = f'export DO_NOT_TRACK=1; cd "$1"; shift; {quiet}'
        return ["bash", "-c", script, "bash", str(folder), str(self.environment / "bin" / program), *arguments]


def season_texts(like: str, season: str) -> dict[str, str]:
    """SELECT of each model's rows of a season, values in place of parameters, by the name of the table.

    Args:
        like: a warehouse in which Hoopcast has written the season, which says of what dates.
        season: the only one that the warehouse has.
    """
    models = sql_nodes()
    with hoopcast.open(like, read_only=True) as written:
        texts = batch_texts(written.engine.dialect, models)
        return {model.name: _with_values(texts[model.name].rows, written, model, season) for model in models}


def _with_values(text: str, written: hoopcast.Hoopcast, model: Node, season: str) -> str:
    for season_of_batch, first, last in batches_of(written, model, season, None):
        for name, value in named_values(text, batch_values(model.look_back, season_of_batch, first, last)).items():
            literal = f"DATE '{value}'" if isinstance(value, date) else f"'{value}'"
            text = re.sub(rf"\${name}\b", literal, text)
    return text


def emptied(like: str, target: str) -> None:
    """Copy a warehouse, and leave out every table that a model writes."""
    shutil.copy(warehouse_path(like), target)
    with duckdb.connect(target) as connection:
        for model in sql_nodes():
            connection.execute(f"DROP TABLE {model.name}")


def differing(like: str, target: str) -> list[str]:
    """Tables that have not as many rows as those of Hoopcast."""
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH '{warehouse_path(like)}' AS ours (READ_ONLY)")
        connection.execute(f"ATTACH '{target}' AS theirs (READ_ONLY)")
        differences = []
        for model in sql_nodes():
            counted = connection.execute(
                f"SELECT (SELECT COUNT(*) FROM ours.{model.name}), (SELECT COUNT(*) FROM theirs.{model.name})"
            ).fetchone()
            ours, theirs = counted or (0, 0)
            if ours != theirs:
                differences.append(f"{model.name} has {theirs} rows, not {ours}")
    return differences


def _dbt(folder: Path, database: Path, texts: dict[str, str], threads: int) -> None:
    """Each model as a table; a name after FROM or JOIN becomes a ref()."""
    (folder / "models").mkdir(parents=True)
    (folder / "macros").mkdir()
    (folder / "macros" / "schema.sql").write_text(_SCHEMA, "utf-8")
    (folder / "dbt_project.yml").write_text(
        "name: features\nversion: 1.0.0\nprofile: features\nflags:\n  send_anonymous_usage_stats: false\n"
        "models:\n  +materialized: table\n",
        "utf-8",
    )
    (folder / "profiles.yml").write_text(
        f"features:\n  target: local\n  outputs:\n    local:\n      type: duckdb\n      path: '{database}'\n"
        f"      threads: 1\n      settings:\n        threads: {threads}\n",
        "utf-8",
    )
    for name, text in texts.items():
        schema, short = name.split(".")
        body = text.replace("{{", "{ {").replace("}}", "} }")
        for other in texts:
            if other != name:
                body = re.sub(rf"\b{re.escape(other)}\b", f"{{{{ ref('{other.split('.')[1]}') }}}}", body)
        config = f"{{{{ config(schema='{schema}', alias='{short}') }}}}"
        (folder / "models" / f"{short}.sql").write_text(f"{config}\n{body}\n", "utf-8")


def _sqlmesh(folder: Path, database: Path, texts: dict[str, str], threads: int) -> None:
    """Each model as one of kind FULL."""
    (folder / "models").mkdir(parents=True)
    (folder / "config.yaml").write_text(
        f"gateways:\n  local:\n    connection:\n      type: duckdb\n      database: '{database}'\n"
        f"      connector_config:\n        threads: {threads}\ndefault_gateway: local\n"
        "disable_anonymized_analytics: true\nmodel_defaults:\n  dialect: duckdb\n  start: 2018-01-01\n",
        "utf-8",
    )
    for name, text in texts.items():
        head = f"MODEL (name {name}, kind FULL, optimize_query FALSE);"
        (folder / "models" / f"{name.split('.')[1]}.sql").write_text(f"{head}\n{text}\n", "utf-8")


# dbt-core 1.11 and later fetch a part from a site that is no package index.
TOOLS = {
    tool.name: tool
    for tool in (
        Tool("dbt", ("dbt-core==1.10.23", "dbt-duckdb==1.11.1"), _dbt, ("dbt", "run", "--profiles-dir", ".")),
        Tool("SQLMesh", ("sqlmesh==0.236.4",), _sqlmesh, ("sqlmesh", "plan", "--auto-apply", "--no-prompts")),
    )
}


def prepared(tool: Tool, like: str, season: str, folder: Path, threads: int) -> None:
    """Write the project of a tool, and a warehouse without the tables that it will write."""
    shutil.rmtree(folder, ignore_errors=True)
    emptied(like, str(database_of(folder)))
    tool.project(folder, database_of(folder), season_texts(like, season), threads)


def database_of(folder: Path) -> Path:
    """Warehouse of the project in a folder: a catalog of a tool's own name would be taken for its schema."""
    return folder.with_name(f"features_by_{folder.name}.duckdb")
