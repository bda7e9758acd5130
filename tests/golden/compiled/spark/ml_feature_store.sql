-- compiled from 2e8658e69a400389 as 4abd3eee843f82d7
WITH versus AS (
  SELECT
    u.game_id,
    u.player_id,
    AVG(g.points) AS points_avg,
    COUNT(*) AS games
  FROM (
    SELECT
      *
    FROM nba_analytics.upcoming_player_game_context
    WHERE
      game_date BETWEEN :batch_start AND :batch_end
  ) AS u
  INNER JOIN (
    SELECT
      *
    FROM nba_analytics.player_game_summary
    WHERE
      season BETWEEN :first_season AND :season AND game_date < :batch_end
  ) AS g
    ON u.player_id = g.player_id
    AND u.opponent_team_abbr = g.opponent_team_abbr
    AND g.game_date < u.game_date
    AND g.played_flag
  GROUP BY
    u.game_id,
    u.player_id
)
SELECT
  CAST(player_id AS BIGINT) AS player_id,
  CAST(game_id AS STRING) AS game_id,
  CAST(analysis_date AS DATE) AS analysis_date,
  CAST(game_date AS DATE) AS game_date,
  CAST(season AS STRING) AS season,
  CAST(season_stage AS STRING) AS season_stage,
  CAST(team_abbr AS STRING) AS team_abbr,
  CAST(opponent_team_abbr AS STRING) AS opponent_team_abbr,
  CAST(expected_level AS STRING) AS expected_level,
  ROUND(CAST(points_avg_last_5 AS DOUBLE), 6) AS points_avg_last_5,
  ROUND(CAST(points_avg_last_10 AS DOUBLE), 6) AS points_avg_last_10,
  ROUND(CAST(points_avg_season AS DOUBLE), 6) AS points_avg_season,
  ROUND(CAST(points_std_last_10 AS DOUBLE), 6) AS points_std_last_10,
  CAST(games_in_last_7_days AS BIGINT) AS games_in_last_7_days,
  ROUND(CAST(fatigue_score AS DOUBLE), 6) AS fatigue_score,
  ROUND(CAST(shot_zone_mismatch_score AS DOUBLE), 6) AS shot_zone_mismatch_score,
  ROUND(CAST(pace_score AS DOUBLE), 6) AS pace_score,
  ROUND(CAST(usage_spike_score AS DOUBLE), 6) AS usage_spike_score,
  CAST(rest_advantage AS BIGINT) AS rest_advantage,
  CAST(injury_risk AS BIGINT) AS injury_risk,
  ROUND(CAST(recent_trend AS DOUBLE), 6) AS recent_trend,
  ROUND(CAST(minutes_change AS DOUBLE), 6) AS minutes_change,
  ROUND(CAST(opponent_def_rating AS DOUBLE), 6) AS opponent_def_rating,
  ROUND(CAST(opponent_pace AS DOUBLE), 6) AS opponent_pace,
  CAST(home_away AS BIGINT) AS home_away,
  CAST(back_to_back AS BIGINT) AS back_to_back,
  CAST(playoff_game AS BIGINT) AS playoff_game,
  ROUND(CAST(pct_paint AS DOUBLE), 6) AS pct_paint,
  ROUND(CAST(pct_mid_range AS DOUBLE), 6) AS pct_mid_range,
  ROUND(CAST(pct_three AS DOUBLE), 6) AS pct_three,
  ROUND(CAST(pct_free_throw AS DOUBLE), 6) AS pct_free_throw,
  ROUND(CAST(team_pace AS DOUBLE), 6) AS team_pace,
  ROUND(CAST(team_off_rating AS DOUBLE), 6) AS team_off_rating,
  ROUND(CAST(team_win_pct AS DOUBLE), 6) AS team_win_pct,
  CAST(features_missing AS BIGINT) AS features_missing,
  ROUND(CAST(feature_quality_score AS DOUBLE), 6) AS feature_quality_score,
  CAST(early_season_flag AS BOOLEAN) AS early_season_flag,
  CAST(games_played_season AS BIGINT) AS games_played_season,
  ROUND(CAST(minutes_avg_last_5 AS DOUBLE), 6) AS minutes_avg_last_5,
  ROUND(CAST(minutes_avg_last_10 AS DOUBLE), 6) AS minutes_avg_last_10,
  ROUND(CAST(usage_rate_last_10 AS DOUBLE), 6) AS usage_rate_last_10,
  ROUND(CAST(ts_pct_last_10 AS DOUBLE), 6) AS ts_pct_last_10,
  ROUND(CAST(ppm_avg_last_10 AS DOUBLE), 6) AS ppm_avg_last_10,
  ROUND(CAST(points_ewma AS DOUBLE), 6) AS points_ewma,
  ROUND(CAST(minutes_ewma AS DOUBLE), 6) AS minutes_ewma,
  ROUND(CAST(points_per_minute_ewma AS DOUBLE), 6) AS points_per_minute_ewma,
  ROUND(CAST(points_avg_vs_opponent AS DOUBLE), 6) AS points_avg_vs_opponent,
  CAST(games_vs_opponent AS BIGINT) AS games_vs_opponent,
  CAST(days_rest AS BIGINT) AS days_rest,
  CAST(games_missed_streak AS BIGINT) AS games_missed_streak,
  ROUND(CAST(dnp_rate AS DOUBLE), 6) AS dnp_rate,
  ROUND(CAST(scoring_slope AS DOUBLE), 6) AS scoring_slope,
  ROUND(CAST(past_starter_share AS DOUBLE), 6) AS past_starter_share,
  ROUND(CAST(minutes_volatility AS DOUBLE), 6) AS minutes_volatility,
  ROUND(CAST(teammates_out_usage_history AS DOUBLE), 6) AS teammates_out_usage_history,
  ROUND(CAST(teammates_out_usage_news AS DOUBLE), 6) AS teammates_out_usage_news,
  ROUND(CAST(teammates_out_usage_market AS DOUBLE), 6) AS teammates_out_usage_market,
  ROUND(CAST(usage_spike_score_news AS DOUBLE), 6) AS usage_spike_score_news,
  ROUND(CAST(usage_spike_score_market AS DOUBLE), 6) AS usage_spike_score_market,
  CAST(injury_risk_news AS BIGINT) AS injury_risk_news,
  ROUND(CAST(play_probability_history AS DOUBLE), 6) AS play_probability_history,
  ROUND(CAST(play_probability_news AS DOUBLE), 6) AS play_probability_news,
  ROUND(CAST(play_probability_market AS DOUBLE), 6) AS play_probability_market,
  ROUND(CAST(spread_magnitude AS DOUBLE), 6) AS spread_magnitude,
  ROUND(CAST(implied_team_total AS DOUBLE), 6) AS implied_team_total,
  ROUND(CAST(game_total AS DOUBLE), 6) AS game_total,
  CAST(is_quoted AS BIGINT) AS is_quoted,
  ROUND(CAST(points_line AS DOUBLE), 6) AS points_line,
  ROUND(CAST(opening_line AS DOUBLE), 6) AS opening_line,
  ROUND(CAST(line_movement AS DOUBLE), 6) AS line_movement,
  ROUND(CAST(line_disagreement AS DOUBLE), 6) AS line_disagreement,
  ROUND(CAST(no_vig_probability_over AS DOUBLE), 6) AS no_vig_probability_over
FROM (
  SELECT
    u.player_id,
    u.game_id,
    u.game_date AS analysis_date,
    u.game_date,
    u.season,
    u.season_stage,
    u.team_abbr,
    u.opponent_team_abbr,
    u.expected_level,
    c.points_avg_last_5,
    c.points_avg_last_10,
    c.points_avg_season,
    c.points_std_last_10,
    u.games_in_last_7_days,
    f.fatigue_score,
    f.shot_zone_mismatch_score,
    f.pace_score,
    f.usage_spike_score_history AS usage_spike_score,
    t.rest_advantage,
    u.injury_risk_history AS injury_risk,
    c.points_avg_last_5 - c.points_avg_last_10 AS recent_trend,
    c.minutes_avg_last_5 - c.minutes_avg_season AS minutes_change,
    d.defensive_rating_shrunk AS opponent_def_rating,
    d.pace_shrunk AS opponent_pace,
    u.home_game AS home_away,
    t.is_back_to_back AS back_to_back,
    CASE WHEN u.season_stage IN ('playin', 'playoffs') THEN 1 ELSE 0 END AS playoff_game,
    z.paint_rate_last_10 AS pct_paint,
    z.mid_range_rate_last_10 AS pct_mid_range,
    z.three_rate_last_10 AS pct_three,
    c.free_throw_share_last_10 AS pct_free_throw,
    c.team_pace_last_10 AS team_pace,
    c.team_offensive_rating_last_10 AS team_off_rating,
    c.team_win_pct,
    q.features_missing,
    q.feature_quality_score,
    c.early_season_flag,
    c.games_played AS games_played_season,
    c.minutes_avg_last_5,
    c.minutes_avg_last_10,
    c.usage_rate_last_10,
    c.ts_pct_last_10,
    c.points_per_minute_last_10 AS ppm_avg_last_10,
    c.points_ewma,
    c.minutes_ewma,
    c.points_per_minute_ewma,
    v.points_avg AS points_avg_vs_opponent,
    COALESCE(v.games, 0) AS games_vs_opponent,
    u.days_rest,
    u.games_missed_streak,
    f.dnp_rate,
    c.scoring_slope_last_10 AS scoring_slope,
    c.start_rate_last_10 AS past_starter_share,
    c.minutes_range_last_10 AS minutes_volatility,
    f.teammates_out_usage_history,
    f.teammates_out_usage_news,
    f.teammates_out_usage_market,
    f.usage_spike_score_news,
    f.usage_spike_score_market,
    u.injury_risk_news,
    f.play_probability_history,
    f.play_probability_news,
    f.play_probability_market,
    ABS(t.spread) AS spread_magnitude,
    t.implied_team_total,
    t.total_line AS game_total,
    u.is_quoted,
    p.points_line,
    p.opening_line,
    p.line_movement,
    p.line_disagreement,
    p.no_vig_probability_over
  FROM (
    SELECT
      *
    FROM nba_analytics.upcoming_player_game_context
    WHERE
      game_date BETWEEN :batch_start AND :batch_end
  ) AS u
  LEFT JOIN (
    SELECT
      *
    FROM nba_analytics.upcoming_team_game_context
    WHERE
      game_date BETWEEN :batch_start AND :batch_end
  ) AS t
    ON u.game_id = t.game_id AND u.team_abbr = t.team_abbr
  LEFT JOIN (
    SELECT
      *
    FROM nba_precompute.feature_quality
    WHERE
      game_date BETWEEN :batch_start AND :batch_end
  ) AS q
    ON u.game_id = q.game_id AND u.player_id = q.player_id
  LEFT JOIN (
    SELECT
      *
    FROM nba_precompute.player_daily_cache
    WHERE
      analysis_date BETWEEN :batch_start AND :batch_end
  ) AS c
    ON u.player_id = c.player_id AND u.game_date = c.analysis_date
  LEFT JOIN (
    SELECT
      *
    FROM nba_precompute.player_shot_zone_analysis
    WHERE
      analysis_date BETWEEN :batch_start AND :batch_end
  ) AS z
    ON u.player_id = z.player_id AND u.game_date = z.analysis_date
  LEFT JOIN (
    SELECT
      *
    FROM nba_precompute.player_composite_factors
    WHERE
      analysis_date BETWEEN :batch_start AND :batch_end
  ) AS f
    ON u.game_id = f.game_id AND u.player_id = f.player_id
  LEFT JOIN (
    SELECT
      *
    FROM nba_precompute.team_defense_zone_analysis
    WHERE
      analysis_date BETWEEN :batch_start AND :batch_end
  ) AS d
    ON u.opponent_team_abbr = d.team_abbr AND u.game_date = d.analysis_date
  LEFT JOIN versus AS v
    ON u.game_id = v.game_id AND u.player_id = v.player_id
  LEFT JOIN (
    SELECT
      *
    FROM nba_analytics.player_prop_line
    WHERE
      game_date BETWEEN :batch_start AND :batch_end
  ) AS p
    ON u.game_id = p.game_id AND u.player_id = p.player_id AND p.market = 'points'
) AS model_rows
WHERE
  analysis_date BETWEEN :batch_start AND :batch_end
