"""Bombs through the real port and the real parsers: each is kept, each is read, and nobody else waits for it (R10).

`GATEWAY_RIG_GIGABYTES=1` sends that much without a line end instead of the suite's sixty-four megabytes.
"""

import os
import resource
import time

from gateway.intake import Intake
from gateway.parts import Parts, load_directory, own_mail, vendor_of
from gateway.reading import ReadingProcess, Recipe
from tests.channels.smtp_peer import Peer, Shelf, serving
from tests.house import House
from tests.reading.bombs import bombs

MEBIBYTE = 1 << 20
MOST_CPU_SECONDS = 1.0
FLOOD_MEBIBYTES = int(1024 * float(os.environ.get("GATEWAY_RIG_GIGABYTES", "0.0625")))


async def test_every_bomb_is_kept_and_read_and_costs_the_parent_next_to_nothing(
    house: House, parts: Parts
) -> None:
    """G5, G17: each is a case, and what the parent spends on it, its letters included, is under a second of CPU."""
    config = parts.config
    process = ReadingProcess(Recipe.of(load_directory(config), vendor_of(config), own_mail(config)))
    house.intake = Intake(house.store, process, parts.rules, parts.letters, house.clock, parts.ids)
    shelf = Shelf()
    await process.start()
    try:
        for name, bomb in bombs().items():
            started = time.process_time()
            async with serving(shelf.keep) as server, Peer.connected(server) as peer:
                reply = await peer.mail(bomb.replace(b"\n", b"\r\n") + b"\r\n")
                assert reply.startswith("250"), f"{name}: {reply}"
            envelope, raw = shelf.kept.pop()
            outcome = await house.receive(raw, sender=envelope.mail_from)
            spent = time.process_time() - started
            assert outcome.name == "case_opened", f"{name}: {outcome}"
            assert spent < MOST_CPU_SECONDS, f"{name}: {spent:.2f} s of CPU"
    finally:
        await process.stop()


async def test_a_flood_without_a_line_end_leaves_the_memory_as_it_was() -> None:
    """0.2, G16: 300 MB of it took aiosmtpd's own reader 312 MB."""
    piece = b"x" * MEBIBYTE
    async with serving(Shelf().keep) as server, Peer.connected(server) as peer:
        await peer.begin()
        for _ in range(8):
            await peer.send(piece)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        try:
            for _ in range(FLOOD_MEBIBYTES):
                await peer.send(piece)
        except ConnectionError:
            pass  # a server that has heard enough hangs up
        after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert (after - before) / 1024 < 32, f"{(after - before) / 1024:.0f} MB more"
