-- Both teams of every game of the schedule that takes part.
-- key: game_id, team_abbr
-- inputs: nba_raw.nbac_schedule same
SELECT
    game_id, home_team_abbr AS team_abbr, season, game_date AS partition_date,
    CAST(NULL AS VARCHAR) AS category, CAST(NULL AS VARCHAR) AS reason
FROM nba_raw.nbac_schedule
WHERE team_known AND season_stage IN ('regular', 'playin', 'playoffs')
UNION ALL
SELECT game_id, away_team_abbr, season, game_date, CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR)
FROM nba_raw.nbac_schedule
WHERE team_known AND season_stage IN ('regular', 'playin', 'playoffs')
