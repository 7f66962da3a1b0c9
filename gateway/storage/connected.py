"""What every part of the store's work stands on: one connection, inside the writer's transaction."""

from sqlalchemy import Connection


class Connected:
    """The base of the parts of `gateway.ports.Work`; some statements differ by dialect."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._dialect = connection.dialect.name
