"""All that is wrong with a drill script is told at once; a fault of form neither hides nor makes another."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emergency.library.drills import faults_of
from emergency.library.edit import edited
from emergency.library.mended import mended
from emergency.library.relist import changed, flow, relisted
from emergency.library.strict_yaml import parse
from tests.conftest import REPOSITORY
from tests.library.small import DRILL
from tests.library.test_drills import on_a_shelf

FILES = sorted((REPOSITORY / "drills").glob("*.drill.yaml"))


def fields(text: str) -> list[str]:
    return sorted(fault.field for fault in faults_of(parse(text.encode(), "small.yaml")))


def test_faults_of_form_of_meaning_of_the_plan_and_of_the_map_are_told_in_one_go(tmp_path: Path) -> None:
    text = DRILL
    for old, new in (
        ("channel: cap", "channel: pigeon"),  # form
        ("weight: 60", "weight: 50"),  # a sum
        ("lob: motor", "lob: motors"),  # a name of the product
        ("claims-ops: team", "pilot: team"),  # a role of the plan
        ("alert.cma.typhoon, value", "alert.cma.typhoo, value"),  # a fact
        ('"440800": 0.4', '"440801": 0.4'),  # the map
        ("truth: 2", "truth: 9"),  # form, deep inside
    ):
        assert text.count(old) == 1
        text = text.replace(old, new)
    library = on_a_shelf(tmp_path, DRILL)
    library.maps = lambda _code: ["441700", "440800"]
    assert [fault.field for fault in library.check_drill(text.encode(), "small.yaml")] == [
        "objectives",
        "players/pilot",
        "claim_streams/0/lob",
        "claim_streams/0/regions/440801",
        "injects/0/channel",
        "injects/0/effects/0/set",
        "injects/0/expects/0/score/accuracy/truth",
        "injects/0/expects/1/role",
    ]


@pytest.mark.parametrize(
    ("old", "new", "only"),
    [
        # What was left out or filled in makes no second fault.
        ("duration: 4h", "duration: four", ["clock/duration"]),
        ("duration: 4h, ", "", ["clock"]),
        ("id: O2, capability", "id: 2, capability", ["objectives/1/id"]),
        ("at: 0m", "att: 0m", ["injects/0", "injects/0/att"]),
        ("at: 0m", "at: 12:30", ["injects/0/at"]),
        ("effects: [{set", "effects: [{sett", ["injects/0/effects/0", "injects/0/effects/0/sett"]),
        ("objective: O2, within", "objective: 2, within", ["injects/0/expects/1/objective"]),
        ("weight: 60", "weight: sixty", ["objectives/1/weight"]),
        ("players: {commander: team, claims-ops: team}", "players: []", ["players"]),
        ("within: 2h", "within: 2hours", ["injects/0/expects/1/within"]),
        ("critical_cap: 74.9", "critical_cap: high", ["scoring/critical_cap"]),
    ],
)
def test_a_fault_of_form_alone_is_told_alone(old: str, new: str, only: list[str]) -> None:
    assert DRILL.count(old) == 1
    found = fields(DRILL.replace(old, new))
    assert found
    assert set(found) <= set(only), found


def test_a_file_that_is_no_mapping_is_said_to_be_none() -> None:
    assert fields("- 1") == [""]


@settings(max_examples=120)
@given(data=st.data())
def test_whatever_stands_in_a_script_its_faults_are_told_and_nothing_breaks(data: st.DataObject) -> None:
    """Any one value of a script replaced by another of any kind, or taken out."""
    document = parse(DRILL.encode(), "small.yaml")
    at = data.draw(st.sampled_from([path for path in document.marks if path]))
    value = document.value
    for key in at[:-1]:
        value = value[key]
    other = data.draw(
        st.sampled_from([None, 0, -1, 1e300, "", "x", "9999999d", "2026-99-99T00:00:00Z", [], {}, [1], {"a": 1}, True])
    )
    if data.draw(st.booleans()) and isinstance(value, dict):
        del value[at[-1]]
    else:
        value[at[-1]] = other
    for fault in faults_of(document):
        assert str(fault)
    found = mended(document, "drill")
    assert found is not None


def test_a_long_list_of_names_is_not_printed_and_the_nearest_are() -> None:
    text = DRILL.replace("metric: claims.lost", "metric: claims.lots")
    (fault,) = faults_of(parse(text.encode(), "small.yaml"))
    assert len(str(fault)) < 300
    assert "`emergency drill names outcomes` lists them (did you mean claims.lost" in str(fault)


# Entries added, taken out and written anew -----------------------------------------------------------


@settings(max_examples=40)
@given(data=st.data())
def test_entries_that_stay_keep_their_bytes_and_those_written_anew_their_meaning(data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(FILES))
    raw = path.read_bytes()
    before = parse(raw, path.name).value["injects"]
    places = data.draw(st.lists(st.integers(0, len(before) - 1), unique=True))
    entries = [n if data.draw(st.booleans()) else before[n] for n in places]
    made = relisted(raw, "injects", entries, path.name)
    assert parse(made, path.name).value["injects"] == [before[n] for n in places]
    for one in entries:
        if isinstance(one, int):
            begin = raw.decode().index(f"  - id: {before[one]['id']}\n")
            line = raw.decode()[begin:].splitlines()[0]
            assert line in made.decode()
    assert relisted(raw, "injects", list(range(len(before))), path.name) == raw


@given(
    st.recursive(
        st.one_of(
            st.booleans(), st.integers(-9, 9), st.text(), st.sampled_from(["no", "null", "1.0", "12h", "010000"])
        ),
        lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(min_size=1), inner, max_size=3)),
        max_leaves=8,
    )
)
def test_a_value_on_one_line_is_read_back_as_itself(value: object) -> None:
    try:
        text = f"a: {flow(value)}\n".encode()
    except UnicodeEncodeError:
        return  # half a character, which no file holds
    assert parse(text, "x").value == {"a": value}


def test_changes_of_values_are_edits_and_changes_of_shape_are_not() -> None:
    before = {"id": "I1", "body": {"en": "a"}, "expects": [{"id": "E1", "weight": 1}]}
    assert changed(before, before) == {}
    assert changed(before, {**before, "notes": "x"}) == {("notes",): "x"}
    again = {**before, "expects": [{"id": "E1", "weight": 2}]}
    assert changed(before, again) == {("expects", 0, "weight"): 2}
    assert changed(before, {**before, "expects": []}) is None
    assert changed(before, {"id": "I1", "body": {"en": "a"}}) is None


def test_a_list_that_is_not_there_or_lies_on_one_line_is_no_trap() -> None:
    raw = b"a: [{id: x}, {id: y}]\nb: 1\n"
    assert relisted(raw, "a", [1, {"id": "z"}], "x") == b"a:\n  - {id: y}\n  - {id: z}\nb: 1\n"
    assert relisted(b"a:\n- {id: x}", "a", [], "x") == b"a: []\n"
    with pytest.raises(KeyError, match="no list of c"):
        relisted(raw, "c", [], "x")
    assert edited(raw, {}, "x") == raw
