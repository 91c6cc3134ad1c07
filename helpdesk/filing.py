"""Filing what a channel read: which message it is, whose, and where it belongs.

One transaction for each message, and harmless to repeat: the database refuses a second copy.
"""

from __future__ import annotations

from dataclasses import replace

from django.db import IntegrityError, transaction
from django.db.models import Q

from helpdesk import card_numbers
from helpdesk.adapters import InboundMessage, UnreadableError, adapter_for
from helpdesk.after_commit import after_commit
from helpdesk.events import locked, rooted
from helpdesk.json_logs import step
from helpdesk.models import (
    ACTIVE_STATES,
    Attachment,
    Conversation,
    Customer,
    Inbox,
    Message,
    State,
)
from helpdesk.selectors import belonging
from helpdesk.services import (
    attachments,
    conversations,
    customers,
    messages,
    opting_out,
    outside,
)
from helpdesk.services.text import clean_line

TRIES = 4


def receive(inbox: Inbox, inbound: InboundMessage) -> tuple[Message, bool]:
    """File one customer message; (message, created). One transaction, safe to repeat.

    The same provider's id on other content is another message, and says so (F1).
    """
    return file(inbox, card_numbers.masked(inbound))


def file(inbox: Inbox, inbound: InboundMessage, *, at_once: bool = False) -> tuple[Message, bool]:
    """receive() for what is without card numbers already.

    at_once: inside the caller's transaction without a savepoint; an IntegrityError (two that race)
    is then its caller's, to begin anew.
    """
    if at_once:
        return _told(*_filed(inbox, inbound, look=False))
    looked = False
    for left in reversed(range(TRIES)):
        try:
            with transaction.atomic():
                return _told(*_filed(inbox, inbound, look=looked))
        except IntegrityError:
            if not left:
                raise
            looked = True
    raise AssertionError


def _told(message: Message, created: bool) -> tuple[Message, bool]:
    """For the logs, once it is committed."""
    said = "filed" if created else "known already"
    after_commit(step, said, message_id=str(message.pk), conversation=message.conversation_id)
    return message, created


def _filed(inbox: Inbox, inbound: InboundMessage, *, look: bool) -> tuple[Message, bool]:
    """look: the constraint found a copy, or another first message of the same sender."""
    if _is_letter(inbox, inbound):
        return _letter(inbox, inbound)
    for _twins in range(TRIES):
        # The constraint finds a copy, too; but what is stored for it would stay behind.
        earlier = _known(inbox, inbound, look=look) if look or inbound.files else None
        if earlier and _other_content(earlier, inbound):
            inbound = _twin(inbound)
            continue
        if earlier:
            return earlier, False
        return _receive(inbox, inbound)
    msg = f"no id is free for {inbound.external_id}"
    raise UnreadableError(msg)


def _is_letter(inbox: Inbox, inbound: InboundMessage) -> bool:
    """Whether its place is told by its signs, and not by a conversation that is proven."""
    proven = inbound.conversation_id and inbound.sender.verified
    return adapter_for(inbox).capabilities.threaded and not proven


def _other_content(earlier: Message, inbound: InboundMessage) -> bool:
    known = earlier.meta.get("content_key", "")
    return bool(inbound.content_key and known and known != inbound.content_key)


def _twin(inbound: InboundMessage) -> InboundMessage:
    """The message under an id of its own; the blank keeps it apart from every real id."""
    own = f"{inbound.external_id[:300]} {inbound.content_key[:32]}"
    return replace(
        inbound, external_id=own, meta={**inbound.meta, "same_id_as": inbound.external_id}
    )


def _known(inbox: Inbox, inbound: InboundMessage, *, look: bool = False) -> Message | None:
    """An earlier copy. Live chat (client ids) leaves the check to the constraint at first."""
    if inbound.client_id and inbound.conversation_id:
        if not look:
            return None
        # In any conversation of that customer: a closed one may have been followed by another.
        return Message.objects.filter(
            client_id=inbound.client_id,
            conversation__customer__conversations=inbound.conversation_id,
        ).first()
    external_id = clean_line(inbound.external_id, 400)
    if not external_id:
        return None
    return Message.objects.filter(inbox=inbox, direction="in", external_id=external_id).first()


def _receive(inbox: Inbox, inbound: InboundMessage) -> tuple[Message, bool]:
    inbound, files = _with_files(opting_out.read(inbox, inbound))
    if inbound.conversation_id and inbound.sender.verified:
        return _continue(inbound.conversation_id, inbox, inbound, files)
    customer = customers.sender(inbound.sender)
    thread = _running(inbox, customer, inbound)
    if thread is None:
        return _start(customer, inbox, inbound, files), True
    return _continue(thread.pk, inbox, inbound, files, customer)


def _with_files(inbound: InboundMessage) -> tuple[InboundMessage, list[Attachment]]:
    """The message with the key of its content, and its files, stored."""
    if inbound.content_key:
        meta = {**inbound.meta, "content_key": inbound.content_key}
        inbound = replace(inbound, meta=meta)
    files = [attachments.store(file) for file in inbound.files]
    if inbound.stored:
        files += Attachment.objects.filter(pk__in=inbound.stored, message__isnull=True)
    return inbound, files


def _letter(inbox: Inbox, inbound: InboundMessage) -> tuple[Message, bool]:
    """A letter goes where its signs and its sender allow, else it begins a conversation (E1-E4)."""
    claimed = belonging.claimed_agent(inbound)
    agent = claimed if belonging.is_vouched_for(inbound) else None
    if forwarded := agent and inbound.forwarded_from and inbound.meta.get("forward"):
        assert agent is not None
        inbound = outside.as_requester(inbound, by=agent)  # D5
    customer = customers.sender(inbound.sender)
    # Only now: while the sender is held, no merge moves what they take part in.
    own = clean_line(inbound.external_id, 400)
    known = belonging.letters(inbox, [own, *inbound.references[: belonging.REFERENCES]])
    earlier = next((one for one in known if one.external_id == own and one.direction == "in"), None)
    while earlier:
        if not _other_content(earlier, inbound):
            return earlier, False
        inbound = _twin(inbound)
        earlier = _known(inbox, inbound)
    inbound, files = _with_files(inbound)
    if forwarded:
        return _start(customer, inbox, inbound, files), True
    found = belonging.place(inbox, customer, inbound, agent, known=known)
    inbound = outside.warned(inbound, found, claimed=claimed, agent=agent)
    if found.conversation is None:
        message = _start(customer, inbox, inbound, files)
        if found.possible:
            outside.link_possible(message, found.possible)
        return message, True
    if agent and found.conversation.customer_id != customer.pk:
        return outside.record_answer(found.conversation.pk, inbox, inbound, files, by=agent), True
    if found.unverified and found.conversation.state == State.CLOSED:
        # Nobody whom we do not know begins a conversation in another's name.
        message = _start(customer, inbox, inbound, files)
        outside.link_possible(message, found.conversation.pk)
        return message, True
    return _continue(found.conversation.pk, inbox, inbound, files, customer)


def _continue(
    conversation_id: int,
    inbox: Inbox,
    inbound: InboundMessage,
    files: list[Attachment],
    sender: Customer | None = None,
) -> tuple[Message, bool]:
    """Append to a conversation, or to the one that followed it once it was closed.

    A merged one is as open as what it was merged into. The closed one stays locked to the end, so
    that racing messages make one follow-up. sender: who is held, if anybody is.
    """
    known = (sender, inbox) if sender else None
    with locked(conversation_id, known=known) as conversation, rooted(conversation) as root:
        if root.state != State.CLOSED and not conversations.is_too_old(root, inbox):
            return messages.append_inbound(conversation, inbox, inbound, files), True
    earlier = _known(inbox, inbound, look=True)
    if earlier:
        return earlier, False
    following = Conversation.objects.filter(follow_up_of=conversation).order_by("pk").first()
    if following:
        return _continue(following.pk, inbox, inbound, files, sender)
    customer = conversation.customer
    return _start(customer, inbox, inbound, files, follow_up_of=conversation), True


def _start(
    customer: Customer,
    inbox: Inbox,
    inbound: InboundMessage,
    files: list[Attachment],
    follow_up_of: Conversation | None = None,
) -> Message:
    whole = inbound.meta.get("full_text")
    if whole:  # the first message of a conversation is never trimmed (I1)
        meta = {name: value for name, value in inbound.meta.items() if name != "full_text"}
        inbound = replace(inbound, body=str(whole), meta=meta)
    subject = clean_line(inbound.subject, 300)
    with conversations.started(
        customer, inbox, follow_up_of=follow_up_of, subject=subject
    ) as conversation:
        message = messages.append_inbound(conversation, inbox, inbound, files)
        over = "imported" if inbound.past else "opted_out" if inbound.opt in {"out", "in"} else ""
        if over and conversation.state == State.NEW:
            conversations.move(conversation, State.RESOLVED, by=None, reason=over)
        return message


def _running(inbox: Inbox, customer: Customer, inbound: InboundMessage) -> Conversation | None:
    """The conversation that goes on where messages do not name what they answer."""
    if customers.is_new(customer):
        return None
    mine = Conversation.objects.filter(customer=customer)
    if inbound.conversation_id:
        named = mine.filter(pk=inbound.conversation_id).first()
        if named:
            return named
    known = Message.objects.filter(
        inbox=inbox, external_id__in=inbound.references[:100], conversation__customer=customer
    )
    if inbound.references and (answered := known.first()):
        return mine.get(pk=answered.conversation_id)
    # A blocked customer's texts gather in one place instead of making a heap of conversations.
    kept = (State.SPAM,) if customer.blocked_at else ()
    alive = (*ACTIVE_STATES, State.RESOLVED, *kept)
    return (
        mine.filter(Q(state__in=alive) | Q(merged_into__state__in=alive), inbox=inbox)
        .order_by("-last_message_at", "-pk")
        .first()
    )
