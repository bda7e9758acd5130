-- Weighted averages of each expected player as of the morning of a date, by half-lives of 2, 4, 8, 16 and 40 games
-- played, this season and last; NULL before his first game of either. `points_by_minutes_a_b` is minutes of half-life a
-- times rate of half-life b.
-- grain: player_id, analysis_date
-- time: analysis_date
-- look-back: 1
-- short: pwf
-- helper: yes
-- expected: player_dates
-- inputs: nba_analytics.upcoming_player_game_context same, nba_analytics.player_weighted_sums before
WITH form AS (
    SELECT *, COALESCE(LEAD(game_date) OVER career, DATE '9999-12-31') AS valid_to
    FROM nba_analytics.player_weighted_sums
    WINDOW career AS (PARTITION BY player_id ORDER BY game_date, game_id)
)
SELECT
    u.player_id,                          -- BIGINT! NBA.com player id [pre-game history]
    u.game_date AS analysis_date,         -- DATE! morning on which this was known [pre-game history]
    u.season,                             -- VARCHAR! season, such as 2021-22 [pre-game history]
    CASE WHEN w.season = u.season THEN 0 WHEN w.season IS NOT NULL THEN 1 END
        AS first_of_season,               -- BIGINT 0..1 1 = he has not played this season yet [pre-game history]
    DATE_DIFF('day', w.game_date, u.game_date)
        AS days_since_last_game,          -- BIGINT 1..700 days since his last game, over a summer too
                                          -- [pre-game history]
    w.points_weighted_2,                  -- DOUBLE 0..120 points a game, half-life 2 games [pre-game history]
    w.minutes_weighted_2,                 -- DOUBLE 0..90 minutes a game, half-life 2 games [pre-game history]
    w.shots_weighted_2,                   -- DOUBLE 0..120 field-goal attempts and .44 of free throws a game, half-life
                                          -- 2 games [pre-game history]
    w.usage_weighted_2,                   -- DOUBLE 0..10000 share of his team's plays he used while playing, half-life
                                          -- 2 games [pre-game history]
    w.starts_weighted_2,                  -- DOUBLE 0..1 share of games he started, half-life 2 games [pre-game history]
    w.points_weighted_4,                  -- DOUBLE 0..120 points a game, half-life 4 games [pre-game history]
    w.minutes_weighted_4,                 -- DOUBLE 0..90 minutes a game, half-life 4 games [pre-game history]
    w.shots_weighted_4,                   -- DOUBLE 0..120 field-goal attempts and .44 of free throws a game, half-life
                                          -- 4 games [pre-game history]
    w.usage_weighted_4,                   -- DOUBLE 0..10000 share of his team's plays he used while playing, half-life
                                          -- 4 games [pre-game history]
    w.starts_weighted_4,                  -- DOUBLE 0..1 share of games he started, half-life 4 games [pre-game history]
    w.points_weighted_8,                  -- DOUBLE 0..120 points a game, half-life 8 games [pre-game history]
    w.minutes_weighted_8,                 -- DOUBLE 0..90 minutes a game, half-life 8 games [pre-game history]
    w.shots_weighted_8,                   -- DOUBLE 0..120 field-goal attempts and .44 of free throws a game, half-life
                                          -- 8 games [pre-game history]
    w.usage_weighted_8,                   -- DOUBLE 0..10000 share of his team's plays he used while playing, half-life
                                          -- 8 games [pre-game history]
    w.starts_weighted_8,                  -- DOUBLE 0..1 share of games he started, half-life 8 games [pre-game history]
    w.points_weighted_16,                 -- DOUBLE 0..120 points a game, half-life 16 games [pre-game history]
    w.minutes_weighted_16,                -- DOUBLE 0..90 minutes a game, half-life 16 games [pre-game history]
    w.shots_weighted_16,                  -- DOUBLE 0..120 field-goal attempts and .44 of free throws a game, half-life
                                          -- 16 games [pre-game history]
    w.usage_weighted_16,                  -- DOUBLE 0..10000 share of his team's plays he used while playing, half-life
                                          -- 16 games [pre-game history]
    w.starts_weighted_16,                 -- DOUBLE 0..1 share of games he started, half-life 16 games
                                          -- [pre-game history]
    w.points_weighted_40,                 -- DOUBLE 0..120 points a game, half-life 40 games [pre-game history]
    w.minutes_weighted_40,                -- DOUBLE 0..90 minutes a game, half-life 40 games [pre-game history]
    w.shots_weighted_40,                  -- DOUBLE 0..120 field-goal attempts and .44 of free throws a game, half-life
                                          -- 40 games [pre-game history]
    w.usage_weighted_40,                  -- DOUBLE 0..10000 share of his team's plays he used while playing, half-life
                                          -- 40 games [pre-game history]
    w.starts_weighted_40,                 -- DOUBLE 0..1 share of games he started, half-life 40 games
                                          -- [pre-game history]
    w.points_per_minute_weighted_8,       -- DOUBLE 0..10000 points a minute, half-life 8 games [pre-game history]
    w.shots_per_minute_weighted_8,        -- DOUBLE 0..10000 field-goal attempts and .44 of free throws a minute,
                                          -- half-life 8 games [pre-game history]
    w.threes_per_minute_weighted_8,       -- DOUBLE 0..10000 three-point attempts a minute, half-life 8 games
                                          -- [pre-game history]
    w.free_throws_per_minute_weighted_8,  -- DOUBLE 0..10000 free throws attempted a minute, half-life 8 games
                                          -- [pre-game history]
    w.points_per_minute_weighted_16,      -- DOUBLE 0..10000 points a minute, half-life 16 games [pre-game history]
    w.shots_per_minute_weighted_16,       -- DOUBLE 0..10000 field-goal attempts and .44 of free throws a minute,
                                          -- half-life 16 games [pre-game history]
    w.threes_per_minute_weighted_16,      -- DOUBLE 0..10000 three-point attempts a minute, half-life 16 games
                                          -- [pre-game history]
    w.free_throws_per_minute_weighted_16, -- DOUBLE 0..10000 free throws attempted a minute, half-life 16 games
                                          -- [pre-game history]
    w.points_per_minute_weighted_40,      -- DOUBLE 0..10000 points a minute, half-life 40 games [pre-game history]
    w.shots_per_minute_weighted_40,       -- DOUBLE 0..10000 field-goal attempts and .44 of free throws a minute,
                                          -- half-life 40 games [pre-game history]
    w.threes_per_minute_weighted_40,      -- DOUBLE 0..10000 three-point attempts a minute, half-life 40 games
                                          -- [pre-game history]
    w.free_throws_per_minute_weighted_40, -- DOUBLE 0..10000 free throws attempted a minute, half-life 40 games
                                          -- [pre-game history]
    w.points_deviation_16,                -- DOUBLE 0..60 standard deviation of points a game, half-life 16 games
                                          -- [pre-game history]
    w.minutes_deviation_16,               -- DOUBLE 0..45 standard deviation of minutes a game, half-life 16 games
                                          -- [pre-game history]
    w.games_weighted_40,                  -- DOUBLE 0..60 games behind these averages, each counting its weight,
                                          -- half-life 40 games [pre-game history]
    w.minutes_weighted_2 * w.points_per_minute_weighted_40
        AS points_by_minutes_2_40,        -- DOUBLE 0..1000 points a game, minutes of half-life 2 times rate of
                                          -- half-life 40 [pre-game history]
    w.minutes_weighted_4 * w.points_per_minute_weighted_16
        AS points_by_minutes_4_16,        -- DOUBLE 0..1000 points a game, minutes of half-life 4 times rate of
                                          -- half-life 16 [pre-game history]
    w.minutes_weighted_4 * w.points_per_minute_weighted_40
        AS points_by_minutes_4_40,        -- DOUBLE 0..1000 points a game, minutes of half-life 4 times rate of
                                          -- half-life 40 [pre-game history]
    w.minutes_weighted_8 * w.points_per_minute_weighted_40
        AS points_by_minutes_8_40,        -- DOUBLE 0..1000 points a game, minutes of half-life 8 times rate of
                                          -- half-life 40 [pre-game history]
    w.minutes_weighted_16 * w.points_per_minute_weighted_40
        AS points_by_minutes_16_40        -- DOUBLE 0..1000 points a game, minutes of half-life 16 times rate of
                                          -- half-life 40 [pre-game history]
FROM nba_analytics.upcoming_player_game_context AS u
LEFT JOIN form AS w ON u.player_id = w.player_id AND w.game_date < u.game_date AND u.game_date <= w.valid_to
