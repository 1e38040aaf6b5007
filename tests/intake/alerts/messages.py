"""Small alert messages written by hand; Harris County, Texas, is the world."""

from __future__ import annotations

HARRIS = "29.5,-95.8 29.5,-95.0 30.1,-95.0 30.1,-95.8 29.5,-95.8"


def area(*, polygon: str = "", circle: str = "", **codes: str) -> str:
    inside = f"<polygon>{polygon}</polygon>" if polygon else ""
    inside += f"<circle>{circle}</circle>" if circle else ""
    for name, value in codes.items():
        inside += f"<geocode><valueName>{name}</valueName><value>{value}</value></geocode>"
    return f"<area><areaDesc>somewhere</areaDesc>{inside}</area>"


def info(
    event: str = "Flood Warning",
    *,
    severity: str = "Severe",
    areas: str = "",
    language: str = "en-US",
    expires: str = "2017-08-30T12:00:00-05:00",
    headline: str = "",
    issuer: str = "",
    extra: str = "",
) -> str:
    return (
        f"<info><language>{language}</language><category>Met</category><event>{event}</event>"
        f"<urgency>Immediate</urgency><severity>{severity}</severity><certainty>Likely</certainty>{extra}"
        + (f"<expires>{expires}</expires>" if expires else "")
        + (f"<senderName>{issuer}</senderName>" if issuer else "")
        + f"<headline>{headline or event}</headline>{areas or area(polygon=HARRIS)}</info>"
    )


def cap(
    identifier: str = "A-1",
    *,
    sender: str = "nws@example.org",
    sent: str = "2017-08-29T08:00:00-05:00",
    status: str = "Actual",
    kind: str = "Alert",
    scope: str = "<scope>Public</scope>",
    references: str = "",
    infos: str | None = None,
    version: str = "1.2",
) -> bytes:
    referred = f"<references>{references}</references>" if references else ""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><alert xmlns="urn:oasis:names:tc:emergency:cap:{version}">'
        f"<identifier>{identifier}</identifier><sender>{sender}</sender><sent>{sent}</sent>"
        f"<status>{status}</status><msgType>{kind}</msgType>{scope}{referred}"
        f"{info() if infos is None else infos}</alert>"
    ).encode()


def bare(message: bytes) -> str:
    """The element alone, to be put into another file."""
    return message.decode().partition("?>")[2]


def gdacs(
    *, kind: str = "TC", number: str = "1000999", level: str = "Red", point: str = "29.8 -95.4", hour: int = 12
) -> bytes:
    return (
        '<rss version="2.0" xmlns:gdacs="http://www.gdacs.org" xmlns:georss="http://www.georss.org/georss"><channel>'
        f"<item><title>{level} alert for tropical cyclone</title><pubDate>Tue, 29 Aug 2017 {hour}:00:00 GMT</pubDate>"
        f"<gdacs:fromdate>Sun, 27 Aug 2017 00:00:00 GMT</gdacs:fromdate><georss:point>{point}</georss:point>"
        f"<gdacs:eventtype>{kind}</gdacs:eventtype><gdacs:eventid>{number}</gdacs:eventid>"
        f"<gdacs:alertlevel>{level}</gdacs:alertlevel><gdacs:country>United States</gdacs:country></item>"
        "</channel></rss>"
    ).encode()
