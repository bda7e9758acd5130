"""The rules that the project keeps about itself."""

import ast
import re
import subprocess
import tomllib
import zipfile
from functools import cache
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

REPOSITORY = Path(__file__).parents[1]
PACKAGE = REPOSITORY / "src" / "hoopcast"
DOCS = REPOSITORY / "docs"
PYPROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))
LOCKS = {name: REPOSITORY / "requirements" / f"{name}.lock" for name in ("base", "dev")}

LINE_LENGTH = 120
SHORT_MODULE = 40
LARGEST_FILE = 1_000_000
# Clients of engines beside DuckDB: declared for those who use them, in no lock.
NOT_LOCKED = {"spark", "bigquery"}
# Short modules that one other imports, each with the reason why it is none of that one's lines.
SHORT_MODULES_OF_ONE_READER: dict[str, str] = {}
# Public names that nothing here uses but tests, each with who does use it.
USED_FROM_OUTSIDE = {
    "list_commands": "click",
    "get_command": "click",
    "_repr_html_": "notebooks",
    "arrow": "callers of the Python API, as `pandas` and `polars` are",
}
# Written so that no pattern matches its own text.
SPEAKS_OF_A_MACHINE = re.compile(r"(?<![\w.$}~*-])/(?:work|root|home|opt|tmp|srv|Users)/\w")
SPEAKS_OF_AN_INDEX = re.compile(r"pypi\.(?:org|io)|pythonhosted\.|index-url|find-links|extra-index", re.IGNORECASE)
SPEAKS_OF_ITS_MAKING = re.compile(
    r"\b(?:issue|ticket)\s#?\d|co-authored[-]by|generated\s(?:by|with)\san?\s", re.IGNORECASE
)


@cache
def tracked_files() -> tuple[Path, ...]:
    """Files that git keeps and that are there."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=REPOSITORY, check=True, capture_output=True, text=True
    ).stdout
    return tuple(path for name in listed.split("\0") if name and (path := REPOSITORY / name).is_file())


def tracked_lines() -> list[tuple[str, str]]:
    """Each line of text that git keeps, with the place where it stands; this file and the locks' hashes aside."""
    return [
        (f"{path.relative_to(REPOSITORY)}:{number}", line)
        for path in tracked_files()
        if path != Path(__file__)
        for number, line in enumerate(path.read_text("utf-8", errors="replace").splitlines(), 1)
    ]


def locked(name: str) -> dict[str, str]:
    """Version of each package of a lock."""
    pins = re.findall(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", LOCKS[name].read_text("utf-8"), re.MULTILINE)
    return {canonicalize_name(package): version for package, version in pins}


def requirements(*, extras: bool) -> list[Requirement]:
    """What pyproject.toml asks for: to build, to run and, if wanted, the extras that are locked."""
    project = PYPROJECT["project"]
    asked = [*PYPROJECT["build-system"]["requires"], *project["dependencies"]]
    if extras:
        wanted = {name: parts for name, parts in project["optional-dependencies"].items() if name not in NOT_LOCKED}
        asked += [part for parts in wanted.values() for part in parts]
    return [found for part in asked if (found := Requirement(part)).name != project["name"]]


def imported_modules(path: Path) -> set[str]:
    """Names that a module may import: of modules and, after `from package import`, of what stands in them."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{name.name}" for name in node.names)}
    return found


def test_no_line_that_we_wrote_is_longer_than_a_reader_can_take_in() -> None:
    ours = [path for path in tracked_files() if path.suffix in (".py", ".sql") and "compiled" not in path.parts]
    assert {path.suffix for path in ours} == {".py", ".sql"}
    long = [
        f"{path.relative_to(REPOSITORY)}:{number}"
        for path in ours
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if len(line) > LINE_LENGTH
    ]
    assert long == []


def test_no_short_module_serves_one_other_alone() -> None:
    modules = {
        path.relative_to(PACKAGE.parent).with_suffix("").as_posix().replace("/", "."): path
        for path in PACKAGE.rglob("*.py")
        if path.name != "__init__.py"
    }
    readers = {path: imported_modules(path) for path in PACKAGE.rglob("*.py")}
    alone = {
        name
        for name, path in modules.items()
        if len(path.read_text("utf-8").splitlines()) < SHORT_MODULE
        and sum(name in imported for reader, imported in readers.items() if reader != path) == 1
    }
    assert alone == SHORT_MODULES_OF_ONE_READER.keys(), "put it into the module that imports it, or say why not"


def used_names(path: Path) -> set[str]:
    """Names that a module reads, its imports aside: alone or as an attribute."""
    return {
        node.id if isinstance(node, ast.Name) else node.attr
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Load)
    }


def defined_names(path: Path) -> set[str]:
    """Functions, classes and values of a module, and methods of its classes; commands, which click calls, aside."""
    body = ast.parse(path.read_text("utf-8")).body
    found: set[str] = set()
    for node in body:
        if isinstance(node, ast.ClassDef):
            found |= {node.name, *(part.name for part in node.body if isinstance(part, ast.FunctionDef))}
        elif isinstance(node, ast.FunctionDef) and not any(isinstance(part, ast.Call) for part in node.decorator_list):
            found.add(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found |= {target.id for target in targets if isinstance(target, ast.Name)}
    return {name for name in found if not name.startswith("__")}


def test_no_name_stands_in_the_package_for_tests_alone() -> None:
    modules = [path for path in tracked_files() if path.suffix == ".py"]
    pages = (DOCS.parent / "README.md", *DOCS.rglob("*.md"))
    snippets = [
        text for page in pages for text in re.findall(r"```python\n(.*?)```", page.read_text("utf-8"), re.DOTALL)
    ]
    used = {name for path in modules if not path.is_relative_to(REPOSITORY / "tests") for name in used_names(path)}
    used |= {name for text in snippets for name in re.findall(r"\w+", text)} | USED_FROM_OUTSIDE.keys()
    defined = {name for path in modules if path.is_relative_to(PACKAGE) for name in defined_names(path)}
    assert {"Hoopcast", "backfill", "normalise_team"} <= defined
    assert defined - used == set(), "move it to the tests, or take it away"


def test_every_module_says_what_it_is_for() -> None:
    modules = [path for path in tracked_files() if path.suffix == ".py"]
    assert [path for path in modules if not ast.get_docstring(ast.parse(path.read_text("utf-8")))] == []


@pytest.mark.parametrize("pattern", [SPEAKS_OF_A_MACHINE, SPEAKS_OF_AN_INDEX, SPEAKS_OF_ITS_MAKING])
def test_no_tracked_file_speaks_of_a_machine_an_index_or_its_own_making(pattern: re.Pattern[str]) -> None:
    allowed = (
        {"Makefile"} if pattern is SPEAKS_OF_AN_INDEX else set()
    )  # `--no-emit-index-url` keeps hosts out of the locks
    found = [place for place, line in tracked_lines() if pattern.search(line) and place.split(":")[0] not in allowed]
    assert found == []


def test_the_package_is_typed_for_those_who_import_it() -> None:
    assert (PACKAGE / "py.typed").is_file()


def test_the_wheel_carries_every_model_and_the_typing_marker(tmp_path: Path) -> None:
    wheel = next(WheelBuilder(str(REPOSITORY)).build(directory=str(tmp_path)))
    carried = set(zipfile.ZipFile(wheel).namelist())
    expected = {path.relative_to(PACKAGE.parent).as_posix() for path in PACKAGE.rglob("*.sql")} | {"hoopcast/py.typed"}
    assert expected - carried == set()


@pytest.mark.parametrize(("lock", "extras"), [("base", False), ("dev", True)])
def test_the_lock_has_a_fitting_version_of_all_that_the_project_asks_for(lock: str, *, extras: bool) -> None:
    pins = locked(lock)
    unmet = [
        str(asked)
        for asked in requirements(extras=extras)
        if not asked.specifier.contains(pins.get(canonicalize_name(asked.name), "0"), prereleases=True)
    ]
    assert unmet == []


def test_both_locks_agree() -> None:
    assert locked("base").items() <= locked("dev").items()


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_each_package_once_with_hashes_and_no_address(lock: str) -> None:
    text = LOCKS[lock].read_text("utf-8")
    entries = re.split(r"\n(?=\S)", text.strip())
    assert len(entries) == len(locked(lock))
    assert [entry.splitlines()[0] for entry in entries if "--hash=sha256:" not in entry] == []
    assert "://" not in text


def test_the_changelog_has_a_place_for_what_is_not_released() -> None:
    assert "\n## Unreleased\n" in (REPOSITORY / "CHANGELOG.md").read_text("utf-8")


def test_every_page_of_the_docs_can_be_reached_from_the_first() -> None:
    reached: set[Path] = set()
    waiting = [DOCS / "index.md"]
    while waiting:
        page = waiting.pop()
        reached.add(page)
        if not page.is_file():  # The data dictionary, until the docs are built.
            continue
        for tree in re.findall(r"```\{toctree\}\n(.*?)```", page.read_text("utf-8"), re.DOTALL):
            entries = [re.sub(r"^.*<(.+)>$", r"\1", line.strip()) for line in tree.splitlines()]
            children = [page.parent / f"{entry}.md" for entry in entries if entry and not entry.startswith(":")]
            waiting.extend(child for child in children if child not in reached)
    assert {page for page in DOCS.rglob("*.md") if "_build" not in page.parts} - reached == set()


def test_every_chore_that_a_page_names_is_one() -> None:
    chores = set(re.findall(r"^([a-z]+):", (REPOSITORY / "Makefile").read_text("utf-8"), re.MULTILINE))
    pages = [path for path in tracked_files() if path.suffix == ".md"]
    named = {name for page in pages for name in re.findall(r"(?:`|\$ )make ([a-z]+)", page.read_text("utf-8"))}
    assert named - chores == set()


def test_no_tracked_file_is_large() -> None:
    assert [path for path in tracked_files() if path.stat().st_size > LARGEST_FILE] == []


def test_no_file_of_the_real_seasons_is_copied_into_the_project(real_data: Path) -> None:
    beside = [real_data, *(folder for name in ("design", "payloads") if (folder := real_data.parent / name).is_dir())]
    theirs = [path for folder in beside for path in folder.rglob("*") if path.is_file()]
    assert theirs
    sizes = {path.stat().st_size for path in theirs}
    own = {path.read_bytes(): path for path in tracked_files() if path.stat().st_size in sizes - {0}}
    own_sizes = {len(content) for content in own}
    suspects = [path for path in theirs if path.stat().st_size in own_sizes]
    assert [(path, own[content]) for path in suspects if (content := path.read_bytes()) in own] == []
