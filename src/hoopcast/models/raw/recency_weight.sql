-- Weights of exponentially weighted averages: 2^(-games_ago / half_life), as whole millionths.
-- grain: half_life, games_ago
CREATE TABLE nba_raw.recency_weight (
    half_life BIGINT,            -- ! 1..200 games after which a game counts half [pre-game history]
    games_ago BIGINT,            -- ! 0..400 0 is the last game played [pre-game history]
    weight BIGINT                -- ! 1..1000000 weight in millionths [pre-game history]
)
