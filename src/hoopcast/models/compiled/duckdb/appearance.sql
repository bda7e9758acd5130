-- compiled from e165b813713ebed0 as f0984e3b8457d65c
SELECT
  CAST(game_id AS TEXT) AS game_id,
  CAST(player_id AS BIGINT) AS player_id,
  CAST(season AS TEXT) AS season,
  CAST(season_stage AS TEXT) AS season_stage,
  CAST(game_date AS DATE) AS game_date,
  ROUND(CAST(points AS DOUBLE), 6) AS points,
  CAST(in_all AS BOOLEAN) AS in_all,
  CAST(in_gp10 AS BOOLEAN) AS in_gp10,
  CAST(in_min20 AS BOOLEAN) AS in_min20,
  CAST(in_pts20 AS BOOLEAN) AS in_pts20,
  CAST(in_prop AS BOOLEAN) AS in_prop,
  ROUND(CAST(last_5 AS DOUBLE), 6) AS last_5,
  ROUND(CAST(last_10 AS DOUBLE), 6) AS last_10,
  ROUND(CAST(season_average AS DOUBLE), 6) AS season_average,
  ROUND(CAST(ewma8 AS DOUBLE), 6) AS ewma8,
  CAST(player_role AS TEXT) AS player_role,
  CAST(rest AS TEXT) AS rest,
  CAST(venue AS TEXT) AS venue,
  CAST(season_part AS TEXT) AS season_part
FROM (
  WITH played AS (
    SELECT
      game_id,
      player_id,
      season,
      CAST(SUBSTRING(season, 1, 4) AS INT) AS start_year,
      season_stage,
      game_date,
      CAST(points AS DOUBLE) AS points,
      minutes,
      home_flag,
      CASE WHEN starter_flag THEN 1e0 WHEN NOT starter_flag THEN 0e0 END AS started,
      ROW_NUMBER() OVER career AS career_game
    FROM (
      SELECT
        *
      FROM nba_analytics.player_game_summary
      WHERE
        season BETWEEN $first_season AND $season AND game_date <= $batch_end
    ) AS player_game_summary
    WHERE
      played_flag
    WINDOW career AS (PARTITION BY player_id ORDER BY game_date NULLS FIRST, game_id NULLS FIRST)
  ), past AS (
    SELECT
      *,
      AVG(points) OVER last_5 AS points_5,
      AVG(points) OVER last_10 AS points_10,
      AVG(minutes) OVER last_10 AS minutes_10,
      AVG(started) OVER last_10 AS starter_share,
      SUM(points * POWER(2e0, career_game / 8e0)) OVER earlier / NULLIF(SUM(POWER(2e0, career_game / 8e0)) OVER earlier, 0e0) AS ewma8,
      COUNT(*) OVER so_far AS games,
      AVG(points) OVER so_far AS season_points,
      DATE_DIFF('DAY', MAX(game_date) OVER so_far, game_date) AS days
    FROM played
    WINDOW last_5 AS (
      PARTITION BY player_id
      ORDER BY game_date NULLS FIRST, game_id NULLS FIRST
      ROWS BETWEEN 5 PRECEDING AND 1 PRECEDING
    ), last_10 AS (
      PARTITION BY player_id
      ORDER BY game_date NULLS FIRST, game_id NULLS FIRST
      ROWS BETWEEN 10 PRECEDING AND 1 PRECEDING
    ), earlier AS (
      PARTITION BY player_id
      ORDER BY game_date NULLS FIRST, game_id NULLS FIRST
      ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ), so_far AS (
      PARTITION BY player_id, season
      ORDER BY game_date NULLS FIRST, game_id NULLS FIRST
      ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    )
  ), season_average AS (
    SELECT
      player_id,
      season,
      start_year,
      AVG(points) AS points
    FROM played
    GROUP BY
      player_id,
      season,
      start_year
  )
  SELECT
    p.game_id,
    p.player_id,
    p.season,
    p.season_stage,
    p.game_date,
    p.points,
    p.games > 0 OR NOT b.points IS NULL AS in_all,
    p.games >= 10 AS in_gp10,
    p.games >= 10 AND p.minutes_10 >= 20e0 AS in_min20,
    p.games >= 10 AND p.points_10 >= 20e0 AS in_pts20,
    (
      p.games > 0 OR NOT b.points IS NULL
    ) AND NOT q.game_id IS NULL AS in_prop,
    p.points_5 AS last_5,
    p.points_10 AS last_10,
    COALESCE(p.season_points, b.points) AS season_average,
    p.ewma8,
    CASE
      WHEN p.starter_share >= 5e-1
      THEN 'starter'
      WHEN p.minutes_10 >= 15e0
      THEN 'rotation'
      ELSE 'bench'
    END AS player_role,
    CASE
      WHEN p.days IS NULL
      THEN 'first of season'
      WHEN p.days <= 1
      THEN 'back-to-back'
      WHEN p.days = 2
      THEN '1 day'
      WHEN p.days = 3
      THEN '2 days'
      ELSE '3+ days'
    END AS rest,
    CASE WHEN p.home_flag THEN 'home' ELSE 'away' END AS venue,
    CASE WHEN p.games < 10 THEN 'first 10 games' ELSE 'later' END AS season_part
  FROM past AS p
  LEFT JOIN season_average AS b
    ON b.player_id = p.player_id
    AND b.season < p.season
    AND b.start_year = p.start_year - 1
  LEFT JOIN (
    SELECT
      *
    FROM nba_analytics.player_prop_line
    WHERE
      game_date BETWEEN $batch_start AND $batch_end
  ) AS q
    ON q.game_id = p.game_id AND q.player_id = p.player_id AND q.market = 'points'
) AS model_rows
WHERE
  game_date BETWEEN $batch_start AND $batch_end
