"""allauth's second factors with our name, our keys, and codes that work once (AUT-5, AUT-17)."""

from __future__ import annotations

import base64
import secrets

from allauth.mfa import app_settings
from allauth.mfa.adapter import DefaultMFAAdapter, get_adapter
from allauth.mfa.base import forms
from allauth.mfa.models import Authenticator
from django.core.cache import cache

from helpdesk.models import Agent
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


class _Once:
    """A code of an app works once as long as it works at all (RFC 6238, 5.2).

    The library forgets after one period what it has seen; with a tolerance of one period to either
    side a code is good for three.
    """

    user: Agent
    authenticator: Authenticator

    def clean_code(self) -> str:
        code: str = super().clean_code()  # type: ignore[misc]
        if self.authenticator.type == Authenticator.Type.TOTP:
            plain = "".join(filter(str.isalnum, code))
            seconds = app_settings.TOTP_PERIOD * (2 * app_settings.TOTP_TOLERANCE + 1)
            if not cache.add(f"totp:{self.user.pk}:{plain}", 1, timeout=seconds):
                raise get_adapter().validation_error("incorrect_code")
        return code


class AuthenticateForm(_Once, forms.AuthenticateForm):  # type: ignore[misc]  # allauth has no types
    """The code at sign-in."""


class ReauthenticateForm(_Once, forms.ReauthenticateForm):  # type: ignore[misc]
    """The code before a sensitive act."""
