-- Who is expected to play for whom, as known that morning, and by which sign. Never who then played. Expected: he
-- appeared for this team in its last 10 games or 30 days and not since for another; or, in the first 10 games of a
-- season, his last team of the season before; or listed by a roster; or activated by the team in the last 10 days and
-- not since seen with another; or quoted by a line for this game. Of several claims on a date the first in that order
-- counts. A list move removes nobody; an official report of OUT before tip-off marks him.
-- grain: game_id, player_id
-- time: game_date
-- look-back: 1
-- short: expected
-- helper: yes
-- made-from: nba_analytics.upcoming_team_game_context
-- expected: expected_players
-- inputs: nba_analytics.upcoming_team_game_context until, nba_analytics.player_game_summary before,
--   nba_analytics.player_prop_line same, nba_raw.roster until, nba_raw.injury_status until, nba_raw.nbac_schedule same
WITH appearances AS (
    SELECT
        p.player_id, p.team_abbr, p.season, p.game_date, t.games_played,
        COALESCE(LEAD(p.game_date) OVER career, DATE '9999-12-31') AS valid_to
    FROM nba_analytics.player_game_summary AS p
    INNER JOIN nba_analytics.upcoming_team_game_context AS t ON p.game_id = t.game_id AND p.team_abbr = t.team_abbr
    WHERE p.played_flag
    WINDOW career AS (PARTITION BY p.player_id ORDER BY p.game_date, p.game_id)
),
games AS (
    SELECT u.*, s.tip_off_utc
    FROM nba_analytics.upcoming_team_game_context AS u
    INNER JOIN nba_raw.nbac_schedule AS s ON u.game_id = s.game_id
),
list_moves AS (
    SELECT
        player_id, team_abbr, report_date, status,
        COALESCE(LEAD(report_date) OVER moves, DATE '9999-12-31') AS valid_to
    FROM nba_raw.injury_status
    WHERE report_kind = 'list_move'
    WINDOW moves AS (PARTITION BY player_id ORDER BY report_date, status DESC, captured_at_utc)
),
reports AS (
    SELECT g.game_id, r.player_id, r.status, ROW_NUMBER() OVER latest AS recency
    FROM nba_raw.injury_status AS r
    INNER JOIN games AS g
        ON r.report_date = g.game_date AND r.team_abbr = g.team_abbr AND r.captured_at_utc < g.tip_off_utc
    WHERE r.report_kind = 'official_report'
    WINDOW latest AS (PARTITION BY g.game_id, r.player_id ORDER BY r.captured_at_utc DESC, r.status)
),
candidates AS (
    SELECT g.game_id, g.game_date, g.team_abbr, a.player_id, 1 AS priority, 'recent' AS expected_reason
    FROM games AS g
    INNER JOIN appearances AS a ON g.team_abbr = a.team_abbr AND g.season = a.season
        AND a.game_date < g.game_date AND g.game_date <= a.valid_to
    WHERE g.games_played - a.games_played <= 10 OR DATE_DIFF('day', a.game_date, g.game_date) <= 30
    UNION ALL
    SELECT g.game_id, g.game_date, g.team_abbr, a.player_id, 2, 'last_season'
    FROM games AS g
    INNER JOIN appearances AS a ON g.team_abbr = a.team_abbr AND a.season < g.season
        AND a.game_date < g.game_date AND g.game_date <= a.valid_to
    WHERE g.games_played < 10
    UNION ALL
    SELECT g.game_id, g.game_date, g.team_abbr, r.player_id, 3, 'roster'
    FROM games AS g
    INNER JOIN nba_raw.roster AS r ON g.team_abbr = r.team_abbr AND g.game_date = r.roster_date
    UNION ALL
    SELECT
        g.game_id, g.game_date, g.team_abbr, m.player_id,
        CASE WHEN m.report_date < g.game_date THEN 4 ELSE 5 END,
        'activated'
    FROM games AS g
    INNER JOIN list_moves AS m ON g.team_abbr = m.team_abbr AND m.status = 'activated'
        AND m.report_date <= g.game_date AND g.game_date <= m.valid_to
        AND DATE_DIFF('day', m.report_date, g.game_date) <= 10
    LEFT JOIN appearances AS a
        ON m.player_id = a.player_id AND a.team_abbr <> g.team_abbr AND a.game_date > m.report_date
        AND a.game_date < g.game_date
    WHERE a.team_abbr IS NULL
    UNION ALL
    SELECT g.game_id, g.game_date, g.team_abbr, q.player_id, 6, 'quoted'
    FROM games AS g
    INNER JOIN nba_analytics.player_prop_line AS q ON g.game_id = q.game_id AND g.team_abbr = q.team_abbr
),
population AS (
    SELECT *, ROW_NUMBER() OVER claims AS claim
    FROM candidates
    WINDOW claims AS (PARTITION BY game_date, player_id ORDER BY priority, team_abbr)
)
SELECT
    p.game_id,                                           -- VARCHAR! NBA.com game id [pre-game history]
    p.player_id,                                         -- BIGINT! NBA.com player id [pre-game history]
    g.season,                                            -- VARCHAR! season, such as 2021-22 [pre-game history]
    g.game_date,                                         -- DATE! US Eastern date of the game [pre-game history]
    p.team_abbr,                                         -- VARCHAR! team that he is expected to play for
                                                         -- [pre-game history]
    p.expected_reason,                                   -- VARCHAR! recent, last_season, roster, activated or quoted
                                                         -- [pre-game history]
    CASE p.priority WHEN 6 THEN 'market' WHEN 5 THEN 'news' ELSE 'history' END
        AS expected_level,                               -- VARCHAR! lowest information level that knows of him for this
                                                         -- game [pre-game history]
    h.status AS injury_status_history,                   -- VARCHAR last injured-list move before the game date: placed
                                                         -- or activated [pre-game history]
    h.report_date AS injury_move_date_history,           -- DATE date of that move [pre-game history]
    COALESCE(r.status, n.status) AS injury_status_news,  -- VARCHAR official report before tip-off, else last list move
                                                         -- to the game date; a move's time is not provable
                                                         -- [pre-game news]
    CASE WHEN r.status IS NULL THEN n.report_date ELSE g.game_date END
        AS injury_move_date_news,                        -- DATE date of that report or move [pre-game news]
    COALESCE(r.status, 'none') = 'out' AS ruled_out_flag -- BOOLEAN! an official report before tip-off says OUT
                                                         -- [pre-game news]
FROM population AS p
INNER JOIN games AS g ON p.game_id = g.game_id AND p.team_abbr = g.team_abbr
LEFT JOIN list_moves AS h ON p.player_id = h.player_id AND h.report_date < g.game_date AND g.game_date <= h.valid_to
LEFT JOIN list_moves AS n ON p.player_id = n.player_id AND n.report_date <= g.game_date AND g.game_date < n.valid_to
LEFT JOIN reports AS r ON p.game_id = r.game_id AND p.player_id = r.player_id AND r.recency = 1
WHERE p.claim = 1
