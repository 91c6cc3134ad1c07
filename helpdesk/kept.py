"""Queries that are written once: the SQL of a hot screen, kept by the process (ADR 0027).

The ORM takes longer to write such a query than PostgreSQL to answer it. So it writes it once, with
stand-ins where the values differ, and afterwards only the values are put in. What is read stays
what the ORM reads: the same models, joins and prefetches.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from django.contrib.postgres.fields import ArrayField
from django.db import connection, connections
from django.db.models import (
    BigIntegerField,
    BooleanField,
    F,
    Func,
    Model,
    QuerySet,
    TextField,
    Value,
)
from django.db.models.query import ModelIterable, get_related_populators

R = TypeVar("R")
M = TypeVar("M", bound=Model)
ROWS = "(SELECT coalesce(json_agg(r), '[]'::json) FROM ({}) AS r)"
COUNT = "(SELECT count(*) FROM ({}) AS r)"

# Values that no query of ours has by itself: they stand where the real ones will be. Numbers are
# within the smallest integer field, or the ORM would not let them in.
STAND_INS: dict[str, Any] = {
    "agent": 2_147_480_001,
    "conversation": 2_147_480_002,
    "customer": 2_147_480_003,
    "inbox": 2_147_480_004,
    "after": 2_147_480_005,
    "inboxes": [2_147_480_006],
    "channels": [2_147_480_007],
    "ids": ["2147480010"],
    "kind": "2147480008",
    "address": "2147480009",
    "now": datetime(1, 1, 1, tzinfo=UTC),
    "at": datetime(1, 1, 2, tzinfo=UTC),
}


def among(name: str, values: list[Any]) -> Func:
    """Whether a column is one of these, of none nothing; an array is one value, a list is many."""
    kind: Any = TextField() if isinstance(next(iter(values), 0), str) else BigIntegerField()
    array: Any = Value(values, output_field=ArrayField(kind))
    return Func(
        F(name), array, template="%(expressions)s)", arg_joiner=" = ANY(",
        output_field=BooleanField(),
    )  # fmt: skip


# Of a stand-in that something has reckoned with: a value that would never be replaced.
_BENT = re.compile(r"21474800\d\d|datetime\(1, 1, ")


def _name(value: Any) -> str:
    """Whose place it holds, "" for a value of the query's own."""
    for name, stand_in in STAND_INS.items():
        if value == stand_in:
            return name
    if _BENT.search(repr(value)):
        msg = f"a stand-in was changed into {value!r}"
        raise ValueError(msg)
    return ""


class _Slots:
    """Where the values of a statement come from: its own, or given each time it is asked."""

    def __init__(self, params: Iterable[Any]) -> None:
        self.places = [(_name(one), one) for one in params]

    def filled(self, given: Mapping[str, Any]) -> tuple[Any, ...]:
        return tuple(given[name] if name else own for name, own in self.places)


class Kept(Generic[R]):
    """A query whose SQL is kept; made of a query set that has STAND_INS among its values."""

    def __init__(self, written: QuerySet[Any, R]) -> None:
        self._written = written
        self._compiler = written.query.get_compiler(using=written.db)
        self._sql, params = self._compiler.as_sql()
        self._slots = _Slots(params)
        self._rows = _Rows(self._compiler) if _is_plain(written) else None

    def ask(self, **given: Any) -> list[R]:
        """Its rows, with these in the places of the stand-ins."""
        statement = (self._sql, self._slots.filled(given))
        if self._rows:
            return self._rows.found(*statement)
        compiler = copy.copy(self._compiler)
        # The connection itself: what stands for it in django.db looks it up at each use.
        compiler.connection = connections[self._written.db]
        found: Any = self._written.all()
        compiler.query = found.query
        # Both belong to this one question: nothing is shared between threads.
        compiler.as_sql = lambda *_args, **_options: statement
        found.query.get_compiler = lambda *_args, **_options: compiler
        return list(found)


def _is_plain(written: QuerySet[Any, Any]) -> bool:
    """Models and what is joined with them, and nothing to be fetched or reckoned besides."""
    more = written._prefetch_related_lookups or written._known_related_objects  # type: ignore[attr-defined]  # noqa: SLF001
    return written._iterable_class is ModelIterable and not more and not written.query.annotations  # noqa: SLF001


# Of Django's query sets, and not documented: tests/core/test_kept.py says when it changes.
_populators: Any = get_related_populators


class _Rows:
    """Rows as models: what the ORM finds out anew for each question, found out once."""

    def __init__(self, compiler: Any) -> None:
        self._db, select, made = compiler.using, compiler.select, compiler.klass_info
        first, last = made["select_fields"][0], made["select_fields"][-1]
        self._own = slice(first, last + 1)
        self._model = made["model"]
        self._names = [column[0].target.attname for column in select[self._own]]
        self._joined = _populators(made, select, self._db)
        converters = compiler.get_converters([column[0] for column in select])
        self._converters = [(place, *both) for place, both in converters.items()]

    def found(self, sql: str, params: tuple[Any, ...]) -> list[Any]:
        connection = connections[self._db]
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
            rows = cursor.fetchall()
        return [self._made(list(row), connection) for row in rows]

    def _made(self, row: list[Any], connection: Any) -> Model:
        for place, converters, column in self._converters:
            for convert in converters:
                row[place] = convert(row[place], column, connection)
        one: Model = self._model.from_db(self._db, self._names, row[self._own])
        for joined in self._joined:
            joined.populate(row, one)
        return one


class Together:
    """Several queries in one trip: of each what `each` takes, ROWS of values() or their COUNT.

    Rows come as JSON: their moments are texts, see made().
    """

    def __init__(self, queries: Mapping[str, QuerySet[Any, Any]], each: str = ROWS) -> None:
        written = [one.query.sql_with_params() for one in queries.values()]
        self._names = tuple(queries)
        self._sql = f"SELECT {', '.join(each.format(sql) for sql, _params in written)}"
        self._slots = _Slots([value for _sql, params in written for value in params])

    def ask(self, **given: Any) -> dict[str, Any]:
        """What each query found, by its name."""
        with connection.cursor() as cursor:
            cursor.execute(self._sql, self._slots.filled(given))
            return dict(zip(self._names, cursor.fetchone() or (), strict=True))


def made(model: type[M], row: Mapping[str, Any]) -> M:
    """The model of a row that came as JSON; `row` holds columns of the model by their names."""
    fields: Any = model._meta  # noqa: SLF001  Django documents it
    read = {name: fields.get_field(name).to_python(value) for name, value in row.items()}
    return model(**read)
