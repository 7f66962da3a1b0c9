"""What a colleague tells the gateway: in the first lines, with a sign, and nowhere else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.parsers import commands, lexicon
from gateway.parsers.commands import Command


def test_every_word_of_the_lexicon_is_understood() -> None:
    """Each word, with the sign of either width, in any case."""
    for name, words in lexicon.read("commands")["words"].items():
        for word in words:
            for line in (f"#{word}: x", f"＃{word.upper()} x"):
                if " " not in word:
                    assert commands.read(line).commands == (Command(name, "x"),), line


@pytest.mark.parametrize(
    ("line", "command"),
    [
        ("#take", Command("take", "")),
        ("  #  Take", Command("take", "")),
        ("#level 2", Command("level", "2")),
        ("#level2", Command("level", "2")),
        ("#级别2", Command("level", "2")),
        ("#级别：2", Command("level", "2")),
        ("#級別二", Command("level", "二")),
        ("#指派张三", Command("assign", "张三")),
        ("#assign @lin", Command("assign", "@lin")),
        ("#resolved.", Command("resolved", "")),
        ("#解决方案：更换主板", Command("plan", "更换主板")),
        ("#progress： 主板已更换", Command("progress", "主板已更换")),
        ("#ＰＲＯＧＲＥＳＳ done", Command("progress", "done")),
        ("#progres disk replaced", Command("progress", "disk replaced")),
        ("#reslved", Command("resolved", "")),
        ("#wiating for logs", Command("waiting", "for logs")),
        ("#intervall 30m", Command("interval", "30m")),
    ],
)
def test_small_slips_are_forgiven(line: str, command: Command) -> None:
    """People write from phones."""
    assert commands.read(line).commands == (command,)


@pytest.mark.parametrize(
    "line",
    [
        "#define MAX 1",
        "#contract 2024-7",
        "#include <x>",
        "#takeover",
        "#progress_bar",
        "#进展缓慢",
        "#公司网络不通",
        "#plans",
    ],
)
def test_a_strange_word_is_reported_and_left(line: str) -> None:
    """It must neither vanish nor be obeyed nor bounce (L-56)."""
    read = commands.read(f"{line}\nmore")
    assert (read.commands, read.unknown, read.rest) == ((), (line,), f"{line}\nmore")


@pytest.mark.parametrize(
    "text", ["## Heading", "#1 is open", "#!/bin/sh", "#", "# ", "＃＃", "#-take", "Hello\n#take", "> #take"]
)
def test_what_is_no_command_is_just_text(text: str) -> None:
    """Headings, numbers, scripts, and commands below the first words (RELIABILITY T39)."""
    assert commands.read(text) == commands.CommandsRead((), text, ())


def test_commands_stand_in_a_block_at_the_top_and_the_rest_is_left() -> None:
    """Blank lines between them are skipped; the first other line ends the block."""
    read = commands.read("\n#take\n\n#level 2\n#note the director is angry\n\nDear Lin,\n#resolved")
    assert [command.name for command in read.commands] == ["take", "level", "note"]
    assert read.rest == "Dear Lin,\n#resolved"


def test_a_strange_word_does_not_hide_the_commands_below_it() -> None:
    """One slip too many must not swallow the rest of the block."""
    read = commands.read("#prgrss x\n#take")
    assert (read.commands, read.unknown, read.rest) == ((Command("take", ""),), ("#prgrss x",), "#prgrss x")


@pytest.mark.parametrize("name", ["note", "progress", "plan"])
def test_the_lines_below_an_empty_one_are_its_argument(name: str) -> None:
    """Up to a blank line or the next sign."""
    read = commands.read(f"#{name}\nfirst\nsecond\n#take\n\nrest")
    assert read.commands == (Command(name, "first\nsecond"), Command("take", ""))
    assert read.rest == "rest"


def test_a_note_takes_the_lines_below_it_even_when_its_own_line_speaks() -> None:
    """The rest may go to the customer; the second line of an internal note must not."""
    read = commands.read("#note they owe us money\nand are rude\n\nDear Lin,")
    assert (read.commands, read.rest) == ((Command("note", "they owe us money\nand are rude"),), "Dear Lin,")


def test_a_progress_line_that_speaks_leaves_the_next_line_alone() -> None:
    """Unlike a note, it is for the customer anyway."""
    read = commands.read("#progress board replaced\nDear Lin,")
    assert (read.commands, read.rest) == ((Command("progress", "board replaced"),), "Dear Lin,")


@given(st.text(alphabet="#＃ \n:：takeprogsnl级别2", max_size=60))
def test_nothing_is_lost_and_nothing_raises(text: str) -> None:
    """What is in no command stands in the rest, line by line as it was."""
    read = commands.read(text)
    lines = text.split("\n")
    assert not read.rest or all(line in lines for line in read.rest.split("\n"))
    assert all(unknown in read.rest for unknown in read.unknown)
    assert read.commands or "".join(read.rest.split()) == "".join(text.split())
