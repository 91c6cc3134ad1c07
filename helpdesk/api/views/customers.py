"""Customers over REST: the list, the person, one timeline, addresses, block, merge and undo."""

from __future__ import annotations

from typing import Any

from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from helpdesk.api.base import APIView, token_of
from helpdesk.api.permissions import Acting
from helpdesk.api.rendering import etag
from helpdesk.api.serializers.customers import (
    BlockSerializer,
    CustomerChangeSerializer,
    IdentityChangeSerializer,
    IdentitySerializer,
    MergeSerializer,
)
from helpdesk.api.serializers.strict import Strict
from helpdesk.api.views.conversations import actor, number
from helpdesk.api.views.desk import searched
from helpdesk.models import Agent, Customer, CustomerIdentity, CustomerMerge
from helpdesk.permissions import Action
from helpdesk.realtime import payloads
from helpdesk.selectors import customers as found
from helpdesk.selectors import merging as merges
from helpdesk.selectors import timeline
from helpdesk.services import blocking, customers, identities, merging, records, returned
from helpdesk.services.identities import OthersError

EDITING = (Acting.to(Action.EDIT_CUSTOMERS),)


def _taken(form: Strict) -> dict[str, Any]:
    form.is_valid(raise_exception=True)
    return dict(form.validated_data)


def _shown(request: Request, pk: int, code: int = status.HTTP_200_OK) -> Response:
    agent = actor(request)
    shown = found.detail(agent, found.find(agent, pk))
    headers = {"ETag": etag(shown)} if token_of(request) else None
    return Response(shown, status=code, headers=headers)


def _flag(request: Request, name: str) -> bool:
    """Whether the parameter is "1". Raises ValidationError for what is neither "1" nor "0"."""
    text = request.query_params.get(name, "0")
    if text not in ("0", "1"):
        raise ValidationError({name: ["0 or 1, please."]})
    return text == "1"


class CustomerList(APIView):
    """Newest first; `q` in names, addresses and companies, `vip=1`, `blocked=1`, `company`."""

    def get(self, request: Request) -> Response:
        filters = found.Filters(
            text=searched(request),
            vip=_flag(request, "vip"),
            blocked=_flag(request, "blocked"),
            company=number(request, "company"),
        )
        rows, following = found.page(actor(request), filters, number(request, "cursor"))
        following_text = None if following is None else str(following)
        return Response({"results": [found.brief(one) for one in rows], "next": following_text})


class CustomerDetail(APIView):
    permission_classes = EDITING

    def version(self, agent: Agent, pk: int) -> str:
        Customer.objects.select_for_update(no_key=True).get(pk=found.find(agent, pk).pk)
        return etag(found.detail(agent, found.find(agent, pk)))

    def get(self, request: Request, pk: int) -> Response:
        records.looked_at(found.find(actor(request), pk), by=actor(request))
        return _shown(request, pk)

    def patch(self, request: Request, pk: int) -> Response:
        person = found.find(actor(request), pk)
        customers.change(
            person.pk, _taken(CustomerChangeSerializer(data=request.data)), by=actor(request)
        )
        return _shown(request, person.pk)


class CustomerTimeline(APIView):
    """`kinds=note,order`, `channel=sms`, `cursor`, `size` (at most 40)."""

    def get(self, request: Request, pk: int) -> Response:
        person = found.find(actor(request), pk)
        asked = request.query_params.get("kinds", "")
        size = number(request, "size") or timeline.PAGE
        entries, following = timeline.page(
            actor(request),
            person.pk,
            kinds=tuple(filter(None, asked.split(","))),
            channel=request.query_params.get("channel", "").replace("\x00", "")[:20],
            cursor=request.query_params.get("cursor", ""),
            size=min(max(size, 1), timeline.PAGE),
        )
        records.opened({"customer": payloads.customer_brief(person)}, by=actor(request))
        shown = [timeline.payload(one) for one in entries]
        return Response({"results": shown, "next": following, "customer": person.pk})


class CustomerBlock(APIView):
    permission_classes = (Acting.to(Action.BAN),)

    def post(self, request: Request, pk: int) -> Response:
        person = found.find(actor(request), pk)
        wanted = _taken(BlockSerializer(data=request.data))
        if wanted["blocked"]:
            blocking.block(person.pk, by=actor(request), reason=wanted["reason"])
        else:
            blocking.unblock(person.pk, by=actor(request))
        return _shown(request, person.pk)


class Identities(APIView):
    permission_classes = EDITING

    def post(self, request: Request, pk: int) -> Response:
        person = found.find(actor(request), pk)
        wanted = _taken(IdentitySerializer(data=request.data))
        try:
            identities.add(person.pk, by=actor(request), **wanted)
        except OthersError as error:
            return Response(
                {"address": [str(error)], "customer": _who(request, error.customer)},
                status=status.HTTP_409_CONFLICT,
            )
        return _shown(request, person.pk, status.HTTP_201_CREATED)


def _who(request: Request, customer: Customer) -> dict[str, Any] | None:
    """Whose address it is, to one who may know it."""
    theirs = found.seen(actor(request)).filter(pk=customer.pk).prefetch_related("identities")
    return next((found.brief(one) for one in theirs), None)


class IdentityDetail(APIView):
    permission_classes = EDITING

    def patch(self, request: Request, pk: int, identity: int) -> Response:
        person = found.find(actor(request), pk)
        wanted = _taken(IdentityChangeSerializer(data=request.data))
        identities.mark(_identity(person, identity), by=actor(request), **wanted)
        return _shown(request, person.pk)

    def delete(self, request: Request, pk: int, identity: int) -> Response:
        person = found.find(actor(request), pk)
        identities.remove(_identity(person, identity), by=actor(request))
        return _shown(request, person.pk)


class IdentityLift(APIView):
    """Mail goes to the address again."""

    permission_classes = EDITING

    def post(self, request: Request, pk: int, identity: int) -> Response:
        person = found.find(actor(request), pk)
        returned.lift_identity(_identity(person, identity), by=actor(request))
        return _shown(request, person.pk)


def _identity(person: Customer, pk: int) -> CustomerIdentity:
    return CustomerIdentity.objects.get(pk=pk, customer=person)


class Duplicates(APIView):
    """Who may be the same person, with the evidence for it."""

    def get(self, request: Request, pk: int) -> Response:
        agent = actor(request)
        return Response({"results": found.duplicates(agent, found.find(agent, pk))})


class CustomerMerging(APIView):
    """GET `?other=`: what a merge would give. POST: merge the other into this one."""

    permission_classes = EDITING

    def get(self, request: Request, pk: int) -> Response:
        other = number(request, "other")
        if other is None:
            raise ValidationError({"other": ["Name the other customer."]})
        keep, away = self._two(request, pk, other)
        agent = actor(request)
        return Response(
            {
                "keep": found.detail(agent, keep),
                "other": found.detail(agent, away),
                **merges.preview(keep, away),
            }
        )

    def post(self, request: Request, pk: int) -> Response:
        wanted = _taken(MergeSerializer(data=request.data))
        keep, away = self._two(request, pk, wanted["other"])
        row = merging.merge(keep.pk, away.pk, by=actor(request))
        shown = found.detail(actor(request), found.find(actor(request), keep.pk))
        return Response({"merge": row.pk, "customer": shown}, status=status.HTTP_201_CREATED)

    def _two(self, request: Request, pk: int, other: int) -> tuple[Customer, Customer]:
        return found.find(actor(request), pk), found.find(actor(request), other)


class MergeUndo(APIView):
    permission_classes = EDITING

    def post(self, request: Request, pk: int, merge: int) -> Response:
        person = found.find(actor(request), pk)
        row = CustomerMerge.objects.get(pk=merge, survivor=person)
        merging.unmerge(row.pk, by=actor(request))
        return _shown(request, person.pk)
