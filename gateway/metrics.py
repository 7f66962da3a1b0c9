"""What the gateway counts about itself, for /metrics. Figures about service quality are `cases.quality`'s.

Label values come from closed lists (outcomes, notice names, kinds of failure, promises), never from a message:
so their number stays small and nothing private can get in (RELIABILITY G19).
"""

from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Gauge

from gateway.cases.case import Step
from gateway.cases.commitments import MISSED


@dataclass(frozen=True, slots=True)
class Metrics:
    """Every instrument, and the registry in which they are."""

    registry: CollectorRegistry
    mails_kept: Counter
    intake_outcomes: Counter
    """By `outcome`."""
    notices_sent: Counter
    """By `notice`."""
    delivery_failures: Counter
    """By `kind`."""
    in_doubt: Counter
    """Deliveries of which nobody knows whether they arrived (RELIABILITY F22)."""
    commitments_missed: Counter
    """By `promise`, the P-id of SERVICE.md; counted when the clock finds it so."""
    open_cases: Gauge
    inbox_waiting: Gauge
    outbox_waiting: Gauge

    def count_missed(self, step: Step) -> None:
        """Count what this step found to be missed."""
        for entry in step.entries:
            if entry.kind == "commitment" and entry.detail["state"] == MISSED:
                self.commitments_missed.labels(entry.promise).inc()


def new_metrics() -> Metrics:
    """Instruments at zero, in a registry of their own: two gateways in one process do not share figures."""
    registry = CollectorRegistry()

    def counter(name: str, says: str, *labels: str) -> Counter:
        return Counter(name, says, labels, namespace="gateway", registry=registry)

    def gauge(name: str, says: str) -> Gauge:
        return Gauge(name, says, namespace="gateway", registry=registry)

    return Metrics(
        registry=registry,
        mails_kept=counter("mails_kept", "Messages kept in the inbox"),
        intake_outcomes=counter("intake_outcomes", "What became of messages taken in", "outcome"),
        notices_sent=counter("notices_sent", "Notices that left", "notice"),
        delivery_failures=counter("delivery_failures", "Deliveries that failed", "kind"),
        in_doubt=counter("in_doubt", "Deliveries that may or may not have arrived"),
        commitments_missed=counter("commitments_missed", "Commitments missed", "promise"),
        open_cases=gauge("open_cases", "Cases not closed"),
        inbox_waiting=gauge("inbox_waiting", "Messages kept and not yet taken in"),
        outbox_waiting=gauge("outbox_waiting", "Messages composed and not yet sent"),
    )
