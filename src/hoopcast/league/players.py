"""The league's players: what each is called, what he can do, and how that changes from season to season."""

from dataclasses import dataclass, fields, replace

import numpy as np

from hoopcast.arrays import FloatArray, IntArray, TextArray
from hoopcast.league.draws import LeagueSize, random_stream, rows_of
from hoopcast.nba.names import FIRST_INVENTED_ID

# Invented players have ids that NBA.com has not given to anyone.
_FIRST_PLAYER_ID = FIRST_INVENTED_ID + 1
ZONES = ("three", "paint", "mid_range")
# Made share of attempts by zone in an average season (2021-22: .354, .587 with unknown distances, .419).
LEAGUE_ACCURACY = np.array([0.3545, 0.589, 0.4205])
# Shares of attempts by zone around which players differ, and how a big man's differ from a guard's.
_ZONE_LOGITS = np.array([0.02, 0.0, -0.86])
_ZONE_TILT = np.array([-1.9, 2.2, 0.0])
_ZONE_SPREAD = np.array([0.6, 0.35, 0.55])
_ACCURACY_SPREAD = np.array([0.06, 0.055, 0.075])
# Logarithm of the share of plays for each point of value: role players use alike, and beyond a star there is one ball.
_USAGE_BY_VALUE, _ROLE_VALUE, _STAR_VALUE = 0.38, 0.4, 2.0
# How far a player's own usage lies from it at most, either way.
_OWN_USAGE = 0.3
# Players newly signed during a season, per team and 17 players.
_SIGNINGS_SHARE = 0.155
# Share of players who look for another team in summer.
_MOVERS = 0.2
_NO_TEAM = -1
_PRIME_AGE, _ROOKIE_AGE = 27.0, 20.5
# Invented names, with the accents, suffixes, initials and hyphens that real ones have.
_FIRST_NAMES = """
Aldo Alvar Amari Anders Ansel Arlo Barnaby Bastien Benat Boško Calder Carrick Cormac Corwin Dacian Damek Darnell
Da'Quan De'Marlo Dejuan D.J. Domagoj Dovydas Duško Eamon Edvin Eero Elgin Emeka Endre Errol Étienne Ferran Filip
Garrick Géza Gorka Hakeem Halvard Hollis Ike Ilmari Iñigo Ivo Jabari Jadon Ja'Kobe Jokūbas Jovan J.T. Kadeem Kaarel
K.J. Keshawn Kwesi Lamine Lázaro Leif Lennox Lorcan Luboš Malachi Mamoru Marek Maël Mattias M.J. Nahuel Ndidi
Nikodem Obinna Odell Ognjen Olavi Oswin Pau Percy P.J. Quillan Radim Rashaun Raúl R.J. Roko Rudi Sékou Severin Şahin
Søren Tadeas Tariq T.J. Teodor Tomáš Tyree Uroš Vaughn Vít Wendel Xabier Yannis Zdeněk Zeke
"""
# An underscore stands for a space within a name.
_LAST_NAMES = """
Abernethy Adeyinka Aguirrezabal Åkerlund Alderwick Amankwah Arsenović Babić-Lowe Barrowclough Bašić Beckenridge
Bjarnason Blackwood-Osei Bojarski Brannigan Bukowiec Čermák Castelnau Chidozie Claverly Colquitt Cvetanović
Dabrowski Dankworth Delacroix-Webb Diabaté Dlamini Dravič Drinkwater Duquesnay Eastlake Ekwueme Elderfield Erdoğmuş
Fairweather Falconbridge Ferreiro Fitzwarren Forsberg Galbraith Garanča Ghirlandi Gómez-Arce Grimshaw Gudaitytis
Halloran Harrowgate Hawksworth Hegedűs Hjelmås Holmqvist Ibekwe Ilinčić Isaksson Jankauskas Jarvela Jørgensen
Kabongo Kaczor Kasprzyk Kirkbride Kjærgaard Koivunen Kovářík Kuzmickas Lacombe Langstroth Lindqvist Łapiński
Lockridge Lund-Hayes Mabathoana Mackelroy Maravić Marchetti Mbongo McAllenby McTavish Mellencourt Mikelsons
Montferrat Mårtensson Nakagawa N'Dour Nightingale Njoroge Núñez Obradors Ødegård Okonjo Oldroyd Olszewski O'Branagh
O'Farrelly Papastathis Pemberly Petrauskis Pettifer Piątek Quarrington Radonjić Ravensdale Rémy Rochambeau Ruddock
Sablić Salaberry Sandoval-Rey Sæther Seabrook Šimkus Skarsgaard Soldevila Soumahoro St._Clair Stjepić Strandvik
Széll Tamberlane Thackeray Thibodaux Tokarczyk Tremblay Tuiasosopo Ugochukwu Underhay Urrutia Valčiukas Vandermeer
Vilhelmsson Vranješ Wainscott Wakefield Wetherby Whitlocke Winterbourne Wójcik Ximénez Yeboah Yılmazer Zambrano
Žalgevičius Zielinski Žukas Zubizarreta
"""
_FIRST, _LAST = _FIRST_NAMES.split(), _LAST_NAMES.split()

_SUFFIXES = ("", " Jr.", " II", " III", " IV")
_SUFFIX_SHARES = (0.915, 0.055, 0.012, 0.015, 0.003)


@dataclass(frozen=True, slots=True)
class Players:
    """One row a player; all arrays have the same length.

    Attributes:
        number: running number over all seasons, from 0.
        name: name as box scores write it.
        age: years at the start of the season.
        team: position of his team in the league, -1 for a free agent.
        value: how good he is, about 0 with spread 1; decides his minutes.
        usage: relative share of his team's plays while on court; about 1.
        zone_share: shares of field-goal attempts by zone, rows sum to 1, zones as in `ZONES`.
        accuracy: true made share of attempts by zone, before defence, home court and rest.
        free_throw_accuracy: true made share of free throws.
        foul_draw: relative rate of trips to the line.
        turnover: relative rate of turnovers.
        skill: relative rates per minute of assists, offensive and defensive rebounds, steals, blocks, fouls; 6 columns.
        absence: relative rate of injuries and illnesses.
    """

    number: IntArray
    name: TextArray
    age: FloatArray
    team: IntArray
    value: FloatArray
    usage: FloatArray
    zone_share: FloatArray
    accuracy: FloatArray
    free_throw_accuracy: FloatArray
    foul_draw: FloatArray
    turnover: FloatArray
    skill: FloatArray
    absence: FloatArray

    def __len__(self) -> int:
        return len(self.number)

    @property
    def player_id(self) -> IntArray:
        """Ids as box scores give them."""
        return self.number + _FIRST_PLAYER_ID

    def followed_by(self, others: "Players") -> "Players":
        """These players and then the others."""
        return Players(
            **{
                field.name: np.concatenate([getattr(self, field.name), getattr(others, field.name)])
                for field in fields(self)
            }
        )


def _softmax(logits: FloatArray) -> FloatArray:
    weights = np.exp(logits)
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


def _usage(value: FloatArray) -> FloatArray:
    """Usage to expect of players of a value."""
    return np.exp(_USAGE_BY_VALUE * value.clip(_ROLE_VALUE, _STAR_VALUE))


def _draw(rng: np.random.Generator, number: IntArray, name: TextArray, age: FloatArray, value: FloatArray) -> Players:
    """New players of given value; better ones use more plays and make a little more of them."""
    count = len(number)
    # From a guard to a big man.
    tilt = rng.uniform(-0.5, 0.5, count)
    usage = _usage(value) * np.exp(rng.uniform(-_OWN_USAGE, _OWN_USAGE, count))
    touch = 0.35 * value + 0.94 * rng.standard_normal(count)
    own = rng.standard_normal((count, len(ZONES)))
    accuracy = LEAGUE_ACCURACY * (1 + _ACCURACY_SPREAD * (0.45 * touch[:, None] + 0.85 * own))
    tilts = np.exp(np.outer(tilt, [-1.9, 1.9, 1.0, -0.5, 2.0, 0.5]))
    # Who has the ball most also passes most.
    tilts[:, 0] *= usage**1.3
    return Players(
        number=number,
        name=name,
        age=age,
        team=np.full(count, _NO_TEAM),
        value=value,
        usage=usage,
        zone_share=_softmax(
            _ZONE_LOGITS + np.outer(tilt, _ZONE_TILT) + _ZONE_SPREAD * rng.standard_normal((count, len(ZONES)))
        ),
        accuracy=accuracy * (1 + np.outer(tilt, [-0.06, 0.10, 0.0])),
        free_throw_accuracy=np.clip(0.775 - 0.12 * tilt + 0.06 * rng.standard_normal(count), 0.45, 0.93),
        foul_draw=np.exp(0.3 * rng.standard_normal(count) + 0.12 * value + 0.3 * tilt),
        turnover=np.exp(0.18 * rng.standard_normal(count) - 0.1 * value),
        skill=tilts * np.exp(0.3 * rng.standard_normal((count, 6))),
        absence=np.exp(0.4 * rng.standard_normal(count)),
    )


def _invent_names(seed: int, numbers: IntArray, namesakes: tuple[int, int]) -> TextArray:
    """Names of players by their running numbers.

    Args:
        seed: seed of the league; a player keeps his name through all its seasons.
        numbers: running numbers of the players, from 0, at most 15,000.
        namesakes: two numbers that share one name.

    Returns:
        Names such as `Jokūbas Sablić` or `P.J. Oldroyd Jr.`, unique but for the namesakes.
    """
    rng = random_stream(seed, "", "names")
    combinations = rng.permutation(len(_FIRST) * len(_LAST))
    suffixes = rng.choice(len(_SUFFIXES), size=len(combinations), p=_SUFFIX_SHARES)
    named = np.where(numbers == namesakes[1], namesakes[0], numbers)
    return np.array(
        [
            f"{_FIRST[combination % len(_FIRST)]} {_LAST[combination // len(_FIRST)].replace('_', ' ')}"
            f"{_SUFFIXES[suffix]}"
            for combination, suffix in zip(combinations[named].tolist(), suffixes[named].tolist(), strict=True)
        ],
        dtype=np.object_,
    )


def _new_players(seed: int, first_number: int, age: FloatArray, value: FloatArray, size: LeagueSize) -> Players:
    number = first_number + np.arange(len(age))
    # The first player of the first team and one of the second share a name, as real namesakes do.
    name = _invent_names(seed, number, namesakes=(0, size.players_per_team + 2))
    return _draw(random_stream(seed, "", f"players from {first_number}"), number, name, age, value)


def signings(size: LeagueSize) -> int:
    """Number of players whom teams sign during a season."""
    return round(_SIGNINGS_SHARE * size.teams * size.players_per_team)


def _deal(rng: np.random.Generator, value: FloatArray, size: LeagueSize) -> IntArray:
    """Teams dealt so that each gets one player of every rank: a draft, with luck."""
    order = np.argsort(-(value + rng.normal(0.0, 0.85, len(value))))
    team = np.empty(len(value), dtype=np.int64)
    team[order] = rng.permuted(np.tile(np.arange(size.teams), (size.players_per_team, 1)), axis=1).ravel()
    return team


def first_players(seed: int, season: str, size: LeagueSize) -> Players:
    """Players of the league's first season: full rosters and free agents who can be signed."""
    rng = random_stream(seed, season, "first players")
    rostered = size.teams * size.players_per_team
    value = np.concatenate([rng.normal(0.1, 1.0, rostered), rng.normal(-1.3, 0.4, signings(size))])
    age = np.clip(_PRIME_AGE - 0.5 + 4.2 * rng.standard_normal(len(value)), 19.0, 40.0)
    players = _new_players(seed, 0, age, value, size)
    team = np.full(len(value), _NO_TEAM)
    team[:rostered] = _deal(rng, value[:rostered], size)
    if size.teams > 1:
        # The namesakes play for two teams, so that a name and its team tell them apart.
        twin = size.players_per_team + 2
        other = np.flatnonzero((team[:rostered] != team[0]) & (np.arange(rostered) != 0))[0]
        if team[twin] == team[0]:
            team[[twin, other]] = team[[other, twin]]
    return replace(players, team=team)


def _age(rng: np.random.Generator, players: Players) -> Players:
    """The same players a summer later: the young grow, the old decline, each with luck of his own."""
    count = len(players)
    growth = np.clip(0.09 * (_PRIME_AGE - players.age), -0.6, 0.5)
    form = rng.standard_normal(count)
    accuracy = players.accuracy * (1 + 0.025 * rng.standard_normal((count, len(ZONES))) + 0.01 * growth[:, None])
    mean = np.average(accuracy, axis=0)
    value = 0.98 * players.value + 0.3 * growth + 0.2 * form
    return replace(
        players,
        age=players.age + 1.0,
        value=value,
        usage=players.usage * _usage(value) / _usage(players.value) * np.exp(0.05 * rng.standard_normal(count)),
        accuracy=mean + 0.95 * (accuracy - mean),
        zone_share=_softmax(np.log(players.zone_share) + 0.15 * rng.standard_normal((count, len(ZONES)))),
        free_throw_accuracy=np.clip(players.free_throw_accuracy + rng.normal(0.0, 0.012, count), 0.45, 0.94),
        skill=players.skill * np.exp(0.08 * rng.standard_normal((count, 6))),
    )


def next_players(seed: int, season: str, size: LeagueSize, before: Players, last_team: IntArray) -> Players:
    """The league a summer later.

    Veterans leave, rookies come, about a fifth of the others change teams, and abilities drift. `last_team` is the
    position of the team that each player ended the season before with, -1 for none.

    Returns:
        Full rosters and free agents.
    """
    rng = random_stream(seed, season, "summer")
    stayed = replace(_age(rng, before), team=last_team)
    leaves = 1 / (1 + np.exp(-(0.75 * (stayed.age - 37.5) - 1.6 * stayed.value - 1.2)))
    stayed = rows_of(stayed, rng.random(len(stayed)) > leaves)
    rostered = size.teams * size.players_per_team
    rookies = max(rostered // 8, rostered - len(stayed))
    best = np.argsort(-stayed.value, kind="stable")[: rostered - rookies]
    stayed = rows_of(stayed, np.sort(best))
    value = np.concatenate([rng.normal(-0.75, 0.75, rookies), rng.normal(-1.3, 0.4, signings(size))])
    age = _ROOKIE_AGE + np.abs(rng.normal(0.0, 1.6, len(value)))
    players = stayed.followed_by(_new_players(seed, int(before.number.max()) + 1, age, value, size))
    return replace(players, team=_teams_after_summer(rng, players, rostered, size))


def _teams_after_summer(rng: np.random.Generator, players: Players, rostered: int, size: LeagueSize) -> IntArray:
    """Who moved keeps no team; free places are dealt by value, with luck, one place a team in each round."""
    team = players.team[:rostered].copy()
    team[rng.random(rostered) < _MOVERS] = _NO_TEAM
    # A team that signed well in the season before may have more players than places.
    order = np.lexsort((-players.value[:rostered], team))
    starts = np.searchsorted(team[order], team[order], side="left")
    crowded = order[(np.arange(rostered) - starts >= size.players_per_team) & (team[order] >= 0)]
    team[crowded] = _NO_TEAM
    places = np.repeat(
        np.arange(size.teams), size.players_per_team - np.bincount(team[team >= 0], minlength=size.teams)
    )
    free = np.flatnonzero(team == _NO_TEAM)
    free = free[np.argsort(rng.normal(0.0, 0.6, len(free)) - players.value[free])]
    turn = np.arange(len(places)) - np.searchsorted(places, places, side="left")
    team[free] = places[np.lexsort((rng.random(len(places)), turn))]
    return np.concatenate([team, np.full(len(players) - rostered, _NO_TEAM)])
