"""The long poll: a visitor whose network lets no socket through hears at once all the same."""

from __future__ import annotations

import logging
from typing import Any

import orjson
from asgiref.sync import sync_to_async
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET
from redis.exceptions import RedisError

from chat import sessions
from helpdesk import client_ip
from helpdesk.realtime import groups
from helpdesk.realtime.listening import listening
from helpdesk.whole_numbers import whole_number

log = logging.getLogger(__name__)
LONGEST = 25.0
EPHEMERAL = frozenset({"typing", "seen", "service", "state"})


def visitor_of(request: HttpRequest, key: str) -> sessions.Visitor:
    """The visitor of the Authorization header; a new one without it. 404 for no widget."""
    try:
        inbox = sessions.widget(key)
    except sessions.UnknownWidgetError:
        raise Http404 from None
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return sessions.open_session(
        inbox,
        token.strip() if scheme == "Bearer" else "",
        sitting=request.headers.get("X-Sitting", "")[:100],
        network=client_ip.keyed(client_ip.of_request(request)),
    )


def answer(body: dict[str, Any], status: int = 200) -> HttpResponse:
    """JSON that nobody keeps."""
    response = HttpResponse(orjson.dumps(body), status=status, content_type="application/json")
    response["Cache-Control"] = "no-store"
    return response


def number(text: str) -> int:
    """A non-negative number of an address; 0 for anything else."""
    return whole_number(text) or 0


@require_GET
async def events(request: HttpRequest, key: str) -> HttpResponse:
    """Public messages after `?after=`; an unknown cursor gives a fresh snapshot.

    `&wait=` seconds (at most 25): with nothing new, the answer waits for the next event.
    `frames` are what a socket would have shown meanwhile: typing, seen, state, service.
    """
    after = number(request.GET.get("after", ""))
    wait = min(float(number(request.GET.get("wait", ""))), LONGEST)
    visitor = await sync_to_async(visitor_of)(request, key)
    news = await sync_to_async(sessions.welcome)(visitor, after)
    if not wait or visitor.conversation_id is None or news["last_seq"] != after:
        return answer(news)
    try:
        # Listen first, then look again: nothing falls between (DEL-13).
        async with listening(groups.visitor(visitor.conversation_id)) as ear:
            again = await sync_to_async(sessions.welcome)(visitor, after)
            if again["last_seq"] != after:
                return answer(again)
            frames = await ear.wait(wait)
    except (RedisError, OSError) as error:
        log.info("a long poll answers at once, without Redis: %s", error)
        return answer(news)
    news = await sync_to_async(sessions.welcome)(visitor, after)
    news["frames"] = [one for one in frames if one.get("type") in EPHEMERAL]
    return answer(news)
