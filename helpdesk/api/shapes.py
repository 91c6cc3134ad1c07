"""What the API gives, as JSON Schema. A field that is not named here may come and go."""

from __future__ import annotations

from typing import Any

from helpdesk.models import DeliveryState, Direction, LeadStatus, Presence, Purpose, Role, State

Shape = dict[str, Any]

TEXT: Shape = {"type": "string"}
NUMBER: Shape = {"type": "integer"}
SHARE: Shape = {"type": "number"}
YES: Shape = {"type": "boolean"}
MOMENT: Shape = {"type": "string", "format": "date-time"}
UUID: Shape = {"type": "string", "format": "uuid"}
ANYTHING: Shape = {}


def obj(**fields: Shape) -> Shape:
    """An object with all of these."""
    return {"type": "object", "properties": fields, "required": list(fields)}


def many(of: Shape) -> Shape:
    """A list."""
    return {"type": "array", "items": of}


def maybe(of: Shape) -> Shape:
    """This, or null."""
    if "$ref" in of:
        return {"oneOf": [of, {"type": "null"}]}
    return {**of, "type": [of["type"], "null"]}


def one_of(choices: Any) -> Shape:
    """One of these words."""
    return {"type": "string", "enum": list(choices.values)}


def ref(name: str) -> Shape:
    """One of SHAPES."""
    return {"$ref": f"#/components/schemas/{name}"}


def page(of: Shape, following: Shape = TEXT) -> Shape:
    """Some of a list, and the cursor of what follows it."""
    return obj(results=many(of), next=maybe(following))


def listed(of: Shape) -> Shape:
    """All of a list."""
    return obj(results=many(of))


_NAMED = obj(id=NUMBER, name=TEXT)
_BRIEF = {"id": NUMBER, "name": TEXT, "language": TEXT, "vip": YES}
_FACE = {"id": NUMBER, "name": TEXT, "signed": TEXT, "photo": TEXT}
_IDENTITY = obj(id=NUMBER, kind=TEXT, address=TEXT, verified=YES, evidence=TEXT, at=maybe(MOMENT))

SHAPES: dict[str, Shape] = {
    "Problem": obj(
        type=TEXT,
        title=TEXT,
        status=NUMBER,
        detail=TEXT,
        instance=TEXT,
        errors=many(obj(field=TEXT, detail=TEXT)),
    ),
    "AgentFace": obj(**_FACE),
    "Agent": obj(**_FACE, presence=one_of(Presence), role=one_of(Role)),
    "CustomerBrief": obj(**_BRIEF),
    "Conversation": obj(
        id=NUMBER,
        seq=NUMBER,
        customer=ref("CustomerBrief"),
        channel=TEXT,
        provider=TEXT,
        inbox=_NAMED,
        assignee=maybe(ref("AgentFace")),
        state=one_of(State),
        subject=TEXT,
        preview=TEXT,
        direction=TEXT,
        unread=NUMBER,
        last_message_at=maybe(MOMENT),
        waiting_since=maybe(MOMENT),
        due_at=maybe(MOMENT),
        promised_at=maybe(MOMENT),
        late_from=maybe(MOMENT),
        priority=NUMBER,
        tags=many(TEXT),
        merged_into=maybe(NUMBER),
        created_at=MOMENT,
    ),
    "Attachment": obj(
        id=UUID, name=TEXT, size=NUMBER, type=TEXT, stored=YES, url=TEXT, missing=TEXT
    ),
    "Delivery": obj(state=one_of(DeliveryState), next_at=maybe(MOMENT), error=TEXT, code=TEXT),
    "Message": obj(
        id=UUID,
        conversation=NUMBER,
        seq=NUMBER,
        client_id=maybe(UUID),
        direction=one_of(Direction),
        internal=YES,
        channel=TEXT,
        author=maybe(ref("AgentFace")),
        subject=TEXT,
        body=TEXT,
        automated=YES,
        attachments=many(ref("Attachment")),
        delivery=maybe(ref("Delivery")),
        at=MOMENT,
    ),
    "Event": obj(seq=NUMBER, kind=TEXT, payload={"type": "object"}, actor=maybe(ref("AgentFace"))),
    "Thread": obj(
        row=ref("Conversation"),
        messages=many(ref("Message")),
        more=YES,
        customer=obj(**_BRIEF),
        language=TEXT,
        states=many(one_of(State)),
        agents=many(ref("Agent")),
    ),
    "Customer": obj(
        **_BRIEF,
        company=TEXT,
        city=TEXT,
        timezone=TEXT,
        since=MOMENT,
        blocked=maybe(obj(at=maybe(MOMENT), by=TEXT, reason=TEXT)),
        identities=many(_IDENTITY),
        fields=many(obj(key=TEXT, label=TEXT, kind=TEXT, value=ANYTHING)),
    ),
    "Consent": obj(
        id=NUMBER,
        purpose=one_of(Purpose),
        label=TEXT,
        where=TEXT,
        proof=TEXT,
        by=TEXT,
        at=MOMENT,
        withdrawn_at=maybe(MOMENT),
    ),
    "CustomerRow": obj(**_BRIEF, city=TEXT, blocked=YES, addresses=many(TEXT)),
    "Template": obj(id=NUMBER, name=TEXT, shortcut=TEXT, text=TEXT),
    "Tag": obj(name=TEXT, hue=NUMBER),
    "Macro": obj(id=NUMBER, name=TEXT, own=YES, acts=many(TEXT)),
    "Task": obj(
        id=NUMBER,
        text=TEXT,
        due_at=maybe(MOMENT),
        done_at=maybe(MOMENT),
        assignee=maybe(ref("AgentFace")),
    ),
    "Lead": obj(
        id=NUMBER,
        status=one_of(LeadStatus),
        name=TEXT,
        email=TEXT,
        phone=TEXT,
        need=TEXT,
        consent=TEXT,
        value=maybe(TEXT),
        currency=TEXT,
        owner=maybe(ref("AgentFace")),
        inbox=_NAMED,
        conversation=maybe(NUMBER),
        customer=maybe(NUMBER),
        at=MOMENT,
    ),
    "Promise": obj(
        metric=TEXT,
        policy=TEXT,
        open=YES,
        started_at=MOMENT,
        due_at=maybe(MOMENT),
        fulfilled_at=maybe(MOMENT),
        breached_at=maybe(MOMENT),
    ),
    "Inbox": obj(
        id=NUMBER,
        name=TEXT,
        channel=TEXT,
        provider=TEXT,
        address=TEXT,
        language=TEXT,
        enabled=YES,
        health=TEXT,
        teams=many(NUMBER),
        queue=maybe(NUMBER),
    ),
    "Team": obj(id=NUMBER, name=TEXT, members=many(NUMBER), inboxes=many(NUMBER)),
    "Queue": obj(id=NUMBER, name=TEXT, strategy=TEXT, primary=many(NUMBER), secondary=many(NUMBER)),
    "Me": obj(
        agent=ref("Agent"), scopes=many(TEXT), inboxes=many(NUMBER), expires_at=maybe(MOMENT)
    ),
    "Presence": obj(presence=one_of(Presence), since=maybe(MOMENT), channels_off=many(TEXT)),
    "Line": obj(
        items=many(
            obj(id=NUMBER, row=ref("Conversation"), state=TEXT, place=NUMBER, priority=NUMBER)
        ),
        agents=many(obj(**_FACE, presence=one_of(Presence), online=YES, units=NUMBER, most=NUMBER)),
    ),
    "Kept": obj(channel=TEXT, promised=NUMBER, kept=NUMBER, nobody=NUMBER, down=NUMBER),
    "StreamEvent": obj(
        id=NUMBER,
        conversation=NUMBER,
        seq=NUMBER,
        type=TEXT,
        at=MOMENT,
        actor=maybe(NUMBER),
        message=maybe(ref("Message")),
    ),
}
