"""An agent's own templates: how personal their answers are, and what they propose (R40)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from helpdesk.models import Agent, Band
from helpdesk.permissions import Action, can
from helpdesk.phrasing import texts
from helpdesk.selectors import proposals as proposed
from helpdesk.selectors import templates as reads
from helpdesk.selectors.templates import AIM, Usage
from helpdesk.services import proposals, template_files
from helpdesk.web.desk import rail

DAYS = 30
WIDTH = 1000  # of the meter


class ProposalForm(forms.Form):
    """Good words for everybody."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    language = forms.ChoiceField(label=gettext_lazy("Language"), required=False)
    text = forms.CharField(label=gettext_lazy("Text"), max_length=texts.MOST, widget=forms.Textarea)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", _("Any language")), *settings.LANGUAGES]
        self.fields["language"] = forms.ChoiceField(
            label=_("Language"), required=False, choices=choices
        )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def own(request: HttpRequest) -> HttpResponse:
    """GET /templates/: the agent's own figures of the last month. POST: a proposal."""
    agent = cast("Agent", request.user)
    form = ProposalForm(request.POST or None)
    if request.method == "POST":
        if not can(agent, Action.USE_TEMPLATES):
            raise PermissionDenied
        if form.is_valid() and _proposed(form, agent, request.FILES.getlist("files")):
            messages.success(request, _("Proposed. Supervisors accept or refuse it."))
            return redirect("my-templates")
    total, rows = reads.own_figures(agent, days=DAYS)
    context = {
        "total": total,
        "personal": round(total.personal * 100),
        "aim": round(AIM * 100),
        "reached": total.personal >= AIM,
        "bars": _bars(total),
        "rows": [
            {
                "name": template.name,
                "shortcut": template.shortcut,
                "exempt": template.exempt,
                "sent": usage.sent,
                "shares": [round(usage.share(band) * 100) for band in Band.values],
            }
            for template, usage in rows
        ],
        "bands": Band.labels,
        "days": DAYS,
        "form": form,
        "proposed": proposed.own(agent),
        **rail(agent, current="templates"),
    }
    return render(request, "helpdesk/templates/page.html", context)


def _proposed(form: ProposalForm, agent: Agent, files: Sequence[Any]) -> bool:
    """Keep the proposal; what is wrong with it is said in the form."""
    many = template_files.MOST_FILES
    limit = filesizeformat(settings.MAX_ATTACHMENT_BYTES)
    if len(files) > many:
        form.add_error(None, _("At most %(many)s files.") % {"many": many})
        return False
    if any((one.size or 0) > settings.MAX_ATTACHMENT_BYTES for one in files):
        form.add_error(None, _("A file is larger than %(limit)s.") % {"limit": limit})
        return False
    if any(not one.size for one in files):
        form.add_error(None, _("A file is empty."))
        return False
    read = [(one.name or "file", one.read()) for one in files]
    try:
        proposals.propose(by=agent, files=read, **form.cleaned_data)
    except proposals.ProposalError:
        form.add_error("text", _("Take the gaps and braces out of the words first."))
        return False
    return True


def _bars(total: Usage) -> list[tuple[str, int, int]]:
    """Class, place and width of the meter's parts."""
    words = round(total.share(Band.VERBATIM) * WIDTH)
    own_words = round(total.share(Band.PERSONALISED) * WIDTH)
    anew = WIDTH - words - own_words if total.sent else 0
    return [
        ("kept", 0, own_words),
        ("anew", own_words, anew),
        ("nobody", own_words + anew, words),
    ]
