"""Many tables made at once, from one picture of the models.

Django draws all related models anew after each single operation: nine tenths of the time of every
first start's migrations, and of every test run's (ADR 44).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import migrations
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState


class CreateTables(Operation):
    """Apply ``operations`` to the state one by one and to the database in one go.

    Only for what makes new models: CreateModel, and fields, indexes and constraints added to them.
    """

    reduces_to_sql = True
    reversible = True

    def __init__(self, operations: Sequence[Operation]) -> None:
        self.operations = operations

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return type(self).__qualname__, [], {"operations": self.operations}

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Without drawn models there is nothing to draw anew: the next reader draws them once."""
        state.__dict__.pop("apps", None)
        for operation in self.operations:
            operation.state_forwards(app_label, state)

    def database_forwards(
        self, app_label: str, schema_editor: Any, _from_state: ProjectState, to_state: ProjectState
    ) -> None:
        for model in self._models(app_label, schema_editor, to_state):
            schema_editor.create_model(model)

    def database_backwards(
        self, app_label: str, schema_editor: Any, from_state: ProjectState, _to_state: ProjectState
    ) -> None:
        for model in reversed(self._models(app_label, schema_editor, from_state)):
            schema_editor.delete_model(model)

    def _models(self, app_label: str, schema_editor: Any, state: ProjectState) -> list[Any]:
        names = [one.name for one in self.operations if isinstance(one, migrations.CreateModel)]
        models = [state.apps.get_model(app_label, name) for name in names]
        return [
            model
            for model in models
            if self.allow_migrate_model(schema_editor.connection.alias, model)
        ]

    def describe(self) -> str:
        return "Create all tables"
