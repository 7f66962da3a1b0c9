"""A gateway as the internet sees it: mail comes from strangers' servers, and a made-up name system knows them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from gateway.intake import Intake, Outcome
from gateway.trust.budget import Limits
from gateway.trust.dns import Kind
from gateway.trust.rules import TrustRules
from tests.house import SUPPORT, House
from tests.trust.fake_dns import FakeResolver
from tests.trust.letters import sign
from tests.trust.rsa import make_key

STRANGERS_SERVER = "203.0.113.66"
YUNLING = "yunling.example"


@dataclass
class Outside:
    """Whoever stands before the house. `signed` signs as the vendor's own mail system does."""

    house: House
    dns: FakeResolver

    async def send(
        self, raw: bytes, *, sender: str, to: Sequence[str] = (SUPPORT,), peer: str = STRANGERS_SERVER
    ) -> Outcome:
        """A mail comes over the internet, is taken in, and what follows from it leaves."""
        await self.house.keep(raw, sender=sender, to=to, peer=peer)
        outcomes = await self.house.intake.turn()
        await self.house.settle()
        return outcomes[0] if outcomes else Outcome("repeated")


def signed(raw: bytes, domain: str = YUNLING, **options: Any) -> bytes:
    """The mail with a true signature of its domain's."""
    return sign(raw, domain, **options)


def stand_outside(
    house: House, *, rules: TrustRules | None = None, limits: Limits | None = None, silent: bool = False
) -> Outside:
    """The house, whose questions about domains are answered by us: the vendor signs its mail."""
    records: dict[tuple[str, Kind], tuple[str, ...]] = {
        (f"s1._domainkey.{YUNLING}", "TXT"): (make_key(1024).record,),
        (f"_dmarc.{YUNLING}", "TXT"): ("v=DMARC1; p=reject",),
    }
    dns = FakeResolver(records, silent={name for name, _ in records} if silent else ())
    parts = house.parts
    changed = replace(
        parts.rules, dns=dns, trust=rules or parts.rules.trust, limits=limits or parts.rules.limits
    )
    house.intake = Intake(house.store, house.readings, changed, parts.letters, house.clock, parts.ids)
    return Outside(house, dns)
