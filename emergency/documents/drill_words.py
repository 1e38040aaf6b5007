"""The words of a drill's report: kept sentences, roles, acts, ratings and figures in one language."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from emergency.domain.act import ACTS
from emergency.domain.drill.measures import METRIC_NAMES, in_unit
from emergency.domain.drill.names import POINTS
from emergency.domain.drill.record import message_from
from emergency.domain.drill.words import BANDS, points
from emergency.texts import Message, Speaker


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
        return self.say(self._named(message_from(dict(record))))

    def _named(self, message: Message) -> Message:
        names = {
            "role": self.role,
            "action": self.action,
            "metric": self.metric,
            "expectation": self.expectation,
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

    def action(self, action: str) -> str:
        return self.say(ACTS[action].title) if action in ACTS else action

    def what(self, moment: Mapping[str, Any]) -> str:
        if moment["text"]:
            return f"{moment['id']} {self.say.of(moment['text'])}"
        return self.action(moment["id"])

    def metric(self, metric: str) -> str:
        return self.say(METRIC_NAMES[metric]) if metric in METRIC_NAMES else metric

    def amount(self, outcome: Mapping[str, Any], name: str) -> str:
        """One figure of an outcome with its unit; the regret is a difference of two."""
        found = in_unit(outcome["metric"], outcome.get(name), difference=name == "regret")
        return self.say(found) if isinstance(found, Message) else found

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


def percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.0f} %"
