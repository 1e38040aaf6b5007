"""Four eyes on a bulletin: who wrote its words cannot approve it, who only looked at its figures can."""

from __future__ import annotations

import pytest

from emergency.service import words, words_approval, words_due, words_rumours
from emergency.service.context import Context, Refused
from emergency.service.response import record_fact
from tests.service.test_words import incident, later, person, written
from tests.service.test_words import open_flood as open_flood  # the fixture


def test_reading_the_figures_again_does_not_make_the_approver_an_author(open_flood: Context) -> None:
    number = written(open_flood, "{casualties.deaths} dead. Call {house.hotline}.")
    li = person(open_flood, "li", "commander")
    record_fact(open_flood, "casualties.deaths", 3, incident_id="FLOOD-1", source="county coroner")
    row = words.get(li, number)
    same = {lang: text.replace("\n", "\r\n") + "\n" for lang, text in row["body"].items()}  # as a browser hands it back
    words.edit(li, number, 1, subject=row["subject"], body=same | {"fr": ""}, channels=["press"])
    assert words.get(li, number)["authors"] == ["chen"]
    assert [e["value"] for e in words.get(li, number)["figures"] if e["figure"] == "casualties.deaths"] == [3]
    words_approval.submit(open_flood, number)
    words_approval.approve(li, number, words.get(li, number)["version"])
    assert words.get(li, number)["approver"] == "li"


def test_whoever_changes_a_word_or_says_whose_figure_holds_has_written_in_it(open_flood: Context) -> None:
    number = written(open_flood, "{casualties.deaths} dead")
    words.edit(person(open_flood, "li", "commander"), number, 1, subject={"en": "Floods", "zh": "洪水"})
    assert words.get(open_flood, number)["authors"] == ["chen", "li"]
    words.choose_source(person(open_flood, "wang", "risk"), number, "casualties.deaths", "county coroner", "on site")
    assert words.get(open_flood, number)["authors"] == ["chen", "li", "wang"]


def test_the_reason_why_somebody_may_not_approve_is_known_before_they_try(open_flood: Context) -> None:
    row = words.get(open_flood, written(open_flood, "text"))
    assert words_approval.why_not(person(open_flood, "li", "commander"), row) is None
    assert "only Commander approves" in str(words_approval.why_not(person(open_flood, "li", "risk"), row))
    assert "you wrote in it" in str(words_approval.why_not(person(open_flood, "chen", "commander"), row))


def test_sending_the_same_answer_to_others_does_not_make_one_its_author(open_flood: Context) -> None:
    number = words_rumours.hear(open_flood, incident(open_flood).incident_id, "Flooded cars are never paid", "radio")
    words_rumours.answer(open_flood, number, 1, "false", "Comprehensive cover pays", "media")
    li = person(open_flood, "li", words_rumours.get(open_flood, number)["approver_role"])
    words_rumours.answer(li, number, 2, "false", "Comprehensive cover pays ", "media")
    assert words_rumours.why_not(li, words_rumours.get(li, number)) is None
    words_rumours.answer(li, number, 3, "false", "Only comprehensive cover pays", "media")
    assert "you wrote in it" in str(words_rumours.why_not(li, words_rumours.get(li, number)))




def test_nobody_approves_a_number_that_has_changed_since_it_was_read(open_flood: Context) -> None:
    number = written(open_flood, "dead: {casualties.deaths}")
    words_approval.submit(open_flood, number)
    after = later(open_flood, minutes=5)
    record_fact(after, "casualties.deaths", 9, incident_id="FLOOD-1", source="county coroner")
    li = person(after, "li", words.get(after, number)["approver_role"])
    with pytest.raises(Refused):
        words_approval.approve(li, number, words.get(after, number)["version"])
    assert words.get(after, number)["state"] == "submitted"


def test_a_guide_says_nothing_of_people_nobody_has_sent(open_flood: Context) -> None:
    guide = next(one for one in words_due.templates(open_flood)[0] if one.id == "customers.guide")
    said = " ".join(guide.body_at(level)[language] for level in (1, 2, 3) for language in ("en", "zh"))
    assert "已增派" not in said and "have been sent" not in said and "on their way" not in said
