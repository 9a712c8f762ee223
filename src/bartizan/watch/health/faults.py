"""What in the figures of a camera's pictures is a fault, and for how long it must be so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from bartizan.watch.health.reading import Reading

Fault = Literal["dead", "frozen", "covered", "blinded", "defocused", "turned", "clock"]
FAULTS: tuple[Fault, ...] = get_args(Fault)
SEEN: tuple[Fault, ...] = ("frozen", "covered", "blinded", "defocused", "turned")
"""Faults that one picture can show."""


@dataclass(frozen=True, slots=True)
class HealthParams:
    """For how long [s] a fault must last until it is raised, and `well` until it has ended.

    What is interrupted for less than `flicker` lasts. `steady` is how long pictures must come again until a dead
    camera counts as alive, so that one that comes and goes is one signal; `clock` how long after the last time that a
    stream's clock was set.
    """

    frozen: float = 35.0
    covered: float = 10.0
    blinded: float = 15.0
    defocused: float = 20.0
    turned: float = 15.0
    well: float = 10.0
    flicker: float = 2.0
    steady: float = 5.0
    clock: float = 60.0


@dataclass(frozen=True, slots=True)
class Limits:
    """Where the figures of a reading begin to be a fault.

    Grey levels: `same` a picture is the same as an older one; `still` pictures that follow each other differ by no
    more, or by no more than the share `stiller` of the usual; with less than the share `stillest` it need not be the
    same as any; `flat` of contrast nothing can be seen by. Shares of the usual: `faint` of contrast, `soft` of
    sharpness. Of views: `unlike` of likeness; `gone` share that is lost while the rest is `kept`. Of light: `glaring`
    share that glares beyond the usual; `bright` grey level, and `brighter` beyond the usual, of a picture that is
    washed out.
    """

    same: float
    still: float
    stiller: float
    stillest: float
    flat: float
    faint: float
    soft: float
    unlike: float
    gone: float
    kept: float
    glaring: float
    bright: float
    brighter: float


# tuned on PETS frames 1 to 400 and on rendered scenes: what they gave is in docs/howto/cameras.md
RAISES = Limits(
    same=0.10, still=1.5, stiller=0.90, stillest=0.35, flat=4.0, faint=0.40, soft=0.55, unlike=0.40, gone=0.40,
    kept=0.70, glaring=0.20, bright=170.0, brighter=45.0,
)  # fmt: skip
# a fault ends only well on this side of where it began
ENDS = Limits(
    same=0.15, still=1.6, stiller=0.95, stillest=0.40, flat=5.0, faint=0.50, soft=0.65, unlike=0.50, gone=0.30,
    kept=0.60, glaring=0.12, bright=160.0, brighter=30.0,
)  # fmt: skip


def shown(reading: Reading, limits: Limits) -> frozenset[Fault]:
    """The faults that a picture shows by these limits: of those that may be seen, the one that explains the others."""
    seen = _seen(reading, limits)
    return frozenset(fault for fault in ("frozen" if _frozen(reading, limits) else None, seen) if fault is not None)


def _frozen(reading: Reading, limits: Limits) -> bool:
    """Whether the picture is a still: the noise of a live sensor never comes twice, and never stops."""
    if reading.change is None:
        return False
    usual = 0.0 if reading.usual is None else reading.usual.change
    if reading.change < limits.stillest * usual:
        return True
    still = reading.change <= max(limits.still, limits.stiller * usual)
    return still and reading.repeat is not None and reading.repeat <= limits.same


def _seen(reading: Reading, limits: Limits) -> Fault | None:
    usual = reading.usual
    if usual is None or reading.likeness is None or reading.lost is None or reading.kept is None:
        return "covered" if reading.contrast <= limits.flat else None
    faint = reading.contrast <= max(limits.flat, limits.faint * usual.contrast)
    washed = faint and reading.brightness >= max(limits.bright, usual.brightness + limits.brighter)
    if reading.glare >= usual.glare + limits.glaring or washed:
        return "blinded"
    unlike = reading.likeness <= limits.unlike
    soft = reading.sharpness <= limits.soft * usual.sharpness
    # what is near is out of focus and shows little; another view is as sharp as the usual one
    blocked = reading.lost >= limits.gone and reading.kept >= limits.kept
    if reading.contrast <= limits.flat or (unlike and (faint or soft)) or blocked:
        return "covered"
    if unlike:
        return "turned"
    return "defocused" if soft else None


def words(fault: Fault, reading: Reading) -> str:
    """What the picture shows, for people."""
    usual = reading.usual
    contrast = f"contrast {reading.contrast:.0f}" + ("" if usual is None else f", usually {usual.contrast:.0f}")
    match fault:
        case "frozen":
            return "the picture stands still: it is one that was shown before, without the noise of a live one"
        case "covered" if usual is None or reading.lost is None:
            return f"covered, or in the dark: nothing can be seen; {contrast}"
        case "covered":
            return f"covered, blocked or in the dark: {reading.lost:.0%} of the usual view is gone; {contrast}"
        case "blinded":
            usually = "" if usual is None else f", usually {usual.glare:.0%}"
            return f"blinded by light: {reading.glare:.0%} of the picture glares{usually}; {contrast}"
        case "defocused":
            share = 0.0 if usual is None else reading.sharpness / max(usual.sharpness, 1e-9)
            return f"out of focus, or wet or dirty: edges are {share:.0%} as sharp as usual"
        case "turned":
            return f"turned or moved: the view is like the usual one by {max(reading.likeness or 0.0, 0.0):.0%} only"
    raise AssertionError(fault)
