-- What each player did in each game, with his shots by zone.
-- grain: game_id, player_id
-- time: game_date
-- look-back: 0
-- short: pgs
-- expected: box_score_rows
-- requires: nba_raw.nbac_player_boxscore, nba_raw.nbac_team_boxscore
-- inputs: nba_raw.nbac_player_boxscore same, nba_raw.nbac_team_boxscore same, nba_raw.nbac_schedule same,
--   nba_raw.nbac_shot same, nba_raw.nbac_starter same, nba_analytics.player_prop_line same
WITH shots AS (
    SELECT
        game_id, player_id, assist_player_id, block_player_id, CASE WHEN shot_made_flag THEN 1 ELSE 0 END AS made,
        CASE WHEN three_pointer_flag THEN 'three' WHEN distance_ft IS NULL THEN 'unknown_two'
            WHEN distance_ft <= 8 THEN 'paint' ELSE 'mid_range' END AS zone
    FROM nba_raw.nbac_shot
),
zones AS (
    SELECT
        game_id, player_id, COUNT(*) AS fga, SUM(made) AS fgm,
        SUM(CASE WHEN zone = 'paint' THEN 1 ELSE 0 END) AS paint_fga,
        SUM(CASE WHEN zone = 'paint' THEN made ELSE 0 END) AS paint_fgm,
        SUM(CASE WHEN zone = 'paint' AND block_player_id IS NOT NULL THEN 1 ELSE 0 END) AS paint_fga_blocked,
        SUM(CASE WHEN zone = 'mid_range' THEN 1 ELSE 0 END) AS mid_range_fga,
        SUM(CASE WHEN zone = 'mid_range' THEN made ELSE 0 END) AS mid_range_fgm,
        SUM(CASE WHEN zone = 'mid_range' AND block_player_id IS NOT NULL THEN 1 ELSE 0 END) AS mid_range_fga_blocked,
        SUM(CASE WHEN zone = 'three' THEN 1 ELSE 0 END) AS three_fga,
        SUM(CASE WHEN zone = 'three' THEN made ELSE 0 END) AS three_fgm,
        SUM(CASE WHEN zone = 'three' AND block_player_id IS NOT NULL THEN 1 ELSE 0 END) AS three_fga_blocked,
        SUM(CASE WHEN zone = 'unknown_two' THEN 1 ELSE 0 END) AS unknown_two_fga,
        SUM(CASE WHEN zone = 'unknown_two' THEN made ELSE 0 END) AS unknown_two_fgm,
        SUM(CASE WHEN assist_player_id IS NOT NULL THEN made ELSE 0 END) AS assisted_fgm
    FROM shots
    GROUP BY game_id, player_id
),
charted AS (SELECT game_id, MAX(assist_player_id) AS any_assister FROM nba_raw.nbac_shot GROUP BY game_id),
teams AS (SELECT *, 240e0 + 25e0 * ROUND((minutes - 240e0) / 25e0) AS team_minutes FROM nba_raw.nbac_team_boxscore)
SELECT
    b.game_id,                    -- VARCHAR! NBA.com game id [pre-game history]
    b.player_id,                  -- BIGINT! NBA.com player id [pre-game history]
    b.season,                     -- VARCHAR! season, such as 2021-22 [pre-game history]
    s.season_stage,               -- VARCHAR! regular, playin or playoffs [pre-game history]
    b.game_date,                  -- DATE! US Eastern date of the game [pre-game history]
    b.player_name,                -- VARCHAR! name as published [pre-game history]
    b.player_lookup,              -- VARCHAR! normalised name, suffix kept [pre-game history]
    b.team_abbr,                  -- VARCHAR! his team [post-game]
    CASE WHEN b.team_abbr = s.home_team_abbr THEN s.away_team_abbr ELSE s.home_team_abbr END
        AS opponent_team_abbr,    -- VARCHAR! the other team [post-game]
    b.team_abbr = s.home_team_abbr
        AS home_flag,             -- BOOLEAN! his team was at home [post-game]
    b.played_flag,                -- BOOLEAN! he took part, be it for seconds [post-game]
    st.starter_flag,              -- BOOLEAN he was in the starting five [post-game]
    CASE WHEN b.team_abbr = s.home_team_abbr THEN s.home_score > s.away_score ELSE s.away_score > s.home_score END
        AS win_flag,              -- BOOLEAN his team won [post-game]
    b.minutes,                    -- DOUBLE! 0..90 minutes played [post-game]
    b.points,                     -- BIGINT! 0..120 points scored [post-game]
    b.fgm,                        -- BIGINT! 0..60 field goals made [post-game]
    b.fga,                        -- BIGINT! 0..80 field goals attempted [post-game]
    b.fg3m,                       -- BIGINT! 0..40 three-pointers made [post-game]
    b.fg3a,                       -- BIGINT! 0..60 three-pointers attempted [post-game]
    b.ftm,                        -- BIGINT! 0..60 free throws made [post-game]
    b.fta,                        -- BIGINT! 0..80 free throws attempted [post-game]
    b.oreb,                       -- BIGINT 0..40 offensive rebounds [post-game]
    b.dreb,                       -- BIGINT 0..60 defensive rebounds [post-game]
    b.ast,                        -- BIGINT 0..50 assists [post-game]
    b.stl,                        -- BIGINT 0..25 steals [post-game]
    b.blk,                        -- BIGINT 0..30 blocks [post-game]
    b.tov,                        -- BIGINT 0..30 turnovers [post-game]
    b.pf,                         -- BIGINT 0..12 personal fouls [post-game]
    b.plus_minus,                 -- DOUBLE -100..100 team's margin while he played, points [post-game]
    CASE WHEN c.game_id IS NOT NULL THEN COALESCE(z.paint_fga, 0) END
        AS paint_fga,             -- BIGINT 0..60 two-point attempts within 8 ft [post-game]
    CASE WHEN c.game_id IS NOT NULL THEN COALESCE(z.paint_fgm, 0) END
        AS paint_fgm,             -- BIGINT 0..60 of these made [post-game]
    CASE WHEN c.game_id IS NOT NULL THEN COALESCE(z.mid_range_fga, 0) END
        AS mid_range_fga,         -- BIGINT 0..60 other two-point attempts [post-game]
    CASE WHEN c.game_id IS NOT NULL THEN COALESCE(z.mid_range_fgm, 0) END
        AS mid_range_fgm,         -- BIGINT 0..60 of these made [post-game]
    CASE WHEN c.game_id IS NOT NULL THEN COALESCE(z.three_fga, 0) END
        AS three_fga,             -- BIGINT 0..60 three-point attempts charted [post-game]
    CASE WHEN c.game_id IS NOT NULL THEN COALESCE(z.three_fgm, 0) END
        AS three_fgm,             -- BIGINT 0..60 of these made [post-game]
    CASE WHEN c.game_id IS NOT NULL THEN COALESCE(z.unknown_two_fga, 0) END
        AS unknown_two_fga,       -- BIGINT 0..60 two-point attempts of unknown distance, outside all shares [post-game]
    CASE WHEN c.game_id IS NOT NULL THEN COALESCE(z.unknown_two_fgm, 0) END
        AS unknown_two_fgm,       -- BIGINT 0..60 of these made [post-game]
    CASE WHEN c.game_id IS NOT NULL THEN COALESCE(z.paint_fga_blocked, 0) END
        AS paint_fga_blocked,     -- BIGINT 0..40 paint attempts that were blocked [post-game]
    CASE WHEN c.game_id IS NOT NULL THEN COALESCE(z.mid_range_fga_blocked, 0) END
        AS mid_range_fga_blocked, -- BIGINT 0..40 mid-range attempts that were blocked [post-game]
    CASE WHEN c.game_id IS NOT NULL THEN COALESCE(z.three_fga_blocked, 0) END
        AS three_fga_blocked,     -- BIGINT 0..40 three-point attempts that were blocked [post-game]
    CASE WHEN c.any_assister IS NOT NULL THEN COALESCE(z.assisted_fgm, 0) END
        AS assisted_fgm,          -- BIGINT 0..60 made field goals that were assisted, NULL where the chart of the game
                                  -- tells no assist [post-game]
    CASE WHEN c.any_assister IS NOT NULL AND b.fgm >= COALESCE(z.assisted_fgm, 0)
            THEN b.fgm - COALESCE(z.assisted_fgm, 0) END
        AS unassisted_fgm,        -- BIGINT 0..60 made field goals of his own making, NULL where the chart has more
                                  -- assisted ones than the box score made [post-game]
    c.game_id IS NOT NULL AND COALESCE(z.fga, 0) = b.fga AND COALESCE(z.fgm, 0) = b.fgm
        AS zones_complete_flag,   -- BOOLEAN! charted shots rebuild the box score's attempts and makes [post-game]
    b.points / NULLIF(2e0 * (b.fga + 44e-2 * b.fta), 0e0)
        AS ts_pct,                -- DOUBLE 0..2 true shooting [post-game]
    (b.fgm + 5e-1 * b.fg3m) / NULLIF(CAST(b.fga AS DOUBLE), 0e0)
        AS efg_pct,               -- DOUBLE 0..2 effective field-goal share [post-game]
    (b.fga + 44e-2 * b.fta + b.tov) * (t.team_minutes / 5e0)
        / NULLIF(b.minutes * (t.fga + 44e-2 * t.fta + t.tov), 0e0)
        AS usage_rate,            -- DOUBLE 0..10000 share of his team's plays that he used while playing; absurd in
                                  -- seconds of play [post-game]
    t.team_minutes,               -- DOUBLE 200..500 minutes of his team, 240 and 25 for each overtime [post-game]
    p.points_line,                -- DOUBLE 0..100 the line that counted [post-game]
    CASE WHEN p.points_line IS NULL OR NOT b.played_flag THEN NULL
        WHEN b.points > p.points_line THEN 'OVER'
        WHEN b.points < p.points_line THEN 'UNDER'
        ELSE 'PUSH' END
        AS over_under_result      -- VARCHAR OVER, UNDER or PUSH [post-game]
FROM nba_raw.nbac_player_boxscore AS b
INNER JOIN nba_raw.nbac_schedule AS s ON b.game_id = s.game_id AND s.game_status = 3 AND s.team_known
    AND s.season_stage IN ('regular', 'playin', 'playoffs')
LEFT JOIN teams AS t ON b.game_id = t.game_id AND b.team_abbr = t.team_abbr
LEFT JOIN zones AS z ON b.game_id = z.game_id AND b.player_id = z.player_id
LEFT JOIN charted AS c ON b.game_id = c.game_id
LEFT JOIN nba_raw.nbac_starter AS st ON b.game_id = st.game_id AND b.player_id = st.player_id
LEFT JOIN nba_analytics.player_prop_line AS p
    ON b.game_id = p.game_id AND b.player_id = p.player_id AND p.market = 'points'
