-- Every team of the league on every game date.
-- key: team_abbr, analysis_date
-- inputs: nba_raw.team constant, nba_analytics.upcoming_team_game_context same
SELECT
    t.team_abbr, d.game_date AS analysis_date, d.season, d.game_date AS partition_date,
    CAST(NULL AS VARCHAR) AS category, CAST(NULL AS VARCHAR) AS reason
FROM (SELECT DISTINCT season, game_date FROM nba_analytics.upcoming_team_game_context) AS d
CROSS JOIN nba_raw.team AS t
