"""Which of the documents a list links to may be asked for: those of its own server, and of servers that are set."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urldefrag, urljoin, urlsplit

MOST_LINK = 1_000
_PORTS = {"http": 80, "https": 443}


def origin(url: str) -> str | None:
    """Scheme, host and port of an http(s) address, ``https://host:443``; None where it is none.

    An address with a name and word before its host is none: it may look like another's.
    """
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS.get(parts.scheme, 0)
    except ValueError:
        return None
    if parts.scheme not in _PORTS or not parts.hostname or "@" in parts.netloc:
        return None
    return f"{parts.scheme}://{parts.hostname}:{port}"


def set_origins(hosts: Iterable[str]) -> frozenset[str]:
    """Servers as a setting names them: ``https://host:port``, or the host alone for https."""
    named = (origin(host if "://" in host else f"https://{host}") for host in hosts)
    return frozenset(one for one in named if one)


def target(list_url: str, link: str, others: frozenset[str]) -> str | None:
    """The address of a linked document; None where it lies on a server nobody allowed.

    Args:
        list_url: where the list came from; its own server is allowed.
        others: origins a setting allows.
    """
    try:
        address, _ = urldefrag(urljoin(list_url, link))
    except ValueError:
        return None
    printable = address.isascii() and address.isprintable() and " " not in address
    # The list's address may hold a name and word; a link resolved against it would, too.
    own = urlsplit(list_url)._replace(netloc=urlsplit(list_url).netloc.rpartition("@")[2]).geturl()
    if not printable or len(address) > MOST_LINK:
        return None
    return address if origin(address) in {origin(own), *others} - {None} else None
