-- The distribution of points that each system gives each expected player, before recalibration, without a look at
-- prices.
-- grain: market, game_id, player_id, system_id
-- time: game_date
-- short: distributions
-- helper: yes
-- check: trained_until < game_date
CREATE TABLE nba_predictions.forecast_distribution (
    market VARCHAR,                     -- ! what is forecast: points [pre-game history]
    game_id VARCHAR,                    -- ! NBA.com game id [pre-game history]
    player_id BIGINT,                   -- ! NBA.com player id [pre-game history]
    system_id VARCHAR,                  -- ! system and information level, such as linear_news [pre-game history]
    season VARCHAR,                     -- ! season, such as 2021-22 [pre-game history]
    game_date DATE,                     -- ! US Eastern date of the game [pre-game history]
    nb_mean DOUBLE,                     -- ! 0..99 mean of the negative binomial, points [pre-game line]
    nb_variance DOUBLE,                 -- ! 0..10000 its variance, points squared [pre-game line]
    trained_until DATE,                 -- ! last date that the system learned from, before game_date [pre-game history]
    reason_form VARCHAR,                -- how the reasons read, with a place for each of the following in their order;
                                        -- NULL without reasons [pre-game line]
    baseline DOUBLE,                    -- where the forecast starts, points; of a line, the line [pre-game line]
    cause_1 VARCHAR,                    -- what moved it most, a member of an ensemble, or a comparable game
                                        -- [pre-game line]
    amount_1 DOUBLE,                    -- points by which it did, that the member says, or of that game
                                        -- [pre-game line]
    cause_2 VARCHAR,                    -- the next of these [pre-game line]
    amount_2 DOUBLE,                    -- its points [pre-game line]
    cause_3 VARCHAR,                    -- the third of these [pre-game line]
    amount_3 DOUBLE                     -- its points [pre-game line]
)
