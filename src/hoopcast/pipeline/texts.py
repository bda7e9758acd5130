"""Compiled SQL of models and spines, kept in the warehouse: compiling takes longer than a season's work."""

import hashlib
from dataclasses import dataclass

from hoopcast.pipeline.clauses import listed
from hoopcast.pipeline.model import Input, Model
from hoopcast.warehouse.engine import Engine

_KEPT = "nba_orchestration.compiled_model"
# Raised when what is made of the same text changes, be it by another SQLGlot: the golden texts show it.
_COMPILER_VERSION = 1


@dataclass(frozen=True)
class SpanText:
    """SQL of a model's rows and of its expected rows for one span, with the parameters that `compiled` names."""

    rows: str
    expected: str


def span_texts(engine: Engine, models: tuple[Model, ...]) -> dict[str, SpanText]:
    """Compiled SQL of each model by its name; what is not kept yet is compiled and kept.

    Raises:
        ModelError: if the SQL of a model does not parse, or reads a table that its header does not name.
    """
    wanted = {
        name: fingerprint
        for model in models
        for name, fingerprint in (
            (model.name, _fingerprint(model.table.text, model.inputs)),
            (f"{model.name} expected", _fingerprint(model.spine.text, model.spine.inputs)),
        )
    }
    kept = {
        str(name): str(text)
        for name, fingerprint, text in engine.query(
            f"SELECT model_name, fingerprint, sql_text FROM {_KEPT} WHERE dialect = $dialect",
            {"dialect": engine.dialect},
        ).rows
        if wanted.get(str(name)) == fingerprint
    }
    new = _compile(
        engine.dialect, [model for model in models if not {model.name, f"{model.name} expected"} <= kept.keys()]
    )
    if new and not engine.read_only:
        _keep(engine, {name: (wanted[name], text) for name, text in new.items()})
    texts = kept | new
    return {model.name: SpanText(texts[model.name], texts[f"{model.name} expected"]) for model in models}


def _fingerprint(text: str, inputs: tuple[Input, ...]) -> str:
    read = [f"{item.table.name} {item.table.time} {item.reach}" for item in inputs]
    parts = (text, *read, str(_COMPILER_VERSION))
    return hashlib.sha256("\x1e".join(parts).encode()).hexdigest()[:16]


def _compile(dialect: str, models: list[Model]) -> dict[str, str]:
    if not models:
        return {}
    # SQLGlot takes longer to import than a run that compiles nothing.
    from hoopcast.pipeline.compiled import compiled, compiled_spine  # noqa: PLC0415

    return {
        name: text
        for model in models
        for name, text in (
            (model.name, compiled(model, dialect)),
            (f"{model.name} expected", compiled_spine(model.spine, dialect)),
        )
    }


def _keep(engine: Engine, texts: dict[str, tuple[str, str]]) -> None:
    new = listed(
        "new_text",
        {"model_name": "VARCHAR", "fingerprint": "VARCHAR", "sql_text": "VARCHAR"},
        [(name, fingerprint, text) for name, (fingerprint, text) in texts.items()],
    )
    with engine.transaction():
        engine.execute(
            f"DELETE FROM {_KEPT} WHERE dialect = $dialect"
            f" AND model_name IN (WITH {new.text} SELECT model_name FROM new_text)",
            {**new.parameters, "dialect": engine.dialect},
        )
        engine.execute(
            f"INSERT INTO {_KEPT} (model_name, dialect, fingerprint, sql_text)"
            f" WITH {new.text} SELECT model_name, $dialect, fingerprint, sql_text FROM new_text",
            {**new.parameters, "dialect": engine.dialect},
        )
