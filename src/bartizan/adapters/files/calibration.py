"""Camera models from calibration files: Tsai as XML, pinhole as OpenCV's YAML, pinhole as KRTD text.

Each reader takes the text of a file and gives a model in metres. A text that is not what it claims to be gives a
CalibrationError that says which part is wrong; the caller adds the name of the file.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

import cv2
import numpy as np
import yaml
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from bartizan.errors import CalibrationError
from bartizan.geometry.pinhole import Pinhole
from bartizan.geometry.pose import Matrix, as_matrix, as_vector
from bartizan.geometry.spread import Spread
from bartizan.geometry.tsai import Tsai

METRES = {"m": 1.0, "cm": 0.01, "mm": 0.001}
"""Metres in one unit of length that a file may be written in."""

# calibration files are a few kilobytes; anything near this is something else
_LARGEST = 1_000_000
_MOST_OTHERS = 100


def metres(unit: object) -> float:
    """Metres in one `unit`: "m", "cm" or "mm"."""
    if not isinstance(unit, str) or unit not in METRES:
        raise CalibrationError(f"the unit of length is one of {', '.join(METRES)}, not {unit!r}")
    return METRES[unit]


def read_model(path: Path, kind: str, unit: str = "m") -> Tsai | Pinhole | Spread:
    """The camera model in the file `path` of `kind` "tsai", "pinhole" or "krtd".

    Raises a CalibrationError that names the file.
    """
    readers: dict[str, Callable[[str, str], Tsai | Pinhole | Spread]] = {"tsai": tsai, "pinhole": pinhole, "krtd": krtd}
    if kind not in readers:
        raise CalibrationError(f"{path}: a camera model is one of {', '.join(readers)}, not {kind!r}")
    try:
        if path.stat().st_size > _LARGEST:
            raise CalibrationError("it is too large for a calibration. Give the camera's calibration file")
        return readers[kind](path.read_text(encoding="utf-8-sig"), unit)
    except OSError as error:
        raise CalibrationError(f"{path}: it cannot be read: {error.strerror}. Check the name and the rights") from error
    except UnicodeDecodeError as error:
        raise CalibrationError(f"{path}: it is not a text file. Give the camera's calibration file") from error
    except CalibrationError as error:
        raise CalibrationError(f"{path}: {error}") from error


def tsai(text: str, unit: str = "mm") -> Tsai:
    """Tsai's model from XML with elements Geometry (dpx, dpy), Intrinsic and Extrinsic; `unit` is that of tx, ty, tz.

    The sensor's own lengths (dpx, dpy, focal, kappa1) are in millimetres whatever the unit.
    """
    scale = metres(unit)
    try:
        root = fromstring(text, forbid_dtd=True)
    except DefusedXmlException as error:
        raise CalibrationError(
            "the XML declares a document type or entities, which no camera model needs. Remove them"
        ) from error
    except (ParseError, ValueError) as error:
        raise CalibrationError(f"it is not XML: {error}. Give a Tsai calibration as XML") from error

    def figure(tag: str, name: str) -> float:
        element = root.find(tag)
        written = None if element is None else element.get(name)
        if written is None:
            raise CalibrationError(f"<{tag} {name}=...> is missing. Give a Tsai calibration as XML")
        try:
            value = float(written)
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            raise CalibrationError(f"<{tag} {name}={written!r}> is not a finite number")
        return value

    return Tsai.from_angles(
        dpx=figure("Geometry", "dpx"),
        dpy=figure("Geometry", "dpy"),
        focal=figure("Intrinsic", "focal"),
        kappa1=figure("Intrinsic", "kappa1"),
        cx=figure("Intrinsic", "cx"),
        cy=figure("Intrinsic", "cy"),
        sx=figure("Intrinsic", "sx"),
        angles=(figure("Extrinsic", "rx"), figure("Extrinsic", "ry"), figure("Extrinsic", "rz")),
        translation=(
            figure("Extrinsic", "tx") * scale,
            figure("Extrinsic", "ty") * scale,
            figure("Extrinsic", "tz") * scale,
        ),
    )


def pinhole(text: str, unit: str = "m") -> Pinhole | Spread:
    """A pinhole from YAML as OpenCV writes it: camera_matrix, distortion_coefficients, rotation, translation.

    `rotation` is a 3 x 3 matrix or a rotation vector of three (also under the names rotation_matrix, R or rvec);
    `translation` three numbers in `unit` (also T or tvec). Matrices are lists, or OpenCV's !!opencv-matrix. `others`
    may list cameras in the same form that it might as well be, which say how uncertain the calibration is: as
    `bartizan calibrate --from-walkers` writes them.
    """
    scale = metres(unit)
    document = _yaml(text)
    model = _camera(document, scale)
    others = _part(document, "others", optional=True)
    if not others:
        return model
    if not isinstance(others, list) or len(others) > _MOST_OTHERS or not all(isinstance(x, Mapping) for x in others):
        raise CalibrationError(f"others is a list of at most {_MOST_OTHERS} cameras. Take it out, or write it again")
    # what one of the others leaves out is as in the camera itself
    return Spread(model, tuple(_camera({**document, **other}, scale) for other in others), 1.0 / len(others))


def pinhole_yaml(model: Pinhole, others: Sequence[Pinhole] = (), about: Sequence[str] = ()) -> str:
    """The text of a pinhole in metres, as `pinhole` reads it; `about` are lines of comment above it."""
    lines = ["%YAML:1.0", "---", *(f"# {' '.join(line.split())}" for line in about), *_camera_lines(model)]
    if others:
        lines.append("others:")
        for other in others:
            first, *rest = _camera_lines(other)
            lines += [f"  - {first}", *(f"    {line}" for line in rest)]
    return "\n".join(lines) + "\n"


def _camera_lines(model: Pinhole) -> list[str]:
    def flat(rows: Sequence[float]) -> str:
        return f"[{', '.join(repr(float(value)) for value in rows)}]"

    matrix = ", ".join(flat(row) for row in model.camera_matrix)
    turn = ", ".join(flat(row) for row in model.rotation)
    return [
        f"camera_matrix: [{matrix}]",
        f"distortion_coefficients: {flat(model.distortion)}",
        f"rotation: [{turn}]",
        f"translation: {flat(model.translation)}",
    ]


def _camera(document: Mapping[Any, Any], scale: float) -> Pinhole:
    inner = _part(document, "camera_matrix", "K")
    turn = _part(document, "rotation", "rotation_matrix", "R", "rvec")
    shift = as_vector(_part(document, "translation", "T", "tvec"), "translation")
    bend = _part(document, "distortion_coefficients", "dist_coeffs", "D", optional=True)
    return Pinhole(
        as_matrix(inner, "camera_matrix"),
        _rotation(turn),
        (shift[0] * scale, shift[1] * scale, shift[2] * scale),
        _shortened(_numbers(bend, "distortion_coefficients")),
    )


def krtd(text: str, unit: str = "m") -> Pinhole:
    """A pinhole from KRTD text: K (3 x 3), R (3 x 3), T (3, in `unit`), D (0 to 8 numbers), white space between.

    Source: the format of Kitware's camera files, as written with the MEVA data set.
    """
    scale = metres(unit)
    figures: list[float] = []
    for number, line in enumerate(text.splitlines(), start=1):
        for word in line.split():
            try:
                value = float(word)
            except ValueError:
                value = math.nan
            if not math.isfinite(value):
                raise CalibrationError(f"line {number}: {word[:40]!r} is not a finite number. KRTD holds numbers alone")
            figures.append(value)
    if len(figures) < 21:
        raise CalibrationError(f"KRTD holds K (9 numbers), R (9), T (3) and D, and here are {len(figures)} numbers")
    return Pinhole(
        as_matrix(figures[:9], "K"),
        as_matrix(figures[9:18], "R"),
        as_vector([value * scale for value in figures[18:21]], "T"),
        _shortened(tuple(figures[21:])),
    )


class _OpenCVLoader(yaml.SafeLoader):
    """The safe loader, which also knows OpenCV's matrices."""


def _opencv_matrix(loader: yaml.SafeLoader, node: yaml.MappingNode) -> Any:
    parts: dict[Any, Any] = loader.construct_mapping(node, deep=True)
    rows, columns, data = parts.get("rows"), parts.get("cols"), parts.get("data")
    if not isinstance(data, list) or not isinstance(rows, int) or not isinstance(columns, int):
        raise CalibrationError("an !!opencv-matrix needs rows, cols and data")
    if rows < 1 or columns < 1 or len(data) != rows * columns:
        raise CalibrationError(f"an !!opencv-matrix of {rows} x {columns} holds {len(data)} numbers")
    return data


_OpenCVLoader.add_constructor("tag:yaml.org,2002:opencv-matrix", _opencv_matrix)


def _yaml(text: str) -> Mapping[Any, Any]:
    body = text.lstrip("\ufeff")
    if body.startswith("%YAML:"):  # OpenCV's first line, which is not quite YAML
        body = body.partition("\n")[2]
    try:
        # the loader is a SafeLoader: it builds numbers, text, lists and mappings only
        document = yaml.load(body, Loader=_OpenCVLoader)  # noqa: S506
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        if isinstance(error, CalibrationError):
            raise
        reason = " ".join(str(error).split())[:200]
        raise CalibrationError(f"it is not YAML: {reason}. Give a calibration as OpenCV writes it") from error
    if not isinstance(document, Mapping):
        raise CalibrationError("it holds no keys. Give camera_matrix, distortion_coefficients, rotation, translation")
    return document


def _part(document: Mapping[Any, Any], *names: str, optional: bool = False) -> Any:
    for name in names:
        if name in document:
            return document[name]
    if optional:
        return ()
    known = f" (also known as {', '.join(names[1:])})" if names[1:] else ""
    raise CalibrationError(f"{names[0]} is missing. Give it{known}")


def _numbers(value: object, what: str) -> tuple[float, ...]:
    try:
        array = np.asarray(value, dtype=np.float64).ravel()
    except (TypeError, ValueError):
        array = np.array([math.nan])
    if not np.all(np.isfinite(array)):
        raise CalibrationError(f"{what} is not a list of finite numbers: {value!r}")
    return tuple(float(number) for number in array)


def _rotation(value: object) -> Matrix:
    numbers = _numbers(value, "rotation")
    if len(numbers) == 3:
        matrix, _ = cv2.Rodrigues(np.array(numbers))
        return as_matrix(matrix, "rotation")
    return as_matrix(numbers, "rotation")


def _shortened(coefficients: tuple[float, ...]) -> tuple[float, ...]:
    """Without the zeros at the end, at a length that the lens model knows."""
    last = max((place + 1 for place, value in enumerate(coefficients) if value), default=0)
    length = next((count for count in (0, 4, 5, 8) if count >= last), last)
    return (coefficients + (0.0,) * 8)[:length] if length <= 8 else coefficients
