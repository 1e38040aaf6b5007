"""The dispatch map in a real browser, over sixteen squares of one degree."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from emergency.console.components.dispatch_map import Label, Legend, Marker
from emergency.texts import speaker
from tests.console.demo.world import PAYLOADS

browser = pytest.mark.xdist_group("browser")
OpenPage = Callable[..., Page]

ROOT = """
    const root = () => {
        const find = (node) => node.querySelector('.dispatch-map')
            ?? [...node.querySelectorAll('*')].map((n) => n.shadowRoot && find(n.shadowRoot)).find(Boolean);
        return find(document);
    };
"""


def show(open_page: OpenPage, trial: str, query: str = "") -> Page:
    page = open_page(f"{trial}/?{query}")
    expect(page.locator(".dispatch-map[data-ready]")).to_be_visible(timeout=60_000)
    return page


def ask(page: Page, expression: str) -> Any:
    """The value of an expression about `host` (our map) and `map` (Leaflet's)."""
    return page.evaluate(
        f"async () => {{ {ROOT} const host = await root().dispatchMap; const map = host.map; return {expression}; }}"
    )


def place(page: Page, lon: float, lat: float) -> tuple[float, float]:
    """Where on the screen a place is drawn."""
    page.locator(".dispatch-map").scroll_into_view_if_needed()
    x, y = ask(page, f"(() => {{ const p = map.latLngToContainerPoint([{lat}, {lon}]); return [p.x, p.y]; }})()")
    box = page.locator(".dispatch-map").bounding_box()
    assert box is not None
    return box["x"] + x + 1, box["y"] + y + 1  # one pixel of border


def click(page: Page, lon: float, lat: float) -> None:
    page.mouse.click(*place(page, lon, lat))


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move((start[0] + end[0]) / 2, (start[1] + end[1]) / 2, steps=4)
    page.mouse.move(*end, steps=4)


def told(page: Page) -> dict[str, Any]:
    """What Python knows, as the page prints it."""
    answer: dict[str, Any] = json.loads(page.locator("[data-testid=stCode] code").inner_text())
    return answer


def until(page: Page, **wanted: Any) -> dict[str, Any]:
    """Wait until Python knows this, and give all it knows."""
    for _ in range(200):
        known = told(page)
        if all(known[name] == value for name, value in wanted.items()):
            return known
        page.wait_for_timeout(50)
    raise AssertionError(f"Python knows {known}, not {wanted}")


def standing_still(page: Page) -> list[float]:
    """Where the map looks once it glides no more; on a busy machine that takes its time."""
    before: list[float] = []
    for _ in range(40):
        page.wait_for_timeout(500)
        view: list[float] = ask(page, "[map.getZoom(), map.getCenter().lat, map.getCenter().lng]")
        if view == before:
            return view
        before = view
    raise AssertionError("the map does not come to rest")


def pixel(page: Page, lon: float, lat: float) -> list[int]:
    """The colour of the ground at a place."""
    red_green_blue: list[int] = ask(
        page,
        f"""(() => {{
            const canvas = map.getPane('overlayPane').querySelector('canvas');
            const box = canvas.getBoundingClientRect();
            const p = map.latLngToContainerPoint([{lat}, {lon}]);
            const at = map.getContainer().getBoundingClientRect();
            const scale = canvas.width / box.width;
            const x = (at.left + p.x - box.left) * scale, y = (at.top + p.y - box.top) * scale;
            return [...canvas.getContext('2d').getImageData(x, y, 1, 1).data.slice(0, 3)];
        }})()""",
    )
    return red_green_blue


def rgb(colour: str) -> list[int]:
    return [int(colour[i : i + 2], 16) for i in (1, 3, 5)]


@browser
def test_a_click_on_a_region_reaches_python_and_is_outlined(open_page: OpenPage, trial: str) -> None:
    page = show(open_page, trial)
    click(page, 1.2, 2.8)
    until(page, selected="R12", picks=1)
    page.wait_for_timeout(300)
    assert ask(page, "host.regions.get('R12').options.weight") > ask(page, "host.regions.get('R13').options.weight")
    click(page, 3.2, 3.2)
    until(page, selected="R33", picks=2)
    page.wait_for_timeout(300)
    assert ask(page, "host.regions.get('R12').options.weight") == ask(page, "host.regions.get('R13').options.weight")


@browser
def test_a_click_beside_all_regions_lets_the_region_go(open_page: OpenPage, trial: str) -> None:
    page = show(open_page, trial)
    click(page, -1.5, 2.0)
    click(page, 2.2, 0.8)
    until(page, selected="R20", picks=1)  # a click on nothing, with nothing chosen, says nothing
    click(page, -1.5, 2.0)
    until(page, selected=None, picks=2)


@browser
def test_a_region_without_area_is_a_dot_that_can_be_picked(open_page: OpenPage, trial: str) -> None:
    page = show(open_page, trial)
    click(page, 4.5, 2.0)
    until(page, selected="DOT")


@browser
def test_colours_follow_the_figures_and_unknown_stays_pale(open_page: OpenPage, trial: str) -> None:
    page = show(open_page, trial)
    # 160 is the largest figure: classes begin at 2, 5, 10, 20, 50 and above.
    legend = Legend.covering("", 160)
    assert legend.bounds == (2, 5, 10, 20, 50)
    assert pixel(page, 0.2, 0.2) == rgb("#eef2f6")  # R00 has 0 claims
    assert pixel(page, 0.2, 1.2) == rgb("#eef2f6")  # R01 is not known
    assert pixel(page, 0.2, 2.2) == rgb(legend.colours[4])  # R02 has 20: that very bound belongs to the class
    assert pixel(page, 2.2, 0.2) == rgb(legend.colours[5])  # R20 has 80


@browser
def test_a_split_that_is_only_an_illustration_is_hatched(open_page: OpenPage, trial: str) -> None:
    page = show(open_page, trial)

    def shades(lon: float, lat: float) -> set[tuple[int, ...]]:
        return {tuple(pixel(page, lon + step / 60, lat)) for step in range(12)}

    assert len(shades(3.3, 3.3)) > 2
    assert len(shades(2.15, 3.3)) == 1
    expect(page.locator(".legend")).to_contain_text("illustrative split")


@browser
def test_the_view_is_the_operators_until_a_new_fit_is_asked_for(open_page: OpenPage, trial: str) -> None:
    page = show(open_page, trial, "every=0.7")
    before = ask(page, "map.getZoom()")
    page.get_by_label("Zoom in").click()
    drag(page, place(page, 2.2, 0.6), place(page, 2.0, 1.2))
    page.mouse.up()
    view = standing_still(page)
    assert view[0] > before
    click(page, 1.2, 2.6)
    until(page, selected="R12")
    page.get_by_text("loss", exact=True).click()
    page.wait_for_timeout(2_000)  # several refreshes by the clock
    assert ask(page, "[map.getZoom(), map.getCenter().lat, map.getCenter().lng]") == view
    page.get_by_role("button", name="fit again").click()
    page.wait_for_timeout(3_000)
    assert ask(page, "map.getZoom()") == before


@browser
def test_the_map_stays_the_same_through_reruns_and_refreshes(open_page: OpenPage, trial: str) -> None:
    page = show(open_page, trial, "every=0.5")
    ask(page, "(map.mine = true)")
    turns = told(page)["turns"]
    page.get_by_text("Why", exact=True).click()
    page.wait_for_timeout(2_000)
    assert told(page)["turns"] >= turns + 3
    assert ask(page, "map.mine === true")
    fetched = page.evaluate(
        "performance.getEntriesByType('resource').filter((r) => r.name.endsWith('.geojson')).length"
    )
    assert fetched == 1


@browser
def test_a_dropped_marker_tells_where_it_lies_and_over_which_region(open_page: OpenPage, trial: str) -> None:
    page = show(open_page, trial)
    drag(page, place(page, 3.5, 0.5), place(page, 1.5, 2.3))
    page.mouse.up()
    name, lon, lat, region = until(page)["moved"] or until_moved(page)
    assert (name, region) == ("ann", "R12")
    assert (lon, lat) == (pytest.approx(1.5, abs=0.05), pytest.approx(2.3, abs=0.05))
    page.wait_for_timeout(400)
    assert ask(page, "host.overlay.markers.get('ann').getLatLng().lat") == pytest.approx(2.3, abs=0.05)


def until_moved(page: Page) -> Any:
    for _ in range(200):
        if told(page)["moved"]:
            return told(page)["moved"]
        page.wait_for_timeout(50)
    raise AssertionError("Python was told of no move")


@browser
def test_a_refused_move_brings_the_marker_back(open_page: OpenPage, trial: str) -> None:
    page = show(open_page, trial, "refuse=1")
    drag(page, place(page, 3.5, 0.5), place(page, 1.5, 2.3))
    page.mouse.up()
    until_moved(page)
    page.wait_for_timeout(500)
    back = ask(page, "(({lat, lng}) => [lng, lat])(host.overlay.markers.get('ann').getLatLng())")
    assert back == [3.5, 0.5]
    assert "asked" not in (page.locator(".mark-icon[aria-label=Ann]").get_attribute("class") or "")


@browser
def test_a_refresh_by_the_clock_does_not_take_the_marker_out_of_the_hand(open_page: OpenPage, trial: str) -> None:
    page = show(open_page, trial, "every=0.4")
    drag(page, place(page, 3.5, 0.5), place(page, 1.5, 2.3))
    turns = told(page)["turns"]
    page.wait_for_timeout(1_500)
    assert told(page)["turns"] > turns
    assert ask(page, "host.overlay.markers.get('ann').getLatLng().lng") == pytest.approx(1.5, abs=0.05)
    page.mouse.up()
    assert until_moved(page)[3] == "R12"


@browser
def test_a_base_can_be_picked_with_the_keyboard(open_page: OpenPage, trial: str) -> None:
    page = show(open_page, trial)
    page.locator(".mark-icon[aria-label='North base']").focus()
    page.keyboard.press("Enter")
    until(page, marker="base", selected=None)


@browser
@pytest.mark.parametrize(
    ("lang", "buttons", "square"),
    [
        ("en", ["Zoom in", "Zoom out", "Back to the whole incident"], "Square 12"),
        ("zh_CN", ["放大", "缩小", "回到事件全图"], "方格12"),
    ],
)
def test_the_map_speaks_the_language_of_the_console(
    open_page: OpenPage, trial: str, lang: str, buttons: list[str], square: str
) -> None:
    page = show(open_page, trial, f"lang={lang}")
    names = [b.get_attribute("aria-label") for b in page.locator(".map-buttons button").all()]
    assert names == buttons
    page.mouse.move(*place(page, 1.2, 2.6))
    expect(page.locator(".region-tip")).to_contain_text(square)
    expect(page.locator(".region-tip")).to_contain_text("60")
    page.mouse.move(*place(page, 0.2, 1.6))
    expect(page.locator(".region-tip")).to_contain_text(speaker(lang)("no figure"))


@browser
def test_labels_and_numbers_are_never_written_over_one_another(open_page: OpenPage, trial: str) -> None:
    page = show(open_page, trial, "plan=1")
    for _ in range(5):
        boxes = [b.bounding_box() for b in shown(page.locator(".region-label, .mark-name, .arrow-badge"))]
        assert boxes
        for n, a in enumerate(boxes):
            for b in boxes[n + 1 :]:
                assert a and b and not overlap(a, b), (a, b)
        page.get_by_label("Zoom out").click()
        page.wait_for_timeout(500)


def shown(nodes: Locator) -> list[Locator]:
    return [n for n in nodes.all() if n.is_visible()]


def overlap(a: Any, b: Any) -> bool:
    across = min(a["x"] + a["width"], b["x"] + b["width"]) - max(a["x"], b["x"])
    down = min(a["y"] + a["height"], b["y"] + b["height"]) - max(a["y"], b["y"])
    return bool(across > 1 and down > 1)


@browser
def test_regions_without_outlines_are_circles_that_can_be_picked(open_page: OpenPage, trial: str) -> None:
    page = show(open_page, trial, "points=1")
    click(page, 1.5, 2.5)
    until(page, selected="R12")
    radius = "host.regions.get('{}').getRadius()"
    assert ask(page, radius.format("R33")) > ask(page, radius.format("R02")) > ask(page, radius.format("R00"))
    drag(page, place(page, 3.5, 0.5), place(page, 2.45, 1.55))
    page.mouse.up()
    assert until_moved(page)[3] == "R21"


@browser
def test_missing_outlines_are_said_in_words_and_the_markers_stay(open_page: OpenPage, trial: str) -> None:
    page = show(open_page, trial, "missing=1")
    expect(page.locator(".complaint")).to_contain_text("could not be loaded")
    expect(page.locator(".mark-icon[aria-label=Ann]")).to_be_visible()


@browser
def test_no_text_from_outside_runs_on_the_map(open_page: OpenPage, trial: str) -> None:
    page = show(open_page, trial, "hostile=1&plan=1")
    for lon in (0.2, 1.2, 2.2, 3.2):
        for lat in (0.2, 1.2, 2.2, 3.2):
            page.mouse.move(*place(page, lon, lat))
            expect(page.locator(".region-tip").first).to_be_visible()
    for badge in page.locator(".arrow-badge").all():
        badge.hover(force=True)
    page.wait_for_timeout(300)
    assert page.evaluate("window.hit") is None
    assert page.locator(".dispatch-map").locator("img, script, b[onmouseover]").count() == 0
    written = page.locator(".dispatch-map").inner_text()
    assert any(payload in written for payload in PAYLOADS)


@browser
def test_the_control_of_the_attack_test_is_hit(open_page: OpenPage, trial: str) -> None:
    page = show(open_page, trial)
    page.evaluate(
        "(text) => { document.body.append(Object.assign(document.createElement('div'), {innerHTML: text})) }",
        PAYLOADS[0],
    )
    page.wait_for_function("window.hit === 1")


def test_classes_of_a_legend_begin_at_round_numbers_and_hold_while_figures_grow() -> None:
    assert Legend.covering("open claims", 6204).bounds == (50, 100, 200, 500, 1000, 2000)
    assert Legend.covering("open claims", 9999).bounds == Legend.covering("open claims", 4000).bounds
    assert Legend.covering("open claims", 6204).labels[0] == "0"
    assert Legend.covering("open claims", 6204).labels[-1] == "2,000+"


@pytest.mark.parametrize("largest", [0, 0.4, 1, 2, 3, 4, 10, 1e3, 14_889, 1e12])
def test_every_legend_has_a_label_for_each_colour_and_its_colours_darken(largest: float) -> None:
    legend = Legend.covering("x", largest)
    assert len(legend.labels) == len(legend.colours) + 1
    light = [sum(rgb(colour)) for colour in legend.colours]
    assert light == sorted(light, reverse=True) and len(set(light)) == len(light)


def test_colours_are_told_apart_by_lightness_alone() -> None:
    # Relative luminance (WCAG 2.2): what remains of a colour for eyes that see none.
    def luminance(colour: str) -> float:
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (v / 255 for v in rgb(colour))]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    lights = [luminance(c) for c in Legend.covering("x", 1e6).colours]
    assert all(a > b * 1.15 for a, b in pairwise(lights))


def test_values_that_make_no_sense_are_refused_with_what_is_allowed() -> None:
    with pytest.raises(ValueError, match="rise"):
        Legend("x", (5, 2), ("0", "a", "b", "c"))
    with pytest.raises(ValueError, match="labels"):
        Legend("x", (2, 5), ("0",))
    with pytest.raises(ValueError, match="ok, short, late, plain"):
        Label("R00", "1/2", "red")
    with pytest.raises(ValueError, match="base, team, adjuster"):
        Marker("a", 0, 0, "A", kind="tank")


@browser
def test_clicks_draw_an_area_and_pick_nothing(open_page: OpenPage, trial: str) -> None:
    page = show(open_page, trial, "draw")
    for place_ in ((1.2, 2.8), (3.2, 3.2), (2.2, 0.8)):
        click(page, *place_)
    known = until(page, corners=[[1.2, 2.8], [3.2, 3.2], [2.2, 0.8]])
    assert known["picks"] == 0
    assert ask(page, "host.drawing.parts.length") == 4  # the area and its three corners
    page.get_by_role("button", name="last corner away").click()
    until(page, corners=[[1.2, 2.8], [3.2, 3.2]])
    click(page, 0.4, 0.4)
    until(page, corners=[[1.2, 2.8], [3.2, 3.2], [0.4, 0.4]])


@browser
def test_an_area_is_drawn_by_keyboard_as_well(open_page: OpenPage, trial: str) -> None:
    page = show(open_page, trial, "draw")
    page.locator(".dispatch-map").focus()
    page.keyboard.press("Enter")
    page.wait_for_timeout(600)
    assert len(told(page)["corners"]) == 1
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(600)
    page.keyboard.press("Enter")
    page.wait_for_timeout(600)
    first, second = told(page)["corners"]
    assert second[0] > first[0]
    page.keyboard.press("Backspace")
    until(page, corners=[first])
