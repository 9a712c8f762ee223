"""A page for one person on this machine: point pairs on picture and plan, with what they make of the camera."""

from bartizan.adapters.web.calibrate.app import ProposalOf, create_app

__all__ = ["ProposalOf", "create_app"]
