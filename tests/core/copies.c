/* copies.c - one segment recorded twice: told from a retransmission, and
 * moves nothing.  The same identification, the same bytes, at once.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * figure.h plays every figure of every file once more with a copy behind each
 * segment; here are the cases that this does not meet.
 */
#include "figure.h"

/* Each is a step once, and its copy nothing but a copy. */
static void copy_moves_nothing(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   0,  "SYN_RCVD?",    "syn" },
        { "SYN_SENT",     TO_B, "S",  100, 0,   0,  "SYN_RCVD?",    "copy", .copy = true, .answers = 1 },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0,  "SYN_RCVD",     "syn-ack", .answers = 1 },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0,  "SYN_RCVD",     "copy", .copy = true, .answers = 3 },
        { "ESTABLISHED",  TO_B, ".",  101, 301, 0,  "ESTABLISHED?", "handshake-ack", .answers = 3 },
        { "ESTABLISHED",  TO_B, ".",  101, 301, 0,  "ESTABLISHED?", "copy", .copy = true },
        { "ESTABLISHED",  TO_B, "P.", 101, 301, 10, "ESTABLISHED?", "first-request" },
        { "ESTABLISHED",  TO_B, "P.", 101, 301, 10, "ESTABLISHED?", "", .copy = true },
        { "CLOSE_WAIT?",  TO_A, "F.", 301, 111, 0,  "FIN_WAIT_1",   "fin" },
        { "CLOSE_WAIT?",  TO_A, "F.", 301, 111, 0,  "FIN_WAIT_1",   "copy", .copy = true },
        { "CLOSED?",       TO_B, "R.", 111, 302, 0,  "CLOSED?",      "reset-in-close", .reset = EXACT },
        { "CLOSED?",       TO_B, "R.", 111, 302, 0,  "CLOSED?",      "copy", .copy = true });
}

/* The RST of a host that has sent nothing else. */
static void copy_of_a_refusal(void)
{
    FIGURE(
        { "SYN_SENT", TO_B, "S",  100, 0,   0, "SYN_RCVD?", "syn" },
        { "CLOSED?",  TO_A, "R.", 0,   101, 0, "CLOSED?",    "refused", .was_b = "CLOSED", .reset = RIGHT_ACK },
        { "CLOSED?",  TO_A, "R.", 0,   101, 0, "CLOSED?",    "copy", .copy = true });
}

/* Linux sends its SYN,ACK and its RST with identification 0: the checksum and
 * the time must do. */
static void copy_with_identification_zero(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   0, "SYN_RCVD?", "syn" },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0, "SYN_RCVD",  "syn-ack", .id_is_zero = true },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0, "SYN_RCVD",  "copy", .id_is_zero = true, .copy = true });
}

/* Recorded on both sides of a router: one hop less to live. */
static void copy_behind_a_router(void)
{
    FIGURE(
        { "SYN_SENT", TO_B, "S", 100, 0, 0, "SYN_RCVD?", "syn", .ttl = 64 },
        { "SYN_SENT", TO_B, "S", 100, 0, 0, "SYN_RCVD?", "copy", .ttl = 63, .copy = true });
}

/* The answer comes before the copy of what it answers. */
static void copy_after_the_answer(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   0, "SYN_RCVD?",    "syn" },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0, "SYN_RCVD",     "syn-ack", .later = 100 * MICROSECONDS },
        { "ESTABLISHED?", TO_B, "S",  100, 0,   0, "SYN_RCVD",     "copy", .copy_of = 1 },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0, "SYN_RCVD",     "copy", .copy_of = 2 },
        { "ESTABLISHED",  TO_B, ".",  101, 301, 0, "ESTABLISHED?", "handshake-ack" });
}

/* Two segments in a row, then the copies of both. */
static void copies_of_two_segments_in_a_row(void)
{
    FIGURE(ESTABLISHED_100_300,
        { "ESTABLISHED", TO_B, "P.", 100, 300, 10, "ESTABLISHED", "" },
        { "FIN_WAIT_1",  TO_B, "F.", 110, 300, 0,  "CLOSE_WAIT?", "fin", .later = 10 * MICROSECONDS },
        { "FIN_WAIT_1?",  TO_B, "P.", 100, 300, 10, "CLOSE_WAIT?", "", .copy_of = LINE(1) },
        { "FIN_WAIT_1?",  TO_B, "F.", 110, 300, 0,  "CLOSE_WAIT?", "copy", .copy_of = LINE(2) },
        { "FIN_WAIT_2?", TO_A, ".",  300, 111, 0,  "CLOSE_WAIT",  "fin-acked" });
}

/* Captured at another point too, by a clock that is 2.5 s late: all of it comes once more. */
static void the_same_by_another_clock(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   0,  "SYN_RCVD?",    "syn" },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0,  "SYN_RCVD",     "syn-ack", .id_is_zero = true },
        { "ESTABLISHED",  TO_B, ".",  101, 301, 0,  "ESTABLISHED?", "handshake-ack" },
        { "ESTABLISHED",  TO_B, "P.", 101, 301, 10, "ESTABLISHED?", "first-request" },
        { "CLOSE_WAIT?",  TO_A, "F.", 301, 111, 0,  "FIN_WAIT_1",   "fin", .later = 10 * MILLISECONDS },
        { "LAST_ACK",     TO_B, "F.", 111, 302, 0,  "TIME_WAIT?",   "fin-acked-passive-fin", .later = 10 * MILLISECONDS },
        { "CLOSED?",      TO_A, ".",  302, 112, 0,  "TIME_WAIT",    "last-ack", .id_is_zero = true },
        { "CLOSED?",      TO_B, "S",  100, 0,   0,  "TIME_WAIT",    "copy", .copy_of = 1, .later = 1900 * MILLISECONDS },
        { "CLOSED?",      TO_A, "S.", 300, 101, 0,  "TIME_WAIT",    "copy", .copy_of = 2, .id_is_zero = true },
        { "CLOSED?",      TO_B, ".",  101, 301, 0,  "TIME_WAIT",    "", .copy_of = 3 },
        { "CLOSED?",      TO_B, "P.", 101, 301, 10, "TIME_WAIT",    "", .copy_of = 4 },
        { "CLOSED?",      TO_A, "F.", 301, 111, 0,  "TIME_WAIT",    "copy", .copy_of = 5 },
        { "CLOSED?",      TO_B, "F.", 111, 302, 0,  "TIME_WAIT",    "copy", .copy_of = 6 },
        { "CLOSED?",      TO_A, ".",  302, 112, 0,  "TIME_WAIT",    "copy", .copy_of = 7, .id_is_zero = true });
}

/* The same where it was over a moment ago, sooner than anything is sent again. */
static void a_short_connection_by_another_clock(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   0,  "SYN_RCVD?",    "syn" },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0,  "SYN_RCVD",     "syn-ack", .id_is_zero = true },
        { "ESTABLISHED",  TO_B, ".",  101, 301, 0,  "ESTABLISHED?", "handshake-ack" },
        { "FIN_WAIT_1",   TO_B, "F.", 101, 301, 0,  "CLOSE_WAIT?",  "fin", .later = 10 * MILLISECONDS },
        { "TIME_WAIT?",   TO_A, "F.", 301, 102, 0,  "LAST_ACK",     "fin-acked-passive-fin", .later = 10 * MILLISECONDS },
        { "TIME_WAIT",    TO_B, ".",  102, 302, 0,  "CLOSED?",      "last-ack", .later = 10 * MILLISECONDS },
        { "TIME_WAIT",    TO_B, "S",  100, 0,   0,  "CLOSED?",      "copy", .copy_of = 1, .later = 120 * MILLISECONDS },
        { "TIME_WAIT",    TO_A, "S.", 300, 101, 0,  "CLOSED?",      "copy", .copy_of = 2, .id_is_zero = true },
        { "TIME_WAIT",    TO_B, ".",  101, 301, 0,  "CLOSED?",      "", .copy_of = 3 });
}

/* The same of an attempt that was refused: whose SYN has the same identification was not sent again. */
static void a_refusal_by_another_clock(void)
{
    FIGURE(
        { "SYN_SENT", TO_B, "S",  100, 0,   0, "SYN_RCVD?", "syn" },
        { "CLOSED?",  TO_A, "R.", 0,   101, 0, "CLOSED?",   "refused", .was_b = "CLOSED", .reset = RIGHT_ACK },
        { "CLOSED?",  TO_B, "S",  100, 0,   0, "CLOSED?",   "copy", .copy_of = 1, .answers = 1, .later = 500 * MILLISECONDS },
        { "CLOSED?",  TO_A, "R.", 0,   101, 0, "CLOSED?",   "copy", .copy_of = 2, .answers = 2 });
}

/* Without identifications, as over IPv6: who sends again sends a later time stamp, but for bare ACKs. */
static void the_same_by_another_clock_with_time_stamps(void)
{
#define STAMP(value) .id_is_zero = true, .options = TCPSTATE_OPTION_TIMESTAMPS, .ts = (value)
#define COPY_OF(line, value) STAMP(value), .copy_of = (line), .is_copy = true
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   0,  "SYN_RCVD?",    "syn", STAMP(1000) },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0,  "SYN_RCVD",     "syn-ack", STAMP(5000) },
        { "ESTABLISHED",  TO_B, ".",  101, 301, 0,  "ESTABLISHED?", "handshake-ack", STAMP(1040) },
        { "ESTABLISHED",  TO_B, "P.", 101, 301, 10, "ESTABLISHED?", "first-request", STAMP(1041) },
        { "ESTABLISHED",  TO_A, ".",  301, 111, 0,  "ESTABLISHED",  "", STAMP(5059) },
        { "ESTABLISHED",  TO_A, "P.", 301, 111, 20, "ESTABLISHED",  "first-response", STAMP(5060) },
        { "ESTABLISHED",  TO_B, ".",  111, 321, 0,  "ESTABLISHED",  "", STAMP(1100) },
        { "ESTABLISHED*", TO_B, "S",  100, 0,   0,  "ESTABLISHED*", "copy", COPY_OF(1, 1000), .later = 500 * MILLISECONDS },
        { "ESTABLISHED*", TO_A, "S.", 300, 101, 0,  "ESTABLISHED*", "copy", COPY_OF(2, 5000) },
        { "ESTABLISHED*", TO_B, ".",  101, 301, 0,  "ESTABLISHED*", "", COPY_OF(3, 1040) },
        { "ESTABLISHED*", TO_B, "P.", 101, 301, 10, "ESTABLISHED*", "", COPY_OF(4, 1041) },
        { "ESTABLISHED*", TO_A, ".",  301, 111, 0,  "ESTABLISHED*", "", COPY_OF(5, 5059) },
        { "ESTABLISHED*", TO_A, "P.", 301, 111, 20, "ESTABLISHED*", "", COPY_OF(6, 5060) });
}

/* The same of a FIN, behind which its sender has acknowledged something. */
static void a_fin_by_another_clock_with_time_stamps(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   0,  "SYN_RCVD?",    "syn", STAMP(1000) },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0,  "SYN_RCVD",     "syn-ack", STAMP(5000) },
        { "ESTABLISHED",  TO_B, ".",  101, 301, 0,  "ESTABLISHED?", "handshake-ack", STAMP(1040) },
        { "ESTABLISHED",  TO_A, "P.", 301, 101, 20, "ESTABLISHED",  "server-speaks-first", STAMP(5060) },
        { "FIN_WAIT_1",   TO_B, "F.", 101, 301, 0,  "CLOSE_WAIT?",  "fin", STAMP(1100) },
        { "FIN_WAIT_1*",  TO_B, ".",  102, 321, 0,  "CLOSE_WAIT?",  "", STAMP(1100), .later = 10 * MICROSECONDS },
        { "FIN_WAIT_1*",  TO_B, "S",  100, 0,   0,  "CLOSE_WAIT*",  "copy", COPY_OF(1, 1000), .later = 500 * MILLISECONDS },
        { "FIN_WAIT_1*",  TO_B, "F.", 101, 301, 0,  "CLOSE_WAIT*",  "copy", COPY_OF(5, 1100) });
}

/* Captured on both sides of a router: what was sent within one tick is on its way together, and answered meanwhile. */
#define OPENED_WITH_TIME_STAMPS \
        { "SYN_SENT",     TO_B, "S",  100, 0,   0,   "SYN_RCVD?",    "syn", STAMP(1000) }, \
        { "SYN_SENT",     TO_B, "S",  100, 0,   0,   "SYN_RCVD?",    "copy", COPY_OF(1, 1000), .later = 20 * MILLISECONDS }, \
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0,   "SYN_RCVD",     "syn-ack", STAMP(5000), .ecr = 1000, .later = 1 * MILLISECONDS }, \
        { "ESTABLISHED",  TO_B, "P.", 101, 301, 10,  "ESTABLISHED?", "handshake-ack", STAMP(1041), .ecr = 5000 }, \
        { "ESTABLISHED",  TO_A, "P.", 301, 111, 100, "ESTABLISHED",  "any", STAMP(5060), .ecr = 1041 }, \
        { "ESTABLISHED",  TO_A, "P.", 401, 111, 100, "ESTABLISHED",  "", STAMP(5060), .ecr = 1041, .later = 10 * MICROSECONDS }, \
        { "ESTABLISHED",  TO_A, "P.", 501, 111, 100, "ESTABLISHED",  "", STAMP(5060), .ecr = 1041, .later = 10 * MICROSECONDS }

static void data_of_one_tick_in_flight(void)
{
    FIGURE(OPENED_WITH_TIME_STAMPS,
        { "ESTABLISHED*", TO_A, "P.", 301, 111, 100, "ESTABLISHED*", "", COPY_OF(5, 5060), .ecr = 1041, .later = 20 * MILLISECONDS },
        { "ESTABLISHED*", TO_B, ".",  111, 401, 0,   "ESTABLISHED*", "", STAMP(1100), .ecr = 5060, .later = 10 * MICROSECONDS },
        { "ESTABLISHED*", TO_A, "P.", 401, 111, 100, "ESTABLISHED*", "", COPY_OF(6, 5060), .ecr = 1041 },
        { "ESTABLISHED*", TO_B, ".",  111, 501, 0,   "ESTABLISHED*", "", STAMP(1100), .ecr = 5060, .later = 10 * MICROSECONDS },
        { "ESTABLISHED*", TO_A, "P.", 501, 111, 100, "ESTABLISHED*", "", COPY_OF(7, 5060), .ecr = 1041 },
        { "ESTABLISHED*", TO_B, ".",  111, 601, 0,   "ESTABLISHED*", "", STAMP(1100), .ecr = 5060, .later = 10 * MICROSECONDS },
        { "ESTABLISHED*", TO_B, ".",  111, 401, 0,   "ESTABLISHED*", "", COPY_OF(9, 1100), .ecr = 5060, .later = 20 * MILLISECONDS },
        { "ESTABLISHED*", TO_B, ".",  111, 501, 0,   "ESTABLISHED*", "", COPY_OF(11, 1100), .ecr = 5060 });
}

/* The second of three was lost, and is asked for and sent again within the same tick, of a slow clock: it echoes who asked. */
static void data_sent_again_within_one_tick(void)
{
    FIGURE(OPENED_WITH_TIME_STAMPS,
        { "ESTABLISHED*", TO_B, ".",  111, 401, 0,   "ESTABLISHED*", "", STAMP(1044), .ecr = 5060, .later = 2 * MILLISECONDS },
        { "ESTABLISHED*", TO_B, ".",  111, 401, 0,   "ESTABLISHED*", "", STAMP(1044), .ecr = 5060, .later = 10 * MICROSECONDS },
        { "ESTABLISHED*", TO_A, "P.", 401, 111, 100, "ESTABLISHED*", "", STAMP(5060), .ecr = 1044, .later = 2 * MILLISECONDS,
          .is_no_copy = true });
}

/* The same by the TTL, where there is neither an identification nor a time stamp, as over IPv6 from Windows: what is
 * sent again is the same bytes, and comes from here first. */
static void the_same_behind_a_router_by_its_ttl(void)
{
#define HERE .id_is_zero = true
#define THERE(line) .id_is_zero = true, .ttl = 63, .copy_of = (line), .is_copy = true
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   0,   "SYN_RCVD?",    "syn", HERE },
        { "SYN_SENT*",    TO_B, "S",  100, 0,   0,   "SYN_RCVD?",    "copy", THERE(1), .later = 20 * MILLISECONDS },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0,   "SYN_RCVD",     "syn-ack", HERE, .later = 1 * MILLISECONDS },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0,   "SYN_RCVD*",    "copy", THERE(3), .later = 20 * MILLISECONDS },
        { "ESTABLISHED*", TO_B, ".",  101, 301, 0,   "ESTABLISHED?", "any", HERE, .later = 1 * MILLISECONDS },
        { "ESTABLISHED*", TO_B, "P.", 101, 301, 10,  "ESTABLISHED?", "any", HERE, .later = 1 * MILLISECONDS },
        { "ESTABLISHED*", TO_B, ".",  101, 301, 0,   "ESTABLISHED?", "any", THERE(5), .later = 20 * MILLISECONDS },
        { "ESTABLISHED*", TO_B, "P.", 101, 301, 10,  "ESTABLISHED?", "any", THERE(6), .later = 1 * MILLISECONDS },
        { "ESTABLISHED*", TO_A, "P.", 301, 111, 100, "ESTABLISHED*", "first-response", HERE },
        { "ESTABLISHED*", TO_A, "P.", 401, 111, 100, "ESTABLISHED*", "", HERE, .later = 10 * MICROSECONDS },
        { "ESTABLISHED*", TO_A, "P.", 301, 111, 100, "ESTABLISHED*", "any", THERE(9), .later = 20 * MILLISECONDS },
        { "ESTABLISHED*", TO_B, ".",  111, 401, 0,   "ESTABLISHED*", "", HERE, .later = 10 * MICROSECONDS },
        { "ESTABLISHED*", TO_A, "P.", 401, 111, 100, "ESTABLISHED*", "", THERE(10) },
        { "ESTABLISHED*", TO_B, ".",  111, 501, 0,   "ESTABLISHED*", "", HERE, .later = 10 * MICROSECONDS },
        { "ESTABLISHED*", TO_B, ".",  111, 401, 0,   "ESTABLISHED*", "", THERE(12), .later = 20 * MILLISECONDS },
        { "ESTABLISHED*", TO_B, ".",  111, 501, 0,   "ESTABLISHED*", "", THERE(14) },
        { "ESTABLISHED*", TO_A, "P.", 401, 111, 100, "ESTABLISHED*", "", HERE, .copy_of = 10, .later = 300 * MILLISECONDS,
          .is_no_copy = true },
        { "ESTABLISHED*", TO_A, "P.", 401, 111, 100, "ESTABLISHED*", "", THERE(10), .later = 20 * MILLISECONDS });
}

/* What comes from there alone is new: data that was not captured here, and a RST, of whomever. */
static void new_from_behind_a_router(void)
{
#define OPENED_BEHIND_A_ROUTER \
        { "SYN_SENT",     TO_B, "S",  100, 0,   0,   "SYN_RCVD?",    "syn", HERE }, \
        { "SYN_SENT*",    TO_B, "S",  100, 0,   0,   "SYN_RCVD?",    "copy", THERE(1), .later = 20 * MILLISECONDS }, \
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0,   "SYN_RCVD",     "syn-ack", HERE, .later = 1 * MILLISECONDS }, \
        { "ESTABLISHED*", TO_B, "P.", 101, 301, 10,  "ESTABLISHED?", "any", HERE, .later = 30 * MILLISECONDS }
    FIGURE(OPENED_BEHIND_A_ROUTER,
        { "ESTABLISHED*", TO_B, "P.", 111, 301, 10,  "ESTABLISHED?", "any", HERE, .ttl = 63, .is_no_copy = true });
    FIGURE(OPENED_BEHIND_A_ROUTER,
        { "CLOSED?",      TO_B, "R.", 111, 301, 0,   "CLOSED?",      "any", HERE, .ttl = 63, .is_no_copy = true,
          .reset = EXACT, .ttl_differs = true });
    FIGURE(OPENED_BEHIND_A_ROUTER, /* the way has become another: all comes with the TTL that it had there */
        { "ESTABLISHED*", TO_B, "P.", 111, 301, 10,  "ESTABLISHED?", "any", HERE, .ttl = 63, .is_no_copy = true },
        { "ESTABLISHED*", TO_B, "P.", 111, 301, 10,  "ESTABLISHED?", "any", HERE, .ttl = 63, .copy_of = 5,
          .later = 300 * MILLISECONDS, .is_no_copy = true });
}

/* What A sent before its RST, and in one tick of its clock with nothing else, comes again behind that and behind its SYN:
 * from where the SYN came again. */
static void a_reset_before_all_comes_again(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   0,  "SYN_RCVD?",    "syn", STAMP(1000) },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0,  "SYN_RCVD",     "syn-ack", STAMP(5000) },
        { "ESTABLISHED",  TO_B, ".",  101, 301, 0,  "ESTABLISHED?", "handshake-ack", STAMP(1040) },
        { "ESTABLISHED",  TO_B, "P.", 101, 301, 10, "ESTABLISHED?", "first-request", STAMP(1200) },
        { "ESTABLISHED",  TO_A, "P.", 301, 111, 20, "ESTABLISHED",  "first-response", STAMP(5200) },
        { "ESTABLISHED",  TO_B, ".",  111, 321, 0,  "ESTABLISHED",  "", STAMP(1360) },
        { "CLOSED?",      TO_B, "R.", 111, 321, 0,  "CLOSED?",      "any", STAMP(1500), .reset = EXACT },
        { "CLOSED?",      TO_B, "S",  100, 0,   0,  "CLOSED?",      "copy", COPY_OF(1, 1000), .ttl = 63, .later = 20 * MILLISECONDS },
        { "CLOSED?",      TO_A, "S.", 300, 101, 0,  "CLOSED?",      "copy", COPY_OF(2, 5000) },
        { "CLOSED?",      TO_B, ".",  101, 301, 0,  "CLOSED?",      "any", COPY_OF(3, 1040), .ttl = 63 },
        { "CLOSED?",      TO_B, "P.", 101, 301, 10, "CLOSED?",      "any", COPY_OF(4, 1200), .ttl = 63 },
        { "CLOSED?",      TO_A, "P.", 301, 111, 20, "CLOSED?",      "any", COPY_OF(5, 5200) },
        { "CLOSED?",      TO_B, ".",  111, 321, 0,  "CLOSED?",      "any", COPY_OF(6, 1360), .ttl = 63 },
        { "CLOSED?",      TO_B, "R.", 111, 321, 0,  "CLOSED?",      "copy", COPY_OF(7, 1500), .ttl = 63 });
}

/* B's ACK of the request was captured behind the router alone: it says no more than its SYN,ACK did, but B, which has
 * sent that in ESTABLISHED, perhaps, need not wait for the third segment any more. */
static void captured_behind_a_router_alone(void)
{
    FIGURE(
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0,   "SYN_RCVD",     "syn-ack", HERE, .ttl = 64 },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0,   "SYN_RCVD*",    "copy", THERE(1), .later = 1 * MILLISECONDS },
        { "ESTABLISHED?", TO_A, ".",  301, 101, 0,   "any?",         "any", HERE, .ttl = 63, .is_copy = true, .later = 50 * MILLISECONDS });
}

/* No other point was seen: the way has become another, and what was lost with the old one is sent again. */
static void sent_again_another_way(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   0,   "SYN_RCVD?",    "syn", HERE },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0,   "SYN_RCVD",     "syn-ack", HERE },
        { "ESTABLISHED",  TO_B, ".",  101, 301, 0,   "ESTABLISHED?", "handshake-ack", HERE },
        { "ESTABLISHED",  TO_B, "P.", 101, 301, 10,  "ESTABLISHED?", "first-request", HERE },
        { "ESTABLISHED",  TO_B, "P.", 101, 301, 10,  "ESTABLISHED?", "any", HERE, .ttl = 63, .copy_of = 4,
          .later = 300 * MILLISECONDS, .is_no_copy = true });
}

/* A forged segment has gone beyond what A sends next, in the tick of what it sent last: that is new. */
static void data_below_a_forged_segment(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   0,   "SYN_RCVD?",    "syn", STAMP(1000) },
        { "SYN_SENT",     TO_B, "S",  100, 0,   0,   "SYN_RCVD?",    "copy", COPY_OF(1, 1000), .later = 20 * MILLISECONDS },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0,   "SYN_RCVD",     "syn-ack", STAMP(5000) },
        { "ESTABLISHED",  TO_B, ".",  101, 301, 0,   "ESTABLISHED?", "handshake-ack", STAMP(1040) },
        { "ESTABLISHED",  TO_B, "P.", 101, 301, 10,  "ESTABLISHED?", "first-request", STAMP(1041), .later = 10 * MICROSECONDS },
        { "ESTABLISHED",  TO_B, "P.", 111, 301, 100, "ESTABLISHED?", "" },
        { "ESTABLISHED",  TO_A, "P.", 301, 111, 20,  "ESTABLISHED",  "first-response", STAMP(5060) },
        { "ESTABLISHED*", TO_B, ".",  111, 321, 0,   "ESTABLISHED",  "", STAMP(1100) },
        { "any",          TO_B, "P.", 111, 321, 10,  "ESTABLISHED*", "any", STAMP(1100), .later = 10 * MICROSECONDS, .is_no_copy = true });
}

/* A host whose SYNs have the time stamp 0, as some have: it may have begun anew. */
static void a_syn_again_with_the_time_stamp_zero(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   0,  "SYN_RCVD?",    "syn", STAMP(0) },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0,  "SYN_RCVD",     "syn-ack", STAMP(5000) },
        { "ESTABLISHED",  TO_B, ".",  101, 301, 0,  "ESTABLISHED?", "handshake-ack", STAMP(1040) },
        { "any",          TO_B, "S",  100, 0,   0,  "ESTABLISHED*", "syn-in-connection", STAMP(0), .copy_of = 1,
          .later = 500 * MILLISECONDS, .repeats = 1 });
}

/* Several bare ACKs alike within one tick, which what came in out of order provokes, are no copies of each other. */
static void bare_acks_in_one_tick(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   0,  "SYN_RCVD?",    "syn", STAMP(1000) },
        { "SYN_SENT",     TO_B, "S",  100, 0,   0,  "SYN_RCVD?",    "copy", COPY_OF(1, 1000), .later = 20 * MILLISECONDS },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0,  "SYN_RCVD",     "syn-ack", STAMP(5000) },
        { "ESTABLISHED",  TO_B, ".",  101, 301, 0,  "ESTABLISHED?", "handshake-ack", STAMP(1040) },
        { "ESTABLISHED",  TO_B, "P.", 101, 301, 10, "ESTABLISHED?", "first-request", STAMP(1041), .later = 10 * MICROSECONDS },
        { "ESTABLISHED",  TO_A, "P.", 301, 111, 20, "ESTABLISHED",  "first-response", STAMP(5060) },
        { "ESTABLISHED",  TO_B, ".",  111, 301, 0,  "ESTABLISHED",  "", STAMP(1100) },
        { "ESTABLISHED",  TO_B, ".",  111, 301, 0,  "ESTABLISHED",  "", STAMP(1100), .later = 10 * MICROSECONDS, .is_no_copy = true });
}

/* The SYN comes once more 20 ms later, by its identification: the capture is made of two. */
#define OPENED_ON_A_LONG_WAY \
    { "SYN_SENT",     TO_B, "S",  100, 0,   0, "SYN_RCVD?",    "syn" }, \
    { "SYN_SENT",     TO_B, "S",  100, 0,   0, "SYN_RCVD?",    "copy", .copy_of = 1, .later = 20 * MILLISECONDS }, \
    { "ESTABLISHED?", TO_A, "S.", 300, 101, 0, "SYN_RCVD",     "syn-ack" }, \
    { "ESTABLISHED",  TO_B, ".",  101, 301, 0, "ESTABLISHED?", "handshake-ack" }

/* A RST without identification, 20 ms later, where copies come that late; nobody was there to be answered. */
static void copy_of_a_reset_on_a_long_way(void)
{
    FIGURE(OPENED_ON_A_LONG_WAY,
        { "CLOSED?",      TO_B, "R.", 101, 301, 0, "CLOSED?",      "abort", .id_is_zero = true, .reset = EXACT },
        { "CLOSED?",      TO_B, "R.", 101, 301, 0, "CLOSED?",      "copy", .id_is_zero = true, .copy_of = 5,
          .later = 20 * MILLISECONDS });
}

/* ---- What is no copy ---- */

/* Where copies come late, too: who sends again takes the next identification. */
static void sent_again_on_a_long_way(void)
{
    FIGURE(OPENED_ON_A_LONG_WAY,
        { "FIN_WAIT_1",   TO_B, "F.", 101, 301, 0, "CLOSE_WAIT?",  "fin" },
        { "FIN_WAIT_1",   TO_B, "F.", 101, 301, 0, "CLOSE_WAIT?",  "fin-retransmitted", .repeats = 1,
          .later = 300 * MILLISECONDS });
}

/* Two RSTs without identification, for two segments of data that came to a closed port. */
static void two_answers_on_a_long_way(void)
{
    FIGURE(OPENED_ON_A_LONG_WAY,
        { "ESTABLISHED",  TO_A, "P.", 301, 101, 10, "ESTABLISHED",  "server-speaks-first" },
        { "ESTABLISHED",  TO_A, "P.", 311, 101, 10, "ESTABLISHED",  "" },
        { "CLOSED?",      TO_B, "R",  101, 0,   0,  "CLOSED?",      "abort", .id_is_zero = true, .reset = EXACT },
        { "CLOSED?",      TO_B, "R",  101, 0,   0,  "CLOSED?",      "reset-repeated", .id_is_zero = true, .same_bytes = true,
          .reset = EXACT, .later = 5 * MILLISECONDS });
}

/* A stranger's RST has an identification that the end in whose name it comes has used before.  It
 * is nothing that was seen. */
static void reset_with_an_old_identification(void)
{
    FIGURE(
        { "SYN_SENT",     TO_B, "S",  100, 0,   0,  "SYN_RCVD?",    "syn" },
        { "SYN_SENT",     TO_B, "S",  100, 0,   0,  "SYN_RCVD?",    "copy", .copy_of = 1, .later = 20 * MILLISECONDS },
        { "ESTABLISHED?", TO_A, "S.", 300, 101, 0,  "SYN_RCVD",     "syn-ack" },
        { "ESTABLISHED",  TO_B, "P.", 101, 301, 10, "ESTABLISHED?", "handshake-ack" },
        { "ESTABLISHED",  TO_A, "P.", 301, 111, 10, "ESTABLISHED",  "any" },
        { "CLOSED?",      TO_A, "R.", 311, 111, 0,  "CLOSED?",      "abort", .copy_of = 3, .reset = EXACT });
}

/* Two RSTs, whose identifications are not in the order of their numbers: the second goes beyond the first. */
static void second_reset_with_an_older_identification(void)
{
    FIGURE(OPENED_ON_A_LONG_WAY,
        { "ESTABLISHED",  TO_A, "P.", 301, 101, 10, "ESTABLISHED",  "server-speaks-first" },
        { "CLOSED?",      TO_A, "R",  301, 0,   0,  "CLOSED?",      "abort", .reset = EXACT },
        { "CLOSED?",      TO_A, "R",  311, 0,   0,  "CLOSED?",      "any", .copy_of = 3, .reset = EXACT });
    FIGURE( /* both ends', each its first */
        { "SYN_SENT",     TO_B, "S",  5000, 0,    0,  "SYN_RCVD?",    "syn" },
        { "SYN_SENT",     TO_B, "S",  5000, 0,    0,  "SYN_RCVD?",    "copy", .copy_of = 1, .later = 20 * MILLISECONDS },
        { "ESTABLISHED?", TO_A, "S.", 300,  5001, 0,  "SYN_RCVD",     "syn-ack" },
        { "ESTABLISHED",  TO_B, ".",  5001, 301,  0,  "ESTABLISHED?", "handshake-ack" },
        { "ESTABLISHED",  TO_A, "P.", 301,  5001, 10, "ESTABLISHED",  "server-speaks-first" },
        { "CLOSED?",      TO_B, "R",  5001, 0,    0,  "CLOSED?",      "abort", .reset = EXACT },
        { "CLOSED?",      TO_A, "R",  311,  0,    0,  "CLOSED?",      "any", .copy_of = 3, .reset = EXACT });
    FIGURE(OPENED_ON_A_LONG_WAY, /* the first of two once more */
        { "CLOSED?",      TO_A, "R",  301, 0,   0,  "CLOSED?",      "any", .reset = EXACT },
        { "CLOSED?",      TO_A, "R.", 301, 101, 0,  "CLOSED?",      "any", .reset = EXACT },
        { "CLOSED?",      TO_A, "R",  301, 0,   0,  "CLOSED?",      "copy", .copy_of = 5, .later = 20 * MILLISECONDS });
}

/* A host takes 200 ms and more to send again (RFC 6298 section 2.4). */
static void same_bytes_later_are_a_retransmission(void)
{
    FIGURE(
        { "SYN_SENT", TO_B, "S", 100, 0, 0, "SYN_RCVD?", "syn" },
        { "SYN_SENT", TO_B, "S", 100, 0, 0, "SYN_RCVD?", "syn-retransmitted", .same_bytes = true, .repeats = 1,
          .later = 200 * MILLISECONDS });
}

/* Sent again, a datagram gets an identification of its own. */
static void another_identification_is_a_retransmission(void)
{
    FIGURE(
        { "SYN_SENT", TO_B, "S", 100, 0, 0, "SYN_RCVD?", "syn" },
        { "SYN_SENT", TO_B, "S", 100, 0, 0, "SYN_RCVD?", "syn-retransmitted", .repeats = 1,
          .later = 10 * MICROSECONDS });
}

/* A clock that was set back is no reason to call it a copy. */
static void time_that_runs_backwards(void)
{
    FIGURE(
        { "SYN_SENT", TO_B, "S", 100, 0, 0, "SYN_RCVD?", "syn" },
        { "SYN_SENT", TO_B, "S", 100, 0, 0, "SYN_RCVD?", "syn-retransmitted", .same_bytes = true, .repeats = 1,
          .later = -5 * SECONDS });
}

/* A is gone, and three segments of B are on their way to it: each is answered, by RSTs that look alike.
 * Not where the capture has everything twice. */
static void resets_that_answer_a_burst(void)
{
    static const struct line lines[] = {
        ESTABLISHED_100_300,
        { "any",     TO_A, "P.", 300, 100, 100, "any",     "" },
        { "any",     TO_A, "P.", 400, 100, 100, "any",     "", .later = 10 * MICROSECONDS },
        { "any",     TO_A, "P.", 500, 100, 100, "any",     "", .later = 10 * MICROSECONDS },
        { "CLOSED?", TO_B, "R",  100, 0,   0,   "CLOSED?", "abort", .id_is_zero = true, .reset = EXACT },
        { "CLOSED?", TO_B, "R",  100, 0,   0,   "CLOSED?", "reset-repeated", .id_is_zero = true, .same_bytes = true,
          .is_no_copy = true, .reset = EXACT, .later = 2 * MICROSECONDS },
        { "CLOSED?", TO_B, "R",  100, 0,   0,   "CLOSED?", "reset-repeated", .id_is_zero = true, .copy_of = LINE(4),
          .is_no_copy = true, .reset = EXACT, .later = 2 * MICROSECONDS },
    };

    g_assert_true(figure_play(lines, G_N_ELEMENTS(lines), &plays[0]));
}

int main(int argc, char **argv)
{
    figure_init(&argc, &argv);
#define TEST(name) g_test_add_func("/copies/" #name, name)
    TEST(copy_moves_nothing);
    TEST(copy_of_a_refusal);
    TEST(copy_with_identification_zero);
    TEST(copy_behind_a_router);
    TEST(copy_after_the_answer);
    TEST(the_same_by_another_clock);
    TEST(a_short_connection_by_another_clock);
    TEST(a_refusal_by_another_clock);
    TEST(the_same_by_another_clock_with_time_stamps);
    TEST(a_fin_by_another_clock_with_time_stamps);
    TEST(data_of_one_tick_in_flight);
    TEST(data_sent_again_within_one_tick);
    TEST(the_same_behind_a_router_by_its_ttl);
    TEST(new_from_behind_a_router);
    TEST(a_reset_before_all_comes_again);
    TEST(captured_behind_a_router_alone);
    TEST(sent_again_another_way);
    TEST(data_below_a_forged_segment);
    TEST(a_syn_again_with_the_time_stamp_zero);
    TEST(bare_acks_in_one_tick);
    TEST(copy_of_a_reset_on_a_long_way);
    TEST(sent_again_on_a_long_way);
    TEST(two_answers_on_a_long_way);
    TEST(reset_with_an_old_identification);
    TEST(second_reset_with_an_older_identification);
    TEST(copies_of_two_segments_in_a_row);
    TEST(same_bytes_later_are_a_retransmission);
    TEST(another_identification_is_a_retransmission);
    TEST(time_that_runs_backwards);
    TEST(resets_that_answer_a_burst);
    return g_test_run();
}
