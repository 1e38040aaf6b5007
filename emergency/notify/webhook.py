"""A POST to an address of somebody's own, with the message's key in a header."""

from __future__ import annotations

import hashlib
import hmac
import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from emergency.notify.parcel import NotCarried, Parcel
from emergency.texts import Message

# Worth another try: asked too often, or the server itself is in trouble.
PASSING_CODES = (408, 425, 429)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A message goes where it was sent to, and nowhere else."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


@dataclass(frozen=True)
class Webhook:
    """Body: JSON with ``key, channel, audience, subject, text, recipients``.

    ``Idempotency-Key`` is the same at every try. With a ``secret``, ``X-Signature`` is the
    HMAC-SHA256 of the body in hex.
    """

    url: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    secret: str = field(default="", repr=False)
    to: tuple[str, ...] = ()
    kind: str = "webhook"
    wait_s: int = 15

    def carry(self, parcel: Parcel) -> tuple[str, ...]:
        to = parcel.recipients or self.to
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect)
        try:
            with opener.open(self._request(parcel, to), timeout=self.wait_s):
                return to
        except urllib.error.HTTPError as fault:
            code = fault.code
            fault.close()
            final = code < 500 and code not in PASSING_CODES
            raise NotCarried(Message("the address answered {code}", {"code": code}), final) from None
        except OSError as fault:
            reason = type(getattr(fault, "reason", fault)).__name__
            raise NotCarried(Message("the address does not answer ({reason})", {"reason": reason})) from None

    def _request(self, parcel: Parcel, to: tuple[str, ...]) -> urllib.request.Request:
        body = {
            "key": parcel.mark,
            "channel": parcel.channel,
            "audience": parcel.audience,
            "subject": parcel.subject,
            "text": parcel.text,
            "recipients": list(to),
        }
        packed = json.dumps(body, ensure_ascii=False, sort_keys=True).encode()
        headers = {**self.headers, "Content-Type": "application/json; charset=utf-8", "Idempotency-Key": parcel.mark}
        if self.secret:
            headers["X-Signature"] = hmac.new(self.secret.encode(), packed, hashlib.sha256).hexdigest()
        return urllib.request.Request(self.url, packed, headers, method="POST")
