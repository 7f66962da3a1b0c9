"""What stands on the screen, in one language: our own few words, and the letters' names for things."""

import tomllib
from collections.abc import Iterable
from importlib.resources import files

import msgspec

from gateway.config import Config
from gateway.errors import GatewayError
from gateway.responders.phrasebook import Phrasebook, read_phrasebook


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One language of words.toml."""

    title: str
    note: str
    stands: str
    hours: str
    minutes: str
    opening: str
    story: str
    cases: str
    gateway: str
    clock: str
    with_words: str
    holding: str
    asks: str
    listing: str
    remark: str
    overdue: str
    priority: str
    closed: str
    nothing_to_answer: str
    nobody: str
    kept: str
    missed: str
    came: str
    sent: str
    day: str
    headings: tuple[str, str, str, str, str, str, str, str]
    statuses: dict[str, str]
    priorities: dict[str, str]


class Tongue:
    """One language for the whole screen. Names that nobody has a word for are shown as the policy spells them."""

    def __init__(self, words: Words, names: Phrasebook) -> None:
        self.words = words
        self._names = names

    def name(self, kind: str, name: str) -> str:
        """What a notice, a commitment or a field is called."""
        try:
            return self._names.named(name, kind).replace("_", " ")
        except KeyError:
            return name.replace("_", " ")

    def listed(self, things: Iterable[str]) -> str:
        """Several names in one line, each once."""
        return self.words.listing.join(dict.fromkeys(things))

    def status(self, name: str) -> str:
        """What a status is called, in a word or two."""
        return self.words.statuses.get(name, name.replace("_", " "))

    def priority(self, name: str) -> str:
        """What a priority is called."""
        return self.words.priorities.get(name, name)


def tongue_of(language: str, config: Config) -> Tongue:
    """The words of a language. Raises GatewayError where there are none."""
    table = tomllib.loads((files("gateway.demo") / "words.toml").read_text(encoding="utf-8"))
    if language not in table:
        raise GatewayError(f"the demo is not told in {language!r}; there are: {', '.join(table)}")
    path = config.path(config.templates.path) / language / "words.toml"
    try:
        names = read_phrasebook(path)
    except (OSError, ValueError) as error:
        # msgspec's and tomllib's errors are ValueErrors.
        raise GatewayError(f"{path} cannot be used ({error}); `gateway check` says more") from None
    return Tongue(msgspec.convert(table[language], Words), names)
