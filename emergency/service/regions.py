"""Installing region sets: China's outlines from the optional extra, or a customer's own file."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from emergency.geo.build import BoundaryFault, install_file
from emergency.geo.china import ExtraMissing, install_cn
from emergency.geo.regions import UnknownRegionSet
from emergency.service.alert_places import place_again
from emergency.service.context import Content, Refused
from emergency.service.running import SYSTEM, context


def install(content: Content, name: str, id: str | None = None) -> Path:
    """Install ``cn``, or a file of boundaries under an id; returns where it now stands.

    Alerts that every workspace has taken already are placed on the new map.

    Raises:
        Refused: neither ``cn`` nor a file with an id.
    """
    try:
        path = _install(content, name, id)
    except (BoundaryFault, ExtraMissing) as fault:
        raise Refused(str(fault)) from fault
    for workspace in content.workspaces.names():
        with suppress(UnknownRegionSet):  # a drill of a set that is gone has no map to be placed on
            place_again(context(content, workspace, SYSTEM))
    return path


def _install(content: Content, name: str, id: str | None) -> Path:
    if name == "cn" and id is None:
        return install_cn(content.home)
    path = Path(name)
    if not path.is_file():
        raise Refused(f"{name!r} is neither `cn` nor a file; use `emergency regions install cn` or name a file")
    if id is None:
        raise Refused(f"give the set a name: `emergency regions install {name} --id NAME`")
    return install_file(path, id, content.home)
