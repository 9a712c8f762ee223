"""The assessment at the desk: what-ifs and hardening asked from a page, worked out beside it, never in its way."""

from bartizan.app.assessment.bench import Bench, Job
from bartizan.app.assessment.edits import Edit, changes_of
from bartizan.app.assessment.questions import Question, answer

__all__ = ["Bench", "Edit", "Job", "Question", "answer", "changes_of"]
