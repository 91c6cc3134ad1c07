"""What cannot be kept, told by field: for forms and for the API alike."""

from __future__ import annotations


class FieldsError(ValueError):
    """Base of all such refusals. errors: why, by the name (or the place) of the field."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__("; ".join(errors.values()))
        self.errors = errors
