"""Bringing a database to the current schema, and refusing one that is newer than this program (F38)."""

from importlib.resources import files

from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from gateway.errors import GatewayError

_MIGRATIONS = "gateway.storage.migrations"
_LOCK = 7_215_001  # any number that no other program locks


def migrate(engine: Engine) -> tuple[str | None, str]:
    """Run what is missing, in one transaction; the revision before and after. Raises GatewayError on a newer one."""
    settings = AlembicConfig()
    settings.set_main_option("script_location", str(files(_MIGRATIONS)))
    scripts = ScriptDirectory.from_config(settings)
    head = scripts.get_current_head() or ""
    with engine.connect() as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
        before = revision(connection)
        if before is not None and before not in {script.revision for script in scripts.walk_revisions()}:
            raise GatewayError(
                f"the database has schema {before}, which this version does not know: start the newer version, "
                "or restore the backup made before the upgrade"
            )
        if before != head:
            settings.attributes["connection"] = connection
            command.upgrade(settings, "head")
    return before, head


def revision(connection: Connection) -> str | None:
    """The schema's revision; None for an empty database."""
    return MigrationContext.configure(connection).get_current_revision()
