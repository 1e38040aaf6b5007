"""A plan as a document: its four parts, the tasks as a timeline by level, who does what."""

from __future__ import annotations

import streamlit as st

from emergency.console import look
from emergency.console.desk import Desk
from emergency.console.look import esc
from emergency.console.rooms.incident_words import kind_title
from emergency.console.rooms.playbooks_look import MARKS, Titles, box, pairs, part, rows_html, title_of
from emergency.domain import playbook_words as words
from emergency.domain.playbook import EVERYWHERE, GROUPS, ORIGINS, Playbook, Task
from emergency.domain.resource_kind import FUND, PARTS, part_of, resource_name
from emergency.texts import N_, Speaker

ORIGIN_HEADS = {
    "occurrence": N_("From the moment it occurred"),
    "discovery": N_("From discovery"),
    "activation": N_("From activation"),
    "impact": N_("From impact"),
    "task": N_("As soon as the tasks before are done"),
    "stand_down": N_("From stand-down"),
}
NO_LIMIT = 10**12


def document(desk: Desk, plan: Playbook, titles: Titles, measures: Titles) -> None:
    """The whole plan at one level, typeset."""
    say = desk.say
    st.html(_classification(desk, plan, titles) + _groups(say, plan))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        level = st.segmented_control(
            say("Level"),
            [1, 2, 3],
            default=2,
            required=True,
            format_func=lambda n: f"{MARKS[n]} · {say('{count} tasks', count=sum(n in t.levels for t in plan.tasks))}",
            key="playbooks.level",
        )
        who = st.toggle(say("By who does it"), key="playbooks.who")
    tasks = [task for task in plan.tasks if level in task.levels]
    note = say("{count} tasks at level {level}", count=len(tasks), level=MARKS[level])
    timeline = (_by_role if who else _timeline)(say, plan, tasks, level, measures)
    st.html(part(2, say("Tasks"), note) + timeline)
    st.html(
        part(3, say("Resources"), say("per region, at level {level}", level=MARKS[level]))
        + _resources(say, plan, level)
    )
    st.html(part(4, say("Communication")) + _comms(say, plan, titles, level) + _closure(say, plan))


# Part 1 -----------------------------------------------------------------------------------------------


def _classification(desk: Desk, plan: Playbook, titles: Titles) -> str:
    say = desk.say
    places = [say("everywhere") if code == EVERYWHERE else desk.region(code) for code in plan.regions]
    left = pairs(
        [
            (
                say("Kinds of incident"),
                say(", ").join(kind_title(desk, k) for k in plan.incident_types),
            ),
            (say("Perils"), "、".join(_peril(say, one) for one in plan.perils) if plan.perils else say("any")),
            (say("Regions"), say(", ").join(places)),
            (say("Level rules"), plan.rules),
            *(
                (say("Own row, level {level}", level=MARKS[o.level]), say(words.condition(o.when)))
                for o in plan.overrides
            ),
        ]
    )
    ladder = "".join(
        f'<b class="pb-l{level}">{MARKS[level]}</b><span>{esc(title_of(say, plan, titles, role))}</span>'
        f"<span>{esc(say('within {span}', span=words.span(plan.activation.confirm_within_s[level])))}</span>"
        for level, role in sorted(plan.activation.authority.items())
        if level in plan.activation.confirm_within_s
    )
    down = say(
        "Stepped down one level once every indicator has stayed below {share} of its threshold for {span}.",
        share=f"{plan.activation.ratio:.0%}",
        span=words.span(plan.activation.hold_s),
    )
    right = f'<div class="pb-ladder">{ladder}</div><p class="pb-more" style="margin:6px 0 0">{esc(down)}</p>'
    boxes = box(say("For which incidents"), left) + box(say("Who confirms which level"), right)
    return part(1, say("Classification and levels")) + f'<div class="pb-two">{boxes}</div>'


def _peril(say: Speaker, peril: str) -> str:
    return say(words.named(PERILS, peril))


PERILS = {
    "typhoon": N_("typhoon"),
    "storm_surge": N_("storm surge"),
    "flood": N_("flood"),
    "rainstorm": N_("rainstorm"),
    "waterlogging": N_("waterlogging"),
    "hurricane": N_("hurricane"),
    "earthquake": N_("earthquake"),
    "aftershock": N_("aftershock"),
    "landslide": N_("landslide"),
    "debris_flow": N_("debris flow"),
    "data_leak": N_("leak of data"),
    "cyber_attack": N_("cyber attack"),
}


def _groups(say: Speaker, plan: Playbook) -> str:
    cards = []
    for group in GROUPS:
        rows = "".join(
            f"<li><span>{esc(say.of(role.title))}</span>"
            + (f"<small>{esc(say('{count} deputies', count=role.deputies))}</small>" if role.deputies else "")
            + "</li>"
            for role in plan.roles.values()
            if role.group == group
        )
        name = say(words.GROUP_NAMES[group])
        cards.append(f'<div class="pb-group g-{group}"><h4>{esc(name)}</h4><ul>{rows}</ul></div>')
    return f'<div class="pb-groups" style="margin-top:10px">{"".join(cards)}</div>'


# Part 2 -----------------------------------------------------------------------------------------------


def _timeline(say: Speaker, plan: Playbook, tasks: list[Task], level: int, measures: Titles) -> str:
    """Grouped by the clock they count from, the earliest first."""
    found = []
    for origin in ORIGINS:
        mine = [task for task in tasks if task.due.origin == origin]
        mine.sort(key=lambda task: task.due.within_s.get(level, NO_LIMIT))
        if mine:
            rows = "".join(_task(say, plan, task, level, measures) for task in mine)
            found.append(f'<div class="pb-line"><h4>{esc(say(ORIGIN_HEADS[origin]))}</h4><ol>{rows}</ol></div>')
    return "".join(found)


def _by_role(say: Speaker, plan: Playbook, tasks: list[Task], level: int, measures: Titles) -> str:
    """Who does what: the same tasks under the names of those who do them."""
    found = []
    for group in GROUPS:
        for role in (r for r in plan.roles.values() if r.group == group):
            mine = [task for task in tasks if task.role == role.id]
            rows = "".join(_task(say, plan, task, level, measures, with_origin=True) for task in mine)
            if rows:
                head = f"{say.of(role.title)} · {say(words.GROUP_NAMES[group])}"
                found.append(f'<div class="pb-line g-{group}"><h4>{esc(head)}</h4><ol>{rows}</ol></div>')
    return "".join(found)


def _task(say: Speaker, plan: Playbook, task: Task, level: int, measures: Titles, *, with_origin: bool = False) -> str:
    role = plan.roles[task.role]
    when = say(words.span(task.due.within_s[level])) if level in task.due.within_s else "–"
    again = task.repeat_every_s.get(level)
    repeat = f"<small>{esc(say('again every {span}', span=words.span(again)))}</small>" if again else ""
    tags = [f'<span class="pb-tag">{esc(say(words.PHASE_NAMES[task.phase]))}</span>']
    if task.critical:
        tags.append(f'<span class="pb-tag bad">{esc(say("critical"))} ‼</span>')
    if task.hard:
        tags.append(f'<span class="pb-tag bad">{esc(say("legal deadline"))}</span>')
    mark = " pb-critical" if task.critical else ""
    return (
        f'<li class="g-{role.group}{mark}"><span class="pb-when">{esc(when)}{repeat}</span>'
        f'<div class="pb-task"><strong>{esc(say.of(task.title))}</strong>'
        f'<span class="pb-who">{esc(say.of(role.title))}</span>{"".join(tags)}</div>'
        f'<div class="pb-more">{esc(_more(say, plan, task, level, measures, with_origin))}</div></li>'
    )


def _more(say: Speaker, plan: Playbook, task: Task, level: int, measures: Titles, with_origin: bool) -> str:
    """What proves it, what it waits for, and which clock of the rules holds for it."""
    among = {one.id: say.of(one.title) for one in plan.tasks if level in one.levels}
    parts = []
    if with_origin or task.due.deadline:
        parts.append(say(words.due(task.due, level)))
    after = [among[one] for one in task.after if one in among]
    if after:
        parts.append(say("after: {tasks}", tasks=say(", ").join(after)))
    acts = words.joined((words.evidence(one, measures) for one in task.evidence), N_("{left} or {right}"))
    parts.append(say("shown by: {acts}", acts=acts))
    if task.forms:
        parts.append(" ".join(task.forms))
    return " · ".join(parts)


# Parts 3 and 4 ----------------------------------------------------------------------------------------


def _resources(say: Speaker, plan: Playbook, level: int) -> str:
    body = ""
    for key, name in PARTS.items():
        rows = [row for row in plan.resources if part_of(row.kind) == key]
        if rows:
            body += f'<tr class="pb-part-name"><td colspan="4">{esc(say(name))}</td></tr>'
        for row in rows:
            skill = f" · {say(words.named(words.LINE_WORDS, row.skill))}" if row.skill else ""
            way = say("within {span}", span=words.span(row.max_travel_s)) if row.max_travel_s else say("anywhere")
            asked = f"{row.fixed.get(level, 0):,}" if row.fixed else say(words.demand(row))
            unit = f" {say(words.unit(row.kind))}" if row.kind == FUND else ""
            cells = (f"{say(resource_name(row.kind))}{skill}", asked + unit, way, str(row.priority))
            body += "<tr>" + "".join(f"<td>{esc(cell)}</td>" for cell in cells) + "</tr>"
    return rows_html([say("What"), say("How many"), say("From how far"), say("Priority")], body)


def _comms(say: Speaker, plan: Playbook, titles: Titles, level: int) -> str:
    body = ""
    for row in plan.comms:
        again = words.spans(row.repeat_every_s) if row.repeat_every_s else None
        cells = (
            say(words.named(words.AUDIENCE_NAMES, row.audience)),
            say(words.named(words.CHANNEL_NAMES, row.channel)),
            words.levels(row.levels),
            say(words.first(row)),
            say("again every {span}", span=again) if again else say("once"),
            title_of(say, plan, titles, row.role),
            title_of(say, plan, titles, row.approver),
        )
        look_ = "" if level in row.levels else ' style="color:#7a8797"'
        body += f"<tr{look_}>" + "".join(f"<td>{esc(cell)}</td>" for cell in cells) + "</tr>"
    heads = [say("To"), say("Channel"), say("Levels"), say("First"), say("Again"), say("Writes"), say("Approves")]
    return rows_html(heads, body)


def _closure(say: Speaker, plan: Playbook) -> str:
    closure, conditions = plan.closure, plan.closure.parts if plan.closure.join == "all" else (plan.closure,)
    lines = "".join(f"<li>{esc(say(words.condition(one)))}</li>" for one in conditions)
    refs = "".join(f"<li>{esc(text)}</li>" for text in plan.references)
    style = ' style="margin:0;padding-left:18px;font-size:13.5px"'
    ends = say("The response ends when all of this holds") if closure.join == "all" else say("The response ends when")
    return (
        '<div class="pb-two" style="margin-top:12px">'
        + box(ends, f"<ul{style}>{lines}</ul>")
        + (box(say("References"), f"<ul{style}>{refs}</ul>") if refs else "")
        + "</div>"
    )


def plan_head(desk: Desk, plan: Playbook, titles: Titles, facts: list[str], status: str, tone: str) -> None:
    """Title, reference, state, and what is known of its approval."""
    say = desk.say
    lines = "".join(f"<span>{esc(fact)}</span>" for fact in facts)
    st.html(
        f'<div class="pb-head"><h2>{esc(say.of(plan.title))}</h2>'
        f'<span class="pb-ref">{esc(plan.id)} {esc(plan.version)}</span>{look.pill(status, tone)}</div>'
        f'<div class="pb-facts">{lines}</div>'
    )
