"""How people answer the gateway's letters: a table of chances, so that cases live as they do in an office.

A letter makes its reader do something after a while, or nothing at all: some engineers are silent, some customers
never confirm, some reviews fail. Whoever is off duty answers when the letter reaches them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from gateway.cases import events
from gateway.cases.events import Event
from gateway.ports import Ready

WANG, QIAN, SUN, ZHAO, DESK = "wang.qiang", "qian.hong", "sun.jie", "zhao.ming", "he.lan"
CUSTOMER = "customer"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a reader does with this chance, and after how many minutes at least and at most."""

    chance: float
    minutes: tuple[int, int]
    act: Event


TAKES = Answer(0.85, (3, 20), events.Assigned(to=WANG, by=WANG))
REPLIES = Answer(0.85, (10, 120), events.EngineerReplied(text="已收到，正在分析日志。", by=WANG))
SOLVES = Answer(0.9, (30, 420), events.Resolved(text="已更换故障模块，业务恢复", by=WANG))
PASSES = Answer(0.8, (2, 9), events.ReviewPassed(by=QIAN))
PASSES_LATE = Answer(0.1, (60, 900), events.ReviewPassed(by=QIAN))
FAILS = Answer(0.1, (2, 9), events.ReviewFailed(text="缺少测试记录", by=QIAN))
CONFIRMS = Answer(0.7, (20, 500), events.Confirmed(text="好了，谢谢", by=CUSTOMER))
REFUSES = Answer(0.08, (20, 500), events.Refused(text="还是不行", by=CUSTOMER))

ANSWERS: Mapping[tuple[str, str], Sequence[Sequence[Answer]]] = {
    ("triage_request", "service_manager"): [[Answer(0.9, (2, 20), events.Triaged(by=SUN))]],
    ("new_case", "engineer"): [
        [TAKES],
        [REPLIES],
        [SOLVES],
        [
            Answer(0.06, (20, 60), events.WaitingOnCustomer(text="请提供运行日志", by=WANG)),
            Answer(0.06, (20, 90), events.PartsRequested(text="电源模块一块", by=WANG)),
            Answer(0.06, (30, 90), events.Stuck(text="需要现场支援", by=WANG)),
            Answer(0.03, (30, 300), events.LevelChanged(level=1, by=WANG)),
        ],
    ],
    ("plan_prompt", "engineer"): [[Answer(0.7, (1, 4), events.Planned(text="先换模块再观察", by=WANG))]],
    ("update_prompt", "engineer"): [
        [Answer(0.5, (1, 8), events.ProgressGiven(text="正在更换模块", by=WANG))]
    ],
    ("response_prompt", "engineer"): [
        [Answer(0.5, (1, 25), events.EngineerReplied(text="正在处理", by=WANG))]
    ],
    ("interim_draft", "superior"): [
        [Answer(0.8, (5, 50), events.InterimAgreed(text="今日已定位，明日更换", by=QIAN))]
    ],
    ("help_needed", "project_manager"): [
        [Answer(0.7, (3, 40), events.Assigned(to="li.wen", role="implementation_engineer", by=ZHAO))]
    ],
    ("parts_wanted", "warehouse"): [[Answer(0.8, (10, 200), events.PartsIssued(by=SUN))]],
    ("dispatch_needed", "service_manager"): [
        [Answer(0.8, (20, 120), events.Dispatched(by=SUN))],
        [Answer(0.7, (300, 1500), events.Arrived(by=WANG))],
        [Answer(0.8, (1500, 2000), events.Resolved(text="现场更换后恢复", by=WANG))],
    ],
    ("escalation", "level_manager:1"): [[Answer(0.6, (3, 25), events.Acknowledged(by=ZHAO))], [SOLVES]],
    ("escalation", "level_manager:2"): [[Answer(0.8, (3, 25), events.Acknowledged(by=QIAN))], [SOLVES]],
    ("review_request", "centre_manager"): [[PASSES, FAILS, PASSES_LATE]],
    ("review_failed", "engineer"): [[SOLVES]],
    ("refused", "engineer"): [[SOLVES]],
    ("status_update", CUSTOMER): [
        [Answer(0.02, (5, 60), events.CustomerWrote(text="补充：日志在附件", by=CUSTOMER))]
    ],
    ("please_confirm", CUSTOMER): [[CONFIRMS, REFUSES]],
    ("confirm_reminder", CUSTOMER): [[CONFIRMS]],
    ("confirm_reminder_again", CUSTOMER): [[CONFIRMS]],
    ("call_customer", "desk"): [[Answer(1.0, (20, 200), events.Confirmed(by=DESK))]],
    ("inspection_due", "engineer"): [
        [Answer(0.9, (2000, 5000), events.Arrived(by=WANG))],
        [Answer(0.9, (6000, 9000), events.Resolved(text="巡检报告见附件", by=WANG))],
    ],
    ("follow_up", CUSTOMER): [[Answer(0.5, (60, 6000), events.SatisfactionGiven(score=4, by=CUSTOMER))]],
}
"""For each letter and its reader what they do; of the answers in one inner list at most one is given."""


def answers(letter: Ready, random: Random) -> Iterator[tuple[datetime, Event]]:
    """What the reader of a letter does, and when."""
    read_at = letter.outbound.not_before or letter.at
    for alternatives in ANSWERS.get((letter.outbound.notice, letter.outbound.role), ()):
        luck = random.random()
        for answer in alternatives:
            if luck < answer.chance:
                yield read_at + timedelta(minutes=random.randint(*answer.minutes)), answer.act
                break
            luck -= answer.chance
