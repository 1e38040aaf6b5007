"""Prose that runs: every block of docs/path-of-a-claim.md, in order, on an empty store."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.timeout(600)
def test_the_path_of_a_claim_is_as_the_page_says(repository: Path, tmp_path: Path) -> None:
    page = (repository / "docs" / "path-of-a-claim.md").read_text("utf-8")
    blocks = re.findall(r"^```sh\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    assert len(blocks) > 5
    environment = {
        **os.environ,
        "EMERGENCY_HOME": str(tmp_path),
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", "\n".join(blocks)], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
