"""Where the outside world is touched."""
