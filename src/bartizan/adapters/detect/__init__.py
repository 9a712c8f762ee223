"""Detectors that a user brings: ONNX models, run by ONNX Runtime, which is an extra. No weights are shipped."""

from bartizan.adapters.detect.detector import OnnxCounts, OnnxDetector, OnnxDetectors

__all__ = ["OnnxCounts", "OnnxDetector", "OnnxDetectors"]
