"""What stands in a form of one incident is not carried into another's."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest


def act_page() -> None:
    from types import SimpleNamespace

    import streamlit as st

    from emergency.console.rooms.acts import act_form
    from emergency.texts import speaker

    regions = SimpleNamespace(
        levels=("province",),
        codes=lambda _: ["440000", "410000"],
        name=lambda code, _: code,
        full_name=lambda code, _: code,
    )
    areas = {"TYPHOON": ["440000"], "OUTAGE": []}
    chosen = st.session_state.get("on", "TYPHOON")
    desk = SimpleNamespace(say=speaker("en"), ctx=SimpleNamespace(regions=regions))
    act_form(desk, SimpleNamespace(incident_id=chosen, regions=areas[chosen]))  # type: ignore[arg-type]


def test_the_area_of_one_incident_is_not_offered_for_another() -> None:
    page = AppTest.from_function(act_page, default_timeout=60).run()
    assert page.multiselect[0].value == ["440000"]
    page.selectbox[0].set_value("case.assign").run()
    page.selectbox[0].set_value("map.footprint.publish").run()
    page.session_state["on"] = "OUTAGE"
    page.run()
    assert page.multiselect[0].value == []
    page.session_state["on"] = "TYPHOON"
    page.run()
    assert page.multiselect[0].value == ["440000"]
