"""The new words are told from the old ones, for the mail programs that customers use.

All mails here are invented. They show classes of mail: a client's own attribution, head or separator.
"""

import random
import sys
from collections import Counter
from collections.abc import Callable
from types import FrameType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.parsers import quoting

NEW = "The tunnel is up again."

ATTRIBUTIONS = {
    "Gmail": "On Tue, Mar 5, 2024 at 10:33 AM Desk Oak <d@oak.example> wrote:",
    "Gmail, wrapped": "On Tue, Mar 5, 2024 at 10:33 AM Desk Oak of the Night Shift <\nd@oak.example> wrote:",
    "Gmail, verb wrapped": "On Tue, Mar 5, 2024 at 10:33 AM Desk Oak <d@oak.example>\nwrote:",
    "Thunderbird": "On 05/03/2024 10:33, Desk Oak wrote:",
    "Apple Mail": "On 5 Mar 2024, at 10:33, Desk Oak <d@oak.example> wrote:",
    "Zoho": "---- On Tue, 05 Mar 2024 10:33:00 +0800 Desk Oak <d@oak.example> wrote ----",
    "Yahoo of old": "--- On Tue, 3/5/24, d@oak.example <d@oak.example> wrote:",
    "Gmail, no verb": "2024-03-05 10:33 GMT+08:00 Desk Oak <d@oak.example>:",
    "German": "Am Di., 5. März 2024 um 10:33 Uhr schrieb Desk Oak <d@oak.example>:",
    "German, verb first": "Desk Oak <d@oak.example> schrieb am Di., 5. März 2024\num 10:33 Uhr:",
    "French": "Le mar. 5 mars 2024 à 10:33, Desk Oak <d@oak.example>\na écrit :",
    "Spanish": "El mar, 5 mar 2024 a las 10:33, Desk Oak (<d@oak.example>) escribió:",
    "Italian": "Il giorno mar 5 mar 2024 alle ore 10:33 Desk Oak <d@oak.example> ha scritto:",
    "Portuguese": "Em ter., 5 de mar. de 2024 às 10:33, Desk Oak <d@oak.example> escreveu:",
    "Dutch": "Op di 5 mrt 2024 om 10:33 schreef Desk Oak <d@oak.example>:",
    "Dutch, Apple": "Op 5 mrt 2024, om 10:33 heeft Desk Oak <d@oak.example> het volgende geschreven:",
    "Danish": "Den tirs. 5. mar. 2024 kl. 10.33 skrev Desk Oak <d@oak.example>:",
    "Swedish": "Den tis 5 mars 2024 kl 10:33 skrev Desk Oak <d@oak.example>:",
    "Norwegian": "tir. 5. mars 2024 kl. 10:33 skrev Desk Oak <d@oak.example\n>:",
    "Finnish": "ti 5. maalisk. 2024 klo 10.33 Desk Oak (d@oak.example) kirjoitti:",
    "Polish": "wt., 5 mar 2024 o 10:33 Desk Oak <d@oak.example> napisał(a):",
    "Polish, portal": "W dniu 2024-03-05 10:33:07 użytkownik Desk Oak <d@oak.example> napisał:",
    "Czech": "út 5. 3. 2024 v 10:33 odesílatel Desk Oak <d@oak.example> napsal:",
    "Hungarian": "Desk Oak <d@oak.example> ezt írta (időpont: 2024. márc. 5., K, 10:33):",
    "Russian": "вт, 5 мар. 2024 г. в 10:33, Desk Oak <d@oak.example> написал:",
    "Ukrainian": "вт, 5 бер. 2024 р. о 10:33 Desk Oak <d@oak.example> пише:",
    "Vietnamese": "Vào 10:33, 5 tháng 3, 2024, Desk Oak <d@oak.example> đã viết:",
    "Japanese": "2024年3月5日(火) 10:33 山本 <d@oak.example>:",
    "Korean": "2024년 3월 5일 (화) 오전 10:33, 김 <d@oak.example>님이 작성:",
    "Gmail, Simplified": "橡树客服 <d@oak.example> 于2024年3月5日周二 10:33写道：",
    "Gmail, Traditional, wrapped": "橡樹客服 <d@oak.example> 於 2024年3月5日 週二\n上午10:33寫道：",
    "Apple Mail, Simplified": "在 2024年3月5日，10:33，橡树客服 <d@oak.example> 写道：",
    "Thunderbird, Simplified": "在 2024/3/5 10:33, 橡树客服 写道:",
    "NetEase": '在 2024-03-05 10:33:22，"橡树客服" <d@oak.example> 写道：',
    "NetEase, English": 'At 2024-03-05 10:33:22, "橡树客服" <d@oak.example> wrote:',
    "WeCom": "橡树客服<d@oak.example> 在 2024年3月5日 周二 10:33 写道：",
}

HEADS = {
    "Outlook": "From: Desk Oak <d@oak.example>\nSent: Tuesday, March 5, 2024 10:33 AM\nTo: Lin\nSubject: RE: Tunnel",
    "Outlook, bold": "*From:* Desk Oak [mailto:d@oak.example]\n*Sent:* Tuesday, March 5, 2024\n*To:* Lin",
    "Outlook, rule": "__________________________\nFrom: Desk Oak\nSent: Tuesday, March 5, 2024\nTo: Lin\nSubject: T",
    "Outlook for Mac": "From: Desk <d@oak.example>\nDate: Tuesday, 5 March 2024 at 10:33\nTo: Lin\nSubject: T",
    "wrapped recipients": "From: Desk <d@oak.example>\nTo: Lin <lin@elm.example>;\n  Wu <wu@elm.example>\nSubject: T",
    "German": "Von: Desk <d@oak.example>\nGesendet: Dienstag, 5. März 2024 10:33\nAn: Lin\nBetreff: AW: T",
    "French": "De : Desk <d@oak.example>\nEnvoyé : mardi 5 mars 2024 10:33\nÀ : Lin\nObjet : RE: T",
    "Spanish": "De: Desk <d@oak.example>\nEnviado: martes, 5 de marzo de 2024\nPara: Lin\nAsunto: T",
    "Italian": "Da: Desk <d@oak.example>\nInviato: martedì 5 marzo 2024\nA: Lin\nOggetto: T",
    "Dutch": "Van: Desk <d@oak.example>\nVerzonden: dinsdag 5 maart 2024\nAan: Lin\nOnderwerp: T",
    "Danish": "Fra: Desk <d@oak.example>\nSendt: 5. marts 2024 10:33\nTil: Lin\nEmne: T",
    "Swedish": "Från: Desk <d@oak.example>\nSkickat: den 5 mars 2024\nTill: Lin\nÄmne: T",
    "Finnish": "Lähettäjä: Desk <d@oak.example>\nLähetetty: tiistai 5. maaliskuuta 2024\nVastaanottaja: Lin\nAihe: T",
    "Polish": "Od: Desk <d@oak.example>\nWysłano: wtorek, 5 marca 2024\nDo: Lin\nTemat: T",
    "Czech": "Od: Desk <d@oak.example>\nOdesláno: úterý 5. března 2024\nKomu: Lin\nPředmět: T",
    "Russian": "От: Desk <d@oak.example>\nОтправлено: 5 марта 2024 г.\nКому: Lin\nТема: T",
    "Japanese": "差出人: Desk <d@oak.example>\n送信日時: 2024年3月5日 10:33\n宛先: Lin\n件名: T",
    "Korean": "보낸 사람: Desk <d@oak.example>\n보낸 날짜: 2024년 3월 5일\n받는 사람: Lin\n제목: T",
    "Outlook, Simplified": "发件人: 客服 <d@oak.example>\n发送时间: 2024年3月5日\n收件人: 林\n主题: 答复: 隧道",
    "Outlook, Traditional": "寄件者: 客服 <d@oak.example>\n寄件日期: 2024年3月5日 10:33\n收件者: 林\n主旨: RE: 隧道",
    "Foxmail": " \n发件人： 客服\n发送时间： 2024-03-05 10:33\n收件人： 林\n主题： 回复: 隧道",
    "WeLink": "发件人：客服 <d@oak.example>\n收件人：林\n抄 送：吴\n主 题：隧道\n时 间：2024-03-05　10:33:22",
    "DingTalk": "-----------------------------\n发件人：客服 <d@oak.example>\n发送时间：2024年3月5日\n主　题：隧道",
    "QQ Mail": '----------- 原始邮件 -----------\n发件人: "客服"<d@oak.example>;\n发送时间: 2024年3月5日',
    "QQ Mail, English": '----------- Original -----------\nFrom: "客服"<d@oak.example>;\nDate: Tue, Mar 5, 2024',
    "Coremail": '-----原始邮件-----\n发件人:"客服" <d@oak.example>\n发送时间:2024-03-05 10:33:22 (星期二)',
    "NetEase Mail Master": "---- 回复的原邮件 ----\n| 发件人 | 客服<d@oak.example> |\n| 日期 | 2024年03月05日 |",
    "one line": "From: d@oak.example Date: Tue, 5 Mar 2024 Subject: Tunnel",
    "Lotus, Mutt": "-----Original Message-----",
    "German separator": "-----Ursprüngliche Nachricht-----",
    "French separator": "-------- Message d'origine --------",
    "bold separator": "*-------- Original Message --------*",
}


@pytest.mark.parametrize("attribution", ATTRIBUTIONS.values(), ids=ATTRIBUTIONS.keys())
def test_an_attribution_above_a_quote_leaves_with_it(attribution: str) -> None:
    """Old words read as new would be acted on again (RELIABILITY 0.15)."""
    words = quoting.split(f"{NEW}\n\n{attribution}\n\n> Is the tunnel up?\n> Please tell.\n")
    assert words.text == NEW
    assert "Is the tunnel up?" in words.quoted


@pytest.mark.parametrize("attribution", ATTRIBUTIONS.values(), ids=ATTRIBUTIONS.keys())
def test_an_attribution_cuts_off_an_old_message_without_marks(attribution: str) -> None:
    """Web mail quotes by indenting, and its plain text has no marks at all."""
    words = quoting.split(f"{NEW}\n\n{attribution}\n\nIs the tunnel up?\nPlease tell.\n")
    assert words.text == NEW
    assert words.quoted.endswith("Please tell.")


@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS.keys())
def test_the_head_of_an_old_message_cuts_it_off(head: str) -> None:
    """Outlook, the Chinese clients and their kin set a head above the old message and no marks (L-85)."""
    words = quoting.split(f"{NEW}\n\n{head}\n\nIs the tunnel up?\n\n> It was down.\nWhen was that?\n")
    assert words.text == NEW
    assert words.signature == ""
    assert words.quoted.endswith("When was that?")


def test_a_reply_below_the_quote_is_found() -> None:
    """Bottom-posting: the new words stand last."""
    body = "On 05/03/2024 10:33, Desk Oak wrote:\n> Is it up?\n\nYes, since noon.\n"
    assert quoting.split(body).text == "Yes, since noon."


def test_answers_between_quotes_are_all_kept_without_the_quotes() -> None:
    """Interleaved answers are one message of new words."""
    body = "林工，您好\n\n在 2024/3/5 10:33, 客服 写道:\n> 版本是多少？\n\n7.2\n\n> 重启过吗？\n\n两次\n"
    words = quoting.split(body)
    assert [line for line in words.text.split("\n") if line] == ["林工，您好", "7.2", "两次"]
    assert "重启过吗" in words.quoted


def test_the_broken_end_of_a_quoted_line_is_no_answer() -> None:
    """Mail programs wrap long quoted lines and lose the mark of the second half."""
    long = "> We replaced the first power supply and then the second one, and after that the"
    body = f"{NEW}\n\nOn 05/03/2024 10:33, Desk Oak wrote:\n{long}\nfan\n> tray.\n"
    assert quoting.split(body).text == NEW


def test_a_short_answer_squeezed_between_quoted_lines_is_kept() -> None:
    """It begins with a capital or follows a finished sentence, as broken lines do not."""
    question = "> Did you restart the second node of the cluster as well?"
    body = f"On 05/03/2024 10:33, Desk Oak wrote:\n{question}\nTwice.\n> When?\n"
    assert quoting.split(body).text == "Twice."


def test_a_reply_and_an_attribution_on_one_line_are_parted() -> None:
    """Some programs forget the line break."""
    assert (
        quoting.split("All fine--- On Tue, Mar 5, 2024 at 3:59 PM, d@oak.example wrote:\n> Hi").text
        == "All fine"
    )


@pytest.mark.parametrize(
    "body",
    [
        "On the surface it looks fine.\n\nOn the other hand, port 8080 is closed:\nno answer at all.",
        "As I wrote in ticket 4711, we expect this scenario:\nboth nodes restart.",
        "Visit us now\n>>> >>>  http://oak.example <<<\nor call.",
        "Dear desk,\n\nwe need these:\n-- a licence\n-- a manual\n\nPlease send both.",
        "Project: Elm\nStatus: open\nPriority: high\n\nThe gateway restarts.",
        "Run this:\n\n```\n> show tunnel\n-- \nOn 1 Jan 2024 10:00, root wrote:\n```\n\nand tell us.",
        "公司名称：榆树公司\n联系人：林芳\n电话：13800001111\n故障现象：隧道断开",
        "From: the desk of our director: please hurry, the tunnel is down.",
    ],
)
def test_what_only_looks_like_a_mark_cuts_nothing(body: str) -> None:
    """A false cut hides the customer's words; that is worse than a leak of old ones."""
    words = quoting.split(body)
    assert (words.text, words.quoted) == (body, "")


# -- never to nothing -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        "> the whole mail is a quote, with answers in another colour",
        "On 05/03/2024 10:33, Desk Oak wrote:\n\nOld words, then answers inside them.",
        "--\nLin",
        "Sent from my phone",
        "此致\n敬礼",
        "____________",
        "[外部邮件] 请谨慎处理",
    ],
)
def test_a_mail_is_never_stripped_to_nothing(body: str) -> None:
    """A quote answered inside itself must not arrive empty (L-86)."""
    assert quoting.split(body).text == body


def test_a_forward_without_a_note_stays_whole() -> None:
    """The forwarded words are the report (L-86)."""
    head = "---------- 转发邮件信息 ----------\n发件人：范 <f@elm.example>\n发送日期：2024-03-05\n主题：隧道"
    body = f"{head}\n\n隧道断了。\n\n林芳\n13800001111"
    words = quoting.split(body, is_reply=False)
    assert words.text == words.forwarded == body
    assert words.quoted == words.signature == ""


@pytest.mark.parametrize("note", ["FYI", "See below.", "见下", "請看", "Sent from my phone"])
def test_a_note_that_only_points_at_the_forward_leaves_it_whole(note: str) -> None:
    """ "FYI" says nothing: whoever reads only that would answer "what is the matter?"."""
    head = "---------- Forwarded message ---------\nFrom: Fan <f@elm.example>\nDate: Tue"
    body = f"{note}\n\n{head}\n\nThe tunnel is down."
    assert quoting.split(body).text == body


FORWARDS = {
    "Gmail": "---------- Forwarded message ---------\nFrom: Fan <f@elm.example>\nDate: Tue, Mar 5\nSubject: T\n\nDown.",
    "Apple Mail": "Begin forwarded message:\n\n> From: Fan <f@elm.example>\n> Subject: T\n>\n> Down.",
    "Apple Mail, marked": "> Begin forwarded message:\n>\n> From: Fan <f@elm.example>\n> Subject: T\n>\n> Down.",
    "Thunderbird, German": "-------- Weitergeleitete Nachricht --------\nVon: Fan <f@elm.example>\nBetreff: T\n\nDown.",
    "NetEase": "-------- 转发邮件信息 --------\n发件人：范 <f@elm.example>\n发送日期：2024-03-05\n主题：隧道\n\nDown.",
    "Gmail, Traditional": "---------- 轉寄的郵件 ---------\n寄件者： 范 <f@elm.example>\nDate: 2024年3月5日\n\nDown.",
    "Outlook, Simplified": "发件人: 范 <f@elm.example>\n发送时间: 2024年3月5日\n主题: 隧道\n\nDown.",
    "marked head": "> From: Fan <f@elm.example>\n> Date: Tue, 5 Mar 2024\n> Subject: T\n>\n> Down.",
}


@pytest.mark.parametrize("forward", FORWARDS.values(), ids=FORWARDS.keys())
def test_a_forward_with_a_note_is_told_apart_and_offered(forward: str) -> None:
    """The note is what the sender says; company and symptoms are read from the inner message."""
    words = quoting.split(f"Please look at this customer.\n\n{forward}", is_reply=False)
    assert words.text == "Please look at this customer."
    assert words.forwarded == forward
    assert "Down." in words.quoted


def test_in_a_first_mail_marked_lines_are_the_senders_own() -> None:
    """A pasted shell session begins its lines with `>`; nobody is quoted in a first mail."""
    body = "It says:\n\n> show tunnel\ntunnel 1 down\n> show log\nno peer"
    assert quoting.split(body, is_reply=False).text == body
    assert "show tunnel" not in quoting.split(body, is_reply=True).text


def test_a_banner_of_a_mail_gateway_is_nobodys_new_words() -> None:
    """It stands above commands and answers, and would hide that they come first."""
    words = quoting.split(
        "CAUTION: This email originated from outside of the organization.\n\n#progress replaced"
    )
    assert words.text == "#progress replaced"


# -- signatures --------------------------------------------------------------------------------------

SIGNATURES = {
    "delimiter": "-- \nLin Fang\nElm Ltd",
    "careless delimiter": "--\nLin Fang\nElm Ltd",
    "rule": "--------------------------------\n林芳\n榆树银行信息科技部\n电话：021-5555 0000",
    "underscores": "________________\nLin Fang\n+86 21 5555 0000",
    "sign-off": "Best regards,\nLin Fang\nElm Ltd",
    "sign-off alone": "Kind regards",
    "sign-off with a name": "Regards, Lin",
    "thanks with a name": "Thanks!\nLin",
    "German": "Mit freundlichen Grüßen\n\nLena Ulme\nUlme GmbH",
    "Swedish": "Med vänlig hälsning\nLina",
    "Chinese": "此致\n敬礼\n\n林芳\n榆树科技有限公司\n手机：13800001111",
    "Chinese, one line": "祝商祺\n林芳",
    "Chinese, a blank inside": "敬祝 商祺\n林芳",
    "Chinese thanks": "谢谢！\n林芳 13800001111",
    "no sign-off": "林芳\n榆树科技有限公司 运维部\n021-5555 0000",
    "no sign-off, Latin": "Lin Fang\nlin@elm.example\n(555) 010-9947\nwww.elm.example",
    "name and number": "林芳 13800001111",
    "name with a number and a company": "林芳 021-555-771\n榆樹大飯店",
    "name with a post": "Lin Fang, ICT duty manager\nElm University Hospital, Galway\n+353 91 555 018",
    "postal code": "Lina Ulme\nUlme Logistik GmbH\n6020 Innsbruck",
    "phone": "Sent from my iPhone",
    "phone, Chinese": "发自我的iPhone",
    "phone under a name": "-Lin\n\nSent from my HTC smartphone!",
    "Outlook": "Get Outlook for iOS<https://elm.example/o>",
    "NetEase": "| |\n林芳\n|\n|\nlin@elm.example\n|\n签名由网易邮箱大师定制",
    "dashed name": "-lin",
    "slashed name": "/Lin",
    "disclaimer": "CONFIDENTIALITY NOTICE: this e-mail is for its recipient only.\nDelete it otherwise, and tell us.",
    "Chinese disclaimer": "林芳\n13800001111\n\n保密声明：本邮件含有保密信息，仅供收件人使用。",
    "two signatures": "Best regards,\nLin\n\n--\nLin Fang\nElm Ltd\n\nSent from my iPhone",
}


@pytest.mark.parametrize("signature", SIGNATURES.values(), ids=SIGNATURES.keys())
def test_the_signature_is_told_from_the_words_and_kept(signature: str) -> None:
    """Company, name and phone are read from it; symptoms and commands are not."""
    body = f"设备离线了，请尽快处理一下。\n\n{signature}"
    words = quoting.split(body)
    assert words.text == "设备离线了，请尽快处理一下。"
    assert words.signature == signature.rstrip()


def test_the_signature_above_a_quote_is_found_too() -> None:
    """Top-posting: the old message stands below the signature."""
    words = quoting.split(f"{NEW}\n\nThanks,\nLin\n\nOn 05/03/2024 10:33, Desk Oak wrote:\n> Is it?\n")
    assert (words.text, words.signature) == (NEW, "Thanks,\nLin")


@pytest.mark.parametrize(
    "body",
    [
        "Sent from my desk, it is quicker than by phone.",
        "The tunnel is down.\n\nThanks for your help!",
        "Fixed by a restart -- no new part was needed.",
        "We see:\n- node one\n- node two",
        "请处理。\n\n谢谢",
        "隧道断了。\n\n另外端口 8080 也不通",
        "Item  Price\n----------------\nFirewall  1250\nPrices hold until the end of the year, without tax.",
    ],
)
def test_words_that_only_look_like_a_signature_stay(body: str) -> None:
    """What lands in the signature is not read for symptoms."""
    words = quoting.split("Dear desk.\n\n" + body)
    assert words.text == "Dear desk.\n\n" + body


def test_an_old_message_right_below_the_phones_own_line_is_cut() -> None:
    """Some phones quote without any mark; the sender never writes below that line."""
    old = "Dear Lin, we have replaced the board. Does it work now? Please tell us soon."
    words = quoting.split(f"Works.\n\nSent from my Nokia\n\n{old}")
    assert words.text == "Works."
    assert words.signature == "Sent from my Nokia"
    assert words.quoted == old


# -- commands in old words ----------------------------------------------------------------------------


@pytest.mark.parametrize("head", [*ATTRIBUTIONS.values(), *HEADS.values()])
def test_a_command_in_old_words_never_becomes_new(head: str) -> None:
    """ "#resolved" in a quote would close the case again with every reply (RELIABILITY T39)."""
    for old in ("> #resolved\n> #close", "#resolved\n#close"):
        assert "#resolved" not in quoting.split(f"No, wait.\n\n{head}\n{old}").text


# -- hostile input -------------------------------------------------------------------------------------

_PIECES = """
    > |>> |On 1 Jan 2024 10:00, A <a@b.example> wrote:
    From: a@b.example|Date: Tue|To: x|--|-- |---|Thanks|Best regards|林芳
    13800001111|在 2024/3/5 10:33, 客服 写道:
    发件人：客服|发送时间：2024|```|<|Hello.|Sent from my phone|#resolved
    -------- 转发邮件信息 --------
    FYI|[外部邮件]|x--- On 1 Jan 2024 a@b.example wrote:|
    """.replace("\n    ", "|").split("|")


def _letters(text: str) -> Counter[str]:
    return Counter("".join(text.split()))


@given(
    st.lists(st.sampled_from(_PIECES) | st.text(max_size=12), max_size=14).map("\n".join),
    st.sampled_from([None, True, False]),
)
def test_every_letter_is_kept_once_and_something_is_left(body: str, is_reply: bool | None) -> None:
    """Text, signature and quote together are the body; an empty text means an empty body (L-86)."""
    words = quoting.split(body, is_reply=is_reply)
    assert _letters(words.text) + _letters(words.signature) + _letters(words.quoted) == _letters(body)
    assert bool(words.text.strip()) == bool(body.strip())


HOSTILE: dict[str, Callable[[int], str]] = {
    "On": lambda n: "On " * n,
    "On lines": lambda n: "On 1\n" * n,
    "open brackets": lambda n: "On 1 <\n" * n,
    "blank lines": lambda n: "a" + "\n" * n + "b",
    "From lines": lambda n: "From: a\n" * n,
    "From in a line": lambda n: "From: a " * n,
    "heads": lambda n: "From: a\nDate: b\n" * n,
    "labels and blanks": lambda n: "发件人：a\n\n" * n,
    "marks": lambda n: ">" * n,
    "marked lines": lambda n: "> x\n" * n,
    "alternating": lambda n: "> abc (\nlower\n" * n,
    "deepening": lambda n: "\n".join(">" * (i % 50) + " On 1 wrote:" for i in range(n)),
    "wrapped verbs": lambda n: "a@b.example <\n wrote:\n" * n,
    "colons": lambda n: "x 10:00 2024:\n" * n,
    "dashes": lambda n: "-" * n,
    "rules": lambda n: "---\n\n" * n,
    "delimiters": lambda n: "--\n" * n,
    "at signs": lambda n: "@." * n,
    "fences": lambda n: "```\n" * n,
    "phones": lambda n: "hi\nSent from my x\n" * n,
    "sign-offs": lambda n: "thanks\nbob\n" * n,
    "contacts": lambda n: "林芳\n电话 0512345678\n" * n,
    "disclaimers": lambda n: "x\nDisclaimer\n" * n,
    "shared lines": lambda n: "x--- On " * n,
    "ligatures": lambda n: "ﷺ" * n,
    "separators": lambda n: "-----Original Message-----\n" * n,
    "forwards": lambda n: "Begin forwarded message:\n> a\n" * n,
    "banners": lambda n: "[外部邮件]\n" * n,
}


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE.keys())
def test_the_work_grows_no_faster_than_the_input(hostile: Callable[[int], str]) -> None:
    """Two well-known libraries hang on 24 kB of "On " (RELIABILITY 0.16, T14); counted in calls, not in seconds."""
    assert _calls(hostile(400)) < 2.5 * _calls(hostile(200)) + 300


@pytest.mark.parametrize("seed", range(200))
def test_nor_does_it_for_two_hundred_patterns_of_pieces_of_mail(seed: int) -> None:
    """Marks that break each other off halfway are where scanners turn quadratic (T14)."""
    dice = random.Random(seed)
    pattern = "".join(
        dice.choice(_PIECES) + dice.choice(["\n", "\n", " ", "\n\n"]) for _ in range(dice.randint(1, 5))
    )
    assert _calls(pattern * 80) < 2.5 * _calls(pattern * 40) + 300


def test_a_megabyte_of_hostile_lines_is_told_apart() -> None:
    """Work that calls cannot count (copies, patterns) would show here as a test that never ends."""
    assert quoting.split(
        "reply\n" + "On 1 < " * 20_000 + "\n" + "From: a@\n" * 8_000 + " " * 500_000
    ).text.startswith("reply")


def _calls(body: str) -> int:
    """How many function calls, Python's own included, telling this body apart takes."""
    count = 0

    def counted(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(counted)
    try:
        quoting.split(body)
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.parametrize("line", ["zz", "word" + " word" * 300])
def test_lines_beyond_the_limits_follow_what_they_belong_to(line: str) -> None:
    """G17: a pasted log of a million lines costs as much as one of twenty thousand, and none of it is lost."""
    log = "\n".join([line] * (2 * quoting.MAX_LENGTH // len(line)))
    words = quoting.split(f"{NEW}\n\n{log}")
    assert words.text.startswith(NEW)
    assert words.text.count(line) == log.count(line)
    replied = quoting.split(f"{NEW}\n\n{ATTRIBUTIONS['Gmail']}\n{log}")
    assert replied.text == NEW
    assert replied.quoted.count(line) == log.count(line)
