"""The site.toml of a draft: what is known from the plan, and in comments what a person must add."""

from __future__ import annotations

import json
from collections.abc import Iterator

from bartizan.app.draft.drawing import Drawing, shown
from bartizan.app.draft.layers import AreaDraft, ElementDraft, Layers


def site_text(drawing: Drawing, size: tuple[float, float], layers: Layers | None, plan_file: str) -> str:
    """The text of site.toml: a site that reads through, holds no figure, and says what is still missing."""
    return "\n".join(_lines(drawing, size, layers, plan_file)) + "\n"


def _lines(drawing: Drawing, size: tuple[float, float], layers: Layers | None, plan_file: str) -> Iterator[str]:
    name = shown(drawing.file) or "plan"
    yield f"# A draft from {name} ({drawing.form}). It holds no figure: delays, detection and"
    yield "# response are yours to give, each with its source. docs/reference/site-file.md explains every key;"
    yield "# `bartizan check .` names what is missing."
    yield ""
    yield "schema = 1"
    yield ""
    yield "[site]"
    yield f"name = {text(name)}"
    yield ""
    yield "[plan]"
    yield f"file = {text(plan_file)}"
    yield f'crs = "metres" # {size[0]:g} x {size[1]:g} m; {_frame_words(drawing)}'
    if layers is None:
        yield from _what_to_do(drawing)
        return
    yield ""
    yield "# ---------------------------------------------------------------- areas, as the plan suggests them"
    for area in layers.areas:
        yield from _area(area)
    yield ""
    yield "# ---------------------------------------------------------------- elements between them"
    yield "# each needs its ways, such as:"
    yield "#   [[element.way]]"
    yield '#   id = "force"'
    yield "#   detect_at, p_detection and delay = { mean, sd } with their source"
    for element in layers.elements:
        yield from _element(element)
    if layers.left:
        yield ""
        for kind, count in layers.left:
            yield f"# {count} x {kind}: left as drawings, for the plan draws no two areas that they part"
    yield ""
    yield "# Still missing: [[target]], [[response]] and [[threat]]; `bartizan new FOLDER` writes an example of each."


def _frame_words(drawing: Drawing) -> str:
    frame = drawing.frame
    if frame is None:
        return "x and y as in the file, which does not say where north is"
    turned = "x east, y north" if frame.bearing == 0.0 else f"y looks {frame.bearing:g} degrees clockwise from north"
    return f"{turned}; the origin is longitude {frame.origin[0]:.6f}, latitude {frame.origin[1]:.6f}"


def _what_to_do(drawing: Drawing) -> Iterator[str]:
    example = drawing.features[0]
    yield ""
    yield "# All features are drawings so far. Give one a meaning by its id, for instance:"
    yield "#"
    yield "# [[area]]"
    yield '# id = "yard"'
    yield f"# feature = {text(example.id)}"
    yield "#"
    yield "# `bartizan import ... --elements` proposes areas and elements where the plan shows what parts what."


def _area(area: AreaDraft) -> Iterator[str]:
    yield ""
    yield "[[area]]"
    yield f"id = {text(area.id)}"
    if area.name is not None:
        yield f"name = {text(area.name)}"
    if area.outside:
        yield "outside = true # everything that no other area covers"
    elif area.feature is not None:
        yield f"feature = {text(area.feature)}"
    else:
        yield "# no feature: its ground is not drawn as one piece by itself"


def _element(element: ElementDraft) -> Iterator[str]:
    yield ""
    yield "[[element]]"
    yield f"id = {text(element.id)}"
    if element.name is not None:
        yield f"name = {text(element.name)}"
    yield f"kind = {text(element.kind)}"
    yield f"between = [{text(element.between[0])}, {text(element.between[1])}]"
    yield f"feature = {text(element.id)}"


def text(words: str) -> str:
    """Words without control characters as TOML writes them: quotes and backslashes as in JSON."""
    return json.dumps(words, ensure_ascii=False)
