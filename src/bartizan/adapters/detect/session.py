"""An ONNX model opened by ONNX Runtime: refused in words where it is not one that can be used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bartizan.adapters.detect.external import external_files
from bartizan.errors import DetectorError, MissingExtraError

_SUFFIX = "ExecutionProvider"
_LARGEST = 2**31 - 1  # bytes: the most that protocol buffers hold
_TYPES: dict[str, type[np.generic]] = {
    "tensor(float)": np.float32,
    "tensor(float16)": np.float16,
    "tensor(uint8)": np.uint8,
}
_SIZES = "orig_target_sizes"


def require_extra() -> Any:
    """ONNX Runtime; MissingExtraError where it is not installed."""
    try:
        return import_module("onnxruntime")
    except ImportError as error:
        raise MissingExtraError.of("an ONNX detector", "onnx") from error


@dataclass(frozen=True, slots=True, eq=False)
class Opened:
    """A model ready to run: `picture` names the input that takes the picture, of `dtype`; `size` (width, height) in
    pixels, None where the model takes any; `sizes` names the input that asks for the picture's size, or is None.
    """

    name: str
    session: Any
    picture: str
    dtype: type[np.generic]
    size: tuple[int | None, int | None]
    sizes: str | None

    def run(self, blob: NDArray[np.float32], size: tuple[int, int]) -> dict[str, NDArray[np.generic]]:
        """The outputs by name; DetectorError where the model fails on the picture."""
        feeds: dict[str, Any] = {self.picture: blob.astype(self.dtype, copy=False)}
        if self.sizes is not None:
            feeds[self.sizes] = np.array([size], np.int64)
        try:
            values = self.session.run(None, feeds)
        except Exception as error:  # the library has no error class of its own
            raise DetectorError(f"{self.name}: fails on a picture: {_first_line(error)}. Export it again") from error
        names = [output.name for output in self.session.get_outputs()]
        return {name: np.asarray(value) for name, value in zip(names, values, strict=True)}


def open_model(path: Path, providers: Sequence[str], threads: int) -> Opened:
    """The model in a file.

    `providers`: ONNX Runtime's, in order of preference, by short name ("cpu", "cuda") or long; none means the
    processor. `threads` that one run may take. Errors: DetectorError for a file that is missing or no model, for a
    model that wants a file outside its folder or has other inputs than one picture (and the size, in D-FINE's way),
    and for a provider that this machine does not have; MissingExtraError without ONNX Runtime.
    """
    runtime = require_extra()
    name = str(path)
    content = _content(path)
    for location in sorted(external_files(content, name)):
        _refuse_outside(path, location)
    wanted = _providers(runtime, providers, name)
    options = runtime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 4
    try:
        session = runtime.InferenceSession(str(path), options, providers=wanted)
    except Exception as error:  # the library has no error class of its own
        raise DetectorError(
            f"{name}: is not a model that ONNX Runtime reads: {_first_line(error)}. Export it again"
        ) from (error)
    if session.get_providers()[0] != wanted[0]:
        raise DetectorError(
            f"{name}: provider {wanted[0]} does not start here. Install what it needs, or choose another"
        )
    return _opened(name, session)


def _content(path: Path) -> bytes:
    try:
        if path.stat().st_size > _LARGEST:
            raise DetectorError(f"{path}: is larger than a model can be (2 GiB). Keep its tensors in a file beside it")
        return path.read_bytes()
    except OSError as error:
        raise DetectorError(
            f"{path}: the model cannot be read ({error.strerror}). Put it into the site folder"
        ) from error


def _refuse_outside(path: Path, location: str) -> None:
    """The tensors of a model lie beside it or below; a link that leads out is no way round."""
    folder = path.resolve().parent
    try:
        place = (folder / location).resolve()
        inside = bool(location) and place.is_relative_to(folder) and place != folder
    except (OSError, ValueError, RuntimeError):
        inside = False
    if not inside:
        raise DetectorError(
            f"{path}: keeps tensors in {location!r}, outside its own folder, which is not opened. "
            "Export it with its tensors inside, or beside it"
        )


def _providers(runtime: Any, asked: Sequence[str], name: str) -> list[str]:
    here = list(runtime.get_available_providers())
    short = {provider.removesuffix(_SUFFIX).lower(): provider for provider in here}
    wanted = []
    for one in asked or ("cpu",):
        found = short.get(one.removesuffix(_SUFFIX).lower())
        if found is None:
            raise DetectorError(
                f"{name}: ONNX Runtime has no provider {one!r} on this machine; it has {', '.join(sorted(short))}. "
                "Choose one of these, or install an ONNX Runtime that has it"
            )
        wanted.append(found)
    return wanted


def _opened(name: str, session: Any) -> Opened:
    inputs = {value.name: value for value in session.get_inputs()}
    sizes = inputs.pop(_SIZES, None)
    if len(inputs) != 1:
        raise DetectorError(
            f"{name}: takes {', '.join(sorted(inputs)) or 'nothing'}, and a detector takes one picture "
            f"(and {_SIZES}, in D-FINE's way). Export it for inference"
        )
    (picture,) = inputs.values()
    shape = list(picture.shape)
    # a side that is left open is a name or nothing
    if len(shape) != 4 or any(isinstance(side, int) and side != own for side, own in zip(shape, (1, 3), strict=False)):
        raise DetectorError(
            f"{name}: its input {picture.name} has the shape {tuple(shape)}, and a picture is (1, 3, height, width). "
            "Export it so"
        )
    if picture.type not in _TYPES:
        raise DetectorError(
            f"{name}: its input {picture.name} is {picture.type}, and a picture is one of {', '.join(_TYPES)}. "
            "Export it so"
        )
    if sizes is not None and (sizes.type != "tensor(int64)" or len(sizes.shape) != 2):
        raise DetectorError(
            f"{name}: its input {_SIZES} is {sizes.type} {tuple(sizes.shape)}, not int64 (1, 2). Export it so"
        )
    wide, high = (side if isinstance(side, int) else None for side in (shape[3], shape[2]))
    return Opened(name, session, picture.name, _TYPES[picture.type], (wide, high), None if sizes is None else _SIZES)


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0][:300]
