"""Writes docs/forecast-scores.md: how good each system was on real seasons, and how calibrated it was.

python -m benchmarks.forecast_scores duckdb:///nba.duckdb
"""

import argparse
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import hoopcast

SEASONS = ("2019-20", "2020-21", "2021-22")
PAGE = Path(__file__).parents[1] / "docs" / "forecast-scores.md"
POPULATIONS = ("ALL", "GP10", "MIN20", "PTS20", "PROP")
_HEAD = """# How good the forecasts were

Every system on real seasons, forecast month by month from games before alone. Settings were chosen on 2018-19 to
2020-21 (TUNING); 2021-22 is the TEST season, looked at to report. Levels say what a system may know, and are not to be
compared without saying so: injured-list moves of the day (`news`) carry no hour, so that level is an upper bound. All
scores are of appearances, conditional on playing. Made by `python -m benchmarks.forecast_scores WAREHOUSE`; how to read
them: [](how-to/read-an-evaluation.md).
"""
_ACCURACY = """
Mean absolute error of the median, with rows that a system left out filled by an exponential average of half-life 8
games, and in brackets the CRPS of the rows that it forecast; `ALL %` is the share that it forecast.
"""
_CALIBRATION = """
Outcomes inside the 50, 80 and 95 % intervals; calibration error of P(over his own average) beside the 95th percentile
of perfect calibration at this size; slope and intercept of a logistic regression with 95 % intervals (1 and 0 are
perfect).
"""
_EARLY = "\nMean absolute error on ALL in October and in January, of the rows that each forecast.\n"
_MARKET = """
Log loss of P(over) at the line beside the no-vig market's, and beside that market recalibrated on earlier months; t of
the difference by day, negative is better. A lower mean error than the line is no achievement: the line - 0.5
has it too.
"""
_CLAIMS = """
What a bet was claimed to pay and what it paid, in percent of a stake, on the better side of each line at the price that
stood: by bands of claimed expected value, after the market, learned before each month. In brackets the lines and the
95 % interval of the return, days taken as a whole. `!` marks a claim outside its interval. Lines of one price, shown
apart, of prices far from a market's, and claims of 6 % and more are not bet on.
"""
_AFTER = """
Log loss of P(over) after the market. Its weights are learned on lines of one price too, which the recalibrated market
is not: the row of `market_line` shows what that longer record alone gives.
"""
_PLAY = "\nWho will play, on all expected rows: Brier score, and that of always saying the share.\n"


def page(warehouse: hoopcast.Hoopcast) -> str:
    """The page's text."""
    parts = [_HEAD]
    for season in SEASONS:
        evaluation = warehouse.evaluate(season=season).document()
        parts += [f"\n## {season} ({', '.join(evaluation['phases'])})\n", *_season(evaluation)]
    return "".join(parts)


def _season(evaluation: dict[str, Any]) -> Iterator[str]:
    yield _ACCURACY + "\n"
    yield from _table(("level", "system", "ALL %", *POPULATIONS), _accuracy(evaluation["accuracy"]))
    yield _CALIBRATION + "\n"
    yield from _table(
        ("system", "on", "50 %", "80 %", "95 %", "error (limit)", "slope", "intercept"), _calibration(evaluation)
    )
    if any(row["value"].endswith("-10") for row in evaluation["slices"]):
        yield _EARLY + "\n"
        yield from _table(("system", "October", "January"), _early(evaluation["slices"]))
    if evaluation["market"]:
        yield _MARKET + "\n"
        yield from _table(
            ("system", "from", "lines", "log loss", "market", "t", "recalibrated", "t of it"),
            _market(evaluation["market"]),
        )
    if evaluation["claims"]:
        bands = ("below -3 %", "-3 to 0 %", "0 to 3 %", "3 to 6 %")
        yield _CLAIMS + "\n"
        yield from _table(("system", "prices", *bands, "picks", "slope", "picks from then on"), _claims(evaluation))
    if evaluation["after_market"]:
        yield _AFTER + "\n"
        head = ("system", "lines", "after the market", "its own", "market", "t", "recalibrated", "t of it")
        yield from _table(head, _after(evaluation["after_market"]))
    yield _PLAY + "\n"
    yield from _table(("level", "Brier", "of the share"), _plays(evaluation["availability"]))


def _accuracy(rows: Sequence[dict[str, Any]]) -> Iterator[tuple[str, ...]]:
    by_system: dict[tuple[str, str], dict[str, dict[str, Any]]] = {}
    for row in rows:
        by_system.setdefault((row["level"], row["system"]), {})[row["population"]] = row
    for (level, system), of in by_system.items():
        covered = f"{100 * of['ALL']['covered']:.1f}" if "ALL" in of else "-"
        yield level, system, covered, *(_score(of.get(name)) for name in POPULATIONS)


def _score(row: dict[str, Any] | None) -> str:
    if row is None or row["mae_filled"] is None:
        return "-"
    crps = "" if row["crps"] is None else f" ({row['crps']:.3f})"
    return f"{row['mae_filled']:.3f}{crps}"


def _calibration(evaluation: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    for row in evaluation["calibration"]:
        if row["population"] == ("PROP" if row["level"] == "line" else "ALL"):
            yield (
                row["system"],
                row["population"],
                *(f"{100 * row[f'coverage_{share}']:.1f}" for share in (50, 80, 95)),
                f"{row['calibration_error']:.3f} ({row['calibration_error_limit']:.3f})",
                f"{row['slope_low']:.2f}..{row['slope_high']:.2f}",
                f"{row['intercept_low']:.2f}..{row['intercept_high']:.2f}",
            )


def _early(rows: Sequence[dict[str, Any]]) -> Iterator[tuple[str, ...]]:
    months: dict[str, dict[str, float]] = {}
    for row in rows:
        if row["dimension"] == "month" and row["level"] != "line":
            months.setdefault(row["system"], {})[row["value"][-2:]] = row["mae"]
    for system, mae in months.items():
        yield system, *(f"{mae[month]:.3f}" if month in mae else "-" for month in ("10", "01"))


def _market(rows: Sequence[dict[str, Any]]) -> Iterator[tuple[str, ...]]:
    for row in rows:
        yield (
            row["system"],
            row["window"],
            f"{row['rows']:,}",
            *(_number(row[name], 4) for name in ("log_loss", "log_loss_market")),
            _number(row["t_market"], 1),
            _number(row["log_loss_recalibrated"], 4),
            _number(row["t_recalibrated"], 1),
        )


def _claims(evaluation: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    bands: dict[tuple[str, str], dict[float, dict[str, Any]]] = {}
    for row in evaluation["claims"]:
        bands.setdefault((row["system"], row["prices"]), {})[row["low"]] = row
    for one in evaluation["claim_summaries"]:
        of = bands[one["system"], one["prices"]]
        slope = "-" if one["slope"] is None else f"{one['slope']:.2f} ({one['slope_low']:.2f}..{one['slope_high']:.2f})"
        yield (
            one["system"],
            one["prices"],
            *(_band(of.get(low)) for low in (-1.0, -0.03, 0.0, 0.03)),
            f"{one['picks']:,} ({one['overs']:,} overs)",
            slope,
            one["status"].replace("withheld from the next refit on", "withheld"),
        )


def _band(row: dict[str, Any] | None) -> str:
    if row is None:
        return "-"
    interval = (
        "too few" if row["returned_low"] is None else f"{_share(row['returned_low'])}..{_share(row['returned_high'])}"
    )
    mark = "! " if row["verdict"] == "outside" else ""
    return f"{mark}{_share(row['claimed'])} paid {_share(row['returned'])} ({row['lines']:,}; {interval})"


def _share(value: float) -> str:
    return f"{100 * value:+.1f}"


def _after(rows: Sequence[dict[str, Any]]) -> Iterator[tuple[str, ...]]:
    for row in rows:
        yield (
            row["system"],
            f"{row['rows']:,}",
            *(_number(row[name], 4) for name in ("log_loss", "log_loss_own", "log_loss_market")),
            _number(row["t_market"], 1),
            _number(row["log_loss_recalibrated"], 4),
            _number(row["t_recalibrated"], 1),
        )


def _plays(rows: Sequence[dict[str, Any]]) -> Iterator[tuple[str, ...]]:
    for row in rows:
        yield row["level"], f"{row['brier']:.4f}", f"{row['brier_of_share']:.4f}"


def _number(value: float | None, digits: int) -> str:
    return "-" if value is None else f"{value:.{digits}f}"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |\n|{' --- |' * len(head)}\n"
    for row in rows:
        yield f"| {' | '.join(row)} |\n"


def main() -> None:
    """Write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("warehouse")
    url = parser.parse_args().warehouse
    with hoopcast.open(url, read_only=True) as warehouse:
        PAGE.write_text(page(warehouse), "utf-8")
    print(f"wrote {PAGE}")


if __name__ == "__main__":
    main()
