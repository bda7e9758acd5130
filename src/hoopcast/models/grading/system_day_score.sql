-- Sums of a day over the graded forecasts of each system, by population: what its performance is added up from.
-- Sums are of integers, millionths, so that no order of addition shows.
-- grain: system_id, population, season_stage, game_date
-- time: game_date
-- look-back: 0
-- short: day_scores
-- helper: yes
-- expected: day_scores
-- inputs: nba_predictions.prediction_accuracy same, nba_predictions.player_prop_predictions same,
--   nba_predictions.appearance same
WITH populations AS (
    SELECT 'ALL' AS population
    UNION ALL SELECT 'GP10'
    UNION ALL SELECT 'MIN20'
    UNION ALL SELECT 'PTS20'
    UNION ALL SELECT 'PROP'
),
graded AS (
    SELECT
        a.system_id, a.season, g.season_stage, a.game_date, g.in_all, g.in_gp10, g.in_min20, g.in_pts20, g.in_prop,
        a.pit, a.error, a.absolute_error, a.crps, a.log_score,
        CASE a.result WHEN 'WIN' THEN 1 WHEN 'LOSS' THEN 0 END AS hit,
        CASE WHEN a.result IN ('WIN', 'LOSS') THEN a.profit END AS bet_profit,
        CASE WHEN a.actual_points > p.line THEN p.probability_over
            WHEN a.actual_points < p.line THEN 1e0 - p.probability_over END
            AS own_probability,
        CASE WHEN a.actual_points > p.line THEN p.no_vig_probability_over
            WHEN a.actual_points < p.line THEN 1e0 - p.no_vig_probability_over END
            AS market_probability
    FROM nba_predictions.prediction_accuracy AS a
    INNER JOIN nba_predictions.player_prop_predictions AS p
        ON a.market = p.market AND a.game_id = p.game_id AND a.player_id = p.player_id AND a.system_id = p.system_id
    INNER JOIN nba_predictions.appearance AS g ON a.game_id = g.game_id AND a.player_id = g.player_id
),
sums AS (
    SELECT
        g.system_id, p.population, g.season_stage, g.game_date,
        COUNT(*) AS n,
        COUNT(g.own_probability) AS with_line,
        COUNT(g.market_probability) AS priced,
        COUNT(g.hit) AS bets,
        SUM(g.hit) AS hits,
        COUNT(g.bet_profit) AS stakes,
        SUM(CAST(ROUND(1e6 * g.bet_profit) AS BIGINT)) AS profit,
        SUM(CAST(ROUND(1e6 * g.absolute_error) AS BIGINT)) AS ae,
        SUM(CAST(ROUND(1e6 * g.error) AS BIGINT)) AS e,
        SUM(CAST(ROUND(1e6 * g.error * g.error) AS BIGINT)) AS ee,
        SUM(CAST(ROUND(1e6 * g.crps) AS BIGINT)) AS crps,
        SUM(CAST(ROUND(1e6 * g.log_score) AS BIGINT)) AS ls,
        SUM(CASE WHEN g.own_probability IS NOT NULL
            THEN CAST(ROUND(-1e6 * LN(LEAST(GREATEST(g.own_probability, 5e-3), 995e-3))) AS BIGINT) END) AS loss,
        SUM(CASE WHEN g.market_probability IS NOT NULL
            THEN CAST(ROUND(-1e6 * LN(LEAST(GREATEST(g.market_probability, 5e-3), 995e-3))) AS BIGINT) END)
            AS market_loss,
        COUNT(CASE WHEN g.pit < 1e-1 THEN 1 END) AS b10,
        COUNT(CASE WHEN g.pit < 25e-2 THEN 1 END) AS b25,
        COUNT(CASE WHEN g.pit < 5e-1 THEN 1 END) AS b50,
        COUNT(CASE WHEN g.pit < 75e-2 THEN 1 END) AS b75,
        COUNT(CASE WHEN g.pit < 9e-1 THEN 1 END) AS b90
    FROM graded AS g
    INNER JOIN populations AS p ON CASE p.population
        WHEN 'ALL' THEN g.in_all
        WHEN 'GP10' THEN g.in_gp10
        WHEN 'MIN20' THEN g.in_min20
        WHEN 'PTS20' THEN g.in_pts20
        ELSE g.in_prop END
    GROUP BY g.system_id, p.population, g.season_stage, g.game_date
)
SELECT
    d.system_id,                               -- VARCHAR! system and information level, such as ensemble_history
                                               -- [pre-game history]
    p.population,                              -- VARCHAR! who is scored: ALL, GP10, MIN20, PTS20 or PROP
                                               -- [pre-game history]
    d.season_stage,                            -- VARCHAR! regular, playin or playoffs [pre-game history]
    d.season,                                  -- VARCHAR! season, such as 2021-22 [pre-game history]
    d.game_date,                               -- DATE! US Eastern date of the games [pre-game history]
    COALESCE(s.n, 0) AS forecasts,             -- BIGINT! 0..100000 graded forecasts of players who appeared [post-game]
    COALESCE(s.with_line, 0) AS line_forecasts, -- BIGINT! 0..100000 of these with a line that was not hit exactly
                                               -- [post-game]
    COALESCE(s.priced, 0) AS priced_lines,     -- BIGINT! 0..100000 of these lines with a market probability [post-game]
    COALESCE(s.bets, 0) AS bets,               -- BIGINT! 0..100000 recommended bets won or lost [post-game]
    COALESCE(s.hits, 0) AS wins,               -- BIGINT! 0..100000 of these won [post-game]
    COALESCE(s.stakes, 0) AS stakes,           -- BIGINT! 0..100000 of these with a price [post-game]
    COALESCE(s.profit, 0) AS profit,           -- BIGINT! -1000000000000..1000000000000 profit of one unit on each of
                                               -- these, millionths [post-game]
    COALESCE(s.ae, 0) AS absolute_error,       -- BIGINT! -1000000000000..1000000000000 absolute errors of medians,
                                               -- millionths of a point [post-game]
    COALESCE(s.e, 0) AS error,                 -- BIGINT! -1000000000000..1000000000000 points scored less mean
                                               -- forecasts, millionths [post-game]
    COALESCE(s.ee, 0) AS squared_error,        -- BIGINT! -1000000000000..1000000000000 squared errors of means,
                                               -- millionths [post-game]
    COALESCE(s.crps, 0) AS crps,               -- BIGINT! -1000000000000..1000000000000 continuous ranked probability
                                               -- scores, millionths of a point [post-game]
    COALESCE(s.ls, 0) AS log_score,            -- BIGINT! -1000000000000..1000000000000 minus logs of the probability of
                                               -- what happened, millionths of a nat [post-game]
    COALESCE(s.loss, 0) AS line_loss,          -- BIGINT! -1000000000000..1000000000000 log losses of P(over) at the
                                               -- line, no surer than .995, millionths of a nat [post-game]
    COALESCE(s.market_loss, 0) AS market_loss, -- BIGINT! -1000000000000..1000000000000 those of the market, millionths
                                               -- of a nat [post-game]
    COALESCE(s.b10, 0) AS below_10,            -- BIGINT! 0..100000 outcomes below the 10 % quantile, by randomised PIT
                                               -- [post-game]
    COALESCE(s.b25, 0) AS below_25,            -- BIGINT! 0..100000 outcomes below the 25 % quantile, by randomised PIT
                                               -- [post-game]
    COALESCE(s.b50, 0) AS below_50,            -- BIGINT! 0..100000 outcomes below the 50 % quantile, by randomised PIT
                                               -- [post-game]
    COALESCE(s.b75, 0) AS below_75,            -- BIGINT! 0..100000 outcomes below the 75 % quantile, by randomised PIT
                                               -- [post-game]
    COALESCE(s.b90, 0) AS below_90             -- BIGINT! 0..100000 outcomes below the 90 % quantile, by randomised PIT
                                               -- [post-game]
FROM (SELECT DISTINCT system_id, season, season_stage, game_date FROM graded) AS d
CROSS JOIN populations AS p
LEFT JOIN sums AS s
    ON d.system_id = s.system_id AND p.population = s.population
    AND d.season_stage = s.season_stage AND d.game_date = s.game_date
