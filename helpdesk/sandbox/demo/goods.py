"""What the demo shop sells, in the six languages, and the files that people attach."""

from __future__ import annotations

import zlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Shelf:
    """Products and colours as customers of one language call them."""

    products: tuple[str, ...]
    colours: tuple[str, ...]


SHELVES = {
    "en": Shelf(
        ("linen duvet set", "pillowcase", "bath towel", "table runner", "waffle robe"),
        ("oat", "sage", "rust", "night blue", "white"),
    ),
    "pl": Shelf(
        ("komplet pościeli lnianej", "komplet poszewek", "ręcznik kąpielowy", "bieżnik na stół"),
        ("owsiany", "szałwia", "rdzawy", "granat", "biel"),
    ),
    "sl": Shelf(
        ("komplet lanene posteljnine", "prt", "tekač za mizo", "kopalni plašč"),
        ("oves", "žajbelj", "rja", "nočno modra", "bela"),
    ),
    "he": Shelf(
        ("סט מצעי פשתן", "חלוק רחצה", "ראנר לשולחן", "סט ציפיות"),
        ("שיבולת", "מרווה", "חלודה", "כחול לילה", "לבן"),
    ),
    "fi": Shelf(
        ("pellavainen pussilakanasetti", "tyynyliina", "kylpypyyhe", "pöytäliina"),
        ("kaura", "salvia", "ruoste", "yönsininen", "valkoinen"),
    ),
    "ru": Shelf(
        ("комплект льняного белья", "банный халат", "столовая дорожка", "набор полотенец"),
        ("овёс", "шалфей", "ржавчина", "ночной синий", "белый"),
    ),
}


def picture(width: int, height: int, tint: tuple[int, int, int]) -> bytes:
    """A small PNG that looks like woven cloth: warp and weft in two shades of `tint`."""
    light = bytes(tint)
    dark = bytes(max(0, part - 26) for part in tint)
    rows = bytearray()
    for y in range(height):
        shades = (light if (x // 3 + y // 3) % 2 else dark for x in range(width))
        rows += b"\x00" + b"".join(shades)
    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\x08\x02\x00\x00\x00"
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        _chunk(kind, data)
        for kind, data in ((b"IHDR", head), (b"IDAT", zlib.compress(bytes(rows))), (b"IEND", b""))
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    check = zlib.crc32(kind + data).to_bytes(4, "big")
    return len(data).to_bytes(4, "big") + kind + data + check


def paper(lines: tuple[str, ...]) -> bytes:
    """A one-page PDF with lines of plain ASCII text."""
    words = " ".join(f"({line}) ' " for line in lines)
    text = f"BT /F1 12 Tf 72 770 Td 18 TL {words} ET".encode("ascii")
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> "
        b">>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(text), text),
    )
    out = bytearray(b"%PDF-1.4\n")
    places = []
    for number, content in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\n" % (len(objects) + 1)
    out += b"startxref\n%d\n%%%%EOF\n" % start
    return bytes(out)
