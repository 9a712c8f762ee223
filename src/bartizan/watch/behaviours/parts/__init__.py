"""What behaviours are made of: rows of tracks, ground and lines, stays, walks."""
