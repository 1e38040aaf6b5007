"""Situation: the figures of the strip, of the regions and of the one somebody picked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from emergency.console import look
from emergency.console.desk import Desk
from emergency.console.rooms import published_totals
from emergency.service.figures import OVERDUE_HOURS
from emergency.service.situation import RegionFigures, Situation
from emergency.texts import N_


def kpis(desk: Desk, found: Situation) -> list[look.Kpi]:
    say = desk.say
    backlog = found.needed / found.assigned if found.assigned else None
    published = found.published
    first = look.Kpi(
        say("Open claims"),
        f"{found.open:,}",
        say("{count} in the last hour", count=f"+{found.last_hour:,}"),
        help=say("Claims known at the as-of time whose status is neither paid, closed, cancelled nor declined."),
    )
    if published:
        first = look.Kpi(
            say("Reported, industry"),
            f"{published.reported_claims:,}",
            say("published {time}", time=desk.clock_text(published.as_of)),
            help=say(
                "As published: {scope}; own share assumed {share} %.",
                scope=published_totals.scope(say, published.scope),
                share=round(desk.ctx.profile.own_share * 100),
            ),
        )
    return [
        first,
        look.Kpi(
            say("Waiting > {hours} h for survey", hours=OVERDUE_HOURS),
            f"{found.overdue:,}",
            say("of {count} open", count=f"{found.open:,}"),
            "bad" if found.overdue else "plain",
            help=say("Our own service target (house rule), counted from the report."),
        ),
        look.Kpi(
            say("Survey backlog"),
            say("{days} days", days=f"{backlog:.1f}") if backlog else "–",
            say("at the strength of this shift") if backlog else say("nobody is assigned yet"),
            "watch" if backlog and backlog > 3 else "plain",
        ),
        look.Kpi(
            say("Adjusters assigned"),
            f"{found.assigned:,} / {found.adjusters_available:,}",
            say("{count} in the roster", count=found.adjusters_total),
        ),
        look.Kpi(
            say("Short"),
            say("{count} slots", count=f"{found.short:,}"),
            " · ".join(f"{_brief(desk, r.code)} {r.short}" for r in _shortest(found)) or _nobody_short(desk, found),
            "bad" if found.short else "ok" if found.assigned else "plain",
            help=say("One slot is one person for one shift. Needed minus assigned, by region."),
        ),
        _loss(desk, found),
    ]


def _loss(desk: Desk, found: Situation) -> look.Kpi:
    """The estimate, and what of it should not be believed or came in other money."""
    say, published = desk.say, found.published
    if published:
        minor = published.estimated_minor
        return look.Kpi(say("Estimated loss, industry"), desk.money(minor) if minor else "–", say("as published"))
    value = desk.money(found.estimated_minor) if found.estimated_minor else "–"
    if not found.doubted:
        return look.Kpi(
            say("Estimated loss"), value, say("sum of the claims' estimates"), help=_money_from(desk, found)
        )
    note = say("{amount} of it is doubted", amount=desk.money(found.doubted_minor))
    usual = say(
        "{count} claims of an amount no claim comes to; without them {rest}.",
        count=f"{found.doubted:,}",
        rest=desk.money(found.estimated_minor - found.doubted_minor),
    )
    return look.Kpi(say("Estimated loss"), value, note, "watch", " ".join([usual, _money_from(desk, found)]).strip())


def _money_from(desk: Desk, found: Situation) -> str:
    """Which other currencies the sum holds, at what rate, and which it leaves out."""
    told = []
    for one in found.foreign:
        gaps = {"amount": desk.money(one.estimated_minor, one.currency), "claims": f"{one.claims:,}"}
        if one.rate is None:
            text = desk.say("{amount} of {claims} claims is in no sum: the house has no rate for it.", **gaps)
        else:
            rate = f"{one.rate:.4g} {found.currency}"
            text = desk.say("It holds {amount} of {claims} claims, each unit as {rate}.", **gaps, rate=rate)
        told.append(text)
    return " ".join(told)


def _nobody_short(desk: Desk, found: Situation) -> str:
    return desk.say("nobody is short") if found.needed else desk.say("nothing is asked for")


def _brief(desk: Desk, code: str) -> str:
    """A region by one name, where there is room for no more."""
    return desk.ctx.regions.brief(code, desk.say.language)


def _shortest(found: Situation) -> list[RegionFigures]:
    return sorted((r for r in found.regions if r.short), key=lambda r: (-r.short, r.code))[:3]


def card(desk: Desk, found: Situation) -> None:
    """The region somebody picked on the map or in the table."""
    code = st.session_state.get("region")
    if not code:
        return
    look.section(desk.region(code))
    row = found.by_code.get(code)
    if row is None:
        st.caption(desk.say("No claims are known here."))
        return
    say = desk.say
    marked = look.Cell(desk.money(row.doubted_minor), "watch")
    doubted: list[list[str | look.Cell]] = [[say("of it doubted"), marked]] if row.doubted else []
    look.table(
        [say("Figure"), ""],
        [
            [say("Open claims"), f"{row.open:,}"],
            [say("in the last 24 h"), f"{row.last_24h:,}"],
            [say("Overdue"), look.Cell(f"{row.overdue:,}", "bad" if row.overdue else "plain")],
            [say("Estimated loss"), desk.money(row.estimated_minor)],
            *doubted,
            [say("Assigned / needed"), f"{row.assigned} / {row.needed}"],
            [say("Short"), look.Cell(str(row.short), "bad" if row.short else "plain")],
            [
                say("Oldest waits"),
                say("{hours} h", hours=row.oldest_hours) if row.oldest_hours is not None else "–",
            ],
        ],
        numbers=[1],
    )


def table(desk: Desk, found: Situation) -> None:
    say = desk.say
    if not found.regions and not found.outside:
        if found.open:
            st.info(say("All {count} open claims wait for a place; Intake lists them.", count=f"{found.open:,}"))
        elif desk.ctx.profile.kind == "demo":
            st.info(say("No claims are known at this time; move the demo's time forward."))
        else:
            st.info(say("No claims are known yet; bring in a file in Intake."))
        return
    rows = [*found.regions, *([found.outside] if found.outside else [])]
    chosen = st.dataframe(
        _columns(desk, rows, found.currency),
        hide_index=True,
        height=320,
        placeholder="–",
        on_select="rerun",
        selection_mode="single-row",
        key="regions-table",
        column_config=_widths(desk, found.currency),
    )
    marked = chosen["selection"]["rows"]
    picked = found.regions[marked[0]].code if marked and marked[0] < len(found.regions) else None
    if picked and st.session_state.get("region") != picked:
        st.session_state["region"] = picked
        st.rerun()


def _columns(desk: Desk, rows: Sequence[RegionFigures], currency: str) -> pd.DataFrame:
    say = desk.say
    found = {
        say("Region"): [desk.region(r.code) if r.code else say("Outside this map") for r in rows],
        say("Open"): [r.open for r in rows],
        say("Last 24 h"): [list(r.trend) for r in rows],
        say("Overdue"): [r.overdue for r in rows],
        _in_money(desk, currency): [r.estimated_minor / 100 for r in rows],
    }
    doubted = any(r.doubted for r in rows)
    if doubted:
        found[say("of it doubted")] = [desk.money(r.doubted_minor) if r.doubted else None for r in rows]
    found |= {
        say("Assigned / needed"): [f"{r.assigned:,} / {r.needed:,}" for r in rows],
        say("Short"): [r.short for r in rows],
        say("Days to clear"): [r.clear_days for r in rows],
    }
    if not doubted:  # there is no room for both; the card of a region has it too
        found[say("Oldest (h)")] = [r.oldest_hours for r in rows]
    return pd.DataFrame(found)


def _in_money(desk: Desk, currency: str) -> str:
    return desk.say("Loss ({currency})", currency=currency)


# Pixels of the columns; all of them fit beside the sidebar at 1024.
WIDTHS = {
    N_("Region"): 140,
    N_("Open"): 54,
    N_("Overdue"): 66,
    N_("of it doubted"): 88,
    N_("Assigned / needed"): 84,
    N_("Short"): 52,
    N_("Days to clear"): 92,
    N_("Oldest (h)"): 70,
}


def _widths(desk: Desk, currency: str) -> dict[str, Any]:
    plain = {desk.say(name): st.column_config.Column(width=px) for name, px in WIDTHS.items()}
    return plain | {
        desk.say("Last 24 h"): st.column_config.LineChartColumn(width=82),
        _in_money(desk, currency): st.column_config.NumberColumn(format="compact", width=90),
    }
