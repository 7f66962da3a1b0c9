"""Values of the core to JSON and back. One place, so that a stored case is read as exactly what was written."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from gateway.cases.case import Case
from gateway.ports import Unconfirmed

_case_decoder = msgspec.json.Decoder(Case)
_unconfirmed_decoder = msgspec.json.Decoder(Unconfirmed)
_encoder = msgspec.json.Encoder()


def case_to_json(case: Case) -> str:
    """The case, whole."""
    return _encoder.encode(case).decode()


def case_from_json(text: str) -> Case:
    """The case as it was recorded."""
    return _case_decoder.decode(text)


def unconfirmed_from_json(text: str) -> Unconfirmed:
    """Held words as they were kept, files included."""
    return _unconfirmed_decoder.decode(text)


def to_json(value: object) -> str:
    """Plain facts, for the journal."""
    return _encoder.encode(value).decode()


def pair_from_json(text: str) -> tuple[str, str]:
    """Two texts that belong together: words and their language."""
    return msgspec.json.decode(text, type=tuple[str, str])


def texts_from_json(text: str | None) -> Sequence[str]:
    """A list of texts; none where nothing was kept."""
    return msgspec.json.decode(text, type=list[str]) if text is not None else []


def considered_from_json(text: str | None) -> Sequence[Mapping[str, str]]:
    """What was considered when a message was placed: `kind`, `what` and `verdict` of each piece of evidence."""
    return msgspec.json.decode(text, type=list[dict[str, str]]) if text is not None else []


def facts_from_json(text: str) -> Mapping[str, Any]:
    """Plain facts back."""
    return msgspec.json.decode(text, type=dict[str, Any])
