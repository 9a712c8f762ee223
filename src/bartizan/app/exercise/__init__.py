"""An exercise: a scenario played on one injected clock, through the real eyes, tracker, rules and desk.

Who plays one takes `bartizan.app.exercise.exercise.Exercise`: it loads cameras and rules, which a desk can do without.
"""

from bartizan.app.exercise.cases import Cases
from bartizan.app.exercise.clock import ExerciseClock
from bartizan.app.exercise.report import Came, ExerciseReport, Happening, SceneReport
from bartizan.app.exercise.review import Reaction, Review, Timed, review
from bartizan.app.exercise.stage import LiveStage, ScriptStage, Stage

__all__ = [
    "Came",
    "Cases",
    "ExerciseClock",
    "ExerciseReport",
    "Happening",
    "LiveStage",
    "Reaction",
    "Review",
    "SceneReport",
    "ScriptStage",
    "Stage",
    "Timed",
    "review",
]
