"""An exercise: a scenario played on one injected clock, through the real eyes, tracker, rules and desk."""

from bartizan.app.exercise.clock import ExerciseClock
from bartizan.app.exercise.exercise import Exercise
from bartizan.app.exercise.report import ExerciseReport, Happening, SceneReport

__all__ = ["Exercise", "ExerciseClock", "ExerciseReport", "Happening", "SceneReport"]
