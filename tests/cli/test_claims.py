"""An American list and the messages behind it at the command line: asked, answered by options, saved, brought in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from emergency import bootstrap
from emergency.cli import main

NOTICES = """Texas Mutual - Loss Notices
Notice #,Pol. Ref,LOB,DOL,Date Rptd,Loss Addr,City,State,Zip,Lat.,Long.,Est. Loss
TX-1,P-1,Auto,08/27/2017 2:15 PM,08/28/2017 9:05 AM,100 Main St,Houston,TX,77002,29.7604,-95.3698,"$12,500.00"
TX-2,P-2,Home,08/26/2017 1:00 AM,08/28/2017 10:30 AM,7 Oak Ln,Beaumont,TX,77701,,,8000
TX-3,P-3,Auto,08/27/2017 3:00 PM,08/28/2017 11:00 AM,,,,,,,500
"""
MESSAGES = """Claim No,Status Date,Activity,Paid
TX-1,2017-08-29,Inspection complete,
TX-1,2017-08-30,Payment issued,"$9,000"
TX-9,2017-08-29,Assigned,
TX-9,2017-08-30,Closed without payment,
"""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    bootstrap.stop()
    monkeypatch.setenv("EMERGENCY_HOME", str(tmp_path / "home"))
    assert main(["demo", "harvey"]) == 0
    yield tmp_path
    bootstrap.stop()


def claims(*words: str) -> int:
    return main(["claims", *words, "--workspace", "harvey"])


def test_an_american_list_is_asked_about_answered_and_brought_in(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = home / "notices.csv"
    path.write_text(NOTICES)
    assert claims("propose", str(path), "--save", "us-notices") == 2
    asked = capsys.readouterr().err
    assert "In which unit is Est. Loss?" in asked
    assert "--help" in asked
    assert claims("propose", str(path), "--save", "us-notices", "--estimated-unit", "usd") == 0
    told = capsys.readouterr().out
    assert "place            ← Loss Addr + City + State" in told
    assert claims("import", str(path), "--mapping", "us-notices") == 0
    # One has a point, one a town that is no county, one nothing at all: both wait for a person.
    rows, places = capsys.readouterr().out.splitlines()[:2]
    assert rows == "3 rows = 3 new + 0 updated + 0 duplicates + 0 rejected"
    assert places == "2 of the accepted have no place yet"


def test_messages_in_plain_english_are_about_the_claims_somebody_names(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    notices, messages = home / "notices.csv", home / "activity.csv"
    notices.write_text(NOTICES)
    messages.write_text(MESSAGES)
    assert claims("propose", str(notices), "--save", "us-notices", "--estimated-unit", "usd") == 0
    assert claims("import", str(notices), "--mapping", "us-notices") == 0
    propose = ("propose", str(messages), "--paid-unit", "usd", "--save", "us-activity")
    assert claims(*propose) == 2
    assert "Name it by --about; known: us-notices, " in capsys.readouterr().err
    assert claims(*propose, "--about", "us-notice") == 2
    assert "no claims of a source 'us-notice'" in capsys.readouterr().err
    assert claims(*propose, "--about", "us-notices") == 0
    capsys.readouterr()
    assert claims("import", str(messages), "--mapping", "us-activity", "--kind", "messages") == 0
    said = capsys.readouterr().out.splitlines()
    assert said[:2] == [
        "4 rows = 4 new + 0 updated + 0 duplicates + 0 rejected",
        "1 claims follow; 2 messages wait for claims of us-notices that are not here yet",
    ]


def test_the_history_of_a_claim_says_which_messages_made_a_version(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (home / "c.csv").write_text("report_no,line,loss_time,region,currency\nW2,property,2017-08-27 08:00,48201,USD\n")
    (home / "m.csv").write_text("report_no,kind,at,paid,currency\nW2,paid,2017-08-28 10:00,100,USD\n")
    assert claims("import", str(home / "c.csv")) == 0
    assert claims("import", str(home / "m.csv"), "--kind", "messages") == 0
    capsys.readouterr()
    assert claims("history", "W2") == 0
    said = capsys.readouterr().out
    assert "by c.csv" in said
    assert "by messages (paid 2017-08-28T02:00:00+00:00) of m.csv" in said
    assert claims("history", "W3") == 2
    assert "no claim has the number 'W3'" in capsys.readouterr().err
