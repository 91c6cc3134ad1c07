"""The desk itself: who calls, inboxes, teams, agents, queues, words, figures and the stream."""

from __future__ import annotations

from helpdesk.api.offers.params import ADMIN, READ, REPORTS, SAY, SEARCHED, WORDS, WRITE, number
from helpdesk.api.product import Operation, Param, offer
from helpdesk.api.serializers import AgentSteerSerializer, PresenceSerializer, SteerSerializer
from helpdesk.api.shapes import MOMENT, NUMBER, TEXT, listed, many, obj, ref

G = "Desk"
_LISTS = {
    "inboxes": ("listInboxes", "Ways on which customers reach us.", "Inbox"),
    "teams": ("listTeams", "Teams with members and inboxes, by their numbers.", "Team"),
    "agents": ("listAgents", "Colleagues who share an inbox, and whether they are there.", "Agent"),
    "queues": ("listQueues", "Whom the work goes to.", "Queue"),
}


def write_down() -> None:
    """Into the table."""
    offer(
        "me/",
        get=Operation(
            name="readMe",
            about="Whom this token acts as, and within which limits.",
            group=G,
            gives=ref("Me"),
        ),
    )
    for noun, (name, about, shape) in _LISTS.items():
        read = Operation(name=name, about=about, group=G, scopes=(READ,), gives=listed(ref(shape)))
        offer(f"{noun}/", get=read)
    offer("schema/", get=_DOCUMENT)
    _words()
    _work()
    _figures()


_DOCUMENT = Operation(
    name="readSchema", about="This document, OpenAPI 3.1.", group=G, gives={"type": "object"}
)


def _words() -> None:
    offer(
        "tags/",
        get=Operation(
            name="listTags",
            about="The vocabulary.",
            group=G,
            scopes=(READ,),
            gives=listed(ref("Tag")),
        ),
    )
    offer(
        "templates/",
        get=Operation(
            name="listTemplates",
            about="At most 30 that match, best first; filled in for a conversation if one is told.",
            group=G,
            scopes=(WORDS,),
            gives=many(ref("Template")),
            query=(SEARCHED, number("conversation", "For this conversation.")),
            refusals=(404,),
        ),
    )
    offer(
        "attachments/",
        post=Operation(
            name="uploadFile",
            about="A file as multipart `file`, to be named in `attachments` of a message.",
            group="Messages",
            scopes=(SAY,),
            gives=ref("Attachment"),
            codes=(201,),
            refusals=(413,),
        ),
    )
    offer(
        "attachments/<uuid:pk>/",
        get=Operation(
            name="downloadFile",
            about="The content of a file.",
            group="Messages",
            scopes=(READ,),
            gives={"type": "string", "format": "binary"},
            media="*/*",
            refusals=(404,),
        ),
    )


def _work() -> None:
    offer(
        "presence/",
        get=Operation(
            name="readPresence",
            about="Whether the token's agent is there.",
            group="Work",
            scopes=(READ,),
            gives=ref("Presence"),
        ),
        post=Operation(
            name="changePresence",
            about="409 while there are live chats, unless they are handed back.",
            group="Work",
            scopes=(WRITE,),
            takes=PresenceSerializer,
            gives=ref("Presence"),
            refusals=(409,),
            sent={"presence": "online"},
        ),
    )
    offer(
        "queue/",
        get=Operation(
            name="readQueue",
            about="Who waits and who works, as the router sees it now.",
            group="Work",
            scopes=(READ,),
            gives=ref("Line"),
            codes=(200, 304),
        ),
    )
    offer(
        "queue/<int:item>/",
        post=Operation(
            name="steerItem",
            about="Exactly one of priority, relax and agent, for something that waits.",
            group="Work",
            scopes=(ADMIN,),
            takes=SteerSerializer,
            codes=(204,),
            refusals=(404, 409),
            sent={"priority": 2},
        ),
    )
    offer(
        "queue/agents/<int:pk>/",
        post=Operation(
            name="steerAgent",
            about="Another profile, a channel to help out on, or back to work.",
            group="Work",
            scopes=(ADMIN,),
            takes=AgentSteerSerializer,
            codes=(204,),
            refusals=(404, 409),
            sent={"back": True},
        ),
    )


def _figures() -> None:
    days = {**NUMBER, "minimum": 1, "maximum": 92}
    offer(
        "reports/promises/",
        get=Operation(
            name="reportPromises",
            about="Minutes in which we promised to be there, and in which we were, by channel.",
            group="Reports",
            scopes=(REPORTS,),
            gives=obj(since=MOMENT, until=MOMENT, channels=many(ref("Kept"))),
            query=(Param("days", "Of so many days up to now; 7 if not told.", days),),
        ),
    )
    wait = {**NUMBER, "minimum": 0, "maximum": 25}
    offer(
        "events/",
        get=Operation(
            name="readEvents",
            about="What happened in all conversations, in the order to rely on: ask again with "
            "`next` as `after`. Nothing is lost or told twice. Without `after`: from now on.",
            group="Events",
            scopes=(READ,),
            gives=obj(events=many(ref("StreamEvent")), next=TEXT),
            query=(
                Param("after", "The `next` of the last answer."),
                Param("wait", "Seconds to wait for something to happen, at most 25.", wait),
                Param("types", "Only these types, with commas between."),
            ),
        ),
    )
