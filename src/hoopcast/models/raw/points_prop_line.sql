-- Bookmakers' lines on a player's points. A closing line of an archive carries no hour: it is untimed.
-- grain: market, game_date, player_id, bookmaker, line_kind, captured_at_utc, line
-- time: game_date
CREATE TABLE nba_raw.points_prop_line (
    market VARCHAR,            -- ! what is bet on: points [pre-game market]
    game_date DATE,            -- ! US Eastern date of the game [pre-game history]
    player_id BIGINT,          -- ! 1..99999999 NBA.com player id [pre-game market]
    bookmaker VARCHAR,         -- ! bookmaker, or the name of the consensus [pre-game market]
    line_kind VARCHAR,         -- ! closing (of an archive, untimed) or live [pre-game market]
    captured_at_utc TIMESTAMP, -- ! when it was seen, UTC; an untimed closing line has its date's first moment
                               -- [pre-game market]
    line DOUBLE,               -- ! 0..100 points [pre-game line]
    season VARCHAR,            -- ! season, such as 2021-22 [pre-game history]
    player_name VARCHAR,       -- name as the source writes it [pre-game market]
    over_price BIGINT,         -- American odds of the over, NULL where not offered [pre-game line]
    under_price BIGINT,        -- American odds of the under, NULL where not offered [pre-game line]
    source_id BIGINT           -- ! file it came from, see nba_raw.ingested_file [pre-game history]
)
