"""Drill files: what they become, and what is told of a wrong one."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from emergency.domain.drill.script import AccuracySpec, Arrivals, Effect, ResourceChange
from emergency.library import FileFaults, Library, load_drill
from tests.library.small import DRILL, PLAYBOOK, RULES, told

SETS = "[{set: alert.cma.typhoon, value: red}]"


def test_a_drill_file_becomes_a_script(tmp_path: Path) -> None:
    path = tmp_path / "small.drill.yaml"
    path.write_text(DRILL, encoding="utf-8")
    script = load_drill(path)
    assert script.clock.start.utcoffset() == timedelta(hours=8)
    assert (script.clock.duration_s, script.clock.seed) == (14400, 7)
    assert script.claim_streams[0].arrivals == Arrivals("gamma", 3600, 90, 7200, 3.0)
    (inject,) = script.injects
    assert (inject.sender, inject.at_s, inject.effects) == ("cma", 0, (Effect("set", "alert.cma.typhoon", "red"),))
    first, second = inject.expects
    assert (first.within_s, first.accuracy) == (1800, AccuracySpec("ordinal_level", 2))
    assert (second.accuracy, second.decay, second.critical) == (None, None, False)
    assert (script.scoring.decay.zero_at, script.success_criteria.no_critical_missed) == (2.0, False)


def test_people_or_goods_that_come_or_go_are_read(tmp_path: Path) -> None:
    path = tmp_path / "small.drill.yaml"
    path.write_text(DRILL.replace(SETS, "[{resource: {kind: fnol_agent, region: '441700', count: -6}}]"), "utf-8")
    (effect,) = load_drill(path).injects[0].effects
    assert effect.resource == ResourceChange("fnol_agent", "441700", -6) and effect.resource.of_people
    assert not ResourceChange("drone", "441700", 1).of_people


def test_the_rules_are_the_truth_unless_the_script_says_otherwise(tmp_path: Path) -> None:
    path = tmp_path / "small.drill.yaml"
    path.write_text(DRILL.replace(", truth: 2", ""), encoding="utf-8")
    spec = load_drill(path).injects[0].expects[0].accuracy
    assert spec is not None
    assert spec.truth == "rules"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("weight: 60", "weight: 50", "objectives: weights add up to 90; they must make 100"),
        ("effectiveness: 0.4", "effectiveness: 0.5", "weights add up to 1.1; they must make 1"),
        ('"440800": 0.4', '"440800": 0.5', "shares add up to 1.1; they must make 1"),
        ("within: 2h", "within: 5h", "lies after the end of the drill (4 h)"),
        ("at: 0m", "at: 5h", "lies after the end of the drill (4 h)"),
        ("start: 1h", "start: 4h", "lies after the end of the drill (4 h)"),
        ("peak_at: 2h", "peak_at: 1h", "the peak must lie after the start"),
        ("role: claims-ops", "role: logistics", 'found "logistics"; allowed: commander, claims-ops'),
        ("action: allocation.commit", "action: allocation.make", "(did you mean allocation.commit?)"),
        ("objective: O2, within", "objective: O1, within", "no expected action serves objective O2"),
        ("objective: O2, target", "objective: O3, target", 'found "O3"; allowed: O1, O2'),
        ("objectives: [O1, O2]", "objectives: [O1, O9]", 'found "O9"; allowed: O1, O2'),
        ("id: E02", "id: E01", "E01 is already used in line 28"),
        ("value: red", "value: crimson", "crimson is not on the scale “warning colour”"),
        ("model: gamma", "model: gama", 'found "gama"; allowed: gamma, constant, schedule (did you mean gamma?)'),
        ("shape: 3", "shap: 3", "key shap is not known here; allowed: model, start, total, peak_at, shape"),
        ("lob: motor", "lob: motors", "(did you mean motor?)"),
        ("target: 0", "target: oracel", '"oracel"'),
        ("truth: 2", "truth: 4", "found 4; allowed: 1, 2, 3, rules"),
        ("at: 0m", "at: 0m\n    when: {metric: sim.elapsed, op: ge, value: 1h}", "a time (at) or a condition"),
        ("at: 0m", "when: {metric: sim.elapsed, op: ge, value: 30}", "allowed: a span such as 30m"),
        ("+08:00", "", "an instant in quotes with its offset"),
        ("09-23T", "09-31T", "which is not in the calendar"),
        ("P: 90, S: 75", "P: 75, S: 75", "bands must fall from P over S to M"),
        (
            "[{set: alert.cma.typhoon, value: red}]",
            '[{block: {edge: "441700-440800", until: 0m}}]',
            "must reopen after it is blocked",
        ),
        (
            "[{set: alert.cma.typhoon, value: red}]",
            "[{mark: landfall}]",
            'found "landfall"; allowed: impact, stand_down',
        ),
        (SETS, "[{resource: {kind: drone, region: '441700'}}]", "people or goods that come or go need count"),
        (SETS, "[{resource: {kind: drone, region: '441700', count: 0}}]", "that come or go need count"),
        (SETS, "[{resource: {kind: drone, region: '441700', count: 2, at: YJ}}]", "allowed: kind, region, count"),
        (SETS, "[{resource: {kind: surveyor, region: '441700', count: -2}}]", 'found "surveyor"; allowed: motor, '),
    ],
)
def test_a_wrong_drill_says_where_what_and_what_else(tmp_path: Path, old: str, new: str, message: str) -> None:
    found = told(load_drill, tmp_path, DRILL, old, new)
    fault = next((one for one in found if message in one), None)
    assert fault, found


@pytest.mark.parametrize(
    ("old", "new", "at"),
    [
        ("objective: O2, within", "objective: O1, within", "changed.yaml:11: objectives/1: "),
        ("within: 2h", "within: 5h", "changed.yaml:30: injects/0/expects/1/within: "),
        ('"440800": 0.4', '"440800": 0.5', "changed.yaml:15: claim_streams/0/regions: "),
        ("value: red", "value: crimson", "changed.yaml:26: injects/0/effects/0/value: "),
    ],
)
def test_a_fault_stands_at_the_line_of_its_field(tmp_path: Path, old: str, new: str, at: str) -> None:
    (fault,) = told(load_drill, tmp_path, DRILL, old, new)
    assert fault.startswith(at)


def on_a_shelf(folder: Path, drill: str) -> Library:
    for place, text in (
        ("data/rules/default.levels.yaml", RULES),
        ("playbooks/small.playbook.yaml", PLAYBOOK),
        ("drills/small.drill.yaml", drill),
    ):
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        (folder / place).write_text(text, encoding="utf-8")
    return Library(folder)


def test_a_drill_must_fit_its_playbook(tmp_path: Path) -> None:
    assert on_a_shelf(tmp_path, DRILL).drill("small-drill").id == "small-drill"
    for old, new, message in (
        ("small-storm@^1.0", "small-storm@^2.0", 'playbook: found "small-storm@^2.0"; allowed: small-storm@1.2.0'),
        ("players: {commander", "players: {pilot: team, commander", 'players/pilot: found "pilot"; allowed: commander'),
    ):
        library = on_a_shelf(tmp_path, DRILL.replace(old, new))
        with pytest.raises(FileFaults, match=r"small\.drill\.yaml:\d+: ") as caught:
            library.drill(tmp_path / "drills/small.drill.yaml")
        assert message in str(caught.value)


@pytest.mark.parametrize(("truth", "agrees"), [("2", True), ("1", True), ("3", False), ("rules", True)])
def test_a_level_written_down_must_not_be_milder_than_the_rules_give(tmp_path: Path, truth: str, agrees: bool) -> None:
    """A red warning alone is level 2. Level 1 may still come from the claims, level 3 cannot."""
    library = on_a_shelf(tmp_path, DRILL.replace("truth: 2", f"truth: {truth}"))
    if agrees:
        assert library.drill("small-drill").id == "small-drill"
        return
    with pytest.raises(FileFaults, match="says level 3; by default the scripted facts give level 2"):
        library.drill(tmp_path / "drills/small.drill.yaml")


def test_a_file_is_held_against_what_the_rules_give_at_its_minute_by_its_own_claims(tmp_path: Path) -> None:
    """The red warning is level 2 and the few claims of the script never make it level 1."""
    library = on_a_shelf(tmp_path, DRILL.replace("truth: 2", "truth: 1"))
    with pytest.raises(FileFaults, match=r"says level Ⅰ; at its minute, .*, default gives Ⅱ") as told:
        library.drill(tmp_path / "drills/small.drill.yaml")
    assert "write truth: rules" in str(told.value)
    again = on_a_shelf(tmp_path, DRILL)
    assert again.drill(tmp_path / "drills/small.drill.yaml").id == "small-drill"


@pytest.mark.parametrize(
    ("old", "new", "told_as"),
    [
        ("metric: claims.lost", "metric: claims.lots", 'outcomes/0/metric: found "claims.lots"'),
        ("to: commander\n", "to: comander\n", 'injects/0/to: found "comander"; allowed: commander, claims-ops, all'),
        ("{en: Declare}", '{en: Declare, zh: ""}', "objectives/0/text/zh: there are no words here"),
        ("{en: Red warning}", '{en: " "}', "injects/0/body/en: there are no words here"),
    ],
)
def test_a_name_the_product_does_not_have_and_words_left_empty_are_faults(
    tmp_path: Path, old: str, new: str, told_as: str
) -> None:
    found = told(load_drill, tmp_path, DRILL, old, new)
    assert any(told_as in one for one in found), found


BRANCH = """\
  - id: I02
    when: {all: [{metric: sim.elapsed, op: ge, value: 1h}, {not: {metric: METRIC, op: eq, value: "on"}}]}
    kind: contextual
    from: cma
    to: commander
    channel: cap
    body: {en: It goes on}
outcomes:
"""
MEASURES = Path("data/relief-measures.yaml").read_text("utf-8")


@pytest.mark.parametrize(
    ("old", "new", "told_as"),
    [
        (
            "role: claims-ops, action: allocation.commit,",
            "role: claims-ops, action: task.complete, match: {task: surve},",
            'drill.yaml:30: injects/0/expects/1/match/task: found "surve"; allowed: activate, survey (did you mean',
        ),
        (
            "role: claims-ops, action: allocation.commit,",
            "role: claims-ops, action: policy.enable, match: {name: anywher},",
            "(did you mean anywhere?",
        ),
        (SETS, "[{set: alert.cma.typhoo, value: red}]", 'found "alert.cma.typhoo", which is none of the '),
        (SETS, "[{set: policy.anywher, value: on}]", "(did you mean policy.anywhere"),
        ("outcomes:\n", BRANCH.replace("METRIC", "policy.anywher"), "injects/1/when/all/1/not/metric: found"),
        ("outcomes:\n", BRANCH.replace("METRIC", "claimants.joined"), '`emergency drill names facts` lists them'),
        (
            "claim_streams:\n",
            "initial_state: {facts: {claimants.joined: no}}\nclaim_streams:\n",
            'initial_state/facts/claimants.joined: found "claimants.joined"',
        ),
    ],
)
def test_what_nobody_could_do_read_or_meet_is_a_fault(tmp_path: Path, old: str, new: str, told_as: str) -> None:
    assert DRILL.count(old) == 1
    library = on_a_shelf(tmp_path, DRILL.replace(old, new))
    (tmp_path / "data/relief-measures.yaml").write_text(MEASURES, "utf-8")
    with pytest.raises(FileFaults) as caught:
        library.drill(tmp_path / "drills/small.drill.yaml")
    assert told_as in str(caught.value)


def test_a_fact_of_the_scripts_own_is_in_order_where_it_is_set_and_read(tmp_path: Path) -> None:
    own = DRILL.replace("outcomes:\n", BRANCH.replace("METRIC", "claimants.joined"))
    own = own.replace(SETS, '[{set: alert.cma.typhoon, value: red}, {set: claimants.joined, value: "off"}]')
    assert on_a_shelf(tmp_path, own).drill("small-drill").id == "small-drill"


def test_a_region_that_no_map_has_is_a_fault_and_where_there_is_no_map_nothing_is_said(tmp_path: Path) -> None:
    path = tmp_path / "drills/small.drill.yaml"
    library = on_a_shelf(tmp_path, DRILL.replace('"440800": 0.4', '"449900": 0.4'))
    assert library.drill(path).id == "small-drill"
    asked = Library(tmp_path, maps=lambda _code: ("440800", "441700"))
    with pytest.raises(FileFaults, match=r"small\.drill\.yaml:15: .*no region of the map has the code 449900"):
        asked.drill(path)
    path.write_text(DRILL, "utf-8")
    assert asked.drill(path).id == "small-drill"
