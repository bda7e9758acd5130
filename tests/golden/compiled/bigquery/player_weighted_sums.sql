-- compiled from ee7170f01988c854 as b484eec7af24233e
SELECT
  CAST(game_id AS STRING) AS game_id,
  CAST(player_id AS INT64) AS player_id,
  CAST(season AS STRING) AS season,
  CAST(game_date AS DATE) AS game_date,
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
  ROUND(CAST(games_weighted_40 AS FLOAT64), 6) AS games_weighted_40
FROM (
  WITH weights AS (
    SELECT
      games_ago,
      MAX(CASE WHEN half_life = 2 THEN weight END) AS w_2,
      MAX(CASE WHEN half_life = 4 THEN weight END) AS w_4,
      MAX(CASE WHEN half_life = 8 THEN weight END) AS w_8,
      MAX(CASE WHEN half_life = 16 THEN weight END) AS w_16,
      MAX(CASE WHEN half_life = 40 THEN weight END) AS w_40
    FROM nba_raw.recency_weight
    WHERE
      half_life IN (2, 4, 8, 16, 40) AND games_ago <= 120
    GROUP BY
      games_ago
  ), played AS (
    SELECT
      game_id,
      player_id,
      season,
      game_date,
      points,
      fg3a,
      fta,
      CAST(ROUND(6e1 * minutes) AS INT64) AS seconds,
      100 * fga + 44 * fta AS shots,
      CAST(ROUND(6e6 * usage_rate * minutes) AS INT64) AS plays,
      CASE WHEN usage_rate IS NULL THEN 0 ELSE CAST(ROUND(6e1 * minutes) AS INT64) END AS play_seconds,
      CASE WHEN starter_flag THEN 1 ELSE 0 END AS started,
      CASE WHEN starter_flag IS NULL THEN 0 ELSE 1 END AS start_known,
      ROW_NUMBER() OVER career AS career_game
    FROM (
      SELECT
        *
      FROM nba_analytics.player_game_summary
      WHERE
        season BETWEEN @first_season AND @season AND game_date <= @batch_end
    ) AS player_game_summary
    WHERE
      played_flag
    WINDOW career AS (PARTITION BY player_id ORDER BY game_date, game_id)
  ), pairs AS (
    SELECT
      c.game_id,
      c.player_id,
      c.season,
      c.game_date,
      c.career_game - p.career_game AS games_ago,
      CASE WHEN p.season = c.season THEN 10 ELSE 6 END AS tenths,
      p.points,
      p.seconds,
      p.shots,
      p.plays,
      p.play_seconds,
      p.started,
      p.start_known,
      p.fg3a,
      p.fta
    FROM played AS c
    INNER JOIN played AS p
      ON c.player_id = p.player_id
      AND p.career_game BETWEEN c.career_game - 120 AND c.career_game
    WHERE
      c.game_date >= @batch_start
  ), weighted AS (
    SELECT
      x.*,
      x.tenths * w.w_2 AS w_2,
      x.tenths * w.w_4 AS w_4,
      x.tenths * w.w_8 AS w_8,
      x.tenths * w.w_16 AS w_16,
      x.tenths * w.w_40 AS w_40
    FROM pairs AS x
    INNER JOIN weights AS w
      ON x.games_ago = w.games_ago
  )
  SELECT
    game_id,
    player_id,
    season,
    game_date,
    SUM(w_2 * points) / CAST(SUM(w_2) AS FLOAT64) AS points_weighted_2,
    SUM(w_2 * seconds) / 6e1 / SUM(w_2) AS minutes_weighted_2,
    SUM(w_2 * shots) / 1e2 / SUM(w_2) AS shots_weighted_2,
    SUM(w_2 * plays) / 1e5 / NULLIF(SUM(w_2 * play_seconds), 0) AS usage_weighted_2,
    SUM(w_2 * started) / NULLIF(CAST(SUM(w_2 * start_known) AS FLOAT64), 0e0) AS starts_weighted_2,
    SUM(w_4 * points) / CAST(SUM(w_4) AS FLOAT64) AS points_weighted_4,
    SUM(w_4 * seconds) / 6e1 / SUM(w_4) AS minutes_weighted_4,
    SUM(w_4 * shots) / 1e2 / SUM(w_4) AS shots_weighted_4,
    SUM(w_4 * plays) / 1e5 / NULLIF(SUM(w_4 * play_seconds), 0) AS usage_weighted_4,
    SUM(w_4 * started) / NULLIF(CAST(SUM(w_4 * start_known) AS FLOAT64), 0e0) AS starts_weighted_4,
    SUM(w_8 * points) / CAST(SUM(w_8) AS FLOAT64) AS points_weighted_8,
    SUM(w_8 * seconds) / 6e1 / SUM(w_8) AS minutes_weighted_8,
    SUM(w_8 * shots) / 1e2 / SUM(w_8) AS shots_weighted_8,
    SUM(w_8 * plays) / 1e5 / NULLIF(SUM(w_8 * play_seconds), 0) AS usage_weighted_8,
    SUM(w_8 * started) / NULLIF(CAST(SUM(w_8 * start_known) AS FLOAT64), 0e0) AS starts_weighted_8,
    SUM(w_16 * points) / CAST(SUM(w_16) AS FLOAT64) AS points_weighted_16,
    SUM(w_16 * seconds) / 6e1 / SUM(w_16) AS minutes_weighted_16,
    SUM(w_16 * shots) / 1e2 / SUM(w_16) AS shots_weighted_16,
    SUM(w_16 * plays) / 1e5 / NULLIF(SUM(w_16 * play_seconds), 0) AS usage_weighted_16,
    SUM(w_16 * started) / NULLIF(CAST(SUM(w_16 * start_known) AS FLOAT64), 0e0) AS starts_weighted_16,
    SUM(w_40 * points) / CAST(SUM(w_40) AS FLOAT64) AS points_weighted_40,
    SUM(w_40 * seconds) / 6e1 / SUM(w_40) AS minutes_weighted_40,
    SUM(w_40 * shots) / 1e2 / SUM(w_40) AS shots_weighted_40,
    SUM(w_40 * plays) / 1e5 / NULLIF(SUM(w_40 * play_seconds), 0) AS usage_weighted_40,
    SUM(w_40 * started) / NULLIF(CAST(SUM(w_40 * start_known) AS FLOAT64), 0e0) AS starts_weighted_40,
    6e1 * SUM(w_8 * points) / NULLIF(SUM(w_8 * seconds), 0) AS points_per_minute_weighted_8,
    6e-1 * SUM(w_8 * shots) / NULLIF(SUM(w_8 * seconds), 0) AS shots_per_minute_weighted_8,
    6e1 * SUM(w_8 * fg3a) / NULLIF(SUM(w_8 * seconds), 0) AS threes_per_minute_weighted_8,
    6e1 * SUM(w_8 * fta) / NULLIF(SUM(w_8 * seconds), 0) AS free_throws_per_minute_weighted_8,
    6e1 * SUM(w_16 * points) / NULLIF(SUM(w_16 * seconds), 0) AS points_per_minute_weighted_16,
    6e-1 * SUM(w_16 * shots) / NULLIF(SUM(w_16 * seconds), 0) AS shots_per_minute_weighted_16,
    6e1 * SUM(w_16 * fg3a) / NULLIF(SUM(w_16 * seconds), 0) AS threes_per_minute_weighted_16,
    6e1 * SUM(w_16 * fta) / NULLIF(SUM(w_16 * seconds), 0) AS free_throws_per_minute_weighted_16,
    6e1 * SUM(w_40 * points) / NULLIF(SUM(w_40 * seconds), 0) AS points_per_minute_weighted_40,
    6e-1 * SUM(w_40 * shots) / NULLIF(SUM(w_40 * seconds), 0) AS shots_per_minute_weighted_40,
    6e1 * SUM(w_40 * fg3a) / NULLIF(SUM(w_40 * seconds), 0) AS threes_per_minute_weighted_40,
    6e1 * SUM(w_40 * fta) / NULLIF(SUM(w_40 * seconds), 0) AS free_throws_per_minute_weighted_40,
    SQRT(
      SUM(w_16 * points * points) / CAST(SUM(w_16) AS FLOAT64) - POWER(SUM(w_16 * points) / CAST(SUM(w_16) AS FLOAT64), 2)
    ) AS points_deviation_16,
    SQRT(
      SUM(w_16 * seconds * seconds) / CAST(SUM(w_16) AS FLOAT64) - POWER(SUM(w_16 * seconds) / CAST(SUM(w_16) AS FLOAT64), 2)
    ) / 6e1 AS minutes_deviation_16,
    SUM(w_40) / 1e7 AS games_weighted_40
  FROM weighted
  GROUP BY
    game_id,
    player_id,
    season,
    game_date
) AS model_rows
WHERE
  game_date BETWEEN @batch_start AND @batch_end
