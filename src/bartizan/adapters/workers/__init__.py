"""Cameras in processes of their own: one child process each, which tells what it sees through a pipe."""

from bartizan.adapters.workers.fleet import Fleet, FleetCounts
from bartizan.adapters.workers.outlet import Outlet

__all__ = ["Fleet", "FleetCounts", "Outlet"]
