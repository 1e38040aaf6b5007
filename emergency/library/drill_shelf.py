"""Drill scripts on the shelf: those that came with the console, and the house's own in ``<home>/drills``."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from emergency.domain.drill.script import DrillScript
from emergency.library import drills as drill_files
from emergency.library import strict_yaml
from emergency.library.drill_checks import against_playbook
from emergency.library.drill_levels import not_at_its_minute
from emergency.library.drill_references import against_plan, off_the_map
from emergency.library.faults import Fault, FileFaults, NotOnShelf
from emergency.library.fresh import fresh, same_twice
from emergency.library.reading import unknown
from emergency.library.reference import version_of
from emergency.library.strict_yaml import Document
from emergency.texts import N_, Message

if TYPE_CHECKING:
    from emergency.library.shelf import Library

FOLDER, EARLIER = "drills", "earlier"
FILES = "*.drill.yaml"


@dataclass(frozen=True)
class ShelvedDrill:
    """own: of the house, not shipped. played: the newest version of its id, which the id alone stands for."""

    script: DrillScript
    own: bool = False
    played: bool = True

    @property
    def reference(self) -> str:
        return f"{self.script.id}@{self.script.version}"


class DrillShelf:
    """Reads a script when it is asked for, and again where it, its plan or its rules have changed."""

    def __init__(self, library: Library) -> None:
        self.library = library

    @property
    def own_folder(self) -> Path | None:
        return self.library.home / FOLDER if self.library.home else None

    def shipped_files(self) -> list[Path]:
        return sorted((self.library.root / FOLDER).glob(FILES))

    def own_files(self) -> list[Path]:
        return sorted(self.own_folder.glob(FILES)) if self.own_folder else []

    def shelved(self) -> tuple[ShelvedDrill, ...]:
        """Every script in order: the shipped ones by file name, then the house's own."""
        found, _ = self._looked_through()
        newest: dict[str, str] = {}
        for one, _own in found:
            if one.id not in newest or version_of(one.version) > version_of(newest[one.id]):
                newest[one.id] = one.version
        return tuple(ShelvedDrill(one, own, newest[one.id] == one.version) for one, own in found)

    def faults(self) -> list[FileFaults]:
        """Every file that is not on the shelf because it is not in order."""
        return self._looked_through()[1]

    def _looked_through(self) -> tuple[list[tuple[DrillScript, bool]], list[FileFaults]]:
        found: dict[tuple[str, str], tuple[DrillScript, bool, Path]] = {}
        broken: list[FileFaults] = []
        for own, files in ((False, self.shipped_files()), (True, self.own_files())):
            for path in files:
                try:
                    script = self.read(path)
                except FileFaults as faults:
                    broken.append(faults)
                    continue
                there = found.get((script.id, script.version))
                if there is None:
                    found[script.id, script.version] = (script, own, path)
                elif there[0].sha256 != script.sha256:
                    broken.append(_hidden(path, script) if not there[1] else same_twice(path, str(there[2]), script))
        return [(script, own) for script, own, _ in found.values()], broken

    def file(self, path: Path) -> DrillScript:
        """A script by its file, with its regions looked for on the map.

        Raises:
            FileFaults: everything that is wrong with it.
        """
        document = strict_yaml.load(path)
        if faults := self._faults(document, on_map=True):
            raise FileFaults(str(path), faults)
        return drill_files.drill_from(document)

    def check(self, raw: bytes, name: str) -> tuple[Fault, ...]:
        """Everything that is wrong with the bytes of a script; never raises."""
        try:
            faults = self._faults(strict_yaml.parse(raw, name), on_map=True)
        except FileFaults as broken:
            return broken.faults
        return FileFaults(name, faults).faults

    def read(self, path: Path) -> DrillScript:
        """A script of the shelf; maps are large, so they are not asked each time.

        Raises:
            FileFaults: it is broken, or does not fit its playbook.
        """
        document = fresh(path, drill_files.read_drill)
        if faults := list(self._beside(document)):
            raise FileFaults(str(path), faults)
        return drill_files.drill_from(document)

    def _faults(self, document: Document, on_map: bool) -> list[Fault]:
        def more(found: Document) -> Iterator[Fault]:
            yield from self._beside(found)
            if on_map:
                yield from off_the_map(found, self.library.maps)

        return drill_files.faults_of(document, more) or list(self._levels(document) if on_map else ())

    def _levels(self, document: Document) -> Iterator[Fault]:
        """Of a script that is in order otherwise: its claims are drawn for this."""
        library, script = self.library, drill_files.drill_from(document)
        playbook = library.playbook(script.playbook)
        yield from not_at_its_minute(document, script, playbook, library.rules(playbook.rules), library.rates)

    def _beside(self, document: Document) -> Iterator[Fault]:
        """What does not fit its plan and the rules of that."""
        library, reference = self.library, document.value["playbook"]
        try:
            playbook = library.playbook(reference)
        except NotOnShelf:
            known = [f"{book.id}@{book.version}" for book in library.playbooks()]
            yield unknown(document, ("playbook",), reference, known)
            return
        rules = library.rules(playbook.rules)
        yield from against_playbook(document, playbook, rules)
        yield from against_plan(document, playbook, rules, library.measures())

    def text(self, sha256: str) -> bytes:
        """The bytes of a script, of one that was put away as well; b"" where they are not here."""
        away = sorted((self.own_folder / EARLIER).glob(FILES)) if self.own_folder else []
        for raw in _read([*self.shipped_files(), *self.own_files(), *away]):
            if hashlib.sha256(raw).hexdigest() == sha256:
                return raw
        return b""


def _read(paths: Iterable[Path]) -> Iterator[bytes]:
    for path in paths:
        try:
            yield path.read_bytes()
        except OSError:
            continue  # put away by somebody this moment


def _hidden(path: Path, script: DrillScript) -> FileFaults:
    message = taken(f"{script.id}@{script.version}")
    return FileFaults(str(path), [strict_yaml.load(path).fault(("version",), message)])


def taken(reference: str) -> Message:
    """Said of an own script that has the id and version of a shipped one and other content."""
    text = N_("{name} came with the console and stays as it is; raise the version, or choose an id of your own")
    return Message(text, {"name": reference})
