"""The road of a chat: what people write, press and command there, taken in as mail is, and answered in their chat.

burst       what one person has done in a chat, in order: words that belong together, commands, presses, edits
people      who that is: a contact, a colleague, a stranger, a group
intake      claims a burst, reads its words in the confined reader, takes each part in, says what is to be said
reading     a part's files looked at, its words understood
bare_lines  a colleague's line in answer to nothing
handing_on  what a colleague hands on for a customer (P-23)
taking      one part in hand, inside its transaction
customers   a customer's words: which case, or a case of their own
asking      what a customer is asked, one thing at a time, and what their words say to it
colleagues  a colleague's words and commands
orders      a colleague's command that still lacks its case or its words: we ask
commands    /start, /status, /new, /link and their like
presses     buttons under our messages: prepared answers, for whom they were made
buttons     which letters have which buttons, and what a button's data says
patience    how much of that one chat gets at once
saying      what is said at once, and needs no keeping
"""

from gateway.chat.intake import ChatIntake
from gateway.chat.taking import ChatRules

__all__ = ["ChatIntake", "ChatRules"]
