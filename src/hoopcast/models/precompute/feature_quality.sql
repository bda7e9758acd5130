-- How much of the 25 features of an expected player rests on data. Each feature that is present counts 4 of 100, those
-- on the player's form times games_in_sample / 10, those on his team times its games / 10 (at most 1), those on the
-- opponent times its games in the sample / 15; a feature that is NULL counts 0.
-- grain: game_id, player_id
-- time: game_date
-- look-back: 0
-- short: quality
-- helper: yes
-- expected: player_games
-- inputs: nba_analytics.upcoming_player_game_context same, nba_analytics.upcoming_team_game_context same,
--   nba_precompute.player_daily_cache same, nba_precompute.player_shot_zone_analysis same,
--   nba_precompute.team_defense_zone_analysis same, nba_precompute.player_composite_factors same
WITH counted AS (
    SELECT
        u.game_id, u.player_id, u.season, u.game_date,
        COALESCE(c.games_in_sample, 0) / 1e1 AS form_sample,
        COALESCE(d.games_in_sample, 0) / 15e0 AS opponent_sample,
        CASE WHEN c.team_games_played >= 10 THEN 1e0 ELSE COALESCE(c.team_games_played, 0) / 1e1 END AS team_sample,
        CASE WHEN c.points_avg_last_5 IS NULL THEN 5 ELSE 0 END
            + CASE WHEN c.points_std_last_10 IS NULL THEN 1 ELSE 0 END
            + CASE WHEN z.paint_rate_last_10 IS NULL THEN 3 ELSE 0 END
            + CASE WHEN c.free_throw_share_last_10 IS NULL THEN 1 ELSE 0 END
            AS form_missing,
        CASE WHEN f.shot_zone_mismatch_score IS NULL THEN 1 ELSE 0 END
            + CASE WHEN d.defensive_rating_shrunk IS NULL THEN 1 ELSE 0 END
            + CASE WHEN d.pace_shrunk IS NULL THEN 1 ELSE 0 END
            AS opponent_missing,
        CASE WHEN f.pace_score IS NULL THEN 1 ELSE 0 END
            + CASE WHEN c.team_pace_last_10 IS NULL THEN 1 ELSE 0 END
            + CASE WHEN c.team_offensive_rating_last_10 IS NULL THEN 1 ELSE 0 END
            + CASE WHEN c.team_win_pct IS NULL THEN 1 ELSE 0 END
            AS team_missing,
        CASE WHEN f.usage_spike_score_history IS NULL THEN 1 ELSE 0 END
            + CASE WHEN t.rest_advantage IS NULL THEN 1 ELSE 0 END
            AS game_missing
    FROM nba_analytics.upcoming_player_game_context AS u
    LEFT JOIN nba_analytics.upcoming_team_game_context AS t ON u.game_id = t.game_id AND u.team_abbr = t.team_abbr
    LEFT JOIN nba_precompute.player_daily_cache AS c ON u.player_id = c.player_id AND u.game_date = c.analysis_date
    LEFT JOIN nba_precompute.player_shot_zone_analysis AS z
        ON u.player_id = z.player_id AND u.game_date = z.analysis_date
    LEFT JOIN nba_precompute.team_defense_zone_analysis AS d
        ON u.opponent_team_abbr = d.team_abbr AND u.game_date = d.analysis_date
    LEFT JOIN nba_precompute.player_composite_factors AS f ON u.game_id = f.game_id AND u.player_id = f.player_id
)
SELECT
    game_id,                     -- VARCHAR! NBA.com game id [pre-game history]
    player_id,                   -- BIGINT! NBA.com player id [pre-game history]
    season,                      -- VARCHAR! season, such as 2021-22 [pre-game history]
    game_date,                   -- DATE! US Eastern date of the game [pre-game history]
    form_missing + opponent_missing + team_missing + game_missing
        AS features_missing,     -- BIGINT! 0..25 how many of the 25 are NULL [pre-game history]
    4e0 * (
        (10 - form_missing) * form_sample
        + (3 - opponent_missing) * opponent_sample
        + (4 - team_missing) * team_sample
        + 8
        - game_missing
    )
        AS feature_quality_score -- DOUBLE! 0..100 share of the 25 that are present and backed by a full sample
                                 -- [pre-game history]
FROM counted
