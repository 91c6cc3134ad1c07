"""Conversations, what is said in them, and what becomes of them."""

from __future__ import annotations

from typing import Any

from helpdesk.api.offers.params import (
    CURSOR,
    NOTES,
    READ,
    SAY,
    SEARCHED,
    WRITE,
    choice,
    number,
    size,
)
from helpdesk.api.product import Operation, Param, offer
from helpdesk.api.serializers import (
    AssignSerializer,
    ReadSerializer,
    SendSerializer,
    StateSerializer,
    TagSerializer,
)
from helpdesk.api.serializers.reactions import ReactionSerializer
from helpdesk.api.serializers.starting import StartSerializer
from helpdesk.api.serializers.together import TaskChangeSerializer, TaskSerializer
from helpdesk.api.shapes import ANYTHING, MOMENT, NUMBER, TEXT, YES, listed, many, obj, page, ref
from helpdesk.models import Priority, State, ViewOrder

G = "Conversations"
M = "Messages"
PAGE = 100
FILTERS = (
    choice("state", "In this state; without it, in any.", State),
    number("inbox", "Of this inbox."),
    Param("assignee", "Of this agent, or `none`: of nobody."),
    number("customer", "Of this customer."),
    Param("tag", "With this tag."),
    Param("channel", "Of this channel, like `email`."),
    Param("priority", "Of this priority.", {**NUMBER, "enum": Priority.values}),
    Param("active_after", "With a message since this moment.", MOMENT),
    Param("created_after", "Begun since this moment.", MOMENT),
    choice("order", "Last said, longest waiting, next due, or last begun first.", ViewOrder),
    size(PAGE),
    CURSOR,
    Param("view", "Instead of filters: a view by its name, like `mine`, `all` or `v12`."),
)


def write_down() -> None:
    """Into the table."""
    _conversations()
    _acts()
    _messages()
    _one_message()
    _beside()


def _conversations() -> None:
    offer(
        "conversations/",
        get=Operation(
            name="listConversations",
            about="Conversations that the token's agent may see, filtered and page by page.",
            group=G,
            scopes=(READ,),
            gives=page(ref("Conversation")),
            query=FILTERS,
            refusals=(404,),
        ),
        post=Operation(
            name="startConversation",
            about="Write first, to an e-mail address or a phone number, by an inbox that sends to "
            "such. 200: what this `client_id` began is there already.",
            group=G,
            scopes=(SAY,),
            takes=StartSerializer,
            gives=ref("Conversation"),
            codes=(201, 200),
            refusals=(404,),
            sent={
                "inbox": 2,
                "to": "ann@example.com",
                "subject": "Your order 4711",
                "body": "Your parcel left us this morning.",
            },
        ),
    )
    offer(
        "conversations/<int:pk>/",
        get=Operation(
            name="readConversation",
            about="A conversation with its newest messages, its customer and who may answer it.",
            group=G,
            scopes=(READ,),
            gives=ref("Thread"),
            refusals=(404,),
        ),
    )
    offer(
        "conversations/<int:pk>/events/",
        get=Operation(
            name="readConversationEvents",
            about="What happened in it after a `seq`: at most 500 events, in order.",
            group=G,
            scopes=(READ,),
            gives=obj(
                row=ref("Conversation"),
                messages=many(ref("Message")),
                events=many(ref("Event")),
                last_seq=NUMBER,
            ),
            query=(Param("after", "The last seq that you have.", {**NUMBER, "minimum": 0}),),
            refusals=(404,),
        ),
    )


def _acts() -> None:
    changed: dict[str, Any] = {
        "group": G,
        "scopes": (WRITE,),
        "gives": ref("Conversation"),
        "versioned": True,
    }
    offer(
        "conversations/<int:pk>/assign/",
        post=Operation(
            name="assignConversation",
            about="Give it to an agent, or with null to nobody. `force` gives it beyond what the "
            "agent can carry.",
            takes=AssignSerializer,
            refusals=(404, 409, 412),
            sent={"agent": 3},
            **changed,
        ),
    )
    offer(
        "conversations/<int:pk>/state/",
        post=Operation(
            name="changeConversationState",
            about="Another state; some need a `reason`, snoozed needs `due_at`.",
            takes=StateSerializer,
            refusals=(404, 409, 412),
            sent={"state": "resolved", "reason": "Order found"},
            **changed,
        ),
    )
    offer(
        "conversations/<int:pk>/tags/",
        post=Operation(
            name="tagConversation",
            about="Put tags of the vocabulary on it and take others off.",
            takes=TagSerializer,
            refusals=(404, 409, 412),
            sent={"add": ["refund"], "remove": []},
            **changed,
        ),
    )
    offer(
        "conversations/<int:pk>/read/",
        post=Operation(
            name="markConversationRead",
            about="Everything up to this seq has been read by us.",
            group=G,
            scopes=(WRITE,),
            takes=ReadSerializer,
            codes=(204,),
            refusals=(404,),
            sent={"seq": 7},
        ),
    )


def _messages() -> None:
    offer(
        "conversations/<int:pk>/messages/",
        get=Operation(
            name="listMessages",
            about="A page of its messages, oldest first: the newest, or those before a seq.",
            group=M,
            scopes=(READ,),
            gives=obj(messages=many(ref("Message")), more=YES),
            query=(
                number("before", "Only messages before this seq."),
                number("to", "Make the page reach this seq."),
                number("of", "Whose seq `to` is, where conversations were merged."),
                Param("past", "Only messages before this one.", {**TEXT, "format": "uuid"}),
            ),
            refusals=(404,),
        ),
        post=Operation(
            name="sendMessage",
            about="Answer the customer, or with `internal` write a note to colleagues (needs the "
            "scope notes:read too). 200: a message with this `client_id` is there already.",
            group=M,
            scopes=(SAY,),
            takes=SendSerializer,
            gives=ref("Message"),
            codes=(201, 200),
            refusals=(404, 409),
            sent={"body": "Your parcel left us this morning."},
        ),
    )


def _one_message() -> None:
    offer(
        "messages/<uuid:pk>/",
        get=Operation(
            name="readMessage",
            about="A message and what became of it on its way.",
            group=M,
            scopes=(READ,),
            gives=ref("Message"),
            refusals=(404,),
        ),
    )
    offer(
        "messages/<uuid:pk>/reaction/",
        put=Operation(
            name="reactToMessage",
            about="Put an emoji on a customer's message, where the channel knows such marks;"
            " an empty one takes it off. Setting it twice has one effect.",
            group=M,
            scopes=(SAY,),
            takes=ReactionSerializer,
            gives=ref("Message"),
            refusals=(400, 404),
            sent={"emoji": "👍"},
        ),
    )
    verbs = {
        "retry": "Send a message again that was not sent.",
        "send-anyway": "Send it although its address is one that we leave alone.",
        "cancel": "Give up a message that has not left.",
    }
    for verb, about in verbs.items():
        name = verb.removesuffix("-anyway") + "Message" + ("Anyway" if "anyway" in verb else "")
        offer(
            f"messages/<uuid:pk>/{verb}/",
            post=Operation(
                name=name,
                about=about,
                group=M,
                scopes=(SAY,),
                gives=ref("Message"),
                refusals=(404, 409),
            ),
        )
    offer(
        "search/",
        get=Operation(
            name="search",
            about="Messages, notes and customers in which words occur, newest first.",
            group=M,
            scopes=(READ, NOTES),
            gives=obj(
                customers=many(ANYTHING),
                results=many(ref("Conversation")),
                next={"type": ["string", "null"]},
            ),
            query=(SEARCHED, CURSOR),
            refusals=(404,),
        ),
    )


def _beside() -> None:
    offer(
        "conversations/<int:pk>/promises/",
        get=Operation(
            name="listPromises",
            about="How soon we promised to answer and resolve, and whether we did.",
            group=G,
            scopes=(READ,),
            gives=listed(ref("Promise")),
            refusals=(404,),
        ),
    )
    offer(
        "conversations/<int:pk>/why/",
        get=Operation(
            name="explainAssignment",
            about="Why its agent was chosen, or why nobody has it yet, in sentences.",
            group=G,
            scopes=(READ,),
            gives=obj(state=TEXT, sentences=many(TEXT), agents=many(ANYTHING)),
            refusals=(404,),
        ),
    )
    offer(
        "conversations/<int:pk>/tasks/",
        get=Operation(
            name="listTasks",
            about="What we promised to do.",
            group=G,
            scopes=(READ, NOTES),
            gives=obj(tasks=many(ref("Task"))),
            refusals=(404,),
        ),
        post=Operation(
            name="addTask",
            about="Promise something, with a due time if it has one.",
            group=G,
            scopes=(SAY, NOTES),
            takes=TaskSerializer,
            gives=ref("Task"),
            codes=(201,),
            refusals=(404, 409),
            sent={"text": "Call back", "due_at": "2030-01-01T09:00:00Z"},
        ),
    )
    offer(
        "tasks/<int:pk>/",
        post=Operation(
            name="changeTask",
            about="Only what is given changes; `done` ticks it off.",
            group=G,
            scopes=(SAY, NOTES),
            takes=TaskChangeSerializer,
            gives=ref("Task"),
            refusals=(404, 409),
            sent={"done": True},
        ),
    )
