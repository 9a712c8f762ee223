"""The live run: pictures, boxes or tracks in; tracks on the plan and signals out."""

from bartizan.app.live.eye import Eye, Glimpse, default_detector
from bartizan.app.live.ports import Detector, DetectorFactory, Frame, FrameSource
from bartizan.app.live.run import LiveCounts, LiveRun, Sighting
from bartizan.app.live.stream import watch_boxes, watch_pictures, watch_tracks
from bartizan.app.live.traces import Traces

__all__ = [
    "Detector",
    "DetectorFactory",
    "Eye",
    "Frame",
    "FrameSource",
    "Glimpse",
    "LiveCounts",
    "LiveRun",
    "Sighting",
    "Traces",
    "default_detector",
    "watch_boxes",
    "watch_pictures",
    "watch_tracks",
]
