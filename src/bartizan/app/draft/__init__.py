"""From a plan drawn elsewhere to the draft of a site: what was drawn, what was left out and why, and the two files."""

from bartizan.app.draft.draft import Draft, draft_site
from bartizan.app.draft.drawing import Drawing, Drop, Feature

__all__ = ["Draft", "Drawing", "Drop", "Feature", "draft_site"]
