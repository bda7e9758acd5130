"""First names and nicknames that sources use for one another."""

from collections.abc import Mapping
from types import MappingProxyType

# Normal forms of whole names, where the first name alone would not tell.
_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "charlesbrown": "charliebrown",
    }
)


def other_names(lookup: str) -> tuple[str, ...]:
    """Normal forms, without suffix, under which the same player is known.

    Args:
        lookup: normal form of a name without its suffix.
    """
    return tuple(other for name, other in (*_NAMES.items(), *((b, a) for a, b in _NAMES.items())) if name == lookup)
