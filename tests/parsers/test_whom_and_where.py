"""Whom to call, whose fault it is and where to go, as people from outside wrote it: classes of letters, not letters."""

import pytest

from tests.parsers.reading import chat, read, value

SIGNED = "\n\nRegards,\n\nClara Webb\nAshgrove Dairy Ltd"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("培训安排在下周。\n培训地点：综合楼三楼报告厅", "综合楼三楼报告厅"),
        ("网闸坏了，设备在我们太仓二厂", "太仓"),
        ("堡垒机到了，放在五号变电所隔壁的通信机房", "五号变电所隔壁的通信机房"),
        ("我們竹南廠的防火牆當機了", "竹南"),
        ("防火墙到了，麻烦到象山来装", "象山"),
        ("设备坏了。\n江宁区秣陵街道", "江宁"),
        ("vpn gateway is dead, everybody waits at the Beilun warehouse", "Beilun warehouse"),
        ("The WAF is down. Rack is in Block D level 4.", "Block D level 4"),
    ],
    ids=["label", "plant", "beside", "Taiwan", "county", "district", "warehouse", "block"],
)
def test_premises_districts_and_rooms_are_places(text: str, place: str) -> None:
    """P-03, P-22: a desk sends somebody to a plant or a room, and a town's plant tells the town."""
    found = value(read(text), "place")
    assert found is not None
    assert place in found or found in place


@pytest.mark.parametrize(
    "text",
    ["三楼的电脑全都上不了网", "我们小区的网断了", "IT office cannot log in", "English letters are garbled"],
)
def test_what_only_looks_like_a_place_is_none(text: str) -> None:
    """Whose computers are meant, a kind of area, a department: nobody can be sent there."""
    assert value(read(text), "place") is None


def test_where_a_head_office_is_says_less_than_where_the_fault_is() -> None:
    """P-22: the engineer of the region where the device stands."""
    text = "我们总部在宁波，出问题的是柳州分厂，防火墙不通。"
    assert (value(read(text), "place") or "").startswith("柳州")


def test_a_first_name_that_is_a_town_as_well_is_a_person() -> None:
    """ "Florence, …" under a chat message signs it."""
    report = chat("how many admins can share the bastion host? asking for my boss. Florence, Ashgrove Dairy")
    assert (value(report, "contact"), value(report, "place")) == ("Florence", None)


@pytest.mark.parametrize(
    ("text", "contact"),
    [
        ("防火墙不通。你们直接打给门卫老许吧 13900002211\n\n谢国梁\n青禾农业有限公司", "老许"),
        ("网关不通。请与本公司总务主任柯先生(2345 6789)联络。\n\n谢国梁\n青禾农业有限公司", "柯先生"),
        ("VPN 断了。当晚请与外判技师 Gordon 联络，电话 2345 6789。\n\n谢国梁\n青禾农业有限公司", "Gordon"),
        (
            "VPN 断了。我的副手小邱在厂里可以配合，他的手机是 13900002211。\n\n谢国梁\n青禾农业有限公司",
            "小邱",
        ),
        (
            "受柯律师委托写信，他的 VPN 登不上，请晚上打他手机 13900002211。\n\n谢国梁\n青禾律师事务所",
            "柯律师",
        ),
        (
            "Wei Zhang, who runs our network, will let you in; he can be reached on +44 20 5550 1234."
            + SIGNED,
            "Wei Zhang",
        ),
        (
            "From May please write to my successor, Mr Ivo Brandt (+44 20 5550 1234)." + SIGNED,
            "Ivo Brandt",
        ),
    ],
    ids=["ring", "talk to", "Latin among Han", "deputy", "on behalf", "he can be reached", "in brackets"],
)
def test_whoever_is_to_be_called_beats_whoever_signs(text: str, contact: str) -> None:
    """P-20: the contact is whom the engineer will talk to, however others sign."""
    assert value(read(text), "contact") == contact


def test_the_signers_number_is_not_that_of_whoever_is_to_be_called() -> None:
    """A secretary's switchboard is no way to reach her manager, whose own number stands in the text."""
    text = (
        "我们网管邵平出差了，想问一下 VPN 能不能加授权。请直接回邵经理，抄送我就好，不急，下周之前都可以。"
        "他国内手机 13900002211。\n\n谢国梁\n青禾农业有限公司\n电话 0571-8765 4321"
    )
    assert value(read(text), "phone") == "13900002211"


def test_whoever_is_thanked_is_not_the_contact() -> None:
    """Our own engineer is thanked by name when a case is over."""
    assert value(chat("好了好了，谢谢孟工，辛苦"), "contact") is None


@pytest.mark.parametrize(
    ("text", "company"),
    [
        ("承蒙贵公司协助，本公司永泰行有限公司现正使用贵公司的网关，今早断线。", "永泰行有限公司"),
        ("我这边是象山的恒锐轴承啊，今天上不了网", "恒锐轴承"),
        ("我是启邦智能的项目经理岑山。云水县人民医院的堡垒机到货了，客户希望周五装完。", "云水县人民医院"),
        ("我们在石桥区档案馆 二楼机房 堡垒机到了", "石桥区档案馆"),
        ("我司锐联系统集成有限公司承担西港码头有限公司的网络运维，防火墙不通。", "西港码头有限公司"),
    ],
    ids=["yours and ours", "of a county", "for a customer", "archive", "looked after"],
)
def test_the_customer_is_who_has_the_fault(text: str, company: str) -> None:
    """P-20: neither we nor the integrator, and no words of the sentence."""
    assert value(read(text), "company") == company


def test_an_integrator_in_english_gives_way_to_whom_the_subject_names() -> None:
    """Whoever sets up other people's systems rarely writes about his own."""
    report = read(
        "The two firewalls for Ferncliff School have arrived.\n\nRgds,\nJia Wen\nHalcyon Systems Integration Pte Ltd",
        subject="Installation for Ferncliff School",
    )
    assert value(report, "company") == "Ferncliff School"


@pytest.mark.parametrize("text", ["设备在昆山厂与台北总公司之间", "合肥数据中心的防火墙不通"])
def test_a_towns_plant_is_no_company(text: str) -> None:
    """It tells where, and everybody has one."""
    assert value(read(text), "company") is None


def test_somebody_for_whom_a_letter_is_written_is_no_company() -> None:
    """ "On behalf of Mr Lim": a person, by the honorific."""
    text = "I am writing on behalf of Mr Tan Boon Hwee. His token fails.\n\nJoy Pereira\nMarlow Trade Bank Limited"
    assert value(read(text), "company") == "Marlow Trade Bank Limited"


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("请打我电话 1 3 9 0 0 0 0 2 2 1 5", "1 3 9 0 0 0 0 2 2 1 5"),
        ("VPN down.\n\nKen Mori\nTEL: 0411-8765-4321 (ext. 52)", "0411-8765-4321 (ext. 52)"),
        ("审计不收日志了\n石桥区应急局 小孟 68123459", "68123459"),
        ("请拨 029 - 8765 4321", "029 - 8765 4321"),
    ],
    ids=["dictated", "extension in brackets", "bare local number", "blanks around the dash"],
)
def test_numbers_are_found_as_people_write_them(text: str, phone: str) -> None:
    """P-20: a number cut short reaches nobody."""
    assert value(chat(text), "phone") == phone


@pytest.mark.parametrize(
    ("text", "product"),
    [("想问下LA-1000默认存多久", "LA-1000"), ("both firewalls are dark", "firewalls")],
    ids=["a model among Han", "more than one"],
)
def test_models_and_plurals_are_products(text: str, product: str) -> None:
    """Chinese writers put no blank beside a model."""
    assert value(read(text), "product") == product
