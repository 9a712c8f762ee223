"""One camera's eye: a picture goes in, who is seen and where on the plan comes out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bartizan.app.live.ports import Detector, DetectorFactory, FrameSource
from bartizan.errors import InputError, MissingPartError
from bartizan.geometry.projection import CameraModel
from bartizan.signal import Observation
from bartizan.site.model import Camera
from bartizan.watch.detection.detect import BackgroundDetector, Detection
from bartizan.watch.detection.observe import observe


@dataclass(frozen=True, slots=True)
class Glimpse:
    """What one frame of one camera shows: detections in the picture [pixels], observations on the plan [m]."""

    t: float
    camera: str
    detections: tuple[Detection, ...]
    observations: tuple[Observation, ...]


def default_detector(camera: Camera, size: tuple[int, int]) -> Detector:
    """The detector that needs no weights, for a camera whose pictures have `size` [pixels].

    Raises MissingPartError where the camera has no model.
    """
    return BackgroundDetector(model_of(camera), size)


class Eye:
    """Detector and projection of one camera. The detector may remember, so an eye sees one stream, in order.

    `detectors` makes the detector: from the first picture where the site does not give the camera's size. Raises
    MissingPartError where the camera has no model.
    """

    def __init__(self, camera: Camera, detectors: DetectorFactory = default_detector) -> None:
        self.camera = camera.id
        self._camera = camera
        self._model = model_of(camera)
        self._detectors = detectors
        self._detector: Detector | None = None

    @classmethod
    def of(cls, camera: Camera, source: FrameSource, detectors: DetectorFactory = default_detector) -> Eye:
        """The eye of a camera for its own pictures. Raises InputError where they are not of the size the site says."""
        if camera.size is not None and source.size != camera.size:
            raise InputError(
                f"camera '{camera.id}' has pictures of {_size(source.size)}, and the site says {_size(camera.size)}. "
                "Correct its size and its model, or give the stream it was calibrated on"
            )
        return cls(camera, detectors)

    def see(self, t: float, image: NDArray[np.uint8]) -> Glimpse:
        """Look at the picture at `t` [s], shape (height, width, 3), BGR.

        Raises InputError where the picture is not of the camera's size.
        """
        if self._detector is None:
            self._detector = self._detectors(self._camera, self._camera.size or (image.shape[1], image.shape[0]))
        return glimpse(self.camera, self._model, t, self._detector.detect(t, image))


def glimpse(camera: str, model: CameraModel, t: float, detections: Sequence[Detection]) -> Glimpse:
    """What a frame shows whose detections [pixels] are known."""
    return Glimpse(t, camera, tuple(detections), tuple(observe(camera, model, t, detections)))


def model_of(camera: Camera) -> CameraModel:
    """The camera's model. Raises MissingPartError where it has none."""
    if camera.model is None:
        raise MissingPartError(
            f"camera '{camera.id}' has no model, so that what it sees has no place on the plan. "
            "Give it a model in site.toml: four points, or a calibration file"
        )
    return camera.model


def _size(size: tuple[int, int]) -> str:
    return f"{size[0]} x {size[1]} pixels"
