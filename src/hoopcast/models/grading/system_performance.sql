-- How good each system has been by each evening: over the date alone, the month and the season to date. Intervals are
-- of 95 %, whole days taken as one: the variance of a ratio of sums over days, by the delta method.
-- grain: system_id, population, period, season_stage, game_date
-- time: game_date
-- look-back: 0
-- short: performance
-- expected: performances
-- inputs: nba_predictions.system_day_score until
WITH dated AS (
    SELECT s.*, t.period, SUBSTR(CAST(s.game_date AS VARCHAR), 1, t.length) AS part
    FROM nba_predictions.system_day_score AS s
    CROSS JOIN (SELECT 'date' AS period, 10 AS length UNION ALL SELECT 'month', 7 UNION ALL SELECT 'season', 0) AS t
),
running AS (
    SELECT
        d.system_id, d.population, d.period, d.season_stage, d.season, d.game_date,
        SUM(d.forecasts) OVER so_far AS forecasts,
        SUM(d.line_forecasts) OVER so_far AS line_forecasts,
        SUM(d.priced_lines) OVER so_far AS priced_lines,
        SUM(d.bets) OVER so_far AS bets,
        SUM(d.wins) OVER so_far AS wins,
        SUM(d.stakes) OVER so_far AS stakes,
        SUM(d.profit) OVER so_far AS profit,
        SUM(d.absolute_error) OVER so_far AS absolute_error,
        SUM(d.error) OVER so_far AS error,
        SUM(d.squared_error) OVER so_far AS squared_error,
        SUM(d.crps) OVER so_far AS crps,
        SUM(d.log_score) OVER so_far AS log_score,
        SUM(d.line_loss) OVER so_far AS line_loss,
        SUM(d.market_loss) OVER so_far AS market_loss,
        SUM(d.below_10) OVER so_far AS below_10,
        SUM(d.below_25) OVER so_far AS below_25,
        SUM(d.below_50) OVER so_far AS below_50,
        SUM(d.below_75) OVER so_far AS below_75,
        SUM(d.below_90) OVER so_far AS below_90,
        SUM(1e0 * d.absolute_error * d.absolute_error) OVER so_far AS absolute_error_2,
        SUM(1e0 * d.absolute_error * d.forecasts) OVER so_far AS absolute_error_1,
        SUM(1e0 * d.crps * d.crps) OVER so_far AS crps_2,
        SUM(1e0 * d.crps * d.forecasts) OVER so_far AS crps_1,
        SUM(1e0 * d.wins * d.wins) OVER so_far AS wins_2,
        SUM(1e0 * d.wins * d.bets) OVER so_far AS wins_1,
        SUM(1e0 * d.profit * d.profit) OVER so_far AS profit_2,
        SUM(1e0 * d.profit * d.stakes) OVER so_far AS profit_1,
        SUM(1e0 * d.forecasts * d.forecasts) OVER so_far AS forecasts_2,
        SUM(1e0 * d.bets * d.bets) OVER so_far AS bets_2,
        SUM(1e0 * d.stakes * d.stakes) OVER so_far AS stakes_2,
        COUNT(CASE WHEN d.forecasts > 0 THEN 1 END) OVER so_far AS days
    FROM dated AS d
    WINDOW so_far AS (
        PARTITION BY system_id, population, period, season, season_stage, part
        ORDER BY game_date, season ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    )
),
rates AS (
    SELECT
        *,
        absolute_error / NULLIF(1e0 * forecasts, 0e0) AS absolute_error_0,
        crps / NULLIF(1e0 * forecasts, 0e0) AS crps_0,
        wins / NULLIF(1e0 * bets, 0e0) AS wins_0,
        profit / NULLIF(1e0 * stakes, 0e0) AS profit_0
    FROM running
),
widths AS (
    SELECT
        *,
        CASE WHEN days > 1 THEN 196e-2 * SQRT(GREATEST(0e0, COALESCE(
            absolute_error_2 - 2e0 * absolute_error_0 * absolute_error_1
            + absolute_error_0 * absolute_error_0 * forecasts_2, 0e0
        ))) / NULLIF(1e0 * forecasts, 0e0) END AS absolute_error_width,
        CASE WHEN days > 1 THEN 196e-2 * SQRT(GREATEST(0e0, COALESCE(
            crps_2 - 2e0 * crps_0 * crps_1 + crps_0 * crps_0 * forecasts_2, 0e0
        ))) / NULLIF(1e0 * forecasts, 0e0) END AS crps_width,
        CASE WHEN days > 1 THEN 196e-2 * SQRT(GREATEST(0e0, COALESCE(
            wins_2 - 2e0 * wins_0 * wins_1 + wins_0 * wins_0 * bets_2, 0e0
        ))) / NULLIF(1e0 * bets, 0e0) END AS wins_width,
        CASE WHEN days > 1 THEN 196e-2 * SQRT(GREATEST(0e0, COALESCE(
            profit_2 - 2e0 * profit_0 * profit_1 + profit_0 * profit_0 * stakes_2, 0e0
        ))) / NULLIF(1e0 * stakes, 0e0) END AS profit_width
    FROM rates
)
SELECT
    system_id,                                     -- VARCHAR! system and information level, such as ensemble_history
                                                   -- [pre-game history]
    population,                                    -- VARCHAR! who is scored: ALL, GP10, MIN20, PTS20 or PROP
                                                   -- [pre-game history]
    period,                                        -- VARCHAR! what is summed up to and with game_date: date, month or
                                                   -- season [pre-game history]
    season_stage,                                  -- VARCHAR! regular, playin or playoffs [pre-game history]
    season,                                        -- VARCHAR! season, such as 2021-22 [pre-game history]
    game_date,                                     -- DATE! last date that is summed [pre-game history]
    forecasts,                                     -- BIGINT! 0..10000000 graded forecasts of players who appeared
                                                   -- [post-game]
    absolute_error_0 / 1e6 AS mae,                 -- DOUBLE 0..200 mean absolute error of the median, points
                                                   -- [post-game]
    (absolute_error_0 - absolute_error_width) / 1e6
        AS mae_low,                                -- DOUBLE -200..200 lower end of its interval, NULL for one day,
                                                   -- points [post-game]
    (absolute_error_0 + absolute_error_width) / 1e6
        AS mae_high,                               -- DOUBLE 0..400 upper end of its interval, points [post-game]
    SQRT(squared_error / NULLIF(1e6 * forecasts, 0e0))
        AS rmse,                                   -- DOUBLE 0..200 root mean square error of the mean, points
                                                   -- [post-game]
    error / NULLIF(1e6 * forecasts, 0e0) AS bias,  -- DOUBLE -200..200 points scored less the mean forecast [post-game]
    crps_0 / 1e6 AS crps,                          -- DOUBLE 0..200 continuous ranked probability score, points
                                                   -- [post-game]
    (crps_0 - crps_width) / 1e6 AS crps_low,       -- DOUBLE -200..200 lower end of its interval, points [post-game]
    (crps_0 + crps_width) / 1e6 AS crps_high,      -- DOUBLE 0..400 upper end of its interval, points [post-game]
    log_score / NULLIF(1e6 * forecasts, 0e0)
        AS log_score,                              -- DOUBLE 0..1000 minus log of the probability of what happened, nats
                                                   -- [post-game]
    (below_90 - below_10) / NULLIF(1e0 * forecasts, 0e0)
        AS coverage_80,                            -- DOUBLE 0..1 share inside the central 80 % interval, by randomised
                                                   -- PIT [post-game]
    (
        ABS(below_10 / NULLIF(1e0 * forecasts, 0e0) - 1e-1)
            + ABS(below_25 / NULLIF(1e0 * forecasts, 0e0) - 25e-2)
            + ABS(below_50 / NULLIF(1e0 * forecasts, 0e0) - 5e-1)
            + ABS(below_75 / NULLIF(1e0 * forecasts, 0e0) - 75e-2)
            + ABS(below_90 / NULLIF(1e0 * forecasts, 0e0) - 9e-1)
    ) / 5e0 AS calibration_error,                  -- DOUBLE 0..1 mean distance of the shares below p10, p25, median,
                                                   -- p75, p90 from what these say [post-game]
    line_forecasts,                                -- BIGINT! 0..10000000 of these with a line that was not hit exactly
                                                   -- [post-game]
    line_loss / NULLIF(1e6 * line_forecasts, 0e0)
        AS line_log_loss,                          -- DOUBLE 0..1000 log loss of P(over) at the line, nats [post-game]
    market_loss / NULLIF(1e6 * priced_lines, 0e0)
        AS market_log_loss,                        -- DOUBLE 0..1000 the market's without its margin, where it has both
                                                   -- prices, nats [post-game]
    bets,                                          -- BIGINT! 0..10000000 recommended bets won or lost; pushes and voids
                                                   -- are in no rate [post-game]
    wins_0 AS hit_rate,                            -- DOUBLE 0..1 share of them that won [post-game]
    wins_0 - wins_width AS hit_rate_low,           -- DOUBLE -10..1 lower end of its interval [post-game]
    wins_0 + wins_width AS hit_rate_high,          -- DOUBLE 0..10 upper end of its interval [post-game]
    profit_0 / 1e6 AS return_rate,                 -- DOUBLE -1..1000 profit of one unit staked, of bets with a price
                                                   -- [post-game]
    (profit_0 - profit_width) / 1e6 AS return_low, -- DOUBLE -10000..1000 lower end of its interval [post-game]
    (profit_0 + profit_width) / 1e6 AS return_high -- DOUBLE -1..10000 upper end of its interval [post-game]
FROM widths
