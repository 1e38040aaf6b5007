"""Mail by SMTP, with a message-id that stays the same at every try."""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import formatdate

from emergency.notify.parcel import NotCarried, Parcel
from emergency.texts import Message

# Answers that a later try will not change: unknown address, refused sign-in, refused content.
FINAL_CODES = range(500, 600)


@dataclass(frozen=True)
class Mail:
    """A mail server. ``security``: none (a relay on this machine), starttls or tls."""

    host: str
    port: int
    sender: str
    to: tuple[str, ...] = ()
    security: str = "starttls"
    account: str = ""
    password: str = field(default="", repr=False)
    kind: str = "smtp"
    wait_s: int = 20

    def carry(self, parcel: Parcel) -> tuple[str, ...]:
        to = parcel.recipients or self.to
        if not to:
            raise NotCarried(Message("the channel names nobody to send to; add `to:` to its entry"), final=True)
        try:
            refused = self._hand_over(self.letter(parcel, to), to)
        except smtplib.SMTPRecipientsRefused as fault:
            codes = sorted({code for code, _ in fault.recipients.values()})
            raise _not_taken(codes[0]) from fault
        except smtplib.SMTPResponseException as fault:
            raise _not_taken(fault.smtp_code) from fault
        except (OSError, smtplib.SMTPException) as fault:
            reason = type(fault).__name__
            raise NotCarried(Message("the mail server does not answer ({reason})", {"reason": reason})) from fault
        return tuple(one for one in to if one not in refused)

    def letter(self, parcel: Parcel, to: tuple[str, ...]) -> EmailMessage:
        found = EmailMessage()
        found["From"] = self.sender
        found["To"] = ", ".join(to)
        # A line break in a header would begin another header.
        found["Subject"] = " ".join(parcel.subject.split())
        found["Date"] = formatdate(usegmt=True)
        found["Message-ID"] = f"<{parcel.mark}@emergency.invalid>"
        found["X-Event-Key"] = parcel.mark
        found.set_content(parcel.text)
        return found

    def _hand_over(self, letter: EmailMessage, to: tuple[str, ...]) -> dict[str, tuple[int, bytes]]:
        opened = (
            smtplib.SMTP_SSL(self.host, self.port, timeout=self.wait_s, context=ssl.create_default_context())
            if self.security == "tls"
            else smtplib.SMTP(self.host, self.port, timeout=self.wait_s)
        )
        with opened as server:
            if self.security == "starttls":
                server.starttls(context=ssl.create_default_context())
            if self.account:
                server.login(self.account, self.password)
            return server.send_message(letter, to_addrs=list(to))


def _not_taken(code: int) -> NotCarried:
    return NotCarried(Message("the mail server refused it with code {code}", {"code": code}), code in FINAL_CODES)
