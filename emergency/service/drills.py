"""Drills as the console and the command line see them: scripts, runs, reports."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from emergency.domain.act import ACTS
from emergency.domain.allocation import Adjuster, GreatCircleTravel, allocate
from emergency.domain.claim import LINES
from emergency.domain.drill import hindsight, step
from emergency.domain.drill.answer import Act, Delivery, Truth
from emergency.domain.drill.evidence import BASELINE, PLAYED, Evidence, LevelReading
from emergency.domain.drill.facts import of_claims
from emergency.domain.drill.measures import outages
from emergency.domain.drill.review import Moment, after_action, timeline
from emergency.domain.drill.scoring import Score, score
from emergency.domain.drill.script import DrillScript
from emergency.domain.drill.world import FieldPerson, TrueClaims, World
from emergency.domain.instant import to_us
from emergency.domain.level import RuleSet, grade
from emergency.domain.playbook import Playbook
from emergency.domain.workspace import Profile
from emergency.library import FileFaults, Library
from emergency.service.allocation import is_surveyor, roster
from emergency.service.context import Context, Refused
from emergency.service.demo import stock_pool
from emergency.service.drill_play import DIRECTOR, Play
from emergency.service.grading import RESPONSE_RULES, in_currency
from emergency.service.running import context
from emergency.store import journal, pool, records
from emergency.store.store import write_setting
from emergency.texts import N_, Message, speaker

Progress = Callable[[float, Message], None]
# Settings of a drill's workspace: what its score rests on, and its files as they were at the start.
EVIDENCE, FILES = "drill.evidence", "drill.files"
FOLDERS = {"drill": "drills", "playbook": "playbooks", "rules": "data/rules"}


def scripts(ctx: Context) -> dict[str, DrillScript]:
    """Every shipped script by its id."""
    return {d.id: d for d in ctx.content.library.drills()}


def validate(library: Library, path: Path) -> dict[str, Any]:
    """Check one script file; every fault with its line."""
    if not path.is_file():
        return {"file": str(path), "ok": False, "faults": [f"{path}: no such file"]}
    try:
        script = library.drill(path)
        library.playbook(script.playbook)
    except FileFaults as found:
        return {"file": str(path), "ok": False, "faults": [str(f) for f in found.faults]}
    return {"file": str(path), "ok": True, "faults": [], "id": script.id, "version": script.version}


def run_script(
    ctx: Context,
    script: Path | str,
    *,
    auto: str = "scripted",
    seed: int | None = None,
    origin: Context | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Play a script headless on a workspace of its own and keep the run here.

    Args:
        ctx: where the run is kept.
        script: a file, or the id of a shipped script.
        auto: none, scripted or best – how robots fill the seats.
        seed: of the claim streams and the robots; the script's own unless given.
        origin: a workspace whose roster and stock are copied; the script's own inventory unless given.

    Returns:
        ``{"run", "score", …}``; the same file, seed, auto and initial state give the same answer.
    """
    tell = progress or (lambda _share, _what: None)
    loaded = ctx.content.library.drill(script)
    playbook = ctx.content.library.playbook(loaded.playbook)
    seed = loaded.clock.seed if seed is None else seed
    tell(0.02, Message(N_("Making a workspace of its own …")))
    drill_ctx, run_id = _workspace(ctx, loaded, playbook, auto, seed, origin)
    _freeze(drill_ctx, Path(script), _files(ctx, loaded, playbook))
    play = Play(drill_ctx, loaded, playbook, auto, seed)
    play.run(
        lambda share: tell(
            0.05 + 0.7 * share,
            Message(N_("Playing: {hours} h of drill time"), {"hours": round(share * loaded.clock.duration_s / 3600)}),
        )
    )
    tell(0.8, Message(N_("Playing the same claims with nobody moving, and with hindsight …")))
    scored, moments = _score(play)
    review = after_action(loaded, scored, moments, {id: role.title for id, role in playbook.roles.items()})
    answer = {
        "run": run_id,
        "drill": loaded.id,
        "version": loaded.version,
        "auto": auto,
        "seed": seed,
        "playbook": f"{playbook.id}@{playbook.version}",
        "workspace": drill_ctx.store.name,
        "files": _files(ctx, loaded, playbook),
        "score": scored.to_json(),
        "review": review.to_json(),
    }
    _keep(ctx, loaded, answer)
    return answer


def _workspace(
    ctx: Context, script: DrillScript, playbook: Playbook, auto: str, seed: int, origin: Context | None
) -> tuple[Context, str]:
    """A fresh workspace with the roster the drill starts from, and the run's id."""
    inventory = script.initial_state.inventory
    if origin is None and inventory and not (ctx.content.data / "pool" / inventory).is_dir():
        known = ", ".join(sorted(p.name for p in (ctx.content.data / "pool").iterdir() if p.is_dir()))
        raise Refused(
            f"drill {script.id} starts from inventory {inventory!r}, which is not under data/pool; known: {known}"
        )
    name = f"drill-{script.id}-{auto}-{seed}"[:48].rstrip("-")
    profile = _profile(ctx, script, playbook, origin)
    workspaces = ctx.content.workspaces
    if origin is not None:
        workspaces.fork(name, origin.store)
    else:
        workspaces.drop(name)
        workspaces.open(name)
    with workspaces.open(name).write() as connection:
        write_setting(connection, "profile", profile.to_json())
    made = context(ctx.content, name, DIRECTOR)
    begun = Play(made, script, playbook, auto, seed).at(0)
    if origin is None and inventory:
        stock_pool(begun, inventory)
    run_id = _run_id(begun, script, auto, seed)
    with begun.store.write() as connection:
        begun.record(
            connection,
            "drill.start",
            script.id,
            {"run": run_id, "seed": seed, "auto": auto, "files": _files(ctx, script, playbook)},
        )
    return made, run_id


def _profile(ctx: Context, script: DrillScript, playbook: Playbook, origin: Context | None) -> Profile:
    codes = [r for s in script.claim_streams for r in s.regions] or list(playbook.regions)
    chinese = len(codes[0]) == 6
    levels = ctx.content.regions.get("cn" if chinese else "us")
    level = levels.level_of(codes[0]) if levels.known(codes[0]) else levels.levels[-1]
    currency = script.claim_streams[0].amount.currency if script.claim_streams else "CNY"
    return Profile(
        kind="drill",
        title=dict(script.title),
        region_set="cn" if chinese else "us",
        region_level=level,
        timezone="Asia/Shanghai" if chinese else "America/Chicago",
        currency=currency,
        pool=origin.profile.pool if origin else script.initial_state.inventory,
    )


def _run_id(ctx: Context, script: DrillScript, auto: str, seed: int) -> str:
    """Hash of file, seed, auto and initial state: the same four, the same run."""
    with ctx.store.read() as connection:
        state = {
            "adjusters": pool.adjusters(connection),
            "bases": pool.bases(connection),
            "stock": pool.goods(connection),
        }
    text = json.dumps([script.sha256, seed, auto, state], sort_keys=True, default=str)
    return f"{script.id}-{hashlib.sha256(text.encode()).hexdigest()[:12]}"


def _files(ctx: Context, script: DrillScript, playbook: Playbook) -> dict[str, str]:
    rules = ctx.content.library.rules(RESPONSE_RULES)
    return {
        f"drill {script.id}@{script.version}": script.sha256,
        f"playbook {playbook.id}@{playbook.version}": playbook.sha256,
        f"rules {rules.id}@{rules.version}": rules.sha256,
    }


def _freeze(drill: Context, script: Path, files: Mapping[str, str]) -> None:
    """Keep the text of every file the drill is played by, found by its hash."""
    root, texts = drill.content.library.root, {}
    for name, sha256 in files.items():
        shipped = sorted((root / FOLDERS[name.split(" ")[0]]).glob("*.yaml"))
        for path in [script, *shipped] if script.is_file() else shipped:
            raw = path.read_bytes()
            if hashlib.sha256(raw).hexdigest() == sha256:
                texts[name] = raw.decode("utf-8")
                break
        if name not in texts and name.startswith("playbook "):  # approved in the console, so in no folder
            texts[name] = drill.content.library.playbook_text(sha256)
    with drill.store.write() as connection:
        write_setting(connection, FILES, texts)


def _keep(ctx: Context, script: DrillScript, answer: Mapping[str, Any]) -> None:
    with ctx.store.write() as connection:
        records.drop_run(connection, answer["run"])
        records.add_run(
            connection,
            run_id=answer["run"],
            drill_id=script.id,
            drill_version=script.version,
            title=dict(script.title),
            auto=answer["auto"],
            seed=answer["seed"],
            workspace=answer["workspace"],
            finished_us=ctx.now_us(),
            score=answer["score"],
            review=answer["review"],
            files=answer["files"],
        )
        score_ = answer["score"]
        ctx.record(
            connection,
            "drill.finish",
            answer["run"],
            {"drill": script.id, "seed": answer["seed"], "auto": answer["auto"], "overall": score_["overall"]},
        )


# Scoring from the drill's own journal ---------------------------------------------------------------


def _score(play: Play) -> tuple[Score, tuple[Moment, ...]]:
    with play.ctx.store.read() as connection:
        entries = list(journal.entries(connection))
    acts, deliveries = from_journal(entries, play.start)
    worlds, readings = _worlds(play), dict[int, LevelReading]()
    truth = Truth(level_at=lambda second: readings.setdefault(second, _reading(play, second)).level)
    outcomes = Evidence((), worlds).outcomes(play.script.outcomes)
    scored = score(play.script, acts, deliveries, outcomes, truth)
    _keep_evidence(play, Evidence(tuple(readings[second] for second in sorted(readings)), worlds))
    return scored, timeline(play.script, acts, deliveries, scored)


def _keep_evidence(play: Play, evidence: Evidence) -> None:
    """What the score rests on beside the journal, and in the journal the hash of it."""
    record = evidence.to_json()
    ctx = play.at(play.script.clock.duration_s)
    with ctx.store.write() as connection:
        write_setting(connection, EVIDENCE, record)
        ctx.record(connection, "drill.evidence", play.script.id, {"sha256": evidence_hash(record)})


def evidence_hash(record: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(record, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def from_journal(entries: Iterable[journal.Entry], start: datetime) -> tuple[list[Act], list[Delivery]]:
    """The acts of players and the injects that reached them, in seconds since ``start``."""
    start_us = to_us(start)
    acts, deliveries = [], []
    for entry in entries:
        at_s = (entry.happened_us - start_us) // 1_000_000
        body = entry.facts()
        if entry.action == "drill.inject":
            deliveries.append(Delivery(body["inject"], at_s, entry=entry.seq))
        elif entry.action in ACTS:
            # An authority confirms a level in the seat of the role whose task it is.
            role = str(body.get("for_role") or body.get("role", ""))
            acts.append(Act(at_s, role, entry.actor, entry.action, body, entry.seq))
    return acts, deliveries


def _reading(play: Play, second: int) -> LevelReading:
    """What the frozen rules give at a second, from noise-free facts."""
    rules = play.ctx.content.library.rules(RESPONSE_RULES)
    drawn = step.state_facts(play.script, play.state, second, of_claims(play.claims, second))
    known, _ = in_currency(play.ctx, drawn, rules, play.at(second).now())
    return LevelReading(second, level_by(rules, play.playbook, known), known)


def level_by(rules: RuleSet, playbook: Playbook, facts: Mapping[str, Any]) -> int | None:
    return grade(rules, playbook.incident_types[0], facts, overrides=playbook.overrides).level


def _worlds(play: Play) -> dict[str, World]:
    """The field as played and, where outcomes are judged, with nobody moving and with hindsight."""
    people = tuple(
        FieldPerson(a["adjuster_id"], a["region"], frozenset(a["skills"]) & frozenset(LINES))
        for a in roster(play.ctx)
        if frozenset(a["skills"]) & frozenset(LINES)
    )
    played = World(
        claims=TrueClaims(*play.true_claims()),
        people=people,
        end_s=play.script.clock.duration_s,
        plans=tuple(play.plans),
        seats=tuple(play.seats),
        outages=_outages(play, with_acts=True),
        committed=dict(play.committed),
        midnight_s=play.midnight_s,
    )
    if not play.script.outcomes:
        return {PLAYED: played}
    seats = sum("fnol_agent" in a["skills"] for a in roster(play.ctx))
    return {
        PLAYED: played,
        BASELINE: hindsight.baseline_world(played, _outages(play, with_acts=False)),
        **{
            f"hindsight-{ahead}": hindsight.hindsight_world(played, _dispatcher(play), seats, ahead)
            for ahead in hindsight.LOOKAHEADS
        },
    }


def _outages(play: Play, *, with_acts: bool) -> tuple[tuple[int, int], ...]:
    state = play.state if with_acts else step.DrillState(fired=play.state.fired, at_s=play.state.at_s)
    changed = [
        (c.at_s, "manual_fnol" if c.metric == "policy.manual_fnol" else c.metric, str(c.value))
        for c in step.changes(play.script, state)
    ]
    return outages(changed, play.script.clock.duration_s)


def _dispatcher(play: Play) -> hindsight.Dispatch:
    """The allocation engine as a dispatcher that is told the true demand."""
    everyone = [a for a in roster(play.ctx) if is_surveyor(a)]
    regions = play.ctx.regions
    codes = {a["region"] for a in everyone} | {str(r) for r in play.true_claims()[1]}
    travel = GreatCircleTravel({c: regions.point(c) for c in sorted(codes) if regions.known(c)})
    people = [
        Adjuster(a["adjuster_id"], a["region"], frozenset(a["skills"]), frozenset(a["licences"]), 1) for a in everyone
    ]
    return hindsight.dispatch_with(allocate, people, travel, licence_of=regions.licence)


# Reading ---------------------------------------------------------------------------------------------


def runs(ctx: Context) -> list[dict[str, Any]]:
    with ctx.store.read() as connection:
        return records.runs(connection)


def report(ctx: Context, run_id: str) -> dict[str, Any]:
    """A kept run with its after-action report as text.

    Raises:
        Refused: no such run here; lists those there are.
    """
    with ctx.store.read() as connection:
        found = records.run(connection, run_id)
        if found is None:
            known = ", ".join(r["run_id"] for r in records.runs(connection)) or "none yet"
            raise Refused(f"there is no run {run_id!r} in workspace {ctx.store.name!r}; known: {known}")
    return found | {"text": _text(found)}


def _text(run: Mapping[str, Any]) -> str:
    say, scored = speaker("en"), run["score"]
    lines = [
        f"After-action report: {say.of(run['title'])}",
        f"run {run['run_id']}, auto {run['auto']}, seed {run['seed']}",
        "",
        f"overall {scored['overall']} ({scored['band']}); timeliness {scored['timeliness']},"
        f" accuracy {scored['accuracy']}, effectiveness {scored['effectiveness']}",
        "",
        *(f"  {o['id']}: {o['score']} ({o['band']})" for o in scored["objectives"]),
        "",
        "files:",
        *(f"  {name}  {sha}" for name, sha in sorted(run["files"].items())),
    ]
    return "\n".join(lines)


__all__ = ["FileFaults", "report", "run_script", "runs", "scripts", "validate"]
