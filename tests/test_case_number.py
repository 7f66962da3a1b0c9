"""Case numbers: readable on the telephone, not to be guessed, and a slip of the pen is noticed."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from gateway import case_number

DAY = date(2026, 11, 23)
CHANCE = st.integers(0, case_number.CHANCES - 1)


def test_a_number_is_prefix_day_chance_and_check_digit() -> None:
    """The shape that letters and lists rely on."""
    assert case_number.make("C", DAY, 4821) == "C261123-048215"
    assert case_number.make("HELP-", DAY, 0) == "HELP-261123-000000"


@given(CHANCE, st.sampled_from(["C", "HELP-", "ABCDEF-"]))
def test_every_number_we_make_is_found_again_in_a_subject(chance: int, prefix: str) -> None:
    """Whatever stands around it, in any case."""
    number = case_number.make(prefix, DAY, chance)
    for subject in (
        number,
        f"Re: 关于{number}的进展",
        f"回复：[{number}] x",
        number.lower(),
        f"{number},{number}",
    ):
        assert case_number.find(subject) == (number,)


@given(CHANCE, st.integers(0, 11), st.integers(1, 9))
def test_one_wrong_digit_is_no_number(chance: int, place: int, shift: int) -> None:
    """Somebody misread it on the telephone: better no suggestion than another customer's case."""
    number = case_number.make("C", DAY, chance)
    digits = [index for index, character in enumerate(number) if character.isdigit()]
    at = digits[place]
    wrong = number[:at] + str((int(number[at]) + shift) % 10) + number[at + 1 :]
    assert case_number.find(wrong) == ()


@given(CHANCE)
def test_two_neighbours_swapped_are_no_number(chance: int) -> None:
    """The other common slip; Luhn lets only 09 and 90 pass."""
    number = case_number.make("C", DAY, chance)
    tail = number[-6:]
    for at in range(5):
        pair = tail[at : at + 2]
        if pair[0] == pair[1] or set(pair) == {"0", "9"}:
            continue
        swapped = number[:-6] + tail[:at] + pair[::-1] + tail[at + 2 :]
        assert case_number.find(swapped) == ()


def test_other_peoples_numbers_are_not_ours() -> None:
    """Orders, dates and serial numbers stand in subjects too (L-27)."""
    for subject in (
        "Order #718740",
        "2026-11-23",
        "INC0012345",
        "XC261123-0482150",
        "261123-048215",
        "+86 21 5555 0101",
    ):
        assert case_number.find(subject) == ()


def test_only_the_beginning_of_a_long_subject_is_read() -> None:
    """A subject may be a megabyte of almost-numbers."""
    number = case_number.make("C", DAY, 7)
    assert case_number.find("x " * 450 + number) == (number,)
    assert case_number.find("C261123-" * 200_000 + number) == ()


def test_a_subject_loses_the_numbers_that_our_letters_put_there_and_nothing_else() -> None:
    """L-29: a new case out of a closed one is not named by the old number; what the customer typed stays."""
    assert case_number.without("Re: [C261123-048213] 堡垒机 [紧急]") == "Re: 堡垒机 [紧急]"
    assert case_number.without("关于 C261123-048213  的问题") == "关于 C261123-048213  的问题"
