-- What this warehouse is: its own id, and that of its newest snapshot, by which a copy of another state is told.
-- grain: warehouse_id
CREATE TABLE nba_orchestration.warehouse (
    warehouse_id VARCHAR,        -- ! drawn when the warehouse was made; its backups have the same [pre-game history]
    snapshot_id VARCHAR          -- drawn for the newest snapshot of it; NULL before the first [pre-game history]
)
