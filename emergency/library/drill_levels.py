"""Levels a script calls true, held against what the rules give at that minute of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from emergency.domain.drill import step, stream
from emergency.domain.drill.facts import of_claims
from emergency.domain.drill.script import DrillScript, Inject
from emergency.domain.drill.step import DrillState
from emergency.domain.instant import to_us
from emergency.domain.level import RuleSet, grade, unit_of
from emergency.domain.level.metric import FactError
from emergency.domain.level.rules import LEVEL_MARK
from emergency.domain.playbook import Playbook
from emergency.library.faults import Fault, NotOnShelf
from emergency.library.strict_yaml import Document, Path_
from emergency.library.tables import Rates
from emergency.texts import N_, Message

STEP_S = 600  # as often as the console looks at a level by itself


def not_at_its_minute(
    document: Document, script: DrillScript, playbook: Playbook, rules: RuleSet, rates: Callable[[], Rates]
) -> Iterator[Fault]:
    """Hard-coded levels that the rules give at no minute between the inject and the end of its time limit.

    Played by the script's own seed with every inject at its time and nobody acting. A level that is right at one of
    these minutes passes: who is asked for it may answer at any of them. Where an inject waits for a condition, its
    minute is not known and nothing is said.
    """
    asked = [
        (place, index, one, inject)
        for place, inject in enumerate(script.injects)
        for index, one in enumerate(inject.expects)
        if inject.at_s is not None and one.accuracy is not None and one.accuracy.type == "ordinal_level"
        if one.accuracy.truth not in (None, "rules")
    ]
    if not asked:
        return
    try:
        world = _Course(script, playbook, rules, rates)
    except NotOnShelf:
        return  # no rate into the money of the rules: what the claims are worth there is not known
    for place, index, one, inject in asked:
        begin, end = inject.at_s or 0, min((inject.at_s or 0) + one.within_s, script.clock.duration_s)
        seconds = sorted({*range(begin, end, STEP_S), end})
        try:
            levels = [world.level(second) for second in seconds]
        except FactError:
            continue  # said already where the value stands
        assert one.accuracy is not None
        truth = int(one.accuracy.truth)
        if truth in levels:
            continue
        at: Path_ = ("injects", place, "expects", index, "score", "accuracy", "truth")
        given = ", ".join(dict.fromkeys(LEVEL_MARK.get(level or 0, "–") for level in levels))
        gaps = {"truth": LEVEL_MARK[truth], "found": given, "rules": rules.id, "seed": script.clock.seed}
        text = N_("says level {truth}; at its minute, with the claims of seed {seed}, {rules} gives {found}")
        yield document.fault(at, Message(text, gaps), Message("write truth: rules"))


class _Course:
    """The course of a script in which nobody acts."""

    def __init__(self, script: DrillScript, playbook: Playbook, rules: RuleSet, rates: Callable[[], Rates]) -> None:
        self.script, self.playbook, self.rules = script, playbook, rules
        timed = sorted((one for one in script.injects if one.at_s is not None), key=_time)
        self.fired = {one.id: _time(one) for one in timed}
        end_s = script.clock.duration_s
        peril = playbook.perils[0] if playbook.perils else None
        span = (script.clock.seed, to_us(script.clock.start), end_s, peril)
        whole = DrillState(end_s, self.fired)
        self.claims = stream.with_started(
            stream.all_arrivals(script.claim_streams, *span), step.started_streams(script, whole), *span
        )
        currency = next((one.amount.currency for one in script.claim_streams), rules.currency)
        self.rate = Decimal(1)
        if currency != rules.currency:
            self.rate = rates().rate(script.clock.start.date(), currency, rules.currency).value

    def level(self, second: int) -> int | None:
        fired = {inject: at_s for inject, at_s in self.fired.items() if at_s <= second}
        state = DrillState(second, fired)
        known = step.state_facts(self.script, state, second, of_claims(self.claims, second))
        facts = {name: self._in_currency(name, value) for name, value in known.items()}
        kind = self.playbook.incident_types[0]
        return grade(self.rules, kind, facts, overrides=self.playbook.overrides).level

    def _in_currency(self, name: str, value: Any) -> Any:
        if value is None or unit_of(name) != "money" or self.rate == 1:
            return value
        return int((Decimal(str(value)) * self.rate).quantize(Decimal(1)))


def _time(inject: Inject) -> int:
    return inject.at_s or 0


