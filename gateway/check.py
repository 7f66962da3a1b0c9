"""`gateway check`: settings, directory, templates and surroundings, every mistake at once."""

import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from gateway.chat_kinds import mistakes_of
from gateway.config import Config, load
from gateway.errors import ConfigError, Mistake
from gateway.keys import reply_keys
from gateway.parsers import model
from gateway.parts import composer_of, load_directory, missing_holidays, pages_of, vendor_of
from gateway.responders.letters import OUTSIDE

SECURE_PYTHON = (3, 11, 15)
ROOM_BYTES = 200_000_000
NETWORK_FILE_SYSTEMS = ("nfs", "nfs4", "cifs", "smb3", "smbfs", "fuse.sshfs")


@dataclass(slots=True)
class Findings:
    """Mistakes stop the gateway, warnings do not, and what is good is said too."""

    mistakes: list[Mistake] = field(default_factory=list[Mistake])
    warnings: list[Mistake] = field(default_factory=list[Mistake])
    good: list[str] = field(default_factory=list[str])


def examine(path: Path) -> Findings:
    """Look at everything that `path` names."""
    findings = Findings()
    try:
        config = load(path)
    except ConfigError as error:
        findings.mistakes += error.mistakes
        return findings
    findings.good.append(
        f"{path}: {len(config.promises.targets)} promises, {len(config.promises.plans)} plans"
    )
    _directory(config, findings)
    _catalogue(config, findings)
    _templates(config, findings)
    _calendars(config, str(path), findings)
    _chats(config, findings)
    _trust(config, str(path), findings)
    _surroundings(config, str(path), findings)
    _understanding(findings)
    return findings


def _directory(config: Config, findings: Findings) -> None:
    try:
        directory = load_directory(config)
    except ConfigError as error:
        findings.mistakes += error.mistakes
        return
    findings.good.append(
        f"directory: {len(directory.customers)} customers, {len(directory.staff)} colleagues"
    )
    needed = {role for rule in config.promises.notices for role in rule.to} - OUTSIDE
    needed |= set(config.promises.escalation_chain)
    for role in sorted(needed):
        if not directory.staff_with(role):
            stand_in = config.roles.fallback.get(role, "administrator")
            findings.warnings.append(
                Mistake(config.directory.file, "staff", f"nobody is {role}", f"notices go to the {stand_in}")
            )


def _catalogue(config: Config, findings: Findings) -> None:
    try:
        products = vendor_of(config).products
    except ConfigError as error:
        findings.mistakes += error.mistakes
        return
    if products:
        findings.good.append(f"catalogue: {len(products)} names of products and models")


def _templates(config: Config, findings: Findings) -> None:
    composer = composer_of(config)
    mistakes = composer.problems()
    said = {("customer" if to in OUTSIDE else "staff", name) for name, to in _notices(config)}
    mistakes += [
        Mistake(
            str(config.templates.path), f"{audience}/{name}.txt.j2", "a notice of the policy has no template"
        )
        for audience, name in sorted(said)
        if not composer.has(audience, name)
    ]
    mistakes += pages_of(config).mistakes(datetime.now(UTC))
    findings.mistakes += mistakes
    if not mistakes:
        findings.good.append("templates: every notice in every language renders")


def _notices(config: Config) -> Iterator[tuple[str, str]]:
    """Every notice that the policy can give, and to which role."""
    for rule in config.promises.notices:
        yield from ((rule.notice, role) for role in rule.to if role != "crm")
    for target in config.promises.targets:
        yield from ((ahead.notice, ahead.to) for ahead in (target.prompt, target.speak) if ahead is not None)


def _calendars(config: Config, file: str, findings: Findings) -> None:
    for year in missing_holidays(config, datetime.now(UTC)):
        findings.warnings.append(
            Mistake(
                file,
                "calendars.holidays",
                f"no published holidays for {year}: promises that touch it are provisional",
                f'add "holidays-{year}.toml" when the State Council has announced them',
            )
        )


def _chats(config: Config, findings: Findings) -> None:
    mistakes = mistakes_of(config)
    findings.mistakes += mistakes
    names = [row.name for row in config.chat_channels]
    if names and not mistakes:
        findings.good.append(f"chat channels: {', '.join(names)}")


def _trust(config: Config, file: str, findings: Findings) -> None:
    """Behind a mail server only signatures are left to prove who wrote, unless its own findings count."""
    behind = config.channels.lmtp.listen is not None or bool(config.channels.imap.named)
    if behind and not config.trust.authserv_id:
        findings.warnings.append(
            Mistake(
                file,
                "trust.authserv_id",
                "only a DKIM signature proves a colleague's mail; commands without one must be confirmed",
                "see docs/trust.md",
            )
        )


def _surroundings(config: Config, file: str, findings: Findings) -> None:
    if sys.version_info[:3] < SECURE_PYTHON:
        version = ".".join(map(str, sys.version_info[:3]))
        findings.warnings.append(
            Mistake(
                "python", "", f"{version} lacks security fixes of the mail library", "use 3.11.15 or newer"
            )
        )
    try:
        config.data.mkdir(parents=True, exist_ok=True)
        reply_keys(config)
    except OSError as error:
        findings.mistakes.append(
            Mistake(
                file, "data_dir", f"{config.data} cannot be written: {error.strerror}", "give us the right to"
            )
        )
        return
    free = shutil.disk_usage(config.data).free
    if free < ROOM_BYTES:
        findings.warnings.append(Mistake(file, "data_dir", f"only {free // 1_000_000} MB free on its disk"))
    kind = _file_system(config.data)
    if config.database_url.startswith("sqlite") and kind in NETWORK_FILE_SYSTEMS:
        findings.mistakes.append(
            Mistake(file, "database.url", f"SQLite on {kind} loses data", "use a local disk, or PostgreSQL")
        )
    findings.good.append(f"data_dir: {config.data} ({kind or 'local'}, {free // 1_000_000_000} GB free)")


def _understanding(findings: Findings) -> None:
    """Whether the parsers have their trained model, or work on rules alone."""
    if model.is_there():
        findings.good.append("parsers: rules and the trained model")
    else:
        findings.warnings.append(
            Mistake("gateway/parsers/model", "", "no trained model, only rules", "`make model` trains it")
        )


def _file_system(path: Path) -> str | None:
    """The type of the file system a path lies on, where the system tells."""
    mounts = Path("/proc/self/mounts")
    if not mounts.exists():
        return None
    best = ("", None)
    for line in mounts.read_text().splitlines():
        _, where, kind, *_ = line.split(" ")
        inside = os.path.commonpath([where, path.resolve()]) == where
        if inside and len(where) >= len(best[0]):
            best = (where, kind)
    return best[1]
