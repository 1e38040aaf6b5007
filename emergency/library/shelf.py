"""The library of an installation: its rule files, playbooks, drills and mappings, found by name.

Files are read when first asked for and again when they have changed on disk, so
an edited playbook is in force at the next look without a restart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from emergency.domain.drill.script import DrillScript
from emergency.domain.level import RuleSet
from emergency.domain.organisation import DutyRules
from emergency.domain.playbook import Playbook
from emergency.domain.suspect import Thresholds
from emergency.library import drills as drill_files
from emergency.library.drill_checks import against_playbook
from emergency.library.duty_rules import load_duty_rules
from emergency.library.faults import Fault, FileFaults, NotOnShelf
from emergency.library.mapping import load_mapping, load_synonyms
from emergency.library.playbooks import playbook_from, read_playbook
from emergency.library.reading import unknown
from emergency.library.reference import parse_reference, version_of
from emergency.library.rules import load_rules
from emergency.library.suspect import load_suspect
from emergency.library.tables import Rates, load_rates, load_visits
from emergency.texts import Message

T = TypeVar("T")
Versioned = TypeVar("Versioned", RuleSet, Playbook, DrillScript)


class Library:
    """Content under one root: ``data/rules``, ``data/mappings``, ``playbooks``, ``drills``.

    Rule files are all needed: one that is broken stops `rule_sets` and `rules`. A broken
    playbook or drill is left out of the lists and named by `faults`, so that one draft
    cannot take the others away in an emergency.
    """

    def __init__(self, root: Path, home: Path | None = None) -> None:
        self.root = root
        self.home = home  # mappings that were saved here stand beside the shipped ones

    # Rules ----------------------------------------------------------------------------------------

    def rule_sets(self) -> tuple[RuleSet, ...]:
        """Every rule set, by file name.

        Raises:
            FileFaults: one of the files is broken, or two files hold the same id and version.
        """
        found: dict[tuple[str, str], RuleSet] = {}
        for path in self._files("data/rules", "levels"):
            rules = _fresh(path, load_rules)
            if (rules.id, rules.version) in found:
                raise _same_twice(path, found[(rules.id, rules.version)].path, rules)
            found[(rules.id, rules.version)] = rules
        return tuple(found.values())

    def rules(self, reference: str) -> RuleSet:
        """The newest rule set a reference allows: ``default``, ``default@1.0.0``, ``default@^1``.

        Raises:
            NotOnShelf: there is none. FileFaults: a rule file is broken.
        """
        return _newest(reference, self.rule_sets(), "rule set")

    def rates(self) -> Rates:
        """Dated exchange rates. Raises FileFaults where the file is broken."""
        return _fresh(self.root / "data/rules/rates.csv", load_rates)

    def suspect(self) -> Thresholds:
        """Where a figure becomes doubtful. Raises FileFaults where the file is broken."""
        return _fresh(self.root / "data/rules/suspect.yaml", load_suspect)

    def visits_per_slot(self) -> Mapping[str, int]:
        """Line of business -> survey visits one person does in one shift."""
        return _fresh(self.root / "data/rules/visits.csv", load_visits)

    def duty_rules(self) -> DutyRules:
        """How long people serve, rest and may take to answer. Raises FileFaults where the file is broken."""
        return _fresh(self.root / "data/rules/duty.yaml", load_duty_rules)

    # Playbooks ------------------------------------------------------------------------------------

    def playbooks(self) -> tuple[Playbook, ...]:
        """Every playbook that is in order, the newest version of each first."""
        found = _good(self._files("playbooks", "playbook"), self._playbook)
        return tuple(sorted(found, key=lambda book: (book.id, [-n for n in version_of(book.version)])))

    def playbook(self, reference: str) -> Playbook:
        """The newest playbook a reference allows, ``typhoon-guangdong@^1.2``.

        Raises:
            NotOnShelf: there is none that is in order.
        """
        return _newest(reference, self.playbooks(), "playbook")

    def playbooks_for(
        self, incident_type: str, perils: Iterable[str] = (), regions: Iterable[str] = ()
    ) -> tuple[Playbook, ...]:
        """Playbooks meant for an incident, the best first.

        Best is: its perils are named, its regions are the narrowest, it is approved. Only the newest
        version of each counts.
        """
        perils, regions = tuple(perils), tuple(regions)
        newest = {book.id: book for book in reversed(self.playbooks())}
        fitting = [book for book in newest.values() if book.fits(incident_type, perils, regions)]
        return tuple(sorted(fitting, key=lambda book: _fit(book, perils)))

    def _playbook(self, path: Path) -> Playbook:
        document = _fresh(path, read_playbook)
        book = playbook_from(document)
        try:
            self.rules(book.rules)
        except NotOnShelf:
            known = [f"{rules.id}@{rules.version}" for rules in self.rule_sets()]
            fault = unknown(document, ("classification", "rules"), book.rules, known)
            raise FileFaults(str(path), [fault]) from None
        return book

    # Drills ---------------------------------------------------------------------------------------

    def drills(self) -> tuple[DrillScript, ...]:
        """Every drill that is in order, by file name."""
        return tuple(_good(self._files("drills", "drill"), self._drill))

    def drill(self, name: Path | str) -> DrillScript:
        """A drill by its file, or by reference: ``harvey-2026``, ``typhoon-gd-2026@^1``.

        Raises:
            FileFaults: the file is broken, or does not fit its playbook.
            NotOnShelf: no drill of that name.
        """
        path = Path(name)
        if path.suffix in (".yaml", ".yml") or path.is_file():
            return self._drill(path)
        return _newest(str(name), self.drills(), "drill")

    def _drill(self, path: Path) -> DrillScript:
        document = _fresh(path, drill_files.read_drill)
        script = drill_files.drill_from(document)
        try:
            playbook = self.playbook(script.playbook)
        except NotOnShelf:
            known = [f"{book.id}@{book.version}" for book in self.playbooks()]
            fault = unknown(document, ("playbook",), script.playbook, known)
            raise FileFaults(str(path), [fault]) from None
        faults = list(against_playbook(document, playbook, self.rules(playbook.rules)))
        if faults:
            raise FileFaults(str(path), faults)
        return script

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
            raw = _fresh(path, load_mapping)
            found[str(raw.get("id") or path.name.removesuffix(".mapping.yaml"))] = (raw, path)
        return found

    def synonyms(self) -> dict[str, Any]:
        """Names of columns in other systems, see `emergency.library.mapping.load_synonyms`."""
        found: dict[str, Any] = _fresh(self.root / "data/mappings/synonyms.yaml", load_synonyms)
        return found

    def faults(self) -> tuple[FileFaults, ...]:
        """Every broken content file."""
        readers: list[tuple[str, str, Callable[[Path], object]]] = [
            ("data/rules", "levels", load_rules),
            ("playbooks", "playbook", self._playbook),
            ("drills", "drill", self._drill),
            ("data/mappings", "mapping", load_mapping),
        ]
        found = []
        for folder, kind, read in readers:
            for path in self._files(folder, kind):
                try:
                    read(path)
                except FileFaults as broken:
                    found.append(broken)
        return tuple(found)

    def _files(self, folder: str, kind: str) -> list[Path]:
        return sorted((self.root / folder).glob(f"*.{kind}.yaml"))


def _fresh(path: Path, read: Callable[[Path], T]) -> T:
    """Read a file once per state on disk."""
    try:
        state = path.stat()
    except OSError:
        return read(path)  # says in its own words that the file cannot be read
    found: T = _remembered(path, read, state.st_mtime_ns, state.st_size)
    return found


@lru_cache(maxsize=256)
def _remembered(path: Path, read: Callable[[Path], Any], _changed_ns: int, _size: int) -> Any:
    return read(path)


def _good(paths: Iterable[Path], read: Callable[[Path], T]) -> list[T]:
    found = []
    for path in paths:
        try:
            found.append(read(path))
        except FileFaults:
            continue  # named by Library.faults
    return found


def _newest(reference: str, shelf: Iterable[Versioned], kind: str) -> Versioned:
    known = list(shelf)
    names = ", ".join(f"{one.id}@{one.version}" for one in known)
    try:
        asked = parse_reference(reference)
    except ValueError as error:
        raise _missing(reference, kind, names) from error
    allowed = [one for one in known if one.id == asked.id and asked.allows(one.version)]
    if not allowed:
        raise _missing(reference, kind, names)
    return max(allowed, key=lambda one: version_of(one.version))


def _missing(reference: str, kind: str, names: str) -> NotOnShelf:
    gaps = {"reference": reference, "known": names or "–"}
    if kind == "playbook":
        return NotOnShelf(Message("there is no playbook {reference}; known: {known}", gaps))
    if kind == "drill":
        return NotOnShelf(Message("there is no drill {reference}; known: {known}", gaps))
    return NotOnShelf(Message("there is no rule file {reference}; known: {known}", gaps))


def _same_twice(path: Path, other: str, rules: RuleSet) -> FileFaults:
    gaps = {"name": f"{rules.id}@{rules.version}", "other": other}
    message = Message("{name} is already in {other}; give one of them another id or version", gaps)
    return FileFaults(str(path), [Fault(str(path), 0, 0, "id", message)])


def _fit(book: Playbook, perils: tuple[str, ...]) -> tuple[bool, int, bool, str]:
    named = bool(set(perils) & set(book.perils))
    # Trailing zeros of a GB/T 2260 code widen it; 000000 is everywhere.
    widest = min(len(code.rstrip("0")) for code in book.regions)
    return (not named, -widest, book.status != "approved", book.id)
