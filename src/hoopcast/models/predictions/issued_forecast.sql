-- What was published before tip-off, by which version: rows are added, and never changed or deleted.
-- grain: market, game_id, player_id, system_id, issued_at_utc
-- time: game_date
-- short: issued
-- append-only: yes
-- check: trained_until < game_date
CREATE TABLE nba_predictions.issued_forecast (
    market VARCHAR,                 -- ! what is forecast: points [pre-game history]
    game_id VARCHAR,                -- ! NBA.com game id [pre-game history]
    player_id BIGINT,               -- ! NBA.com player id [pre-game history]
    system_id VARCHAR,              -- ! system and information level, such as ensemble_history [pre-game history]
    season VARCHAR,                 -- ! season, such as 2021-22 [pre-game history]
    game_date DATE,                 -- ! US Eastern date of the game [pre-game history]
    player_name VARCHAR,            -- name as last published [pre-game history]
    player_lookup VARCHAR,          -- normalised name [pre-game history]
    team_abbr VARCHAR,              -- ! his team [pre-game history]
    opponent_abbr VARCHAR,          -- ! its opponent [pre-game history]
    forecast_mean DOUBLE,           -- ! 0..99 mean of the final distribution, points [pre-game line]
    forecast_variance DOUBLE,       -- ! 0..10000 variance of the final distribution, points squared [pre-game line]
    forecast_median DOUBLE,         -- ! 0..99 median of the final distribution, points [pre-game line]
    p05 DOUBLE,                     -- ! 0..99 5 % quantile, points [pre-game line]
    p10 DOUBLE,                     -- ! 0..99 10 % quantile, points [pre-game line]
    p25 DOUBLE,                     -- ! 0..99 25 % quantile, points [pre-game line]
    p75 DOUBLE,                     -- ! 0..99 75 % quantile, points [pre-game line]
    p90 DOUBLE,                     -- ! 0..99 90 % quantile, points [pre-game line]
    p95 DOUBLE,                     -- ! 0..99 95 % quantile, points [pre-game line]
    nb_mean DOUBLE,                 -- ! 0..99 mean of the negative binomial before recalibration, points
                                    -- [pre-game line]
    nb_variance DOUBLE,             -- ! 0..10000 its variance, points squared [pre-game line]
    calibration_id VARCHAR,         -- ! recalibration that makes the final distribution of it [pre-game line]
    recalibration VARCHAR,          -- the recalibration itself, as JSON, so that the distribution stays as it was; null
                                    -- for none [pre-game line]
    play_probability DOUBLE,        -- 0..1 that he plays, at the level of the system; the distribution holds if he does
                                    -- [pre-game line]
    line DOUBLE,                    -- 0..99 points line, NULL without one [pre-game line]
    bookmaker VARCHAR,              -- whose line it is [pre-game line]
    over_price BIGINT,              -- -100000..100000 American odds of the over [pre-game line]
    under_price BIGINT,             -- -100000..100000 American odds of the under [pre-game line]
    probability_over DOUBLE,        -- 0..1 of winning the over, given no push [pre-game line]
    probability_push DOUBLE,        -- 0..1 of hitting the line exactly [pre-game line]
    no_vig_probability_over DOUBLE, -- 0..1 the market's, no-vig; one price: 4.8 % margin assumed [pre-game line]
    edge DOUBLE,                    -- -99..99 forecast_mean less line, points [pre-game line]
    market_weight DOUBLE,           -- -100..100 weight of the market's log odds in win_probability, NULL without a
                                    -- record [pre-game line]
    system_weight DOUBLE,           -- -100..100 weight of the system's own log odds in it, NULL without a record
                                    -- [pre-game line]
    market_intercept DOUBLE,        -- -100..100 log odds of the over in it, whatever market and system say, NULL
                                    -- without a record [pre-game line]
    better_side VARCHAR,            -- OVER or UNDER, the offered side of the higher expected value; NULL without a
                                    -- record [pre-game line]
    win_probability DOUBLE,         -- 0..1 that a bet on the better side wins, given no push, after the market
                                    -- [pre-game line]
    expected_value DOUBLE,          -- -1..1000 of one unit staked on the better side, by win_probability
                                    -- [pre-game line]
    suspect_price BOOLEAN,          -- one-sided, far from a market's, a line far from what he scores, or claimed to pay
                                    -- 6 % and more: not bet on [pre-game line]
    recommendation VARCHAR,         -- ! OVER, UNDER, PASS or NO_LINE [pre-game line]
    pass_reason VARCHAR,            -- why PASS: no record yet, a suspect price, withheld, or below the minimum EV
                                    -- [pre-game line]
    confidence_score DOUBLE,        -- 0..1 win_probability of a recommended bet, NULL for PASS and NO_LINE
                                    -- [pre-game line]
    model_version VARCHAR,          -- ! version of the system [pre-game history]
    trained_until DATE,             -- ! last date that it was trained on, before game_date [pre-game history]
    feature_version VARCHAR,        -- ! version of the feature store [pre-game history]
    created_at_utc TIMESTAMP,       -- ! when it was written, UTC [pre-game history]
    reasons VARCHAR,                -- baseline and largest contributions, or comparable games [pre-game line]
    issued_at_utc TIMESTAMP         -- ! when it was published, UTC, before tip-off [pre-game history]
)
