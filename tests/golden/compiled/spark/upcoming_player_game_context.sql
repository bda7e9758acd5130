-- compiled from acaa02bfd6115898 as 755ea4d68ddaf211
WITH appearances AS (
  SELECT
    p.player_id,
    p.player_name,
    p.player_lookup,
    p.team_abbr,
    p.season,
    p.game_date,
    t.games_played,
    CAST(ROUND(6e1 * p.minutes) AS BIGINT) AS seconds,
    COALESCE(LEAD(p.game_date) OVER career, CAST('9999-12-31' AS DATE)) AS valid_to,
    LAG(p.game_date) OVER career AS previous_date,
    COUNT(*) OVER season_so_far AS appearances_season
  FROM (
    SELECT
      *
    FROM nba_analytics.player_game_summary
    WHERE
      season BETWEEN :first_season AND :season AND game_date < :batch_end
  ) AS p
  INNER JOIN (
    SELECT
      *
    FROM nba_analytics.upcoming_team_game_context
    WHERE
      season BETWEEN :first_season AND :season AND game_date <= :batch_end
  ) AS t
    ON p.game_id = t.game_id AND p.team_abbr = t.team_abbr
  WHERE
    p.played_flag
  WINDOW career AS (PARTITION BY p.player_id ORDER BY p.game_date, p.game_id), season_so_far AS (
    PARTITION BY p.player_id, p.season
    ORDER BY p.game_date, p.game_id
    ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
  )
), workload AS (
  SELECT
    e.game_id,
    e.player_id,
    COUNT(*) AS games_14,
    SUM(a.seconds) / 6e1 AS minutes_14,
    SUM(CASE WHEN DATEDIFF(DAY, a.game_date, e.game_date) <= 7 THEN 1 ELSE 0 END) AS games_7,
    SUM(CASE WHEN DATEDIFF(DAY, a.game_date, e.game_date) <= 7 THEN a.seconds ELSE 0 END) / 6e1 AS minutes_7,
    SUM(CASE WHEN DATEDIFF(DAY, a.previous_date, a.game_date) = 1 THEN 1 ELSE 0 END) AS back_to_backs_14
  FROM (
    SELECT
      *
    FROM nba_analytics.expected_player
    WHERE
      game_date BETWEEN :batch_start AND :batch_end
  ) AS e
  INNER JOIN appearances AS a
    ON e.player_id = a.player_id
    AND e.season = a.season
    AND a.game_date < e.game_date
    AND DATEDIFF(DAY, a.game_date, e.game_date) <= 14
  GROUP BY
    e.game_id,
    e.player_id
)
SELECT
  CAST(game_id AS STRING) AS game_id,
  CAST(player_id AS BIGINT) AS player_id,
  CAST(season AS STRING) AS season,
  CAST(season_stage AS STRING) AS season_stage,
  CAST(game_date AS DATE) AS game_date,
  CAST(player_name AS STRING) AS player_name,
  CAST(player_lookup AS STRING) AS player_lookup,
  CAST(team_abbr AS STRING) AS team_abbr,
  CAST(opponent_team_abbr AS STRING) AS opponent_team_abbr,
  CAST(home_game AS BIGINT) AS home_game,
  CAST(expected_reason AS STRING) AS expected_reason,
  CAST(expected_level AS STRING) AS expected_level,
  CAST(last_game_date AS DATE) AS last_game_date,
  CAST(days_rest AS BIGINT) AS days_rest,
  CAST(games_played_season AS BIGINT) AS games_played_season,
  CAST(games_missed_streak AS BIGINT) AS games_missed_streak,
  CAST(games_in_last_7_days AS BIGINT) AS games_in_last_7_days,
  CAST(games_in_last_14_days AS BIGINT) AS games_in_last_14_days,
  ROUND(CAST(minutes_in_last_7_days AS DOUBLE), 6) AS minutes_in_last_7_days,
  ROUND(CAST(minutes_in_last_14_days AS DOUBLE), 6) AS minutes_in_last_14_days,
  CAST(back_to_backs_in_last_14_days AS BIGINT) AS back_to_backs_in_last_14_days,
  CAST(injury_status_history AS STRING) AS injury_status_history,
  CAST(injury_risk_history AS BIGINT) AS injury_risk_history,
  CAST(injury_risk_news AS BIGINT) AS injury_risk_news,
  CAST(injury_status_news AS STRING) AS injury_status_news,
  CAST(ruled_out_flag AS BOOLEAN) AS ruled_out_flag,
  CAST(is_quoted AS BIGINT) AS is_quoted
FROM (
  SELECT
    p.game_id,
    p.player_id,
    p.season,
    g.season_stage,
    p.game_date,
    a.player_name,
    a.player_lookup,
    p.team_abbr,
    g.opponent_team_abbr,
    g.home_game,
    p.expected_reason,
    p.expected_level,
    a.game_date AS last_game_date,
    CASE
      WHEN a.season = g.season
      THEN CASE
        WHEN DATEDIFF(DAY, a.game_date, g.game_date) > 7
        THEN 7
        ELSE DATEDIFF(DAY, a.game_date, g.game_date)
      END
    END AS days_rest,
    CASE WHEN a.season = g.season THEN a.appearances_season ELSE 0 END AS games_played_season,
    CASE
      WHEN a.team_abbr <> p.team_abbr
      THEN NULL
      WHEN a.season = g.season
      THEN g.games_played - a.games_played - 1
      ELSE g.games_played
    END AS games_missed_streak,
    COALESCE(w.games_7, 0) AS games_in_last_7_days,
    COALESCE(w.games_14, 0) AS games_in_last_14_days,
    COALESCE(w.minutes_7, 0e0) AS minutes_in_last_7_days,
    COALESCE(w.minutes_14, 0e0) AS minutes_in_last_14_days,
    COALESCE(w.back_to_backs_14, 0) AS back_to_backs_in_last_14_days,
    p.injury_status_history,
    CASE
      WHEN p.injury_status_history = 'placed'
      AND COALESCE(a.game_date, CAST('1900-01-01' AS DATE)) <= p.injury_move_date_history
      THEN 3
      WHEN p.injury_status_history = 'placed'
      OR DATEDIFF(DAY, p.injury_move_date_history, p.game_date) <= 7
      THEN 1
      ELSE 0
    END AS injury_risk_history,
    CASE
      WHEN p.injury_status_news IN ('doubtful', 'out')
      OR (
        p.injury_status_news = 'placed'
        AND COALESCE(a.game_date, CAST('1900-01-01' AS DATE)) <= p.injury_move_date_news
      )
      THEN 3
      WHEN p.injury_status_news = 'questionable'
      THEN 2
      WHEN p.injury_status_news IN ('placed', 'probable')
      OR DATEDIFF(DAY, p.injury_move_date_news, p.game_date) <= 7
      THEN 1
      ELSE 0
    END AS injury_risk_news,
    p.injury_status_news,
    p.ruled_out_flag,
    CASE WHEN NOT q.player_id IS NULL THEN 1 ELSE 0 END AS is_quoted
  FROM (
    SELECT
      *
    FROM nba_analytics.expected_player
    WHERE
      game_date BETWEEN :batch_start AND :batch_end
  ) AS p
  INNER JOIN (
    SELECT
      *
    FROM nba_analytics.upcoming_team_game_context
    WHERE
      season BETWEEN :first_season AND :season AND game_date <= :batch_end
  ) AS g
    ON p.game_id = g.game_id AND p.team_abbr = g.team_abbr
  LEFT JOIN appearances AS a
    ON p.player_id = a.player_id
    AND a.game_date < p.game_date
    AND p.game_date <= a.valid_to
  LEFT JOIN workload AS w
    ON p.game_id = w.game_id AND p.player_id = w.player_id
  LEFT JOIN (
    SELECT
      *
    FROM nba_analytics.player_prop_line
    WHERE
      game_date BETWEEN :batch_start AND :batch_end
  ) AS q
    ON p.game_id = q.game_id AND p.player_id = q.player_id AND q.market = 'points'
) AS model_rows
WHERE
  game_date BETWEEN :batch_start AND :batch_end
