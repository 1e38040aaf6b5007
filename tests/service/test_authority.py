"""Confirming a level: asked in turn, refused to others, provisional when nobody answers, two people for Ⅰ."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count, pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emergency.domain.incident import Incident
from emergency.domain.level import chain
from emergency.service import authority, deciding, watch
from emergency.service.context import Actor, Conflict, Context, FixedClock, Notice, Refused
from emergency.service.grading import agree_to_lower, confirm_level, evaluate, level_history
from emergency.service.level_need import level_need
from emergency.service.lowered import lowered
from emergency.service.playbooks import retire
from emergency.service.records import journal_entries, messages, verify_journal
from emergency.service.response import open_incident, record_fact, tasks
from emergency.store import incidents, levels
from emergency.texts import speaker

DEATHS = "casualties.insured_deaths"
BRANCH, STATE, HQ = "branch-claims-manager", "state-director", "hq-commander"
CHAIN = [BRANCH, f"{BRANCH}/deputy", STATE, f"{STATE}/deputy", HQ, f"{HQ}/deputy"]


def as_(ctx: Context, role: str, name: str = "wang") -> Context:
    return replace(ctx, actor=Actor(name, name, role))


def later(ctx: Context, minutes: float) -> Context:
    return replace(ctx, clock=FixedClock(ctx.now() + timedelta(minutes=minutes)))


def dead(ctx: Context, flood: Incident, number: int) -> None:
    record_fact(ctx, DEATHS, number, incident_id=flood.incident_id, source="coroner", as_of=ctx.now())
    watch.keep_up(ctx)


def asked(ctx: Context, flood: Incident) -> list[str]:
    with ctx.store.read() as connection:
        rows = levels.asks(connection, flood.incident_id)
    return [row["authority"] + ("/deputy" if row["deputy"] else "") for row in rows]


def fresh(ctx: Context, flood: Incident) -> Incident:
    return evaluate(ctx, flood.incident_id).incident


# Asking -------------------------------------------------------------------------------------------


def test_a_proposal_asks_the_one_the_plan_names_with_a_message_and_an_entry(ctx: Context, flood: Incident) -> None:
    dead(ctx, flood, 3)
    waiting = authority.pending(ctx, flood)
    assert waiting is not None and waiting.now_asked is not None
    assert (waiting.level, waiting.now_asked.role) == (2, STATE)
    assert waiting.now_asked.due_at == ctx.now() + timedelta(minutes=30)
    assert [one.state for one in waiting.people] == ["asked", "waiting", "waiting", "waiting"]
    (sent,) = [m for m in messages(ctx) if "/level/" in m["event_key"]]
    assert sent["audience"] == STATE and "State director" in sent["text"] and "州区域总监" in sent["text"]
    assert "level.ask" in [e.action for e in journal_entries(ctx)]


@pytest.mark.parametrize(("minutes", "so_far"), [(0, 1), (29.9, 1), (30, 2), (59.9, 2), (60, 3)])
def test_silence_passes_it_on_when_the_time_is_up_and_not_before(
    ctx: Context, flood: Incident, minutes: float, so_far: int
) -> None:
    dead(ctx, flood, 3)
    for passed in (30, 60):
        if passed <= minutes:
            watch.keep_up(later(ctx, passed))
    watch.keep_up(later(ctx, minutes))
    assert asked(ctx, flood) == CHAIN[2:][:so_far]


def test_a_server_that_slept_gives_everyone_their_time_from_when_they_are_really_asked(
    ctx: Context, flood: Incident
) -> None:
    dead(ctx, flood, 3)
    night = later(ctx, 600)
    for _ in range(5):
        watch.keep_up(night)
    assert asked(ctx, flood) == [STATE, f"{STATE}/deputy"]


def test_nobody_answers_so_the_level_applies_provisionally_until_somebody_confirms(
    ctx: Context, flood: Incident
) -> None:
    dead(ctx, flood, 10)
    watch.keep_up(later(ctx, 15))
    assert fresh(ctx, flood).response_level is None
    end = later(ctx, 30)
    watch.keep_up(end)
    found = evaluate(end, flood.incident_id)
    assert (found.incident.response_level, found.incident.provisional, found.differs) == (1, True, True)
    assert tasks(end, flood.incident_id), "work begins; nobody has to wait for a signature"
    done = [t for t in tasks(end, flood.incident_id) if t["state"] == "done"]
    assert not done, "nobody confirmed, so no task of confirming is done"
    for _ in range(3):
        watch.keep_up(later(end, 60))
    assert len([m for m in messages(ctx) if m["event_key"].endswith("/provisional")]) == 1
    confirm_level(as_(later(end, 90), HQ), flood.incident_id, 1)
    assert not fresh(end, flood).provisional
    found_history = level_history(later(end, 100), flood.incident_id)
    assert [(s.level, s.kind) for s in found_history] == [(1, "provisional"), (1, "confirmed")]
    assert found_history[0].until == found_history[1].since
    assert authority.pending(later(end, 100), flood) is None


def test_a_graver_proposal_asks_anew_and_the_old_asking_ends(ctx: Context, flood: Incident) -> None:
    dead(ctx, flood, 1)
    assert asked(ctx, flood) == [BRANCH]
    dead(later(ctx, 5), flood, 3)
    assert asked(ctx, flood) == [BRANCH, STATE]
    with ctx.store.read() as connection:
        assert [r["outcome"] for r in levels.rounds(connection, flood.incident_id)] == ["superseded", ""]


def test_who_has_decided_otherwise_is_not_asked_again_until_the_proposal_changes(
    ctx: Context, flood: Incident
) -> None:
    dead(ctx, flood, 3)
    confirm_level(as_(ctx, STATE), flood.incident_id, 3, reason="the river falls")
    for minutes in (40, 80):
        watch.keep_up(later(ctx, minutes))
    assert asked(ctx, flood) == [STATE]
    dead(later(ctx, 90), flood, 10)
    assert asked(ctx, flood) == [STATE, HQ]


def test_who_decides_before_anybody_was_asked_is_not_asked_afterwards(ctx: Context, flood: Incident) -> None:
    record_fact(ctx, DEATHS, 3, incident_id=flood.incident_id, source="coroner")
    confirm_level(as_(ctx, STATE), flood.incident_id, 3, reason="the river falls")
    watch.keep_up(later(ctx, 1))
    assert asked(ctx, flood) == []


def test_a_closed_incident_asks_nobody(ctx: Context, flood: Incident) -> None:
    dead(ctx, flood, 3)
    with ctx.store.write() as connection:
        incidents.change(connection, replace(fresh(ctx, flood), closed_at=ctx.now()))
    watch.keep_up(later(ctx, 31))
    assert asked(ctx, flood) == [STATE]


# Hypothesis: whatever is killed when --------------------------------------------------------------


class Killed(BaseException):
    pass


class Dying:
    """A notifier whose server dies while it writes a message."""

    def prepare(self, notice: Notice) -> Notice:
        raise Killed


_numbers = count(1)
MOVES = st.lists(st.tuples(st.integers(0, 45), st.booleans()), max_size=12)


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(moves=MOVES, dead_persons=st.sampled_from([1, 3, 10]))
def test_any_sequence_of_time_and_kills_asks_each_person_once_in_order(
    ctx: Context, flood: Incident, moves: list[tuple[int, bool]], dead_persons: int
) -> None:
    case = open_incident(ctx, replace(flood, incident_id=f"CASE-{next(_numbers)}"))
    record_fact(ctx, DEATHS, dead_persons, incident_id=case.incident_id, source="coroner")
    now, expected = ctx, {1: CHAIN, 3: CHAIN[2:], 10: CHAIN[4:]}[dead_persons]
    for minutes, kill in moves:
        now = later(now, minutes)
        with suppress(Killed):
            watch.regrade(replace(now, notifier=Dying()) if kill else now)
        found = asked(now, case)
        assert found == expected[: len(found)]
        provisional = fresh(now, case).provisional
        assert not provisional or found == expected, "nobody is passed over"
    with ctx.store.read() as connection:
        rows = levels.asks(connection, case.incident_id)
    for before, after in pairwise(rows):
        assert after["asked_us"] >= before["due_us"], "everyone had their time"
    sent = [m["event_key"] for m in messages(ctx) if m["event_key"].startswith(f"{case.incident_id}/")]
    assert len(sent) == len(set(sent))
    asks_sent = [key for key in sent if not key.endswith("provisional")]
    assert len(asks_sent) == len(rows), "whoever was asked has a message, and the other way round"
    with ctx.store.write() as connection:
        incidents.change(connection, replace(fresh(now, case), closed_at=now.now()))


def test_after_kills_the_journal_is_whole(ctx: Context, flood: Incident) -> None:
    record_fact(ctx, DEATHS, 3, incident_id=flood.incident_id, source="coroner")
    with pytest.raises(Killed):
        watch.keep_up(replace(ctx, notifier=Dying()))
    assert asked(ctx, flood) == []
    watch.keep_up(ctx)
    assert asked(ctx, flood) == [STATE]
    assert verify_journal(ctx).ok


# Who may ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["coordinator", "commander", BRANCH, f"{BRANCH}/deputy"])
def test_who_is_not_entitled_is_told_who_is_and_until_when(ctx: Context, flood: Incident, role: str) -> None:
    dead(ctx, flood, 3)
    with pytest.raises(Refused, match=r"level Ⅱ is for “State director” to decide.*until 2017-08-29 12:30") as caught:
        confirm_level(as_(ctx, role), flood.incident_id, 2)
    assert "二级" not in str(caught.value)
    assert "州区域总监" in speaker("zh_CN")(caught.value.args[0])
    assert fresh(ctx, flood).response_level is None


def test_the_deputy_may_when_the_time_is_up_and_not_before(ctx: Context, flood: Incident) -> None:
    dead(ctx, flood, 3)
    deputy = f"{STATE}/deputy"
    with pytest.raises(Refused, match="from then on you may decide as the deputy"):
        confirm_level(as_(later(ctx, 29), deputy), flood.incident_id, 2)
    late = later(ctx, 30)
    watch.keep_up(late)
    confirm_level(as_(late, deputy), flood.incident_id, 2)
    (stretch,) = level_history(late, flood.incident_id)
    assert (stretch.role, stretch.kind, stretch.actor) == (deputy, "confirmed", "wang")


def test_a_graver_authority_may_at_once_and_up_may_skip_levels(ctx: Context, flood: Incident) -> None:
    dead(ctx, flood, 1)
    confirm_level(as_(ctx, HQ), flood.incident_id, 1, reason="the dam may break")
    assert fresh(ctx, flood).response_level == 1
    assert level_history(ctx, flood.incident_id)[-1].kind == "overridden"


def test_without_a_playbook_anyone_may_decide(ctx: Context, flood: Incident) -> None:
    retire(ctx, "catastrophe-general", "no plan is left for a volcano")
    volcano = open_incident(ctx, replace(flood, incident_id="V-1", perils=("volcano",)))
    assert authority.who_decides(ctx, volcano, 3, 3) is None
    record_fact(ctx, DEATHS, 1, incident_id="V-1", source="coroner")
    watch.keep_up(ctx)
    assert authority.pending(ctx, volcano) is None
    confirm_level(as_(ctx, "coordinator"), "V-1", 3)


def test_two_who_decide_at_once_and_the_slower_is_told_by_whom(ctx: Context, flood: Incident) -> None:
    from emergency.service import grading

    dead(ctx, flood, 3)
    seen = evaluate(ctx, flood.incident_id)
    confirm_level(as_(ctx, STATE, "li"), flood.incident_id, 2)
    with pytest.raises(Conflict, match="li decided Ⅱ while you were looking"):
        grading._decided(as_(ctx, STATE), seen, deciding.Wish(2))


# Down ---------------------------------------------------------------------------------------------


def test_down_only_one_step_after_the_hold_and_by_the_same_authority(ctx: Context, flood: Incident) -> None:
    dead(ctx, flood, 3)
    state = as_(ctx, STATE)
    confirm_level(state, flood.incident_id, 2)
    record_fact(later(ctx, 10), DEATHS, 0, incident_id=flood.incident_id, source="coroner, corrected")
    calm = later(state, 11)
    watch.keep_up(calm)
    down = deciding.step_down_of(calm, evaluate(calm, flood.incident_id))
    assert down is not None and down.possible_at == calm.now() + timedelta(hours=24)
    with pytest.raises(Refused, match=r"may be stepped down from 2017-08-30 12:11"):
        confirm_level(later(calm, 60), flood.incident_id, 3, reason="calm")
    day = later(calm, 24 * 60)
    with pytest.raises(Refused, match="one step at a time: from Ⅱ the next is Ⅲ"):
        confirm_level(day, flood.incident_id, None, reason="calm")
    with pytest.raises(Refused, match="State director"):
        confirm_level(as_(day, BRANCH), flood.incident_id, 3, reason="calm")
    confirm_level(day, flood.incident_id, 3, reason="calm")
    assert level_history(day, flood.incident_id)[-1].kind == "stepped_down"


def test_one_look_near_the_threshold_starts_the_hold_again(ctx: Context, flood: Incident) -> None:
    dead(ctx, flood, 3)
    confirm_level(as_(ctx, STATE), flood.incident_id, 2)
    for minutes, number in ((10, 0), (20 * 60, 3), (20 * 60 + 10, 0)):
        dead(later(ctx, minutes), flood, number)
    day = later(as_(ctx, STATE), 25 * 60)
    watch.keep_up(day)
    with pytest.raises(Refused, match="may be stepped down from"):
        confirm_level(day, flood.incident_id, 3, reason="calm")


def test_what_holds_the_level_is_named(ctx: Context, flood: Incident) -> None:
    dead(ctx, flood, 3)
    confirm_level(as_(ctx, STATE), flood.incident_id, 2)
    with pytest.raises(Refused, match="level Ⅱ holds: Insured deaths is not below 80 %"):
        confirm_level(as_(later(ctx, 3000), STATE), flood.incident_id, 3, reason="tired")


# Two people ---------------------------------------------------------------------------------------


def test_lowering_a_proposed_level_one_waits_for_a_second_person(ctx: Context, flood: Incident) -> None:
    dead(ctx, flood, 10)
    first, second = as_(ctx, HQ, "chen"), as_(ctx, STATE, "li")
    confirm_level(first, flood.incident_id, 2, reason="enough staff")
    assert fresh(ctx, flood).response_level is None
    asked_for = deciding.request(second, flood.incident_id)
    assert asked_for is not None and (asked_for.actor, asked_for.level) == ("chen", 2)
    with pytest.raises(Refused, match="two people"):
        agree_to_lower(first, flood.incident_id)
    with pytest.raises(Refused, match="two people"):
        confirm_level(first, flood.incident_id, 2, reason="still enough")
    with pytest.raises(Refused, match="role of the plan"):
        agree_to_lower(as_(ctx, "coordinator", "li"), flood.incident_id)
    agree_to_lower(second, flood.incident_id)
    (stretch,) = level_history(ctx, flood.incident_id)
    assert (stretch.level, stretch.actor, stretch.second_actor, stretch.reason) == (2, "chen", "li", "enough staff")
    assert deciding.request(ctx, flood.incident_id) is None


def test_what_two_people_have_lowered_is_not_proposed_again_until_a_figure_behind_it_changes(
    ctx: Context, flood: Incident
) -> None:
    dead(ctx, flood, 10)
    confirm_level(as_(ctx, HQ, "chen"), flood.incident_id, 2, reason="enough staff")
    assert lowered(ctx, evaluate(ctx, flood.incident_id)) is None, "one person has not decided it yet"
    agree_to_lower(as_(ctx, STATE, "li"), flood.incident_id)
    found = lowered(ctx, evaluate(ctx, flood.incident_id))
    assert found is not None and found.same
    assert (found.by, found.at, found.reason, found.level) == (("chen", "li"), ctx.now(), "enough staff", 2)
    assert level_need(ctx, evaluate(ctx, flood.incident_id)) == []

    record_fact(ctx, "regions.prefectures", 1, incident_id=flood.incident_id, source="map")
    again = lowered(ctx, evaluate(ctx, flood.incident_id))
    assert again is not None and again.same, "a figure that asks for nothing graver changes nothing"
    dead(later(ctx, 10), flood, 11)
    worse = lowered(later(ctx, 10), evaluate(later(ctx, 10), flood.incident_id))
    assert worse is not None and worse.changed == ("casualties.insured_deaths",)
    assert level_need(later(ctx, 10), evaluate(later(ctx, 10), flood.incident_id)), "proposed anew"


def lower(ctx: Context, flood: Incident) -> None:
    confirm_level(as_(ctx, HQ, "chen"), flood.incident_id, 2, reason="enough staff")
    agree_to_lower(as_(ctx, STATE, "li"), flood.incident_id)


def asked_since(ctx: Context, flood: Incident, since: Context) -> list[str]:
    with ctx.store.read() as connection:
        rows = [one for one in levels.asks(connection, flood.incident_id) if one["asked_us"] >= since.now_us()]
    return [row["authority"] + ("/deputy" if row["deputy"] else "") for row in rows]


def test_after_two_have_lowered_it_changed_figures_ask_the_chain_again_once_and_apply_in_the_end(
    ctx: Context, flood: Incident
) -> None:
    dead(ctx, flood, 10)
    lower(ctx, flood)
    for minutes in (1, 20):
        watch.keep_up(later(ctx, minutes))
    assert asked(ctx, flood) == [HQ], "the figures are the same"

    soon = later(ctx, 21)
    dead(soon, flood, 11)
    for _ in range(3):
        watch.regrade(soon)
    assert asked_since(ctx, flood, soon) == [HQ]
    waiting = authority.pending(soon, flood)
    assert waiting is not None and waiting.level == 1
    assert len([m for m in messages(ctx) if "/level/" in m["event_key"]]) == 2, "a message of its own"
    dead(later(soon, 1), flood, 12)
    assert asked_since(ctx, flood, soon) == [HQ], "who is asked already is not asked again"
    watch.keep_up(later(soon, 15))
    assert asked_since(ctx, flood, soon) == [HQ, f"{HQ}/deputy"]
    watch.keep_up(later(soon, 30))
    found = fresh(later(soon, 30), flood)
    assert (found.response_level, found.provisional) == (1, True)


def test_figures_lowered_a_second_time_or_back_at_those_decided_on_ask_nobody(ctx: Context, flood: Incident) -> None:
    dead(ctx, flood, 10)
    lower(ctx, flood)
    dead(later(ctx, 5), flood, 11)
    assert authority.pending(later(ctx, 5), flood) is not None
    dead(later(ctx, 6), flood, 10)
    assert authority.pending(later(ctx, 6), flood) is None, "it was decided on ten already"
    dead(later(ctx, 7), flood, 11)
    assert authority.pending(later(ctx, 7), flood) is not None
    lower(later(ctx, 8), flood)
    for minutes in (8, 30, 60):
        watch.regrade(later(ctx, minutes))
    assert authority.pending(later(ctx, 60), flood) is None
    assert asked(ctx, flood) == [HQ, HQ, HQ]


def test_one_who_lowered_alone_is_asked_again_when_the_figures_change(ctx: Context, flood: Incident) -> None:
    dead(ctx, flood, 3)
    confirm_level(as_(ctx, STATE), flood.incident_id, 3, reason="the river falls")
    dead(later(ctx, 5), flood, 4)
    assert asked(ctx, flood) == [STATE, STATE]


def test_of_the_two_one_has_to_be_entitled(ctx: Context, flood: Incident) -> None:
    dead(ctx, flood, 10)
    confirm_level(as_(ctx, BRANCH, "zhao"), flood.incident_id, 2, reason="enough staff")
    with pytest.raises(Refused, match="Commander at headquarters"):
        agree_to_lower(as_(ctx, STATE, "li"), flood.incident_id)
    agree_to_lower(as_(ctx, HQ, "chen"), flood.incident_id)
    assert fresh(ctx, flood).response_level == 2


def test_a_request_can_be_withdrawn_by_its_author_and_lapses_with_a_decision(ctx: Context, flood: Incident) -> None:
    dead(ctx, flood, 10)
    first = as_(ctx, HQ, "chen")
    confirm_level(first, flood.incident_id, 2, reason="enough staff")
    with pytest.raises(Refused, match="only chen can withdraw"):
        deciding.withdraw_request(as_(ctx, HQ, "li"), flood.incident_id)
    deciding.withdraw_request(first, flood.incident_id)
    with pytest.raises(Refused, match="withdrawn"):
        agree_to_lower(as_(ctx, HQ, "li"), flood.incident_id)
    confirm_level(first, flood.incident_id, 2, reason="enough staff")
    confirm_level(as_(ctx, HQ, "li"), flood.incident_id, 1)
    assert deciding.request(ctx, flood.incident_id) is None
    assert fresh(ctx, flood).response_level == 1


# Undo ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("minutes", "who", "may"), [(9, "wang", True), (11, "wang", False), (1, "li", False)])
def test_a_slip_can_be_taken_back_soon_and_by_whoever_made_it(
    ctx: Context, flood: Incident, minutes: float, who: str, may: bool
) -> None:
    dead(ctx, flood, 3)
    confirm_level(as_(ctx, STATE), flood.incident_id, 2)
    soon = later(as_(ctx, STATE, who), minutes)
    if not may:
        with pytest.raises(Refused, match="within 10 minutes"):
            deciding.take_back(soon, fresh(soon, flood))
        return
    deciding.take_back(soon, fresh(soon, flood))
    assert fresh(soon, flood).response_level is None
    waiting = authority.pending(soon, flood)
    assert waiting is not None and waiting.level == 2, "whoever was asked is asked still"
    assert [s.kind for s in level_history(soon, flood.incident_id)] == ["confirmed", "taken_back"]


def test_roles_are_those_of_the_plan_its_authorities_and_deputies_in_both_languages(
    ctx: Context, flood: Incident
) -> None:
    roles = authority.roles_for(ctx, flood)
    assert {"coordinator", "commander", *CHAIN} <= set(roles)
    assert all(title["en"] and title["zh"] for title in roles.values())
    assert roles[f"{HQ}/deputy"]["zh"] == "总公司应急副总指挥"
    assert authority.roles_for(ctx, None) == {"coordinator": {"en": "Coordinator", "zh": "协调员"}}


def test_who_would_stand_in_for_themselves_is_no_deputy_and_the_next_tier_is_asked(
    ctx: Context, flood: Incident, tmp_path: Path
) -> None:
    rules = tmp_path / "data" / "rules"
    rules.mkdir(parents=True)
    shipped = (ctx.content.data / "rules" / "authorities.csv").read_text("utf-8")
    head, state = "Deputy commander at headquarters", "Deputy state director"
    assert head in shipped and state in shipped
    text = shipped.replace(head, "Commander at headquarters").replace("总公司应急副总指挥", "总公司应急总指挥")
    (rules / "authorities.csv").write_text(text.replace(f"州区域副总监,{state}", ","), "utf-8")
    alone = authority.roles_for(_with_rules(ctx, tmp_path), flood)
    assert {HQ, "state-director"} <= set(alone)
    assert not {f"{HQ}/deputy", "state-director/deputy"} & set(alone)
    steps = chain({3: "branch", 2: "state", 1: "hq"}, {3: 60}, 3, deputies={"branch"})
    assert [step.role for step in steps] == ["branch", "branch/deputy", "state", "hq"]


def _with_rules(ctx: Context, root: Path) -> Context:
    class Elsewhere:
        data = root / "data"

        def __getattr__(self, name: str) -> object:
            return getattr(ctx.content, name)

    return replace(ctx, content=Elsewhere())  # type: ignore[arg-type]


def test_a_role_of_another_plan_is_kept_and_decides_nothing_here(ctx: Context, flood: Incident) -> None:
    assert authority.roles_elsewhere(ctx, "it-duty-manager")["it-duty-manager"]["zh"] == "信息技术值班经理"
    assert authority.title_of(ctx, flood, "it-duty-manager")["en"] == "IT duty manager"
    assert authority.roles_elsewhere(ctx, "nobody") == {}
    assert not authority.in_plan(ctx, flood, "it-duty-manager")
    assert not authority.may_confirm(as_(ctx, "it-duty-manager"), flood, 2, 2)


def test_every_authority_of_a_shipped_playbook_has_a_title(ctx: Context) -> None:
    named = authority.titles(ctx)
    wanted = {who for book in ctx.content.library.playbooks() for who in book.activation.authority.values()}
    assert wanted <= set(named), "add it to data/rules/authorities.csv"


def test_the_clock_of_a_message_is_the_workspaces_own(ctx: Context) -> None:
    noon = datetime.fromisoformat("2017-08-29T17:00:00+00:00")
    assert authority.clock(ctx, noon) == "2017-08-29 12:00"
