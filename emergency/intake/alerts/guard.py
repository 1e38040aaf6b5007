"""The guard before every alert in XML: size, encoding, no document types, depth and number of elements.

Alerts come from anywhere. Nothing is fetched, no entity is resolved, and a file that
would cost more than a message is worth is refused with its reason.
"""

from __future__ import annotations

import codecs
import re
from typing import Any
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from emergency.intake.faults import FileFault
from emergency.texts import N_, Message

MOST_BYTES = 2 * 1024 * 1024
MOST_DEPTH = 64
MOST_ELEMENTS = 100_000

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_UNMARKED = {b"<\0": "utf-16-le", b"\0<": "utf-16-be"}
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]*?\bencoding\s*=\s*["']([A-Za-z0-9._:-]{1,40})["']""")
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
# GB 2312 and GBK are parts of GB 18030.
_FAMILIES = {"gb2312": "gb18030", "gbk": "gb18030", "us-ascii": "ascii"}
_ENCODINGS = re.compile(
    r"utf-?8|utf-?16(-?[bl]e)?|ascii|iso-?8859-?\d{1,2}|latin-?1|windows-?125\d|cp125\d|gb18030|big5|shift_?jis|euc-(jp|kr)"
)


def check_size(data: bytes) -> None:
    """Refuse an empty file and one that is larger than any message."""
    if len(data) > MOST_BYTES:
        raise FileFault(
            Message(
                N_("the file has more than {most} MB; an alert is smaller, split the list"),
                {"most": MOST_BYTES // 1024 // 1024},
            )
        )
    if not data.strip(b"\0 \t\r\n"):
        raise FileFault(Message(N_("the file is empty")))


def decode(data: bytes) -> str:
    """The text of an XML file by its byte order mark, else by the encoding it names, else UTF-8."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _decoded(data.removeprefix(mark), encoding)
    if data[:2] in _UNMARKED:
        return _decoded(data, _UNMARKED[data[:2]])
    declared = _DECLARED.match(data[:400])
    name = declared[1].decode("ascii").lower() if declared else "utf-8"
    encoding = _FAMILIES.get(name, name)
    if not _ENCODINGS.fullmatch(encoding):
        raise FileFault(Message(N_("the encoding {name} is not read; save the file as UTF-8"), {"name": name}))
    return _decoded(data, encoding)


def _decoded(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except (UnicodeDecodeError, LookupError) as fault:
        place = getattr(fault, "start", 0)
        raise FileFault(
            Message(
                N_("byte {place} is not {encoding}, which the file claims to be; save it as UTF-8"),
                {"place": place, "encoding": encoding.upper()},
            )
        ) from fault


def parse(data: bytes) -> Element:
    """The root of a harmless XML file, names in the ``{namespace}name`` form.

    Raises:
        FileFault: what is wrong with it, in one line.
    """
    check_size(data)
    text = _DECLARATION.sub("", decode(data), count=1)
    parser = DefusedXMLParser(target=_Builder(), encoding="utf-8", forbid_dtd=True)
    try:
        parser.feed(text.encode())
        root = parser.close()
    except DefusedXmlException as fault:
        raise FileFault(
            Message(N_("the file brings a document type or entities of its own; an alert has none"))
        ) from fault
    except (ParseError, ValueError) as fault:
        raise FileFault(Message(N_("not well-formed XML: {fault}"), {"fault": str(fault)[:120]})) from fault
    assert isinstance(root, Element)
    return root


class _Builder(TreeBuilder):
    """Builds the tree and stops at the first element too deep or too many."""

    def __init__(self) -> None:
        super().__init__()
        self.depth = 0
        self.elements = 0

    def start(self, tag: Any, attrs: Any) -> Any:
        self.depth += 1
        self.elements += 1
        if self.depth > MOST_DEPTH:
            raise FileFault(Message(N_("elements are nested deeper than {most}"), {"most": MOST_DEPTH}))
        if self.elements > MOST_ELEMENTS:
            raise FileFault(Message(N_("the file has more than {most} elements"), {"most": f"{MOST_ELEMENTS:,}"}))
        return super().start(tag, attrs)

    def end(self, tag: Any) -> Any:
        self.depth -= 1
        return super().end(tag)


def local(element: Element) -> str:
    """The name of an element without its namespace; issuers get namespaces wrong."""
    return element.tag.rpartition("}")[2]


def children(element: Element, name: str) -> list[Element]:
    return [child for child in element if local(child) == name]


def text(element: Element, name: str) -> str:
    """The text of the first child of that name, trimmed; "" where there is none."""
    found = children(element, name)
    return "".join(found[0].itertext()).strip() if found else ""
