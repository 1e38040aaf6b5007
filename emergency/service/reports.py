"""What is handed over after a drill: the after-action report as Word or PDF, and the drill on a map."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from emergency.documents.after_action import after_action
from emergency.documents.docx import docx_bytes
from emergency.documents.drill_words import named, offset
from emergency.documents.pdf import pdf_bytes
from emergency.documents.replay import Frame, Place, Replay, replay_html
from emergency.domain.drill.evidence import PLAYED, Evidence
from emergency.domain.drill.world import Stay, World, play, stays
from emergency.geo.regions import RegionSet
from emergency.service.context import Context, Refused
from emergency.service.drill_log import played
from emergency.service.drill_score import EVIDENCE
from emergency.service.drills import report
from emergency.service.learning import learning
from emergency.service.reviewing import RUN, Subject
from emergency.texts import N_, Message, Speaker, speaker

# Format -> (suffix of the file, media type).
FORMATS = {
    "docx": ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "pdf": ("pdf", "application/pdf"),
    "html": ("html", "text/html"),
}
MOST_FRAMES = 97
STEPS_S = (300, 600, 900, 1800, 3600, 7200, 10_800, 21_600)
MARK = N_("【演练】EXERCISE – nothing here happened")


def document(ctx: Context, run_id: str, form: str, language: str = "en") -> bytes:
    """One document on a kept run; the same run gives the same bytes.

    Args:
        form: docx, pdf or html (the map replay).

    Raises:
        Refused: no such run or format; for the replay also a run whose workspace was played anew since.
    """
    if form not in FORMATS:
        raise Refused(Message("format {format} is not one of {known}", {"format": form, "known": ", ".join(FORMATS)}))
    say = speaker(language)
    if form == "html":
        return replay_html(replay(ctx, run_id, say), say).encode()
    run = report(ctx, run_id)
    story = after_action(run | {"learning": learning(ctx, Subject(RUN, run_id), run)}, say)
    return docx_bytes(story) if form == "docx" else pdf_bytes(story)


def file_name(run: Mapping[str, Any], form: str, language: str) -> str:
    return f"{run['run_id']}.{language}.{FORMATS[form][0]}"


def replay(ctx: Context, run_id: str, say: Speaker) -> Replay:
    """The run as moments on a map: open claims and people by region, and what had happened."""
    run = report(ctx, run_id)
    drill, _ = played(ctx, run)
    world = Evidence.from_json(drill.store.setting(EVIDENCE)).worlds[PLAYED]
    frames = list(_frames(world, run, say))
    codes = {code for frame in frames for code in (*frame.claims, *frame.people)}
    places = [_place(drill.regions, code, say) for code in sorted(codes) if drill.regions.known(code)]
    if not places:
        text = N_("run {run} has no region that is on the map; there is nothing to replay")
        raise Refused(Message(text, {"run": run_id}))
    known = [place.code for place in places]
    above = sorted({code for place in known for code in drill.regions.ancestors(place)} - set(known))
    shapes, ground = _outlines(drill.regions, known), _outlines(drill.regions, above)
    return Replay(
        title=say("Drill map: {title}", title=run["title"]),
        mark=say(MARK),
        credit=drill.regions.source,
        places=[replace(place, outline=shapes.get(place.code)) for place in places],
        frames=[_kept(frame, set(known)) for frame in frames],
        ground=[ground[code] for code in above if code in ground],
    )


def _kept(frame: Frame, known: set[str]) -> Frame:
    kept = [{code: n for code, n in counts.items() if code in known} for counts in (frame.claims, frame.people)]
    return Frame(frame.label, kept[0], kept[1], frame.happened)


def _place(regions: RegionSet, code: str, say: Speaker) -> Place:
    lon, lat = regions.point(code)
    return Place(code, regions.name(code, say.language), lon, lat)


def _outlines(regions: RegionSet, codes: Iterable[str]) -> dict[str, Any]:
    """Outlines where they may be cut out; in China a part of a map may not be handed over as a map of its own."""
    wanted = set(codes)
    if not regions.has_polygons or regions.id.startswith("cn"):
        return {}
    shapes: dict[str, Any] = {}
    for level in {regions.level_of(code) for code in wanted}:
        found = json.loads(regions.asset(level).read_text(encoding="utf-8"))
        shapes.update({f["id"]: f["geometry"] for f in found["features"] if f["id"] in wanted})
    return shapes


def _frames(world: World, run: Mapping[str, Any], say: Speaker) -> Iterator[Frame]:
    work, present = play(world), stays(world)
    told = [(moment["at_s"], _line(moment, run, say)) for moment in run["review"]["timeline"]]
    before = -1
    for now in moments(world.end_s):
        open_now = (work.claims.arrival_s <= now) & (work.surveyed_s > now)
        claims = Counter(str(region) for region in work.claims.region[np.flatnonzero(open_now)])
        happened = [text for at_s, text in told if before < at_s <= now]
        yield Frame(offset(now), dict(sorted(claims.items())), _present(present, now), happened)
        before = now


def moments(end_s: int) -> list[int]:
    """Seconds at which the map is shown: as fine as the slider can bear, the end included."""
    step = next((s for s in STEPS_S if end_s / s < MOST_FRAMES), STEPS_S[-1])
    return [*range(0, end_s, step), end_s]


def _present(present: Sequence[Stay], now: int) -> dict[str, int]:
    return dict(sorted(Counter(s.region for s in present if s.from_s <= now < s.until_s).items()))


def _line(moment: Mapping[str, Any], run: Mapping[str, Any], say: Speaker) -> str:
    return f"{offset(moment['at_s'])} {named(moment, run['review'], say)}"
