"""The words of a spreadsheet of customers or staff: what its columns and its cells may be called.

The first name of a column is the one that messages use. Compared without case and outer blanks.
"""

import re
from collections.abc import Mapping

CUSTOMER_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "编号", "客户编号"),
    "name": ("company", "customer", "公司", "公司名称", "客户", "客户名称"),
    "names": ("names", "short name", "short names", "简称", "別稱", "别名"),
    "domains": ("domains", "domain", "域名"),
    "region": ("region", "区域", "區域"),
    "contact": ("contact", "联系人", "聯絡人"),
    "emails": ("email", "emails", "邮箱", "郵箱", "电子邮箱"),
    "phones": ("phone", "phones", "电话", "電話", "手机"),
    "language": ("language", "语言", "語言"),
    "place": ("place", "地点", "地點", "城市"),
    "number": ("contract", "contract number", "合同编号", "合同号", "合約編號"),
    "plan": ("plan", "服务计划", "服務計劃"),
    "services": ("services", "service", "服务", "服務"),
    "starts": ("starts", "start", "开始", "開始", "开始日期"),
    "ends": ("ends", "end", "结束", "結束", "结束日期"),
    "serial_numbers": ("serial numbers", "serial number", "序列号", "序號"),
}
STAFF_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "编号", "工号"),
    "name": ("name", "姓名"),
    "email": ("email", "邮箱", "郵箱", "电子邮箱"),
    "aliases": ("aliases", "其他邮箱", "邮箱别名"),
    "phone": ("phone", "电话", "電話", "手机"),
    "roles": ("roles", "role", "角色"),
    "regions": ("regions", "region", "区域", "區域"),
    "languages": ("languages", "language", "语言", "語言"),
    "duty": ("duty", "值班"),
    "deputy": ("deputy", "代理人"),
}
LISTS = frozenset(
    {
        *("names", "domains", "emails", "phones", "services", "serial_numbers"),
        *("aliases", "roles", "regions", "languages"),
    }
)
DATES = frozenset({"starts", "ends"})
NUMBERS_AS_TEXT = frozenset({"phones", "phone", "number", "serial_numbers"})
OF_CONTACT = ("emails", "phones", "language", "place")
OF_CONTRACT = ("plan", "services", "starts", "ends", "serial_numbers")

LANGUAGES = {
    **dict.fromkeys(("zh-hans", "简体中文", "简体", "中文", "zh", "zh-cn"), "zh-Hans"),
    **dict.fromkeys(("zh-hant", "繁体中文", "繁體中文", "繁体", "繁體", "zh-tw", "zh-hk"), "zh-Hant"),
    **dict.fromkeys(("en", "英文", "英语", "english"), "en"),
}
SERVICES = {
    "7x24热线": "hotline-7x24",
    "7x24热线和邮件支持": "hotline-7x24",
    "7x24现场服务": "onsite-7x24",
    "5x8现场服务": "onsite-5x8",
    **dict.fromkeys(("安装", "现场安装"), "installation"),
    **dict.fromkeys(("培训", "现场培训"), "training"),
    **dict.fromkeys(("巡检", "定期巡检"), "inspection"),
}
ROLES = {
    **dict.fromkeys(("客服专员", "客服", "客户专员"), "desk"),
    **dict.fromkeys(("客户服务经理", "服务经理", "客户经理"), "service_manager"),
    **dict.fromkeys(("维护工程师", "客户服务工程师", "工程师"), "engineer"),
    "项目实施经理": "project_manager",
    "实施工程师": "implementation_engineer",
    "服务中心经理": "centre_manager",
    **dict.fromkeys(("质量管理部门", "质量管理", "质量"), "quality"),
    "仓库管理员": "warehouse",
    **dict.fromkeys(("外籍对外窗口", "销售"), "liaison"),
    "上司": "superior",
    **dict.fromkeys(("安全咨询服务工程师", "安全咨询"), "security_consulting"),
    **dict.fromkeys(("系统管理员", "管理员"), "administrator"),
}

_LEVEL_MANAGER = re.compile(r"(?:相应级别的负责人|级别负责人|升级负责人)[:：]?(\d)")
_ROLE = re.compile(r"[a-z][a-z_]*(?::\d+)?")


def language_of(word: str) -> str | None:
    """The BCP 47 tag of a language's name; None for one that the gateway does not write."""
    return LANGUAGES.get(word.casefold())


def service_of(word: str) -> str:
    """A service's id: of its Chinese name, or the word itself, with the 7×24 of any keyboard as 7x24."""
    plain = crossed(word)
    return SERVICES.get(plain, plain)


def role_of(word: str) -> str | None:
    """A role's id, of its Chinese name or as it is; None for what cannot be one. "级别负责人2" is level_manager:2."""
    if (rung := _LEVEL_MANAGER.fullmatch(word)) is not None:
        return f"level_manager:{rung[1]}"
    return ROLES.get(word) or (word if _ROLE.fullmatch(word) else None)


def crossed(word: str) -> str:
    """7×24, 7*24 and 7X24 as 7x24."""
    return re.sub(r"(?<=\d)[×*X✕](?=\d)", "x", word)
