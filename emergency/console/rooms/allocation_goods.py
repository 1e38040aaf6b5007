"""Goods beside the people: proposed over all kinds at once, priced, published into the stock ledger, taken back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import streamlit as st

from emergency.console import look
from emergency.console.desk import Desk
from emergency.console.rooms.allocation_words import act_button
from emergency.service import goods_plan, goods_publish
from emergency.service.context import Conflict, Refused
from emergency.service.goods_demand import goods_rules
from emergency.service.goods_words import Names, chosen_parts, unpacked
from emergency.texts import Message

SAID = "allocation-goods-said"
ROWS = 15
Plan = Mapping[str, Any]


def panel(desk: Desk) -> None:
    """The draft if there is one, else the plan in force; nothing where no goods are kept and none were planned."""
    say, draft, in_force = desk.say, goods_plan.latest_draft(desk.ctx), goods_plan.plan_in_force(desk.ctx)
    shown = draft or in_force
    look.section(_title(desk, draft, in_force))
    said = st.session_state.pop(SAID, None)
    if said:
        look.notice(*said)
    left, right = st.columns([2.5, 1], gap="small")
    with right:
        _acts(desk, draft, in_force)
        if shown:
            _price(desk, shown, in_force if draft else None)
    with left:
        if shown is None:
            st.caption(
                say("Goods are planned for all open incidents at once, each kind by its own flow from the depots.")
            )
            return
        names = goods_plan.names_of(desk.ctx)
        _drift(desk, shown["body"], names)
        _by_kind(desk, shown["body"], names)
        _sentences(desk, shown["body"])
    _tables(desk, shown["body"], names)


def _title(desk: Desk, draft: Plan | None, in_force: Plan | None) -> str:
    if draft:
        return desk.say("Goods and kits · draft {plan}", plan=draft["plan_id"])
    if in_force:
        return desk.say("Goods and kits · plan {plan} in force", plan=in_force["plan_id"])
    return desk.say("Goods and kits")


def _acts(desk: Desk, draft: Plan | None, in_force: Plan | None) -> None:
    say, ctx = desk.say, desk.ctx
    if st.button(say("Propose a plan for goods"), key="goods-propose", width="stretch"):
        with st.spinner(say("Solving kind by kind, then what is coupled …")):
            _attempt(desk, lambda: goods_plan.propose(ctx), "")
    if draft:
        number = draft["plan_id"]
        more, fewer = goods_plan.changes(draft["body"])
        text = say("Publish: commit {more}, release {fewer}", more=more, fewer=fewer)
        done = say("Goods plan {plan} is in force; the ledger holds the pieces.", plan=number)
        act_button(
            desk, text, "goods-publish", partial(goods_publish.publish, ctx, number), done, primary=True, place=SAID
        )
        text, done = say("Put the goods draft away"), say("Goods draft {plan} is put away.", plan=number)
        act_button(desk, text, "goods-put-away", partial(goods_publish.put_away, ctx, number), done, place=SAID)
    if in_force:
        number = in_force["plan_id"]
        text = say("Take goods plan {plan} back", plan=number)
        done = say("Goods plan {plan} is taken back; every request stands as before.", plan=number)
        act_button(desk, text, "goods-withdraw", partial(goods_publish.withdraw, ctx, number), done, place=SAID)


def _attempt(desk: Desk, act: Callable[[], object], done: str) -> None:
    try:
        act()
        if done:
            st.session_state[SAID] = ("success", done)
    except (Refused, Conflict) as fault:
        first = fault.args[0] if fault.args else ""
        st.session_state[SAID] = ("error", desk.say(first) if isinstance(first, Message) else str(fault))
    st.rerun()


def _price(desk: Desk, shown: Plan, now: Plan | None) -> None:
    """The figures of the plan beside those of the plan in force; how near it is to the best there can be."""
    say, after = desk.say, _figures(shown["body"])
    before = _figures(now["body"]) if now else None
    texts = (say("Pieces and kits given"), say("Pieces and kits short"), say("Driven, one way (hours)"))
    rows: list[list[str | look.Cell]] = []
    for n, text in enumerate(texts):
        tone = "plain"
        if before and before[n] != after[n]:
            tone = "ok" if (after[n] > before[n]) == (n == 0) else "watch"
        rows.append([text, *([f"{before[n]:,}"] if before else []), look.Cell(f"{after[n]:,}", tone)])
    heads = [say("Figure"), *([say("now"), say("draft")] if before else [""])]
    look.table(heads, rows, numbers=[1, 2] if before else [1])
    body, names = shown["body"], goods_plan.names_of(desk.ctx)
    st.caption(" ".join([_gap(desk, body), *_coupled(desk, body, names), *_fund(desk, body)]))


def _figures(body: Mapping[str, Any]) -> tuple[int, int, int]:
    return body["pieces"], body["short"], round(sum(x["minutes"] * x["pieces"] for x in body["loads"]) / 60)


def _gap(desk: Desk, body: Mapping[str, Any]) -> str:
    say = desk.say
    better = body["start"] - body["cost"]["total"] if body["searched"] else 0
    gain = say("It is {better} minutes cheaper than flows one after another.", better=f"{better:,}") if better else ""
    if not body["gap_tenths"]:
        return " ".join(filter(None, [say("Proven: no plan costs less by these rules."), gain]))
    gap = f"{body['gap_tenths'] // 10}.{body['gap_tenths'] % 10}"
    text = say(
        "The search ended at its time limit: this plan costs at most {gap} % more than the best there can be.", gap=gap
    )
    return " ".join(filter(None, [text, gain]))


def _fund(desk: Desk, body: Mapping[str, Any]) -> list[str]:
    say = desk.say
    costs = goods_plan.cost_by_incident(body["sites"], body["loads"])
    if not costs:
        return []
    found: Counter[str] = Counter()
    for incident, minor in costs.items():
        found[body["money"].get(f"incident {incident}", "")] += minor
    sums = say(", ").join(desk.money(minor, currency) for currency, minor in found.items())
    told = [say("Its use costs {sum} by the house's rules.", sum=sums)]
    if any(currency in body["unlimited"] for currency in found):
        told.append(say("No money was paid into the fund, so it limits nothing."))
    else:
        told.append(say("Publishing asks the fund for it."))
    return told


def _drift(desk: Desk, body: Mapping[str, Any], names: Names) -> None:
    """That more or less is asked for now than when the plan was made: another level, other claims."""
    say, found = desk.say, goods_plan.drift(desk.ctx, body)
    if found:
        told = [
            say("{what} {before} → {now}", what=_word(desk, names.kind(kind)), before=f"{then:,}", now=f"{now:,}")
            for kind, (then, now) in list(found.items())[:6]
        ]
        st.warning(say("Asked for has changed since: {kinds}. Propose again.", kinds=say(", ").join(told)))


def _coupled(desk: Desk, body: Mapping[str, Any], names: Names) -> list[str]:
    say = desk.say
    groups = [say(", ").join(_word(desk, names.kind(kind)) for kind in group) for group in body["coupled"]]
    return (
        [say("Solved together, as a kit or the fund couples them: {kinds}.", kinds=say("; ").join(groups))]
        if groups
        else []
    )


def _by_kind(desk: Desk, body: Mapping[str, Any], names: Names) -> None:
    """One line per kind: what is asked and by what, what is given, what is short."""
    say, sites = desk.say, {site["site_id"]: site for site in body["sites"]}
    asked, given, short = Counter[str](), Counter[str](), Counter[str]()
    farthest: dict[str, int] = {}
    for site in sites.values():
        asked[site["kind"]] += site["pieces"]
    for load in body["loads"]:
        kind = sites[load["site_id"]]["kind"]
        given[kind] += load["pieces"]
        farthest[kind] = max(farthest.get(kind, 0), load["minutes"])
    for row in body["shortages"]:
        short[sites[row["site_id"]]["kind"]] += row["pieces"]
    plans, claims = Counter[str](), Counter[str]()
    for row in body["asks"]:
        plans[row["kind"]] += row["by_plan"]
        claims[row["kind"]] += row["by_claims"]
    rows: list[list[str | look.Cell]] = [
        [
            _word(desk, names.kind(kind)),
            f"{plans[kind]:,}",
            f"{claims[kind]:,}" if claims[kind] else "–",
            f"{asked[kind]:,}",
            f"{given[kind]:,}",
            look.Cell(f"{short[kind]:,}", "bad" if short[kind] else "plain"),
            _hours(desk, farthest.get(kind)),
        ]
        for kind in sorted(asked, key=lambda kind: (-short[kind], kind))
    ]
    heads = [say("Kind"), say("by the plan"), say("by claims"), say("Still asked"), say("Given"), say("Short")]
    look.table([*heads, say("Farthest")], rows, numbers=[1, 2, 3, 4, 5])


def _hours(desk: Desk, minutes: int | None) -> str:
    if minutes is None:
        return "–"
    text = desk.say("{hours} h {minutes} min", hours=minutes // 60, minutes=minutes % 60)
    return text.replace(" ", "\N{NO-BREAK SPACE}")


def _sentences(desk: Desk, body: Mapping[str, Any]) -> None:
    if body["remedies"]:
        look.section(desk.say("What one piece more would bring"))
    for stored in body["remedies"]:
        st.text(desk.say(unpacked(stored)))
    _ask(desk, body)


def _ask(desk: Desk, body: Mapping[str, Any]) -> None:
    """The same question for any kind and any depot; the answer is worked out from the plan as it was made."""
    say, rules = desk.say, goods_rules(desk.ctx)
    kinds = sorted(set(chosen_parts({site["kind"] for site in body["sites"]}, rules)))
    if not kinds or not body["depots"]:
        return
    names = goods_plan.names_of(desk.ctx, rules)
    with st.expander(say("Ask for another kind or depot")):
        first, second = st.columns(2)
        kind = first.selectbox(
            say("Kind"), kinds, format_func=lambda k: _word(desk, names.kind(k)), key="goods-ask-kind"
        )
        depots = [row["depot_id"] for row in body["depots"]]
        depot = second.selectbox(
            say("Depot"), depots, format_func=lambda d: _word(desk, names.depot(d)), key="goods-ask-depot"
        )
        if st.button(say("What would one more bring here?"), key="goods-ask"):
            for sentence in goods_plan.one_more_here(desk.ctx, body, kind, depot):
                st.text(say(sentence))


def _word(desk: Desk, gap: Any) -> str:
    return desk.say.of(gap) if isinstance(gap, Mapping) else desk.say(gap) if isinstance(gap, Message) else str(gap)


def _tables(desk: Desk, body: Mapping[str, Any], names: Names) -> None:
    say, sites = desk.say, {site["site_id"]: site for site in body["sites"]}
    short = sorted(body["shortages"], key=lambda row: (sites[row["site_id"]]["priority"], -row["pieces"]))
    if short:
        look.section(say("What stays short, and why"))
        _rows(
            desk,
            [say("Kind"), say("Place"), say("Short"), say("Reason")],
            [
                [
                    _word(desk, names.kind(sites[row["site_id"]]["kind"])),
                    desk.region(sites[row["site_id"]]["region"]),
                    look.Cell(f"{row['pieces']:,}", "bad"),
                    say(unpacked(row["reason"])),
                ]
                for row in short
            ],
        )
    if body["loads"]:
        look.section(say("Which depot gives what"))
        loads = sorted(body["loads"], key=lambda row: (row["depot"], sites[row["site_id"]]["kind"], -row["pieces"]))
        _rows(
            desk,
            [say("Depot"), say("Kind"), say("Pieces"), say("Place"), say("Drive")],
            [
                [
                    _word(desk, names.depot(row["depot"])),
                    _word(desk, names.kind(sites[row["site_id"]]["kind"])),
                    f"{row['pieces']:,}",
                    desk.region(sites[row["site_id"]]["region"]),
                    _hours(desk, row["minutes"]),
                ]
                for row in loads
            ],
        )


def _rows(desk: Desk, heads: Sequence[str], rows: Sequence[list[str | look.Cell]]) -> None:
    look.table(heads, rows[:ROWS], numbers=[2])
    if len(rows) > ROWS:
        with st.expander(desk.say("{count} more rows", count=len(rows) - ROWS)):
            look.table(heads, rows[ROWS:], numbers=[2])
