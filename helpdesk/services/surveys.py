"""What customers say of the help they got."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from helpdesk.after_commit import after_commit
from helpdesk.events import Kind, locked, record
from helpdesk.models import Conversation, Direction, Message, Rating, Visibility
from helpdesk.realtime import groups, publish
from helpdesk.services.text import clean, mask_cards

CHANGEABLE = timedelta(hours=24)
LOW = 2
MAX_TEXT = 4000


def rate(
    conversation_id: int, *, score: int, text: str = "", solved: bool | None = None
) -> Rating | None:
    """Keep a verdict of 1 to 5, once for each conversation; None if it can't be changed any more.

    Agents of the inbox see it in the thread; a low one is pushed to them on its own as well.
    """
    with locked(conversation_id) as conversation:
        facts = {
            "score": score,
            "text": mask_cards(clean(text, MAX_TEXT).strip()),
            "solved": solved,
        }
        rating = Rating.objects.filter(conversation=conversation).first()
        if rating is None:
            agent_id = _agent(conversation)
            rating = Rating.objects.create(conversation=conversation, agent_id=agent_id, **facts)
        elif {name: getattr(rating, name) for name in facts} == facts:
            return rating
        elif datetime.now(UTC) - rating.created_at > CHANGEABLE:
            return None
        else:
            Rating.objects.filter(pk=rating.pk).update(**facts)
            rating.score, rating.text, rating.solved = score, str(facts["text"]), solved
        record(conversation, Kind.RATED, payload=facts)
        if score <= LOW:
            frame = {"type": "rating", "conversation": conversation.pk, **facts}
            group = groups.inbox(conversation.inbox_id)
            after_commit(publish.send, group, frame)
    return rating


def _agent(conversation: Conversation) -> int | None:
    """Whom the verdict is about: who answered last, else the owner."""
    answered = Message.objects.filter(
        conversation=conversation,
        direction=Direction.OUT,
        visibility=Visibility.PUBLIC,
        author__isnull=False,
    )
    last = answered.order_by("-seq").values_list("author", flat=True).first()
    return last or conversation.assignee_id
