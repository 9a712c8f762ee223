"""Files: site folders, sheets, tracks, camera models, scenarios."""
