"""A customer of the stories, wherever they write: in a private chat, in their company's group, or half-way by mail."""

import re
from dataclasses import dataclass, field
from typing import ClassVar

from gateway.chat_sandbox import Group, Message, Person
from tests.chat.scene import ChatScene
from tests.house import CHEN, EMMA, ZHOU

LINK = re.compile(r"/start ([a-z2-7]{32})")


@dataclass(frozen=True, slots=True)
class Words:
    """What is said in one language: by the customer, by their engineer, and the parts of our answers to look for."""

    app: str
    contact: str
    mailbox: str
    company: str
    report: tuple[str, ...]
    symptoms_by_mail: str
    engineer: tuple[str, str]
    advice: str
    cure: str
    solved: str
    solved_button: str
    take_note_of: tuple[str, str, str]
    """How the acknowledgement, the second reply and an hourly update begin."""
    asked: tuple[str, str]


WORDS = {
    "zh-Hans": Words(
        app="zh-hans",
        contact="周敏",
        mailbox=ZHOU,
        company="青山农村商业银行股份有限公司",
        report=("堡垒机登录不上", "从早上九点开始的", "提示认证超时", "十几个人都受影响", "麻烦尽快看一下"),
        symptoms_by_mail="堡垒机还是登录不上，我改用邮件联系。",
        engineer=("王强", "wang.qiang"),
        advice="请先重启认证服务，再试一次。",
        cure="更换了认证模块",
        solved="已经好了，谢谢。",
        solved_button="已解决",
        take_note_of=("您报告的问题我们已开始处理", "现将故障情况和处理状态告知如下", "自上次通知以来"),
        asked=("请问贵公司全称是什么？", "请问联系人怎么称呼？"),
    ),
    "zh-Hant": Words(
        app="zh-hant",
        contact="陳怡君",
        mailbox=CHEN,
        company="海燕物流股份有限公司",
        report=(
            "堡壘機登入不了",
            "從早上九點開始的",
            "一直顯示驗證逾時",
            "十幾個人都受影響",
            "麻煩儘快看一下",
        ),
        symptoms_by_mail="堡壘機還是登入不了，我改用郵件聯絡。",
        engineer=("黃志豪", "huang.zhihao"),
        advice="請先重啟驗證服務，再試一次。",
        cure="更換了驗證模組",
        solved="已經好了，謝謝。",
        solved_button="已解決",
        take_note_of=("您反映的問題我們已開始處理", "謹將故障情形與處理狀態說明如下", "自上次通知以來"),
        asked=("請問貴公司全名是什麼？", "請問聯絡人怎麼稱呼？"),
    ),
    "en": Words(
        app="en",
        contact="Emma Clarke",
        mailbox=EMMA,
        company="Northwind Semiconductor (Suzhou) Co., Ltd.",
        report=(
            "The bastion host refuses every login",
            "since nine this morning",
            "it says authentication timed out",
            "about a dozen people are affected",
            "please have a look soon",
        ),
        symptoms_by_mail="The bastion host still refuses every login. I am writing by mail now.",
        engineer=("王强", "wang.qiang"),
        advice="Please restart the authentication service and try again.",
        cure="Replaced the authentication module",
        solved="It works again, thank you.",
        solved_button="It is solved",
        take_note_of=(
            "We have started work on the problem you reported",
            "This is what we know of the fault",
            "There is no new finding",
        ),
        asked=("Which company are you writing for?", "Whom should we contact?"),
    ),
}


@dataclass
class InPrivate:
    """A customer in a private chat with the bot, whom we do not know yet."""

    scene: ChatScene
    words: Words
    person: Person = field(init=False)

    def __post_init__(self) -> None:
        self.person = self.scene.person(self.words.contact, language=self.words.app)

    async def reports(self, *lines: str) -> None:
        """Five short lines, as people write."""
        await self.scene.says(self.person, *lines)

    async def answers(self, line: str) -> None:
        """The answer to our last question."""
        await self.scene.says(self.person, line)

    def messages(self) -> list[Message]:
        """What we have written there."""
        return self.scene.messages(self.person)

    def heard(self) -> list[str]:
        """Everything we have told them, in order."""
        return [message.text for message in self.messages()]

    async def goes_on(self) -> None:
        """Half-way through: they stay where they are."""

    async def confirms(self) -> None:
        """They press the button."""
        await self.presses(self.words.solved_button)

    async def presses(self, button: str) -> None:
        """The button under our latest message that has it."""
        holding = [message for message in self.messages() if button in str(message.markup)]
        self.person.press(holding[-1], button)
        await self.scene.taken()


@dataclass
class InAGroup(InPrivate):
    """The same customer in their company's support group, where colleagues talk among themselves."""

    administrator: ClassVar[bool] = True
    group: Group = field(init=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        colleague = self.scene.person("同事")
        self.group = self.scene.api.add_group("运维支持", self.person, colleague)
        self.group.add(self.scene.bot, self.person, administrator=self.administrator)
        colleague.write(self.group.chat, "中午一起吃饭吗？")

    async def reports(self, *lines: str) -> None:
        """The first line names the bot; the others follow it."""
        first, *others = lines
        for line in (f"@support_bot {first}", *others):
            self.person.write(self.group.chat, line)
        await self.scene.quiet()

    async def answers(self, line: str) -> None:
        """A reply to our last message: anything else is said to colleagues."""
        self.person.write(self.group.chat, line, reply_to=self.messages()[-1])
        await self.scene.quiet()

    def messages(self) -> list[Message]:
        """What we have written in the group, but for the greeting when we were added."""
        ours = [each for each in self.group.chat.transcript() if each.sender.id == self.scene.bot.id]
        return ours[1:]


@dataclass
class InAGroupAsMember(InAGroup):
    """The same group, where the bot is a plain member with privacy mode on: commands and replies are all it gets."""

    administrator: ClassVar[bool] = False

    async def reports(self, *lines: str) -> None:
        """One message that begins with a command: further lines of their own would not reach us."""
        self.person.write(self.group.chat, "\n".join((f"/new@support_bot {lines[0]}", *lines[1:])))
        await self.scene.quiet()


@dataclass
class ByMailHalfWay(InPrivate):
    """The same customer, who shows whose chat it is, and then writes a fresh mail instead."""

    heard_in_chat: list[str] | None = None

    async def goes_on(self) -> None:
        """A code to their mailbox links the chat; then the chat is left for the mail program."""
        scene, mailbox = self.scene, self.words.mailbox
        await scene.says(self.person, f"/link {mailbox}")
        found = LINK.search(scene.house.letter(mailbox).text)
        assert found is not None
        await scene.says(self.person, f"/start {found[1]}")
        self.heard_in_chat = super().heard()
        text = f"{self.words.symptoms_by_mail}\n{self.words.contact}"
        outcome = await scene.house.write(mailbox, text, subject=self.words.symptoms_by_mail[:20])
        assert (outcome.name, outcome.case_number) == ("added", scene.case().number)

    def heard(self) -> list[str]:
        """The chat until they left it, then their mailbox; the chat is silent from then on."""
        if self.heard_in_chat is None:
            return super().heard()
        assert super().heard() == self.heard_in_chat, "nothing is said twice, nor where nobody looks any more"
        return [
            *self.heard_in_chat,
            *(letter.text for letter in self.scene.house.letters(self.words.mailbox)[2:]),
        ]

    async def confirms(self) -> None:
        """They press reply."""
        scene = self.scene
        await scene.house.answer(scene.house.letter(self.words.mailbox, "please_confirm"), self.words.solved)


async def reported_in_a_group(scene: ChatScene) -> tuple[Group, Person, Person, Message]:
    """李娜 has reported a fault in a group where 梅 reads too: the group, both, and our answer there."""
    li, mei = scene.person("李娜"), scene.person("梅")
    group = scene.api.add_group("青山银行 · 运维", li, mei)
    group.add(scene.bot, li)
    li.write(group.chat, "/new@support_bot 堡垒机登录不上")
    await scene.quiet()
    return group, li, mei, group.chat.transcript()[-1]
