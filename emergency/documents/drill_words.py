"""The words of a drill's report: kept sentences, roles, acts, ratings and figures in one language."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from emergency.domain.act import ACTS
from emergency.domain.drill.measures import METRIC_NAMES, in_unit
from emergency.domain.drill.names import POINTS
from emergency.domain.drill.record import message_from
from emergency.domain.drill.regret import STOOD
from emergency.domain.drill.words import BANDS, LOOKED_AT, REGRET_NOTE, points
from emergency.texts import N_, Message, Speaker

CHECKLIST = "missing: {missing}; must not be said: {forbidden}"
# Kept sentences with lists that may be empty -> what is said in any case, and of each list that is not.
PARTED: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "{right} of {required} fields right; empty: {empty}; wrong: {wrong}": (
        N_("{right} of {required} fields right"),
        {"empty": N_("empty: {empty}"), "wrong": N_("wrong: {wrong}")},
    ),
    "{hits} of {truth} named; missing: {missing}; too many: {extra}": (
        N_("{hits} of {truth} named"),
        {"missing": N_("left out: {missing}"), "extra": N_("too many: {extra}")},
    ),
    CHECKLIST: (
        N_("every point made"),
        {"missing": N_("left out: {missing}"), "forbidden": N_("must not be said: {forbidden}")},
    ),
}
LED = {"director": N_("Director"), "controller": N_("Controller")}


class Words:
    """One kept run, spoken in one language."""

    def __init__(self, run: Mapping[str, Any], say: Speaker) -> None:
        self.run, self.say = run, say
        self.score, self.review = run["score"], run["review"]
        self.overview: Mapping[str, Any] = self.review.get("overview", {})
        self.texts = {o["id"]: o["text"] for o in self.review["objectives"]}

    def role(self, role: str) -> str:
        title = self.overview.get("roles", {}).get(role)
        return self.say.of(title) if title else role

    def spoken(self, record: Mapping[str, Any]) -> str:
        """A kept sentence, with the ids of roles, acts and metrics in it given their names."""
        message = self._named(message_from(dict(record)))
        if message.id not in PARTED:
            return self.say(message)
        whole, parts = PARTED[message.id]
        told = [text for gap, text in parts.items() if message.values[gap] != "–"]
        texts = told if told and message.id == CHECKLIST else [whole, *told]
        return self.say("; ").join(self.say(Message(text, message.values)) for text in texts)

    def _named(self, message: Message) -> Message:
        names = {
            "role": self.role,
            "action": self.action,
            "metric": self.metric,
            "expectation": self.expectation,
            "objective": self.objective,
            "missed": self.expectations_named,
            **dict.fromkeys(("missing", "forbidden", "empty", "wrong"), self.points_named),
        }
        values: dict[str, Any] = {}
        for gap, value in message.values.items():
            if isinstance(value, Message):
                values[gap] = self._named(value)
            else:
                values[gap] = names[gap](value) if gap in names and isinstance(value, str) else value
        return Message(message.id, values)

    def points_named(self, ids: str) -> str:
        """Points of a checklist, fields of a report or rules of a plan, as they are kept: one after the other."""
        return self.say(", ").join(self.chosen(POINTS, id) for id in ids.split(", "))

    def reasons(self) -> list[str]:
        """Why the verdict is what it is, beyond what it says itself."""
        verdict = self.spoken(self.review["verdict"])
        spoken = [self.spoken(reason) for reason in self.score["reasons"]]
        return [reason for reason in spoken if reason != verdict]

    def expectation(self, id: str) -> str:
        """Of a script its own id; of a real incident the title of the task that was owed."""
        title = self.overview.get("names", {}).get(id)
        return self.say.of(title) if title else id

    def about(self, name: str) -> str:
        """What a note is about: the drill as a whole, an objective, something expected of a role; else an inject."""
        if not name:
            return self.say("the drill as a whole")
        if name in self.texts:
            return f"{name} {self.say.of(self.texts[name])}"
        asked = next((e for e in self.score["expectations"] if e["id"] == name), None)
        return name if asked is None else f"{name} {self.role(asked['role'])}: {self.action(asked['action'])}"

    def code(self, code: str) -> str:
        """Who noted something, without a name: director, controller, or the evaluator's seat as the script calls it."""
        return self.chosen(LED, code)

    def still_running(self) -> str:
        return self.say("The response is still running: this is how it stands now, not its result.")

    def expectations_named(self, ids: str) -> str:
        return self.say(", ").join(self.expectation(id) for id in ids.split(", "))

    def objective(self, id: str) -> str:
        """Of a script its id, which stands beside its words in every table; of a real incident its words alone."""
        text = self.texts.get(id)
        return self.say.of(text) if text and self.run.get("kind") == "incident" else id

    def action(self, action: str) -> str:
        return self.say(ACTS[action].title) if action in ACTS else action

    def what(self, moment: Mapping[str, Any]) -> str:
        if moment["text"]:
            return f"{moment['id']} {self.say.of(moment['text'])}"
        return self.action(moment["id"])

    def metric(self, metric: str) -> str:
        return self.say(METRIC_NAMES[metric]) if metric in METRIC_NAMES else metric

    def amount(self, outcome: Mapping[str, Any], name: str) -> str:
        """One figure of an outcome with its unit."""
        found = in_unit(outcome["metric"], outcome.get(name))
        return self.say(found) if isinstance(found, Message) else found

    def decision(self, row: Mapping[str, Any]) -> str:
        """Which plan a decision is about, and whose it was."""
        gaps = {"plan": row["plan"], "role": self.role(row["role"]) if row["role"] else "–"}
        if row["kind"] == STOOD:
            return self.say("Plan {plan} left as it was", **gaps) if row["plan"] else self.say("No plan yet")
        if row["by_hand"]:
            return self.say("Plan {plan} published by {role}, people moved by hand", **gaps)
        return self.say("Plan {plan} published by {role}", **gaps)

    def why(self, row: Mapping[str, Any]) -> list[str]:
        """What made a decision dearer than the best plan of its minute; why it is void, where it is."""
        if row["void"]:
            return [self.spoken(row["void"])]
        if not row["regret"]:
            return [self.say("as good as any plan that could be known")]
        return [self.spoken(reason) for reason in row["reasons"]]

    def regret_of_all(self) -> str:
        """All decisions of a run in a sentence; "" where none can be judged."""
        whole = self.score.get("regret")
        if not whole:
            return ""
        gaps = {name: minutes(whole[name]) for name in ("regret", "cost", "optimum")} | {"n": whole["decisions"]}
        if whole["percent"] is None:
            text = N_("{n} decisions together: {regret} min above the best that could be known, which costs nothing.")
            return self.say(text, **gaps)
        text = N_(
            "{n} decisions together: {cost} min, the best that could be known {optimum} min; regret {regret} min, "
            "{percent} % above the best."
        )
        return self.say(text, **gaps, percent=f"{whole['percent']:,}")

    def regret_notes(self) -> tuple[str, str]:
        """What a regret is, and which decisions are looked at."""
        return self.say(REGRET_NOTE), self.say(LOOKED_AT[self.run.get("kind", "run")])

    def points(self, value: float | None) -> str:
        """Points of a hundred with their unit."""
        return "–" if value is None else self.say(points(value))

    def rating(self, band: str | None) -> str:
        return self.say(BANDS[band]) if band in BANDS else self.say("not rated")

    def chosen(self, names: Mapping[str, str], word: str) -> str:
        return self.say(names[word]) if word in names else word


def offset(seconds: int) -> str:
    """Drill time as T+hh:mm:ss."""
    return f"T+{seconds // 3600:02d}:{seconds % 3600 // 60:02d}:{seconds % 60:02d}"


def named(moment: Mapping[str, Any], review: Mapping[str, Any], say: Speaker) -> str:
    """One line of the timeline in words: the role, and the inject or the act."""
    words = Words({"review": review, "score": {}}, say)
    return f"{words.role(moment['role'])}: {words.what(moment)}"


def moment(at: datetime) -> str:
    """2026-11-23 09:00 (UTC+08:00): a day and hour that is read the same in every place."""
    zone = f"{at:%z}"
    return f"{at:%Y-%m-%d %H:%M}" + (f" (UTC{zone[:3]}:{zone[3:5]})" if zone else "")


def figure(value: float | None) -> str:
    return "–" if value is None else f"{value:g}" if isinstance(value, int) else f"{value}"


def minutes(value: int | None) -> str:
    return "–" if value is None else f"{value:,}"


def above(value: float | None) -> str:
    """By how many per cent something is dearer; – where the other costs nothing."""
    return "–" if value is None else f"{value:,}"


def percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.0f} %"
