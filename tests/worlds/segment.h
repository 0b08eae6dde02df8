/* segment.h - a segment as its host sends it, and the states of RFC 9293.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The simulator's own words: nothing of the core is known here, so that a fault
 * of the core's tables cannot be a fault of the truth.
 */
#ifndef WORLDS_SEGMENT_H
#define WORLDS_SEGMENT_H

#include <stdbool.h>
#include <stdint.h>

/* RFC 9293 section 3.3.2. CLOSED: nothing is there; LISTEN: a listener is. */
enum state {
    CLOSED, LISTEN, SYN_SENT, SYN_RCVD, ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2, CLOSE_WAIT, CLOSING, LAST_ACK, TIME_WAIT,
    STATES
};

enum { FIN = 0x01, SYN = 0x02, RST = 0x04, PSH = 0x08, ACK = 0x10 };

/* Options that a segment carries. */
enum {
    HAS_SCALE = 0x01,
    HAS_TIMESTAMPS = 0x02,
    HAS_SACK_PERMITTED = 0x04,
    HAS_COOKIE_REQUEST = 0x08, /* RFC 7413: the option without a cookie */
    HAS_COOKIE = 0x10,
    HAS_OPTION_254 = 0x20,     /* ... in its experimental form */
    HAS_SIGNATURE = 0x40,      /* TCP-MD5 (RFC 2385) or TCP-AO (RFC 5925) */
};

typedef int64_t moment; /* microseconds since the world began */
#define MILLISECOND INT64_C(1000)
#define SECOND INT64_C(1000000)
#define NEVER INT64_MAX

/* Sequence numbers, modulo 2^32 (RFC 9293 section 3.4). */
static inline bool before(uint32_t a, uint32_t b) { return (int32_t)(a - b) < 0; }
static inline bool after(uint32_t a, uint32_t b) { return (int32_t)(a - b) > 0; }

struct range {
    uint32_t from, to; /* `to` is what follows it */
};

struct segment {
    moment sent;
    int number;          /* in the order of sending, whoever sends */
    int8_t from;         /* host 0 or 1, in whose name it is sent */
    bool forged;         /* not by that host */
    bool perfect;        /* forged, and exactly what that host could have sent */
    bool fits;           /* forged, and acknowledges what that host would, or nothing */
    bool unseen;         /* forged behind the tap: it does not pass it */
    bool broken;         /* its checksum is wrong: whoever gets it drops it */
    uint8_t flags, has, scale, sacks, ttl;
    uint16_t window, ip_id;
    uint32_t seq, ack, len, ts_val, ts_ecr;
    struct range sack[3];
    /* Of a segment that was not forged: where its sender stood right after it
     * sent it (index of its history), which of its connections it belongs to (or
     * -1), and which of the other end's it answers (or -1). */
    int stands, life, heard_life;
};

static inline uint32_t segment_space(const struct segment *segment)
{
    return segment->len + ((segment->flags & SYN) != 0) + ((segment->flags & FIN) != 0);
}

static inline uint32_t segment_end(const struct segment *segment)
{
    return segment->seq + segment_space(segment);
}

#endif
