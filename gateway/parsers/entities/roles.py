"""For whom a message is written: a reseller, an integrator or a managed service names its customer.

代X报修, 最终用户是X, on behalf of X, our customer X: what follows such words is the customer.
"""

import re
from collections.abc import Sequence
from functools import cache

from gateway.parsers.entities import names
from gateway.parsers.entities.letter import Letter, Span
from gateway.parsers.entities.wordlist import any_of

_REACH = 3  # characters of punctuation between the words and the name
# "网茂科技代大雅客运报修": a bare 代 between two names, with a verb of reporting behind the second.
_BARE = (
    r"(?:(?<=[\u4e00-\u9fff])(?:代表|代|为)|替|帮)(?!理|表|码|办|什|何|我|忙|助)"
    r"(?=[\u4e00-\u9fff()]{3,24}(?:报修|报障|申报|反馈|咨询|提交|转达|转报|询问|开单|联系|申请|报(?:一?个)?(?:障|修|故障|问题)))"
)


# "负责晨光金控的专案": whoever looks after a customer's project is not the customer.
_LOOKED_AFTER = re.compile(
    r"(?:负责|承接|承担|服务|维护)([\u4e00-\u9fff()]{3,24}?)(?=的?(?:网络|系统|信息|IT|安全|日常|整体|机房){0,2}(?:专案|项目|案子|运维|维运|维护|驻场|维保))"
)


# "客户鼎湖乳业反馈…", where what follows is a company's name by itself ("客户端闪退" is not).
_CLIENT_SAYS = re.compile(
    r"(?:^|(?<=[\n,。!?;:\s]))(?:客户|用户)([\u4e00-\u9fff()]{3,16}?)"
    r"(?=反馈|反映|反应|报修|报障|来电|称|表示|通知|那边|现场|出现|发现|的|,|\s|[-–])"
)
# "regarding our Suzhou subsidiary, Werkmann Tools (Suzhou) Co., Ltd."
_OUR_OTHER_HOUSE = re.compile(
    r"\b[Oo]ur (?:[A-Za-z-]+ ){0,3}(?:subsidiary|affiliate|sister company|customer|client),? (?=[A-Z])"
)


def beneficiary_ends(letter: Letter) -> list[int]:
    """The offsets at which words that announce the customer end, and the customer begins."""
    announced = [match.end() for match in _announcement().finditer(letter.plain)]
    announced += [match.start(1) for match in _LOOKED_AFTER.finditer(letter.plain)]
    announced += [match.end() for match in _OUR_OTHER_HOUSE.finditer(letter.plain)]
    told = _CLIENT_SAYS.finditer(letter.plain)
    return announced + [match.start(1) for match in told if names.is_short_company(match[1])]


def speaks_of_customers_contact(letter: Letter) -> bool:
    """Whether somebody at the customer's is named as one names others: 客户那边对接人, 用户窗口, their contact is."""
    return _customers_contact().search(letter.plain) is not None


def is_integrator(name: str) -> bool:
    """Whether a company's name says that it sets up other people's systems: 骅联系统集成有限公司."""
    return _integration().search(name) is not None


def follows(span: Span, ends: Sequence[int]) -> bool:
    """Whether a span begins right behind such words."""
    return any(0 <= span[0] - end <= _REACH for end in ends)


@cache
def _customers_contact() -> re.Pattern[str]:
    return re.compile(any_of("cues", "customers_contacts"), re.IGNORECASE)


@cache
def _integration() -> re.Pattern[str]:
    return re.compile(any_of("companies", "integrators"), re.IGNORECASE)


@cache
def _announcement() -> re.Pattern[str]:
    return re.compile(rf"{any_of('cues', 'beneficiaries')}[\s:,】\]]{{0,3}}|{_BARE}", re.IGNORECASE)
