"""Outgoing mail without a relay."""

import errno
import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.channels.maildir import MaildirOutgoing
from gateway.errors import DeliveryError
from tests.channels.outbounds import PARCEL

RAW = PARCEL.raw


def files(directory: Path) -> dict[str, bytes]:
    return {
        path.relative_to(directory).as_posix(): path.read_bytes()
        for path in directory.rglob("*")
        if path.is_file()
    }


async def test_a_message_arrives_in_new_byte_for_byte(tmp_path: Path) -> None:
    """Any mail reader can open a Maildir; nothing is left over in tmp."""
    receipt = await MaildirOutgoing(tmp_path / "out").send(PARCEL)
    assert files(tmp_path / "out") == {"new/ob-1": RAW}
    assert "ob-1" in receipt
    assert (tmp_path / "out" / "cur").is_dir()


async def test_a_second_delivery_of_one_message_replaces_the_first(tmp_path: Path) -> None:
    """A delivery in doubt is repeated (RELIABILITY G8); the reader must not see it twice."""
    outgoing = MaildirOutgoing(tmp_path)
    await outgoing.send(PARCEL)
    await outgoing.send(replace(PARCEL, raw=RAW + b"again\r\n"))
    assert files(tmp_path) == {"new/ob-1": RAW + b"again\r\n"}


@pytest.mark.parametrize(
    "hostile", ["../../escape", "/etc/passwd", "a\0b", "", ".", "报修", "\ud800", "x" * 300]
)
async def test_no_message_id_leads_out_of_the_maildir(tmp_path: Path, hostile: str) -> None:
    """The id is ours, but a path made of data is checked all the same (RELIABILITY T25)."""
    await MaildirOutgoing(tmp_path / "out").send(replace(PARCEL, id=hostile))
    (name,) = files(tmp_path)
    assert name.startswith("out/new/id.")


async def test_ids_that_differ_only_in_odd_characters_get_files_of_their_own(tmp_path: Path) -> None:
    """One message must never replace another."""
    outgoing = MaildirOutgoing(tmp_path)
    for odd in ("a/b", "a\\b", "a b"):
        await outgoing.send(replace(PARCEL, id=odd))
    assert len(files(tmp_path)) == 3


async def test_the_mail_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    """It holds customers' words."""
    await MaildirOutgoing(tmp_path / "out").send(PARCEL)
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "out" / "new").iterdir()}
    assert modes == {0o600}
    assert stat.S_IMODE((tmp_path / "out" / "new").stat().st_mode) == 0o700


async def test_a_disk_that_refuses_is_tried_again_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk passes (RELIABILITY F5): the message stays in the outbox, and no half of it is in new."""

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DeliveryError, match="No space left") as refused:
        await MaildirOutgoing(tmp_path).send(PARCEL)
    assert not refused.value.permanent
    assert not list((tmp_path / "new").iterdir())


async def test_a_message_is_on_the_disk_before_it_appears_in_new(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only then is the delivery done (RELIABILITY G7): the file, then its name, then the directory."""
    steps: list[str] = []
    fsync, rename = os.fsync, Path.replace

    def watched_fsync(descriptor: int) -> None:
        steps.append("sync directory" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "sync file")
        fsync(descriptor)

    def watched_rename(source: Path, target: Path) -> Path:
        steps.append("rename")
        return rename(source, target)

    monkeypatch.setattr(os, "fsync", watched_fsync)
    monkeypatch.setattr(Path, "replace", watched_rename)
    await MaildirOutgoing(tmp_path).send(PARCEL)
    assert steps == ["sync file", "rename", "sync directory"]
