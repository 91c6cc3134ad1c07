"""allauth's second factors with our name and our keys (AUT-5, AUT-17)."""

from __future__ import annotations

import base64
import secrets

from allauth.mfa.adapter import DefaultMFAAdapter

from helpdesk.models.fields import opened_text, sealed_text


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth has no types
    """Secrets of authenticator apps and recovery codes are encrypted at rest."""

    def encrypt(self, text: str) -> str:
        return sealed_text(text)

    def decrypt(self, encrypted_text: str) -> str:
        """Chance where no key opens it: codes of an empty secret could be reckoned by anybody."""
        return opened_text(encrypted_text) or base64.b32encode(secrets.token_bytes(20)).decode()

    def _get_site_name(self) -> str:
        return "Parley"
