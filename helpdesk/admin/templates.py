"""Templates (canned answers), their variants, how they are used, and what agents propose."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from helpdesk import address
from helpdesk.admin import template_csv, template_files, template_import
from helpdesk.admin.scoped import ModelForm, Scoped, ScopedInline
from helpdesk.admin.template_files import TemplateFileInline
from helpdesk.admin.words import channel_choices, language_field
from helpdesk.models import Agent, Band, Template, TemplateFile, TemplateState, TemplateVariant
from helpdesk.permissions import Action
from helpdesk.phrasing import texts
from helpdesk.phrasing.texts import FIELDS
from helpdesk.selectors import templates as reads
from helpdesk.selectors.templates import Usage
from helpdesk.services import proposals


class VariantForm(ModelForm[TemplateVariant]):
    """Only what can be filled and read."""

    language = language_field(required=False)
    channel = forms.ChoiceField(label=gettext_lazy("Channel"), required=False)

    class Meta:
        model = TemplateVariant
        fields = ("language", "register", "channel", "text")
        widgets = {"text": forms.Textarea(attrs={"rows": 5, "cols": 70, "dir": "auto"})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["channel"] = forms.ChoiceField(
            label=_("Channel"), required=False, choices=[("", _("Any")), *channel_choices()]
        )

    def clean_text(self) -> str:
        """Refuse what is mistyped, and a fact that nobody knows, with the place of it."""
        text: str = self.cleaned_data["text"]
        fault = texts.fault(text)
        if fault:
            raise forms.ValidationError(template_csv.words(fault))
        return text


class VariantInline(ScopedInline[TemplateVariant, Template]):
    """The words, by language, form of address and channel."""

    model = TemplateVariant
    form = VariantForm
    edit = add = delete = Action.EDIT_TEMPLATES
    min_num = 1

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """At least one variant: a template without words answers nothing."""
        return super().get_formset(request, obj, validate_min=True, **kwargs)


class DecisionForm(ActionForm):
    """What is done with the chosen ones, and what their authors are told of it."""

    reason = forms.CharField(
        label=gettext_lazy("Reason for the author"),
        required=False,
        max_length=300,
        widget=forms.TextInput(attrs={"dir": "auto", "size": 40}),
    )


@admin.register(Template)
class TemplateAdmin(Scoped[Template]):
    """Ready-made answers with the facts that the composer fills."""

    workspace = "my-templates"
    edit = add = delete = Action.EDIT_TEMPLATES
    list_display = (
        "name",
        "shown_shortcut",
        "state",
        "languages",
        "many_files",
        "preview",
        "sent",
        "word_for_word",
        "rewritten",
        "to_watch",
    )
    list_filter = ("state", "variants__language", "variants__register", "category", "exempt")
    search_fields = ("name", "shortcut", "variants__text")
    ordering = ("name", "pk")
    fieldsets = (
        (
            None,
            {
                "fields": ("name", "shortcut", "category", "exempt", "state"),
                "description": format_html(
                    "{} <code>{}</code>. {} <code>{}</code> {} <code>{}</code>",
                    gettext_lazy("Placeholders:"),
                    ", ".join(f"{{{{ {field} }}}}" for field in FIELDS),
                    gettext_lazy("With a word for when it is missing:"),
                    '{{ customer.first_name | default: "there" }}',
                    gettext_lazy("Words that the agent may leave out:"),
                    "{% optional %} … {% endoptional %}",
                ),
            },
        ),
        (
            gettext_lazy("How it is used"),
            {
                "fields": (
                    "uses",
                    "figures",
                    "proposed_by",
                    "proposed_for",
                    "refusal",
                    "updated_by",
                )
            },
        ),
    )
    readonly_fields = ("uses", "figures", "proposed_by", "proposed_for", "refusal", "updated_by")
    inlines = (VariantInline, TemplateFileInline)
    actions = ("accept", "refuse")
    action_form = DecisionForm
    change_list_template = "admin/templates/change_list.html"

    def rows(self, request: HttpRequest) -> QuerySet[Template]:
        """With their variants: the list shows their languages."""
        return super().rows(request).prefetch_related("variants", "files__attachment")

    def get_urls(self) -> list[URLPattern]:
        """The ways in and out for many at once."""
        view = self.admin_site.admin_view
        return [
            path("export/", view(self.export), name="helpdesk_template_export"),
            path("import/", view(self.bring), name="helpdesk_template_import"),
            *super().get_urls(),
        ]

    def export(self, request: HttpRequest) -> HttpResponse:
        """Every template as a file for spreadsheets, in the form that the import reads."""
        self._editor(request)
        answer = HttpResponse(
            template_csv.written(self.rows(request)), content_type="text/csv; charset=utf-8"
        )
        answer["Content-Disposition"] = 'attachment; filename="templates.csv"'
        return answer

    def bring(self, request: HttpRequest) -> HttpResponse:
        """Read a file, show what it would do, and do all of it or nothing."""
        self._editor(request)
        return template_import.page(request, self.admin_site.each_context(request))

    def _editor(self, request: HttpRequest) -> None:
        if not self.has_change_permission(request):
            raise PermissionDenied

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """The list with its figures, counted in one query."""
        answer = super().changelist_view(request, extra_context)
        shown = getattr(answer, "context_data", None) or {}
        if "cl" in shown:
            figures = reads.usage(one.pk for one in shown["cl"].result_list)
            for one in shown["cl"].result_list:
                one.usage = figures.get(one.pk, Usage())
        return answer

    def save_model(
        self, request: HttpRequest, obj: Template, form: ModelForm[Template], change: bool
    ) -> None:
        """Remember who wrote it."""
        obj.updated_by_id = request.user.pk
        super().save_model(request, obj, form, change)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Files are stored as any upload is; all else as Django does."""
        if formset.model is TemplateFile:
            template_files.save(formset, cast("Agent", request.user))
        else:
            super().save_formset(request, form, formset, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """What is legal and sounds odd is said."""
        super().save_related(request, form, formsets, change)
        for variant in form.instance.variants.all():
            odd = oddity(variant)
            if odd:
                messages.warning(request, f"{variant}: {odd}")

    @admin.action(description=gettext_lazy("Accept the proposals"), permissions=["change"])
    def accept(self, request: HttpRequest, queryset: QuerySet[Template]) -> None:
        """Offer them to everybody."""
        self._decide(request, queryset, TemplateState.ACTIVE)

    @admin.action(description=gettext_lazy("Refuse the proposals"), permissions=["change"])
    def refuse(self, request: HttpRequest, queryset: QuerySet[Template]) -> None:
        """Keep them out; the row stays, so that its author may be answered."""
        self._decide(request, queryset, TemplateState.REFUSED, request.POST.get("reason", ""))

    def _decide(
        self,
        request: HttpRequest,
        queryset: QuerySet[Template],
        state: TemplateState,
        reason: str = "",
    ) -> None:
        chosen = list(queryset.values_list("pk", flat=True))
        many = proposals.decide(chosen, state, by=cast("Agent", request.user), reason=reason)
        self.message_user(
            request,
            ngettext("%(many)d proposal decided.", "%(many)d proposals decided.", many)
            % {"many": many},
        )

    @admin.display(description=gettext_lazy("shortcut"), ordering="shortcut")
    def shown_shortcut(self, template: Template) -> str:
        """As it is typed."""
        return f"/{template.shortcut}"

    @admin.display(description=gettext_lazy("languages"))
    def languages(self, template: Template) -> str:
        """Those of its variants."""
        return ", ".join(sorted({one.language or _("Any") for one in template.variants.all()}))

    @admin.display(description=pgettext_lazy("template", "files"))
    def many_files(self, template: Template) -> str:
        """How many go with it."""
        return str(len(template.files.all()) or "–")

    @admin.display(description=gettext_lazy("preview"))
    def preview(self, template: Template) -> str:
        """The beginning of the first variant, in its own direction of writing."""
        first = next(iter(template.variants.all()), None)
        text = first.text if first else ""
        return format_html('<span dir="auto">{}</span>', Truncator(texts.outlined(text)).chars(60))

    @admin.display(description=gettext_lazy("sent in 90 days"))
    def sent(self, template: Template) -> str:
        """How often."""
        return str(_usage(template).sent or "–")

    @admin.display(description=Band.VERBATIM.label)
    def word_for_word(self, template: Template) -> str:
        """The share that nobody made personal."""
        return _share(_usage(template), Band.VERBATIM)

    @admin.display(description=Band.REWRITTEN.label)
    def rewritten(self, template: Template) -> str:
        """The share that was written anew."""
        return _share(_usage(template), Band.REWRITTEN)

    @admin.display(description=gettext_lazy("to watch"))
    def to_watch(self, template: Template) -> str:
        """What is odd about it."""
        return _("Needs repair: nearly always rewritten") if _usage(template).needs_repair else ""

    @admin.display(description=gettext_lazy("sent in 90 days"))
    def figures(self, template: Template) -> str:
        """The uses by band."""
        usage = reads.usage([template.pk]).get(template.pk, Usage())
        bands = (f"{one.label} {_share(usage, one)}" for one in Band)
        return f"{usage.sent} ({', '.join(bands)})" if usage.sent else "–"


def oddity(variant: TemplateVariant) -> str:
    """What is legal in a variant's tone and sounds odd, or ""."""
    said = texts.spoken(variant.text)
    mixed = address.mixed(said, variant.language)
    if mixed:
        return _("Two forms of address in one text: “%(one)s” and “%(other)s”.") % {
            "one": mixed[0],
            "other": mixed[1],
        }
    word = address.unfitting(said, variant.language, variant.register)
    return _("“%(word)s” does not fit this form of address.") % {"word": word} if word else ""


def _usage(template: Template) -> Usage:
    return getattr(template, "usage", Usage())


def _share(usage: Usage, band: str) -> str:
    return f"{round(usage.share(band) * 100)} %" if usage.sent else "–"


def import_url() -> str:
    """Where many templates come in."""
    return reverse("admin:helpdesk_template_import")
