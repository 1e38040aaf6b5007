"""One message in both languages, queued in the transaction of the act it tells of."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from emergency.domain.instant import from_us
from emergency.service.context import Context, Notice
from emergency.service.outbox import send_notice
from emergency.store.store import Connection
from emergency.texts import LANGUAGES, Message, speaker


def local(ctx: Context, us: int) -> str:
    """An instant on the clock of this workspace's people, with its offset."""
    return f"{from_us(us).astimezone(ZoneInfo(ctx.profile.timezone)):%Y-%m-%d %H:%M %z}"


def tell(ctx: Context, connection: Connection, key: str, audience: str, subject: Message, text: Message) -> bool:
    """Queue it once per key, Chinese first; False where it is in the outbox already."""
    spoken = [(speaker(name)(subject), speaker(name)(text)) for name in sorted(LANGUAGES, reverse=True)]
    subjects, texts = zip(*spoken, strict=True)
    notice = Notice(
        event_key=key, audience=audience, channel="folder", subject=" / ".join(subjects), text="\n".join(texts)
    )
    return send_notice(ctx, connection, notice)
