"""How a table is laid out on a terminal."""

from datetime import date

from hoopcast.cli.grid import grid

DAY = date(2022, 3, 5)


def wide(columns: int, rows: int, width: int | None) -> list[str]:
    names = [f"feature_{number:02}" for number in range(columns)]
    return grid(names, ["DATE"] * columns, [[DAY] * columns] * rows, width=width)


def test_without_a_terminal_a_row_is_one_line() -> None:
    assert [line.count("2022-03-05") for line in wide(75, 5, None)] == [0, 0, 75, 75, 75, 75, 75]


def test_few_rows_that_do_not_fit_stand_one_below_the_other() -> None:
    lines = wide(75, 4, 100)
    assert len(lines) == 4 * 76
    assert lines[:2] == [" ── row 1 ──", " feature_00  2022-03-05"]


def test_of_many_rows_the_columns_that_fit_are_printed() -> None:
    lines = wide(75, 5, 100)
    assert lines[-1] == "8 of 75 columns; --json shows all"
    # The last is what a report comes to, such as a state.
    assert lines[0].split() == [f"feature_{number:02}" for number in (*range(7), 74)]
    assert all(line.count("2022-03-05") == 8 for line in lines[2:-1])
    assert max(map(len, lines)) <= 100


def test_a_column_that_fits_beside_no_other_stands_alone() -> None:
    names, row = ["player", "reasons"], ["x" * 60, "y" * 60]
    lines = grid(names, ["DATE", "DATE"], [row] * 21, width=80)
    assert lines[0] == " player"
    assert lines[-1] == "1 of 2 columns; --json shows all"


def test_of_many_rows_a_long_last_column_is_broken_into_lines() -> None:
    meaning = "standard deviation of points in the last 10 games that he played"
    names, row = ["column", "type", "note", "meaning"], ["points_std_last_10", "DOUBLE", "x" * 40, meaning]
    lines = grid(names, ["VARCHAR"] * 4, [row] * 30, width=80)
    assert lines[0].split() == ["column", "type", "meaning"]
    assert max(map(len, lines)) <= 80
    assert " ".join(" ".join(line[28:] for line in lines[2:4]).split()) == meaning


def test_text_breaks_between_words_and_nothing_else_breaks() -> None:
    meaning = "standard deviation of points in the last 10 games that he played"
    lines = grid(["date", "meaning"], ["DATE", "VARCHAR"], [[DAY, meaning]], width=50)
    assert max(map(len, lines)) <= 50
    assert " ".join(" ".join(lines[2:]).split()) == f"2022-03-05 {meaning}"


def test_numbers_stand_to_the_right_and_nothing_is_what_is_asked_for() -> None:
    lines = grid(["points", "team"], ["BIGINT", "VARCHAR"], [[7, None]], width=80, null="NULL")
    assert lines == [" points  team", " ────────────", "      7  NULL"]
