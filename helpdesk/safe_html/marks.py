"""The names by which mail programs mark a quote or a signature, made into four marks of ours.

Only these survive of all classes and ids. They are no secret: whoever writes one into a mail
gets their own words folded, which a reader opens with a click.
"""

from __future__ import annotations

from typing import Final

QUOTE: Final = "mail-quote"
CITE: Final = "mail-cite"
SIGNATURE: Final = "mail-signature"
HEADER: Final = "mail-header"
"""The block of fields over an old message: from here on nothing is the author's."""

# Programs put a prefix before the names of others (x_gmail_quote), so the ends are compared.
_CLASSES: Final = {
    "gmail_quote": QUOTE,
    "gmail_quote_container": QUOTE,
    "yahoo_quoted": QUOTE,
    "protonmail_quote": QUOTE,
    "tutanota_quote": QUOTE,
    "zmail_extra": QUOTE,
    "front-blockquote": QUOTE,
    "sh-quoted-content": QUOTE,
    "mailmate-reply": QUOTE,
    "moz-cite-prefix": CITE,
    "gmail_attr": CITE,
    "_signature": SIGNATURE,
    "-signature": SIGNATURE,
    "protonmail_signature_block": SIGNATURE,
}
_IDS: Final = {
    "divrplyfwdmsg": HEADER,
    "appendonsend": HEADER,
    "mail-editor-reference-message-container": HEADER,
    "ms-outlook-mobile-body-separator-line": HEADER,
    "olk_src_body_section": QUOTE,
    "reply-intro": CITE,
    "signature": SIGNATURE,
    "divsignature": SIGNATURE,
    "applemailsignature": SIGNATURE,
    "ms-outlook-mobile-signature": SIGNATURE,
}
_OURS: Final = frozenset((QUOTE, CITE, SIGNATURE, HEADER))


def mark(attribute: str, value: str) -> str | None:
    """Our mark for a class or an id of a mail; None when it means nothing to us."""
    for word in value[:500].lower().split()[:20]:
        if word in _OURS:
            return word
        if attribute == "id":
            name = word.removeprefix("x_")
            found = QUOTE if name.startswith("yahoo_quoted") else _IDS.get(name)
        else:
            ends = (known for known in _CLASSES if word.endswith(known))
            found = _CLASSES[name] if (name := next(ends, "")) else None
        if found:
            return found
    return None
