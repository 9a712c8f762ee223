"""Shapes on the plan in metres, and cameras that see the ground."""
