"""Files that mean harm or are broken: what a careless reader would choke on.

``python -m tests.faults.corpus FOLDER`` writes them all. Each is small on disk and made from nothing
but this script; the name says what it tries.
"""

from __future__ import annotations

import gzip
import io
import json
import struct
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

HEADER = "报案号,险种,出险时间,出险地点,估损金额(元)"
ROW = "A1,车险,2021-07-20 14:30,郑州市金水区,1000"
GOOD = f"{HEADER}\n{ROW}\n".encode()
FORMULAS = ("=cmd|'/c calc'!A0", "+1+1|x", "-2+3|x", "@SUM(1)", "\t=1", "\r=1", "＝1+1", '=HYPERLINK("http://x")')
SCRIPTS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "${alert(1)}",
    "`+alert(1)+`",
    "'><svg onload=alert(1)>",
    "</script><script>alert(1)//",
    "\u2028alert(1)",
)
TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/xl/workbook.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>'
)
RELS = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Target="{target}" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}"/></Relationships>'
)
BOOK = (
    '<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
    '<sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>'
)
SHEET = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData></worksheet>'
)


def csv_files() -> dict[str, bytes]:
    rows = {f"row-{i}": ROW.replace("郑州市金水区", text) for i, text in enumerate(SCRIPTS)}
    rows |= {f"formula-{i}": ROW.replace("A1", json.dumps(text)[1:-1]) for i, text in enumerate(FORMULAS)}
    found = {f"script-in-{k}.csv": f"{HEADER}\n{v}\n".encode() for k, v in rows.items()}
    found |= {
        "script-in-headers.csv": f"{SCRIPTS[0]},{SCRIPTS[1]}\n1,2\n".encode(),
        "formulas-rejected.csv": (HEADER + "\n" + "".join(f'"{f}",车险,nie,x,1\n' for f in FORMULAS[:4])).encode(),
        "one-huge-line.csv": b"a," * 4_000_000,
        "one-huge-line-under-a-header.csv": HEADER.encode() + b"\n" + b"x" * 8_000_000,
        "one-huge-cell.csv": GOOD + b'"' + b"x" * 3_000_000 + b'",1,2,3,4\n',
        "many-columns.csv": ",".join(f"c{i}" for i in range(200_000)).encode() + b"\n1\n",
        "many-columns-known.csv": (HEADER + ",x" * 100_000 + "\n" + ROW + "\n").encode(),
        "long-rows.csv": HEADER.encode() + b"\n" + (ROW.encode().replace(b"1000", b"x" * 100_000) + b"\n") * 200,
        "long-rows-unclosed.csv": HEADER.encode() + b"\n" + (b'"' + b"x" * 100_000 + b"\n") * 101,
        "only-line-ends.csv": b"\n" * 5_000_000,
        "only-commas.csv": b"," * 900_000 + b"\n",
        "only-quotes.csv": b'"' * 999_999,
        "quotes-in-pairs.csv": HEADER.encode() + b"\n" + b'""' * 400_000,
        "unclosed-quote.csv": GOOD + b'A2,"' + ROW.encode() * 20_000,
        "nul-bytes.csv": GOOD.replace(b"A1", b"A\x001"),
        "only-nul.csv": b"\0" * 2_000_000,
        "lone-returns.csv": GOOD.replace(b"\n", b"\r"),
        "control-characters.csv": GOOD.replace(b"A1", bytes(range(1, 9)) + b"A1"),
        "right-to-left.csv": GOOD.replace(b"A1", "A\u202e1".encode()),
        "half-a-character.csv": GOOD[:-1] + b"\xe9\x83",
        "utf-8-then-gbk.csv": GOOD + ROW.encode("gb18030") + b"\n",
        "big5.csv": "報案號,險種,出險時間\nA1,車險,2021-07-20\n".encode("big5"),
        "big5-english.csv": b"report_no,loss_at,place\nA1,2021-07-20," + "臺北車站".encode("big5") + b"\n",
        "shift-jis.csv": "報告番号,日時\nA1,東京都\n".encode("shift_jis"),
        "utf-16.csv": GOOD.decode().encode("utf-16"),
        "utf-16-without-mark.csv": GOOD.decode().encode("utf-16-le"),
        "utf-32.csv": GOOD.decode().encode("utf-32"),
        "utf-7.csv": GOOD.decode().encode("utf-7"),
        "ebcdic.csv": b"report_no,loss_at\nA1,2021-07-20\n".decode().encode("cp500"),
        "numbers-beyond-measure.csv": GOOD.replace(b"1000", b"9" * 400),
        "number-with-exponent.csv": GOOD.replace(b"1000", b"1e999"),
        "number-of-many-digits.csv": GOOD.replace(b"1000", b"1" * 100_000),
        "not-a-number.csv": GOOD.replace(b"1000", b"nan"),
        "dates-beyond-measure.csv": GOOD.replace(b"2021-07-20 14:30", b"99999-99-99 99:99"),
        "date-of-many-digits.csv": GOOD.replace(b"2021-07-20 14:30", b"1" * 100_000),
        "skipped-hour.csv": GOOD.replace(b"2021-07-20 14:30", b"1988-04-17 02:30"),
        "same-header-twice.csv": f"{HEADER},报案号\n{ROW},B\n".encode(),
        "same-number-many-times.csv": GOOD + (ROW + "\n").encode() * 20_000,
        "a-picture.csv": b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4_000,
        "a-program.csv": b"\x7fELF" + bytes(range(256)) * 4_000,
        "a-pdf.csv": b"%PDF-1.7\n" + b"stream\n" * 10_000,
        "a-page.csv": b"<!DOCTYPE html><html>" + b"<p>" * 50_000,
        "packed.csv.gz": gzip.compress(GOOD * 10_000),
        "packed-and-cut.csv.gz": gzip.compress(GOOD * 10_000)[:200],
        "packed-bomb.csv": gzip.compress(b"0" * 50_000_000),
        "empty.csv": b"",
        "one-byte.csv": b"x",
        "only-a-mark.csv": b"\xef\xbb\xbf",
    }
    return found


def book(sheet: str | bytes, **more: bytes) -> bytes:
    """A workbook of one sheet whose XML is given; ``more`` adds or replaces members."""
    members = {
        "[Content_Types].xml": TYPES.encode(),
        "_rels/.rels": RELS.format(target="xl/workbook.xml", kind="officeDocument").encode(),
        "xl/workbook.xml": BOOK.encode(),
        "xl/_rels/workbook.xml.rels": RELS.format(target="worksheets/sheet1.xml", kind="worksheet").encode(),
        "xl/worksheets/sheet1.xml": sheet.encode() if isinstance(sheet, str) else sheet,
        **more,
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return packed.getvalue()


def cells(*texts: str) -> str:
    return "<row>" + "".join(f'<c t="inlineStr"><is><t>{t}</t></is></c>' for t in texts) + "</row>"


def _good_sheet() -> str:
    return SHEET.format(cells(*HEADER.split(",")) + cells(*ROW.split(",")))


def workbooks() -> dict[str, bytes]:
    good = book(_good_sheet())
    laughs = '<!DOCTYPE x [<!ENTITY a "ha">' + "".join(
        f'<!ENTITY {chr(98 + i)} "{f"&{chr(97 + i)};" * 10}">' for i in range(9)
    )
    outside = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
    declared = SHEET.format(cells("&e;"))
    strings = {"xl/sharedStrings.xml": (outside + "<sst/>").encode()}
    return {
        "good.xlsx": good,
        "bomb.xlsx": book(SHEET.format(" " * 300_000_000)),
        "bomb-of-cells.xlsx": book(SHEET.format("<row>" + "<c><v>1</v></c>" * 3_000_000 + "</row>")),
        "bomb-beside-the-sheet.xlsx": book(_good_sheet(), **{"xl/media/x.bin": b"\0" * 300_000_000}),
        "lying-sizes.xlsx": _lying(book(SHEET.format(" " * 60_000_000))),
        "billion-laughs.xlsx": book(laughs + "]>" + SHEET.format(cells("&j;"))),
        "quadratic.xlsx": book(f'<!DOCTYPE x [<!ENTITY e "{"x" * 50_000}">]>' + SHEET.format(cells("&e;" * 5_000))),
        "outside-entity.xlsx": book(outside + declared),
        "outside-entity-utf-16.xlsx": book((outside + declared).encode("utf-16")),
        "outside-entity-in-strings.xlsx": book(_good_sheet(), **strings),
        "outside-dtd.xlsx": book('<!DOCTYPE x SYSTEM "http://203.0.113.1/x.dtd">' + _good_sheet()),
        "deep-tags.xlsx": book(SHEET.format("<a>" * 200_000 + "</a>" * 200_000)),
        "deep-tags-unclosed.xlsx": book(SHEET.format("<a>" * 400_000)),
        "many-attributes.xlsx": book(SHEET.format("<row " + " ".join(f'a{i}="1"' for i in range(200_000)) + "/>")),
        "cell-far-away.xlsx": book(SHEET.format('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')),
        "cell-of-no-place.xlsx": book(SHEET.format('<row r="99999999999"><c r="ZZZZZZ9"><v>1</v></c></row>')),
        "number-beyond-measure.xlsx": book(SHEET.format(f"<row><c><v>{'9' * 100_000}</v></c></row>")),
        "date-beyond-measure.xlsx": book(SHEET.format('<row><c t="d"><v>99999-99-99</v></c></row>')),
        "string-that-is-not-there.xlsx": book(SHEET.format('<row><c t="s"><v>999999</v></c></row>')),
        "huge-string.xlsx": book(SHEET.format(cells(*HEADER.split(",")) + cells("A", "x" * 5_000_000))),
        "not-xml.xlsx": book("hello"),
        "cut.xlsx": good[: len(good) // 2],
        "cut-at-the-end.xlsx": good[:-30],
        "damaged-inside.xlsx": good[:400] + bytes(b ^ 0xFF for b in good[400:600]) + good[600:],
        "no-workbook-inside.xlsx": _zip({"hello.txt": b"hello"}),
        "empty-archive.xlsx": _zip({}),
        "many-members.xlsx": _zip({f"m{i}": b"" for i in range(20_000)}),
        "climbing-out.xlsx": book(_good_sheet(), **{"../../../../tmp/emergency-climbed": b"x"}),
        "csv-inside.xlsx": GOOD,
        "old-excel.xls": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 4_096,
        "xlsx-named-csv.csv": good,
    }


def _lying(packed: bytes) -> bytes:
    """The same archive, whose directory says that every member is a kilobyte."""
    content, at = bytearray(packed), 0
    while (at := content.find(b"PK\x01\x02", at)) >= 0:
        content[at + 24 : at + 28] = struct.pack("<I", 1_024)
        at += 4
    return bytes(content)


def _zip(members: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return packed.getvalue()


def json_files() -> dict[str, bytes]:
    record = {"报案号": "A1", "险种": "车险", "出险时间": "2021-07-20"}
    return {
        "good.json": json.dumps([record]).encode(),
        "deep.json": b"[" * 500_000,
        "deep-objects.json": b'{"a":' * 500_000,
        "deep-inside-a-row.json": b'[{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}]",
        "many-keys.json": json.dumps([{f"k{i}": 1 for i in range(100_000)}]).encode(),
        "many-empty-objects.json": b"[" + b"{}," * 2_000_000 + b"{}]",
        "same-key-twice.json": '[{"报案号":"A","报案号":"B","出险时间":"2021-07-20"}]'.encode(),
        "number-beyond-measure.json": b'[{"a":' + b"9" * 100_000 + b"}]",
        "nan.json": b'[{"a":NaN,"b":Infinity}]',
        "lone-surrogate.json": b'[{"report_no":"\\ud800","loss_at":"2021-07-20"}]',
        "not-a-list.json": b'"hello"',
        "list-of-numbers.json": b"[1,2,3]",
        "cut.json": b'[{"a":1},{"b":',
        "binary.json": bytes(range(256)) * 100,
        "features-of-nothing.geojson": b'{"type":"FeatureCollection","features":[null,1,"x"]}',
        "points-of-no-place.geojson": b'{"type":"FeatureCollection","features":[{"type":"Feature","geometry":'
        b'{"type":"Point","coordinates":["x",{}]},"properties":{"report_no":"A","loss_at":"2021-07-20"}}]}',
    }


CAP = (
    '<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>A-1</identifier><sender>s@example.org</sender>'
    "<sent>2021-07-20T08:00:00+08:00</sent><status>Actual</status><msgType>Alert</msgType><scope>Public</scope>"
    "<info><category>Met</category><event>{event}</event><urgency>Immediate</urgency><severity>Severe</severity>"
    "<certainty>Likely</certainty><headline>{event}</headline>{more}<area><areaDesc>{event}</areaDesc>{area}</area>"
    "</info></alert>"
)
RING = "34.7,113.5 34.7,113.7 34.8,113.7 34.7,113.5"
ATOM = '<feed xmlns="http://www.w3.org/2005/Atom">{}</feed>'


def cap(event: str = "rain", *, more: str = "", area: str = f"<polygon>{RING}</polygon>", before: str = "") -> bytes:
    return (before + CAP.format(event=event, more=more, area=area)).encode()


def alert_files() -> dict[str, bytes]:
    """Alerts of every kind that is read: CAP, Atom, EDXL-DE, GDACS, PAGER, USGS."""
    laughs = "<!DOCTYPE x [<!ENTITY a 'ha'>" + "".join(
        f"<!ENTITY {chr(98 + i)} '{f'&{chr(97 + i)};' * 10}'>" for i in range(9)
    )
    outside = "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>"
    rings = " ".join(f"{i % 90},{i % 180}" for i in range(120_000))
    link = '<entry><id>1</id><link href="{}"/></entry>'
    quake = '{"type":"FeatureCollection","metadata":{"title":"USGS"},"features":[%s]}'
    found = {f"script-in-alert-{i}.cap": cap(_xml(text)) for i, text in enumerate(SCRIPTS)}
    found |= {f"formula-in-alert-{i}.cap": cap(_xml(text)) for i, text in enumerate(FORMULAS[:4])}
    return found | {
        "good.cap": cap(),
        "laughs.cap": cap("&j;", before=laughs + "]>"),
        "quadratic.cap": cap("&e;" * 5_000, before=f"<!DOCTYPE x [<!ENTITY e '{'x' * 50_000}'>]>"),
        "outside-entity.cap": cap("&e;", before=outside),
        "outside-entity-utf-16.cap": cap("&e;", before=outside).decode().encode("utf-16"),
        "outside-dtd.cap": cap(before="<!DOCTYPE x SYSTEM 'http://203.0.113.1/x.dtd'>"),
        "outside-style.cap": cap(before="<?xml-stylesheet href='http://203.0.113.1/x.xsl'?>"),
        "included.cap": cap(more='<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="/etc/passwd"/>'),
        "deep.cap": b"<alert>" * 200_000,
        "deep-and-closed.cap": b"<a>" * 200_000 + b"</a>" * 200_000,
        "wide.cap": b"<alert>" + b"<a/>" * 400_000 + b"</alert>",
        "many-attributes.cap": b"<alert " + b" ".join(b'a%d="1"' % i for i in range(200_000)) + b"/>",
        "huge-attribute.cap": b'<alert a="' + b"x" * 1_900_000 + b'"/>',
        "huge-text.cap": cap("x" * 1_900_000),
        "too-large.cap": cap("x" * 9_000_000),
        "many-infos.cap": cap().replace(b"</info>", b"</info>" + b"<info/>" * 90_000),
        "many-points.cap": cap(area=f"<polygon>{rings}</polygon>"),
        "many-circles.cap": cap(area="<circle>34.7,113.6 9</circle>" * 40_000),
        "crossed-ring.cap": cap(area="<polygon>" + " ".join(f"{i % 7},{i % 11}" for i in range(19_000)) + "</polygon>"),
        "point-of-no-place.cap": cap(area="<polygon>nan,inf 1e999,-1e999 x,y 1,2</polygon><circle>0,0 1e308</circle>"),
        "many-geocodes.cap": cap(area="<geocode><valueName>SAME</valueName><value>1</value></geocode>" * 30_000),
        "many-references.cap": cap(more="<references>" + "a,b,2021-07-20T08:00:00+08:00 " * 50_000 + "</references>"),
        "time-of-many-digits.cap": cap().replace(b"2021-07-20T08:00:00", b"9" * 100_000),
        "time-before-time.cap": cap().replace(b"2021-07-20T08:00:00+08:00", b"0001-01-01T00:00:00+14:00"),
        "nul.cap": cap("a\0b"),
        "cut.cap": cap()[:200],
        "not-its-encoding.cap": b"<?xml version='1.0' encoding='utf-8'?>" + cap("\u96e8").decode().encode("gb18030"),
        "no-encoding.cap": b"<?xml version='1.0' encoding='rot13'?>" + cap(),
        "page.cap": b"<!DOCTYPE html><html>" + b"<p>" * 50_000,
        "many-links.atom": ATOM.format(
            "".join(link.format(f"http://203.0.113.1/{i}.cap") for i in range(20_000))
        ).encode(),
        "links-that-climb.atom": ATOM.format(link.format("../../../../etc/passwd") * 50).encode(),
        "itself.atom": ATOM.format(link.format("itself.atom")).encode(),
        "deep.json": b'{"features":' * 300_000,
        "deep-list.json": b"[" * 1_000_000,
        "many-quakes.json": (quake % ",".join(['{"id":"a","properties":{"mag":9,"time":1}}'] * 30_000)).encode(),
        "quake-of-no-size.json": (quake % '{"id":"a","properties":{"mag":1e999,"time":9e99}}').encode(),
        "number-of-many-digits.json": (quake % ('{"id":"a","properties":{"time":%s}}' % ("9" * 1_000_000))).encode(),
        "gdacs-of-no-place.xml": b'<rss xmlns:gdacs="http://www.gdacs.org"><channel>' + b"<item/>" * 50_000
        + b"</channel></rss>",
        "edxl-in-edxl.xml": b"<EDXLDistribution>" * 60 + cap() + b"</EDXLDistribution>" * 60,
    }


def _xml(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("\r", "&#13;").replace("\t", "&#9;")


GROUPS: tuple[Callable[[], dict[str, bytes]], ...] = (csv_files, workbooks, json_files)


def write_alerts(folder: Path) -> list[Path]:
    """Every hostile alert, written into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in alert_files().items():
        (folder / name).write_bytes(content)
    return sorted(folder.iterdir())


def write(folder: Path) -> list[Path]:
    """Every table of the corpus, written into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    found = []
    for group in GROUPS:
        for name, content in group().items():
            path = folder / name
            path.write_bytes(content)
            found.append(path)
    return found


if __name__ == "__main__":
    target = Path(sys.argv[1])
    print(len(write(target / "tables")) + len(write_alerts(target / "alerts")), "files")
