"""The form of a promise: its conditions, targets, warnings and steps as fields."""

from __future__ import annotations

from typing import Any, get_args

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpdesk.admin.scoped import ModelForm
from helpdesk.admin.words import channel_choices
from helpdesk.models import Queue, SLAPolicy
from helpdesk.sla import lines, policies, stored
from helpdesk.sla.clocks import METRICS
from helpdesk.sla.policies import PRIORITIES, PolicyError

STEPS = 10
WARNINGS = 4
Data = dict[str, Any]

METRIC_NAMES = {
    "frt": gettext_lazy("First reply"),
    "nrt": gettext_lazy("Next replies"),
    "update": gettext_lazy("Regular update"),
    "resolution": gettext_lazy("Resolution"),
}
PRIORITY_NAMES = {
    "urgent": gettext_lazy("Urgent"),
    "high": gettext_lazy("High"),
    "normal": gettext_lazy("Normal"),
    "low": gettext_lazy("Low"),
}
KIND_NAMES = {
    "live": gettext_lazy("Live chats"),
    "call": gettext_lazy("Calls"),
    "message": gettext_lazy("Text messages"),
    "public": gettext_lazy("Public posts"),
    "letter": gettext_lazy("Letters (e-mail, forms)"),
}
# What a target may have beside it, each with its own time.
EXTRA_NAMES = {
    "goal": gettext_lazy("What we aim at"),
    "most": gettext_lazy("Never longer than"),
}
LEVEL_NAMES = {
    "info": gettext_lazy("Only written down"),
    "agent": gettext_lazy("The agent"),
    "supervisor": gettext_lazy("The supervisors"),
    "breach": gettext_lazy("The supervisors, as broken"),
}
ACTION_NAMES = {
    "nudge": gettext_lazy("Remind the agent"),
    "second_agent": gettext_lazy("Ask a second agent"),
    "supervisor": gettext_lazy("Alarm the supervisors"),
    "alternatives": gettext_lazy("Offer the customer other ways"),
    "raise_priority": gettext_lazy("Raise the priority"),
    "relax_step": gettext_lazy("Ask for fewer skills"),
    "notify_on_call": gettext_lazy("Alarm supervisors and administrators"),
    "reassign": gettext_lazy("Give it to somebody else"),
}
SINCE_NAMES = {
    "waiting": gettext_lazy("since the customer waits"),
    "accepted": gettext_lazy("since an agent has it"),
}


def _named(names: dict[str, Any]) -> list[tuple[str, Any]]:
    return list(names.items())


class DurationField(forms.Field):
    """Seconds, written as "30 s", "5 min" or "1 h 30 min"; None where nothing is written."""

    def __init__(self, **facts: Any) -> None:
        box = forms.TextInput(attrs={"size": 10, "dir": "ltr", "placeholder": "1 h 30 min"})
        super().__init__(required=False, widget=box, **facts)

    def prepare_value(self, value: Any) -> Any:
        """What is stored as people write it; what was typed stays."""
        return lines.duration(value) if isinstance(value, int | float) else value

    def to_python(self, value: Any) -> Any:
        """Seconds."""
        text = str(value or "").strip()[:40]
        found = lines.seconds(text) if text else None
        if text and found is None:
            raise forms.ValidationError(_("Write a time such as 30 s, 5 min or 1 h 30 min."))
        if found is not None and not 0 < found <= policies.LONGEST:
            raise forms.ValidationError(_("A target is more than nothing and at most a year."))
        return found


class PromiseForm(ModelForm[SLAPolicy]):
    """One promise."""

    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("Kinds of contact"),
        required=False,
        choices=_named(KIND_NAMES),
        widget=forms.CheckboxSelectMultiple,
    )
    channels = forms.MultipleChoiceField(
        label=gettext_lazy("Channels"),
        required=False,
        choices=channel_choices,
        widget=forms.CheckboxSelectMultiple,
    )
    queues = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Queues"),
        required=False,
        queryset=Queue.objects.all(),
        widget=forms.CheckboxSelectMultiple,
    )
    priorities = forms.MultipleChoiceField(
        label=gettext_lazy("Priorities"),
        required=False,
        choices=_named(PRIORITY_NAMES),
        widget=forms.CheckboxSelectMultiple,
    )
    languages = forms.MultipleChoiceField(
        label=gettext_lazy("Languages"),
        required=False,
        choices=settings.LANGUAGES,
        widget=forms.CheckboxSelectMultiple,
    )
    vip = forms.ChoiceField(
        label=gettext_lazy("Important customers"),
        required=False,
        choices=(
            ("", gettext_lazy("All customers")),
            ("yes", gettext_lazy("Only important ones")),
            ("no", gettext_lazy("Only the others")),
        ),
    )

    class Meta:
        model = SLAPolicy
        fields = ("name", "position", "enabled", "objective", "on_hold_stops")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        shown = self.instance if self.instance.pk else _blank()
        for name, value in _initial(shown).items():
            self.initial.setdefault(name, value)

    def clean(self) -> Data:
        """Put the promise together and name everything that is wrong with it."""
        cleaned: Data = super().clean() or self.cleaned_data
        steps, warnings = _rows(cleaned, "step", "after"), _rows(cleaned, "warning", "percent")
        row = self.instance
        row.conditions = _conditions(cleaned)
        row.targets = {metric: found for metric in METRICS if (found := _targets(cleaned, metric))}
        row.steps = [data for _number, data in steps]
        row.warnings = [data for _number, data in warnings]
        row.name = cleaned.get("name") or row.name
        places = {
            **{f"steps.{at}": f"step_{number}_after" for at, (number, _data) in enumerate(steps)},
            **{
                f"warnings.{at}": f"warning_{number}_percent"
                for at, (number, _data) in enumerate(warnings)
            },
        }
        for field in _homeless(cleaned):
            self.add_error(field, _("Write the time of this priority too."))
        for problem in policies.problems(stored.policy_of(row)):
            if problem.where in {"name", "objective"}:  # their own fields say it
                continue
            field = places.get(problem.where) or _field(problem)
            self.add_error(field if field in self.fields else None, _said(problem))
        return cleaned


def _declare() -> None:
    """The fields that come once for each metric, warning and step."""
    found: dict[str, forms.Field] = {}
    for metric in METRICS:
        for priority in PRIORITIES:
            found[f"{metric}_{priority}"] = DurationField(label=PRIORITY_NAMES[priority])
            for name, label in EXTRA_NAMES.items():
                found[f"{metric}_{priority}_{name}"] = DurationField(label=label)
        found[f"{metric}_business"] = forms.BooleanField(
            label=gettext_lazy("Counts only in business hours"), required=False
        )
    for number in range(WARNINGS):
        found[f"warning_{number}_percent"] = forms.IntegerField(
            label=gettext_lazy("At per cent"), required=False, min_value=1, max_value=100
        )
        found[f"warning_{number}_level"] = forms.ChoiceField(
            label=gettext_lazy("Who is told"), required=False, choices=_named(LEVEL_NAMES)
        )
    choices = (("action", ACTION_NAMES), ("metric", METRIC_NAMES), ("since", SINCE_NAMES))
    labels = {
        "action": gettext_lazy("What"),
        "metric": gettext_lazy("While this runs"),
        "since": gettext_lazy("Counted"),
    }
    for number in range(STEPS):
        found[f"step_{number}_after"] = DurationField(label=gettext_lazy("After"))
        for name, names in choices:
            found[f"step_{number}_{name}"] = forms.ChoiceField(
                label=labels[name], required=False, choices=_named(names)
            )
    PromiseForm.declared_fields.update(found)
    PromiseForm.base_fields.update(found)


_declare()


def _blank() -> SLAPolicy:
    """What a new promise begins with: the usual warnings."""
    levels = [{"percent": one.percent, "level": one.level} for one in policies.WARNINGS]
    return SLAPolicy(warnings=levels)


def _initial(row: SLAPolicy) -> Data:
    """The fields of a stored promise."""
    policy = stored.policy_of(row)
    given = policy.conditions
    found: Data = {
        name: sorted(getattr(given, name))
        for name in ("kinds", "channels", "queues", "priorities", "languages")
    }
    found["vip"] = "" if given.vip is None else "yes" if given.vip else "no"
    for metric, by_priority in policy.targets.items():
        for priority, one in by_priority.items():
            found[f"{metric}_{priority}"] = one.seconds
            for name in EXTRA_NAMES:
                found[f"{metric}_{priority}_{name}"] = getattr(one, name)
        found[f"{metric}_business"] = any(one.business for one in by_priority.values())
    for number, warned in enumerate(policy.warnings):
        found[f"warning_{number}_percent"] = warned.percent
        found[f"warning_{number}_level"] = warned.level
    for number, step in enumerate(policy.steps):
        for name in ("after", "action", "metric", "since"):
            found[f"step_{number}_{name}"] = getattr(step, name)
    return found


def _conditions(cleaned: Data) -> Data:
    found = {
        name: sorted(cleaned[name])
        for name in ("kinds", "channels", "priorities", "languages")
        if cleaned.get(name)
    }
    if cleaned.get("queues"):
        found["queues"] = sorted(str(queue.pk) for queue in cleaned["queues"])
    vip = {"yes": True, "no": False}.get(cleaned.get("vip", ""))
    return found if vip is None else {**found, "vip": vip}


def _targets(cleaned: Data, metric: str) -> Data:
    """Targets by priority, each with what we aim at and its limit."""
    business = bool(cleaned.get(f"{metric}_business"))
    return {
        priority: {"seconds": seconds, "business": business}
        | {
            name: value
            for name in EXTRA_NAMES
            if (value := cleaned.get(f"{metric}_{priority}_{name}")) is not None
        }
        for priority in PRIORITIES
        if (seconds := cleaned.get(f"{metric}_{priority}")) is not None
    }


def _homeless(cleaned: Data) -> list[str]:
    """Goals and limits of a priority that has no time of its own."""
    return [
        f"{metric}_{priority}_{name}"
        for metric in METRICS
        for priority in PRIORITIES
        if f"{metric}_{priority}" in cleaned and cleaned[f"{metric}_{priority}"] is None
        for name in EXTRA_NAMES
        if cleaned.get(f"{metric}_{priority}_{name}") is not None
    ]


def _rows(cleaned: Data, prefix: str, key: str) -> list[tuple[int, Data]]:
    """The rows that were filled in, each with its number in the form."""
    rest = {"step": ("action", "metric", "since"), "warning": ("level",)}[prefix]
    return [
        (number, {key: value} | {name: cleaned.get(f"{prefix}_{number}_{name}") for name in rest})
        for number in range({"step": STEPS, "warning": WARNINGS}[prefix])
        if (value := cleaned.get(f"{prefix}_{number}_{key}")) is not None
    ]


def _field(problem: PolicyError) -> str:
    """The box that a problem belongs to."""
    parts = problem.where.split(".")
    if parts[0] != "targets" or len(parts) < 2:
        return ""
    field = f"{parts[1]}_{parts[2] if len(parts) > 2 else 'normal'}"
    extra = problem.code.removeprefix("bad_")
    return f"{field}_{extra}" if extra in EXTRA_NAMES else field


def _said(problem: PolicyError) -> str:
    texts = {
        "no_targets": _("Promise something: write at least one time."),
        "no_normal": _("Write the time for the normal priority: the others fall back on it."),
        "bad_goal": _("What we aim at is not longer than the target."),
        "bad_most": _("The limit is not shorter than the target."),
        "bad_warning": _("A warning comes between 1 and 100 per cent."),
        "bad_step": _("This step needs a time, and a target for what it waits for."),
        "twice": _("The same is there twice."),
    }
    return texts.get(problem.code, _("This promise cannot be kept as it is written."))


assert set(ACTION_NAMES) == set(get_args(policies.Action))
