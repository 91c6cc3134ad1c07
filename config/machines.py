"""The fast lane: calls of other programs (webhooks), which have no browser and no session.

They go past what stands for a person, in threads of their own, so that neither waits for the
other: agents' pages take turns among themselves (ADR 26), and an acknowledgement is one statement
on a connection that stays open (ADR 43).
"""

from __future__ import annotations

import asyncio
import re
from concurrent.futures import ThreadPoolExecutor
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.exception import convert_exception_to_response
from django.db import connection
from django.utils.module_loading import import_string

from helpdesk import hook_tally, nudge

PATHS = re.compile(r"/hooks/[^/]+/[^/]+")
URLS = "helpdesk.web.hook_urls"
HANDS = 4  # calls in work at once; more would only take the interpreter from each other
PAUSE = 0.05  # seconds between two nudges: a worker that is awake finds what came meanwhile
# What is for people who are signed in, or could be. Whatever else is added is for all.
FOR_PEOPLE = frozenset(
    {
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.locale.LocaleMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "helpdesk.web.sessions.Sessions",
        "helpdesk.web.enrolment.Enrolment",
        "django.contrib.messages.middleware.MessageMiddleware",
        "allauth.account.middleware.AccountMiddleware",
        "servestatic.middleware.ServeStaticMiddleware",
    }
)


class Machines(ASGIHandler):
    """An ASGI application: answers calls to PATHS itself and hands all others on."""

    def __init__(self, others: Any) -> None:
        super().__init__()
        self._others = others
        self._hands = ThreadPoolExecutor(HANDS, "call")
        self._waker = ThreadPoolExecutor(1, "wake")
        self._due: set[int] = set()
        self._waking: asyncio.Task[None] | None = None

    def load_middleware(self, is_async: bool = False) -> None:
        """Middleware that is for all, then the view; in a thread, whatever the caller asks for."""
        del is_async
        view: Any = self._get_response  # type: ignore[attr-defined]
        chain: Any = convert_exception_to_response(view)
        for name in reversed(settings.MIDDLEWARE):
            if name not in FOR_PEOPLE:
                chain = convert_exception_to_response(import_string(name)(chain))
        self._view_middleware: list[Any] = []
        self._template_response_middleware: list[Any] = []
        self._exception_middleware: list[Any] = []
        self._middleware_chain = chain

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Who hangs up before the answer has called all the same."""
        if scope["type"] != "http" or not PATHS.fullmatch(scope["path"]):
            await self._others(scope, receive, send)
            return
        try:
            body = await self.read_body(receive)
        except RequestAborted:
            return
        loop = asyncio.get_running_loop()
        with body:
            response, due = await loop.run_in_executor(self._hands, self._answer, scope, body)
        await self.send_response(response, send)
        if due:
            self._wake(due)
        if hook_tally.is_due():
            loop.run_in_executor(self._waker, hook_tally.tell)

    def _answer(self, scope: Any, body: IO[bytes]) -> tuple[Any, set[int]]:
        """In a thread that keeps its connection; one that was cut meanwhile is tried anew once."""
        while True:
            used = connection.connection is not None
            made: tuple[Any, Any] = self.create_request(scope, body)
            request, refusal = made
            if request is not None:
                request.urlconf = URLS
            with nudge.kept_back() as due:
                response = refusal or self.get_response(request)
            cut = connection.errors_occurred
            if cut:
                connection.close()
            if not (cut and used and response.status_code == 503):
                return response, due
            body.seek(0)

    def _wake(self, due: set[int]) -> None:
        """Workers are woken after the answer, and one nudge does for all that came meanwhile."""
        self._due |= due
        if self._waking is None or self._waking.done():
            self._waking = asyncio.get_running_loop().create_task(self._wake_all())

    async def _wake_all(self) -> None:
        loop = asyncio.get_running_loop()
        while self._due:
            due, self._due = self._due, set()
            for number in due:
                await loop.run_in_executor(self._waker, nudge.drain, number)
            await asyncio.sleep(PAUSE)
