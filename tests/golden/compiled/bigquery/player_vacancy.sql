-- compiled from 2f7cc84bb9aac40d as b2f2a92f0cf9ba04
SELECT
  CAST(game_id AS STRING) AS game_id,
  CAST(player_id AS INT64) AS player_id,
  CAST(season AS STRING) AS season,
  CAST(game_date AS DATE) AS game_date,
  CAST(team_abbr AS STRING) AS team_abbr,
  ROUND(CAST(teammates_minutes_history AS FLOAT64), 6) AS teammates_minutes_history,
  ROUND(CAST(teammates_points_history AS FLOAT64), 6) AS teammates_points_history,
  ROUND(CAST(teammates_minutes_change_history AS FLOAT64), 6) AS teammates_minutes_change_history,
  ROUND(CAST(teammates_points_change_history AS FLOAT64), 6) AS teammates_points_change_history,
  ROUND(CAST(minutes_share_history AS FLOAT64), 6) AS minutes_share_history,
  ROUND(CAST(minutes_vacated_change_history AS FLOAT64), 6) AS minutes_vacated_change_history,
  ROUND(CAST(points_vacated_change_history AS FLOAT64), 6) AS points_vacated_change_history,
  ROUND(CAST(teammates_minutes_news AS FLOAT64), 6) AS teammates_minutes_news,
  ROUND(CAST(teammates_points_news AS FLOAT64), 6) AS teammates_points_news,
  ROUND(CAST(teammates_minutes_change_news AS FLOAT64), 6) AS teammates_minutes_change_news,
  ROUND(CAST(teammates_points_change_news AS FLOAT64), 6) AS teammates_points_change_news,
  ROUND(CAST(minutes_share_news AS FLOAT64), 6) AS minutes_share_news,
  ROUND(CAST(minutes_vacated_change_news AS FLOAT64), 6) AS minutes_vacated_change_news,
  ROUND(CAST(points_vacated_change_news AS FLOAT64), 6) AS points_vacated_change_news,
  ROUND(CAST(teammates_minutes_market AS FLOAT64), 6) AS teammates_minutes_market,
  ROUND(CAST(teammates_points_market AS FLOAT64), 6) AS teammates_points_market,
  ROUND(CAST(teammates_minutes_change_market AS FLOAT64), 6) AS teammates_minutes_change_market,
  ROUND(CAST(teammates_points_change_market AS FLOAT64), 6) AS teammates_points_change_market,
  ROUND(CAST(minutes_share_market AS FLOAT64), 6) AS minutes_share_market,
  ROUND(CAST(minutes_vacated_change_market AS FLOAT64), 6) AS minutes_vacated_change_market,
  ROUND(CAST(points_vacated_change_market AS FLOAT64), 6) AS points_vacated_change_market
FROM (
  WITH levels AS (
    SELECT
      game_id,
      player_id,
      MAX(CASE level WHEN 'history' THEN play_probability END) AS plays_history,
      MAX(CASE level WHEN 'news' THEN play_probability END) AS plays_news,
      MAX(CASE level WHEN 'market' THEN play_probability END) AS plays_market
    FROM (
      SELECT
        *
      FROM nba_precompute.availability
      WHERE
        game_date BETWEEN @batch_start AND @batch_end
    ) AS availability
    GROUP BY
      game_id,
      player_id
  ), players AS (
    SELECT
      u.game_id,
      u.player_id,
      u.season,
      u.game_date,
      u.team_abbr,
      CASE WHEN u.expected_level = 'history' THEN 1 ELSE 0 END AS in_history,
      CASE WHEN u.expected_level = 'market' THEN 0 ELSE 1 END AS in_news,
      CAST(ROUND(1e6 * COALESCE(c.minutes_ewma, 0e0)) AS INT64) AS minutes,
      CAST(ROUND(1e6 * COALESCE(c.points_ewma, 0e0)) AS INT64) AS points
    FROM (
      SELECT
        *
      FROM nba_analytics.upcoming_player_game_context
      WHERE
        season BETWEEN @first_season AND @season AND game_date <= @batch_end
    ) AS u
    INNER JOIN (
      SELECT
        *
      FROM nba_precompute.player_daily_cache
      WHERE
        season BETWEEN @first_season AND @season AND analysis_date <= @batch_end
    ) AS c
      ON u.player_id = c.player_id AND u.game_date = c.analysis_date
  ), outcomes AS (
    SELECT
      p.game_id,
      p.player_id,
      p.game_date,
      p.team_abbr,
      p.minutes,
      p.points,
      CASE WHEN b.played_flag THEN 1 ELSE 0 END AS played
    FROM players AS p
    LEFT JOIN (
      SELECT
        *
      FROM nba_analytics.player_game_summary
      WHERE
        season BETWEEN @first_season AND @season AND game_date < @batch_end
    ) AS b
      ON p.game_id = b.game_id AND p.player_id = b.player_id
  ), line_ups AS (
    SELECT
      game_id,
      team_abbr,
      SUM(played * minutes) AS minutes_there,
      SUM(played * points) AS points_there,
      SUM((
        1 - played
      ) * minutes) AS minutes_away,
      SUM((
        1 - played
      ) * points) AS points_away
    FROM outcomes
    GROUP BY
      game_id,
      team_abbr
  ), usual AS (
    SELECT
      o.player_id,
      o.game_date,
      AVG(l.minutes_there - o.minutes) OVER last_10 / 1e6 AS minutes_there,
      AVG(l.points_there - o.points) OVER last_10 / 1e6 AS points_there,
      AVG(l.minutes_away) OVER last_10 / 1e6 AS minutes_away,
      AVG(l.points_away) OVER last_10 / 1e6 AS points_away,
      COALESCE(LEAD(o.game_date) OVER career, CAST('9999-12-31' AS DATE)) AS valid_to
    FROM outcomes AS o
    INNER JOIN line_ups AS l
      ON o.game_id = l.game_id AND o.team_abbr = l.team_abbr
    WHERE
      o.played = 1
    WINDOW career AS (PARTITION BY o.player_id ORDER BY o.game_date, o.game_id), last_10 AS (
      PARTITION BY o.player_id
      ORDER BY o.game_date, o.game_id
      ROWS BETWEEN 9 PRECEDING AND CURRENT ROW
    )
  ), likely AS (
    SELECT
      p.*,
      CAST(ROUND(p.minutes * a.plays_history) AS INT64) AS there_history,
      CAST(ROUND(p.points * a.plays_history) AS INT64) AS points_there_history,
      CAST(ROUND(p.minutes * a.plays_news) AS INT64) AS there_news,
      CAST(ROUND(p.points * a.plays_news) AS INT64) AS points_there_news,
      CAST(ROUND(p.minutes * a.plays_market) AS INT64) AS there_market,
      CAST(ROUND(p.points * a.plays_market) AS INT64) AS points_there_market
    FROM players AS p
    INNER JOIN levels AS a
      ON p.game_id = a.game_id AND p.player_id = a.player_id
  ), teams AS (
    SELECT
      game_id,
      team_abbr,
      SUM(in_history * there_history) AS there_history,
      SUM(in_history * points_there_history) AS points_there_history,
      SUM(in_history * (
        minutes - there_history
      )) AS away_history,
      SUM(in_history * (
        points - points_there_history
      )) AS points_away_history,
      SUM(in_news * there_news) AS there_news,
      SUM(in_news * points_there_news) AS points_there_news,
      SUM(in_news * (
        minutes - there_news
      )) AS away_news,
      SUM(in_news * (
        points - points_there_news
      )) AS points_away_news,
      SUM(there_market) AS there_market,
      SUM(points_there_market) AS points_there_market,
      SUM(minutes - there_market) AS away_market,
      SUM(points - points_there_market) AS points_away_market
    FROM likely
    GROUP BY
      game_id,
      team_abbr
  )
  SELECT
    p.game_id,
    p.player_id,
    p.season,
    p.game_date,
    p.team_abbr,
    (
      t.there_history - p.in_history * p.there_history
    ) / 1e6 AS teammates_minutes_history,
    (
      t.points_there_history - p.in_history * p.points_there_history
    ) / 1e6 AS teammates_points_history,
    (
      t.there_history - p.in_history * p.there_history
    ) / 1e6 - w.minutes_there AS teammates_minutes_change_history,
    (
      t.points_there_history - p.in_history * p.points_there_history
    ) / 1e6 - w.points_there AS teammates_points_change_history,
    240e0 * p.minutes / NULLIF(CAST(p.minutes + t.there_history - p.in_history * p.there_history AS FLOAT64), 0e0) AS minutes_share_history,
    (
      t.away_history - p.in_history * (
        p.minutes - p.there_history
      )
    ) / 1e6 - w.minutes_away AS minutes_vacated_change_history,
    (
      t.points_away_history - p.in_history * (
        p.points - p.points_there_history
      )
    ) / 1e6 - w.points_away AS points_vacated_change_history,
    (
      t.there_news - p.in_news * p.there_news
    ) / 1e6 AS teammates_minutes_news,
    (
      t.points_there_news - p.in_news * p.points_there_news
    ) / 1e6 AS teammates_points_news,
    (
      t.there_news - p.in_news * p.there_news
    ) / 1e6 - w.minutes_there AS teammates_minutes_change_news,
    (
      t.points_there_news - p.in_news * p.points_there_news
    ) / 1e6 - w.points_there AS teammates_points_change_news,
    240e0 * p.minutes / NULLIF(CAST(p.minutes + t.there_news - p.in_news * p.there_news AS FLOAT64), 0e0) AS minutes_share_news,
    (
      t.away_news - p.in_news * (
        p.minutes - p.there_news
      )
    ) / 1e6 - w.minutes_away AS minutes_vacated_change_news,
    (
      t.points_away_news - p.in_news * (
        p.points - p.points_there_news
      )
    ) / 1e6 - w.points_away AS points_vacated_change_news,
    (
      t.there_market - p.there_market
    ) / 1e6 AS teammates_minutes_market,
    (
      t.points_there_market - p.points_there_market
    ) / 1e6 AS teammates_points_market,
    (
      t.there_market - p.there_market
    ) / 1e6 - w.minutes_there AS teammates_minutes_change_market,
    (
      t.points_there_market - p.points_there_market
    ) / 1e6 - w.points_there AS teammates_points_change_market,
    240e0 * p.minutes / NULLIF(CAST(p.minutes + t.there_market - p.there_market AS FLOAT64), 0e0) AS minutes_share_market,
    (
      t.away_market - (
        p.minutes - p.there_market
      )
    ) / 1e6 - w.minutes_away AS minutes_vacated_change_market,
    (
      t.points_away_market - (
        p.points - p.points_there_market
      )
    ) / 1e6 - w.points_away AS points_vacated_change_market
  FROM likely AS p
  INNER JOIN teams AS t
    ON p.game_id = t.game_id AND p.team_abbr = t.team_abbr
  LEFT JOIN usual AS w
    ON p.player_id = w.player_id
    AND w.game_date < p.game_date
    AND p.game_date <= w.valid_to
) AS model_rows
WHERE
  game_date BETWEEN @batch_start AND @batch_end
