"""The trained model as a witness: heard where the rules are silent, overruled where they are not, and dispensable."""

from gateway.parsers import model
from gateway.parsers.report import SURE_ENOUGH, Report
from tests.parsers.reading import by_rules_alone, mail, stranger, value

BIGGEST = 15_000_000


UNHEARD_OF = (
    ("The tunnel drops.\n\nRegards,\nWiebke Torsvall\nQuennick Brall\n+45 32 555 014", "company", "Quennick Brall"),
    ("Hi Citadel,\nour WAF is down.\nThanks\nJorunn Skail, Grenholt", "company", "Grenholt"),
    ("vpn keeps dropping. - Jorunn @ Skeldane", "contact", "Jorunn"),
    ("WAF is down again. Torvik, Skeldane, +45 32 555 014", "contact", "Torvik"),
    ("我们是拓梵，防火墙断网了，联系人阮青", "company", "拓梵"),
    ("防火墙断网了 我是拓梵的阮青 18155550176", "company", "拓梵"),
    ("The gateway at our Vorskelm plant is down.", "place", "Vorskelm"),
    ("Users in Vorskelm get a blank page since the update.", "place", "Vorskelm"),
)  # fmt: skip


def test_the_model_hears_names_that_no_rule_knows() -> None:
    """A name without any trade word is a name by where it stands; a new training may lose one or two of these."""
    heard = [value(stranger().read(mail(text)), field) == name for text, field, name in UNHEARD_OF]
    alone = [value(by_rules_alone().read(mail(text)), field) == name for text, field, name in UNHEARD_OF]
    assert sum(heard) >= len(UNHEARD_OF) - 2
    assert sum(alone) <= 2


def test_the_model_ships_small_and_with_its_card() -> None:
    """Issue 5: under 15 MB, with data, licence and how to rebuild it."""
    assert model.is_there()
    assert sum(path.stat().st_size for path in model.folder().iterdir()) < BIGGEST
    card = (model.folder() / "README.md").read_text("utf-8")
    assert "make model" in card
    assert "Licence" in card


def test_without_the_model_the_rules_read_on() -> None:
    """The files may be missing from an installation; the Report only loses what the rules do not know."""
    report = by_rules_alone().read(mail("堡垒机登录不上\n\n邵晨\n云岭果业有限公司\n021-5555 0199"))
    assert not by_rules_alone().has_model
    assert value(report, "company") == "云岭果业有限公司"
    assert value(report, "contact") == "邵晨"


def test_what_the_model_and_a_rule_agree_on_is_surer() -> None:
    """Two witnesses are better than one (UNDERSTANDING: summed evidence calibrates)."""
    text = "VPN 断了。\n\n阮青\n恒泽物流有限公司\n18155550176"
    with_model, alone = stranger().read(mail(text)), by_rules_alone().read(mail(text))
    assert confidence(with_model) > confidence(alone)
    assert value(with_model, "company") == value(alone, "company") == "恒泽物流有限公司"


UNSURE = ("VPN of Ovenmere is slow", "Our Skeldane tunnel is down", "WAF is down at Grenholt")


def test_what_the_model_is_not_sure_of_is_offered_and_still_asked() -> None:
    """Between a company and a place even people would ask: below 0.5 a value is asked for, not used (issue 5)."""
    reports = [stranger().read_chat(text) for text in UNSURE]
    offered = [report for report in reports if report.company and report.company.confidence < SURE_ENOUGH]
    assert offered
    assert all("company" in report.missing for report in offered)


def confidence(report: Report) -> float:
    assert report.company is not None
    return report.company.confidence


def test_the_model_names_no_customer_in_what_is_ours_or_nobodys() -> None:
    """Our own name, a greeting and a product are nobody's company, whatever stands around them."""
    for text in ("卫城 您好,WAF 宕机了", "Hello Citadel, the firewall is down", "在吗", "SSL VPN down!!"):
        assert value(stranger().read(mail(text)), "company") is None, text
