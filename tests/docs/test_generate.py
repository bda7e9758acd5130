"""The pages that are made from the product."""

from docs import layers
from docs.generate import DATA_DICTIONARY, cell, data_dictionary, number
from hoopcast.warehouse.tables import all_tables


def test_the_data_dictionary_describes_every_column_of_every_table() -> None:
    unseen = [
        f"{table.name}.{column.name}"
        for table in all_tables()
        for column in table.columns
        if f"\n| `{column.name}` | {column.type}" not in data_dictionary([table])
    ]
    assert unseen == []


def test_every_table_of_the_warehouse_is_in_the_data_dictionary() -> None:
    page = data_dictionary(all_tables())
    assert [table.name for table in all_tables() if f"\n### {table.name.split('.')[1]}\n" not in page] == []


def test_a_meaning_can_not_break_its_table() -> None:
    assert cell("a | b_c <d> *e*") == r"a \| b\_c &lt;d> \*e\*"


def test_a_bound_has_a_fraction_only_where_it_needs_one() -> None:
    assert [number(value) for value in (None, 0.0, -60.0, 1_000_000_000.0, 0.25)] == [
        "",
        "0",
        "-60",
        "1,000,000,000",
        "0.25",
    ]


def test_the_pages_that_are_made_from_the_product_say_what_it_is_today() -> None:
    assert DATA_DICTIONARY.read_text("utf-8") == data_dictionary(all_tables()), "`make docs` writes it anew"
    assert (layers.PAGE.read_text("utf-8"), layers.PICTURE.read_text("utf-8")) == (layers.page(), layers.picture())


def test_every_package_is_in_a_layer_and_imports_those_below_it() -> None:
    rank = {name: place for place, names in enumerate(layers.layers()) for name in names}
    assert {
        path.stem for path in layers.PACKAGE.iterdir() if path.suffix == ".py" or (path / "__init__.py").is_file()
    } == {*rank, "__init__"}
    assert [
        (name, other) for name, others in layers.imports().items() for other in others if rank[other] <= rank[name]
    ] == []
