"""People and things in a picture: what is foreground, who is in it, where they stand."""
