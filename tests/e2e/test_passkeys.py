"""A passkey in a real browser: added, used instead of the password, and taken away again."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import PASSWORD, Desk

pytestmark = pytest.mark.e2e
KEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def test_a_passkey_opens_the_desk(desk: Desk, new_page: Callable[..., Page]) -> None:
    page = new_page()
    # Browsers offer keys to names, and this machine's number is none.
    base = desk.base.replace("127.0.0.1", "localhost")
    browser = page.context.new_cdp_session(page)
    browser.send("WebAuthn.enable")
    browser.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})
    page.goto(f"{base}/login/")
    page.fill("input[name=username]", "petra@parley.example")
    page.fill("input[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/inbox/**")
    page.goto(f"{base}/account/second-factor/webauthn/add/")
    page.check("input[name=passwordless]")
    page.click("#mfa_webauthn_add")
    page.wait_for_url("**/recovery-codes/")
    try:
        page.context.clear_cookies()
        page.goto(f"{base}/login/")
        page.click("#passkey_login")
        page.wait_for_url("**/inbox/**")
        page.goto(f"{base}/account/")
        expect(page.get_by_text("A password alone does not open your account.")).to_be_visible()
    finally:
        page.goto(f"{base}/account/second-factor/webauthn/")
        page.locator("a[href*=remove]").first.click()
        page.locator("form button.danger").click()
        expect(page.locator("a[href*=remove]")).to_have_count(0)
