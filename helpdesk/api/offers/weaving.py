"""Conversations among each other, answers that leave later, and views."""

from __future__ import annotations

from typing import Any

from helpdesk.api.offers.params import READ, SAY, WRITE
from helpdesk.api.product import Operation, offer
from helpdesk.api.serializers import ScheduleSerializer
from helpdesk.api.serializers.weave import LinkSerializer, MergeSerializer, SplitSerializer
from helpdesk.api.shapes import MOMENT, NUMBER, TEXT, YES, listed, many, maybe, obj, one_of, ref
from helpdesk.models import ScheduledState

G = "Conversations"
_MERGE = obj(merge=NUMBER, source=NUMBER, target=NUMBER)
_RELATED = obj(related=many(obj(id=NUMBER)))
_LATER = obj(
    id=NUMBER,
    by=ref("AgentFace"),
    body=TEXT,
    due_at=MOMENT,
    state=one_of(ScheduledState),
    error=TEXT,
    cancel_if_customer_writes=YES,
)


def write_down() -> None:
    """Into the table."""
    _merging()
    _links()
    _later()
    offer(
        "views/",
        get=Operation(
            name="listViews",
            about="The saved views of the agent's menu; their conversations are `view=v` and the "
            "number.",
            group=G,
            scopes=(READ,),
            gives=listed(obj(id=NUMBER, name=TEXT, order=TEXT, team=maybe(NUMBER))),
        ),
    )


def _merging() -> None:
    both: dict[str, Any] = {"group": G, "scopes": (WRITE, SAY), "refusals": (404, 409)}
    offer(
        "conversations/<int:pk>/merge/",
        post=Operation(
            name="mergeConversation",
            about="It is closed and read in the other's thread from now on.",
            takes=MergeSerializer,
            gives=_MERGE,
            sent={"into": 17},
            **both,
        ),
    )
    offer(
        "conversations/<int:pk>/unmerge/",
        post=Operation(
            name="unmergeConversation",
            about="A conversation of its own again.",
            gives=_MERGE,
            **both,
        ),
    )
    offer(
        "conversations/<int:pk>/split/",
        post=Operation(
            name="splitConversation",
            about="A message, and what follows it unless you say no, becomes a new conversation.",
            takes=SplitSerializer,
            gives=obj(conversation=NUMBER),
            codes=(201,),
            sent={"message": "0190b2f5-7c1e-7a55-8f4e-3d2c1b0a9f88", "following": True},
            **both,
        ),
    )


def _links() -> None:
    offer(
        "conversations/<int:pk>/links/",
        get=Operation(
            name="listLinks",
            about="What it is linked with, was merged with or split from.",
            group=G,
            scopes=(READ,),
            gives=_RELATED,
            refusals=(404,),
        ),
        post=Operation(
            name="linkConversation",
            about="The two have to do with each other.",
            group=G,
            scopes=(WRITE, SAY),
            takes=LinkSerializer,
            gives=_RELATED,
            refusals=(404, 409),
            sent={"other": 17},
        ),
    )
    offer(
        "conversations/<int:pk>/links/<int:other>/",
        delete=Operation(
            name="unlinkConversation",
            about="They have not.",
            group=G,
            scopes=(WRITE, SAY),
            gives=_RELATED,
            refusals=(404, 409),
        ),
    )


def _later() -> None:
    one: dict[str, Any] = {"group": "Messages", "scopes": (SAY,), "refusals": (404, 409)}
    offer(
        "conversations/<int:pk>/scheduled/",
        get=Operation(
            name="listScheduled",
            about="Answers that are to leave later, and those that could not.",
            group="Messages",
            scopes=(READ,),
            gives=obj(scheduled=many(_LATER)),
            refusals=(404,),
        ),
        post=Operation(
            name="scheduleMessage",
            about="An answer for later; it need not leave if the customer writes before.",
            takes=ScheduleSerializer,
            gives=_LATER,
            codes=(201,),
            sent={"body": "Did it arrive?", "due_at": "2030-01-01T09:00:00Z"},
            **one,
        ),
    )
    for verb, about in {"cancel": "It does not leave.", "send": "It leaves now."}.items():
        offer(
            f"scheduled/<int:pk>/{verb}/",
            post=Operation(name=f"{verb}Scheduled", about=about, gives=_LATER, **one),
        )
