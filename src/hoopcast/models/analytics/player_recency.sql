-- Exponentially weighted form of each player after each game, reaching into last season. A later model joins it as of a
-- date. Weights halve with each half-life of games played; a game of last season counts so many tenths of its weight.
-- Half-lives and tenths were fitted by benchmarks/fit_constants.py on 2018-19 to 2020-21.
-- grain: game_id, player_id
-- time: game_date
-- look-back: 1
-- short: recency
-- helper: yes
-- expected: appearances
-- requires: nba_raw.nbac_player_boxscore
-- inputs: nba_analytics.player_game_summary until, nba_raw.recency_weight constant
WITH constants AS (
    SELECT
        8 AS points_half_life, 3 AS points_tenths,
        3 AS minutes_half_life, 2 AS minutes_tenths,
        15 AS rate_half_life, 6 AS rate_tenths
),
weights AS (
    SELECT
        p.games_ago,
        p.weight AS for_points,
        m.weight AS for_minutes,
        r.weight AS for_rate,
        k.points_tenths, k.minutes_tenths, k.rate_tenths
    FROM constants AS k
    INNER JOIN nba_raw.recency_weight AS p ON p.half_life = k.points_half_life
    INNER JOIN nba_raw.recency_weight AS m ON m.half_life = k.minutes_half_life AND m.games_ago = p.games_ago
    INNER JOIN nba_raw.recency_weight AS r ON r.half_life = k.rate_half_life AND r.games_ago = p.games_ago
    WHERE p.games_ago <= 80
),
played AS (
    SELECT
        game_id, player_id, season, game_date, points,
        CAST(ROUND(6e1 * minutes) AS BIGINT) AS seconds,
        ROW_NUMBER() OVER career AS career_game
    FROM nba_analytics.player_game_summary
    WHERE played_flag
    WINDOW career AS (PARTITION BY player_id ORDER BY game_date, game_id)
),
pairs AS (
    SELECT
        c.game_id, c.player_id, c.season, c.game_date, p.points, p.seconds, p.season = c.season AS same_season,
        c.career_game - p.career_game AS games_ago
    FROM played AS c
    INNER JOIN played AS p ON c.player_id = p.player_id AND p.career_game BETWEEN c.career_game - 80 AND c.career_game
    WHERE c.game_date >= $batch_start
),
weighted AS (
    SELECT
        x.game_id, x.player_id, x.season, x.game_date, x.points, x.seconds,
        CASE WHEN x.same_season THEN 10 ELSE w.points_tenths END * w.for_points AS for_points,
        CASE WHEN x.same_season THEN 10 ELSE w.minutes_tenths END * w.for_minutes AS for_minutes,
        CASE WHEN x.same_season THEN 10 ELSE w.rate_tenths END * w.for_rate AS for_rate
    FROM pairs AS x
    INNER JOIN weights AS w ON x.games_ago = w.games_ago
)
SELECT
    game_id,                                      -- VARCHAR! NBA.com game id of the last game counted
                                                  -- [pre-game history]
    player_id,                                    -- BIGINT! NBA.com player id [pre-game history]
    season,                                       -- VARCHAR! season, such as 2021-22 [pre-game history]
    game_date,                                    -- DATE! US Eastern date of the last game counted [pre-game history]
    SUM(for_points * points) / NULLIF(CAST(SUM(for_points) AS DOUBLE), 0e0)
        AS points_ewma,                           -- DOUBLE! 0..120 points a game, exponential weights [post-game]
    SUM(for_minutes * seconds) / NULLIF(6e1 * SUM(for_minutes), 0e0)
        AS minutes_ewma,                          -- DOUBLE! 0..90 minutes a game, exponential weights [post-game]
    SUM(for_rate * points) / 1e7 AS rate_points,  -- DOUBLE! 0..10000 points, slow exponential weights: numerator of his
                                                  -- rate [post-game]
    SUM(for_rate * seconds) / 6e8 AS rate_minutes -- DOUBLE! 0..10000 minutes, the same weights: denominator of his rate
                                                  -- [post-game]
FROM weighted
GROUP BY game_id, player_id, season, game_date
