"""A player's forecast in words: his law, the line beside it, what each system says, and what then happened."""

from typing import TYPE_CHECKING, Any

from hoopcast.cli.histogram import histogram
from hoopcast.cli.output import render

if TYPE_CHECKING:
    from hoopcast.outlook import PlayerOutlook, Wager
    from hoopcast.warehouse.result import Table

_RANGES = (("p25", "p75"), ("p10", "p90"), ("p05", "p95"))


def portrait(found: "PlayerOutlook", label: str = "") -> list[str]:
    """The lines to print; the label ends the heading."""
    row = found.forecast
    if row is None:
        who = f"{found.player.name} ({found.player.player_id}) has no forecast on {found.date}"
        return [f"{who}:", *(f"  {reason}" for reason in found.absences)]
    game = f"{row['team_abbr']} {'v' if row['is_home'] else '@'} {row['opponent_abbr']}"
    lines = [
        f"{found.player.name} ({found.player.player_id}), {game}, {found.date}{label}",
        f"{row['system_id']}, trained until {row['trained_until']}",
        "",
    ]
    marks = [("median", row["forecast_median"])]
    marks += [] if row["line"] is None else [(f"line {row['line']:g}", row["line"])]
    lines += [*histogram(found.probabilities, marks), ""]
    lines += [*_law(row), *_line(row, found.wager)]
    lines += [f"Reasons: {row['reasons']}."] if row["reasons"] else []
    lines += ["", "What each system says, over in percent:", "", render(_says(found.systems), null="-")]
    lines += [f"Without a forecast: {reason}" for reason in found.absences]
    lines += [] if found.grade is None else ["", _happened(found.grade)]
    return lines


def _law(row: dict[str, Any]) -> list[str]:
    plays = row["play_probability"]
    sitting = "" if plays is None else f" He plays with {_percent(plays)}."
    half, most, nearly_all = (f"{row[low]:.0f} to {row[high]:.0f}" for low, high in _RANGES)
    return [
        f"Mean {row['forecast_mean']:.1f}, median {row['forecast_median']:.1f} points if he plays.{sitting}",
        f"Half of such games end with {half} points, four of five with {most}, nine of ten with {nearly_all}.",
    ]


def _line(row: dict[str, Any], wager: "Wager | None") -> list[str]:
    if row["line"] is None or wager is None:
        return ["No line."]
    whose = f" of {row['bookmaker']}" if row["bookmaker"] else ""
    market = row["no_vig_probability_over"]
    beside = "" if market is None else f", the market's no-vig {_percent(market)}"
    push = row["probability_push"]
    exactly = f" {_percent(push)} to hit it exactly." if push else ""
    fair = " and ".join("none" if odds is None else _odds(odds) for odds in (wager.fair_over, wager.fair_under))
    lines = [
        f"Line {row['line']:g}{whose}: over {_odds(row['over_price'])}, under {_odds(row['under_price'])}.",
        f"P(over) {_percent(row['probability_over'])}{beside}; fair odds {fair}.{exactly}",
    ]
    return [*lines, *_bet(row, wager)]


def _bet(row: dict[str, Any], wager: "Wager") -> list[str]:
    """What a bet comes to after the market, or why none is made."""
    if row["recommendation"] == "NO_LINE":
        return ["No side has a price: NO_LINE."]
    if wager.side is None or wager.win_probability is None or wager.expected_value is None:
        return [f"PASS: {wager.pass_reason}."]
    weights = f"market {wager.market_weight:.2f}, system {wager.system_weight:.2f}, intercept {wager.intercept:+.2f}"
    after = f"After the market the {wager.side} wins {_percent(wager.win_probability)} ({weights})"
    # What the record does not pay, or no price stands behind, is not said.
    is_told = wager.pass_reason is None or not wager.pass_reason.startswith(("withheld", "suspect"))
    if not is_told:
        return [f"{after}.", f"PASS: {wager.pass_reason}."]
    lines = [f"{after}: EV {100 * wager.expected_value:+.1f} % of a stake, {row['recommendation']}."]
    if wager.stake is None:
        return lines
    uncertain = f"that probability ± {_percent(wager.standard_error)} (one standard error)"
    return [*lines, f"Quarter Kelly, {uncertain}: {_percent(wager.stake)} of a bankroll."]


def _says(systems: "Table") -> "Table":
    from hoopcast.warehouse.result import Table

    rows = [
        (
            row["system"],
            f"{row['mean']:.1f}",
            f"{row['median']:.1f}",
            f"{row['p10']:.0f} to {row['p90']:.0f}",
            None if row["probability_over"] is None else f"{100 * row['probability_over']:.1f}",
            row["trained_until"],
        )
        for row in systems
    ]
    names = ("system", "mean", "median", "80 % range", "over", "trained until")
    # Numbers of one precision line up as texts do, once they are as wide as each other.
    return Table.of_rows(names, ("VARCHAR", "DOUBLE", "DOUBLE", "VARCHAR", "DOUBLE", "DATE"), rows)


def _happened(grade: dict[str, Any]) -> str:
    if grade["actual_points"] is None:
        return f"What then happened: he did not play ({grade['result']})."
    bet = "" if grade["profit"] is None else f" at {_odds(grade['price'])}, {grade['profit']:+.2f} of one unit"
    return (
        f"What then happened: {grade['actual_points']} points in {grade['actual_minutes']:.0f} minutes,"
        f" {abs(grade['error']):.1f} {'above' if grade['error'] >= 0 else 'below'} the mean; {grade['result']}{bet}."
    )


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _odds(american: float | None) -> str:
    return "not offered" if american is None else f"{american:+.0f}"
