"""Each protection is taken away once, and its test must notice: a test that stays green guards
nothing. The patches are laid on a copy of the tree, one at a time.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CODE = ("manage.py", "pyproject.toml", "config", "helpdesk", "chat", "channels_email",
        "channels_sms", "channels_social", "templates", "static", "locale", "tests")  # fmt: skip


@dataclass(frozen=True)
class Protection:
    """What stands in the file, what is left of it, and the test that must turn red."""

    file: str
    there: str
    gone: str
    test: str


PROTECTIONS = {
    "a post needs the token of our page (SEC-21)": Protection(
        "config/settings/base.py",
        '    "django.middleware.csrf.CsrfViewMiddleware",\n',
        "",
        "tests/security/test_csrf.py::test_no_post_without_a_token",
    ),
    "rows of one's own inboxes only (SEC-6)": Protection(
        "helpdesk/permissions.py",
        "return manager.filter(_within(path, model, inboxes(user))) if path else manager.none()",
        "return manager",
        "tests/core/test_rights.py::test_an_agent_of_another_team",
    ),
    "strangers' HTML is cleaned (SEC-2)": Protection(
        "helpdesk/safe_html/cleaning.py",
        "before, cleaned = cleaned, _CLEANER.clean(cleaned).strip()",
        "before = cleaned",
        "tests/safe_html/test_cleaning.py::test_nothing_of_a_hostile_mail_is_left",
    ),
    "no call into a private network (SEC-12)": Protection(
        "helpdesk/outbound_http.py",
        "session = _policy().get_antissrf_session()",
        "session = requests.Session()",
        "tests/core/test_outbound_http.py::test_refused_addresses",
    ),
    "a webhook is signed by its provider (SEC-36)": Protection(
        "channels_sms/providers/twilio_signature.py",
        "    return any(\n        hmac.compare_digest",
        "    return True or any(\n        hmac.compare_digest",
        "tests/channels_sms/test_twilio_signature.py::test_another_signature_is_none",
    ),
    "a file never runs on our origin (SEC-4)": Protection(
        "helpdesk/files.py",
        "inline = attachment.content_type in INLINE",
        "inline = True",
        "tests/core/test_api.py::test_c5_a_download_never_runs_on_our_origin",
    ),
    "no card's number is kept of a text": Protection(
        "helpdesk/filing.py",
        "return file(inbox, card_numbers.masked(inbound))",
        "return file(inbox, inbound)",
        "tests/core/test_card_inlets.py",
    ),
    "no card's number is kept of a payload": Protection(
        "helpdesk/inbound.py",
        "clean = [card_numbers.masked(one) for one in parsed]",
        "clean = list(parsed)",
        "tests/core/test_card_inlets.py",
    ),
    "who is switched off is signed out (SEC-24)": Protection(
        "helpdesk/services/people.py",
        "    sign_ins.end_all(agent)\n    joining.withdraw_all_of(agent, by=by)\n",
        "    joining.withdraw_all_of(agent, by=by)\n",
        "tests/accounts/test_people.py::test_switching_off_and_on",
    ),
    "templates neither loop nor read files (SEC-28)": Protection(
        "helpdesk/phrasing/texts.py",
        "    made.tags = {name: made.tags[name] for name in (TOKEN_CONTENT, TOKEN_ILLEGAL)}\n",
        "",
        "tests/core/test_phrasing.py::test_what_is_refused_and_where",
    ),
    "a note is not for its customer (SEC-39)": Protection(
        "helpdesk/realtime/publish.py",
        'if not message["internal"] and message["conversation"]',
        'if message["conversation"]',
        "tests/security/test_notes.py",
    ),
}


def environment() -> dict[str, str]:
    """The services of this run; the copy's programs, and nothing of pytest's own."""
    mine = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    return {**mine, "PARLEY_CASES": "20"}


def run(tree: Path, *tests: str) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-m", "pytest", "-n", "0", "-x", "-q", "--reuse-db", "--tb=line",
            "--show-capture=no", "-p", "no:cacheprovider", *tests]  # fmt: skip
    return subprocess.run(
        argv, cwd=tree, env=environment(), text=True, capture_output=True, check=False, timeout=600
    )


@pytest.fixture(scope="module")
def tree(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A copy of the product whose tests are all green; they share this run's database."""
    copy = tmp_path_factory.mktemp("mutations")
    quiet = shutil.ignore_patterns("__pycache__", "*.mp4")
    for name in CODE:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, copy / name, ignore=quiet)
        else:
            shutil.copy2(source, copy / name)
    untouched = run(copy, *(one.test for one in PROTECTIONS.values()))
    assert untouched.returncode == 0, untouched.stdout
    yield copy
    shutil.rmtree(copy, ignore_errors=True)


@pytest.mark.parametrize("name", PROTECTIONS)
def test_it_stands_where_it_is_looked_for(name: str) -> None:
    one = PROTECTIONS[name]
    whole = (ROOT / one.file).read_text(encoding="utf-8")
    assert whole.count(one.there) == 1, f"{one.file} has changed: mend this row"


@pytest.mark.mutations
@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", PROTECTIONS)
def test_its_test_notices(tree: Path, name: str) -> None:
    one = PROTECTIONS[name]
    file = tree / one.file
    whole = file.read_text(encoding="utf-8")
    file.write_text(whole.replace(one.there, one.gone), encoding="utf-8")
    later = time.time() + 10  # what was compiled before is older, also within one second
    os.utime(file, (later, later))
    try:
        found = run(tree, one.test)
    finally:
        file.write_text(whole, encoding="utf-8")
    assert found.returncode == 1, f"nobody noticed:\n{found.stdout}"
    assert "failed" in found.stdout
