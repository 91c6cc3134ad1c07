"""The two readers of the API's document: under our policy, and with nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Desk

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]
READERS = {"docs/": "Send message", "docs/reference/": "Send message"}
# A picture that Redoc asks its makers for: our policy stops it before anything leaves.
PICTURE = "https://cdn.redoc.ly/redoc/logo-mini.svg"
LOGO = f"img-src {PICTURE}"
PROBE = """
  window.__stopped = [];
  addEventListener("securitypolicyviolation", (event) => {
    window.__stopped.push(`${event.violatedDirective} ${event.blockedURI}`);
  });
"""


@pytest.mark.parametrize(("path", "words"), READERS.items(), ids=READERS)
def test_it_is_drawn_by_ourselves(
    desk: Desk, agent_page: Callable[..., Page], faults: list[str], path: str, words: str
) -> None:
    page = agent_page("admin@parley.example")
    page.context.add_init_script(PROBE)
    elsewhere: list[str] = []
    page.on(
        "requestfinished",
        lambda one: (
            None if one.url.startswith((desk.base, "data:", "blob:")) else elsewhere.append(one.url)
        ),
    )
    page.goto(f"{desk.base}/api/v1/{path}")
    expect(page.get_by_text(words).first).to_be_attached(timeout=30_000)
    assert set(page.evaluate("window.__stopped")) <= {LOGO}
    assert elsewhere == []
    faults[:] = [one for one in faults if PICTURE not in one]
