"""Whatever changes a figure, by whatever door: the server's own timetable holds the level against the rules again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from emergency.bootstrap import Running
from emergency.domain.incident import Incident
from emergency.jobs import lifespan
from emergency.service import chores, compound, joining, placing, watch
from emergency.service.alerts import receive as receive_alert
from emergency.service.context import Context, WallClock
from emergency.service.feed import Feed
from emergency.service.importing import import_claims, mapping_named, receive
from emergency.service.incident_correction import correct
from emergency.service.keys import create_key, key_of
from emergency.service.record_files import import_records
from emergency.service.response import mark_impact, open_incident, record_fact
from emergency.service.running import WorkspaceClock, move_clock
from emergency.store import claims as claim_store
from emergency.store import incidents, levels
from tests.intake.alerts.messages import cap
from tests.service.worlds import HOUR_US, NOON_US, claims

FLOOD, OTHER, HARRIS = "FLOOD-1", "OTHER-1", "48201"


@dataclass
class Server:
    """The jobs as the server runs them, turn by turn; ``looked`` are the incidents graded since the last turn."""

    ctx: Context
    jobs: list[Callable[[], None]]
    wall: datetime
    looked: list[str]

    def turn(self, seconds: float = 10) -> list[str]:
        """So much later on the wall; what was looked at."""
        self.wall += timedelta(seconds=seconds)
        self.looked.clear()
        for job in self.jobs:
            job()
        return list(dict.fromkeys(self.looked))

    def pass_(self, seconds: float) -> None:
        """So much later in the workspace, whose time people move."""
        move_clock(self.ctx, "set", self.ctx.now() + timedelta(seconds=seconds))


@pytest.fixture
def server(
    running: Running, ctx: Context, flood: Incident, monkeypatch: pytest.MonkeyPatch
) -> Server:
    looked: list[str] = []
    graded = watch.evaluate

    def seen(one: Context, incident_id: str) -> object:
        looked.append(incident_id)
        return graded(one, incident_id)

    monkeypatch.setattr(watch, "evaluate", seen)
    made = Server(ctx, [], datetime.now(UTC).replace(microsecond=0), looked)

    class Stepping(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:
            return made.wall

    monkeypatch.setattr(lifespan, "datetime", Stepping)
    made.jobs = [job.func for job in lifespan.timetable(running).get_jobs()]
    open_incident(ctx, replace(flood, incident_id=OTHER, title={"en": "Other", "zh": "其他"}))
    receive(ctx, claims(HARRIS, 3), source="first", incident_id=FLOOD)
    lost = claims(HARRIS, 1, prefix="LOST").assign(region_given="nowhere")
    receive(ctx, lost, source="first", incident_id=FLOOD)
    joining.join(ctx, FLOOD, replace(joining.rule_for(ctx, flood), standing=True))
    made.turn()
    return made


Door = Callable[[Context, Path], object]


def claims_file(ctx: Context, folder: Path) -> None:
    path = folder / "claims.csv"
    path.write_text("report_no,loss_at,reported_at,line,region\nN-1,2017-08-29 10:00,2017-08-29 11:00,home,48201\n")
    import_claims(ctx, path, mapping_named(ctx, "plain"), incident_id=FLOOD)


def claims_of_the_api(ctx: Context, folder: Path) -> None:
    key = key_of(ctx, create_key(ctx, "app", ["claims.write"]).secret)
    assert key is not None
    row = {"report_no": "A-1", "line": "home", "cause": "flood", "region_given": HARRIS, "loss_at": NOON_US - HOUR_US}
    Feed().take(ctx, key, [row], sha256="x")


def casualty_list(ctx: Context, folder: Path) -> None:
    path = folder / "dead.csv"
    path.write_text("地区,死亡人数,失踪人数,截止时间,发布单位\nHarris,3,1,2017-08-28 12:00,County\n", encoding="utf-8")
    import_records(ctx, path, mapping_named(ctx, "zh-casualties"), incident_id=FLOOD)


def messages_about_claims(ctx: Context, folder: Path) -> None:
    path = folder / "messages.csv"
    path.write_text(f"report_no,kind,at,outstanding\nC-{HARRIS}-0,figures,2017-08-29 11:00,900\n")
    import_records(ctx, path, mapping_named(ctx, "plain-messages"), source="first")


def lost_claim_placed(ctx: Context, folder: Path) -> None:
    with ctx.store.read() as connection:
        waiting = claim_store.unlocated(connection, limit=5)
    placing.place_in(ctx, [int(w.claim_id) for w in waiting], HARRIS)


def version(ctx: Context) -> int:
    with ctx.store.read() as connection:
        found = incidents.get(connection, FLOOD)
    assert found is not None
    return found.version


def fact(metric: str, value: object) -> Door:
    return lambda ctx, _folder: record_fact(ctx, metric, value, incident_id=FLOOD, source="bureau")


DOORS: dict[str, Door] = {
    "claims from a file": claims_file,
    "claims sent by the API": claims_of_the_api,
    "claims of a feed": lambda ctx, _: receive(ctx, claims(HARRIS, 2, prefix="D"), source="s", incident_id=FLOOD),
    "a list of casualties": casualty_list,
    "an alert": lambda ctx, _: receive_alert(ctx, cap(), "one.cap"),
    "a figure": fact("casualties.insured_deaths", 1),
    "a figure of the industry": fact("industry.payout.property_estimated", 10_000_000),
    "our share of the market": fact("own.market_share", 0.2),
    "a forecast": fact("forecast.payout.property_estimated", 10_000_000),
    "a link under another command": lambda ctx, _: compound.link(ctx, FLOOD, OTHER),
    "a claim that found its place": lost_claim_placed,
    "claims that leave again": lambda ctx, _: joining.undo(ctx, joining.acts(ctx, FLOOD)[0][0].seq),
    "the impact": lambda ctx, _: mark_impact(ctx, FLOOD),
    "a correction of the report": lambda ctx, _: correct(ctx, FLOOD, version(ctx), regions=(HARRIS,)),
}


def test_a_change_by_any_door_is_looked_at_in_the_next_turn_and_once(server: Server, tmp_path: Path) -> None:
    assert server.turn() == [], "nothing has happened"
    missed, often = [], []
    for name, door in DOORS.items():
        door(server.ctx, tmp_path)
        missed += [] if FLOOD in server.turn() else [name]
        often += [name] if server.turn() else []
    assert (missed, often) == ([], [])


def test_where_nothing_happens_every_level_is_looked_at_every_ten_minutes_and_not_sooner(server: Server) -> None:
    """The time of a demo runs with the wall; its journal stays as it is."""
    ctx = server.ctx
    move_clock(ctx, "resume")
    clock = chores.context(ctx.content, ctx.store.name, ctx.actor).clock
    assert isinstance(clock, WorkspaceClock)
    start = server.wall

    class Wall(WallClock):
        def now(self) -> datetime:
            return begun + (server.wall - start)

    begun = datetime.now(UTC)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("emergency.service.running.WallClock", Wall)
        server.turn()
        looks = [number for number in range(1, 121) if FLOOD in server.turn(10)]
    assert [b - a for a, b in pairwise(looks)] == [60]
    assert len(looks) == 2, "twenty minutes in steps of ten seconds"


def test_an_outage_grows_into_a_level_while_nobody_does_anything(server: Server, flood: Incident) -> None:
    ctx = server.ctx
    open_incident(ctx, replace(flood, incident_id="OUT", kind="system_failure", perils=()))
    record_fact(ctx, "outage.one_province_minutes", 25, incident_id="OUT", source="it")
    server.turn()
    server.pass_(600)
    assert "OUT" in server.turn()
    with ctx.store.read() as connection:
        newest = levels.proposals(connection, "OUT", jurisdiction="", value="response", limit=1)
    assert newest and newest[0]["level"] is not None


def test_a_workspace_at_rest_is_left_alone(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its clock stands and its journal is as long as it was: no chore is begun."""
    begun: list[str] = []
    monkeypatch.setattr(chores, "CHORES", (lambda one: begun.append(one.store.name),))
    server.turn()
    begun.clear()
    server.turn(15)
    assert "texas" not in begun and "live" in begun
    record_fact(server.ctx, "casualties.insured_deaths", 1, incident_id=FLOOD, source="bureau")
    server.turn(15)
    assert "texas" in begun
