-- Bookmakers' spread, total and moneylines of a game.
-- grain: game_id, bookmaker, line_kind, captured_at_utc
-- time: game_date
CREATE TABLE nba_raw.game_line (
    game_id VARCHAR,             -- ! NBA.com game id [pre-game history]
    bookmaker VARCHAR,           -- ! bookmaker, or consensus [pre-game market]
    line_kind VARCHAR,           -- ! closing (of an archive, untimed) or live [pre-game market]
    captured_at_utc TIMESTAMP,   -- ! when it was seen, UTC; an untimed closing line has the tip-off [pre-game market]
    season VARCHAR,              -- ! season, such as 2021-22 [pre-game history]
    game_date DATE,              -- ! US Eastern date of the game [pre-game history]
    home_spread DOUBLE,          -- -60..60 points, negative = home favoured [pre-game market]
    total_line DOUBLE,           -- 100..350 points of both teams [pre-game market]
    home_moneyline BIGINT,       -- American odds of a home win [pre-game market]
    away_moneyline BIGINT,       -- American odds of an away win [pre-game market]
    suspect_line BOOLEAN,        -- ! the source marks it as a likely typing error [pre-game market]
    source_id BIGINT             -- ! file it came from, see nba_raw.ingested_file [pre-game history]
)
