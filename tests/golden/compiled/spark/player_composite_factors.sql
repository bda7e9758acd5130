-- compiled from e157c55d063f7c05 as a1a0c8713b4369f9
WITH constants AS (
  SELECT
    4e-3 AS fatigue_share,
    62e-3 AS vacancy_share
), levels AS (
  SELECT
    game_id,
    player_id,
    MAX(dnp_rate_last_10) AS dnp_rate,
    MAX(CASE level WHEN 'history' THEN 1e0 - play_probability END) AS absent_history,
    MAX(CASE level WHEN 'news' THEN 1e0 - play_probability END) AS absent_news,
    MAX(CASE level WHEN 'market' THEN 1e0 - play_probability END) AS absent_market
  FROM (
    SELECT
      *
    FROM nba_precompute.availability
    WHERE
      game_date BETWEEN :batch_start AND :batch_end
  ) AS availability
  GROUP BY
    game_id,
    player_id
), players AS (
  SELECT
    u.*,
    c.points_avg_last_10,
    c.team_pace_last_10,
    COALESCE(c.usage_rate_last_10 * c.minutes_avg_last_10 / 48e0, 0e0) AS usage,
    CASE WHEN u.expected_level = 'history' THEN 1 ELSE 0 END AS in_history,
    CASE WHEN u.expected_level = 'market' THEN 0 ELSE 1 END AS in_news,
    a.absent_history,
    a.absent_news,
    a.absent_market,
    a.dnp_rate,
    1e2 - CASE WHEN u.days_rest = 1 THEN 2e1 ELSE 0e0 END - 4e0 * u.back_to_backs_in_last_14_days - CASE
      WHEN u.games_in_last_7_days > 2
      THEN 8e0 * (
        u.games_in_last_7_days - 2
      )
      ELSE 0e0
    END - CASE
      WHEN u.minutes_in_last_7_days > 8e1
      THEN 2e-1 * (
        u.minutes_in_last_7_days - 8e1
      )
      ELSE 0e0
    END AS freshness
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
    FROM nba_precompute.player_daily_cache
    WHERE
      analysis_date BETWEEN :batch_start AND :batch_end
  ) AS c
    ON u.player_id = c.player_id AND u.game_date = c.analysis_date
  INNER JOIN levels AS a
    ON u.game_id = a.game_id AND u.player_id = a.player_id
), measured AS (
  SELECT
    *,
    CASE WHEN freshness < 0e0 THEN 0e0 ELSE freshness END AS fatigue_score,
    CAST(ROUND(1e6 * usage) AS BIGINT) AS present,
    CAST(ROUND(1e6 * points_avg_last_10 * absent_history) AS BIGINT) AS vacant_history,
    CAST(ROUND(1e6 * points_avg_last_10 * absent_news) AS BIGINT) AS vacant_news,
    CAST(ROUND(1e6 * points_avg_last_10 * absent_market) AS BIGINT) AS vacant_market,
    CAST(ROUND(1e6 * usage * absent_history) AS BIGINT) AS out_history,
    CAST(ROUND(1e6 * usage * absent_news) AS BIGINT) AS out_news,
    CAST(ROUND(1e6 * usage * absent_market) AS BIGINT) AS out_market
  FROM players
), teams AS (
  SELECT
    game_id,
    team_abbr,
    SUM(in_history * vacant_history) AS vacant_history,
    SUM(in_news * vacant_news) AS vacant_news,
    SUM(vacant_market) AS vacant_market,
    SUM(in_history * out_history) AS out_history,
    SUM(in_news * out_news) AS out_news,
    SUM(out_market) AS out_market,
    SUM(in_history * (
      present - out_history
    )) AS present_history,
    SUM(in_news * (
      present - out_news
    )) AS present_news,
    SUM(present - out_market) AS present_market
  FROM measured
  GROUP BY
    game_id,
    team_abbr
)
SELECT
  CAST(game_id AS STRING) AS game_id,
  CAST(player_id AS BIGINT) AS player_id,
  CAST(analysis_date AS DATE) AS analysis_date,
  CAST(season AS STRING) AS season,
  CAST(team_abbr AS STRING) AS team_abbr,
  CAST(opponent_team_abbr AS STRING) AS opponent_team_abbr,
  ROUND(CAST(fatigue_score AS DOUBLE), 6) AS fatigue_score,
  ROUND(CAST(fatigue_adjustment AS DOUBLE), 6) AS fatigue_adjustment,
  ROUND(CAST(shot_zone_mismatch_score AS DOUBLE), 6) AS shot_zone_mismatch_score,
  ROUND(CAST(expected_pace AS DOUBLE), 6) AS expected_pace,
  ROUND(CAST(pace_score AS DOUBLE), 6) AS pace_score,
  ROUND(CAST(teammates_out_usage_history AS DOUBLE), 6) AS teammates_out_usage_history,
  ROUND(CAST(teammates_out_usage_news AS DOUBLE), 6) AS teammates_out_usage_news,
  ROUND(CAST(teammates_out_usage_market AS DOUBLE), 6) AS teammates_out_usage_market,
  ROUND(CAST(usage_spike_score_history AS DOUBLE), 6) AS usage_spike_score_history,
  ROUND(CAST(usage_spike_score_news AS DOUBLE), 6) AS usage_spike_score_news,
  ROUND(CAST(usage_spike_score_market AS DOUBLE), 6) AS usage_spike_score_market,
  ROUND(CAST(play_probability_history AS DOUBLE), 6) AS play_probability_history,
  ROUND(CAST(play_probability_news AS DOUBLE), 6) AS play_probability_news,
  ROUND(CAST(play_probability_market AS DOUBLE), 6) AS play_probability_market,
  ROUND(CAST(dnp_rate AS DOUBLE), 6) AS dnp_rate
FROM (
  SELECT
    m.game_id,
    m.player_id,
    m.game_date AS analysis_date,
    m.season,
    m.team_abbr,
    m.opponent_team_abbr,
    m.fatigue_score,
    -k.fatigue_share * (
      1e2 - m.fatigue_score
    ) / 1e2 * m.points_avg_last_10 AS fatigue_adjustment,
    z.attempts_per_game_last_10 * (
      2e0 * z.paint_rate_last_10 * (
        d.paint_fg_pct_allowed_shrunk - d.paint_fg_pct_league
      ) + 2e0 * z.mid_range_rate_last_10 * (
        d.mid_range_fg_pct_allowed_shrunk - d.mid_range_fg_pct_league
      ) + 3e0 * z.three_rate_last_10 * (
        d.three_fg_pct_allowed_shrunk - d.three_fg_pct_league
      )
    ) AS shot_zone_mismatch_score,
    (
      o.pace_shrunk + d.pace_shrunk - d.pace_league
    ) AS expected_pace,
    m.points_avg_last_10 * (
      (
        o.pace_shrunk + d.pace_shrunk - d.pace_league
      ) / NULLIF(m.team_pace_last_10, 0e0) - 1e0
    ) AS pace_score,
    (
      t.out_history - m.in_history * m.out_history
    ) / 1e6 AS teammates_out_usage_history,
    (
      t.out_news - m.in_news * m.out_news
    ) / 1e6 AS teammates_out_usage_news,
    (
      t.out_market - m.out_market
    ) / 1e6 AS teammates_out_usage_market,
    k.vacancy_share * (
      t.vacant_history - m.in_history * m.vacant_history
    ) / 1e6 * m.usage / NULLIF(
      m.usage + (
        t.present_history - m.in_history * (
          m.present - m.out_history
        )
      ) / 1e6,
      0e0
    ) AS usage_spike_score_history,
    k.vacancy_share * (
      t.vacant_news - m.in_news * m.vacant_news
    ) / 1e6 * m.usage / NULLIF(
      m.usage + (
        t.present_news - m.in_news * (
          m.present - m.out_news
        )
      ) / 1e6,
      0e0
    ) AS usage_spike_score_news,
    k.vacancy_share * (
      t.vacant_market - m.vacant_market
    ) / 1e6 * m.usage / NULLIF(m.usage + (
      t.present_market - (
        m.present - m.out_market
      )
    ) / 1e6, 0e0) AS usage_spike_score_market,
    1e0 - m.absent_history AS play_probability_history,
    1e0 - m.absent_news AS play_probability_news,
    1e0 - m.absent_market AS play_probability_market,
    m.dnp_rate
  FROM measured AS m
  CROSS JOIN constants AS k
  INNER JOIN teams AS t
    ON m.game_id = t.game_id AND m.team_abbr = t.team_abbr
  LEFT JOIN (
    SELECT
      *
    FROM nba_precompute.team_defense_zone_analysis
    WHERE
      analysis_date BETWEEN :batch_start AND :batch_end
  ) AS d
    ON m.opponent_team_abbr = d.team_abbr AND m.game_date = d.analysis_date
  LEFT JOIN (
    SELECT
      *
    FROM nba_precompute.team_defense_zone_analysis
    WHERE
      analysis_date BETWEEN :batch_start AND :batch_end
  ) AS o
    ON m.team_abbr = o.team_abbr AND m.game_date = o.analysis_date
  LEFT JOIN (
    SELECT
      *
    FROM nba_precompute.player_shot_zone_analysis
    WHERE
      analysis_date BETWEEN :batch_start AND :batch_end
  ) AS z
    ON m.player_id = z.player_id AND m.game_date = z.analysis_date
) AS model_rows
WHERE
  analysis_date BETWEEN :batch_start AND :batch_end
