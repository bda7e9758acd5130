"""Chance that repeats: numbers that look random and depend on the key of a row alone."""

import hashlib
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from hoopcast.arrays import FloatArray, IntArray, TextArray

_Words: TypeAlias = NDArray[np.uint64]


def row_uniform(game_id: TextArray | IntArray, player_id: IntArray, system_id: str) -> FloatArray:
    """Numbers in [0, 1) for rows of a system, (n,): the same for the same game, player and system, wherever and when.

    Mixed by splitmix64: Steele, Lea & Flood (2014).

    Args:
        game_id: (n,) NBA.com game ids, digits or numbers.
        player_id: (n,) NBA.com player ids.
        system_id: the system.
    """
    salt = int.from_bytes(hashlib.sha256(system_id.encode()).digest()[:8], "big")
    games = (game_id.astype(np.str_) if game_id.dtype == object else game_id).astype(np.uint64)
    mixed = _mixed(_mixed(games + np.uint64(salt)) ^ np.asarray(player_id).astype(np.uint64))
    return (mixed >> np.uint64(11)).astype(np.float64) * 2.0**-53


def _mixed(state: _Words) -> _Words:
    """One step of splitmix64."""
    state = state + np.uint64(0x9E3779B97F4A7C15)
    state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return state ^ (state >> np.uint64(31))
