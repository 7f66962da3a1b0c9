"""The chat channels of config.toml beside Telegram: each `[[chat_channels]]` is one, of a kind that is installed.

Rows are only checked here; what is in `settings` and `secrets` is the kind's own business (`chat_kinds`).
"""

from collections.abc import Mapping, Sequence

from pydantic import Field

from gateway.setting_kinds import Secret, Section

OTHER_WAYS = ("mail", "crm", "telegram", "smtp", "lmtp", "imap", "http", "https", "mailto")
PARTS_OF_HEALTH = ("database", "inbox", "outbox", "channels", "mailboxes")
TAKEN = frozenset((*OTHER_WAYS, *PARTS_OF_HEALTH))


class ChatChannelRow(Section):
    """One channel. `name` is in every address of its chats, so that it stays once people write there."""

    name: str = Field(pattern=r"^[a-z][a-z0-9-]{0,14}$")
    kind: str = Field(pattern=r"^[a-z][a-z0-9_-]{0,39}$")
    settings: Mapping[str, str | int | float | bool] = {}
    secrets: Mapping[str, Secret] = {}


def check_together(rows: Sequence[ChatChannelRow]) -> None:
    """Raises ValueError for a name that is another's, and for a secret that opens two channels."""
    names = [row.name for row in rows]
    if wrong := sorted({name for name in names if names.count(name) > 1 or name in TAKEN}):
        raise ValueError(f"a channel cannot be called {', '.join(wrong)}: that is another's name")
    owners: dict[str, str] = {}
    for row in rows:
        for secret in row.secrets.values():
            other = owners.setdefault(secret.get_secret_value(), row.name)
            if other != row.name:
                raise ValueError(
                    f"{other} and {row.name} share a secret: whoever knows one could write to both"
                )
