"""Every `hoopcast` command that README and docs show is run, in the order of its page."""

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.docs.pages import REPOSITORY, Block, fences, pages, read_page
from tests.once import made_once

SECONDS = 240
DEMO = "hoopcast demo"


def page_id(page: Path) -> str:
    """Path of a page in the project."""
    return page.relative_to(REPOSITORY).as_posix()


def run(script: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a shell script in a folder as a user would, with this environment's `hoopcast` and no settings of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HOOPCAST_")}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "-c", f"set -e -o pipefail\n{script}"],
        cwd=folder,
        env=kept | {"PATH": path, "COLUMNS": "120", "NO_COLOR": "1"} | variables,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the demo makes."""

    def make(folder: Path) -> None:
        done = run(DEMO, folder)
        assert done.returncode == 0, done.stderr

    return made_once(tmp_path_factory, "docs", make) / "demo"


def problem(block: Block, folder: Path) -> str | None:
    """What went wrong with a block, or nothing; it begins where the one before it ended, as for a reader."""
    where = folder / ".where"
    begin = f'cd "{where.read_text("utf-8").strip()}"' if where.exists() else ""
    done = run("\n".join([begin, *block.commands, f'pwd > "{where}"']), folder)
    if done.returncode == block.exit_status:
        return None
    return f"line {block.line}: exit {done.returncode}, expected {block.exit_status}\n{done.stdout}\n{done.stderr}"


@pytest.mark.parametrize("page", pages(), ids=page_id)
def test_every_command_of_a_page_does_what_the_page_says(
    page: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    content = read_page(page.read_text("utf-8"))
    folder = tmp_path / "page"
    blocks = [block for block in content.blocks if block.is_run]
    if content.setup == "demo" and blocks:
        shutil.copytree(request.getfixturevalue("demo_folder"), folder)
    else:
        folder.mkdir()
    if blocks and blocks[0].commands[0] == DEMO:
        # It takes long, and has been run, so written and in an empty folder, to make the one that is copied.
        shutil.copytree(request.getfixturevalue("demo_folder"), folder / "demo")
        blocks[0] = replace(blocks[0], commands=blocks[0].commands[1:])
    for block in blocks:
        assert problem(block, folder) is None


@pytest.mark.parametrize("page", pages(), ids=page_id)
def test_no_command_hides_in_a_block_that_is_not_run(page: Path) -> None:
    blocks = read_page(page.read_text("utf-8")).blocks
    hidden = [block for block in blocks if not block.is_run and any("hoopcast " in part for part in block.commands[1:])]
    assert hidden == []


def test_a_system_added_as_its_page_says_forecasts_and_is_scored(demo_folder: Path, tmp_path: Path) -> None:
    page = (REPOSITORY / "docs" / "how-to" / "add-a-system.md").read_text("utf-8")
    (code,), (chosen,), (commands,) = (fences(page, language) for language in ("python", "toml", "sh"))
    package, folder = tmp_path / "src" / "hoopcast", tmp_path / "demo"
    shutil.copytree(REPOSITORY / "src" / "hoopcast", package)
    (package / "forecast" / "systems" / "season_average.py").write_text(code, "utf-8")
    nodes = package / "graph.py"
    named = nodes.read_text("utf-8").replace("NAMES = (\n", 'NAMES = (\n    "season_average",\n')
    nodes.write_text(named, "utf-8")
    shutil.copytree(demo_folder, folder)
    (folder / "hoopcast.toml").write_text(chosen, "utf-8")
    done = run(commands, folder, PYTHONPATH=str(package.parent))
    assert done.returncode == 0, done.stderr
    assert "Points on 2022-01-15, season_average_history" in done.stdout
    compared = [line.split()[1] for line in done.stdout.splitlines() if line.startswith(" history  ")]
    assert {"season_average_history", "moving_average_history"} <= set(compared)
    assert "moving_average" not in done.stdout.partition("Points on 2022-01-15, season_average_history")[0]


def test_what_readme_shows_of_the_demo_is_what_the_demo_says(demo_folder: Path) -> None:
    shown = [text for text in fences((REPOSITORY / "README.md").read_text("utf-8"), "text") if "hoopcast " in text]
    assert len(shown) == 2
    for text in shown:
        asked, *lines = text.splitlines()
        done = run(asked, demo_folder)
        assert done.returncode == 0, done.stderr
        said = {line.rstrip() for line in done.stdout.splitlines()}
        shown_of_it = [line.rstrip() for line in lines if line.strip(" ─") not in ("", "...")]
        assert [line for line in shown_of_it if line not in said] == []


def test_a_block_stops_at_its_first_failing_command(tmp_path: Path) -> None:
    found = problem(Block(7, ("echo seen", "false | cat", "echo unseen"), 0), tmp_path)
    assert found is not None
    assert "line 7: exit 1, expected 0" in found
    assert "seen\n" in found
    assert "unseen" not in found


def test_a_block_may_be_shown_to_fail(tmp_path: Path) -> None:
    assert problem(Block(1, ("exit 3",), 3), tmp_path) is None
    assert problem(Block(1, ("true",), 3), tmp_path) is not None


def test_the_blocks_of_a_page_share_a_folder_and_a_block_begins_where_the_last_one_ended(tmp_path: Path) -> None:
    assert problem(Block(1, ("echo 1 > left",), 0), tmp_path) is None
    assert problem(Block(5, ("test -s left", "mkdir within", "cd within"), 0), tmp_path) is None
    assert problem(Block(9, ("test -s ../left",), 0), tmp_path) is None
