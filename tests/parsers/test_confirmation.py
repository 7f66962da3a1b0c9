"""What customers answer to "please confirm that it is solved": yes, no, or something for a person to read.

All answers are invented; each line of the three lists is one.
"""

import pytest

from gateway.parsers import confirmation

YES = """
好了，谢谢
可以了
没问题了
已经好了，感谢！
恢复正常了
现在可以登录了，谢谢
好了
搞定，谢谢！
问题已解决
确认已解决，可以关单
掉线的问题已经解决了
测试通过，没有再报错
业务恢复了，辛苦了
没有问题
没事了
能上网了
网络通了，谢谢王工
是的，已经恢复
已确认
确认
正常了
一切正常，谢谢
之前打不开，现在可以打开了
不掉线了
可以关闭了
同意关闭
早上还不行，现在好了
無異常
已經好了，謝謝
可以了，感謝協助
沒問題了
恢復正常，謝謝
已解決，可結案
確認無誤
可以登入了
問題解決了，請結案
沒有再發生
thanks, works now
All good now, thanks!
It's fixed, thank you
The issue is resolved. You can close the ticket.
Yes
Confirmed.
works
Yes, confirmed
Problem solved, many thanks
Everything works again
It is working now
VPN is back online
no more errors, thanks
no further issues
Up and running again, thanks a lot
Still working fine, please close
that fixed it!
Yes, all good.
Looks good, thanks
can confirm it is fixed
Was failing before, works now
The cannot login problem is solved
不好意思已经好了
防火墙已经恢复正常
设备运行正常，谢谢支持
ok了
OK now
行了，谢谢
好啦
修好了，感谢
"""

NO = """
还是不行
谢谢，但是还没好
可以了，但是又出现新的问题
有问题
没解决
没有解决
不行
还没好
问题依旧
问题仍然存在
还是打不开
又断了
没有恢复正常
还没恢复
不能登录
依然报错
好了一会儿又不行了
昨天好了，今天又不行
没有，还是一样
没有
不是很稳定
先别关，还有问题
无法访问
并未解决
還是不行
還沒好
又當機了
沒有解決
仍有問題，請再協助
連不上
謝謝，但是還沒好
thanks, but still failing
No
not yet
No, still broken
It doesn't work
Still the same problem
the issue persists
It has not been fixed
hasn't been resolved
not working
it works but the error came back
same issue again
Please reopen
Down again this morning
I still cannot log in
It fails
worse than before
unable to connect
Thanks but no
That did not work
Nope
it isn't working
New error now
keeps crashing
还是连不上VPN
仍旧很慢
没好
不好用
没修好
重启后又掉线
"""

NEITHER = """
收到，谢谢
谢谢
好的
thanks
Thank you!
可以了吗？
好了吗
修好了没有？
还没好吗？
我明天测试一下
稍后确认
请尽快解决
Is it fixed?
will check tomorrow
I'll test and let you know
ok
收到
辛苦了
希望尽快恢复正常
如果好了我告诉你
应该好了吧
请问什么时候能好
好像好了
好了，另外请帮我开通一个新账号
works, but could you send me the report
已转给同事确认
謝謝
收到，感謝
請問好了嗎？
我再觀察看看
when will it be fixed
let me check
Seems fixed, will monitor
王工你好
好了，不过速度有点奇怪
好的谢谢
请把日志发给我
Please call me
在吗
"""


@pytest.mark.parametrize("answer", YES.strip().split("\n"))
def test_a_plain_yes_confirms(answer: str) -> None:
    """The customer's confirmation is obtained (P-35)."""
    assert confirmation.read(answer) == "confirmation"


@pytest.mark.parametrize("answer", NO.strip().split("\n"))
def test_a_no_refuses_whatever_thanks_and_yes_stand_beside_it(answer: str) -> None:
    """Customers thank, agree and write "still broken" in one breath (L-100)."""
    assert confirmation.read(answer) == "refusal"


@pytest.mark.parametrize("answer", [*NEITHER.strip().split("\n"), "", " ", "。", "👍"])
def test_thanks_questions_promises_and_doubts_decide_nothing(answer: str) -> None:
    """A case is closed by a yes only; "thanks" must not close it and must not reopen it (L-100)."""
    assert confirmation.read(answer) is None


def test_a_long_answer_is_left_to_a_person() -> None:
    """Whoever writes a page has more to say than yes."""
    assert confirmation.read("好了，谢谢。" * 20) is None
    assert confirmation.read("It works now. " * 1_000_000) is None


def test_line_breaks_and_widths_change_nothing() -> None:
    """The same words on two lines, full-width, or in capitals."""
    assert confirmation.read("您好\n\n已经 好了\n谢谢") == "confirmation"
    assert confirmation.read("ＷＯＲＫＳ　ＮＯＷ") == "confirmation"
    assert confirmation.read("It doesn’t work") == "refusal"
