"""The error tree, sorted by who acts next.

GatewayError
├── ConfigError        the owner of config.toml, directory or templates: `mistakes` lists all of them at once
├── NotNow             our own fault and passing: the peer is told 4xx and tries again
│   ├── StorageFull        no room on the disk
│   └── StorageUnavailable the database is locked or away
├── StaleCase          nobody: somebody else recorded a step first; the caller reads again and repeats
├── UnknownCase        whoever named a case that does not exist
└── DeliveryError      the responders: `permanent` says whether trying again can help
"""

from dataclasses import dataclass
from datetime import timedelta


class GatewayError(Exception):
    """Whatever the gateway raises on purpose."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake in a file of the owner's: where it is and what to do about it."""

    file: str
    key: str
    problem: str
    advice: str = ""

    def __str__(self) -> str:
        where = f"{self.file}: {self.key}" if self.key else self.file
        return f"{where}: {self.problem}" + (f" ({self.advice})" if self.advice else "")


class ConfigError(GatewayError):
    """Every mistake found, in the order of the files; nothing was loaded."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        super().__init__("\n".join(str(mistake) for mistake in mistakes))
        self.mistakes = mistakes


class NotNow(GatewayError):
    """We cannot keep it at this moment; the sender still has it and must try again."""


class StorageFull(NotNow):
    """No space left for the database."""


class StorageUnavailable(NotNow):
    """The database is locked, restarting or away."""


class StaleCase(GatewayError):
    """The case moved between reading and recording; read it again and repeat the step."""


class UnknownCase(GatewayError):
    """No case has this number."""


class DeliveryError(GatewayError):
    """A channel could not deliver.

    `permanent`: the same bytes will be refused again.
    `in_doubt`: the peer may have taken it before it fell silent.
    `wait`: so long the peer does not want to hear of it again.
    """

    def __init__(
        self, message: str, *, permanent: bool, in_doubt: bool = False, wait: timedelta = timedelta()
    ) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.in_doubt = in_doubt
        self.wait = wait
