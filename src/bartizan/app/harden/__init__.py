"""Hardening a site: what should be bought within a budget, and what could be spared?"""

from bartizan.app.harden.hardening import HardenStudy, SpareStudy, harden_site, spare_site

__all__ = ["HardenStudy", "SpareStudy", "harden_site", "spare_site"]
