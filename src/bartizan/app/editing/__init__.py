"""Editing the site at the desk: a draft that is checked as one types, taken back and made again, and saved whole."""

from bartizan.app.editing.draft import Draft, Drafts
from bartizan.app.editing.ports import Checked, SiteFolder
from bartizan.app.editing.things import Field, Listed, fields_of, in_plan, listed

__all__ = ["Checked", "Draft", "Drafts", "Field", "Listed", "SiteFolder", "fields_of", "in_plan", "listed"]
