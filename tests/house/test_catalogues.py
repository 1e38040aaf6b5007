"""Whatever a person can read has its Chinese, and fits its gaps in both languages."""

import io

import pytest
from babel.messages.pofile import read_po

from emergency.texts import CATALOGUES, catalogue, speaker
from tests.house.messages import Computed, Said, gaps, said, stubs, without_chinese
from tests.house.source import parse, product

SAMPLE = """
say("{n} claims", n=3)
self.say("plain")
texts.Message("late by {minutes} min", {"minutes": 5})
Message(id="short of {slots}", values={**values})
KINDS = [N_("flood"), N_("fire")]
say("open" if still else "closed")
say(f"computed {here}")
say(variable)
Message("{region} is missing", {"place": 1})
say("")
other("not a message")
"""


def test_every_message_has_its_chinese() -> None:
    if missing := without_chinese(product()):
        text = f"{len(missing)} messages have no Chinese; paste and fill:\n\n{stubs(missing)}"
        pytest.fail(text, pytrace=False)


def test_no_chinese_is_left_over_from_a_message_that_is_gone() -> None:
    spoken = {one.id for one in said(product()) if isinstance(one, Said)}
    unused = [
        f"{path.name}: {entry.id!r}"
        for path in sorted((CATALOGUES / "zh_CN").glob("*.po"))
        for entry in read_po(io.BytesIO(path.read_bytes()))
        if entry.id and entry.id not in spoken
    ]
    assert not unused, "no code says these:\n" + "\n".join(unused)


def test_both_languages_leave_the_same_gaps() -> None:
    pairs = [(str(entry.id), str(entry.string)) for entry in catalogue("zh_CN") if entry.id and entry.string]
    wrong = [
        f"{english!r} has {sorted(gaps(english))}, {chinese!r} has {sorted(gaps(chinese))}"
        for english, chinese in pairs
        if gaps(english) != gaps(chinese)
    ]
    assert not wrong, "\n".join(wrong)


def test_every_gap_is_given_a_value() -> None:
    """A template that is filled later is marked with ``N_``."""
    wrong = [
        f"{one.at}: {one.id!r} gets no value for {sorted(gaps(one.id) - one.given)}"
        for one in said(product())
        if isinstance(one, Said) and one.given is not None and not gaps(one.id) <= one.given
    ]
    assert not wrong, "\n".join(wrong)


def test_no_message_is_put_together_while_running() -> None:
    wrong = [one.at for one in said(product()) if isinstance(one, Computed)]
    assert not wrong, "an f-string or a sum has no translation; use gaps: " + ", ".join(wrong)


def test_no_entry_is_left_fuzzy_or_twice_in_one_file() -> None:
    for path in sorted((CATALOGUES / "zh_CN").glob("*.po")):
        lines = path.read_text(encoding="utf-8").splitlines()
        # Ids that go over several lines all begin with the line msgid "".
        ids = [line for line in lines if line.startswith("msgid ") and line != 'msgid ""']
        assert sorted(ids) == sorted(set(ids)), f"{path.name}: {sorted({i for i in ids if ids.count(i) > 1})}"
        assert not [line for line in lines if line.startswith("#,") and "fuzzy" in line], path.name


def test_the_extractor_finds_what_is_said() -> None:
    found = list(said([parse(SAMPLE, "emergency/console/rooms/sample.py")]))
    assert [(one.id, one.given) for one in found if isinstance(one, Said)] == [
        ("{n} claims", {"n"}),
        ("plain", set()),
        ("late by {minutes} min", {"minutes"}),
        ("short of {slots}", None),
        ("open", set()),
        ("closed", set()),
        ("{region} is missing", {"place"}),
        ("flood", None),
        ("fire", None),
    ]
    assert [one.at for one in found if isinstance(one, Computed)] == ["emergency/console/rooms/sample.py:8"]
    assert {one.room for one in found if isinstance(one, Said)} == {"console"}


def test_stubs_can_be_pasted() -> None:
    stub = stubs([Said('a "quoted"\nline {n}', "emergency/cli.py:1", "cli", None)])
    assert stub == '# ---- cli.po\n#: emergency/cli.py:1\nmsgid "a \\"quoted\\"\\nline {n}"\nmsgstr ""\n'


def test_a_language_that_is_not_there_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="'de' is not one of en, zh_CN"):
        speaker("de")
