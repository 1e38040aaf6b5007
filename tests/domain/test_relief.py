"""Who may ease what for whom, and which claims fall under it."""

from __future__ import annotations

import pytest

from emergency.domain.playbook import Activation
from emergency.domain.relief import ReliefMeasure, in_scope, who_may

BOTH = {"zh": "绿色通道", "en": "Fast lane"}
ACTIVATION = Activation({3: "branch", 2: "province", 1: "hq"}, {1: 900, 2: 1800, 3: 3600}, 86400)


def measure(**changes: object) -> ReliefMeasure:
    given: dict[str, object] = {
        "id": "fast_lane",
        "kind": "relief",
        "name": BOTH,
        "changes": BOTH,
        "text": BOTH,
        "authority": {1: ("claims-ops",), 2: ("commander",), 3: ("authority",)},
        "lasts_s": 86400,
        "cost": "claims",
        "source": "house rule",
    }
    return ReliefMeasure(**(given | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("level", "may"),
    [
        (1, ("claims-ops", "commander", "hq")),
        (2, ("commander", "province", "hq")),
        (3, ("branch", "commander", "province", "hq")),
        (None, ("branch", "commander", "province", "hq")),
    ],
)
def test_the_graver_the_level_the_nearer_the_one_who_may(level: int | None, may: tuple[str, ...]) -> None:
    assert who_may(measure(), level, "commander", ACTIVATION) == may


def test_without_a_playbook_whoever_commands_may() -> None:
    assert who_may(measure(), 3, "commander") == ("commander",)


@pytest.mark.parametrize(
    ("region", "line", "regions", "lines", "inside"),
    [
        ("410100", "motor", (), (), True),
        ("410100", "motor", ("410000",), ("motor",), True),
        ("410100", "motor", ("440000",), (), False),
        ("410100", "home", ("410000",), ("motor",), False),
        (None, "motor", (), (), True),
        (None, "motor", ("410000",), (), False),
        ("48201", "home", ("48",), (), True),
    ],
)
def test_a_claim_falls_under_a_measure_by_place_and_line(
    region: str | None, line: str, regions: tuple[str, ...], lines: tuple[str, ...], inside: bool
) -> None:
    assert in_scope(region, line, regions, lines) is inside


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"kind": "gift"}, "not one of relief"),
        ({"cost": "guess"}, "not one of advances"),
        ({"lines": ("boats",)}, "not one of motor"),
        ({"authority": {1: ("a",)}}, "for level 1, 2 and 3"),
        ({"text": {"en": "only English"}}, "in Chinese and in English"),
        ({"lasts_s": 0}, "at least a second"),
    ],
)
def test_a_measure_is_whole_or_says_what_is_wrong(changes: dict[str, object], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        measure(**changes)
