"""Two versions side by side: by clause in words, and by line."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher

import streamlit as st

from emergency.console.desk import Desk
from emergency.console.look import esc
from emergency.console.rooms.playbooks_look import rows_html
from emergency.domain import playbook_difference as difference
from emergency.domain.playbook import Playbook
from emergency.service import playbooks
from emergency.service.playbook_reading import compared, plan_of, shelf, text_of
from emergency.texts import N_

KINDS = {
    difference.ADDED: N_("added"),
    difference.REMOVED: N_("taken out"),
    difference.CHANGED: N_("changed"),
}
AROUND = 3  # lines shown about each change


def compare(desk: Desk, playbook_id: str) -> None:
    say = desk.say
    texts = _texts(desk, playbook_id)
    if len(texts) < 2:
        st.info(say("There is one version only; begin a draft and compare it here."))
        return
    names = list(texts)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        after = st.selectbox(say("This version"), names, key=f"playbooks.after.{playbook_id}", width=250)
        others = [name for name in names if name != after]
        before = st.selectbox(say("against"), others, key=f"playbooks.before.{playbook_id}.{after}", width=250)
        by_line = st.segmented_control(
            say("Compared"),
            ["words", "lines"],
            default="words",
            required=True,
            format_func={"words": say("by clause, in words"), "lines": say("by line")}.__getitem__,
            key="playbooks.by",
            label_visibility="collapsed",
        )
    old, new = texts[before], texts[after]
    if by_line == "lines":
        st.html(_lines(desk, old, new, before, after))
        return
    left, right = plan_of(old, before), plan_of(new, after)
    if left is None or right is None:
        st.warning(say("One of the two has faults and cannot be read as a plan yet; here is the comparison by line."))
        st.html(_lines(desk, old, new, before, after))
        return
    _clauses(desk, left, right, before, after)


def _texts(desk: Desk, playbook_id: str) -> dict[str, str]:
    """Name of a version or draft -> its text, drafts first, then the newest."""
    library = desk.ctx.content.library
    found = {}
    for row in playbooks.drafts(desk.ctx):
        if row.playbook_id == playbook_id:
            name = desk.say("Draft of {who}", who=row.changed_by)
            found[f"{name} #{row.draft_id}"] = playbooks.draft(desk.ctx, row.draft_id).text
    for one in shelf(library):
        if one.plan.id == playbook_id:
            found[one.reference] = text_of(library, one.reference)
    return {name: text for name, text in found.items() if text}


def _clauses(desk: Desk, left: Playbook, right: Playbook, before: str, after: str) -> None:
    say = desk.say
    found = compared(left, right)
    if not found:
        st.success(say("The two say the same, apart from their approval."))
        return
    counts = [f"{say(name)} {sum(d.kind == kind for d in found)}" for kind, name in KINDS.items()]
    st.caption(" · ".join(counts))
    heads = [say("Clause"), say("What"), before, after]
    for key, title in difference.PARTS.items():
        rows = "".join(_row(desk, d) for d in found if d.part == key)
        if rows:
            top = f'<tr class="pb-part-name"><td colspan="4">{esc(say(title))}</td></tr>'
            st.html(rows_html(heads, top + rows, "pb-diff"))


def _row(desk: Desk, d: difference.Difference) -> str:
    say = desk.say
    field = say(d.field) if d.field else say(KINDS[d.kind])
    clause = f"{esc(say(d.clause))}<br><small>{esc(d.place)}</small>"
    return (
        f'<tr class="{d.kind}"><td style="width:24%">{clause}</td><td style="width:12%">{esc(field)}</td>'
        f'<td style="width:32%">{esc(say(d.before))}</td><td style="width:32%">{esc(say(d.after))}</td></tr>'
    )


# By line ----------------------------------------------------------------------------------------------


def _lines(desk: Desk, old: str, new: str, before: str, after: str) -> str:
    rows = "".join(_line_rows(desk, old.split("\n"), new.split("\n")))
    head = f'<tr><td class="n"></td><td><b>{esc(before)}</b></td><td class="n"></td><td><b>{esc(after)}</b></td></tr>'
    columns = '<colgroup><col width="38"><col><col width="38"><col></colgroup>'
    return f'<div class="pb-code"><table>{columns}{head}{rows}</table></div>'


def _line_rows(desk: Desk, old: list[str], new: list[str]) -> Iterator[str]:
    end = (len(old), len(new))
    last = (0, 0)
    for group in SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(AROUND):
        first = group[0]
        yield _skipped(desk, first[1] - last[0])
        for tag, i, i_end, j, j_end in group:
            yield from _block(tag, old, new, (i, i_end), (j, j_end))
        last = (group[-1][2], group[-1][4])
    yield _skipped(desk, end[0] - last[0])


def _block(tag: str, old: list[str], new: list[str], left: tuple[int, int], right: tuple[int, int]) -> Iterator[str]:
    for k in range(max(left[1] - left[0], right[1] - right[0])):
        i, j = left[0] + k, right[0] + k
        has_old, has_new = i < left[1], j < right[1]
        minus = ' class="minus"' if tag != "equal" and has_old else ""
        plus = ' class="plus"' if tag != "equal" and has_new else ""
        yield (
            f'<tr><td class="n">{i + 1 if has_old else ""}</td><td{minus}>{esc(old[i]) if has_old else ""}</td>'
            f'<td class="n">{j + 1 if has_new else ""}</td><td{plus}>{esc(new[j]) if has_new else ""}</td></tr>'
        )


def _skipped(desk: Desk, count: int) -> str:
    text = desk.say("{count} lines the same", count=count)
    return f'<tr class="skip"><td colspan="4">{esc(text)}</td></tr>' if count > 0 else ""
