-- Partitions that failed, and rows that are absent, each with its reason. A failure closes when its partition succeeds.
-- grain: table_name, system_id, partition_date, entity
CREATE TABLE nba_orchestration.failures (
    table_name VARCHAR,       -- ! table with its schema [pre-game history]
    system_id VARCHAR,        -- ! forecast system, empty for tables without [pre-game history]
    season VARCHAR,           -- ! season of the partition [pre-game history]
    partition_date DATE,           -- ! date of the partition [pre-game history]
    entity VARCHAR,           -- ! key of the absent row, empty for a whole partition [pre-game history]
    category VARCHAR,         -- ! INSUFFICIENT_HISTORY, MISSING_UPSTREAM, NOT_EXPECTED_TO_PLAY, NO_LINE,
                              -- INFORMATION_SET, DATA_QUARANTINED, TIMEOUT or PROCESSING_ERROR [pre-game history]
    reason VARCHAR,           -- ! what is wrong, in one line [pre-game history]
    can_retry BOOLEAN,        -- ! a rerun may help [pre-game history]
    run_id VARCHAR,           -- ! run that found it [pre-game history]
    recorded_at_utc TIMESTAMP -- ! when, UTC [pre-game history]
)
