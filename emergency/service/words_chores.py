"""What bulletins, rumours and contact tests do by themselves."""

from __future__ import annotations

from emergency.service import words_contacts, words_due, words_rumours
from emergency.service.context import Context


def chores(ctx: Context) -> int:
    """Remind of what is due and end tests whose time is up; returns how much there was to do.

    Each reminder has a key of its own, so waking twice for one moment says nothing twice.
    """
    return words_due.nag(ctx) + words_rumours.nag(ctx) + words_contacts.end_due_tests(ctx)
