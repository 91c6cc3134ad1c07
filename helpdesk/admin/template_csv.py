"""Templates as a file for spreadsheets: one line for each variant."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.conf import settings
from django.utils.translation import gettext as _

from helpdesk.adapters import adapters
from helpdesk.models import Register, Template
from helpdesk.phrasing import texts
from helpdesk.phrasing.texts import Fault
from helpdesk.selectors.leads import harmless

COLUMNS = ("shortcut", "name", "category", "exempt", "language", "register", "channel", "text")
FILES = "files"  # names only: a sheet carries no pictures
_BETWEEN = "; "
MOST_LINES = 5_000
_SHORTCUT = re.compile(r"[\w-]{1,40}\Z")
_YES = frozenset({"1", "yes", "true", "x"})
_UNSAFE = "=+-@\t\r"  # what `harmless` puts an apostrophe before


@dataclass
class Sheet:
    """What a file holds: rows to write, or what is wrong by line. Nothing is half read."""

    rows: list[dict[str, str | bool]] = field(default_factory=list)
    errors: list[tuple[int, str]] = field(default_factory=list)


def words(fault: Fault) -> str:
    """A fault for people, with its place."""
    said = {
        "fact": _("Unknown placeholder: %(what)s."),
        "filter": _("Unknown filter: %(what)s."),
        "long": _("The text is too long: %(what)s characters."),
        "syntax": _("This cannot be read: %(what)s."),
    }[fault.kind] % {"what": fault.what}
    if not fault.line:
        return said
    place = _("Line %(line)s, column %(column)s:") % {"line": fault.line, "column": fault.column}
    return f"{place} {said}"


def written(found: Iterable[Template]) -> str:
    """The file: UTF-8 with a byte order mark, columns first."""
    text = io.StringIO()
    text.write("\ufeff")
    writer = csv.writer(text)
    writer.writerow([*COLUMNS, FILES])
    for template in found:
        head = (
            template.shortcut,
            template.name,
            template.category,
            "yes" if template.exempt else "",
        )
        for one in template.variants.all():
            files = _BETWEEN.join(_names(template, one.pk))
            cells = (*head, one.language, one.register, one.channel, one.text, files)
            writer.writerow([harmless(cell) for cell in cells])
    return text.getvalue()


def _names(template: Template, variant_id: int) -> list[str]:
    """Of the files that go with a variant; `;` stands between names, so none holds it."""
    fitting = (one for one in template.files.all() if one.variant_id in {None, variant_id})
    return [one.attachment.name.replace(";", ",") for one in fitting]


def named_files(row: Mapping[str, str | bool]) -> list[str]:
    """The names in the files column of a row."""
    return [one.strip() for one in str(row.get(FILES) or "").split(";") if one.strip()]


def read(text: str) -> Sheet:
    """The rows of a file. Lines are counted as spreadsheets do, the names being line 1."""
    sheet = Sheet()
    try:
        lines = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), strict=True))
    except csv.Error as error:
        sheet.errors.append((0, str(error)))
        return sheet
    missing = [one for one in ("shortcut", "name", "text") if not lines or one not in lines[0]]
    if missing:
        sheet.errors.append((1, _("Missing columns: %(names)s.") % {"names": ", ".join(missing)}))
        return sheet
    if len(lines) > MOST_LINES:
        sheet.errors.append((MOST_LINES + 2, _("The file has too many lines.")))
        return sheet
    seen: dict[tuple[str, ...], int] = {}
    for number, line in enumerate(lines, start=2):
        row = {key: _cell(line.get(key)) for key in (*COLUMNS, FILES)}
        faults = _faults(row)
        key = tuple(row[one] for one in ("shortcut", "language", "register", "channel"))
        if key in seen:
            faults.append(_("The same variant as line %(line)s.") % {"line": seen[key]})
        seen.setdefault(key, number)
        sheet.errors += [(number, one) for one in faults]
        sheet.rows.append({**row, "exempt": row["exempt"].lower() in _YES})
    return sheet


def _cell(value: str | None) -> str:
    text = (value or "").strip()
    # What our own export made harmless comes back as it was.
    return text[1:] if text[:1] == "'" and text[1:2] and text[1] in _UNSAFE else text


def _faults(row: dict[str, str]) -> list[str]:
    """What is wrong with a row; a register that is left out is neutral."""
    row["register"] = row["register"].lower() or Register.NEUTRAL
    found: list[str] = []
    if not _SHORTCUT.match(row["shortcut"]):
        found.append(_("Letters, digits, - and _ only."))
    if not row["name"] or len(row["name"]) > 120 or len(row["category"]) > 60:
        found.append(_("The name or the category is missing or too long."))
    if row["language"] not in {"", *dict(settings.LANGUAGES)}:
        found.append(_("Unknown language: %(what)s.") % {"what": row["language"]})
    if row["register"] not in Register.values:
        found.append(_("Unknown form of address: %(what)s.") % {"what": row["register"]})
    if row["channel"] not in {"", *(one.channel for one in adapters())}:
        found.append(_("Unknown channel: %(what)s.") % {"what": row["channel"]})
    if not row["text"]:
        found.append(_("The text is missing."))
    fault = texts.fault(row["text"])
    return [*found, words(fault)] if fault else found
