"""Full-text search: what the index knows of a message, a customer's name and an address.

The folding is part of the rows; who changes search_words.FOLDS writes a migration like this one.
"""

from __future__ import annotations

from django.db import migrations

from helpdesk.search_words import FOLDS

# Enough for the longest mail that people write, and less than a tsvector holds.
MOST = 200_000


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _vector(column: str) -> str:
    """What the index knows of a column. A query has to say it in the same words."""
    folded = f"translate(left({column}, {MOST}), {_quoted(''.join(FOLDS))}, "
    return f"to_tsvector('simple', {folded}{_quoted(''.join(FOLDS.values()))}))"


FOLD = f"""
CREATE FUNCTION helpdesk_words(text) RETURNS tsvector LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN {_vector("$1")};
"""
MESSAGES = """
ALTER TABLE helpdesk_message ADD COLUMN words tsvector
    GENERATED ALWAYS AS (helpdesk_words(subject || ' ' || body)) STORED;
CREATE INDEX message_words ON helpdesk_message USING gin (words);
"""
CUSTOMERS = """
CREATE INDEX customer_words ON helpdesk_customer USING gin (helpdesk_words(name));
CREATE INDEX identity_words ON helpdesk_customeridentity USING gin (helpdesk_words(address));
"""


class Migration(migrations.Migration):
    dependencies = (("helpdesk", "0007_ledger"),)

    operations = (
        migrations.RunSQL(FOLD, "DROP FUNCTION helpdesk_words(text)"),
        migrations.RunSQL(MESSAGES, "ALTER TABLE helpdesk_message DROP COLUMN words"),
        migrations.RunSQL(CUSTOMERS, "DROP INDEX customer_words; DROP INDEX identity_words"),
    )
