"""`gateway try`: be a customer for a moment. Sends a mail to the running gateway and waits for what comes back."""

import email.policy
import smtplib
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import format_datetime, make_msgid
from pathlib import Path

from rich.console import Console
from rich.panel import Panel
from rich.text import Text

from gateway.config import Config
from gateway.errors import GatewayError
from gateway.showing import printable

PATIENCE_SECONDS = 20
LOOK_EVERY_SECONDS = 0.1

SAMPLES: Mapping[str, tuple[str, str, str, str]] = {
    "zh-Hans": (
        "周敏",
        "zhou.min@qingshan-bank.example",
        "堡垒机无法登录，多名运维人员受影响",
        """您好：

今天上午 9 点左右开始，我行上海数据中心的堡垒机无法登录，页面提示“认证服务不可用”，十几名运维人员都受影响。
重启认证服务后仍然不行，请尽快协助处理。

周敏
青山农村商业银行股份有限公司 信息科技部
手机：138 0001 0001
""",
    ),
    "zh-Hant": (
        "陳怡君",
        "yijun.chen@haiyan-logistics.example",
        "防火牆 VPN 無法連線",
        """您好：

今早起，台北辦公室的防火牆 VPN 無法連線，約二十位同仁無法存取內部系統，麻煩盡快協助，謝謝。

陳怡君
海燕物流股份有限公司 資訊部
電話：+886 2 5550 0303
""",
    ),
    "en": (
        "Emma Clarke",
        "emma.clarke@northwind-semi.example",
        "WAF keeps blocking our order portal",
        """Hello,

Since about 08:30 today the WAF has been blocking our order portal and customers see error 502.
Switching the policy to monitor mode did not help. Could you please look into it?

Best regards,
Emma Clarke
Northwind Semiconductor (Suzhou) Co., Ltd.
+86 512 5550 0404
""",
    ),
}


def run(config: Config, file: Path | None, language: str, out: Console) -> None:
    """Send, wait, show. Raises GatewayError with what to do when nobody listens or nothing comes."""
    if config.channels.smtp.listen is None:
        raise GatewayError("channels.smtp.listen is empty: there is no port to send a mail to")
    raw, sender = _mail(config, file, language)
    started = time.monotonic()
    seen = _outgoing(config)
    _send(config, raw, sender)
    out.print(f"sent to {config.channels.mail.address} as {sender}", highlight=False)
    if not config.relay_url.startswith("maildir:"):
        out.print("the answer leaves by the relay: look into the sender's mailbox", highlight=False)
        return
    message_id = BytesParser(policy=email.policy.compat32).parsebytes(raw, headersonly=True)["Message-ID"]
    while time.monotonic() - started < PATIENCE_SECONDS:
        for name, answer in _outgoing(config).items():
            if name not in seen and str(answer.get("In-Reply-To", "")).strip() == str(message_id).strip():
                _show(answer, time.monotonic() - started, out)
                return
        time.sleep(LOOK_EVERY_SECONDS)
    raise GatewayError(
        f"no answer within {PATIENCE_SECONDS} s; `gateway inbox list` says what became of the mail "
        "(an automatic or repeated mail is not answered)"
    )


def _mail(config: Config, file: Path | None, language: str) -> tuple[bytes, str]:
    if file is not None:
        try:
            raw = file.read_bytes()
        except OSError as error:
            raise GatewayError(f"cannot read {file}: {error.strerror}") from None
        sender = str(
            BytesParser(policy=email.policy.compat32).parsebytes(raw, headersonly=True).get("From", "")
        )
        return raw, sender.rpartition("<")[2].rstrip("> ") or "customer@customer.example"
    if language not in SAMPLES:
        raise GatewayError(f"no sample in {language!r}; there are: {', '.join(SAMPLES)}")
    name, address, subject, text = SAMPLES[language]
    message = EmailMessage(policy=email.policy.SMTP)
    message["From"] = f"{name} <{address}>"
    message["To"] = config.channels.mail.address
    message["Subject"] = subject
    message["Date"] = format_datetime(datetime.now(UTC))
    message["Message-ID"] = make_msgid(domain=address.rpartition("@")[2])
    message.set_content(text)
    return message.as_bytes(), address


def _send(config: Config, raw: bytes, sender: str) -> None:
    assert config.channels.smtp.listen is not None, "checked by run()"  # noqa: S101 - for the type checker
    host, port = config.channels.smtp.listen
    try:
        with smtplib.SMTP(host, port, timeout=PATIENCE_SECONDS) as client:
            client.sendmail(sender, [config.channels.mail.address], raw)
    except ConnectionRefusedError:
        raise GatewayError(f"nobody listens on {host}:{port}; start the gateway with `make run`") from None
    except (smtplib.SMTPException, OSError) as error:
        raise GatewayError(f"the gateway did not take the mail: {error}") from None


def _outgoing(config: Config) -> dict[str, EmailMessage]:
    folder = config.path(Path(config.relay_url.removeprefix("maildir:"))) / "new"
    parser = BytesParser(EmailMessage, policy=email.policy.default)
    return {path.name: parser.parsebytes(path.read_bytes()) for path in sorted(folder.glob("*"))}


def _show(answer: EmailMessage, seconds: float, out: Console) -> None:
    body = answer.get_body(("plain",))
    text = body.get_content() if body is not None else ""
    title = Text(f"answered after {seconds:.1f} s: ") + Text(printable(str(answer["Subject"])), style="bold")
    out.print(Panel(Text(printable(str(text), keep_lines=True).strip()), title=title, title_align="left"))
    out.print("`gateway cases list` shows the case; a reply to this answer lands on it", highlight=False)
