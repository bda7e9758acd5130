"""The page of benchmarks says what was measured."""

from benchmarks.__main__ import KEPT, PAGE, PLOT, kept
from benchmarks.page import Case, Measure, Section, markdown, ratio
from benchmarks.sections import SECTIONS, fitted


def test_the_page_is_what_the_kept_figures_give() -> None:
    sections = kept()
    assert sections.keys() <= SECTIONS.keys()
    line = fitted(sections["growth"]) if "growth" in sections else None
    assert PAGE.read_text("utf-8") == markdown(sections, line)
    assert KEPT.is_file()
    assert PLOT.read_text("utf-8").startswith("<?xml")


def test_a_ratio_is_of_runs_in_turn_and_of_the_tables_that_both_computed() -> None:
    own = Measure(
        "Hoopcast", [{"seconds": 4.0, "computed by Polars": 1.0}, {"seconds": 9.0, "computed by Polars": 2.0}]
    )
    assert ratio(own, Measure("plain DuckDB", [{"seconds": 2.0}, {"seconds": 3.0}])) == "2.50 x (2.00-3.00)"
    assert ratio(own, Measure("Polars", [{"seconds": 2.0}, {"seconds": 1.0}])) == "1.25 x (0.50-2.00)"


def test_growth_is_fitted_by_a_line_through_seconds_without_learning() -> None:
    cases = []
    for size in (1, 4, 10):
        grown = {"seconds": 99.0, "grown": 3.0 + 2.0 * size, "peak": 1.0}
        cases += [Case(f"{size} seasons", "", [Measure("Hoopcast", [grown])]), Case(f"a date of {size}", "")]
    start, each, explained = fitted(Section(cases))
    assert (round(start, 9), round(each, 9), round(explained, 9)) == (3.0, 2.0, 1.0)
