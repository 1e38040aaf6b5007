"""The smallest files that are in order, and what is told when one line of them changes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from emergency.library import FileFaults

RULES = """\
format: level-rules/1.0
id: default
version: 1.0.0
combine: any
types:
  natural_disaster:
    - {metric: casualties.insured_deaths, op: ge, 3: 1, 2: 3, 1: 10, house_rule: true, date: "2026-11-22"}
    - {metric: alert.cma.typhoon, op: ge, 3: orange, 2: red, pre_event: true, source: office}
reporting:
  - {when: {metric: level, op: eq, value: 1}, deadlines: {internal: 30m}}
"""

PLAYBOOK = """\
format: playbook/1.0
id: small-storm
version: 1.2.0
title: {zh: 小预案, en: Small plan}
status: draft
owner: office
classification:
  incident_types: [natural_disaster]
  perils: [typhoon]
  regions: ["440000"]
  rules: default@^1.0
activation:
  authority: {3: head, 2: manager, 1: commander}
  confirm_within: {3: 60m, 2: 30m, 1: 15m}
  stand_down: {hold: 24h, ratio: 0.8, step: 1, by: same_authority}
roles:
  commander: {group: command_centre, title: {en: Commander}}
  claims-ops: {group: response_team, title: {en: Claims}}
  customer-care: {group: customer_support, title: {en: Care}}
  logistics: {group: logistics, title: {en: Logistics}}
tasks:
  - {id: activate, title: {en: Activate}, phase: activate, levels: [1, 2, 3], role: commander,
     due: {from: activation, within: {3: 60m, 2: 30m, 1: 15m}}, evidence: [{action: level.confirm}]}
  - {id: survey, title: {en: Survey}, phase: respond, levels: [1, 2], role: claims-ops,
     after: [activate], due: {from: task, within: 1h}, evidence: [{action: allocation.commit}]}
resources:
  - {kind: surveyor, demand: {per_claims: 40, of: motor, horizon: 24h}, priority: 2}
comms:
  - {id: customers, audience: customers, channel: sms, role: customer-care, levels: [1, 2], first: 3h,
     approver: commander}
closure: {metric: backlog.survey_hours, op: le, value: 8}
"""

DRILL = """\
format: drill/1.0
id: small-drill
version: 1.0.0
title: {zh: 小演练, en: Small drill}
playbook: small-storm@^1.0
type: tabletop
clock: {start: "2026-09-23T08:00:00+08:00", duration: 4h, speed: 4, seed: 7}
scenario: {en: A storm comes.}
objectives:
  - {id: O1, capability: activation, text: {en: Declare}, weight: 40}
  - {id: O2, capability: resourcing, text: {en: Send people}, weight: 60}
players: {commander: team, claims-ops: team}
staff: {controllers: [lead], evaluators: [{id: eval-a, objectives: [O1, O2]}]}
claim_streams:
  - {id: cars, lob: motor, regions: {"441700": 0.6, "440800": 0.4},
     arrivals: {model: gamma, start: 1h, total: 90, peak_at: 2h, shape: 3},
     amount: {dist: fixed, value: 9000, currency: CNY}}
injects:
  - id: I01
    at: 0m
    kind: expected_action
    from: cma
    to: commander
    channel: cap
    body: {en: Red warning}
    effects: [{set: alert.cma.typhoon, value: red}]
    expects:
      - {id: E01, role: commander, action: level.confirm, objective: O1, within: 30m, weight: 10,
         score: {accuracy: {type: ordinal_level, truth: 2}}}
      - {id: E02, role: claims-ops, action: allocation.commit, objective: O2, within: 2h, weight: 10}
outcomes:
  - {id: K1, metric: claims.lost, objective: O2, target: 0, floor: 30, better: lower, weight: 20}
scoring: {weights: {timeliness: 0.3, accuracy: 0.3, effectiveness: 0.4}, decay: {type: linear},
  bands: {P: 90, S: 75, M: 60}, critical_cap: 74.9}
success_criteria: {min_overall: 75}
"""

Told = Callable[[str, str], list[str]]


def told(read: Callable[[Path], object], folder: Path, whole: str, old: str, new: str) -> list[str]:
    """The faults of a file in which one thing was changed, without the folder's name."""
    assert whole.count(old) == 1, f"{old!r} stands {whole.count(old)} times in the file"
    path = folder / "changed.yaml"
    path.write_text(whole.replace(old, new), encoding="utf-8")
    with pytest.raises(FileFaults) as caught:
        read(path)
    return [str(fault).replace(f"{folder}/", "") for fault in caught.value.faults]


def line_of(whole: str, part: str) -> int:
    return whole[: whole.index(part)].count("\n") + 1
