"""What Prometheus may know of the server."""

from __future__ import annotations

from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from mercer.core.errors import MercerError

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
OTHER = "other"
"""The label of paths that are no operation: what strangers type must not make new time series."""


class Measures:
    """Counters and histograms of one server; each server has its own registry, so that tests may run several."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._seconds = Histogram(
            "mercer_request_seconds",
            "Time from a request's head to its reply",
            ["operation", "status"],
            buckets=SECONDS,
            registry=self.registry,
        )
        self._decisions = Counter(
            "mercer_decisions", "Answers given and recorded", ["capability", "model"], registry=self.registry
        )
        self._rows = Counter(
            "mercer_rows",
            "Rows sent to the shop by what became of them",
            ["operation", "outcome"],
            registry=self.registry,
        )
        self._models = Gauge(
            "mercer_model", "1 for the model that answers now", ["capability", "model"], registry=self.registry
        )
        self._jobs = Counter(
            "mercer_jobs", "Slow operations by how they ended", ["operation", "state"], registry=self.registry
        )
        # The library looks a counter up by its labels in a slow way; we keep those we have met.
        self._seen: dict[tuple[str, int], Histogram] = {}
        self._answered: dict[tuple[str, str], Counter] = {}

    def request(self, operation: str, status: int, seconds: float) -> None:
        """One request was answered."""
        histogram = self._seen.get((operation, status))
        if histogram is None:
            histogram = self._seen[operation, status] = self._seconds.labels(operation, str(status))
        histogram.observe(seconds)

    def decision(self, capability: str, model: str) -> None:
        """A question was answered."""
        counter = self._answered.get((capability, model))
        if counter is None:
            counter = self._answered[capability, model] = self._decisions.labels(capability, model)
        counter.inc()

    def rows(self, operation: str, counts: Mapping[str, int]) -> None:
        """Rows were taken; ``counts`` by what became of them."""
        for outcome, number in counts.items():
            self._rows.labels(operation, outcome).inc(number)

    def refused(self, operation: str, error: MercerError) -> None:
        """An operation's input was refused; counts the rows that were at fault."""
        rows = {fault.row for fault in error.faults if fault.row is not None}
        if rows:
            self._rows.labels(operation, "refused").inc(len(rows))

    def job(self, operation: str, state: str) -> None:
        """Count a slow operation that ended."""
        self._jobs.labels(operation, state).inc()

    def text(self, models: dict[str, str | None]) -> bytes:
        """The exposition text; ``models`` says which model answers each capability now."""
        self._models.clear()
        for capability, model in models.items():
            if model:
                self._models.labels(capability, model).set(1)
        return generate_latest(self.registry)
