"""What each provider's proof covers: the rows of the table that test_bad_input.py tries."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """covers: the proof is made of the body, so that no byte of it may be another.

    stale: the proof has a time, and one that is old is refused. accounts: what names the account
    in a call, each with another account's name: validly signed it is refused all the same. why:
    what the provider's protocol cannot prove, where one of these is missing.
    """

    covers: bool = True
    stale: bool = False
    accounts: tuple[tuple[bytes, bytes], ...] = ()
    why: str = ""


_PASSWORD = Row(covers=False, why="a password for our address proves the caller, not the body")
_NO_TIME = "a call has no time of its own in the proof; its id makes a repeat harmless"
_META = "no time in the proof; the event's id makes a repeat harmless"
_BOX = "a mail is for whoever its recipient is; a mailbox has one secret of its own"

ROWS: dict[tuple[str, str], Row] = {
    ("sms", "twilio"): Row(accounts=((b"AccountSid=AC1", b"AccountSid=AC2"),), why=_NO_TIME),
    ("social", "twilio_whatsapp"): Row(
        accounts=((b"AccountSid=AC1", b"AccountSid=AC2"),), why=_NO_TIME
    ),
    ("sms", "vonage"): Row(stale=True, accounts=((b"447700900001", b"447700900009"),)),
    ("sms", "gateway"): Row(stale=True, why="one secret for one box: it names no account"),
    ("social", "telegram"): Row(covers=False, why="a secret header, and no account in an update"),
    ("social", "whatsapp"): Row(
        accounts=(
            (b'"phone_number_id": "P"', b'"phone_number_id": "Q"'), (b'"id": "W"', b'"id": "V"'),
        ),
        why=_META,
    ),
    ("social", "messenger"): Row(accounts=((b'"PAGE"', b'"OTHER"'),), why=_META),
    ("social", "instagram"): Row(accounts=((b'"PAGE"', b'"OTHER"'),), why=_META),
    ("social", "line"): Row(accounts=((b'"U0"', b'"U9"'),), why=_META),
    ("social", "viber"): Row(why="one token for one bot: it names no account"),
    ("email", "mailgun"): Row(covers=False, stale=True, why="the proof is of a time and a token"),
    ("email", "mailersend"): Row(why=_BOX),
    ("email", "mandrill"): Row(why=_BOX),
    ("email", "postal"): Row(why=_BOX),
    ("email", "brevo"): _PASSWORD,
    ("email", "mailjet"): _PASSWORD,
    ("email", "postmark"): _PASSWORD,
    ("email", "sendgrid"): _PASSWORD,
    ("email", "ses"): _PASSWORD,
    ("email", "sparkpost"): _PASSWORD,
}  # fmt: skip
