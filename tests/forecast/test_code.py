"""The version of a system's code changes with what it does, and with nothing else."""

import io
import tokenize
from importlib import resources

import pytest

from hoopcast.forecast.code import bare
from hoopcast.graph import NAMES

CODE = '''"""What it is."""

import math  # of the library


def scored(points: list[int], at_home: bool) -> float:
    """What he scored.

    With an "inner" text, it's said.
    """
    # Home counts more.
    query = """SELECT # no comment
    points"""
    if at_home:
        total = sum(points)
    return math.fsum(points) / len(query)
'''
SAME = (
    ("# of the library", "# of Python"),
    ("  # of the library", ""),
    ('"""What it is."""', '"""What it was, and why."""'),
    ('With an "inner" text', "Without one"),
    ("    # Home counts more.\n", ""),
    ("\n\n\ndef", "\n\ndef"),
    ("points: list[int], at_home: bool", "\n    points: list[int],\n    at_home: bool"),
)
OTHER = (
    ("list[int]", "list[float]"),
    ("        total", "    total"),
    ('    points"""', 'points"""'),
    ("# no comment", "# a comment"),
    ("import math", "import cmath"),
    (
        "if at_home:\n        total = sum(points)\n",
        "if at_home:\n        total = sum(points)\n    # none\n    total = 0\n",
    ),
)


@pytest.mark.parametrize(("said", "instead"), SAME)
def test_comments_docstrings_and_blank_space_are_left_out(said: str, instead: str) -> None:
    assert said in CODE
    assert bare(CODE.replace(said, instead)) == bare(CODE)


@pytest.mark.parametrize(("said", "instead"), OTHER)
def test_whatever_changes_what_is_done_counts(said: str, instead: str) -> None:
    assert said in CODE
    assert bare(CODE.replace(said, instead)) != bare(CODE)


@pytest.mark.parametrize("name", NAMES)
def test_words_numbers_and_marks_of_a_system_count_and_no_comment_does(name: str) -> None:
    source = (resources.files("hoopcast.forecast.systems") / f"{name}.py").read_text("utf-8")
    lines = source.splitlines(keepends=True)
    counted = [
        token
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type in (tokenize.NAME, tokenize.NUMBER, tokenize.OP)
    ]
    assert len(counted) > 300
    for token in counted[::11]:
        (line, start), end = token.start, token.end[1]
        other = f"{lines[line - 1][:start]}other{lines[line - 1][end:]}"
        assert bare("".join([*lines[: line - 1], other, *lines[line:]])) != bare(source), token
    ends = [token.start[0] for token in tokenize.generate_tokens(io.StringIO(source).readline) if token.string == "\n"]
    commented = [
        f"{text.removesuffix(chr(10))}  # said anew\n" if number in ends else text
        for number, text in enumerate(lines, 1)
    ]
    assert len(ends) > 30
    assert bare("".join(commented)) == bare(source)
