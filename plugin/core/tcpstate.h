/* tcpstate.h - the core's one public header: what is handed to it, what it gives back, and the one way in.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The core is a passer-by: it stands on the path between two hosts, sees the
 * segments of one connection and says what each of them means.  It is handed
 * one segment at a time and a connection of fixed size, and gives back one
 * observation.  It allocates nothing, has no globals, does no I/O and knows
 * no Wireshark; it can be read with RFC 9293 open beside it.
 *
 * The idea in one paragraph.  What an endpoint *sends* tells where it stood:
 * only some states can send such a segment with such numbers.  What *arrives*
 * only may have moved it: the segment may still be in flight, be lost behind
 * the point of capture, or be refused.  So for each endpoint the core keeps the
 * set of states that it may be in.  A segment of its own takes those away that
 * could not have sent it, and moves the others as sending it does; a segment
 * for it adds what it may bring about.  A state is certain exactly when the set
 * has one member; otherwise the likeliest member is shown, as inferred.
 *
 * What is remembered is in connection.h, what became of a connection in outcome.h,
 * and the states in states.h; they are parts of this one.
 *
 * All sequence arithmetic is modulo 2^32 (RFC 9293 section 3.4).
 */
#ifndef TCPSTATE_H
#define TCPSTATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "connection.h"
#include "outcome.h"
#include "states.h"

/* TCP header flags, in their place in the header (RFC 9293 section 3.1). */
enum {
    TCPSTATE_FLAG_FIN = 0x01,
    TCPSTATE_FLAG_SYN = 0x02,
    TCPSTATE_FLAG_RST = 0x04,
    TCPSTATE_FLAG_PSH = 0x08,
    TCPSTATE_FLAG_ACK = 0x10,
    TCPSTATE_FLAG_URG = 0x20,
    TCPSTATE_FLAG_ECE = 0x40,
    TCPSTATE_FLAG_CWR = 0x80,
};

/* Which segments may open, close or end a connection: the last of them is kept in .last_control. */
#define TCPSTATE_SYN_FIN_RST (TCPSTATE_FLAG_SYN | TCPSTATE_FLAG_FIN | TCPSTATE_FLAG_RST)

/* Options of a segment that matter here. */
enum {
    TCPSTATE_OPTION_WINDOW_SCALE = 0x01, /* .window_scale is set (RFC 7323) */
    TCPSTATE_OPTION_TIMESTAMPS = 0x02,   /* .ts_val, .ts_ecr are set (RFC 7323) */
    TCPSTATE_OPTION_TFO_REQUEST = 0x04,  /* Fast Open with an empty cookie (RFC 7413) */
    TCPSTATE_OPTION_TFO_COOKIE = 0x08,   /* Fast Open with a cookie */
    TCPSTATE_OPTION_MP_CAPABLE = 0x10,   /* RFC 8684 section 3.1 */
    TCPSTATE_OPTION_MP_JOIN = 0x20,      /* section 3.2 */
    TCPSTATE_OPTION_MP_DATA_FIN = 0x40,  /* DSS with the DATA_FIN flag, section 3.3.3 */
    TCPSTATE_OPTION_MP_FASTCLOSE = 0x80, /* section 3.5 */
    TCPSTATE_OPTION_MSS = 0x100,         /* .mss is set (RFC 9293 section 3.7.1) */
    TCPSTATE_OPTION_SACK_PERMITTED = 0x200, /* RFC 2018 */
    TCPSTATE_OPTION_SIGNATURE = 0x400,   /* MD5 (RFC 2385) or TCP-AO (RFC 5925) */
    TCPSTATE_OPTION_MP_TCPRST = 0x800,   /* .reset_reason is set (RFC 8684 section 3.6) */
    TCPSTATE_OPTION_CUT = 0x2000,        /* the capture cut the options off */
    TCPSTATE_OPTION_AE = 0x1000,         /* no option but a flag, beside CWR (RFC 9768) */
};

/* Times are nanoseconds. */
#define TCPSTATE_SECOND INT64_C(1000000000)

/* One segment as the capture shows it; numbers in host order, raw. */
struct tcpstate_segment {
    uint8_t from;          /* which endpoint sent it: 0 or 1, fixed per connection */
    uint8_t flags;         /* TCPSTATE_FLAG_* */
    uint8_t window_scale;  /* shift count, 0 to 14 */
    uint8_t reset_reason;  /* MP_TCPRST's */
    uint16_t options;      /* TCPSTATE_OPTION_* */
    uint16_t mss;
    uint16_t source_port, destination_port; /* only to guess as Zeek does who serves */
    uint8_t ttl;           /* TTL or hop limit; 0: not known */
    uint16_t window;       /* the header's field, unscaled */
    uint16_t ip_id;        /* IPv4 identification; 0: not known */
    uint16_t options_sum;  /* of the options' bytes where no SYN, FIN or RST is set; only to tell copies */
    uint32_t seq, ack;
    uint32_t payload;      /* bytes of data */
    uint32_t ts_val, ts_ecr;
    uint32_t frame;        /* frame number, never 0 */
    int64_t time;          /* nanoseconds since any fixed moment, at most INT64_MAX / 2 from it */
    int8_t server_hint;    /* endpoint that a well-known port makes the server, or -1 */
    bool to_itself;        /* from and to the same address and port: both endpoints are one */
};

/* Sequence number that follows the segment: SYN and FIN count one
 * (RFC 9293 section 3.4). */
static inline uint32_t tcpstate_segment_next(const struct tcpstate_segment *segment)
{
    return segment->seq + segment->payload + ((segment->flags & TCPSTATE_FLAG_SYN) != 0)
           + ((segment->flags & TCPSTATE_FLAG_FIN) != 0);
}

/* What a segment is.  The order groups the life of a connection; the names
 * that users meet are in ../text/catalogue.def, one row per step. */
enum tcpstate_step {
    TCPSTATE_STEP_NONE,
#define TCPSTATE_STEP(id, ...) TCPSTATE_STEP_##id,
#include "steps.def"
#undef TCPSTATE_STEP
    TCPSTATE_STEPS
};

/* The part of a connection's life that a step belongs to. */
enum tcpstate_phase {
    TCPSTATE_PHASE_NONE,
    TCPSTATE_PHASE_OPENING,
    TCPSTATE_PHASE_TRANSFER,
    TCPSTATE_PHASE_CLOSING,
    TCPSTATE_PHASE_ABORT,
    TCPSTATE_PHASE_FAILED,
};

/* "syn-ack" and so on; "" for TCPSTATE_STEP_NONE. */
const char *tcpstate_step_name(enum tcpstate_step step);
enum tcpstate_phase tcpstate_step_phase(enum tcpstate_step step);

/* Whether the step is the first data of an endpoint, which names the
 * application protocol. */
bool tcpstate_step_is_first_data(enum tcpstate_step step);

/* The textbook's checks.  A segment carries the ones of its step. */
enum {
    TCPSTATE_CHECK_ACK_IS_ISN_PLUS_1 = 0x01, /* ack = the other's ISN + 1 */
    TCPSTATE_CHECK_SEQ_IS_ISN_PLUS_1 = 0x02, /* seq = own ISN + 1 */
    TCPSTATE_CHECK_ACK_IS_FIN_PLUS_1 = 0x04, /* ack = the other's FIN + 1 */
};

/* How a RST's sequence number stands to what its receiver expects
 * (RFC 9293 section 3.5.3, RFC 5961 section 3.2). */
enum tcpstate_reset_number {
    TCPSTATE_RESET_NUMBER_NONE,    /* no RST, or nothing to judge it by */
    TCPSTATE_RESET_NUMBER_EXACT,   /* exactly RCV.NXT: reset */
    TCPSTATE_RESET_NUMBER_WINDOW,  /* elsewhere in the window: challenge ACK */
    TCPSTATE_RESET_NUMBER_OUTSIDE, /* outside the window: ignored */
    TCPSTATE_RESET_NUMBER_ACK,     /* SYN_SENT: judged by a right ACK instead */
    TCPSTATE_RESET_NUMBER_BAD_ACK, /* SYN_SENT: its ACK is missing or wrong */
};

/* Which of a four-tuple's connections a segment belongs to. */
enum tcpstate_which_incarnation {
    TCPSTATE_INCARNATION_LATEST,
    TCPSTATE_INCARNATION_NEXT,   /* a new one, which it opens */
    TCPSTATE_INCARNATION_BEFORE, /* the one before the latest, which goes on beside it or is seen again */
};

/* Where one endpoint stands, before a segment and after it. */
struct tcpstate_standing {
    uint8_t before, after; /* enum tcpstate_state */
    bool before_inferred, after_inferred;
};

/* What one segment means. */
struct tcpstate_observation {
    enum tcpstate_step step;
    struct tcpstate_standing ends[2];
    int8_t client;        /* endpoint 0 or 1, or -1: roles unknown */
    bool roles_inferred;  /* no SYN or SYN,ACK tells the roles */
    uint8_t checks;       /* TCPSTATE_CHECK_* that this step has */
    uint8_t failed;       /* those of them that fail */
    enum tcpstate_reset_number reset_number;
    bool reset_ttl_differs; /* its TTL is not that of an earlier segment of this endpoint */
    uint16_t repeats;     /* of a segment sent again: which time this is, from 1 */
    int64_t repeats_after; /* nanoseconds since what is sent again was first sent; -1: not sent again */
    int64_t reset_after;  /* RST: nanoseconds since its endpoint's last segment; -1: none */
    uint32_t answers;     /* frame of the step that this one answers or repeats; 0: none */
    uint32_t expected;    /* what a failed check expected */
    int64_t stayed[2];    /* nanoseconds that each end spent in the state it leaves; -1: it leaves none */
    uint8_t incarnation;  /* enum tcpstate_which_incarnation: the connection that the segment belongs to */
    bool ends_before;     /* it ends the connection that had the four-tuple before (RFC 9293 figure 9) */
    bool copy;            /* the capture saw the segment twice; it was sent once */
    bool over;            /* this segment ends the connection */
    bool changed;         /* anything to remember: a step, or a state moved or was proven */
};

/* Length of TIME_WAIT in nanoseconds: Linux's 60 s; RFC 9293 says 2 MSL = 240 s. */
#define TCPSTATE_DEFAULT_2MSL (60 * TCPSTATE_SECOND)

/* An ICMP error quotes `segment`: the network could not deliver it.  Only a
 * quoted SYN means anything here (RFC 9293 section 3.9.2.2). */
void tcpstate_observe_unreachable(struct tcpstate_connection *connection,
                                  const struct tcpstate_segment *segment,
                                  struct tcpstate_observation *observation);

/* Whether a segment of this number may be on its way: an error that quotes another
 * one is old, or a stranger's guess (RFC 5927 section 4.1). */
bool tcpstate_may_be_outstanding(const struct tcpstate_connection *connection, const struct tcpstate_segment *quoted);

/* The numbers that a connection had reached: of endpoints 0 and 1. */
struct tcpstate_anchor {
    uint32_t first[2], next[2]; /* sequence numbers: where they began, and what follows all that they had sent */
    uint8_t known;              /* whose are known: bits 0 and 1 */
};

/* Two connections of one four-tuple at once. */
struct tcpstate_beside {
    int64_t until;                /* INT64_MAX: both go on; else the time up to which the one before may be seen again, in
                                     nanoseconds, or TCPSTATE_NO_TIME: there is one at a time */
    struct tcpstate_anchor of[2]; /* of the one before, and of the latest */
    bool began;                   /* told by tcpstate_observe(): it is this segment that shows it */
    uint8_t moved;                /* told by tcpstate_observe(): which anchors moved: bits 0 and 1 */
};

/* Whether the segment is that of the one before. */
bool tcpstate_beside_is_before(const struct tcpstate_beside *beside, const struct tcpstate_segment *segment);

/* All that is remembered of a four-tuple. */
struct tcpstate_remembered {
    struct tcpstate_connection *latest; /* it has just begun if there was none */
    struct tcpstate_connection *before; /* the one that was the latest before it, or NULL */
    struct tcpstate_connection *next;   /* written when the segment opens a new one, which then is the latest */
    struct tcpstate_beside *beside;     /* of these two; NULL: the segment is not asked whether it is that of .before */
    bool before_changed;                /* told by tcpstate_observe(): .before was written */
};

/* Whether .before matters to the segment, if the two do not go on at once already: else NULL will do. */
bool tcpstate_asks_the_one_before(const struct tcpstate_connection *latest, const struct tcpstate_segment *segment);

/* Take in one segment of a four-tuple: the one way in.  Which connection it belongs to, or that it opens
 * .next, is told by .incarnation of the observation.  `two_msl` is the length of TIME_WAIT in nanoseconds.
 * Never fails; any segment is accepted, however forged. */
void tcpstate_observe(struct tcpstate_remembered *remembered, const struct tcpstate_segment *segment, int64_t two_msl,
                      struct tcpstate_observation *observation);

#endif
