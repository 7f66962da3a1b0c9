"""What can be done inside one transaction, joined from its parts. Each method is a few statements; none commits."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Select, func, select

from gateway.cases.lifecycle import CLOSED
from gateway.storage import statements
from gateway.storage.cases import CaseWork
from gateway.storage.chats import DatabaseChatWork
from gateway.storage.inbox import SET_ASIDE, InboxWork
from gateway.storage.learning import LearningWork
from gateway.storage.outbox import FAILED
from gateway.storage.statements import ATTEMPTING, KEPT, WAITING
from gateway.storage.tables import bookmarks, cases, inbox, outbox
from gateway.storage.trust import TrustWork


class DatabaseWork(InboxWork, CaseWork, TrustWork, LearningWork, DatabaseChatWork):
    """`gateway.ports.Work` on one connection, inside the writer's transaction."""

    def bookmark(self, key: str) -> str | None:
        """The text last left there; None at the first look."""
        query = select(bookmarks.c.value).where(bookmarks.c.key == key)
        return self._connection.execute(query).scalar_one_or_none()

    def leave_bookmark(self, key: str, value: str, at: datetime) -> None:
        """The last one counts."""
        self._connection.execute(
            statements.LEAVE_BOOKMARK[self._dialect], {"key": key, "value": value, "at": at}
        )

    def next_moment(self) -> datetime | None:
        """When the clock or the outbox next needs somebody."""
        owed = self._connection.execute(statements.NEXT_MOMENTS).one()
        return min((moment for moment in owed if moment is not None), default=None)

    def counts(self) -> Mapping[str, int]:
        """How much waits where."""

        def count(query: Select[int]) -> int:
            return self._connection.execute(query).scalar_one()

        return {
            "inbox_waiting": count(select(func.count()).select_from(inbox).where(inbox.c.state == KEPT)),
            "set_aside": count(select(func.count()).select_from(inbox).where(inbox.c.state == SET_ASIDE)),
            "outbox_waiting": count(
                select(func.count()).select_from(outbox).where(outbox.c.state.in_((WAITING, ATTEMPTING)))
            ),
            "outbox_failed": count(select(func.count()).select_from(outbox).where(outbox.c.state == FAILED)),
            "open_cases": count(select(func.count()).select_from(cases).where(cases.c.status != CLOSED)),
        }
