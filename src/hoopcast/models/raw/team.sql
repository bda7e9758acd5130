-- The league's teams.
-- grain: team_abbr
CREATE TABLE nba_raw.team (
    team_abbr VARCHAR,           -- ! tricode [pre-game history]
    team_id BIGINT,              -- ! NBA.com team id [pre-game history]
    city VARCHAR,                -- ! city [pre-game history]
    nickname VARCHAR             -- ! nickname [pre-game history]
)
