"""Which other files an ONNX model wants read: the tensors that it keeps outside itself.

ONNX is written in protocol buffers. A model may say that a tensor lies in another file; a hostile one names a file
anywhere. This reads the few fields that matter straight from the bytes, before any library sees the model.

Source: onnx.proto of ONNX 1.x, messages ModelProto, GraphProto, NodeProto, AttributeProto, TensorProto.
"""

from __future__ import annotations

from collections.abc import Iterator

from bartizan.errors import DetectorError

# which numbered fields of a message hold which message, as far as tensors can lie in them
_FIELDS: dict[str, dict[int, str]] = {
    "model": {7: "graph", 20: "training", 25: "function"},
    "training": {1: "graph", 2: "graph"},
    "function": {7: "node", 11: "attribute"},
    "graph": {1: "node", 5: "tensor", 15: "sparse"},
    "node": {5: "attribute"},
    "attribute": {5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse", 23: "sparse"},
    "sparse": {1: "tensor", 2: "tensor"},
    "tensor": {13: "entry"},
}
_DEEPEST = 64  # graphs within graphs; a real model has two or three


def external_files(model: bytes, name: str) -> set[str]:
    """The locations, as written, of all files that a model's tensors lie in. `name` is for errors.

    Errors: DetectorError where the bytes are no message of protocol buffers.
    """
    if not model:
        raise _broken(name)
    return set(_walk(memoryview(model), "model", name, 0))


def _walk(part: memoryview, kind: str, name: str, depth: int) -> Iterator[str]:
    if depth > _DEEPEST:
        raise DetectorError(f"{name}: is nested deeper than any model is. Export it again")
    for number, value in _fields(part, name):
        inner = _FIELDS.get(kind, {}).get(number)
        if inner is None or not isinstance(value, memoryview):
            continue
        if inner == "entry":
            entry = {number: bytes(text) for number, text in _fields(value, name) if isinstance(text, memoryview)}
            if entry.get(1) == b"location":
                yield entry.get(2, b"").decode("utf-8", "surrogateescape")
        else:
            yield from _walk(value, inner, name, depth + 1)


def _fields(part: memoryview, name: str) -> Iterator[tuple[int, int | memoryview]]:
    """Number and value of each field: bytes where it is of a length of its own, else a number."""
    at, end = 0, len(part)
    while at < end:
        key, at = _varint(part, at, name)
        number, wire = key >> 3, key & 7
        if number == 0:
            raise _broken(name)
        if wire == 0:
            value, at = _varint(part, at, name)
            yield number, value
            continue
        if wire == 2:
            length, at = _varint(part, at, name)
        else:
            length = {1: 8, 5: 4}.get(wire, -1)
        if length < 0 or at + length > end:
            raise _broken(name)
        if wire == 2:
            yield number, part[at : at + length]
        at += length


def _varint(part: memoryview, at: int, name: str) -> tuple[int, int]:
    value = shift = 0
    while at < len(part) and shift < 64:
        byte = part[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
    raise _broken(name)


def _broken(name: str) -> DetectorError:
    return DetectorError(f"{name}: is not an ONNX model. Give a file exported as .onnx")
