"""A reload keeps where somebody is and who they are, and no other browser learns of it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from emergency.console.components.name_keeper import Who
from emergency.console.rooms.task_acts import due_at_first


def test_a_name_and_roles_survive_the_cookie_whatever_signs_they_have() -> None:
    who = Who("赵敏; \"Zhao\" <b> é%3B", {"harvey": "hq-commander", "演练": "commander"})
    assert all(sign not in who.written() for sign in ";, \"<")
    assert Who.read(who.written()) == who


@pytest.mark.parametrize(
    "text",
    [
        "",
        "%7B",
        "[]",
        "null",
        '{"name": 1, "roles": {}}',
        '{"name": "a", "roles": []}',
        '{"name": "a\\n", "roles": {}}',
        '{"name": "a", "roles": {"x": 5}}',
        '{"name": "' + "a" * 121 + '", "roles": {}}',
    ],
)
def test_what_no_console_wrote_is_nobody(text: str) -> None:
    assert Who.read(text) == Who()


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("2017-08-30T09:20", "2017-08-30T11:00"),
        ("2017-08-30T22:00", "2017-08-31T00:00"),
        ("2017-12-31T23:59", "2018-01-01T01:00"),
    ],
)
def test_a_task_of_ones_own_is_due_at_first_two_hours_ahead(now: str, due: str) -> None:
    first = due_at_first(datetime.fromisoformat(now).replace(tzinfo=UTC))
    assert first == datetime.fromisoformat(due).replace(tzinfo=UTC)
