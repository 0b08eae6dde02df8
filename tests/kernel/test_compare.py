# SPDX-License-Identifier: GPL-2.0-or-later
"""The judge is judged: compare.py must accept what the
kernel did, reject what it did not, and excuse only what it says it excuses.

The connection here is a close as in RFC 9293 figure 12, seen beside A, one
millisecond between segments; each test bends it in one place.
"""
import copy

import pytest

import compare
from compare import Frame, Shown
from lab import Scenario

A, B = ("10.78.0.1", 40001), ("10.78.0.2", 80)
PLAIN = Scenario("close", "", None, 0, 4)
#         sender, what A is after it, what B is after it, is B's inferred
FIGURE = ((A, "FIN_WAIT_1", "CLOSE_WAIT", True),
          (B, "FIN_WAIT_2", "CLOSE_WAIT", False),
          (B, "TIME_WAIT", "LAST_ACK", False),
          (A, "TIME_WAIT", "CLOSED", True))
KERNEL = {(A, B): [(-0.0001, "ESTABLISHED", "FIN_WAIT_1"),
                   (0.0012, "FIN_WAIT_1", "FIN_WAIT_2"),
                   (0.0022, "FIN_WAIT_2", "TIME_WAIT")],
          (B, A): [(0.0004, "ESTABLISHED", "CLOSE_WAIT"),
                   (0.0018, "CLOSE_WAIT", "LAST_ACK"),
                   (0.0034, "LAST_ACK", "CLOSED")]}


@pytest.fixture
def frames():
    before, made = {A: "ESTABLISHED", B: "ESTABLISHED"}, []
    for number, (sender, a, b, inferred) in enumerate(FIGURE, 1):
        made.append(Frame(
            number, (number - 1) / 1000, "", sender, B if sender == A else A,
            next_seq=101 if sender == A else 301, ack=301 if sender == A else 101,
            shown={A: Shown(before[A], a, False), B: Shown(before[B], b, inferred)},
            fate="delivered", kernel={A: a, B: b}))
        before = {A: a, B: b}
    return made


def differences(frames, kernel=None, chosen=PLAIN):
    kernel = kernel or KERNEL
    return (compare.sequence_differences(frames, kernel, chosen),
            compare.frame_differences(frames, kernel, chosen))


def test_the_kernels_own_states_are_accepted(frames):
    assert differences(frames) == ([], [])


def test_a_wrong_state_is_rejected(frames):
    frames[2].shown[A].after = frames[3].shown[A].before = "CLOSING"
    sequence, by_frame = differences(frames)
    assert len(sequence) == 1 and "10.78.0.1" in sequence[0]
    assert len(by_frame) == 1 and "frame 3" in by_frame[0]


def test_a_state_too_early_is_rejected_at_its_frame(frames):
    frames[1].shown[A] = Shown("FIN_WAIT_1", "FIN_WAIT_2", False)
    frames[0].shown[A].after = "FIN_WAIT_2"
    assert differences(frames)[1]


def test_a_missing_state_is_rejected(frames):
    """B never shown in LAST_ACK, though a frame shows the kernel there."""
    frames[2].shown[B].after = frames[3].shown[B].before = "CLOSE_WAIT"
    assert differences(frames)[0] and differences(frames)[1]


def test_a_missing_end_is_rejected(frames):
    frames[3].shown[B].after = "LAST_ACK"
    assert differences(frames)[0] and differences(frames)[1]


def test_passed_a_state_without_a_frame_may_be_missing(frames):
    """B answers by FIN,ACK at once: nothing shows CLOSE_WAIT."""
    del frames[1]
    kernel = copy.deepcopy(KERNEL)
    kernel[(B, A)][1] = (0.0005, "CLOSE_WAIT", "LAST_ACK")
    kernel[(A, B)][1] = (0.0021, "FIN_WAIT_1", "FIN_WAIT_2")
    frames[0].shown[B].after = frames[1].shown[B].before = "LAST_ACK"
    frames[1].shown[A].before = "FIN_WAIT_1"
    assert differences(frames, kernel)[0] == []


def test_after_a_timer_s_change_need_not_be_shown(frames):
    kernel = copy.deepcopy(KERNEL)
    kernel[(A, B)].append((60.0, "TIME_WAIT", "CLOSED"))
    assert differences(frames, kernel)[0] == []
    kernel[(A, B)][-1] = (0.0035, "TIME_WAIT", "CLOSED")
    assert differences(frames, kernel)[0]


def lose_the_first_fin(frames):
    """tcpdump saw it, B did not: B stays ESTABLISHED until it comes again."""
    again = copy.deepcopy(frames[0])
    frames[0].fate = "lost"
    frames[0].kernel[B] = "ESTABLISHED"
    again.number, again.time = 1, 0.0002
    again.shown[A].before, again.shown[B].before = "FIN_WAIT_1", "CLOSE_WAIT"
    frames.insert(1, again)


def test_unproven_a_lost_segment_excuses_an_inference(frames):
    lose_the_first_fin(frames)
    assert differences(frames) == ([], [])


def test_unproven_does_not_excuse_what_is_not_marked(frames):
    lose_the_first_fin(frames)
    frames[0].shown[B].inferred = False
    frames[0].shown[B].after = "CLOSED"
    assert differences(frames)[1]


def test_forged_excuses_its_sender_but_nobody_later(frames):
    reset = copy.deepcopy(frames[1])
    reset.fate, reset.number = "forged", 2
    reset.shown[B] = Shown("CLOSE_WAIT", "CLOSED", False)
    reset.kernel[B] = "CLOSE_WAIT"
    frames.insert(1, reset)
    frames[2].shown[B].before = "CLOSED"
    assert differences(frames)[1] == []
    frames[2].shown[B] = Shown("CLOSED", "CLOSED", False)
    assert differences(frames)[1]


def test_untold_excuses_only_a_named_inferred_state(frames):
    """Deferred accept: B's socket stays where it was, and only it knows."""
    kernel = copy.deepcopy(KERNEL)
    kernel[(B, A)] = [(-1.0, "LISTEN", "SYN_RCVD")]
    for frame in frames:
        frame.kernel[B] = "SYN_RCVD"
        frame.shown[B] = Shown("SYN_RCVD", "ESTABLISHED", True)
    untold = Scenario("deferred", "", None, 0, 4, untold=("ESTABLISHED",))
    assert not [p for p in differences(frames, kernel, untold)[1] if "#80" in p]
    assert [p for p in differences(frames, kernel)[1] if "#80" in p]
    frames[3].shown[B].inferred = False
    assert [p for p in differences(frames, kernel, untold)[1] if "#80" in p]


def test_hidden_works_one_way_only():
    assert compare.same("CLOSED", "LISTEN")
    assert not compare.same("LISTEN", "CLOSED")
