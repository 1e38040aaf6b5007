"""The library of an installation: its rule files, playbooks, drills and mappings, found by name.

Files are read when first asked for and again when they have changed on disk, so
an edited playbook is in force at the next look without a restart.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from emergency.domain.drill.script import DrillScript
from emergency.domain.fund import FundRules
from emergency.domain.incident import IncidentKind
from emergency.domain.level import RuleSet
from emergency.domain.organisation import DutyRules
from emergency.domain.playbook import Playbook
from emergency.domain.resource_kind import FUND
from emergency.domain.staffing import StaffingRules
from emergency.domain.suspect import Thresholds
from emergency.domain.tag_rule import TagRule
from emergency.library.bulletins import load_templates
from emergency.library.drill_references import Maps
from emergency.library.drill_shelf import DrillShelf, ShelvedDrill
from emergency.library.duty_rules import load_duty_rules
from emergency.library.faults import Fault, FileFaults, NotOnShelf
from emergency.library.fresh import fresh, good, newest, same_twice, state
from emergency.library.fund_rules import load_fund_rules
from emergency.library.house_plans import Source, approved_plan, file_plan, in_use, nothing_yet
from emergency.library.incident_kinds import FILE as KINDS_FILE
from emergency.library.incident_kinds import SHIPPED, load_kinds, unknown_kinds
from emergency.library.mapping import load_mapping, load_synonyms
from emergency.library.playbook_checks import Known, check
from emergency.library.pools import SEAT_SKILLS, stocked_kinds
from emergency.library.reading import unknown
from emergency.library.reference import version_of
from emergency.library.relief import load_relief_measures
from emergency.library.reporting_curve import Reporting, load_reporting
from emergency.library.rules import load_rules
from emergency.library.staffing import load_staffing_rules
from emergency.library.strict_yaml import Document, load
from emergency.library.suspect import load_suspect
from emergency.library.tables import Rates, load_rates, load_visits
from emergency.library.tag_rules import load_tag_rules
from emergency.library.worth import Worth, load_worth


class Library:
    """Content under one root: ``data/rules``, ``data/mappings``, ``playbooks``, ``drills``.

    Rule files are all needed: one that is broken stops `rule_sets` and `rules`. A broken
    playbook or drill is left out of the lists and named by `faults`, so that one draft
    cannot take the others away in an emergency.
    """

    def __init__(
        self, root: Path, home: Path | None = None, house: Source = nothing_yet, maps: Maps = lambda _code: ()
    ) -> None:
        self.root = root
        self.maps = maps  # asked only for a drill that is read by its file: maps are large
        self.home = home  # mappings that were saved here stand beside the shipped ones
        self.house = house  # playbooks approved in the console stand beside the shipped ones, too
        self._drills = DrillShelf(self)
        self._shelved: tuple[Any, tuple[Playbook, ...]] | None = None  # what it was made of, and the playbooks

    # Rules ----------------------------------------------------------------------------------------

    def rule_sets(self) -> tuple[RuleSet, ...]:
        """Every rule set, by file name.

        Raises:
            FileFaults: one of the files is broken, or two files hold the same id and version.
        """
        found: dict[tuple[str, str], RuleSet] = {}
        for path in self._files("data/rules", "levels"):
            rules = fresh(path, load_rules)
            self._kinds_known(path, rules)
            if (rules.id, rules.version) in found:
                raise same_twice(path, found[(rules.id, rules.version)].path, rules)
            found[(rules.id, rules.version)] = rules
        return tuple(found.values())

    def incident_kinds(self) -> tuple[IncidentKind, ...]:
        """The kinds of incident of this house, in the file's order. Raises FileFaults where the file is broken."""
        own = self.root / "data" / KINDS_FILE
        return fresh(own if own.exists() else SHIPPED / KINDS_FILE, load_kinds)

    def _kinds_known(self, path: Path, rules: RuleSet) -> None:
        known = {kind.id for kind in self.incident_kinds()}
        if not known.issuperset(rules.types):
            named = [(("types", kind), kind) for kind in rules.types]
            raise FileFaults(str(path), list(unknown_kinds(load(path), named, sorted(known))))

    def rules(self, reference: str) -> RuleSet:
        """The newest rule set a reference allows: ``default``, ``default@1.0.0``, ``default@^1``.

        Raises:
            NotOnShelf: there is none. FileFaults: a rule file is broken.
        """
        return newest(reference, self.rule_sets(), "rule set")

    def rates(self) -> Rates:
        """Dated exchange rates. Raises FileFaults where the file is broken."""
        return fresh(self.root / "data/rules/rates.csv", load_rates)

    def suspect(self) -> Thresholds:
        """Where a figure becomes doubtful. Raises FileFaults where the file is broken."""
        return fresh(self.root / "data/rules/suspect.yaml", load_suspect)

    def tag_rules(self) -> tuple[TagRule, ...]:
        """At which figures an event tag is suggested. Raises FileFaults where the file is broken."""
        return fresh(self.root / "data/rules/tags.yaml", load_tag_rules)

    def visits_per_slot(self) -> Mapping[str, int]:
        """Line of business -> survey visits one person does in one shift."""
        return fresh(self.root / "data/rules/visits.csv", load_visits)

    def worth(self) -> Worth:
        """What surveying a claim is worth against the drive to it. Raises FileFaults where the file is broken."""
        return fresh(self.root / "data/rules/worth.yaml", load_worth)

    def reporting(self) -> Reporting:
        """How fast an event is reported, by kind of incident. Raises FileFaults where the file is broken."""
        return fresh(self.root / "data/rules/reporting.yaml", load_reporting)

    def fund_rules(self) -> FundRules:
        """From which amount on the emergency fund takes two approvers. Raises FileFaults where the file is broken."""
        return fresh(self.root / "data/rules/fund.yaml", load_fund_rules)

    def duty_rules(self) -> DutyRules:
        """How long people serve, rest and may take to answer. Raises FileFaults where the file is broken."""
        return fresh(self.root / "data/rules/duty.yaml", load_duty_rules)

    def staffing(self) -> StaffingRules:
        """Who may be sent out, for how long, in which turns. Raises FileFaults where the file is broken."""
        return fresh(self.root / "data/rules/staffing.yaml", load_staffing_rules)

    # Playbooks ------------------------------------------------------------------------------------

    def playbooks(self) -> tuple[Playbook, ...]:
        """Every version of every playbook that is in order, the newest of each first.

        Shipped files, earlier shipped versions (open incidents keep theirs), and what was approved in the console.
        """
        house, rules, files = self.house(), self.rule_sets(), self._plan_files()
        # Asked for at every look at an incident, changed once a year: sorted out again only where something changed.
        made_of = (house, rules, self.incident_kinds(), [(path, state(path)) for path in files])
        kept = self._shelved
        if kept is None or kept[0] != made_of:
            shipped = good(files, lambda path: self._playbook(path, rules))
            approved = good(house.approved, lambda one: self._ruled(*approved_plan(one), rules))
            found = {(book.id, book.version): in_use(book, house) for book in (*shipped, *approved)}
            books = sorted(found.values(), key=lambda book: (book.id, [-n for n in version_of(book.version)]))
            kept = self._shelved = (made_of, tuple(books))
        return kept[1]

    def playbook_text(self, sha256: str) -> str:
        """The text of a version by its hash, "" where there is none; what an exercise keeps of its plan."""
        files = (path.read_bytes() for path in self._plan_files())
        for raw in (*(one.text.encode() for one in self.house().approved), *files):
            if hashlib.sha256(raw).hexdigest() == sha256:
                return raw.decode("utf-8")
        return ""

    def check_playbook(self, raw: bytes, name: str) -> tuple[Fault, ...]:
        """Everything that is wrong with a playbook and all it lacks before approval; never raises."""
        return check(raw, name, self._known())

    def _known(self) -> Known:
        rules = self.rule_sets()
        return Known(
            rules=tuple(f"{one.id}@{one.version}" for one in rules),
            deadlines=frozenset(kind for one in rules for clock in one.reporting for kind in clock.deadlines_s),
            kinds=frozenset({"surveyor", FUND, *SEAT_SKILLS, *stocked_kinds(self.root / "data/pool")}),
            measures=self.measures(),
            templates=frozenset(
                word for one in load_templates(self.root / "data/bulletins")[0] for word in (one.id, *one.answers)
            ),
            allows=lambda reference: _is_there(reference, rules),
            incident_kinds=tuple(kind.id for kind in self.incident_kinds()),
        )

    def measures(self) -> frozenset[str] | None:
        try:
            return frozenset(load_relief_measures(self.root / "data/relief-measures.yaml").measures)
        except FileFaults:
            return None  # its own check names what is wrong with it; a playbook is not blamed

    def _plan_files(self) -> list[Path]:
        return [*self._files("playbooks/earlier", "playbook"), *self._files("playbooks", "playbook")]

    def playbook(self, reference: str) -> Playbook:
        """The newest playbook a reference allows, ``typhoon-guangdong@^1.2``.

        Raises:
            NotOnShelf: there is none that is in order.
        """
        return newest(reference, self.playbooks(), "playbook")

    def playbooks_for(
        self, incident_type: str, perils: Iterable[str] = (), regions: Iterable[str] = ()
    ) -> tuple[Playbook, ...]:
        """Playbooks meant for an incident, the best first.

        Best is: its perils are named, its regions are the narrowest, it is approved. Only the newest
        version of each counts.
        """
        perils, regions = tuple(perils), tuple(regions)
        newest: dict[str, Playbook] = {}
        for book in self.playbooks():  # the newest first
            # A draft among the files waits for its approval where there is an approved version before it.
            if book.id not in newest or (newest[book.id].status == "draft" and book.status == "approved"):
                newest[book.id] = book
        fitting = [book for book in newest.values() if book.fits(incident_type, perils, regions)]
        return tuple(sorted(fitting, key=lambda book: _fit(book, perils)))

    def _playbook(self, path: Path, rules: Sequence[RuleSet] | None = None) -> Playbook:
        return self._ruled(*fresh(path, file_plan), self.rule_sets() if rules is None else rules)

    def _ruled(self, document: Document, book: Playbook, rules: Sequence[RuleSet]) -> Playbook:
        """The plan, if the rules it works with and the kinds of incident it is for are there."""
        kinds = [kind.id for kind in self.incident_kinds()]
        named = [(("classification", "incident_types", n), kind) for n, kind in enumerate(book.incident_types)]
        faults = list(unknown_kinds(document, named, kinds))
        if not _is_there(book.rules, rules):
            known = [f"{one.id}@{one.version}" for one in rules]
            faults.append(unknown(document, ("classification", "rules"), book.rules, known))
        if faults:
            raise FileFaults(document.path, faults)
        return book

    # Drills ---------------------------------------------------------------------------------------

    def shelved_drills(self) -> tuple[ShelvedDrill, ...]:
        """Every version of every drill that is in order, shipped and own, and which of each id is played."""
        return self._drills.shelved()

    def drills(self) -> tuple[DrillScript, ...]:
        """Every drill that is in order, by file name, the shipped ones first."""
        return tuple(one.script for one in self.shelved_drills())

    def drill(self, name: Path | str) -> DrillScript:
        """A drill by its file, or by reference: ``harvey-2026``, ``typhoon-gd-2026@^1``.

        Raises:
            FileFaults: the file is broken, or does not fit its playbook; everything that is wrong with it.
            NotOnShelf: no drill of that name.
        """
        path = Path(name)
        if path.suffix in (".yaml", ".yml") or path.is_file():
            return self._drills.file(path)
        return newest(str(name), self.drills(), "drill")

    def check_drill(self, raw: bytes, name: str) -> tuple[Fault, ...]:
        """Everything that is wrong with a drill script, whatever it is named; never raises."""
        return self._drills.check(raw, name)

    def drill_text(self, sha256: str) -> bytes:
        """The bytes of a script by their hash, b"" where they are not here."""
        return self._drills.text(sha256)

    # Mappings, faults -----------------------------------------------------------------------------

    def mappings(self) -> dict[str, tuple[dict[str, Any], Path]]:
        """Name -> (content, file) of every mapping; the name is its id, else that of its file.

        A saved one hides a shipped one of the same name.

        Raises:
            FileFaults: one of the files is broken.
        """
        found = {}
        saved = sorted((self.home / "mappings").glob("*.mapping.yaml")) if self.home else []
        for path in [*self._files("data/mappings", "mapping"), *saved]:
            raw = fresh(path, load_mapping)
            found[str(raw.get("id") or path.name.removesuffix(".mapping.yaml"))] = (raw, path)
        return found

    def synonyms(self) -> dict[str, Any]:
        """Names of columns in other systems, see `emergency.library.mapping.load_synonyms`."""
        found: dict[str, Any] = fresh(self.root / "data/mappings/synonyms.yaml", load_synonyms)
        return found

    def faults(self) -> tuple[FileFaults, ...]:
        """Every broken content file."""
        readers: list[tuple[str, str, Callable[[Path], object]]] = [
            ("data/rules", "levels", load_rules),
            ("playbooks", "playbook", self._playbook),
            ("playbooks/earlier", "playbook", self._playbook),
            ("data/mappings", "mapping", load_mapping),
        ]
        found = []
        for folder, kind, read in readers:
            for path in self._files(folder, kind):
                try:
                    read(path)
                except FileFaults as broken:
                    found.append(broken)
        return (*found, *self._drills.faults())

    def _files(self, folder: str, kind: str) -> list[Path]:
        return sorted((self.root / folder).glob(f"*.{kind}.yaml"))


def _is_there(reference: str, rules: Sequence[RuleSet]) -> bool:
    try:
        newest(reference, rules, "rule set")
    except NotOnShelf:
        return False
    return True


def _fit(book: Playbook, perils: tuple[str, ...]) -> tuple[bool, int, bool, str]:
    named = bool(set(perils) & set(book.perils))
    # Trailing zeros of a GB/T 2260 code widen it; 000000 is everywhere.
    widest = min(len(code.rstrip("0")) for code in book.regions)
    return (not named, -widest, book.status != "approved", book.id)
