"""The log of a drill as one file, and the score worked out again from it alone.

One JSON object per line. Every line carries the hash of itself and of all lines before it, so that a
change is found and named; the journal's own chain is checked as well. The file holds the script, the
playbook and the rules as they were, every journal entry of the drill's workspace, what the simulation
alone knew, and the score that was given. Scoring it needs no store.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from emergency.domain.drill.answer import Truth
from emergency.domain.drill.evidence import PLAYED, Evidence
from emergency.domain.drill.scoring import Score, score
from emergency.domain.drill.script import DrillScript
from emergency.domain.level import RuleSet
from emergency.domain.playbook import Playbook
from emergency.library import FileFaults
from emergency.library.drills import load_drill
from emergency.library.playbooks import load_playbook
from emergency.library.rules import load_rules
from emergency.service.context import Context, Refused
from emergency.service.drill_score import EVIDENCE, evidence_hash, from_journal, leaps_of, level_by
from emergency.service.drills import report
from emergency.service.grading import RESPONSE_RULES
from emergency.service.running import FILES, context
from emergency.store import journal
from emergency.texts import N_, Message

FORMAT = "drill-log/1.1"
MOST_BYTES = 200 << 20


@dataclass(frozen=True)
class Line:
    """One line as it was read: its number from 1, its kind and what it holds."""

    number: int
    kind: str
    holds: Mapping[str, Any]


# Writing ---------------------------------------------------------------------------------------------


def export(ctx: Context, run_id: str, out: Path) -> dict[str, Any]:
    """Write the log of a run.

    Returns:
        ``{"run", "file", "lines", "entries", "sha256"}`` – the hash of the whole file.

    Raises:
        Refused: no such run; its workspace was played anew since; its files were changed since.
    """
    lines = list(_chained(_holdings(ctx, run_id)))
    text = "".join(lines)
    out.write_text(text, encoding="utf-8")
    entries = sum(json.loads(line)["kind"] == "entry" for line in lines)
    sha = hashlib.sha256(text.encode()).hexdigest()
    return {"run": run_id, "file": str(out), "lines": len(lines), "entries": entries, "sha256": sha}


def _chained(holdings: Iterator[tuple[str, Mapping[str, Any]]]) -> Iterator[str]:
    before = ""
    for kind, holds in holdings:
        row = {"kind": kind, **holds}
        before = _line_hash(before, row)
        yield json.dumps({**row, "line_hash": before}, ensure_ascii=False, sort_keys=True) + "\n"


def _line_hash(before: str, row: Mapping[str, Any]) -> str:
    return hashlib.sha256((before + json.dumps(row, ensure_ascii=False, sort_keys=True)).encode()).hexdigest()


def played(ctx: Context, run: Mapping[str, Any]) -> tuple[Context, list[journal.Entry]]:
    """The workspace a run was played in and its journal, while it still holds this run.

    Raises:
        Refused: the workspace was played anew since, or before evidence was kept.
    """
    drill = context(ctx.content, run["workspace"], ctx.actor)
    with drill.store.read() as connection:
        entries = list(journal.entries(connection))
    found = next((e.facts().get("run") for e in reversed(entries) if e.action == "drill.start"), None)
    if found != run["run_id"]:
        gaps = {"workspace": run["workspace"], "now": found or "–", "run": run["run_id"]}
        text = N_(
            "the workspace {workspace} holds run {now} now, so the journal of {run} is gone; "
            "play it again with the same roster to get the same run"
        )
        raise Refused(Message(text, gaps))
    if drill.store.setting(EVIDENCE) is None or drill.store.setting(FILES) is None:
        raise Refused(Message("run {run} was played before evidence was kept; play it again", {"run": run["run_id"]}))
    return drill, entries


def _holdings(ctx: Context, run_id: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    run = report(ctx, run_id)
    drill, entries = played(ctx, run)
    evidence = drill.store.setting(EVIDENCE)
    head = {k: run[k] for k in ("run_id", "drill_id", "drill_version", "title", "auto", "seed", "files")}
    yield "head", {"format": FORMAT, **head}
    for name, text in drill.store.setting(FILES).items():
        yield "file", {"name": name, "text": text}
    for entry in entries:
        yield "entry", asdict(entry)
    yield "evidence", {"evidence": evidence}
    yield "score", {"score": run["score"]}
    yield "end", {"entries": len(entries)}


# Reading ---------------------------------------------------------------------------------------------


def score_log(path: Path) -> dict[str, Any]:
    """Work out the score of an exported log again, from the file alone.

    Returns:
        ``{"run", "same", "score", "differences"}``: same = equal to the score in the log, digit by digit.

    Raises:
        Refused: the file was changed or cut; the message names the line.
    """
    lines = list(_read(path))
    by_kind = {line.kind: line for line in lines}
    head, stored = by_kind["head"].holds, by_kind["score"].holds["score"]
    entries = _entries(path, lines)
    script, playbook, rules = _content(path, lines, head["files"])
    evidence = _evidence(path, by_kind["evidence"], entries, rules, playbook)
    found = json.loads(json.dumps(_score(script, entries, evidence).to_json()))
    differences = sorted(_differences(found, stored))
    return {
        "run": head["run_id"],
        "drill": f"{head['drill_id']}@{head['drill_version']}",
        "seed": head["seed"],
        "entries": len(entries),
        "head": entries[-1].hash if entries else journal.GENESIS,
        "files": head["files"],
        "same": not differences,
        "differences": differences,
        "score": found,
    }


def _read(path: Path) -> Iterator[Line]:
    if not path.is_file():
        raise Refused(f"{path}: no such file; `emergency drill export RUN --out {path.name}` writes one")
    if path.stat().st_size > MOST_BYTES:
        raise Refused(f"{path}: larger than {MOST_BYTES >> 20} MiB; no log of a drill is that long")
    before, kinds = "", set[str]()
    with path.open(encoding="utf-8", errors="surrogateescape") as file:
        for number, text in enumerate(file, 1):
            row = _row(path, number, text)
            given = row.pop("line_hash", None)
            before = _line_hash(before, row)
            if given != before:
                raise Refused(f"{path}, line {number} ({row['kind']}) was changed: it does not match its hash")
            kinds.add(row["kind"])
            yield Line(number, row.pop("kind"), row)
    if missing := {"head", "file", "entry", "evidence", "score", "end"} - kinds:
        raise Refused(f"{path} is cut: it has no line of kind {', '.join(sorted(missing))}; export it again")


def _row(path: Path, number: int, text: str) -> dict[str, Any]:
    try:
        row = json.loads(text)
        if not isinstance(row, dict) or not isinstance(row["kind"], str):
            raise ValueError("no object with a kind")
        text.encode("utf-8")  # bytes that are no UTF-8 came in as surrogates
    except (ValueError, KeyError, RecursionError) as fault:
        raise Refused(f"{path}, line {number} is no line of a drill log: {fault}") from fault
    if number == 1 and row.get("format") != FORMAT:
        raise Refused(
            f"{path}, line 1: format {row.get('format')!r} is not {FORMAT}; the release that wrote it scores it"
        )
    return row


def _entries(path: Path, lines: list[Line]) -> list[journal.Entry]:
    """The journal's entries, its own chain recomputed."""
    prev, found = journal.GENESIS, list[journal.Entry]()
    for line in (line for line in lines if line.kind == "entry"):
        entry = journal.Entry(**line.holds)
        fields = (entry.seq, entry.happened_us, entry.recorded_us, entry.actor, entry.action, entry.subject)
        expected = journal.chained_hash(prev, *fields, entry.body)
        if entry.seq != len(found) + 1 or entry.prev != prev or entry.hash != expected:
            raise Refused(f"{path}, line {line.number}: journal entry {entry.seq} breaks the journal's chain")
        found.append(entry)
        prev = entry.hash
    return found


def _content(path: Path, lines: list[Line], files: Mapping[str, str]) -> tuple[DrillScript, Playbook, RuleSet]:
    loaders = {"drill": load_drill, "playbook": load_playbook, "rules": load_rules}
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        for line in (line for line in lines if line.kind == "file"):
            name, text = line.holds["name"], line.holds["text"]
            if hashlib.sha256(text.encode()).hexdigest() != files.get(name):
                raise Refused(f"{path}, line {line.number}: {name} is not the file that was hashed at the start")
            kind = name.split(" ")[0]
            copy = Path(folder, f"{kind}.yaml")
            copy.write_bytes(text.encode())
            try:
                found[kind] = loaders[kind](copy)
            except FileFaults as faults:
                raise Refused(f"{path}, line {line.number}: {name} cannot be read: {faults.faults[0]}") from faults
    if missing := loaders.keys() - found.keys():
        raise Refused(f"{path} holds no {', '.join(sorted(missing))} file; export it again")
    return found["drill"], found["playbook"], found["rules"]


def _evidence(path: Path, line: Line, entries: list[journal.Entry], rules: RuleSet, playbook: Playbook) -> Evidence:
    """The evidence, held against its hash in the journal and its levels against the rules."""
    record = line.holds["evidence"]
    hashed = [e.facts()["sha256"] for e in entries if e.action == "drill.evidence"]
    if hashed != [evidence_hash(record)]:
        raise Refused(f"{path}, line {line.number}: the evidence is not the one the journal names")
    evidence = Evidence.from_json(record)
    for reading in evidence.levels:
        level = level_by(rules, playbook, reading.facts)
        if level != reading.level:
            raise Refused(
                f"{path}, line {line.number}: at {reading.at_s} s the rules {RESPONSE_RULES} give level {level}, "
                f"the evidence says {reading.level}"
            )
    return evidence


def _score(script: DrillScript, entries: list[journal.Entry], evidence: Evidence) -> Score:
    acts, deliveries = from_journal(entries, script.clock.start)
    truth, end_s = Truth(level_at=evidence.level_at, leaps=leaps_of(entries)), evidence.worlds[PLAYED].end_s
    return score(script, acts, deliveries, evidence.outcomes(script.outcomes), truth, end_s, evidence.regrets())


def _differences(found: Any, stored: Any, at: str = "") -> Iterator[str]:
    """Paths at which two records differ, with both values."""
    if isinstance(found, dict) and isinstance(stored, dict):
        for key in sorted(found.keys() | stored.keys()):
            yield from _differences(found.get(key), stored.get(key), f"{at}/{key}")
    elif isinstance(found, list) and isinstance(stored, list) and len(found) == len(stored):
        for place, pair in enumerate(zip(found, stored, strict=True)):
            yield from _differences(*pair, f"{at}/{place}")
    elif found != stored:
        yield f"{at}: recomputed {found!r}, stored {stored!r}"
