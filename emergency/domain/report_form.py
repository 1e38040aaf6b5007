"""A report form: its fields in official wording, with gaps that facts fill.

A gap without a fact is marked as missing and never guessed. The text is made in both languages from
the same facts, so that the English beside the Chinese cannot say something else.
"""

from __future__ import annotations

import re
import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from emergency.texts import N_

Text = Mapping[str, str]
LANGUAGE_KEYS = {"zh_CN": "zh", "en": "en"}
MISSING = {"zh": "【待补：{name}】", "en": "[still missing: {name}]"}
NOT_AVAILABLE = {"zh": "（无法提供：{reason}）", "en": "(not available: {reason})"}

# Tags an incident may wear; which of them starts which clock stands in the rule files.
TAGS: Mapping[str, str] = {
    "sensitive": N_("Very sensitive"),
    "run": N_("Run on the company"),
    "siege": N_("Siege of an outlet"),
    "assault": N_("Assault on an outlet"),
    "closure": N_("Closure of an outlet"),
    "robbery": N_("Robbery"),
}


@dataclass(frozen=True)
class Figure:
    """A fact as a report may state it.

    Attributes:
        name: what it is, ``{"zh", "en"}``; shown: the value in words and digits in both languages.
        value: the bare value, for comparing two reports; None where it is not a number.
        source: who said it; as_of: ISO instant it belongs to. Both empty for what is no figure.
    """

    name: Text
    shown: Text
    value: float | None = None
    source: Text = field(default_factory=dict)
    as_of: str = ""

    @property
    def cited(self) -> bool:
        return bool(self.source)


@dataclass(frozen=True)
class Line:
    """One sentence of a field. It is left out unless every gap of `when` is known, and where one of `unless` is."""

    text: Text
    when: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()


@dataclass(frozen=True)
class Field:
    """One field of a form; ``by_person``: nobody but a person can know it."""

    id: str
    title: Text
    kinds: tuple[str, ...]
    required: tuple[str, ...] = ()
    by_person: bool = False
    lines: tuple[Line, ...] = ()
    hint: Text = field(default_factory=dict)


@dataclass(frozen=True)
class Authority:
    """Whom a form goes to, and for which jurisdictions: ``CN`` takes in ``CN-410000``; ``*`` every one."""

    id: str
    name: Text
    jurisdiction: tuple[str, ...]

    def takes(self, jurisdiction: str) -> bool:
        return any(code in ("*", jurisdiction) or jurisdiction.startswith(code + "-") for code in self.jurisdiction)


@dataclass(frozen=True)
class Form:
    """A whole form file. addressee: regulator, internal or cadence; kinds: kind -> title."""

    id: str
    version: str
    addressee: str
    title: Text
    kinds: Mapping[str, Text]
    fields: tuple[Field, ...]
    authorities: tuple[Authority, ...] = ()
    source: str = ""

    def of(self, kind: str) -> tuple[Field, ...]:
        return tuple(one for one in self.fields if kind in one.kinds)

    def authority(self, jurisdiction: str) -> Authority | None:
        return next((one for one in self.authorities if one.takes(jurisdiction)), None)


@dataclass(frozen=True)
class Reminders:
    """Seconds before a report is due (`soon_s`) and between reminders once it is late (`again_s`), by addressee."""

    soon_s: Mapping[str, int]
    again_s: Mapping[str, int]
    source: str = ""


@dataclass(frozen=True)
class Filled:
    """A field with its text in both languages.

    Attributes:
        figures: gap -> the figure the text states.
        missing: gaps without a fact; the field itself where a person has to write it.
    """

    field: Field
    text: Text
    figures: Mapping[str, Figure]
    missing: tuple[str, ...]


def fill(form: Form, kind: str, facts: Mapping[str, Figure]) -> tuple[Filled, ...]:
    """Every field of a kind of report, filled from the facts.

    Raises:
        KeyError: the form has no such kind.
    """
    if kind not in form.kinds:
        raise KeyError(f"form {form.id} has no kind {kind!r}; it has {', '.join(form.kinds)}")
    return tuple(_filled(one, facts) for one in form.of(kind))


def _filled(one: Field, facts: Mapping[str, Figure]) -> Filled:
    lines = [line for line in one.lines if _said(line, facts)]
    asked = list(dict.fromkeys(gap for line in lines for gap in _gaps(line.text["zh"])))
    missing = tuple(gap for gap in asked if gap not in facts)
    text = {language: _joined(lines, language, facts) for language in ("zh", "en")}
    if not lines and one.required:
        missing = (one.id,)
        text = {language: MISSING[language].format(name=one.title[language]) for language in ("zh", "en")}
    return Filled(one, text, {gap: facts[gap] for gap in asked if gap in facts}, missing)


def _said(line: Line, facts: Mapping[str, Figure]) -> bool:
    return all(gap in facts for gap in line.when) and not any(gap in facts for gap in line.unless)


def _joined(lines: Sequence[Line], language: str, facts: Mapping[str, Figure]) -> str:
    spoken = [_spoken(line.text[language], language, facts) for line in lines]
    text = ("" if language == "zh" else " ").join(spoken)
    # A sentence that others were to go on ends where they are left out.
    return text[:-1] + "。" if text.endswith(("；", "，")) else text


def _spoken(text: str, language: str, facts: Mapping[str, Figure]) -> str:
    parts = []
    for before, gap, _, _ in string.Formatter().parse(text):
        parts.append(before)
        if gap:
            found = facts.get(gap)
            parts.append(found.shown[language] if found else MISSING[language].format(name=gap_name(gap)[language]))
    return "".join(parts)


def _gaps(text: str) -> list[str]:
    return [gap for _, gap, _, _ in string.Formatter().parse(text) if gap]


# What a gap is called where its fact is missing.
GAPS: Mapping[str, Text] = {
    "kind": {"zh": "事件类型", "en": "type of incident"},
    "place": {"zh": "地点", "en": "place"},
    "regions": {"zh": "影响区域", "en": "regions affected"},
    "occurred": {"zh": "发生时间", "en": "time of occurrence"},
    "discovered": {"zh": "发现时间", "en": "time of discovery"},
    "scope": {"zh": "影响范围", "en": "scope"},
    "event": {"zh": "事件", "en": "event"},
    "cause": {"zh": "初步原因", "en": "preliminary cause"},
    "class": {"zh": "灾害事故等级", "en": "event class"},
    "level": {"zh": "响应级别", "en": "response level"},
    "claims.total": {"zh": "报案件数", "en": "claims reported"},
    "claims.open": {"zh": "未决件数", "en": "open claims"},
    "claims.last_24h": {"zh": "近24小时报案件数", "en": "claims in the last 24 hours"},
    "loss.estimated": {"zh": "预计损失", "en": "estimated loss"},
    "loss.paid": {"zh": "已付赔款", "en": "paid so far"},
    "casualties.dead": {"zh": "死亡人数", "en": "deaths"},
    "casualties.injured": {"zh": "受伤人数", "en": "injured"},
    "unit": {"zh": "报告单位", "en": "reporting unit"},
    "signatory": {"zh": "签发人", "en": "signatory"},
    "contact": {"zh": "联系人", "en": "contact"},
    "phone": {"zh": "联系电话", "en": "telephone"},
}


def gap_name(gap: str) -> Text:
    return GAPS.get(gap, {"zh": gap, "en": gap})


def mark_of(field: Field, gap: str, language: str) -> str:
    """How a gap of a field is marked in its text."""
    return MISSING[language].format(name=(field.title if gap == field.id else gap_name(gap))[language])


def marks_left(field: Field, text: str) -> tuple[str, ...]:
    """Gaps whose marks still stand in a text that a person has written, in either language."""
    named = {gap_name(gap)[language]: gap for gap in GAPS for language in MISSING}
    named |= dict.fromkeys(field.title.values(), field.id)
    found = [named.get(name, name) for mark in MARKS for name in mark.findall(text)]
    return tuple(dict.fromkeys(found))


# The mark of a gap in either language, whatever its name.
MARKS = [re.compile(re.escape(mark).replace(re.escape("{name}"), "(.+?)")) for mark in MISSING.values()]


@dataclass(frozen=True)
class Difference:
    """One figure in the last report and now; ``before`` None where it was not stated then."""

    name: Text
    before: Text | None
    now: Text
    change: float | None


def differences(before: Sequence[Mapping[str, Any]], now: Mapping[str, Figure]) -> tuple[Difference, ...]:
    """What changed since a report that was handed in.

    Args:
        before: figures as they were kept with that report: metric, value, shown, name.
    """
    known = {str(row["metric"]): row for row in before}
    found = []
    for metric, figure in now.items():
        if figure.value is None:
            continue
        row = known.get(metric)
        if row is None:
            found.append(Difference(figure.name, None, figure.shown, None))
        elif row["value"] is not None and row["value"] != figure.value:
            found.append(Difference(figure.name, row["shown"], figure.shown, figure.value - float(row["value"])))
    return tuple(found)
