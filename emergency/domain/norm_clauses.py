"""What the norm asks of an emergency plan, clause by clause, and where a plan answers.

Source: 《2025年保险行业理赔服务规范与操作流程》 chapter 6, §1.2 to §4, in our words. A clause is met by what a plan
does (a task with this evidence, a resource of this kind, a bulletin to this audience), and where nothing but its words
can tell, by a task whose title says it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from emergency.domain.playbook import GROUPS, Playbook, Task
from emergency.domain.resource_kind import FUND, RESOURCE_KINDS, part_of
from emergency.texts import N_

Places = tuple[str, ...]


@dataclass(frozen=True)
class Clause:
    """A requirement: its section in chapter 6, its words, and who finds it in a plan."""

    section: str
    words: str
    find: Callable[[Playbook], Places]


def places(clause: Clause, plan: Playbook) -> Places:
    """Places in the plan (``tasks/rescue``, ``resources/generator``) that answer a clause; none is a gap."""
    return tuple(dict.fromkeys(clause.find(plan)))


def _tasks(plan: Playbook, fits: Callable[[Task], bool]) -> Places:
    return tuple(f"tasks/{task.id}" for task in plan.tasks if fits(task))


def _by_act(plan: Playbook, *actions: str, **match: Any) -> Places:
    def fits(task: Task) -> bool:
        return any(
            one.action in actions and all(one.match.get(key) == value for key, value in match.items())
            for one in task.evidence
        )

    return _tasks(plan, fits)


def _titled(plan: Playbook, chinese: str, english: str) -> Places:
    return _tasks(plan, lambda t: chinese in t.title.get("zh", "") or english.lower() in t.title.get("en", "").lower())


def _in_phase(plan: Playbook, *phases: str) -> Places:
    return _tasks(plan, lambda task: task.phase in phases)


def _resources(plan: Playbook, part: str = "", duty: str = "", kind: str = "") -> Places:
    return tuple(
        f"resources/{row.kind}"
        for row in plan.resources
        if (not part or part_of(row.kind) == part)
        and (not kind or row.kind == kind)
        and (not duty or (row.kind in RESOURCE_KINDS and RESOURCE_KINDS[row.kind].duty == duty))
    )


def _bulletins(plan: Playbook, *audiences: str) -> Places:
    return tuple(f"comms/{one.id}" for one in plan.comms if one.audience in audiences)


def _each(*found: Places) -> Places:
    """All of several things are asked for; where one is missing the clause is not met."""
    return tuple(place for places in found for place in places) if all(found) else ()


def _supporters(plan: Playbook) -> Places:
    """Somebody calms and supports customers: by name, or by calling counsellors out."""
    called = _by_act(plan, "allocation.commit", kind="counsellor")
    return (*_titled(plan, "心理", "psychological"), *_titled(plan, "安抚", "calm"), *called)


def _groups(plan: Playbook) -> Places:
    by_group = {group: [r.id for r in plan.roles.values() if r.group == group] for group in GROUPS}
    return tuple(f"roles/{found[0]}" for found in by_group.values() if found) if all(by_group.values()) else ()


def _all_levels(plan: Playbook) -> Places:
    laid_out = {level for task in plan.tasks for level in task.levels}
    return ("activation/authority",) if laid_out <= set(plan.activation.authority) and len(laid_out) == 3 else ()


def _spread(plan: Playbook) -> Places:
    """The work of the response is shared among departments."""
    working = {plan.roles[task.role].group for task in plan.tasks if task.phase == "respond"}
    return _in_phase(plan, "respond") if len(working) >= 3 else ()


def _reviewed(plan: Playbook) -> Places:
    return ("approved/review_due",) if plan.approved else ()


def _repeated(plan: Playbook) -> Places:
    return tuple(f"comms/{one.id}" for one in plan.comms if one.audience == "customers" and one.repeat_every_s)


def _counted(plan: Playbook) -> Places:
    rows = tuple(f"resources/{row.kind}" for row in plan.resources if row.per_claims)
    return (*_by_act(plan, "report.publish", "map.footprint.publish"), *rows)


CLAUSES: tuple[Clause, ...] = (
    Clause("1.2", N_("Risk is assessed and warned of"), lambda p: _by_act(p, "map.footprint.publish")),
    Clause("1.2", N_("Customers are told at once and openly"), lambda p: _bulletins(p, "customers")),
    Clause(
        "1.2",
        N_("A resource library of people, goods and technology"),
        lambda p: _each(_resources(p, "people"), _resources(p, "goods"), _resources(p, "technology")),
    ),
    Clause(
        "1.2",
        N_("Customers are calmed and given psychological support"),
        lambda p: _each(_resources(p, "care"), _supporters(p)),
    ),
    Clause(
        "1.2",
        N_("Before, during and after"),
        lambda p: _each(_in_phase(p, "prepare"), _in_phase(p, "respond"), _in_phase(p, "recover")),
    ),
    Clause("1.2", N_("Drills are held"), lambda p: _titled(p, "演练", "drill")),
    Clause(
        "1.3",
        N_("Identified and reported: kind, time, place, scope, first cause"),
        lambda p: _by_act(p, "report.submit", to="headquarters"),
    ),
    Clause("1.3", N_("Graded response in three levels"), lambda p: _each(_by_act(p, "level.confirm"), _all_levels(p))),
    Clause("1.3", N_("Disposed of by the plan, departments together"), _spread),
    Clause("1.3", N_("Bulletins through official channels"), lambda p: tuple(f"comms/{c.id}" for c in p.comms)),
    Clause("1.3", N_("Summary, root cause and improvement"), lambda p: _by_act(p, "aar.publish")),
    Clause("1.4", N_("Data are analysed to foresee and to plan"), _counted),
    Clause(
        "1.4",
        N_("Handling is eased and automated"),
        lambda p: _by_act(p, "policy.enable", "system.failover"),
    ),
    Clause(
        "1.4",
        N_("Records can be traced and are not changed"),
        lambda p: (*_titled(p, "留痕", "kept"), *_titled(p, "日志", "logs are kept")),
    ),
    Clause("1.4", N_("Customers can ask round the clock"), lambda p: _titled(p, "24小时", "round the clock")),
    Clause("2.1", N_("The claims procedure is changed for the event"), lambda p: _by_act(p, "policy.enable")),
    Clause("2.2", N_("Command centre, response team, customer support, logistics"), _groups),
    Clause("2.3", N_("Communication inside"), lambda p: _bulletins(p, "staff")),
    Clause(
        "2.3",
        N_("Communication with customers, media and regulator"),
        lambda p: _each(_bulletins(p, "customers"), _bulletins(p, "media"), _bulletins(p, "regulator")),
    ),
    Clause("2.3", N_("Customers hear from us throughout"), _repeated),
    Clause(
        "3.1",
        N_("Classes of incident and levels"),
        lambda p: _each(("classification/incident_types",), _all_levels(p)),
    ),
    Clause(
        "3.1",
        N_("Steps for each phase"),
        lambda p: _each(*(_in_phase(p, phase) for phase in ("activate", "respond", "report", "recover"))),
    ),
    Clause(
        "3.1",
        N_("People, goods, technology and money"),
        lambda p: _each(*(_resources(p, part) for part in ("people", "goods", "technology", "money"))),
    ),
    Clause(
        "3.1",
        N_("Customer communication, calming and psychological support"),
        lambda p: _each(_bulletins(p, "customers"), _resources(p, "care")),
    ),
    Clause(
        "3.2",
        N_("Evaluated for timeliness, accuracy and effectiveness"),
        lambda p: _by_act(p, "aar.publish"),
    ),
    Clause("3.3", N_("The plan is reviewed regularly"), _reviewed),
    Clause(
        "3.3",
        N_("Feedback of customers, staff and regulator"),
        lambda p: (*_titled(p, "意见", "feedback"),),
    ),
    Clause("4", N_("In stock: communication devices"), lambda p: _resources(p, duty="communication")),
    Clause("4", N_("In stock: backup power"), lambda p: _resources(p, duty="power")),
    Clause("4", N_("In stock: first aid"), lambda p: _resources(p, duty="first_aid")),
    Clause("4", N_("In stock: office supplies"), lambda p: _resources(p, duty="office")),
    Clause("4", N_("Resources can be called at once"), lambda p: _by_act(p, "allocation.commit")),
    Clause(
        "4",
        N_("An emergency fund that can be drawn in time"),
        lambda p: _each(_resources(p, kind=FUND), _of_fund(p)),
    ),
    Clause(
        "4",
        N_("An information platform for those inside"),
        lambda p: _each(_bulletins(p, "staff"), _by_act(p, "report.publish")),
    ),
    Clause(
        "4",
        N_("Training, and enough qualified staff"),
        lambda p: _each(_titled(p, "培训", "train"), _resources(p, "people")),
    ),
    Clause("4", N_("Organisation, process and appraisal"), lambda p: _titled(p, "考核", "appraisal")),
)


def _of_fund(plan: Playbook) -> Places:
    """Somebody is asked to pay ahead or to draw the fund."""
    return (*_by_act(plan, "policy.enable", name="advance_payment"), *_titled(plan, "基金", "fund"))


def gaps(plan: Playbook, clauses: Iterable[Clause] = CLAUSES) -> tuple[Clause, ...]:
    """Clauses the plan does not answer."""
    return tuple(clause for clause in clauses if not places(clause, plan))


def by_section(clauses: Iterable[Clause] = CLAUSES) -> Mapping[str, tuple[Clause, ...]]:
    found: dict[str, tuple[Clause, ...]] = {}
    for clause in clauses:
        found[clause.section] = (*found.get(clause.section, ()), clause)
    return found
