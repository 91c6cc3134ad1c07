"""Browser profiles that are used again: a first visit costs Chromium three seconds of work, for the
agents' page has some 180 files; with these in its cache, one.
"""

from __future__ import annotations

import json
from collections import defaultdict
from functools import partial
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Error

# What stays with a profile once it was done: such a one is nobody else's.
LASTING = ("add_init_script", "expose_function", "grant_permissions", "on", "route")


def profile(browser: Browser, options: dict[str, Any]) -> BrowserContext:
    """A fresh one."""
    context = browser.new_context(**{"locale": "en-GB", **options})
    context.set_default_timeout(15_000)
    return context


class Profiles:
    """Fresh ones, and those that came back: signed out, nothing stored, the files still cached."""

    def __init__(self, browser: Browser, base: str) -> None:
        self._browser = browser
        self._base = base
        self._free: dict[str, list[BrowserContext]] = defaultdict(list)
        self._marked: set[BrowserContext] = set()

    def lend(self, options: dict[str, Any], *, own: bool) -> tuple[str, BrowserContext]:
        """One with these options, and the key to give it back by. own: it comes back to nobody."""
        key = json.dumps(options, sort_keys=True)
        if self._free[key] and not own:
            return key, self._free[key].pop()
        context = profile(self._browser, options)
        if own:
            self._marked.add(context)
        for name in LASTING:
            setattr(context, name, partial(self._lasting, context, getattr(context, name)))
        return key, context

    def _lasting(self, context: BrowserContext, act: Any, *args: Any, **more: Any) -> Any:
        self._marked.add(context)
        return act(*args, **more)

    def take_back(self, key: str, context: BrowserContext) -> None:
        """Empty it, or close it where that cannot be."""
        try:
            if context in self._marked:
                context.close()
                return
            self._empty(context)
        except Error:  # the test has closed it
            return
        self._free[key].append(context)

    def _empty(self, context: BrowserContext) -> None:
        context.set_offline(False)
        last = context.new_page()
        for page in context.pages:  # before the cookies go: else what still loads is signed out
            if page is not last:
                page.close()
        context.clear_cookies()
        tools = context.new_cdp_session(last)
        storage = {"origin": self._base, "storageTypes": "local_storage,indexeddb,service_workers"}
        tools.send("Storage.clearDataForOrigin", storage)
        last.close()
