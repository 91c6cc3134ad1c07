"""Business hours: a zone, a row of text for each weekday, holidays and days that differ."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpdesk.admin.scoped import ModelForm, Scoped
from helpdesk.admin.words import apply_promises
from helpdesk.models import BusinessHours
from helpdesk.permissions import Action
from helpdesk.services import promises
from helpdesk.sla import lines, public_holidays, stored, written
from helpdesk.sla.calendar import WEEKDAYS, CalendarError

_NAMES = (
    gettext_lazy("Monday"),
    gettext_lazy("Tuesday"),
    gettext_lazy("Wednesday"),
    gettext_lazy("Thursday"),
    gettext_lazy("Friday"),
    gettext_lazy("Saturday"),
    gettext_lazy("Sunday"),
)


class HoursForm(ModelForm[BusinessHours]):
    """A calendar as people write one."""

    zone = forms.ChoiceField(label=gettext_lazy("Time zone"))
    country = forms.ChoiceField(label=gettext_lazy("Public holidays of"), required=False)
    region = forms.CharField(
        label=gettext_lazy("Region"),
        required=False,
        max_length=10,
        help_text=gettext_lazy("The code of a region with holidays of its own, such as BY."),
    )
    exceptions = forms.CharField(
        label=gettext_lazy("Days that differ"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 8, "cols": 60, "dir": "ltr"}),
        help_text=gettext_lazy(
            "One day a line: the date, its hours, a name. Without hours it is closed all day; "
            "a date without a year comes every year. Such a day wins over a public holiday. "
            "Examples: 2026-12-24 09:00-13:00 Christmas Eve · 05-02 Bridge day"
        ),
    )

    class Meta:
        model = BusinessHours
        fields = ("name", "country", "region")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        data = self.instance.calendar if isinstance(self.instance.calendar, dict) else {}
        week = data.get("week") or {}
        for day in WEEKDAYS:
            self.initial.setdefault(day, lines.hours_text(week.get(day)))
        self.initial.setdefault("zone", data.get("zone", "UTC"))
        self.initial.setdefault("exceptions", lines.special_days_text(data.get("exceptions")))
        zones = sorted(available_timezones())
        self._choices("zone", [(zone, zone) for zone in zones])
        self._choices("country", [("", _("None")), *public_holidays.countries()])

    def _choices(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields.get(name)
        if isinstance(field, forms.ChoiceField):
            field.choices = choices

    def clean(self) -> dict[str, Any]:
        """Put the calendar together and name everything that is wrong with it."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        country, region = cleaned.get("country", ""), cleaned.get("region", "").upper()
        if region and region not in {one.upper() for one in public_holidays.regions(country)}:
            known = ", ".join(public_holidays.regions(country)) or "–"
            self.add_error("region", _("This region is not known. Known: %(known)s") % {
                "known": known
            })  # fmt: skip
            region = ""
        calendar = {
            "zone": cleaned.get("zone", "UTC"),
            "week": {day: lines.hours(cleaned.get(day, "")) for day in WEEKDAYS},
            "holidays": public_holidays.days(country, region, stored.database_now().year),
            "exceptions": lines.special_days(cleaned.get("exceptions", "")),
        }
        for problem in written.problems(calendar):
            field = _field(problem)
            self.add_error(field if field in self.fields else None, _said(problem, calendar))
        self.instance.calendar = calendar
        cleaned["region"] = region
        return cleaned


for _day, _name in zip(WEEKDAYS, _NAMES, strict=True):
    _row = forms.CharField(
        label=_name,
        required=False,
        max_length=200,
        widget=forms.TextInput(
            attrs={"size": 50, "dir": "ltr", "placeholder": "09:00-12:00, 13:00-17:00"}
        ),
    )
    HoursForm.declared_fields[_day] = HoursForm.base_fields[_day] = _row


def _field(problem: CalendarError) -> str:
    """The box that a problem belongs to."""
    parts = problem.where.split(".")
    if parts[0] == "week" and len(parts) > 1:
        return parts[1]
    return parts[0]


def _said(problem: CalendarError, calendar: dict[str, Any]) -> str:
    """A problem in words; for a special day with its line."""
    data: dict[str, Any] = problem.data
    rows = data.get("rows") or [data.get("row") or []]
    shown = " | ".join("-".join(map(str, one)) for one in rows if isinstance(one, list))
    texts = {
        "never_open": _("Write at least one opening time: so it would always be closed."),
        "bad_time": _("“%(rows)s” are no opening hours. Write them like 09:00-17:00."),
        "empty_span": _("“%(rows)s” begins and ends at the same time."),
        "ends_before_start": _(
            "The end is before the start. Write a night in two parts: until 24:00 on the one "
            "day, from 00:00 on the next."
        ),
        "overlap": _("These hours overlap: %(rows)s"),
        "too_many": _("These are more than %(most)s entries."),
        "bad_date": _("“%(date)s” is no date. Write 2026-12-24, or 12-24 for every year."),
        "twice": _("%(date)s is there twice."),
        "unknown_zone": _("This time zone is not known."),
    }
    text = texts.get(problem.code, _("These are no business hours."))
    said = text % {"most": "", "date": "", **data, "rows": shown}
    parts = problem.where.split(".")
    if parts[0] == "exceptions" and len(parts) > 1:
        line = int(parts[1])
        day = calendar["exceptions"][line]["date"]
        return _("Line %(line)d (%(day)s): %(said)s") % {
            "line": line + 1, "day": day, "said": said,
        }  # fmt: skip
    return said


@admin.register(BusinessHours)
class BusinessHoursAdmin(Scoped[BusinessHours]):
    """When a queue is open; its promises count in these hours only."""

    workspace = "coverage"
    edit = add = delete = Action.EDIT_QUEUES
    form = HoursForm
    list_display = ("name", "zone", "country", "today")
    search_fields = ("name",)
    fieldsets = (
        (None, {"fields": ("name", "zone")}),
        (
            gettext_lazy("Every week"),
            {
                "fields": WEEKDAYS,
                "description": gettext_lazy(
                    "From and until, several with a comma between them; an empty row is closed. "
                    "Midnight at the end of a day is 24:00."
                ),
            },
        ),
        (gettext_lazy("Other days"), {"fields": ("country", "region", "exceptions")}),
    )

    def rows(self, request: HttpRequest) -> QuerySet[BusinessHours]:
        """They belong to the whole desk."""
        return BusinessHours.objects.all()

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """What runs is counted by the new hours from now on."""
        super().save_model(request, obj, form, change)
        if change:
            apply_promises(promises.concerned(obj))

    @admin.display(description=gettext_lazy("time zone"))
    def zone(self, hours: BusinessHours) -> str:
        """The zone of the calendar."""
        calendar = stored.calendar_of(hours)
        return calendar.zone if calendar else "–"

    @admin.display(description=gettext_lazy("open now"), boolean=True)
    def today(self, hours: BusinessHours) -> bool:
        """Whether it is open at this moment."""
        calendar = stored.calendar_of(hours)
        return calendar is None or calendar.is_open(datetime.now(UTC))
