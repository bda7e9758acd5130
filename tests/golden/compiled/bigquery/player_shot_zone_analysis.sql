-- compiled from 515ca08c738e3e6b as 2e3bec143792f339
SELECT
  CAST(player_id AS INT64) AS player_id,
  CAST(analysis_date AS DATE) AS analysis_date,
  CAST(season AS STRING) AS season,
  CAST(games_in_sample_10 AS INT64) AS games_in_sample_10,
  ROUND(CAST(paint_rate_last_10 AS FLOAT64), 6) AS paint_rate_last_10,
  ROUND(CAST(mid_range_rate_last_10 AS FLOAT64), 6) AS mid_range_rate_last_10,
  ROUND(CAST(three_rate_last_10 AS FLOAT64), 6) AS three_rate_last_10,
  ROUND(CAST(paint_fg_pct_last_10 AS FLOAT64), 6) AS paint_fg_pct_last_10,
  ROUND(CAST(mid_range_fg_pct_last_10 AS FLOAT64), 6) AS mid_range_fg_pct_last_10,
  ROUND(CAST(three_fg_pct_last_10 AS FLOAT64), 6) AS three_fg_pct_last_10,
  ROUND(CAST(paint_fg_pct_last_20 AS FLOAT64), 6) AS paint_fg_pct_last_20,
  ROUND(CAST(mid_range_fg_pct_last_20 AS FLOAT64), 6) AS mid_range_fg_pct_last_20,
  ROUND(CAST(three_fg_pct_last_20 AS FLOAT64), 6) AS three_fg_pct_last_20,
  ROUND(CAST(assisted_rate_last_10 AS FLOAT64), 6) AS assisted_rate_last_10,
  ROUND(CAST(attempts_per_game_last_10 AS FLOAT64), 6) AS attempts_per_game_last_10,
  CAST(primary_scoring_zone AS STRING) AS primary_scoring_zone,
  ROUND(CAST(paint_fg_pct_shrunk AS FLOAT64), 6) AS paint_fg_pct_shrunk,
  ROUND(CAST(mid_range_fg_pct_shrunk AS FLOAT64), 6) AS mid_range_fg_pct_shrunk,
  ROUND(CAST(three_fg_pct_shrunk AS FLOAT64), 6) AS three_fg_pct_shrunk
FROM (
  WITH constants AS (
    SELECT
      60e0 AS k_paint,
      100e0 AS k_mid_range,
      200e0 AS k_three
  ), form AS (
    SELECT
      player_id,
      season,
      game_date AS valid_from,
      COALESCE(LEAD(game_date) OVER career, CAST('9999-12-31' AS DATE)) AS valid_to,
      COUNT(*) OVER last_10 AS games_10,
      SUM(paint_fga) OVER last_10 AS paint_fga_10,
      SUM(paint_fgm) OVER last_10 AS paint_fgm_10,
      SUM(mid_range_fga) OVER last_10 AS mid_fga_10,
      SUM(mid_range_fgm) OVER last_10 AS mid_fgm_10,
      SUM(three_fga) OVER last_10 AS three_fga_10,
      SUM(three_fgm) OVER last_10 AS three_fgm_10,
      SUM(fga) OVER last_10 AS fga_10,
      SUM(fgm) OVER last_10 AS fgm_10,
      SUM(assisted_fgm) OVER last_10 AS assisted_10,
      SUM(paint_fga) OVER last_20 AS paint_fga_20,
      SUM(paint_fgm) OVER last_20 AS paint_fgm_20,
      SUM(mid_range_fga) OVER last_20 AS mid_fga_20,
      SUM(mid_range_fgm) OVER last_20 AS mid_fgm_20,
      SUM(three_fga) OVER last_20 AS three_fga_20,
      SUM(three_fgm) OVER last_20 AS three_fgm_20,
      SUM(paint_fga) OVER so_far AS paint_fga,
      SUM(paint_fgm) OVER so_far AS paint_fgm,
      SUM(mid_range_fga) OVER so_far AS mid_fga,
      SUM(mid_range_fgm) OVER so_far AS mid_fgm,
      SUM(three_fga) OVER so_far AS three_fga,
      SUM(three_fgm) OVER so_far AS three_fgm,
      COUNT(*) OVER season_last_10 AS season_games_10
    FROM (
      SELECT
        *
      FROM nba_analytics.player_game_summary
      WHERE
        season BETWEEN @first_season AND @season AND game_date < @batch_end
    ) AS player_game_summary
    WHERE
      played_flag
    WINDOW career AS (PARTITION BY player_id ORDER BY game_date, game_id), last_10 AS (
      PARTITION BY player_id
      ORDER BY game_date, game_id
      ROWS BETWEEN 9 PRECEDING AND CURRENT ROW
    ), last_20 AS (
      PARTITION BY player_id
      ORDER BY game_date, game_id
      ROWS BETWEEN 19 PRECEDING AND CURRENT ROW
    ), so_far AS (
      PARTITION BY player_id
      ORDER BY game_date, game_id
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ), season_last_10 AS (
      PARTITION BY player_id, season
      ORDER BY game_date, game_id
      ROWS BETWEEN 9 PRECEDING AND CURRENT ROW
    )
  ), league AS (
    SELECT
      d.analysis_date,
      SUM(l.paint_fgm) / NULLIF(SUM(l.paint_fga), 0e0) AS paint_pct,
      SUM(l.mid_fgm) / NULLIF(SUM(l.mid_fga), 0e0) AS mid_pct,
      SUM(l.three_fgm) / NULLIF(SUM(l.three_fga), 0e0) AS three_pct
    FROM (
      SELECT DISTINCT
        game_date AS analysis_date
      FROM (
        SELECT
          *
        FROM nba_analytics.upcoming_player_game_context
        WHERE
          game_date BETWEEN @batch_start AND @batch_end
      ) AS upcoming_player_game_context
    ) AS d
    INNER JOIN (
      SELECT
        game_date,
        SUM(paint_fga) AS paint_fga,
        SUM(paint_fgm) AS paint_fgm,
        SUM(mid_range_fga) AS mid_fga,
        SUM(mid_range_fgm) AS mid_fgm,
        SUM(three_fga) AS three_fga,
        SUM(three_fgm) AS three_fgm
      FROM (
        SELECT
          *
        FROM nba_analytics.player_game_summary
        WHERE
          season BETWEEN @first_season AND @season AND game_date < @batch_end
      ) AS player_game_summary
      GROUP BY
        game_date
    ) AS l
      ON l.game_date < d.analysis_date
    GROUP BY
      d.analysis_date
  ), players AS (
    SELECT
      season,
      player_id,
      game_date AS analysis_date
    FROM (
      SELECT
        *
      FROM nba_analytics.upcoming_player_game_context
      WHERE
        game_date BETWEEN @batch_start AND @batch_end
    ) AS upcoming_player_game_context
  ), shares AS (
    SELECT
      p.player_id AS expected_player_id,
      p.analysis_date,
      p.season AS analysis_season,
      l.paint_pct,
      l.mid_pct,
      l.three_pct,
      f.*,
      NULLIF(CAST(f.paint_fga_10 + f.mid_fga_10 + f.three_fga_10 AS FLOAT64), 0e0) AS zoned_10
    FROM players AS p
    LEFT JOIN form AS f
      ON p.player_id = f.player_id
      AND f.valid_from < p.analysis_date
      AND p.analysis_date <= f.valid_to
    LEFT JOIN league AS l
      ON p.analysis_date = l.analysis_date
  )
  SELECT
    s.expected_player_id AS player_id,
    s.analysis_date,
    s.analysis_season AS season,
    CASE WHEN s.season = s.analysis_season THEN s.season_games_10 ELSE 0 END AS games_in_sample_10,
    s.paint_fga_10 / s.zoned_10 AS paint_rate_last_10,
    s.mid_fga_10 / s.zoned_10 AS mid_range_rate_last_10,
    s.three_fga_10 / s.zoned_10 AS three_rate_last_10,
    s.paint_fgm_10 / NULLIF(CAST(s.paint_fga_10 AS FLOAT64), 0e0) AS paint_fg_pct_last_10,
    s.mid_fgm_10 / NULLIF(CAST(s.mid_fga_10 AS FLOAT64), 0e0) AS mid_range_fg_pct_last_10,
    s.three_fgm_10 / NULLIF(CAST(s.three_fga_10 AS FLOAT64), 0e0) AS three_fg_pct_last_10,
    s.paint_fgm_20 / NULLIF(CAST(s.paint_fga_20 AS FLOAT64), 0e0) AS paint_fg_pct_last_20,
    s.mid_fgm_20 / NULLIF(CAST(s.mid_fga_20 AS FLOAT64), 0e0) AS mid_range_fg_pct_last_20,
    s.three_fgm_20 / NULLIF(CAST(s.three_fga_20 AS FLOAT64), 0e0) AS three_fg_pct_last_20,
    CASE
      WHEN s.assisted_10 <= s.fgm_10
      THEN s.assisted_10 / NULLIF(CAST(s.fgm_10 AS FLOAT64), 0e0)
    END AS assisted_rate_last_10,
    s.fga_10 / NULLIF(CAST(s.games_10 AS FLOAT64), 0e0) AS attempts_per_game_last_10,
    CASE
      WHEN s.zoned_10 IS NULL
      THEN NULL
      WHEN s.paint_fga_10 >= 40e-2 * s.zoned_10
      THEN 'paint'
      WHEN s.three_fga_10 >= 40e-2 * s.zoned_10
      THEN 'three'
      WHEN s.mid_fga_10 >= 35e-2 * s.zoned_10
      THEN 'mid_range'
      ELSE 'balanced'
    END AS primary_scoring_zone,
    (
      COALESCE(s.paint_fgm, 0) + c.k_paint * s.paint_pct
    ) / (
      COALESCE(s.paint_fga, 0) + c.k_paint
    ) AS paint_fg_pct_shrunk,
    (
      COALESCE(s.mid_fgm, 0) + c.k_mid_range * s.mid_pct
    ) / (
      COALESCE(s.mid_fga, 0) + c.k_mid_range
    ) AS mid_range_fg_pct_shrunk,
    (
      COALESCE(s.three_fgm, 0) + c.k_three * s.three_pct
    ) / (
      COALESCE(s.three_fga, 0) + c.k_three
    ) AS three_fg_pct_shrunk
  FROM shares AS s
  CROSS JOIN constants AS c
) AS model_rows
WHERE
  analysis_date BETWEEN @batch_start AND @batch_end
