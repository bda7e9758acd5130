-- Every expected player of a game; whoever an official report before tip-off rules out is an explained absence.
-- key: game_id, player_id
-- inputs: nba_analytics.expected_player same
SELECT
    game_id,
    player_id,
    season,
    game_date AS unit_date,
    CASE WHEN ruled_out_flag THEN 'NOT_EXPECTED_TO_PLAY' END AS category,
    CASE WHEN ruled_out_flag THEN 'an official report before tip-off says OUT' END AS reason
FROM nba_analytics.expected_player
