"""The main job with the real process: a mail by SMTP becomes a case, and everybody hears what they should."""

import json
import smtplib
import socket
import urllib.error
from pathlib import Path

import pytest

from tests.gateway_process import GatewayProcess, Letter, until
from tests.house import CHEN, EMMA, QIAN, WANG, ZHOU, mail

FAULT = "上海数据中心的堡垒机无法登录，十几名运维人员受影响。\n\n周敏\n青山农村商业银行股份有限公司\n手机：13800010001"


def said(gateway: GatewayProcess, raw: bytes, sender: str, *recipients: str) -> str:
    """Send; the Message-ID it was sent under."""
    assert gateway.send(raw, sender, *recipients) == {}
    return Letter(raw).message_id


def answer(gateway: GatewayProcess, letter: Letter, text: str) -> None:
    """Whoever got the letter presses reply."""
    subject = f"Re: {letter.subject}"
    raw = mail(letter.to, text, to=letter.reply_to, subject=subject, answers=letter.message_id)
    said(gateway, raw, letter.to, letter.reply_to)


@pytest.mark.parametrize(
    ("sender", "text", "charset", "language", "words"),
    [
        (ZHOU, FAULT, "gb18030", "zh-Hans", "工单编号"),
        (
            CHEN,
            "防火牆 VPN 無法連線，約二十位同仁受影響。\n\n陳怡君\n海燕物流股份有限公司",
            "big5",
            "zh-Hant",
            "單編號",
        ),
        (EMMA, "The WAF blocks our order portal since 08:30.\n\nEmma Clarke", "utf-8", "en", "case"),
    ],
)
def test_the_acknowledgement_comes_in_the_senders_script(
    gateway: GatewayProcess, sender: str, text: str, charset: str, language: str, words: str
) -> None:
    """In the outgoing Maildir, in the customer's thread, with the case number."""
    mark = said(gateway, mail(sender, text, charset=charset), sender)
    letter = gateway.letter(sender, answering=mark)
    assert str(letter.headers["Content-Language"]) == language
    (case,) = [case for case in gateway.cases() if case["number"] in letter.subject]
    assert case["status"] == "open"


def test_the_whole_road_from_report_to_close(gateway: GatewayProcess) -> None:
    """Reply on the same case, the engineer's answer, the note that stays inside, resolved, passed, confirmed."""
    mark = said(gateway, mail(ZHOU, FAULT, subject="堡垒机无法登录（全程）"), ZHOU)
    acknowledgement = gateway.letter(ZHOU, answering=mark)
    (number,) = [case["number"] for case in gateway.cases() if case["number"] in acknowledgement.subject]

    answer(gateway, acknowledgement, "补充：控制台也打不开了")
    gateway.letter(WANG, "控制台也打不开了")

    notice = next(letter for letter in gateway.letters(WANG) if number in letter.subject)
    answer(gateway, notice, "#内部 怀疑是证书过期，勿告知客户")
    answer(gateway, notice, "#接单\n已定位到认证服务，正在恢复。")
    gateway.letter(ZHOU, "已定位到认证服务")

    answer(gateway, notice, "#已解决 更新了证书并重启认证服务")
    answer(
        gateway, gateway.letter(QIAN, "更新了证书"), "#通过"
    )  # in the evening a draft of the day's report may come first
    please_confirm = gateway.letter(ZHOU, "更新了证书")
    answer(gateway, please_confirm, "已恢复正常，谢谢")
    closed = until(
        "the case to be closed",
        lambda: [case for case in gateway.cases() if case["number"] == number and case["status"] == "closed"],
    )
    assert closed[0]["messages"]["in"] == 3
    outward = [
        str(each["words"])
        for each in gateway.messages(number)
        if each["audience"] == "customer" and each["direction"] == "out"
    ]
    assert not [words for words in outward if "证书过期" in words], "the note stayed inside"
    assert not [letter for letter in gateway.letters(ZHOU) if "证书过期" in letter.text]


def test_lmtp_answers_for_each_recipient_and_makes_one_case(gateway: GatewayProcess) -> None:
    """The production shape, behind a mail server (RELIABILITY 0.6)."""
    raw = mail(ZHOU, FAULT, subject="经 LMTP")
    with smtplib.LMTP("127.0.0.1", gateway.port("lmtp")) as client:
        client.ehlo_or_helo_if_needed()
        client.mail(ZHOU)
        for recipient in ("support@yunling.example", "support+something@yunling.example"):
            assert client.rcpt(recipient)[0] == 250
        assert client.data(raw)[0] == 250
        assert client.getreply()[0] == 250, "RFC 2033: one reply for each recipient"
    gateway.letter(ZHOU, answering=Letter(raw).message_id)
    assert len([case for case in gateway.cases() if case["subject"] == "经 LMTP"]) == 1


def test_unknown_recipients_are_refused_at_once(gateway: GatewayProcess) -> None:
    """We never bounce: the sender's own server tells them (RELIABILITY T21)."""
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        gateway.send(mail(ZHOU, FAULT), ZHOU, "sales@yunling.example")
    ((code, _),) = refused.value.recipients.values()
    assert code == 550


def test_health_readiness_and_metrics_tell_how_it_is(gateway: GatewayProcess) -> None:
    """INTERFACES "HTTP"."""
    assert gateway.get("/healthz")
    ready = json.loads(gateway.get("/readyz"))
    assert ready["status"] == "ok"
    assert set(ready["checks"]) == {"database", "inbox", "outbox", "channels"}
    assert all(check["ok"] for check in ready["checks"].values())
    assert ready["checks"]["inbox"]["parsers"] == "loaded"
    before = float(metric(gateway, "gateway_mails_kept_total"))
    said(gateway, mail(EMMA, "The VPN is down."), EMMA)
    until("the counter to count", lambda: float(metric(gateway, "gateway_mails_kept_total")) == before + 1)
    until("a case to be open", lambda: float(metric(gateway, "gateway_open_cases")) > 0)
    with pytest.raises(urllib.error.HTTPError):
        gateway.get("/nothing")


def metric(gateway: GatewayProcess, name: str) -> str:
    """The value of a metric without labels."""
    lines = gateway.get("/metrics").splitlines()
    return next(line.split()[1] for line in lines if line.startswith(f"{name} "))


def test_cases_list_has_the_shape_that_scripts_rely_on(gateway: GatewayProcess) -> None:
    """INTERFACES "The command line": fields not known are null, never missing; times have an offset."""
    said(gateway, mail("nobody@unknown.example", "你好", subject="形状"), "nobody@unknown.example")
    until("the case", lambda: [case for case in gateway.cases() if case["subject"] == "形状"])
    rows = json.loads(gateway.run("cases", "list", "--json").stdout)
    row = next(row for row in rows if row["subject"] == "形状")
    assert list(row) == [
        "number",
        "status",
        "kind",
        "level",
        "priority",
        "customer",
        "contact",
        "subject",
        "channel",
        "opened_at",
        "next_due",
        "messages",
    ]
    assert set(row["messages"]) == {"in", "out"}
    assert row["channel"] == "mail"
    assert row["customer"] is None
    assert row["opened_at"][-6] in "+-" or row["opened_at"].endswith("Z")


def test_cases_show_tells_the_story(gateway: GatewayProcess) -> None:
    """For people as text, for programs as JSON; a number that nobody has is an error with advice."""
    mark = said(gateway, mail(ZHOU, FAULT, subject="讲故事"), ZHOU)
    letter = gateway.letter(ZHOU, answering=mark)
    number = next(case["number"] for case in gateway.cases() if case["number"] in letter.subject)
    shown = gateway.run("cases", "show", number).stdout.decode()
    assert "十几名运维人员受影响" in shown
    story = json.loads(gateway.run("cases", "show", number, "--json").stdout)
    assert "reported" in json.dumps(story)
    missing = gateway.run("cases", "show", "C000000-000000", check=False)
    assert missing.returncode == 1
    assert b"cases list" in missing.stderr


def test_the_bytes_as_received_can_be_exported_unchanged(gateway: GatewayProcess) -> None:
    """Whatever they are (G6)."""
    raw = (
        b"Subject: bytes\r\nX-Odd: \xff\xfe\x80\r\n\r\n"
        + bytes(range(1, 10))
        + b"\x80\xff\r\n.dot\r\n..dots\r\n"
    )
    gateway.send(raw, ZHOU)
    row = until(
        "the message",
        lambda: next((row for row in gateway.inbox() if b"X-Odd" in exported(gateway, row["id"])), None),
    )
    assert exported(gateway, row["id"]) == raw
    assert b"<!doctype html>" in gateway.run("inbox", "page", row["id"]).stdout


def exported(gateway: GatewayProcess, inbox_id: str) -> bytes:
    """What `inbox export` writes."""
    return gateway.run("inbox", "export", inbox_id).stdout


def test_a_hostile_envelope_neither_hurts_nor_hides_a_mail(gateway: GatewayProcess) -> None:
    """Addresses of any characters reach the database or are refused; the process lives."""
    kept = len(gateway.inbox())
    senders = [
        "ü@exämple.example".encode(),
        b'"a b"@x.example',
        b"a" * 400 + b"@x.example",
        b"\xff@x",
        b"\x00@x",
    ]
    taken = [sender for sender in senders if accepted(gateway, sender)]
    assert len(taken) >= 3
    assert len(gateway.inbox()) == kept + len(taken), "what was answered 250 is there"
    assert gateway.get("/healthz")


def accepted(gateway: GatewayProcess, sender: bytes) -> bool:
    """Whether a mail with this return path was answered 250; anything else must be a proper refusal."""
    with socket.create_connection(("127.0.0.1", gateway.port("smtp")), timeout=30) as line:
        replies = line.makefile("rb")
        replies.readline()
        line.sendall(b"EHLO x\r\n")
        while replies.readline()[3:4] == b"-":
            pass
        for command in (
            b"MAIL FROM:<" + sender + b"> SMTPUTF8",
            b"RCPT TO:<support@yunling.example>",
            b"DATA",
        ):
            line.sendall(command + b"\r\n")
            reply = replies.readline()
            if not reply.startswith((b"250", b"354")):
                assert reply.startswith(b"5")
                return False
        line.sendall(b"Subject: " + sender.hex().encode() + b"\r\n\r\nx\r\n.\r\n")
        return replies.readline().startswith(b"250")


def test_trying_the_gateway_shows_what_comes_back(gateway: GatewayProcess) -> None:
    """`gateway try`: be a customer for a moment."""
    environment = dict(gateway.environment)
    try:
        gateway.environment["GATEWAY__CHANNELS__SMTP__LISTEN"] = f"127.0.0.1:{gateway.port('smtp')}"
        shown = gateway.run("try", "--language", "zh-Hant").stdout.decode()
    finally:
        gateway.environment = environment
    assert "answered after" in shown
    assert "防火牆 VPN 無法連線" in shown


def test_parse_reads_files_and_prints_one_line_each(gateway: GatewayProcess, tmp_path: Path) -> None:
    """Never fails on content; a file that cannot be read gives a line with problems (INTERFACES)."""
    good, bad = tmp_path / "a.eml", tmp_path / "missing.eml"
    good.write_bytes(mail(ZHOU, FAULT, charset="gb18030"))
    lines = gateway.run("parse", good, bad).stdout.decode().splitlines()
    first, second = map(json.loads, lines)
    assert first["company"]["value"] == "青山农村商业银行股份有限公司"
    assert first["language"] == "zh-Hans"
    assert set(first) == set(second)
    assert second["problems"]
