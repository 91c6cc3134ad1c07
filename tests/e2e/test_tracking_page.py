"""What the page's script tells the desk, what it keeps, and how it shows an invitation."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route

from tests.e2e.conftest import until
from tests.e2e.sites import (
    KEY,
    PHONE,
    Site,
    becomes,
    hits_of,
    nth,
    panel,
    press,
    scripted,
    tracked,
    wait_for,
)

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

INVITE = {
    "id": "1",
    "name": "Help",
    "text": "Can I help you choose?",
    "button": "Yes, please",
    "agent": {"name": "Marta Nowak", "initials": "MN", "hue": 90},
    "action": "bubble",
    "url": "",
}


def invited(**changes: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda hit: {"invite": {**INVITE, **changes}} if hit["kind"] == "page" else {}


def test_an_invitation_moves_nothing_and_takes_no_focus(
    new_page: Callable[..., Page], site: Site
) -> None:
    page, told = tracked(new_page, site, "session", invited())
    page.focus("input")
    page.evaluate("Parley('on', 'invited', (one) => { document.body.dataset.seen = one.text; })")
    wait_for(page, told, "invited")
    becomes(page, "__root.querySelector('.ask')")
    assert page.evaluate("document.activeElement.tagName") == "INPUT"
    assert page.evaluate("__shifts.reduce((sum, one) => sum + one, 0)") == 0
    text = page.evaluate("__root.querySelector('.ask').innerText")
    assert "Marta Nowak" in text
    assert "Can I help you choose?" in text
    assert page.evaluate("__root.querySelector('.ask').closest('[aria-live]') !== null")
    page.keyboard.press("Escape")
    wait_for(page, told, "declined")
    assert page.evaluate("__root.querySelector('.ask')") is None
    assert page.evaluate("document.activeElement.tagName") == "INPUT"


def test_an_accepted_invitation_opens_the_chat(new_page: Callable[..., Page], site: Site) -> None:
    page, told = tracked(new_page, site, "session", invited())
    becomes(page, "__root.querySelector('.ask .do')")
    press(page, ".ask .do")
    wait_for(page, told, "accepted")
    panel(page).wait_for_selector("#begin, #text", state="visible")
    assert [one["kind"] for one in told].count("accepted") == 1


def test_an_invitation_is_text_and_its_card_leads_to_web_addresses_only(
    new_page: Callable[..., Page], site: Site
) -> None:
    text = "<img src=x onerror=\"document.title='hacked'\">"
    reply = invited(action="card", text=text, url="javascript:document.title='hacked'", agent=None)
    page, told = tracked(new_page, site, "session", reply)
    becomes(page, "__root.querySelector('.ask')")
    assert text in page.evaluate("__root.querySelector('.ask').innerText")
    assert page.evaluate("__root.querySelectorAll('.ask img, .ask a').length") == 0
    press(page, ".ask .do")
    wait_for(page, told, "accepted")
    assert page.title() == "Shop"
    page, told = tracked(
        new_page, site, "session", invited(action="card", url="https://faq.example/a")
    )
    becomes(page, "__root.querySelector('.ask a')")
    link = page.evaluate(
        "(({ href, target, rel }) => [href, target, rel])(__root.querySelector('.ask a'))"
    )
    assert link == ["https://faq.example/a", "_blank", "noopener"]


def test_the_panel_opens_itself_once_and_never_on_phones(
    new_page: Callable[..., Page], site: Site
) -> None:
    page, _told = tracked(new_page, site, "session", invited(action="open"))
    becomes(page, "__root.querySelector('iframe:not(.shut)')")
    page.evaluate("Parley('close')")
    page.reload()
    becomes(page, "window.__root && __root.querySelector('.ask')")
    phone, _told = tracked(new_page, site, "session", invited(action="open"), **PHONE)
    becomes(phone, "__root.querySelector('.ask')")
    assert phone.evaluate("__root.querySelector('iframe')") is None
    assert phone.evaluate(
        "__root.querySelector('.ask').getBoundingClientRect().right <= innerWidth"
    )


def test_do_not_disturb_is_remembered(new_page: Callable[..., Page], site: Site) -> None:
    page, told = tracked(new_page, site, "session")
    wait_for(page, told, "page")
    press(page, ".go")
    frame = panel(page)
    frame.wait_for_selector("#begin", state="visible")
    frame.evaluate("parent.postMessage({ parley: 'quiet', on: true }, '*')")
    becomes(page, f"localStorage['parley:{KEY}:quiet'] === '1'")
    page.evaluate("Parley('close')")
    page.unroute("**/hit/")
    told = hits_of(page, invited())
    page.reload()
    wait_for(page, told, "declined")
    assert page.evaluate("__root.querySelector('.ask')") is None


def test_off_sends_and_stores_nothing(new_page: Callable[..., Page], site: Site) -> None:
    page, told = tracked(new_page, site, "off", path="/?q=linen")
    page.wait_for_timeout(1000)
    page.evaluate("Parley('cart', { items: 1, value: 5, currency: 'EUR' })")
    page.evaluate("Parley('track', 'x'), Parley('set', { a: 1 }), Parley('consent', true)")
    page.wait_for_timeout(2500)
    page.goto(site.base + "/two")
    page.wait_for_timeout(500)
    assert told == []
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0


def test_session_knows_the_visit_and_not_the_visitor(
    new_page: Callable[..., Page], site: Site
) -> None:
    page, told = tracked(new_page, site, "session", path="/one?q=linen")
    first = wait_for(page, told, "page")
    assert wait_for(page, told, "search")["data"] == {"term": "linen"}
    assert wait_for(page, told, "beat")["seconds"] >= 1
    page.evaluate(
        "navigator.sendBeacon = (_to, body) => { sessionStorage.test = body; return true; }"
    )
    page.evaluate("location.href = '/two'")
    page.wait_for_url("**/two")
    bye = json.loads(page.evaluate("sessionStorage.test"))
    assert (bye["kind"], bye["visit"]) == ("bye", first["visit"])
    assert bye["page"]["url"].startswith(site.base + "/one")
    second = until(lambda: nth(page, told, "page", 2))
    assert (first["visitor"], second["visitor"]) == ("", "")
    assert first["visit"] == second["visit"]
    assert second["page"]["referrer"].startswith(site.base + "/one")
    assert (
        page.evaluate("Object.keys(localStorage).filter((name) => name.endsWith('visitor'))") == []
    )
    assert all("q=linen" in one["page"]["url"] for one in told[:2])


def test_consented_waits_for_a_yes_and_forgets_after_a_no(
    new_page: Callable[..., Page], site: Site
) -> None:
    uid = "v" * 32
    page, told = tracked(
        new_page,
        site,
        "consented",
        lambda hit: {"visitor": uid} if hit["kind"] == "consent" else {},
    )
    page.wait_for_timeout(2000)
    assert told == []
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    page.evaluate("Parley('consent', true, { version: '2026-05' })")
    assert wait_for(page, told, "consent")["data"] == {"granted": True, "version": "2026-05"}
    assert wait_for(page, told, "page")["visitor"] == uid
    page.reload()
    assert until(lambda: nth(page, told, "page", 2))["visitor"] == uid
    page.evaluate("Parley('consent', false)")
    no = until(lambda: nth(page, told, "consent", 2))
    assert (no["data"], no["visitor"]) == ({"granted": False}, uid)
    count = len(told)
    page.wait_for_timeout(2500)
    assert len(told) == count
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0


@pytest.mark.parametrize("signal", ["globalPrivacyControl: true", "doNotTrack: '1'"])
def test_a_browser_that_wants_no_tracking_has_none(
    new_page: Callable[..., Page], site: Site, signal: str
) -> None:
    page = new_page()
    name, value = signal.split(": ")
    page.add_init_script(
        f"Object.defineProperty(Navigator.prototype, '{name}', {{ get: () => {value} }})"
    )
    scripted(page, site, tracking="consented")
    told = hits_of(page, lambda hit: {"visitor": "v" * 32})
    page.goto(site.base + "/")
    becomes(page, "typeof window.Parley === 'function'")
    page.evaluate("Parley('consent', true), Parley('cart', { items: 1 })")
    page.wait_for_timeout(2500)
    assert told == []
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0


def test_signs_of_trouble_and_a_pointer_on_its_way_out(
    new_page: Callable[..., Page], site: Site
) -> None:
    page, told = tracked(new_page, site, "session")
    wait_for(page, told, "page")
    page.locator("body > button").click(click_count=3, delay=20)
    assert wait_for(page, told, "distress")["data"]["kind"] == "rage"
    for _ in range(3):
        page.locator("form button").click()
        page.wait_for_timeout(1000)
    error = until(lambda: nth(page, told, "distress", 2))
    assert error["data"] == {"kind": "error", "count": 3}
    page.mouse.move(300, 300)
    page.mouse.move(300, 1)
    page.evaluate(
        "document.documentElement.dispatchEvent(new MouseEvent('mouseleave', { clientY: -1 }))"
    )
    wait_for(page, told, "exit")


def test_routes_of_a_single_page_site_are_pages(new_page: Callable[..., Page], site: Site) -> None:
    page, told = tracked(new_page, site, "session")
    wait_for(page, told, "page")
    page.evaluate("history.pushState(null, '', '/other#part'); document.title = 'Other'")
    second = until(lambda: nth(page, told, "page", 2))
    assert second["page"]["url"] == site.base + "/other"
    assert second["page"]["title"] == "Other"
    assert second["page"]["referrer"] == site.base + "/"
    page.evaluate("location.hash = '#elsewhere'")
    page.wait_for_timeout(1500)
    assert len([one for one in told if one["kind"] == "page"]) == 2
    assert page.evaluate("String(history.pushState).includes('[native code]')")


@pytest.mark.parametrize(("status", "most"), [(403, 1), (429, 2), (503, 2)])
def test_a_desk_that_says_no_is_left_alone(
    new_page: Callable[..., Page], site: Site, status: int, most: int
) -> None:
    page = new_page()
    scripted(page, site, tracking="session")
    asked: list[str] = []

    def refuse(route: Route) -> None:
        asked.append(route.request.url)
        route.fulfill(status=status, body="{}", headers={"Access-Control-Allow-Origin": "*"})

    page.route("**/hit/", refuse)
    page.goto(site.base + "/")
    page.wait_for_timeout(9_000)
    assert 1 <= len(asked) <= most
