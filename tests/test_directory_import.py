"""`gateway import directory`: whole or not at all, every mistake with its line, and the same import twice is one."""

import io
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from gateway import directory_change
from gateway.cases.directory import Directory
from gateway.config import Config, load
from gateway.directory_file import load as load_directory
from gateway.directory_import import Draft, Known, prepare
from gateway.directory_merge import merge
from gateway.directory_sheet import plain
from gateway.directory_toml import written
from gateway.errors import ConfigError, GatewayError

ROOT = Path(__file__).parent.parent
KNOWN = Known(("5x8", "7x24"), ("onsite-5x8", "hotline-7x24", "inspection"), ("5x8", "7x24"))

STAFF = "姓名,邮箱,角色,语言,值班,代理人\n方圆,fang@vendor.example,管理员；工程师,简体中文;英文,7×24,\n"
CUSTOMERS = (
    "公司,简称,域名,区域,联系人,邮箱,电话,语言,合同编号,服务计划,服务,开始,结束,序列号\n"
    "镜湖大学,镜湖大,jinghu.example,华东,许老师,xu@jinghu.example,025-55550001,简体中文,"
    "HT-1,5×8,5×8现场服务;巡检,2026/9/1,2027年8月31日,SN1；SN2\n"
    "镜湖大学,,,,白老师,bai@jinghu.example,,,,,,,,\n"
)


class Desk:
    """A folder with a directory, and imports into it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.target = folder / "directory.toml"

    def sheet(self, text: str, name: str = "sheet.csv", encoding: str = "utf-8") -> Path:
        path = self.folder / name
        path.write_bytes(text.encode(encoding))
        return path

    def prepare(self, *files: Path, prune: bool = False) -> Draft:
        return prepare(files, self.target, self.target, KNOWN, prune=prune)

    def take_in(self, *texts: str, prune: bool = False) -> Draft:
        files = [self.sheet(text, f"{place}.csv") for place, text in enumerate(texts)]
        draft = self.prepare(*files, prune=prune)
        draft.keep()
        return draft

    def mistakes(self, *texts: str) -> list[str]:
        with pytest.raises(ConfigError) as failed:
            self.take_in(*texts)
        return [f"{mistake.key}: {mistake.problem}" for mistake in failed.value.mistakes]

    def directory(self) -> Directory:
        return load_directory(
            self.target, plans=KNOWN.plans, services=KNOWN.services, calendars=KNOWN.calendars
        )


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_rows_of_one_company_are_one_customer(desk: Desk) -> None:
    """One row per contact, as people keep their lists; everything arrives in the types of the directory."""
    desk.take_in(CUSTOMERS, STAFF)
    customer = desk.directory().customers["jinghu.example"]
    assert (customer.name, customer.names, customer.region) == ("镜湖大学", ("镜湖大",), "华东")
    assert [contact.name for contact in customer.contacts] == ["许老师", "白老师"]
    contract = customer.contracts[0]
    assert (contract.starts, contract.ends) == (date(2026, 9, 1), date(2027, 8, 31))
    assert contract.services == {"onsite-5x8", "inspection"}
    assert (contract.plan, contract.serial_numbers) == ("5x8", ("SN1", "SN2"))


def test_staff_have_roles_languages_and_deputies_by_their_chinese_names(desk: Desk) -> None:
    """A deputy is named as people name each other; the directory wants an id."""
    row = "沈默,shen@vendor.example,级别负责人2、客服专员,繁体中文,5x8,方圆\n"
    desk.take_in(STAFF + row)
    shen = desk.directory().staff["shen"]
    assert shen.roles == {"level_manager:2", "desk"}
    assert (shen.languages, shen.deputy) == (("zh-Hant",), "fang")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_every_encoding_and_separator_of_excel_is_read(desk: Desk, encoding: str, delimiter: str) -> None:
    """Excel in China saves GB18030 with commas, elsewhere UTF-8 with semicolons, and "Unicode text" with tabs."""
    text = "公司,联系人,邮箱\r\n镜湖大学,许老师,xu@jinghu.example\r\n".replace(",", delimiter)
    desk.prepare(desk.sheet(text, "customers.csv", encoding), desk.sheet(STAFF, "staff.csv")).keep()
    contact = desk.directory().contact_at("xu@jinghu.example")
    assert contact is not None
    assert contact.name == "许老师"


def test_all_mistakes_of_all_files_are_told_at_once_with_their_lines(desk: Desk) -> None:
    """Somebody mends a list once, not once per mistake; what the whole contradicts has its lines too."""
    customers = (
        "公司,域名,联系人,邮箱,电话,合同编号,服务计划,开始,结束\n"
        "镜湖大学,jinghu.example,许老师,xu jinghu.example,1.38E+10,HT-1,9x9,2026-13-01,\n"
        ",,无名,wu@jinghu.example,,,,,\n"
        "月湖大学,jinghu.example,许老师,yue@jinghu.example,,HT-2,5x8,2027-01-01,2026-01-01\n"
    )
    staff = "姓名,邮箱,角色\n方圆,fang@vendor.example,船长\n"
    told = desk.mistakes(customers, staff)
    expected = (
        ("line 2:", "1.38E+10"),
        ("line 2:", "2026-13-01"),
        ("line 3:", "company"),
        ("line 2:", "船长"),
        ("line 2, 4:", "jinghu.example"),
        ("line 2:", "9x9"),
        ("line 2:", "no mail address"),
        ("line 4:", "ends before it starts"),
    )
    for line, words in expected:
        assert any(each.startswith(line) and words in each for each in told), (line, words, told)
    assert any("administrator" in each for each in told)


def test_nothing_is_half_imported(desk: Desk) -> None:
    """One mistake, and the directory is byte for byte what it was; no draft is left lying about."""
    desk.take_in(CUSTOMERS, STAFF)
    before = desk.target.read_bytes()
    desk.mistakes(CUSTOMERS.replace("镜湖大,", "镜大,").replace("5×8,5×8现场服务", "9x9,5×8现场服务"))
    assert desk.target.read_bytes() == before
    assert not list(desk.folder.glob(".*.new"))


def test_a_heading_that_nobody_knows_is_a_mistake(desk: Desk) -> None:
    """A column left out in silence would be data lost in silence."""
    assert "客户经理电话" in desk.mistakes("公司,客户经理电话\n镜湖大学,1\n")[0]
    assert "two columns" in desk.mistakes("公司,邮箱,email\n镜湖大学,,\n")[0]
    assert "'company'" in desk.mistakes("域名\njinghu.example\n")[0]


def test_the_same_import_again_changes_nothing(desk: Desk) -> None:
    """Idempotent: no change is shown, and the file is not touched."""
    desk.take_in(CUSTOMERS, STAFF)
    before = desk.target.stat().st_mtime_ns
    again = desk.take_in(CUSTOMERS, STAFF)
    assert again.changes == ()
    assert desk.target.stat().st_mtime_ns == before


def test_what_changes_is_told_field_by_field_and_the_rest_stays(desk: Desk) -> None:
    """An empty cell leaves what there is; nothing that the import does not mention goes."""
    desk.take_in(CUSTOMERS, STAFF)
    draft = desk.take_in("公司,区域,联系人,邮箱,电话\n镜湖大学,华南,许老师,xu@jinghu.example,\n")
    assert [(change.action, change.kind, change.fields) for change in draft.changes] == [
        ("changed", "customer", (("region", "华东", "华南"),))
    ]
    customer = desk.directory().customers["jinghu.example"]
    assert customer.contacts[0].phones == ("025-55550001",)
    assert len(customer.contacts) == 2
    assert desk.directory().staff
    assert (desk.folder / "directory.toml.before").exists()


def test_only_pruning_removes_and_only_the_kind_that_arrives(desk: Desk) -> None:
    """A list of customers says nothing about the staff."""
    desk.take_in(CUSTOMERS, STAFF)
    other = "公司,联系人,邮箱\n月湖大学,林老师,lin@yuehu.example\n"
    desk.take_in(other)
    assert set(desk.directory().customers) == {"jinghu.example", "月湖大学"}
    draft = desk.take_in(other, prune=True)
    assert [(change.action, change.name) for change in draft.changes] == [("removed", "镜湖大学")]
    assert set(desk.directory().customers) == {"月湖大学"}
    assert set(desk.directory().staff) == {"fang"}


def test_toml_arrives_by_id_and_keeps_keys_that_a_spreadsheet_has_not(desk: Desk) -> None:
    """A contract's inspections are the TOML file's own; a later spreadsheet must not lose them."""
    toml = desk.sheet(
        '[[customer]]\nid = "jinghu.example"\nname = "镜湖大学"\ndomains = ["jinghu.example"]\n'
        '[[customer.contract]]\nnumber = "HT-1"\nplan = "5x8"\n'
        'services = ["inspection"]\ninspection = { every_months = 3, first = 2026-10-01 }\n',
        "export.toml",
    )
    desk.prepare(toml, desk.sheet(STAFF, "staff.csv")).keep()
    desk.take_in(CUSTOMERS)
    contract = desk.directory().customers["jinghu.example"].contracts[0]
    assert contract.inspection_every_months == 3
    assert contract.services == {"onsite-5x8", "inspection"}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.toml", b"[[customer]\n"),
        ("a.toml", b'customer = "everybody"\n'),
        ("a.toml", b'[[customer]]\nid = "a"\nname = "a"\ncontact = 3\n'),
        ("a.toml", b'[[customer]]\nid = "a"\nname = ["a"]\nnames = "b"\n'),
        ("a.toml", b'[[staff]]\nid = 7\nname = true\nemail = []\nroles = [[]]\ndeputy = ["x"]\n'),
        ("a.toml", b'[[customer]]\nid = "a"\nname = "a"\n[[customer.contact]]\nname = "b"\nemails = 0\n'),
        ("a.toml", b"[[customer]]\nid = 1.5\nname = 12:00:00\n"),
        ("a.toml", b"\xff\xfe\x00"),
        ("a.csv", b""),
        ("a.csv", b"\x00\x00\x00"),
        ("a.csv", b'\xe5\x85\xac\xe5\x8f\xb8\n"never closed'),
        ("a.csv", b"\xff\xff\xff\x80\x80"),
        ("a.csv", b"company\n" + b"x" * 200_000 + b"\n"),
        ("a.xlsx", b"PK"),
    ],
)
def test_a_broken_file_is_a_sentence_and_never_a_stack(desk: Desk, name: str, content: bytes) -> None:
    """Whatever lies in the file, its owner hears what to mend."""
    path = desk.folder / name
    path.write_bytes(content)
    with pytest.raises(ConfigError):
        desk.prepare(path, desk.sheet(STAFF, "staff.csv"))
    assert not list(desk.folder.glob(".*.new"))


def test_a_formula_is_text_and_text_marks_are_taken_off() -> None:
    """No cell is evaluated (RELIABILITY T26); leading zeros survive as spreadsheets write them."""
    assert plain("=1+1") == "=1+1"
    assert plain('="0021"') == "0021"
    assert plain("'+86 21 5555 0000") == "+86 21 5555 0000"


def test_two_companies_of_one_mail_domain_are_a_mistake_and_not_one_company(desk: Desk) -> None:
    """Matching by domain helps a renamed customer; it must not swallow a sister company."""
    told = desk.mistakes("公司,域名\n镜湖一院,jinghu.example\n镜湖二院,jinghu.example\n", STAFF)
    assert any(each.startswith("line 2, 3:") and "twice" in each for each in told)


# What is written.

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
VALUE = st.one_of(TEXT, st.integers(0, 99), st.dates(), st.lists(TEXT, max_size=3), st.booleans())
INLINE = st.dictionaries(st.sampled_from(["every_months", "first"]), st.one_of(st.integers(0, 9), st.dates()))
PART = st.dictionaries(st.sampled_from(["name", "number", "starts", "emails"]), VALUE, min_size=1)
ROW = st.fixed_dictionaries(
    {"id": TEXT},
    optional={
        "name": VALUE,
        "odd key ü": TEXT,
        "inspection": INLINE,
        "away": st.lists(INLINE, min_size=1, max_size=2),
        "contact": st.lists(PART, min_size=1, max_size=2),
        "contract": st.lists(PART, min_size=1, max_size=2),
    },
)
TABLES = st.fixed_dictionaries(
    {}, optional={kind: st.lists(ROW, min_size=1, max_size=3) for kind in ("customer", "staff")}
)


@given(TABLES)
@settings(max_examples=200)
def test_what_is_written_is_read_back_as_it_was(tables: dict[str, Any]) -> None:
    """Whatever strings a directory holds: quotes, controls, line ends, other planes."""
    assert tomllib.loads("".join(written(tables))) == tables


NAME = st.text("甲乙ab ", min_size=1, max_size=3)
ADDRESSES = st.lists(st.sampled_from(["a@x.example", "B@x.example", "c@y.example"]), max_size=2, unique=True)
CONTACT = st.fixed_dictionaries({"name": NAME}, optional={"emails": ADDRESSES, "place": TEXT})
CUSTOMER = st.fixed_dictionaries(
    {},
    optional={
        "id": NAME,
        "name": NAME,
        "domains": st.lists(st.sampled_from(["x.example", "y.example"]), max_size=2, unique=True),
        "contact": st.lists(CONTACT, min_size=1, max_size=3),
    },
)


@given(st.lists(CUSTOMER, max_size=3), st.lists(CUSTOMER, max_size=3))
@settings(max_examples=100)
def test_no_customer_is_lost_or_doubled_by_an_import(there: list[Any], arriving: list[Any]) -> None:
    """Without pruning: the rows that were there stay at their places, and each one is news or known, never both."""
    after, changes = merge({"customer": there}, {"customer": arriving}, prune=False)
    added = [change for change in changes if (change.action, change.kind) == ("added", "customer")]
    assert len(after["customer"]) == len(there) + len(added)
    assert [row.get("id") for row in after["customer"]][: len(there)] == [row.get("id") for row in there]
    assert not any(change.action == "removed" for change in changes)


@given(st.lists(CUSTOMER, max_size=3, unique_by=lambda row: row.get("id")))
@settings(max_examples=100)
def test_a_directory_that_arrives_twice_is_the_same_the_second_time(rows: list[Any]) -> None:
    """Idempotence of the merge itself, for customers that all have ids of their own."""
    known: list[dict[str, Any]] = [{**row, "contact": list[Any]()} for row in rows if "id" in row]
    after, _ = merge({}, {"customer": known}, prune=False)
    assert merge(after, {"customer": known}, prune=False)[1] == []


# On a terminal.


@pytest.fixture
def config(tmp_path: Path) -> Config:
    folder = tmp_path / "config"
    folder.mkdir()
    (folder / "config.toml").write_text((ROOT / "config.toml").read_text(encoding="utf-8"), encoding="utf-8")
    return load(folder / "config.toml")


def told(config: Config, *files: Path, yes: bool) -> str:
    out = Console(file=io.StringIO(), width=200, force_terminal=False)
    directory_change.run(config, files, out, yes=yes, prune=False)
    assert isinstance(out.file, io.StringIO)
    return out.file.getvalue()


def test_an_import_over_the_seed_goes_to_data_dir_and_names_the_setting(config: Config, desk: Desk) -> None:
    """The seed comes with the program and is never written to."""
    sheet = desk.sheet(CUSTOMERS)
    text = told(config, sheet, yes=True)
    assert "镜湖大学" in text
    assert "directory.file" in text
    assert (config.data / "directory.toml").exists()
    assert "Nothing to change" in told(config, sheet, yes=True)


def test_without_yes_and_without_anybody_to_ask_nothing_happens(config: Config, desk: Desk) -> None:
    """A forgotten option in a script must not change who gets mail."""
    with pytest.raises(GatewayError, match="--yes"):
        told(config, desk.sheet(CUSTOMERS), yes=False)
    assert not list(config.data.glob("*"))
    assert not list(config.data.glob(".*"))
