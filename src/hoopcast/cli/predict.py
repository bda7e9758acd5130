"""The predict command: a night of forecasts, or one player in detail."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from io import StringIO
from operator import itemgetter
from textwrap import wrap
from typing import TYPE_CHECKING, Any

import click

from hoopcast.cli.options import example, with_output, with_range, with_wait
from hoopcast.cli.output import Output, as_json, fixed, put, quantity, render, say, show, table_of
from hoopcast.cli.progress import working
from hoopcast.cli.session import Session

if TYPE_CHECKING:
    from hoopcast.api import Hoopcast
    from hoopcast.forecast.publishing import PublishReport
    from hoopcast.outlook import Outlook, PlayerOutlook, Wager
    from hoopcast.pipeline.ranges import RangeArguments
    from hoopcast.warehouse.result import Table

_WIDTH = 44
_TEXT_WIDTH = 100
_MOST_BINS = 14
_NARROWEST, _WIDEST = 2, 5
# Below this a bin's bar would be empty; such bins at either end are left out.
_SEEN = 0.004
_BLOCKS = "█▏▎▍▌▋▊▉"


def histogram(probabilities: Sequence[float], marks: Sequence[tuple[str, float]]) -> list[str]:
    """A line for each bin of 2 to 5 points: its points, a bar, its share in percent, and what lies in it.

    Args:
        probabilities: of 0, 1, 2, ... points, adding to one.
        marks: names of points to show, such as `("line 22.5", 22.5)`.
    """
    last = max(points for points, chance in enumerate(probabilities) if chance >= _SEEN / _WIDEST)
    width = min(max(-(-(last + 1) // _MOST_BINS), _NARROWEST), _WIDEST)
    bins = [(start, sum(probabilities[start : start + width])) for start in range(0, len(probabilities), width)]
    seen = [place for place, (_, share) in enumerate(bins) if share >= _SEEN]
    shown = bins[seen[0] : seen[-1] + 1]
    bars = _bars([share for _, share in shown])
    lines = []
    for (start, share), bar in zip(shown, bars, strict=True):
        beside = ", ".join(name for name, points in marks if start - 0.5 <= points < start + width - 0.5)
        text = f"  {start:>2}-{start + width - 1:<2}  {bar:<{_WIDTH}} {100 * share:4.1f} %"
        lines.append(f"{text}  < {beside}" if beside else text)
    return lines


def _bars(shares: Sequence[float]) -> list[str]:
    """Bars of lengths in these ratios; of blocks where the terminal can show them."""
    highest = max(shares)
    if not _shows_blocks():
        return ["#" * max(round(_WIDTH * share / highest), 1) for share in shares]
    from rich.bar import Bar
    from rich.console import Console

    bars = []
    for share in shares:
        console = Console(file=StringIO(), width=_WIDTH, color_system=None)
        console.print(Bar(size=highest, begin=0, end=share, width=_WIDTH))
        bars.append(console.file.getvalue().strip())  # type: ignore[attr-defined]
    return bars


def _shows_blocks() -> bool:
    try:
        _BLOCKS.encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return False
    return True


_INTERVALS = (("p25", "p75"), ("p10", "p90"), ("p05", "p95"))


def portrait(outlook: "PlayerOutlook", label: str = "") -> list[str]:
    """The lines to print; the label ends the heading."""
    row = outlook.forecast
    if row is None:
        who = f"{outlook.player.name} ({outlook.player.player_id}) has no forecast on {outlook.date}"
        return [f"{who}:", *(f"  {reason}" for reason in outlook.absences)]
    lines = [
        f"{outlook.player.name} ({outlook.player.player_id}), {_game(row)}, {outlook.date}{label}",
        f"{row['system_id']}, trained until {row['trained_until']}",
        "",
    ]
    marks = [("median", row["forecast_median"])]
    marks += [] if row["line"] is None else [(f"line {row['line']:g}", row["line"])]
    lines += [*histogram(outlook.probabilities, marks), ""]
    lines += [*_distribution(row), *_line_in_words(row, outlook.wager)]
    lines += wrap(f"Reasons: {row['reasons']}.", _TEXT_WIDTH, subsequent_indent="  ") if row["reasons"] else []
    lines += ["", "What each system forecasts, over in percent:", "", render(_systems_table(outlook.systems), null="-")]
    lines += [f"Without a forecast: {reason}" for reason in outlook.absences]
    lines += [] if outlook.grade is None else ["", _outcome(outlook.grade)]
    return lines


def _distribution(row: dict[str, Any]) -> list[str]:
    plays = row["play_probability"]
    sitting = "" if plays is None else f" Probability of playing {_percent(plays)}."
    half, most, nearly_all = (f"{row[low]:.0f} to {row[high]:.0f}" for low, high in _INTERVALS)
    return [
        f"Mean {row['forecast_mean']:.1f}, median {row['forecast_median']:.1f} points if he plays.{sitting}",
        f"50 % interval {half} points, 80 % interval {most}, 90 % interval {nearly_all}.",
    ]


def _line_in_words(row: dict[str, Any], wager: "Wager | None") -> list[str]:
    if row["line"] is None or wager is None:
        return ["No line."]
    from hoopcast.market.odds import STANDARD_OVERROUND

    whose = f" of {row['bookmaker']}" if row["bookmaker"] else ""
    market = row["no_vig_probability_over"]
    is_assumed = None in (row["over_price"], row["under_price"])
    assumed = f" (one price: a margin of {_percent(STANDARD_OVERROUND - 1)} is assumed)" if is_assumed else ""
    beside = "" if market is None else f", the market's no-vig {_percent(market)}{assumed}"
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
    # What the record does not pay, or no price stands behind, is not shown.
    if wager.pass_reason is not None and wager.pass_reason.startswith(("withheld", "suspect")):
        return [f"{after}.", f"PASS: {wager.pass_reason}."]
    lines = [f"{after}: EV {100 * wager.expected_value:+.1f} % of a stake, {row['recommendation']}."]
    if wager.stake is None:
        return lines
    uncertain = f"that probability ± {_percent(wager.standard_error)} (one standard error)"
    return [*lines, f"Quarter Kelly, {uncertain}: {_percent(wager.stake)} of a bankroll."]


def _systems_table(systems: "Table") -> "Table":
    return table_of(
        systems,
        ("system", "VARCHAR", itemgetter("system")),
        ("mean", "DOUBLE", lambda row: fixed(row["mean"], 1)),
        ("median", "DOUBLE", lambda row: fixed(row["median"], 1)),
        ("80 % interval", "VARCHAR", lambda row: f"{row['p10']:.0f} to {row['p90']:.0f}"),
        ("over", "DOUBLE", lambda row: fixed(row["probability_over"], 1, 100)),
        ("trained until", "DATE", itemgetter("trained_until")),
    )


def _outcome(grade: dict[str, Any]) -> str:
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


# It learns nothing, so its forecasts are the first.
_FIRST = "moving_average"
_RANGES = ("season", "month", "start_date", "end_date", "dates")
_ADVICE = "A forecast, not betting advice."
_LEGEND = (
    "plays, over (the system's own) and EV in percent; EV is of a stake on the better side, O or U, after the market."
    f" {_ADVICE}"
)
# By how the reason of a pass begins.
_PASSES = {"no record": "no record", "withheld": "withheld", "suspect": "suspect"}


@click.command(
    epilog=example(
        "hoopcast predict --date 2022-01-15",
        'hoopcast predict --date 2022-01-15 --player "Nikola Jokic"',
        "hoopcast predict --month 2022-01 --team DEN --system linear_news --json",
        "hoopcast predict --date 2022-01-15 --publish",
    )
)
@with_range
@click.option("--player", metavar="P", help="His id or name; on one date, his distribution.")
@click.option("--team", metavar="T", help="A team's tricode, such as DEN.")
@click.option("--system", metavar="S", help="A system such as linear or linear_news, not the best.")
@click.option("--publish", "--issue", is_flag=True, help="Put forecasts of games before tip-off on record for good.")
@click.option("--as-is", is_flag=True, help="Read forecasts as they stand; bring nothing up to date.")
@with_wait
@with_output
@click.pass_obj
def predict(
    session: Session,
    dates: "RangeArguments",
    player: str | None,
    team: str | None,
    system: str | None,
    publish: bool,
    as_is: bool,
    wait: str | None,
    output: Output,
) -> int:
    """Forecast the points of each expected player: brings the forecasts up to date, and prints them.

    By default the ensemble speaks, at the highest information level that has the player; where settings leave it out,
    the system of the highest level does. Until systems have learned, moving_average is shown first, which learns
    nothing. A system goes by its name, which is all of its levels, with a level as in linear_news, or by what it was
    once called, such as xgboost_v1.
    """
    if not any(dates.get(name) for name in _RANGES):
        raise click.UsageError("name a date, such as --date 2022-01-15, or a range, such as --month 2022-01")
    if publish and (as_is or player or team):
        raise click.UsageError(
            "--publish takes whole dates, brought up to date; leave out --player, --team and --as-is"
        )
    if as_is:
        with session.reading(wait) as warehouse:
            outlook = warehouse.predict(player, team, system, update=False, **dates)
        report = None
    else:
        with session.writing(wait) as warehouse:
            _predict_first(session, warehouse, (player, team, system), output, dates)
            with working(session) as progress:
                outlook = warehouse.predict(player, team, system, progress=progress, **dates)
            is_done = outlook.run is not None and outlook.run.exit_status == 0
            report = warehouse.publish(system, **dates) if publish and is_done else None
    _show(session, outlook, output)
    if report is not None:
        session.note(_published(report))
    elif publish:
        session.note("nothing published: not all forecasts could be brought up to date")
    return outlook.run.exit_status if outlook.run else 0


def _predict_first(
    session: Session,
    warehouse: "Hoopcast",
    asked: tuple[str | None, str | None, str | None],
    output: Output,
    dates: "RangeArguments",
) -> None:
    """Where systems have to learn first, say which, and show the forecasts of one that learns nothing."""
    player, team, system = asked
    learners = warehouse.unlearned(system, **dates)
    if not learners:
        return
    session.note(f"learning before this forecast, which may take minutes: {', '.join(learners)}")
    if system is None and output == Output() and _FIRST in {chosen.name for chosen in warehouse.graph.systems}:
        with working(session) as progress:
            first = warehouse.predict(player, team, _FIRST, progress=progress, **dates)
        _show(session, first, output)
        session.note(f"these are the first forecasts, by {_FIRST}; the others follow")
        say("")


def _show(session: Session, outlook: "Outlook", output: Output) -> None:
    if output.format == "json":
        _as_json(outlook, output)
    elif output.format != "table":
        show(outlook.forecasts, output)
    elif outlook.player is not None:
        put("\n".join([*portrait(outlook.player, session.label), "", _ADVICE]), output.path)
    elif not outlook.forecasts.rows:
        session.note(
            f"no forecasts by {outlook.said_by}: nobody is expected who has not played before; of all others `hoopcast"
            " coverage predictions --gaps` and `failures` say why, of one player `hoopcast why mlfs DATE PLAYER_ID`"
        )
    else:
        speaking = {row["system_id"] for row in outlook.forecasts}
        said_by = outlook.said_by if len(speaking) > 1 else speaking.pop()
        show(
            night_table(outlook.forecasts),
            output,
            title=f"Points{_of_date(outlook.forecasts)}, {said_by}{session.label}",
        )
        if output.path is None:
            session.note(_LEGEND)
    if outlook.run is not None and outlook.run.exit_status:
        session.note("some dates failed or are blocked: `hoopcast failures` and `hoopcast coverage --gaps` say why")


def _of_date(forecasts: "Table") -> str:
    """The one date of the forecasts, for a heading; empty where there are several."""
    dates = {row["game_date"] for row in forecasts}
    return f" on {dates.pop()}" if len(dates) == 1 else ""


def night_table(forecasts: "Table") -> "Table":
    """The columns that a person looks at first; what is the same in every row stands in the heading."""
    rows = list(forecasts)
    columns: tuple[tuple[str, str, Callable[[dict[str, Any]], Any]], ...] = (
        ("date", "DATE", itemgetter("game_date")),
        ("game", "VARCHAR", _game),
        ("player", "VARCHAR", itemgetter("player_name")),
        ("plays", "DOUBLE", lambda row: fixed(row["play_probability"], 0, 100)),
        ("mean", "DOUBLE", lambda row: fixed(row["forecast_mean"], 1)),
        ("80 %", "VARCHAR", lambda row: f"{row['p10']:.0f} to {row['p90']:.0f}"),
        ("line", "DOUBLE", lambda row: fixed(row["line"], 1)),
        ("over", "DOUBLE", lambda row: fixed(row["probability_over"], 1, 100)),
        ("EV", "VARCHAR", _expected_value),
        ("system", "VARCHAR", itemgetter("system_id")),
        ("pick", "VARCHAR", _pick),
    )
    single = {name for name, _, cell in columns if name in ("date", "system") and len({cell(row) for row in rows}) == 1}
    return table_of(rows, *(column for column in columns if column[0] not in single))


def _game(row: dict[str, Any]) -> str:
    return f"{row['team_abbr']} {'vs.' if row['is_home'] else '@'} {row['opponent_abbr']}"


def _expected_value(row: dict[str, Any]) -> str | None:
    """Side and EV, where the record pays it, at a price that a market would show."""
    is_believed = not (row["pass_reason"] or "").startswith(("withheld", "suspect"))
    side = row["better_side"]
    return f"{side[0]} {fixed(row['expected_value'], 1, 100)}" if side and is_believed else None


def _pick(row: dict[str, Any]) -> str | None:
    """The pick, or in a word why there is none."""
    if row["recommendation"] != "PASS":
        return row["recommendation"] if row["recommendation"] != "NO_LINE" else None
    return next((word for start, word in _PASSES.items() if (row["pass_reason"] or "").startswith(start)), "pass")


def _published(report: "PublishReport") -> str:
    unchanged = f", {quantity(report.unchanged, 'forecast')} on record as they are" if report.unchanged else ""
    late = f", {quantity(report.too_late, 'forecast')} too late: their games have begun" if report.too_late else ""
    published = quantity(report.published, "forecast")
    return f"{published} published at {report.issued_at_utc:%Y-%m-%d %H:%M:%S} UTC{unchanged}{late}"


def _as_json(outlook: "Outlook", output: Output) -> None:
    player = outlook.player
    if player is None:
        show(outlook.forecasts, output)
        return
    document = {
        "player_id": player.player.player_id,
        "player_name": player.player.name,
        "date": player.date,
        "forecast": player.forecast,
        "probabilities": [round(chance, 6) for chance in player.probabilities],
        "wager": None if player.wager is None else asdict(player.wager),
        "systems": list(player.systems),
        "absences": player.absences,
        "grade": player.grade,
    }
    put(as_json(document), output.path)
