"""Report forms as they are shipped, and as people break them."""

from __future__ import annotations

from pathlib import Path

import pytest

from emergency.domain.report_form import Figure, fill
from emergency.library import FileFaults
from emergency.library.report_files import load_form, load_forms, load_reminders

FOLDER = Path(__file__).parents[2] / "data/reports"
FORM = """format: report-form/1.0
id: small
version: 1.0.0
addressee: regulator
title: {zh: 小, en: small}
kinds:
  first: {zh: 首报, en: First}
fields:
  - id: dead
    title: {zh: 死亡, en: Dead}
    required: [first]
    lines:
      - {zh: "死亡{dead}。", en: "{dead} dead."}
      - {zh: "失联{lost}。", en: "{lost} lost.", if: lost}
"""
ASKED = {
    "类型",
    "时间",
    "地点",
    "影响范围",
    "初步原因",
    "事件经过",
    "事件性质",
    "初步后果",
    "已采取措施",
    "需协助事项",
} | {
    "报告单位",
    "签发人",
    "联系人",
    "联系电话",
}


def test_the_regulators_form_has_every_field_the_rules_ask_for() -> None:
    forms = {form.id: form for form in load_forms(FOLDER)}
    assert {f.title["zh"] for f in forms["regulator-report"].of("first")} == ASKED
    assert set(forms["regulator-report"].kinds) == {"phone", "first", "follow_up", "final"}
    assert {kind for form in forms.values() for kind in form.kinds} >= {"internal", "situation"}
    assert all(f.title["zh"] and f.title["en"] for form in forms.values() for f in form.fields)


def test_a_report_goes_to_the_authority_of_its_jurisdiction() -> None:
    form = next(f for f in load_forms(FOLDER) if f.id == "regulator-report")
    names = {place: form.authority(place) for place in ("CN-410000", "US-TX", "DE-BY")}
    assert {place: a.id if a else "" for place, a in names.items()} == {
        "CN-410000": "nfra",
        "US-TX": "tdi",
        "DE-BY": "regulator",
    }


def test_reminders_are_spans_by_addressee() -> None:
    reminders = load_reminders(FOLDER / "reminders.yaml")
    assert (reminders.soon_s["regulator"], reminders.again_s) == (900, {"cadence": 1800})


def test_a_gap_without_a_fact_is_marked_and_an_optional_line_left_out(tmp_path: Path) -> None:
    path = tmp_path / "small.report.yaml"
    path.write_text(FORM, encoding="utf-8")
    form = load_form(path)
    (field,) = fill(form, "first", {})
    assert dict(field.text) == {"zh": "死亡【待补：dead】。", "en": "[still missing: dead] dead."}
    assert field.missing == ("dead",)
    two = Figure({"zh": "死亡", "en": "dead"}, {"zh": "2人", "en": "two"})
    (field,) = fill(form, "first", {"dead": two, "lost": two})
    assert dict(field.text) == {"zh": "死亡2人。失联2人。", "en": "two dead. two lost."}
    assert field.missing == ()
    with pytest.raises(KeyError, match="no kind 'last'"):
        fill(form, "last", {})


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("addressee: regulator\n", "", "missing: addressee"),
        ("version: 1.0.0", "version: 1.0.0\nverson: 2", "key verson is not known here"),
        ("required: [first]", "required: [last]", "kind last is not among first"),
        ('en: "{dead} dead."', 'en: "{deaths} dead."', "both languages must leave the same gaps"),
        ('en: "{lost} lost.", if: lost', 'en: "{lost} lost.", when: lost', "a line has zh and en"),
        ("  - id: dead\n", "  - idd: dead\n", "a field needs id and title"),
    ],
)
def test_a_broken_form_is_refused_with_its_line(tmp_path: Path, old: str, new: str, message: str) -> None:
    path = tmp_path / "small.report.yaml"
    path.write_text(FORM.replace(old, new), encoding="utf-8")
    with pytest.raises(FileFaults, match=message) as found:
        load_form(path)
    assert found.value.faults[0].line >= 1
