"""A kind of incident that the house adds to its file is led from its report to its end like the norm's six."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from emergency.domain.incident import Incident
from emergency.library import Library
from emergency.service import outbox, words, words_approval, words_due, words_ledger
from emergency.service.context import Actor, Context
from emergency.service.grading import confirm_level, evaluate, incident_named
from emergency.service.response import open_incident, record_fact
from emergency.service.review_pack import reviews
from emergency.service.stand_down import StoodDown, stand_down

ROOT = Path(__file__).parents[2]
OURS = """
  - id: reputation
    title: {zh: 声誉事件, en: reputation event}
"""
HOUSE = {f"house.{name}": "Example" for name in ("name", "hotline", "website", "contact")}


def with_our_kind(ctx: Context, root: Path) -> Context:
    """The shipped content, with one more kind of incident in its file."""
    (root / "data").mkdir(parents=True)
    for part in (ROOT / "data").iterdir():
        (root / "data" / part.name).symlink_to(part)
    (root / "playbooks").symlink_to(ROOT / "playbooks")
    kinds = root / "data/incident-kinds.yaml"
    kinds.unlink()
    kinds.write_text((ROOT / "data/incident-kinds.yaml").read_text("utf-8") + OURS, "utf-8")
    return replace(ctx, content=replace(ctx.content, library=Library(root), data=root / "data"))


def test_a_seventh_kind_goes_from_report_to_stand_down(ctx: Context, flood: Incident, tmp_path: Path) -> None:
    ours = with_our_kind(ctx, tmp_path / "content")
    new = replace(flood, incident_id="REP-1", kind="reputation", perils=(), title={"en": "Rumour", "zh": "传言"})
    open_incident(ours, new)
    assert evaluate(ours, "REP-1").proposed is None, "no rule knows it: a person decides"
    confirm_level(ours, "REP-1", 3, reason="two newspapers ask")
    for figure, value in HOUSE.items():
        record_fact(ours, figure, value, source="house")
    told = words_ledger.ledger(ours, incident_named(ours, "REP-1"))
    assert told["incident.kind"][0].value == {"en": "reputation event", "zh": "声誉事件"}
    known, broken = words_due.templates(ours)
    brief = next(t for t in words_due.fitting(known, "regulator", incident_named(ours, "REP-1")))
    number = words_due.begin_for(ours, incident_named(ours, "REP-1"), brief)
    words_approval.submit(ours, number)
    row = words.get(ours, number)
    words_approval.approve(replace(ours, actor=Actor("li", "Li", row["approver_role"])), number, row["version"])
    words_approval.send(ours, number)
    outbox.send_queued(ours)
    assert not broken and "reputation event" in outbox.deliveries(ours)[0]["text"]
    assert isinstance(stand_down(ours, "REP-1", "the papers have printed our answer"), StoodDown)
    assert not incident_named(ours, "REP-1").is_open and reviews(ours, "REP-1")[0].state == "open"
