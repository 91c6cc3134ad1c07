"""allauth's second factors with our name and our keys (AUT-5, AUT-17)."""

from __future__ import annotations

import base64
import secrets

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator

from helpdesk.models.fields import opened_text, sealed_text
from helpdesk.services import second_factor


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth has no types
    """Secrets of authenticator apps and recovery codes are encrypted at rest."""

    def encrypt(self, text: str) -> str:
        return sealed_text(text)

    def decrypt(self, encrypted_text: str) -> str:
        """Chance where no key opens it: codes of an empty secret could be reckoned by anybody."""
        return opened_text(encrypted_text) or base64.b32encode(secrets.token_bytes(20)).decode()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Not the last one of somebody whose role asks for one."""
        if authenticator.type not in second_factor.TYPES:
            return True
        others = Authenticator.objects.filter(
            user=authenticator.user_id, type__in=second_factor.TYPES
        )
        asked = authenticator.user.role in second_factor.asked()
        return not asked or others.exclude(pk=authenticator.pk).exists()

    def _get_site_name(self) -> str:
        return "Parley"
