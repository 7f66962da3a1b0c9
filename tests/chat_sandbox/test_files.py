"""Files both ways: media objects, ids, limits (docs, "Sending files", getFile)."""

import pytest

from gateway.chat_sandbox.files import LARGEST_UPLOAD
from gateway.chat_sandbox.form_data import BrokenForm, Upload, read_form
from tests.chat_sandbox.scene import Scene, picture


def test_a_document_has_the_name_and_type_of_its_sender(scene: Scene) -> None:
    """As it came; a gateway must never open it as a path."""
    scene.li.send_file(scene.chat, "../日志.txt", b"12345", type="text/plain", caption="see /status")
    message = scene.updates()[0]["message"]
    document = message["document"]
    assert (document["file_name"], document["mime_type"], document["file_size"]) == (
        "../日志.txt",
        "text/plain",
        5,
    )
    assert message["caption"] == "see /status"
    path = scene.done("getFile", file_id=document["file_id"])["file_path"]
    assert path.startswith("documents/file_")
    assert path.endswith(".txt")


def test_twenty_megabytes_can_be_fetched_and_not_one_byte_more(scene: Scene) -> None:
    """ "The maximum file size to download is 20 MB"."""
    for size in (20 << 20, (20 << 20) + 1):
        scene.li.send_file(scene.chat, "dump.bin", b"x", size=size)
    fits, too_big = (update["message"]["document"]["file_id"] for update in scene.updates())
    scene.done("getFile", file_id=fits)
    assert scene.refused("getFile", file_id=too_big) == "Bad Request: file is too big"


def test_a_file_id_is_one_bots_own(scene: Scene) -> None:
    """ "file_id is unique for each individual bot and can't be transferred from one bot to another"."""
    other = scene.api.add_bot("other_bot")
    group = scene.api.add_group("Support", scene.li)
    for bot in (scene.bot, other):
        bot.privacy = False
        group.add(bot, scene.li)
    for bot in (scene.bot, other):
        scene.confirm_all(bot)
    scene.li.send_file(group.chat, "a.txt", b"x")
    mine = scene.updates()[0]["message"]["document"]["file_id"]
    theirs = scene.updates(bot=other)[0]["message"]["document"]["file_id"]
    assert mine != theirs
    assert scene.refused("getFile", file_id=theirs) == "Bad Request: invalid file_id"
    refused = scene.refused("sendDocument", chat_id=scene.chat.id, document=theirs)
    assert refused == "Bad Request: wrong file identifier/HTTP URL specified"
    assert scene.done("sendDocument", chat_id=scene.chat.id, document=mine)["document"]["file_id"] == mine


def test_a_photo_comes_in_sizes_the_largest_last(scene: Scene) -> None:
    """PhotoSize, as clients pick it."""
    scene.li.send_photo(scene.chat, picture(1800, 900), caption="the screen")
    sizes = scene.updates()[0]["message"]["photo"]
    assert [(size["width"], size["height"]) for size in sizes] == [(90, 45), (1800, 900)]


def test_an_album_of_a_person_is_one_group_of_updates(scene: Scene) -> None:
    """One update a photo, one media_group_id, the caption on the first (LESSONS 106)."""
    scene.li.send_album(scene.chat, [picture()] * 3, caption="three screens")
    messages = [update["message"] for update in scene.updates()]
    assert len({message["media_group_id"] for message in messages}) == 1
    assert [message.get("caption") for message in messages] == ["three screens", None, None]


def test_voice_sticker_and_location_come_as_they_are(scene: Scene) -> None:
    """What a gateway handles or kindly declines."""
    scene.li.send_voice(scene.chat)
    scene.li.send_sticker(scene.chat)
    scene.li.send_location(scene.chat, 31.23, 121.47)
    voice, sticker, place = (update["message"] for update in scene.updates())
    assert voice["voice"]["mime_type"] == "audio/ogg"
    assert sticker["sticker"]["type"] == "regular"
    assert place["location"] == {"latitude": 31.23, "longitude": 121.47}


@pytest.mark.parametrize(
    ("kind", "upload", "problem"),
    [
        ("document", Upload("a", "x/y", b""), "Bad Request: file must be non-empty"),
        ("document", None, "Bad Request: there is no document in the request"),
        ("photo", Upload("a.png", "image/png", b"no picture"), "Bad Request: IMAGE_PROCESS_FAILED"),
        ("document", Upload("a", "x/y", bytes(LARGEST_UPLOAD + 1)), "Request Entity Too Large"),
    ],
)
def test_an_upload_telegram_would_not_take_is_refused(
    scene: Scene, kind: str, upload: Upload | None, problem: str
) -> None:
    """50 MB for documents, pictures for photos, and something at all."""
    files = {kind: upload} if upload else {}
    method = f"send{kind.capitalize()}"
    assert scene.refused(method, chat_id=scene.chat.id, files=files) == problem


def form(*parts: tuple[str, bytes]) -> bytes:
    """A form with the boundary `x`: heads and contents."""
    return (
        b"".join(b"--x\r\n%s\r\n\r\n%s\r\n" % (head.encode(), content) for head, content in parts)
        + b"--x--\r\n"
    )


def test_a_form_keeps_every_byte_of_a_file() -> None:
    """Line ends, dashes and all: a log that arrives changed is no evidence."""
    content = b"\r\n--\r\n--y\n\x00\xff\r\n"
    head = 'Content-Disposition: form-data; name="document"; filename="%22日志%22.txt"\r\nContent-Type: text/plain'
    read = read_form('multipart/form-data; boundary="x"', form((head, content)))
    assert read.files == {"document": Upload('"日志".txt', "text/plain", content)}


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("multipart/form-data", b""),
        ("multipart/form-data; boundary=x", b""),
        ("multipart/form-data; boundary=x", b"--x\r\nno end"),
        ("multipart/form-data; boundary=x", form(("X: y", b"no name"))),
        ("multipart/form-data; boundary=x", b"--x\r\n" * 10_000 + b"--x--"),
    ],
)
def test_a_broken_form_is_refused(content_type: str, body: bytes) -> None:
    """Whatever a client sends has an answer."""
    with pytest.raises(BrokenForm):
        read_form(content_type, body)
