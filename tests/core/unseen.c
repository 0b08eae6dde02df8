/* unseen.c - what the capture lacks, and what a stranger may have put in its place.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Each of these was a lie in tests/worlds once; late.c and doubt.c hold others.
 */
#include "figure.h"

#define ANY_BEFORE .was_a = "any", .was_b = "any"

/* A capture that begins with a FIN: its number may be that of data, and the FIN a stranger's. */
static void first_of_all_a_fin(void)
{
    FIGURE(
        { "any?", TO_B, "F.", 100, 300, 0,  "any",  "any", ANY_BEFORE },
        { "any?", TO_A, "P.", 300, 101, 10, "any?", "any", ANY_BEFORE },
        { "any?", TO_A, ".",  310, 101, 0,  "any?", "any", ANY_BEFORE },
        { "any?", TO_B, ".",  101, 310, 0,  "any?", "any", ANY_BEFORE });
}

/* The FIN stands where A had sent before: what B acknowledges may be that. */
static void fin_at_a_number_sent_before(void)
{
    FIGURE(
        { "ESTABLISHED?", TO_B, "P.", 90,  300, 10, "any",  "any", ANY_BEFORE },
        { "any",          TO_A, ".",  300, 99,  0,  "any",  "any", ANY_BEFORE },
        { "any",          TO_A, ".",  301, 100, 0,  "any",  "any", ANY_BEFORE },
        { "any",          TO_A, "F.", 300, 100, 0,  "any",  "any", ANY_BEFORE, .ttl = 99 },
        { "any?",         TO_B, ".",  100, 301, 0,  "any",  "any", ANY_BEFORE, .later = 1 * MILLISECONDS });
}

/* The FIN lies behind a hole; B closes when it has had what is in the hole, a FIN perhaps. */
static void fin_against_one_in_a_hole(void)
{
    FIGURE(
        { "any",  TO_B, ".",  100, 300, 0, "any",  "any", ANY_BEFORE },
        { "any",  TO_A, ".",  300, 100, 0, "any",  "any", ANY_BEFORE },
        { "any",  TO_B, "F.", 111, 300, 0, "any",  "any", ANY_BEFORE },
        { "any",  TO_A, "F.", 300, 111, 0, "any?", "any", ANY_BEFORE });
}

/* A stranger's FIN comes before the SYN,ACK, at the server's initial number; A acknowledges
 * that it had all before it, and later the number that it would have. */
static void fin_before_the_syn_ack(void)
{
    FIGURE(
        { "SYN_SENT", TO_B, "S",  100,  0,    0,    "SYN_RCVD?", "syn" },
        { "any",      TO_A, "F.", 301,  101,  0,    "any", "any", ANY_BEFORE, .ttl = 99 },
        { "any",      TO_B, ".",  101,  301,  1220, "any", "any", ANY_BEFORE },
        { "any",      TO_B, "F.", 1561, 302,  0,    "any", "any", ANY_BEFORE },
        { "any",      TO_A, "P.", 301,  1561, 10,   "any", "any", ANY_BEFORE },
        { "any?",     TO_B, "F.", 1561, 302,  0,    "any", "any", ANY_BEFORE, .repeats = 1,
          .later = 500 * MILLISECONDS });
}

/* A's segment stands behind ten bytes that the capture lacks, a FIN among them, perhaps; then
 * they come again.  The first FIN may have been sent before B's came in. */
static void fin_in_a_hole_and_again(void)
{
    FIGURE(
        { "SYN_SENT", TO_B, "S",   100, 0,   0,  "SYN_RCVD?", "syn" },
        { "any",      TO_A, "S.",  300, 101, 0,  "any", "any", ANY_BEFORE },
        { "any",      TO_A, "F.",  301, 101, 0,  "any", "any", ANY_BEFORE },
        { "any",      TO_B, ".",   112, 302, 0,  "any", "any", ANY_BEFORE },
        { "any?",     TO_B, "FP.", 101, 302, 10, "any", "any", ANY_BEFORE, .later = 400 * MILLISECONDS });
}

/* The FIN lies beyond the window that the other named last, which may have grown unseen; the
 * data before it is sent again, perhaps. */
static void data_before_a_fin_in_doubt(void)
{
    FIGURE(
        { "SYN_SENT", TO_B, "S",  100,  0,   0,    "SYN_RCVD?", "syn" },
        { "any",      TO_A, "S.", 300,  101, 0,    "any",  "any", ANY_BEFORE },
        { "any",      TO_B, "F.", 111,  301, 0,    "any",  "any", ANY_BEFORE, .window = 2000 },
        { "any",      TO_A, "F.", 4000, 112, 0,    "any",  "any", ANY_BEFORE, .later = 2 * SECONDS },
        { "any",      TO_A, ".",  2300, 112, 1460, "any?", "any", ANY_BEFORE, .later = 1 * MILLISECONDS });
}

/* B's data comes for A, who has closed and not acknowledged it: A may be gone, and answers by
 * RST, when it comes again as when it came first. */
static void data_again_for_one_who_closed(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "FIN_WAIT_1",  TO_B, "F.", 100, 300, 0,  "any", "any" },
        { "any",         TO_A, "P.", 300, 101, 10, "any", "any", ANY_BEFORE },
        { "any",         TO_A, "P.", 310, 101, 10, "any", "any", ANY_BEFORE, .later = 1 * MILLISECONDS },
        { "any",         TO_B, ".",  101, 310, 0,  "any", "any", ANY_BEFORE, .later = 1 * MILLISECONDS },
        { "FIN_WAIT_2?", TO_A, "P.", 310, 101, 10, "any", "any", ANY_BEFORE, .later = 400 * MILLISECONDS });
}

/* B's FIN was sent twice, at first without the ACK of A's: which of the two A acknowledges,
 * nobody sees. */
static void fin_twice_and_one_without_the_ack(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "FIN_WAIT_1", TO_B, "F.", 100, 300, 0, "any", "any" },
        { "any",        TO_A, "F.", 300, 101, 0, "any", "any", ANY_BEFORE, .later = 1 * MILLISECONDS },
        { "any",        TO_A, "F.", 300, 100, 0, "any", "any", ANY_BEFORE, .repeats = 1, .later = 60 * MILLISECONDS },
        { "any?",       TO_B, ".",  101, 301, 0, "any", "any", ANY_BEFORE, .later = 60 * MILLISECONDS });
}

/* The first FIN of B that was seen may be the second that it sent. */
static void fin_long_after_the_others(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "FIN_WAIT_1", TO_B, "F.", 100, 300, 0, "any", "any" },
        { "any",        TO_A, "F.", 300, 101, 0, "any", "any", ANY_BEFORE, .later = 13 * SECONDS },
        { "any?",       TO_B, ".",  101, 301, 0, "any", "any", ANY_BEFORE, .later = 20 * MILLISECONDS });
}

/* ... although its ACK of the other's was seen before: that stood behind a FIN, too. */
static void fin_long_after_what_stood_behind_it(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "FIN_WAIT_1", TO_B, "F.", 100, 300, 0, "any", "any" },
        { "any",        TO_A, ".",  301, 101, 0, "any", "any", ANY_BEFORE, .later = 20 * MILLISECONDS },
        { "any",        TO_A, "F.", 300, 101, 0, "any", "any", ANY_BEFORE, .later = 13 * SECONDS },
        { "any?",       TO_B, ".",  101, 301, 0, "any", "any", ANY_BEFORE, .later = 20 * MILLISECONDS });
}

/* B's FIN acknowledges A's, which was not captured before it comes again: B may have sent its
 * own before it had that, and now does so again, too. */
static void fin_that_acknowledges_one_not_captured(void)
{
    FIGURE(
        { "any", TO_A, "S.", 300, 101, 0, "SYN_RCVD", "syn-ack", ANY_BEFORE },
        { "any", TO_A, "F.", 311, 112, 0, "any",      "any", ANY_BEFORE, .later = 1 * SECONDS },
        { "any", TO_B, "F.", 111, 312, 0, "any",      "any", ANY_BEFORE, .later = 315 * MILLISECONDS },
        { "any", TO_A, "F.", 311, 112, 0, "any?",     "any", ANY_BEFORE, .repeats = 1, .later = 750 * MILLISECONDS });
}

/* A's FIN acknowledges B's; but B had acknowledged A's before, so its ACK of it does not show
 * that it has had that. */
static void ack_repeated_of_a_fin_sent_again(void)
{
    FIGURE(
        { "any",  TO_B, ".",  100, 300, 0, "any",  "any", ANY_BEFORE },
        { "any",  TO_A, ".",  400, 110, 0, "any",  "any", ANY_BEFORE },
        { "any",  TO_A, "F.", 800, 111, 0, "any",  "any", ANY_BEFORE, .later = 1 * SECONDS },
        { "any",  TO_B, "F.", 110, 801, 0, "any",  "any", ANY_BEFORE, .later = 30 * MILLISECONDS },
        { "any",  TO_A, ".",  801, 111, 0, "any?", "any", ANY_BEFORE, .later = 60 * MILLISECONDS });
}

/* The SYN once more, without an IP identification, long after its connection was closed: a
 * host with a fixed initial number begins anew like that. */
static void first_syn_again_after_the_close(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   0, "SYN_RCVD?",    "syn", .id_is_zero = true },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0, "SYN_RCVD",     "syn-ack", .later = 5 * MILLISECONDS },
        { "ESTABLISHED",  TO_B, ".",  101, 301, 0, "ESTABLISHED?", "handshake-ack", .later = 5 * MILLISECONDS },
        { "any",          TO_A, "F.", 301, 101, 0, "FIN_WAIT_1",   "any", .later = 5 * MILLISECONDS },
        { "any",          TO_B, "F.", 101, 302, 0, "any",          "any", ANY_BEFORE, .later = 5 * MILLISECONDS },
        { "any?",         TO_B, "S",  100, 0,   0, "any",          "any", ANY_BEFORE, .id_is_zero = true,
          .later = 40 * MILLISECONDS });
}

/* Two resets are on their way; the number of the first is the higher one, and B goes up to it. */
static void two_resets_on_their_way(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "any",  TO_B, "R",  500, 0,   0,   "any",  "any", ANY_BEFORE, .reset = TCPSTATE_RESET_NUMBER_WINDOW },
        { "any",  TO_B, "R",  100, 0,   0,   "any",  "any", ANY_BEFORE, .reset = ACCEPTED, .later = 100 * MILLISECONDS },
        { "any",  TO_B, "P.", 100, 300, 400, "any",  "any", ANY_BEFORE, .later = 10 * MILLISECONDS },
        { "any",  TO_A, "P.", 300, 500, 10,  "any",  "any", ANY_BEFORE, .later = 100 * MILLISECONDS },
        { "any",  TO_B, "R",  110, 0,   0,   "any?", "any", ANY_BEFORE, .reset = OUTSIDE, .later = 1 * MILLISECONDS });
}

/* Nonsense teaches nothing about the way that its sender's segments take. */
static void time_to_live_of_nonsense(void)
{
    FIGURE(
        { "SYN_SENT",  TO_B, "S",  100,   0,   0, "SYN_RCVD?", "syn", .ttl = 64 },
        { "CLOSED?",   TO_A, "R.", 0,     101, 0, "CLOSED?",   "refused", .was_b = "CLOSED", .reset = RIGHT_ACK },
        { "any",       TO_B, "",   5000,  0,   0, "any", "any", ANY_BEFORE, .ttl = 50 },
        { "SYN_SENT?", TO_B, "S",  90000, 0,   0, "any", "any", ANY_BEFORE, .stream = NEW_CONNECTION, .ttl = 50,
          .later = 2 * SECONDS });
}

/* RFC 9293 section 3.10.7.4, fourth check: a SYN in the window takes who listened back there;
 * some hosts drop one with FIN before. */
static void syn_with_fin_in_syn_rcvd(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   0, "SYN_RCVD?", "syn" },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0, "SYN_RCVD",  "syn-ack" },
        { "any",          TO_B, "SF", 101, 0,   0, "SYN_RCVD?", "syn-fin" });
}

/* A sends a SYN,ACK to a stranger's SYN, and a stranger data in A's name.  B's own SYN,ACK follows
 * nothing that was acknowledged by that. */
static void syn_ack_beside_strangers(void)
{
    FIGURE(
        { "SYN_SENT", TO_B, "S",  100,   0,   0,   "SYN_RCVD?", "syn" },
        { "any",      TO_B, "S.", 100,   301, 0,   "any",  "any", ANY_BEFORE },
        { "any",      TO_B, "P.", 101,   301, 100, "any",  "any", ANY_BEFORE, .ttl = 50 },
        { "any?",     TO_A, "S.", 90000, 101, 0,   "any",  "any", ANY_BEFORE });
}

/* Much of B's was not captured, but that A acknowledged some of it, and that B stands beyond
 * that.  What comes from between is sent again, in front of a FIN, perhaps. */
static void data_between_two_numbers(void)
{
    FIGURE(
        { "any", TO_A, "S.", 300,  101,  0,    "SYN_RCVD", "syn-ack", ANY_BEFORE },
        { "any", TO_B, "P.", 111,  3301, 10,   "any",  "any", ANY_BEFORE, .later = 6 * SECONDS },
        { "any", TO_B, "P.", 111,  3301, 10,   "any",  "any", ANY_BEFORE, .later = 7 * SECONDS },
        { "any", TO_A, ".",  6302, 121,  0,    "any",  "any", ANY_BEFORE, .later = 20 * MILLISECONDS },
        { "any", TO_A, ".",  3301, 121,  1220, "any",  "any", ANY_BEFORE, .later = 500 * MILLISECONDS },
        { "any", TO_A, ".",  4521, 121,  1220, "any?", "any", ANY_BEFORE });
}

/* B stands above the number with which it opens a minute later: that is another connection's,
 * and what A acknowledges of it was not captured, a FIN perhaps. */
static void syn_ack_below_what_was_seen_long_ago(void)
{
    FIGURE(
        { "SYN_SENT", TO_B, "S",  100,   0,     0, "SYN_RCVD?", "syn" },
        { "any",      TO_A, ".",  30000, 50000, 0, "any", "any", ANY_BEFORE, .later = 1 * MILLISECONDS },
        { "any",      TO_A, "S.", 1000,  101,   0, "any", "any", ANY_BEFORE, .later = 52 * SECONDS },
        { "any?",     TO_B, "F.", 131,   1032,  0, "any", "any", ANY_BEFORE });
}

/* The SYN,ACK acknowledges what A never sent in these numbers: A has begun anew, unseen. */
static void syn_ack_of_a_syn_not_captured(void)
{
    FIGURE(
        { "any",  TO_A, "F.", 300,   100, 0, "any", "any", ANY_BEFORE },
        { "any",  TO_B, ".",  100,   301, 0, "any", "any", ANY_BEFORE },
        { "any",  TO_B, "F.", 100,   301, 0, "any", "any", ANY_BEFORE, .later = 20 * MILLISECONDS },
        { "any?", TO_A, "S.", 90000, 308, 0, "any", "any", ANY_BEFORE, .later = 1 * SECONDS });
}

/* A capture that begins with B's FIN: the SYN,ACK behind it is sent again, for it was lost. */
static void syn_ack_again_behind_the_fin(void)
{
    FIGURE(
        { "any", TO_A, "F.", 400, 101, 0, "any",  "any", ANY_BEFORE },
        { "any", TO_A, "S.", 300, 101, 0, "any?", "any", ANY_BEFORE, .later = 2 * SECONDS });
}

/* The server of a handshake in four segments waits for the ACK of its SYN.  It acknowledges a
 * keep-alive, which is nothing new. */
static void keep_alive_before_the_handshake_is_over(void)
{
    FIGURE(
        { "SYN_SENT", TO_B, "S",  100, 0,   0, "SYN_RCVD?", "syn" },
        { "any",      TO_A, "S",  300, 0,   0, "any",  "any", ANY_BEFORE },
        { "any",      TO_B, "S.", 100, 301, 0, "any",  "any", ANY_BEFORE },
        { "any",      TO_B, ".",  100, 301, 1, "any",  "any", ANY_BEFORE, .later = 20 * SECONDS },
        { "any",      TO_A, "S",  300, 0,   0, "any",  "any", ANY_BEFORE, .repeats = 1, .later = 5 * SECONDS },
        { "any",      TO_B, ".",  100, 301, 1, "any",  "any", ANY_BEFORE, .later = 5 * SECONDS },
        { "any",      TO_A, ".",  301, 101, 0, "any?", "any", ANY_BEFORE, .later = 60 * MILLISECONDS });
}

/* ... and so where its SYN was recorded behind its first ACK. */
static void syn_behind_its_first_ack(void)
{
    FIGURE(
        { "SYN_SENT", TO_B, "S",  100, 0,   0, "SYN_RCVD?", "syn" },
        { "any",      TO_A, ".",  300, 101, 0, "any",  "any", ANY_BEFORE },
        { "any",      TO_B, "S.", 100, 301, 0, "any",  "any", ANY_BEFORE, .later = 1 * MILLISECONDS },
        { "any",      TO_A, "S",  300, 0,   0, "any",  "any", ANY_BEFORE, .later = 1 * MILLISECONDS },
        { "any",      TO_A, ".",  301, 101, 0, "any?", "any", ANY_BEFORE, .later = 60 * MILLISECONDS });
}

/* B takes A's new SYN, and its SYN,ACK is lost before the tap: a bare ACK in other numbers than
 * the old ones proves no more than SYN_RCVD. */
static void ack_of_a_new_syn_in_new_numbers(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "any", TO_B, "S", 700,   0,   0, "any",  "any", ANY_BEFORE, .stream = NEW_CONNECTION, .later = 60 * SECONDS },
        { "any", TO_A, ".", 300,   100, 0, "any",  "any", ANY_BEFORE },
        { "any", TO_B, "R", 100,   0,   0, "any",  "any", ANY_BEFORE, .reset = EXACT },
        { "any", TO_B, "S", 700,   0,   0, "any",  "any", ANY_BEFORE, .repeats = 1, .later = 2 * SECONDS },
        { "any", TO_A, ".", 90000, 701, 0, "any?", "any", ANY_BEFORE, .later = 2 * MILLISECONDS });
}

/* A stranger's RST comes behind a stranger's SYN, in the numbers of before: what goes on in
 * those may end by it. */
static void reset_behind_a_strangers_syn(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100,   0,   0,  "SYN_RCVD?", "syn" },
        { "ESTABLISHED?", TO_A, "S.", 300,   101, 0,  "SYN_RCVD",  "syn-ack" },
        { "any",          TO_A, "S",  90000, 0,   0,  "any", "any", ANY_BEFORE, .stream = NEW_CONNECTION, .ttl = 99,
          .later = 1 * MILLISECONDS },
        { "any",          TO_A, "R",  301,   0,   0,  "any", "any", ANY_BEFORE, .reset = TCPSTATE_RESET_NUMBER_OUTSIDE,
          .ttl = 98, .ttl_differs = true, .later = 10 * MILLISECONDS },
        { "any",          TO_B, ".",  101,   301, 0,  "any", "any", ANY_BEFORE, .later = 50 * MILLISECONDS },
        { "any",          TO_B, "P.", 101,   301, 10, "any", "any", ANY_BEFORE, .later = 1 * MILLISECONDS },
        { "any?",         TO_A, ".",  301,   111, 0,  "any", "any", ANY_BEFORE, .later = 1 * MILLISECONDS });
}

int main(int argc, char **argv)
{
    figure_init(&argc, &argv);
#define TEST(name) g_test_add_func("/unseen/" #name, name)
    TEST(first_of_all_a_fin);
    TEST(fin_at_a_number_sent_before);
    TEST(fin_against_one_in_a_hole);
    TEST(fin_before_the_syn_ack);
    TEST(fin_in_a_hole_and_again);
    TEST(data_before_a_fin_in_doubt);
    TEST(data_again_for_one_who_closed);
    TEST(fin_twice_and_one_without_the_ack);
    TEST(fin_long_after_the_others);
    TEST(fin_long_after_what_stood_behind_it);
    TEST(fin_that_acknowledges_one_not_captured);
    TEST(ack_repeated_of_a_fin_sent_again);
    TEST(first_syn_again_after_the_close);
    TEST(two_resets_on_their_way);
    TEST(time_to_live_of_nonsense);
    TEST(syn_with_fin_in_syn_rcvd);
    TEST(data_between_two_numbers);
    TEST(syn_ack_below_what_was_seen_long_ago);
    TEST(syn_ack_beside_strangers);
    TEST(syn_ack_of_a_syn_not_captured);
    TEST(syn_ack_again_behind_the_fin);
    TEST(keep_alive_before_the_handshake_is_over);
    TEST(syn_behind_its_first_ack);
    TEST(ack_of_a_new_syn_in_new_numbers);
    TEST(reset_behind_a_strangers_syn);
    return g_test_run();
}
