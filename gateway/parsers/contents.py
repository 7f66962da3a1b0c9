"""The contents of a mail: which parts are its words, which its files, which a mail system's report.

`structure` has found the parts; here their bytes are decoded and each gets its place. One pass over the tree; HTML is
turned into text only where nothing plainer was sent.
"""

import re
from dataclasses import dataclass, field

from gateway.messages import Attachment
from gateway.parsers import calendar_part, charsets, file_names, header_fields, html_text, tnef, transfer
from gateway.parsers.bodies import Body, Piece, preferred
from gateway.parsers.plain_text import clean, unflowed
from gateway.parsers.structure import Part

MAX_ATTACHMENTS = 100
MAX_BODY = 2_000_000
"""Characters of a body that are read; a log that is longer is found in the mail as it was received."""
MAX_REPORT_TEXT = 100_000
"""Characters of a report part that are kept as text."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What a mail holds, in the shapes of `gateway.messages.Inbound`, and the problems met while reading it."""

    body: str
    html: str | None
    attachments: tuple[Attachment, ...]
    reports: tuple[tuple[str, str], ...]
    problems: tuple[str, ...]


def read(data: bytes, root: Part) -> Contents:
    """Read the parts of a mail. Total; linear but for HTML, which `html_text` bounds."""
    reading = _Reading(data)
    body = reading.body(root)
    text = reading.text_of(body)
    if len(text) > MAX_BODY:
        reading.notice(f"text of {len(text)} characters; only the first {MAX_BODY} were read")
    return Contents(
        body=text[:MAX_BODY],
        html="\n".join(body.html) or None,
        attachments=tuple(reading.attachments),
        reports=tuple(reading.reports),
        problems=tuple(reading.problems),
    )


_BODY_TYPES = frozenset({"text/plain", "text/html", "text/enriched", "text/richtext"})
_CONTAINERS = {
    "application/ms-tnef": "winmail.dat",
    "application/pkcs7-mime": "smime.p7m",
    "application/x-pkcs7-mime": "smime.p7m",
    "application/pgp-encrypted": "an encrypted part",
}
_REPORT_TYPES = frozenset(
    {
        "message/delivery-status",
        "message/global-delivery-status",
        "message/disposition-notification",
        "message/global-disposition-notification",
        "message/feedback-report",
        "text/rfc822-headers",
        "message/global-headers",
    }
)
_TYPE = re.compile(r"[\w.+-]{1,80}/[\w.+-]{1,80}")
_HTML_AT_START = re.compile(
    r"\s*(?:<!doctype\s+html|<html[\s>]|<\?xml[^<>]{0,200}>\s*<(?:!doctype\s+)?html)", re.IGNORECASE
)


@dataclass(slots=True)
class _Reading:
    """One mail being read: its bytes, and what has been collected so far."""

    data: bytes
    problems: list[str] = field(default_factory=list[str])
    instead: list[str] = field(default_factory=list[str])
    """Words found inside files, for a mail that has no others."""
    attachments: list[Attachment] = field(default_factory=list[Attachment])
    reports: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])

    def notice(self, problem: str) -> None:
        """Remember a problem, once."""
        if problem not in self.problems:
            self.problems.append(problem)

    # -- choosing

    def body(self, part: Part, *, inherited: str | None = None, container: str = "") -> Body:
        """What this part adds to the body; everything else in it becomes attachment or report."""
        charset = part.parameters.get("charset") or inherited
        if part.children:
            return self._multipart_body(part, charset)
        if part.type.startswith("multipart/"):
            return Body()
        if _is_body(part, stands_alone=not container):
            return self._text_piece(part, charset)
        self._keep(part, charset, container)
        return Body()

    def _multipart_body(self, part: Part, charset: str | None) -> Body:
        if part.type == "multipart/alternative":
            return preferred(
                [self.body(child, inherited=charset, container=part.type) for child in part.children]
            )
        if part.type == "multipart/related":
            return self._related_body(part, charset)
        bodies = [self.body(child, inherited=charset, container=part.type) for child in part.children]
        return Body(
            tuple(piece for body in bodies for piece in body.pieces),
            tuple(html for body in bodies for html in body.html),
        )

    def _related_body(self, part: Part, charset: str | None) -> Body:
        """RFC 2387: the root is the body, the others are what it shows."""
        start = part.parameters.get("start")
        root = next(
            (c for c in part.children if start and c.text_field("content-id") == start), part.children[0]
        )
        chosen = Body()
        for child in part.children:
            if child is root or (child.children and not chosen.says_something):
                chosen = self.body(child, inherited=charset, container=part.type)
            else:
                self._keep_all(child, charset, part.type)
        return chosen

    def _keep_all(self, part: Part, charset: str | None, container: str) -> None:
        for child in part.children:
            self._keep_all(child, charset, container)
        if not part.children:
            self._keep(part, charset, container)

    # -- reading

    def _text_piece(self, part: Part, charset: str | None) -> Body:
        data = self.content(part)
        if part.type == "text/html" and charset is None:
            charset = _charset_in_html(data)
        text, problem = charsets.decode(data, charset)
        if problem:
            self.notice(problem)
        text = clean(text)
        if part.type != "text/plain" or _HTML_AT_START.match(text):
            return Body((Piece(text, is_html=True),), (text,))
        if part.parameters.get("format", "").lower() == "flowed":
            text = unflowed(text, delete_space=part.parameters.get("delsp", "").lower() == "yes")
        return Body((Piece(text),))

    def text_of(self, body: Body) -> str:
        """The chosen pieces as one plain text; HTML that only repeats the plain text beside it is left out."""
        plain = {_squeezed(piece.text) for piece in body.pieces if not piece.is_html}
        texts: list[str] = []
        html_budget = html_text.MAX_LENGTH
        for piece in body.pieces:
            if not piece.is_html:
                texts.append(piece.text)
                continue
            text = self._text_of_html(piece.text, lay_out=html_budget > 0)
            html_budget -= len(piece.text)
            if _squeezed(text) not in plain:
                texts.append(text)
        filled = [text for text in texts if text.strip()]
        if not filled and self.instead:
            self.notice("the words were found inside an attachment")
            return "\n\n".join(self.instead)
        if not filled:
            self._name_hiding_places()
        return "\n".join(filled)

    def _text_of_html(self, html: str, *, lay_out: bool) -> str:
        text, problem = html_text.to_text(html, lay_out=lay_out)
        if problem:
            self.notice(problem)
        return clean(text)

    def _name_hiding_places(self) -> None:
        """L-88: an empty body beside a container that we do not open is not an empty mail."""
        for attachment in self.attachments:
            if attachment.type in _CONTAINERS:
                self.notice(f"the body may be inside {_CONTAINERS[attachment.type]}")

    def content(self, part: Part) -> bytes:
        """A part's bytes with the transfer encoding undone."""
        data, problem = transfer.undo(
            self.data[part.start : part.end], part.text_field("content-transfer-encoding")
        )
        if problem:
            self.notice(problem)
        return data

    # -- keeping

    def _keep(self, part: Part, charset: str | None, container: str) -> None:
        """The part as an attachment, and as a report where it is one."""
        content = self.content(part)
        if part.type in _REPORT_TYPES or container == "multipart/report":
            text = charsets.decode(content[: 4 * MAX_REPORT_TEXT], charset)[0]
            self.reports.append((part.type, clean(text)[:MAX_REPORT_TEXT]))
        name = file_names.of_part(part, content)
        if name != (file_names.given(part) or name):
            self.notice("the name of an attachment was made harmless")
        if part.type == "text/calendar":
            self._say_instead(calendar_part.summary(charsets.decode(content, charset)[0]))
        if content.startswith(tnef.SIGNATURE) and self._unwrap(content):
            return
        content_id = header_fields.own_message_id(part.text_field("content-id"))
        disposition = file_names.disposition(part)[0]
        self._attach(
            Attachment(
                name=name,
                type=part.type,
                size=len(content),
                inline=disposition == "inline" or (disposition != "attachment" and content_id is not None),
                content_id=content_id,
                content=content,
            )
        )

    def _attach(self, attachment: Attachment) -> None:
        if len(self.attachments) >= MAX_ATTACHMENTS:
            self.notice(f"more than {MAX_ATTACHMENTS} attachments; the rest was not listed")
        else:
            self.attachments.append(attachment)

    def _say_instead(self, words: str) -> None:
        if words.strip():
            self.instead.append(clean(words))

    def _unwrap(self, content: bytes) -> bool:
        """The words and files of a winmail.dat (L-88); whether files took its place."""
        unwrapped = tnef.read(content)
        if unwrapped is None:
            return False
        self._say_instead(unwrapped.text)
        for file in unwrapped.files:
            self._attach(
                Attachment(
                    name=file_names.harmless(file.name) or None,
                    type=file.type if _TYPE.fullmatch(file.type) else "application/octet-stream",
                    size=len(file.content),
                    inline=file.content_id is not None,
                    content_id=header_fields.own_message_id(file.content_id or ""),
                    content=file.content,
                )
            )
        return bool(unwrapped.files)


def _squeezed(text: str) -> str:
    """The text without blanks, to see whether HTML beside plain text only repeats it."""
    return "".join(text.split())


def _is_body(part: Part, *, stands_alone: bool) -> bool:
    """Whether a leaf is text to be read, not a file; the only part of a mail is text even when it has a name."""
    if part.type not in _BODY_TYPES:
        return False
    disposition, found = file_names.disposition(part)
    has_name = bool(found.get("filename") or part.parameters.get("name"))
    return disposition != "attachment" and (stands_alone or not has_name)


def _charset_in_html(data: bytes) -> str | None:
    """What a `<meta>` near the top says."""
    match = re.search(rb"(?i)<meta[^<>]{0,200}charset=[\"'\s]*([A-Za-z0-9_.:-]{1,40})", data[:4096])
    return match[1].decode("ascii") if match else None
