"""Drills as the console and the command line see them: scripts, runs, reports."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from emergency.documents.summary import decision_lines, objective_lines, run_text, score_lines
from emergency.domain.drill.review import Moment, after_action
from emergency.domain.drill.scoring import Score
from emergency.domain.drill.script import DrillScript
from emergency.domain.playbook import Playbook
from emergency.domain.workspace import Profile
from emergency.library import FileFaults, Library
from emergency.library.drill_shelf import ShelvedDrill
from emergency.service.after_run import learn
from emergency.service.context import Context, Refused
from emergency.service.demo import stock_pool
from emergency.service.drill_play import DIRECTOR, Play
from emergency.service.drill_score import EVIDENCE, judge, keep_evidence, led
from emergency.service.grading import RESPONSE_RULES
from emergency.service.held import drill_area
from emergency.service.panel import appoint_seated
from emergency.service.reviewing import RUN, Subject
from emergency.service.running import FILES, context
from emergency.store import pool, records
from emergency.store.store import read_setting, write_setting
from emergency.texts import N_, Message, speaker

Progress = Callable[[float, Message], None]
LONGEST_NAME = 48  # of a workspace
FOLDERS = {"drill": "drills", "playbook": "playbooks", "rules": "data/rules"}


def scripts(ctx: Context) -> dict[str, DrillScript]:
    """The script that each id stands for: its newest version, shipped or own."""
    return {one.script.id: one.script for one in ctx.content.library.shelved_drills() if one.played}


def shelf(ctx: Context) -> dict[str, ShelvedDrill]:
    """Every version of every script by ``id@version``, the one an id stands for before the others."""
    found = sorted(ctx.content.library.shelved_drills(), key=lambda one: not one.played)
    return {one.reference: one for one in found}


def validate(library: Library, path: Path, language: str = "en") -> dict[str, Any]:
    """Check one script file; every fault with its line."""
    say = speaker(language)
    if not path.is_file():
        return {"file": str(path), "ok": False, "faults": [say("{file}: no such file", file=path)]}
    try:
        script = library.drill(path)
    except FileFaults as found:
        return {"file": str(path), "ok": False, "faults": [fault.spoken(say) for fault in found.faults]}
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
        script: a file, or a script of the shelf by its id, or id@version.
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
    name = workspace_name(loaded, auto, seed, origin)
    drill_ctx, run_id = make_workspace(ctx, loaded, playbook, auto, seed, origin, name)
    freeze(drill_ctx, Path(script), files_of(ctx, loaded, playbook))
    play = Play(drill_ctx, loaded, playbook, auto, seed)
    play.run(
        lambda share: tell(
            0.05 + 0.7 * share,
            Message(N_("Playing: {hours} h of drill time"), {"hours": round(share * loaded.clock.duration_s / 3600)}),
        )
    )
    tell(0.8, Message(N_("Playing the same claims with nobody moving, and with hindsight …")))
    scored, moments, evidence = judge(play)
    keep_evidence(play, evidence)
    return keep_run(ctx, play, run_id, scored, moments)


def workspace_name(script: DrillScript, auto: str, seed: int, origin: Context | None = None) -> str:
    """Its own for each way of playing: a run on another roster does not take the place of this one."""
    name = f"drill-{script.id}-{auto}-{seed}" + (f"-on-{origin.store.name}" if origin else "")
    if len(name) <= LONGEST_NAME:
        return name
    tail = hashlib.sha256(name.encode()).hexdigest()[:7]
    return f"{name[: LONGEST_NAME - 8].rstrip('-')}-{tail}"


def make_workspace(
    ctx: Context,
    script: DrillScript,
    playbook: Playbook,
    auto: str,
    seed: int,
    origin: Context | None,
    name: str,
    played: str = "",
) -> tuple[Context, str]:
    """A fresh workspace with the roster the drill starts from, and the run's id.

    Args:
        played: who plays and when, where it is people: their run has a number of its own.
    """
    inventory = script.initial_state.inventory
    if origin is None and inventory and not (ctx.content.data / "pool" / inventory).is_dir():
        known = ", ".join(sorted(p.name for p in (ctx.content.data / "pool").iterdir() if p.is_dir()))
        gaps = {"drill": script.id, "inventory": inventory, "known": known}
        text = N_("drill {drill} starts from inventory {inventory}, which is not under data/pool; known: {known}")
        raise Refused(Message(text, gaps))
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
    run_id = _run_id(begun, script, auto, seed, [origin.store.name if origin else "", played])
    with begun.store.write() as connection:
        begun.record(
            connection,
            "drill.start",
            script.id,
            {"run": run_id, "seed": seed, "auto": auto, "files": files_of(ctx, script, playbook)},
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


def _run_id(ctx: Context, script: DrillScript, auto: str, seed: int, more: list[str]) -> str:
    """Hash of file, seed, auto and initial state, and of where that came from: the same, the same run."""
    with ctx.store.read() as connection:
        state = {
            "adjusters": pool.adjusters(connection),
            "bases": pool.bases(connection),
            "stock": pool.goods(connection),
        }
    text = json.dumps([script.sha256, seed, auto, state, *filter(None, more)], sort_keys=True, default=str)
    return f"{script.id}-{hashlib.sha256(text.encode()).hexdigest()[:12]}"


def played_here(ctx: Context) -> str:
    """Id of the script that a drill's workspace was made for; "" in any other workspace."""
    if ctx.profile.kind != "drill":
        return ""
    with ctx.store.read() as connection:
        names: dict[str, str] = read_setting(connection, FILES, {})
    return next((name[len("drill ") :].partition("@")[0] for name in names if name.startswith("drill ")), "")


def files_of(ctx: Context, script: DrillScript, playbook: Playbook) -> dict[str, str]:
    rules = ctx.content.library.rules(RESPONSE_RULES)
    return {
        f"drill {script.id}@{script.version}": script.sha256,
        f"playbook {playbook.id}@{playbook.version}": playbook.sha256,
        f"rules {rules.id}@{rules.version}": rules.sha256,
    }


def freeze(drill: Context, script: Path, files: Mapping[str, str]) -> None:
    """Keep the text of every file the drill is played by, found by its hash."""
    library, texts = drill.content.library, {}
    for name, sha256 in files.items():
        shipped = sorted((library.root / FOLDERS[name.split(" ")[0]]).glob("*.yaml"))
        for path in [script, *shipped] if script.is_file() else shipped:
            raw = path.read_bytes()
            if hashlib.sha256(raw).hexdigest() == sha256:
                texts[name] = raw.decode("utf-8")
                break
        if name not in texts and name.startswith("playbook "):  # approved in the console, so in no folder
            texts[name] = library.playbook_text(sha256)
        if name not in texts and name.startswith("drill "):  # the house's own
            texts[name] = library.drill_text(sha256).decode("utf-8")
    with drill.store.write() as connection:
        write_setting(connection, FILES, texts)


def keep_run(
    ctx: Context,
    play: Play,
    run_id: str,
    scored: Score,
    moments: tuple[Moment, ...],
    auto: str = "",
    settled: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Keep a scored run here, with its after-action report; returns what `run_script` answers.

    Args:
        auto: what is said of who played, where it was not robots alone.
        settled: at ENDEX, as `held.at_endex` gives it: when and by whom it was played, and who is asked to rate it.
    """
    script, playbook = play.script, play.playbook
    review = after_action(script, scored, moments, {id: role.title for id, role in playbook.roles.items()})
    answer: dict[str, Any] = {
        "run": run_id,
        "drill": script.id,
        "version": script.version,
        "auto": auto or play.manner,
        "seed": play.seed,
        "playbook": f"{playbook.id}@{playbook.version}",
        "workspace": play.ctx.store.name,
        "files": files_of(ctx, script, playbook),
        "score": scored.to_json(),
        "review": review.to_json(),
    }
    settled = settled or {}
    answer["review"]["conduct"] = [one.to_json() for one in led(play)]
    answer["review"]["overview"] |= {"area": drill_area(play.ctx.regions, script, playbook)}
    if "held" in settled:
        answer["review"]["overview"] |= {"held": settled["held"]}
    _keep(ctx, script, answer, settled.get("evaluators", {}))
    learn(ctx, run_id)
    return answer


def _keep(ctx: Context, script: DrillScript, answer: Mapping[str, Any], panel: Mapping[str, Sequence[str]]) -> None:
    with ctx.store.write() as connection:
        first = records.run(connection, answer["run"]) is None
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
        if first:  # with the run itself: no evaluator finds a score that they are not asked to rate first
            appoint_seated(ctx, connection, Subject(RUN, answer["run"]), answer, panel)


# Reading ---------------------------------------------------------------------------------------------


def runs(ctx: Context) -> list[dict[str, Any]]:
    with ctx.store.read() as connection:
        return records.runs(connection)


def report(ctx: Context, run_id: str, language: str = "en") -> dict[str, Any]:
    """A kept run with its after-action report as text in a language.

    Raises:
        Refused: no such run here; lists those there are.
    """
    with ctx.store.read() as connection:
        found = records.run(connection, run_id)
        if found is None:
            known = ", ".join(r["run_id"] for r in records.runs(connection)) or "none yet"
            gaps = {"run": run_id, "workspace": ctx.store.name, "known": known}
            raise Refused(Message("there is no run {run} in workspace {workspace}; known: {known}", gaps))
    return found | {"text": run_text(found, speaker(language))}


def score_text(score: Mapping[str, Any], language: str = "en") -> list[str]:
    """A score in lines of text: overall, dimensions, objectives, decisions."""
    say = speaker(language)
    bare = {"score": score, "review": {"objectives": []}}  # from a log alone: roles by their ids
    return [*score_lines(score, say), *objective_lines(score, say), *decision_lines(bare, say)]


__all__ = ["EVIDENCE", "FileFaults", "report", "run_script", "runs", "score_text", "scripts", "shelf", "validate"]
