-- Form of each player after each game of his season. A later model joins it as of a date.
-- grain: game_id, player_id
-- time: game_date
-- look-back: 0
-- short: form
-- helper: yes
-- expected: appearances
-- requires: nba_raw.nbac_player_boxscore
-- inputs: nba_analytics.player_game_summary until
WITH played AS (
    SELECT
        game_id, player_id, season, game_date, team_abbr, points, ftm, fga, fta, minutes,
        CASE WHEN starter_flag THEN 1 WHEN NOT starter_flag THEN 0 END AS started,
        usage_rate * minutes AS usage_minutes,
        ROW_NUMBER() OVER this_season AS season_game
    FROM nba_analytics.player_game_summary
    WHERE played_flag
    WINDOW this_season AS (PARTITION BY player_id, season ORDER BY game_date, game_id)
)
SELECT
    p.game_id,                                          -- VARCHAR! NBA.com game id of the last game counted
                                                        -- [pre-game history]
    p.player_id,                                        -- BIGINT! NBA.com player id [pre-game history]
    p.season,                                           -- VARCHAR! season, such as 2021-22 [pre-game history]
    p.game_date,                                        -- DATE! US Eastern date of the last game counted
                                                        -- [pre-game history]
    p.team_abbr,                                        -- VARCHAR! his team in that game [post-game]
    p.season_game AS games_played,                      -- BIGINT! 1..130 games that he played this season [post-game]
    AVG(p.points) OVER last_5 AS points_avg_last_5,     -- DOUBLE! 0..120 points a game, last 5 games [post-game]
    AVG(p.points) OVER last_10 AS points_avg_last_10,   -- DOUBLE! 0..120 points a game, last 10 games [post-game]
    AVG(p.points) OVER so_far AS points_avg_season,     -- DOUBLE! 0..120 points a game, this season [post-game]
    CASE WHEN p.season_game > 1 THEN SQRT((
        SUM(p.points * p.points) OVER last_10 * COUNT(*) OVER last_10
            - SUM(p.points) OVER last_10 * SUM(p.points) OVER last_10
    ) / NULLIF(CAST(COUNT(*) OVER last_10 * (COUNT(*) OVER last_10 - 1) AS DOUBLE), 0e0)) END
        AS points_std_last_10,                          -- DOUBLE 0..60 sample standard deviation of points, last 10
                                                        -- games [post-game]
    CASE WHEN p.season_game > 1 THEN (
        SUM(p.points * p.season_game) OVER last_10 * COUNT(*) OVER last_10
            - SUM(p.points) OVER last_10 * SUM(p.season_game) OVER last_10
    ) / NULLIF(CAST(
        SUM(p.season_game * p.season_game) OVER last_10 * COUNT(*) OVER last_10
            - SUM(p.season_game) OVER last_10 * SUM(p.season_game) OVER last_10
        AS DOUBLE), 0e0) END
        AS scoring_slope_last_10,                       -- DOUBLE -100..100 points a game by which he rises, least
                                                        -- squares over the last 10 games [post-game]
    AVG(p.minutes) OVER last_5 AS minutes_avg_last_5,   -- DOUBLE! 0..90 minutes a game, last 5 games [post-game]
    AVG(p.minutes) OVER last_10 AS minutes_avg_last_10, -- DOUBLE! 0..90 minutes a game, last 10 games [post-game]
    AVG(p.minutes) OVER so_far AS minutes_avg_season,   -- DOUBLE! 0..90 minutes a game, this season [post-game]
    MAX(p.minutes) OVER last_10 - MIN(p.minutes) OVER last_10
        AS minutes_range_last_10,                       -- DOUBLE! 0..90 most less fewest minutes of the last 10 games
                                                        -- [post-game]
    SUM(p.points) OVER last_10 / NULLIF(SUM(p.minutes) OVER last_10, 0e0)
        AS points_per_minute_last_10,                   -- DOUBLE 0..10000 points a minute, last 10 games [post-game]
    SUM(p.usage_minutes) OVER last_10 / NULLIF(SUM(p.minutes) OVER last_10, 0e0)
        AS usage_rate_last_10,                          -- DOUBLE 0..10000 share of his team's plays that he used while
                                                        -- playing, last 10 games [post-game]
    SUM(p.points) OVER last_10 / NULLIF(2e0 * SUM(p.fga + 44e-2 * p.fta) OVER last_10, 0e0)
        AS ts_pct_last_10,                              -- DOUBLE 0..2 true shooting, last 10 games [post-game]
    SUM(p.ftm) OVER last_10 / NULLIF(CAST(SUM(p.points) OVER last_10 AS DOUBLE), 0e0)
        AS free_throw_share_last_10,                    -- DOUBLE 0..1 share of his points from the line, last 10 games
                                                        -- [post-game]
    AVG(CAST(p.started AS DOUBLE)) OVER last_10
        AS start_rate_last_10                           -- DOUBLE 0..1 share of the last 10 games that he started
                                                        -- [post-game]
FROM played AS p
WINDOW
    last_5 AS (
        PARTITION BY p.player_id, p.season ORDER BY p.game_date, p.game_id
        ROWS BETWEEN 4 PRECEDING AND CURRENT ROW
    ),
    last_10 AS (
        PARTITION BY p.player_id, p.season ORDER BY p.game_date, p.game_id
        ROWS BETWEEN 9 PRECEDING AND CURRENT ROW
    ),
    so_far AS (
        PARTITION BY p.player_id, p.season ORDER BY p.game_date, p.game_id
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    )
