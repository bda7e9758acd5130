-- compiled from 03a128d94b3d7d86 as 79ac924b1e29d18f
WITH appearances AS (
  SELECT
    p.player_id,
    p.team_abbr,
    p.season,
    p.game_date,
    t.games_played,
    COALESCE(LEAD(p.game_date) OVER career, CAST('9999-12-31' AS DATE)) AS valid_to
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
  WINDOW career AS (PARTITION BY p.player_id ORDER BY p.game_date, p.game_id)
), games AS (
  SELECT
    u.*,
    s.tip_off_utc
  FROM (
    SELECT
      *
    FROM nba_analytics.upcoming_team_game_context
    WHERE
      season BETWEEN :first_season AND :season AND game_date <= :batch_end
  ) AS u
  INNER JOIN (
    SELECT
      *
    FROM nba_raw.nbac_schedule
    WHERE
      game_date BETWEEN :batch_start AND :batch_end
  ) AS s
    ON u.game_id = s.game_id
), list_moves AS (
  SELECT
    player_id,
    team_abbr,
    report_date,
    status,
    COALESCE(LEAD(report_date) OVER moves, CAST('9999-12-31' AS DATE)) AS valid_to
  FROM (
    SELECT
      *
    FROM nba_raw.injury_status
    WHERE
      season BETWEEN :first_season AND :season AND report_date <= :batch_end
  ) AS injury_status
  WHERE
    report_kind = 'list_move'
  WINDOW moves AS (PARTITION BY player_id ORDER BY report_date, status DESC, captured_at_utc)
), reports AS (
  SELECT
    g.game_id,
    r.player_id,
    r.status,
    ROW_NUMBER() OVER latest AS recency
  FROM (
    SELECT
      *
    FROM nba_raw.injury_status
    WHERE
      season BETWEEN :first_season AND :season AND report_date <= :batch_end
  ) AS r
  INNER JOIN games AS g
    ON r.report_date = g.game_date
    AND r.team_abbr = g.team_abbr
    AND r.captured_at_utc < g.tip_off_utc
  WHERE
    r.report_kind = 'official_report'
  WINDOW latest AS (PARTITION BY g.game_id, r.player_id ORDER BY r.captured_at_utc DESC, r.status)
), candidates AS (
  SELECT
    g.game_id,
    g.game_date,
    g.team_abbr,
    a.player_id,
    1 AS priority,
    'recent' AS expected_reason
  FROM games AS g
  INNER JOIN appearances AS a
    ON g.team_abbr = a.team_abbr
    AND g.season = a.season
    AND a.game_date < g.game_date
    AND g.game_date <= a.valid_to
  WHERE
    g.games_played - a.games_played <= 10
    OR DATEDIFF(DAY, a.game_date, g.game_date) <= 30
  UNION ALL
  SELECT
    g.game_id,
    g.game_date,
    g.team_abbr,
    a.player_id,
    2,
    'last_season'
  FROM games AS g
  INNER JOIN appearances AS a
    ON g.team_abbr = a.team_abbr
    AND a.season < g.season
    AND a.game_date < g.game_date
    AND g.game_date <= a.valid_to
  WHERE
    g.games_played < 10
  UNION ALL
  SELECT
    g.game_id,
    g.game_date,
    g.team_abbr,
    r.player_id,
    3,
    'roster'
  FROM games AS g
  INNER JOIN (
    SELECT
      *
    FROM nba_raw.roster
    WHERE
      season BETWEEN :first_season AND :season AND roster_date <= :batch_end
  ) AS r
    ON g.team_abbr = r.team_abbr AND g.game_date = r.roster_date
  UNION ALL
  SELECT
    g.game_id,
    g.game_date,
    g.team_abbr,
    m.player_id,
    CASE WHEN m.report_date < g.game_date THEN 4 ELSE 5 END,
    'activated'
  FROM games AS g
  INNER JOIN list_moves AS m
    ON g.team_abbr = m.team_abbr
    AND m.status = 'activated'
    AND m.report_date <= g.game_date
    AND g.game_date <= m.valid_to
    AND DATEDIFF(DAY, m.report_date, g.game_date) <= 10
  LEFT JOIN appearances AS a
    ON m.player_id = a.player_id
    AND a.team_abbr <> g.team_abbr
    AND a.game_date > m.report_date
    AND a.game_date < g.game_date
  WHERE
    a.team_abbr IS NULL
  UNION ALL
  SELECT
    g.game_id,
    g.game_date,
    g.team_abbr,
    q.player_id,
    6,
    'quoted'
  FROM games AS g
  INNER JOIN (
    SELECT
      *
    FROM nba_analytics.player_prop_line
    WHERE
      game_date BETWEEN :batch_start AND :batch_end
  ) AS q
    ON g.game_id = q.game_id AND g.team_abbr = q.team_abbr
), population AS (
  SELECT
    *,
    ROW_NUMBER() OVER claims AS claim
  FROM candidates
  WINDOW claims AS (PARTITION BY game_date, player_id ORDER BY priority, team_abbr)
)
SELECT
  CAST(game_id AS STRING) AS game_id,
  CAST(player_id AS BIGINT) AS player_id,
  CAST(season AS STRING) AS season,
  CAST(game_date AS DATE) AS game_date,
  CAST(team_abbr AS STRING) AS team_abbr,
  CAST(expected_reason AS STRING) AS expected_reason,
  CAST(expected_level AS STRING) AS expected_level,
  CAST(injury_status_history AS STRING) AS injury_status_history,
  CAST(injury_move_date_history AS DATE) AS injury_move_date_history,
  CAST(injury_status_news AS STRING) AS injury_status_news,
  CAST(injury_move_date_news AS DATE) AS injury_move_date_news,
  CAST(ruled_out_flag AS BOOLEAN) AS ruled_out_flag
FROM (
  SELECT
    p.game_id,
    p.player_id,
    g.season,
    g.game_date,
    p.team_abbr,
    p.expected_reason,
    CASE p.priority WHEN 6 THEN 'market' WHEN 5 THEN 'news' ELSE 'history' END AS expected_level,
    h.status AS injury_status_history,
    h.report_date AS injury_move_date_history,
    COALESCE(r.status, n.status) AS injury_status_news,
    CASE WHEN r.status IS NULL THEN n.report_date ELSE g.game_date END AS injury_move_date_news,
    COALESCE(r.status, 'none') = 'out' AS ruled_out_flag
  FROM population AS p
  INNER JOIN games AS g
    ON p.game_id = g.game_id AND p.team_abbr = g.team_abbr
  LEFT JOIN list_moves AS h
    ON p.player_id = h.player_id
    AND h.report_date < g.game_date
    AND g.game_date <= h.valid_to
  LEFT JOIN list_moves AS n
    ON p.player_id = n.player_id
    AND n.report_date <= g.game_date
    AND g.game_date < n.valid_to
  LEFT JOIN reports AS r
    ON p.game_id = r.game_id AND p.player_id = r.player_id AND r.recency = 1
  WHERE
    p.claim = 1
) AS model_rows
WHERE
  game_date BETWEEN :batch_start AND :batch_end
