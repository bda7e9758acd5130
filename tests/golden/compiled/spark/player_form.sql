-- compiled from 3f3910a06fa79f53 as a1fbdf42f8efd0bc
WITH played AS (
  SELECT
    game_id,
    player_id,
    season,
    game_date,
    team_abbr,
    points,
    ftm,
    fga,
    fta,
    minutes,
    CASE WHEN starter_flag THEN 1 WHEN NOT starter_flag THEN 0 END AS started,
    usage_rate * minutes AS usage_minutes,
    ROW_NUMBER() OVER this_season AS season_game
  FROM (
    SELECT
      *
    FROM nba_analytics.player_game_summary
    WHERE
      season BETWEEN :first_season AND :season AND game_date <= :batch_end
  ) AS player_game_summary
  WHERE
    played_flag
  WINDOW this_season AS (PARTITION BY player_id, season ORDER BY game_date, game_id)
)
SELECT
  CAST(game_id AS STRING) AS game_id,
  CAST(player_id AS BIGINT) AS player_id,
  CAST(season AS STRING) AS season,
  CAST(game_date AS DATE) AS game_date,
  CAST(team_abbr AS STRING) AS team_abbr,
  CAST(games_played AS BIGINT) AS games_played,
  ROUND(CAST(points_avg_last_5 AS DOUBLE), 6) AS points_avg_last_5,
  ROUND(CAST(points_avg_last_10 AS DOUBLE), 6) AS points_avg_last_10,
  ROUND(CAST(points_avg_season AS DOUBLE), 6) AS points_avg_season,
  ROUND(CAST(points_std_last_10 AS DOUBLE), 6) AS points_std_last_10,
  ROUND(CAST(scoring_slope_last_10 AS DOUBLE), 6) AS scoring_slope_last_10,
  ROUND(CAST(minutes_avg_last_5 AS DOUBLE), 6) AS minutes_avg_last_5,
  ROUND(CAST(minutes_avg_last_10 AS DOUBLE), 6) AS minutes_avg_last_10,
  ROUND(CAST(minutes_avg_season AS DOUBLE), 6) AS minutes_avg_season,
  ROUND(CAST(minutes_range_last_10 AS DOUBLE), 6) AS minutes_range_last_10,
  ROUND(CAST(points_per_minute_last_10 AS DOUBLE), 6) AS points_per_minute_last_10,
  ROUND(CAST(usage_rate_last_10 AS DOUBLE), 6) AS usage_rate_last_10,
  ROUND(CAST(ts_pct_last_10 AS DOUBLE), 6) AS ts_pct_last_10,
  ROUND(CAST(free_throw_share_last_10 AS DOUBLE), 6) AS free_throw_share_last_10,
  ROUND(CAST(start_rate_last_10 AS DOUBLE), 6) AS start_rate_last_10
FROM (
  SELECT
    p.game_id,
    p.player_id,
    p.season,
    p.game_date,
    p.team_abbr,
    p.season_game AS games_played,
    AVG(p.points) OVER last_5 AS points_avg_last_5,
    AVG(p.points) OVER last_10 AS points_avg_last_10,
    AVG(p.points) OVER so_far AS points_avg_season,
    CASE
      WHEN p.season_game > 1
      THEN SQRT(
        (
          SUM(p.points * p.points) OVER last_10 * COUNT(*) OVER last_10 - SUM(p.points) OVER last_10 * SUM(p.points) OVER last_10
        ) / NULLIF(CAST(COUNT(*) OVER last_10 * (
          COUNT(*) OVER last_10 - 1
        ) AS DOUBLE), 0e0)
      )
    END AS points_std_last_10,
    CASE
      WHEN p.season_game > 1
      THEN (
        SUM(p.points * p.season_game) OVER last_10 * COUNT(*) OVER last_10 - SUM(p.points) OVER last_10 * SUM(p.season_game) OVER last_10
      ) / NULLIF(
        CAST(SUM(p.season_game * p.season_game) OVER last_10 * COUNT(*) OVER last_10 - SUM(p.season_game) OVER last_10 * SUM(p.season_game) OVER last_10 AS DOUBLE),
        0e0
      )
    END AS scoring_slope_last_10,
    AVG(p.minutes) OVER last_5 AS minutes_avg_last_5,
    AVG(p.minutes) OVER last_10 AS minutes_avg_last_10,
    AVG(p.minutes) OVER so_far AS minutes_avg_season,
    MAX(p.minutes) OVER last_10 - MIN(p.minutes) OVER last_10 AS minutes_range_last_10,
    SUM(p.points) OVER last_10 / NULLIF(SUM(p.minutes) OVER last_10, 0e0) AS points_per_minute_last_10,
    SUM(p.usage_minutes) OVER last_10 / NULLIF(SUM(p.minutes) OVER last_10, 0e0) AS usage_rate_last_10,
    SUM(p.points) OVER last_10 / NULLIF(2e0 * SUM(p.fga + 44e-2 * p.fta) OVER last_10, 0e0) AS ts_pct_last_10,
    SUM(p.ftm) OVER last_10 / NULLIF(CAST(SUM(p.points) OVER last_10 AS DOUBLE), 0e0) AS free_throw_share_last_10,
    AVG(CAST(p.started AS DOUBLE)) OVER last_10 AS start_rate_last_10
  FROM played AS p
  WINDOW last_5 AS (
    PARTITION BY p.player_id, p.season
    ORDER BY p.game_date, p.game_id
    ROWS BETWEEN 4 PRECEDING AND CURRENT ROW
  ), last_10 AS (
    PARTITION BY p.player_id, p.season
    ORDER BY p.game_date, p.game_id
    ROWS BETWEEN 9 PRECEDING AND CURRENT ROW
  ), so_far AS (
    PARTITION BY p.player_id, p.season
    ORDER BY p.game_date, p.game_id
    ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
  )
) AS model_rows
WHERE
  game_date BETWEEN :batch_start AND :batch_end
