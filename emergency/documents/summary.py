"""A run and its score in a few lines of plain text, for a command line or a mail."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from emergency.documents.drill_words import Words, above, figure, minutes, offset
from emergency.documents.facts import Facts
from emergency.domain.drill.review import TOP_GAPS
from emergency.domain.drill.words import BANDS, DIMENSIONS
from emergency.texts import N_, Speaker


def score_lines(score: Mapping[str, Any], say: Speaker) -> list[str]:
    """The overall verdict, the dimensions, each objective; what was not rated says so."""
    rated = score["band"] in BANDS
    overall = say("{score} of 100, {band}", score=score["overall"], band=say(BANDS[score["band"]])) if rated else ""
    lines = [say("{label}: {value}", label=say("Overall"), value=overall or say("not rated"))]
    lines += [
        say("{label}: {value}", label=say(name), value=figure(score[key]) if score[key] is not None else say("n/a"))
        for key, name in DIMENSIONS.items()
    ]
    return lines


def objective_lines(
    score: Mapping[str, Any], say: Speaker, texts: Mapping[str, Mapping[str, str]] | None = None
) -> Iterator[str]:
    """One line each; texts: objective -> its text, where the run is at hand."""
    for one in score["objectives"]:
        band = say(BANDS[one["band"]]) if one["band"] in BANDS else say("not rated")
        text = say.of((texts or {}).get(one["id"], {}))
        yield f"  {one['id']}  {figure(one['score'])}  {band}  {text}".rstrip()


def decision_lines(run: Mapping[str, Any], say: Speaker) -> Iterator[str]:
    """What each plan cost above the best that could be known, and why; nothing where no plan was asked for."""
    words = Words(run, say)
    rows = words.score.get("decisions", [])
    if not rows:
        return
    yield from ("", say("Decisions about people, and the best that could be known"))
    for row in rows:
        text = N_("regret {minutes} min, {percent} %") if row["percent"] is not None else N_("regret {minutes} min")
        told = say(text, minutes=minutes(row["regret"]), percent=above(row["percent"]))
        why = say(", ").join(words.why(row)[:1]) if row["regret"] or row["void"] else ""
        yield "  ".join(filter(None, (f"  {offset(row['at_s'])}", words.decision(row), told, why)))
    if whole := words.regret_of_all():
        yield f"  {whole}"


def run_text(run: Mapping[str, Any], say: Speaker) -> str:
    """The report of a kept run as text: what it was, the verdict, the objectives, the largest gaps, its files."""
    told = Facts(run, say)
    seed = say("seed {seed}", seed=run["seed"])
    lines = [
        say("After-action report: {title}", title=run["title"]),
        f"{run['run_id']} · {seed}",
        *(say("{label}: {value}", label=label, value=value) for label, value in told.told_first()),
        "",
        told.spoken(run["review"]["verdict"]),
        *told.reasons(),
        "",
        *score_lines(run["score"], say),
        "",
        say("Objectives"),
        *objective_lines(run["score"], say, told.texts),
    ]
    lines += decision_lines(run, say)
    if gaps := run["review"]["gaps"][:TOP_GAPS]:
        lines += ["", say("The three largest gaps"), *(f"  {told.spoken(gap['text'])}" for gap in gaps)]
    if voids := run["score"]["voids"]:
        lines += ["", say("Left out of the score"), *(f"  {one['id']}: {told.spoken(one['why'])}" for one in voids)]
    lines += ["", say("File frozen at the start"), *(f"  {name}  {sha}" for name, sha in sorted(run["files"].items()))]
    return "\n".join(lines)
