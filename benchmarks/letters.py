"""A thousand mixed mails as customers write them: new reports and answers, two languages, four charsets, three shapes.

All of it is made here, by a seed; nothing is taken from anybody's mailbox.
"""

import base64
import random
from collections.abc import Iterator
from dataclasses import dataclass

SENDERS = (
    ("周敏", "zhou.min@qingshan-bank.example", "青山农村商业银行股份有限公司", "手机：138 0001 0001"),
    ("刘建国", "liujg@beihe-hospital.example", "北河市第一人民医院", "电话：139-0002-0002"),
    (
        "Emma Clarke",
        "emma.clarke@northwind-semi.example",
        "Northwind Semiconductor (Suzhou) Co., Ltd.",
        "+86 512 5550 0404",
    ),
)
CHARSETS = ("gb18030", "gbk", "gb2312", "utf-8")
PRODUCTS = ("堡垒机", "防火墙", "VPN 网关", "日志审计系统", "WAF")
FAULTS = ("无法登录", "频繁重启", "控制台打不开", "告警灯常亮", "升级后业务中断", "CPU 使用率一直百分之百")
FAULTS_EN = (
    "cannot be reached",
    "reboots every few minutes",
    "rejects every login",
    "drops half of the packets",
)
BACKGROUND = (
    "今天上午九点左右开始出现，已经重启过一次设备，现象依旧。受影响的是上海数据中心的运维人员，大约十几名。",
    "昨晚变更窗口升级之后出现此问题，回退之前希望贵司先确认一下是否为已知缺陷，附上当时的日志。",
    "目前业务已切换到备用链路，但备用链路带宽不足，请尽快安排工程师协助定位，必要时请到现场处理。",
)
BACKGROUND_EN = (
    "It started at about nine this morning; we have restarted the appliance once, which did not help.",
    "Production traffic runs over the backup line, which is too narrow. Please have somebody look at it soon.",
)
DISCLAIMER = "本邮件及其附件可能含有保密信息，仅限于发送给上面地址中列出的个人或群组。"


@dataclass(frozen=True)
class Planned:
    """One mail of the mix. `answers` is the number of the new mail whose acknowledgement it replies to."""

    number: int
    sender: str
    chinese: bool
    answers: int | None = None
    by_token: bool = False


def plan(count: int, seed: int) -> tuple[list[Planned], list[Planned]]:
    """Seven of ten are new, three of ten answer one of those, by its reply address or by its id alone."""
    chance = random.Random(seed)
    fresh = count * 7 // 10
    new = [_planned(number, chance) for number in range(fresh)]
    replies: list[Planned] = []
    for number in range(fresh, count):
        first = chance.choice(new)
        replies.append(
            Planned(number, first.sender, first.chinese, first.number, by_token=chance.random() < 0.5)
        )
    return new, replies


def _planned(number: int, chance: random.Random) -> Planned:
    _, address, _, _ = SENDERS[chance.choice((0, 0, 0, 1, 1, 1, 2, 2))]
    return Planned(number, address, chinese=not address.startswith("emma"))


def message_id(number: int) -> str:
    """Under which the mail of that number is sent."""
    return f"<bench-{number}@customer.example>"


def compose(
    planned: Planned, *, reply_to: str | None = None, our_id: str | None = None, ours: str = ""
) -> bytes:
    """The bytes; for a reply with the acknowledgement's address, id and text (quoted below, as clients do)."""
    chance = random.Random(planned.number)
    name, address, company, phone = next(each for each in SENDERS if each[1] == planned.sender)
    charset = chance.choice(CHARSETS) if planned.chinese else "utf-8"
    subject, words = _words(planned, chance)
    signature = f"\n{name}\n{company}\n{phone}\n" + (
        DISCLAIMER if planned.chinese and chance.random() < 0.3 else ""
    )
    quoted = "".join(f"> {line}\n" for line in ours.splitlines())
    head = (
        f"\n在 2026年11月23日，云岭安全服务中心 写道：\n{quoted}"
        if quoted and planned.chinese
        else quoted and f"\nOn Mon, we wrote:\n{quoted}"
    )
    text = f"{words}\n{signature}{head}"
    lines = [
        f"From: {_word(name, charset)} <{address}>",
        f"To: {reply_to if planned.by_token and reply_to else 'support@yunling.example'}",
        f"Subject: {_word(subject, charset)}",
        "Date: Mon, 23 Nov 2026 09:30:00 +0800",
        f"Message-ID: {message_id(planned.number)}",
        "MIME-Version: 1.0",
    ]
    if our_id:
        lines += [f"In-Reply-To: {our_id}", f"References: {our_id}"]
    shape = chance.choice(("plain", "plain", "alternative", "attachment"))
    return "\r\n".join([*lines, *_body(shape, text, charset, chance), ""]).encode("ascii")


def _words(planned: Planned, chance: random.Random) -> tuple[str, str]:
    number = planned.number
    if planned.answers is not None:
        if planned.chinese:
            return "回复：您报告的问题", f"补充一下：{chance.choice(BACKGROUND)}编号 {number}。"
        return "Re: your report", f"One more detail, no. {number}: {chance.choice(BACKGROUND_EN)}"
    product = chance.choice(PRODUCTS)
    if planned.chinese:
        fault = chance.choice(FAULTS)
        details = f"{chance.choice(BACKGROUND)}\n{chance.choice(BACKGROUND)}"
        text = f"您好：\n\n我们的{product}{fault}（第 {number} 号设备）。{details}\n\n谢谢！"
        return f"{product}{fault}，请协助", text
    fault = chance.choice(FAULTS_EN)
    text = f"Hello,\n\nour firewall no. {number} {fault}. {' '.join(BACKGROUND_EN)}\n\nBest regards,"
    return f"Firewall {fault}", text


def _word(text: str, charset: str) -> str:
    """An encoded word, as RFC 2047 has it."""
    return f"=?{charset}?B?{base64.b64encode(text.encode(charset)).decode()}?="


def _body(shape: str, text: str, charset: str, chance: random.Random) -> Iterator[str]:
    plain = [
        f"Content-Type: text/plain; charset={charset}",
        "Content-Transfer-Encoding: base64",
        "",
        _base64(text.encode(charset)),
    ]
    if shape == "plain":
        yield from plain
        return
    kind = "alternative" if shape == "alternative" else "mixed"
    yield from (f'Content-Type: multipart/{kind}; boundary="b"', "", "--b", *plain, "--b")
    if shape == "alternative":
        html = "".join(f"<p>{line}</p>" for line in text.splitlines())
        page = f'<html><body style="font-family:宋体">{html}</body></html>'
        yield from (
            f"Content-Type: text/html; charset={charset}",
            "Content-Transfer-Encoding: base64",
            "",
            _base64(page.encode(charset)),
        )
    else:
        name = _word("设备日志.txt", charset)
        yield from (
            f'Content-Type: application/octet-stream; name="{name}"',
            f'Content-Disposition: attachment; filename="{name}"',
            "Content-Transfer-Encoding: base64",
            "",
            _base64(chance.randbytes(chance.randrange(2_000, 30_000))),
        )
    yield "--b--"


def _base64(data: bytes) -> str:
    return base64.encodebytes(data).decode().replace("\n", "\r\n").rstrip()
