-- What is known on the morning of each expected player's game that tells whether he will play: what
-- nba_precompute.availability is learned from. A team-mate is ready if he did not miss his team's last game and is not
-- on the injured list; he is ahead of those of fewer recent minutes. Sums over team-mates are of whole millionths, so
-- that their order does not show.
-- grain: game_id, player_id
-- time: game_date
-- look-back: 1
-- short: avf
-- helper: yes
-- made-from: nba_precompute.player_daily_cache
-- expected: player_games
-- inputs: nba_analytics.upcoming_player_game_context until, nba_analytics.expected_player same,
--   nba_precompute.player_daily_cache same, nba_analytics.upcoming_team_game_context same,
--   nba_analytics.player_game_summary before
WITH charted AS (SELECT DISTINCT game_id FROM nba_analytics.player_game_summary),
outcomes AS (
    SELECT
        u.game_id, u.player_id, u.game_date,
        CASE WHEN g.game_id IS NULL OR u.expected_level <> 'history' THEN NULL
            WHEN b.played_flag THEN 0e0
            ELSE 1e0 END
            AS absent
    FROM nba_analytics.upcoming_player_game_context AS u
    LEFT JOIN charted AS g ON u.game_id = g.game_id
    LEFT JOIN nba_analytics.player_game_summary AS b ON u.game_id = b.game_id AND u.player_id = b.player_id
),
personal AS (
    SELECT
        game_id, player_id,
        AVG(absent) OVER last_10 AS absent_rate_last_10,
        AVG(absent) OVER last_30 AS absent_rate_last_30
    FROM outcomes
    WINDOW
        last_10 AS (PARTITION BY player_id ORDER BY game_date, game_id ROWS BETWEEN 10 PRECEDING AND 1 PRECEDING),
        last_30 AS (PARTITION BY player_id ORDER BY game_date, game_id ROWS BETWEEN 30 PRECEDING AND 1 PRECEDING)
),
quotes AS (
    SELECT game_date, MAX(is_quoted) AS any_quoted
    FROM nba_analytics.upcoming_player_game_context
    GROUP BY game_date
),
players AS (
    SELECT
        u.*, c.minutes_ewma, c.points_ewma, c.team_win_pct, q.any_quoted,
        DATE_DIFF('day', u.last_game_date, u.game_date) AS days_since_last_game,
        DATE_DIFF('day', e.injury_move_date_history, u.game_date) AS days_since_move_history,
        DATE_DIFF('day', e.injury_move_date_news, u.game_date) AS days_since_move_news,
        CAST(ROUND(1e6 * COALESCE(c.minutes_ewma, 0e0)) AS BIGINT) AS whole_minutes,
        CASE WHEN u.expected_level = 'history' THEN 1 ELSE 0 END AS in_history,
        CASE WHEN u.expected_level = 'market' THEN 0 ELSE 1 END AS in_news,
        CASE WHEN u.games_missed_streak = 0 AND u.injury_risk_history < 3 THEN 1 ELSE 0 END AS ready_history,
        CASE WHEN u.games_missed_streak = 0 AND u.injury_risk_news < 3 THEN 1 ELSE 0 END AS ready_news,
        CASE WHEN u.injury_risk_news = 3 AND u.injury_risk_history < 3 THEN 1 ELSE 0 END AS out_today,
        CASE WHEN u.injury_risk_news < 3 AND u.injury_risk_history = 3 THEN 1 ELSE 0 END AS back_today
    FROM nba_analytics.upcoming_player_game_context AS u
    INNER JOIN nba_analytics.expected_player AS e ON u.game_id = e.game_id AND u.player_id = e.player_id
    INNER JOIN nba_precompute.player_daily_cache AS c ON u.player_id = c.player_id AND u.game_date = c.analysis_date
    INNER JOIN quotes AS q ON u.game_date = q.game_date
),
ahead AS (
    SELECT
        game_id, player_id,
        SUM(in_history * ready_history) OVER his_or_more AS ready_history,
        SUM(in_news * ready_news) OVER his_or_more AS ready_news
    FROM players
    WINDOW his_or_more AS (
        PARTITION BY game_id, team_abbr ORDER BY whole_minutes, player_id
        ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING
    )
),
teams AS (
    SELECT
        game_id, team_abbr,
        SUM(in_history * ready_history) AS ready_history,
        SUM(in_news * ready_news) AS ready_news,
        SUM(in_news * (out_today * whole_minutes)) AS minutes_out,
        SUM(in_news * (back_today * whole_minutes)) AS minutes_back,
        MIN(CASE WHEN is_quoted = 1 THEN minutes_ewma END) AS least_minutes,
        MIN(CASE WHEN is_quoted = 1 THEN points_ewma END) AS least_points
    FROM players
    GROUP BY game_id, team_abbr
)
SELECT
    p.game_id,                         -- VARCHAR! NBA.com game id [pre-game history]
    p.player_id,                       -- BIGINT! NBA.com player id [pre-game history]
    p.season,                          -- VARCHAR! season, such as 2021-22 [pre-game history]
    p.game_date,                       -- DATE! US Eastern date of the game [pre-game history]
    p.team_abbr,                       -- VARCHAR! team that he is expected to play for [pre-game history]
    p.expected_level,                  -- VARCHAR! lowest information level that knows of him for this game
                                       -- [pre-game history]
    p.games_missed_streak,             -- BIGINT 0..130 games of his team in a row that he has missed [pre-game history]
    p.days_since_last_game,            -- BIGINT 1..900 days since his last game, this season or last [pre-game history]
    s.absent_rate_last_10,             -- DOUBLE 0..1 share of the last 10 games he was expected in that he missed
                                       -- [pre-game history]
    s.absent_rate_last_30,             -- DOUBLE 0..1 share of the last 30 games he was expected in that he missed
                                       -- [pre-game history]
    l.minutes AS minutes_last_game,    -- DOUBLE 0..90 minutes of his last game [pre-game history]
    p.minutes_in_last_7_days,          -- DOUBLE! 0..500 minutes he played on the 7 days before [pre-game history]
    p.minutes_ewma,                    -- DOUBLE 0..90 minutes a game, exponential weights [pre-game history]
    p.points_ewma,                     -- DOUBLE 0..120 points a game, exponential weights [pre-game history]
    t.games_played
        AS team_games_played,          -- BIGINT! 0..130 games of his team this season [pre-game history]
    t.days_since_last_game
        AS team_days_since_last_game,  -- BIGINT 1..300 days since his team's last game [pre-game history]
    p.team_win_pct,                    -- DOUBLE 0..1 share of his team's games won this season, leaning on last season
                                       -- [pre-game history]
    p.injury_risk_history,             -- BIGINT! 0..3 3 on the list and not played since, 1 played since or activated
                                       -- within 7 days, 0 none [pre-game history]
    p.days_since_move_history,         -- BIGINT 0..900 days since his last injured-list move [pre-game history]
    p.days_since_last_game - p.days_since_move_history
        AS days_to_move_history,       -- BIGINT -900..900 days from his last game to that move, negative = he has
                                       -- played since [pre-game history]
    m.ready_history - p.in_history * p.ready_history
        AS teammates_ready_history,    -- BIGINT! 0..60 team-mates who are ready [pre-game history]
    a.ready_history - p.in_history * p.ready_history
        AS teammates_ahead_history,    -- BIGINT! 0..60 of these with more recent minutes [pre-game history]
    p.injury_risk_news,                -- BIGINT! 0..3 injury risk with reports and moves to the game date, 2
                                       -- questionable [pre-game news]
    p.days_since_move_news,            -- BIGINT 0..900 days since his last move or report, to the game date
                                       -- [pre-game news]
    p.days_since_last_game - p.days_since_move_news
        AS days_to_move_news,          -- BIGINT -900..900 days from his last game to that move or report
                                       -- [pre-game news]
    m.ready_news - p.in_news * p.ready_news
        AS teammates_ready_news,       -- BIGINT! 0..60 team-mates who are ready by the news [pre-game news]
    a.ready_news - p.in_news * p.ready_news
        AS teammates_ahead_news,       -- BIGINT! 0..60 of these with more recent minutes [pre-game news]
    (m.minutes_out - p.in_news * p.out_today * p.whole_minutes) / 1e6
        AS minutes_out_today,          -- DOUBLE! 0..500 recent minutes of team-mates whom news of the day put out
                                       -- [pre-game news]
    (m.minutes_back - p.in_news * p.back_today * p.whole_minutes) / 1e6
        AS minutes_back_today,         -- DOUBLE! 0..500 recent minutes of team-mates whom news of the day brought back
                                       -- [pre-game news]
    p.ruled_out_flag,                  -- BOOLEAN! an official report before tip-off says OUT [pre-game news]
    CASE WHEN p.any_quoted = 1 THEN p.is_quoted END
        AS quoted,                     -- BIGINT 0..1 1 = a bookmaker quotes his points; NULL on a date without quotes
                                       -- [pre-game market]
    p.minutes_ewma - m.least_minutes
        AS minutes_above_least_quoted, -- DOUBLE -90..90 his recent minutes above the fewest of a quoted player of his
                                       -- team [pre-game market]
    p.points_ewma - m.least_points
        AS points_above_least_quoted,  -- DOUBLE -120..120 his recent points above the fewest of a quoted player of his
                                       -- team [pre-game market]
    t.spread                           -- DOUBLE -60..60 points, negative = his team favoured [pre-game market]
FROM players AS p
INNER JOIN nba_analytics.upcoming_team_game_context AS t ON p.game_id = t.game_id AND p.team_abbr = t.team_abbr
INNER JOIN personal AS s ON p.game_id = s.game_id AND p.player_id = s.player_id
INNER JOIN ahead AS a ON p.game_id = a.game_id AND p.player_id = a.player_id
INNER JOIN teams AS m ON p.game_id = m.game_id AND p.team_abbr = m.team_abbr
LEFT JOIN nba_analytics.player_game_summary AS l
    ON p.player_id = l.player_id AND p.last_game_date = l.game_date AND l.game_date < p.game_date AND l.played_flag
