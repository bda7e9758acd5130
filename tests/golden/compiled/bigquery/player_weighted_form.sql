-- compiled from 463049acc11a248c as a77c237eee722a4c
SELECT
  CAST(player_id AS INT64) AS player_id,
  CAST(analysis_date AS DATE) AS analysis_date,
  CAST(season AS STRING) AS season,
  CAST(first_of_season AS INT64) AS first_of_season,
  CAST(days_since_last_game AS INT64) AS days_since_last_game,
  ROUND(CAST(points_weighted_2 AS FLOAT64), 6) AS points_weighted_2,
  ROUND(CAST(minutes_weighted_2 AS FLOAT64), 6) AS minutes_weighted_2,
  ROUND(CAST(shots_weighted_2 AS FLOAT64), 6) AS shots_weighted_2,
  ROUND(CAST(usage_weighted_2 AS FLOAT64), 6) AS usage_weighted_2,
  ROUND(CAST(starts_weighted_2 AS FLOAT64), 6) AS starts_weighted_2,
  ROUND(CAST(points_weighted_4 AS FLOAT64), 6) AS points_weighted_4,
  ROUND(CAST(minutes_weighted_4 AS FLOAT64), 6) AS minutes_weighted_4,
  ROUND(CAST(shots_weighted_4 AS FLOAT64), 6) AS shots_weighted_4,
  ROUND(CAST(usage_weighted_4 AS FLOAT64), 6) AS usage_weighted_4,
  ROUND(CAST(starts_weighted_4 AS FLOAT64), 6) AS starts_weighted_4,
  ROUND(CAST(points_weighted_8 AS FLOAT64), 6) AS points_weighted_8,
  ROUND(CAST(minutes_weighted_8 AS FLOAT64), 6) AS minutes_weighted_8,
  ROUND(CAST(shots_weighted_8 AS FLOAT64), 6) AS shots_weighted_8,
  ROUND(CAST(usage_weighted_8 AS FLOAT64), 6) AS usage_weighted_8,
  ROUND(CAST(starts_weighted_8 AS FLOAT64), 6) AS starts_weighted_8,
  ROUND(CAST(points_weighted_16 AS FLOAT64), 6) AS points_weighted_16,
  ROUND(CAST(minutes_weighted_16 AS FLOAT64), 6) AS minutes_weighted_16,
  ROUND(CAST(shots_weighted_16 AS FLOAT64), 6) AS shots_weighted_16,
  ROUND(CAST(usage_weighted_16 AS FLOAT64), 6) AS usage_weighted_16,
  ROUND(CAST(starts_weighted_16 AS FLOAT64), 6) AS starts_weighted_16,
  ROUND(CAST(points_weighted_40 AS FLOAT64), 6) AS points_weighted_40,
  ROUND(CAST(minutes_weighted_40 AS FLOAT64), 6) AS minutes_weighted_40,
  ROUND(CAST(shots_weighted_40 AS FLOAT64), 6) AS shots_weighted_40,
  ROUND(CAST(usage_weighted_40 AS FLOAT64), 6) AS usage_weighted_40,
  ROUND(CAST(starts_weighted_40 AS FLOAT64), 6) AS starts_weighted_40,
  ROUND(CAST(points_per_minute_weighted_8 AS FLOAT64), 6) AS points_per_minute_weighted_8,
  ROUND(CAST(shots_per_minute_weighted_8 AS FLOAT64), 6) AS shots_per_minute_weighted_8,
  ROUND(CAST(threes_per_minute_weighted_8 AS FLOAT64), 6) AS threes_per_minute_weighted_8,
  ROUND(CAST(free_throws_per_minute_weighted_8 AS FLOAT64), 6) AS free_throws_per_minute_weighted_8,
  ROUND(CAST(points_per_minute_weighted_16 AS FLOAT64), 6) AS points_per_minute_weighted_16,
  ROUND(CAST(shots_per_minute_weighted_16 AS FLOAT64), 6) AS shots_per_minute_weighted_16,
  ROUND(CAST(threes_per_minute_weighted_16 AS FLOAT64), 6) AS threes_per_minute_weighted_16,
  ROUND(CAST(free_throws_per_minute_weighted_16 AS FLOAT64), 6) AS free_throws_per_minute_weighted_16,
  ROUND(CAST(points_per_minute_weighted_40 AS FLOAT64), 6) AS points_per_minute_weighted_40,
  ROUND(CAST(shots_per_minute_weighted_40 AS FLOAT64), 6) AS shots_per_minute_weighted_40,
  ROUND(CAST(threes_per_minute_weighted_40 AS FLOAT64), 6) AS threes_per_minute_weighted_40,
  ROUND(CAST(free_throws_per_minute_weighted_40 AS FLOAT64), 6) AS free_throws_per_minute_weighted_40,
  ROUND(CAST(points_deviation_16 AS FLOAT64), 6) AS points_deviation_16,
  ROUND(CAST(minutes_deviation_16 AS FLOAT64), 6) AS minutes_deviation_16,
  ROUND(CAST(games_weighted_40 AS FLOAT64), 6) AS games_weighted_40,
  ROUND(CAST(points_by_minutes_2_40 AS FLOAT64), 6) AS points_by_minutes_2_40,
  ROUND(CAST(points_by_minutes_4_16 AS FLOAT64), 6) AS points_by_minutes_4_16,
  ROUND(CAST(points_by_minutes_4_40 AS FLOAT64), 6) AS points_by_minutes_4_40,
  ROUND(CAST(points_by_minutes_8_40 AS FLOAT64), 6) AS points_by_minutes_8_40,
  ROUND(CAST(points_by_minutes_16_40 AS FLOAT64), 6) AS points_by_minutes_16_40
FROM (
  WITH form AS (
    SELECT
      *,
      COALESCE(LEAD(game_date) OVER career, CAST('9999-12-31' AS DATE)) AS valid_to
    FROM (
      SELECT
        *
      FROM nba_analytics.player_weighted_sums
      WHERE
        season BETWEEN @first_season AND @season AND game_date < @batch_end
    ) AS player_weighted_sums
    WINDOW career AS (PARTITION BY player_id ORDER BY game_date, game_id)
  )
  SELECT
    u.player_id,
    u.game_date AS analysis_date,
    u.season,
    CASE WHEN w.season = u.season THEN 0 WHEN NOT w.season IS NULL THEN 1 END AS first_of_season,
    DATE_DIFF(u.game_date, w.game_date, DAY) AS days_since_last_game,
    w.points_weighted_2,
    w.minutes_weighted_2,
    w.shots_weighted_2,
    w.usage_weighted_2,
    w.starts_weighted_2,
    w.points_weighted_4,
    w.minutes_weighted_4,
    w.shots_weighted_4,
    w.usage_weighted_4,
    w.starts_weighted_4,
    w.points_weighted_8,
    w.minutes_weighted_8,
    w.shots_weighted_8,
    w.usage_weighted_8,
    w.starts_weighted_8,
    w.points_weighted_16,
    w.minutes_weighted_16,
    w.shots_weighted_16,
    w.usage_weighted_16,
    w.starts_weighted_16,
    w.points_weighted_40,
    w.minutes_weighted_40,
    w.shots_weighted_40,
    w.usage_weighted_40,
    w.starts_weighted_40,
    w.points_per_minute_weighted_8,
    w.shots_per_minute_weighted_8,
    w.threes_per_minute_weighted_8,
    w.free_throws_per_minute_weighted_8,
    w.points_per_minute_weighted_16,
    w.shots_per_minute_weighted_16,
    w.threes_per_minute_weighted_16,
    w.free_throws_per_minute_weighted_16,
    w.points_per_minute_weighted_40,
    w.shots_per_minute_weighted_40,
    w.threes_per_minute_weighted_40,
    w.free_throws_per_minute_weighted_40,
    w.points_deviation_16,
    w.minutes_deviation_16,
    w.games_weighted_40,
    w.minutes_weighted_2 * w.points_per_minute_weighted_40 AS points_by_minutes_2_40,
    w.minutes_weighted_4 * w.points_per_minute_weighted_16 AS points_by_minutes_4_16,
    w.minutes_weighted_4 * w.points_per_minute_weighted_40 AS points_by_minutes_4_40,
    w.minutes_weighted_8 * w.points_per_minute_weighted_40 AS points_by_minutes_8_40,
    w.minutes_weighted_16 * w.points_per_minute_weighted_40 AS points_by_minutes_16_40
  FROM (
    SELECT
      *
    FROM nba_analytics.upcoming_player_game_context
    WHERE
      game_date BETWEEN @batch_start AND @batch_end
  ) AS u
  LEFT JOIN form AS w
    ON u.player_id = w.player_id
    AND w.game_date < u.game_date
    AND u.game_date <= w.valid_to
) AS model_rows
WHERE
  analysis_date BETWEEN @batch_start AND @batch_end
