"""The one normaliser of player names, and the ways in which sources write a name differently."""

import html
import re
import unicodedata
from collections.abc import Iterable, Mapping
from types import MappingProxyType

# Pairs of normal forms: of a first name, and of what it is called beside it.
_FIRST_NAMES = (
    ("alexandre", "alex"), ("bradley", "brad"), ("brandon", "bj"), ("cameron", "cam"), ("charles", "charlie"),
    ("christopher", "chris"), ("cameron", "cj"), ("daniel", "danny"), ("edrice", "bam"), ("gregory", "greg"),
    ("guillermo", "willy"), ("herbert", "herb"), ("ignas", "iggy"), ("ishmael", "ish"), ("ishmail", "ish"),
    ("jakob", "jacob"), ("jose", "jj"), ("joseph", "joe"), ("juan", "juancho"), ("kenneth", "kenny"),
    ("kenyon", "kj"), ("louis", "lou"), ("matthew", "matt"), ("maurice", "moe"), ("maximilian", "maxi"),
    ("michael", "mike"), ("mohamed", "mo"), ("moritz", "moe"), ("nahshon", "bones"), ("nazareth", "naz"),
    ("nicholas", "nick"), ("nickeil", "nick"), ("nicolas", "nic"), ("ogugua", "og"), ("patrick", "patty"),
    ("raulzinho", "raul"), ("ronald", "ron"), ("ruben", "rj"), ("steven", "steve"), ("sviatoslav", "svi"),
    ("timothe", "tim"), ("vincent", "vince"), ("wesley", "wes"), ("william", "bill"), ("zachary", "zach"),
    ("zaur", "zaza"),
)  # fmt: skip
# Pairs of normal forms of whole names, without suffix.
_WHOLE_NAMES = (
    ("charlesbrown", "charliebrown"),
    ("djaugustine", "djaugustin"),
    ("enesfreedom", "eneskanter"),
    ("marcoslouzadasilva", "didilouzada"),
    ("nene", "nenehilario"),
)


def _both_ways(pairs: Iterable[tuple[str, str]]) -> Mapping[str, tuple[str, ...]]:
    others: dict[str, tuple[str, ...]] = {}
    for name, other in pairs:
        others[name] = (*others.get(name, ()), other)
        others[other] = (*others.get(other, ()), name)
    return MappingProxyType(others)


FIRST_NAMES: Mapping[str, tuple[str, ...]] = _both_ways(_FIRST_NAMES)
WHOLE_NAMES: Mapping[str, tuple[str, ...]] = _both_ways(_WHOLE_NAMES)


# The first player id of the simulator.
FIRST_INVENTED_ID = 9_000_000


_NOT_ALPHANUMERIC = re.compile(r"[^a-z0-9]")
# Longest first, so that `iii` is not read as `ii` with a letter before it.
_SUFFIXES = ("iii", "jr", "sr", "ii", "iv")
_SUFFIX_WORD = re.compile(rf"[\s,.-]+({'|'.join(_SUFFIXES)})\.?$")
_PARENTHESES = re.compile(r"\s*\([^)]*\)\s*")
_MANGLED = re.compile(r"[?\ufffd]")
_FOREIGN = re.compile(r"[^\x00-\x7f]+")
# Letters that carry no mark which NFKD could drop.
_LETTERS = str.maketrans({
    "ø": "o", "Ø": "O", "đ": "d", "ð": "d", "ł": "l", "Ł": "L", "ß": "ss", "æ": "ae", "œ": "oe", "þ": "th", "ı": "i",
    "ħ": "h",
})  # fmt: skip


def player_lookup(name: str) -> str:
    """The normal form of a player's name, by which sources are matched.

    Unicode NFKD, marks dropped, case folded, all but letters and digits removed; a generational suffix stays.

    Args:
        name: as any source writes it, such as `Nikola Jokić` or `Jaren Jackson Jr.`.

    Returns:
        Such as `nikolajokic` or `jarenjacksonjr`; empty where the name has no letter.
    """
    return _NOT_ALPHANUMERIC.sub("", _fold(name))


def without_suffix(name: str) -> str:
    """Normal form of a name without its generational suffix: `Gary Payton II` gives garypayton."""
    return player_lookup(_SUFFIX_WORD.sub("", _fold(name).strip()))


def aliases(name: str) -> tuple[str, ...]:
    """Names that a source may mean by one entry, in the order in which it names them.

    `Maximilian Kleber / Maxi Kleber` means both, `(William) Tony Parker` and `Herb Jones (Keyshawn)` the name outside
    the parentheses, `Hardaway, Tim` the name the other way round.
    """
    names: list[str] = []
    for part in re.split(r"\s+/\s+", name):
        outside = _PARENTHESES.sub(" ", part).strip()
        last, comma, first = outside.partition(",")
        is_reversed = comma and not _SUFFIX_WORD.fullmatch(f" {first.strip().casefold()}")
        turned = f"{first.strip()} {last.strip()}" if is_reversed else outside
        if player_lookup(turned) and turned not in names:
            names.append(turned)
    return tuple(names)


def other_names(name: str) -> tuple[str, ...]:
    """Normal forms, without suffix, of a name with another first name that is used for the same: `Cam Thomas`.

    Args:
        name: as one source writes it, such as `Cameron Thomas`.
    """
    first, _, rest = _fold(name).strip().partition(" ")
    others = FIRST_NAMES.get(player_lookup(first), ())
    return (*(other + without_suffix(rest) for other in others if rest), *WHOLE_NAMES.get(without_suffix(name), ()))


def mended(name: str) -> str:
    """A name as it was meant where its UTF-8 was read as Latin letters or it has those of HTML: `JeÅ¡iÄ‡` is Ješić."""
    return " ".join(_FOREIGN.sub(lambda match: _reread(match[0]), html.unescape(name)).split())


def _reread(letters: str) -> str:
    """Letters as UTF-8 where their bytes are; as they stand where not."""
    try:
        return b"".join(_byte(letter) for letter in letters).decode()
    except UnicodeError:
        return letters


def _byte(letter: str) -> bytes:
    # Windows has letters where Latin-1 has control codes, but not for all of them.
    return letter.encode("latin-1" if letter <= "\xff" else "cp1252")


def is_cut_from(name: str, fuller: str) -> bool:
    """Whether a name is less of another of the same player: `J. Jackson`, `Jackson` or `Jaren J?ckson`."""
    if _initial(fuller) or has_mangled_letter(fuller):
        return False
    initial, whole = _initial(name), without_suffix(fuller)
    if has_mangled_letter(name):
        return mangled_pattern(name).fullmatch(whole) is not None
    last = without_suffix(name).removeprefix(initial)
    return whole != initial + last and whole.startswith(initial) and whole.endswith(last)


def _initial(name: str) -> str:
    """The letter that a name begins with in place of a first name; empty where it has one."""
    first = player_lookup(name.strip().partition(" ")[0])
    return first if len(first) == 1 else ""


def has_mangled_letter(name: str) -> bool:
    """Whether a letter was lost on the way, as in `Dennis Schr?der`."""
    return _MANGLED.search(name) is not None


def mangled_pattern(name: str) -> re.Pattern[str]:
    """Pattern of the normal forms, without suffix, that a name with lost letters may stand for."""
    parts = _MANGLED.split(_SUFFIX_WORD.sub("", _fold(name).strip()))
    return re.compile("[a-z0-9]".join(player_lookup(part) for part in parts))


def without_marks(text: str) -> str:
    """A text in the letters of a typewriter: `Jokić` gives Jokic."""
    plain = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def _fold(name: str) -> str:
    return without_marks(name.casefold())
