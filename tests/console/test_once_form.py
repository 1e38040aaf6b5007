"""Forms keep what was typed until it is taken; times stay as set while the clock goes on; a room that fails says so."""

from __future__ import annotations

import ast
from pathlib import Path

from streamlit.testing.v1 import AppTest

ROOMS = Path(__file__).resolve().parents[2] / "emergency" / "console"
DATED = ("date_input", "time_input", "datetime_input")


def form_page() -> None:
    from datetime import UTC, datetime, timedelta
    from types import SimpleNamespace
    from zoneinfo import ZoneInfo

    import streamlit as st

    from emergency.console.rooms.once_form import instant, once

    # Every look at the page is a minute later.
    st.session_state["looks"] = st.session_state.get("looks", 0) + 1
    now = datetime(2026, 11, 23, 6, 0, tzinfo=UTC) + timedelta(minutes=st.session_state["looks"])
    desk = SimpleNamespace(ctx=SimpleNamespace(now=lambda: now), zone=ZoneInfo("Asia/Shanghai"))
    with once("figure") as form:
        value = st.number_input("Value", min_value=0, value=None, step=1)
        source = st.text_input("Source")
        at = instant(desk, form.key, "day", "time")  # type: ignore[arg-type]
        sent = st.form_submit_button("Enter")
    if sent:
        st.session_state["sent"] = (value, source, at.isoformat())
        if source:
            form.done()
            st.rerun()


def sent(page: AppTest) -> tuple[int | None, str, str]:
    found: tuple[int | None, str, str] = page.session_state["sent"]
    return found


def test_the_time_a_person_sets_is_the_time_that_is_kept_and_a_refusal_keeps_all_of_it() -> None:
    from datetime import time

    page = AppTest.from_function(form_page, default_timeout=60).run()
    page.time_input[0].set_value(time(9, 30))
    page.number_input[0].set_value(7)
    page.button[0].click().run()
    assert sent(page) == (7, "", "2026-11-23T09:30:00+08:00")
    page.run()
    assert (page.number_input[0].value, page.time_input[0].value) == (7, time(9, 30)), "refused, so it still stands"
    page.text_input[0].set_value("county")
    page.button[0].click().run()
    assert sent(page) == (7, "county", "2026-11-23T09:30:00+08:00")
    assert (page.number_input[0].value, page.text_input[0].value) == (None, ""), "taken, so it is empty"
    page.button[0].click().run()
    assert sent(page)[0] is None, "an empty number is no zero"


def test_a_time_nobody_touched_is_now() -> None:
    page = AppTest.from_function(form_page, default_timeout=60).run().run().run()
    page.button[0].click().run()
    assert sent(page)[2] == "2026-11-23T14:04:00+08:00"


def test_every_day_and_time_has_a_key_and_no_form_forgets_what_was_refused() -> None:
    loose = []
    for path in sorted(ROOMS.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            named = {one.arg for one in node.keywords}
            if (node.func.attr in DATED and "key" not in named) or "clear_on_submit" in named:
                loose.append(f"{path.name}:{node.lineno}")
    assert loose == []


def broken_room() -> None:
    from types import SimpleNamespace

    from emergency.console import main
    from emergency.texts import speaker

    def fails(_desk: object) -> None:
        raise ValueError("一百人左右")

    main.SHOW["tasks"] = fails  # type: ignore[assignment]
    desk = SimpleNamespace(say=speaker("zh_CN"), ctx=SimpleNamespace(store=SimpleNamespace(name="live")))
    main._room(desk, "tasks")  # type: ignore[arg-type]


def test_a_room_that_fails_says_so_in_both_languages_with_what_to_do() -> None:
    from emergency.console import main

    before = main.SHOW["tasks"]
    try:
        page = AppTest.from_function(broken_room, default_timeout=60).run()
    finally:
        main.SHOW["tasks"] = before
    told = [one.value for one in page.error]
    assert len(told) == 2 and "暂时无法显示" in told[0] and "cannot be shown" in told[1]
    assert not page.exception


def share_page() -> None:
    from types import SimpleNamespace

    import streamlit as st

    from emergency.console.rooms.figure_form import _value
    from emergency.texts import speaker

    desk = SimpleNamespace(say=speaker("en"), ctx=SimpleNamespace(profile=SimpleNamespace(currency="CNY")))
    with st.form("shares"):
        for metric in ("hotline.answer_rate", "own.market_share", "casualties.deaths", "capacity.demand_ratio"):
            st.session_state[metric] = _value(desk, metric)  # type: ignore[arg-type]
        st.form_submit_button("Enter")


def test_no_field_of_a_figure_has_bounds_that_would_send_the_number_before() -> None:
    """A browser keeps a number beyond a field's bounds to itself; what is typed reaches the door, which refuses it."""
    page = AppTest.from_function(share_page, default_timeout=60).run()
    for field, typed in zip(page.number_input, (140.0, 240.0, -1, -0.5), strict=True):
        assert field.min is None or field.min < -1000
        assert field.max is None or field.max > 10**9
        field.set_value(typed)
    page.button[0].click().run()
    kept = [page.session_state[m] for m in ("hotline.answer_rate", "own.market_share", "casualties.deaths")]
    assert kept == [1.4, 2.4, -1]
