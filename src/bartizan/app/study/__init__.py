"""The study of a site: would its layers stop an intruder in time, and where are they thin?"""

from bartizan.app.study.figures import Figure
from bartizan.app.study.questions import COMMUNICATIONS, FORCED, Chosen, Selection, listed, no_path, problems
from bartizan.app.study.study import Case, Measure, Study, sheet_hash, study, study_sheet
from bartizan.app.study.thin import Thin

__all__ = [
    "COMMUNICATIONS",
    "FORCED",
    "Case",
    "Chosen",
    "Figure",
    "Measure",
    "Selection",
    "Study",
    "Thin",
    "listed",
    "no_path",
    "problems",
    "sheet_hash",
    "study",
    "study_sheet",
]
