"""Report an incident in a minute: what, when, where, how far, why, who says so; by hand or from an alert."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from emergency.console import look
from emergency.console.components.dispatch_map import Legend, Marker, dispatch_map
from emergency.console.components.typing_keeper import keep_typing
from emergency.console.desk import FIRST_DAY, LAST_DAY, Desk, incident_key
from emergency.console.rooms import incident_words
from emergency.console.rooms.geography import geometry_of, points_of, view_of, view_round
from emergency.console.rooms.report_begun import (
    ALERT,
    ASKED,
    begun_before,
    form_name,
    keep,
    plain,
    read,
)
from emergency.console.rooms.report_begun import field_key as _key
from emergency.console.rooms.report_begun import forget as _forget
from emergency.console.rooms.report_begun import value as _value
from emergency.domain.incident import IncidentKind
from emergency.service import compound, typed
from emergency.service.context import Conflict, Refused
from emergency.service.incident_report import (
    Report,
    alert_named,
    from_alert,
    kinds,
    provinces_of,
    report,
    settle_region_set,
)
from emergency.service.response import every_incident
from emergency.texts import N_

SAID = "report-said"
FITTED, CLICKED = "report.fitted", "report.clicked"
COUNTRIES = {"cn": N_("China"), "us": N_("United States")}


def ask(alert_id: int | None = None) -> None:
    """Let the form stand open at the next look at Response; prefilled where an alert is named.

    What was begun before, of the same alert or of none, stands in it again.
    """
    st.session_state[ASKED] = True
    if st.session_state.get(ALERT) != alert_id:
        st.session_state[ALERT] = alert_id
        _forget()


def asked() -> bool:
    return bool(st.session_state.get(ASKED))


def show(desk: Desk, *, only: bool = False) -> None:
    """The form. ``only``: there is no incident yet, so it cannot be put away."""
    said_before(desk)
    kinds_ = {kind.id: kind for kind in kinds(desk.ctx)}
    _prefill(desk, list(kinds_))
    look.section(desk.say("Report an incident"))
    begun_before(desk)
    _country(desk)
    left, right = st.columns([1.25, 1], gap="medium")
    with left:
        kind = _what(desk, kinds_)
        _when(desk)
        _where(desk)
        _how(desk, kind)
    with right:
        _map(desk)
        _whom(desk)
    keep(desk)
    _buttons(desk, only)
    keep_typing("report-keeper")


def said_before(desk: Desk) -> None:
    kind, text = st.session_state.pop(SAID, ("", ""))
    if kind:
        look.notice(kind, look.plain(text))


def _prefill(desk: Desk, known: list[str]) -> None:
    """First values of the fields: those of the alert, else of this minute."""
    if _key("kind") in st.session_state and _value("workspace") == desk.ctx.store.name:
        return
    _forget()
    alert_id = st.session_state.get(ALERT)
    alert = alert_named(desk.ctx, int(alert_id)) if alert_id is not None else None
    now = desk.ctx.now().astimezone(desk.zone).replace(second=0, microsecond=0)
    first = from_alert(desk.ctx, alert) if alert else None
    occurred = first.occurred_at.astimezone(desk.zone) if first else now
    texts = first.title if first else {}
    fields = {
        "workspace": desk.ctx.store.name,
        "kind": first.kind if first else known[0],
        "title": next(iter(texts.values()), ""),
        "day": occurred.date(),
        "time": occurred.time().replace(second=0, microsecond=0, tzinfo=None),
        "found-day": now.date(),
        "found-time": now.time(),
        "regions": list(first.regions) if first else [],
        "place": first.place if first else "",
        "point": (first.lon, first.lat) if first else (None, None),
        "perils": list(first.perils) if first else [],
        "cause": first.cause if first else None,
        "scope": "",
        "reporter": first.reporter if first else str(st.session_state.get("actor", "")),
        "real": False,
        "under": "",
        "alert": alert.alert_id if alert else None,
    }
    left = typed.kept(desk.ctx, form_name())
    fields |= {"begun": None, "first": plain(fields)}
    if left is not None:
        fields |= read(left.values) | {"begun": left.at}
        fields["kind"] = fields["kind"] if fields["kind"] in known else known[0]  # the file of kinds may be another
    for name, first_value in fields.items():
        st.session_state[_key(name)] = first_value
    # Streamlit forgets a field's value once it is not drawn; those without a field are plain.


# The fields ---------------------------------------------------------------------------------------
# Each has its value from the session and as its first value, too: where the run that put the value in is overtaken by
# the next before the browser has drawn it – a slow network, a busy machine – the browser knows only the first value,
# and of a time without one that is the server's own hour.


def _country(desk: Desk) -> None:
    """An empty live workspace may lie in either country."""
    ctx, say = desk.ctx, desk.say
    if ctx.profile.kind != "live" or every_incident(ctx):
        return
    names = [name for name in COUNTRIES if name in ctx.content.regions.names()]

    def moved() -> None:
        try:
            settle_region_set(ctx, st.session_state["report-country"])
            _forget()
        except Refused as fault:
            st.session_state[SAID] = ("error", incident_words.spoken(desk, fault))

    st.segmented_control(
        say("Country"),
        names,
        default=ctx.regions.id,
        key="report-country",
        format_func=lambda name: say(COUNTRIES[name]),
        on_change=moved,
        required=True,
    )


def _what(desk: Desk, kinds_: dict[str, IncidentKind]) -> IncidentKind:
    say = desk.say
    narrow, wide = st.columns([1, 1.5])
    chosen = narrow.selectbox(
        say("Kind"),
        list(kinds_),
        list(kinds_).index(_value("kind")),
        key=_key("kind"),
        format_func=lambda one: say.of(kinds_[one].title),
    )
    _text(wide, say("What happened?"), "title", say("Flooding in the north of the city"))
    return kinds_[chosen]


def _text(place: DeltaGenerator, label: str, name: str, hint: str = "") -> None:
    place.text_input(label, _value(name), key=_key(name), max_chars=400, placeholder=hint)


def _when(desk: Desk) -> None:
    say = desk.say
    places = [*st.columns(2), *st.columns(2)]
    places[0].date_input(say("Occurred on"), _value("day"), key=_key("day"), min_value=FIRST_DAY, max_value=LAST_DAY)
    places[1].time_input(say("at"), _value("time"), key=_key("time"), step=60)
    places[2].date_input(
        say("Discovered on"),
        _value("found-day"),
        key=_key("found-day"),
        min_value=FIRST_DAY,
        max_value=LAST_DAY,
        help=say("When the company learned of it: the reporting clocks start here."),
    )
    places[3].time_input(say("at "), _value("found-time"), key=_key("found-time"), step=60)


def _where(desk: Desk) -> None:
    say, regions = desk.say, desk.ctx.regions
    codes = list(dict.fromkeys(code for level in regions.levels for code in regions.codes(level)))
    kept = [code for code in _value("regions", []) if regions.known(code)]
    if kept != _value("regions", []):
        st.session_state[_key("regions")] = kept
    st.multiselect(
        say("Regions in scope (from the list, or by a click on the map)"),
        codes,
        _value("regions", []),
        key=_key("regions"),
        format_func=lambda code: regions.full_name(code, say.language),
        placeholder=say("none: an incident without a place"),
        filter_mode="contains",
        select_all=False,
    )
    provinces = provinces_of(desk.ctx, tuple(_value("regions", [])))
    if len(provinces) > 1:
        if _value("province", None) not in provinces:
            st.session_state[_key("province")] = provinces[0]
        st.selectbox(
            say("Province or state whose rules apply"),
            provinces,
            provinces.index(_value("province")),
            key=_key("province"),
            format_func=desk.region,
        )
    _text(st.container(), say("Where, in words"), "place")


def _how(desk: Desk, kind: IncidentKind) -> None:
    say = desk.say
    left, right = st.columns(2)
    perils = list(dict.fromkeys([*kind.perils, *_value("perils", [])]))
    left.multiselect(
        say("Perils"),
        perils,
        _value("perils", []),
        key=_key("perils"),
        format_func=lambda one: incident_words.peril(say, one),
        placeholder=say("choose"),
        filter_mode="contains",
        select_all=False,
    )
    said = next((cause for cause in kind.causes if _value("cause") in cause.values()), None)
    if said is not None:
        st.session_state[_key("cause")] = say.of(said)  # chosen in the other language
    causes = list(dict.fromkeys([*(say.of(cause) for cause in kind.causes), *filter(None, [_value("cause")])]))
    right.selectbox(
        say("First idea of the cause"),
        causes,
        causes.index(_value("cause")) if _value("cause", None) else None,
        key=_key("cause"),
        accept_new_options=True,
        placeholder=say("choose, or write"),
    )
    _text(left, say("Scope of the incident"), "scope", say("who and what is touched: customers, branches"))
    _text(right, say("Reported by"), "reporter")


def _whom(desk: Desk) -> None:
    say = desk.say
    others = [i for i in every_incident(desk.ctx, open_only=True) if i.incident_id not in compound.links(desk.ctx)]
    if others:
        titles = {i.incident_id: say.of(i.title) for i in others}
        if _value("under") not in titles:
            st.session_state[_key("under")] = ""  # it has ended since the form was begun
        st.selectbox(
            say("Under the command of"),
            ["", *titles],
            ["", *titles].index(_value("under")),
            key=_key("under"),
            format_func=lambda one: titles.get(one, say("stands by itself")),
        )
    st.checkbox(
        say("I know that it is real"),
        bool(_value("real", False)),
        key=_key("real"),
        help=say("Kept with your name and the time."),
    )


def _map(desk: Desk) -> None:
    say, level = desk.say, desk.ctx.profile.region_level
    regions = desk.ctx.regions
    chosen = [code for code in _value("regions", []) if regions.known(code)]
    shaded = {code: 1.0 for code in regions.codes(level) if {code, *regions.ancestors(code)} & set(chosen)}
    fitted = _fitted(chosen)
    dispatch_map(
        "report-map",
        say,
        Legend(say("in scope"), (), ("", "")),
        shaded,
        value_texts={code: say("in scope") for code in shaded},
        markers=_point(_value("point", (None, None)), say("place of the alert")),
        view=view_round(desk, fitted) if fitted else view_of(desk),
        fit=f"{desk.ctx.store.name}/{regions.id}/{','.join(fitted)}",
        height=330,
        on_picked=lambda code: _toggle(desk, code),
        **geometry_of(desk),
        points=points_of(desk),
    )


def _fitted(chosen: list[str]) -> list[str]:
    """The regions the map is drawn round: those chosen from the list; a click on the map itself moves nothing."""
    if chosen != st.session_state.get(CLICKED):
        st.session_state[FITTED] = chosen
    found: list[str] = st.session_state.get(FITTED, [])
    return found


def _point(point: tuple[float | None, float | None], name: str) -> list[Marker]:
    """A mark at one place; none where there is no place."""
    lon, lat = point
    return [] if lon is None or lat is None else [Marker("alert-place", lon, lat, name, "alert")]


def _toggle(desk: Desk, code: str | None) -> None:
    """A click takes a region in or out."""
    if code is None:
        return
    chosen = list(_value("regions", []))
    above = {code, *desk.ctx.regions.ancestors(code)}
    without = [c for c in chosen if c not in above]
    found = without if len(without) < len(chosen) else [*chosen, code]
    st.session_state[_key("regions")] = st.session_state[CLICKED] = found


# Sending ------------------------------------------------------------------------------------------


def _buttons(desk: Desk, only: bool) -> None:
    say = desk.say
    with st.container(horizontal=True, gap="small"):
        st.button(say("Report the incident"), type="primary", key="send-report", on_click=_send, args=(desk,))
        if not only:
            st.button(say("Put away"), key="drop-report", on_click=_put_away)


def _put_away() -> None:
    st.session_state[ASKED] = False
    st.session_state[ALERT] = None
    _forget()


def _send(desk: Desk) -> None:
    say = desk.say
    try:
        opened = report(desk.ctx, _said(desk))
    except (Refused, Conflict) as fault:
        st.session_state[SAID] = ("error", incident_words.spoken(desk, fault))
        return
    typed.let_go(desk.ctx, form_name())
    _put_away()
    st.session_state[incident_key(desk.ctx.store.name)] = opened.incident_id
    text = say("{incident} is reported; the rules look at it.", incident=opened.incident_id)
    st.session_state[SAID] = ("success", text)


def _said(desk: Desk) -> Report:
    language = "zh" if desk.say.language == "zh_CN" else "en"
    lon, lat = _value("point", (None, None))
    return Report(
        kind=_value("kind"),
        title={language: str(_value("title"))},
        occurred_at=_instant(desk, _value("day"), _value("time")),
        discovered_at=_found(desk),
        regions=tuple(_value("regions", [])),
        perils=tuple(_value("perils", [])),
        place=str(_value("place")),
        lon=lon,
        lat=lat,
        scope=str(_value("scope")),
        cause=str(_value("cause", "") or ""),
        reporter=str(_value("reporter")),
        real=bool(_value("real", False)),
        under=str(_value("under", "") or ""),
        province=str(_value("province", "") or ""),
        alert_id=_value("alert", None),
    )


def _found(desk: Desk) -> datetime:
    """The field knows minutes; the minute that runs is now, not its beginning."""
    found, now = _instant(desk, _value("found-day"), _value("found-time")), desk.ctx.now()
    return now if 0 <= (now - found).total_seconds() < 60 else found


def _instant(desk: Desk, day: date, at: time) -> datetime:
    return datetime.combine(day, at, tzinfo=desk.zone)


__all__: Sequence[str] = ("ask", "asked", "said_before", "show")
