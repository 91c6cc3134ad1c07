"""Folders outside pytest's own, which the unprivileged account of the servers cannot enter."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from helpdesk.embedded.accounts import Account, service_account
from helpdesk.embedded.testing import scratch_folder


@pytest.fixture(scope="session")
def account() -> Account | None:
    return service_account()


@pytest.fixture
def folder(account: Account | None) -> Iterator[Path]:
    path = scratch_folder(account)
    yield path
    shutil.rmtree(path, ignore_errors=True)
