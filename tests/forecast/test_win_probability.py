"""What is learned of a system's lines at each refit, from lines before it alone, and what becomes of a bad record."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from scipy.optimize import minimize

import hoopcast
from hoopcast.arrays import FloatArray
from hoopcast.errors import ForecastError
from hoopcast.forecast.distribution import distribution, probability_over
from hoopcast.forecast.documents import as_text, from_text
from hoopcast.forecast.recalibration import from_rows, learn, to_rows
from hoopcast.forecast.win_probability import AfterMarketOfDates, after_market, refits, system_id
from hoopcast.market.after_market import fit_after_market
from hoopcast.market.claims import claim_record
from hoopcast.pipeline.ledger import Entry, append
from hoopcast.pipeline.node import Asked
from hoopcast.warehouse.engine import ColumnsOf, Engine
from hoopcast.warehouse.tables import table
from tests.forecast.lines_by_hand import (
    FIRST_NIGHT,
    SYSTEM,
    Lines,
    decimal,
    made_lines,
    market_probability,
    own_probabilities,
    rows,
    store,
)

SEASON = "2021-22"
NODE = "win_probability_linear_news"
NIGHTS = 170
REFITS = (date(2021, 10, 19), date(2021, 12, 1), date(2022, 1, 1), date(2022, 2, 1), date(2022, 3, 1), date(2022, 4, 1))
TRAINED = table("trained")
WEIGHTS = ("intercept", "market_weight", "system_weight")


@pytest.fixture(scope="module")
def lines() -> Lines:
    """A season of lines."""
    return made_lines(NIGHTS, 1)


@pytest.fixture
def engine() -> Iterator[Engine]:
    """An empty warehouse in memory."""
    with hoopcast.open(":memory:") as warehouse:
        yield warehouse.engine


def learned(engine: Engine, *dates: date) -> list[dict[str, Any]]:
    """Rows of what is learned at refits, all of them for none."""
    found = refits(engine, Asked(SEASON, dates or REFITS), SYSTEM)
    return [dict(zip(found, row, strict=True)) for row in zip(*found.values(), strict=True)]


def document(row: dict[str, Any]) -> dict[str, Any]:
    """What was learned."""
    found: dict[str, Any] = from_text(row["document"])
    return found


def learn_and_store(engine: Engine) -> ColumnsOf:
    """Learn at every refit, and write it as a run would."""
    found = refits(engine, Asked(SEASON, REFITS), SYSTEM)
    engine.append(TRAINED.name, TRAINED, found)
    return found


def heard(engine: Engine, *days: date, market: float = 0.5, own: float = 0.6) -> AfterMarketOfDates:
    """What a line comes to on dates."""
    asked, count = Asked(SEASON, days), len(days)
    day = np.array(days, dtype="datetime64[D]")
    return after_market(engine, asked, SYSTEM, day, np.full(count, own), np.full(count, market))


def before(lines: Lines, day: date) -> Lines:
    """Lines of earlier dates."""
    return rows(lines, lines.day < np.datetime64(day))


def taught(lines: Lines) -> Lines:
    """Lines that were no push."""
    return rows(lines, np.isfinite(lines.went_over))


def optimum(lines: Lines) -> FloatArray:
    """Weights of the penalised likelihood by a general optimiser, from probabilities of other libraries."""
    own, _ = own_probabilities(lines)
    odds = [np.log(p / (1 - p)) for p in (np.clip(market_probability(lines), 0.02, 0.98), np.clip(own, 0.005, 0.995))]
    sign = np.where(lines.went_over == 1, 1, -1)

    def loss(weights: FloatArray) -> float:
        moved = sign * (weights[0] + weights[1] * odds[0] + weights[2] * odds[1])
        return float(np.logaddexp(0, -moved).sum() + 50 * ((weights[1] - 1) ** 2 + weights[2] ** 2))

    found: FloatArray = minimize(loss, np.array([0.0, 1.0, 0.0]), method="BFGS", options={"gtol": 1e-6}).x
    return found


def unlucky(lines: Lines, since: date) -> Lines:
    """The lines with the other outcome from a date on, so that whatever was thought to be better was worse."""
    late = lines.day >= np.datetime64(since)
    other = np.where(lines.points > lines.line, np.ceil(lines.line) - 1, np.floor(lines.line) + 1)
    return replace(lines, points=np.where(late & (lines.points != lines.line), other, lines.points))


def test_a_document_is_written_for_each_refit_with_two_thousand_lines_before_it(engine: Engine, lines: Lines) -> None:
    store(engine, lines)
    counts = {refit: len(taught(before(lines, refit))) for refit in REFITS}
    found = learned(engine)
    assert [row["refit_date"] for row in found] == [str(refit) for refit, count in counts.items() if count >= 2_000]
    assert 1 < len(found) < len(REFITS)
    for row in found:
        refit = date.fromisoformat(row["refit_date"])
        assert (row["system_id"], row["season"]) == (system_id(SYSTEM), SEASON) == (NODE, SEASON)
        assert row["training_rows"] == document(row)["lines"] == counts[refit]
        assert date.fromisoformat(row["trained_until"]) == refit - timedelta(days=1)


def test_a_record_begins_with_its_two_thousandth_line(engine: Engine, lines: Lines) -> None:
    exact = rows(taught(lines), np.arange(len(taught(lines))) < 2_000)
    store(engine, exact)
    last = exact.day[-1].item()
    assert learned(engine, last + timedelta(days=1))[0]["training_rows"] == 2_000
    engine.execute("DELETE FROM nba_analytics.player_game_summary WHERE player_id = 7")
    assert learned(engine, last + timedelta(days=1)) == []


def test_weights_are_those_of_an_independent_computation(engine: Engine, lines: Lines) -> None:
    store(engine, lines)
    for row in learned(engine):
        found = document(row)
        weights = [found[name] for name in WEIGHTS]
        expected = optimum(taught(before(lines, date.fromisoformat(row["refit_date"]))))
        np.testing.assert_allclose(weights, expected, atol=5e-5)


LATER: dict[str, Callable[[Engine], None]] = {
    "points": lambda engine: engine.execute(
        "UPDATE nba_analytics.player_game_summary SET points = 99 - points WHERE game_date >= DATE '2022-02-01'"
    ),
    "prices": lambda engine: engine.execute(
        "UPDATE nba_analytics.player_prop_line SET over_price = -200, under_price = 160"
        " WHERE game_date >= DATE '2022-02-01'"
    ),
    "forecasts": lambda engine: engine.execute(
        "UPDATE nba_predictions.forecast_distribution SET nb_mean = 30 - nb_mean WHERE game_date >= DATE '2022-02-01'"
    ),
    "nothing yet": lambda engine: engine.execute(
        "DELETE FROM nba_analytics.player_game_summary WHERE game_date >= DATE '2022-02-01'"
    ),
}


@pytest.mark.parametrize("change", LATER)
def test_lines_of_the_refit_date_and_later_teach_nothing(engine: Engine, lines: Lines, change: str) -> None:
    store(engine, lines)
    earlier = [row for row in learned(engine) if row["refit_date"] <= "2022-02-01"]
    later = [row for row in learned(engine) if row["refit_date"] > "2022-02-01"]
    LATER[change](engine)
    changed = {row["refit_date"]: row for row in learned(engine)}
    assert earlier
    assert [changed[row["refit_date"]] for row in earlier] == earlier
    assert all(changed[row["refit_date"]]["document"] != row["document"] for row in later)


def test_what_is_no_graded_line_of_the_system_teaches_nothing(engine: Engine, lines: Lines) -> None:
    store(engine, lines)
    expected = learned(engine)
    other = made_lines(20, 9)
    nowhere = np.full(len(other), np.nan)
    store(engine, other, "linear_history")
    store(engine, other, played=False)
    store(engine, replace(other, over_price=nowhere, under_price=nowhere))
    store(engine, replace(other, points=nowhere), "moving_average_history")
    # A long shot alone: what the other side would cost is not known.
    store(engine, replace(other, over_price=np.full(len(other), 5_000.0), under_price=nowhere))
    store(engine, replace(other, day=other.day - np.timedelta64(5 * 365, "D")))
    engine.execute(
        "UPDATE nba_predictions.forecast_distribution SET season = '2016-17' WHERE game_date < DATE '2018-01-01'"
    )
    assert learned(engine) == expected


def test_a_line_with_one_price_teaches_as_if_the_other_side_had_the_usual_one(engine: Engine, lines: Lines) -> None:
    single = replace(lines, over_price=np.full(len(lines), -110.0), under_price=np.full(len(lines), np.nan))
    store(engine, single)
    expected = optimum(taught(before(replace(single, under_price=single.over_price), REFITS[-1])))
    found = document(learned(engine)[-1])
    np.testing.assert_allclose([found["intercept"], found["system_weight"]], expected[[0, 2]], atol=5e-5)
    assert found["record"] is None, "lines of one price are not bet on"


def test_the_record_is_of_claims_that_were_learned_on_earlier_months(engine: Engine, lines: Lines) -> None:
    store(engine, lines)
    known = before(lines, REFITS[-1])
    own, push = own_probabilities(known)
    market, month = market_probability(known), known.day.astype("datetime64[M]")
    of_over, of_under = known.returned
    claimed, returned = np.full(len(known), np.nan), np.full(len(known), np.nan)
    for now in np.unique(month):
        past, present = (month < now) & np.isfinite(known.went_over), month == now
        if past.sum() < 2_000:
            continue
        over = fit_after_market(market[past], own[past], known.went_over[past]).probability_over(market, own)
        prices = [decimal(odds) for odds in (known.over_price, known.under_price)]
        values = [(1 - push) * (p * price - 1) for p, price in zip((over, 1 - over), prices, strict=True)]
        is_over = values[0] >= values[1]
        value = np.where(is_over, *values)
        both = 1 / prices[0] + 1 / prices[1]
        bet_on = present & (value < 0.06) & (both >= 1) & (both <= 1.1) & (market >= 0.3) & (market <= 0.7)
        claimed[bet_on] = value[bet_on]
        returned[bet_on] = np.where(is_over, of_over, of_under)[bet_on]
    counts = np.isfinite(claimed)
    expected = claim_record(claimed[counts], returned[counts], known.day[counts])
    found = document(learned(engine)[-1])["record"]
    assert found["season"] == SEASON
    assert (np.isnan(known.went_over) & counts).sum() > 20, "pushes are claims as well"
    for band, other in zip(found["bands"], expected.bands, strict=True):
        assert (band["low"], band["high"], band["claims"]) == (other.low, other.high, other.claims)
        for name in ("claimed", "returned", "returned_low", "returned_high"):
            wanted = getattr(other, name)
            assert band[name] is None if np.isnan(wanted) else band[name] == pytest.approx(wanted, abs=1e-5)
    slope = expected.slope
    assert found["slope"] == pytest.approx({"slope": slope.slope, "low": slope.low, "high": slope.high}, abs=1e-4)


def test_a_record_of_too_few_claims_is_none_and_breaks_nothing(engine: Engine, lines: Lines) -> None:
    store(engine, lines)
    first, *_, last = (document(row) for row in learned(engine))
    assert (first["record"], first["broken"]) == (None, "")
    assert sum(band["claims"] for band in last["record"]["bands"]) >= 2_000


def test_lines_far_from_what_he_scores_teach_and_are_no_claims(engine: Engine, lines: Lines) -> None:
    store(engine, lines)
    before_that = document(learned(engine)[-1])
    engine.execute(
        "UPDATE nba_predictions.ml_feature_store SET points_avg_last_10 = points_avg_last_10 + 20,"
        " points_avg_season = points_avg_season + 20 WHERE player_id % 7 = 0"
    )
    found = document(learned(engine)[-1])
    assert [found[name] for name in WEIGHTS] == [before_that[name] for name in WEIGHTS]
    counts = [sum(band["claims"] for band in one["record"]["bands"]) for one in (before_that, found)]
    assert counts[1] == pytest.approx(counts[0] * 6 / 7, rel=0.03)


def test_a_broken_record_withholds_the_picks_from_the_next_refit_on(engine: Engine) -> None:
    # A system that knows next to nothing claims little, so that most of its claims count.
    store(engine, unlucky(made_lines(NIGHTS, 1, system_weight=0.1), date(2022, 1, 1)))
    learn_and_store(engine)
    kept = {row["refit_date"]: document(row)["broken"] for row in learned(engine)}
    assert kept["2022-01-01"] == ""
    assert kept["2022-04-01"].startswith("claims of ")
    days = [date.fromisoformat(day) for day in kept]
    found = heard(engine, *days, days[-1] + timedelta(days=5))
    broken = [*kept.values(), kept["2022-04-01"]]
    assert found.withheld.tolist() == [f"withheld: {reason}" if reason else "" for reason in broken]
    assert np.isfinite(found.probability_over).all()


def test_a_record_is_of_the_latest_season_that_has_one(engine: Engine, lines: Lines) -> None:
    last_season = made_lines(150, 2, np.datetime64("2020-12-22"))
    store(engine, unlucky(last_season, date(2021, 3, 1)))
    store(engine, lines)
    found = learned(engine)
    first, last = document(found[0]), document(found[-1])
    assert found[0]["refit_date"] == str(REFITS[0])
    assert first["record"]["season"] == "2020-21"
    assert first["broken"] != ""
    assert last["record"]["season"] == SEASON


def test_weights_are_those_of_the_last_refit_by_each_date(engine: Engine, lines: Lines) -> None:
    store(engine, lines)
    learn_and_store(engine)
    documents = {date.fromisoformat(row["refit_date"]): document(row) for row in learned(engine)}
    first, second, *_ = documents
    days = (first - timedelta(days=1), first, second - timedelta(days=1), second)
    found = heard(engine, *days, market=0.45, own=0.6)
    assert np.isnan(found.probability_over[0])
    assert all(np.isnan(getattr(found, name)[0]) for name in WEIGHTS)
    assert found.withheld[0] == ""
    for place, refit in ((1, first), (2, first), (3, second)):
        weights = [documents[refit][name] for name in WEIGHTS]
        moved = weights[0] + weights[1] * np.log(0.45 / 0.55) + weights[2] * np.log(0.6 / 0.4)
        assert found.probability_over[place] == pytest.approx(1 / (1 + np.exp(-moved)))
        assert [getattr(found, name)[place] for name in WEIGHTS] == weights


def test_a_line_without_a_price_or_a_forecast_comes_to_nothing(engine: Engine, lines: Lines) -> None:
    store(engine, lines)
    learn_and_store(engine)
    assert np.isnan(heard(engine, REFITS[-1], market=np.nan).probability_over).all()
    assert np.isnan(heard(engine, REFITS[-1], own=np.nan).probability_over).all()


@pytest.mark.parametrize(
    ("column", "change", "says"),
    [
        ("document", ('"system_weight":0.', '"system_weight":1.'), "is not what was stored"),
        ("document", ('"broken":""', '"broken":"so"'), "is not what was stored"),
        ("reference", ("sha256", "sha"), "can not be read"),
        ("reference", ('"win_probability_over":[0', '"win_probability_over":[1'), "does not fo"),
    ],
)
def test_a_document_that_was_tampered_with_values_nothing(
    engine: Engine, lines: Lines, column: str, change: tuple[str, str], says: str
) -> None:
    store(engine, lines)
    learn_and_store(engine)
    where = "WHERE refit_date = DATE '2022-02-01'"
    ((stored,),) = engine.query(f"SELECT {column} FROM {TRAINED.name} {where}").rows
    is_document = column == "document"
    plain = json.dumps(from_text(str(stored)), separators=(",", ":")) if is_document else str(stored)
    assert change[0] in plain
    changed = plain.replace(*change)
    engine.execute(
        f"UPDATE {TRAINED.name} SET {column} = $changed {where}",
        {"changed": as_text(json.loads(changed)) if is_document else changed},
    )
    assert np.isfinite(heard(engine, date(2022, 1, 31)).probability_over).all()
    with pytest.raises(ForecastError, match=rf"the model {NODE} of 2022-02-01 {says}") as raised:
        heard(engine, date(2022, 2, 1))
    assert f"`hoopcast backfill trained/{NODE} --dates 2022-02-01 --stage all --no-resume`" in str(raised.value)


def test_a_document_that_is_gone_is_missed(engine: Engine, lines: Lines) -> None:
    store(engine, lines)
    found = learn_and_store(engine)
    entries = [
        Entry(f"{TRAINED.name}/{NODE}", SEASON, date.fromisoformat(str(day)), "1", 1, rows=1)
        for day in found["refit_date"]
    ]
    append(engine, "a run", entries)
    heard(engine, REFITS[-1])
    engine.execute(f"DELETE FROM {TRAINED.name} WHERE refit_date = $day", {"day": REFITS[-1]})
    with pytest.raises(ForecastError, match=f"0 of 1 rows of {TRAINED.name} that {NODE} wrote for 2022-04-01"):
        heard(engine, REFITS[-1])


def test_each_line_is_learned_with_the_recalibration_of_its_date(engine: Engine, lines: Lines) -> None:
    store(engine, lines)
    plain = {row["refit_date"]: document(row) for row in learned(engine)}
    draw = np.random.default_rng(3)
    bands = to_rows(learn(draw.uniform(2, 28, 20_000), draw.beta(2, 1, 20_000)))
    engine.append(
        table("calibration").name,
        table("calibration"),
        {
            **{name: np.array([getattr(band, name) for band in bands]) for name in ("low_mean", "high_mean")},
            "knots": np.array([band.knots for band in bands], dtype=object),
            "band": np.arange(len(bands)),
            "system_id": np.full(len(bands), SYSTEM, dtype=object),
            "season": np.full(len(bands), SEASON, dtype=object),
            "refit_date": np.full(len(bands), np.datetime64("2022-01-01")),
            "learned_until": np.full(len(bands), np.datetime64("2021-12-31")),
            "forecasts": np.full(len(bands), 9_999),
        },
    )
    found = {row["refit_date"]: document(row) for row in learned(engine)}
    assert found["2022-01-01"] == plain["2022-01-01"], "it is used from its date on"
    known = taught(before(lines, date(2022, 3, 1)))
    own, _ = own_probabilities(known)
    is_late = known.day >= np.datetime64("2022-01-01")
    recalibrated = probability_over(distribution(known.mean, known.variance, from_rows(bands)), known.line)
    fitted = fit_after_market(market_probability(known), np.where(is_late, recalibrated, own), known.went_over)
    assert found["2022-03-01"]["system_weight"] == pytest.approx(fitted.system_weight, abs=1e-5)
    assert abs(found["2022-03-01"]["system_weight"] - plain["2022-03-01"]["system_weight"]) > 0.01


def test_the_card_of_what_was_learned_says_what_weighs_how_much(engine: Engine, lines: Lines) -> None:
    store(engine, lines)
    row = learned(engine)[-1]
    card = json.loads(row["card"])
    weights = document(row)
    assert card["members"] == [SYSTEM]
    assert card["importance"]["the market"] == pytest.approx(weights["market_weight"], abs=1e-5)
    assert card["importance"]["the system"] == pytest.approx(weights["system_weight"], abs=1e-5)
    (intercept,) = (value for name, value in card["importance"].items() if "intercept" in name)
    assert intercept == pytest.approx(weights["intercept"], abs=1e-5)
    judged = [band for band in weights["record"]["bands"] if band["returned_low"] is not None]
    shown = list(card["scores"].values())
    pairs = [(band["claimed"], band["returned"]) for band in judged]
    assert shown == pytest.approx(
        [*(value for pair in pairs for value in pair), weights["record"]["slope"]["slope"]], rel=1e-4
    )
    assert sum(card["rows_by_season"].values()) == row["training_rows"]
    assert card["first_date"] == str(FIRST_NIGHT)
