"""What others have published of an event, as they published it."""

from __future__ import annotations

from emergency.console import look
from emergency.console.desk import Desk
from emergency.service.figures import snapshots
from emergency.texts import N_, Speaker

SCOPES = {
    "industry": N_("the industry"),
    "industry (media count)": N_("the industry, counted by the press"),
}


def listing(desk: Desk) -> None:
    """What others have published so far, as they published it; a total that falls is not smoothed."""
    say = desk.say
    rows = snapshots(desk.ctx)
    if not rows:
        return
    look.section(say("Published totals, {region}", region=desk.region(rows[-1].region)))
    table: list[list[str | look.Cell]] = []
    for before, row in zip((None, *rows), rows, strict=False):
        fell = before is not None and row.reported_claims < before.reported_claims
        table.append(
            [
                desk.clock_text(row.as_of),
                look.Cell(f"{row.reported_claims:,}", "watch" if fell else "plain"),
                "–" if row.settled_claims is None else f"{row.settled_claims:,}",
                "–" if row.estimated_minor is None else desk.money(row.estimated_minor),
                "–" if row.paid_minor is None else desk.money(row.paid_minor),
                say("the cumulative count fell") if fell else scope(say, row.scope),
                row.source,
            ]
        )
    heads = [
        say("As of"),
        say("Reported"),
        say("Settled"),
        say("Estimated loss"),
        say("Paid"),
        say("Scope"),
        say("Source"),
    ]
    look.table(heads, list(reversed(table)), numbers=[1, 2, 3, 4])


def scope(say: Speaker, covered: str) -> str:
    """What a published total covers; in the words of its file where it is none of the known ones."""
    return say(SCOPES[covered]) if covered in SCOPES else covered
