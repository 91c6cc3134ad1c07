"""A list of customers from a spreadsheet: mapped, looked at, brought in, and taken back."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from helpdesk import audit
from helpdesk.models import (
    Act,
    Agent,
    Conversation,
    Customer,
    CustomerIdentity,
    CustomField,
    ImportRun,
)
from helpdesk.services import customers, erasing
from helpdesk.services.custom_fields import checked
from helpdesk.services.customers import LINES, InvalidCustomerError
from helpdesk.services.leads import InvalidLeadError, typed_email, typed_phone
from helpdesk.services.text import clean_line, mask_cards

MOST_BYTES = 5_000_000
MOST_ROWS = 20_000
MOST_COLUMNS = 60
MOST_FAULTS = 100
SOURCE = "customers"
EVIDENCE = "imported list"
_GUESSES = {
    "email": ("email", "e-mail", "mail", "e-mail address", "email address"),
    "phone": ("phone", "telephone", "mobile", "phone number", "tel"),
    "name": ("name", "full name", "customer", "contact"),
    "company": ("company", "organisation", "organization", "firm"),
    "city": ("city", "town"),
    "language": ("language", "locale"),
}


class SheetError(ValueError):
    """The file as a whole cannot be used; the text says why."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file: the names of its columns, and its rows."""

    columns: list[str]
    rows: list[list[str]]


@dataclass
class Outcome:
    """What would become, or became, of the rows. faults: (line, why)."""

    new: int = 0
    known: int = 0
    erased: int = 0
    faults: list[tuple[int, str]] = field(default_factory=list)
    faulty: int = 0

    def fault(self, line: int, why: str) -> None:
        """One row that is left out."""
        self.faulty += 1
        self.faults = [*self.faults, (line, why)][:MOST_FAULTS]


def read(text: str) -> Sheet:
    """A CSV with comma, semicolon or tab, its first line the names. Raises SheetError."""
    plain = text.removeprefix("\ufeff").replace("\x00", "")
    first = plain.partition("\n")[0]
    comma = max(",;\t", key=first.count)
    try:
        lines = [one for one in csv.reader(io.StringIO(plain), delimiter=comma) if any(one)]
    except csv.Error as error:
        raise SheetError(_("This is no CSV file: %(why)s") % {"why": error}) from None
    if len(lines) < 2:
        raise SheetError(_("The file has no rows below its first line."))
    if len(lines) > MOST_ROWS + 1 or len(lines[0]) > MOST_COLUMNS:
        raise SheetError(
            _("At most %(rows)d rows and %(columns)d columns at once.")
            % {"rows": MOST_ROWS, "columns": MOST_COLUMNS}
        )
    return Sheet([one.strip()[:80] for one in lines[0]], lines[1:])


def targets() -> list[tuple[str, str]]:
    """What a column may become: (name, label)."""
    usual = [
        ("email", _("E-mail")),
        ("phone", _("Phone")),
        ("name", _("Name")),
        ("company", _("Company")),
        ("city", _("City")),
        ("language", _("Language")),
    ]
    return [*usual, *((f"fields.{one.key}", str(one)) for one in CustomField.objects.all())]


def guess(sheet: Sheet) -> dict[int, str]:
    """What the columns most probably are, by their names."""
    labels = {label.lower(): name for name, label in targets()}
    words = {word: name for name, usual in _GUESSES.items() for word in usual} | labels
    found: dict[int, str] = {}
    for place, column in enumerate(sheet.columns):
        name = words.get(column.lower())
        if name and name not in found.values():
            found[place] = name
    return found


@dataclass(frozen=True, slots=True)
class _Row:
    addresses: list[tuple[str, str]]
    facts: dict[str, Any]

    @property
    def keys(self) -> set[tuple[str, str]]:
        """By which a second row of the same person is known."""
        return {(kind, address.lower()) for kind, address in self.addresses}


def look(sheet: Sheet, mapping: Mapping[int, str]) -> Outcome:
    """A dry run: writes nothing."""
    outcome, seen = Outcome(), set[tuple[str, str]]()
    fields = list(CustomField.objects.all())
    for line, cells in enumerate(sheet.rows, 2):
        try:
            row = _row(cells, mapping, fields)
        except ValueError as error:
            outcome.fault(line, str(error))
            continue
        if any(erasing.is_erased(kind, address) for kind, address in row.addresses):
            outcome.erased += 1
        elif _known(row) or seen & row.keys:
            outcome.known += 1
        else:
            outcome.new += 1
        seen |= row.keys
    return outcome


def bring(sheet: Sheet, mapping: Mapping[int, str], *, by: Agent, name: str = "") -> ImportRun:
    """Make who is new, fill what we lacked of who is known; nothing is overwritten. One
    transaction: all of it or nothing, and one act that can be taken back.
    """
    outcome = Outcome()
    made: list[int] = []
    filled: dict[str, dict[str, list[Any]]] = {}
    fields = list(CustomField.objects.all())
    with transaction.atomic():
        for line, cells in enumerate(sheet.rows, 2):
            try:
                row = _row(cells, mapping, fields)
                if any(erasing.is_erased(kind, address) for kind, address in row.addresses):
                    outcome.erased += 1
                    continue
                known = _known(row)
                if known is None:
                    made.append(_make(row, by).pk)
                    outcome.new += 1
                else:
                    if changed := _fill(known, row, by):
                        filled.setdefault(str(known.pk), {}).update(changed)
                    outcome.known += 1
            except ValueError as error:
                outcome.fault(line, str(error))
        counts = {"new": outcome.new, "known": outcome.known, "erased": outcome.erased}
        run = ImportRun.objects.create(
            source=SOURCE, name=clean_line(name, 200), by=by, at=datetime.now(UTC), made=made,
            filled=filled,
            report={"counts": {**counts, "faulty": outcome.faulty}, "faults": outcome.faults},
        )  # fmt: skip
        told = {what: (0, many) for what, many in counts.items()}
        audit.record(Act.IMPORTED, run, by=by, changes=told)
    return run


def undo(run_id: int, *, by: Agent) -> tuple[int, int]:
    """Take a run back: (customers that went, that stay since something happened with them)."""
    with transaction.atomic():
        run = ImportRun.objects.select_for_update().get(pk=run_id, source=SOURCE)
        if run.undone_at is not None:
            return 0, 0
        gone = sum(_unmake(pk) for pk in run.made)
        for pk, columns in run.filled.items():
            _unfill(int(pk), columns, by)
        run.undone_at = datetime.now(UTC)
        run.made, run.filled = [], {}
        stayed = int(run.report["counts"]["new"]) - gone
        run.save(update_fields=["undone_at", "made", "filled"])
        told = {"gone": (0, gone), "stayed": (0, stayed)}
        audit.record(Act.DELETED, run, by=by, changes=told)
    return gone, stayed


def _row(cells: list[str], mapping: Mapping[int, str], fields: list[CustomField]) -> _Row:
    """What a line says. Raises ValueError with words for whoever reads the report."""
    given = {name: cells[place].strip() for place, name in mapping.items() if place < len(cells)}
    addresses: list[tuple[str, str]] = []
    try:
        if given.get("email"):
            addresses.append(("email", typed_email(given["email"])))
        if given.get("phone"):
            addresses.append(("phone", typed_phone(given["phone"])))
    except InvalidLeadError as error:
        raise ValueError(str(error)) from None
    if not addresses:
        raise ValueError(_("Neither an e-mail address nor a phone number."))
    facts: dict[str, Any] = {
        name: mask_cards(clean_line(given[name], LINES.get(name, 200)))
        for name in ("name", "company", "city", "language")
        if given.get(name)
    }
    faults: dict[str, str] = {}
    own = {
        name.removeprefix("fields."): value
        for name, value in given.items()
        if name.startswith("fields.") and value
    }
    facts["fields"] = checked(own, {}, fields, faults)
    if faults:
        raise ValueError("; ".join(faults.values()))
    return _Row(addresses, facts)


def _known(row: _Row) -> Customer | None:
    for kind, address in row.addresses:
        same = CustomerIdentity.objects.filter(kind=kind, address__iexact=address)
        found = same.select_related("customer").first()
        if found is not None:
            return found.customer
    return None


def _make(row: _Row, by: Agent) -> Customer:
    customer = Customer.objects.create(name=row.facts.get("name", ""))
    for kind, address in row.addresses:
        CustomerIdentity.objects.create(
            customer=customer, kind=kind, address=address, evidence=EVIDENCE
        )
    _change(customer, {name: value for name, value in row.facts.items() if value}, by)
    return customer


def _fill(customer: Customer, row: _Row, by: Agent) -> dict[str, list[Any]]:
    """What we lacked; {column: [before, after]}."""
    held = customers.held(customer.pk)
    wanted = {
        name: value
        for name, value in row.facts.items()
        if name != "fields" and value and not getattr(held, name)
    }
    own = {key: value for key, value in row.facts["fields"].items() if key not in held.fields}
    _change(held, {**wanted, **({"fields": own} if own else {})}, by)
    told: dict[str, list[Any]] = {name: ["", value] for name, value in wanted.items()}
    return told | {f"fields.{key}": [None, value] for key, value in own.items()}


def _change(customer: Customer, wanted: Mapping[str, Any], by: Agent) -> None:
    try:
        if wanted:
            customers.change(customer.pk, wanted, by=by)
    except InvalidCustomerError as error:
        raise ValueError(str(error)) from None


def _unmake(pk: int) -> bool:
    """Delete a customer with whom nothing has happened since."""
    talked = Conversation.objects.filter(customer=pk).exists()
    fresh = Customer.objects.filter(pk=pk, merged_into=None, erased_at=None, leads=None)
    if talked or not fresh.exists():
        return False
    try:
        with transaction.atomic():
            fresh.delete()
    except ProtectedError:
        return False
    return True


def _unfill(pk: int, columns: Mapping[str, list[Any]], by: Agent) -> None:
    """Empty what the run filled, unless somebody wrote something else there since."""
    customer = Customer.objects.filter(pk=pk, merged_into=None).select_related("company").first()
    if customer is None:
        return
    wanted: dict[str, Any] = {}
    own: dict[str, Any] = {}
    for name, (_before, after) in columns.items():
        if name.startswith("fields."):
            key = name.removeprefix("fields.")
            if customer.fields.get(key) == after:
                own[key] = None
        elif str(getattr(customer, name) or "") == after:
            wanted[name] = ""
    _change(customer, {**wanted, **({"fields": own} if own else {})}, by)
