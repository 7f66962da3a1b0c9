"""The `[trust]` table of config.toml: whose word about a sender counts, and how much automatic mail anybody may get."""

from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network
from typing import Any

from pydantic import Field

from gateway.setting_kinds import Section
from gateway.trust.budget import Limits
from gateway.trust.rules import LOOPBACK, TrustRules


class BudgetSection(Section):
    """The most automatic answers that may go out (RELIABILITY G15); timed updates are not among them."""

    known_per_day: int = Field(default=10, ge=1)
    unknown_per_day: int = Field(default=2, ge=1)
    domain_per_hour: int = Field(default=60, ge=1)
    strangers_per_hour: int = Field(default=300, ge=1)
    exchanges_per_case: int = Field(default=5, ge=1)


class TrustSection(Section):
    """How far a From line is believed."""

    local_hosts: tuple[IPv4Network | IPv6Network, ...] = LOOPBACK
    border_hosts: tuple[IPv4Network | IPv6Network, ...] = ()
    border_names: tuple[str, ...] = ()
    authserv_id: str = ""
    border_strips: bool = False
    trusted_sources: frozenset[str] = frozenset()
    name_servers: tuple[str, ...] = ()
    hold_hours: int = Field(default=24, ge=1, le=168)
    budget: BudgetSection = BudgetSection()

    def model_post_init(self, context: Any, /) -> None:
        together = (bool(self.authserv_id), self.border_strips, bool(self.trusted_sources))
        if any(together) and not all(together):
            raise ValueError("authserv_id, border_strips and trusted_sources count only together")

    @property
    def rules(self) -> TrustRules:
        """What `trust.authentication` decides by."""
        return TrustRules(
            local_hosts=self.local_hosts,
            border_hosts=self.border_hosts,
            border_names=self.border_names,
            authserv_id=self.authserv_id,
            border_strips=self.border_strips,
            trusted_sources=self.trusted_sources,
        )

    @property
    def limits(self) -> Limits:
        """What `trust.budget` judges by."""
        return Limits(**self.budget.model_dump())

    @property
    def hold(self) -> timedelta:
        """For how long commands wait for their sender's confirmation."""
        return timedelta(hours=self.hold_hours)
