"""What a run sees, shown on the desk: the picture with its boxes, and who moves on the plan with a short trail."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bartizan.app.desk.feed import Box, LiveFeed
from bartizan.app.live.run import Sighting

TRAIL = 30  # places of a track shown on the plan


class Showing:
    """Publishes the sightings of one run, in their order, to a feed. Trails are forgotten with their tracks."""

    def __init__(self, feed: LiveFeed) -> None:
        self._feed = feed
        self._trails: dict[str, list[tuple[float, float]]] = {}

    def show(self, sighting: Sighting, image: NDArray[np.uint8] | bytes | None) -> None:
        """Publish a sighting and its picture: shape (height, width, 3) in BGR, a JPEG, or None where it has none."""
        if image is not None:
            boxes: list[Box] = [(track, *box) for track, box in sighting.boxes]
            self._feed.publish_picture(sighting.camera, sighting.t, image, boxes)
        for point in sighting.points:
            trail = self._trails.setdefault(point.track, [])
            trail.append(point.at)
            del trail[:-TRAIL]
        self._feed.publish_tracks(
            sighting.t, [(p.track, p.at[0], p.at[1], p.cameras, self._trails[p.track]) for p in sighting.points]
        )
        # a track may be seen once more in the very sighting that ends it
        for track in sighting.ended:
            self._trails.pop(track, None)
