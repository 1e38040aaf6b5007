"""One claim on the command line: what it said before, and what made each version."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from emergency.cli.answering import BadInput, answer_with, context

if TYPE_CHECKING:
    from emergency.service.claim_history import ClaimHistory, Version


def claims_history(arguments: argparse.Namespace) -> int:
    from emergency.service.claim_history import claim_history

    found = claim_history(context(arguments), arguments.report_no)
    if not found:
        raise BadInput(f"no claim has the number {arguments.report_no!r} in workspace {arguments.workspace!r}")
    answer = [_answer(one) for one in found]
    answer_with(arguments, answer, lambda: [line for one in answer for line in _lines(one)])
    return 0


def _answer(found: ClaimHistory) -> dict[str, Any]:
    return {
        "source": found.source,
        "report_no": found.report_no,
        "policy_no": found.policy_no,
        "currency": found.currency,
        "versions": [_version(v) for v in found.versions],
    }


def _version(version: Version) -> dict[str, Any]:
    values = {k: v.isoformat() if k.endswith("_at") and v else v for k, v in version.values.items()}
    return {
        "version": version.number,
        "made_at": version.since.isoformat() if version.since else None,
        "made_by": "messages" if version.messages else "placing" if version.placed else version.brought_by or "unknown",
        "file": version.brought_by,
        "actor": version.actor,
        "messages": [{"kind": m.kind, "at": m.at.isoformat()} for m in version.messages],
        "changed": list(version.changed),
        "values": values,
    }


def _lines(claim: dict[str, Any]) -> list[str]:
    lines = [f"{claim['report_no']} of {claim['source']}, policy {claim['policy_no'] or 'unknown'}"]
    for one in claim["versions"]:
        told = ", ".join(f"{m['kind']} {m['at']}" for m in one["messages"])
        by = f"messages ({told}) of {one['file']}" if told else one["made_by"]
        when, actor = one["made_at"] or "time unknown", one["actor"] or "nobody named"
        lines.append(f"  version {one['version']}, {when}, by {by}, {actor}")
        lines += [f"    {name}: {one['values'][name]}" for name in one["changed"]]
    return lines
