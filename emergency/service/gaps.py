"""What next best for a gap in a plan, as sentences with exact figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from emergency.domain.allocation import Cell, Plan
from emergency.domain.allocation.explain import one_more
from emergency.domain.allocation.gap import Bottleneck, Fill, bottlenecks, fill
from emergency.domain.allocation.referral import Referral, asked_of
from emergency.service.context import Context
from emergency.service.planning import place_name, solved_again
from emergency.texts import N_, Message

STEPS_TOLD = 4  # as many links of a chain as one reads; the whole of it is in the price


def answers(ctx: Context, shown: Mapping[str, Any], cell_id: str) -> tuple[Message, ...]:
    """Why a cell of the plan that is shown stays short or has its claims referred, who would come next and at what
    price, and which one person more would help. The stored plan is solved again from its own inputs."""
    plan = solved_again(ctx, shown)
    cells = {c.cell_id: c for c in plan.solution.cells}
    short = next((s for s in plan.shortages if s.cell_id == cell_id), None)
    referred = next((r for r in plan.referrals if r.cell_id == cell_id), None)
    if (short is None and referred is None) or cell_id not in cells:
        return (Message(N_("The roster has changed since this plan was made; propose a new one to ask again.")),)
    told = [] if referred is None else [*_settled(ctx, plan, referred, cells[cell_id])]
    if short is None:
        return tuple(told)
    visits = ctx.content.library.visits_per_slot()
    return (
        Message(N_("{count} open: {reason}"), {"count": short.slots, "reason": short.reason}),
        *_filled(fill(plan, cell_id)),
        *_helped(ctx, bottlenecks(plan, cell_id, visits, shown["body"].get("waiting")), cells[cell_id]),
        *told,
    )


def _settled(ctx: Context, plan: Plan, found: Referral, cell: Cell) -> Iterator[Message]:
    """Why claims are referred, and what one person with the authority would change: exact, and not the least of it."""
    gaps = {**asked_of(cell), "count": found.slots, "reason": found.reason, "place": place_name(ctx, cell)}
    yield Message(N_("{count} referred: {reason}"), gaps)
    if not cell.wants_authority:
        return
    papers = {cell.licence} - {""}, None, {cell.language} - {""}
    more = one_more(plan, cell.region, {cell.line}, *papers)
    less = one_more(plan, cell.region, {cell.line}, papers[0], cell.above_minor, papers[2])
    gaps |= {"with": f"{-more.extra_minutes:,}", "without": f"{-less.extra_minutes:,}"}
    text = N_("One more with authority above {amount}, from {place}, saves {with} minutes; one without it {without}.")
    yield Message(text, gaps)


def _filled(found: Fill) -> Iterator[Message]:
    if found.extra_minutes is None:
        yield Message(N_("Nobody of the pool can come, whatever is given up elsewhere."))
        return
    yield Message(
        N_("Next best: one of these filled all the same costs the whole plan {minutes} minutes more."),
        {"minutes": f"{found.extra_minutes:,}"},
    )
    for step in found.chain[:STEPS_TOLD]:
        yield Message(N_("    then {step}"), {"step": step.message})


def _helped(ctx: Context, kinds: tuple[Bottleneck, ...], cell: Cell) -> Iterator[Message]:
    place = place_name(ctx, cell)
    for kind in kinds:
        gap = {**asked_of(cell), "licence": kind.licence, "place": place, "claims": kind.claims}
        whole = (kind.licence, kind.settles, kind.language) == (cell.licence, True, cell.language)
        if whole and (cell.wants_authority or cell.language):
            yield Message(N_("One more with all of that, from {place}: {claims} claims a shift."), gap)
        elif not kind.settles:
            yield Message(N_("One more with authority of up to {amount} only: {claims} claims a shift."), gap)
        elif kind.language != cell.language:
            yield Message(N_("One more who does not speak {language}: {claims} claims a shift."), gap)
        elif kind.licence:
            yield Message(N_("One more for {line}, licensed in {licence}, from {place}: {claims} claims a shift."), gap)
        elif cell.licence:
            yield Message(N_("One more for {line} without that licence: {claims} claims a shift."), gap)
        else:
            yield Message(N_("One more for {line}, based in {place}: {claims} claims a shift."), gap)
        if kind.here and not kind.claims:
            yield Message(N_("    It fills a slot the playbook asks for; no claim waits for it."))
    yield Message(N_("A generator or any other goods clear none of these: what is short here is people."))
