-- Every forecast of a final game; without its box score there is no telling who played.
-- key: market, game_id, player_id, system_id
-- inputs: nba_predictions.player_prop_predictions same, nba_raw.nbac_schedule same,
--   nba_analytics.player_game_summary same
WITH boxes AS (SELECT DISTINCT game_id FROM nba_analytics.player_game_summary)
SELECT
    p.market,
    p.game_id,
    p.player_id,
    p.system_id,
    p.season,
    p.game_date AS partition_date,
    CASE WHEN b.game_id IS NULL THEN 'MISSING_UPSTREAM' END AS category,
    CASE WHEN b.game_id IS NULL THEN 'final game without a box score' END AS reason
FROM nba_predictions.player_prop_predictions AS p
INNER JOIN asked_system AS y ON p.system_id = y.system_id
INNER JOIN nba_raw.nbac_schedule AS s ON p.game_id = s.game_id AND s.game_status = 3
LEFT JOIN boxes AS b ON p.game_id = b.game_id
