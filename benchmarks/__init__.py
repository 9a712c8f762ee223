"""Measurements on real data: run each as a module."""
