"""The Merkle tree of RFC 6962: a root over all leaves, and short proofs that one is in it, and that a later tree
still holds an earlier one.

Leaves are hashed as SHA-256(0x00 || data), nodes as SHA-256(0x01 || left || right); a tree of n > 1 leaves is split at
the largest power of two below n; the empty tree is SHA-256 of nothing. Source: B. Laurie, A. Langley, E. Kasper,
"Certificate Transparency", RFC 6962 (2013), section 2.1; how proofs are checked: RFC 9162 (2021), sections 2.1.3.2 and
2.1.4.2.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

from bartizan.errors import InputError

EMPTY = hashlib.sha256(b"").digest()
_LEAF, _NODE = b"\x00", b"\x01"


def leaf_hash(data: bytes) -> bytes:
    """The hash of a leaf."""
    return hashlib.sha256(_LEAF + data).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(_NODE + left + right).digest()


class Tree:
    """A tree that leaves are appended to. It keeps every whole subtree's hash: two hashes for each leaf."""

    def __init__(self, leaves: Iterable[bytes] = ()) -> None:
        # level k holds the hashes of the whole subtrees of 2**k leaves, from the left
        self._levels: list[list[bytes]] = [[]]
        for data in leaves:
            self.append(data)

    def __len__(self) -> int:
        return len(self._levels[0])

    def append(self, data: bytes) -> bytes:
        """Add a leaf at the end; returns its hash."""
        added = leaf_hash(data)
        hashed, level = added, 0
        self._levels[0].append(hashed)
        while len(self._levels[level]) % 2 == 0:
            hashed = _node(*self._levels[level][-2:])
            level += 1
            if level == len(self._levels):
                self._levels.append([])
            self._levels[level].append(hashed)
        return added

    def root(self, size: int | None = None) -> bytes:
        """The root over the first `size` leaves, or over all. Raises InputError where there are not so many."""
        size = self._checked(len(self) if size is None else size)
        return EMPTY if size == 0 else self._over(0, size)

    def inclusion(self, index: int, size: int | None = None) -> list[bytes]:
        """The proof that leaf `index` (from 0) is in the tree of the first `size` leaves, from the leaf upwards."""
        size = self._checked(len(self) if size is None else size)
        if not 0 <= index < size:
            raise InputError(f"leaf {index} is not in a tree of {size}. Give one from 0 to {size - 1}")
        return self._path(index, 0, size)

    def consistency(self, earlier: int, size: int | None = None) -> list[bytes]:
        """The proof that the tree of `size` leaves begins with that of `earlier` ones, which is not empty."""
        size = self._checked(len(self) if size is None else size)
        if not 0 < earlier <= size:
            raise InputError(f"a tree of {earlier} leaves does not come before one of {size}. Give 1 to {size}")
        return [] if earlier == size else self._subproof(earlier, 0, size, whole=True)

    def _checked(self, size: int) -> int:
        if not 0 <= size <= len(self):
            raise InputError(f"the tree has {len(self)} leaves, not {size}")
        return size

    def _over(self, begin: int, end: int) -> bytes:
        """The root over leaves begin to end (exclusive), where begin is a multiple of the size's power of two."""
        count = end - begin
        if count & (count - 1) == 0:
            level = count.bit_length() - 1
            return self._levels[level][begin >> level]
        split = begin + _below(count)
        return _node(self._over(begin, split), self._over(split, end))

    def _path(self, index: int, begin: int, end: int) -> list[bytes]:
        if end - begin == 1:
            return []
        split = begin + _below(end - begin)
        if index < split:
            return [*self._path(index, begin, split), self._over(split, end)]
        return [*self._path(index, split, end), self._over(begin, split)]

    def _subproof(self, earlier: int, begin: int, end: int, *, whole: bool) -> list[bytes]:
        if earlier == end - begin:
            return [] if whole else [self._over(begin, end)]
        split = begin + _below(end - begin)
        if earlier <= split - begin:
            return [*self._subproof(earlier, begin, split, whole=whole), self._over(split, end)]
        rest = self._subproof(earlier - (split - begin), split, end, whole=False)
        return [*rest, self._over(begin, split)]


def _below(count: int) -> int:
    """The largest power of two below a number above 1."""
    return 1 << ((count - 1).bit_length() - 1)


def inclusion_holds(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether the proof shows a leaf's hash at `index` of the tree with `size` leaves and this root."""
    if not 0 <= index < size:
        return False
    here, last = index, size - 1
    found = leaf
    for other in proof:
        if last == 0:
            return False
        if here & 1 or here == last:
            found = _node(other, found)
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            found = _node(found, other)
        here, last = here >> 1, last >> 1
    return last == 0 and found == root


def consistency_holds(earlier: int, old: bytes, size: int, new: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the proof shows that the tree of `size` leaves and root `new` begins with the `earlier` of root `old`."""
    if not 0 < earlier <= size:
        return False
    if earlier == size:
        return not proof and old == new
    path = list(proof)
    if earlier & (earlier - 1) == 0:
        path.insert(0, old)
    if not path:
        return False
    here, last = earlier - 1, size - 1
    while here & 1:
        here, last = here >> 1, last >> 1
    first = second = path[0]
    for other in path[1:]:
        if last == 0:
            return False
        if here & 1 or here == last:
            first, second = _node(other, first), _node(other, second)
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            second = _node(second, other)
        here, last = here >> 1, last >> 1
    return last == 0 and first == old and second == new
