"""Incidents: led by procedure, in the posture that holds, with all that happened and what was alike before."""
