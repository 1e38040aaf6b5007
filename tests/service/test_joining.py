"""An incident catches its claims by dates, area and perils: previewed, joined, taken back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pandas as pd
import pytest

from emergency.domain.incident import Incident
from emergency.service import joining, placing
from emergency.service.cat_code import set_cat_code
from emergency.service.context import Context, Refused
from emergency.service.feed import Feed
from emergency.service.importing import receive
from emergency.service.keys import create_key, key_of
from emergency.service.response import every_incident, open_incident
from emergency.store.tables import claim
from tests.service.conftest import NOON
from tests.service.worlds import HOUR_US, NOON_US, claims


def take(ctx: Context, frame: pd.DataFrame, incident: str | None = None) -> None:
    receive(ctx, frame, source="s", incident_id=incident)


def members(ctx: Context, incident: str) -> set[str]:
    with ctx.store.read() as connection:
        found = connection.execute(claim.select().where(claim.c.incident_id == incident))
        return {r.report_no for r in found}


@pytest.fixture
def world(ctx: Context, flood: Incident) -> Context:
    """Flood claims in two counties, an old one, a fire, one of no cause, one elsewhere, one placeless."""
    take(ctx, claims("48201", 2))
    take(ctx, claims("48167", 1))
    take(ctx, claims("48201", 1, prefix="OLD").assign(loss_at=NOON_US - 99 * HOUR_US))
    take(ctx, claims("48201", 1, prefix="FIRE").assign(cause="Fire"))
    take(ctx, claims("48201", 1, prefix="BLANK").assign(cause=None))
    take(ctx, claims("22019", 1, prefix="FAR"))
    take(ctx, claims("48201", 1, prefix="LOST").assign(region_given=None))
    take(ctx, claims("48201", 1, prefix="HAD"), flood.incident_id)
    return ctx


def rule(**changes: object) -> joining.Rule:
    plain = joining.Rule(NOON - timedelta(days=1), NOON, ("48201", "48167"), perils=("flood",))
    return replace(plain, **changes)  # type: ignore[arg-type]


def test_an_incident_suggests_its_own_dates_area_and_perils(world: Context, flood: Incident) -> None:
    assert joining.rule_for(world, flood) == rule()


def test_the_preview_counts_who_joins_and_says_why_others_do_not(world: Context) -> None:
    found = joining.preview(world, "FLOOD-1", rule())
    assert (found.joining, found.already, found.elsewhere, found.unplaced) == (4, 1, 0, 1)
    assert dict(found.by_region) == {"48201": 3, "48167": 1}


def test_the_claims_previewed_join_and_are_set_free_again(world: Context) -> None:
    done = joining.join(world, "FLOOD-1", rule())
    assert done.claims == 4
    assert members(world, "FLOOD-1") == {"C-48201-0", "C-48201-1", "C-48167-0", "BLANK-48201-0", "HAD-48201-0"}
    assert [(a.seq, n) for a, n in joining.acts(world, "FLOOD-1")] == [(done.seq, 4)]
    assert joining.undo(world, done.seq) == (4, 0)
    assert members(world, "FLOOD-1") == {"HAD-48201-0"}
    with pytest.raises(Refused, match="cannot be taken back"):
        joining.undo(world, done.seq)


@pytest.mark.parametrize(
    ("changes", "joining_now"),
    [
        ({"regions": ("48",)}, 4),
        ({"regions": ()}, 6),
        ({"perils": ()}, 5),
        ({"without_cause": False}, 3),
        ({"since": NOON - timedelta(days=9)}, 5),
        ({"until": NOON - timedelta(hours=4)}, 0),
        ({"perils": ("fire",), "without_cause": False}, 1),
    ],
)
def test_each_part_of_a_rule_narrows_or_widens(world: Context, changes: dict[str, object], joining_now: int) -> None:
    assert joining.preview(world, "FLOOD-1", rule(**changes)).joining == joining_now


def test_a_drawn_area_catches_what_lies_in_it(world: Context) -> None:
    take(world, claims("48201", 1, prefix="IN").assign(lon=-95.37, lat=29.76))
    take(world, claims("48201", 1, prefix="OUT").assign(lon=-95.90, lat=29.90))
    drawn = rule(regions=(), area="-95.5,29.7\n-95.3,29.7\n-95.3,29.8\n-95.5,29.8", by_region=False)
    assert joining.preview(world, "FLOOD-1", drawn).by_region == (("48201", 1),)
    joining.join(world, "FLOOD-1", replace(drawn, standing=True))
    take(world, claims("48201", 1, prefix="LATER").assign(lon=-95.37, lat=29.76))
    take(world, claims("48201", 1, prefix="LATER-OUT").assign(lon=-95.90, lat=29.90))
    assert members(world, "FLOOD-1") == {"HAD-48201-0", "IN-48201-0", "LATER-48201-0"}


@pytest.mark.parametrize("area", ["1,2", "here", "{}", "0,0\n0,1\n0,2", "500,1\n501,1\n501,2"])
def test_an_area_that_is_none_is_refused(world: Context, area: str) -> None:
    with pytest.raises(Refused, match="the area cannot be read"):
        joining.preview(world, "FLOOD-1", rule(area=area))


def test_a_standing_rule_catches_later_claims_until_it_is_taken_back(world: Context) -> None:
    done = joining.join(world, "FLOOD-1", rule(standing=True))
    take(world, claims("48201", 1, prefix="NEXT"))
    assert "NEXT-48201-0" in members(world, "FLOOD-1")
    assert set(joining.standing(world)) == {"FLOOD-1"}
    assert [n for _, n in joining.acts(world, "FLOOD-1")] == [5]
    assert joining.undo(world, done.seq) == (5, 0), "the claim that joined later is taken back as well"
    take(world, claims("48201", 1, prefix="THIRD"))
    assert members(world, "FLOOD-1") == {"HAD-48201-0"}
    assert joining.standing(world) == {}


def test_a_rule_may_end_while_the_claims_it_let_in_stay(world: Context) -> None:
    joining.join(world, "FLOOD-1", rule(standing=True))
    before = members(world, "FLOOD-1")
    joining.stop(world, "FLOOD-1")
    take(world, claims("48201", 1, prefix="NEXT"))
    assert members(world, "FLOOD-1") == before
    with pytest.raises(Refused, match="no rule lets later claims join"):
        joining.stop(world, "FLOOD-1")


def test_taking_an_older_joining_back_leaves_the_newer_rule(world: Context) -> None:
    first = joining.join(world, "FLOOD-1", rule(regions=("48167",), standing=True))
    joining.join(world, "FLOOD-1", rule(standing=True))
    joining.undo(world, first.seq)
    assert joining.standing(world)["FLOOD-1"].regions == ("48201", "48167")


def test_a_claim_that_gets_a_place_joins_by_the_standing_rule(world: Context) -> None:
    joining.join(world, "FLOOD-1", rule(standing=True))
    waiting, _ = placing.queue(world)
    (lost,) = [w.claim_id for w in waiting if w.report_no.startswith("LOST")]
    assert "LOST-48201-0" not in members(world, "FLOOD-1")
    placing.place_in(world, [lost], "48201")
    assert "LOST-48201-0" in members(world, "FLOOD-1")


def test_a_claim_sent_by_the_api_joins_by_the_standing_rule(world: Context) -> None:
    joining.join(world, "FLOOD-1", rule(standing=True))
    key = key_of(world, create_key(world, "app", ["claims.write"]).secret)
    assert key is not None
    row = {"report_no": "A-1", "line": "home", "cause": "flood", "region_given": "48201", "loss_at": NOON_US - HOUR_US}
    Feed().take(world, key, [row], sha256="x")
    assert "A-1" in members(world, "FLOOD-1")


def test_an_area_also_means_claims_of_which_only_the_region_is_known(world: Context) -> None:
    # A box around the middle of Harris County, without that of Galveston County.
    drawn = rule(regions=(), area="-95.6,29.6\n-95.2,29.6\n-95.2,30.1\n-95.6,30.1")
    found = joining.preview(world, "FLOOD-1", drawn)
    assert (found.joining, found.regional, found.by_region) == (3, 3, (("48201", 3),))
    assert joining.preview(world, "FLOOD-1", replace(drawn, by_region=False)).joining == 0
    assert joining.preview(world, "FLOOD-1", replace(drawn, regions=("48167",))).joining == 0


@pytest.mark.parametrize(
    "area",
    [
        "-95.5, 29.7\n-95.3, 29.7\n-95.3, 29.8",
        "29.7, -95.5\n29.7, -95.3\n29.8, -95.3",  # as maps on the web copy it: lat, lon
        "(-95.5 29.7)\n(-95.3 29.7)\n(-95.3 29.8)",
        "-95.5，29.7\n-95.3，29.7\n-95.3，29.8",
    ],
)
def test_corners_are_read_in_the_ways_people_write_them(area: str) -> None:
    corners = ((-95.5, 29.7), (-95.3, 29.7), (-95.3, 29.8))
    assert joining.corners_of(area) == corners
    assert joining.written(corners).splitlines()[0] == "-95.5, 29.7"
    assert joining.corners_of(joining.written(corners)) == corners
    assert (joining.outline(area) or {})["type"] == "Polygon"


def test_what_is_no_area_draws_nothing() -> None:
    assert joining.corners_of("here") == ()
    assert joining.outline("here") is None


def test_claims_of_another_incident_stay_there(world: Context, flood: Incident) -> None:
    other = open_incident(world, replace(flood, incident_id="OTHER"))
    joining.join(world, "FLOOD-1", rule())
    found = joining.preview(world, other.incident_id, rule())
    assert (found.joining, found.elsewhere) == (0, 5)
    with pytest.raises(Refused, match="no claim would join"):
        joining.join(world, "OTHER", rule())


def test_a_catastrophe_code_is_kept_and_is_only_one_incidents(world: Context, flood: Incident) -> None:
    set_cat_code(world, "FLOOD-1", " CAT-2017-19 ")
    assert every_incident(world)[0].cat_code == "CAT-2017-19"
    open_incident(world, replace(flood, incident_id="OTHER"))
    with pytest.raises(Refused, match="already the code of FLOOD-1"):
        set_cat_code(world, "OTHER", "CAT-2017-19")


def test_exactly_what_was_shown_joins(world: Context) -> None:
    """Nothing was shown; a claim comes in before the click; it does not join, and the new number is said."""
    some = rule(regions=("48201",), perils=("hail",), without_cause=False)
    shown = joining.preview(world, "FLOOD-1", some)
    take(world, claims("48201", 1, prefix="LATE").assign(cause="hail"))
    with pytest.raises(Refused, match="1 claims would join now, not 0"):
        joining.join(world, "FLOOD-1", replace(some, standing=True), shown)
    assert joining.standing(world) == {} and members(world, "FLOOD-1") == {"HAD-48201-0"}
    assert joining.join(world, "FLOOD-1", some, joining.preview(world, "FLOOD-1", some)).claims == 1


def test_as_many_but_other_claims_are_not_what_was_shown(world: Context) -> None:
    shown = joining.preview(world, "FLOOD-1", rule())
    with world.store.write() as connection:
        connection.execute(claim.update().where(claim.c.report_no == "C-48167-0").values(cause="fire"))
    take(world, claims("48201", 1, prefix="NEW"))
    with pytest.raises(Refused, match="other claims would join now"):
        joining.join(world, "FLOOD-1", rule(), shown)


def test_claims_that_only_the_start_keeps_out_are_counted(world: Context) -> None:
    """OLD was lost 99 hours ago, the rule begins a day ago."""
    assert joining.preview(world, "FLOOD-1", rule()).earlier == 1
    assert joining.preview(world, "FLOOD-1", rule(since=NOON - timedelta(days=9))).earlier == 0
