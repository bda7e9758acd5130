-- Moves on and off the injured list, and official injury reports.
-- grain: player_id, report_date, report_kind, captured_at_utc, status
-- time: report_date
CREATE TABLE nba_raw.injury_status (
    player_id BIGINT,          -- ! 1..99999999 NBA.com player id [pre-game news]
    report_date DATE,          -- ! date of the move, or game date of the report [pre-game news]
    report_kind VARCHAR,       -- ! list_move (carries no hour) or official_report [pre-game news]
    captured_at_utc TIMESTAMP, -- ! when it was published, UTC; a list move has its date's first moment [pre-game news]
    status VARCHAR,            -- ! placed, activated, available, probable, questionable, doubtful or out
                               -- [pre-game news]
    season VARCHAR,            -- ! season, such as 2021-22 [pre-game history]
    player_name VARCHAR,       -- ! name as the source writes it [pre-game news]
    team_abbr VARCHAR,         -- tricode of his team [pre-game news]
    reason VARCHAR,            -- reason as the source words it [pre-game news]
    source_id BIGINT           -- ! file it came from, see nba_raw.ingested_file [pre-game history]
)
