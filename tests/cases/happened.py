"""Things that happen to the cases of these tests, and when."""

from gateway.cases import events
from tests.builders import ENGINEER, policy

MONDAY_NINE = "2026-11-23 09:00"


def reply(text: str = "已定位，正在处理", language: str = "zh-Hans") -> events.EngineerReplied:
    return events.EngineerReplied(text=text, language=language, by=ENGINEER)


def progress(text: str = "已定位到认证服务", language: str = "zh-Hans") -> events.ProgressGiven:
    return events.ProgressGiven(text=text, language=language, by=ENGINEER)


def resolved(text: str = "重启认证服务后恢复") -> events.Resolved:
    return events.Resolved(text=text, by=ENGINEER)


TAKEN = events.Assigned(to=ENGINEER, by=ENGINEER)
WAITING = events.WaitingOnCustomer(text="请提供日志", by=ENGINEER)
WROTE = events.CustomerWrote(text="日志在附件里")
CONFIRMED = events.Confirmed(text="已解决")
REFUSED = events.Refused(text="还没好")
CLIMB = policy(only=("response", "online_limit", "escalation_answer"))
"""A duty of the engineer's and the answers that an escalation asks for: the day's report has a climb of its own."""
