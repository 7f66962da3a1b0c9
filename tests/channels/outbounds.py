"""A plain message to a customer and its parcel, for the channel tests to vary with `dataclasses.replace`."""

from gateway.messages import Address, Outbound, Parcel

SUPPORT = "support@vendor.example"

TO_A_CUSTOMER = Outbound(
    id="ob-1",
    case_number="C-2026-0007",
    notice="first_reply",
    role="customer",
    channel="mail",
    sender=Address("技术支持中心", SUPPORT),
    to=Address("李雷", "li.lei@customer.example"),
    reply_to=Address("技术支持中心", "support+abcdefghijklmnopqrstuvwx@vendor.example"),
    message_id="<abcdefghijklmnopqrstuvwx@vendor.example>",
    subject="Re: 交换机不通",
    text="您好：\n\n我们已经收到您的来信。\n",
    html="<p>您好：</p><p>我们已经收到您的来信。</p>",
    language="zh-Hans",
    in_reply_to="<one@customer.example>",
    references=("<zero@customer.example>",),
)

PARCEL = Parcel(id="ob-1", sender="", recipient="li.lei@customer.example", raw=b"Subject: x\r\n\r\nbody\r\n")
