"""What an administrator may set of a fetched mailbox, checked; secrets are written, never shown."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from channels_email.models import BackFill, FetchedMailbox, Security, SignIn

_BOX = {"class": "input", "autocomplete": "off", "dir": "ltr"}


class ConnectionForm(forms.ModelForm):  # type: ignore[type-arg]
    """How to get in. An empty secret leaves the stored one as it is."""

    password = forms.CharField(
        label=_("Password"),
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={**_BOX, "autocomplete": "new-password"}),
    )
    client_secret = forms.CharField(
        label=_("Client secret"), required=False, widget=forms.PasswordInput(attrs=_BOX)
    )

    class Meta:
        model = FetchedMailbox
        fields = ("host", "port", "security", "username", "sign_in", "client_id")
        labels = {
            "host": _("Server"),
            "port": _("Port"),
            "security": _("Encryption"),
            "username": _("User name"),
            "sign_in": _("Sign in with"),
            "client_id": _("Client ID"),
        }
        widgets = {
            "host": forms.TextInput(attrs=_BOX),
            "port": forms.NumberInput(attrs={**_BOX, "min": 1, "max": 65535}),
            "username": forms.TextInput(attrs=_BOX),
            "client_id": forms.TextInput(attrs=_BOX),
            "security": forms.Select(attrs={"class": "input"}, choices=Security.choices),
            "sign_in": forms.Select(attrs={"class": "input"}, choices=SignIn.choices),
        }

    def clean_port(self) -> int:
        """A port that exists."""
        port: int = self.cleaned_data["port"]
        if not 0 < port < 65536:
            raise forms.ValidationError(_("A port is a number from 1 to 65535."))
        return port

    def clean(self) -> dict[str, Any]:
        """A way to sign in needs what belongs to it."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("sign_in") != SignIn.PASSWORD and not cleaned.get("client_id"):
            self.add_error("client_id", _("The provider gives you one when you register Parley."))
        return cleaned

    def save(self, commit: bool = True) -> FetchedMailbox:
        """Keep it; another account or server means that stored permissions are void."""
        mailbox: FetchedMailbox = self.instance
        given = {
            name: self.cleaned_data[name]
            for name in ("password", "client_secret")
            if self.cleaned_data.get(name)
        }
        kept = dict(mailbox.secrets)
        if {"host", "username", "sign_in", "client_id"} & set(self.changed_data):
            kept, mailbox.token_until = {}, None
        mailbox.secrets = {**kept, **given}
        mailbox.failures, mailbox.retry_at = 0, None
        if commit:
            mailbox.save()
        return mailbox


class StartForm(forms.Form):
    """What to fetch: which folders, how far back, and what becomes of fetched mail there."""

    folders = forms.MultipleChoiceField(
        label=_("Folders"), widget=forms.CheckboxSelectMultiple, choices=()
    )
    fill = forms.ChoiceField(
        label=_("What is there already"),
        choices=BackFill.choices,
        widget=forms.Select(attrs={"class": "input"}),
    )
    mark_seen = forms.BooleanField(label=_("Mark fetched mail as read there"), required=False)
    move_to = forms.ChoiceField(
        label=_("Move fetched mail to"),
        required=False,
        choices=(),
        widget=forms.Select(attrs={"class": "input"}),
    )

    def __init__(self, *args: Any, names: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        shown = [(name, readable(name)) for name in names]
        self.fields["folders"] = forms.MultipleChoiceField(
            label=_("Folders"), widget=forms.CheckboxSelectMultiple, choices=shown
        )
        self.fields["move_to"] = forms.ChoiceField(
            label=_("Move fetched mail to"),
            required=False,
            choices=[("", _("Leave it where it is")), *shown],
            widget=forms.Select(attrs={"class": "input"}),
        )

    def clean(self) -> dict[str, Any]:
        """A folder that is read cannot be the one that mail is moved to."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("move_to") and cleaned["move_to"] in cleaned.get("folders", ()):
            self.add_error("move_to", _("Choose a folder that is not fetched itself."))
        return cleaned


def readable(name: str) -> str:
    """A folder's name as people read it: modified UTF-7 (RFC 3501, 5.1.3) decoded."""
    parts = name.split("&")
    out = [parts[0]]
    for part in parts[1:]:
        coded, dash, rest = part.partition("-")
        if not dash:
            return name
        try:
            plain = ("+" + coded.replace(",", "/") + "-").encode("ascii").decode("utf-7")
        except UnicodeError:
            return name
        out.append((plain if coded else "&") + rest)
    return "".join(out)
