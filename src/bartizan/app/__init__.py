"""Use cases: one folder each, with its function, its ports and its result."""
