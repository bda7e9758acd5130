-- Each appearance with what was known of the player before it: the populations that he is scored in, what simple rules
-- forecast, and the groups that scores are shown by. Games are those that he played in this season and the four before.
-- grain: game_id, player_id
-- time: game_date
-- look-back: 4
-- short: appearances
-- helper: yes
-- expected: appearances
-- inputs: nba_analytics.player_game_summary until, nba_analytics.player_prop_line same
WITH played AS (
    SELECT
        game_id, player_id, season, CAST(SUBSTR(season, 1, 4) AS INTEGER) AS start_year, season_stage, game_date,
        CAST(points AS DOUBLE) AS points, minutes, home_flag,
        CASE WHEN starter_flag THEN 1e0 WHEN NOT starter_flag THEN 0e0 END AS started,
        ROW_NUMBER() OVER career AS career_game
    FROM nba_analytics.player_game_summary
    WHERE played_flag
    WINDOW career AS (PARTITION BY player_id ORDER BY game_date, game_id)
),
past AS (
    SELECT
        *,
        AVG(points) OVER last_5 AS points_5,
        AVG(points) OVER last_10 AS points_10,
        AVG(minutes) OVER last_10 AS minutes_10,
        AVG(started) OVER last_10 AS starter_share,
        SUM(points * POWER(2e0, career_game / 8e0)) OVER earlier
            / NULLIF(SUM(POWER(2e0, career_game / 8e0)) OVER earlier, 0e0) AS ewma8,
        COUNT(*) OVER so_far AS games,
        AVG(points) OVER so_far AS season_points,
        DATE_DIFF('day', MAX(game_date) OVER so_far, game_date) AS days
    FROM played
    WINDOW
        last_5 AS (PARTITION BY player_id ORDER BY game_date, game_id ROWS BETWEEN 5 PRECEDING AND 1 PRECEDING),
        last_10 AS (PARTITION BY player_id ORDER BY game_date, game_id ROWS BETWEEN 10 PRECEDING AND 1 PRECEDING),
        earlier AS (
            PARTITION BY player_id ORDER BY game_date, game_id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ),
        so_far AS (
            PARTITION BY player_id, season ORDER BY game_date, game_id
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        )
),
season_average AS (
    SELECT player_id, season, start_year, AVG(points) AS points FROM played GROUP BY player_id, season, start_year
)
SELECT
    p.game_id,                               -- VARCHAR! NBA.com game id [pre-game history]
    p.player_id,                             -- BIGINT! NBA.com player id [pre-game history]
    p.season,                                -- VARCHAR! season, such as 2021-22 [pre-game history]
    p.season_stage,                          -- VARCHAR! regular, playin or playoffs [pre-game history]
    p.game_date,                             -- DATE! US Eastern date of the game [pre-game history]
    p.points,                                -- DOUBLE! 0..200 points that he scored [post-game]
    p.games > 0 OR b.points IS NOT NULL
        AS in_all,                           -- BOOLEAN! of ALL: at least one earlier game this season or last
                                             -- [pre-game history]
    p.games >= 10 AS in_gp10,                -- BOOLEAN! of GP10: ten or more games this season [pre-game history]
    p.games >= 10 AND p.minutes_10 >= 20e0
        AS in_min20,                         -- BOOLEAN! of MIN20: GP10, and 20 or more minutes a game over his last 10
                                             -- games [pre-game history]
    p.games >= 10 AND p.points_10 >= 20e0
        AS in_pts20,                         -- BOOLEAN! of PTS20: GP10, and 20 or more points a game over his last 10
                                             -- games [pre-game history]
    (p.games > 0 OR b.points IS NOT NULL) AND q.game_id IS NOT NULL
        AS in_prop,                          -- BOOLEAN! of PROP: ALL, and a points line [pre-game market]
    p.points_5 AS last_5,                    -- DOUBLE 0..120 points a game, last 5 games [pre-game history]
    p.points_10 AS last_10,                  -- DOUBLE 0..120 points a game, last 10 games [pre-game history]
    COALESCE(p.season_points, b.points)
        AS season_average,                   -- DOUBLE 0..120 points a game this season, last season's before it starts
                                             -- [pre-game history]
    p.ewma8,                                 -- DOUBLE 0..120 points a game, weights halved every 8 games
                                             -- [pre-game history]
    CASE WHEN p.starter_share >= 5e-1 THEN 'starter' WHEN p.minutes_10 >= 15e0 THEN 'rotation' ELSE 'bench' END
        AS player_role,                      -- VARCHAR! starter (of half of his last 10 games), rotation (15 minutes a
                                             -- game over them) or bench [pre-game history]
    CASE WHEN p.days IS NULL THEN 'first of season' WHEN p.days <= 1 THEN 'back-to-back' WHEN p.days = 2 THEN '1 day'
        WHEN p.days = 3 THEN '2 days' ELSE '3+ days' END
        AS rest,                             -- VARCHAR! days off since his last game: back-to-back, 1 day, 2 days,
                                             -- 3+ days or first of season [pre-game history]
    CASE WHEN p.home_flag THEN 'home' ELSE 'away' END
        AS venue,                            -- VARCHAR! home or away [post-game]
    CASE WHEN p.games < 10 THEN 'first 10 games' ELSE 'later' END
        AS season_part                       -- VARCHAR! first 10 games or later, of those he played this season
                                             -- [pre-game history]
FROM past AS p
LEFT JOIN season_average AS b
    ON b.player_id = p.player_id AND b.season < p.season AND b.start_year = p.start_year - 1
LEFT JOIN nba_analytics.player_prop_line AS q
    ON q.game_id = p.game_id AND q.player_id = p.player_id AND q.market = 'points'
