"""The room where hostile bytes are read: a confined process of its own, whose death costs nothing.

Everything that a stranger sends goes through the parsers, and the parsers through lxml, spaCy and a dozen more.
So they run in a child that may use so much memory and time and not more, has no network and none of our secrets
(RELIABILITY §2.1 rule 4, G17). When a message takes it down the parent knows which one it was, and has another
child ready for the next (F9, F43).

    recipe    what a child builds its parsers from: plain values, no callables
    frames    what goes through the pipes between the two
    confined  the limits that a child puts on itself
    child     the process that reads
    process   the parent's side: start, ask, wait, replace
    here      the same without a process, where nothing hostile comes
"""

from gateway.reading.here import ReadingHere
from gateway.reading.process import Limits, Reading, ReadingDied, ReadingProcess
from gateway.reading.recipe import Recipe

__all__ = ["Limits", "Reading", "ReadingDied", "ReadingHere", "ReadingProcess", "Recipe"]
