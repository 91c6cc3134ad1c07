"""The base of all that the API accepts."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers


class Strict(serializers.Serializer[Any]):
    """A serializer that answers 400 to a field it does not know."""

    def to_internal_value(self, data: Any) -> Any:
        unknown = set(data) - set(self.fields) if isinstance(data, dict) else set()
        if unknown:
            raise serializers.ValidationError(
                {name: ["This field is not known."] for name in sorted(unknown)}
            )
        return super().to_internal_value(data)
