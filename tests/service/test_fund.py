"""A fund of two million at level Ⅲ, where the plan allows one: asked for, approved by others, paid, given back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from emergency.domain.fund import Books
from emergency.domain.incident import Incident
from emergency.service import fund
from emergency.service.context import Actor, Conflict, Context, Refused
from emergency.service.records import journal_entries, verify_journal
from emergency.service.response import activate
from emergency.store import incidents

FLOOD = "FLOOD-1"
MILLION = 1_000_000_00


@pytest.fixture
def asker(ctx: Context, flood: Incident) -> Context:
    with ctx.store.write() as connection:
        before = incidents.get(connection, FLOOD)
        assert before is not None
        activate(ctx, connection, before, 3, {"incident": FLOOD, "level": 3}, {})
    fund.pay_in(ctx, 2 * MILLION, "board decision of 3 March", "CNY")
    return replace(ctx, actor=Actor("ling", "Ling", "logistics"))


def boss(ctx: Context, name: str = "wang") -> Context:
    return replace(ctx, actor=Actor(name, name, "branch-claims-manager"))


def version(ctx: Context, number: int) -> int:
    return int(next(r["version"] for r in fund.drawdowns(ctx) if r["drawdown_id"] == number))


def books(ctx: Context) -> Books:
    return fund.standing(ctx, "CNY")


def test_money_is_reserved_when_approved_spent_when_paid_and_free_again_when_it_comes_back(asker: Context) -> None:
    number = fund.ask(asker, FLOOD, 300_000_00, "boats and drivers", "Gulf Rentals")
    assert books(asker) == Books("CNY", -2 * MILLION, 2 * MILLION)
    assert fund.approve(boss(asker), number, version=1)
    assert books(asker) == Books("CNY", -2 * MILLION, 2 * MILLION - 300_000_00, 300_000_00)
    fund.pay(asker, number, version=version(asker, number))
    fund.give_back(asker, number, 100_000_01, "two boats not taken", version=version(asker, number))
    assert books(asker) == Books("CNY", -2 * MILLION, 2 * MILLION - 199_999_99, 0, 199_999_99)
    with pytest.raises(Refused, match=r"199,999\.99 CNY can still come back"):
        fund.give_back(asker, number, 200_000_00, "", version=version(asker, number))
    assert verify_journal(asker).ok


def test_above_the_line_two_others_approve_and_neither_the_asker_nor_one_twice(asker: Context) -> None:
    with asker.store.write() as connection:
        before = incidents.get(connection, FLOOD)
        assert before is not None
        incidents.change(connection, replace(before, response_level=2))
    number = fund.ask(asker, FLOOD, MILLION + 1, "hotel rooms", "Inn")
    chief = replace(asker, actor=Actor("wang", "Wang", "state-director"))
    assert not fund.approve(chief, number, version=1)
    assert books(asker).reserved == 0
    with pytest.raises(Refused, match="wang has asked for this or approved it already"):
        fund.approve(chief, number, version=2)
    with pytest.raises(Refused, match="ling has asked"):
        fund.approve(replace(asker, actor=Actor("ling", "Ling", "state-director")), number, version=2)
    for written in ("Wang", " WANG ", "ｗａｎｇ", "LING"):  # another spelling is no other person
        with pytest.raises(Refused, match="has asked for this or approved it already"):
            fund.approve(replace(asker, actor=Actor(written, written, "state-director")), number, version=2)
    assert fund.approve(replace(asker, actor=Actor("mei", "Mei", "state-director/deputy")), number, version=2)
    assert books(asker).reserved == MILLION + 1


def test_the_plan_allows_so_much_at_a_level_and_what_waits_counts(asker: Context) -> None:
    allowed = fund.allowance(asker, _incident(asker))
    assert allowed is not None
    assert (allowed.limit_minor, allowed.left_minor, allowed.currency) == (MILLION, MILLION, "CNY")
    fund.ask(asker, FLOOD, 600_000_00, "boats", "Gulf")
    with pytest.raises(Refused, match=r"of 1,000,000\.00 CNY at this level 400,000\.00 are left"):
        fund.ask(asker, FLOOD, 400_000_01, "boats", "Gulf")
    fund.ask(asker, FLOOD, 400_000_00, "boats", "Gulf")


def test_before_a_level_is_confirmed_there_is_no_money(ctx: Context, flood: Incident) -> None:
    fund.pay_in(ctx, MILLION, "board")
    assert fund.allowance(ctx, flood) is None
    with pytest.raises(Refused, match="before a level is confirmed"):
        fund.ask(ctx, FLOOD, 1, "boats", "Gulf")


def test_an_empty_fund_approves_nothing(asker: Context) -> None:
    for _ in range(2):
        number = fund.ask(asker, FLOOD, 500_000_00, "boats", "Gulf")
        fund.approve(boss(asker), number, version=1)
        fund.pay(asker, number, version=2)
    with asker.store.write() as connection:
        before = incidents.get(connection, FLOOD)
        assert before is not None
        incidents.change(connection, replace(before, response_level=2))
    number = fund.ask(asker, FLOOD, MILLION, "boats", "Gulf")
    chief = replace(asker, actor=Actor("wang", "Wang", "state-director"))
    assert fund.approve(chief, number, version=1)
    more = fund.ask(asker, FLOOD, 1, "a stamp", "Post")
    entries = len(journal_entries(asker))
    with pytest.raises(Refused, match=r"the fund has 0\.00 CNY left"):
        fund.approve(chief, more, version=1)
    assert len(journal_entries(asker)) == entries
    fund.release(chief, number, version=2)
    assert fund.approve(chief, more, version=1)


def test_refused_withdrawn_and_overtaken_ones_move_no_money(asker: Context) -> None:
    first, second = (fund.ask(asker, FLOOD, 10_00, "tape", "Shop") for _ in range(2))
    with pytest.raises(Refused, match="money is for .* to approve"):
        fund.approve(replace(asker, actor=Actor("bo", "Bo", "logistics")), first, version=1)
    with pytest.raises(Refused, match="say why"):
        fund.refuse(boss(asker), first, " ", version=1)
    fund.refuse(boss(asker), first, "we have tape", version=1)
    fund.withdraw(asker, second, version=1)
    with pytest.raises(Conflict, match="is withdrawn now"):
        fund.approve(boss(asker), second, version=1)
    assert [r["state"] for r in fund.drawdowns(asker)] == ["withdrawn", "refused"]
    assert books(asker).free == 2 * MILLION


@pytest.mark.parametrize("minor", [0, -1, 10**15 + 1])
def test_what_is_no_amount_is_refused(asker: Context, minor: int) -> None:
    with pytest.raises(Refused, match="say how much"):
        fund.pay_in(asker, minor, "board")
    with pytest.raises(Refused, match="say how much"):
        fund.ask(asker, FLOOD, minor, "boats", "Gulf")
    with pytest.raises(Refused, match="where the money comes from"):
        fund.pay_in(asker, 1, " ")
    with pytest.raises(Refused, match="what the money is for"):
        fund.ask(asker, FLOOD, 1, "", "Gulf")


def _incident(ctx: Context) -> Incident:
    with ctx.store.read() as connection:
        found = incidents.get(connection, FLOOD)
    assert found is not None
    return found
