"""Fields of forms that are not ours, in our look."""

from __future__ import annotations

from typing import Any

from django import template
from django.forms import BoundField, CheckboxInput

register = template.Library()


@register.inclusion_tag("allauth/elements/_field.html")
def dressed(field: BoundField) -> dict[str, Any]:
    """A field with its label above, and its faults below it in words."""
    ticks = isinstance(field.field.widget, CheckboxInput)
    attrs: dict[str, str | bool] = {"class": "" if ticks else "input"}
    if field.errors:
        attrs |= {"aria-invalid": "true", "aria-describedby": f"{field.auto_id}-error"}
    if not ticks:  # addresses, passwords and codes run one way in every language
        attrs["dir"] = "ltr"
    field.field.widget.attrs.pop("placeholder", None)  # the label says it already
    return {"field": field, "input": field.as_widget(attrs=attrs), "ticks": ticks}
