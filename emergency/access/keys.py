"""API keys: their form, what is kept of them, and what one may do.

A key is 256 random bits written as ``emk_`` and 43 letters. Only its SHA-256 is kept: a key of
that strength cannot be guessed from its hash, so no slow hash is needed, and a lookup stays cheap.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass

PREFIX = "emk_"
SECRET_BYTES = 32
_FORM = re.compile(r"emk_[A-Za-z0-9_-]{43}")
SOURCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
ANY_SOURCE = "*"

CLAIMS_WRITE, CLAIMS_READ, FACTS_WRITE = "claims.write", "claims.read", "facts.write"
SCOPES = (CLAIMS_WRITE, CLAIMS_READ, FACTS_WRITE)


@dataclass(frozen=True)
class Key:
    """A key as it is known after it has opened the door; the secret itself is not in it.

    Attributes:
        source: whose claims it writes and reads; ``*`` reads those of every source and writes none.
        scopes: some of SCOPES.
    """

    key_id: str
    source: str
    scopes: frozenset[str]

    def __post_init__(self) -> None:
        unknown = sorted(self.scopes - set(SCOPES))
        if unknown or not self.scopes:
            raise ValueError(f"scope {', '.join(unknown) or 'missing'}: use one or more of {', '.join(SCOPES)}")
        if self.source == ANY_SOURCE:
            if CLAIMS_WRITE in self.scopes:
                raise ValueError(f"a key that writes claims belongs to one source; name it instead of {ANY_SOURCE}")
        elif not SOURCE.fullmatch(self.source):
            raise ValueError(f"source {self.source!r}: use at most 64 letters, digits, dots, hyphens or underscores")

    def may(self, scope: str) -> bool:
        return scope in self.scopes

    def owns(self, source: str) -> bool:
        """May it touch the claims of this source?"""
        return self.source in (source, ANY_SOURCE)


def written(secret: bytes) -> str:
    """The key as its owner is shown it, once.

    Raises:
        ValueError: not 256 bits.
    """
    if len(secret) != SECRET_BYTES:
        raise ValueError(f"a key is made of {SECRET_BYTES} random bytes, not {len(secret)}")
    return PREFIX + base64.urlsafe_b64encode(secret).decode().rstrip("=")


def well_formed(text: str) -> bool:
    return _FORM.fullmatch(text) is not None


def digest(text: str) -> str:
    """What is kept of a key: its SHA-256 in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def same(one: str, other: str) -> bool:
    """Are two digests equal? Takes as long for the first wrong letter as for the last."""
    return hmac.compare_digest(one.encode(), other.encode())


def scopes(names: Iterable[str]) -> frozenset[str]:
    """Scopes as a person writes them: one by one, or with commas between."""
    return frozenset(part.strip() for name in names for part in name.split(",") if part.strip())
