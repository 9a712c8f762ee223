"""Procedures as they are gone through: which step is due, what was answered, what was skipped and why.

A procedure is copied into the incident when it begins, so that what was done can be read later whatever the site file
says by then. Steps are done in order; the answer says which comes next. A step is skipped only with a reason, which
the supervisor has to see. Another procedure takes the place of the first where the incident turns out to be of another
kind; what was done stays as history.
"""

from bartizan.desk.procedures.codec import read_procedure
from bartizan.desk.procedures.run import Done, Run, begin, done, due, overdue, skipped

__all__ = ["Done", "Run", "begin", "done", "due", "overdue", "read_procedure", "skipped"]
