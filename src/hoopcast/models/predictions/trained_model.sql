-- What each system learned at each refit: the first game date of a month, from games before it alone.
-- grain: system_id, refit_date
-- time: refit_date
-- short: trained
-- helper: yes
-- check: trained_until < refit_date
CREATE TABLE nba_predictions.trained_model (
    system_id VARCHAR,    -- ! system and information level, such as linear_news [pre-game history]
    season VARCHAR,       -- ! season of the refit date [pre-game history]
    refit_date DATE,      -- ! first date that it forecasts, the first game date of a month [pre-game history]
    trained_until DATE,   -- ! last game date that it learned from, before refit_date [pre-game history]
    training_rows BIGINT, -- ! 1..100000000 appearances that it learned from [pre-game line]
    document VARCHAR,     -- ! what was learned: base64 of its JSON, compressed by zlib [pre-game line]
    reference VARCHAR,    -- ! a few rows with their forecasts, as JSON: recomputed at each load [pre-game line]
    libraries VARCHAR,    -- ! libraries that learned it, with versions [pre-game history]
    card VARCHAR          -- ! its model card, as JSON: data, inputs and their importance, scores, limits
                          -- [pre-game line]
)
