"""What a colleague's corrections teach: the customer's contract counts, an example is kept, a name is learnt.

An example is what a person says that was misread; `gateway examples export` writes them for whoever improves the
reader. A name counts only once a colleague has said so by a command of its own (issue 5 "Learning from the desk").
"""

from collections.abc import Iterable, Sequence

from gateway import customer_turn
from gateway.cases import events
from gateway.cases.case import Case, Notice
from gateway.cases.directory import Staff
from gateway.cases.events import Event
from gateway.intake.taking import Taking
from gateway.parsers.entities import meant
from gateway.ports import Example, TaughtName

NOTICE = "company_corrected"


def with_contracts(taking: Taking, case: Case, happened: Sequence[Event]) -> Sequence[Event]:
    """What happened; a case that turns out to be another customer's has their plan and services from then on."""
    rules = taking.rules
    event = _last_company(happened)
    customer = rules.directory.customers.get(event.customer_id or "") if event else None
    if event is None or customer is None:
        return happened
    plan, services = customer_turn.bought(customer, rules.policy, taking.clock.now())
    if (plan, services) == (case.plan, case.services):
        return happened
    return [*happened, events.PlanChanged(plan=plan, services=services, by=event.by)]


def learn(taking: Taking, before: Case, happened: Sequence[Event]) -> bool:
    """Keep what the events teach; whether it concerns the next message already. `before`: the case as it was read."""
    at, taught = taking.clock.now(), False
    for example in _examples(taking, before, happened):
        taking.work.keep_example(example)
    for event in happened:
        if isinstance(event, events.AliasTaught):
            taking.work.teach_name(
                TaughtName(event.alias, event.customer_id, at, event.by or "", before.number)
            )
            taught = True
    return taught


def tell(taking: Taking, case: Case, staff: Staff, role: str, happened: Sequence[Event]) -> None:
    """Tell who corrected the company whom we take it for, or who could be meant, and which name could be learnt."""
    event = _last_company(happened)
    if event is None:
        return
    is_known = event.customer_id is not None
    suggested = () if is_known else meant.by_name(taking.rules.directory, event.value).could_be
    notice = Notice(
        id=f"{case.number}/company/{taking.message.kept.id}",
        name=NOTICE,
        to=role,
        facts={
            "customer": event.value if is_known else None,
            "could_be": [customer.name for customer in suggested],
            "alias": case.proposed_alias if is_known else None,
        },
    )
    taking.answer(case, staff.id, notice)


def _last_company(happened: Sequence[Event]) -> events.Corrected | None:
    """The company that was put right; of several in one message the last counts."""
    corrected = (each for each in reversed(happened) if isinstance(each, events.Corrected))
    return next((each for each in corrected if each.field == events.COMPANY), None)


def _examples(taking: Taking, before: Case, happened: Iterable[Event]) -> Iterable[Example]:
    for event in happened:
        for field, was, now in _put_right(before, event):
            yield Example(before.number, taking.clock.now(), event.by or "", field, was, now)


def _put_right(case: Case, event: Event) -> Iterable[tuple[str, str | None, str]]:
    """Field, what had been read, what is right."""
    if isinstance(event, events.Corrected):
        read = {"company": case.company, "contact": case.contact, "phone": case.phone}
        yield event.field, read.get(event.field) or case.uncertain.get(event.field), event.value
    elif isinstance(event, events.LevelChanged) and "customer_wrote" not in case.moments:
        # Once they have written again it may be the fault that has changed, and not the reading that was wrong.
        yield "level", str(case.level), str(event.level)
