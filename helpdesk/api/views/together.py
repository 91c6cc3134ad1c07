"""Working together on one conversation: joining, taking over, watching, what we promised."""

from __future__ import annotations

from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from helpdesk.api.base import APIView
from helpdesk.api.permissions import Acting
from helpdesk.api.serializers.together import (
    TakeOverSerializer,
    TaskChangeSerializer,
    TaskSerializer,
    WatchSerializer,
)
from helpdesk.api.views.conversations import actor
from helpdesk.models import Task
from helpdesk.permissions import Action, visible
from helpdesk.realtime import payloads
from helpdesk.selectors import thread, together
from helpdesk.services import mentions, supervising, tasks


class ForMe(APIView):
    """GET: unread mentions, tasks that are due, and what I watch."""

    def get(self, request: Request) -> Response:
        return Response(together.for_me(actor(request)))


class ConversationJoin(APIView):
    permission_classes = (Acting.to(Action.STEER),)

    def post(self, request: Request, pk: int) -> Response:
        thread.find(actor(request), pk)
        return Response(payloads.row(supervising.join(pk, by=actor(request))))


class ConversationTakeOver(APIView):
    permission_classes = (Acting.to(Action.STEER),)

    def post(self, request: Request, pk: int) -> Response:
        thread.find(actor(request), pk)
        form = TakeOverSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        reason = form.validated_data["reason"]
        return Response(payloads.row(supervising.take_over(pk, by=actor(request), reason=reason)))


class ConversationWatch(APIView):
    def post(self, request: Request, pk: int) -> Response:
        conversation = thread.find(actor(request), pk)
        form = WatchSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        mentions.watch(conversation, by=actor(request), on=form.validated_data["on"])
        return Response(payloads.row(conversation))


class ConversationTasks(APIView):
    permission_classes = (Acting.to(Action.REPLY),)

    def get(self, request: Request, pk: int) -> Response:
        return Response({"tasks": together.tasks(thread.find(actor(request), pk))})

    def post(self, request: Request, pk: int) -> Response:
        thread.find(actor(request), pk)
        form = TaskSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        task = tasks.promise(pk, by=actor(request), **form.validated_data)
        return Response(payloads.task(task), status=status.HTTP_201_CREATED)


class TaskDetail(APIView):
    permission_classes = (Acting.to(Action.REPLY),)

    def post(self, request: Request, pk: int) -> Response:
        task = visible(request.user, Task).only("pk").get(pk=pk)
        form = TaskChangeSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        changed = tasks.change(task.pk, by=actor(request), **form.validated_data)
        return Response(payloads.task(changed))
