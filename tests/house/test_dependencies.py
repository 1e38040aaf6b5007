"""What the project is built on is pinned, listed with its licence, and may be used."""

import re
import tomllib

from packaging.requirements import Requirement

from tests.house.dependencies import CONSTRAINTS, LICENCES, REPOSITORY, licence_list, packages

# Licences that would reach into our own code, or that forbid a use. Weak copyleft (MPL, LGPL) is
# fine for a package that is installed beside ours and not changed.
FORBIDDEN = re.compile(
    r"(?<!L)(?<!Lesser )\b(A?GPL|GNU (Affero )?General Public)|SSPL|BUSL|Commons Clause|NonCommercial|-NC\b"
)


def pinned() -> dict[str, str]:
    lines = CONSTRAINTS.read_text(encoding="utf-8").splitlines()
    return dict(line.split("==") for line in lines)


def test_constraints_are_plain_names_and_versions() -> None:
    for line in CONSTRAINTS.read_text(encoding="utf-8").splitlines():
        assert re.fullmatch(r"[A-Za-z0-9_.-]+==[A-Za-z0-9.!+]+", line), line


def test_everything_needed_here_is_pinned() -> None:
    """Another platform may need a package more or less; none of them may float here."""
    missing = sorted({p.name for p in packages()} - set(pinned()))
    assert not missing, f"not in constraints.txt: {', '.join(missing)}; run `make pins`"


def test_what_is_installed_is_what_is_pinned() -> None:
    pins = pinned()
    other = [
        f"{p.name} {p.version}, pinned {pins[p.name]}"
        for p in packages()
        if pins.get(p.name, p.version) != p.version
    ]
    assert not other, f"{'; '.join(other)}: touch constraints.txt and run make again, or `make pins`"


def test_every_direct_dependency_is_allowed_by_its_pin() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = [
        *project["dependencies"],
        *(r for extra in project["optional-dependencies"].values() for r in extra),
    ]
    pins = {name.lower().replace("_", "-"): version for name, version in pinned().items()}
    for requirement in map(Requirement, asked):
        pin = pins[requirement.name.lower().replace("_", "-")]
        assert requirement.specifier.contains(pin, prereleases=True), f"{requirement} is pinned to {pin}"


def test_every_package_tells_a_licence_that_lets_us_use_it() -> None:
    assert [p.name for p in packages() if not p.licence] == []
    assert {p.name: p.licence for p in packages() if FORBIDDEN.search(p.licence)} == {}


def test_the_list_of_licences_is_the_installed_one() -> None:
    assert LICENCES.read_text(encoding="utf-8") == licence_list(), "run `make pins`"


def test_the_project_carries_its_own_licence_whole() -> None:
    text = (REPOSITORY / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License" in text
    assert "END OF TERMS AND CONDITIONS" in text


def test_a_licence_that_reaches_into_our_code_is_told_from_one_that_does_not() -> None:
    for bad in (
        "GPL-3.0-only",
        "AGPL-3.0-or-later",
        "GNU General Public License v3",
        "CC-BY-NC-4.0",
        "MIT AND GPL-2.0",
    ):
        assert FORBIDDEN.search(bad), bad
    for good in ("LGPL-3.0-only", "MPL-2.0", "GNU Lesser General Public License v3", "Apache-2.0"):
        assert not FORBIDDEN.search(good), good
