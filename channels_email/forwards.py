"""Mail that was sent on: what it carries is what it is about (E4, I1)."""

from __future__ import annotations

import re
from typing import Final

_PREFIX: Final = re.compile(
    r"\s*(?:\[[^\]]{0,40}\]\s*)?(?:fwd?|wg|tr|rv|i|doorst|pd|enc|vb|vl|přep|fwd?|továbbítás|ilt|пер"
    r"|пересл|προ|הועבר|转发|轉寄|転送|전달)\s?:",
    re.IGNORECASE,
)


def is_forward(subject: str) -> bool:
    """Whether the subject begins as that of a forwarded mail, in many languages."""
    return _PREFIX.match(subject[:200]) is not None
