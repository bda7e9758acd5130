"""Writes docs/feature-table.md: range, mean and gaps of each of the 25 features in each month of a real season.

python -m benchmarks.feature_table duckdb:///nba.duckdb
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import hoopcast
from hoopcast import Hoopcast
from hoopcast.explain import feature_names
from hoopcast.warehouse.tables import table

SEASON = "2021-22"
PAGE = Path(__file__).parents[1] / "docs" / "feature-table.md"
_SHARES = "MIN({name}), AVG({name}), MAX({name}), 100.0 * COUNT(CASE WHEN {name} IS NULL THEN 1 END) / COUNT(*)"
_MONTHS = """
SELECT {period} AS period, COUNT(*), {statistics}
FROM nba_predictions.ml_feature_store
WHERE season = $season AND season_stage = 'regular'
GROUP BY period ORDER BY period
"""
_HEAD = """# The 25 features over {season}

Each feature of every expected player on the morning of each regular-season game, from real box scores. Early in the
season windows are blended with the season before; a feature without data is NULL and counted. `playoff_game` is 0
throughout the regular season. Made by `python -m benchmarks.feature_table WAREHOUSE`.
"""
_PER_FEATURE = 4
_RULE = "| --: | --- | --: | --: | --: | --: | --- |"


def statistics(warehouse: Hoopcast, season: str, period: str) -> list[tuple[str, int, list[tuple[float | None, ...]]]]:
    """For each period its name, rows, and of each feature least, mean, most and percent NULL.

    Args:
        warehouse: where the features stand.
        season: such as 2021-22.
        period: SQL expression over a row of features.
    """
    names = feature_names()
    select = ", ".join(_SHARES.format(name=name) for name in names)
    rows = warehouse.engine.query(_MONTHS.format(period=period, statistics=select), {"season": season}).rows
    periods = []
    for name, count, *values in rows:
        numbers = [None if value is None else float(str(value)) for value in values]
        groups = [tuple(numbers[start : start + _PER_FEATURE]) for start in range(0, len(numbers), _PER_FEATURE)]
        periods.append((str(name), int(str(count)), groups))
    return periods


def page(warehouse: Hoopcast, season: str) -> str:
    """The page's text."""
    whole = statistics(warehouse, season, "'The season'")
    months = statistics(warehouse, season, "strftime(game_date, '%Y-%m')")
    return "\n".join([_HEAD.format(season=season), *(_section(*period) for period in [*whole, *months])])


def _section(name: str, rows: int, features: Sequence[tuple[float | None, ...]]) -> str:
    definition = table("mlfs")
    lines = [f"## {name}\n", f"{rows:,} rows.\n", "| | feature | min | mean | max | NULL % | allowed |", _RULE]
    for number, (feature, (least, mean, most, absent)) in enumerate(zip(feature_names(), features, strict=True)):
        column = definition.column(feature)
        allowed = "" if column.low is None or column.high is None else f"{column.low:g} to {column.high:g}"
        numbers = " | ".join(_number(value) for value in (least, mean, most))
        lines.append(f"| {number} | `{feature}` | {numbers} | {absent:.2f} | {allowed} |")
    return "\n".join(lines) + "\n"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}".rstrip("0").rstrip(".")


def main() -> None:
    """Write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("warehouse", help="URL of a warehouse with the season and the one before")
    url = parser.parse_args().warehouse
    with hoopcast.open(url, read_only=True) as warehouse:
        PAGE.write_text(page(warehouse, SEASON), "utf-8")
    print(f"wrote {PAGE.name}")


if __name__ == "__main__":
    main()
