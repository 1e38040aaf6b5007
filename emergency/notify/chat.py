"""DingTalk, WeCom, Feishu, SMS gateways and the other services that apprise speaks to."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import quote

from emergency.notify.parcel import NotCarried, Parcel
from emergency.texts import Message

TO = "{to}"
# Services that carry headers of ours along; the others show the key to the reader instead.
WITH_HEADERS = ("json", "jsons", "xml", "xmls", "form", "forms", "mailto", "mailtos")


@dataclass(frozen=True)
class Chat:
    """One apprise address. ``{to}`` in it stands for the recipients of a message, one by one."""

    url: str = field(repr=False)
    to: tuple[str, ...] = ()
    kind: str = "apprise"
    wait_s: int = 30

    def carry(self, parcel: Parcel) -> tuple[str, ...]:
        import apprise

        to = parcel.recipients or self.to
        if TO in self.url and not to:
            raise NotCarried(Message("the channel names nobody to send to; add `to:` to its entry"), final=True)
        service = apprise.Apprise(asset=apprise.AppriseAsset(async_mode=False, secure_logging=True))
        addresses = [self.url.replace(TO, quote(one, safe="+")) for one in to] if TO in self.url else [self.url]
        if not all(service.add(self._keyed(address, parcel)) for address in addresses):
            message = Message("apprise does not know this address; check the channel's `url:` against its service")
            raise NotCarried(message, final=True)
        taken = service.notify(body=self._text(parcel), title=parcel.subject, body_format=apprise.NotifyFormat.TEXT)
        if not taken:
            raise NotCarried(Message("the service did not take it; check address, key and network"))
        return to

    @property
    def _with_headers(self) -> bool:
        return self.url.partition(":")[0].lower() in WITH_HEADERS

    def _keyed(self, address: str, parcel: Parcel) -> str:
        if not self._with_headers:
            return address
        return f"{address}{'&' if '?' in address else '?'}+Idempotency-Key={parcel.mark}"

    def _text(self, parcel: Parcel) -> str:
        return parcel.text if self._with_headers else f"{parcel.text}\n[{parcel.mark[:8]}]"
