"""What people added to a review – plan, panel, voices, proof of earlier items – as documents take it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from emergency.domain.improvement import Item
from emergency.domain.instant import from_us
from emergency.service import hotwash, improvements
from emergency.service.context import Context
from emergency.service.panel import Panel, bands, panel
from emergency.service.panel_lead import left_out
from emergency.service.reviewing import Subject, record_of
from emergency.service.run_seats import notes_of
from emergency.store import reviews as store


def told(ctx: Context, subject: Subject) -> dict[str, Any]:
    """The record of a subject with what people added under ``learning``, as documents take it."""
    record = record_of(ctx, subject)
    return record | {"learning": learning(ctx, subject, record)}


def learning(ctx: Context, subject: Subject, record: Mapping[str, Any]) -> dict[str, Any]:
    """What people added to a review. Overdue actions are those of earlier reviews, as of the end of this one."""
    with ctx.store.read() as connection:
        kept = store.report(connection, subject.key)
    found = panel(ctx, subject, bands(record))
    late = improvements.overdue(ctx, max(ctx.now(), from_us(record["finished_us"])), but=subject)
    voices = hotwash.voices(ctx, subject)
    means = hotwash.means(voices)
    return {
        "overdue": [_overdue(ctx, item, days) for item, days in late],
        "proofs": [_proof(one) for one in improvements.verifying(ctx, record)],
        "items": [_item(ctx, one) for one in improvements.items(ctx, subject) if one.state != "dropped"],
        "panel": [
            {
                "objective": one.objective,
                "by": dict(one.by),
                "panel": one.panel,
                "machine": one.machine,
                "spread": one.spread,
                "from_machine": one.from_machine,
                "provisional": one.provisional,
                "late": dict(one.late),
                "settled": None if one.settled is None else vars(one.settled),
                "notes": {s.evaluator: s.marks.get(one.objective, {}).get("note", "") for s in found.sheets},
            }
            for one in found.rated
        ],
        "agreement": vars(found.agreement),
        "opened": _opened(ctx, subject, found),
        "observations": _observations(ctx, subject, found),
        "voices": {
            "count": len(voices),
            "questions": [{"text": hotwash.QUESTIONS[name], "mean": mean} for name, mean in means.items()],
            **{key: [text for v in voices if (text := getattr(v, key))] for key in ("well", "badly", "wish")},
        },
        "notes": [{"topic": n.topic, "text": n.text} for n in hotwash.notes(ctx, subject)],
        "conclusion": kept["conclusion"] if kept else "",
    }


def _opened(ctx: Context, subject: Subject, found: Panel) -> dict[str, Any]:
    """How the results came to be open, and who is not among them; blank while they are closed."""
    if not found.open:
        return {}
    how, named = found.opening, found.opening.without if found.opening else ()
    told = {} if how is None else {"without": list(how.without), "by": how.by, "reason": how.reason}
    away = [vars(one) for one in left_out(ctx, subject) if one.evaluator not in named]
    return {**told, "left_out": away, "short": found.short}


def _observations(ctx: Context, subject: Subject, found: Panel) -> list[dict[str, Any]]:
    """What was noted in the drill, without names; nothing while somebody is still to rate without it."""
    if found.sheets and not found.open:
        return []
    return [{key: one[key] for key in ("at_s", "about", "text", "code")} for one in notes_of(ctx, subject)]


def _overdue(ctx: Context, item: Item, days: int) -> dict[str, Any]:
    issue = dict(item.issue)
    return {
        "number": item.item_id,
        "issue": issue,
        "owner": item.owner or item.owner_role,
        "due": _day(ctx, item),
        "days": days,
    }


def _proof(one: improvements.Proof) -> dict[str, Any]:
    item = one.item
    shown = {"number": item.item_id, "issue": dict(item.issue), "metric": item.metric, "better": item.better}
    figures = {"before": one.before, "after": one.after, "target": item.target_value}
    return shown | figures | {"met": one.met, "why_not": one.why_not}


def _item(ctx: Context, item: Item) -> dict[str, Any]:
    return {
        "number": item.item_id,
        "issue": dict(item.issue),
        "root_cause": item.root_cause,
        "action": item.action,
        "element": item.element,
        "owner": item.owner,
        "owner_role": item.owner_role,
        "due": _day(ctx, item),
        "metric": item.metric,
        "target": item.target_value,
        "better": item.better,
        "verify": item.verify_drill,
        "state": item.state,
    }


def _day(ctx: Context, item: Item) -> str:
    zone = ZoneInfo(ctx.profile.timezone)
    return "" if item.due_at is None else f"{item.due_at.astimezone(zone):%Y-%m-%d}"
