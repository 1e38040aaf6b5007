"""What the repository keeps: nothing of one machine, nothing of one registry, no lock files."""

import re
from pathlib import Path

import pytest

from tests.house.source import REPOSITORY, kept_files

# Put together here, so that this file does not hold what it forbids.
REGISTRIES = [
    b"pypi" + b".org",
    b"python" + b"hosted.org",
    b"npm" + b"js.org",
    b"npm" + b"js.com",
    b"yarn" + b"pkg.com",
    b"npm" + b"mirror.com",
    b"deb.deb" + b"ian.org",
    b"index" + b"-url",
    b"tuna." + b"tsinghua",
    b"mirrors." + b"aliyun",
    b"artifact" + b"ory",
    b"un" + b"pkg.com",
    b"js" + b"delivr",
    b"anaconda" + b".org",
    b"crates" + b".io",
]
MACHINE_PATH = re.compile(rb"(?<![\w.~$}/-])/(?:work|root|home|Users|opt|mnt|media|private)/[\w.-]+")
LOCK_FILES = re.compile(
    r"(\.lock|package-lock\.json|npm-shrinkwrap\.json|pnpm-lock\.yaml|go\.sum|pylock(\..+)?\.toml)$"
)


def shown(path: Path) -> str:
    return path.relative_to(REPOSITORY).as_posix()


def foreign_traces(content: bytes) -> list[str]:
    """Host names of registries and paths of a machine that a file holds."""
    low = content.lower()
    found = [name.decode() for name in REGISTRIES if name in low]
    return found + sorted({match.decode() for match in MACHINE_PATH.findall(content)})


def test_no_file_names_a_registry_or_a_path_of_one_machine() -> None:
    wrong = {shown(p): traces for p in kept_files() if (traces := foreign_traces(p.read_bytes()))}
    assert wrong == {}


def test_no_lock_file_is_kept() -> None:
    assert [shown(p) for p in kept_files() if LOCK_FILES.search(p.name)] == []


def test_nothing_built_is_kept() -> None:
    built = re.compile(r"(^|/)(\.venv|build|__pycache__|\.hypothesis|[^/]+\.egg-info)/")
    assert [shown(p) for p in kept_files() if built.search(shown(p))] == []


def test_no_kept_file_is_heavier_than_ten_megabytes() -> None:
    assert {shown(p): p.stat().st_size for p in kept_files() if p.stat().st_size > 10_000_000} == {}


@pytest.mark.parametrize("folder", ["emergency", "tests"])
def test_every_folder_of_tests_and_code_with_python_is_a_package(folder: str) -> None:
    folders = {p.parent for p in kept_files() if p.suffix == ".py" and p.is_relative_to(REPOSITORY / folder)}
    # loopback/ is put on a path of its own, where one file must have its one name.
    folders.discard(REPOSITORY / "tests" / "fixtures" / "loopback")
    assert sorted(shown(f) for f in folders if not (f / "__init__.py").exists()) == []


@pytest.mark.parametrize(
    ("text", "traces"),
    [
        ("see |home/anna/claims.csv", ["|home/anna"]),
        ("cd |work/main", ["|work/main"]),
        ('"|Users/li/x"', ["|Users/li"]),
        ("the API at /api/home/x, ~/work/claims, {base}/home/x", []),
        ("https://www.fema.gov/home/page", []),
        ("/usr/share/common-licenses, /tmp/x", []),
    ],
)
def test_a_path_of_a_machine_is_told_from_a_web_address(text: str, traces: list[str]) -> None:
    """The bar stands for the slash that would make this file a find of its own."""
    content = text.replace("|", "/").encode()
    assert foreign_traces(content) == [trace.replace("|", "/") for trace in traces]


@pytest.mark.parametrize("host", REGISTRIES)
def test_a_registry_is_seen_in_any_case(host: bytes) -> None:
    assert foreign_traces(b"see https://" + host.upper() + b"/simple") == [host.decode()]
