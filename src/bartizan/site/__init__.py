"""What is guarded."""
