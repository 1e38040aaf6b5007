"""Two plans side by side: what they give and cost, where they differ; one is taken, the other kept for the review."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from emergency.console import look
from emergency.console.desk import Desk
from emergency.console.rooms.allocation_words import SAID, at_work_in, attempt
from emergency.console.rooms.once_form import once
from emergency.console.rooms.record_look import persons
from emergency.domain.instant import from_us
from emergency.service import comparing
from emergency.service.comparing import Choice, Pair
from emergency.service.plan_conflict import meanwhile
from emergency.service.planning import number
from emergency.texts import N_, Message

REGIONS_SHOWN = 14
Stored = Mapping[str, Any]


def draft_key(desk: Desk) -> str:
    """Where the draft on the table is remembered."""
    return f"allocation.draft.{desk.ctx.store.name}"


def on_the_table(desk: Desk, drafts: Sequence[Stored]) -> Stored | None:
    """The draft that is shown: one's own newest, until another is chosen.

    What somebody else makes meanwhile is told and not put before one's eyes: whoever reads a draft goes on with it.
    """
    key, numbers = draft_key(desk), [d["plan_id"] for d in drafts]
    newest, before = f"{key}.newest", st.session_state.get(key)
    if before is not None and before not in numbers:
        _tell(meanwhile(desk.ctx, before), desk)
    if not drafts:
        st.session_state.pop(key, None)
        return None
    fresh = st.session_state.get(newest) != numbers[0]
    st.session_state[newest] = numbers[0]
    if before not in numbers or (fresh and drafts[0]["actor"] == desk.ctx.actor.id):
        st.session_state[key] = numbers[0]
    elif fresh:
        gaps = {"actor": persons(desk, [drafts[0]["actor"]])[0], "plan": numbers[0]}
        _tell(
            Message(N_("{actor} made draft {plan} meanwhile; it stands in the list “Draft on the table”"), gaps), desk
        )
    chosen = st.session_state[key]
    return next(d for d in drafts if d["plan_id"] == chosen)


def _tell(what: Message | None, desk: Desk) -> None:
    """A word at the head of the room, unless one about one's own act stands there."""
    if what is not None and SAID not in st.session_state:
        st.session_state[SAID] = ("info", desk.say(what))


def picker(desk: Desk, drafts: Sequence[Stored]) -> None:
    """Which draft is on the table, where there are several."""
    if len(drafts) > 1:
        by_number = {d["plan_id"]: d for d in drafts}
        st.selectbox(
            desk.say("Draft on the table"),
            list(by_number),
            key=draft_key(desk),
            format_func=lambda n: label(desk, by_number[n]),
        )


def label(desk: Desk, draft: Stored) -> str:
    """A draft in a few words: its number, when and by whom, at which price of moving, by hand or not."""
    say, edit = desk.say, draft["body"].get("edit") or {}
    made = desk.clock_text(from_us(draft["created_us"]), day=False)
    parts = [
        say("draft {plan}", plan=draft["plan_id"]),
        f"{made} {persons(desk, [draft['actor']])[0]}",
        say("moving costs {n} min", n=draft["body"]["stability_minutes"]),
    ]
    if edit:
        parts.append(say("{n} moved by hand from plan {plan}", n=edit["count"], plan=edit["plan"]))
    return " · ".join(parts)


def panel(desk: Desk, drafts: Sequence[Stored], now: Stored | None) -> None:
    """The two columns where there are two drafts, and what was not chosen before."""
    say = desk.say
    kept = comparing.choices(desk.ctx)
    if len(drafts) > 1:
        look.section(say("Two plans side by side"))
        _two(desk, drafts, now)
    if kept:
        with st.expander(say("Plans not chosen: {n}, kept for the review", n=len(kept)), key="not-chosen"):
            for one in kept[:5]:
                _kept(desk, one)


def _two(desk: Desk, drafts: Sequence[Stored], now: Stored | None) -> None:
    say, by_number = desk.say, {d["plan_id"]: d for d in drafts}
    numbers = list(by_number)
    first, second = st.columns(2)
    left = first.selectbox(
        say("Plan on the left"),
        numbers,
        index=1,
        key=f"compare.left.{numbers[0]}",
        format_func=lambda n: label(desk, by_number[n]),
    )
    rest = [n for n in numbers if n != left]
    right = second.selectbox(
        say("Plan on the right"),
        rest,
        key=f"compare.right.{numbers[0]}.{left}",
        format_func=lambda n: label(desk, by_number[n]),
    )
    pair = comparing.side_by_side(desk.ctx, by_number[left], by_number[right], now)
    _tables(desk, pair, say("plan {plan}", plan=left), say("plan {plan}", plan=right))
    _choose(desk, pair)


def _tables(desk: Desk, pair: Pair, left: str, right: str) -> None:
    say = desk.say
    one, two = st.columns([1, 1.25], gap="medium")
    with one:
        look.table(
            [say("Figure"), left, right],
            [[say(f.name), number(f.left), look.Cell(number(f.right), f.tone)] for f in pair.figures],
            numbers=[1, 2],
        )
    with two:
        if not pair.regions:
            st.caption(say("The two send the same number of people to every region."))
            return
        heads = [say("Region"), say("now"), left, right, say("difference"), say("short"), say("short")]
        look.table(
            heads,
            [
                [
                    at_work_in(desk, r.region),
                    f"{r.now}",
                    f"{r.left}",
                    f"{r.right}",
                    look.Cell(
                        f"{r.right - r.left:+}", "watch" if r.right < r.left else "ok" if r.right > r.left else "plain"
                    ),
                    f"{r.left_short}",
                    f"{r.right_short}",
                ]
                for r in pair.regions[:REGIONS_SHOWN]
            ],
            numbers=[1, 2, 3, 4, 5, 6],
        )
        if len(pair.regions) > REGIONS_SHOWN:
            st.caption(say("{count} more rows; the file below has all.", count=len(pair.regions) - REGIONS_SHOWN))


def _choose(desk: Desk, pair: Pair) -> None:
    say = desk.say
    with once(f"choose-plan-{pair.left}-{pair.right}", border=False) as form:
        one, two, three = st.columns([2, 1, 1], vertical_alignment="bottom")
        reason = one.text_input(
            say("Why the other is not taken"),
            key=f"{form.key}.reason",
            placeholder=say("e.g. takes too many people from Galveston"),
            max_chars=300,
        )
        left = two.form_submit_button(say("Take plan {plan}", plan=pair.left), key="take-left", width="stretch")
        right = three.form_submit_button(say("Take plan {plan}", plan=pair.right), key="take-right", width="stretch")
        if left or right:
            taken, other = (pair.left, pair.right) if left else (pair.right, pair.left)
            act = form.taking(lambda: comparing.choose(desk.ctx, taken, other, reason))
            done = say("Plan {plan} is on the table; plan {other} is kept for the review.", plan=taken, other=other)
            attempt(desk, act, done)


def _kept(desk: Desk, one: Choice) -> None:
    say = desk.say
    told = say(
        "{time}, {actor}: plan {plan} taken, plan {other} rejected – {reason}",
        time=desk.clock_text(one.at),
        actor=persons(desk, [one.actor])[0],
        plan=one.chosen,
        other=one.rejected,
        reason=one.reason,
    )
    st.text(told)
    chosen, rejected = say("plan {plan}", plan=one.chosen), say("plan {plan}, rejected", plan=one.rejected)
    _tables(desk, one.pair, chosen, rejected)
    if st.button(
        say("Take the choice back: plan {plan} is a draft again", plan=one.rejected), key=f"rechoose-{one.choice_id}"
    ):
        act = lambda: comparing.take_back(desk.ctx, one.choice_id)  # noqa: E731
        attempt(desk, act, say("Taken back; plan {plan} is a draft again.", plan=one.rejected))
