"""Which way each circumstance moves a player's points: never the other."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import hoopcast
from hoopcast import Hoopcast
from hoopcast.pipeline.compiler import compile_node
from hoopcast.pipeline.node import select_nodes
from tests.properties.changes import INJURY_STATUS, record_changes, tell
from tests.properties.warehouses import SEASONS, League, copy_of, few

pytestmark = pytest.mark.slow

POPULATION = "nba_analytics.upcoming_player_game_context"
DEFENCE = "nba_precompute.team_defense_zone_analysis"
AVAILABILITY = "nba_precompute.availability"
ZONES = ("paint", "mid_range", "three")
EXAMPLES = few(8)

Factors = dict[tuple[str, int], dict[str, object]]


class Circumstances:
    """The composite factors of a season, as they are and as they would be in other circumstances."""

    def __init__(self, warehouse: Hoopcast) -> None:
        self.warehouse = warehouse
        self.model = select_nodes(("pcf",))[0]
        self.before = self.factors()

    def factors(self) -> Factors:
        """Factors by game and player, of what the tables hold now."""
        first, last = self.warehouse.engine.query(
            f"SELECT MIN(game_date), MAX(game_date) FROM {POPULATION} WHERE season = '{SEASONS[1]}'"
        ).rows[0]
        rows = self.warehouse.engine.query(
            compile_node(self.model, "duckdb"), {"batch_start": first, "batch_end": last}
        ).dictionaries()
        return {(str(row["game_id"]), int(str(row["player_id"]))): dict(row) for row in rows}

    def changed(self, statement: str, **parameters: str | float) -> Factors:
        """Factors after a change that is taken back."""
        self.warehouse.engine.execute("BEGIN TRANSACTION")
        try:
            self.warehouse.engine.execute(statement, parameters)
            return self.factors()
        finally:
            self.warehouse.engine.execute("ROLLBACK")


@pytest.fixture(scope="module")
def circumstances(tiny_league: League, tmp_path_factory: pytest.TempPathFactory) -> Circumstances:
    """The second season of a tiny league."""
    copy = tmp_path_factory.mktemp("signs") / "copy.duckdb"
    copy.write_bytes(Path(tiny_league.complete).read_bytes())
    return Circumstances(hoopcast.open(str(copy), threads=1))


def moves(before: Factors, after: Factors, column: str) -> list[float]:
    """By how much a factor moved, of each row that has it."""
    assert before.keys() == after.keys()
    pairs = [(before[key][column], after[key][column]) for key in before]
    return [new - old for old, new in pairs if isinstance(old, float) and isinstance(new, float)]


FATIGUE = {
    "a game yesterday": "days_rest = 1",
    "one more back-to-back": "back_to_backs_in_last_14_days = back_to_backs_in_last_14_days + 1",
    "more games": "games_in_last_7_days = games_in_last_7_days + 2",
    "more minutes": "minutes_in_last_7_days = minutes_in_last_7_days + 60",
}


@EXAMPLES
@given(kinds=st.sets(st.sampled_from(sorted(FATIGUE)), min_size=1), part=st.integers(1, 3))
def test_more_fatigue_never_raises(circumstances: Circumstances, kinds: set[str], part: int) -> None:
    after = circumstances.changed(
        f"UPDATE {POPULATION} SET {', '.join(FATIGUE[kind] for kind in sorted(kinds))}"
        f" WHERE days_rest IS NOT NULL AND player_id % {part} = 0"
    )
    scores = moves(circumstances.before, after, "fatigue_score")
    adjustments = moves(circumstances.before, after, "fatigue_adjustment")
    assert max(scores) <= 0
    assert max(adjustments) <= 0
    assert min(scores) < 0
    assert min(adjustments) < 0


def test_whoever_is_fresh_has_a_hundred_and_loses_nothing(circumstances: Circumstances) -> None:
    rows = circumstances.before.values()
    assert {row["fatigue_adjustment"] for row in rows if row["fatigue_score"] == 100.0} == {0.0}
    assert all(0 <= float(str(row["fatigue_score"])) <= 100 for row in rows)
    assert all(float(str(row["fatigue_adjustment"])) <= 0 for row in rows)


@EXAMPLES
@given(zone=st.sampled_from(ZONES), by=st.floats(0.001, 0.2))
def test_a_weaker_defence_never_lowers(circumstances: Circumstances, zone: str, by: float) -> None:
    team = "BOS"
    after = circumstances.changed(
        f"UPDATE {DEFENCE} SET {zone}_fg_pct_allowed_shrunk = {zone}_fg_pct_allowed_shrunk + $by"
        " WHERE team_abbr = $team",
        by=by,
        team=team,
    )
    against = {key for key, row in circumstances.before.items() if row["opponent_team_abbr"] == team}
    own = {key: row for key, row in circumstances.before.items() if key in against}
    assert own
    facing = moves(own, {key: after[key] for key in against}, "shot_zone_mismatch_score")
    assert min(facing) >= 0
    assert max(facing) > 0
    others = circumstances.before.keys() - against
    assert all(after[key] == circumstances.before[key] for key in others)


@EXAMPLES
@given(by=st.floats(0.1, 8))
def test_a_faster_opponent_never_lowers(circumstances: Circumstances, by: float) -> None:
    after = circumstances.changed(
        f"UPDATE {DEFENCE} SET pace_shrunk = pace_shrunk + $by WHERE team_abbr = 'BOS'", by=by
    )
    scores = moves(circumstances.before, after, "pace_score")
    assert min(scores) >= 0
    assert max(scores) > 0


@EXAMPLES
@given(part=st.integers(2, 7), share=st.floats(0, 0.9), level=st.sampled_from(["history", "news", "market"]))
def test_absent_team_mates_never_lower(circumstances: Circumstances, part: int, share: float, level: str) -> None:
    after = circumstances.changed(
        f"UPDATE {AVAILABILITY} SET play_probability = $share * play_probability"
        " WHERE level = $level AND player_id % $part = 0",
        share=share,
        level=level,
        part=float(part),
    )
    for quantity in ("teammates_out_usage", "usage_spike_score"):
        change = moves(circumstances.before, after, f"{quantity}_{level}")
        assert min(change) >= 0
        assert max(change) > 0


_REPORTED_OUT = f"""
INSERT INTO {INJURY_STATUS}
SELECT player_id, s.game_date, 'official_report', s.tip_off_utc - INTERVAL 2 HOUR, 'out', s.season, 'reported',
    p.team_abbr, 'knee', 0
FROM nba_precompute.player_composite_factors AS p
INNER JOIN nba_raw.nbac_schedule AS s ON s.game_id = p.game_id
INNER JOIN nba_precompute.player_daily_cache AS c USING (player_id, analysis_date)
WHERE p.analysis_date = $day
ORDER BY c.points_avg_last_10 DESC, player_id
LIMIT 1
"""


def test_a_team_mate_who_is_reported_out_never_lowers_and_changes_no_history(tiny_league: League) -> None:
    day = tiny_league.game_days(SEASONS[1])[10]
    factors = "SELECT * FROM nba_precompute.player_composite_factors WHERE analysis_date = $day"
    with copy_of(tiny_league.complete) as warehouse:

        def of_the_day() -> Factors:
            rows = warehouse.engine.query(factors, {"day": day}).dictionaries()
            return {(str(row["game_id"]), int(str(row["player_id"]))): dict(row) for row in rows}

        before = of_the_day()
        tell(warehouse.engine, (_REPORTED_OUT,), day=day, seed=0)
        record_changes(warehouse.engine, (INJURY_STATUS,))
        assert warehouse.backfill(stage="all", skip_preflight=True).exit_status == 0
        after = of_the_day()
    both = before.keys() & after.keys()
    before, after = {key: before[key] for key in both}, {key: after[key] for key in both}
    for quantity in ("teammates_out_usage", "usage_spike_score"):
        assert set(moves(before, after, f"{quantity}_history")) == {0.0}
        change = moves(before, after, f"{quantity}_news")
        assert min(change) >= 0
        assert max(change) > 0
