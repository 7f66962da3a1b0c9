"""Files both ways: uploads and their limits, the documentation's media objects, getFile and the download."""

import struct
from collections.abc import Callable
from http import HTTPStatus

from gateway.chat_sandbox.call import Call
from gateway.chat_sandbox.form_data import Upload
from gateway.chat_sandbox.wire import Json, JsonObject, Refusal, bad_request
from gateway.chat_sandbox.world import Bot, StoredFile, World

MEGABYTE = 1 << 20
LARGEST_UPLOAD = 50 * MEGABYTE
LARGEST_PHOTO = 10 * MEGABYTE
LARGEST_DOWNLOAD = 20 * MEGABYTE
FOLDERS = {
    "document": "documents",
    "photo": "photos",
    "voice": "voice",
    "sticker": "stickers",
    "video": "videos",
}
_PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"BM")
_UNKNOWN_SIZE = (800, 600)


def keep(world: World, bot: int, kind: str, upload: Upload, *, size: int | None = None) -> StoredFile:
    """The file, under an id of this bot's (0: of nobody's).

    `size` claims another size than the bytes have, for tests of limits.
    """
    number = world.number()
    return world.keep_file(
        StoredFile(
            id=f"BQACAgUAAxkBAAI{bot:x}-{number:06d}",
            unique_id=f"AgAD{number:06d}",
            bot=bot,
            path=f"{FOLDERS.get(kind, 'files')}/file_{number}{_extension(upload.name)}",
            name=upload.name,
            type=upload.type,
            size=len(upload.content) if size is None else size,
            content=upload.content,
        )
    )


def _extension(name: str) -> str:
    """The part of a name that a path may end with."""
    _, dot, extension = name.rpartition(".")
    return (
        f".{extension}" if dot and extension.isalnum() and extension.isascii() and len(extension) < 9 else ""
    )


def media(kind: str, stored: StoredFile) -> Json:
    """The value of the message's field `kind`: a Document, Voice or Sticker, or the PhotoSizes of a photo."""
    return _SHAPES[kind](stored)


def _file(stored: StoredFile) -> JsonObject:
    return {"file_id": stored.id, "file_unique_id": stored.unique_id, "file_size": stored.size}


def _document(stored: StoredFile) -> Json:
    return _file(stored) | {"file_name": stored.name, "mime_type": stored.type}


def _photo(stored: StoredFile) -> Json:
    width, height = dimensions(stored.content)
    full = _file(stored) | {"width": width, "height": height}
    scale = 90 / max(width, height, 90)
    small = full | {
        "file_unique_id": f"{stored.unique_id}s",
        "file_size": min(stored.size, 1_000),
        "width": max(round(width * scale), 1),
        "height": max(round(height * scale), 1),
    }
    return [small, full]


def _voice(stored: StoredFile) -> Json:
    return _file(stored) | {"duration": 3, "mime_type": stored.type}


def _sticker(stored: StoredFile) -> Json:
    fixed: JsonObject = {
        "type": "regular",
        "width": 512,
        "height": 512,
        "is_animated": False,
        "is_video": False,
    }
    return _file(stored) | fixed | {"emoji": "\N{THUMBS UP SIGN}"}


_SHAPES: dict[str, Callable[[StoredFile], Json]] = {
    "document": _document,
    "photo": _photo,
    "voice": _voice,
    "sticker": _sticker,
}


def dimensions(content: bytes) -> tuple[int, int]:
    """Width and height of a PNG; something plausible for any other picture."""
    if content.startswith(_PICTURES[0]) and len(content) >= 24:
        width, height = struct.unpack(">II", content[16:24])
        return width or 1, height or 1
    return _UNKNOWN_SIZE


def file_given(world: World, bot: Bot, call: Call, kind: str, source: str) -> StoredFile:
    """The file that a call sends: uploaded in its part `kind`, `attach://part`, or the id of one. Raises Refusal."""
    part = source.removeprefix("attach://") if source.startswith("attach://") else "" if source else kind
    if not part:
        return known_file(world, bot, source, "wrong file identifier/HTTP URL specified")
    upload = call.files.get(part)
    if upload is None:
        raise bad_request(f"there is no {kind} in the request")
    check_upload(kind, upload)
    return keep(world, bot.id, kind, upload)


def check_upload(kind: str, upload: Upload) -> None:
    """Raises Refusal for what Telegram would not take."""
    if not upload.content:
        raise bad_request("file must be non-empty")
    if len(upload.content) > LARGEST_UPLOAD:
        raise Refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "Request Entity Too Large")
    if kind != "photo":
        return
    if len(upload.content) > LARGEST_PHOTO:
        raise bad_request("file is too big for a photo")
    if not upload.content.startswith(_PICTURES) and upload.content[8:12] != b"WEBP":
        raise bad_request("IMAGE_PROCESS_FAILED")


def known_file(world: World, bot: Bot, file_id: str, problem: str) -> StoredFile:
    """The file with this id, if it is this bot's: ids do not work for another. Raises Refusal with `problem`."""
    found = world.files.get(file_id)
    if found is None or found.bot != bot.id:
        raise bad_request(problem)
    return found


def get_file(world: World, bot: Bot, call: Call) -> Json:
    """getFile: a File with the path of its download, up to 20 MB."""
    if not call.has("file_id"):
        raise bad_request("file_id not specified")
    stored = known_file(world, bot, call.text("file_id"), "invalid file_id")
    if stored.size > LARGEST_DOWNLOAD:
        raise bad_request("file is too big")
    return _file(stored) | {"file_path": stored.path}
