"""Makes a small picture of a large one: a program of its own, from standard input to standard output.

It is run apart and by its path, so that it loads nothing but the decoder: a picture that was made to break who opens it
breaks this, and what it may use of the machine is bounded before it reads. Exit status 3: it is no picture.
"""

from __future__ import annotations

import os
import resource
import sys

SIDE = 320  # pixels of the longer side
QUALITY = 75  # percent of JPEG
MEMORY = 2 * 1024**3  # bytes of address space
SECONDS = 5  # of processor
PIXELS = 100_000_000  # of the large picture
NO_PICTURE = 3


def main() -> int:
    """Read a picture, write a JPEG of at most SIDE pixels a side. Returns the exit status."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    # both are read when the decoder is loaded: a thread each would need more memory than there is
    os.environ.update(OPENCV_IO_MAX_IMAGE_PIXELS=str(PIXELS), OPENBLAS_NUM_THREADS="1")
    import cv2  # noqa: PLC0415 - within the bounds
    import numpy as np  # noqa: PLC0415

    cv2.setNumThreads(1)
    try:
        image = cv2.imdecode(np.frombuffer(sys.stdin.buffer.read(), dtype=np.uint8), cv2.IMREAD_COLOR)
    except (cv2.error, MemoryError):
        return NO_PICTURE
    if image is None:
        return NO_PICTURE
    height, width = image.shape[:2]
    scale = min(1.0, SIDE / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    done, data = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    if not done:
        return NO_PICTURE
    sys.stdout.buffer.write(data.tobytes())
    return 0


if __name__ == "__main__":
    sys.exit(main())
