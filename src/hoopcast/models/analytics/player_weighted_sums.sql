-- Weighted averages of each player after each game, by five half-lives of games played, reaching into last season; a
-- game of last season counts six tenths of its weight. A later model joins them as of a date.
-- All sums are of whole numbers: no order of rows changes them. Squares stay below 2^53, so that no variance falls
-- below nought.
-- grain: game_id, player_id
-- time: game_date
-- look-back: 1
-- short: sums
-- helper: yes
-- expected: appearances
-- requires: nba_raw.nbac_player_boxscore
-- inputs: nba_analytics.player_game_summary until, nba_raw.recency_weight constant
WITH weights AS (
    SELECT
        games_ago,
        MAX(CASE WHEN half_life = 2 THEN weight END) AS w_2,
        MAX(CASE WHEN half_life = 4 THEN weight END) AS w_4,
        MAX(CASE WHEN half_life = 8 THEN weight END) AS w_8,
        MAX(CASE WHEN half_life = 16 THEN weight END) AS w_16,
        MAX(CASE WHEN half_life = 40 THEN weight END) AS w_40
    FROM nba_raw.recency_weight
    WHERE half_life IN (2, 4, 8, 16, 40) AND games_ago <= 120
    GROUP BY games_ago
),
played AS (
    SELECT
        game_id, player_id, season, game_date, points, fg3a, fta,
        CAST(ROUND(6e1 * minutes) AS BIGINT) AS seconds,
        100 * fga + 44 * fta AS shots,
        CAST(ROUND(6e6 * usage_rate * minutes) AS BIGINT) AS plays,
        CASE WHEN usage_rate IS NULL THEN 0 ELSE CAST(ROUND(6e1 * minutes) AS BIGINT) END AS play_seconds,
        CASE WHEN starter_flag THEN 1 ELSE 0 END AS started,
        CASE WHEN starter_flag IS NULL THEN 0 ELSE 1 END AS start_known,
        ROW_NUMBER() OVER career AS career_game
    FROM nba_analytics.player_game_summary
    WHERE played_flag
    WINDOW career AS (PARTITION BY player_id ORDER BY game_date, game_id)
),
pairs AS (
    SELECT
        c.game_id, c.player_id, c.season, c.game_date, c.career_game - p.career_game AS games_ago,
        CASE WHEN p.season = c.season THEN 10 ELSE 6 END AS tenths,
        p.points, p.seconds, p.shots, p.plays, p.play_seconds, p.started, p.start_known, p.fg3a, p.fta
    FROM played AS c
    INNER JOIN played AS p ON c.player_id = p.player_id AND p.career_game BETWEEN c.career_game - 120 AND c.career_game
    WHERE c.game_date >= $batch_start
),
weighted AS (
    SELECT
        x.*, x.tenths * w.w_2 AS w_2, x.tenths * w.w_4 AS w_4, x.tenths * w.w_8 AS w_8, x.tenths * w.w_16 AS w_16,
        x.tenths * w.w_40 AS w_40
    FROM pairs AS x
    INNER JOIN weights AS w ON x.games_ago = w.games_ago
)
SELECT
    game_id,                                   -- VARCHAR! NBA.com game id of the last game counted [pre-game history]
    player_id,                                 -- BIGINT! NBA.com player id [pre-game history]
    season,                                    -- VARCHAR! season, such as 2021-22 [pre-game history]
    game_date,                                 -- DATE! US Eastern date of the last game counted [pre-game history]
    SUM(w_2 * points) / CAST(SUM(w_2) AS DOUBLE)
        AS points_weighted_2,                  -- DOUBLE! 0..120 points a game, half-life 2 games [post-game]
    SUM(w_2 * seconds) / 6e1 / SUM(w_2)
        AS minutes_weighted_2,                 -- DOUBLE! 0..90 minutes a game, half-life 2 games [post-game]
    SUM(w_2 * shots) / 1e2 / SUM(w_2)
        AS shots_weighted_2,                   -- DOUBLE! 0..120 field-goal attempts and .44 of free throws a game,
                                               -- half-life 2 games [post-game]
    SUM(w_2 * plays) / 1e5 / NULLIF(SUM(w_2 * play_seconds), 0)
        AS usage_weighted_2,                   -- DOUBLE 0..10000 share of his team's plays he used while playing,
                                               -- half-life 2 games [post-game]
    SUM(w_2 * started) / NULLIF(CAST(SUM(w_2 * start_known) AS DOUBLE), 0e0)
        AS starts_weighted_2,                  -- DOUBLE 0..1 share of games he started, half-life 2 games [post-game]
    SUM(w_4 * points) / CAST(SUM(w_4) AS DOUBLE)
        AS points_weighted_4,                  -- DOUBLE! 0..120 points a game, half-life 4 games [post-game]
    SUM(w_4 * seconds) / 6e1 / SUM(w_4)
        AS minutes_weighted_4,                 -- DOUBLE! 0..90 minutes a game, half-life 4 games [post-game]
    SUM(w_4 * shots) / 1e2 / SUM(w_4)
        AS shots_weighted_4,                   -- DOUBLE! 0..120 field-goal attempts and .44 of free throws a game,
                                               -- half-life 4 games [post-game]
    SUM(w_4 * plays) / 1e5 / NULLIF(SUM(w_4 * play_seconds), 0)
        AS usage_weighted_4,                   -- DOUBLE 0..10000 share of his team's plays he used while playing,
                                               -- half-life 4 games [post-game]
    SUM(w_4 * started) / NULLIF(CAST(SUM(w_4 * start_known) AS DOUBLE), 0e0)
        AS starts_weighted_4,                  -- DOUBLE 0..1 share of games he started, half-life 4 games [post-game]
    SUM(w_8 * points) / CAST(SUM(w_8) AS DOUBLE)
        AS points_weighted_8,                  -- DOUBLE! 0..120 points a game, half-life 8 games [post-game]
    SUM(w_8 * seconds) / 6e1 / SUM(w_8)
        AS minutes_weighted_8,                 -- DOUBLE! 0..90 minutes a game, half-life 8 games [post-game]
    SUM(w_8 * shots) / 1e2 / SUM(w_8)
        AS shots_weighted_8,                   -- DOUBLE! 0..120 field-goal attempts and .44 of free throws a game,
                                               -- half-life 8 games [post-game]
    SUM(w_8 * plays) / 1e5 / NULLIF(SUM(w_8 * play_seconds), 0)
        AS usage_weighted_8,                   -- DOUBLE 0..10000 share of his team's plays he used while playing,
                                               -- half-life 8 games [post-game]
    SUM(w_8 * started) / NULLIF(CAST(SUM(w_8 * start_known) AS DOUBLE), 0e0)
        AS starts_weighted_8,                  -- DOUBLE 0..1 share of games he started, half-life 8 games [post-game]
    SUM(w_16 * points) / CAST(SUM(w_16) AS DOUBLE)
        AS points_weighted_16,                 -- DOUBLE! 0..120 points a game, half-life 16 games [post-game]
    SUM(w_16 * seconds) / 6e1 / SUM(w_16)
        AS minutes_weighted_16,                -- DOUBLE! 0..90 minutes a game, half-life 16 games [post-game]
    SUM(w_16 * shots) / 1e2 / SUM(w_16)
        AS shots_weighted_16,                  -- DOUBLE! 0..120 field-goal attempts and .44 of free throws a game,
                                               -- half-life 16 games [post-game]
    SUM(w_16 * plays) / 1e5 / NULLIF(SUM(w_16 * play_seconds), 0)
        AS usage_weighted_16,                  -- DOUBLE 0..10000 share of his team's plays he used while playing,
                                               -- half-life 16 games [post-game]
    SUM(w_16 * started) / NULLIF(CAST(SUM(w_16 * start_known) AS DOUBLE), 0e0)
        AS starts_weighted_16,                 -- DOUBLE 0..1 share of games he started, half-life 16 games [post-game]
    SUM(w_40 * points) / CAST(SUM(w_40) AS DOUBLE)
        AS points_weighted_40,                 -- DOUBLE! 0..120 points a game, half-life 40 games [post-game]
    SUM(w_40 * seconds) / 6e1 / SUM(w_40)
        AS minutes_weighted_40,                -- DOUBLE! 0..90 minutes a game, half-life 40 games [post-game]
    SUM(w_40 * shots) / 1e2 / SUM(w_40)
        AS shots_weighted_40,                  -- DOUBLE! 0..120 field-goal attempts and .44 of free throws a game,
                                               -- half-life 40 games [post-game]
    SUM(w_40 * plays) / 1e5 / NULLIF(SUM(w_40 * play_seconds), 0)
        AS usage_weighted_40,                  -- DOUBLE 0..10000 share of his team's plays he used while playing,
                                               -- half-life 40 games [post-game]
    SUM(w_40 * started) / NULLIF(CAST(SUM(w_40 * start_known) AS DOUBLE), 0e0)
        AS starts_weighted_40,                 -- DOUBLE 0..1 share of games he started, half-life 40 games [post-game]
    6e1 * SUM(w_8 * points) / NULLIF(SUM(w_8 * seconds), 0)
        AS points_per_minute_weighted_8,       -- DOUBLE 0..10000 points a minute, half-life 8 games [post-game]
    6e-1 * SUM(w_8 * shots) / NULLIF(SUM(w_8 * seconds), 0)
        AS shots_per_minute_weighted_8,        -- DOUBLE 0..10000 field-goal attempts and .44 of free throws a minute,
                                               -- half-life 8 games [post-game]
    6e1 * SUM(w_8 * fg3a) / NULLIF(SUM(w_8 * seconds), 0)
        AS threes_per_minute_weighted_8,       -- DOUBLE 0..10000 three-point attempts a minute, half-life 8 games
                                               -- [post-game]
    6e1 * SUM(w_8 * fta) / NULLIF(SUM(w_8 * seconds), 0)
        AS free_throws_per_minute_weighted_8,  -- DOUBLE 0..10000 free throws attempted a minute, half-life 8 games
                                               -- [post-game]
    6e1 * SUM(w_16 * points) / NULLIF(SUM(w_16 * seconds), 0)
        AS points_per_minute_weighted_16,      -- DOUBLE 0..10000 points a minute, half-life 16 games [post-game]
    6e-1 * SUM(w_16 * shots) / NULLIF(SUM(w_16 * seconds), 0)
        AS shots_per_minute_weighted_16,       -- DOUBLE 0..10000 field-goal attempts and .44 of free throws a minute,
                                               -- half-life 16 games [post-game]
    6e1 * SUM(w_16 * fg3a) / NULLIF(SUM(w_16 * seconds), 0)
        AS threes_per_minute_weighted_16,      -- DOUBLE 0..10000 three-point attempts a minute, half-life 16 games
                                               -- [post-game]
    6e1 * SUM(w_16 * fta) / NULLIF(SUM(w_16 * seconds), 0)
        AS free_throws_per_minute_weighted_16, -- DOUBLE 0..10000 free throws attempted a minute, half-life 16 games
                                               -- [post-game]
    6e1 * SUM(w_40 * points) / NULLIF(SUM(w_40 * seconds), 0)
        AS points_per_minute_weighted_40,      -- DOUBLE 0..10000 points a minute, half-life 40 games [post-game]
    6e-1 * SUM(w_40 * shots) / NULLIF(SUM(w_40 * seconds), 0)
        AS shots_per_minute_weighted_40,       -- DOUBLE 0..10000 field-goal attempts and .44 of free throws a minute,
                                               -- half-life 40 games [post-game]
    6e1 * SUM(w_40 * fg3a) / NULLIF(SUM(w_40 * seconds), 0)
        AS threes_per_minute_weighted_40,      -- DOUBLE 0..10000 three-point attempts a minute, half-life 40 games
                                               -- [post-game]
    6e1 * SUM(w_40 * fta) / NULLIF(SUM(w_40 * seconds), 0)
        AS free_throws_per_minute_weighted_40, -- DOUBLE 0..10000 free throws attempted a minute, half-life 40 games
                                               -- [post-game]
    SQRT(
        SUM(w_16 * points * points) / CAST(SUM(w_16) AS DOUBLE)
            - POWER(SUM(w_16 * points) / CAST(SUM(w_16) AS DOUBLE), 2)
    ) AS points_deviation_16,                  -- DOUBLE! 0..60 standard deviation of points a game, half-life 16 games
                                               -- [post-game]
    SQRT(
        SUM(w_16 * seconds * seconds) / CAST(SUM(w_16) AS DOUBLE)
            - POWER(SUM(w_16 * seconds) / CAST(SUM(w_16) AS DOUBLE), 2)
    ) / 6e1 AS minutes_deviation_16,           -- DOUBLE! 0..45 standard deviation of minutes a game, half-life 16 games
                                               -- [post-game]
    SUM(w_40) / 1e7 AS games_weighted_40       -- DOUBLE! 0..60 games behind these averages, each counting its weight,
                                               -- half-life 40 games [post-game]
FROM weighted
GROUP BY game_id, player_id, season, game_date
