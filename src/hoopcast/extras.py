"""Packages that only some uses of Hoopcast need, by the name of the extra that brings them."""

from importlib.util import find_spec

from hoopcast.errors import UsageError

EXTRAS = {"arrow": "pyarrow", "pandas": "pandas", "polars": "polars", "report": "matplotlib"}


def need(extra: str, what: str = "this") -> None:
    """Make sure of the package of an extra.

    Args:
        extra: such as polars.
        what: what needs it, in words.

    Raises:
        UsageError: if it is not installed; it says how to install it.
    """
    if find_spec(EXTRAS[extra]) is None:
        raise UsageError(f"{what} needs {EXTRAS[extra]}: {how_to_install(extra)}")


def how_to_install(extra: str) -> str:
    """How an extra is installed, in words."""
    return f"`make install` in a checkout, else `pip install 'hoopcast[{extra}]'`"
