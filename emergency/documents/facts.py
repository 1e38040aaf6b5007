"""What the first page says before any judgement: when and where it was, and which roles people played."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from emergency.documents.blocks import Block, Para, Table
from emergency.documents.drill_words import moment
from emergency.documents.learning import Learning
from emergency.domain.drill.words import MANNERS, duration
from emergency.texts import N_

# Who evaluates, reads or files the report needs no name: names stand in the training records, which have readers and
# a time of keeping of their own.
NAMES = N_("Roles and counts only; who played which role stands in the training records.")


class Facts(Learning):
    """The head of the report; nothing where a run was kept before it was written down."""

    def facts(self) -> Iterator[Block]:
        if rows := self.told_first():
            say = self.say
            yield Table([say("Item"), say("Content")], rows, widths=(16, 84))
            yield Para(say(NAMES), "note")

    def told_first(self) -> list[list[str]]:
        """Item and content of each line; the page shows the same."""
        told = self.overview
        if not told:
            return []
        say, real = self.say, self.run.get("kind") == "incident"
        place = say.of(told.get("area", {})) or "–"
        rows = [
            [say("Incident") if real else say("Held"), self._when(told, real=real)],
            [say("Area"), place],
            [say("Workspace"), str(self.run.get("workspace", "–"))],
            [say("Roles"), self._roles(told, real=real)],
        ]
        if not real:
            rows.append([say("Evaluators"), self._evaluators(told)])
        return rows

    def _when(self, told: Mapping[str, Any], *, real: bool) -> str:
        say, held = self.say, told.get("held")
        start = datetime.fromisoformat(told["start"])
        if held is None:  # the same script and seed give the same report, whatever the day
            span = say(duration(told["duration_s"]))
            gaps = {"who": self.chosen(MANNERS, self.run["auto"]), "start": moment(start), "span": span}
            return say("without a clock ({who}); drill time from {start}, {span}", **gaps)
        begun, over = datetime.fromisoformat(held["from"]), datetime.fromisoformat(held["until"])
        lasted = say(duration(int((over - begun).total_seconds())))
        span = say("{begin} to {end}, {span}", begin=moment(begun), end=moment(over), span=lasted)
        return span if real else say("{when}; drill time from {start}", when=span, start=moment(start))

    def _roles(self, told: Mapping[str, Any], *, real: bool) -> str:
        """Which roles people played, and who had the others; of an incident the roles that something was asked of."""
        say, people = self.say, told.get("held", {}).get("roles", {})
        if real:
            asked = dict.fromkeys(e["role"] for e in self.score["expectations"])
            return say(", ").join(self.role(role) for role in asked) or "–"
        played = [say("{role} ({n})", role=self.role(role), n=n) for role, n in people.items()]
        others = [self.role(role) for role in told["players"] if role not in people]
        parts = [say("played by people: {roles}", roles=say(", ").join(played))] if played else []
        if others:
            robots = told.get("held", {}).get("auto", "none") != "none"
            empty = N_("played by robots: {roles}") if robots else N_("nobody sat in: {roles}")
            parts.append(say(empty, roles=say(", ").join(others)))
        return say("; ").join(parts) or "–"

    def _evaluators(self, told: Mapping[str, Any]) -> str:
        held = told.get("held")
        return self.say("none") if not held or not held["evaluators"] else f"{held['evaluators']}"
