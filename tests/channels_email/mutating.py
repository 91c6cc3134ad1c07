"""Good mails made bad, and what must hold for whatever is read from them."""

from __future__ import annotations

import random
from functools import cache
from pathlib import Path

from channels_email import bodies, parsing
from channels_email.parsing import EmptyMailError, Letter

FOLDER = Path(__file__).parents[1] / "mails"
REFUSED = frozenset("".join(map(chr, (*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF))))
PIECES = (
    *(b"\r\n", b"\r\n\r\n", b"\0", b"\xff", b"=?utf-8?b?", b"?=", b'"', b"<", b">", b";", b"("),
    *(b"--b1\r\n", b"--b1--", b"Content-Type: multipart/mixed; boundary=b1\r\n", b"filename*0*="),
    *(b"Content-Transfer-Encoding: base64\r\n", b"Content-Type: message/rfc822\r\n", b"\x1b$B"),
    *(b"charset=", b"utf-16", b"iso-2022-jp", b"utf-7", b"<!--", b"<style>", b"&#"),
    *(b"format=flowed; ", b"-----BEGIN PGP SIGNED MESSAGE-----\n", b"begin 644 a\n"),
    *(b"\x78\x9f\x3e\x22", b"\xef\xbb\xbf"),
)  # fmt: skip


@cache
def seeds() -> tuple[bytes, ...]:
    """The good mails, in a fixed order."""
    return tuple(path.read_bytes() for path in sorted(FOLDER.glob("*.eml")))


def mutated(draw: random.Random) -> bytes:
    """A good mail, cut, doubled, shuffled, mixed with another, its bytes flipped."""
    data = bytearray(draw.choice(seeds()))
    for _time in range(draw.randint(1, 8)):
        if not data:
            break
        start = draw.randrange(len(data))
        end = min(len(data), start + draw.choice((1, 2, 8, 64, 512, 4096)))
        match draw.randrange(7):
            case 0:
                del data[start:end]
            case 1:
                data[start:start] = data[start:end]
            case 2:
                data[start] ^= 1 << draw.randrange(8)
            case 3:
                data[start:start] = draw.choice(PIECES)
            case 4:
                data[start:end] = draw.randbytes(min(end - start, 64))
            case 5:
                lines = bytes(data[start:end]).splitlines(keepends=True)
                draw.shuffle(lines)
                data[start:end] = b"".join(lines)
            case _:
                other = draw.choice(seeds())
                at = draw.randrange(len(other))
                data[start:end] = other[at : at + 512]
    return bytes(data)


def texts(letter: Letter) -> list[str]:
    """Every text of a letter that is stored."""
    boxes = [*letter.to, *letter.cc, *letter.reply_to, *([letter.sender] if letter.sender else [])]
    out = [letter.subject, letter.text, letter.html, letter.content_type, *letter.notes]
    out += [text for box in boxes for text in (box.name, box.address)]
    out += [text for f in letter.files for text in (f.name, f.content_type, f.content_id)]
    out += [text for name, _value in letter.headers.fields for text in letter.headers.all(name)]
    return out


def facts(letter: Letter) -> object:
    """What of a letter can be compared."""
    return (texts(letter), letter.sent_at, [(file.data, file.size) for file in letter.files])


def check(data: bytes) -> None:
    """Read `data`; an AssertionError says which promise was broken."""
    try:
        letter = parsing.read(data, max_file=100_000)
    except EmptyMailError:
        assert not data.strip()
        return
    assert "degraded" not in letter.notes, "the full reader raised"
    for text in texts(letter):
        text.encode()
        assert REFUSED.isdisjoint(text), ascii(text[:200])
    assert all(1 <= len(file.name.encode()) <= 255 for file in letter.files)
    assert all("/" not in file.name and "\n" not in file.name for file in letter.files)
    assert len(letter.text) <= bodies.MAX_BODY_CHARS + 2000
    assert facts(letter) == facts(parsing.read(data, max_file=100_000)), "not deterministic"
