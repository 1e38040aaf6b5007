"""The library as it was when an exercise began: script, plan and rules stay, whatever is edited meanwhile."""

from __future__ import annotations

from functools import lru_cache

from emergency.domain.drill.script import DrillScript
from emergency.domain.level import RuleSet
from emergency.domain.playbook import Playbook
from emergency.library.drill_shelf import ShelvedDrill
from emergency.library.drills import drill_from
from emergency.library.playbooks import playbook_from
from emergency.library.rules import rules_from
from emergency.library.shelf import Library
from emergency.library.strict_yaml import parse


class FrozenLibrary(Library):
    """Today's library with one script, one plan and one rule file in the version they had."""

    def __init__(self, today: Library, script: DrillScript, playbook: Playbook, rules: RuleSet) -> None:
        super().__init__(today.root, today.home, today.house)
        self.today = today
        self._script, self._playbook_then, self._rules_then = script, playbook, rules

    def rule_sets(self) -> tuple[RuleSet, ...]:
        then = self._rules_then
        return (*(one for one in self.today.rule_sets() if one.id != then.id), then)

    def playbooks(self) -> tuple[Playbook, ...]:
        then = self._playbook_then
        return (then, *(one for one in self.today.playbooks() if one.id != then.id))

    def shelved_drills(self) -> tuple[ShelvedDrill, ...]:
        then = ShelvedDrill(self._script)
        return (then, *(one for one in self.today.shelved_drills() if one.script.id != self._script.id))


@lru_cache(maxsize=16)
def frozen(today: Library, script: str, playbook: str, rules: str) -> Library:
    """The library with these texts in place of what stands there today."""
    return FrozenLibrary(
        today,
        drill_from(parse(script.encode(), "drill")),
        playbook_from(parse(playbook.encode(), "playbook")),
        rules_from(parse(rules.encode(), "rules")),
    )
