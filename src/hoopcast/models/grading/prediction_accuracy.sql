-- The grade of each forecast whose game is final: errors, scores and the result of the recommendation at its real
-- price.
-- grain: market, game_id, player_id, system_id
-- time: game_date
-- short: grades
-- order: game_date, game_id, player_id, system_id
CREATE TABLE nba_predictions.prediction_accuracy (
    market VARCHAR,        -- ! what was forecast: points [pre-game history]
    game_id VARCHAR,       -- ! NBA.com game id [pre-game history]
    player_id BIGINT,      -- ! NBA.com player id [pre-game history]
    system_id VARCHAR,     -- ! system and information level, such as ensemble_history [pre-game history]
    season VARCHAR,        -- ! season, such as 2021-22 [pre-game history]
    game_date DATE,        -- ! US Eastern date of the game [pre-game history]
    actual_points BIGINT,  -- 0..200 points that he scored, NULL if he did not play [post-game]
    actual_minutes DOUBLE, -- 0..90 minutes that he played, NULL if he did not play [post-game]
    error DOUBLE,          -- -200..200 actual points less forecast_mean [post-game]
    absolute_error DOUBLE, -- 0..200 distance of actual points from forecast_median [post-game]
    crps DOUBLE,           -- 0..200 continuous ranked probability score of the final distribution, points [post-game]
    log_score DOUBLE,      -- 0..1000 minus log of the probability given to what happened, nats [post-game]
    pit DOUBLE,            -- 0..1 randomised probability integral transform of the final distribution [post-game]
    within_3 BOOLEAN,      -- absolute_error is at most 3 points [post-game]
    within_5 BOOLEAN,      -- absolute_error is at most 5 points [post-game]
    result VARCHAR,        -- ! WIN, LOSS, PUSH, VOID or NO_BET [post-game]
    price BIGINT,          -- -100000..100000 American odds of the recommended side, NULL without a bet [pre-game line]
    profit DOUBLE,         -- -1..1000 of one unit staked at that price, NULL without a bet, 0 for PUSH and VOID
                           -- [post-game]
    void_reason VARCHAR    -- why the bet is void: did not play [post-game]
)
