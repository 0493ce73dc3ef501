"""What is said about a connection that is not there."""

from tui.runtime.troubles import Troubles


def test_each_reason_is_said_once_and_never_over_another_result() -> None:
    """Closed with Esc it stays closed; another reason takes its place, but not that of what a command has done."""
    troubles = Troubles()
    assert troubles.may_say("refused", "")
    troubles.said("refused", "! Connection refused.")
    assert not troubles.may_say("refused", "")
    assert troubles.may_say("no route", "! Connection refused.")
    assert not troubles.may_say("no route", "7 accepted.")


def test_the_end_of_it_takes_away_only_its_own_words() -> None:
    """A result of something else stays; afterwards the same reason may be said again."""
    troubles = Troubles()
    troubles.said("refused", "! Connection refused.")
    assert not Troubles().end("")
    assert troubles.end("! Connection refused.")
    assert troubles.may_say("refused", "")
    troubles.said("refused", "! Connection refused.")
    assert not troubles.end("7 accepted.")
