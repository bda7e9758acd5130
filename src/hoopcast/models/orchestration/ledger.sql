-- What was written when, by which code, from which inputs: append-only. The newest entry of a partition counts.
-- grain: entry
CREATE TABLE nba_orchestration.ledger (
    entry BIGINT,                -- ! running number, the order of writing whatever the clock says [pre-game history]
    run_id VARCHAR,              -- ! run that wrote it [pre-game history]
    table_name VARCHAR,          -- ! table with its schema [pre-game history]
    system_id VARCHAR,           -- ! forecast system, empty for tables without [pre-game history]
    season VARCHAR,              -- ! season of the partition [pre-game history]
    partition_date DATE,              -- ! date of the partition [pre-game history]
    status VARCHAR,              -- ! done or failed [pre-game history]
    version VARCHAR,             -- ! hash of the code that wrote it [pre-game history]
    input_fingerprint BIGINT,    -- ! content of all inputs that it could read [pre-game history]
    output_fingerprint BIGINT,   -- ! content of the rows written [pre-game history]
    rows BIGINT,                 -- ! 0..1000000000 rows written [pre-game history]
    expected BIGINT,             -- ! 0..1000000000 rows expected [pre-game history]
    seconds DOUBLE,              -- ! 0..1000000 seconds of its batch, shared among the batch's dates [pre-game history]
    error VARCHAR,               -- message of a failure [pre-game history]
    finished_at_utc TIMESTAMP    -- ! when, UTC [pre-game history]
)
