"""What is guarded."""

from bartizan.site.document import build
from bartizan.site.site import Site

__all__ = ["Site", "build"]
