"""Mail and calls to programs outside, and the cabinet on disk in which they wait."""

from bartizan.adapters.mail.cabinet import OutreachCabinet
from bartizan.adapters.mail.hook import HttpHooks
from bartizan.adapters.mail.smtp import SmtpPost

__all__ = ["HttpHooks", "OutreachCabinet", "SmtpPost"]
