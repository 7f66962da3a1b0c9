"""The real resolver against a real name server on this machine, and the share that one message gets of it."""

import socket
import threading
from collections.abc import Generator
from contextlib import contextmanager

import dns.exception
import dns.flags
import dns.message
import dns.rcode
import dns.resolver
import dns.rrset
import pytest

from gateway.trust.dns import Answer, AskedTooMuch, DnsResolver, Kind, Metered, Unanswered
from tests.trust.fake_dns import FakeResolver

RECORDS = {
    ("text.example.", "TXT"): ['"v=spf1 " "-all"', '"other"'],
    ("both.example.", "A"): ["192.0.2.1"],
    ("both.example.", "AAAA"): ["2001:db8::1"],
    ("mail.example.", "MX"): ["10 mx.example."],
    ("1.2.0.192.in-addr.arpa.", "PTR"): ["host.example."],
    ("many.example.", "A"): [f"192.0.{n // 250}.{n % 250}" for n in range(1000)],
    ("large.example.", "TXT"): [" ".join(['"' + "a" * 250 + '"'] * 20), '"small"'],
}


def _both_on_one_port() -> tuple[socket.socket, socket.socket]:
    """A port that is free for UDP may be taken for TCP: then another one."""
    while True:
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        udp.bind(("127.0.0.1", 0))
        try:
            return udp, socket.create_server(udp.getsockname())
        except OSError:
            udp.close()


class NameServer:
    """A name server on a free port: answers over UDP and TCP from RECORDS, and counts what it is asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self._udp, self._tcp = _both_on_one_port()
        self.port: int = self._udp.getsockname()[1]
        self._threads = [threading.Thread(target=each) for each in (self._over_udp, self._over_tcp)]
        for thread in self._threads:
            thread.start()

    def _answer(self, wire: bytes) -> dns.message.Message:
        query = dns.message.from_wire(wire)
        question = query.question[0]
        name, kind = question.name.to_text().lower(), question.rdtype.name
        self.asked.append(f"{name} {kind}")
        reply = dns.message.make_response(query)
        if name == "broken.example.":
            reply.set_rcode(dns.rcode.SERVFAIL)
        elif name == "absent.example.":
            reply.set_rcode(dns.rcode.NXDOMAIN)
        elif found := RECORDS.get((name, kind)):
            reply.answer.append(dns.rrset.from_text(name, 600, "IN", kind, *found))
        return reply

    def _over_udp(self) -> None:
        while True:
            wire, peer = self._udp.recvfrom(65_535)
            if wire == b"stop":
                return
            reply = self._answer(wire)
            try:
                self._udp.sendto(reply.to_wire(max_size=512), peer)
            except dns.exception.TooBig:
                reply.answer.clear()
                reply.flags |= dns.flags.TC
                self._udp.sendto(reply.to_wire(), peer)

    def _over_tcp(self) -> None:
        while True:
            connection, _ = self._tcp.accept()
            with connection:
                wire = connection.recv(65_535)
                if not wire:
                    return
                if len(wire) == 2:
                    wire += connection.recv(65_535)
                reply = self._answer(wire[2:]).to_wire(max_size=65_535)
                connection.sendall(len(reply).to_bytes(2, "big") + reply)

    def close(self) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"stop", ("127.0.0.1", self.port))
        socket.create_connection(("127.0.0.1", self.port)).close()
        for thread in self._threads:
            thread.join()
        self._udp.close()
        self._tcp.close()


class Seconds:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@contextmanager
def name_server() -> Generator[NameServer]:
    server = NameServer()
    yield server
    server.close()


@pytest.fixture
def server() -> Generator[NameServer]:
    """A name server of the test's own."""
    with name_server() as running:
        yield running


@pytest.mark.parametrize(
    ("name", "kind", "records"),
    [
        ("Text.Example.", "TXT", (b"v=spf1 -all", b"other")),
        ("both.example", "A", (b"192.0.2.1",)),
        ("both.example", "AAAA", (b"2001:db8::1",)),
        ("mail.example", "MX", (b"10 mx.example",)),
        ("1.2.0.192.in-addr.arpa", "PTR", (b"host.example",)),
        ("absent.example", "TXT", ()),
        ("both.example", "MX", ()),
        ("large.example", "TXT", (b"small",)),
    ],
)
def test_records_come_as_text(server: NameServer, name: str, kind: Kind, records: tuple[bytes, ...]) -> None:
    """Strings joined, no such name and no such record alike, over TCP where UDP is too small; over 4 kB dropped."""
    found = DnsResolver(Seconds(), ["127.0.0.1"], server.port).ask(name, kind).records
    assert sorted(found) == sorted(records)


@pytest.mark.parametrize(
    "name", ["", ".", "a..b", "a" * 64 + ".example", "a." * 200, "和祥.example", "\\9.x", " . "]
)
def test_a_name_that_cannot_exist_has_no_records(server: NameServer, name: str) -> None:
    """Selectors and domains come from strangers: no question is worth an exception."""
    assert DnsResolver(Seconds(), ["127.0.0.1"], server.port).ask(name, "TXT").records == ()


def test_a_broken_server_is_unanswered_and_not_empty(server: NameServer) -> None:
    """SERVFAIL means "not known": taken for "no policy" it would turn a refusal into a pass."""
    with pytest.raises(Unanswered):
        DnsResolver(Seconds(), ["127.0.0.1"], server.port).ask("broken.example", "TXT")


def test_a_machine_without_name_servers_is_unanswered(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a container without resolv.conf mail is still taken in, unauthenticated."""
    monkeypatch.setattr("dns.resolver.Resolver.read_resolv_conf", _no_configuration)
    with pytest.raises(Unanswered):
        DnsResolver(Seconds()).ask("text.example", "TXT")


def _no_configuration(*_: object) -> None:
    raise dns.resolver.NoResolverConfiguration


def test_an_answer_is_remembered_for_its_time_and_no_longer(server: NameServer) -> None:
    """600 seconds by the record; a minute for what is not there; nothing for a failure."""
    seconds = Seconds()
    resolver = DnsResolver(seconds, ["127.0.0.1"], server.port)
    for later, total in ((0, 1), (599, 1), (2, 2)):
        seconds.now += later
        assert resolver.ask("both.example", "A").records == (b"192.0.2.1",)
        assert len(server.asked) == total
    for later, total in ((0, 3), (59, 3), (2, 4)):
        seconds.now += later
        assert resolver.ask("absent.example", "A").records == ()
        assert len(server.asked) == total


def test_a_flood_of_names_does_not_fill_the_memory(
    server: NameServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every forged sender is another name; the oldest is forgotten."""
    monkeypatch.setattr("gateway.trust.dns.REMEMBERED", 2)
    resolver = DnsResolver(Seconds(), ["127.0.0.1"], server.port)
    for name in ("a.example", "b.example", "c.example", "c.example", "b.example", "a.example"):
        resolver.ask(name, "A")
    assert server.asked == ["a.example. A", "b.example. A", "c.example. A", "a.example. A"]


def test_a_name_with_a_thousand_records_has_a_hundred(server: NameServer) -> None:
    """Each would be looked at; no honest name has so many."""
    assert len(DnsResolver(Seconds(), ["127.0.0.1"], server.port).ask("many.example", "A").records) == 100


def test_one_message_gets_so_many_questions_and_so_much_patience() -> None:
    """A letter whose domains lead to ever more questions, or to servers that take their time, is not waited for."""
    asked = Metered(FakeResolver({("a.example", "A"): ("192.0.2.1",)}), questions=2, seconds=10)
    assert asked.ask("a.example", "A") == Answer((b"192.0.2.1",))
    asked.ask("b.example", "A")
    with pytest.raises(AskedTooMuch):
        asked.ask("c.example", "A")
    slow = FakeResolver(silent=["s.example"], took=5.0)
    patience = Metered(slow, questions=99, seconds=10)
    patience.ask("a.example", "A")
    with pytest.raises(Unanswered):
        patience.ask("s.example", "A")
    with pytest.raises(Unanswered):
        patience.ask("a.example", "A")
    assert len(slow.asked) == 2
