/* misfits.c - a few segments of which one does not fit the others.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What is right here follows from what a host may send in a state (RFC 9293 section 3.10), and from who else
 * may have sent it, or when.
 */
#include "figure.h"

/* B's SYN,ACK passed behind what it sent next: it takes nothing away. */
static void syn_ack_recorded_behind_data(void)
{
    FIGURE(
        { "SYN_SENT", TO_B, "S",  100, 0,   10, "any",          "any" },
        { "any",      TO_A, "P.", 301, 201, 10, "ESTABLISHED?", "any" },
        { "any",      TO_A, "S.", 300, 201, 0,  "ESTABLISHED?", "any" });
}

/* It acknowledges B's SYN itself, one below what acknowledges it: that was to another.  What A sends behind that is
 * in the one connection or in the other. */
static void data_elsewhere_behind_a_wrong_ack(void)
{
    FIGURE(
        { "any",  TO_A, "S.", 300, 101, 0,  "any", "syn-ack" },
        { "any",  TO_B, "P.", 101, 300, 10, "any", "any" },
        { "any?", TO_B, "P.", 637, 301, 10, "any", "any" });
}

/* RFC 7413 section 3: a server may drop the data on the SYN.  Its SYN,ACK, which was not captured, did not acknowledge
 * it, then, and A goes on from behind its SYN. */
static void third_segment_before_the_syns_data_from_one_side(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S", 100, 0,   10, "any", "any" },
        { "ESTABLISHED*", TO_B, ".", 101, 301, 0,  "any", "handshake-ack" });
}

/* A has sent its own SYN,ACK, and it answers another SYN than B's: A waits on. */
static void syn_ack_of_both_that_do_not_fit(void)
{
    FIGURE(
        { "SYN_SENT", TO_B, "S",  100, 0,       0, "any", "syn" },
        { "any",      TO_A, "S.", 300, 101,     0, "any", "syn-ack" },
        { "any?",     TO_B, "S.", 100, 5000300, 0, "any", "bad-syn-ack", .failed = ACK_IS_J_PLUS_1, .expected = 301,
          .was_a = "any" });
}

/* B acknowledged data that A had not sent: A refuses that (RFC 9293 section 3.10.7.3, first check), so what A
 * acknowledges of B is something else that the capture lacks, perhaps B's SYN. */
static void ack_of_a_number_that_was_refused(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,    0, "any", "syn" },
        { "any",          TO_A, "S.", 300, 1549, 0, "any", "bad-syn-ack", .failed = ACK_IS_J_PLUS_1, .expected = 101 },
        { "ESTABLISHED?", TO_B, ".",  101, 301,  0, "any", "any" });
}

/* Half open from the other side: who waits for its third segment answers a SYN by an ACK and goes on waiting (RFC 9293
 * section 3.10.7.4, first check). */
static void challenge_from_syn_rcvd(void)
{
    FIGURE(
        { "any", TO_A, "S.", 300, 1833, 0, "SYN_RCVD",  "syn-ack", .window = 65535 },
        { "any", TO_B, "S",  100, 0,    0, "any",       "port-reused", .stream = NEW_CONNECTION },
        { "any", TO_A, ".",  301, 1833, 0, "SYN_RCVD?", "challenge-ack" });
}

/* It acknowledges data on the SYN,ACK and more: not the SYN alone. */
static void ack_beyond_the_data_on_a_syn_ack(void)
{
    FIGURE(
        { "any", TO_A, "S.", 300, 101, 10, "SYN_RCVD", "syn-ack" },
        { "any", TO_B, ".",  101, 700, 0,  "any",      "" });
}

/* It acknowledges numbers that are far from the data that B sent. */
static void data_that_acknowledges_another_number(void)
{
    FIGURE(
        { "SYN_SENT", TO_B, "S",  100,     0,    0,  "any", "syn" },
        { "any",      TO_A, "P.", 5000300, 201,  10, "any", "any" },
        { "any?",     TO_B, "P.", 201,     9300, 10, "any", "any" });
}

/* Two FINs in A's name, ten apart: one of them is not A's. */
static void second_fin_elsewhere(void)
{
    FIGURE(
        { "any",  TO_A, "P.",  300, 100, 104, "any", "any" },
        { "any",  TO_B, "F.",  100, 404, 0,   "any", "any" },
        { "any?", TO_B, "FP.", 100, 404, 10,  "any", "fin-retransmitted", .later = 743 * MILLISECONDS, .repeats = 1 });
}

/* No timer of A's has run out: RFC 6298 section 2.4. */
static void fin_again_too_soon(void)
{
    FIGURE(
        { "FIN_WAIT_1?", TO_B, "FP.", 100, 300, 10,  "any", "any" },
        { "any",         TO_A, "P.",  300, 110, 100, "any", "any" },
        { "any?",        TO_B, "F.",  110, 400, 0,   "any", "fin-retransmitted", .later = 20 * MILLISECONDS, .repeats = 1 });
}

/* What is sent again has the number that it had. */
static void fin_of_another_number(void)
{
    FIGURE(
        { "any", TO_B, "F.", 5000100, 300, 0, "any", "any" },
        { "any", TO_B, "F.", 100,     300, 0, "any", "fin-ignored" });
}

/* An ACK that was on its way for four seconds ends nothing. */
static void late_duplicate_in_an_open_connection(void)
{
    FIGURE(
        { "any", TO_B, "P.", 100, 300, 80, "any", "any" },
        { "any", TO_A, "P.", 300, 180, 10, "any", "any" },
        { "any", TO_A, ".",  300, 100, 0,  "any", "any", .later = 4200 * MILLISECONDS, .outcome = "open" });
}

/* An ACK of what B sent long before anything was captured, more than a minute later: no segment is on its way for so long,
 * so it is of another connection. */
static void ack_from_before_the_capture_a_minute_later(void)
{
    FIGURE(
        { "any", TO_A, "P.", 10300, 100,   320, "any", "any" },
        { "any", TO_B, "P.", 100,   10620, 10,  "any", "any" },
        { "any", TO_B, ".",  100,   7620,  0,   "any", "any", .later = 70 * SECONDS, .outcome = "unknown" });
}

/* B acknowledges ten bytes that A did send, before its FIN. */
static void first_data_behind_unseen_data_and_a_fin(void)
{
    FIGURE(
        { "SYN_SENT", TO_B, "S",  100, 0,   0,  "any", "syn" },
        { "any",      TO_B, "F.", 111, 301, 0,  "any", "any" },
        { "any",      TO_A, "P.", 301, 111, 10, "any", "first-response" });
}

/* A FIN alone is no word of A's. */
static void server_speaks_behind_the_clients_fin(void)
{
    FIGURE(HANDSHAKE(100, 300),
        { "any", TO_B, "F.", 101, 301, 0,  "any", "any" },
        { "any", TO_A, ".",  301, 102, 0,  "any", "fin-acked" },
        { "any", TO_A, "P.", 301, 102, 10, "any", "server-speaks-first" });
}

/* What A acknowledged beyond all that was captured is what B sends its RST with. */
static void reset_at_an_acknowledged_number(void)
{
    FIGURE(
        { "any", TO_A, "S.", 300, 101, 0, "SYN_RCVD", "syn-ack" },
        { "any", TO_B, ".",  101, 341, 0, "any",      "any" },
        { "any", TO_A, "R.", 341, 101, 0, "any",      "abort", .reset = EXACT });
}

/* A's RST acknowledges what came before the SYN,ACK. */
static void reset_that_does_not_acknowledge_the_syn_ack(void)
{
    FIGURE(
        { "any", TO_A, "S.", 300, 101, 0, "SYN_RCVD", "syn-ack" },
        { "any", TO_B, "R.", 101, 300, 0, "any",      "syn-ack-rejected", .reset = ACCEPTED, .was_a = "SYN_SENT" });
}

/* Nothing tells where B stood before its data, and the capture does not say otherwise behind it. */
static void where_b_was_before_its_data_is_not_known(void)
{
    FIGURE(
        { "any", TO_A, ".",  300, 100,  0,  "UNKNOWN",      "" },
        { "any", TO_A, ".",  300, 1172, 0,  "UNKNOWN",      "" },
        { "any", TO_A, "P.", 300, 3100, 10, "ESTABLISHED?", "any" });
}

/* Of 700 bytes before A's FIN ten were captured: what B acknowledges may be the last of the others. */
static void fin_behind_a_hole_that_is_acknowledged(void)
{
    FIGURE(
        { "any", TO_A, "S.", 300, 101, 0,  "any",  "syn-ack" },
        { "any", TO_B, "F.", 801, 301, 0,  "any",  "any" },
        { "any", TO_B, "P.", 101, 301, 10, "any",  "any" },
        { "any", TO_A, ".",  301, 802, 0,  "any?", "fin-acked" });
}

/* B's FIN acknowledges A's, so B had it, however its time stamp looks. */
static void fin_with_an_older_time_stamp_is_acknowledged(void)
{
    FIGURE(
        { "any",        TO_B, ".",  100, 300, 0, "any",       "any", .options = TCPSTATE_OPTION_TIMESTAMPS, .ts = 5000 },
        { "any",        TO_B, "F.", 99,  300, 0, "any",       "any", .options = TCPSTATE_OPTION_TIMESTAMPS, .ts = 4900 },
        { "TIME_WAIT?", TO_A, "F.", 300, 100, 0, "LAST_ACK?", "passive-fin" });
}

/* The port that refused the first SYN takes the second. */
static void refused_and_then_accepted(void)
{
    FIGURE(
        { "SYN_SENT", TO_B, "S",  100, 0,   0, "any",      "syn" },
        { "any",      TO_A, "R.", 0,   101, 0, "any",      "refused", .reset = RIGHT_ACK, .was_b = "CLOSED" },
        { "any",      TO_B, "S",  100, 0,   0, "any",      "syn-retransmitted", .was_a = "any", .later = 1 * SECONDS,
          .repeats = 1 },
        { "any",      TO_A, "S.", 300, 101, 0, "SYN_RCVD*", "syn-ack", .outcome = "half-open", .owing = A_OWES });
}

/* The ACK of B's SYN,ACK was seen: that SYN,ACK again is no answer that does not fit. */
static void syn_ack_again_of_a_handshake_met_midway(void)
{
    FIGURE(
        { "any", TO_B, ".",  100, 301, 0, "any", "" },
        { "any", TO_A, "S.", 300, 101, 0, "any", "any" },
        { "any", TO_B, ".",  102, 301, 0, "any", "any" },
        { "any", TO_A, "S.", 300, 101, 0, "any", "syn-ack-retransmitted", .was_b = "any", .repeats = 1,
          .outcome = "unknown" });
}

/* What it sent before its RST passed behind it: both are closed, and a SYN opens another connection, by whatever clock. */
static void syn_behind_a_reset_that_data_followed(void)
{
    FIGURE(
        { "any", TO_B, "P.", 201, 300, 100, "any", "any", .options = TCPSTATE_OPTION_TIMESTAMPS, .ts = 500000000 },
        { "any", TO_A, "R.", 300, 301, 0,   "any", "any", .reset = ACCEPTED },
        { "any", TO_A, "P.", 300, 301, 10,  "any", "any", .later = 10 * MILLISECONDS },
        { "any", TO_B, "S",  100, 0,   0,   "any", "port-reused", .options = TCPSTATE_OPTION_TIMESTAMPS, .ts = 1000,
          .later = 10 * MILLISECONDS, .stream = NEW_CONNECTION });
}

/* More than a minute after the last attempt failed nobody goes on trying it: another begins, with the same number. */
static void attempts_with_one_number_a_minute_apart(void)
{
    FIGURE(
        { "SYN_SENT", TO_B, "S",  100, 0,   0, "any", "syn" },
        { "any",      TO_A, "R.", 0,   101, 0, "any", "refused", .reset = RIGHT_ACK, .was_b = "CLOSED" },
        { "any",      TO_B, "S",  100, 0,   0, "any", "port-reused", .later = 70 * SECONDS, .stream = NEW_CONNECTION });
    FIGURE(
        { "SYN_SENT", TO_B, "S",  100, 0,   0, "any", "syn" },
        { "any",      TO_A, "S.", 300, 101, 0, "any", "syn-ack" },
        { "any",      TO_B, "R",  101, 0,   0, "any", "syn-ack-rejected", .reset = ACCEPTED, .was_a = "any" },
        { "any",      TO_B, "S",  100, 0,   0, "any", "port-reused", .later = 70 * SECONDS, .stream = NEW_CONNECTION });
}

/* RFC 6298 section 5: a SYN that nobody answers is sent again in pauses that double; the capture lacks those between. */
static void syn_again_after_long(void)
{
    FIGURE(
        { "SYN_SENT", TO_B, "S", 100, 0, 0, "any", "syn" },
        { "SYN_SENT", TO_B, "S", 100, 0, 0, "any", "syn-retransmitted", .later = 21 * SECONDS, .repeats = 1,
          .stream = SAME_CONNECTION });
}

/* The same RST without an identification within a millisecond, and nothing came that a second one would answer. */
static void reset_twice_without_an_identification(void)
{
    FIGURE(
        { "any", TO_B, ".", 100, 300, 0, "any", "any", .id_is_zero = true },
        { "any", TO_B, "R", 100, 0,   0, "any", "any", .id_is_zero = true, .reset = ACCEPTED },
        { "any", TO_B, "R", 100, 0,   0, "any", "any", .id_is_zero = true, .same_bytes = true, .later = 900 * MICROSECONDS,
          .is_copy = true });
}

/* B's data, and B's FIN, go on in the connection before, although a SYN,ACK of another was seen meanwhile: two that go
 * on beside each other. */
static void goes_on_beside_another(void)
{
#define ANOTHER_BEGINS \
    { "SYN_SENT", TO_B, "S",  100,       0,       0,  "any", "syn" }, \
    { "any",      TO_B, "P.", 101,       301,     10, "any", "any" }, \
    { "any",      TO_A, "S.", 700000000, 9000101, 0,  "any", "any", .later = 1500 * MILLISECONDS, .stream = NEW_CONNECTION }
    FIGURE(ANOTHER_BEGINS, { "any", TO_A, "P.", 301, 111, 10, "ESTABLISHED*", "first-response", .outcome = "open" });
    FIGURE(ANOTHER_BEGINS, { "any", TO_A, "F.", 301, 111, 0,  "FIN_WAIT_1*",  "fin" });
    /* A third begins: the first of them is not kept any more, and nothing is said of it. */
    FIGURE(ANOTHER_BEGINS,
        { "any", TO_A, "P.", 301,     111, 10, "ESTABLISHED*", "first-response" },
        { "any", TO_B, "S",  5000000, 0,   0,  "any",          "any", .later = 5 * SECONDS, .stream = NEW_CONNECTION });
}

/* Of a bare ACK alone nothing follows but, by its port, who the client is, perhaps: that must be told. */
static void a_bare_ack_to_a_servers_port(void)
{
    FIGURE({ "any", TO_B, ".", 100, 300, 0, "any", "", .hint = WELL_KNOWN_PORT_AT_B, .client = CLIENT_IS_A, .roles_inferred = true });
}

/* The very first SYN once more, by its bytes and its time stamp, between two of another attempt: the capture has it from
 * another point. */
static void first_syn_again_behind_another(void)
{
    FIGURE(
        { "SYN_SENT", TO_B, "S", 100,     0, 0, "any", "any", .options = TCPSTATE_OPTION_TIMESTAMPS, .ts = 5000, .id_is_zero = true },
        { "any",      TO_B, "S", 5000100, 0, 0, "any", "any", .stream = NEW_CONNECTION, .later = 10 * MILLISECONDS },
        { "any",      TO_B, "S", 100,     0, 0, "any", "copy", .options = TCPSTATE_OPTION_TIMESTAMPS, .ts = 5000, .id_is_zero = true,
          .copy_of = 1, .is_copy = true, .later = 10 * MILLISECONDS });
}

/* Where the capture has each segment twice, a SYN,ACK of the SYN before the latest is the answer to that. */
static void syn_ack_of_the_first_of_two_where_copies_are(void)
{
    FIGURE(
        { "SYN_SENT", TO_B, "S",  100,   0,   0, "any",      "syn" },
        { "any",      TO_B, "S",  100,   0,   0, "any",      "copy", .copy_of = 1, .is_copy = true, .later = 10 * MILLISECONDS },
        { "any",      TO_B, "S",  27364, 0,   0, "any",      "port-reused", .stream = NEW_CONNECTION },
        { "any",      TO_A, "S.", 300,   101, 0, "SYN_RCVD*", "syn-ack", .answers = 1 });
}

/* A server drops the data on the SYN, and its SYN,ACK was not captured: what it acknowledges is A's SYN, and it challenges
 * nothing. */
static void ack_of_a_syn_without_its_data(void)
{
    FIGURE(
        { "SYN_SENT", TO_B, "S", 100, 0,   10, "any", "any" },
        { "any",      TO_A, ".", 301, 101, 0,  "any", "" });
}

/* FINs that cross, and A's again too soon for A's timer, with B's acknowledged. */
static void fin_again_too_soon_behind_the_others(void)
{
    FIGURE(
        { "any",  TO_B, "F.", 100, 300, 0, "any", "any" },
        { "any",  TO_A, "F.", 300, 100, 0, "any", "any" },
        { "any?", TO_B, "F.", 100, 301, 0, "any", "fin-retransmitted", .later = 20 * MILLISECONDS, .repeats = 1 });
}

/* RFC 7323 section 5.3: what has an older time stamp is dropped, and its ACK with it. */
static void ack_of_a_fin_that_is_dropped(void)
{
#define STAMPED_AT(ticks) .options = TCPSTATE_OPTION_TIMESTAMPS, .ts = (ticks)
    FIGURE(
        { "any",         TO_A, "P.", 300, 100, 10, "any", "any", STAMPED_AT(500000) },
        { "any",         TO_B, "P.", 100, 310, 10, "any", "any", STAMPED_AT(7000) },
        { "any",         TO_B, "F.", 110, 310, 0,  "any", "fin", STAMPED_AT(7100) },
        { "FIN_WAIT_1*", TO_A, ".",  310, 111, 0,  "any", "any", STAMPED_AT(100) });
}

/* B's FIN acknowledges one of A's that is recorded half a second later: it was sent again, and A's, too, perhaps, so B's
 * first may have crossed it. */
static void fin_recorded_long_behind_its_answer(void)
{
    FIGURE(
        { "any", TO_B, "P.", 100, 300, 100, "any",  "any" },
        { "any", TO_A, ".",  300, 200, 0,   "any",  "any" },
        { "any", TO_A, "F.", 300, 201, 0,   "any",  "any" },
        { "any", TO_B, "F.", 200, 300, 0,   "any?", "any", .later = 557 * MILLISECONDS, .was_a = "any" });
}

/* The same time stamp after a second and a half: nothing is sent again within a tick of the clock (RFC 7323 section 5.4).
 * The capture has other segments again that late. */
static void data_again_with_its_time_stamp_by_a_late_clock(void)
{
#define STAMPED .options = TCPSTATE_OPTION_TIMESTAMPS, .id_is_zero = true
    FIGURE(
        { "any", TO_A, "P.", 300, 100, 10, "any", "any", STAMPED, .ts = 7000, .ecr = 4000 },
        { "any", TO_B, "P.", 100, 310, 10, "any", "any", STAMPED, .ts = 5000, .ecr = 7000 },
        { "any", TO_B, "P.", 100, 310, 10, "any", "any", STAMPED, .ts = 5000, .ecr = 7000, .copy_of = 2, .is_copy = true,
          .later = 10 * MILLISECONDS },
        { "any", TO_A, ".",  310, 110, 0,  "any", "any", STAMPED, .ts = 7000, .ecr = 5000 },
        { "any", TO_B, "P.", 100, 310, 10, "any", "any", STAMPED, .ts = 5000, .ecr = 7000, .copy_of = 2, .is_copy = true,
          .later = 1500 * MILLISECONDS });
}

int main(int argc, char **argv)
{
    figure_init(&argc, &argv);
#define TEST(name) g_test_add_func("/misfits/" #name, name)
    TEST(syn_ack_recorded_behind_data);
    TEST(data_elsewhere_behind_a_wrong_ack);
    TEST(third_segment_before_the_syns_data_from_one_side);
    TEST(syn_ack_of_both_that_do_not_fit);
    TEST(ack_of_a_number_that_was_refused);
    TEST(challenge_from_syn_rcvd);
    TEST(ack_beyond_the_data_on_a_syn_ack);
    TEST(data_that_acknowledges_another_number);
    TEST(second_fin_elsewhere);
    TEST(fin_again_too_soon);
    TEST(fin_of_another_number);
    TEST(late_duplicate_in_an_open_connection);
    TEST(ack_from_before_the_capture_a_minute_later);
    TEST(first_data_behind_unseen_data_and_a_fin);
    TEST(server_speaks_behind_the_clients_fin);
    TEST(reset_at_an_acknowledged_number);
    TEST(reset_that_does_not_acknowledge_the_syn_ack);
    TEST(where_b_was_before_its_data_is_not_known);
    TEST(fin_behind_a_hole_that_is_acknowledged);
    TEST(fin_with_an_older_time_stamp_is_acknowledged);
    TEST(refused_and_then_accepted);
    TEST(syn_ack_again_of_a_handshake_met_midway);
    TEST(syn_behind_a_reset_that_data_followed);
    TEST(attempts_with_one_number_a_minute_apart);
    TEST(syn_again_after_long);
    TEST(reset_twice_without_an_identification);
    TEST(goes_on_beside_another);
    TEST(a_bare_ack_to_a_servers_port);
    TEST(first_syn_again_behind_another);
    TEST(syn_ack_of_the_first_of_two_where_copies_are);
    TEST(ack_of_a_syn_without_its_data);
    TEST(fin_again_too_soon_behind_the_others);
    TEST(ack_of_a_fin_that_is_dropped);
    TEST(fin_recorded_long_behind_its_answer);
    TEST(data_again_with_its_time_stamp_by_a_late_clock);
#undef TEST
    return g_test_run();
}
