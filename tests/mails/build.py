"""`python -m tests.mails.build`: write every mail of this folder and what must be found in it."""

from __future__ import annotations

from tests.mails.answers import answers
from tests.mails.by_language import replies
from tests.mails.making import Made, write
from tests.mails.odd_fields import odd_fields
from tests.mails.odd_parts import odd_parts


def mails() -> list[Made]:
    """All of them, in order."""
    return [*replies(), *answers(), *odd_parts(), *odd_fields()]


if __name__ == "__main__":
    write(mails())
