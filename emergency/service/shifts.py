"""The shift roster of an incident: who is planned in which post, with rest around every turn."""

from __future__ import annotations

from datetime import datetime, timedelta

from emergency.domain.instant import to_us
from emergency.service.command import command_of
from emergency.service.context import Context, Refused
from emergency.service.organisation import known_post, local_text, turns_in
from emergency.store import people
from emergency.texts import N_, Message

# Nobody plans a roster further ahead (house rule, 2026-11); a day beyond it is a slip of the hand.
AHEAD = timedelta(days=92)


def plan_turn(ctx: Context, incident_id: str, role: str, person: str, start: datetime, end: datetime) -> int:
    """Plan a shift of a person in a post.

    Raises:
        Refused: no name, no span, over already or far ahead, longer than a turn may last, or the person is
            planned elsewhere then.
    """
    person, rules = person.strip(), ctx.content.library.duty_rules()
    known_post(ctx, incident_id, role)
    if not person:
        raise Refused(Message(N_("say who takes the post")))
    _check_span(ctx, start, end, rules.time_in_role)
    with ctx.store.write() as connection:
        incident_id, role = command_of(ctx, connection, incident_id).seat(role)
        for other in turns_in(connection, incident_id):
            if other.person == person and other.start < end + rules.rest and start < other.end + rules.rest:
                gaps = {"person": person, "start": local_text(ctx, other.start), "end": local_text(ctx, other.end)}
                text = N_("{person} is planned from {start} to {end} and needs rest before and after; choose others")
                raise Refused(Message(text, gaps))
        duty_id = people.plan_turn(
            connection,
            incident_id=incident_id,
            role=role,
            person=person,
            start_us=to_us(start),
            end_us=to_us(end),
        )
        body = {"incident": incident_id, "role": role, "person": person}
        span = {"start": start.isoformat(), "end": end.isoformat()}
        ctx.record(connection, "duty.plan", f"{incident_id}/{role}", body | span)
    return duty_id


def _check_span(ctx: Context, start: datetime, end: datetime, longest: timedelta) -> None:
    if end <= start:
        raise Refused(Message(N_("a shift ends after it begins; check both times")))
    if end <= ctx.now():
        raise Refused(Message(N_("that shift is over already; check the day and the time")))
    if start > ctx.now() + AHEAD:
        raise Refused(Message(N_("shifts are planned for the next {days} days; check the day"), {"days": AHEAD.days}))
    if end - start > longest:
        hours = round(longest.total_seconds() / 3600)
        raise Refused(Message(N_("a shift lasts {hours} hours at most; plan two"), {"hours": hours}))


def cancel_turn(ctx: Context, incident_id: str, duty_id: int, *, back: bool = False) -> None:
    """Take a planned shift out, or put it back."""
    with ctx.store.write() as connection:
        people.mark_turn(connection, duty_id, None if back else ctx.now_us())
        action = "duty.restore" if back else "duty.cancel"
        ctx.record(connection, action, incident_id, {"incident": incident_id, "duty": duty_id})
