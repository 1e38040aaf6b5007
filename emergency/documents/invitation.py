"""An invitation to a drill as an iCalendar file (RFC 5545), as any calendar program takes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from icalendar import Calendar, Event, vCalAddress, vText

PRODUCT = "-//Emergency response console//Drills//EN"


@dataclass(frozen=True)
class Guest:
    """Who is invited; role is what they play, address their mail, "" where only the name is known."""

    name: str
    role: str
    address: str


@dataclass(frozen=True)
class Invitation:
    """One date. sequence: counted up with every change, so that calendars take the newer one; cancelled: it is off."""

    uid: str
    sequence: int
    written_at: datetime
    starts_at: datetime
    minutes: int
    title: str
    text: str
    place: str
    organiser: str
    guests: Sequence[Guest]
    cancelled: bool = False
    organiser_address: str = ""

    def __post_init__(self) -> None:
        if self.starts_at.tzinfo is None or self.written_at.tzinfo is None:
            raise ValueError("an invitation needs times with a zone")
        if self.minutes <= 0:
            raise ValueError(f"a drill takes at least a minute, not {self.minutes}")


def ics(one: Invitation) -> bytes:
    """The file; the same invitation gives the same bytes."""
    book = Calendar()
    book.add("prodid", PRODUCT)
    book.add("version", "2.0")
    book.add("method", "CANCEL" if one.cancelled else "REQUEST" if one.guests else "PUBLISH")
    event = Event()
    event.add("uid", one.uid)
    event.add("sequence", one.sequence)
    event.add("dtstamp", one.written_at)
    event.add("dtstart", one.starts_at)
    event.add("dtend", one.starts_at + timedelta(minutes=one.minutes))
    event.add("summary", one.title)
    event.add("description", one.text)
    if one.place:
        event.add("location", one.place)
    event.add("status", "CANCELLED" if one.cancelled else "CONFIRMED")
    event.add("organizer", _address(one.organiser, one.organiser_address))
    for guest in one.guests:
        who = _address(guest.name, guest.address)
        who.params["ROLE"] = vText("REQ-PARTICIPANT")
        who.params["PARTSTAT"] = vText("NEEDS-ACTION")
        who.params["RSVP"] = vText("TRUE")
        event.add("attendee", who, encode=False)
    book.add_component(event)
    return bytes(book.to_ical())


def _address(name: str, address: str) -> vCalAddress:
    """Somebody without a mail address is named all the same; RFC 5545 wants an address of some kind."""
    found = vCalAddress(f"mailto:{address}" if address else "invalid:nomail")
    found.params["CN"] = vText(name)
    return found
