"""Reading in this very process: for the demo, the benchmarks and tests, where nothing hostile comes."""

import asyncio

from gateway.cases.directory import Directory
from gateway.messages import Envelope
from gateway.parsers.report import Reader, Vendor
from gateway.reading.process import Reading, ReadingDied
from gateway.reading.recipe import reading_with


class ReadingHere:
    """Stands where a ReadingProcess stands."""

    def __init__(self, reader: Reader, directory: Directory, vendor: Vendor) -> None:
        self._vendor = vendor
        self._read = reading_with(reader, directory, vendor)

    async def learn(self, directory: Directory) -> None:
        """Read with this directory, from the next message on: the parsers are loaded anew."""
        reader = await asyncio.to_thread(Reader, directory, self._vendor)
        self._read = reading_with(reader, directory, self._vendor)

    async def read(self, kept_raw: bytes, envelope: Envelope) -> Reading:
        """What a kept message means. Raises ReadingDied when the parsers do not survive it."""
        try:
            report, filed = await asyncio.to_thread(self._read, kept_raw, envelope)
        except Exception as error:
            # Whatever the parsers raise is the end of this message's reading, as it is in a process of its own.
            raise ReadingDied(type(error).__name__) from error
        return Reading(report.inbound, report, filed)
