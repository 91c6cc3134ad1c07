"""Counts of this very process for Prometheus: requests by route, sockets."""

from __future__ import annotations

from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from helpdesk import draining

PREFIX = "parley_"
PROCESS = CollectorRegistry(auto_describe=True)
_requests = Counter(
    "parley_requests", "Requests that were answered.", ("route", "status"), registry=PROCESS
)
_seconds = Histogram(
    "parley_request_seconds",
    "How long they took.",
    ("route",),
    buckets=(0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
    registry=PROCESS,
)
_acks = Histogram(
    "parley_ack_seconds",
    "From a visitor's text to its acknowledgement, after COMMIT.",
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
    registry=PROCESS,
)
_resumed = Counter("parley_sockets_resumed", "Visitors that came back.", registry=PROCESS)
_gaps = Counter("parley_gaps_filled", "Messages told by a welcome.", registry=PROCESS)
_lost = Counter("parley_pushes_lost", "Pushes that Valkey did not take.", registry=PROCESS)
_sockets = Gauge("parley_sockets", "Open sockets of this process.", registry=PROCESS)
_sockets.set_function(lambda: len(draining.state.sockets))


def answered(route: str, status: int, seconds: float) -> None:
    """Count one request. route: the name of the address, never the address itself."""
    _requests.labels(route or "none", f"{status // 100}xx" if status != 403 else "403").inc()
    _seconds.labels(route or "none").observe(seconds)


def acknowledged(seconds: float) -> None:
    """A visitor's text is stored, and its browser knows it."""
    _acks.observe(seconds)


def resumed(gap: int) -> None:
    """A visitor came back with what it knew; so many messages were missing."""
    _resumed.inc()
    _gaps.inc(gap)


def push_lost() -> None:
    """A push is gone; its readers fill the gap."""
    _lost.inc()


class _Once:
    """A collector of figures that were read for this one scrape."""

    def __init__(self, told: Iterable[tuple[str, str, str, float, dict[str, str]]]) -> None:
        self._told = list(told)

    def collect(self) -> Iterable[Metric]:
        families: dict[str, Metric] = {}
        for name, words, kind, value, labels in self._told:
            if name not in families:
                made = CounterMetricFamily if kind == "counter" else GaugeMetricFamily
                families[name] = made(PREFIX + name, words, labels=list(labels))
            families[name].add_metric(list(labels.values()), value)  # type: ignore[attr-defined]
        return families.values()


def text(told: Iterable[tuple[str, str, str, float, dict[str, str]]]) -> bytes:
    """Everything in Prometheus' text format. told: (name, help, kind, value, labels)."""
    once = CollectorRegistry()
    once.register(_Once(told))  # type: ignore[arg-type]
    return generate_latest(PROCESS) + generate_latest(once)
