"""The sum behind "new mail is seen within 90 s": of the figures that are shipped, in the worst order (F15, R7)."""

import pytest

from gateway.channels.imap_patience import Patience
from gateway.mailbox_rows import LONGEST_POLL, MailboxKeys

PROMISE = 90.0


@pytest.mark.parametrize("poll", [MailboxKeys().poll, LONGEST_POLL, Patience().poll])
def test_what_is_shipped_and_what_may_be_set_keeps_the_promise(poll: float) -> None:
    """Seconds remain for the reading itself."""
    assert Patience(poll=poll).longest_unseen <= PROMISE - 5


@pytest.mark.parametrize("poll", [5, LONGEST_POLL])
def test_one_call_that_hangs_and_one_new_connection_fit_into_it(poll: float) -> None:
    """The sum itself, so that it is not only as good as our formula."""
    patience = Patience(poll=poll)
    first_call = patience.allowance().share
    assert first_call == patience.call
    assert poll + first_call + patience.retry[0] + patience.connect <= patience.longest_unseen


@pytest.mark.parametrize("waited", [0.5, 1.0, 30.0])
def test_however_many_folders_hang_a_round_loses_no_more_than_its_allowance(waited: float) -> None:
    """Each may be waited for as long as its share, or less; the last still has something."""
    patience, lost = Patience(), 0.0
    allowance = patience.allowance()
    for _ in range(40):
        share = allowance.share
        assert 0 < share <= patience.call
        lost += min(waited * share, share)
        allowance.lose(waited * share)
    assert lost <= patience.allowance().left


def test_a_healthy_folder_beside_some_that_always_hang_is_seen_in_time() -> None:
    """It is read first; then the others hang, the longest pause follows, and a new connection is made (L-76)."""
    patience = Patience(poll=LONGEST_POLL)
    pause = min(patience.retry[-1], patience.poll)  # as ImapMailbox has it
    assert patience.allowance().left + pause + patience.connect <= PROMISE - 5
