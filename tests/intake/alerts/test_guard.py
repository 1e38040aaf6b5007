"""What a hostile or broken file may cost: a moment and a reason of one line."""

from __future__ import annotations

import socket
import time
from pathlib import Path

import pytest

from emergency.intake.alerts import guard, read
from tests.intake.alerts.messages import bare, cap, info

SECRET = "the secret of this machine"


def why(data: bytes) -> str:
    found = read(data)
    assert found.alerts == ()
    (reason,) = found.reasons
    assert "\n" not in str(reason)
    return str(reason)


@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE alert [<!ENTITY x "y">]>',
        '<!DOCTYPE alert SYSTEM "http://127.0.0.1:9/alert.dtd">',
        '<!DOCTYPE alert [<!ENTITY % p SYSTEM "http://127.0.0.1:9/p"> %p;]>',
        '<!DOCTYPE alert [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;">]>',
        "<!DOCTYPE alert>",
    ],
)
def test_a_document_type_of_any_kind_is_refused(doctype: str) -> None:
    assert "document type" in why((doctype + bare(cap())).encode())


def test_a_foreign_file_is_never_read_into_an_alert(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(SECRET)
    doctype = f'<!DOCTYPE alert [<!ENTITY x SYSTEM "{(tmp_path / "secret").as_uri()}">]>'
    found = read((doctype + bare(cap(infos=info(headline="&x;")))).encode())
    assert found.alerts == ()
    assert SECRET not in "".join(map(str, found.reasons))


def test_nothing_is_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object, **__: object) -> None:
        pytest.fail("a file made the console open a connection")

    monkeypatch.setattr(socket.socket, "connect", never)
    for inside in (
        '<?xml-stylesheet href="http://127.0.0.1:9/x.xsl" type="text/xsl"?>',
        '<!DOCTYPE alert SYSTEM "http://127.0.0.1:9/x.dtd">',
    ):
        read((inside + bare(cap())).encode())
    schema = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="a http://127.0.0.1:9/x.xsd"'
    assert read(cap().replace(b"<alert ", f"<alert {schema} ".encode())).alerts


def test_a_file_too_large_too_deep_or_too_full_is_refused_quickly() -> None:
    begun = time.process_time()
    assert "more than 2 MB" in why(cap() + b" " * guard.MOST_BYTES)
    assert "nested deeper than 64" in why(b"<a>" * 200_000 + b"</a>" * 200_000)
    assert "more than 100,000 elements" in why(b"<a>" + b"<b/>" * 200_000 + b"</a>")
    assert time.process_time() - begun < 3, "processor time: others may hold the machine"


def test_sixty_four_levels_are_let_in_and_sixty_five_are_not() -> None:
    def nested(levels: int) -> bytes:
        return b"<a>" * levels + b"</a>" * levels

    assert "begins with" in why(nested(guard.MOST_DEPTH))
    assert "nested" in why(nested(guard.MOST_DEPTH + 1))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b" \n\t", "empty"),
        (b"\0\0\0", "empty"),
        (b"not xml at all", "not well-formed XML"),
        (b"<alert>", "not well-formed XML"),
        (b"<a>\0</a>", "not well-formed XML"),
        (b"<a>&nbsp;</a>", "not well-formed XML"),
        (b"\x1f\x8b\x08\x00rest", "is not UTF-8"),
        (b"<html><body>busy</body></html>", "begins with “html”"),
        (b"[" * 100_000, "JSON"),
        (b'{"type": "FeatureCollection", "features": NaN}', "JSON"),
        (b'{"type": "Topology"}', "GeoJSON"),
        (b'{"type": "FeatureCollection", "features": []}', "no alert"),
        (b'{"a": ' + b"9" * 10_000 + b"}", "JSON"),
    ],
)
def test_what_is_no_alert_is_said_in_one_line(data: bytes, said: str) -> None:
    assert said in why(data)


CHINESE = info("台风", headline="台风红色预警", language="zh-CN")


@pytest.mark.parametrize("encoding", ["UTF-8", "UTF-16", "GB18030", "GBK", "GB2312", "Big5"])
def test_an_encoding_is_read_as_the_file_says(encoding: str) -> None:
    text = cap(infos=CHINESE).decode().replace('encoding="UTF-8"', f'encoding="{encoding}"')
    if encoding in ("GBK", "GB2312", "GB18030", "UTF-8", "UTF-16"):
        (alert,) = read(text.encode(encoding)).alerts
        assert (alert.infos[0].headline, alert.colour) == ("台风红色预警", "red")
    else:
        traditional = text.replace("台风红色预警", "颱風紅色").replace("台风", "颱風")
        (alert,) = read(traditional.encode(encoding)).alerts
        assert alert.infos[0].headline == "颱風紅色"


def test_a_byte_order_mark_is_no_text() -> None:
    (alert,) = read(b"\xef\xbb\xbf" + cap()).alerts
    assert alert.identity.startswith("nws")


def test_latin_letters_of_an_old_file_are_kept() -> None:
    text = cap(infos=info(headline="Überschwemmung")).decode().replace("UTF-8", "ISO-8859-1")
    (alert,) = read(text.encode("iso-8859-1")).alerts
    assert alert.infos[0].headline == "Überschwemmung"


def test_an_encoding_that_is_not_what_it_claims_is_refused_not_guessed() -> None:
    assert "is not UTF-8" in why(cap(infos=CHINESE).decode().encode("gb18030"))


@pytest.mark.parametrize("name", ["utf-7", "zip", "idna", "unicode_escape", "rot13", "punycode"])
def test_a_codec_that_is_no_encoding_of_files_is_refused(name: str) -> None:
    assert "is not read" in why(cap().replace(b"UTF-8", name.encode()))


def corpus() -> list[str]:
    folder = Path(__file__).resolve().parents[4] / "shared" / "data" / "cap"
    return sorted(p.name for p in folder.iterdir()) if folder.is_dir() else ["(not here)"]


@pytest.mark.parametrize("name", corpus())
def test_every_stored_message_gives_an_alert_or_reasons_of_one_line(name: str, shared_data: Path) -> None:
    found = read((shared_data / "cap" / name).read_bytes())
    assert found.alerts or found.reasons or found.links
    assert all(str(r).strip() and "\n" not in str(r) for r in found.reasons)
