"""The version of a node changes with what can change a number, and with nothing else."""

import ast
import re
from collections.abc import Mapping
from importlib.metadata import version

import pytest

from hoopcast.errors import ModelError
from hoopcast.forecast import code
from hoopcast.forecast.code import Definition, define, python_version, read_module
from hoopcast.graph import NAMES
from tests.forecast import source
from tests.forecast.source import Versions, texts

SCORING = '''"""What it is."""

import math as maths  # of the library
from dataclasses import dataclass

from hoopcast.errors import UsageError
from hoopcast.one import shapes
from hoopcast.other import SHARE as PART, Home

LEAST, MOST = 0.05, 99.0
_UNUSED = 3


@dataclass(frozen=True)
class Scorer:
    """Who scores."""

    rate: float
    games: int = 82  # a season


def scored(points: list[int], home: Home | None = None, *, at: str = "home") -> float:
    """What he scored.

    With an "inner" text, it's said.
    """
    from scipy.special import expit

    # Home counts more.
    query = f"""SELECT # no comment
    points {LEAST:.2f}"""
    total: float = 0
    if not points:
        raise UsageError(f"no points of {at}, at most {MOST}; name some") from None
    if at == "home":
        total = PART * sum(points)
    return Scorer(maths.fsum(points), games=shapes.GAMES["all"]).rate / len(query) + expit(total)
'''
OTHER = "class Home:\n    is_home = True\n\n\nSHARE = 0.5\n"
SHAPES = 'GAMES: dict[str, int] = {"all": 82}\n'
SMALL = {
    "hoopcast.one": "",
    "hoopcast.one.scoring": SCORING,
    "hoopcast.one.shapes": SHAPES,
    "hoopcast.other": OTHER,
}
TEXT = (
    '\n def scored ( points , home = None , * , at = "home" ) : '
    '\n     query = f """SELECT # no comment\n    points {LEAST:.2f}""" '
    "\n     total = 0 "
    "\n     if not points : "
    "\n         raise UsageError "
    '\n     if at == "home" : '
    "\n         total = PART * sum ( points ) "
    '\n     return Scorer ( maths .fsum ( points ) , games = shapes .GAMES [ "all" ] ) .rate'
    " / len ( query ) + expit ( total )"
)
USES = (
    "hoopcast.one.scoring:LEAST",
    "hoopcast.errors:UsageError",
    "hoopcast.other:SHARE",
    "hoopcast.one.scoring:Scorer",
    "math",
    "hoopcast.one:shapes.GAMES",
    "scipy.special.expit",
)
SAME = (
    ("# of the library", "# of Python"),
    ("  # of the library", ""),
    ('"""What it is."""', '"""What it was, and why."""'),
    ('With an "inner" text', "Without one"),
    ('    """Who scores."""\n\n', ""),
    ("    # Home counts more.\n", ""),
    ("\n\n\ndef", "\n\ndef"),
    ("points: list[int], home: Home | None", "\n    points: 'tuple[int, ...]',\n    home: None"),
    ('at: str = "home") -> float:', 'at="home",\n):'),
    ("rate: float", "rate: 'float | None'"),
    ("total: float = 0", "total = 0"),
    ("no points of {at}, at most {MOST}; name some", "{at} has no points"),
    (" from None", ""),
    ("    query = f", "\n    # asked\n    query = f"),
    ("_UNUSED = 3", "_UNUSED = 4"),
    ("_UNUSED = 3\n", "\n\ndef of_no_use() -> int:\n    return LEAST\n"),
    ("is_home = True", "is_home = False"),
    ("SHARE = 0.5\n", "SHARE: float = 0.5  # of points\n"),
    ("scored(points", "scored(  points"),
)
OTHERS = (
    ("    points {", "points {"),
    ("# no comment", "# a comment"),
    ("import math as maths", "import cmath as maths"),
    ("    total: float = 0\n", ""),
    ("        total = PART", "    total = PART"),
    ("PART * sum", "PART + sum"),
    ('at: str = "home"', 'at: str = "away"'),
    ("raise UsageError(", "raise ValueError("),
    ("if not points", "if points"),
    ("LEAST, MOST = 0.05, 99.0", "LEAST, MOST = 0.06, 99.0"),
    ("games: int = 82", "games: int = 81"),
    ("rate: float\n    games: int = 82", "games: int = 82\n    rate: float = 0"),
    ("@dataclass(frozen=True)\n", ""),
    ("rate: float\n", "rate: ClassVar[float]\n"),
    ('{"all": 82}', '{"all": 81}'),
    ("SHARE = 0.5", "SHARE = 0.25"),
    ("import SHARE as PART, Home", "import ZONE as PART, Home"),
    ("from scipy.special import expit", "from scipy.special import ndtr as expit"),
)
NUMBERS = {
    "hoopcast.two": "LOW, HIGH = 1, 2\n\n\ndef low():\n    return LOW\n",
    "hoopcast.three": "LOW = 3\n\n\ndef high():\n    return LOW\n",
}
# What may be written in two ways at `?`, some of which no formatter leaves.
WAYS = (
    ("FIRST, SECOND = ?\n\n\ndef scored():\n    return FIRST - SECOND\n", "1, 2", "2, 1"),
    ("SUM = 1\nSUM += ?\n\n\ndef scored():\n    return SUM\n", "1", "2"),
    ("def scored(): return ?\n", "1", "2"),
    ("def scored(key=lambda a, b: ?):\n    return key\n", "a", "b"),
    ("def scored():\n    try: return ?\n    finally: pass\n", "1", "2"),
    ("def scored():\n    if 1: pass\n    else: return ?\n", "1", "2"),
    ("from hoopcast.two import ? as NUMBER\n\n\ndef scored():\n    return NUMBER\n", "LOW", "HIGH"),
    (
        (
            "from hoopcast.three import high\nfrom hoopcast.two import low\nfrom hoopcast.? import LOW\n\n\n"
            "def last():\n    return LOW\n\n\ndef scored():\n    return low() + high() + last()\n"
        ),
        "two",
        "three",
    ),
)
REFUSED = (
    ("from scipy.special import expit", "expit = import_module(at)", "from importlib import import_module\n"),
    ("from scipy.special import expit", "expit = eval(at)", ""),
    ("from scipy.special import expit", "expit = files(at)", "from importlib.resources import files\n"),
    ("from scipy.special import expit", "from scipy.special import logit as LEAST", ""),
    ("shapes.GAMES[", "vars(shapes)[", ""),
    ("shapes.GAMES[", "shapes.SIZES[", ""),
    ("_UNUSED = 3", "for _UNUSED in range(3):\n    pass", ""),
    ("_UNUSED = 3", "if maths:\n    LEAST = 1", ""),
    ("_UNUSED = 3", "try:\n    LEAST = 1\nfinally:\n    pass", ""),
    ("_UNUSED = 3", "maths.inf = 3", ""),
    ("_UNUSED = 3", "vars()['LEAST'] = 3", ""),
    ("_UNUSED = 3", "_UNUSED = 3; LEAST = 1", ""),
    ("_UNUSED = 3", "from hoopcast.other import *", ""),
    ("_UNUSED = 3", "from .other import LEAST", ""),
    ("_UNUSED = 3", "import hoopcast.other", ""),
)


def version_of(modules: Mapping[str, str], root: str = "hoopcast.one.scoring:scored") -> str:
    """Version of the small project's function."""
    return python_version(root, read=modules.get)


def with_text(said: str, instead: str) -> dict[str, str]:
    """The small project with another text in place of one."""
    assert sum(text.count(said) for text in SMALL.values()) == 1
    return {name: text.replace(said, instead) for name, text in SMALL.items()}


def changed(before: Versions, after: Versions) -> set[str]:
    """Names of nodes whose versions differ."""
    return {name for name, version in before.items() if after[name] != version}


def test_a_definition_is_what_it_says_and_what_its_names_stand_for() -> None:
    assert define("hoopcast.one.scoring", SCORING, "scored") == Definition(TEXT, USES)


def test_the_version_of_the_same_code_is_the_same_with_every_release_of_python() -> None:
    assert version_of(SMALL, "hoopcast.one.scoring:Scorer") == "04e9a1eab0bf8dc7"


@pytest.mark.parametrize(("said", "instead"), SAME)
def test_what_computes_nothing_is_left_out(said: str, instead: str) -> None:
    assert version_of(with_text(said, instead)) == version_of(SMALL)


@pytest.mark.parametrize(("said", "instead"), OTHERS)
def test_whatever_changes_what_is_done_counts(said: str, instead: str) -> None:
    modules = with_text(said, instead)
    modules["hoopcast.other"] += "ZONE = 0.25\n"
    assert version_of(modules) != version_of(SMALL)


@pytest.mark.parametrize(("said", "one", "other"), WAYS)
def test_no_way_of_writing_hides_a_change(said: str, one: str, other: str) -> None:
    before, after = ({**NUMBERS, "hoopcast.one": said.replace("?", part)} for part in (one, other))
    assert version_of(before, "hoopcast.one:scored") != version_of(after, "hoopcast.one:scored")


def test_it_does_not_count_where_a_definition_stands() -> None:
    at_home = with_text("    is_home = True", "    is_home = True\n\n\nGAMES = 3")
    at_home["hoopcast.other"] = at_home["hoopcast.other"].replace("SHARE = 0.5\n", "from hoopcast.far import SHARE\n")
    assert version_of({**at_home, "hoopcast.far": "SHARE = 0.5\n"}) == version_of(SMALL)


@pytest.mark.parametrize(("said", "instead", "before"), REFUSED)
def test_what_no_text_tells_is_refused_and_never_left_out(said: str, instead: str, before: str) -> None:
    modules = with_text(said, instead)
    modules["hoopcast.one.scoring"] = before + modules["hoopcast.one.scoring"]
    with pytest.raises(ModelError, match="no version can follow"):
        version_of(modules)


def test_a_definition_or_module_that_there_is_not_is_said_to_be_none() -> None:
    with pytest.raises(ModelError, match=r"hoopcast\.one\.scoring defines no 'score'"):
        version_of(SMALL, "hoopcast.one.scoring:score")
    with pytest.raises(ModelError, match=r"no module hoopcast\.two"):
        version_of(SMALL, "hoopcast.two:score")


def test_a_library_counts_for_what_uses_it_by_its_series(monkeypatch: pytest.MonkeyPatch) -> None:
    series = {library: ".".join(version(library).split(".")[:2]) for library in code.LIBRARIES}
    now = source.versions(read_module)

    def changed_with(library: str, number: str) -> set[str]:
        with monkeypatch.context() as patch:
            patch.setattr(code, "_series", {**series, library: number}.__getitem__)
            return changed(now, source.versions(dict(texts()).get))

    assert changed_with("numpy", series["numpy"]) == set()
    assert changed_with("numpy", "9.9") == {*now}
    growing_trees = re.compile(
        r"nba_predictions\.(trained_model|forecast_distribution)/gradient_boosting_|.*availability"
    )
    assert changed_with("lightgbm", "9.9") == {name for name in now if growing_trees.match(name)}


@pytest.mark.parametrize("module", source.reached())
def test_other_words_in_a_module_change_no_version(module: str) -> None:
    text = source.reworded(texts()[module])
    assert ast.dump(ast.parse(text)) != ast.dump(ast.parse(texts()[module]))
    assert changed(source.versions(read_module), source.versions({**texts(), module: text}.get)) == set()


def test_other_words_and_order_everywhere_and_other_places_change_no_version() -> None:
    rewritten = {name: source.reordered(source.reworded(texts()[name])) for name in source.reached()}
    of_cards = {name: "" for name in texts() if name.startswith(source.NOT_FOLLOWED) or "card" in name}
    everywhere = source.all_moved({**texts(), **rewritten, **of_cards})
    assert not {*source.reached()} & {*everywhere}
    assert changed(source.versions(read_module), source.versions(everywhere.get, source.moved)) == set()


@pytest.mark.parametrize("module", source.reached())
def test_another_number_changes_the_versions_of_what_computes_with_it_and_no_other(module: str) -> None:
    """By the trees of Python: which definitions use a constant, and which nodes these."""
    text = texts()[module]
    now = source.versions(read_module)
    for statement in ast.parse(text).body:
        numbers = numbers_in(statement)
        names = {name for name, _ in source.bound(statement) if isinstance(statement, ast.Assign | ast.AnnAssign)}
        for number in numbers[:1] if names else ():
            other = source.edited(text, {source.batch(text, number): "1234.5"})
            expected = {
                name
                for name, roots in source.roots().items()
                if {(module, one) for one in names} & source.reach(*roots)
            }
            assert changed(now, source.versions({**texts(), module: other}.get)) == expected, ast.unparse(statement)


def test_numbers_of_every_system_are_looked_at() -> None:
    told = {
        name: sum(
            len(numbers_in(statement))
            for statement in ast.parse(texts()[f"hoopcast.forecast.systems.{name}"]).body
            if isinstance(statement, ast.Assign | ast.AnnAssign)
        )
        for name in NAMES
    }
    assert min(told.values()) > 1


def test_the_strength_of_a_ridge_is_in_the_versions_of_the_line_and_of_the_trees_that_climb_from_it() -> None:
    module = "hoopcast.forecast.systems.linear"
    other = texts()[module].replace("RIDGE = 200.0", "RIDGE = 201.0")
    names = changed(source.versions(read_module), source.versions({**texts(), module: other}.get))
    assert names == {
        f"nba_predictions.{table}/{system}_{level}"
        for table in ("trained_model", "forecast_distribution")
        for system in ("linear", "gradient_boosting")
        for level in ("history", "news", "market")
    }


@pytest.mark.parametrize("module", source.reached())
def test_a_definition_uses_what_its_tree_does(module: str) -> None:
    told = source.module_of(texts()[module])
    for name in told.definitions:
        used = {told.imports.get(one, (module, one)) for one in source.names_used(told, name)}
        found = (use.partition(":") for use in define(module, texts()[module], name).uses if ":" in use)
        assert {(of, what.partition(".")[0]) for of, _, what in found} == {
            one for one in used if one[0].startswith("hoopcast")
        }


@pytest.mark.parametrize("module", source.reached())
def test_a_definition_changes_exactly_where_its_tree_does(module: str) -> None:
    """What Python's own trees say, without what is said for people, against tokens."""
    text = texts()[module]
    words = source.module_of(text).words
    compared = 0
    for statement in ast.parse(text).body:
        start, end = source.whole_batch(text, statement)
        before = source.trees(text[start:end], words)
        for edit, instead in source.other_tokens(text[start:end]):
            other = source.edited(text[start:end], {edit: instead})
            try:
                after = source.trees(other, words)
            except SyntaxError:
                continue
            for name in before if after.keys() == before.keys() else ():
                is_same = define(module, f"{text[:start]}{other}{text[end:]}", name) == define(module, text, name)
                assert is_same == (after[name] == before[name]), other
                compared += 1
    assert compared


def numbers_in(statement: ast.stmt) -> list[ast.Constant]:
    """Numbers in a statement."""
    constants = (node for node in ast.walk(statement) if isinstance(node, ast.Constant))
    return [node for node in constants if type(node.value) in (int, float)]
