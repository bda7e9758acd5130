-- Commands that wrote to the warehouse.
-- grain: run_id
CREATE TABLE nba_orchestration.runs (
    run_id VARCHAR,              -- ! sortable id [pre-game history]
    command VARCHAR,             -- ! command with its arguments [pre-game history]
    status VARCHAR,              -- ! running, done, failed, blocked or interrupted [pre-game history]
    started_at_utc TIMESTAMP,    -- ! when it began, UTC [pre-game history]
    finished_at_utc TIMESTAMP,   -- when it ended, UTC [pre-game history]
    partitions_done BIGINT,           -- 0..1000000000 partitions written [pre-game history]
    partitions_failed BIGINT,         -- 0..1000000000 partitions failed [pre-game history]
    rows BIGINT,                 -- 0..1000000000 rows written [pre-game history]
    message VARCHAR              -- why it ended, where not done [pre-game history]
)
