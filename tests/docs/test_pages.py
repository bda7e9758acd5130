"""Reading the commands out of a page."""

import pytest

from tests.docs.pages import REPOSITORY, Block, commands_of, pages, read_page

PAGE = """
# A page

<!-- setup: demo -->

```console
$ hoopcast coverage --season 2021-22 \\
      --by month
table  days
pgs    165
$ hoopcast status
```

```console
$ make demo
```

<!-- exit: 3 -->
```console
$ hoopcast backfill --season 2030-31
```

```python
$ no command
```
"""


def test_commands_stand_behind_a_dollar_and_output_does_not_count() -> None:
    page = read_page(PAGE)
    assert page.setup == "demo"
    assert page.blocks == (
        Block(6, ("hoopcast coverage --season 2021-22 \\\n      --by month", "hoopcast status"), 0),
        Block(14, ("make demo",), 0),
        Block(19, ("hoopcast backfill --season 2030-31",), 3),
    )


def test_only_blocks_about_hoopcast_are_run() -> None:
    assert [block.is_run for block in read_page(PAGE).blocks] == [True, False, True]


def test_output_that_ends_in_a_backslash_continues_no_command() -> None:
    assert commands_of("$ hoopcast status\npath \\\nmore") == ("hoopcast status",)


def test_a_block_within_a_list_is_read() -> None:
    assert read_page("1. Ask:\n\n   ```console\n   $ hoopcast doctor\n   ```\n").blocks == (
        Block(3, ("hoopcast doctor",), 0),
    )


def test_an_unknown_setup_is_refused() -> None:
    with pytest.raises(ValueError, match="no setup 'moon'; there are empty, demo"):
        read_page("<!-- setup: moon -->\n")


def test_an_exit_status_before_no_commands_is_refused() -> None:
    with pytest.raises(ValueError, match="stands before no block"):
        read_page("<!-- exit: 1 -->\n\nNothing follows.\n")


def test_readme_is_among_the_pages() -> None:
    assert pages()[0].name == "README.md"


def rows(text: str) -> list[list[str]]:
    """Cells of the lines of tables."""
    return [[cell.strip(" `") for cell in line.strip("|").split("|")] for line in text.splitlines() if line[:1] == "|"]


def test_figures_of_the_readme_are_those_of_the_page_of_scores() -> None:
    readme = (REPOSITORY / "README.md").read_text("utf-8").partition("## How good it is")[2].partition("\n## ")[0]
    page = (REPOSITORY / "docs" / "forecast-scores.md").read_text("utf-8").partition("## 2021-22 (TEST)")[2]
    names = {
        "mean of the last 5 games": "last 5",
        "exponential average, half-life 8 games": "ewma8",
        "market_line`, the no-vig line as it is": "market_line",
    }
    # In its first table the page has a column for each population: ALL comes first, PROP last.
    scores = {row[1]: (row[3].strip("-"), row[7].strip("-")) for row in rows(page.partition("Outcomes inside")[0])}
    shown = rows(readme)[2:]
    assert len(shown) == 9
    assert [(all_, prop) for _, _, all_, prop in shown] == [scores[names.get(row[1], row[1])] for row in shown]
    against = next(row for row in rows(page) if row[:2] == ["ensemble_line", "all"])
    assert all(figure in readme for figure in (*against[3:5], against[5], *against[6:8]))
    # What claims of picks paid: the lowest and the highest of all systems, and how many are withheld.
    claims = [row for row in rows(page) if len(row) == 9 and row[1] == "both sides"]
    bands = [row[5].strip("! ").split() for row in claims]
    claimed, paid = [band[0] for band in bands], [band[2] for band in bands]
    assert f"{min(claimed, key=float).strip('+')} to {max(claimed, key=float).strip('+')} %" in readme
    assert f"from {min(paid, key=float)} to {max(paid, key=float)} %" in readme
    assert f"the picks of {sum(row[8].startswith('withheld') for row in claims)} systems" in " ".join(readme.split())
