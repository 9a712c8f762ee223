"""A million cells of ground: the worst path with its proof, beside scikit-image's shortest time over them.

Run: ``python -m benchmarks.terrain``. The compound is made up, and every figure in it: a fence, a hall with a door and
a window, six watched places, a hedge, lawn and marsh. The peer (scikit-image, BSD-3-Clause, in the bench environment
alone) answers an easier question, the least time over the bare ground with eight neighbours, into which no probability
enters. CPU seconds of one core, compilation left out.
"""

# ruff: noqa: E501 - a site reads best with one thing a line

from __future__ import annotations

import resource
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from bartizan.assess.problem import compile_problem
from bartizan.assess.terrain import terrain
from bartizan.site.document import build
from benchmarks.table import Row, main

SIDE = 500.0


def compound() -> dict[str, Any]:
    """A made-up compound of 500 by 500 m, as a document."""

    def time_(mean: float) -> dict[str, Any]:
        return {"mean": mean, "sd": 0.3 * mean, "source": "illustrative"}

    def box(west: float, south: float, east: float, north: float) -> list[list[float]]:
        return [[west, south], [east, south], [east, north], [west, north]]

    def ring(corners: list[list[float]]) -> list[list[float]]:
        return [*corners, corners[0]]

    def way(name: str, p: float, mean: float) -> dict[str, Any]:
        chance = {"value": p, "source": "illustrative"}
        return {"id": name, "p_detection": chance, "detect_at": "middle", "delay": time_(mean)}

    yard, hall = box(60, 60, 440, 440), box(220, 230, 300, 290)
    lamps = [(120, 140, 70), (260, 120, 60), (400, 170, 80), (150, 330, 75), (380, 350, 80), (260, 400, 50)]
    return {
        "schema": 1,
        "site": {"name": "Made-up compound", "default_sd": 0.3},
        "area": [
            {"id": "country", "outside": True, "polygon": box(0, 0, SIDE, SIDE)},
            {"id": "yard", "polygon": yard},
            {"id": "hall", "polygon": hall},
        ],
        "element": [
            {"id": "fence", "kind": "fence", "between": ["country", "yard"], "line": ring(yard), "way": [way("climb", 0.6, 20)]},
            {"id": "door", "kind": "door", "between": ["yard", "hall"], "line": [[220, 258], [220, 260]], "way": [way("force", 0.5, 30)]},
            {"id": "window", "kind": "window", "between": ["yard", "hall"], "line": [[270, 290], [272, 290]], "way": [way("cut", 0.3, 60)]},
        ],
        "target": [{"id": "vault", "area": "hall", "at": [290, 240], "way": [{"id": "open", "delay": time_(60)}]}],
        "response": [{"id": "guard", "arrival": time_(160), "p_communication": 0.95}],
        "threat": [{"id": "lone", "speed": 2.5}],
        "surface": [
            {"id": "lawn", "polygon": box(80, 80, 200, 420), "factor": 0.8},
            {"id": "marsh", "polygon": box(320, 80, 430, 220), "factor": 0.4},
        ],
        "obstacle": [
            {"id": "store", "polygon": box(130, 200, 180, 260)},
            {"id": "hedge", "line": [[320, 300], [400, 300]], "blocks": ["sight"]},
            {"id": "wall", "line": [[200, 120], [210, 200], [310, 205]]},
        ],
        "coverage": [
            {"id": f"lamp-{number}{name}", "sensor": f"radar-{number}", "within": reach * share,
             "per_second": {"value": p, "source": "illustrative"}}
            for number, (_, _, reach) in enumerate(lamps)
            for name, share, p in (("", 1.0, 0.01), ("-near", 0.5, 0.04))
        ],
        "sensor": [
            {"id": f"radar-{number}", "kind": "radar", "covers": ["yard"], "p_sensed": 0.5, "at": [x, y]}
            for number, (x, y, _) in enumerate(lamps)
        ],
    }  # fmt: skip


def seconds(work: Callable[[], Any]) -> tuple[float, Any]:
    """CPU seconds of this process, and what came of it."""
    began = time.process_time()
    done = work()
    return time.process_time() - began, done


def figures(data: Path) -> Iterator[Row]:
    """The worst path at several resolutions, and the peer's easier question at the finest."""
    document = compound()
    document["area"][1]["crossing"] = {"detect_at": "middle"}
    site = build(document)
    problem = compile_problem(site, threat="lone", target="vault", response="guard")
    terrain(site, problem, resolution=10.0)  # compiles
    terrain(site, problem, resolution=4.0)
    for metres in (5.0, 2.0, 1.0, 0.5):
        taken, result = seconds(lambda metres=metres: terrain(site, problem, resolution=metres))  # type: ignore[misc]
        if result.worst is None or result.gap is None:
            raise AssertionError("the compound has no path")
        cells = result.raster.cells
        told = (
            f"{taken:.1f} s, P_I {result.worst.p_interruption:.4f}, gap {result.gap:.1e}, map too low by "
            f"{result.map_gap:.3f} at most, {result.labels:,} labels"
        )
        yield Row("terrain", f"{cells:,} cells of {metres:g} m", told)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    yield Row("terrain", "most memory of the process", f"{peak:,.0f} MB")
    try:
        peer = import_module("skimage.graph").MCP_Geometric  # in the bench environment alone
    except ImportError:
        yield Row("terrain", "scikit-image", "is not here: see benchmarks/requirements.txt")
        return
    costs = np.where(np.isfinite(result.slow), result.slow, -1.0)
    middle = result.raster.cell_at(290.0, 240.0) or 0
    theirs, _ = seconds(lambda: peer(costs).find_costs([divmod(middle, result.raster.columns)]))
    yield Row("terrain", "scikit-image, least time alone", f"{theirs:.1f} s, ours / theirs {taken / theirs:.1f}")


if __name__ == "__main__":
    main(__doc__, figures)
