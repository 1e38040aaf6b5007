"""A plan for goods becomes requests, commitments and a draft on the fund, in one act; and is taken back in one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from emergency.domain.allocation.goods import broken
from emergency.domain.stock_ledger import STEPS, Short, moves_of
from emergency.service.context import Conflict, Context, Refused
from emergency.service.goods_crew import hold_crew, release_crew
from emergency.service.goods_demand import goods_rules
from emergency.service.goods_money import ask_money, give_back_money
from emergency.service.goods_plan import changes, loads_of, problem_of
from emergency.service.response import settle
from emergency.store import goods_plan, incidents, stock
from emergency.store.store import Connection
from emergency.texts import N_, Message

Row = dict[str, Any]
STATES = {
    "draft": N_("a draft"),
    "published": N_("in force"),
    "superseded": N_("replaced by a later one"),
    "withdrawn": N_("taken back"),
    "put_away": N_("put away"),
}
GONE_ON = N_("request no. {number} has gone on meanwhile; end it in the Pool room first")


def publish(ctx: Context, plan_id: int) -> Row:
    """Commit what a draft gives, release what it gives no longer, ask the fund: all of it or nothing.

    Raises:
        Refused: no such draft, an incident has ended, or a depot has less than when the draft was made.
        Conflict: the plan in force is not the one this draft was made against.
    """
    with ctx.store.write() as connection:
        goods_plan.hold(connection)
        draft = _draft(connection, plan_id)
        current = goods_plan.in_force(connection)
        _check(connection, draft, current)
        if current:
            goods_plan.mark(connection, current["plan_id"], "superseded")
            release_crew(connection, current)
        goods_plan.mark(connection, plan_id, "published", published_us=ctx.now_us())
        _Writing(ctx, connection, draft).write()
        hold_crew(ctx, connection, draft, current)
        ask_money(ctx, connection, draft, current)
        _record(ctx, connection, draft)
    return draft | {"state": "published"}


def _draft(connection: Connection, plan_id: int) -> Row:
    found = goods_plan.get(connection, plan_id)
    if found is None:
        raise Refused(Message("there is no goods plan {plan}; propose a new one", {"plan": plan_id}))
    if found["state"] != "draft":
        gaps = {"plan": plan_id, "state": Message(STATES[found["state"]])}
        raise Refused(Message("goods plan {plan} is {state}, not a draft; propose a new one", gaps))
    return found


def _check(connection: Connection, draft: Row, current: Row | None) -> None:
    if (current["plan_id"] if current else None) != draft["based_on"]:
        gaps = {"plan": draft["plan_id"], "other": current["plan_id"], "actor": current["actor"]} if current else {}
        text = N_("goods plan {other} by {actor} was published after goods plan {plan} was made; propose again")
        gone = N_("the goods plan that {plan} was made against is no longer in force; propose again")
        raise Conflict(Message(text, gaps) if current else Message(gone, {"plan": draft["plan_id"]}))
    for incident in sorted({site["incident"] for site in draft["body"]["sites"]}):
        one = incidents.get(connection, incident)
        if one is None or not one.is_open:
            raise Refused(Message("incident {incident} is not open any more; propose again", {"incident": incident}))
    faults = broken(problem_of(draft["body"]), loads_of(draft["body"]))
    if faults:
        raise Refused(Message("this plan breaks its own rules ({rules}); propose again", {"rules": ", ".join(faults)}))


@dataclass(frozen=True)
class _Target:
    """Pieces of a kind of stock a plan has a depot give to a site."""

    site: Mapping[str, Any]
    depot: str
    kind: str
    pieces: int


class _Writing:
    """The requests of one plan, made to say what the plan says; every step is kept, to be taken back."""

    def __init__(self, ctx: Context, connection: Connection, draft: Row) -> None:
        self.ctx, self.connection, self.draft = ctx, connection, draft
        self.rules = goods_rules(ctx)
        self.sites = {site["site_id"]: site for site in draft["body"]["sites"]}
        own = goods_plan.own_requests(connection)
        self.site_of = {row["request_id"]: row["site_id"] for row in own}
        rows = {row["request_id"]: row for row in stock.requests(connection, states=("requested", "committed"))}
        self.held = [rows[n] for n in self.site_of if n in rows and rows[n]["state"] == "committed"]
        self.own_asked = [rows[n] for n in self.site_of if n in rows and rows[n]["state"] == "requested"]
        self.by_hand = [row for n, row in rows.items() if n not in self.site_of and row["state"] == "requested"]

    def write(self) -> None:
        targets = {(t.site["site_id"], t.depot, t.kind): t for t in self._targets()}
        self._release(targets)
        for target in targets.values():
            self._commit(target)
        self._ask()

    def _targets(self) -> Iterator[_Target]:
        for load in self.draft["body"]["loads"]:
            site = self.sites[load["site_id"]]
            kit = self.rules.kits.get(site["kind"])
            for kind, each in (kit.parts if kit else {site["kind"]: 1}).items():
                yield _Target(site, load["depot"], kind, load["pieces"] * each)

    def _release(self, targets: Mapping[tuple[str, str, str], _Target]) -> None:
        """Give back what the plan gives no longer, the newest requests first, so that others can have it."""
        have: Counter[tuple[str, str, str]] = Counter()
        for row in self.held:
            have[self._key(row)] += row["count"]
        for row in reversed(list(self.held)):
            key = self._key(row)
            wanted = targets[key].pieces if key in targets else 0
            if have[key] > wanted:
                have[key] -= row["count"]
                self.held.remove(row)
                self._step(row, "release", self.site_of[row["request_id"]], fresh=False)

    def _key(self, row: Row) -> tuple[str, str, str]:
        return self.site_of[row["request_id"]], row["depot"], row["kind"]

    def _commit(self, target: _Target) -> None:
        site_id = target.site["site_id"]
        missing = target.pieces - sum(
            row["count"] for row in self.held if self._key(row) == (site_id, target.depot, target.kind)
        )
        for waiting in (self.by_hand, self.own_asked):
            for row in [r for r in waiting if self._fits(r, target)]:
                if missing:
                    waiting.remove(row)
                    missing -= self._take(row, target, min(missing, row["count"]), waiting)
        if missing:
            row = self._request(target.site, target.kind, missing)
            self._step(row, "commit", site_id, fresh=True, depot=target.depot)

    def _fits(self, row: Row, target: _Target) -> bool:
        return (row["incident_id"], row["region"], row["kind"]) == (
            target.site["incident"],
            target.site["region"],
            target.site["kind"],
        ) and target.kind == target.site["kind"]

    def _take(self, row: Row, target: _Target, count: int, waiting: list[Row]) -> int:
        """Commit a request that waits, or a part of it; the rest waits on as a request of its own."""
        self._step(row, "commit", target.site["site_id"], fresh=False, depot=target.depot, count=count)
        if count < row["count"]:
            rest = self._request(target.site, target.kind, row["count"] - count, like=row)
            if row["request_id"] in self.site_of:
                # The rest of what the plan before asked for is still what that plan asked for.
                self.site_of[rest["request_id"]] = target.site["site_id"]
                self._note(rest, "ask", target.site["site_id"], fresh=True, plan=self.draft["based_on"])
            waiting.append(rest)
        return count

    def _ask(self) -> None:
        """What stays short waits as a request, so that whoever finds some can meet it; a kit cannot be asked for."""
        for short in self.draft["body"]["shortages"]:
            site = self.sites[short["site_id"]]
            if site["kind"] in self.rules.kits:
                continue
            waiting = [r for r in self.by_hand if (r["incident_id"], r["region"], r["kind"]) == _place(site)]
            missing = short["pieces"] - sum(r["count"] for r in waiting)
            mine = [r for r in self.own_asked if self.site_of[r["request_id"]] == site["site_id"]]
            oldest = min((r["asked_us"] for r in mine), default=None)
            for row in mine:
                if row["count"] <= missing:
                    self.own_asked.remove(row)
                    missing -= row["count"]
            if missing > 0:
                request = self._request(site, site["kind"], missing, since_us=oldest)
                self._note(request, "ask", site["site_id"], fresh=True)
        for row in self.own_asked:
            self._step(row, "cancel", self.site_of[row["request_id"]], fresh=False)

    def _request(
        self, site: Mapping[str, Any], kind: str, count: int, like: Row | None = None, since_us: int | None = None
    ) -> Row:
        """A new request. ``like``: the one it is a part of; it is as old as that, or as ``since_us``."""
        now, actor = self.ctx.now_us(), self.ctx.actor.id
        number = stock.ask(
            self.connection,
            incident_id=site["incident"],
            region=site["region"],
            kind=kind,
            count=count,
            note=like["note"] if like else f"#{self.draft['plan_id']}",
            asked_us=like["asked_us"] if like else since_us or now,
            asked_by=like["asked_by"] if like else actor,
            changed_us=now,
            changed_by=actor,
        )
        found = stock.request(self.connection, number)
        assert found is not None
        return found

    def _step(
        self, row: Row, act: str, site_id: str, *, fresh: bool, depot: str | None = None, count: int | None = None
    ) -> None:
        count = row["count"] if count is None else count
        depot = row["depot"] if depot is None else depot
        step(self.ctx, self.connection, row, act, depot=depot, count=count)
        self._note(row | {"version": row["version"] + 1}, act, site_id, fresh=fresh)

    def _note(self, row: Row, act: str, site_id: str, *, fresh: bool, plan: int | None = None) -> None:
        goods_plan.note_act(
            self.connection,
            plan_id=plan or self.draft["plan_id"],
            request_id=row["request_id"],
            act=act,
            site_id=site_id,
            fresh=fresh,
            version=row["version"],
        )


def _place(site: Mapping[str, Any]) -> tuple[str, str, str]:
    return site["incident"], site["region"], site["kind"]


def step(ctx: Context, connection: Connection, row: Row, act: str, *, depot: str, count: int) -> None:
    """One step of a request with what it moves, in the transaction of the plan.

    Raises:
        Refused: the depot has less than that. Conflict: somebody changed the request meanwhile.
    """
    what, now, who = STEPS[act], ctx.now_us(), ctx.actor.id
    number, version = row["request_id"], row["version"]
    try:
        moves = moves_of(what, depot, row["kind"], count)
        stock.move(connection, moves, at_us=now, actor=who, request_id=number, version=version + 1, note=what.after)
    except Short as short:
        gaps = {"depot": depot, "why": short.message}
        raise Refused(Message("at {depot} the stock has changed since: {why}. Propose again", gaps)) from None
    values = {"state": what.after, "depot": depot, "count": count, "changed_us": now, "changed_by": who}
    if not stock.change(connection, number, version, **values):
        raise Conflict(Message(GONE_ON, {"number": number}))


def _record(ctx: Context, connection: Connection, draft: Row) -> None:
    """The act itself, and for each incident and kind the evidence its tasks wait for."""
    body, number = draft["body"], draft["plan_id"]
    more, fewer = changes(body)
    told = {"plan": number, "pieces": body["pieces"], "short": body["short"], "committed": more, "released": fewer}
    ctx.record(connection, "goods.plan.publish", f"goods-plan/{number}", told)
    sites = {site["site_id"]: site for site in body["sites"]}
    given: Counter[tuple[str, str]] = Counter({(s["incident"], s["kind"]): 0 for s in body["sites"]})
    regions: dict[tuple[str, str], Counter[str]] = {}
    for load in body["loads"]:
        site = sites[load["site_id"]]
        key = site["incident"], site["kind"]
        given[key] += load["pieces"]
        regions.setdefault(key, Counter())[site["region"]] += load["pieces"]
    for (incident, kind), pieces in sorted(given.items()):
        # A shift of no name: goods are not planned by shift, and who looks for people's shifts finds none.
        entry = {"plan": number, "shift": "", "incident": incident, "kind": _kind(ctx, kind), "pieces": pieces}
        entry |= {"goods": True, "regions": dict(sorted(regions.get((incident, kind), Counter()).items()))}
        seq = ctx.record(connection, "allocation.commit", f"goods-plan/{number}", entry)
        settle(ctx, connection, incident, "allocation.commit", entry, seq)


def _kind(ctx: Context, kind: str) -> str:
    """The kind a playbook asks for: of a kit, what it stands for."""
    kit = goods_rules(ctx).kits.get(kind)
    return kit.stands_for if kit else kind


def withdraw(ctx: Context, plan_id: int) -> None:
    """Take a published plan back: every request as it was before, the plan it replaced in force again.

    Raises:
        Refused: it is not in force, or goods of it are on their way or money of it was paid.
    """
    with ctx.store.write() as connection:
        goods_plan.hold(connection)
        stored = goods_plan.get(connection, plan_id)
        if stored is None or stored["state"] != "published":
            raise Refused(
                Message("goods plan {plan} is not in force; there is nothing to take back", {"plan": plan_id})
            )
        for done in reversed(goods_plan.acts(connection, plan_id)):
            _back(ctx, connection, done)
        release_crew(connection, stored)
        goods_plan.mark(connection, plan_id, "withdrawn")
        earlier = goods_plan.get(connection, stored["based_on"]) if stored["based_on"] else None
        give_back_money(ctx, connection, stored, earlier)
        if earlier:
            goods_plan.mark(connection, earlier["plan_id"], "published")
            hold_crew(ctx, connection, earlier, None)
        told = {"plan": plan_id, "restored": stored["based_on"]}
        ctx.record(connection, "goods.plan.withdraw", f"goods-plan/{plan_id}", told)


def _back(ctx: Context, connection: Connection, done: Row) -> None:
    """One act the other way round. What the plan itself asked for is called off, what others asked for waits again."""
    row = stock.request(connection, done["request_id"])
    expected = {"ask": "requested", "commit": "committed", "release": "cancelled", "cancel": "cancelled"}
    if row is None or row["state"] != expected[done["act"]]:
        raise Refused(Message(GONE_ON, {"number": done["request_id"]}))
    after, moving = _undone(done, row)
    number, version, now, who = row["request_id"], row["version"], ctx.now_us(), ctx.actor.id
    try:
        stock.move(connection, moving, at_us=now, actor=who, request_id=number, version=version + 1, note=after)
    except Short as short:
        gaps = {"depot": row["depot"], "why": short.message}
        raise Refused(Message("at {depot} the stock has changed since: {why}. Propose again", gaps)) from None
    depot = row["depot"] if after == "committed" else ""
    stock.change(connection, number, version, state=after, depot=depot, changed_us=now, changed_by=who)


def _undone(done: Row, row: Row) -> tuple[str, Sequence[Any]]:
    """(the state before an act, the moves that lead there)."""
    if done["act"] == "ask":
        return "cancelled", ()
    if done["act"] == "cancel":
        return "requested", ()
    moves = moves_of(STEPS[done["act"]], row["depot"], row["kind"], row["count"])
    back = tuple(move.back for move in moves)
    if done["act"] == "release":
        return "committed", back
    return "cancelled" if done["fresh"] else "requested", back


def put_away(ctx: Context, plan_id: int) -> None:
    """Put a draft away; it stays in the journal and can be looked up. Raises Refused where it is no draft."""
    with ctx.store.write() as connection:
        _draft(connection, plan_id)
        goods_plan.mark(connection, plan_id, "put_away")
        ctx.record(connection, "goods.plan.put_away", f"goods-plan/{plan_id}", {"plan": plan_id})
