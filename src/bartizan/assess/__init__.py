"""Will it hold."""
