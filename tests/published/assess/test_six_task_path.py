"""A six-task reference path: our own computation, confirmed by two independent programs; no book's table is claimed.

Standard deviations are 30 % of each mean; response 300 s with 90 s; communication 0.95.
"""

from __future__ import annotations

import pytest

from bartizan.assess.task import Task
from bartizan.assess.timeline import timeline
from bartizan.site.model import DetectAt

TASKS = ((0.0, 10.0), (0.0, 12.0), (0.9, 90.0), (0.0, 10.0), (0.9, 90.0), (0.0, 120.0))
# five digits were printed, so the last is known to half a unit
PRINTED = 0.5e-5


def path(detect_at: DetectAt) -> list[Task]:
    return [
        Task(kind="element", id=str(number), p_detection=p, detect_at=detect_at, delay_mean=mean, delay_sd=0.3 * mean)
        for number, (p, mean) in enumerate(TASKS, start=1)
    ]


@pytest.mark.parametrize(("detect_at", "p_interruption"), [("begin", 0.47604), ("middle", 0.31942), ("end", 0.18516)])
def test_agrees_with_the_reference(detect_at: DetectAt, p_interruption: float) -> None:
    assert timeline(path(detect_at), 300.0, 90.0, 0.95).p_interruption == pytest.approx(p_interruption, abs=PRINTED)


def test_communication_is_no_retry_at_each_sensor() -> None:
    """P_C inside the product of misses is a slip that shows in the third digit."""
    inside = [
        Task(
            kind=task.kind, id=task.id, p_detection=0.95 * task.p_detection, detect_at=task.detect_at,
            delay_mean=task.delay_mean, delay_sd=task.delay_sd,
        )
        for task in path("begin")
    ]  # fmt: skip
    assert timeline(inside, 300.0, 90.0, 1.0).p_interruption > 0.4775


@pytest.mark.parametrize(
    ("detect_at", "critical", "detecting"), [("begin", 2, 2), ("middle", 1, None), ("end", 1, None)]
)
def test_shows_where_it_is_decided(detect_at: DetectAt, critical: int, detecting: int | None) -> None:
    """Left at the begin of task 3: 310 s > 300 s; at its middle 265 s, and at the end of task 2 310 s."""
    found = timeline(path(detect_at), 300.0, 90.0, 0.95)
    assert (found.critical_detection_point, found.last_detecting) == (critical, detecting)
