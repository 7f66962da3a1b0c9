"""What colleagues taught is there after a restart, on either database."""

from gateway.ports import Example, TaughtName
from gateway.storage.engine import open_engine
from gateway.storage.learning import CorrectedReport, corrected_reports
from gateway.storage.writer import Writer
from tests.storage.samples import NOW, NUMBER, do, opened

READ = Example(NUMBER, NOW, "he.lan", "company", None, "青田制造")
READ_AGAIN = Example(NUMBER, NOW, "he.lan", "level", "3", "1")


def test_of_a_name_taught_twice_the_last_counts(writer: Writer) -> None:
    """Whoever taught it wrongly can put it right."""
    do(writer, opened())
    for customer in ("one", "other"):
        taught = TaughtName("青田", customer, NOW, "he.lan", NUMBER)
        do(writer, lambda work, taught=taught: work.teach_name(taught))
    assert do(writer, lambda work: work.taught_names()) == {"青田": "other"}
    assert do(writer, lambda work: work.names_taught()) == 2, "a second teaching is news, too"


def test_examples_come_back_in_their_order_with_the_report_they_are_about(
    writer: Writer, database_url: str
) -> None:
    """A case whose report has been deleted since still says what was wrong."""
    do(writer, opened())
    for example in (READ, READ_AGAIN):
        do(writer, lambda work, example=example: work.keep_example(example))
    engine = open_engine(database_url, writes=False)
    try:
        (report,) = corrected_reports(engine)
    finally:
        engine.dispose()
    assert report == CorrectedReport(NUMBER, None, [READ, READ_AGAIN])
