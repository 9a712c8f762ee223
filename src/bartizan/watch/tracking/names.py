"""Ids of tracks: random tokens that mean nothing, come once in a run, and need no list of what was given out.

A number that counts would say how many people came and in what order; a list of what was used would remember them
all. So the count goes through a permutation that is keyed by the run's seed: no token comes twice, each looks drawn
at random, and nothing is kept but the count.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

# letters and digits that spell no word and are not taken for one another (no vowel, no l, 0 or 1)
_LETTERS = "bcdfghjkmnpqrstvwxz23456789"
_LENGTH = 6
# each half of the number that is shuffled; 2^28 numbers fit into six letters of 27, which give 3.9e8
_HALF_BITS = 14
_HALF = 1 << _HALF_BITS
# a Feistel cipher of four rounds is a permutation that cannot be told from a random one (Luby and Rackoff 1988)
_ROUNDS = 4


class TrackNames:
    """`{run}-k3f9q2`, and another one for ever: unique within the run, the same again for the same run and seed.

    After 2^28 tracks a seventh letter comes in front.
    """

    def __init__(self, run: str, seed: int = 0) -> None:
        self._run = run
        # the run's name is part of the key: two runs of one seed share no tokens but by chance
        self._key = hashlib.blake2b(f"{seed}/{run}".encode(), digest_size=16).digest()
        self._count = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        turn, number = divmod(self._count, _HALF * _HALF)
        self._count += 1
        front = _spelt(turn) if turn else ""
        return f"{self._run}-{front}{_spelt(self._shuffled(number), _LENGTH)}"

    def _shuffled(self, number: int) -> int:
        left, right = divmod(number, _HALF)
        for turn in range(_ROUNDS):
            text = turn.to_bytes(1, "big") + right.to_bytes(2, "big")
            drawn = int.from_bytes(hashlib.blake2b(text, key=self._key, digest_size=2).digest(), "big")
            left, right = right, left ^ (drawn % _HALF)
        return left * _HALF + right


def _spelt(number: int, length: int = 1) -> str:
    letters = ""
    while number or len(letters) < length:
        number, letter = divmod(number, len(_LETTERS))
        letters = _LETTERS[letter] + letters
    return letters
