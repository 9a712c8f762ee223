"""A desk's data copied while it works, and brought back where it was lost, both proved."""

from bartizan.app.backup.backup import Backup, Files, Kept, back_up, restore
from bartizan.app.backup.copying import Rows, Target, copy

__all__ = ["Backup", "Files", "Kept", "Rows", "Target", "back_up", "copy", "restore"]
