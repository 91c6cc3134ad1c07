"""Rows that hot paths write: in one statement, and its SQL is kept by the process (ADR 0045).

For writes what helpdesk.kept is for questions. Columns and values are the ORM's; what it does
beside them is left out: no signals, no expressions as values, no parents' tables.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import groupby
from typing import Any

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections
from django.db.models import Field, Model

Changed = tuple[Model, Sequence[str]]
"""A row, and the columns of it (attnames) that are to be written."""


def write(new: Sequence[Model] = (), changed: Sequence[Changed] = ()) -> None:
    """Insert rows and update columns of others, all in one statement; new rows have a pk then.

    Rows of one model stand side by side, and none needs another one's new pk. Raises as the ORM
    does: IntegrityError, and DatabaseError where a row that was to be changed is gone.
    """
    if not new and not changed:
        return
    groups = [(model, list(rows)) for model, rows in groupby(new, type)]
    named = [(one, tuple(names)) for one, names in changed]
    connection = connections[DEFAULT_DB_ALIAS]
    values = [
        field.get_db_prep_save(field.pre_save(one, add=True), connection)
        for model, rows in groups
        for one in rows
        for field in _inserted(model)
    ]
    values += [
        field.get_db_prep_save(getattr(one, field.attname), connection)
        for one, names in named
        for field in (*_columns(type(one), names), _pk(type(one)))
    ]
    sql = _sql(
        tuple((model, len(rows)) for model, rows in groups),
        tuple((type(one), names) for one, names in named),
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        told: Sequence[list[Any]] = cursor.fetchone() or ()
    for (_model, rows), pks in zip(groups, told, strict=False):
        for one, pk in zip(rows, pks, strict=True):
            one.pk = pk
            one._state.adding, one._state.db = False, DEFAULT_DB_ALIAS  # noqa: SLF001  as save()
    if not all(told[len(groups) :]):
        msg = "a row that was to be changed is gone"
        raise DatabaseError(msg)


@lru_cache(maxsize=1000)
def _sql(
    new: tuple[tuple[type[Model], int], ...],
    changed: tuple[tuple[type[Model], tuple[str, ...]], ...],
) -> str:
    """Each write is a part of one SELECT, which tells their pks."""
    parts = [_insert(*one) for one in new] + [_update(*one) for one in changed]
    named = ", ".join(f"w{number} AS ({part})" for number, part in enumerate(parts))
    told = ", ".join(f"ARRAY(SELECT pk FROM w{number})" for number in range(len(parts)))  # noqa: S608
    return f"WITH {named} SELECT {told}"


def _insert(model: type[Model], many: int) -> str:
    fields = _inserted(model)
    names = ", ".join(f'"{field.column}"' for field in fields)
    row = f"({', '.join(map(_place, fields))})"
    return (
        f'INSERT INTO "{_table(model)}" ({names}) VALUES {", ".join([row] * many)} '  # noqa: S608
        f'RETURNING "{_pk(model).column}" AS pk'
    )


def _update(model: type[Model], names: tuple[str, ...]) -> str:
    places = ", ".join(f'"{field.column}" = {_place(field)}' for field in _columns(model, names))
    pk = _pk(model).column
    return f'UPDATE "{_table(model)}" SET {places} WHERE "{pk}" = %s RETURNING "{pk}" AS pk'  # noqa: S608


def _place(field: Field[Any, Any]) -> str:
    special = getattr(field, "get_placeholder", None)
    return special(None, None, connections[DEFAULT_DB_ALIAS]) if special else "%s"


@lru_cache
def _inserted(model: type[Model]) -> tuple[Field[Any, Any], ...]:
    """The columns of a new row; a number that the database gives is none of them."""
    meta = model._meta  # noqa: SLF001  Django documents it
    return tuple(one for one in meta.local_concrete_fields if one is not meta.auto_field)


@lru_cache(maxsize=1000)
def _columns(model: type[Model], names: tuple[str, ...]) -> tuple[Field[Any, Any], ...]:
    fields = {one.attname: one for one in model._meta.concrete_fields}  # noqa: SLF001
    return tuple(fields[name] for name in names)


def _pk(model: type[Model]) -> Field[Any, Any]:
    return model._meta.pk  # noqa: SLF001


def _table(model: type[Model]) -> str:
    return model._meta.db_table  # noqa: SLF001
