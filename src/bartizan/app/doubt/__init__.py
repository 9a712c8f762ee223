"""The doubt about a study: how sure is P_I of a site or a sheet, and what should be tested first?"""

from bartizan.app.doubt.doubts import DoubtCase, Doubts, doubt_sheet, doubt_site

__all__ = ["DoubtCase", "Doubts", "doubt_sheet", "doubt_site"]
