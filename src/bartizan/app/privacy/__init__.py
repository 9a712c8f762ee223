"""What a site's watch learns of people, how long it is kept, and why."""

from bartizan.app.privacy.statement import Kept, Statement, View, Watched, statement_of

__all__ = ["Kept", "Statement", "View", "Watched", "statement_of"]
