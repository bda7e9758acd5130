-- compiled from 85a4df0cdd7f71c9 as 142aadd69be7d40b
WITH constants AS (
  SELECT
    8 AS points_half_life,
    3 AS points_tenths,
    3 AS minutes_half_life,
    2 AS minutes_tenths,
    15 AS rate_half_life,
    6 AS rate_tenths
), weights AS (
  SELECT
    p.games_ago,
    p.weight AS for_points,
    m.weight AS for_minutes,
    r.weight AS for_rate,
    k.points_tenths,
    k.minutes_tenths,
    k.rate_tenths
  FROM constants AS k
  INNER JOIN nba_raw.recency_weight AS p
    ON p.half_life = k.points_half_life
  INNER JOIN nba_raw.recency_weight AS m
    ON m.half_life = k.minutes_half_life AND m.games_ago = p.games_ago
  INNER JOIN nba_raw.recency_weight AS r
    ON r.half_life = k.rate_half_life AND r.games_ago = p.games_ago
  WHERE
    p.games_ago <= 80
), played AS (
  SELECT
    game_id,
    player_id,
    season,
    game_date,
    points,
    CAST(ROUND(6e1 * minutes) AS BIGINT) AS seconds,
    ROW_NUMBER() OVER career AS career_game
  FROM (
    SELECT
      *
    FROM nba_analytics.player_game_summary
    WHERE
      season BETWEEN :first_season AND :season AND game_date <= :batch_end
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
    p.points,
    p.seconds,
    p.season = c.season AS same_season,
    c.career_game - p.career_game AS games_ago
  FROM played AS c
  INNER JOIN played AS p
    ON c.player_id = p.player_id
    AND p.career_game BETWEEN c.career_game - 80 AND c.career_game
  WHERE
    c.game_date >= :batch_start
), weighted AS (
  SELECT
    x.game_id,
    x.player_id,
    x.season,
    x.game_date,
    x.points,
    x.seconds,
    CASE WHEN x.same_season THEN 10 ELSE w.points_tenths END * w.for_points AS for_points,
    CASE WHEN x.same_season THEN 10 ELSE w.minutes_tenths END * w.for_minutes AS for_minutes,
    CASE WHEN x.same_season THEN 10 ELSE w.rate_tenths END * w.for_rate AS for_rate
  FROM pairs AS x
  INNER JOIN weights AS w
    ON x.games_ago = w.games_ago
)
SELECT
  CAST(game_id AS STRING) AS game_id,
  CAST(player_id AS BIGINT) AS player_id,
  CAST(season AS STRING) AS season,
  CAST(game_date AS DATE) AS game_date,
  ROUND(CAST(points_ewma AS DOUBLE), 6) AS points_ewma,
  ROUND(CAST(minutes_ewma AS DOUBLE), 6) AS minutes_ewma,
  ROUND(CAST(rate_points AS DOUBLE), 6) AS rate_points,
  ROUND(CAST(rate_minutes AS DOUBLE), 6) AS rate_minutes
FROM (
  SELECT
    game_id,
    player_id,
    season,
    game_date,
    SUM(for_points * points) / NULLIF(CAST(SUM(for_points) AS DOUBLE), 0e0) AS points_ewma,
    SUM(for_minutes * seconds) / NULLIF(6e1 * SUM(for_minutes), 0e0) AS minutes_ewma,
    SUM(for_rate * points) / 1e7 AS rate_points,
    SUM(for_rate * seconds) / 6e8 AS rate_minutes
  FROM weighted
  GROUP BY
    game_id,
    player_id,
    season,
    game_date
) AS model_rows
WHERE
  game_date BETWEEN :batch_start AND :batch_end
