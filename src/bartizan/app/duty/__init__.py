"""Duty: who is on it, the rounds, who is told when nobody deals with an alarm, the log-book, the change of shift."""
