"""The after-action report and improvement plan of one drill run, as a story in one language.

Structure after the AAR/IP of HSEEP: page 1 for who decides (verdict, three dimensions, objectives, largest gaps),
then overview, analysis by objective, the record with its proof, and the improvement plan.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from emergency.documents.blocks import Bar, Bars, Block, Bullets, Heading, PageBreak, Para, Story, Table
from emergency.documents.drill_words import figure, moment, percent
from emergency.documents.facts import Facts
from emergency.domain.drill.names import CAPABILITIES
from emergency.domain.drill.review import TOP_GAPS
from emergency.domain.drill.words import BAND_TONES, BANDS, DIMENSIONS, MANNERS, duration
from emergency.domain.improvement import ELEMENTS
from emergency.texts import N_, Speaker

MEANINGS = {
    "P": N_("The objective was met; nothing else was hurt by it, and plans and law were followed."),
    "S": N_("The objective was met; it could be met faster, better or with less."),
    "M": N_("The objective was met only in part, or a critical action was missed."),
    "U": N_("The objective was not met."),
}
TYPES = {
    "tabletop": N_("tabletop"),
    "functional": N_("functional"),
    "full_scale": N_("full-scale"),
    "real": N_("real incident"),
}
PLAYERS = {"team": N_("team"), "simulated": N_("simulated")}
FOOTERS = {"run": N_("【演练】EXERCISE · run {run}"), "incident": N_("Review of incident {run}")}
HANDLING = {
    "run": N_(
        "Handling: internal, for training and improvement. Roles are scored, not named people. "
        "Nothing told here happened outside the drill."
    ),
    "incident": N_(
        "Handling: internal, for improvement. Roles are scored, not named people. Scored by the rules of the drills, "
        "from the journal of the response."
    ),
}
EPOCH = "2000-01-01T00:00:00+00:00"  # dates a report whose run was kept without an overview


def after_action(run: Mapping[str, Any], say: Speaker) -> Story:
    """The report of a kept run.

    Args:
        run: as `emergency.service.drills.report` gives it: title, score, review, files, seed, auto, run_id.
    """
    book = _Report(run, say)
    title = say("After-action report: {title}", title=run["title"])
    return Story(
        title=title,
        language=say.language,
        footer=say(FOOTERS[run.get("kind", "run")], run=run["run_id"]),
        date=datetime.fromisoformat(book.overview.get("start", EPOCH)),
        blocks=tuple(book.blocks(title)),
    )


class _Report(Facts):
    """One run being told; each method gives the blocks of one part."""

    def blocks(self, title: str) -> Iterator[Block]:
        yield Heading(title, 0)
        yield from self.first_page()
        yield PageBreak()
        yield from self.conclusion()
        yield from self.proofs()
        yield from self.over()
        yield from self.analysis()
        yield from self.panel()
        yield from self.observations()
        yield from self.voices()
        yield from self.expectations()
        yield from self.outcomes()
        yield from self.decisions()
        yield from self.timeline()
        yield from self.conduct()
        yield from self.plan()
        yield from self.voids()
        yield from self.proof()

    def first_page(self) -> Iterator[Block]:
        say = self.say
        yield Para(say(HANDLING[self.run.get("kind", "run")]), "notice")
        if self.overview.get("running"):
            yield Para(self.still_running(), "notice")
        yield from self.facts()
        yield Para(self.spoken(self.review["verdict"]) + say(" – {rating}", rating=self.rating_of_whole()), "verdict")
        for reason in self.reasons():
            yield Para(reason)
        yield Bars([self._bar(name) for name in DIMENSIONS])
        yield Para(
            say(
                "Share of the weighted actions that were done: {coverage}. Share of the weight that is void: {void}.",
                coverage=percent(self.score["coverage"]),
                void=percent(self.score["void_share"]),
            ),
            "note",
        )
        yield Heading(say("Objectives"))
        yield self._objectives()
        yield Heading(say("The three largest gaps"))
        yield from self._top_gaps()
        yield from self.overdue()

    def rating_of_whole(self) -> str:
        return self.spoken(self.review["rating"])

    def _bar(self, name: str) -> Bar:
        points = self.score[name]
        return Bar(self.say(DIMENSIONS[name]), points, self.say("n/a") if points is None else f"{points}")

    def _objectives(self) -> Table:
        say, rows = self.say, self.score["objectives"]
        return Table(
            [say("Objective"), say("Capability"), say("Rating"), say("Score"), *(say(n) for n in DIMENSIONS.values())],
            [
                [
                    f"{o['id']} {say.of(self.texts.get(o['id'], {}))}",
                    self.chosen(CAPABILITIES, o["capability"]),
                    self.rating(o["band"]),
                    figure(o["score"]),
                    *(figure(o[name]) for name in DIMENSIONS),
                ]
                for o in rows
            ],
            widths=(29, 12, 20, 8, 11, 10, 13),
            numbers=frozenset({3, 4, 5, 6}),
            tones={place: (2, BAND_TONES.get(o["band"], "plain")) for place, o in enumerate(rows)},
        )

    def _top_gaps(self) -> Iterator[Block]:
        say, found = self.say, self.review["gaps"][:TOP_GAPS]
        if not found:
            yield Para(say("Nothing cost points."))
            return
        drafts = {(d["source"], d["target_metric"].rsplit(".", 1)[-1]): d for d in self.review["drafts"]}
        rows = []
        for gap in found:
            draft = drafts.get((gap["source"], gap["dimension"]), {})
            rows.append(
                [
                    self.spoken(gap["text"]),
                    say(DIMENSIONS[gap["dimension"]]),
                    f"{gap['lost']}",
                    self.role(draft.get("owner_role", gap["role"])),
                    self.points(draft.get("target_value")),
                ]
            )
        head = [say("Gap"), say("Dimension"), say("Points lost"), say("Proposed owner"), say("Target")]
        yield Table(head, rows, widths=(44, 13, 12, 18, 13), numbers=frozenset({2, 4}))

    def over(self) -> Iterator[Block]:
        say, told = self.say, self.overview
        yield Heading(say("Overview of the drill"))
        if not told:
            return
        start = datetime.fromisoformat(told["start"])
        rows = [
            [say("Name"), say.of(self.run["title"])],
            [say("Script"), f"{self.run['drill_id']}@{self.run['drill_version']}"],
            [say("Playbook"), told["playbook"]],
            [say("Type"), self.chosen(TYPES, told["type"])],
            [say("Drill time"), say("{start}, {span}", start=moment(start), span=say(duration(told["duration_s"])))],
            [say("Announced"), say("yes") if told["announced"] else say("no")],
            [say("Scenario"), say.of(told["scenario"])],
            [say("Empty seats"), self.chosen(MANNERS, told.get("held", {}).get("auto", self.run["auto"]))],
            [say("Passed if"), "; ".join(self._criteria(told["criteria"])) or "–"],
        ]
        yield Table([say("Item"), say("Content")], rows, widths=(18, 82))
        yield Heading(say("Players and staff"), 2)
        yield Table([say("Role"), say("Filled by")], list(self._people(told)), widths=(40, 60))

    def _criteria(self, asked: Mapping[str, Any]) -> Iterator[str]:
        say = self.say
        if asked["min_overall"] is not None:
            yield say("overall {points} or more", points=asked["min_overall"])
        if asked["no_objective_below"] is not None:
            yield say("no objective below {points}", points=asked["no_objective_below"])
        if asked["no_critical_missed"]:
            yield say("no critical action missed")

    def _people(self, told: Mapping[str, Any]) -> Iterator[list[str]]:
        for role, player in told["players"].items():
            yield [self.role(role), self.chosen(PLAYERS, player)]
        yield [self.say("Controllers"), ", ".join(told["controllers"])]
        for one, objectives in told["evaluators"].items():
            yield [self.say("Evaluator {name}", name=one), ", ".join(objectives)]

    def analysis(self) -> Iterator[Block]:
        say = self.say
        yield Heading(say("Analysis by objective"))
        meanings = [[say(BANDS[band]), say(MEANINGS[band])] for band in BANDS]
        yield Table([say("Rating"), say("Meaning")], meanings, widths=(30, 70))
        strengths: Sequence[Mapping[str, Any]] = self.review["strengths"]
        of = {e["id"]: e["objective"] for e in self.score["expectations"]}
        for one in self.score["objectives"]:
            yield Heading(f"{one['id']} {say.of(self.texts.get(one['id'], {}))}", 2)
            yield Para(say("{rating}; {score} of 100", rating=self.rating(one["band"]), score=figure(one["score"])))
            notes = [self.spoken(note) for note in one["notes"]]
            if notes:
                yield Bullets(notes)
            good = [self.spoken(s) for s in strengths if of.get(s["values"].get("expectation")) == one["id"]]
            poor = [self.spoken(g["text"]) for g in self.review["gaps"] if g["objective"] == one["id"]]
            yield Para(say("Strengths"), "note")
            yield Bullets(good or [say("none found")])
            yield Para(say("Areas for improvement"), "note")
            yield Bullets(poor or [say("none found")])

    def plan(self) -> Iterator[Block]:
        if self.learnt.get("items"):
            yield from self.items()
            return
        say = self.say
        yield Heading(say("Improvement plan (drafts)"))
        drafts = self.review["drafts"]
        if not drafts:
            yield Para(say("Nothing cost points."))
            return
        yield Table(
            [
                say("Objective"),
                say("Issue"),
                say("Element"),
                say("Target"),
                say("Proposed owner"),
                say("Root cause"),
                say("Action"),
                say("Due"),
            ],
            [
                [
                    d["objective"],
                    self.spoken(d["issue"]),
                    self.chosen(ELEMENTS, d["element"]),
                    say(
                        "{source} {dimension} ≥ {value}",
                        source=d["source"],
                        dimension=say(DIMENSIONS[d["target_metric"].rsplit(".", 1)[-1]]),
                        value=self.points(d["target_value"]),
                    ),
                    self.role(d["owner_role"]),
                    "",
                    "",
                    "",
                ]
                for d in drafts
            ],
            widths=(9, 27, 10, 15, 13, 11, 9, 6),
        )
        yield Para(
            say(
                "Drafts name the issue and the target. Root cause, action, owner and due date are settled at the "
                "after-action meeting; who closes an item is not its owner."
            ),
            "note",
        )
