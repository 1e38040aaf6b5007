"""What a drill's report rests on: expected actions, outcomes, the timeline, what was left out, how to recompute."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from emergency.documents.blocks import Block, Bullets, Heading, Para, Table
from emergency.documents.drill_words import Words, above, figure, minutes, offset
from emergency.domain.drill.words import PARTS, duration
from emergency.texts import N_

OUTCOME_FIGURES = ("value", "baseline", "engine", "oracle", "floor", "target")


class Record(Words):
    """The record of a run, part by part; every point leads to its entry in the journal."""

    def expectations(self) -> Iterator[Block]:
        say = self.say
        yield Heading(say("Expected actions and what became of them"))
        yield Table(
            [
                say("Expected action"),
                say("Role"),
                say("Limit"),
                say("Taken"),
                say("Timeliness"),
                say("Accuracy"),
                say("Journal entry"),
            ],
            [
                [
                    self.asked(e) + (say(" (critical)") if e["critical"] else ""),
                    self.role(e["role"]),
                    say(duration(e["limit_s"])),
                    "–" if e["taken_s"] is None else say(duration(e["taken_s"])),
                    say("void") if e["void"] else figure(e["timeliness"]),
                    figure(e["accuracy"]),
                    "–" if e["entry"] is None else f"#{e['entry']}",
                ]
                for e in self.score["expectations"]
            ],
            widths=(34, 18, 9, 10, 10, 9, 10),
            numbers=frozenset(range(2, 7)),
        )
        notes = [(e["id"], e["accuracy_note"]) for e in self.score["expectations"] if e["accuracy_note"]]
        if notes:
            yield Para(say("How accuracy was judged"), "note")
            yield Bullets([f"{id}: {self.spoken(note)}" for id, note in notes])

    def asked(self, answer: Mapping[str, Any]) -> str:
        """What was expected: its id and the act; of a real incident the task's title alone."""
        name = self.expectation(answer["id"])
        return name if name != answer["id"] else f"{name} {self.action(answer['action'])}"

    def outcomes(self) -> Iterator[Block]:
        say, rows = self.say, self.score["outcomes"]
        if not rows:
            return
        yield Heading(say("What it achieved, between nobody acting and hindsight"))
        yield Table(
            [
                say("Figure"),
                say("Played"),
                say("Nobody moved"),
                say("Engine twice a day"),
                say("Hindsight"),
                say("Floor"),
                say("Target"),
                say("Share achieved"),
            ],
            [
                [
                    f"{o['id']} {self.metric(o['metric'])}",
                    *(self.amount(o, name) for name in OUTCOME_FIGURES),
                    say("void") if o["void"] else say("{n} %", n=o["effectiveness"]),
                ]
                for o in rows
            ],
            widths=(28, 10, 11, 12, 11, 9, 9, 10),
            numbers=frozenset(range(1, 8)),
        )
        yield Para(
            say(
                "All were played on the identical claims: the plans of this run, nobody reallocated, the allocation "
                "engine twice a day on what was on hand by then, and the engine told the true demand in advance."
            ),
            "note",
        )

    def decisions(self) -> Iterator[Block]:
        """Every plan, and every moment at which none was made, beside the best plan of its minute."""
        say, rows = self.say, self.score.get("decisions", [])
        if not rows:
            return
        yield Heading(say("Decisions about people, and the best that could be known"))
        if whole := self.regret_of_all():
            yield Para(whole)
        yield Table(
            [
                say("Drill time"),
                say("Decision"),
                say("Cost (min)"),
                say("Best knowable (min)"),
                say("Regret (min)"),
                say("Regret (%)"),
                say("Mainly because"),
            ],
            [
                [
                    offset(row["at_s"]),
                    self.decision(row),
                    *(minutes(row[name]) for name in ("cost", "optimum", "regret")),
                    above(row["percent"]),
                    say("; ").join(self.why(row)),
                ]
                for row in rows
            ],
            widths=(11, 19, 10, 11, 10, 9, 30),
            numbers=frozenset({2, 3, 4, 5}),
        )
        if whole:
            parts = [
                say("{label}: {value}", label=say(PARTS[name]), value=minutes(value)) for name, value in self._parts()
            ]
            yield Para(say("Of the regret, in minutes – {parts}", parts=say(", ").join(parts)), "note")
        yield from (Para(note, "note") for note in self.regret_notes())

    def _parts(self) -> Iterator[tuple[str, int]]:
        whole = self.score["regret"]
        yield from ((name, whole["parts"][name]) for name in PARTS if whole["parts"][name])

    def conduct(self) -> Iterator[Block]:
        """What the director did to the clock and the script, and when the server was away; nothing where nobody led."""
        say, rows = self.say, self.review.get("conduct", [])
        if not rows:
            return
        yield Heading(say("How the drill was led"))
        yield Table(
            [say("Drill time"), say("What"), say("Journal entry")],
            [[offset(row["at_s"]), self.spoken(row["what"]), f"#{row['entry']}"] for row in rows],
            widths=(16, 70, 14),
            numbers=frozenset({2}),
        )
        yield Para(
            say("Time that was jumped, or in which the server was away and was caught up, counts for nobody."), "note"
        )

    def timeline(self) -> Iterator[Block]:
        say, kinds = self.say, {"inject": self.say("inject"), "act": self.say("act")}
        yield Heading(say("Timeline"))
        yield Table(
            [say("Drill time"), say("Kind"), say("Role"), say("What"), say("Answers"), say("Journal entry")],
            [
                [
                    offset(m["at_s"]),
                    kinds[m["kind"]],
                    self.role(m["role"]),
                    self.what(m),
                    ", ".join(m["answers"]),
                    "–" if m["entry"] is None else f"#{m['entry']}",
                ]
                for m in self.review["timeline"]
            ],
            widths=(14, 8, 16, 42, 10, 10),
            numbers=frozenset({5}),
        )
        if self.review["hotwash"]:
            yield Para(say("Questions for the hotwash"), "note")
            yield Bullets([say.of(question) for question in self.review["hotwash"]])

    def voids(self) -> Iterator[Block]:
        say = self.say
        yield Heading(say("Left out of the score"))
        found = [f"{v['id']}: {self.spoken(v['why'])}" for v in self.score["voids"]]
        yield Bullets(found or [say("Nothing was left out.")])

    def proof(self) -> Iterator[Block]:
        say, run = self.say, self.run
        yield Heading(say("How to recompute this score"))
        yield Table(
            [say("File frozen at the start"), "SHA-256"],
            [list(pair) for pair in sorted(run["files"].items())],
            (34, 66),
        )
        if run.get("kind") == "incident":
            words = N_("Points come from the journal of the response, by the rules drills are scored by.")
            yield Para(say(words))
            yield Bullets([f"emergency journal verify --workspace {run['workspace']}"])
            return
        yield Para(
            say(
                "Run {run}, seed {seed}. Points come from the drill's own journal by rules fixed before the start.",
                run=run["run_id"],
                seed=run["seed"],
            )
        )
        yield Bullets(
            [
                f"emergency drill export {run['run_id']} --out run.jsonl",
                "emergency drill score run.jsonl --json",
            ]
        )
