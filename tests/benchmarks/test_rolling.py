"""The typhoon simulation keeps its books: counted again from what each policy says it did. Not who wins."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from benchmarks import rolling
from benchmarks.rolling import POLICIES
from benchmarks.storm.days import Outcome, figures, run
from benchmarks.storm.dispatch import Morning
from benchmarks.storm.world import DAY, DUTY, LINES, MORNING, REACH, SMALL, World, world

STORM = world(3, SMALL)
STREAM = STORM.digest()


def faults(storm: World, outcome: Outcome) -> Iterator[str]:
    """Everything that could not have happened."""
    shifts = {(day, person): (drive, cell) for day, person, drive, cell in outcome.drives.tolist()}
    if len(shifts) != len(outcome.drives):
        yield "somebody works two shifts in one day"
    place = storm.home.copy()
    for day, person, drive, cell in outcome.drives.tolist():
        county, line = divmod(cell, len(LINES))
        if drive != storm.minutes[min(day, len(storm.minutes) - 1), place[person], county] or not 0 <= drive <= REACH:
            yield f"person {person} cannot have driven {drive} minutes on day {day}"
        if not (storm.skills[person, line] and storm.licences[person, storm.zone[county]]):
            yield f"person {person} may not work in cell {cell}"
        place[person] = storm.size.bases + county
    free: dict[tuple[int, int], int] = {}
    for claim in np.argsort(outcome.surveyed, kind="stable").tolist():
        end, person = int(outcome.surveyed[claim]), int(outcome.surveyor[claim])
        start, day = end - int(storm.takes[claim]), end // DAY
        drive, cell = shifts.get((day, person), (0, -1))
        if cell != storm.cell[claim]:
            yield f"claim {claim} was not surveyed by anybody sent there"
        began = day * DAY + MORNING
        if start < max(free.get((day, person), began + drive), storm.reported[claim]) or end > began + DUTY:
            yield f"claim {claim} does not fit into the shift of person {person}"
        free[day, person] = end


@pytest.mark.parametrize("name", POLICIES)
def test_every_claim_is_surveyed_once_by_somebody_who_could(name: str) -> None:
    mornings: list[Morning] = []

    def watched(morning: Morning) -> np.ndarray:
        mornings.append(morning)
        return POLICIES[name](morning)

    outcome = run(STORM, watched)
    assert list(faults(STORM, outcome)) == []
    assert figures(STORM, outcome)["never surveyed"] == 0
    # Every policy meets the same stream, and leaves it as it was.
    assert STORM.digest() == STREAM
    assert mornings[0].waiting.tolist() == np.flatnonzero(STORM.reported <= MORNING).tolist()
    # Nobody is sent where no shift is asked, now or ahead.
    for morning, sent in zip(mornings, (POLICIES[name](morning) for morning in mornings), strict=True):
        asked = morning.slots + (morning.slots_ahead if "ahead" in name else 0)
        assert all(count <= asked[cell] for cell, count in Counter(sent[sent >= 0].tolist()).items())


def test_the_count_finds_what_could_not_have_happened() -> None:
    outcome = run(STORM, POLICIES["flow"])
    assert list(faults(STORM, outcome)) == []
    early, other = outcome.surveyed.copy(), outcome.surveyor.copy()
    early[7] -= 1
    other[9] = (other[9] + 1) % len(STORM.home)
    twice = np.concatenate([outcome.drives, outcome.drives[:1]])
    for bent in (replace(outcome, surveyed=early), replace(outcome, surveyor=other), replace(outcome, drives=twice)):
        assert list(faults(STORM, bent))


def test_a_seed_is_a_world() -> None:
    assert world(3, SMALL).digest() == STREAM != world(4, SMALL).digest()
    assert len(STORM.reported) == SMALL.claims and int(STORM.reported.max()) < 5 * DAY


def test_the_table_names_every_policy_and_the_gaps(capsys: pytest.CaptureFixture[str]) -> None:
    rolling.main(SMALL, seeds=1)
    said = capsys.readouterr().out
    assert all(said.count(f"  {name} ") >= 7 for name in POLICIES)
    assert "flow, looking ahead, against flow:" in said
