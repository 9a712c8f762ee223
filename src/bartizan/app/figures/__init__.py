"""Figures of the desk: what its record says of its work, and what of it can be offered to the site."""

from bartizan.app.figures.contained import contained_by
from bartizan.app.figures.desk import DeskFigures
from bartizan.app.figures.gains import Gain, Gains
from bartizan.app.figures.lives import lives_of
from bartizan.app.figures.offers import Offer, offers
from bartizan.app.figures.proposals import Preview, Proposals, SiteFile
from bartizan.app.figures.study import FiguresStudy, Part, study_figures
from bartizan.app.figures.trials import Trials

__all__ = [
    "DeskFigures",
    "FiguresStudy",
    "Gain",
    "Gains",
    "Offer",
    "Part",
    "Preview",
    "Proposals",
    "SiteFile",
    "Trials",
    "contained_by",
    "lives_of",
    "offers",
    "study_figures",
]
