"""How columns are read from the comments of a definition."""

import pytest

from hoopcast.warehouse.tables import Column, parse_table

HEADERS = "-- Points of each player.\n-- grain: player_id\n"
PLAYER = Column("player_id", "BIGINT", "NBA.com player id", True, None, None, "pre-game", "history")  # noqa: FBT003
SHARE = Column("share", "DOUBLE", "share of his team's points", False, 0.0, 1.0, "post-game", None)  # noqa: FBT003


def columns(body: str) -> tuple[Column, ...]:
    """Columns of a definition of that body."""
    return parse_table(f"{HEADERS}{body}", "nba_analytics", "analytics", "made_up").columns


@pytest.mark.parametrize(
    "comment",
    [
        "-- DOUBLE 0..1 share of his team's points [post-game]",
        "-- DOUBLE 0..1 share of\n                              -- his team's points [post-game]",
        "-- DOUBLE 0..1 share of his team's points\n    -- [post-game]",
        "-- DOUBLE 0..1\n    -- share of his\n    -- team's points\n    -- [post-game]",
    ],
)
def test_the_comment_of_a_column_goes_on_over_lines_of_comment_alone(comment: str) -> None:
    select = f"""SELECT
    player_id,                -- BIGINT! NBA.com player id
                              -- [pre-game history]
    CASE WHEN team_points > 0 THEN points / team_points END
        AS share              {comment}
FROM made_up
"""
    assert columns(select) == (PLAYER, SHARE)


def test_the_comment_of_a_column_of_a_created_table_goes_on_as_well() -> None:
    created = """CREATE TABLE nba_analytics.made_up (
    player_id BIGINT, -- ! NBA.com
                      -- player id [pre-game history]
    share DOUBLE      -- 0..1 share of his team's
                      -- points [post-game]
)
"""
    assert columns(created) == (PLAYER, SHARE)


def test_a_remark_after_a_described_column_is_none_of_its_meaning() -> None:
    select = """WITH numbers AS (
    SELECT player_id, share FROM made_up -- a remark
    -- of two lines
)
SELECT
    player_id, -- BIGINT! NBA.com player id [pre-game history]
    -- What follows is known after the game.
    share      -- DOUBLE 0..1 share of his team's points [post-game]
FROM numbers
"""
    assert columns(select) == (PLAYER, SHARE)


def test_a_line_of_code_or_an_empty_line_ends_a_comment() -> None:
    for between in ("    points,\n", "\n"):
        select = f"""SELECT
    player_id, -- BIGINT! NBA.com player id [pre-game history]
    share,     -- DOUBLE 0..1 share of his team's
{between}    -- points [post-game]
FROM made_up
"""
        assert columns(select) == (PLAYER,)
