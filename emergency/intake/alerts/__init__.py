"""Outside alerts → `Alert` values, or one line that says why not: CAP, Atom, EDXL-DE, GDACS, USGS.

Nothing is fetched and no entity is resolved; see `guard`.
"""

from __future__ import annotations

from xml.etree.ElementTree import Element

from emergency.intake.alerts.cap import read_alert
from emergency.intake.alerts.feeds import read_atom, read_distribution
from emergency.intake.alerts.gdacs import is_gdacs, read_gdacs
from emergency.intake.alerts.guard import local, parse
from emergency.intake.alerts.reading import Reading, short
from emergency.intake.alerts.usgs import read_geojson, read_pager
from emergency.intake.faults import FileFault
from emergency.texts import N_, Message

__all__ = ["Reading", "read"]


def read(data: bytes) -> Reading:
    """The alerts of one file; the format is known by its first element, never by its name."""
    try:
        if data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"["):
            return read_geojson(data)
        return _xml(parse(data))
    except FileFault as fault:
        return Reading(reasons=fault.messages)


def _xml(root: Element) -> Reading:
    kind = local(root)
    if kind == "alert":
        return read_alert(root)
    if kind in ("feed", "entry"):
        return read_atom(root)
    if kind == "EDXLDistribution":
        return read_distribution(root)
    if kind == "pager":
        return read_pager(root)
    if is_gdacs(root):
        return read_gdacs(root)
    return Reading(
        reasons=(
            Message(
                N_("the file begins with {element}; CAP, Atom, EDXL-DE, GDACS RSS, PAGER and USGS GeoJSON are read"),
                {"element": short(kind)},
            ),
        )
    )
