"""Writes docs/forecast-speed.md: seconds that the forecasts of a season take, by system and kind of work.

python -m benchmarks.forecast_speed duckdb:///nba.duckdb --season 2021-22

The warehouse has been brought up to date by `hoopcast backfill --season`; it is copied, and what has been learned in it
is what the cold figures are of. Then all is forecast again with that, and one date, each by a process of its own.
"""

import argparse
import shutil
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import hoopcast
from benchmarks.bench import child, machine
from hoopcast.graph import ALL_SYSTEMS
from hoopcast.paths import warehouse_path
from hoopcast.plain import markdown_table

PAGE = Path(__file__).parents[1] / "docs" / "forecast-speed.md"
WORK = {
    "learning": "nba_predictions.trained_model",
    "distributions": "nba_predictions.forecast_distribution",
    "recalibration": "nba_predictions.calibration",
    "forecasts": "nba_predictions.player_prop_predictions",
    "grades": "nba_predictions.prediction_accuracy",
}
_AGAIN = ("forecast_distribution", "player_prop_predictions", "prediction_accuracy")
_SPENT = """
SELECT table_name, system_id, SUM(seconds) FROM (
    SELECT table_name, system_id, partition_date, ARG_MAX(seconds, entry) AS seconds
    FROM nba_orchestration.ledger WHERE season = $season AND status = 'done' AND ($day IS NULL OR partition_date = $day)
    GROUP BY table_name, system_id, partition_date
) AS newest
GROUP BY table_name, system_id ORDER BY table_name, system_id
"""
_HEAD = """# What forecasts cost

Seconds that the forecasts of {season} took, by system and kind of work, each system with all that its members had done
before. Measured by `python -m benchmarks.forecast_speed WAREHOUSE`, which writes this page: {machine}.

Seconds of a system are those of its transactions, as the ledger has them, without their commit; those of the whole are
of the process, from its start to its end, all systems, with start-up, plan, commits and the copy for readers.
"""
_FIRST = """
## The first time

Everything of {season}, learning at the first date of each month included, by the run that filled the warehouse: what
else its machine did meanwhile is in these figures.

"""


@dataclass(frozen=True)
class Whole:
    """What a process took: seconds, and the most memory, MB."""

    seconds: float
    peak: float


def spent(url: str, season: str, day: str | None = None) -> dict[str, dict[str, float]]:
    """Seconds by system and table, those of tables that no system owns under an empty name."""
    with hoopcast.open(url, read_only=True) as warehouse:
        rows = warehouse.engine.query(_SPENT, {"season": season, "day": day}).rows
    lines: dict[str, dict[str, float]] = defaultdict(dict)
    for name, system, seconds in rows:
        lines[str(system)][str(name)] = float(str(seconds))
    return lines


def process(url: str, *arguments: str) -> Whole:
    """Run a `hoopcast` command to its end."""
    script = str(Path(sys.executable).parent / "hoopcast")
    figures = child([script, "--warehouse", url, "--quiet", *arguments])
    return Whole(figures["wall"], figures["peak"])


def page(url: str, season: str) -> Iterator[str]:
    """The page's text."""
    cold = spent(url, season)
    with hoopcast.open(url, read_only=True) as warehouse:
        days = warehouse.engine.query(
            "SELECT DISTINCT game_date FROM nba_predictions.prediction_accuracy WHERE season = $season ORDER BY 1",
            {"season": season},
        ).rows
    day = str(days[len(days) // 2][0])
    again = ("backfill", *_AGAIN, "--no-resume", "--skip-preflight")
    whole = {f"{season} forecast again, by what was learned": process(url, *again, "--season", season)}
    warm = spent(url, season)
    whole[f"{day} forecast again"] = process(url, *again, "--date", day)
    one = spent(url, season, day)
    # Every table but what was learned, from those of raw data on.
    every = dict.fromkeys(node.table.name for node in ALL_SYSTEMS.nodes if node.table.name != WORK["learning"])
    anew = ("backfill", *every, "--no-resume", "--skip-preflight")
    whole[f"{season}: every table again from raw data, by what was learned"] = process(url, *anew, "--season", season)
    whole[f"{day}: the same of one date"] = process(url, *anew, "--date", day)
    whole["every season: the same"] = process(url, *anew)
    whole["nothing to do"] = process(url, "backfill", "--season", season)
    yield _HEAD.format(season=season, machine=machine())
    yield from ("\n## By a process\n\n", *_lines(("work", "s", "peak MB"), _wholes(whole)))
    yield _FIRST.format(season=season)
    yield from _lines(("system", *WORK, "together"), _systems(cold, tuple(WORK)))
    tables = sum(sum(of.values()) for name, of in cold.items() if not name)
    yield f"\nTables that no system owns, from raw data to features and performance, took {tables:.1f} s.\n"
    yield f"\n## Again\n\nBy what has been learned: all of {season}, and {day} alone.\n\n"
    kinds = ("distributions", "forecasts", "grades")
    yield from _lines(("system", *kinds, "season", "one date"), _again(warm, one, kinds))


def _wholes(whole: dict[str, Whole]) -> list[tuple[str, ...]]:
    return [(name, f"{took.seconds:.1f}", f"{took.peak:.0f}") for name, took in whole.items()]


def _systems(cold: dict[str, dict[str, float]], kinds: tuple[str, ...]) -> list[tuple[str, ...]]:
    lines = []
    for system, of in cold.items():
        if system:
            seconds = [of.get(WORK[kind], 0.0) for kind in kinds]
            lines.append((system, *(f"{one:.1f}" for one in seconds), f"{sum(seconds):.1f}"))
    return lines


def _again(
    warm: dict[str, dict[str, float]], one: dict[str, dict[str, float]], kinds: tuple[str, ...]
) -> list[tuple[str, ...]]:
    lines = []
    for system, of in warm.items():
        seconds = [of[WORK[kind]] for kind in kinds if WORK[kind] in of]
        if len(seconds) == len(kinds):
            of_date = sum(one[system].get(WORK[kind], 0.0) for kind in kinds)
            lines.append((system, *(f"{part:.2f}" for part in seconds), f"{sum(seconds):.2f}", f"{of_date:.2f}"))
    return lines


def _lines(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> Iterator[str]:
    yield from (f"{line}\n" for line in markdown_table(head, rows))


def main() -> None:
    """Measure on a copy, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("warehouse")
    parser.add_argument("--season", default="2021-22")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="hoopcast-bench-") as folder:
        copy = str(Path(folder) / "copy.duckdb")
        shutil.copy(warehouse_path(chosen.warehouse), copy)
        text = "".join(page(copy, chosen.season))
    PAGE.write_text(text, "utf-8")
    print(f"wrote {PAGE}")


if __name__ == "__main__":
    main()
