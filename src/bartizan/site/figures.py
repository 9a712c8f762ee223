"""Figures as a site file writes them: a probability or a time, in each spelling that the contract allows."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, ValidationInfo, model_validator
from pydantic_core import PydanticCustomError

from bartizan.quantity import LEAST_TRIALS, Duration, Law, Probability


class Part(BaseModel):
    """Base of everything that a site file may hold: unknown keys are faults, text is never taken for a number."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


def wrong(message: str, cure: str) -> PydanticCustomError:
    """The error that a validator raises: what is wrong, and the cure."""
    return PydanticCustomError("wrong", "{message}", {"message": message, "cure": cure})


Source = Annotated[str, Field(min_length=1, max_length=500, description="where the figure comes from")]
Share = Annotated[float, Field(ge=0, le=1, description="a number from 0 to 1")]
Seconds = Annotated[float, Field(ge=0, le=1e9, description="seconds, 0 or more")]


class PointProbability(Part):
    """A probability with its source."""

    value: Share
    source: Source | None = None

    def figure(self) -> Probability:
        """The probability it states."""
        return Probability(self.value, self.source)


class PertProbability(Part):
    """A probability as a PERT law; its point is the mean."""

    low: Share
    mode: Share
    high: Share
    source: Source | None = None

    @model_validator(mode="after")
    def _checked(self) -> PertProbability:
        self.figure()
        return self

    def figure(self) -> Probability:
        """The probability it states."""
        return Probability.pert(self.low, self.mode, self.high, self.source)


class TestedProbability(Part):
    """A probability as the outcome of a test."""

    __test__ = False  # a test of a sensor, not one of pytest's

    detected: int = Field(ge=0, le=10**9, description="how many of the trials were detected")
    trials: int = Field(ge=1, le=10**9, description="how many trials were made")
    source: Source | None = None

    @model_validator(mode="after")
    def _checked(self) -> TestedProbability:
        self.figure()
        return self

    def figure(self) -> Probability:
        """The probability it states."""
        return Probability.tested(self.detected, self.trials, self.source)


def _probability_form(raw: Any) -> str:
    if not isinstance(raw, dict):
        return _form_of(raw, {PointProbability: "<value>", PertProbability: "<pert>", TestedProbability: "<tested>"})
    if raw.keys() & {"low", "mode", "high"}:
        return "<pert>"
    return "<tested>" if raw.keys() & {"detected", "trials"} else "<value>"


def _form_of(raw: Any, forms: dict[type[Part], str]) -> str:
    return next((form for kind, form in forms.items() if isinstance(raw, kind)), "<number>")


ProbabilityEntry = Annotated[
    Annotated[Share, Tag("<number>")]
    | Annotated[PointProbability, Tag("<value>")]
    | Annotated[PertProbability, Tag("<pert>")]
    | Annotated[TestedProbability, Tag("<tested>")],
    Discriminator(_probability_form),
]


def probability(entry: float | PointProbability | PertProbability | TestedProbability) -> Probability:
    """The probability that an entry of a site file states."""
    return Probability(entry) if isinstance(entry, int | float) else entry.figure()


class MeanTime(Part):
    """A time by mean and standard deviation, both in seconds and both of the time itself."""

    mean: Seconds
    sd: Seconds | None = Field(None, description="seconds; where absent, the site's default_sd times the mean")
    dist: Literal["normal", "lognormal", "gamma"] = "normal"
    trials: int | None = Field(
        None, ge=LEAST_TRIALS, le=10**9, description="of how many measured times mean and sd are those"
    )
    mean_low: Seconds | None = Field(None, description="seconds: the least that the mean may be")
    mean_high: Seconds | None = Field(None, description="seconds: the most that the mean may be")
    source: Source | None = None

    @model_validator(mode="after")
    def _checked(self, info: ValidationInfo) -> MeanTime:
        if self.trials is not None and self.sd is None:
            raise wrong("trials speak of a measured mean and sd, and there is no sd", "Add the sd of the trials")
        if self.sd is None and info.context is not None and info.context.get("default_sd") is None:
            raise PydanticCustomError("missing_sd", "has no sd, and the site has no default_sd")
        self.figure(0.0)
        return self

    def figure(self, default_sd: float | None) -> Duration:
        """The time it states [s]; `default_sd` is a share of the mean."""
        sd = (default_sd or 0.0) * self.mean if self.sd is None else self.sd
        law: Law = self.dist
        return Duration(
            self.mean, sd, law, self.source, trials=self.trials, mean_low=self.mean_low, mean_high=self.mean_high
        )


class FixedTime(Part):
    """A time without spread."""

    mean: Seconds
    sd: float | None = Field(None, ge=0, le=0, description="0 or absent: a fixed time has no spread")
    dist: Literal["fixed"]
    source: Source | None = None

    def figure(self, _default_sd: float | None) -> Duration:
        """The time it states [s]."""
        return Duration.fixed(self.mean, self.source)


class ThreePointTime(Part):
    """A time by its least, most likely and greatest value, in seconds."""

    low: Seconds
    mode: Seconds
    high: Seconds
    dist: Literal["triangular", "pert"]
    source: Source | None = None

    @model_validator(mode="after")
    def _checked(self) -> ThreePointTime:
        self.figure(None)
        return self

    def figure(self, _default_sd: float | None) -> Duration:
        """The time it states [s]."""
        law = Duration.pert if self.dist == "pert" else Duration.triangular
        return law(self.low, self.mode, self.high, self.source)


class UniformTime(Part):
    """A time that lies anywhere between two values, in seconds."""

    low: Seconds
    high: Seconds
    dist: Literal["uniform"]
    source: Source | None = None

    @model_validator(mode="after")
    def _checked(self) -> UniformTime:
        self.figure(None)
        return self

    def figure(self, _default_sd: float | None) -> Duration:
        """The time it states [s]."""
        return Duration.uniform(self.low, self.high, self.source)


_TIME_FORMS: dict[Any, str] = {
    "fixed": "<fixed>",
    "triangular": "<three-point>",
    "pert": "<three-point>",
    "uniform": "<uniform>",
}


def _time_form(raw: Any) -> str:
    if not isinstance(raw, dict):
        forms: dict[type[Part], str] = {FixedTime: "<fixed>", ThreePointTime: "<three-point>", UniformTime: "<uniform>"}
        form = _form_of(raw, forms)
        return "<mean>" if form == "<number>" else form
    law = raw.get("dist")
    if law is None and raw.keys() & {"low", "mode", "high"}:
        return "<three-point>" if "mode" in raw else "<uniform>"
    return _TIME_FORMS.get(law, "<mean>") if isinstance(law, str) else "<mean>"


TimeEntry = Annotated[
    Annotated[MeanTime, Tag("<mean>")]
    | Annotated[FixedTime, Tag("<fixed>")]
    | Annotated[ThreePointTime, Tag("<three-point>")]
    | Annotated[UniformTime, Tag("<uniform>")],
    Discriminator(_time_form),
]

TAGS: dict[str, type[Part]] = {
    "<value>": PointProbability,
    "<pert>": PertProbability,
    "<tested>": TestedProbability,
    "<mean>": MeanTime,
    "<fixed>": FixedTime,
    "<three-point>": ThreePointTime,
    "<uniform>": UniformTime,
}
