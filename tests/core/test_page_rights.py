"""Who may open which page (SEC-6): every route outside the API and the back office, every role.

For each the table says whose business it is, and whether it belongs to rows of one's own inboxes.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import get_resolver

from helpdesk.models import (
    Agent,
    Attachment,
    InboundEvent,
    Inbox,
    Macro,
    Role,
    Rule,
    Tag,
    TeamMembership,
)
from helpdesk.permissions import Action, can
from helpdesk.services import attachments
from tests import factories
from tests.core.conftest import Desk
from tests.core.rights import Rows, made_rows, routes

PUBLIC = {
    *(
        "healthz",
        "readyz",
        "statusz",
        "metrics",
        "data/<str:token>/",
        "widget.js",
        "worker.js",
        "language/",
        "faces/<slug:digest>.png",
    ),
    *("hooks/<slug:provider>/<str:key>", "mail/unsubscribe/<str:token>/", "f/<str:token>/"),
    *("join/<str:token>/", "set-up/", "login/", "logout/", "account/inactive/"),
    *("account/forgotten/", "account/forgotten/sent/", "account/new-password/done/"),
    "^account/new-password/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
    *("", "mail-pictures/<str:token>/"),
}
"""Open to everybody, or opened by a secret in the address: probes, customers, signing in; and the
bare address, which only leads to the inbox."""

ELSEWHERE = (
    *("chat/", "c/<str:name>", "demo/", "account/second-factor/", "account/elsewhere/"),
    "settings/fetching/connected/",
)
"""Beginnings of what visitors use (tests/chat), the demo's own pages, the library's pages of second
factors and single sign-on, which know only the account that is signed in, and where a mail provider
sends back to: it refuses whoever did not begin there (tests/channels_email)."""

EVERYBODY = None
NOW = datetime.now(UTC)


@dataclass(frozen=True)
class Page:
    """need: the act that opens it, EVERYBODY for all who are signed in; scoped: to own inboxes."""

    need: Action | None = EVERYBODY
    scoped: bool = False


OWN = Page(scoped=True)
CONNECT = Page(Action.EDIT_INBOXES)
TUNE = Page(Action.TUNE_INBOXES)
STAFF = Page(Action.EDIT_AGENTS)
TAGS = Page(Action.EDIT_TAGS)
RULES = Page(Action.EDIT_RULES)
UNREAD = Page(Action.SEE_QUARANTINE)
PRIVATE = Page(Action.KEEP_PRIVACY)
HOOKS = Page(Action.EDIT_API)
PAGES: dict[str, Page] = {
    "account/": Page(),
    "account/<int:pk>/end/": Page(),
    "account/others/end/": Page(),
    "account/prove/": Page(),
    "account/password/": Page(),
    "account/password/set/": Page(),
    "inbox/": Page(),
    "inbox/c/<int:conversation_id>/": Page(),  # the inbox, and beside it what may be seen
    "inbox/<slug:view>/": Page(),
    "queue/": Page(),
    "visitors/": Page(),
    "customers/": Page(),
    "customers/<int:pk>/": OWN,
    "leads/": Page(),
    "leads/<int:pk>/": OWN,
    "templates/": Page(),
    "ledger/": Page(Action.SEE_LEDGER),
    "ledger/coverage/": Page(Action.SEE_LEDGER),
    "ledger/file/": Page(Action.SEE_LEDGER),
    "you/": Page(),
    "settings/": Page(),
    "settings/inboxes/": TUNE,
    "settings/inboxes/<int:pk>/": Page(Action.TUNE_INBOXES, scoped=True),
    "settings/inboxes/<int:pk>/answer/": Page(Action.TUNE_INBOXES, scoped=True),
    "settings/people/": STAFF,
    "settings/people/rules/": STAFF,
    "settings/people/invitations/<int:pk>/withdraw/": STAFF,
    "settings/people/<int:pk>/": STAFF,
    "settings/people/<int:pk>/<slug:verb>/": STAFF,
    "settings/tags/": TAGS,
    "settings/tags/<int:pk>/": TAGS,
    "settings/tags/<int:pk>/<slug:verb>/": TAGS,
    "settings/rules/": RULES,
    "settings/rules/new/": RULES,
    "settings/rules/<int:pk>/": RULES,
    "settings/rules/<int:pk>/log/": RULES,
    "settings/rules/<int:pk>/<slug:verb>/": RULES,
    "settings/macros/": Page(),
    "settings/macros/new/": Page(),
    "settings/macros/<int:pk>/": RULES,  # one of everybody's
    "settings/macros/<int:pk>/<slug:verb>/": Page(),
    "settings/unread/": UNREAD,
    "settings/unread/replay/": UNREAD,
    "settings/unread/<int:pk>/": Page(Action.SEE_QUARANTINE, scoped=True),
    "settings/unread/<int:pk>/file/": Page(Action.SEE_QUARANTINE, scoped=True),
    "settings/unread/<int:pk>/<slug:verb>/": Page(Action.SEE_QUARANTINE, scoped=True),
    "messages/<uuid:pk>/trace/": Page(Action.SEE_QUARANTINE, scoped=True),
    "messages/<uuid:pk>/original/": OWN,
    "attachments/<uuid:pk>/": OWN,
    "customers/<int:pk>/privacy/": PRIVATE,
    "customers/<int:pk>/privacy/<slug:verb>/": PRIVATE,
    "settings/privacy/": PRIVATE,
    "settings/privacy/asked/<int:pk>/<slug:verb>/": PRIVATE,
    "settings/audit/": Page(Action.SEE_AUDIT),
    "settings/audit/file/": Page(Action.SEE_AUDIT),
    "settings/alarms/": Page(Action.EDIT_ALARMS),
    "settings/alarms/try/": Page(Action.EDIT_ALARMS),
    "settings/import/": Page(Action.MOVE_DATA),
    "settings/import/<int:pk>/undo/": Page(Action.MOVE_DATA),
    "settings/tokens/": Page(Action.USE_API),
    "settings/tokens/<int:pk>/revoke/": Page(Action.USE_API),
    "settings/webhooks/": HOOKS,
    "settings/webhooks/new/": HOOKS,
    "settings/webhooks/<int:pk>/": HOOKS,
    "settings/webhooks/<int:pk>/log/": HOOKS,
    "settings/webhooks/<int:pk>/<slug:verb>/": HOOKS,
    "new/": Page(Action.REPLY),
    "settings/widgets/": CONNECT,
    "settings/widgets/<int:pk>/": CONNECT,
    "settings/widgets/<int:pk>/preview/": CONNECT,
    "settings/widgets/<int:pk>/logo/": CONNECT,
    "settings/widgets/<int:pk>/logo/<uuid:logo>/": CONNECT,
    "settings/widgets/<int:pk>/secret/": CONNECT,
    "settings/fetching/<int:pk>/": CONNECT,
    "settings/fetching/<int:pk>/look/": CONNECT,
    "settings/fetching/<int:pk>/start/": CONNECT,
    "settings/fetching/<int:pk>/connect/": CONNECT,
    "settings/fetching/<int:pk>/<slug:verb>/": CONNECT,
    "settings/phone/new/": CONNECT,
    "settings/phone/<int:pk>/": CONNECT,
    "settings/phone/<int:pk>/test/": CONNECT,
    "settings/mail/new/": CONNECT,
    "settings/mail/<int:pk>/": CONNECT,
    "settings/mail/<int:pk>/keys/<slug:verb>/": CONNECT,
    "settings/mail/<int:pk>/hook/": CONNECT,
    "settings/mail/<int:pk>/test/": CONNECT,
    "settings/mail/<int:pk>/test/state/": CONNECT,
    "settings/social/new/": CONNECT,
    "settings/social/new/<slug:provider>/": CONNECT,
    "settings/social/<int:pk>/": CONNECT,
    "settings/social/<int:pk>/<slug:verb>/": CONNECT,
}
WHO = ("anonymous", "agent", "stranger", "ex-member", "off", "senior", "supervisor", "admin")


def test_every_page_is_in_the_matrix() -> None:
    known = {path for path in routes(get_resolver()) if not path.startswith(("api/v1/", "admin/"))}
    known -= {path for path in known if path.startswith(ELSEWHERE)}
    assert known == set(PAGES) | PUBLIC, "a new page needs its row in PAGES"


@pytest.fixture
def rows(desk: Desk, phone: Inbox) -> Rows:
    return made_rows(desk, phone)


def addresses(desk: Desk, rows: Rows) -> dict[str, str]:
    """Each page of a row of the desk's own team."""
    event = InboundEvent.objects.create(
        inbox=rows.conversation.inbox, dedupe_key="k", content_sha256=b"", body=b"",
        state="quarantined", received_at=NOW, next_at=NOW,
    )  # fmt: skip
    file = attachments.upload("plan.txt", b"secret", by=desk.agent)
    Attachment.objects.filter(pk=file.pk).update(message=rows.message)
    rule = Rule.objects.create(
        name="One",
        kind="message_received",
        conditions={"match": "all", "rows": []},
        everywhere=True,
        changed_at=NOW,
    )
    macro = Macro.objects.create(name="All's")
    keys: dict[str, Any] = {
        "customers": rows.conversation.customer_id,
        "leads": rows.lead.pk,
        "settings/tags": Tag.objects.create(name="Own").pk,
        "settings/rules": rule.pk,
        "settings/macros": macro.pk,
        "settings/unread": event.pk,
        "settings/people": desk.stranger.pk,
        "settings/widgets": desk.inbox.pk,
        "settings/inboxes": rows.conversation.inbox_id,
        "attachments": file.pk,
        "messages": rows.message.pk,
    }
    found = {}
    for route in PAGES:
        start = "/".join(route.split("/")[: 2 if route.startswith("settings/") else 1])
        pk = str(keys.get(start, 1))
        made = route.replace("<int:pk>", pk).replace("<uuid:pk>", pk)
        made = made.replace("<int:conversation_id>", str(rows.conversation.pk))
        made = made.replace("<slug:verb>", "none").replace("<slug:view>", "mine")
        found[route] = "/" + made.replace("<slug:provider>", "none").replace(
            "<uuid:logo>", str(uuid.uuid4())
        )
    return found


def outcome(answer: Any) -> str:
    """login, 403, 404, in for what is answered; nothing where the method is not there."""
    for closer in answer._resource_closers:  # answer.close() would close the connection, too
        closer()
    if answer.status_code == 302 and answer["Location"].startswith("/login/"):
        return "login"
    if answer.status_code == 405:
        return ""
    return str(answer.status_code) if answer.status_code in (403, 404) else "in"


def expected(user: Agent | None, page: Page, *, own: bool) -> set[str]:
    """What this user may be answered. Of acts that he has none of he is told, of rows he is not."""
    if user is None or not user.is_active:
        return {"login", "403"}
    if page.need is not None and not can(user, page.need):
        return {"403", "404"} if page.scoped else {"403"}
    return {"in", "404"} if own or not page.scoped else {"404"}


def _user(desk: Desk, who: str) -> Agent | None:
    if who == "anonymous":
        return None
    if who == "senior":
        return factories.agent(teams=[desk.mine], role=Role.SENIOR)
    found: Agent = getattr(desk, "agent" if who in ("ex-member", "off") else who)
    return found


@pytest.mark.parametrize("who", WHO)
def test_matrix(desk: Desk, rows: Rows, who: str) -> None:
    found = addresses(desk, rows)
    user = _user(desk, who)
    client = Client()
    if user is not None:
        client.force_login(user)
    if who == "ex-member":
        TeamMembership.objects.filter(agent=desk.agent).update(active=False)
    if who == "off" and user is not None:
        Agent.objects.filter(pk=user.pk).update(is_active=False)
        user.is_active = False
    wrong, opened = [], set()
    for route, url in found.items():
        may = expected(user, PAGES[route], own=who not in ("stranger", "ex-member"))
        for method in ("get",) if "in" in may else ("get", "post"):
            with transaction.atomic():
                given = outcome(getattr(client, method)(url))
                transaction.set_rollback(True)
            if given and given not in may:
                wrong.append(f"{method} {route}: {given}, not {sorted(may)}")
            if given == "in":
                opened.add(route)
    assert not wrong, "\n".join(wrong)
    if who in ("agent", "admin"):
        scoped = {route for route, page in PAGES.items() if page.scoped and page.need is None}
        assert scoped - {"leads/<int:pk>/", "messages/<uuid:pk>/original/"} <= opened


def test_a_foreign_conversation_is_as_one_that_is_not_there(desk: Desk, rows: Rows) -> None:
    client = Client()
    client.force_login(desk.stranger)
    for pk in (rows.conversation.pk, 999_999):
        page = client.get(f"/inbox/c/{pk}/")
        boot = page.context["boot"]
        assert (boot["open"], boot["missing"], boot["rows"]) == (None, pk, [])
        assert rows.conversation.customer.name not in page.text
