"""What customers agreed to, noted by whoever was told of it: on the phone, on paper, elsewhere."""

from __future__ import annotations

from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from helpdesk.api.base import APIView
from helpdesk.api.permissions import Acting
from helpdesk.api.serializers.customers import ConsentSerializer
from helpdesk.api.views.conversations import actor
from helpdesk.models import Consent
from helpdesk.permissions import Action
from helpdesk.selectors import consents as found
from helpdesk.selectors import customers
from helpdesk.services import consents


class Consents(APIView):
    permission_classes = (Acting.to(Action.EDIT_CUSTOMERS),)

    def get(self, request: Request, pk: int) -> Response:
        return Response(found.of(customers.find(actor(request), pk)))

    def post(self, request: Request, pk: int) -> Response:
        person = customers.find(actor(request), pk)
        form = ConsentSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        try:
            consents.note(person, by=actor(request), **form.validated_data)
        except consents.InvalidConsentError as error:
            return Response({str(error): [error.words]}, status=status.HTTP_400_BAD_REQUEST)
        return Response(found.of(person), status=status.HTTP_201_CREATED)


class ConsentEnd(APIView):
    """It holds no more, from now on."""

    permission_classes = (Acting.to(Action.EDIT_CUSTOMERS),)

    def post(self, request: Request, pk: int, consent: int) -> Response:
        person = customers.find(actor(request), pk)
        consents.withdraw(Consent.objects.get(pk=consent, customer=person), by=actor(request))
        return Response(found.of(person))
