"""What all tests share."""

from __future__ import annotations

import sys
import uuid
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
BEGIN
  -- A replica's session has no triggers: neither the audit log's, which lets nobody empty it, nor
  -- those of foreign keys, so that the order of the tables does not matter.
  PERFORM set_config('session_replication_role', 'replica', true);
  FOR name IN
    SELECT format('%I', relname) FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
    AND relname NOT IN ('django_migrations', 'django_content_type', 'auth_permission')
  LOOP
    EXECUTE 'SELECT EXISTS (SELECT FROM ' || name || ')' INTO filled;
    IF filled THEN EXECUTE 'DELETE FROM ' || name; END IF;
  END LOOP;
END $$
"""


def _empty(_case: TransactionTestCase) -> None:
    """Django's own way makes new files for all tables and their indexes: half of a test's time."""
    with connection.cursor() as cursor:
        cursor.execute(_EMPTY)


TransactionTestCase._fixture_teardown = _empty  # type: ignore[attr-defined]


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    """A request leaves its language behind in the thread; the next test begins in ours."""
    yield
    translation.deactivate()


@pytest.fixture(autouse=True)
def nobody_is_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Valkey outlives a test's visitors: a later one's sweep would look for their conversations."""
    here = sys.modules.get("chat.here")
    if here is not None:
        monkeypatch.setattr(here, "KEY", f"test:here:{uuid.uuid4()}")


@pytest.fixture(autouse=True)
def no_rule_is_remembered() -> Iterator[None]:
    """Redis outlives a test's rules: what the next one does must not be noted for them."""
    yield
    rule_kinds = sys.modules.get("helpdesk.services.rule_kinds")
    if rule_kinds is not None and rule_kinds.looked():
        rule_kinds.forget()
