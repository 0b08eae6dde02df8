/* connection.h - all that the core remembers of one connection, of constant size.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Public, as a part of tcpstate.h, for who keeps it; what it means only the core asks.
 */
#ifndef TCPSTATE_CONNECTION_H
#define TCPSTATE_CONNECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "account.h"
#include "states.h"

/* Frames that a segment can be linked to; 0: not seen. */
enum tcpstate_milestone {
    TCPSTATE_MILESTONE_SYN,
    TCPSTATE_MILESTONE_SYN_ACK,
    TCPSTATE_MILESTONE_HANDSHAKE_ACK,
    TCPSTATE_MILESTONE_FIN,
    TCPSTATE_MILESTONE_FIN_ACK,
    TCPSTATE_MILESTONE_PASSIVE_FIN,
    TCPSTATE_MILESTONE_LAST_ACK,
    TCPSTATE_MILESTONE_RST,
    TCPSTATE_MILESTONES
};

/* Moments of a connection, for the times between them. */
enum tcpstate_moment {
    TCPSTATE_MOMENT_FIRST,         /* the first segment of all */
    TCPSTATE_MOMENT_SYN,
    TCPSTATE_MOMENT_SYN_ACK,
    TCPSTATE_MOMENT_HANDSHAKE_ACK,
    TCPSTATE_MOMENT_REQUEST,       /* first data from the client */
    TCPSTATE_MOMENT_RESPONSE,      /* first data from the server */
    TCPSTATE_MOMENT_FIN,           /* the first FIN */
    TCPSTATE_MOMENT_END,           /* the segment that ended it */
    TCPSTATE_MOMENT_LAST,          /* the last segment of all so far */
    TCPSTATE_MOMENTS
};
#define TCPSTATE_NO_TIME INT64_MIN

/* A segment as the capture saw it: enough to know it again a moment later. */
struct tcpstate_sighting {
    int64_t time;
    uint32_t frame;  /* 0: none */
    uint32_t digest; /* of its numbers, flags, length, time stamps and identification */
};

/* Everything the core remembers of one endpoint.  A field that is added here
 * is added to the lists of pack.c too. */
struct tcpstate_endpoint {
    int64_t first_sent;   /* when its last SYN, SYN,ACK or FIN was first sent */
    int64_t since;        /* when it entered .state; TCPSTATE_NO_TIME: not known */
    int64_t likely_since; /* when it entered .likely */
    /* Its last segment, and its last with SYN, FIN or RST, to tell copies that
     * the capture made. */
    struct tcpstate_sighting last, last_control;
    uint32_t last_ack; /* the last segment's acknowledgment number */
    uint32_t isn;      /* with KNOWS_ISN; else what lies before the first that was seen of it, with KNOWS_SEQ */
    uint32_t isn_before; /* in the connection before this one, with HAD_ISN */
    uint32_t snd_nxt;  /* what follows its data as far as seen without a hole */
    uint32_t snd_max;  /* the highest number that follows anything it sent: SND.NXT is at least this */
    uint32_t fin;      /* its FIN's own sequence number, with SENT_FIN */
    uint32_t fin_from; /* its FIN does not lie before this number, for what does is a SYN or data */
    uint32_t rcv_nxt;  /* the highest number it acknowledged: RCV.NXT is at least this */
    uint32_t syn_acked; /* what its SYN,ACK acknowledged, with SENT_SYN_ACK */
    uint32_t syn_frame; /* frame of its SYN without ACK, or 0 */
    uint32_t claim;    /* an ACK of far more than the other was seen to send */
    uint32_t reset_seq; /* the number of the last RST in its name */
    uint32_t window;   /* its last advertised window, in bytes */
    uint32_t out_of_order; /* start of the one range kept behind a hole; == snd_max: none */
    uint32_t carried_to; /* what follows the first new data or FIN of it that acknowledged the other's FIN */
    uint32_t anew_from; /* the other's .snd_max when a SYN in its name opened the next connection */
    uint32_t ts_val;   /* time stamp of its last segment in order, with SENT_TIMESTAMPS */
    uint32_t ts_newest; /* ... of all its segments */
    uint32_t known;    /* KNOWS_* and SENT_*, see judge.h */
    uint16_t repeats;  /* how often its last SYN, SYN,ACK or FIN was sent again */
    uint16_t syns;     /* how many SYNs without ACK it sent */
    uint16_t syn_digest; /* of its SYN's bytes, to know them again; see sighting.h */
    uint16_t keep_alives; /* how many in a row were not answered */
    uint16_t ttl_again; /* of its SYN, captured again elsewhere; 0: not so, or the same TTL */
    tcpstate_set after; /* states in which its last segment may have left it */
    tcpstate_set may;   /* states in which it may be now: .after, and what may have arrived since */
    uint8_t state;     /* the likeliest of .may, or UNKNOWN */
    uint8_t likely;    /* the likeliest of .after, or UNKNOWN */
    uint8_t pending;   /* 1 << GETS_*: what most likely arrived since */
    uint8_t doubtful;  /* 1 << GETS_*: what may have arrived, but need not have been accepted */
    uint8_t window_scale;
    uint8_t ttl;
};

/* Everything the core remembers of one connection. */
struct tcpstate_connection {
    struct tcpstate_endpoint ends[2];
    int64_t time_wait_since; /* when TIME_WAIT began or began anew */
    int64_t last_reset;      /* when a RST was seen, unless that is too long ago to matter; or TCPSTATE_NO_TIME */
    int64_t moments[TCPSTATE_MOMENTS]; /* nanoseconds, or TCPSTATE_NO_TIME */
    uint32_t milestones[TCPSTATE_MILESTONES]; /* frame numbers */
    uint32_t last_reset_seq; /* its sequence number */
    uint32_t provoked_by;    /* frame that a challenge ACK would answer */
    uint32_t stale_isn, stale_frame; /* the last SYN or SYN,ACK with another number than its sender's; frame 0: none */
    uint16_t facts;          /* TCPSTATE_CONNECTION_* */
    uint16_t stale;          /* TCPSTATE_STALE_*, of the same */
    int8_t client;           /* endpoint 0 or 1, or -1 */
    int8_t active_closer;    /* endpoint that sent the first FIN, or -1 */
    uint8_t end;             /* enum tcpstate_ending */
    int8_t ended_by;         /* endpoint that reset, refused or closed first; -1: none, or a RST that it never sent */
    struct tcpstate_account account; /* what is counted beside: account.h */
};

enum {
    TCPSTATE_CONNECTION_BEGAN = 0x01,       /* a segment has been seen */
    TCPSTATE_CONNECTION_MIDSTREAM = 0x02,   /* the capture has not its beginning */
    TCPSTATE_CONNECTION_ROLES_GUESSED = 0x04, /* client and server follow from a port */
    TCPSTATE_CONNECTION_SIMULTANEOUS = 0x08, /* both sent a SYN without ACK */
    TCPSTATE_CONNECTION_FAST_OPEN = 0x10,   /* the SYN carried data with a cookie */
    TCPSTATE_CONNECTION_REUSED = 0x20,      /* the four-tuple had a connection before */
    TCPSTATE_CONNECTION_THREE_SEGMENTS = 0x40, /* closed with ACK and FIN combined */
    TCPSTATE_CONNECTION_CROSSED_FINS = 0x80,   /* closed from both ends at once */
    TCPSTATE_CONNECTION_RESTORED = 0x200,   /* its states changed without a segment of its own; nobody was told yet */
    TCPSTATE_CONNECTION_CONTESTED = 0x100,  /* begun by a SYN, but the other end still held the one before */
    TCPSTATE_CONNECTION_RESET_REFUSED = 0x800, /* its receiver must refuse the RST of .last_reset */
    TCPSTATE_CONNECTION_RESET_BY_B = 0x1000,   /* endpoint 1 sent it */
    TCPSTATE_CONNECTION_SEEN_TWICE = 0x4000,   /* the capture has a segment of it, other than a RST, twice */
    TCPSTATE_CONNECTION_SEEN_LATER = 0x2000,   /* the capture has segments of it again, milliseconds or seconds later */
    TCPSTATE_CONNECTION_MAY_BE_FAST_OPEN = 0x8000, /* a SYN had Fast Open's option, or not all of its options were captured */
    TCPSTATE_CONNECTION_FAST_PATH = 0x400,     /* both certainly ESTABLISHED, all numbers in line: see fast-path.c */
};

/* The last SYN or SYN,ACK with another number than its sender's. */
enum {
    TCPSTATE_STALE_FROM_B = 0x1,  /* endpoint 1 sent it */
    TCPSTATE_STALE_SYN_ACK = 0x2, /* it is a SYN,ACK */
};

/* How a connection ended, as soon as a segment ends it. */
enum tcpstate_ending {
    TCPSTATE_ENDING_NONE,        /* nothing ended it yet */
    TCPSTATE_ENDING_CLOSED,      /* both FINs acknowledged */
    TCPSTATE_ENDING_RESET,       /* aborted after it was open */
    TCPSTATE_ENDING_REFUSED,     /* RST,ACK to the SYN */
    TCPSTATE_ENDING_REJECTED,    /* RST to the SYN,ACK */
    TCPSTATE_ENDING_ABORTED,     /* RST during the handshake, other than these */
    TCPSTATE_ENDING_UNREACHABLE, /* ICMP said that the SYN got nowhere */
};

/* A connection of which no segment has been seen. */
void tcpstate_connection_begin(struct tcpstate_connection *connection);

/* The initial sequence number of endpoint 0 or 1, raw: J or K of the
 * textbooks.  False if neither its SYN nor an acknowledgment of it was seen. */
bool tcpstate_isn(const struct tcpstate_connection *connection, int endpoint, uint32_t *isn);

/* A connection in as few bytes as it needs, to be put away until its next
 * segment: what is unpacked equals, field by field, what was packed. */
#define TCPSTATE_MOST_PACKED 1024
size_t tcpstate_pack(const struct tcpstate_connection *connection, uint8_t packed[TCPSTATE_MOST_PACKED]);

/* `size` is what tcpstate_pack() returned; returns how many bytes it took, and
 * reads no more than that, whatever they are. */
size_t tcpstate_unpack(struct tcpstate_connection *connection, const uint8_t *packed, size_t size);

#endif
