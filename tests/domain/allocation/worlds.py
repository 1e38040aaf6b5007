"""Small worlds: by hand, and generated."""

from __future__ import annotations

from hypothesis import strategies as st

from emergency.domain.allocation import Adjuster, Assignment, AtLeast, Cell, Pin, TravelTable

LINES, LICENCES, REGIONS = ("motor", "home"), ("", "TX", "LA"), ("north", "south", "coast", "island")


def adjuster(adjuster_id: str, base: str, skills: str = "motor", licences: str = "", slots: int = 1) -> Adjuster:
    return Adjuster(adjuster_id, base, frozenset(skills.split()), frozenset(licences.split()), slots)


def cell(cell_id: str, region: str, slots: int = 1, priority: int = 1, line: str = "motor", licence: str = "") -> Cell:
    return Cell(cell_id, "storm", region, line, licence, slots, priority)


def some(values: tuple[str, ...]) -> st.SearchStrategy[frozenset[str]]:
    return st.frozensets(st.sampled_from([v for v in values if v]))


@st.composite
def worlds(draw, people=8, places=5, slots=3, pinned=True, standing=True):
    """(pool, cells, travel, incumbent, pins); ids unique, times often missing or beyond the limit."""
    pool = [
        Adjuster(
            f"a{n}", draw(st.sampled_from(REGIONS)), draw(some(LINES)), draw(some(LICENCES)), draw(st.integers(1, 2))
        )
        for n in range(draw(st.integers(0, people)))
    ]
    cells = [
        Cell(
            f"c{n}",
            "storm",
            draw(st.sampled_from(REGIONS)),
            draw(st.sampled_from(LINES)),
            draw(st.sampled_from(LICENCES)),
            draw(st.integers(1, slots)),
            draw(st.integers(1, 3)),
        )
        for n in range(draw(st.integers(0, places)))
    ]
    pairs = st.tuples(st.sampled_from(REGIONS), st.sampled_from(REGIONS))
    travel = TravelTable(draw(st.dictionaries(pairs, st.integers(0, 700), min_size=3)))
    ids = [(a.adjuster_id, c.cell_id) for a in pool for c in cells]
    incumbent, pins = [], []
    if ids and standing and draw(st.booleans()):
        chosen = draw(st.lists(st.sampled_from(ids), unique=True, max_size=6))
        incumbent = [Assignment(*pair, draw(st.integers(1, 2))) for pair in chosen]
    if ids and pinned and draw(st.booleans()):
        chosen = draw(st.lists(st.sampled_from(ids), unique=True, max_size=4))
        pins = [Pin(*pair, draw(st.sampled_from(["must", "must_not"]))) for pair in chosen]
        for floor in draw(st.lists(st.sampled_from(cells), unique_by=lambda c: c.cell_id, max_size=2)):
            pins.append(AtLeast(floor.cell_id, draw(st.integers(1, 4))))
    return pool, cells, travel, incumbent, pins
