"""What all tests share."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import TransactionTestCase
from django.utils import translation

# Content types and permissions stay: Django makes them once, and would make them anew each time.
_EMPTY = """
DO $$
DECLARE
  name text;
  filled boolean;
  found text[] := '{}';
BEGIN
  -- The audit log lets nobody empty it; a replica's session has no triggers.
  PERFORM set_config('session_replication_role', 'replica', true);
  FOR name IN
    SELECT format('%I', relname) FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
    AND relname NOT IN ('django_migrations', 'django_content_type', 'auth_permission')
  LOOP
    EXECUTE 'SELECT EXISTS (SELECT FROM ' || name || ')' INTO filled;
    IF filled THEN found := found || name; END IF;
  END LOOP;
  IF found <> '{}' THEN EXECUTE 'TRUNCATE ' || array_to_string(found, ', ') || ' CASCADE'; END IF;
END $$
"""


def _empty(_case: TransactionTestCase) -> None:
    """Django's own way empties all tables, also those without a row: half of a test's time."""
    with connection.cursor() as cursor:
        cursor.execute(_EMPTY)


TransactionTestCase._fixture_teardown = _empty  # type: ignore[attr-defined]


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    """A request leaves its language behind in the thread; the next test begins in ours."""
    yield
    translation.deactivate()


@pytest.fixture(autouse=True)
def no_rule_is_remembered() -> Iterator[None]:
    """Redis outlives a test's rules: what the next one does must not be noted for them."""
    yield
    rule_kinds = sys.modules.get("helpdesk.services.rule_kinds")
    if rule_kinds is not None and rule_kinds.looked():
        rule_kinds.forget()
