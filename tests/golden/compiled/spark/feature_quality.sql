-- compiled from e6f076a0844ca941 as 20fe7cfdbccdf70b
WITH counted AS (
  SELECT
    u.game_id,
    u.player_id,
    u.season,
    u.game_date,
    COALESCE(c.games_in_sample, 0) / 1e1 AS form_sample,
    COALESCE(d.games_in_sample, 0) / 15e0 AS opponent_sample,
    CASE
      WHEN c.team_games_played >= 10
      THEN 1e0
      ELSE COALESCE(c.team_games_played, 0) / 1e1
    END AS team_sample,
    CASE WHEN c.points_avg_last_5 IS NULL THEN 5 ELSE 0 END + CASE WHEN c.points_std_last_10 IS NULL THEN 1 ELSE 0 END + CASE WHEN z.paint_rate_last_10 IS NULL THEN 3 ELSE 0 END + CASE WHEN c.free_throw_share_last_10 IS NULL THEN 1 ELSE 0 END AS form_missing,
    CASE WHEN f.shot_zone_mismatch_score IS NULL THEN 1 ELSE 0 END + CASE WHEN d.defensive_rating_shrunk IS NULL THEN 1 ELSE 0 END + CASE WHEN d.pace_shrunk IS NULL THEN 1 ELSE 0 END AS opponent_missing,
    CASE WHEN f.pace_score IS NULL THEN 1 ELSE 0 END + CASE WHEN c.team_pace_last_10 IS NULL THEN 1 ELSE 0 END + CASE WHEN c.team_offensive_rating_last_10 IS NULL THEN 1 ELSE 0 END + CASE WHEN c.team_win_pct IS NULL THEN 1 ELSE 0 END AS team_missing,
    CASE WHEN f.usage_spike_score_history IS NULL THEN 1 ELSE 0 END + CASE WHEN t.rest_advantage IS NULL THEN 1 ELSE 0 END AS game_missing
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
    FROM nba_precompute.team_defense_zone_analysis
    WHERE
      analysis_date BETWEEN :batch_start AND :batch_end
  ) AS d
    ON u.opponent_team_abbr = d.team_abbr AND u.game_date = d.analysis_date
  LEFT JOIN (
    SELECT
      *
    FROM nba_precompute.player_composite_factors
    WHERE
      analysis_date BETWEEN :batch_start AND :batch_end
  ) AS f
    ON u.game_id = f.game_id AND u.player_id = f.player_id
)
SELECT
  CAST(game_id AS STRING) AS game_id,
  CAST(player_id AS BIGINT) AS player_id,
  CAST(season AS STRING) AS season,
  CAST(game_date AS DATE) AS game_date,
  CAST(features_missing AS BIGINT) AS features_missing,
  ROUND(CAST(feature_quality_score AS DOUBLE), 6) AS feature_quality_score
FROM (
  SELECT
    game_id,
    player_id,
    season,
    game_date,
    form_missing + opponent_missing + team_missing + game_missing AS features_missing,
    4e0 * (
      (
        10 - form_missing
      ) * form_sample + (
        3 - opponent_missing
      ) * opponent_sample + (
        4 - team_missing
      ) * team_sample + 8 - game_missing
    ) AS feature_quality_score
  FROM counted
) AS model_rows
WHERE
  game_date BETWEEN :batch_start AND :batch_end
