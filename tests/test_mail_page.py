"""A mail is opened in a browser without a second thought (T17)."""

from gateway.mail_page import NOT_SHOWN, page
from gateway.parsers import mime


def html_mail(html: str, subject: str = "主机清单", name: str = "清单.xlsx") -> bytes:
    """A mail of one HTML part and one file."""
    return (
        "From: =?utf-8?b?5ZGo5pWP?= <zhou.min@yunqi.example>\r\nTo: support@panshield.example\r\n"
        f"Subject: {subject}\r\nDate: Mon, 23 Nov 2026 09:30:00 +0800\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/mixed; boundary="b"\r\n\r\n'
        f"--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{html}\r\n"
        f'--b\r\nContent-Type: application/octet-stream; name="{name}"\r\n\r\nx\r\n--b--\r\n'
    ).encode()


def test_a_table_of_hosts_is_a_table_again() -> None:
    """As text it is twenty words one below the other."""
    shown = page(mime.read(html_mail("<table><tr><td>10.0.0.7</td><td>离线</td></tr></table>")))
    assert "<td>10.0.0.7</td><td>离线</td>" in shown
    assert "<h1>主机清单</h1>" in shown
    assert "周敏 &lt;zhou.min@yunqi.example&gt;" in shown
    assert "清单.xlsx" in shown


def test_nothing_on_the_page_runs_or_is_fetched() -> None:
    """Neither what the mail brings, nor what its subject or a file's name would become."""
    html = '<p onclick="x()">好</p><script>x()</script><img src="https://t.example/1.gif"><form action="https://t.example">'
    shown = page(mime.read(html_mail(html, subject="<script>x()</script>", name="<img src=x>.pdf")))
    assert "<p>好</p>" in shown
    assert "default-src 'none'" in shown
    for forbidden in ("<script", "<img", "<form", "onclick", "t.example"):
        assert forbidden not in shown


def test_what_is_too_deep_to_be_safe_is_shown_as_text_and_said_to_be() -> None:
    """0.13: a safe parser that takes minutes is no safe parser."""
    shown = page(mime.read(html_mail("<div>" * 5000 + "防火墙无法登录")))
    assert NOT_SHOWN in shown
    assert "<pre>" in shown
    assert "防火墙无法登录" in shown
