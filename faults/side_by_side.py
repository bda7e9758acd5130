"""Writers and readers of one warehouse side by side, with a pager that stands still: who waits how long.

python -m faults.side_by_side --seconds 120 --output docs/side-by-side.md
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from faults.scene import COMMAND, SEASONS, SYSTEMS, Base, BrokenPromiseError, Ended, Scene, need

WAIT = 60
WRITERS = (
    ("backfill", "pdc", "--season", "2021-22", "--no-resume"),
    ("backfill", "mlfs", "--month", "2020-12", "--no-resume"),
    ("ingest", "LEAGUE"),
    ("grade", "--season", "2021-22"),
)
READERS = (
    ("coverage", "mlfs"),
    ("sql", "SELECT COUNT(*) FROM nba_predictions.player_prop_predictions"),
    ("verify", "--date", "2021-11-05"),
    ("export", "mlfs", "-", "--month", "2020-12"),
    ("runs",),
    ("coverage", "--season", "2020-21", "--by", "month"),
    ("failures", "--season", "2020-21"),
    ("why", "mlfs", "2021-11-05"),
)
# It takes the first line of an answer that is longer than a pipe holds, and no other while it stands.
PAGER = """
"$0" sql "FROM nba_raw.nbac_player_boxscore" --format csv | { read -r line; sleep 10; }
exit "${PIPESTATUS[0]}"
"""


@dataclass(frozen=True)
class Timed:
    """A command, how it ended, and in how many seconds."""

    command: tuple[str, ...]
    ended: Ended
    seconds: float


def timed(scene: Scene, command: tuple[str, ...]) -> Timed:
    """Run a command to its end."""
    began = time.monotonic()
    given = [str(scene.base.league) if part == "LEAGUE" else part for part in command]
    return Timed(command, scene.call("--quiet", *given, "--wait", str(WAIT)), time.monotonic() - began)


def pager(scene: Scene) -> int:
    """Exit status of a query whose reader stands still."""
    return subprocess.run(
        ["bash", "-c", PAGER, COMMAND], cwd=scene.folder, env=scene.environment, capture_output=True, check=False
    ).returncode


def side_by_side(scene: Scene, seconds: float) -> list[Timed]:
    """All of them again and again for so long; every command that was run.

    Raises:
        BrokenPromiseError: if one did not end well, or the tables are not those of a run that nothing disturbed.
    """
    until = time.monotonic() + seconds

    def again(command: tuple[str, ...]) -> list[Timed]:
        done = [timed(scene, command)]
        while time.monotonic() < until:
            done.append(timed(scene, command))
        return done

    def stand_still() -> None:
        while time.monotonic() < until:
            status = pager(scene)
            need(status == 0, f"the query of the pager ended with {status}")

    with ThreadPoolExecutor(len(WRITERS) + len(READERS) + 1) as pool:
        stands = pool.submit(stand_still)
        done = [one for of_command in pool.map(again, WRITERS + READERS) for one in of_command]
        stands.result()
    for one in done:
        need(
            one.ended.status == 0,
            f"`hoopcast {' '.join(one.command)}` ended with {one.ended.status} after {one.seconds:.1f} s:"
            f" {one.ended.err.strip()[-300:]}",
        )
    scene.mended("backfill")
    return done


def page(done: list[Timed], alone: list[Timed], seconds: float) -> str:
    """The page of the docs: for each command how often, how long alone, and how long at most in the crowd."""
    lines = []
    for one in alone:
        times = [other.seconds for other in done if other.command == one.command]
        lines.append(
            f"| `hoopcast {' '.join(one.command).replace('LEAGUE', 'league')}` |"
            f" {'writes' if one.command in WRITERS else 'reads'} | {len(times)} | {one.seconds:.1f} |"
            f" {sum(times) / len(times):.1f} | {max(times):.1f} |"
        )
    body = "\n".join(lines)
    return f"""# Side by side

For {seconds:.0f} seconds {len(WRITERS)} writers and {len(READERS)} readers, each a process that begins again as soon as
it has ended, shared one warehouse of a small simulated league on {os.cpu_count()} cores, while a pager that does not
move on stood before a long answer. All {len(done)} commands ended with 0 within their `--wait {WAIT}`, and the tables
were those of the same commands one after the other. `python -m faults.side_by_side` does it again and writes this page;
what is promised is in [operations](operations.md).

| command | | times | seconds alone | mean | longest |
|---|---|---|---|---|---|
{body}
"""


def main() -> int:
    """Make a league, let them run, tell and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--output", type=Path, help="file of the page, such as docs/side-by-side.md")
    chosen = parser.parse_args()
    os.environ["HOOPCAST_SYSTEMS"] = SYSTEMS
    with tempfile.TemporaryDirectory(prefix="hoopcast-side-by-side-") as folder:
        base = Base(Path(folder), SEASONS)
        base.make()
        scene = Scene(base, Path(folder) / "scene")
        scene.folder.mkdir()
        scene.take("whole")
        try:
            alone = [timed(scene, command) for command in WRITERS + READERS]
            done = side_by_side(scene, chosen.seconds)
        except BrokenPromiseError as broken:
            print(f"BROKEN: {broken}")
            return 1
    text = page(done, alone, chosen.seconds)
    print(text)
    if chosen.output:
        chosen.output.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
