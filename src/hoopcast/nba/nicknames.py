"""First names and nicknames that sources use for one another, and names that sources misspell."""

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
    found: dict[str, tuple[str, ...]] = {}
    for one, other in pairs:
        found[one] = (*found.get(one, ()), other)
        found[other] = (*found.get(other, ()), one)
    return MappingProxyType(found)


FIRST_NAMES: Mapping[str, tuple[str, ...]] = _both_ways(_FIRST_NAMES)
WHOLE_NAMES: Mapping[str, tuple[str, ...]] = _both_ways(_WHOLE_NAMES)
