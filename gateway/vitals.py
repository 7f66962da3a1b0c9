"""What each part of a running gateway says of itself, for /readyz and /metrics."""

import asyncio
from collections.abc import Mapping, Sequence

from gateway.channels.maildir import MaildirOutgoing
from gateway.channels.smtp_server import MailServer
from gateway.metrics import Metrics
from gateway.ports import Channel, Store


class Vitals:
    """Each is a `portal.health.Probe`: figures, and "ok" where the part knows."""

    def __init__(self, store: Store, metrics: Metrics) -> None:
        self._store = store
        self._metrics = metrics

    async def measure(self) -> None:
        """What is counted only when somebody asks."""
        counts = await self._store.run(lambda work: work.counts())
        self._metrics.open_cases.set(counts["open_cases"])
        self._metrics.inbox_waiting.set(counts["inbox_waiting"])
        self._metrics.outbox_waiting.set(counts["outbox_waiting"])

    async def cases(self) -> Mapping[str, object]:
        """Whether the database answers."""
        counts = await self._store.run(lambda work: work.counts())
        return {"open_cases": counts["open_cases"]}

    async def inbox(
        self, intake: asyncio.Task[None] | None, reader_ready: asyncio.Event
    ) -> Mapping[str, object]:
        """Whether what is kept is taken in."""
        counts = await self._store.run(lambda work: work.counts())
        loaded = reader_ready.is_set()
        return {
            "ok": loaded and _runs(intake),
            "parsers": "loaded" if loaded else "loading",
            "waiting": counts["inbox_waiting"],
            "set_aside": counts["set_aside"],
        }

    async def outbox(self, responders: asyncio.Task[None] | None) -> Mapping[str, object]:
        """Whether what is said leaves."""
        counts = await self._store.run(lambda work: work.counts())
        return {
            "ok": _runs(responders),
            "waiting": counts["outbox_waiting"],
            "failed": counts["outbox_failed"],
        }

    async def doors(self, servers: Sequence[MailServer], out: Channel) -> Mapping[str, object]:
        """Where mail comes in, and how it goes out."""
        return {
            "listening": [f"{each.name}:{each.port}" for each in servers],
            "connections": sum(each.connections for each in servers),
            "out": "maildir" if isinstance(out, MaildirOutgoing) else "relay",
        }


def _runs(task: asyncio.Task[None] | None) -> bool:
    return task is not None and not task.done()
