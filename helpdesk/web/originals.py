"""A message's HTML as it may be shown: cleaned once more, folded, and fetching nothing by itself.

The channel has cleaned it when it came (by its rules of then); nothing here trusts that. What is
too odd to be cleaned in a bounded time is refused, and the text of the message stands.
"""

from __future__ import annotations

from typing import Final, NamedTuple
from urllib.parse import unquote

from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from helpdesk import safe_html
from helpdesk.files import INLINE
from helpdesk.models import Attachment, Message
from helpdesk.web import picture_passes

_POLICY: Final = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none';"
    " img-src {pictures}; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'self'"
)
_CID: Final = "cid:"


class Shown(NamedTuple):
    """page: None where it was refused. runs: its direction. uncoloured: fit for a dark ground."""

    page: SafeString | None
    runs: str
    uncoloured: bool


def policy(request: HttpRequest) -> str:
    """What the page may do: nothing but load pictures through our own address for them.

    In full, because a sandboxed page has no origin of its own that 'self' could mean everywhere.
    """
    return _POLICY.format(pictures=request.build_absolute_uri(picture_passes.PLACE))


def shown(message: Message, passed: picture_passes.Pass, *, with_pictures: bool) -> Shown:
    """The message's HTML, safe, with its own pictures.

    Pictures from elsewhere stay away until they are asked for: they would tell their sender who
    reads, when and where.
    """
    cleaned = safe_html.clean(message.html)
    if cleaned is None:
        return Shown(None, "auto", uncoloured=True)
    own = {one.content_id.strip("<>").lower() for one in _pictures(message)}

    def picture(address: str) -> str | None:
        if address.startswith(_CID):
            return passed.url(address) if _name(address) in own else None
        return passed.url(address) if with_pictures else None

    page = safe_html.show(cleaned, picture=picture, words=_words())
    runs, plain = safe_html.direction(cleaned), safe_html.is_uncoloured(cleaned)
    return Shown(SafeString(page), runs, uncoloured=plain)


def own_picture(message: Message, address: str) -> Attachment | None:
    """The file of the mail that a `cid:` address names."""
    wanted = _name(address)
    pictures = _pictures(message)
    return next((one for one in pictures if one.content_id.strip("<>").lower() == wanted), None)


def is_own(address: str) -> bool:
    """Whether an address names a part of the mail itself."""
    return address.startswith(_CID)


def _name(address: str) -> str:
    return unquote(address.removeprefix(_CID)).lower()


def _pictures(message: Message) -> list[Attachment]:
    files = message.attachments.all()
    return [one for one in files if one.content_id and one.file and one.content_type in INLINE]


def _words() -> safe_html.Words:
    return safe_html.Words(
        quoted=(_("Show quoted text"), _("Hide quoted text")),
        signature=(_("Show signature"), _("Hide signature")),
        hidden=(_("Show what the sender hid"), _("Hide what the sender hid")),
    )
