"""The desk on duty: the site's cameras watched while the desk is open, what they raise handed to it."""

from bartizan.app.duty.watching import DutyWatch

__all__ = ["DutyWatch"]
