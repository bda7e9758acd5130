-- compiled from c15de552f79277a3 as 7c2f58cb895116ec
WITH dates AS (
  SELECT DISTINCT
    season,
    game_date AS analysis_date
  FROM (
    SELECT
      *
    FROM nba_analytics.upcoming_team_game_context
    WHERE
      game_date BETWEEN :batch_start AND :batch_end
  ) AS upcoming_team_game_context
), measures AS (
  SELECT
    'paint' AS measure,
    2 AS value,
    30e0 AS k,
    6e-1 AS carry
  UNION ALL
  SELECT
    'mid_range',
    2,
    120e0,
    4e-1
  UNION ALL
  SELECT
    'three',
    3,
    60e0,
    2e-1
  UNION ALL
  SELECT
    'rating',
    0,
    15e0,
    4e-1
  UNION ALL
  SELECT
    'pace',
    0,
    4e0,
    4e-1
), measured AS (
  SELECT
    g.season,
    g.team_abbr,
    g.game_date,
    g.game_id,
    m.measure,
    CASE m.measure
      WHEN 'paint'
      THEN g.paint_fgm_allowed
      WHEN 'mid_range'
      THEN g.mid_range_fgm_allowed
      WHEN 'three'
      THEN g.three_fgm_allowed
      WHEN 'rating'
      THEN 100000 * g.points_allowed
      ELSE CAST(ROUND(1e6 * g.opponent_pace) AS BIGINT)
    END AS made,
    CASE m.measure
      WHEN 'paint'
      THEN g.paint_fga_allowed
      WHEN 'mid_range'
      THEN g.mid_range_fga_allowed
      WHEN 'three'
      THEN g.three_fga_allowed
      WHEN 'rating'
      THEN CAST(ROUND(1e3 * g.possessions) AS BIGINT)
      ELSE 1000000
    END AS tried
  FROM (
    SELECT
      *
    FROM nba_analytics.team_defense_game_summary
    WHERE
      season BETWEEN :first_season AND :season AND game_date < :batch_end
  ) AS g
  CROSS JOIN measures AS m
), form AS (
  SELECT
    season,
    team_abbr,
    measure,
    game_date AS valid_from,
    COALESCE(LEAD(game_date) OVER games, CAST('9999-12-31' AS DATE)) AS valid_to,
    COUNT(tried) OVER last_15 AS n,
    SUM(made) OVER last_15 AS made,
    SUM(tried) OVER last_15 AS tried
  FROM measured
  WINDOW games AS (PARTITION BY team_abbr, season, measure ORDER BY game_date, game_id), last_15 AS (
    PARTITION BY team_abbr, season, measure
    ORDER BY game_date, game_id
    ROWS BETWEEN 14 PRECEDING AND CURRENT ROW
  )
), last_season AS (
  SELECT
    d.season,
    m.team_abbr,
    m.measure,
    SUM(m.made) / NULLIF(SUM(m.tried), 0e0) AS rate,
    SUM(SUM(m.made)) OVER league / NULLIF(SUM(SUM(m.tried)) OVER league, 0e0) AS league_rate
  FROM measured AS m
  INNER JOIN (
    SELECT DISTINCT
      season
    FROM dates
  ) AS d
    ON m.season < d.season
  GROUP BY
    d.season,
    m.team_abbr,
    m.measure
  WINDOW league AS (PARTITION BY d.season, m.measure)
), league_last_season AS (
  SELECT
    season,
    measure,
    MAX(league_rate) AS rate
  FROM last_season
  GROUP BY
    season,
    measure
), rates AS (
  SELECT
    t.team_abbr,
    d.season,
    d.analysis_date,
    c.measure,
    c.value,
    c.k,
    c.carry,
    COALESCE(f.n, 0) AS n,
    f.made,
    f.tried,
    f.made / NULLIF(f.tried, 0e0) AS rate,
    l.rate - l.league_rate AS last_season_difference,
    SUM(f.made) OVER league / NULLIF(SUM(f.tried) OVER league, 0e0) AS league_rate,
    COALESCE(SUM(f.n) OVER league, 0) AS league_n,
    p.rate AS league_last_season
  FROM dates AS d
  CROSS JOIN nba_raw.team AS t
  CROSS JOIN measures AS c
  LEFT JOIN form AS f
    ON t.team_abbr = f.team_abbr
    AND d.season = f.season
    AND c.measure = f.measure
    AND f.valid_from < d.analysis_date
    AND d.analysis_date <= f.valid_to
  LEFT JOIN last_season AS l
    ON t.team_abbr = l.team_abbr AND d.season = l.season AND c.measure = l.measure
  LEFT JOIN league_last_season AS p
    ON d.season = p.season AND c.measure = p.measure
  WINDOW league AS (PARTITION BY d.analysis_date, c.measure)
), estimates AS (
  SELECT
    *,
    COALESCE(
      (
        COALESCE(league_n * league_rate, 0e0) + 60e0 * league_last_season
      ) / (
        league_n + 60e0
      ),
      league_rate
    ) AS league_estimate
  FROM rates
), shrunk AS (
  SELECT
    *,
    CASE WHEN value > 0 THEN 1 ELSE 0 END AS is_zone,
    (
      n * COALESCE(rate - league_estimate, 0e0) + k * carry * COALESCE(last_season_difference, 0e0)
    ) / (
      n + k
    ) AS difference
  FROM estimates
), ranked AS (
  SELECT
    *,
    CASE WHEN NOT league_estimate IS NULL THEN ROW_NUMBER() OVER zones END AS zone_rank
  FROM shrunk
  WINDOW zones AS (
    PARTITION BY team_abbr, analysis_date, is_zone
    ORDER BY value * difference, measure
  )
)
SELECT
  CAST(team_abbr AS STRING) AS team_abbr,
  CAST(analysis_date AS DATE) AS analysis_date,
  CAST(season AS STRING) AS season,
  CAST(games_in_sample AS BIGINT) AS games_in_sample,
  ROUND(CAST(paint_fg_pct_allowed_last_15 AS DOUBLE), 6) AS paint_fg_pct_allowed_last_15,
  ROUND(CAST(mid_range_fg_pct_allowed_last_15 AS DOUBLE), 6) AS mid_range_fg_pct_allowed_last_15,
  ROUND(CAST(three_fg_pct_allowed_last_15 AS DOUBLE), 6) AS three_fg_pct_allowed_last_15,
  ROUND(CAST(paint_attempts_allowed_per_game AS DOUBLE), 6) AS paint_attempts_allowed_per_game,
  ROUND(CAST(mid_range_attempts_allowed_per_game AS DOUBLE), 6) AS mid_range_attempts_allowed_per_game,
  ROUND(CAST(three_attempts_allowed_per_game AS DOUBLE), 6) AS three_attempts_allowed_per_game,
  ROUND(CAST(paint_points_allowed_per_game AS DOUBLE), 6) AS paint_points_allowed_per_game,
  ROUND(CAST(mid_range_points_allowed_per_game AS DOUBLE), 6) AS mid_range_points_allowed_per_game,
  ROUND(CAST(three_points_allowed_per_game AS DOUBLE), 6) AS three_points_allowed_per_game,
  ROUND(CAST(paint_vs_league_pct_points AS DOUBLE), 6) AS paint_vs_league_pct_points,
  ROUND(CAST(mid_range_vs_league_pct_points AS DOUBLE), 6) AS mid_range_vs_league_pct_points,
  ROUND(CAST(three_vs_league_pct_points AS DOUBLE), 6) AS three_vs_league_pct_points,
  ROUND(CAST(paint_fg_pct_league AS DOUBLE), 6) AS paint_fg_pct_league,
  ROUND(CAST(mid_range_fg_pct_league AS DOUBLE), 6) AS mid_range_fg_pct_league,
  ROUND(CAST(three_fg_pct_league AS DOUBLE), 6) AS three_fg_pct_league,
  ROUND(CAST(paint_fg_pct_allowed_shrunk AS DOUBLE), 6) AS paint_fg_pct_allowed_shrunk,
  ROUND(CAST(mid_range_fg_pct_allowed_shrunk AS DOUBLE), 6) AS mid_range_fg_pct_allowed_shrunk,
  ROUND(CAST(three_fg_pct_allowed_shrunk AS DOUBLE), 6) AS three_fg_pct_allowed_shrunk,
  ROUND(CAST(defensive_rating_last_15 AS DOUBLE), 6) AS defensive_rating_last_15,
  ROUND(CAST(opponent_pace_last_15 AS DOUBLE), 6) AS opponent_pace_last_15,
  ROUND(CAST(defensive_rating_shrunk AS DOUBLE), 6) AS defensive_rating_shrunk,
  ROUND(CAST(pace_shrunk AS DOUBLE), 6) AS pace_shrunk,
  ROUND(CAST(pace_league AS DOUBLE), 6) AS pace_league,
  CAST(strongest_zone AS STRING) AS strongest_zone,
  CAST(weakest_zone AS STRING) AS weakest_zone
FROM (
  SELECT
    team_abbr,
    analysis_date,
    season,
    MAX(CASE measure WHEN 'rating' THEN n END) AS games_in_sample,
    MAX(CASE measure WHEN 'paint' THEN rate END) AS paint_fg_pct_allowed_last_15,
    MAX(CASE measure WHEN 'mid_range' THEN rate END) AS mid_range_fg_pct_allowed_last_15,
    MAX(CASE measure WHEN 'three' THEN rate END) AS three_fg_pct_allowed_last_15,
    MAX(CASE measure WHEN 'paint' THEN tried / NULLIF(n, 0e0) END) AS paint_attempts_allowed_per_game,
    MAX(CASE measure WHEN 'mid_range' THEN tried / NULLIF(n, 0e0) END) AS mid_range_attempts_allowed_per_game,
    MAX(CASE measure WHEN 'three' THEN tried / NULLIF(n, 0e0) END) AS three_attempts_allowed_per_game,
    MAX(CASE measure WHEN 'paint' THEN value * made / NULLIF(n, 0e0) END) AS paint_points_allowed_per_game,
    MAX(CASE measure WHEN 'mid_range' THEN value * made / NULLIF(n, 0e0) END) AS mid_range_points_allowed_per_game,
    MAX(CASE measure WHEN 'three' THEN value * made / NULLIF(n, 0e0) END) AS three_points_allowed_per_game,
    1e2 * MAX(CASE measure WHEN 'paint' THEN rate - league_rate END) AS paint_vs_league_pct_points,
    1e2 * MAX(CASE measure WHEN 'mid_range' THEN rate - league_rate END) AS mid_range_vs_league_pct_points,
    1e2 * MAX(CASE measure WHEN 'three' THEN rate - league_rate END) AS three_vs_league_pct_points,
    MAX(CASE measure WHEN 'paint' THEN league_estimate END) AS paint_fg_pct_league,
    MAX(CASE measure WHEN 'mid_range' THEN league_estimate END) AS mid_range_fg_pct_league,
    MAX(CASE measure WHEN 'three' THEN league_estimate END) AS three_fg_pct_league,
    MAX(CASE measure WHEN 'paint' THEN league_estimate + difference END) AS paint_fg_pct_allowed_shrunk,
    MAX(CASE measure WHEN 'mid_range' THEN league_estimate + difference END) AS mid_range_fg_pct_allowed_shrunk,
    MAX(CASE measure WHEN 'three' THEN league_estimate + difference END) AS three_fg_pct_allowed_shrunk,
    MAX(CASE measure WHEN 'rating' THEN rate END) AS defensive_rating_last_15,
    MAX(CASE measure WHEN 'pace' THEN rate END) AS opponent_pace_last_15,
    MAX(CASE measure WHEN 'rating' THEN league_estimate + difference END) AS defensive_rating_shrunk,
    MAX(CASE measure WHEN 'pace' THEN league_estimate + difference END) AS pace_shrunk,
    MAX(CASE measure WHEN 'pace' THEN league_estimate END) AS pace_league,
    MIN(CASE WHEN is_zone = 1 AND zone_rank = 1 THEN measure END) AS strongest_zone,
    MIN(CASE WHEN is_zone = 1 AND zone_rank = 3 THEN measure END) AS weakest_zone
  FROM ranked
  GROUP BY
    team_abbr,
    analysis_date,
    season
) AS model_rows
WHERE
  analysis_date BETWEEN :batch_start AND :batch_end
