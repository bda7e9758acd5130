-- Recalibration of each system at each refit, learned on its own past forecasts: a monotone map of the distribution
-- function.
-- grain: system_id, refit_date, band
-- time: refit_date
-- short: calibration
-- helper: yes
-- check: learned_until < refit_date
CREATE TABLE nba_predictions.calibration (
    system_id VARCHAR, -- ! system and information level, such as linear_news [pre-game history]
    season VARCHAR,    -- ! season of the refit date [pre-game history]
    refit_date DATE,   -- ! first date that it is used on, the first game date of a month [pre-game history]
    band BIGINT,       -- ! 0..9 number of the band of forecast means [pre-game history]
    low_mean DOUBLE,   -- ! 0..99 lowest mean of the band, points [pre-game history]
    high_mean DOUBLE,  -- ! 0..99 first mean above the band, points [pre-game history]
    knots VARCHAR,     -- ! JSON list of [distribution function before, after] [pre-game line]
    forecasts BIGINT,  -- ! 0..100000000 past forecasts that it was learned on [pre-game line]
    learned_until DATE -- ! last game date of those, before refit_date [pre-game history]
)
