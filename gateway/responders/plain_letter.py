"""The built-in letter: what goes out when the owner's templates cannot be used (G22).

Short, in the three languages, without any file: the case number, the words if there are any, and how to reach us.
"""

from dataclasses import dataclass

from gateway.responders.letter_view import CaseView, Facts


@dataclass(frozen=True, slots=True)
class _Words:
    subject: str
    greeting: str
    customer: str
    staff: str
    reply: str
    hotline: str


_PLAIN = {
    "zh-Hans": _Words(
        subject="工单 {number}",
        greeting="您好！",
        customer="您的工单 {number} 有新的消息。",
        staff="工单 {number} 有新的通知：{notice}。",
        reply="如需联系我们，直接回复本邮件即可。",
        hotline="服务热线：{hotline}",
    ),
    "zh-Hant": _Words(
        subject="案件 {number}",
        greeting="您好：",
        customer="您的案件 {number} 有新的訊息。",
        staff="案件 {number} 有新的通知：{notice}。",
        reply="如需與我們聯絡，直接回覆本郵件即可。",
        hotline="服務專線：{hotline}",
    ),
    "en": _Words(
        subject="Case {number}",
        greeting="Hello,",
        customer="There is news on your case {number}.",
        staff="There is a new notice on case {number}: {notice}.",
        reply="To reach us, simply reply to this message.",
        hotline="Hotline: {hotline}",
    ),
}


def plain_subject(case: CaseView, language: str) -> str:
    """The built-in subject."""
    return _PLAIN.get(language, _PLAIN["en"]).subject.format(number=case.number)


def plain_text(
    notice: str,
    case: CaseView,
    facts: Facts,
    *,
    audience: str,
    language: str,
    vendor: str,
    hotline: str | None,
) -> str:
    """The built-in text; a language that it does not have gets English."""
    words = _PLAIN.get(language, _PLAIN["en"])
    news = (words.customer if audience == "customer" else words.staff).format(
        number=case.number, notice=notice
    )
    signature = [vendor, *([words.hotline.format(hotline=hotline)] if hotline else [])]
    quoted = "\n".join(f"> {line}".rstrip() for line in facts.words)
    paragraphs = [words.greeting, news, quoted, words.reply, "\n".join(["-- ", *signature])]
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph) + "\n"
