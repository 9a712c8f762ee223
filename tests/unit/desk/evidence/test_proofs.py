"""Proofs against the recursive definition of RFC 6962, and against every single flipped bit."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bartizan.desk.evidence import (
    GENESIS,
    Tree,
    canonical,
    consistency_holds,
    inclusion_holds,
    leaf_hash,
    link,
)
from bartizan.errors import InputError


def defined(leaves: Sequence[bytes]) -> bytes:
    """MTH of RFC 6962, section 2.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + defined(leaves[:k]) + defined(leaves[k:])).digest()


LEAVES = [bytes([n]) * (n % 5) for n in range(40)]
TREE = Tree(LEAVES)


@pytest.mark.parametrize("size", [*range(18), 31, 32, 33, 40])
def test_roots_are_those_of_the_definition(size: int) -> None:
    assert TREE.root(size) == defined(LEAVES[:size])


def test_every_leaf_is_proved_in_every_tree() -> None:
    for size in range(1, 41):
        root = TREE.root(size)
        for index in range(size):
            proof = TREE.inclusion(index, size)
            assert len(proof) <= math.ceil(math.log2(size)) if size > 1 else not proof
            assert inclusion_holds(leaf_hash(LEAVES[index]), index, size, proof, root)


def test_every_tree_is_proved_to_begin_with_every_earlier_one() -> None:
    for size in range(1, 41):
        for earlier in range(1, size + 1):
            proof = TREE.consistency(earlier, size)
            assert consistency_holds(earlier, TREE.root(earlier), size, TREE.root(size), proof)


def flipped(data: bytes, bit: int) -> bytes:
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


@given(st.integers(1, 40), st.data())
def test_any_flipped_bit_breaks_an_inclusion(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    leaf, proof, root = leaf_hash(LEAVES[index]), TREE.inclusion(index, size), TREE.root(size)
    where = data.draw(st.integers(0, len(proof) + 1))
    bit = data.draw(st.integers(0, 255))
    if where == 0:
        leaf = flipped(leaf, bit)
    elif where == 1:
        root = flipped(root, bit)
    else:
        proof[where - 2] = flipped(proof[where - 2], bit)
    assert not inclusion_holds(leaf, index, size, proof, root)


@given(st.integers(2, 40), st.data())
def test_any_flipped_bit_breaks_a_consistency(size: int, data: st.DataObject) -> None:
    earlier = data.draw(st.integers(1, size - 1))
    old, new, proof = TREE.root(earlier), TREE.root(size), TREE.consistency(earlier, size)
    where = data.draw(st.integers(0, len(proof) + 1))
    bit = data.draw(st.integers(0, 255))
    if where == 0:
        old = flipped(old, bit)
    elif where == 1:
        new = flipped(new, bit)
    else:
        proof[where - 2] = flipped(proof[where - 2], bit)
    assert not consistency_holds(earlier, old, size, new, proof)


@given(st.integers(1, 40), st.data())
def test_a_proof_is_for_one_place_alone(size: int, data: st.DataObject) -> None:
    index, other = data.draw(st.integers(0, size - 1)), data.draw(st.integers(-1, size))
    held = inclusion_holds(leaf_hash(LEAVES[index]), other, size, TREE.inclusion(index, size), TREE.root(size))
    assert held == (other == index)


@pytest.mark.parametrize("more", [[bytes(32)], [bytes(32)] * 9])
def test_a_proof_that_is_too_long_or_short_does_not_hold(more: list[bytes]) -> None:
    root, leaf = TREE.root(9), leaf_hash(LEAVES[3])
    proof = TREE.inclusion(3, 9)
    assert not inclusion_holds(leaf, 3, 9, [*proof, *more], root)
    assert not inclusion_holds(leaf, 3, 9, proof[:-1], root)
    both = TREE.consistency(3, 9)
    assert not consistency_holds(3, TREE.root(3), 9, root, [*both, *more])
    assert not consistency_holds(3, TREE.root(3), 9, root, both[:-1])
    assert not consistency_holds(4, TREE.root(4), 9, root, [])
    assert not consistency_holds(0, TREE.root(0), 9, root, [])
    assert not consistency_holds(9, TREE.root(9), 9, root, more)


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0), (0, 41)])
def test_what_is_not_in_the_tree_is_said(index: int, size: int) -> None:
    with pytest.raises(InputError, match=r"Give one from|the tree has 40"):
        TREE.inclusion(index, size)


def test_a_chain_breaks_where_an_event_was_changed() -> None:
    events = [canonical({"n": n, "text": "x"}) for n in range(5)]
    hashes = [GENESIS]
    for event in events:
        hashes.append(link(hashes[-1], event))
    # by hand: the prefix, the hash before, the text
    assert hashes[1] == hashlib.sha256(b"\x02" + bytes(32) + b'{"n":0,"text":"x"}').digest()
    changed = link(link(GENESIS, events[0]), canonical({"n": 1, "text": "y"}))
    assert changed != hashes[2]
    assert link(changed, events[2]) != hashes[3]


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(), values, max_size=4))
def test_what_is_read_back_has_the_same_text(event: dict[str, object]) -> None:
    try:
        text = canonical(event)
    except InputError:
        assert any(0xD800 <= ord(c) <= 0xDFFF for c in json.dumps(event, ensure_ascii=False))
        return
    assert canonical(json.loads(text)) == text
    assert canonical(json.loads(json.dumps(dict(reversed(event.items()))))) == text


@pytest.mark.parametrize("event", [{"t": math.nan}, {"t": math.inf}, {"t": object()}, {"t": "\ud800"}])
def test_what_json_does_not_hold_is_refused(event: dict[str, object]) -> None:
    with pytest.raises(InputError, match="does not fit JSON"):
        canonical(event)
