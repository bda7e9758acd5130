-- Version of the warehouse's own layout.
-- grain: format_version, layout
CREATE TABLE nba_orchestration.warehouse_format (
    format_version BIGINT,       -- ! 1..1000 version of the layout [pre-game history]
    layout VARCHAR,              -- ! hash of all table definitions that it has [pre-game history]
    applied_at_utc TIMESTAMP     -- ! when this version was applied, UTC [pre-game history]
)
