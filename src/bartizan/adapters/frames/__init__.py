"""A study as pandas frames."""

from bartizan.adapters.frames.frames import frames

__all__ = ["frames"]
