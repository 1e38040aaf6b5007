"""The world of one seed: roads and their closures, people, and the stream of claims. Drawn once, before any policy.

Everything here is made up; the figures were set once and not fitted to any insurer's record.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import Delaunay

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

DAY = 1440
MORNING = 360  # plans are made at 06:00 ...
DUTY = 600  # ... for ten hours, travel included
REACH = 360  # nobody drives longer than this one way, whoever plans
SURVEY_WITHIN = 72 * 60

LINES = ("motor", "home", "property", "agriculture", "marine", "liability")
LINE_SHARE = np.array([0.35, 0.30, 0.12, 0.13, 0.03, 0.07])
LINE_MINUTES = np.array([60, 100, 150, 120, 180, 120])  # one survey, before severity
SEVERITY_SHARE = np.array([0.65, 0.25, 0.10])
SEVERITY_PERCENT = np.array([100, 125, 175])
ZONES = ("Z1", "Z2", "Z3", "Z4", "Z5", "Z6")  # licences
REPORTED_BY_DAY = np.array([0.18, 0.30, 0.25, 0.17, 0.10])  # the reporting curve known beforehand
CLOSED_BY_DAY = np.array([0.60, 0.50, 0.35, 0.20, 0.10])  # beside the track; open again after five days
WIDTH_KM, HEIGHT_KM = 600, 450


@dataclass(frozen=True)
class Size:
    """How large a world is."""

    claims: int = 30_000
    people: int = 1_200
    bases: int = 300
    counties: int = 40
    junctions: int = 3_000


SMALL = Size(claims=1_500, people=70, bases=20, counties=8, junctions=200)


@dataclass(frozen=True, eq=False)
class World:
    """One seed's draw. Places are bases 0..b-1, then counties; cells are county x 6 + line."""

    size: Size
    home: Ints  # (people,) the base each starts from
    skills: NDArray[np.bool_]  # (people, lines)
    licences: NDArray[np.bool_]  # (people, zones)
    zone: Ints  # (counties,)
    minutes: Ints  # (days, places, counties) on the roads open that day, -1 = no way; the last day stays
    reported: Ints  # (claims,) minutes after landfall at midnight, rising
    cell: Ints  # (claims,)
    severity: Ints  # (claims,) 1 to 3
    takes: Ints  # (claims,) minutes of one survey

    @property
    def cells(self) -> int:
        return self.size.counties * len(LINES)

    @property
    def visits_per_slot(self) -> Ints:
        """Surveys one person is planned for in a shift, by line: nine hours at the mean severity."""
        mean = float((SEVERITY_SHARE * SEVERITY_PERCENT).sum()) / 100
        visits: Ints = np.maximum(1, np.rint(540 / (LINE_MINUTES * mean))).astype(np.int64)
        return visits

    def digest(self) -> str:
        """What tells two worlds apart."""
        parts = (self.home, self.skills, self.licences, self.minutes, self.reported, self.cell, self.takes)
        return hashlib.sha256(b"".join(np.ascontiguousarray(part).tobytes() for part in parts)).hexdigest()


def world(seed: int, size: Size) -> World:
    """Draw a world. 15 % of the people are held back at home, the same ones whoever plans: they are left out."""
    dice = np.random.default_rng(seed)
    counties = dice.uniform([120, 60], [480, 390], (size.counties, 2))
    bases = dice.uniform([0, 0], [WIDTH_KM, HEIGHT_KM], (size.bases, 2))
    start, end = np.array([dice.uniform(100, 250), 0]), np.array([dice.uniform(350, 500), HEIGHT_KM])
    kept = round(size.people * 0.85)
    skills = _some(dice, kept, len(LINES), 1, 3)
    licences = _some(dice, kept, len(ZONES), 1, 4)
    home = dice.integers(size.bases, size=kept)
    minutes = _travel(dice, np.concatenate([bases, counties]), size, start, end)
    near = np.exp(-_from_track(counties, start, end) / 60)
    reported, cell, severity = _claims(dice, size, near * dice.lognormal(0, 0.8, size.counties))
    return World(
        size=size,
        home=home,
        skills=skills,
        licences=licences,
        zone=np.minimum(counties[:, 0] - 120, 359).astype(np.int64) // 60,
        minutes=minutes,
        reported=reported,
        cell=cell,
        severity=severity,
        takes=LINE_MINUTES[cell % len(LINES)] * SEVERITY_PERCENT[severity - 1] // 100,
    )


def _some(dice: np.random.Generator, people: int, words: int, least: int, most: int) -> NDArray[np.bool_]:
    """Each person holds between least and most of the words."""
    rank = dice.random((people, words)).argsort(axis=1).argsort(axis=1)
    held: NDArray[np.bool_] = rank < dice.integers(least, most + 1, (people, 1))
    return held


def _from_track(points: Floats, start: Floats, end: Floats) -> Floats:
    """Distance of points from the track, km."""
    along = (end - start) / np.linalg.norm(end - start)
    away: Floats = np.abs((points - start) @ np.array([-along[1], along[0]]))
    return away


def _travel(dice: np.random.Generator, places: Floats, size: Size, start: Floats, end: Floats) -> Ints:
    """Minutes from every place to every county, for each day of closures and the day after."""
    nodes = np.concatenate([places, dice.uniform([0, 0], [WIDTH_KM, HEIGHT_KM], (size.junctions, 2))])
    triangles = Delaunay(nodes).simplices
    edges = np.unique(np.sort(triangles[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1), axis=0)
    km = np.linalg.norm(nodes[edges[:, 0]] - nodes[edges[:, 1]], axis=1)
    minutes = np.maximum(km / dice.choice([45, 60, 90], len(edges), p=[0.5, 0.35, 0.15]) * 60, 0.1)
    beside = np.exp(-_from_track(nodes[edges].mean(axis=1), start, end) / 50)
    luck = dice.random(len(edges))
    targets = np.arange(size.bases, size.bases + size.counties)
    days = []
    for share in [*CLOSED_BY_DAY, 0.0]:
        is_open = luck >= share * beside
        ends = edges[is_open].T
        roads = coo_array((minutes[is_open], (ends[0], ends[1])), shape=(len(nodes), len(nodes))).tocsr()
        # Roads carry both ways alike, so the ways from the few counties are the ways to them.
        found = dijkstra(roads, directed=False, indices=targets)[:, : len(places)].T
        days.append(np.where(np.isfinite(found), np.ceil(np.where(np.isfinite(found), found, 0)), -1))
    return np.array(days).astype(np.int64)


def _claims(dice: np.random.Generator, size: Size, damage: Floats) -> tuple[Ints, Ints, Ints]:
    """Reports in order of time. Each county's days stray from the curve that planners know."""
    county = dice.choice(size.counties, size.claims, p=damage / damage.sum())
    curves = np.stack([dice.dirichlet(REPORTED_BY_DAY * 30) for _ in range(size.counties)])
    draw = dice.random(size.claims)
    day = (draw[:, None] > np.cumsum(curves, axis=1)[county]).sum(axis=1).clip(0, len(REPORTED_BY_DAY) - 1)
    reported = day * DAY + dice.integers(DAY, size=size.claims)
    line = dice.choice(len(LINES), size.claims, p=LINE_SHARE)
    severity = 1 + dice.choice(3, size.claims, p=SEVERITY_SHARE)
    order = np.argsort(reported, kind="stable")
    return reported[order], (county * len(LINES) + line)[order], severity[order]
