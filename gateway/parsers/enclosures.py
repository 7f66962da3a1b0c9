"""Which files of a mail its writer meant to send along, and which their mail program put there by itself.

A colleague's reply carries a logo, a signature or the mail it answers as often as a report. Only what was meant may go
on to a customer: an attached mail is often our own notice, with internal words and a reply address in it.
"""

from collections.abc import Iterable

from gateway.messages import Attachment

_BY_THE_PROGRAM = frozenset(
    {
        *("application/pgp-signature", "application/pgp-encrypted", "application/pgp-keys"),
        *("application/pkcs7-signature", "application/x-pkcs7-signature"),
        *("application/pkcs7-mime", "application/x-pkcs7-mime"),
        *("application/ms-tnef", "application/vnd.ms-tnef"),
    }
)
_BY_THE_PROGRAM_NAMED = frozenset({"winmail.dat", "smime.p7s", "smime.p7m", "signature.asc"})
"""The same where the type was lost on the way."""


def meant_to_be_sent(attachments: Iterable[Attachment]) -> tuple[Attachment, ...]:
    """The files that somebody chose to attach, in order (L-88, L-89).

    An inline picture is taken for a logo; an inline file with a name is how Apple Mail attaches a document.
    """
    return tuple(file for file in attachments if not _is_the_programs(file))


def _is_the_programs(file: Attachment) -> bool:
    kind, name = file.type.lower(), (file.name or "").lower()
    if kind in _BY_THE_PROGRAM or name in _BY_THE_PROGRAM_NAMED or kind.startswith("message/"):
        return True
    return file.inline and (kind.startswith("image/") or not name)
