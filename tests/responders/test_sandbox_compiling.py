"""What was compiled before is used again only while it says the same."""

from pathlib import Path

from gateway.responders.sandbox import StrictEnvironment


def test_a_template_that_has_changed_is_compiled_anew(tmp_path: Path) -> None:
    """The owner mends a letter and asks `gateway check` again, in one process."""
    letter = tmp_path / "letter.txt.j2"
    letter.write_text("before", encoding="utf-8")
    assert StrictEnvironment(tmp_path).get_template("letter.txt.j2").render() == "before"
    letter.write_text("after", encoding="utf-8")
    assert StrictEnvironment(tmp_path).get_template("letter.txt.j2").render() == "after"


def test_a_template_is_compiled_anew_where_its_filters_know_other_words(tmp_path: Path) -> None:
    """Jinja2 works constants out when it compiles: the phrase of another phrasebook must not stay in the letter."""
    (tmp_path / "letter.txt.j2").write_text("{{ 'open' | named }}", encoding="utf-8")

    def rendered(name: str) -> str:
        environment = StrictEnvironment(tmp_path, taught=name)
        environment.filters["named"] = lambda _: name
        return environment.get_template("letter.txt.j2").render()

    assert [rendered("处理中"), rendered("處理中")] == ["处理中", "處理中"]
