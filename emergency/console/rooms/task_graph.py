"""The task graph as a picture: layers from left to right, state told by form, sign and colour."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from emergency.console.rooms.task_words import LOOK_SIGNS, slack_text
from emergency.service.task_board import Board, TaskLine
from emergency.texts import Speaker

# look -> (form, style, line, ground, ink)
FORMS = {
    "done": ("box", "rounded,filled", "#0f6b46", "#e3f3ea", "#0f4a32"),
    "ready": ("box", "filled", "#0b57d0", "#ffffff", "#16202e"),
    "waiting": ("box", "dashed,filled", "#8b98a8", "#f6f8fa", "#46566b"),
    "late": ("box, peripheries=2", "filled", "#b3261e", "#fdecea", "#7d1a14"),
    "missed": ("box", "dotted,filled", "#9a5b00", "#fff4e0", "#6b4000"),
    "dropped": ("box", "dotted,filled", "#8b98a8", "#ffffff", "#8b98a8"),
    "ended": ("box", "dotted,filled", "#8b98a8", "#f6f8fa", "#46566b"),
}
LINE_WIDTH = {"en": 22, "zh_CN": 11}


def dot(say: Speaker, found: Board) -> str:
    """The board in Graphviz's language; whatever people wrote is quoted."""
    shown = tied(found)
    ids = {line.task_id: f"t{place}" for place, line in enumerate(shown)}
    nodes = [_node(say, line, ids[line.task_id]) for line in shown]
    steps = set(zip(found.path, found.path[1:], strict=False))
    edges = [
        _edge(ids[before], ids[line.task_id], (before, line.task_id) in steps)
        for line in shown
        for before in line.after
        if before in ids
    ]
    edges += _series(shown, ids)
    head = (
        'rankdir=LR; ranksep=0.45; nodesep=0.14; bgcolor="transparent"; '
        'node [fontname="Noto Sans, Noto Sans CJK SC, sans-serif", fontsize=11, margin="0.12,0.06", penwidth=1.3]; '
        'edge [color="#8b98a8", arrowsize=0.6];'
    )
    return "digraph tasks { " + head + "\n" + "\n".join(nodes + edges) + "\n}"


def tied(found: Board) -> list[TaskLine]:
    """Tasks that wait for another or are waited for, the critical path, and what is open of what repeats."""
    known = {line.task_id for line in found.lines}
    ends = {b for line in found.lines for b in line.after} | {o.task_id for o in found.lines if set(o.after) & known}
    again = {o.task_id for o in found.lines if o.occurrence > 1 and o.is_open and _base(o) in ends}
    return [o for o in found.lines if o.task_id in ends | again or o.on_path]


def _base(line: TaskLine) -> str:
    return line.task_id.rpartition("#")[0] or line.task_id


def _node(say: Speaker, line: TaskLine, name: str) -> str:
    form, style, colour, ground, ink = FORMS[line.look]
    below = say.of(line.role_title)
    if line.is_open and line.slack_s is not None:
        below += " · " + slack_text(say, line.slack_s)
    marks = ("▲" if line.critical else "") + ("↻" if line.repeat_every_s else "")
    number = f" #{line.occurrence}" if line.occurrence > 1 else ""
    title = f"{LOOK_SIGNS[line.look]} {say.of(line.title)}{number} {marks}".strip()
    label = "\n".join([*_wrapped(title, LINE_WIDTH[say.language]), below])
    width = 3 if line.on_path else 1.3
    return (
        f'{name} [label={_quoted(label)}, shape={form}, style="{style}", color="{colour}", '
        f'fillcolor="{ground}", fontcolor="{ink}", penwidth={width}];'
    )


def _edge(before: str, after: str, critical: bool) -> str:
    thick = ' [color="#16202e", penwidth=2.4]' if critical else ""
    return f"{before} -> {after}{thick};"


def _series(shown: Sequence[TaskLine], ids: Mapping[str, str]) -> list[str]:
    """What is open of a repeating task is tied to its first occurrence by a dotted line."""
    again = [line for line in shown if line.occurrence > 1 and _base(line) in ids]
    return [f"{ids[_base(line)]} -> {ids[line.task_id]} [style=dotted, arrowhead=none];" for line in again]


def _wrapped(text: str, width: int) -> list[str]:
    """Lines of at most so many signs, broken at spaces where there are any."""
    lines, here = [], ""
    for word in text.split(" "):
        while len(word) > width:
            room = width - len(here) - 1 if here else width
            if here and room < 3:
                lines.append(here)
                here = ""
                continue
            here = f"{here} {word[:room]}" if here else word[:room]
            lines.append(here)
            here, word = "", word[room:]
        if here and len(here) + 1 + len(word) > width:
            lines.append(here)
            here = ""
        here = f"{here} {word}" if here else word
    return [*lines, here] if here else lines


def _quoted(text: str) -> str:
    """A quoted string of Graphviz; nothing inside can end it or be taken for markup."""
    safe = text.replace("\\", "＼").replace('"', "”").replace("\r", " ")
    return '"' + safe.replace("\n", "\\n") + '"'
