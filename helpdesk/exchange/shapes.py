"""The exports of other helpdesks, read into talks (docs/import.md has each shape)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from helpdesk.exchange.talks import (
    Said,
    Talk,
    UnreadableError,
    Who,
    listed,
    moment,
    plain,
    taken,
    texts,
)

Row = dict[str, Any]
Fault = tuple[str, str]
"""(place in the file, what is wrong there)."""
Reader = Callable[[Iterable[Any]], Iterator[Talk | Fault]]


def _each(rows: Iterable[Any], read: Callable[[Any], Talk], name: str) -> Iterator[Talk | Fault]:
    """One bad conversation costs none of the others."""
    for number, row in enumerate(rows, 1):
        try:
            yield read(row)
        except UnreadableError as error:
            yield (f"{name} {number}", str(error))


def _flat(data: Iterable[Any], *names: str) -> list[Any]:
    """The rows of a file that is a list, an object with a list, or a line for each."""
    found: list[Any] = []
    for one in data:
        inner = next((one[name] for name in names if isinstance(one, dict) and name in one), None)
        found += inner if isinstance(inner, list) else [one] if inner is None else [inner]
    return found


def zendesk(data: Iterable[Any]) -> Iterator[Talk | Fault]:
    """Tickets with their comments, and the users that both name."""
    every = list(data)
    people = {
        str(taken(user, "id")): user
        for part in every
        if isinstance(part, dict)
        for user in listed(part, "users")
    }
    tickets = [one for one in _flat(every, "tickets") if not _only_users(one)]

    def read(row: Any) -> Talk:
        asked = str(taken(row, "requester_id"))
        person = people.get(asked) or taken(row, "requester") or {}
        said = tuple(
            Said(
                key=str(taken(one, "id")),
                text=plain(taken(one, "plain_body", "body", "html_body")),
                at=moment(taken(one, "created_at")),
                incoming=str(taken(one, "author_id")) == asked,
                internal=one.get("public") is False,
                author=str(taken(people.get(str(taken(one, "author_id")), {}), "email", "name")),
                files=texts(taken(file, "file_name") for file in listed(one, "attachments")),
            )
            for one in listed(row, "comments")
        )
        return Talk(
            key=_key(row), who=_who(person, asked), subject=str(taken(row, "subject")),
            began=moment(taken(row, "created_at")), said=said, tags=texts(listed(row, "tags")),
        )  # fmt: skip

    return _each(tickets, read, "ticket")


def _only_users(one: Any) -> bool:
    return isinstance(one, dict) and "users" in one and "id" not in one


def freshdesk(data: Iterable[Any]) -> Iterator[Talk | Fault]:
    """Tickets with their conversations; the first message is the ticket's description."""

    def read(row: Any) -> Talk:
        person = taken(row, "requester") or {}
        began = moment(taken(row, "created_at"))
        key = _key(row)
        first = Said(f"{key}-0", plain(taken(row, "description_text", "description")), began, True)
        said = [
            Said(
                key=str(taken(one, "id")),
                text=plain(taken(one, "body_text", "body")),
                at=moment(taken(one, "created_at")),
                incoming=bool(one.get("incoming")),
                internal=bool(one.get("private")),
                author=str(taken(one, "from_email", "user_id")),
                files=texts(taken(file, "name") for file in listed(one, "attachments")),
            )
            for one in listed(row, "conversations")
        ]
        return Talk(
            key=key, who=_who(person, str(taken(row, "requester_id"))), began=began,
            subject=str(taken(row, "subject")), said=(first, *said),
            tags=texts(listed(row, "tags")),
        )  # fmt: skip

    return _each(_flat(data, "helpdesk_ticket", "tickets"), read, "ticket")


_INCOMING, _OUTGOING = {0, "incoming"}, {1, "outgoing"}


def chatwoot(data: Iterable[Any]) -> Iterator[Talk | Fault]:
    """Conversations with their messages; what the system noted down itself is left out."""

    def read(row: Any) -> Talk:
        person = taken(taken(row, "meta") or {}, "sender") or {}
        said = tuple(
            Said(
                key=str(taken(one, "id")),
                text=plain(taken(one, "content")),
                at=moment(taken(one, "created_at")),
                incoming=one.get("message_type") in _INCOMING,
                internal=bool(one.get("private")),
                author=str(taken(taken(one, "sender") or {}, "email", "name")),
                files=texts(
                    taken(file, "file_name", "data_url") for file in listed(one, "attachments")
                ),
            )
            for one in listed(row, "messages")
            if one.get("message_type") in _INCOMING | _OUTGOING
        )
        who = _who({**person, "phone": taken(person, "phone_number")}, str(taken(person, "id")))
        return Talk(
            key=_key(row), who=who, subject=str(taken(row, "subject")),
            began=moment(taken(row, "created_at")), said=said, tags=texts(listed(row, "labels")),
        )  # fmt: skip

    return _each(_flat(data, "payload", "conversations"), read, "conversation")


def django_helpdesk(data: Iterable[Any]) -> Iterator[Talk | Fault]:
    """`manage.py dumpdata helpdesk auth.user` of that desk: tickets and their follow-ups."""
    rows: dict[str, list[Row]] = {}
    for one in _flat(data):
        if isinstance(one, list):
            msg = "a list of objects was expected"
            raise UnreadableError(msg)
        rows.setdefault(str(taken(one, "model")).lower(), []).append(one)
    users = {one["pk"]: taken(one, "fields") or {} for one in rows.get("auth.user", ())}
    notes: dict[Any, list[Row]] = {}
    for one in rows.get("helpdesk.followup", ()):
        notes.setdefault(taken(taken(one, "fields"), "ticket"), []).append(one)

    def follow(one: Row) -> Said:
        facts = taken(one, "fields") or {}
        author = users.get(facts.get("user"), {})
        return Said(
            key=f"f{one.get('pk')}",
            text=plain(taken(facts, "comment", "title")),
            at=moment(taken(facts, "date")),
            incoming=facts.get("user") is None,
            internal=not facts.get("public"),
            author=str(taken(author, "email", "username")),
        )

    def read(row: Any) -> Talk:
        facts, pk = taken(row, "fields") or {}, row.get("pk")
        mail = str(taken(facts, "submitter_email"))
        began = moment(taken(facts, "created"))
        first = Said(f"t{pk}", plain(taken(facts, "description")), began, True)
        rest = sorted((follow(one) for one in notes.get(pk, ())), key=lambda one: one.at)
        return Talk(
            str(pk), Who(mail, email=mail), str(taken(facts, "title")), began, (first, *rest)
        )

    return _each(rows.get("helpdesk.ticket", ()), read, "ticket")


def _key(row: Any) -> str:
    found = str(taken(row, "id", "display_id"))
    if not found:
        msg = "it has no id"
        raise UnreadableError(msg)
    return found[:120]


def _who(person: Any, key: str) -> Who:
    mail, phone = str(taken(person, "email")), str(taken(person, "phone", "mobile"))
    if not (mail or phone or key):
        msg = "nobody is named who asked"
        raise UnreadableError(msg)
    return Who(key or mail or phone, str(taken(person, "name")), mail, phone)


READERS: dict[str, Reader] = {
    "zendesk": zendesk,
    "freshdesk": freshdesk,
    "chatwoot": chatwoot,
    "django-helpdesk": django_helpdesk,
}
