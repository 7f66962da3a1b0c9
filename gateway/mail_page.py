"""`gateway inbox page`: a mail as its writer laid it out, on a page that can be opened without a second thought.

The text alone loses the table in which a customer lists twenty hosts. Nothing on the page runs, and nothing is fetched:
the writer's HTML is made safe, and a policy in the page forbids all the rest, even to a browser of tomorrow.
"""

from collections.abc import Iterator
from html import escape

from gateway.messages import Address, Inbound
from gateway.parsers import safe_html

POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
STYLE = """
body { margin: 2rem auto; max-width: 60rem; padding: 0 1rem; font: 16px/1.6 system-ui, sans-serif; color: #1d2733 }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; margin: 0 0 1rem; color: #4b5a6b }
dd { margin: 0; overflow-wrap: anywhere }
.told { border-left: 4px solid #c98a00; padding: .2rem .8rem; background: #fff7e0 }
main { border-top: 1px solid #c9d2dc; padding-top: 1rem; overflow-x: auto; overflow-wrap: anywhere }
pre { white-space: pre-wrap; font: inherit }
table { border-collapse: collapse } td, th { border: 1px solid #c9d2dc; padding: .2rem .5rem }
"""
NOT_SHOWN = "Its HTML is too large or too deep to be shown safely: this is its text."


def page(inbound: Inbound) -> str:
    """The whole page, UTF-8. Never raises."""
    safe = safe_html.clean(inbound.html) if inbound.html else None
    told = [NOT_SHOWN] if inbound.html and safe is None else []
    body = safe if safe is not None else f"<pre>{escape(inbound.body)}</pre>"
    lines = (
        "<!doctype html>",
        '<html><head><meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">',
        f"<title>{escape(inbound.subject)}</title><style>{STYLE}</style></head><body>",
        f"<h1>{escape(inbound.subject)}</h1>",
        "<dl>",
        *(f"<dt>{name}</dt><dd>{escape(value)}</dd>" for name, value in _heads(inbound)),
        "</dl>",
        *(f'<p class="told">{escape(each)}</p>' for each in told),
        f"<main>{body}</main></body></html>",
    )
    return "\n".join(lines) + "\n"


def _heads(inbound: Inbound) -> Iterator[tuple[str, str]]:
    for name, people in (("From", (inbound.sender,)), ("To", inbound.to), ("Cc", inbound.cc)):
        if shown := ", ".join(_named(person) for person in people if person is not None):
            yield name, shown
    if inbound.date is not None:
        yield "Date", inbound.date.isoformat(sep=" ", timespec="minutes")
    if names := ", ".join(file.name or "(no name)" for file in inbound.attachments):
        yield "Files", names


def _named(person: Address) -> str:
    return f"{person.name} <{person.address}>" if person.name else person.address
