"""What somebody is still writing is kept for them alone, until it is taken."""

from __future__ import annotations

from dataclasses import replace

from emergency.service import typed
from emergency.service.context import Actor, Context
from emergency.service.records import journal_entries


def test_what_was_typed_is_there_again_for_its_writer_and_nobody_else(ctx: Context) -> None:
    before = len(journal_entries(ctx))
    typed.keep(ctx, "bulletin/1", {"body": {"en": "Call", "zh": "请致电"}, "version": 2})
    typed.keep(ctx, "bulletin/1", {"body": {"en": "Call 95500", "zh": "请致电"}, "version": 2})
    left = typed.kept(ctx, "bulletin/1")
    assert left is not None and left.values["body"]["en"] == "Call 95500" and left.at == ctx.now()
    assert typed.kept(replace(ctx, actor=Actor("li", "Li", "risk")), "bulletin/1") is None
    assert typed.kept(ctx, "bulletin/2") is None
    typed.let_go(ctx, "bulletin/1")
    assert typed.kept(ctx, "bulletin/1") is None
    assert len(journal_entries(ctx)) == before  # it is no act


def test_nothing_is_kept_while_somebody_looks_back(ctx: Context) -> None:
    typed.keep(replace(ctx, known_at=ctx.now()), "incident-report/", {"title": "Flood"})
    assert typed.kept(ctx, "incident-report/") is None
