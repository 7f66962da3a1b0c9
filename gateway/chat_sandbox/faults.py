"""What a test may let go wrong: a script of faults, used up one call at a time.

faults.next("sendMessage", Fault.flood(retry_after=7))
faults.next("sendMessage", Fault.TIMEOUT_AFTER_ACCEPTING, times=2)
"""

from collections import Counter, defaultdict, deque
from dataclasses import dataclass, field
from enum import Enum
from http import HTTPStatus
from typing import ClassVar

from gateway.chat_sandbox.wire import Refusal, too_many_requests

ERROR_PAGE = b"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>nginx</body>\r\n</html>\r\n"
ANY_METHOD = "*"


class Manner(Enum):
    """How the server behaves instead of answering."""

    REFUSE = "answers with an error"
    PAGE = "answers with an HTML page"
    GARBAGE = "answers 200 with half a JSON object"
    SILENCE = "says nothing until the client hangs up"
    DROP = "breaks the connection in the middle of its answer"


@dataclass(frozen=True, slots=True)
class Fault:
    """`accepted` tells whether the call was carried out first: then only its answer is lost."""

    manner: Manner
    accepted: bool = False
    refusal: Refusal | None = None
    status: HTTPStatus = HTTPStatus.OK

    TIMEOUT: ClassVar["Fault"]
    TIMEOUT_AFTER_ACCEPTING: ClassVar["Fault"]
    DROPPED: ClassVar["Fault"]
    DROPPED_AFTER_ACCEPTING: ClassVar["Fault"]
    GARBAGE: ClassVar["Fault"]
    HTML_PAGE: ClassVar["Fault"]

    @classmethod
    def flood(cls, retry_after: int) -> "Fault":
        """429 with retry_after, in seconds."""
        return cls(Manner.REFUSE, refusal=too_many_requests(retry_after))

    @classmethod
    def refused(cls, status: HTTPStatus, description: str) -> "Fault":
        """Any other error of Telegram's, in its own envelope."""
        return cls(Manner.REFUSE, refusal=Refusal(status, description))

    @classmethod
    def internal(cls) -> "Fault":
        """500 in Telegram's own envelope."""
        return cls.refused(HTTPStatus.INTERNAL_SERVER_ERROR, "Internal Server Error")


Fault.TIMEOUT = Fault(Manner.SILENCE)
Fault.TIMEOUT_AFTER_ACCEPTING = Fault(Manner.SILENCE, accepted=True)
Fault.DROPPED = Fault(Manner.DROP)
Fault.DROPPED_AFTER_ACCEPTING = Fault(Manner.DROP, accepted=True)
Fault.GARBAGE = Fault(Manner.GARBAGE, accepted=True)
Fault.HTML_PAGE = Fault(Manner.PAGE, status=HTTPStatus.BAD_GATEWAY)


def _no_faults() -> defaultdict[str, deque[Fault | None]]:
    return defaultdict(deque[Fault | None])


@dataclass
class Faults:
    """The script: faults by method in order, None where all goes well; those of `ANY_METHOD` strike any call.

    `struck` counts the calls that went wrong, by method in lower case: what is armed need not happen.
    """

    struck: Counter[str] = field(default_factory=Counter[str])
    _script: defaultdict[str, deque[Fault | None]] = field(default_factory=_no_faults)

    def next(self, method: str, fault: Fault, *, times: int = 1, after: int = 0) -> None:
        """The next `times` calls of the method go wrong like this; `after` so many that go well."""
        self._script[method.lower()].extend([*[None] * after, *[fault] * times])

    def clear(self) -> None:
        """Everything works again."""
        self._script.clear()

    def take(self, method: str) -> Fault | None:
        """What is to go wrong with this call."""
        for name in (method.lower(), ANY_METHOD):
            if script := self._script.get(name):
                fault = script.popleft()
                self.struck[method.lower()] += fault is not None
                return fault
        return None
