"""Whoever reads a score can see how the drill was led."""

from __future__ import annotations

from emergency.domain.drill.conduct import Entry, conduct
from emergency.texts import speaker

HOUR = 3600


def test_what_the_director_and_the_server_did_is_told_in_order_and_nothing_else() -> None:
    entries = [
        Entry(0, "drill.startex", {}, 1, True),
        Entry(0, "drill.inject", {"inject": "I01"}, 2, False),
        Entry(60, "drill.clock", {"act": "pause"}, 3, True),
        Entry(60, "drill.inject", {"inject": "I03"}, 4, True),
        Entry(60, "drill.clock", {"act": "resume"}, 5, True),
        Entry(2400, "drill.clock", {"act": "jump", "from_s": 600, "to_s": 2400}, 6, True),
        Entry(2400, "drill.clock", {"act": "speed", "speed": 8.0}, 7, True),
        Entry(3000, "drill.gap_answer", {"how": "catch_up", "from_s": 2500, "to_s": 3000}, 8, True),
        Entry(3000, "drill.hold", {"inject": "I04"}, 9, True),
        Entry(3 * HOUR, "drill.end", {}, 10, True),
    ]
    say = speaker("en")
    assert [(one.at_s, say(one.what)) for one in conduct(entries, 4 * HOUR)] == [
        (60, "The clock was stopped"),
        (60, "Inject I03 was sent by hand"),
        (60, "The clock ran again"),
        (600, "The clock was moved on by 30 min"),
        (2400, "The clock was set to 8 times the speed of the wall"),
        (2500, "Nobody kept time for 8 min 20 s: it was caught up, what was due came late"),
        (3000, "Inject I04 was kept back"),
        (3 * HOUR, "The drill was ended 1 h before its time"),
    ]


def test_a_drill_that_nobody_led_has_nothing_to_tell() -> None:
    entries = [Entry(0, "drill.inject", {"inject": "I01"}, 1, False), Entry(4 * HOUR, "drill.end", {}, 2, False)]
    assert conduct(entries, 4 * HOUR) == ()
