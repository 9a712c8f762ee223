"""Where a DXF drawing lies: metres to its unit, and from GEODATA where north is and where its origin lies on earth."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bartizan.adapters.plans.source import refusal
from bartizan.app.draft.drawing import UNITS, Placing

if TYPE_CHECKING:
    from ezdxf.document import Drawing as Document

# $INSUNITS of the DXF reference (Autodesk, 2018): metres to the unit and its name; 0 says "unitless"
INSUNITS: dict[int, tuple[float, str]] = {
    1: (UNITS["in"], "inches"),
    2: (UNITS["ft"], "feet"),
    3: (1609.344, "miles"),
    4: (UNITS["mm"], "millimetres"),
    5: (UNITS["cm"], "centimetres"),
    6: (1.0, "metres"),
    7: (1000.0, "kilometres"),
    8: (0.0254e-6, "microinches"),
    9: (0.0254e-3, "mils"),
    10: (UNITS["yd"], "yards"),
    11: (1e-10, "angstroms"),
    12: (1e-9, "nanometres"),
    13: (1e-6, "microns"),
    14: (0.1, "decimetres"),
    15: (10.0, "decametres"),
    16: (100.0, "hectometres"),
    17: (1e9, "gigametres"),
    18: (149_597_870_700.0, "astronomical units"),
    19: (9_460_730_472_580_800.0, "light years"),
    20: (3.085_677_581_491_367e16, "parsecs"),
    21: (UNITS["us-ft"], "US survey feet"),
    22: (UNITS["us-ft"] / 12.0, "US survey inches"),
    23: (UNITS["us-ft"] * 3.0, "US survey yards"),
    24: (UNITS["us-ft"] * 5280.0, "US survey miles"),
}
_DEGREES = 3  # of the coordinate types of GEODATA: latitude and longitude
_SAME = 1e-6  # relative: international and survey feet differ by 2e-6
_GEORSS = re.compile(r"<georss:point>\s*(-?[\d.]+)\s+(-?[\d.]+)\s*</georss:point>", re.ASCII)
_STRETCHED = 0.01  # of a length: what a map projection may do to it before a person must know


@dataclass(frozen=True, slots=True, kw_only=True)
class Lie:
    """How a drawing lies: `metres` to its unit, `centre` [units] that becomes the plan's origin, `turn` [radians].

    `turn` is counter-clockwise from the drawing's axes to the plan's. `place` is longitude, latitude [degrees] of
    the centre and `bearing` what the plan's y axis looks along, both None where the file does not say.
    """

    metres: float
    centre: tuple[float, float] = (0.0, 0.0)
    turn: float = 0.0
    place: tuple[float, float] | None = None
    bearing: float | None = None
    notes: tuple[str, ...] = ()

    def to_plan(self, x: float, y: float) -> tuple[float, float]:
        """x, y [m] on the plan of a place in the drawing [units]."""
        dx, dy = (x - self.centre[0]) * self.metres, (y - self.centre[1]) * self.metres
        cos, sin = math.cos(self.turn), math.sin(self.turn)
        return dx * cos - dy * sin, dx * sin + dy * cos


def lie_of(document: Document, placing: Placing, file: str) -> Lie:
    """How a drawing lies.

    The unit is the one asked for, else $INSUNITS, else that of GEODATA. With GEODATA its design point becomes the
    origin and the plan is turned so that y looks north, or along `placing.bearing`. Raises PlanError where no unit
    is known, or the file contradicts itself.
    """
    geodata = document.modelspace().get_geodata()
    metres, notes = _metres(document, geodata, placing, file)
    if placing.origin is not None and geodata is None:
        message = "says nothing of where north is, so it cannot be laid on the earth"
        raise refusal(file, message, "Leave --origin away; --bearing turns the plan against its own y axis")
    if geodata is None:
        return Lie(metres=metres, turn=math.radians(placing.bearing or 0.0), notes=tuple(notes))
    if geodata.dxf.get("coordinate_type", 0) == _DEGREES:
        message = "its GEODATA says that it is drawn in degrees, which are no lengths"
        raise refusal(file, message, "Save it as GeoJSON in WGS84, or draw it in a map grid")
    north, centre = geodata.dxf.north_direction, geodata.dxf.design_point
    if not all(math.isfinite(value) for value in (north.x, north.y, centre.x, centre.y)) or not (north.x or north.y):
        raise refusal(file, "its GEODATA has no design point or no direction of north", "Take the GEODATA out")
    place = placing.origin or _place(geodata)
    notes += _projection_notes(geodata, place)
    bearing = placing.bearing or 0.0
    # north is turned to the y axis, and then on by the bearing
    turn = math.pi / 2.0 - math.atan2(north.y, north.x) + math.radians(bearing)
    return Lie(metres=metres, centre=(centre.x, centre.y), turn=turn, place=place, bearing=bearing, notes=tuple(notes))


def _metres(document: Document, geodata: Any, placing: Placing, file: str) -> tuple[float, list[str]]:
    code = document.header.get("$INSUNITS", 0)
    said = INSUNITS.get(code)
    stated = None if geodata is None else float(geodata.dxf.horizontal_unit_scale)
    of_geodata = stated if stated is not None and math.isfinite(stated) and stated > 0.0 else None
    if placing.unit is not None:
        metres = UNITS[placing.unit]
        other = said is not None and abs(said[0] / metres - 1.0) > _SAME
        note = [f"read in {placing.unit} as you say; the file itself says {said[1]}"] if other and said else []
        return metres, note
    if said is None and of_geodata is None:
        message = f"does not say in which unit it is drawn ($INSUNITS = {code})"
        raise refusal(file, message, f"Give --unit: {', '.join(UNITS)}")
    if said is not None and of_geodata is not None and abs(said[0] / of_geodata - 1.0) > _SAME:
        message = f"says {said[1]} ($INSUNITS = {code}), and in its GEODATA {of_geodata:g} m to the unit"
        raise refusal(file, message, "Give --unit to say which is right")
    metres, words = said if said is not None else (of_geodata or 1.0, f"{of_geodata:g} m to the unit")
    return metres, [f"drawn in {words}: {metres:g} m to the unit"]


def _place(geodata: Any) -> tuple[float, float] | None:
    """Longitude, latitude of the design point, as the GEODATA's GeoRSS tag says it (to some metres)."""
    found = _GEORSS.search(geodata.dxf.geo_rss_tag or "")
    if found is None:
        return None
    latitude, longitude = float(found[1]), float(found[2])
    return (longitude, latitude) if abs(longitude) <= 180.0 and abs(latitude) <= 90.0 else None


def _projection_notes(geodata: Any, place: tuple[float, float] | None) -> list[str]:
    """What a map projection does to north and lengths.

    Mercator's stretches lengths by 1 / cos(latitude) (Snyder, 1987, section 7), and no file tells whether its
    drawing was stretched with it.
    """
    found = re.search(r'ProjectedCoordinateSystem id="([^"]{1,80})"', geodata.coordinate_system_definition or "")
    if found is None:
        return []
    notes = [f"north is that of its map grid, {found[1]}"]
    if place is not None and "MERCATOR" in found[1].upper() and "TRANSVERSE" not in found[1].upper():
        stretch = 1.0 / max(math.cos(math.radians(place[1])), 1e-6)
        if stretch - 1.0 >= _STRETCHED:
            words = f"in {found[1]} lengths at this latitude are {stretch:.2f} times those on the ground"
            notes.append(f"{words}: measure one length before you trust the plan")
    return notes
