"""The whole matrix of RELIABILITY 2.1, every cell, against an oracle written as prose and not as a table."""

from itertools import product

import pytest

from gateway.trust.authority import MATRIX, May, Standing, Token, rule
from gateway.trust.evidence import Result

COLLEAGUE = (True, False)
TOKENS: tuple[Token, ...] = ("none", "broken", "valid_bound", "valid_other", "expired")
RESULTS: tuple[Result, ...] = ("pass", "fail", "none", "temperror")
ROLES = ("customer", "engineer", "level_manager:2", "desk", None)
EVERY_CELL = [Standing(*cell) for cell in product(COLLEAGUE, TOKENS, RESULTS, ROLES, (True, False))]


def oracle(cell: Standing) -> May:
    """The rules as RELIABILITY 2.1 and ARCHITECTURE "Trust" tell them, one after the other."""
    if cell.token == "valid_bound":
        if cell.role is None or cell.role == "customer":
            return "customer_text"
        if not cell.colleague:
            return "review"  # somebody who has left us still holds what we once wrote to them
        return "commands" if cell.authentication == "pass" else "held"
    if cell.colleague:
        return "review"
    if cell.token == "valid_other":
        return "third_party"
    if cell.token in ("broken", "expired"):
        return "review"
    return "review" if cell.names_a_case else "new_case"


@pytest.mark.parametrize("cell", EVERY_CELL, ids=str)
def test_every_cell_does_what_the_rules_say(cell: Standing) -> None:
    """G13, T1: four hundred cells, none left to chance."""
    ruling = rule(cell)
    assert ruling.may == oracle(cell)
    assert ruling.flagged == (cell.authentication != "pass")
    assert len(ruling.reason.split()) > 3


def test_the_rows_exclude_each_other_and_leave_nothing_out() -> None:
    """So that a row can be read alone, and the order of the table means nothing."""
    assert [sum(row.covers(cell) for row in MATRIX) for cell in EVERY_CELL] == [1] * len(EVERY_CELL)


def test_no_row_is_idle() -> None:
    """A row that covers no cell is a rule that somebody believes in and nobody follows."""
    assert [row.reason for row in MATRIX if not any(row.covers(cell) for cell in EVERY_CELL)] == []


def test_commands_run_in_one_corner_only() -> None:
    """T1: known colleague, a token made for them in a role of ours, and a proved domain; nothing else, ever."""
    running = [cell for cell in EVERY_CELL if rule(cell).may == "commands"]
    assert running
    assert {(cell.colleague, cell.token, cell.authentication) for cell in running} == {
        (True, "valid_bound", "pass")
    }
    assert {cell.role for cell in running} == {"engineer", "level_manager:2", "desk"}


def test_a_case_number_alone_never_puts_anything_on_a_case() -> None:
    """T2, G14: numbers can be guessed; naming one only takes the automatism away."""
    for cell in EVERY_CELL:
        if cell.token in ("none", "broken", "expired"):
            assert rule(cell).may in ("review", "new_case")
            assert not (cell.names_a_case and rule(cell).may == "new_case")
