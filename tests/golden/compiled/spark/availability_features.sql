-- compiled from 7f879d619185c795 as 350f837d78c7cebb
WITH charted AS (
  SELECT DISTINCT
    game_id
  FROM (
    SELECT
      *
    FROM nba_analytics.player_game_summary
    WHERE
      season BETWEEN :first_season AND :season AND game_date < :batch_end
  ) AS player_game_summary
), outcomes AS (
  SELECT
    u.game_id,
    u.player_id,
    u.game_date,
    CASE
      WHEN g.game_id IS NULL OR u.expected_level <> 'history'
      THEN NULL
      WHEN b.played_flag
      THEN 0e0
      ELSE 1e0
    END AS absent
  FROM (
    SELECT
      *
    FROM nba_analytics.upcoming_player_game_context
    WHERE
      season BETWEEN :first_season AND :season AND game_date <= :batch_end
  ) AS u
  LEFT JOIN charted AS g
    ON u.game_id = g.game_id
  LEFT JOIN (
    SELECT
      *
    FROM nba_analytics.player_game_summary
    WHERE
      season BETWEEN :first_season AND :season AND game_date < :batch_end
  ) AS b
    ON u.game_id = b.game_id AND u.player_id = b.player_id
), personal AS (
  SELECT
    game_id,
    player_id,
    AVG(absent) OVER last_10 AS absent_rate_last_10,
    AVG(absent) OVER last_30 AS absent_rate_last_30
  FROM outcomes
  WINDOW last_10 AS (
    PARTITION BY player_id
    ORDER BY game_date, game_id
    ROWS BETWEEN 10 PRECEDING AND 1 PRECEDING
  ), last_30 AS (
    PARTITION BY player_id
    ORDER BY game_date, game_id
    ROWS BETWEEN 30 PRECEDING AND 1 PRECEDING
  )
), quotes AS (
  SELECT
    game_date,
    MAX(is_quoted) AS any_quoted
  FROM (
    SELECT
      *
    FROM nba_analytics.upcoming_player_game_context
    WHERE
      season BETWEEN :first_season AND :season AND game_date <= :batch_end
  ) AS upcoming_player_game_context
  GROUP BY
    game_date
), players AS (
  SELECT
    u.*,
    c.minutes_ewma,
    c.points_ewma,
    c.team_win_pct,
    q.any_quoted,
    DATEDIFF(DAY, u.last_game_date, u.game_date) AS days_since_last_game,
    DATEDIFF(DAY, e.injury_move_date_history, u.game_date) AS days_since_move_history,
    DATEDIFF(DAY, e.injury_move_date_news, u.game_date) AS days_since_move_news,
    CAST(ROUND(1e6 * COALESCE(c.minutes_ewma, 0e0)) AS BIGINT) AS whole_minutes,
    CASE WHEN u.expected_level = 'history' THEN 1 ELSE 0 END AS in_history,
    CASE WHEN u.expected_level = 'market' THEN 0 ELSE 1 END AS in_news,
    CASE WHEN u.games_missed_streak = 0 AND u.injury_risk_history < 3 THEN 1 ELSE 0 END AS ready_history,
    CASE WHEN u.games_missed_streak = 0 AND u.injury_risk_news < 3 THEN 1 ELSE 0 END AS ready_news,
    CASE WHEN u.injury_risk_news = 3 AND u.injury_risk_history < 3 THEN 1 ELSE 0 END AS out_today,
    CASE WHEN u.injury_risk_news < 3 AND u.injury_risk_history = 3 THEN 1 ELSE 0 END AS back_today
  FROM (
    SELECT
      *
    FROM nba_analytics.upcoming_player_game_context
    WHERE
      season BETWEEN :first_season AND :season AND game_date <= :batch_end
  ) AS u
  INNER JOIN (
    SELECT
      *
    FROM nba_analytics.expected_player
    WHERE
      game_date BETWEEN :batch_start AND :batch_end
  ) AS e
    ON u.game_id = e.game_id AND u.player_id = e.player_id
  INNER JOIN (
    SELECT
      *
    FROM nba_precompute.player_daily_cache
    WHERE
      analysis_date BETWEEN :batch_start AND :batch_end
  ) AS c
    ON u.player_id = c.player_id AND u.game_date = c.analysis_date
  INNER JOIN quotes AS q
    ON u.game_date = q.game_date
), ahead AS (
  SELECT
    game_id,
    player_id,
    SUM(in_history * ready_history) OVER his_or_more AS ready_history,
    SUM(in_news * ready_news) OVER his_or_more AS ready_news
  FROM players
  WINDOW his_or_more AS (
    PARTITION BY game_id, team_abbr
    ORDER BY whole_minutes, player_id
    ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING
  )
), teams AS (
  SELECT
    game_id,
    team_abbr,
    SUM(in_history * ready_history) AS ready_history,
    SUM(in_news * ready_news) AS ready_news,
    SUM(in_news * (
      out_today * whole_minutes
    )) AS minutes_out,
    SUM(in_news * (
      back_today * whole_minutes
    )) AS minutes_back,
    MIN(CASE WHEN is_quoted = 1 THEN minutes_ewma END) AS least_minutes,
    MIN(CASE WHEN is_quoted = 1 THEN points_ewma END) AS least_points
  FROM players
  GROUP BY
    game_id,
    team_abbr
)
SELECT
  CAST(game_id AS STRING) AS game_id,
  CAST(player_id AS BIGINT) AS player_id,
  CAST(season AS STRING) AS season,
  CAST(game_date AS DATE) AS game_date,
  CAST(team_abbr AS STRING) AS team_abbr,
  CAST(expected_level AS STRING) AS expected_level,
  CAST(games_missed_streak AS BIGINT) AS games_missed_streak,
  CAST(days_since_last_game AS BIGINT) AS days_since_last_game,
  ROUND(CAST(absent_rate_last_10 AS DOUBLE), 6) AS absent_rate_last_10,
  ROUND(CAST(absent_rate_last_30 AS DOUBLE), 6) AS absent_rate_last_30,
  ROUND(CAST(minutes_last_game AS DOUBLE), 6) AS minutes_last_game,
  ROUND(CAST(minutes_in_last_7_days AS DOUBLE), 6) AS minutes_in_last_7_days,
  ROUND(CAST(minutes_ewma AS DOUBLE), 6) AS minutes_ewma,
  ROUND(CAST(points_ewma AS DOUBLE), 6) AS points_ewma,
  CAST(team_games_played AS BIGINT) AS team_games_played,
  CAST(team_days_since_last_game AS BIGINT) AS team_days_since_last_game,
  ROUND(CAST(team_win_pct AS DOUBLE), 6) AS team_win_pct,
  CAST(injury_risk_history AS BIGINT) AS injury_risk_history,
  CAST(days_since_move_history AS BIGINT) AS days_since_move_history,
  CAST(days_to_move_history AS BIGINT) AS days_to_move_history,
  CAST(teammates_ready_history AS BIGINT) AS teammates_ready_history,
  CAST(teammates_ahead_history AS BIGINT) AS teammates_ahead_history,
  CAST(injury_risk_news AS BIGINT) AS injury_risk_news,
  CAST(days_since_move_news AS BIGINT) AS days_since_move_news,
  CAST(days_to_move_news AS BIGINT) AS days_to_move_news,
  CAST(teammates_ready_news AS BIGINT) AS teammates_ready_news,
  CAST(teammates_ahead_news AS BIGINT) AS teammates_ahead_news,
  ROUND(CAST(minutes_out_today AS DOUBLE), 6) AS minutes_out_today,
  ROUND(CAST(minutes_back_today AS DOUBLE), 6) AS minutes_back_today,
  CAST(ruled_out_flag AS BOOLEAN) AS ruled_out_flag,
  CAST(quoted AS BIGINT) AS quoted,
  ROUND(CAST(minutes_above_least_quoted AS DOUBLE), 6) AS minutes_above_least_quoted,
  ROUND(CAST(points_above_least_quoted AS DOUBLE), 6) AS points_above_least_quoted,
  ROUND(CAST(spread AS DOUBLE), 6) AS spread
FROM (
  SELECT
    p.game_id,
    p.player_id,
    p.season,
    p.game_date,
    p.team_abbr,
    p.expected_level,
    p.games_missed_streak,
    p.days_since_last_game,
    s.absent_rate_last_10,
    s.absent_rate_last_30,
    l.minutes AS minutes_last_game,
    p.minutes_in_last_7_days,
    p.minutes_ewma,
    p.points_ewma,
    t.games_played AS team_games_played,
    t.days_since_last_game AS team_days_since_last_game,
    p.team_win_pct,
    p.injury_risk_history,
    p.days_since_move_history,
    p.days_since_last_game - p.days_since_move_history AS days_to_move_history,
    m.ready_history - p.in_history * p.ready_history AS teammates_ready_history,
    a.ready_history - p.in_history * p.ready_history AS teammates_ahead_history,
    p.injury_risk_news,
    p.days_since_move_news,
    p.days_since_last_game - p.days_since_move_news AS days_to_move_news,
    m.ready_news - p.in_news * p.ready_news AS teammates_ready_news,
    a.ready_news - p.in_news * p.ready_news AS teammates_ahead_news,
    (
      m.minutes_out - p.in_news * p.out_today * p.whole_minutes
    ) / 1e6 AS minutes_out_today,
    (
      m.minutes_back - p.in_news * p.back_today * p.whole_minutes
    ) / 1e6 AS minutes_back_today,
    p.ruled_out_flag,
    CASE WHEN p.any_quoted = 1 THEN p.is_quoted END AS quoted,
    p.minutes_ewma - m.least_minutes AS minutes_above_least_quoted,
    p.points_ewma - m.least_points AS points_above_least_quoted,
    t.spread
  FROM players AS p
  INNER JOIN (
    SELECT
      *
    FROM nba_analytics.upcoming_team_game_context
    WHERE
      game_date BETWEEN :batch_start AND :batch_end
  ) AS t
    ON p.game_id = t.game_id AND p.team_abbr = t.team_abbr
  INNER JOIN personal AS s
    ON p.game_id = s.game_id AND p.player_id = s.player_id
  INNER JOIN ahead AS a
    ON p.game_id = a.game_id AND p.player_id = a.player_id
  INNER JOIN teams AS m
    ON p.game_id = m.game_id AND p.team_abbr = m.team_abbr
  LEFT JOIN (
    SELECT
      *
    FROM nba_analytics.player_game_summary
    WHERE
      season BETWEEN :first_season AND :season AND game_date < :batch_end
  ) AS l
    ON p.player_id = l.player_id
    AND p.last_game_date = l.game_date
    AND l.game_date < p.game_date
    AND l.played_flag
) AS model_rows
WHERE
  game_date BETWEEN :batch_start AND :batch_end
