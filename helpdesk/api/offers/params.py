"""Parameters that several operations have."""

from django.db.models import Choices

from helpdesk.api.product import Param
from helpdesk.api.shapes import NUMBER
from helpdesk.models import Scope

READ, WRITE = Scope.CONVERSATIONS_READ.value, Scope.CONVERSATIONS_WRITE.value
SAY, NOTES = Scope.MESSAGES_WRITE.value, Scope.NOTES_READ.value
KNOW, EDIT = Scope.CONTACTS_READ.value, Scope.CONTACTS_WRITE.value
WORDS, REPORTS, ADMIN = Scope.TEMPLATES_READ.value, Scope.REPORTS.value, Scope.ADMIN.value

ID = {**NUMBER, "minimum": 1, "maximum": 2**63 - 1}
CURSOR = Param("cursor", "The `next` of the page before this one.")
SEARCHED = Param("q", "Words that are looked for; at most 80 characters count.")


def number(name: str, about: str) -> Param:
    """The number of a row."""
    return Param(name, about, ID)


def choice(name: str, about: str, choices: type[Choices]) -> Param:
    """One word of some."""
    return Param(name, about, {"type": "string", "enum": list(choices.values)})


def size(most: int) -> Param:
    """How long a page is at most."""
    return Param("size", f"Rows on a page, 1 to {most}.", {**NUMBER, "minimum": 1, "maximum": most})
