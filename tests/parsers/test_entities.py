"""Names and numbers one rule at a time: what counts, and what looks like it and does not."""

import pytest

from gateway.parsers.entities import names
from gateway.parsers.entities.candidates import Candidate, Field, decide
from gateway.parsers.entities.folding import fold
from gateway.parsers.entities.letter import Zone, lay_out
from gateway.parsers.entities.lookup import Lookup
from gateway.parsers.entities.pipeline import MixedTokeniser, build, run
from tests.parsers.reading import acquainted, chat, mail, read, stranger, value

# ---------------------------------------------------------------------------------------------- folding


def test_both_scripts_and_all_widths_fold_to_one_text_of_the_same_length() -> None:
    """Offsets must survive (UNDERSTANDING step 1), so phrases are never converted."""
    source = "電話：（０２）　資料庫，ＷＡＦ"
    folded = fold(source)
    assert folded.plain == "电话:(02) 资料库,WAF"
    assert len(folded.plain) == len(source)


def test_what_cannot_be_seen_is_taken_out_and_its_place_is_kept() -> None:
    """A zero-width space in the middle of a word hides it from every pattern."""
    folded = fold("a\u200bb\u200b\u202ec")
    assert folded.plain == "abc"
    assert [folded.source_offset(n) for n in range(3)] == [0, 2, 5]


def test_leftover_html_becomes_blanks_of_the_same_length() -> None:
    """A converter's &nbsp; and <br> stand amid names."""
    assert fold("张&nbsp;三<br>").plain == "张      三    "


# ---------------------------------------------------------------------------------------------- letter


def test_a_span_in_the_signature_is_counted_behind_the_text() -> None:
    """INTERFACES: offsets in text + signature as printed."""
    letter = lay_out([(Zone.SUBJECT, "s", None), (Zone.BODY, "ab", 0), (Zone.SIGNATURE, "cd", 2)])
    start = letter.plain.index("cd")
    assert letter.printed((start, start + 2)) == (2, 4)
    assert letter.printed((0, 1)) is None


# ---------------------------------------------------------------------------------------------- look-up


def test_a_latin_word_is_found_whole_or_not_at_all() -> None:
    """WAF is not in "waffle", but it is in "的WAF坏了"."""
    lookup = Lookup([("WAF", 1)])
    assert [meaning for _, meaning in lookup.find("waffle 的waf坏了 waf")] == [1, 1]


def test_the_longest_name_wins() -> None:
    """云岭果业有限公司 is not 云岭 with something behind."""
    lookup = Lookup([("云岭", "short"), ("云岭果业", "long")])
    assert [meaning for _, meaning in lookup.find("云岭果业")] == ["long"]


def test_half_a_character_is_found_to_be_no_word() -> None:
    """A chat client cut an emoji in two; Aho-Corasick reads UTF-8 and would raise."""
    assert list(Lookup([("waf", 1)]).find("\ud83d waf")) == [((2, 5), 1)]


# ---------------------------------------------------------------------------------------------- pipeline


def test_the_tokeniser_keeps_han_apart_and_words_together() -> None:
    """A name may begin and end at any Han character; an English word or a number is one token."""
    doc = MixedTokeniser(build([]).vocab)("我的NGFW-3100  坏了\n")
    assert doc.text == "我的NGFW-3100  坏了\n"
    assert [token.text for token in doc if not token.is_space] == [
        "我",
        "的",
        "NGFW",
        "-",
        "3100",
        "坏",
        "了",
    ]


def test_a_component_sees_what_was_found_before_it() -> None:
    """That is how a fax number blocks a telephone, and how a trained model will add its own."""
    seen: list[int] = []
    sight = Candidate(Field.COMPANY, "x", None, "body", "rule", 0.5)

    def first(_letter: object, _found: object) -> list[Candidate]:
        return [sight]

    def second(_letter: object, found: object) -> list[Candidate]:
        assert isinstance(found, list)
        seen.append(len(found))  # pyright: ignore[reportUnknownArgumentType] - a list of candidates
        return []

    assert run(build([("one", first), ("two", second)]), lay_out([(Zone.BODY, "x", 0)])) == [sight]
    assert seen == [1]


# ---------------------------------------------------------------------------------------------- merging


def test_two_rules_that_agree_are_surer_than_one() -> None:
    """Weights are summed (UNDERSTANDING step 8), and one rule twice is still one witness."""
    once = Candidate(Field.COMPANY, "Acme", None, "body", "label", 0.6)
    again = Candidate(Field.COMPANY, "ACME", None, "signature", "label", 0.6)
    other = Candidate(Field.COMPANY, "Acme", None, "signature", "legal form", 0.5)
    alone, twice, both = (decide(Field.COMPANY, found) for found in ([once], [once, again], [once, other]))
    assert alone is not None
    assert twice is not None
    assert both is not None
    assert alone.confidence == twice.confidence == pytest.approx(0.6)
    assert both.confidence == pytest.approx(0.8)


def test_nothing_found_decides_nothing() -> None:
    """No guess is better than a wrong customer."""
    assert decide(Field.COMPANY, []) is None


# ---------------------------------------------------------------------------------------------- people's names


@pytest.mark.parametrize(
    "name", ["李强", "欧阳娜娜", "司马青", "王工", "陈姐", "老刘", "阿强", "张经理", "周晓明"]
)
def test_a_name_is_a_name(name: str) -> None:
    """Surname and given name, compound surnames, surname and title, the familiar forms."""
    assert names.is_han_person(name)


@pytest.mark.parametrize(
    "word", ["安全", "方便", "管理员", "马上", "时间", "连不上", "谢谢", "防火墙", "蓝屏", "周一"]
)
def test_a_word_that_begins_like_a_surname_is_no_name(word: str) -> None:
    """安, 方, 管, 马 and 时 are surnames, and begin half the words of a fault report."""
    assert not names.is_han_person(word)


# ---------------------------------------------------------------------------------------------- contact


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("联系人：薛凯 021-5555 0111", "薛凯"),
        ("我叫程岚，WAF 打不开", "程岚"),
        ("网管曹斌去机房了，WAF 宕机，他电话 13911112222", "曹斌"),
        ("WAF 宕机，请联系值班经理葛亮。", "葛亮"),
        ("窗口自下月起由吳小姐改為杜若蘭", "杜若蘭"),
        ("My name is Rhona Baird and our WAF is down", "Rhona Baird"),
        ("WAF is down. Site contact: Rhona Baird, 01463 555 010", "Rhona Baird"),
    ],
    ids=["label", "introduction", "role and name", "duty manager", "new window", "English", "site contact"],
)
def test_the_one_to_call_is_found(text: str, who: str) -> None:
    """P-23: the contact's name, in the ways people give it."""
    assert value(read(text), "contact") == who


def test_the_one_on_site_beats_the_one_who_writes() -> None:
    """A reseller signs, the customer's man waits for the call."""
    report = read(
        "代客户报修:海岳水泥 WAF 宕机。\n现场联系人:褚峰 13911112222\n\n贺彤\n联信集成", name="贺彤"
    )
    assert value(report, "contact") == "褚峰"
    assert value(report, "phone") == "13911112222"
    assert value(report, "company") == "海岳水泥"


def test_whoever_is_greeted_is_not_the_contact() -> None:
    """ "Hi Kevin" names our engineer."""
    assert value(read("Hi Kevin Marsh,\n\nthe WAF is down."), "contact") is None


def test_an_office_is_no_person() -> None:
    """Display names of role mailboxes: 监控中心, IT Service Desk."""
    assert value(read("WAF 宕机了", name="监控中心"), "contact") is None
    assert value(read("WAF is down", name="IT Service Desk"), "contact") is None


# ---------------------------------------------------------------------------------------------- company


@pytest.mark.parametrize(
    ("text", "company"),
    [
        ("单位名称:华岳测绘仪器有限公司", "华岳测绘仪器有限公司"),
        ("我们是北江县人民医院，WAF 宕机", "北江县人民医院"),
        ("我是启航货运调度部的老刘", "启航货运"),
        ("敝公司(和顺彩印有限公司)的 WAF 宕机", "和顺彩印有限公司"),
        ("明远信息代长河汽车客运股份有限公司报修，WAF 宕机", "长河汽车客运股份有限公司"),
        ("WAF 在南湖大学图书馆宕机", "南湖大学"),
        ("Our WAF is down.\n\nTess Moran\nKestrel Valley Foods Ltd.", "Kestrel Valley Foods Ltd."),
        ("On behalf of Selkirk Housing Association: WAF down", "Selkirk Housing Association"),
    ],
    ids=["label", "hospital", "department between", "brackets", "代", "library", "legal form", "on behalf"],
)
def test_the_company_is_found_with_its_own_ends(text: str, company: str) -> None:
    """P-23: the company's name, neither the sentence before it nor the department behind."""
    assert value(read(text), "company") == company


@pytest.mark.parametrize(
    "text", ["贵公司的 WAF 宕机了", "我公司 WAF 宕机", "全公司上不了网", "地址:数据中心 3 楼"]
)
def test_what_everybody_calls_himself_is_no_company(text: str) -> None:
    """我公司, 贵公司, 全公司: words, not names."""
    assert value(read(text), "company") is None


# ---------------------------------------------------------------------------------------------- telephone


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("电话 0551-5550 339 转602", "0551-5550 339 转602"),
        ("電話:(04)555-3366 轉 519", "(04)555-3366 轉 519"),
        ("TEL 03-555-1120#6021", "03-555-1120#6021"),
        ("+86 512 5550 7788-215", "+86 512 5550 7788-215"),
        ("call +49 30 555 0140 now", "+49 30 555 0140"),
        ("Tel: 2555 0198", "2555 0198"),
        ("手机 139-5510-8826", "139-5510-8826"),
        ("ring 01463 555 010 ext 12", "01463 555 010 ext 12"),
        ("我的电话是13855512043谢谢", "13855512043"),
        ("手机 13855 51 2043", "13855 51 2043"),
        ("你们帮忙看一下我姓邓电话是13855512043", "13855512043"),
        ("請回電02-2555-0134找我", "02-2555-0134"),
    ],
    ids=[
        "转",
        "轉",
        "#",
        "dash",
        "international",
        "Hong Kong",
        "mobile",
        "ext",
        "within Han",
        "spaced",
        "dictated",
        "between Han",
    ],
)
def test_a_number_is_found_with_its_extension(text: str, phone: str) -> None:
    """Extensions get lost in `phonenumbers` (UNDERSTANDING, facts about the tools)."""
    assert value(read(text), "phone") == phone


@pytest.mark.parametrize(
    "text",
    [
        "传真:0551-5550 339",
        "Fax +49 30 555 0141",
        "服务热线 400-555-1818",
        "序列号 2026030155871",
        "工单号 13911112222",
        "税号 91310115555019931X",
        "地址 10.55.120.14 不通",
        "2026-03-15 10:22:07 宕机",
        "Case 20260315887",
        "授权从3000 5000台扩到更多",
    ],
    ids=["传真", "fax", "hotline", "serial", "ticket", "tax id", "IP", "date", "case", "a count"],
)
def test_digits_of_other_kinds_are_no_telephone(text: str) -> None:
    """Calling back a serial number costs the ten minutes of P-30."""
    assert value(read(text), "phone") is None


# ---------------------------------------------------------------------------------------------- mail, product, place


def test_the_senders_address_stands_in_when_the_text_gives_none() -> None:
    """And an address that is quoted as part of the fault is not the sender's."""
    assert (
        value(read("abuse@x.example 收不到邮件", address="q@customer.example"), "email")
        == "q@customer.example"
    )
    assert value(chat("邮箱 wen@customer.example"), "email") == "wen@customer.example"


@pytest.mark.parametrize(
    ("text", "product"),
    [
        ("工业防火墙 IFW-800 宕机", "工业防火墙 IFW-800"),
        ("弱點掃描系統無法登入", "弱點掃描系統"),
        ("our bastian is down", "bastian"),
        ("SSL VPN 连不上", "SSL VPN"),
        ("mail gateway drops mail", "mail gateway"),
    ],
    ids=["kind and model", "Traditional", "one letter off", "two words", "English"],
)
def test_the_product_is_found_as_it_was_written(text: str, product: str) -> None:
    """By the catalogue, in both scripts, with its model, one slip forgiven."""
    assert value(read(text), "product") == product


@pytest.mark.parametrize(
    "text", ["错误码 DD-211", "CVE-2026-1299 如何处理", "UTF-8 乱码", "case PS-20250409"]
)
def test_a_code_is_no_model(text: str) -> None:
    """Error codes, vulnerabilities and encodings have the shape of models."""
    assert value(read(text), "product") is None


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("设备在营口，WAF 宕机", "营口"),
        ("WAF 宕机了 台東館", "台東"),
        ("The WAF at our Nagpur substation is down", "Nagpur"),
        ("WAF down.\n\nJean Roux\nRoux Freight SARL\nVieux-Port - France", "Vieux-Port"),
    ],
    ids=["stated", "Traditional", "substation", "before a country"],
)
def test_the_site_is_found(text: str, place: str) -> None:
    """P-22: the engineer responsible for the customer's location."""
    assert value(read(text), "place") == place


@pytest.mark.parametrize(
    "text", ["西安华山机电有限公司的 WAF 宕机", "Paris Hilton called", "北京时间 10 点宕机"]
)
def test_a_city_in_a_name_or_a_word_is_no_site(text: str) -> None:
    """The company's city is in its name wherever its plants are."""
    assert value(read(text), "place") is None


@pytest.mark.parametrize("verb", ["通報", "上報", "反映", "來電", "轉達"])
def test_a_verb_of_reporting_is_no_part_of_the_customers_name(verb: str) -> None:
    """ "代客户X通报": a reseller's mail names its customer in the middle of a sentence."""
    assert value(read(f"您好，代客戶恆澤商業銀行{verb}：VPN 連不上"), "company") == "恆澤商業銀行"


# ---------------------------------------------------------------------------------------------- roles


@pytest.mark.parametrize(
    ("full", "short", "same"),
    [
        ("陈立", "陈工", True),
        ("陳立國", "陈小姐", True),
        ("欧阳娜", "欧阳主任", True),
        ("李立", "小李", True),
        ("Winnie Chan", "Ms. Chan", True),
        ("李立", "陈工", False),
        ("陈主任", "陈工", False),
        ("陈立", "陈力", False),
        ("Ms Chan", "Mr Chan", False),
        ("Winnie Chan", "Ms Chang", False),
    ],
)
def test_a_full_name_completes_surname_and_title(full: str, short: str, same: bool) -> None:
    """陈工 and 陈立 under one letter are one person; 李立 is another, and a title is no name."""
    assert names.completes(full, short) is same


def test_the_full_name_of_the_signature_is_taken_for_surname_and_title() -> None:
    """The desk records a name (P-20), wherever in the letter it stands."""
    text = "防火墙宕机了，请联系陈工 13855520164\n\n陈立\n云岭果业有限公司"
    assert value(read(text), "contact") == "陈立"
    assert value(read(text.replace("陈立", "马丽")), "contact") == "陈工"


@pytest.mark.parametrize(
    "text",
    [
        "Please call asap. If I am not in, ask for Ms Kwan.\n\nWinnie Chan\nHarbour Grain Ltd\n+852 2555 0170",
        "请打我手机 13855520164，我不在就找小刘。\n\n陈立\n云岭果业有限公司",
    ],
)
def test_whoever_is_called_only_instead_is_not_the_contact(text: str) -> None:
    """A stand-in is named last, and must not be called first."""
    assert value(read(text), "contact") in ("Winnie Chan", "陈立")


@pytest.mark.parametrize(
    ("words", "who"),
    [
        ("客戶窗口：資安部 溫紹庭 02-5552-7719", "溫紹庭"),
        ("电话 0898-5550 3318 找班长符永康，随时在", "符永康"),
        ("Please contact our Mr. Gu (IT), 0512-5550 8840", "Mr. Gu"),
        ("現場可洽值班經理 游先生（0978-555-201）", "游先生"),
        ("please contact the local IT coordinator, Ms. Xu Lin, directly", "Xu Lin"),
        ("客户端窗口 资安处 许经理", "许经理"),
    ],
)
def test_what_somebody_does_and_where_is_no_part_of_the_name(words: str, who: str) -> None:
    """Office, post and "our" stand before the name of whoever is to be called."""
    text = f"WAF 宕机了。{words}\n\nBernd Haslinger\nGeneral Manager"
    assert value(read(text), "contact") == who


def test_a_display_name_may_hold_the_office_and_the_person() -> None:
    """信息科 王岚 <…> is 王岚; 溪湖鎮公所 行政室 is the town's office."""
    assert value(stranger().read(mail("WAF 宕机了", name="信息科 王岚")), "contact") == "王岚"
    assert value(stranger().read(mail("WAF 宕機了", name="溪湖鎮公所 行政室")), "company") == "溪湖鎮公所"


def test_of_whoever_speaks_of_the_customers_contact_the_own_company_is_none() -> None:
    """An integrator says who he is and whom to call there; the customer is the other company he names."""
    text = "我是启星集成的梁栋，恒泽商业银行的日志审计磁盘满了。客户那边对接人是柏科长，023-5556 7012。"
    report = read(text)
    assert (value(report, "company"), value(report, "contact")) == ("恒泽商业银行", "柏科长")
    assert value(read("我是启星集成的梁栋，日志审计磁盘满了。"), "company") == "启星集成"


@pytest.mark.parametrize(
    ("text", "company"),
    [
        ("客户鼎湖乳业反馈，防火墙反复重启。\n\n陆佳\n鼎盛系统集成", "鼎湖乳业"),
        ("我是东桥集成的阿明，负责恒泽商业银行的项目，WAF 授权到期了。", "恒泽商业银行"),
        (
            "VPN is down at our Suzhou subsidiary, Werkmann Tools Ltd.\n\nThomas Berger\nWerkmann AG",
            "Werkmann Tools Ltd.",
        ),
        ("集团下属东方置业的 EDR 授权为 0。\n\n曾国良\n东方控股集团", "东方置业"),
    ],
    ids=["the customer says", "looks after", "subsidiary", "subordinate"],
)
def test_who_writes_for_another_house_names_it(text: str, company: str) -> None:
    """The contract that counts is that of the house with the fault (P-20)."""
    assert value(read(text), "company") == company


def test_the_customers_program_is_no_customer() -> None:
    """客户端 begins as 客户 does, and nobody is called 端闪退."""
    assert value(read("客户端闪退反馈\n\n陆佳\n鼎盛物流"), "company") == "鼎盛物流"


@pytest.mark.parametrize(
    ("body", "who", "company"),
    [
        ("防火墙断网了，请协助。", "陈冠宇", "日河生技"),
        ("Our firewall is down, please help.", "Kevin Chen", "SunRiver Biotech"),
    ],
)
def test_a_name_in_two_scripts_is_called_as_the_letter_is_written(body: str, who: str, company: str) -> None:
    """Whoever answers in Chinese writes to 陈冠宇, and in English to Kevin Chen."""
    report = read(f"{body}\n\n陈冠宇 Kevin Chen\n日河生技 SunRiver Biotech")
    assert (value(report, "contact"), value(report, "company")) == (who, company)


def test_the_senders_domain_vouches_for_a_name() -> None:
    """kreidler-pumpen.example writes for Kreidler Pumpen; a free mailbox vouches for nobody."""
    text = "Our tunnel drops.\n\nBernd Haslinger\nKreidler Pumpen\n0512-5550 8840"
    report = read(text, address="b.haslinger@kreidler-pumpen.example")
    other = read(text, address="b.haslinger@gmail.com")
    assert value(report, "company") == "Kreidler Pumpen"
    assert report.company is not None
    assert other.company is None or other.company.confidence < report.company.confidence


def test_an_office_in_brackets_is_no_part_of_a_labelled_company() -> None:
    """It says which of its houses; the directory knows the company without."""
    assert (
        value(read("Customer: Colbrook Woollens (Leeds office)\nWAF is down"), "company")
        == "Colbrook Woollens"
    )


def test_a_schools_office_is_not_part_of_another_kind_of_school() -> None:
    """育才小學校務處 is the office of 育才小學, not the 務處 of 育才小學校."""
    assert value(read("WAF 宕機了\n\n林嘉敏\n育才小學校務處\n2711 9043"), "company") == "育才小學"


@pytest.mark.parametrize(
    ("text", "who", "phone"),
    [
        (
            "帮IT部的周工报一下。周工电话 13855520111，他在机房。\n\n李芳\n海润包装有限公司\n0512-5550 1001",
            "周工",
            "13855520111",
        ),
        (
            "到现场请找保安登记，然后打机房值班 刘洋 13955520222。急事打我 13955520333。\n\n王海\n宏图物流",
            "刘洋",
            "13955520222",
        ),
        (
            "Prasad is on site till 6, his no. is 6555 0161, then call the NOC 6555 0160.\n\nRiverine Cold Storage IT",
            "Prasad",
            "6555 0161",
        ),
        (
            "Please liaise with our manager Mdm Goh Siew Hoon at 6555 0142.\n\nSarah Lim\nOrchid Dental\n6555 0100",
            "Goh Siew Hoon",
            "6555 0142",
        ),
    ],
    ids=["his number", "call the one on duty", "is on site", "liaise with"],
)
def test_whoever_is_to_be_called_beats_the_writer_however_often_he_names_himself(
    text: str, who: str, phone: str
) -> None:
    """A signature, a display name and an introduction are one person who writes, and not the one who is there."""
    writer = text.split("\n\n")[1].split("\n")[0]
    report = stranger().read(mail(f"WAF 宕机了\n{text}", name=writer))
    assert (value(report, "contact"), value(report, "phone")) == (who, phone)


def test_whom_a_known_contact_names_is_called() -> None:
    """They say who is on site; of those who name nobody the directory's name stays (UNDERSTANDING step 5)."""
    named = acquainted().read(mail("WAF 宕机了，现场联系人：刘洋", address="shi@yunling.example"))
    assert (value(named, "contact"), value(named, "company")) == ("刘洋", "云岭果业有限公司")
    silent = acquainted().read(mail("WAF 宕机了\n\n刘洋", address="shi@yunling.example"))
    assert value(silent, "contact") == "施文静"


@pytest.mark.parametrize(
    "text",
    [
        "张总，请看下面的情况：WAF 宕机了。\n\n马骏\n恒泽物流有限公司",
        "张总您好：\nWAF 宕机了。\n\n马骏\n恒泽物流有限公司",
        "WAF 宕机了，张总让我先问一下。\n\n马骏\n恒泽物流有限公司",
        "上周小张来过，换了板子，今天又断。\n\n马骏\n恒泽物流有限公司",
    ],
    ids=["addressed", "greeted", "asks through him", "was here"],
)
def test_whoever_is_addressed_or_only_spoken_of_is_not_the_contact(text: str) -> None:
    """The chief who presses and the engineer who was here are nobody to call."""
    assert value(read(text), "contact") == "马骏"
    assert value(read(text.rpartition("\n\n")[0]), "contact") is None


# ---------------------------------------------------------------------------------------------- sites


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("防火墙在门诊楼负一层，全停了", "门诊楼负一层"),
        ("設備在 A 棟 2F 機房", "A 棟 2F 機房"),
        ("IPS 到了，装在研发楼三楼机房", "研发楼三楼机房"),
        ("The firewall is on the 3rd floor, both lights are red", "3rd floor"),
        ("WAF is down, we are in Building 7", "Building 7"),
        ("设备在营口，机房在三楼弱电间", "营口"),
    ],
)
def test_where_no_city_is_named_the_building_floor_or_room_is_the_place(text: str, place: str) -> None:
    """P-03: somebody goes there. Where a city is named the region counts first (P-22)."""
    assert value(read(text), "place") == place


def test_a_floor_alone_says_whose_computers_are_meant() -> None:
    """ "三楼的电脑" is scope, not a site."""
    assert value(read("三楼的电脑全都上不了网"), "place") is None


def test_a_colleague_who_passes_a_mail_on_is_not_the_contact_from_whichever_domain_of_ours() -> None:
    """The owner lists citadel.example; a colleague's citadel.cn is as much ours, and the customer stands below."""
    head = "发件人：范晓东 <fan@qingyuan.example>\n主题：WAF 宕机了"
    inner = f"{head}\n\nWAF 宕机了\n\n范晓东\n青原商业银行\n021-5555 0199"
    forwarded = f"麻烦处理\n王芳\n\n---------- 转发邮件 ----------\n{inner}"
    report = stranger().read(
        mail(forwarded, subject="转发：WAF 宕机了", name="王芳", address="wangfang@citadel.cn")
    )
    assert (value(report, "company"), value(report, "contact")) == ("青原商业银行", "范晓东")
    assert value(report, "email") == "fan@qingyuan.example"
