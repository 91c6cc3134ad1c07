"""Work in one go: macros, one act on many conversations, and calls that were had elsewhere."""

from __future__ import annotations

from helpdesk.api.offers.params import NOTES, READ, SAY, WRITE
from helpdesk.api.product import Operation, offer
from helpdesk.api.serializers import BulkSerializer
from helpdesk.api.shapes import ANYTHING, NUMBER, TEXT, YES, listed, many, obj, ref
from helpdesk.api.views.calls import CallSerializer, OutcomeSerializer

G = "Conversations"
_DONE = obj(id=NUMBER, done=YES, why=TEXT)


def write_down() -> None:
    """Into the table."""
    _macros()
    offer(
        "conversations/bulk/",
        post=Operation(
            name="actOnConversations",
            about="One act on up to 100 conversations: assign, state, tag or read, with the "
            "`facts` of the single act. Each is done or not by itself; `why` says why not.",
            group=G,
            scopes=(WRITE,),
            takes=BulkSerializer,
            gives=obj(results=many(_DONE), rows=many(ref("Conversation"))),
            sent={"ids": [17, 18], "action": "tag", "facts": {"add": ["refund"]}},
        ),
    )
    _calls()


def _macros() -> None:
    offer(
        "macros/",
        get=Operation(
            name="listMacros",
            about="The agent's own macros, then everybody's, each with what it does in words.",
            group=G,
            scopes=(READ, NOTES),
            gives=listed(ref("Macro")),
        ),
    )
    offer(
        "conversations/<int:pk>/macros/<int:macro>/run/",
        post=Operation(
            name="runMacro",
            about="All that the macro does, or nothing. It may answer, write notes and change the "
            "conversation, so that it needs the scopes of all three. `undo` holds calls that put "
            "owner and state back.",
            group=G,
            scopes=(WRITE, SAY, NOTES),
            gives=obj(
                row=ref("Conversation"),
                acts=many(obj(text=TEXT, changed=YES)),
                undo=many(obj(path=TEXT, body=ANYTHING)),
            ),
            refusals=(404, 409),
        ),
    )


def _calls() -> None:
    offer(
        "conversations/<int:pk>/calls/",
        post=Operation(
            name="logCall",
            about="Write down a phone call in the conversation; its notes stay among colleagues.",
            group=G,
            scopes=(SAY, NOTES),
            takes=CallSerializer,
            gives=ref("Message"),
            codes=(201,),
            refusals=(404, 409),
            sent={"way": "in", "seconds": 240, "disposition": "Order changed"},
        ),
    )
    offer(
        "calls/<uuid:pk>/",
        patch=Operation(
            name="changeCall",
            about="How a call ended, by the message that shows it.",
            group=G,
            scopes=(SAY, NOTES),
            takes=OutcomeSerializer,
            gives=ref("Message"),
            refusals=(404, 409),
            sent={"disposition": "Order changed", "notes": "Calls back on Monday."},
        ),
    )
