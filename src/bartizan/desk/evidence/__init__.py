"""Proof that nothing was changed: a hash chain over the events, and a Merkle tree over it (RFC 6962)."""

from bartizan.desk.evidence.chain import GENESIS, canonical, link
from bartizan.desk.evidence.merkle import Tree, consistency_holds, inclusion_holds, leaf_hash

__all__ = ["GENESIS", "Tree", "canonical", "consistency_holds", "inclusion_holds", "leaf_hash", "link"]
