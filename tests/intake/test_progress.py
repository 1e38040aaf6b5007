"""How far a file has been read is said by the rows that were handed out, not by what was fetched ahead."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from emergency.intake.claims import read_claims
from emergency.intake.mapping import ClaimMapping, claim_mapping

MAPPING = {
    "format": "mapping/1.0",
    "id": "plain",
    "version": "1.0.0",
    "title": {"en": "Plain", "zh": "标准"},
    "source": "plain",
    "timezone": "UTC",
    "currency": "USD",
    "columns": {"report_no": {"from": "no"}, "loss_at": {"from": "day"}, "line": {"from": "line", "default": "motor"}},
}


@pytest.fixture
def mapping(repository: Path) -> ClaimMapping:
    return claim_mapping(MAPPING, repository / "plain.yaml")


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("damage", [False, True], ids=["whole", "with a short row"])
def test_a_quarter_of_the_rows_is_about_a_quarter_of_the_file(
    tmp_path: Path, mapping: ClaimMapping, end: str, damage: bool
) -> None:
    rows = [f"R{n:07},2017-08-27,motor" for n in range(40_000)]
    if damage:
        rows[15_000] = "R-short"
    file = tmp_path / "claims.csv"
    file.write_bytes((end.join(["no,day,line", *rows]) + end).encode())
    chunks = list(read_claims(file, mapping, chunk_rows=10_000))
    done = np.cumsum([c.rows_read for c in chunks])
    assert done[-1] == 40_000
    assert [c.bytes_read / c.bytes_total for c in chunks] == pytest.approx(list(done / 40_000), abs=0.05)
    assert sum(len(c.rejects) for c in chunks) == int(damage)


def test_windows_line_ends_do_not_slow_a_large_file_down(tmp_path: Path) -> None:
    """Pieces of the file end between the two characters of a line end; that is no odd line end."""
    from emergency.intake.delimited import _PIECE, _survey

    file = tmp_path / "claims.csv"
    file.write_bytes(b"x" * (_PIECE - 1) + b"\r\n" + b"y\r\n")
    assert _survey(file, "utf-8") == (None, False, False, 2)
    file.write_bytes((b"x" * 63 + b"\r\n") * (_PIECE // 16))
    assert _survey(file, "utf-8") == (None, True, True, _PIECE // 16)
    file.write_bytes(b"x\ry\r\nz\r\n")
    assert _survey(file, "utf-8") == (None, True, False, 2)
