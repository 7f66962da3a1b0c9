"""The owner's products: read from a file of theirs, found in letters, and every mistake said."""

from pathlib import Path

import pytest

from gateway import catalogue_file, check
from gateway.cases.directory import Directory
from gateway.errors import ConfigError
from gateway.parsers.report import Reader, Vendor
from tests.parsers.reading import mail, value

CATALOGUE = """
[[product]]
name = "琥珀网安中枢"
names = ["琥珀", "Amber Hub"]
models = ["AH9"]
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "products.toml"
    path.write_text(text, "utf-8")
    return path


def test_names_and_models_come_in_the_order_of_the_file(tmp_path: Path) -> None:
    """What the owner wrote, nothing else."""
    assert catalogue_file.load(written(tmp_path, CATALOGUE)) == ("琥珀网安中枢", "琥珀", "Amber Hub", "AH9")


@pytest.mark.parametrize(
    ("text", "product"),
    [("琥珀網安中樞登不進去", "琥珀網安中樞"), ("our amber hub is down", "amber hub"), ("AH9 宕机了", "AH9")],
)
def test_an_owners_product_is_found_in_every_spelling(tmp_path: Path, text: str, product: str) -> None:
    """Issue 5: product and model from a catalogue the owner can load; neither stands in our lexicon."""
    products = catalogue_file.load(written(tmp_path, CATALOGUE))
    vendor = Vendor(("卫城",), ("citadel.example",), "support@citadel.example", products=products)
    assert value(Reader(Directory(), vendor, with_model=False).read(mail(text)), "product") == product


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ('[[product]]\nnam = "x"', "no such key"),
        ('[[product]]\nname = "琥"', "at least 2"),
        ('[[product]]\nname = "琥珀"\nmodels = ["A"]', "too short"),
        ("[[product", "no valid TOML"),
    ],
)
def test_a_mistake_is_said(tmp_path: Path, text: str, mistake: str) -> None:
    """The owner is told what to mend, before anything starts."""
    with pytest.raises(ConfigError) as caught:
        catalogue_file.load(written(tmp_path, text))
    assert mistake in str(caught.value)


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    """A path with a slip in it."""
    with pytest.raises(ConfigError, match="cannot be read"):
        catalogue_file.load(tmp_path / "none.toml")


def test_gateway_check_says_what_is_wrong_with_the_catalogue(tmp_path: Path) -> None:
    """A catalogue nobody can read must not be found out by the first customer."""
    settings = Path("config.toml").read_text("utf-8").replace("# catalogue =", "catalogue =")
    (tmp_path / "config.toml").write_text(settings, "utf-8")
    said = [str(mistake) for mistake in check.examine(tmp_path / "config.toml").mistakes]
    assert any("products.toml" in each and "cannot be read" in each for each in said)
    written(tmp_path, CATALOGUE)
    assert "catalogue: 4 names of products and models" in check.examine(tmp_path / "config.toml").good
