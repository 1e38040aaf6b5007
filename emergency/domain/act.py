"""The acts the console records of itself; playbooks and drills name them as evidence.

A closed vocabulary: scoring can be automatic only because an act is either one of these or
it did not happen in the console.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from emergency.texts import N_, Message


@dataclass(frozen=True)
class Act:
    """An act and the keys its body must carry."""

    action: str
    title: str
    required: tuple[str, ...] = ()


ACTS: Mapping[str, Act] = {
    act.action: act
    for act in (
        Act("level.confirm", N_("Confirm the response level"), ("level",)),
        Act("allocation.commit", N_("Commit an allocation plan"), ("kind",)),
        Act("comms.send", N_("Send a bulletin"), ("audience", "text")),
        Act("report.submit", N_("Submit a report"), ("to", "kind", "fields")),
        Act("report.publish", N_("Publish a situation report"), ("text",)),
        Act("map.footprint.publish", N_("Publish the affected area"), ("regions",)),
        Act("case.assign", N_("Assign cases to a handler"), ("lob",)),
        Act("policy.enable", N_("Enable a relief measure"), ("name",)),
        Act("system.failover", N_("Fail over to the standby system")),
        Act("reconcile.complete", N_("Complete the reconciliation")),
        Act("post.take", N_("Take a post"), ("role", "person")),
        Act("command.transfer", N_("Transfer command"), ("giver", "taker")),
        Act("callout.send", N_("Call somebody out"), ("role",)),
        Act("callout.answer", N_("Answer a call-out"), ("role", "answer")),
        Act("rollcall.open", N_("Open a roll call")),
        Act("rollcall.close", N_("Close a roll call")),
        Act("task.complete", N_("Complete a task by hand, with a note")),
        Act("aar.publish", N_("Publish the after-action report")),
    )
}


def faults(action: str, body: Mapping[str, Any]) -> tuple[Message, ...]:
    """What is wrong with an act, in words; empty where nothing is."""
    act = ACTS.get(action)
    if act is None:
        gaps = {"act": action, "known": ", ".join(sorted(ACTS))}
        return (Message("{act} is not an act the console records; use one of {known}", gaps),)
    missing = [key for key in act.required if body.get(key) in (None, "", [], {})]
    return tuple(Message("“{act}” needs {field}", {"act": Message(act.title), "field": key}) for key in missing)
