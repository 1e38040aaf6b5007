"""Two people at one plan: who changed what since it was looked at, in a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from emergency.service.allocation import REMOTE
from emergency.service.context import Conflict, Context, Refused
from emergency.service.planning import shifts
from emergency.service.record_words import NAMELESS
from emergency.service.telling import local
from emergency.store import journal, plans
from emergency.store.store import Connection
from emergency.texts import N_, Message

Stored = Mapping[str, Any]
REGIONS_NAMED = 4
# How the states of a plan are said.
STATES = {
    "draft": N_("a draft"),
    "published": N_("in force"),
    "superseded": N_("replaced by a later one"),
    "withdrawn": N_("taken back"),
    "rejected": N_("rejected"),
}


def check_current(ctx: Context, connection: Connection, draft: Stored) -> Stored | None:
    """The plan in force, if it is the one a draft was made against.

    Raises:
        Conflict: it is not; says who published, when, and what that changed.
    """
    current = plans.latest(connection, state="published", shift=draft["shift"])
    if (current["plan_id"] if current else None) == draft["based_on"]:
        return current
    if current is None:
        gone = N_("the plan that plan {plan} was made against is no longer in force; propose again")
        raise Conflict(Message(gone, {"plan": draft["plan_id"]}))
    base = plans.get(connection, draft["based_on"]) if draft["based_on"] is not None else None
    gaps = {
        "plan": draft["plan_id"],
        "other": current["plan_id"],
        "actor": _publisher(connection, current),
        "time": local(ctx, current["published_us"] or current["created_us"]),
        "what": what_changed(ctx, base, current),
    }
    text = N_(
        "plan {other} by {actor} was published at {time}, after plan {plan} was made – {what}; propose again, "
        "or look at the two side by side"
    )
    raise Conflict(Message(text, gaps))


def _publisher(connection: Connection, plan: Stored) -> str:
    """Who put a plan in force; who made it is another question."""
    acts = journal.entries_of(connection, subject=f"plan/{plan['plan_id']}", action="allocation.commit")
    return next((e.actor for e in acts), str(plan["actor"]))


def what_changed(ctx: Context, before: Stored | None, after: Stored) -> Message:
    """People who are elsewhere, and the regions with the greatest difference."""
    people = len({who for who, _ in _places(before) ^ _places(after)})
    rows = sorted(shifts(before, after), key=lambda s: (-abs(s.after - s.before), s.region))[:REGIONS_NAMED]
    if not rows:
        return Message(N_("nobody's region changed, {n} people have another line or seat"), {"n": people})
    told = {
        code: mark.join(f"{_name(ctx, s.region, name)} {s.after - s.before:+}" for s in rows)
        for code, name, mark in (("en", "en", "; "), ("zh", "zh_CN", "、"))
    }
    return Message(N_("{n} people placed otherwise: {regions}"), {"n": people, "regions": told})


def _places(plan: Stored | None) -> set[tuple[str, str]]:
    return {(a["adjuster_id"], a["cell_id"]) for a in plan["body"]["assignments"]} if plan else set()


def _name(ctx: Context, region: str, language: str) -> str:
    known = region != REMOTE and ctx.regions.known(region)
    return ctx.regions.brief(region, language) if known else region


def check_version(ctx: Context, connection: Connection, shown: Stored) -> None:
    """Whether a plan may still be changed by hand as it was looked at.

    Raises:
        Refused: there is none. Conflict: it is neither a draft nor in force any more, or somebody else has made
            another draft of it meanwhile; says who did what.
    """
    now = plans.get(connection, shown["plan_id"])
    if now is None:
        raise Refused(Message(N_("there is no plan {plan}; propose a new one"), {"plan": shown["plan_id"]}))
    if now["state"] not in ("draft", "published"):
        raise Conflict(_ended(ctx, connection, now))
    for later in plans.edits_of(connection, now["plan_id"]):
        # Two who have not said their names are told apart by nobody: a draft of theirs may be the other's.
        if later["actor"] != ctx.actor.id or ctx.actor.id == NAMELESS:
            raise Conflict(_edited(ctx, now, later))


def _ended(ctx: Context, connection: Connection, plan: Stored) -> Message:
    """Who ended a plan: the one act about it that came last, or the plan that replaced it."""
    about = journal.entries_of(connection, subject=f"plan/{plan['plan_id']}", newest_first=True)
    last = next(iter(about), None)
    current = plans.latest(connection, state="published", shift=plan["shift"])
    gaps: dict[str, Any] = {"plan": plan["plan_id"], "state": Message(STATES[plan["state"]])}
    if plan["state"] == "superseded" and current is not None:
        gaps |= {"other": current["plan_id"], "actor": _publisher(connection, current)}
        gaps["what"] = what_changed(ctx, plan, current)
        gaps["time"] = local(ctx, current["published_us"] or current["created_us"])
        text = N_("plan {plan} is {state}: plan {other} by {actor}, {time} – {what}; look at it and try again")
        return Message(text, gaps)
    gaps |= {"actor": last.actor if last else "–", "time": local(ctx, last.happened_us) if last else "–"}
    return Message(N_("plan {plan} is {state}, by {actor} at {time}; look at the plans again"), gaps)


def _edited(ctx: Context, plan: Stored, later: Stored) -> Message:
    gaps = {
        "plan": plan["plan_id"],
        "other": later["plan_id"],
        "actor": later["actor"],
        "time": local(ctx, later["created_us"]),
        "what": what_changed(ctx, plan, later),
    }
    text = N_("{actor} made draft {other} from plan {plan} at {time} – {what}; look at it and move from there")
    return Message(text, gaps)


def not_a_draft(ctx: Context, connection: Connection, plan_id: int, found: Stored | None) -> Message:
    """Why a plan cannot be handled as a draft: there is none, or who made it something else, and when."""
    if found is None:
        return Message(N_("there is no plan {plan}; propose a new one"), {"plan": plan_id})
    text = N_("plan {plan} is {state}, not a draft ({actor}, {time}); look at the plans again")
    return Message(text, _who(ctx, connection, found))


def not_in_force(ctx: Context, connection: Connection, plan_id: int, found: Stored | None) -> Message:
    """Why a plan cannot be taken back, with who did what to it."""
    if found is None:
        return Message(N_("there is no plan {plan}; propose a new one"), {"plan": plan_id})
    text = N_("plan {plan} is {state}, not in force ({actor}, {time}): there is nothing to take back")
    return Message(text, _who(ctx, connection, found))


def meanwhile(ctx: Context, plan_id: int) -> Message | None:
    """What somebody else has made of a draft; None while it is one, or where it was one's own act."""
    with ctx.store.read() as connection:
        found = plans.get(connection, plan_id)
        if found is None or found["state"] == "draft":
            return None
        gaps = _who(ctx, connection, found)
    return None if gaps["actor"] == ctx.actor.id else Message(N_("plan {plan} is {state} now ({actor}, {time})"), gaps)


def _who(ctx: Context, connection: Connection, plan: Stored) -> dict[str, Any]:
    """Who last did something about a plan – for one that was replaced, who published the other – and when."""
    about = journal.entries_of(connection, subject=f"plan/{plan['plan_id']}", newest_first=True)
    last = next(iter(about), None)
    actor, at = (last.actor, last.happened_us) if last else (str(plan["actor"]), plan["created_us"])
    current = plans.latest(connection, state="published", shift=plan["shift"])
    if plan["state"] == "superseded" and current is not None:
        actor, at = _publisher(connection, current), current["published_us"] or current["created_us"]
    state = Message(STATES[plan["state"]])
    return {"plan": plan["plan_id"], "state": state, "actor": actor, "time": local(ctx, at)}
