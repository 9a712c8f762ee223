"""Which reader a plan needs, by the ending of its name; those of no reader are told what to do."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bartizan.adapters.plans.source import refusal
from bartizan.app.draft import Draft, Drawing, draft_site
from bartizan.app.draft.drawing import UNITS, Placing
from bartizan.errors import InputError

_ELSEWHERE = {
    ".pbf": ("is an OpenStreetMap extract in PBF", "Turn it into XML first: osmium cat extract.osm.pbf -o extract.osm"),
    ".dwg": ("is a DWG drawing", "Save it as DXF"),
    ".ifc": ("is a building model", "Save its floor plans as DXF or GeoJSON"),
    ".kml": ("is KML", "Save it as GeoJSON"),
    ".shp": ("is a shapefile", "Save it as GeoJSON in WGS84"),
}
_CURE = "Give an OpenStreetMap extract (.osm, .osm.gz), a drawing (.dxf) or GeoJSON (.geojson, .json)"


def import_plan(
    path: str | Path,
    *,
    unit: str | None = None,
    origin: tuple[float, float] | None = None,
    bearing: float | None = None,
    box: tuple[float, float, float, float] | None = None,
    kinds: Sequence[str] = (),
    elements: bool = False,
) -> Draft:
    """What a plan drawn elsewhere holds, in metres, as the draft of a site: nothing is written.

    `unit`: one of `UNITS`, for drawings in lengths; `origin`: longitude, latitude and `bearing` of the y axis
    [degrees]; `box`: west, south, east, north, in degrees or for drawings in lengths in metres; `kinds`: only these;
    `elements`: also propose areas and elements. Raises PlanError, InputError, MissingExtraError.
    """
    if unit is not None and unit not in UNITS:
        raise InputError(f"there is no unit {unit!r}. Give one of {', '.join(UNITS)}")
    placing = Placing(unit=unit, origin=origin, bearing=bearing, box=box)
    return draft_site(read_plan(Path(path), placing), kinds=kinds, elements=elements)


def read_plan(path: Path, placing: Placing) -> Drawing:
    """The drawing in a plan's file. Raises PlanError; MissingExtraError for a DXF without its library."""
    name = path.name.lower()
    if name.endswith((".osm", ".osm.gz", ".osm.xml")):
        from bartizan.adapters.plans.osm import read_osm  # noqa: PLC0415 a form must not pay for the parts of another

        return read_osm(path, placing)
    if name.endswith(".dxf"):
        from bartizan.adapters.plans.dxf import read_dxf  # noqa: PLC0415

        return read_dxf(path, placing)
    if name.endswith((".geojson", ".json", ".geojson.gz", ".json.gz")):
        from bartizan.adapters.plans.geojson import read_geojson  # noqa: PLC0415

        return read_geojson(path, placing)
    what, cure = next(
        (said for ending, said in _ELSEWHERE.items() if name.endswith(ending)),
        ("is no kind of plan that is read here", _CURE),
    )
    raise refusal(str(path), what, cure)
