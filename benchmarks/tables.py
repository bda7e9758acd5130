"""Tables that the benchmarks of features begin with, and those that a data frame computes too."""

# Learned by no SQL and no data frame.
LEARNED = "nba_precompute.availability"
INPUTS = {
    "games": "nba_analytics.player_game_summary",
    "offense": "nba_analytics.team_offense_game_summary",
    "defense": "nba_analytics.team_defense_game_summary",
    "team_context": "nba_analytics.upcoming_team_game_context",
    "expected": "nba_analytics.expected_player",
    "team": "nba_raw.team",
    "weights": "nba_raw.recency_weight",
    "present": LEARNED,
}
COMPUTED_BY_PANDAS = (
    "nba_analytics.player_form",
    "nba_analytics.team_form",
    "nba_precompute.player_daily_cache",
    "nba_precompute.player_shot_zone_analysis",
)
COMPUTED_BY_POLARS = (
    *COMPUTED_BY_PANDAS,
    "nba_analytics.player_recency",
    "nba_analytics.upcoming_player_game_context",
    "nba_precompute.team_defense_zone_analysis",
    "nba_precompute.player_composite_factors",
    "nba_predictions.ml_feature_store",
)
