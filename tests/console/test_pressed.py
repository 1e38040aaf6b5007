"""A button gives back what was read when it was pressed, to the page drawn for it and to no later one."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest


def page() -> None:
    import streamlit as st

    from emergency.console.rooms import pressed

    pressed.begin_run()
    if st.session_state.get("shown", True):
        st.session_state["was"] = pressed.pressed("Confirm", "go", st.session_state.get("level", "Ⅲ"))


@pytest.fixture
def app() -> AppTest:
    return AppTest.from_function(page, default_timeout=30).run()


def test_what_was_read_comes_back_though_it_has_changed_meanwhile(app: AppTest) -> None:
    app.session_state["level"] = "Ⅱ"
    app.button(key="go").click().run()
    assert app.session_state["was"] == "Ⅲ"
    app.button(key="go").click().run()
    assert app.session_state["was"] == "Ⅱ"


def test_a_press_counts_once(app: AppTest) -> None:
    app.button(key="go").click().run()
    app.run()
    assert app.session_state["was"] is None


def test_a_press_on_a_button_that_is_gone_does_nothing_when_it_comes_back(app: AppTest) -> None:
    app.session_state["shown"] = False
    app.button(key="go").click().run()
    app.run()
    app.session_state["shown"] = True
    app.run()
    assert app.session_state["was"] is None
