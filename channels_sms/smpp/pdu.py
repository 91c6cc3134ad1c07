"""The PDUs of SMPP 3.4 that we speak, to and from bytes. Pure. Source: SMPP v3.4, issue 1.2."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

GENERIC_NACK = 0x80000000
BIND_TRANSCEIVER, SUBMIT_SM, DELIVER_SM = 0x09, 0x04, 0x05
UNBIND, ENQUIRE_LINK = 0x06, 0x15
RESPONSE = 0x80000000
OK, THROTTLED, QUEUE_FULL, BAD_DESTINATION, SYSTEM_ERROR = 0x00, 0x58, 0x14, 0x0B, 0x08
WRONG_PASSWORD, WRONG_SYSTEM_ID = 0x0E, 0x0F
RECEIPT, UDH = 0x04, 0x40  # in esm_class
PAYLOAD, RECEIPTED_ID, MESSAGE_STATE = 0x0424, 0x001E, 0x0427
PART_OF, PARTS, PART = 0x020C, 0x020E, 0x020F  # sar_: parts of a text without a header in it
HEAD = struct.Struct(">IIII")
LONGEST = 70_000  # bytes: a message_payload of 64 kB and its frame


class BrokenPduError(ValueError):
    """Bytes that are no PDU: the line cannot be followed any further."""


@dataclass(frozen=True, slots=True)
class Pdu:
    """command with or without RESPONSE; sequence pairs the two; body: what follows the head."""

    command: int
    sequence: int
    status: int = OK
    body: bytes = b""

    def encoded(self) -> bytes:
        """As it goes over the line."""
        return HEAD.pack(16 + len(self.body), self.command, self.status, self.sequence) + self.body


@dataclass(frozen=True, slots=True)
class Short:
    """What submit_sm and deliver_sm carry. tlvs: optional parameters by tag."""

    source: str
    destination: str
    text: bytes = b""
    esm_class: int = 0
    data_coding: int = 0
    registered: int = 0
    validity: str = ""
    tlvs: dict[int, bytes] = field(default_factory=dict)


def cut(stream: bytearray) -> Pdu | None:
    """Take the first whole PDU off a stream; None while it is not all there. BrokenPduError."""
    if len(stream) < HEAD.size:
        return None
    length, command, status, sequence = HEAD.unpack_from(stream)
    if not HEAD.size <= length <= LONGEST:
        raise BrokenPduError(f"a PDU of {length} bytes")
    if len(stream) < length:
        return None
    body = bytes(stream[HEAD.size : length])
    del stream[:length]
    return Pdu(command, sequence, status, body)


def bind(system_id: str, password: str, system_type: str) -> bytes:
    """The body of bind_transceiver, for version 3.4."""
    named = (_text(system_id, 15), _text(password, 8), _text(system_type, 12))
    return b"".join(named) + b"\x34\x00\x00\x00"


def short(one: Short) -> bytes:
    """The body of submit_sm or deliver_sm. A long text goes as message_payload."""
    carried, tlvs = (one.text, dict(one.tlvs)) if len(one.text) < 255 else (b"", dict(one.tlvs))
    if len(one.text) >= 255:
        tlvs[PAYLOAD] = one.text
    head = b"\x00" + _address(one.source) + _address(one.destination)
    flags = bytes((one.esm_class, 0, 0)) + b"\x00" + _text(one.validity, 16)
    tail = bytes((one.registered, 0, one.data_coding, 0, len(carried))) + carried
    return head + flags + tail + b"".join(_tlv(*each) for each in tlvs.items())


def read_short(body: bytes) -> Short:
    """The body of submit_sm or deliver_sm. Raises BrokenPduError."""
    try:
        _service, at = _string(body, 0)
        source, at = _read_address(body, at)
        destination, at = _read_address(body, at)
        esm_class, at = body[at], at + 3
        _schedule, at = _string(body, at)
        validity, at = _string(body, at)
        registered, data_coding, length = body[at], body[at + 2], body[at + 4]
        at += 5
        text = body[at : at + length]
        if len(text) != length:
            raise BrokenPduError("the text is cut off")
        tlvs = _tlvs(body[at + length :])
    except IndexError:
        raise BrokenPduError("the body is cut off") from None
    text = text or tlvs.get(PAYLOAD, b"")
    return Short(source, destination, text, esm_class, data_coding, registered, validity, tlvs)


def message_id(body: bytes) -> str:
    """The id in submit_sm_resp; "" where there is none."""
    return body.partition(b"\x00")[0].decode("latin-1")


def _text(text: str, most: int) -> bytes:
    return text.encode("latin-1", "replace").replace(b"\x00", b"")[:most] + b"\x00"


def _address(address: str) -> bytes:
    """An international number, or a name of letters (type 5)."""
    bare = address.removeprefix("+")
    if bare.isascii() and bare.isdigit():
        kind = b"\x01\x01" if address.startswith("+") or len(bare) > 8 else b"\x00\x01"
        return kind + _text(bare, 20)
    return b"\x05\x00" + _text(address, 20)


def _read_address(body: bytes, at: int) -> tuple[str, int]:
    kind = body[at]
    address, after = _string(body, at + 2)
    return (f"+{address}" if kind == 1 and address.isdigit() else address), after


def _string(body: bytes, at: int) -> tuple[str, int]:
    end = body.find(b"\x00", at)
    if end < 0:
        raise BrokenPduError("a text without an end")
    return body[at:end].decode("latin-1"), end + 1


def _tlv(tag: int, value: bytes) -> bytes:
    return struct.pack(">HH", tag, len(value)) + value


def _tlvs(rest: bytes) -> dict[int, bytes]:
    found, at = {}, 0
    while at + 4 <= len(rest):
        tag, length = struct.unpack_from(">HH", rest, at)
        found[tag] = rest[at + 4 : at + 4 + length]
        at += 4 + length
    return found
