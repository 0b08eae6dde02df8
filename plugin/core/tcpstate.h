/* tcpstate.h - the core's one public header.
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
 * All sequence arithmetic is modulo 2^32 (RFC 9293 section 3.4).
 */
#ifndef TCPSTATE_H
#define TCPSTATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "account.h"

/* The states of RFC 9293 section 3.3.2, in the order of its figure 5, and
 * UNKNOWN for an endpoint of which nothing has been learnt.  CLOSED is the
 * fictional state "no connection". */
enum tcpstate_state {
    TCPSTATE_CLOSED,
    TCPSTATE_LISTEN,
    TCPSTATE_SYN_SENT,
    TCPSTATE_SYN_RCVD,
    TCPSTATE_ESTABLISHED,
    TCPSTATE_FIN_WAIT_1,
    TCPSTATE_FIN_WAIT_2,
    TCPSTATE_CLOSE_WAIT,
    TCPSTATE_CLOSING,
    TCPSTATE_LAST_ACK,
    TCPSTATE_TIME_WAIT,
    TCPSTATE_UNKNOWN,
    TCPSTATE_STATES
};

/* What moves one endpoint.  The first seven happen to it, the others it does. */
enum tcpstate_event {
    TCPSTATE_GETS_SYN,        /* a SYN without ACK arrives */
    TCPSTATE_GETS_SYN_ACK,    /* a SYN,ACK that acknowledges its SYN arrives */
    TCPSTATE_GETS_ACK_OF_SYN, /* its SYN (or SYN,ACK) is acknowledged */
    TCPSTATE_GETS_ACK_OF_FIN, /* its FIN is acknowledged */
    TCPSTATE_GETS_FIN,        /* the other's FIN arrives, in order */
    TCPSTATE_GETS_RST,        /* a RST that it must accept arrives */
    TCPSTATE_GETS_RST_AS_OPENER, /* the same, at an endpoint that sent its SYN first */
    TCPSTATE_SENDS_SYN,
    TCPSTATE_SENDS_SYN_ACK,
    TCPSTATE_SENDS_ACK, /* any segment with ACK and without SYN and RST */
    TCPSTATE_SENDS_FIN, /* applied after SENDS_ACK */
    TCPSTATE_SENDS_RST, /* that gives up this connection */
    TCPSTATE_WAITS_2MSL, /* the time of TIME_WAIT has passed */
    TCPSTATE_EVENTS
};

/* The state after an event: one cell of the table in states.c. */
enum tcpstate_state tcpstate_next(enum tcpstate_state state, enum tcpstate_event event);

/* A set of states, one bit each; UNKNOWN is never in one.  An endpoint of which
 * nothing has been learnt may be in any of them. */
typedef uint16_t tcpstate_set;
#define TCPSTATE_IN(state) ((tcpstate_set)(1u << TCPSTATE_##state))
#define TCPSTATE_ANY_STATE ((tcpstate_set)((1u << TCPSTATE_UNKNOWN) - 1))

/* "SYN_SENT" and so on, as RFC 9293 spells them with '_' for '-'; never NULL. */
const char *tcpstate_state_name(enum tcpstate_state state);

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

/* What became of a connection, for tcpstate.outcome and its like. */
enum tcpstate_result {
    TCPSTATE_RESULT_CLOSED,
    TCPSTATE_RESULT_RESET,
    TCPSTATE_RESULT_REFUSED,
    TCPSTATE_RESULT_REJECTED,
    TCPSTATE_RESULT_HANDSHAKE_ABORTED,
    TCPSTATE_RESULT_UNREACHABLE,
    TCPSTATE_RESULT_UNANSWERED,      /* SYNs, and nothing that answers them came back */
    TCPSTATE_RESULT_HALF_OPEN,       /* SYN,ACK, but no end of the handshake */
    TCPSTATE_RESULT_OPEN,            /* established, neither side closed */
    TCPSTATE_RESULT_SILENT,          /* ... and keep-alives go unanswered */
    TCPSTATE_RESULT_HALF_CLOSED,     /* one side closed, the other did not */
    TCPSTATE_RESULT_LAST_ACK_MISSING, /* both sides closed, not all of it acknowledged */
    TCPSTATE_RESULT_STALLED,         /* open, but data is not acknowledged, or a window stays shut: see struct tcpstate_wait */
    TCPSTATE_RESULT_NO_RESPONSE,     /* open, but the server never sent any data after the client's */
    TCPSTATE_RESULT_ONE_DIRECTION,   /* one end acknowledges what the other sent, and nothing of that was captured */
    TCPSTATE_RESULT_UNKNOWN,         /* the capture holds too little to say */
    TCPSTATE_RESULTS
};

enum tcpstate_close_kind {
    TCPSTATE_CLOSE_NONE,
    TCPSTATE_CLOSE_FOUR_SEGMENTS,
    TCPSTATE_CLOSE_THREE_SEGMENTS,
    TCPSTATE_CLOSE_SIMULTANEOUS,
    TCPSTATE_CLOSE_RESET,
    TCPSTATE_CLOSE_FIN_RESET, /* a FIN, and then a RST */
    TCPSTATE_CLOSE_KINDS
};

/* How a connection was opened, as far as it was. */
enum tcpstate_opening {
    TCPSTATE_OPENING_NONE,         /* it was not: the attempt failed, or was never finished */
    TCPSTATE_OPENING_HANDSHAKE,    /* three segments (RFC 9293 figure 6) */
    TCPSTATE_OPENING_SIMULTANEOUS, /* both sent a SYN (figure 7) */
    TCPSTATE_OPENING_FAST_OPEN,    /* data on the SYN (RFC 7413) */
    TCPSTATE_OPENING_UNSEEN,       /* the capture begins after it */
    TCPSTATE_OPENINGS
};

/* Who did something, where that is no endpoint. */
enum {
    TCPSTATE_BY_NOBODY = -1,
    TCPSTATE_BY_BOTH = 2,       /* at once */
    TCPSTATE_BY_UNKNOWN = 3,    /* one of the ends did; the capture does not show which, or which first */
};

struct tcpstate_outcome {
    enum tcpstate_result result;
    enum tcpstate_opening opening;
    enum tcpstate_close_kind close_kind;
    int8_t closed_by;       /* who closed first: the endpoint of the first FIN, or TCPSTATE_BY_* */
    int8_t ended_by;        /* who ended it: the endpoint of the RST, the refusal or the first FIN, or
                               TCPSTATE_BY_*; TCPSTATE_BY_NOBODY of a reset: not known */
    int8_t owing;           /* endpoint from which something is missing; for the last ACK, whose FIN it is; or -1 */
    unsigned count;         /* of what went unanswered: SYNs, keep-alives, the FIN if it was sent again */
    int64_t since;          /* when whatever is owed began to be; TCPSTATE_NO_TIME: nothing is, or not known */
    const char *conn_state; /* Zeek's code: "SF", "S0" and so on */
};

/* Which of a four-tuple's connections a segment belongs to. */
enum tcpstate_which_incarnation {
    TCPSTATE_INCARNATION_LATEST,
    TCPSTATE_INCARNATION_NEXT,   /* a new one, which it opens */
    TCPSTATE_INCARNATION_BEFORE, /* the one before the latest, which goes on beside it or is seen again */
};

/* Who waits for what, on a connection that nothing has ended. */
enum tcpstate_wait_kind {
    TCPSTATE_WAIT_NONE,
    TCPSTATE_WAIT_ZERO_WINDOW,    /* an end's window has been 0 since */
    TCPSTATE_WAIT_UNACKNOWLEDGED, /* data was sent again, and nothing of it has been acknowledged since */
    TCPSTATE_WAIT_NO_RESPONSE,    /* the client's data, and never any of the server's */
    TCPSTATE_WAIT_SILENT,         /* the client's data, and none of the server's since */
    TCPSTATE_WAIT_KINDS
};

struct tcpstate_wait {
    enum tcpstate_wait_kind kind;
    int8_t owing;   /* the endpoint that is waited for, or -1 */
    unsigned count; /* segments sent again */
    int64_t since;  /* TCPSTATE_NO_TIME: nobody waits */
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

/* Length of TIME_WAIT in nanoseconds: Linux's 60 s; RFC 9293 says 2 MSL = 240 s. */
#define TCPSTATE_DEFAULT_2MSL (60 * TCPSTATE_SECOND)

/* What became of the connection, as far as it was seen. */
void tcpstate_outcome(const struct tcpstate_connection *connection, struct tcpstate_outcome *outcome);

/* Who waits for what by now. */
void tcpstate_waits(const struct tcpstate_connection *connection, struct tcpstate_wait *wait);

/* What Zeek's conn.log has for this connection: its conn_state, and the letters
 * of its history. */
const char *tcpstate_conn_state(const struct tcpstate_connection *connection);
void tcpstate_history(const struct tcpstate_connection *connection, char text[TCPSTATE_ZEEK_LETTERS + 1]);

/* Names of fixed sets, never translated, never NULL. */
const char *tcpstate_wait_name(enum tcpstate_wait_kind kind);
const char *tcpstate_cause_name(unsigned cause); /* of one TCPSTATE_CAUSE_*; "" if it is none */
const char *tcpstate_result_name(enum tcpstate_result result);
const char *tcpstate_close_kind_name(enum tcpstate_close_kind kind);
const char *tcpstate_opening_name(enum tcpstate_opening opening);

/* An ICMP error quotes `segment`: the network could not deliver it.  Only a
 * quoted SYN means anything here (RFC 9293 section 3.9.2.2). */
void tcpstate_observe_unreachable(struct tcpstate_connection *connection,
                                  const struct tcpstate_segment *segment,
                                  struct tcpstate_observation *observation);

/* Whether a segment of this number may be on its way: an error that quotes another
 * one is old, or a stranger's guess (RFC 5927 section 4.1). */
bool tcpstate_may_be_outstanding(const struct tcpstate_connection *connection, const struct tcpstate_segment *quoted);

/* A connection of which no segment has been seen. */
void tcpstate_connection_begin(struct tcpstate_connection *connection);

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
