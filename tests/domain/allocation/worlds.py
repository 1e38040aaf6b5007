"""Small worlds: by hand, and generated."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from hypothesis import strategies as st

from emergency.domain.allocation import Adjuster, Assignment, AtLeast, Cell, Pin, TravelTable

LANGUAGES = ("es", "yue")
LINES, LICENCES, REGIONS = ("motor", "home"), ("", "TX", "LA"), ("north", "south", "coast", "island")


def adjuster(adjuster_id: str, base: str, skills: str = "motor", licences: str = "", slots: int = 1) -> Adjuster:
    return Adjuster(adjuster_id, base, frozenset(skills.split()), frozenset(licences.split()), slots)


def cell(cell_id: str, region: str, slots: int = 1, priority: int = 1, line: str = "motor", licence: str = "") -> Cell:
    return Cell(cell_id, "storm", region, line, licence, slots, priority)


def some(values: tuple[str, ...]) -> st.SearchStrategy[frozenset[str]]:
    return st.frozensets(st.sampled_from([v for v in values if v]))


def worlds(people=8, places=5, slots=3, pinned=True, standing=True):
    """(pool, cells, travel, incumbent, pins); ids unique, times often missing or beyond the limit.

    Sizes shrink, the rest is thrown from one seed: ten times as many worlds in the same time.
    """

    def world(seed, people, places):
        dice = Random(seed)
        pool = [_person(dice, n) for n in range(people)]
        cells = [_cell(dice, n, slots) for n in range(places)]
        roads = {(a, b): dice.randrange(701) for a in REGIONS for b in REGIONS if dice.random() < 0.6}
        pairs = [(a.adjuster_id, c.cell_id) for a in pool for c in cells]
        incumbent, pins = [], []
        if standing and dice.random() < 0.5:
            chosen = dice.sample(pairs, min(len(pairs), dice.randrange(9)))
            incumbent = [Assignment(*pair, dice.randint(1, 2)) for pair in chosen]
        if pinned and dice.random() < 0.5:
            chosen = dice.sample(pairs, min(len(pairs), dice.randrange(5)))
            pins = [Pin(*pair, dice.choice(["must", "must_not"])) for pair in chosen]
            floors = dice.sample(cells, min(len(cells), dice.randrange(3)))
            pins += [AtLeast(floor.cell_id, dice.randint(1, 4)) for floor in floors]
        return pool, cells, TravelTable(roads), incumbent, pins

    return st.builds(world, st.integers(0, 2**32), st.integers(0, people), st.integers(0, places))


def _person(dice: Random, number: int) -> Adjuster:
    licences = frozenset(one for one in LICENCES if one and dice.random() < 0.6)
    skills = frozenset(line for line in LINES if dice.random() < 0.6)
    base, slots = dice.choice(REGIONS), dice.choice([1, 1, 2])
    if dice.random() < 0.5:
        return Adjuster(f"a{number}", base, skills, licences, slots)
    limit = dice.choice([None, 0, 100, 500])
    spoken = frozenset(one for one in LANGUAGES if dice.random() < 0.5)
    return Adjuster(f"a{number}", base, skills, licences, slots, limit, spoken, dice.choice(["", *REGIONS]))


def _cell(dice: Random, number: int, slots: int) -> Cell:
    asked, priority = dice.randint(1, slots), dice.randint(1, 3)
    place, line, licence = dice.choice(REGIONS), dice.choice(LINES), dice.choice(LICENCES)
    worths: tuple[tuple[int, int], ...] = ()
    if dice.random() < 0.4:  # priced by its claims instead of its priority; low enough to be refused, too
        falling = sorted((dice.randrange(900) for _ in range(dice.randint(1, 3))), reverse=True)
        worths = tuple((dice.randint(1, 2), minutes) for minutes in falling)
    plain = Cell(f"c{number}", "storm", place, line, licence, asked, priority, worths)
    if dice.random() < 0.5:
        return plain
    above, language = dice.choice([None, 0, 100, 400]), dice.choice(["", "", *LANGUAGES])
    referral, post = dice.choice([0, 30, 200, 2000]) if above is not None else 0, dice.choice(["", "p", "q"])
    home = dice.random() < 0.2
    return replace(
        plain, above_minor=above, referral_minutes=referral, language=language, post=post, home=home, currency="CNY"
    )
