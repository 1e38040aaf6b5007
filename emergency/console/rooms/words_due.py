"""What has to be said next, and who has to look at what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from emergency.console import look
from emergency.console.desk import Desk
from emergency.console.rooms.record_look import persons
from emergency.domain.incident import Incident
from emergency.service import words, words_approval
from emergency.service.words_due import AUDIENCE_NAMES, DueBulletin, begin_due, begin_for, fitting, templates
from emergency.texts import N_

SOON_S = 3600
STATE_TONES = {"draft": "plain", "submitted": "watch", "approved": "ok", "sent": "ok", "dropped": "plain"}
KIND_NAMES = {
    "correction": N_("correction"),
    "own": N_("free text"),
}


def is_mine(desk: Desk, row: Mapping[str, Any]) -> bool:
    """Whether this person, in their role, may approve it."""
    actor = desk.ctx.actor
    return row["state"] == "submitted" and actor.role == row["approver_role"] and actor.id not in row["authors"]


def span(desk: Desk, seconds: int) -> str:
    """A countdown: 1:20, or days."""
    hours, minutes = divmod(abs(seconds) // 60, 60)
    if hours >= 48:
        return desk.say("{days} d {hours} h", days=hours // 24, hours=hours % 24)
    return f"{hours}:{minutes:02d}"


def waiting(
    desk: Desk, incident: Incident | None, asked: list[DueBulletin], rows: list[dict[str, Any]], act: Any
) -> None:
    """Cards of what waits: yours to approve first, then by due time; below, a draft of one's own choice."""
    say = desk.say
    drafts = [r for r in rows if r["state"] in ("draft", "submitted", "approved")]
    of_rows = {d.draft["bulletin_id"] for d in asked if d.draft}
    cards: list[tuple[Any, DueBulletin | None, Mapping[str, Any] | None]] = []
    for one in asked:
        left = one.left_s(desk.ctx.now())
        if left is not None or one.draft:
            cards.append(
                ((not (one.draft and is_mine(desk, one.draft)), left if left is not None else 10**9), one, one.draft)
            )
    for row in drafts:
        if row["bulletin_id"] not in of_rows:
            cards.append(((not is_mine(desk, row), 0), None, row))
    cards.sort(key=lambda card: card[0])
    look.section(say("What waits"))
    if not cards:
        st.caption(_nothing(desk, incident))
    columns = st.columns(3, gap="small")
    for place, (_, asking, draft) in enumerate(cards):
        with columns[place % 3]:
            _card(desk, incident, asking, draft, act, place)
    _begin(desk, incident, act)


def _nothing(desk: Desk, incident: Incident | None) -> str:
    if incident is None:
        return desk.say("No incident is open. Warnings to customers and free texts can be written all the same.")
    if incident.response_level is None:
        return desk.say("The playbook's bulletins come due once a level is confirmed.")
    return desk.say("Nothing is due and no draft waits.")


def _card(
    desk: Desk, incident: Incident | None, one: DueBulletin | None, row: Mapping[str, Any] | None, act: Any, place: int
) -> None:
    say = desk.say
    audience = say(AUDIENCE_NAMES[one.row.audience]) if one else say(AUDIENCE_NAMES[row["audience"]]) if row else ""
    left = one.left_s(desk.ctx.now()) if one else None
    audience = audience[:1].upper() + audience[1:]
    title, tone = audience, "plain"
    if left is not None and left < 0:
        title, tone = say("{audience} – {span} late", audience=audience, span=span(desk, left)), "bad"
    elif left is not None:
        title = say("{audience} – due in {span}", audience=audience, span=span(desk, left))
        tone = "watch" if left < SOON_S else "plain"
    if row and is_mine(desk, row):
        tone = "bad" if tone == "bad" else "watch"
    with look.needs_card(f"words-{place}", title, _state_words(desk, row), _small(desk, incident, one, row), tone):
        if row is not None:
            label = say("Read and approve") if is_mine(desk, row) else say("Open the draft")
            if st.button(
                label, key=f"open-{row['bulletin_id']}", type="primary" if is_mine(desk, row) else "secondary"
            ):
                st.session_state["words-open"] = row["bulletin_id"]
                st.rerun()
        elif one is not None and incident is not None and st.button(say("Write it"), key=f"begin-{one.row.id}"):
            act(desk, lambda: opened(begin_due(desk.ctx, incident, one)), say("A draft is begun from its template."))


def opened(number: int) -> None:
    st.session_state["words-open"] = number


def _state_words(desk: Desk, row: Mapping[str, Any] | None) -> str:
    say = desk.say
    if row is None:
        return say("not begun")
    state = say(words_approval.STATES[row["state"]])
    what = say(KIND_NAMES[row["kind"]]) if row["kind"] in KIND_NAMES else _template_title(desk, row)
    parts = [say("No. {number} · {what}", number=row["bulletin_id"], what=what), state]
    return " · ".join(parts)


def _template_title(desk: Desk, row: Mapping[str, Any]) -> str:
    """What the template calls itself; one that is no longer in the folder by its kind."""
    name = row["template"].partition("@")[0]
    found = next((one.title for one in templates(desk.ctx)[0] if one.id == name), None)
    return desk.say.of(found) if found else name or str(row["kind"])


def _small(desk: Desk, incident: Incident | None, one: DueBulletin | None, row: Mapping[str, Any] | None) -> str:
    say = desk.say
    parts = []
    if one is not None:
        if one.last_at:
            parts.append(say("last {time}", time=desk.clock_text(one.last_at)))
        if one.repeat_s:
            parts.append(say("every {span}", span=span(desk, one.repeat_s)))
        if row is None:
            parts.append(say("approved by {role}", role=words_approval.title_of(desk.ctx, incident, one.row.approver)))
    if row is not None:
        parts.append(say("by {names}", names=say(", ").join(persons(desk, row["authors"]))))
        parts.append(say("approved by {role}", role=words_approval.role_title(desk.ctx, row)))
    return " · ".join(parts)


def _begin(desk: Desk, incident: Incident | None, act: Any) -> None:
    say = desk.say
    known, _ = templates(desk.ctx)
    with st.expander(say("Begin another bulletin")):
        left, middle, right = st.columns([1, 1.6, 0.9], vertical_alignment="bottom")
        audience = left.selectbox(
            say("To"), list(AUDIENCE_NAMES), format_func=lambda key: say(AUDIENCE_NAMES[key]), key="words-audience"
        )
        found = {t.id: t for t in fitting(known, audience, incident)}
        choice = middle.selectbox(
            say("Template"),
            [*found, ""],
            format_func=lambda key: say.of(found[key].title) if key else say("free text"),
            key=f"words-template-{audience}",
        )
        if right.button(say("Begin"), key="words-begin", width="stretch"):
            act(desk, lambda: opened(_start(desk, incident, found.get(choice), audience)), say("A draft is begun."))


def _start(desk: Desk, incident: Incident | None, template: Any, audience: str) -> int:
    if template is not None:
        return begin_for(desk.ctx, incident, template)
    empty = {"en": "", "zh": ""}
    title = dict.fromkeys(("en", "zh"), "{incident.title}" if incident else "")
    return words.begin(desk.ctx, incident, audience=audience, kind="own", subject=title, body=empty)
