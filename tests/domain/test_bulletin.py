"""Every number of a bulletin is an entry of the ledger; no gap is lost; what does not hold is said."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emergency.domain.bulletin import gaps, loose_numbers, next_due, render, round_half_even, shown
from emergency.domain.ledger import FIGURES, Entry, Limit, Limits, ledger_of, moved, problems
from emergency.domain.playbook import Comms

NOON = datetime(2021, 7, 22, 4, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")
LIMITS = Limits({"*": Limit(24 * 60), "claims.*": Limit(360, 0.02, 60), "house.*": Limit(None)})


def entry(figure: str, value: object, source: str = "claims", hours_ago: float = 0, unit: str = "claims") -> Entry:
    return Entry(
        figure, value, unit, source, NOON - timedelta(hours=hours_ago), currency="CNY" if unit == "money" else ""
    )


CLAIMS = ledger_of([entry("claims.reported", 545_800), entry("claims.open", 12)])


@pytest.mark.parametrize(
    ("one", "zh", "en"),
    [
        (entry("claims.reported", 545_800), "545,800", "545,800"),
        (entry("loss.estimated", 582_700_000_000, unit="money"), "58.27亿元", "CNY 5.83 billion"),
        (entry("payout.paid", 12_345_00, unit="money"), "1.23万元", "CNY 12,345"),
        (entry("payout.paid", 99_950, unit="money"), "1,000元", "CNY 1,000"),
        (entry("incident.occurred_at", 1_626_926_400_000_000, unit="instant"), "7月22日12:00", "12:00 on 22 July"),
        (entry("response.level", 1, unit="level"), "一级（Ⅰ级）", "Level I"),
        (entry("house.name", {"en": "Example", "zh": "示例保险"}, unit="text"), "示例保险", "Example"),
    ],
)
def test_a_figure_is_shown_as_its_readers_write_it(one: Entry, zh: str, en: str) -> None:
    assert (shown(one, "zh", ZONE), shown(one, "en", ZONE)) == (zh, en)


def test_half_a_unit_is_rounded_to_the_even_one() -> None:
    assert [round_half_even(n, 10) for n in (5, 15, 25, 14, 16)] == [0, 2, 2, 1, 2]


def test_a_number_in_a_text_knows_its_entry() -> None:
    done = render("报案 {claims.reported} 件", CLAIMS, "zh", ZONE)
    (link,) = done.links
    assert done.text == "报案 545,800 件" and done.text[link.start : link.end] == "545,800"
    assert link.entry.source == "claims" and link.entry.as_of == NOON


def test_a_gap_nobody_can_fill_stays_visible() -> None:
    done = render("{casualties.deaths} dead, {claims.open} open", CLAIMS, "en", ZONE)
    assert done.text == "{casualties.deaths} dead, 12 open" and done.missing == ("casualties.deaths",)


def test_text_from_outside_opens_no_gap() -> None:
    sly = ledger_of(
        [entry("incident.place", {"en": "{claims.reported}", "zh": "x"}, unit="text"), *CLAIMS["claims.reported"]]
    )
    assert render("at {incident.place}", sly, "en", ZONE).text == "at {claims.reported}"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("报案 {claims.reported} 件，死亡 3 人", ["3"]),
        ("共３００件", ["３００"]),
        ("十二人受伤，三百余件报案", ["十二", "三百"]),
        ("三日内，万一，一个小组，第一时间", ["三"]),
        ("赔付3万元、预付8万余元、五百万元", ["3万", "8万", "五百万"]),
        ("about 1,200 claims and 4.5% paid at 12:30", ["1,200", "4.5%", "12:30"]),
        ("two dead, hundreds hurt, one team", ["two", "hundreds"]),
        ("{claims.reported}{claims.open}", []),
        ("no number", []),
    ],
)
def test_a_number_typed_by_hand_is_marked(text: str, found: list[str]) -> None:
    done = render(text, CLAIMS, "zh", ZONE)
    assert [one.text for one in loose_numbers(done, CLAIMS, "zh", ZONE)] == found


def test_a_typed_number_that_the_ledger_knows_says_which_figure_it_looks_like() -> None:
    done = render("545800 claims", CLAIMS, "en", ZONE)
    (one,) = loose_numbers(done, CLAIMS, "en", ZONE)
    assert one.figures == ("claims.reported",)


words = st.text(
    st.characters(exclude_characters="{}", exclude_categories=["Cs", "Nd", "Nl", "No", "Lo", "L"]), max_size=12
)
known = st.sampled_from(["claims.reported", "claims.open", "loss.estimated", "casualties.deaths", "house.hotline"])
values = st.integers(0, 10**14)


@given(
    st.lists(st.tuples(words, known), min_size=1, max_size=8), st.dictionaries(known, values, max_size=4), st.booleans()
)
def test_rendering_drops_no_gap_and_every_number_is_an_entry(
    parts: list[tuple[str, str]], ledger: dict[str, int], chinese: bool
) -> None:
    lang = "zh" if chinese else "en"
    text = "".join(f"{word}{{{figure}}}" for word, figure in parts)
    entries = ledger_of(entry(f, v, unit="money" if f.startswith("loss") else "claims") for f, v in ledger.items())
    done = render(text, entries, lang, ZONE)
    assert len(done.links) + sum(f not in ledger for _, f in parts) == len(parts)
    assert [done.text[k.start : k.end] for k in done.links] == [shown(k.entry, lang, ZONE) for k in done.links]
    assert [k.entry.figure for k in done.links] == [f for _, f in parts if f in ledger]
    assert set(gaps(done.text)) == set(done.missing) == {f for _, f in parts} - set(ledger)
    assert loose_numbers(done, entries, lang, ZONE) == ()


def found(*entries: Entry, choices: dict[str, str] | None = None) -> list[tuple[str, str]]:
    used = dict.fromkeys(e.figure for e in entries) or {"claims.reported": None}
    return [(p.figure, p.kind) for p in problems(used, ledger_of(entries), LIMITS, NOON, choices)]


def test_a_figure_without_source_blocks() -> None:
    assert found() == [("claims.reported", "missing")]


@pytest.mark.parametrize(("other", "wrong"), [(1000, False), (981, False), (980, False), (979, True), (1021, True)])
def test_two_sources_may_differ_by_their_tolerance_and_no_more(other: int, wrong: bool) -> None:
    both = (entry("claims.reported", 1000), entry("claims.reported", other, "branch"))
    assert found(*both) == ([("claims.reported", "contradictory")] if wrong else [])


def test_naming_the_source_lifts_the_block_and_takes_its_value() -> None:
    both = (entry("claims.reported", 1000), entry("claims.reported", 1500, "branch"))
    assert found(*both, choices={"claims.reported": "branch"}) == []
    assert render("{claims.reported}", ledger_of(both), "en", ZONE, {"claims.reported": "branch"}).text == "1,500"
    assert found(*both, choices={"claims.reported": "gone"}) == [("claims.reported", "missing")]


def test_sources_that_speak_of_different_times_do_not_contradict() -> None:
    assert found(entry("claims.reported", 1000), entry("claims.reported", 600, "branch", hours_ago=2)) == []


@pytest.mark.parametrize(("hours", "stale"), [(6, False), (6.1, True)])
def test_a_figure_older_than_its_limit_blocks(hours: float, stale: bool) -> None:
    assert found(entry("claims.reported", 1, hours_ago=hours)) == ([("claims.reported", "stale")] if stale else [])


def test_some_figures_never_grow_stale() -> None:
    assert found(entry("house.hotline", {"en": "1"}, hours_ago=9000, unit="text")) == []


def test_a_figure_that_changed_since_it_was_read_is_said() -> None:
    then, now = [ledger_of([entry("claims.reported", n, hours_ago=h)]) for n, h in ((1000, 1), (1100, 0))]
    assert [p.kind for p in moved(["claims.reported"], then, now, LIMITS, {})] == ["moved"]
    assert moved(["claims.reported"], then, then, LIMITS, {}) == ()


def test_limits_are_found_by_the_nearest_name() -> None:
    assert LIMITS.of("claims.motor").stale_minutes == 360 and LIMITS.of("x.y").stale_minutes == 1440
    with pytest.raises(ValueError, match="every other figure"):
        Limits({"claims.*": Limit(1)})


def test_of_one_source_the_newest_counts() -> None:
    known_ = ledger_of([entry("claims.open", 1, hours_ago=1), entry("claims.open", 2), entry("claims.open", 9, "b", 2)])
    assert [(e.source, e.value) for e in known_["claims.open"]] == [("claims", 2), ("b", 9)]


def test_an_entry_survives_being_kept() -> None:
    one = entry("loss.estimated", 5, unit="money")
    assert Entry.from_json(one.to_json()) == one


@pytest.mark.parametrize("wrong", [{"unit": "bogus"}, {"source": " "}])
def test_an_entry_is_whole_at_birth(wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"claims\.open"):
        entry("claims.open", 1, **wrong)  # type: ignore[arg-type]


def test_every_figure_has_a_unit_that_can_be_shown() -> None:
    for figure, (_, unit) in FIGURES.items():
        value = {"en": "x", "zh": "x"} if unit == "text" else 1
        assert shown(Entry(figure, value, unit, "s", NOON), "zh", ZONE)


ROW = Comms("c", "customers", "sms", "care", (1, 2), "risk", first_s={1: 3600, 2: 7200}, repeat_every_s={1: 86_400})


def test_the_first_bulletin_is_due_from_activation_and_the_next_from_the_one_before() -> None:
    later = NOON + timedelta(hours=3)
    first, second = next_due(ROW, 1, NOON, NOON, {}, []), next_due(ROW, 1, NOON, NOON, {}, [NOON, later])
    assert first and first.due_at == NOON + timedelta(hours=1)
    assert second and second.due_at == later + timedelta(days=1)
    assert next_due(ROW, 3, NOON, NOON, {}, []) is None
    once = next_due(ROW, 2, NOON, NOON, {}, [NOON])
    assert once and once.due_at is None


def test_a_bulletin_tied_to_a_deadline_counts_from_discovery() -> None:
    row = Comms("r", "regulator", "portal", "risk", (1,), "commander", deadline="first")
    due = next_due(row, 1, NOON, NOON - timedelta(hours=1), {"first": 1800}, [])
    assert due and due.due_at == NOON - timedelta(minutes=30)
    unknown = next_due(row, 1, NOON, NOON, {}, [])
    assert unknown and unknown.due_at is None
