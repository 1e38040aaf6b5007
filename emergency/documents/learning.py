"""What people add to a report: overdue earlier actions, proof of earlier items, panel, voices, the improvement plan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from emergency.documents.blocks import Block, Bullets, Heading, Para, Table
from emergency.documents.drill_record import Record
from emergency.documents.drill_words import figure, offset, percent
from emergency.domain.drill.played import WHY_NOT
from emergency.domain.drill.words import BANDS, DIMENSIONS
from emergency.domain.improvement import ELEMENTS, STATES
from emergency.texts import N_

MOST_ON_PAGE_1 = 5
MET = {True: N_("target met"), False: N_("target missed"), None: N_("no figure in this run")}
TOPICS = {"keep": N_("to keep"), "change": N_("to change"), "question": N_("open question")}


def _tone(one: Mapping[str, Any]) -> str:
    return "plain" if one["met"] is None or one.get("why_not") else "ok" if one["met"] else "bad"


class Learning(Record):
    """The parts of a report that are kept in the store and not in the run; blank where nobody wrote any."""

    @property
    def learnt(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.run.get("learning", {})
        return found

    def issue(self, issue: Mapping[str, Any]) -> str:
        return str(issue["text"]) if "text" in issue else self.spoken(issue)

    def metric_name(self, metric: str) -> str:
        """``drill.storm.E1.timeliness`` in words: E1 timeliness."""
        if metric.count(".") < 3:
            return metric
        source, dimension = metric.rsplit(".", 2)[-2:]
        return f"{source} {self.chosen(DIMENSIONS, dimension)}"

    def overdue(self) -> Iterator[Block]:
        """Earlier actions past their date; on page 1, for whoever decides."""
        say, found = self.say, self.learnt.get("overdue")
        if found is None:
            return
        yield Heading(say("Overdue earlier actions"))
        if not found:
            yield Para(say("None is overdue."))
            return
        head = [say("No."), say("Issue"), say("Owner"), say("Due"), say("Days late")]
        rows = [[f"{o['number']}", self.issue(o["issue"]), o["owner"], o["due"], f"{o['days']}"] for o in found]
        tones = dict.fromkeys(range(min(len(rows), MOST_ON_PAGE_1)), (4, "bad"))
        yield Table(head, rows[:MOST_ON_PAGE_1], (7, 49, 18, 15, 11), frozenset({0, 4}), tones)
        if len(rows) > MOST_ON_PAGE_1:
            yield Para(say("and {count} more", count=len(rows) - MOST_ON_PAGE_1), "note")

    def proofs(self) -> Iterator[Block]:
        """Items of earlier reviews that this run was to show."""
        say, found = self.say, self.learnt.get("proofs", ())
        if not found:
            return
        yield Heading(say("What became of earlier improvement items"))
        head = [say("No."), say("Issue"), say("Figure"), say("Before"), say("After"), say("Target"), say("Result")]
        rows = [
            [
                f"{one['number']}",
                self.issue(one["issue"]),
                self.metric_name(one["metric"]),
                figure(one["before"]),
                figure(one["after"]),
                ("≥ " if one["better"] == "higher" else "≤ ") + self.points(one["target"]),
                self.proved(one),
            ]
            for one in found
        ]
        tones = {n: (6, _tone(one)) for n, one in enumerate(found)}
        yield Table(head, rows, (6, 34, 16, 9, 9, 11, 15), frozenset({0, 3, 4, 5}), tones)

    def proved(self, one: Mapping[str, Any]) -> str:
        """What a figure says of an item; a robot's, or one of a run begun too early, is shown and proves nothing."""
        if one.get("why_not") and one["met"] is not None:
            return self.chosen(WHY_NOT, one["why_not"])
        return self.say(MET[one["met"]])

    def conclusion(self) -> Iterator[Block]:
        if text := self.learnt.get("conclusion"):
            yield Heading(self.say("Conclusion"))
            yield Para(str(text))

    def panel(self) -> Iterator[Block]:
        """Evaluators beside the machine; where they are apart it is said."""
        say, found = self.say, self.learnt.get("panel", ())
        if not found:
            return
        yield Heading(say("The evaluators' panel"))
        names = sorted({name for one in found for name in one["by"]})
        late = sorted({name for one in found for name in one.get("late", {})})
        heads = [*names, *(say("{name}, afterwards", name=name) for name in late)]
        head = [say("Objective"), *heads, say("Panel"), say("Machine"), say("Disagreement")]
        rows = [
            [
                f"{one['objective']} {say.of(self.texts.get(one['objective'], {}))}",
                *(one["by"].get(name, "–") for name in names),
                *(one["late"].get(name, "–") for name in late),
                self.panel_band(one),
                one["machine"] or "–",
                self.apart(one),
            ]
            for one in found
        ]
        share = 46 / (len(heads) + 2)
        tones = {n: (len(head) - 1, "watch") for n, one in enumerate(found) if one["provisional"]}
        yield Table(head, rows, (30, *(share for _ in range(len(heads) + 2)), 24), frozenset(), tones)
        yield Para(self.agreement(self.learnt.get("agreement", {})), "note")
        yield from (Para(line, "note") for line in self.how_opened(late))
        if agreed := [self.talked_over(one) for one in found if one.get("settled")]:
            yield Bullets(agreed)
        remarks = [f"{one['objective']} {name}: {text}" for one in found for name, text in one["notes"].items() if text]
        if remarks:
            yield Bullets(remarks)

    def observations(self) -> Iterator[Block]:
        """What evaluators and those who led noted while it was played; by their codes, as names stay out of this."""
        say, found = self.say, self.learnt.get("observations", ())
        if not found:
            return
        yield Heading(say("Noted while it was played"))
        rows = [
            [offset(one["at_s"]), self.about(one["about"]), one["text"], self.code(one["code"])] for one in found
        ]
        yield Table([say("Drill time"), say("About"), say("What was seen"), say("Noted by")], rows, (12, 30, 44, 14))

    def panel_band(self, one: Mapping[str, Any]) -> str:
        """What stands: agreed on, provisional while two are too far apart, else the panel's."""
        if one.get("settled"):
            return self.say("{band}, agreed", band=one["settled"]["band"])
        return self.say("{band}, provisional", band=one["panel"]) if one["provisional"] else one["panel"] or "–"

    def talked_over(self, one: Mapping[str, Any]) -> str:
        settled = one["settled"]
        objective = f"{one['objective']} {self.say.of(self.texts.get(one['objective'], {}))}".strip()
        return self.say(
            "{objective}: talked over and settled at {band}, because {reason} ({who})",
            objective=objective,
            band=self.chosen(BANDS, settled["band"]),
            reason=settled["reason"],
            who=settled["by"],
        )

    def how_opened(self, late: Sequence[str]) -> Iterator[str]:
        """Whom the results did not wait for, who was left out, and whether enough rated at all."""
        say, how = self.say, self.learnt.get("opened", {})
        if how.get("without"):
            gaps = {"names": say(", ").join(how["without"]), "who": how["by"], "reason": how["reason"]}
            yield say("Opened without {names}, by {who}: {reason}", **gaps)
        for one in how.get("left_out", ()):
            gaps = {"evaluator": one["evaluator"], "who": one["by"], "reason": one["reason"]}
            yield say("{evaluator} was left out by {who}: {reason}", **gaps)
        if late:
            names = say(", ").join(late)
            yield say("Rated after the results were open, so left out of every figure: {names}.", names=names)
        if how.get("short"):
            yield say("Fewer than two rate on their own: nobody can say how far evaluators would agree.")

    def apart(self, one: Mapping[str, Any]) -> str:
        say = self.say
        if one.get("settled"):
            return say("{steps} bands apart: talked over", steps=one["spread"])
        if one["provisional"]:
            return say("{steps} bands apart: provisional until talked over", steps=one["spread"])
        if one["spread"]:
            return say("{steps} band apart", steps=one["spread"])
        return say("machine and panel differ") if one["from_machine"] else say("agreed")

    def agreement(self, found: Mapping[str, Any]) -> str:
        say = self.say
        if not found.get("joint"):
            return say("One evaluator; there is nobody to compare with.")
        gaps = {"same": percent(found["same"]), "near": percent(found["near"]), "count": found["joint"]}
        one = N_("Each rated alone and sealed. Same band {same}, within one band {near} of one pair.")
        more = N_("Each rated alone and sealed. Same band {same}, within one band {near} of {count} pairs.")
        text = say(one if found["joint"] == 1 else more, **gaps)
        if found["kappa"] is None:
            return text + say(" Too few for kappa.")
        return text + say(" Quadratic-weighted kappa {kappa}.", kappa=f"{found['kappa']:.2f}")

    def voices(self) -> Iterator[Block]:
        """Self-rating of participants, and what was said in the hotwash."""
        say, found = self.say, self.learnt.get("voices", {})
        notes: Sequence[Mapping[str, str]] = self.learnt.get("notes", ())
        if not found.get("count") and not notes:
            return
        yield Heading(say("What participants say"))
        if found.get("count"):
            rows = [[say(q["text"]), figure(q["mean"])] for q in found["questions"]]
            yield Table([say("Self-rating, 1 to 5"), say("Mean")], rows, (80, 20), frozenset({1}))
            yield Para(say("Answers: {count}.", count=found["count"]), "note")
            words = [(say("Went well"), "well"), (say("Went badly"), "badly"), (say("Wish"), "wish")]
            yield Bullets([f"{name}: {text}" for name, key in words for text in found[key]] or [say("none found")])
        if notes:
            yield Para(say("Hotwash"), "note")
            yield Bullets([f"{self.chosen(TOPICS, one['topic'])}: {one['text']}" for one in notes])

    def items(self) -> Iterator[Block]:
        """The improvement plan as it was agreed; nothing where no item was written yet."""
        say, found = self.say, self.learnt.get("items", ())
        if not found:
            return
        yield Heading(say("Improvement plan"))
        head = [
            say("No."),
            say("Issue"),
            say("Root cause"),
            say("Action"),
            say("Element"),
            say("Owner"),
            say("Due"),
            say("Target"),
            say("State"),
        ]
        rows = [
            [
                f"{one['number']}",
                self.issue(one["issue"]),
                one["root_cause"] or "–",
                one["action"] or "–",
                self.chosen(ELEMENTS, one["element"]),
                one["owner"] or self.role(one["owner_role"]) or "–",
                one["due"] or "–",
                self.target(one),
                self.chosen(STATES, one["state"]),
            ]
            for one in found
        ]
        yield Table(head, rows, (5, 20, 13, 15, 8, 10, 10, 11, 8), frozenset({0}))

    def target(self, one: Mapping[str, Any]) -> str:
        if not one["metric"] or one["target"] is None:
            return "–"
        sign = "≥" if one["better"] == "higher" else "≤"
        shown = f"{self.metric_name(one['metric'])} {sign} {self.points(one['target'])}"
        return shown + (f" ({one['verify']})" if one["verify"] else "")
