"""A real incident is reviewed by the code that reviews drills, and its report is published by people."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta

import docx
import pytest

from emergency.domain.incident import Incident
from emergency.domain.instant import to_us
from emergency.service import allocation, dispatching, exercises, hotwash, moving
from emergency.service.context import Actor, Conflict, Context, FixedClock, Refused
from emergency.service.grading import confirm_level
from emergency.service.importing import receive
from emergency.service.improvements import change_item, items, proposed, take_up
from emergency.service.panel import appoint
from emergency.service.response import complete_task, tasks
from emergency.service.review_report import conclude, decided, document_of, kept, publish, take_back
from emergency.service.reviewing import INCIDENT, Subject, record_of, subjects
from emergency.store import reviews
from tests.service.worlds import claims

FLOOD = Subject(INCIDENT, "FLOOD-1")


def later(ctx: Context, minutes: float) -> Context:
    return replace(ctx, clock=FixedClock(ctx.now() + timedelta(minutes=minutes)))


@pytest.fixture
def answered(ctx: Context, flood: Incident) -> Context:
    """Level Ⅱ confirmed at once; the first open task done ten minutes later; then two days go by."""
    confirm_level(ctx, flood.incident_id, 2, reason="many claims expected")
    first = next(t for t in tasks(ctx, flood.incident_id) if t["state"] == "open" and t["due_at"])
    complete_task(later(ctx, 10), flood.incident_id, first["task_id"], "done by telephone")
    return later(ctx, 2 * 24 * 60)


def test_what_was_done_in_time_earns_and_what_was_not_does_not(answered: Context) -> None:
    record = record_of(answered, FLOOD)
    by_id = {e["id"]: e for e in record["score"]["expectations"]}
    done = [e for e in by_id.values() if e["performed"]]
    # The telephone in time; the level a day after the incident was discovered.
    assert sorted(e["timeliness"] for e in done if e["action"] == "task.complete") == [0.0, 100.0]
    assert sum(not e["performed"] for e in by_id.values()) > 3
    assert record["score"]["overall"] is not None
    assert record["score"]["passed"] is False
    assert record["review"]["overview"]["type"] == "real"
    assert record["review"]["gaps"]


def test_an_incident_stands_among_what_can_be_reviewed(answered: Context) -> None:
    assert [one.subject for one in subjects(answered)] == [FLOOD]
    with pytest.raises(Refused, match="no incident"):
        record_of(answered, Subject(INCIDENT, "nowhere"))


def test_the_report_of_an_incident_names_overdue_earlier_actions_on_its_first_page(answered: Context) -> None:
    take_up(answered, FLOOD, proposed(answered, FLOOD)[0])
    item = items(answered)[0]
    change_item(answered, item, owner="Li Na", due_us=to_us(answered.now() + timedelta(days=1)))
    month = later(answered, 30 * 24 * 60)
    other = replace(month, actor=Actor("wang", "wang", "hq-commander"))
    for language, words in (("en", "Overdue earlier actions"), ("zh_CN", "逾期未完成的既往改进项")):
        raw = docx.Document(io.BytesIO(document_of(other, FLOOD, "docx", language)))
        text = "\n".join(p.text for p in raw.paragraphs)
        assert words in text
        assert "EXERCISE" not in text
    # Its own items are no earlier ones; they stand in its plan.
    assert "Li Na" not in [c.text for t in raw.tables[:2] for r in t.rows for c in r.cells]


def test_a_report_is_published_once_with_a_conclusion_and_taken_back(answered: Context) -> None:
    with pytest.raises(Refused, match="conclusion first"):
        publish(answered, FLOOD)
    conclude(answered, FLOOD, "We were slow in the first hour.", None)
    with pytest.raises(Conflict):
        conclude(answered, FLOOD, "Somebody else's words", None)
    publish(answered, FLOOD)
    published = record_of(answered, FLOOD)
    # What happens afterwards does not change what was published.
    assert record_of(later(answered, 60 * 24 * 30), FLOOD) == published
    with pytest.raises(Refused, match="take it back"):
        conclude(answered, FLOOD, "other words", 2)
    with pytest.raises(Conflict):
        publish(answered, FLOOD)
    take_back(answered, FLOOD)
    found = kept(answered, FLOOD)
    assert found is not None
    assert (found["published_us"], found["conclusion"]) == (None, "We were slow in the first hour.")


def test_a_panel_that_has_not_sealed_holds_the_report_back(answered: Context) -> None:
    objective = record_of(answered, FLOOD)["score"]["objectives"][0]["id"]
    appoint(answered, FLOOD, "Ann", [objective])
    conclude(answered, FLOOD, "We were slow.", None)
    with pytest.raises(Refused, match="Ann have not sealed"):
        publish(answered, FLOOD)
    ann = replace(answered, actor=Actor("Ann", "Ann", "evaluator"))
    with pytest.raises(Refused, match="seal your sheet first"):
        document_of(ann, FLOOD, "pdf")


def test_clauses_and_posts_of_an_incident_are_kept(answered: Context, at: Callable[..., Context]) -> None:
    assert exercises.keep_missing(answered) == 1
    with answered.store.read() as connection:
        (found,) = reviews.exercises(connection)
    assert (found["incident_kind"], found["level"]) == ("natural_disaster", 2)
    states = {one["state"] for one in found["clauses"].values()}
    assert states == {"done", "late", "missed"}
    assert not any(name.startswith("level-") for name in found["clauses"])


def test_voices_stand_in_the_report(answered: Context) -> None:
    hotwash.say_it(answered, FLOOD, "commander", dict.fromkeys(hotwash.QUESTIONS, 4), well="calm", badly="", wish="")
    hotwash.add_note(answered, FLOOD, "change", "a second telephone")
    raw = docx.Document(io.BytesIO(document_of(answered, FLOOD, "docx", "en")))
    text = "\n".join(p.text for p in raw.paragraphs)
    assert "Went well: calm" in text
    assert "to change: a second telephone" in text


def test_plans_of_a_real_response_are_held_against_the_best_that_could_be_known(answered: Context) -> None:
    """The engine's own plan has no regret; one changed by hand costs what it is dearer than the engine's."""
    for region in ("48201", "48167"):
        receive(answered, claims(region, 20), source="s", incident_id="FLOOD-1")
    best = allocation.propose(answered)
    dispatching.commit(answered, best.plan_id)
    shown = allocation.plan_in_force(answered)
    assert shown is not None
    groups = [g for g in moving.groups(answered, shown) if not g.idle]
    there = next(c.cell_id for c in best.cells if c.region not in (groups[0].place, allocation.REMOTE))
    dearer = moving.move(answered, best.plan_id, groups[0].key, there, 1)
    dispatching.commit(answered, dearer.plan_id)
    record = decided(answered, FLOOD, record_of(answered, FLOOD))
    first, second = record["score"]["decisions"]
    assert (first["regret"], first["by_hand"]) == (0, False)
    assert second["by_hand"] and second["regret"] == dearer.plan.cost["total"] - stayed(best.plan.cost)
    assert second["regret"] > 0 and first["at_s"] == second["at_s"] == 3 * 24 * 3600
    text = "\n".join(p.text for p in docx.Document(io.BytesIO(document_of(answered, FLOOD, "docx"))).paragraphs)
    assert "Decisions about people, and the best that could be known" in text
    assert "what it cost to publish none is not seen here" in text


def stayed(cost: Mapping[str, int]) -> int:
    """What the first plan costs once its people are where it put them: the same, but nobody is moved."""
    return cost["total"] - cost["stability"]
