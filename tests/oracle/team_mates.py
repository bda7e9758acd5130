"""Who will play and what team-mates leave to a player: a plain count over the rows of the tables below."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from functools import cached_property
from statistics import fmean

from hoopcast import Hoopcast
from tests.oracle.comparison import Row, rows_by_key
from tests.oracle.records import rounded

Key = tuple[object, ...]
# Information levels that know of a row, by the lowest that does.
KNOWN_AT = {"history": ("history", "news", "market"), "news": ("news", "market"), "market": ("market",)}
LEVELS = ("history", "news", "market")


class Mornings:
    """Every expected player of every game, with his team-mates and what he did before."""

    def __init__(self, warehouse: Hoopcast) -> None:
        key = ("game_id", "player_id")
        self.rows: dict[Key, Row] = {}
        cache = rows_by_key(warehouse, "nba_precompute.player_daily_cache", ("player_id", "analysis_date"))
        claims = rows_by_key(warehouse, "nba_analytics.expected_player", key)
        teams = rows_by_key(warehouse, "nba_analytics.upcoming_team_game_context", ("game_id", "team_abbr"))
        for row in rows_by_key(warehouse, "nba_analytics.upcoming_player_game_context", key).values():
            form = cache[row["player_id"], row["game_date"]]
            team = teams[row["game_id"], row["team_abbr"]]
            self.rows[row["game_id"], row["player_id"]] = {
                **row,
                **{name: form[name] for name in ("minutes_ewma", "points_ewma", "team_win_pct")},
                **{f"move_{level}": _claimed(claims, row, level) for level in ("history", "news")},
                "spread": team["spread"],
            }
        played = "played_flag"
        self.appearances = rows_by_key(warehouse, "nba_analytics.player_game_summary", key, played)
        self.charted = {game for game, _ in self._keys(self.appearances)}
        availability = rows_by_key(warehouse, "nba_precompute.availability", (*key, "level"))
        self.plays = {place: _number(row["play_probability"]) for place, row in availability.items()}
        self.teams: dict[Key, list[Row]] = defaultdict(list)
        self.players: dict[object, list[Row]] = defaultdict(list)
        for row in sorted(self.rows.values(), key=lambda one: (str(one["game_date"]), str(one["game_id"]))):
            self.teams[row["game_id"], row["team_abbr"]].append(row)
            self.players[row["player_id"]].append(row)

    @staticmethod
    def _keys(rows: Iterable[object]) -> Iterable[tuple[object, object]]:
        for key in rows:
            assert isinstance(key, tuple)
            yield key[0], key[1]

    @cached_property
    def quoted_days(self) -> set[object]:
        """Dates on which anybody is quoted."""
        return {row["game_date"] for row in self.rows.values() if row["is_quoted"]}

    def mates(self, row: Row, level: str) -> list[Row]:
        """The others whom a level expects for a player's team."""
        team = self.teams[row["game_id"], row["team_abbr"]]
        return [one for one in team if one is not row and level in KNOWN_AT[str(one["expected_level"])]]

    def played(self, row: Row) -> bool:
        """Whether an expected player then played."""
        return (row["game_id"], row["player_id"]) in self.appearances

    def earlier(self, row: Row) -> list[Row]:
        """The games before this one in which he was expected."""
        return [one for one in self.players[row["player_id"]] if _day(one) < _day(row)]

    def availability_features(self, row: Row) -> Row:
        """What tells of a morning whether he plays."""
        last = row["last_game_date"]
        since = (_day(row) - last).days if isinstance(last, date) else None
        absences = [
            None if one["game_id"] not in self.charted or one["expected_level"] != "history" else not self.played(one)
            for one in self.earlier(row)
        ]
        quoted = [one for one in self.teams[row["game_id"], row["team_abbr"]] if one["is_quoted"]]
        found: Row = {
            "days_since_last_game": since,
            "absent_rate_last_10": _share(absences[-10:]),
            "absent_rate_last_30": _share(absences[-30:]),
            "minutes_last_game": next(
                (
                    one["minutes"]
                    for one in self.appearances.values()
                    if one["player_id"] == row["player_id"] and one["game_date"] == last
                ),
                None,
            ),
            "quoted": row["is_quoted"] if row["game_date"] in self.quoted_days else None,
            "spread": row["spread"],
        }
        for stat in ("minutes", "points"):
            least = min((_number(one[f"{stat}_ewma"]) for one in quoted), default=None)
            above = None if least is None else rounded(_number(row[f"{stat}_ewma"]) - least)
            found[f"{stat}_above_least_quoted"] = above
        for level in ("history", "news"):
            mates = self.mates(row, level)
            ready = [one for one in mates if one["games_missed_streak"] == 0 and _risk(one, level) < 3]
            moved = row[f"move_{level}"]
            ago = (_day(row) - moved).days if isinstance(moved, date) else None
            found[f"days_since_move_{level}"] = ago
            found[f"days_to_move_{level}"] = None if since is None or ago is None else since - ago
            found[f"teammates_ready_{level}"] = len(ready)
            found[f"teammates_ahead_{level}"] = sum(_standing(one) > _standing(row) for one in ready)
        mates = self.mates(row, "news")
        out = [one for one in mates if _risk(one, "news") == 3 and _risk(one, "history") < 3]
        back = [one for one in mates if _risk(one, "news") < 3 and _risk(one, "history") == 3]
        found["minutes_out_today"] = _total(out, "minutes")
        found["minutes_back_today"] = _total(back, "minutes")
        return found

    def vacancy(self, row: Row) -> Row:
        """What his team-mates bring and leave on a morning, at each level, beside his last 10 games."""
        games = [one for one in self.earlier(row) if self.played(one)][-10:]
        found: Row = {}
        for level in LEVELS:
            mates = self.mates(row, level)
            chances = [self.plays[one["game_id"], one["player_id"], level] for one in mates]
            for stat in ("minutes", "points"):
                sizes = [_number(one[f"{stat}_ewma"]) for one in mates]
                there = sum(size * chance for size, chance in zip(sizes, chances, strict=True))
                found[f"teammates_{stat}_{level}"] = there
                usual = [self._past(game, stat, there=True) for game in games]
                left = [self._past(game, stat, there=False) for game in games]
                found[f"teammates_{stat}_change_{level}"] = there - fmean(usual) if games else None
                found[f"{stat}_vacated_change_{level}"] = sum(sizes) - there - fmean(left) if games else None
            own = _number(row["minutes_ewma"])
            whole = own + _number(found[f"teammates_minutes_{level}"])
            found[f"minutes_share_{level}"] = 240 * own / whole if whole else None
        return found

    def _past(self, row: Row, stat: str, *, there: bool) -> float:
        """Recent numbers of the team-mates who were there in an earlier game, or of those who were not."""
        return sum(_number(one[f"{stat}_ewma"]) for one in self.mates(row, "market") if self.played(one) is there)


def _claimed(claims: "dict[object, Row]", row: Row, level: str) -> object:
    return claims[row["game_id"], row["player_id"]][f"injury_move_date_{level}"]


def _standing(row: Row) -> tuple[float, int]:
    return _number(row["minutes_ewma"]), int(str(row["player_id"]))


def _risk(row: Row, level: str) -> float:
    return _number(row[f"injury_risk_{level}"])


def _total(rows: Sequence[Row], stat: str) -> float:
    return sum(_number(one[f"{stat}_ewma"]) for one in rows)


def _share(absences: Sequence[bool | None]) -> float | None:
    known = [absent for absent in absences if absent is not None]
    return rounded(sum(known) / len(known)) if known else None


def _day(row: Row) -> date:
    assert isinstance(row["game_date"], date)
    return row["game_date"]


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
