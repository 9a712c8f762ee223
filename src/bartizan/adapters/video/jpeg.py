"""JPEG pictures off a network: their size is read before they are decoded, so that a small file cannot grow huge."""

from __future__ import annotations

import cv2
import numpy as np

from bartizan.app.live.ports import Picture

MOST_PIXELS = 64_000_000

# start-of-frame markers (ITU-T T.81, table B.1): C0 to CF without the Huffman, arithmetic and reserved ones
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_ALONE = frozenset({0x01, *range(0xD0, 0xD9)})


def jpeg_size(data: bytes) -> tuple[int, int] | None:
    """Width and height [pixels] that a JPEG says it has; None where it is none. Source: ITU-T T.81, annex B."""
    if not data.startswith(b"\xff\xd8"):
        return None
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF:  # a fill byte
            at += 1
            continue
        if marker in _ALONE:
            at += 2
            continue
        length = int.from_bytes(data[at + 2 : at + 4])
        if marker in _FRAMES:
            if at + 9 > len(data) or length < 8:
                return None
            height, width = int.from_bytes(data[at + 5 : at + 7]), int.from_bytes(data[at + 7 : at + 9])
            return (width, height) if width and height and width * height <= MOST_PIXELS else None
        if length < 2 or marker in (0xD9, 0xDA):
            return None
        at += 2 + length
    return None


def decode_jpeg(data: bytes) -> Picture | None:
    """The picture, shape (height, width, 3) in BGR; None where it is garbled or ends early."""
    size = jpeg_size(data)
    # what has no end mark was cut off: some releases of OpenCV make up the rest in grey; cameras may pad after it
    if size is None or b"\xff\xd9" not in data[-64:]:
        return None
    try:
        picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION)
    except cv2.error:
        return None
    if picture is None or (picture.shape[1], picture.shape[0]) != size:
        return None
    return np.asarray(picture, dtype=np.uint8)
