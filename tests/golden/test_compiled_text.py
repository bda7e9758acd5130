"""What each engine is handed, compared with the text that was read by eye; `make golden` after a change of a model."""

import pytest
from sqlglot import exp, parse_one
from sqlglot.optimizer.annotate_types import annotate_types
from sqlglot.optimizer.qualify import qualify
from sqlglot.schema import MappingSchema

from hoopcast.warehouse.tables import all_tables
from tests.golden.compiled_text import DIALECTS, compiled_texts, kept_files

TYPES = {"BIGINT": "INT64", "DOUBLE": "FLOAT64", "VARCHAR": "STRING", "BOOLEAN": "BOOL", "TIMESTAMP": "DATETIME"}


def schema(dialect: str) -> MappingSchema:
    """Columns of every table, as they are stored, with the dialect's own types."""
    types = TYPES if dialect == "bigquery" else {}
    datasets: dict[str, object] = {}
    for table in (definition.stored for definition in all_tables()):
        dataset, name = table.name.split(".")
        tables = datasets.setdefault(dataset, {})
        assert isinstance(tables, dict)
        tables[name] = {column.name: types.get(column.type, column.type) for column in table.columns}
    return MappingSchema(datasets, dialect=dialect)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_compiled_text_is_the_one_that_was_read(dialect: str) -> None:
    texts = compiled_texts(dialect)
    assert kept_files(dialect) == texts.keys(), "run `make golden` and read what it changed"
    changed = [path.name for path, text in texts.items() if path.read_text("utf-8") != text]
    assert changed == [], "run `make golden` and read what it changed"


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_compiled_text_is_read_back_as_itself(dialect: str) -> None:
    texts = compiled_texts(dialect)
    for path, text in texts.items():
        _, _, sql = text.partition("\n")
        assert f"{parse_one(sql, dialect=dialect).sql(dialect, pretty=True)}\n" == sql, path.name


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_column_of_the_compiled_text_is_one_of_a_table_and_has_a_type(dialect: str) -> None:
    known = schema(dialect)
    for path, text in compiled_texts(dialect).items():
        tree = qualify(parse_one(text, dialect=dialect), schema=known, dialect=dialect, quote_identifiers=False)
        typed = annotate_types(tree, schema=known, dialect=dialect)
        assert isinstance(typed, exp.Query)
        assert [column.alias_or_name for column in typed.selects if column.is_type(exp.DType.UNKNOWN)] == [], path.name


def test_a_batch_is_handed_over_as_named_parameters_of_each_engine() -> None:
    marks = {"duckdb": "$", "spark": ":", "bigquery": "@"}
    for dialect, mark in marks.items():
        for text in compiled_texts(dialect).values():
            assert f"BETWEEN {mark}batch_start AND {mark}batch_end" in text


def test_bigquery_is_handed_no_construct_that_it_refuses() -> None:
    for text in compiled_texts("bigquery").values():
        assert "UNION\n" not in text, "a UNION of BigQuery is DISTINCT or ALL"
        assert "INTERVAL" not in text
        assert "NULLS " not in text
        assert "ASOF" not in text
