"""The words of our pages: `templates/<language>/page/<name>.html.j2` on the sheet `templates/page.html.j2`."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from jinja2 import Environment

from gateway.errors import Mistake
from gateway.portal.answering import STATES, Question

ANSWER = "answer"


class Pages:
    """`environment` reads below the templates' directory and escapes HTML; `vendor` is our name by language."""

    def __init__(self, environment: Environment, vendor: Mapping[str, str], zone: ZoneInfo) -> None:
        self._environment = environment
        self._vendor = vendor
        self._zone = zone

    def answer(self, language: str, context: Mapping[str, object]) -> str:
        """The page of `portal.answering` in a language that there is, else in one that there is."""
        question = context["question"]
        until = (
            f"{question.until.astimezone(self._zone):%Y-%m-%d %H:%M}"
            if isinstance(question, Question)
            else ""
        )
        chosen = language if language in self._vendor else next(iter(self._vendor))
        template = self._environment.get_template(f"{chosen}/page/{ANSWER}.html.j2")
        return template.render(context, until=until, language=chosen, vendor=self._vendor[chosen])

    def mistakes(self, at: datetime) -> Iterator[Mistake]:
        """What is wrong with the owner's files, each page rendered in every state and language."""
        for language in self._vendor:
            question = Question("C260101-000000", "Li Lei", language, "#resolved", at)
            for state in STATES:
                try:
                    self.answer(language, {"state": state, "question": question, "yes": True})
                except Exception as error:  # noqa: BLE001 - the owner's template can raise anything, like any program
                    yield Mistake(f"{language}/page/{ANSWER}.html.j2", "", f"{state}: {error}")
                    break
