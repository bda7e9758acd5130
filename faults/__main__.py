"""Do faults to the product, need what it promises of each, and write the table of docs/faults.md.

python -m faults                        # `make faults`: all of them
python -m faults --share 0.1 --only backfill --seed 3
"""

import argparse
import os
import sys
import tempfile
import traceback
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random

from faults.kinds import KINDS, Kind
from faults.page import Tried, page, table
from faults.scene import SYSTEMS, Base, BrokenPromiseError, Scene

REPOSITORY = Path(__file__).parents[1]


def once(base: Base, kind: Kind, seed: str) -> Tried:
    """Do one fault in a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="hoopcast-fault-") as folder:
        try:
            said = kind.fault(Scene(base, Path(folder)), Random(seed))  # noqa: S311 - to draw moments, no secret
        except BrokenPromiseError as broken:
            return Tried(kind, seed, str(broken), is_broken=True)
        except Exception:  # noqa: BLE001 - whatever else goes wrong is a broken promise as well
            return Tried(kind, seed, traceback.format_exc(limit=-2), is_broken=True)
    return Tried(kind, seed, said, is_broken=False)


def tried(base: Base, kinds: Iterable[tuple[Kind, int]], seed: int, workers: int) -> list[Tried]:
    """Do all of them, so many side by side, and tell of each that broke something."""
    asked = [(kind, f"{seed}.{kind.name}.{number}") for kind, tries in kinds for number in range(tries)]
    done: list[Tried] = []
    with ThreadPoolExecutor(workers) as pool:
        for one in pool.map(lambda pair: once(base, *pair), asked):
            done.append(one)
            if one.is_broken:
                print(f"BROKEN {one.seed}: {one.said}", flush=True)
            elif len(done) % 20 == 0:
                print(f"{len(done)} of {len(asked)}", flush=True)
    return done


def main() -> int:
    """Choose, do, tell and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--share", type=float, default=1.0, help="of the tries of each kind, one at least")
    parser.add_argument(
        "--only", default="", help="kinds whose names contain this; a page keeps what it says of others"
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--output", type=Path, help="file of the table, such as docs/faults.md")
    chosen = parser.parse_args()
    os.environ["HOOPCAST_SYSTEMS"] = SYSTEMS
    wanted = [(kind, max(1, round(kind.tries * chosen.share))) for kind in KINDS if chosen.only in kind.name]
    with tempfile.TemporaryDirectory(prefix="hoopcast-faults-") as folder:
        base = Base(Path(folder))
        base.make()
        done = tried(base, wanted, chosen.seed, chosen.workers)
    print(table(done))
    if chosen.output:
        before = chosen.output.read_text("utf-8") if chosen.only and chosen.output.exists() else ""
        chosen.output.write_text(page(done, chosen.seed, before), "utf-8")
    return 1 if any(one.is_broken for one in done) else 0


if __name__ == "__main__":
    sys.exit(main())
