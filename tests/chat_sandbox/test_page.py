"""The people's page: what it shows and does, and that nobody else can use it."""

import base64
from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from gateway.chat_sandbox import BotApi, running
from gateway.chat_sandbox.cast import enter
from tests.chat_sandbox.scene import picture


class Browser:
    """A person's browser on the page."""

    def __init__(self, http: httpx.AsyncClient, api: BotApi) -> None:
        self.http = http
        self.api = api
        self.bot, _ = enter(api)
        self.person = next(iter(api.world.people))

    async def wish(self, act: str, **more: Any) -> httpx.Response:
        """Something to be done by the first person in the first chat."""
        return await self.http.post(
            "/sandbox/wish", json={"act": act, "person": self.person, "chat": 0, **more}
        )

    async def state(self) -> dict[str, Any]:
        """What there is to see."""
        return (await self.http.get("/sandbox/state")).json()


@pytest.fixture
async def browser() -> AsyncGenerator[Browser]:
    """The page of a sandbox with its shipped cast."""
    api = BotApi(lambda: datetime.now(UTC))
    async with running(api) as sandbox, httpx.AsyncClient(base_url=sandbox.url, trust_env=False) as http:
        yield Browser(http, api)


async def test_the_page_runs_under_a_policy_without_foreign_things(browser: Browser) -> None:
    """One style by its hash, one script of ours, nothing inline, nothing from elsewhere."""
    page, script = await browser.http.get("/"), await browser.http.get("/page.js")
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "style=" not in page.text
    assert "//" not in page.text.replace("<!doctype", "").replace("</", "")
    assert "innerHTML" not in script.text
    assert script.headers["content-type"].startswith("text/javascript")


async def test_a_person_can_do_on_the_page_what_an_app_can(browser: Browser) -> None:
    """Write, reply, edit, press, send files, sticker, voice and place, block and unblock."""
    await browser.wish("start", bot=browser.bot.id, text="payload")
    await browser.wish("write", text="登录不上")
    await browser.wish("edit", message=2, text="堡垒机登录不上")
    await browser.wish("write", text="reply", reply_to=2)
    for act in ("voice", "sticker", "location"):
        assert (await browser.wish(act)).status_code == 200
    content = base64.b64encode(picture()).decode()
    await browser.wish("file", name="p.png", type="image/png", content=content, text="caption")
    await browser.wish("file", name="log.txt", type="text/plain", content=content)
    messages = (await browser.state())["chats"][0]["messages"]
    assert [message.get("text") for message in messages[:3]] == ["/start payload", "堡垒机登录不上", "reply"]
    assert messages[2]["reply_to_message"]["message_id"] == 2
    kinds = ("voice", "sticker", "location", "photo", "document")
    assert [next(kind for kind in kinds if kind in message) for message in messages[3:]] == list(kinds)
    await browser.wish("block", bot=browser.bot.id)
    assert (await browser.state())["chats"][0]["blocked"] is True
    await browser.wish("unblock", bot=browser.bot.id)
    assert (await browser.wish("write", text="again")).status_code == 200


async def test_a_pressed_button_shows_the_bots_answer(browser: Browser) -> None:
    """The little note that an app shows."""
    await browser.wish("write", text="hello")
    url = f"/bot{browser.bot.token}"
    keys = {"inline_keyboard": [[{"text": "Yes", "callback_data": "y"}]]}
    sent = await browser.http.post(
        f"{url}/sendMessage", json={"chat_id": browser.person, "text": "?", "reply_markup": keys}
    )
    await browser.wish("press", message=sent.json()["result"]["message_id"], button="y")
    query = next(iter(browser.bot.callbacks))
    await browser.http.post(
        f"{url}/answerCallbackQuery", json={"callback_query_id": query, "text": "Thank you"}
    )
    assert [answer["text"] for answer in (await browser.state())["answers"]] == ["Thank you"]


async def test_people_groups_and_supergroups_are_made_on_the_page(browser: Browser) -> None:
    """So that anyone can try the bot by hand."""
    await browser.wish("person", text="Newcomer")
    await browser.wish("group", text="War room", bot=browser.bot.id)
    titles = [chat["title"] for chat in (await browser.state())["chats"]]
    assert titles.count("War room") == 1
    made = titles.index("War room")
    await browser.wish("upgrade", chat=made)
    state = await browser.state()
    assert state["people"][-1]["first_name"] == "Newcomer"
    assert state["chats"][made]["closed"] is True
    assert state["chats"][-1]["type"] == "supergroup"


@pytest.mark.parametrize(
    "wish",
    [
        {"act": "fly"},
        {"act": "write", "text": "x", "chat": 99},
        {"act": "write", "text": " "},
        {"act": "write", "text": "x", "person": 1},
        {"act": "press", "message": 77, "button": "x"},
        {"act": "file", "content": "no base64!", "name": "x"},
        {"act": "upgrade"},
    ],
)
async def test_what_nobody_can_do_is_said(browser: Browser, wish: dict[str, Any]) -> None:
    """409 with a sentence for the person."""
    answer = await browser.wish(**wish)
    assert answer.status_code == 409
    assert answer.text


async def test_another_web_page_cannot_reach_in(browser: Browser) -> None:
    """No foreign name (DNS rebinding), no form of another site (CSRF)."""
    foreign = await browser.http.get("/sandbox/state", headers={"Host": "evil.example"})
    assert foreign.status_code == 403
    wish = '{"act": "write", "text": "x", "person": 5200000001, "chat": 0}'
    form = await browser.http.post("/sandbox/wish", content=wish, headers={"Content-Type": "text/plain"})
    assert form.status_code == 415


async def test_a_file_that_is_no_picture_is_saved_not_shown(browser: Browser) -> None:
    """HTML that a bot sent must not run as the sandbox's own page."""
    content = base64.b64encode(b"<script>alert(1)</script>").decode()
    await browser.wish("file", name="x.html", type="text/html", content=content)
    document = (await browser.state())["chats"][0]["messages"][0]["document"]
    answer = await browser.http.get(f"/sandbox/file/{document['file_id']}")
    assert answer.headers["content-disposition"] == "attachment"
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["x-content-type-options"] == "nosniff"
