-- compiled from 59d522950c363e95 as d29bce98585169b1
SELECT
  CAST(game_id AS STRING) AS game_id,
  CAST(team_abbr AS STRING) AS team_abbr,
  CAST(season AS STRING) AS season,
  CAST(game_date AS DATE) AS game_date,
  CAST(games_played AS INT64) AS games_played,
  ROUND(CAST(win_pct AS FLOAT64), 6) AS win_pct,
  ROUND(CAST(pace_last_10 AS FLOAT64), 6) AS pace_last_10,
  ROUND(CAST(pace_season AS FLOAT64), 6) AS pace_season,
  ROUND(CAST(offensive_rating_last_10 AS FLOAT64), 6) AS offensive_rating_last_10,
  ROUND(CAST(offensive_rating_season AS FLOAT64), 6) AS offensive_rating_season
FROM (
  WITH games AS (
    SELECT
      *,
      CASE WHEN win_flag THEN 1e0 ELSE 0e0 END AS win
    FROM (
      SELECT
        *
      FROM nba_analytics.team_offense_game_summary
      WHERE
        season BETWEEN @first_season AND @season AND game_date <= @batch_end
    ) AS team_offense_game_summary
  )
  SELECT
    game_id,
    team_abbr,
    season,
    game_date,
    COUNT(*) OVER so_far AS games_played,
    AVG(win) OVER so_far AS win_pct,
    AVG(pace) OVER last_10 AS pace_last_10,
    AVG(pace) OVER so_far AS pace_season,
    1e2 * SUM(points) OVER last_10 / NULLIF(SUM(possessions) OVER last_10, 0e0) AS offensive_rating_last_10,
    1e2 * SUM(points) OVER so_far / NULLIF(SUM(possessions) OVER so_far, 0e0) AS offensive_rating_season
  FROM games
  WINDOW last_10 AS (
    PARTITION BY team_abbr, season
    ORDER BY game_date, game_id
    ROWS BETWEEN 9 PRECEDING AND CURRENT ROW
  ), so_far AS (
    PARTITION BY team_abbr, season
    ORDER BY game_date, game_id
    ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
  )
) AS model_rows
WHERE
  game_date BETWEEN @batch_start AND @batch_end
