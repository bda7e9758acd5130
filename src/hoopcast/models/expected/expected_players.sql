-- Every quoted player whose game is known, once a date; the other signs of an expected player have no list of their
-- own.
-- key: game_date, player_id
-- inputs: nba_analytics.player_prop_line same, nba_analytics.expected_player same
SELECT
    game_date, player_id, season,
    game_date AS partition_date,
    CAST(NULL AS VARCHAR) AS category,
    CAST(NULL AS VARCHAR) AS reason
FROM nba_analytics.expected_player
UNION DISTINCT
SELECT game_date, player_id, season, game_date, CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR)
FROM nba_analytics.player_prop_line
WHERE market = 'points'
