"""The signed webhook: whoever does not know the secret is nobody, and what is sent has an id of its own."""

import asyncio
import base64
import json
import random
import string
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette

from gateway.channels.webhook import WebhookChat, open_channel
from gateway.chat_channel import Call, ChannelSettings
from gateway.chat_note import Button, ChatFile, ChatNote, to_bytes
from gateway.errors import DeliveryError
from gateway.messages import Parcel
from gateway.portal.calling import calling_routes
from gateway.portal.server import serve
from tests.channels.chat_house import MemoryHouse
from tests.chat.contract.bench import call
from tests.chat.contract.service import Request, Response, serving
from tests.chat.contract.webhook_bench import SECRET, signed
from tests.real_servers import program

GUIDE = Path(__file__).parents[2] / "docs" / "chat-webhook.md"
TIMES = ("", "now", "0", "-1", "１２", "9" * 5000)
EVENT: dict[str, Any] = {
    "id": "e1",
    "event": "message",
    "at": "2026-11-23T09:29:58+08:00",
    "person": {"id": "zhangsan", "name": "张三", "language": "zh-CN"},
    "message": "m1",
    "text": "堡垒机登录不上",
}


@dataclass
class Stage:
    """The channel, and the adapter that it posts to."""

    house: MemoryHouse = field(default_factory=MemoryHouse)
    posted: list[Request] = field(default_factory=list[Request])
    answers: list[Response] = field(default_factory=list[Response])
    channel: WebhookChat = field(init=False)

    def answer(self, request: Request) -> Response:
        """What a test has ordered, else 200."""
        self.posted.append(request)
        return self.answers.pop(0) if self.answers else Response()

    @property
    def documents(self) -> list[dict[str, Any]]:
        """What was posted."""
        return [json.loads(request.body) for request in self.posted]

    @property
    def now(self) -> str:
        """As it is signed."""
        return str(int(self.house.now().timestamp()))

    def genuine(self, **changed: Any) -> Call:
        """A call with a good signature."""
        body = json.dumps(EVENT | changed).encode()
        return Call("POST", {}, signed(body, self.now), body)

    async def status(self, question: Call) -> int:
        """How it is answered."""
        return await call(self.channel.called, question)


@pytest.fixture
async def stage() -> AsyncGenerator[Stage]:
    """Joined."""
    scene = Stage()
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(serving(scene.answer))
        settings = ChannelSettings("wecom", {"url": f"{url}/out", "longest_text": 200}, {"signing": SECRET})
        scene.channel = open_channel(settings, scene.house)
        yield scene
        await scene.channel.close()


def parcel(text: str = "您好", *buttons: Button, to: str = "wecom:/zhangsan") -> Parcel:
    """Something owed."""
    return Parcel("k7m2qx4a", "", to, to_bytes(ChatNote(text, buttons)))


# --- who calls -------------------------------------------------------------------------------------------------


async def test_a_genuine_call_is_kept_and_told_so(stage: Stage) -> None:
    """Everything that it says, and in whose chat."""
    answer = await stage.channel.called(stage.genuine())
    assert (answer.status, answer.body) == (200, b'{"kept": true}')
    (update,) = stage.house.kept
    assert (update.text, update.message, str(update.address)) == (EVENT["text"], "m1", "wecom:/zhangsan")
    assert (update.person_name, update.language) == ("张三", "zh-CN")


async def test_a_replayed_body_changes_nothing(stage: Stage) -> None:
    """T29: who has overheard a call can repeat it for five minutes, and gains nothing by it."""
    question = stage.genuine()
    assert await stage.status(question) == 200
    answer = await stage.channel.called(question)
    assert (answer.status, answer.body) == (200, b'{"kept": false}')
    stage.house.moment += timedelta(minutes=5, seconds=1)
    assert await stage.status(question) == 401
    assert len(stage.house.kept) == 1


@pytest.mark.parametrize("seconds", [-301, 301, 86_400])
async def test_a_signature_of_another_time_is_no_signature(stage: Stage, seconds: int) -> None:
    """Five minutes either way."""
    body = json.dumps(EVENT).encode()
    timestamp = str(int(stage.now) + seconds)
    assert await stage.status(Call("POST", {}, signed(body, timestamp), body)) == 401


def forgeries(genuine: Call, chance: random.Random) -> list[Call]:
    """What somebody without the secret can make of a call that they have overheard, and out of nothing."""
    headers, body = dict(genuine.headers), genuine.body
    signature, timestamp = headers["x-gateway-signature"], headers["x-gateway-timestamp"]
    others = [
        *(
            "",
            "sha256=",
            signature.removeprefix("sha256="),
            signature.upper(),
            signature[:-1],
            signature + "0",
        ),
        *("sha1=" + signature[7:], "sha256=" + "0" * 64, "null", "é" * 64, "\udcff", signature + "\x00"),
    ]
    for _ in range(200):
        place = chance.randrange(7, len(signature))
        letter = chance.choice(string.hexdigits.lower())
        if letter != signature[place]:
            others.append(signature[:place] + letter + signature[place + 1 :])
    made = [replace(genuine, headers=headers | {"x-gateway-signature": other}) for other in others]
    for _ in range(200):
        place = chance.randrange(len(body))
        altered = body[:place] + bytes([body[place] ^ (1 << chance.randrange(8))]) + body[place + 1 :]
        made.append(replace(genuine, body=altered))
    made += [
        replace(genuine, body=body + b" "),
        replace(genuine, body=b""),
        replace(genuine, headers={}),
        replace(genuine, headers={"x-gateway-timestamp": timestamp}),
        replace(genuine, headers={"x-gateway-signature": signature}),
        *(
            replace(genuine, headers=headers | {"x-gateway-timestamp": other})
            for other in (*TIMES, f"{timestamp}0", f" {timestamp}", f"{int(timestamp) + 1}")
        ),
        *(
            replace(genuine, headers=signed(body, timestamp, secret))
            for secret in (
                "",
                "x",
                SECRET[:-1],
                SECRET + " ",
                SECRET.upper(),
                "the-secret-of-another-channel",
            )
        ),
    ]
    return made


async def test_of_hundreds_of_forgeries_none_is_heard(stage: Stage) -> None:
    """T29, issue 6: no secret, another's secret, altered bodies, borrowed signatures: 0 succeed."""
    attempts = forgeries(stage.genuine(), random.Random(20_261_123))
    assert len(attempts) > 400
    assert {await stage.status(attempt) for attempt in attempts} == {401}
    assert stage.house.kept == []


async def test_a_document_of_ours_thrown_back_is_refused(stage: Stage) -> None:
    """It bears a signature of our own: what we say is nothing that a person did."""
    await stage.channel.send(parcel("您好", Button("已解决", "solved.x")))
    (request,) = stage.posted
    assert await stage.status(Call("POST", {}, request.headers, request.body)) == 400
    assert stage.house.kept == []


async def test_only_a_post_is_listened_to(stage: Stage) -> None:
    """A link that somebody follows does nothing."""
    assert await stage.status(replace(stage.genuine(), method="GET")) == 405


async def test_what_is_wrong_is_named_and_nothing_of_the_body_is_quoted(stage: Stage) -> None:
    """Whoever writes an adapter learns what to mend."""
    for changed, named in (
        ({"person": {"id": 7}}, "person.id"),
        ({"event": "sang"}, "sang"),
        ({"at": "2026-11-23T09:30:00"}, "offset"),
        ({"message": None}, "message"),
    ):
        with pytest.raises(ValueError, match=named):
            await stage.channel.called(stage.genuine(**changed))


async def test_a_moment_to_come_is_now(stage: Stage) -> None:
    """LESSONS 62: a date in the future would stand above everything for ever."""
    await stage.status(stage.genuine(at="2199-01-01T00:00:00Z"))
    assert stage.house.kept[0].at == stage.house.now()


async def test_a_group_and_its_thread_are_told_apart_from_a_person(stage: Stage) -> None:
    """Ids are the service's: a person called like a group is another chat."""
    for number, where in enumerate(({"group": "x"}, {"group": "x", "thread": "t"}, {"person": {"id": "x"}})):
        assert await stage.status(stage.genuine(id=f"e{number}", **where)) == 200
    assert [str(update.address) for update in stage.house.kept] == ["wecom:/-x", "wecom:/-x/t", "wecom:/x"]


# --- what is sent ----------------------------------------------------------------------------------------------


async def test_what_is_sent_says_where_and_is_signed(stage: Stage) -> None:
    """docs/chat-webhook.md, "What is posted to you"."""
    await stage.channel.send(parcel("您好", Button("已解决", "solved.x")))
    (request,) = stage.posted
    assert signed(request.body, stage.now).items() <= request.headers.items()
    assert request.headers["x-gateway-delivery"] == "k7m2qx4a"
    assert stage.documents == [
        {
            "id": "k7m2qx4a",
            "event": "message",
            "to": {"person": "zhangsan", "group": None, "thread": None},
            "text": "您好",
            "buttons": [{"label": "已解决", "data": "solved.x"}],
        }
    ]


async def test_a_message_is_known_by_our_id_and_by_theirs(stage: Stage) -> None:
    """An answer may refer to either; an id that we cannot keep is passed over."""
    stage.answers = [
        Response(body=b'{"message": "om_77"}'),
        Response(body=b'{"message": "' + b"x" * 99 + b'"}'),
    ]
    await stage.channel.send(parcel())
    assert {message for _, message, _ in stage.house.noted} == {"k7m2qx4a", "om_77"}
    stage.house.noted.clear()
    await stage.channel.send(parcel())
    assert {message for _, message, _ in stage.house.noted} == {"k7m2qx4a"}


async def test_every_piece_has_an_id_that_is_the_same_at_the_next_attempt(stage: Stage) -> None:
    """F22: the other side shows each once, however often it comes."""
    text = "一" * 150 + "\n\n" + "二" * 150
    stage.answers = [Response(), Response(503)]
    with pytest.raises(DeliveryError):
        await stage.channel.send(parcel(text))
    await stage.channel.send(parcel(text))
    assert [document["id"] for document in stage.documents] == [f"k7m2qx4a-{n}" for n in (1, 2, 1, 2)]


@pytest.mark.parametrize(
    ("answer", "permanent", "in_doubt"),
    [
        (Response(400), True, False),
        (Response(403), True, False),
        (Response(410), True, False),
        (Response(408), False, False),
        (Response(500), False, False),
        (Response(503), False, False),
        (Response(302), False, False),
        (Response(falls_silent=True), False, True),
    ],
)
async def test_what_an_answer_means_to_the_outbox(
    stage: Stage, answer: Response, permanent: bool, in_doubt: bool
) -> None:
    """4xx for good, 5xx later, silence in doubt (F19, F22, F26)."""
    stage.answers = [answer]
    with pytest.raises(DeliveryError) as failed:
        await stage.channel.send(parcel())
    assert (failed.value.permanent, failed.value.in_doubt) == (permanent, in_doubt)


async def test_a_short_wait_is_waited_here_and_a_long_one_by_the_outbox(stage: Stage) -> None:
    """F26: Retry-After is honoured for the chat that it was said of; others go on."""
    stage.answers = [Response(429, headers={"Retry-After": "1"})]
    await stage.channel.send(parcel())
    assert len(stage.posted) == 2
    stage.answers = [Response(429, headers={"Retry-After": "600"})]
    for _ in range(2):
        with pytest.raises(DeliveryError) as asked:
            await stage.channel.send(parcel())
        assert not asked.value.permanent
        assert timedelta(minutes=9) < asked.value.wait <= timedelta(minutes=10)
    assert len(stage.posted) == 3, "nothing is asked before the time is over"
    await stage.channel.send(parcel(to="wecom:/lisi"))


async def test_a_date_to_wait_for_is_read_too(stage: Stage) -> None:
    """RFC 9110 §10.2.3; and a wait without end is a day."""
    stage.answers = [
        Response(503, headers={"Retry-After": "Mon, 23 Nov 2026 02:30:00 GMT"}),
        Response(503, headers={"Retry-After": "9" * 30}),
        Response(503, headers={"Retry-After": "soon"}),
    ]
    waits: list[timedelta] = []
    for who in ("a", "b", "c"):
        with pytest.raises(DeliveryError) as asked:
            await stage.channel.send(parcel(to=f"wecom:/{who}"))
        waits.append(asked.value.wait)
    assert waits == [timedelta(hours=1), timedelta(days=1), timedelta()]


async def test_a_letters_files_are_in_its_last_message(stage: Stage) -> None:
    """What an engineer sends a customer arrives; the text names it for services that take no files."""
    note = ChatNote("请看附件。" * 100, files=(ChatFile("日志说明.txt", "您好".encode()),))
    await stage.channel.send(Parcel("k7m2qx4a", "", "wecom:/zhangsan", to_bytes(note)))
    *earlier, last = stage.documents
    assert earlier
    assert not any("files" in document for document in earlier)
    (sent,) = last["files"]
    assert (sent["name"], base64.b64decode(sent["content"]).decode()) == ("日志说明.txt", "您好")
    assert "[日志说明.txt]" in last["text"]


async def test_used_buttons_are_told_and_nothing_depends_on_it(stage: Stage) -> None:
    """A service that cannot take them away leaves them."""
    stage.answers = [Response(501)]
    await stage.channel.take_buttons_away("wecom:/-ops", "m5")
    (document,) = stage.documents
    assert (document["event"], document["message"], document["to"]["group"]) == ("buttons_used", "m5", "ops")


async def test_what_is_said_in_passing_is_tried_once(stage: Stage) -> None:
    """They can ask again."""
    stage.answers = [Response(500)]
    await stage.channel.say("wecom:/zhangsan", ChatNote("目前没有处理中的工单。"))
    assert len(stage.posted) == 1
    assert stage.house.noted == []


# --- the guide -------------------------------------------------------------------------------------------------


async def test_the_example_of_the_guide_works_as_it_stands(stage: Stage, tmp_path: Path) -> None:
    """Whoever writes an adapter begins by pasting it into a shell."""
    for name in ("curl", "openssl"):
        program(name)
    script = GUIDE.read_text(encoding="utf-8").partition("```sh\n")[2].partition("```")[0]
    (tmp_path / "wecom").write_text(SECRET)
    stage.house.moment = datetime.now(UTC)
    portal = await serve(Starlette(routes=calling_routes({"wecom": stage.channel.called})), "127.0.0.1", 0)
    try:
        script = script.replace("/run/secrets/wecom", str(tmp_path / "wecom")).replace(
            ":8080", f":{portal.port}"
        )
        shell = await asyncio.create_subprocess_exec("sh", "-c", script, stdout=asyncio.subprocess.PIPE)
        said, _ = await shell.communicate()
    finally:
        await portal.stop()
    assert said == b'{"kept": true}'
    assert stage.house.texts == ["堡垒机登录不上"]
