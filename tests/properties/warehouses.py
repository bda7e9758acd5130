"""Small simulated warehouses to change, and the tables of two of them compared row by row."""

import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings

import hoopcast
from hoopcast import Hoopcast
from hoopcast.graph import Graph
from hoopcast.league import LeagueSize, simulate, write
from hoopcast.pipeline.ledger import NODE
from hoopcast.pipeline.lineage import is_post_game
from hoopcast.pipeline.node import Node
from hoopcast.settings import load
from hoopcast.warehouse.tables import table
from tests.once import made_once

_OF_THE_DEFAULT_PROFILE = 100


def few(examples: int) -> settings:
    """Settings of a property whose examples take seconds: some are drawn, and fifty times as many by `make fuzz`.

    None is drawn only to make a failing one smaller.
    """
    return settings(
        max_examples=examples * settings().max_examples // _OF_THE_DEFAULT_PROFILE,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=[HealthCheck.too_slow],
    )


SEASONS = ("2020-21", "2021-22")


@dataclass(frozen=True)
class League:
    """A league on disk: its files, a warehouse with the raw tables alone, and one that is complete."""

    folder: Path

    @property
    def files(self) -> Path:
        """Folder of the files."""
        return self.folder / "files"

    @property
    def raw(self) -> Path:
        """Warehouse with the raw tables alone."""
        return self.folder / "raw.duckdb"

    @property
    def complete(self) -> Path:
        """Warehouse with every table up to date."""
        return self.folder / "complete.duckdb"

    def game_days(self, season: str) -> list[date]:
        """Dates of a season on which regular games are played."""
        with hoopcast.open(str(self.complete), read_only=True) as warehouse:
            return days_of(warehouse, season)


def made_league(factory: pytest.TempPathFactory, name: str, size: LeagueSize, seed: int = 1) -> League:
    """Two seasons of a league, ingested and backfilled; who asks for the same name shares it."""
    return League(made_once(factory, name, lambda folder: _make(League(folder), size, seed)))


def with_systems(factory: pytest.TempPathFactory, league: League, systems: str) -> League:
    """A league brought up to date by other systems, the files and raw tables its own; who asks for the same shares it.

    Args:
        factory: temporary folders of this process.
        league: one that is complete by fewer systems.
        systems: as the settings name them.
    """

    def make(folder: Path) -> None:
        made = League(folder)
        made.files.symlink_to(league.files)
        made.raw.symlink_to(league.raw)
        shutil.copy(league.complete, made.complete)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("HOOPCAST_SYSTEMS", systems)
            with hoopcast.open(str(made.complete), threads=1) as warehouse:
                assert warehouse.backfill(stage="all", skip_preflight=True).exit_status == 0

    return League(made_once(factory, f"{league.folder.parent.name}_{systems}", make))


def _make(league: League, size: LeagueSize, seed: int) -> None:
    write(simulate(SEASONS, seed=seed, size=size), league.files)
    with hoopcast.open(str(league.raw), threads=1) as warehouse:
        assert not warehouse.ingest(league.files).errors
    shutil.copy(league.raw, league.complete)
    with hoopcast.open(str(league.complete), threads=1) as warehouse:
        assert warehouse.backfill(stage="all", skip_preflight=True).exit_status == 0


@contextmanager
def copy_of(path: Path) -> Iterator[Hoopcast]:
    """A copy of a warehouse, open, that is gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "copy.duckdb"
        shutil.copy(path, target)
        with hoopcast.open(str(target), threads=1) as warehouse:
            yield warehouse


def days_of(warehouse: Hoopcast, season: str) -> list[date]:
    """Dates of a season on which regular games are played."""
    rows = warehouse.engine.query(
        "SELECT DISTINCT game_date FROM nba_raw.nbac_schedule"
        " WHERE season = $season AND season_stage = 'regular' ORDER BY game_date",
        {"season": season},
    ).rows
    return [row[0] for row in rows if isinstance(row[0], date)]


def chosen_nodes() -> tuple[Node, ...]:
    """Every node of the systems that the settings choose."""
    return Graph(load({}).systems).nodes


def pre_game_models() -> tuple[Node, ...]:
    """Models whose rows are known on the morning of their date, one a table."""
    return tuple({node.table.name: node for node in chosen_nodes() if not is_post_game(node)}.values())


def differences(
    warehouse: Hoopcast,
    other: Path,
    columns: Mapping[str, Iterable[str]] | None = None,
    condition: str = "TRUE",
) -> dict[str, int]:
    """Rows of each table that two warehouses do not share, to the last bit; tables without any are left out.

    Args:
        warehouse: one warehouse, open.
        other: file of the other.
        columns: columns to compare by table; all that is content in all tables by default.
        condition: rows to compare; `{time}` stands for the table's time column.
    """
    compared = {node.table.name: node.table.content_columns for node in chosen_nodes()} if columns is None else columns
    warehouse.engine.execute(f"ATTACH '{other}' AS other (READ_ONLY)")
    try:
        counts = {
            name: _unshared(warehouse, name, compared[name], condition.format(time=table(name).time))
            for name in compared
        }
    finally:
        warehouse.engine.execute("DETACH other")
    return {name: count for name, count in counts.items() if count}


def _unshared(warehouse: Hoopcast, name: str, columns: Iterable[str], condition: str) -> int:
    select = f"SELECT {', '.join(columns)} FROM"
    here, there = f"{select} {name} WHERE {condition}", f"{select} other.{name} WHERE {condition}"
    return int(
        str(
            warehouse.engine.query(
                f"SELECT COUNT(*) FROM (({here} EXCEPT ALL {there}) UNION ALL ({there} EXCEPT ALL {here})) AS unshared"
            ).rows[0][0]
        )
    )


def rows_of(warehouse: Hoopcast, name: str, condition: str = "TRUE") -> int:
    """Number of rows of a table."""
    return int(str(warehouse.engine.query(f"SELECT COUNT(*) FROM {name} WHERE {condition}").rows[0][0]))


def last_entry(warehouse: Hoopcast) -> int:
    """Number of the newest entry of the ledger."""
    rows = warehouse.engine.query("SELECT MAX(entry) FROM nba_orchestration.ledger").rows
    return int(str(rows[0][0]))


def fingerprints(warehouse: Hoopcast) -> dict[tuple[str, date], int]:
    """Fingerprint of what stands in each table on each date, as the ledger last says."""
    rows = warehouse.engine.query(
        f"SELECT {NODE}, partition_date, ARG_MAX(output_fingerprint, entry) FROM nba_orchestration.ledger GROUP BY ALL"
    ).rows
    return {(str(name), day): int(str(value)) for name, day, value in rows if isinstance(day, date)}
