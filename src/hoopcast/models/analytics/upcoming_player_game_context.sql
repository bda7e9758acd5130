-- The population of all features and forecasts: each expected player of each game, with his rest and workload that
-- morning. An official report of OUT before tip-off is a column, news like any other: who may not know it, forecasts
-- the player.
-- grain: game_id, player_id
-- time: game_date
-- look-back: 1
-- short: upgc
-- expected: population
-- inputs: nba_analytics.expected_player same, nba_analytics.upcoming_team_game_context until,
--   nba_analytics.player_game_summary before, nba_analytics.player_prop_line same
WITH appearances AS (
    SELECT
        p.player_id, p.player_name, p.player_lookup, p.team_abbr, p.season, p.game_date, t.games_played,
        CAST(ROUND(6e1 * p.minutes) AS BIGINT) AS seconds,
        COALESCE(LEAD(p.game_date) OVER career, DATE '9999-12-31') AS valid_to,
        LAG(p.game_date) OVER career AS previous_date,
        COUNT(*) OVER season_so_far AS appearances_season
    FROM nba_analytics.player_game_summary AS p
    INNER JOIN nba_analytics.upcoming_team_game_context AS t ON p.game_id = t.game_id AND p.team_abbr = t.team_abbr
    WHERE p.played_flag
    WINDOW
        career AS (PARTITION BY p.player_id ORDER BY p.game_date, p.game_id),
        season_so_far AS (
            PARTITION BY p.player_id, p.season ORDER BY p.game_date, p.game_id
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        )
),
workload AS (
    SELECT
        e.game_id, e.player_id, COUNT(*) AS games_14, SUM(a.seconds) / 6e1 AS minutes_14,
        SUM(CASE WHEN DATE_DIFF('day', a.game_date, e.game_date) <= 7 THEN 1 ELSE 0 END) AS games_7,
        SUM(CASE WHEN DATE_DIFF('day', a.game_date, e.game_date) <= 7 THEN a.seconds ELSE 0 END) / 6e1 AS minutes_7,
        SUM(CASE WHEN DATE_DIFF('day', a.previous_date, a.game_date) = 1 THEN 1 ELSE 0 END) AS back_to_backs_14
    FROM nba_analytics.expected_player AS e
    INNER JOIN appearances AS a ON e.player_id = a.player_id AND e.season = a.season AND a.game_date < e.game_date
        AND DATE_DIFF('day', a.game_date, e.game_date) <= 14
    GROUP BY e.game_id, e.player_id
)
SELECT
    p.game_id,                            -- VARCHAR! NBA.com game id [pre-game history]
    p.player_id,                          -- BIGINT! NBA.com player id [pre-game history]
    p.season,                             -- VARCHAR! season, such as 2021-22 [pre-game history]
    g.season_stage,                       -- VARCHAR! regular, playin or playoffs [pre-game history]
    p.game_date,                          -- DATE! US Eastern date of the game [pre-game history]
    a.player_name,                        -- VARCHAR name as last published [pre-game history]
    a.player_lookup,                      -- VARCHAR normalised name, suffix kept [pre-game history]
    p.team_abbr,                          -- VARCHAR! team that he is expected to play for [pre-game history]
    g.opponent_team_abbr,                 -- VARCHAR! tricode of the other team [pre-game history]
    g.home_game,                          -- BIGINT! 0..1 1 at home, 0 away [pre-game history]
    p.expected_reason,                    -- VARCHAR! recent, last_season, roster, activated or quoted
                                          -- [pre-game history]
    p.expected_level,                     -- VARCHAR! lowest information level that knows of him for this game
                                          -- [pre-game history]
    a.game_date AS last_game_date,        -- DATE date of his last game, this season or last [pre-game history]
    CASE WHEN a.season = g.season
        THEN CASE WHEN DATE_DIFF('day', a.game_date, g.game_date) > 7 THEN 7
            ELSE DATE_DIFF('day', a.game_date, g.game_date) END END
        AS days_rest,                     -- BIGINT 1..7 days since his last game of the season, 1 = yesterday, at most
                                          -- 7; NULL before his first [pre-game history]
    CASE WHEN a.season = g.season THEN a.appearances_season ELSE 0 END
        AS games_played_season,           -- BIGINT! 0..130 games that he played this season [pre-game history]
    CASE WHEN a.team_abbr <> p.team_abbr THEN NULL
        WHEN a.season = g.season THEN g.games_played - a.games_played - 1
        ELSE g.games_played END
        AS games_missed_streak,           -- BIGINT 0..130 games of his team in a row that he has missed, NULL where his
                                          -- last team was another [pre-game history]
    COALESCE(w.games_7, 0)
        AS games_in_last_7_days,          -- BIGINT! 0..7 games he played on the 7 days before [pre-game history]
    COALESCE(w.games_14, 0)
        AS games_in_last_14_days,         -- BIGINT! 0..14 games he played on the 14 days before [pre-game history]
    COALESCE(w.minutes_7, 0e0)
        AS minutes_in_last_7_days,        -- DOUBLE! 0..500 minutes he played on the 7 days before [pre-game history]
    COALESCE(w.minutes_14, 0e0)
        AS minutes_in_last_14_days,       -- DOUBLE! 0..900 minutes he played on the 14 days before [pre-game history]
    COALESCE(w.back_to_backs_14, 0)
        AS back_to_backs_in_last_14_days, -- BIGINT! 0..7 second games of back-to-backs he played on the 14 days before
                                          -- [pre-game history]
    p.injury_status_history,              -- VARCHAR last injured-list move before the game date: placed or activated
                                          -- [pre-game history]
    CASE WHEN p.injury_status_history = 'placed'
            AND COALESCE(a.game_date, DATE '1900-01-01') <= p.injury_move_date_history THEN 3
        WHEN p.injury_status_history = 'placed'
            OR DATE_DIFF('day', p.injury_move_date_history, p.game_date) <= 7 THEN 1
        ELSE 0 END
        AS injury_risk_history,           -- BIGINT! 0..3 3 on the list and not played since, 1 played since or
                                          -- activated within 7 days, 0 none [pre-game history]
    CASE WHEN p.injury_status_news IN ('doubtful', 'out') OR (p.injury_status_news = 'placed'
            AND COALESCE(a.game_date, DATE '1900-01-01') <= p.injury_move_date_news) THEN 3
        WHEN p.injury_status_news = 'questionable' THEN 2
        WHEN p.injury_status_news IN ('placed', 'probable')
            OR DATE_DIFF('day', p.injury_move_date_news, p.game_date) <= 7 THEN 1
        ELSE 0 END
        AS injury_risk_news,              -- BIGINT! 0..3 injury risk with reports and moves to the game date, 2
                                          -- questionable [pre-game news]
    p.injury_status_news,                 -- VARCHAR official report before tip-off, else last list move to the game
                                          -- date; a move's time is not provable [pre-game news]
    p.ruled_out_flag,                     -- BOOLEAN! an official report before tip-off says OUT [pre-game news]
    CASE WHEN q.player_id IS NOT NULL THEN 1 ELSE 0 END
        AS is_quoted                      -- BIGINT! 0..1 1 = a bookmaker quotes his points for this game
                                          -- [pre-game market]
FROM nba_analytics.expected_player AS p
INNER JOIN nba_analytics.upcoming_team_game_context AS g ON p.game_id = g.game_id AND p.team_abbr = g.team_abbr
LEFT JOIN appearances AS a ON p.player_id = a.player_id AND a.game_date < p.game_date AND p.game_date <= a.valid_to
LEFT JOIN workload AS w ON p.game_id = w.game_id AND p.player_id = w.player_id
LEFT JOIN nba_analytics.player_prop_line AS q
    ON p.game_id = q.game_id AND p.player_id = q.player_id AND q.market = 'points'
