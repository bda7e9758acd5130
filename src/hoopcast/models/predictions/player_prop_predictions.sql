-- The backtest, forecasts before each game by the code that is installed: one distribution of points per expected
-- player, market and system.
-- grain: market, game_id, player_id, system_id
-- time: game_date
-- short: predictions
-- stored: nba_predictions.prediction
-- check: trained_until < game_date
CREATE VIEW nba_predictions.player_prop_predictions AS
SELECT
    p.market,                       -- VARCHAR! what is forecast: points [pre-game history]
    p.game_id,                      -- VARCHAR! NBA.com game id [pre-game history]
    p.player_id,                    -- BIGINT! NBA.com player id [pre-game history]
    p.system_id,                    -- VARCHAR! system and information level, such as ensemble_history
                                    -- [pre-game history]
    p.season,                       -- VARCHAR! season, such as 2021-22 [pre-game history]
    p.game_date,                    -- DATE! US Eastern date of the game [pre-game history]
    u.player_name,                  -- VARCHAR name as last published [pre-game history]
    u.player_lookup,                -- VARCHAR normalised name [pre-game history]
    u.team_abbr,                    -- VARCHAR! his team [pre-game history]
    u.opponent_team_abbr
        AS opponent_abbr,           -- VARCHAR! its opponent [pre-game history]
    p.forecast_mean,                -- DOUBLE! 0..99 mean of the final distribution, points [pre-game line]
    p.forecast_variance,            -- DOUBLE! 0..10000 variance of the final distribution, points squared
                                    -- [pre-game line]
    p.forecast_median,              -- DOUBLE! 0..99 median of the final distribution, points [pre-game line]
    p.p05,                          -- DOUBLE! 0..99 5 % quantile, points [pre-game line]
    p.p10,                          -- DOUBLE! 0..99 10 % quantile, points [pre-game line]
    p.p25,                          -- DOUBLE! 0..99 25 % quantile, points [pre-game line]
    p.p75,                          -- DOUBLE! 0..99 75 % quantile, points [pre-game line]
    p.p90,                          -- DOUBLE! 0..99 90 % quantile, points [pre-game line]
    p.p95,                          -- DOUBLE! 0..99 95 % quantile, points [pre-game line]
    d.nb_mean,                      -- DOUBLE! 0..99 mean of the negative binomial before recalibration, points
                                    -- [pre-game line]
    d.nb_variance,                  -- DOUBLE! 0..10000 its variance, points squared [pre-game line]
    p.calibration_id,               -- VARCHAR! recalibration that makes the final distribution of it [pre-game line]
    a.play_probability,             -- DOUBLE 0..1 that he plays, at the level of the system; the distribution holds if
                                    -- he does [pre-game line]
    p.line,                         -- DOUBLE 0..99 points line, NULL without one [pre-game line]
    p.bookmaker,                    -- VARCHAR whose line it is [pre-game line]
    p.over_price,                   -- BIGINT -100000..100000 American odds of the over [pre-game line]
    p.under_price,                  -- BIGINT -100000..100000 American odds of the under [pre-game line]
    p.probability_over,             -- DOUBLE 0..1 of winning the over, given no push [pre-game line]
    p.probability_push,             -- DOUBLE 0..1 of hitting the line exactly [pre-game line]
    p.no_vig_probability_over,      -- DOUBLE 0..1 the market's, no-vig; one price: 4.8 % margin assumed [pre-game line]
    ROUND(p.forecast_mean - p.line, 6)
        AS edge,                    -- DOUBLE -99..99 forecast_mean less line, points [pre-game line]
    p.market_weight,                -- DOUBLE -100..100 weight of the market's log odds in win_probability, NULL without
                                    -- a record [pre-game line]
    p.system_weight,                -- DOUBLE -100..100 weight of the system's own log odds in it, NULL without a record
                                    -- [pre-game line]
    p.market_intercept,             -- DOUBLE -100..100 log odds of the over in it, whatever market and system say, NULL
                                    -- without a record [pre-game line]
    p.better_side,                  -- VARCHAR OVER or UNDER, the offered side of the higher expected value; NULL
                                    -- without a record [pre-game line]
    p.win_probability,              -- DOUBLE 0..1 that a bet on the better side wins, given no push, after the market
                                    -- [pre-game line]
    p.expected_value,               -- DOUBLE -1..1000 of one unit staked on the better side, by win_probability
                                    -- [pre-game line]
    p.suspect_price,                -- BOOLEAN! one-sided, far from a market's, a line far from what he scores, or
                                    -- claimed to pay 6 % and more: not bet on [pre-game line]
    p.recommendation,               -- VARCHAR! OVER, UNDER, PASS or NO_LINE [pre-game line]
    p.pass_reason,                  -- VARCHAR why PASS: no record yet, a suspect price, withheld, or below the minimum
                                    -- EV [pre-game line]
    CASE WHEN p.recommendation IN ('OVER', 'UNDER') THEN p.win_probability END
        AS confidence_score,        -- DOUBLE 0..1 win_probability of a recommended bet, NULL for PASS and NO_LINE
                                    -- [pre-game line]
    p.clv,                          -- DOUBLE -1..1 closing no-vig probability of the side first published less that of
                                    -- the price then; NULL unless published and moved since [pre-game line]
    p.model_version,                -- VARCHAR! version of the system [pre-game history]
    d.trained_until,                -- DATE! last date that it was trained on, before game_date [pre-game history]
    p.feature_version,              -- VARCHAR! version of the feature store [pre-game history]
    p.created_at_utc,               -- TIMESTAMP! when it was written, UTC [pre-game history]
    COALESCE(FORMAT(
        d.reason_form, d.baseline, d.cause_1, d.amount_1, d.cause_2, d.amount_2, d.cause_3, d.amount_3
    ), '') AS reasons               -- VARCHAR baseline and largest contributions, or comparable games [pre-game line]
FROM nba_predictions.prediction AS p
LEFT JOIN nba_predictions.forecast_distribution AS d
    ON p.market = d.market AND p.game_id = d.game_id AND p.player_id = d.player_id AND p.system_id = d.system_id
    AND p.game_date = d.game_date
LEFT JOIN nba_analytics.upcoming_player_game_context AS u
    ON p.game_id = u.game_id AND p.player_id = u.player_id AND p.game_date = u.game_date
LEFT JOIN nba_precompute.availability AS a
    ON p.game_id = a.game_id AND p.player_id = a.player_id AND p.game_date = a.game_date
    -- Who has a line is the highest level of play_probability: the line says nothing more about playing.
    AND a.level = CASE SPLIT_PART(p.system_id, '_', -1)
        WHEN 'line' THEN 'market' ELSE SPLIT_PART(p.system_id, '_', -1) END
