"""Who goes where over time, through all cameras: gates, stitches, links, ids."""
