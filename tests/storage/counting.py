"""A process that reads a case, counts one up and records it, so many times: for the test of lost updates."""

import sys
from dataclasses import replace

from gateway.cases.case import Step
from gateway.ports import Work
from gateway.storage.engine import open_engine
from gateway.storage.writer import Writer


def main(url: str, number: str, rounds: int) -> None:
    """Each round is one transaction; a refused one is tried again, as the gateway would."""
    writer = Writer(open_engine(url, writes=True))
    writer.start()

    def count(work: Work) -> None:
        case = work.case(number)
        assert case is not None
        counted = replace(case, version=case.version + 1, notices_given=case.notices_given + 1)
        work.record(Step(counted), ())

    for _ in range(rounds):
        writer.submit(count).result(timeout=60)
    writer.stop()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
