"""Agreement with an independent scorer on the rows of a real season."""

import importlib.util
import shutil
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import hoopcast
from hoopcast.evaluation.accuracy import Accuracy
from hoopcast.evaluation.evaluate import Evaluation
from tests.evaluation.made_up import at_the_line, average, give

SEASON = "2021-22"
SYSTEMS = ("moving_average_history", "market_line")
PREDICTIONS = """ATTACH '{path}' AS w (READ_ONLY);
SELECT game_id, player_id, system_id AS system, forecast_median AS point, forecast_mean AS mean, nb_mean AS nb_mu,
    nb_variance / nb_mean AS nb_phi, probability_over AS p_over FROM w.nba_predictions.player_prop_predictions
WHERE season = '2021-22'"""
# By the scorer's names: last 5, last 10, season, exponential average, the line, the line less one half.
RULES = {
    "L5": "last 5", "L10": "last 10", "season": "season", "ewma8": "ewma8", "line": "the line",
    "under": "line - 0.5",
}  # fmt: skip
SIZES = {"ALL": 25_884, "GP10": 20_634, "MIN20": 13_603, "PTS20": 2_097}
# A player who changed teams has his line by his new team from his first game there on: 27 lines of 14,282.
LINES, FILED_LINES = 14_255, 14_282

pytestmark = [pytest.mark.slow, pytest.mark.real_data]


@pytest.fixture(scope="module")
def scorer(real_data: Path) -> ModuleType:
    """The independent scorer, which stands beside the real seasons."""
    path = real_data.parent / "tools" / "score_forecasts.py"
    if not path.is_file():
        pytest.skip(f"no independent scorer at {path}")
    spec = importlib.util.spec_from_file_location("score_forecasts", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def forecast_season(real_warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the real warehouse with made-up forecasts of 2021-22."""
    path = tmp_path_factory.mktemp("agreement") / "real.duckdb"
    shutil.copy(real_warehouse, path)
    with hoopcast.open(str(path)) as warehouse:
        give(warehouse.engine, SEASON, {"moving_average_history": average, "market_line": at_the_line})
    return path


@pytest.fixture(scope="module")
def own(forecast_season: Path) -> Evaluation:
    """The product's evaluation."""
    with hoopcast.open(str(forecast_season)) as warehouse:
        return warehouse.evaluate(season=SEASON)


@pytest.fixture(scope="module")
def other(forecast_season: Path, scorer: ModuleType) -> dict[tuple[str, str], dict[str, Any]]:
    """The scorer's figures by population and system."""
    rows = scorer.evaluate(PREDICTIONS.format(path=forecast_season), SEASON)
    return {(row["pop"], row["system"]): row for row in rows}


def found(own: Evaluation, population: str, system: str) -> Accuracy:
    """The product's figures of a system on a population."""
    return next(one for one in own.accuracy if (one.population, one.system) == (population, system))


def test_populations_have_the_scorers_rows(own: Evaluation, other: dict[tuple[str, str], dict[str, Any]]) -> None:
    sizes = {one.population: one.appearances for one in own.populations}
    assert sizes == {**SIZES, "PROP": LINES}
    assert {name: other[name, "ewma8"]["n"] for name in sizes} == {**SIZES, "PROP": FILED_LINES}


@pytest.mark.parametrize("population", SIZES)
@pytest.mark.parametrize("system", ["L5", "L10", "season", "ewma8", "moving_average_history"])
def test_accuracy_is_the_scorers(
    own: Evaluation, other: dict[tuple[str, str], dict[str, Any]], population: str, system: str
) -> None:
    one, two = found(own, population, RULES.get(system, system)), other[population, system]
    assert one.rows == two["n"]
    assert (one.mae, one.mae_filled, one.rmse, one.bias, one.covered) == pytest.approx(
        (two["MAE"], two["MAEfill"], two["RMSE"], two["bias"], two["cover"]), abs=1e-3
    )
    if system != "ewma8":
        assert one.t_ewma8 == pytest.approx(two["t_ewma8"], abs=1e-2)


@pytest.mark.parametrize("system", RULES)
def test_accuracy_at_the_line_is_the_scorers(
    own: Evaluation, other: dict[tuple[str, str], dict[str, Any]], system: str
) -> None:
    one, two = found(own, "PROP", RULES[system]), other["PROP", system]
    assert (one.mae, one.rmse) == pytest.approx((two["MAE"], two["RMSE"]), abs=3e-3)


@pytest.mark.parametrize(
    ("population", "system"), [*((name, SYSTEMS[0]) for name in SIZES), ("PROP", SYSTEMS[0]), ("PROP", SYSTEMS[1])]
)
def test_distributions_are_scored_as_the_scorer_does(
    own: Evaluation, other: dict[tuple[str, str], dict[str, Any]], population: str, system: str
) -> None:
    one, two = found(own, population, system), other[population, system]
    graded = next(each for each in own.calibration if (each.population, each.system) == (population, system))
    assert (one.mae, one.rmse, one.bias, one.crps) == pytest.approx(
        (two["MAE"], two["RMSE"], two["bias"], two["CRPS"]), abs=1e-3
    )
    assert (graded.calibration_error, graded.log_loss) == pytest.approx((two["ECE"], two["logloss"]), abs=1e-3)
    # The scorer draws its own numbers between the steps of a distribution; their standard error is well below a
    # hundredth.
    coverage = (graded.coverage_50, graded.coverage_80, graded.coverage_95)
    assert coverage == pytest.approx((two["cov50"], two["cov80"], two["cov95"]), abs=0.012)
    assert graded.pit_distance == pytest.approx(two["pit"], abs=0.015)


@pytest.mark.parametrize("system", SYSTEMS)
def test_hit_rates_are_the_scorers(own: Evaluation, other: dict[tuple[str, str], dict[str, Any]], system: str) -> None:
    one = next(each for each in own.betting if (each.system, each.bets) == (system, "every line"))
    two = other["PROP", system]
    assert (one.hit_rate, one.hit_rate_low, one.hit_rate_high) == pytest.approx(
        (two["hit"], two["hit_lo"], two["hit_hi"]), abs=1.5e-3
    )


def test_always_under_hits_as_often_as_the_scorer_says(
    own: Evaluation, other: dict[tuple[str, str], dict[str, Any]]
) -> None:
    one = next(each for each in own.betting if each.system == "always under")
    assert one.hit_rate == pytest.approx(other["PROP", "under"]["hit"], abs=1e-3)
