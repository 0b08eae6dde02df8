/* evidence.h - what one segment says, judged before anything is moved.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Private to the core.  evidence.c judges, connection.c moves, steps.c names.
 * Nothing flows back: a judgement never looks at what it will cause.
 */
#ifndef TCPSTATE_EVIDENCE_H
#define TCPSTATE_EVIDENCE_H

#include "sequence.h"
#include "tcpstate.h"

/* What is known of an endpoint: bits of tcpstate_endpoint.known. */
enum {
    KNOWS_SEQ = 0x0001,   /* .nxt and .max: it has been seen sending */
    KNOWS_ISN = 0x0002,   /* .isn, from its own SYN or from what the other acknowledged */
    KNOWS_ACK = 0x0004,   /* .acked and .window */
    KNOWS_SCALE = 0x0008, /* .window_scale, from its SYN */
    SENT_SYN = 0x0010,    /* a SYN without ACK */
    SENT_SYN_ACK = 0x0020,
    SENT_DATA = 0x0040,
    SENT_FIN = 0x0080,    /* .fin */
    SENT_RST = 0x0100,
    SENT_NEW = 0x0200,    /* data or FIN beyond all it was seen to send before */
    FIN_ARRIVED = 0x0400, /* its FIN reached the other without a gap before it */
    ACK_OF_FIN_CARRIED = 0x0800, /* .carried_to: by data or FIN that it sent anew */
    ACKED_FIN = 0x1000,   /* it was seen to acknowledge the other's FIN */
    PROVOKED = 0x2000,    /* a challenge ACK is due from it (RFC 5961) */
    GUESSED = 0x4000,     /* .proven rests on a guess: the capture began midway */
    SENT_TIMESTAMPS = 0x8000,
    DOUBTED = 0x40000,          /* it may stand elsewhere: a timer ran out, or a RST may be forged */
    FIN_IN_DOUBT = 0x80000,     /* .fin of a FIN that need not have been accepted */
    SENT_SYN_DATA = 0x100000,   /* data on its SYN or SYN,ACK */
    EXPIRED = 0x200000,         /* its TIME_WAIT has run out, as far as we can know */
    CLAIMS = 0x400000,          /* .claim: it acknowledged far more than was seen */
    SENT_UNSEEN = 0x800000,     /* something that was not seen, and may have been its FIN */
    HEARD_UNSEEN = 0x1000000,   /* the other sent such a thing, and may have closed */
    SENT_DATA_FIN = 0x20000,    /* an MPTCP DATA_FIN */
    SENT_HALF_CLOSED = 0x10000, /* data while only the other side had closed */
};

/* What holds of a segment, for the rules of steps.c: a set of these bits. */
typedef uint64_t conditions;
#define HAS_SYN          (UINT64_C(1) << 0)
#define HAS_ACK          (UINT64_C(1) << 1)
#define HAS_FIN          (UINT64_C(1) << 2)
#define HAS_RST          (UINT64_C(1) << 3)
#define HAS_DATA         (UINT64_C(1) << 4)
#define HAS_URG_PSH      (UINT64_C(1) << 5)  /* both */
#define FROM_CLIENT      (UINT64_C(1) << 6)
#define FROM_SERVER      (UINT64_C(1) << 7)
#define AGAIN            (UINT64_C(1) << 8)  /* its SYN, FIN or RST was seen before */
#define OPENS            (UINT64_C(1) << 9)  /* first proof that its sender has the handshake behind it */
#define GOOD_ACK         (UINT64_C(1) << 10)  /* acknowledges the receiver's SYN as it should */
#define ACKS_FIN         (UINT64_C(1) << 11)  /* acknowledges the other's FIN for the first time */
#define ACKS_FIN_AGAIN   (UINT64_C(1) << 12)
#define PEER_SENT_FIN    (UINT64_C(1) << 13)
#define ALREADY_SENT_FIN (UINT64_C(1) << 14)
#define FIRST_DATA       (UINT64_C(1) << 15)  /* the sender's first byte of data, right after its SYN */
#define PEER_SPOKE       (UINT64_C(1) << 16)  /* the other has sent data before */
#define STALE            (UINT64_C(1) << 17)  /* a SYN older than the one that is being answered */
#define REUSES           (UINT64_C(1) << 18)  /* a SYN on a four-tuple that had a connection before */
#define PEER_LIVES       (UINT64_C(1) << 19)  /* ... and whose other end still holds it */
#define CROSSES          (UINT64_C(1) << 20)  /* sent before the other's SYN or FIN came in */
#define IN_ORDER         (UINT64_C(1) << 21)  /* no hole before it */
#define CHALLENGES       (UINT64_C(1) << 22)  /* a bare ACK from an endpoint that was provoked */
#define ACCEPTABLE       (UINT64_C(1) << 24)  /* a RST that its receiver must accept */
#define FOREIGN          (UINT64_C(1) << 25)  /* a RST that answers something its sender never asked for */
#define TFO_ASKS         (UINT64_C(1) << 26)  /* Fast Open option with an empty cookie */
#define TFO_HAS_COOKIE   (UINT64_C(1) << 27)
#define TFO_SENT         (UINT64_C(1) << 28)  /* the connection's SYN carried Fast Open data */
#define ACKS_SYN_DATA    (UINT64_C(1) << 29)  /* a SYN,ACK that acknowledges data on the SYN too */
#define NEW_DATA         (UINT64_C(1) << 30)  /* data beyond all that the sender sent before */
#define GUESSES          (UINT64_C(1) << 31)  /* its sender's state was only a guess before */
#define FIRST_HALF_CLOSED (UINT64_C(1) << 32) /* first new data after the other side closed */
#define KEEP_ALIVE_AGAIN  (UINT64_C(1) << 33) /* a keep-alive after one that was not answered */
#define MP_CLOSES         (UINT64_C(1) << 34) /* MPTCP DATA_FIN, seen for the first time */
#define MP_CLOSES_FAST    (UINT64_C(1) << 35) /* MPTCP MP_FASTCLOSE */
#define PEER_ACKED_FIN    (UINT64_C(1) << 36) /* the receiver has acknowledged the sender's FIN before */
#define AFTER_RESET       (UINT64_C(1) << 37) /* new data or FIN from an end that was seen to reset */
#define UNACCEPTABLE      (UINT64_C(1) << 38) /* a FIN that its receiver must drop (RFC 9293 section 3.10.7.4) */
#define PEER_ACCEPTED     (UINT64_C(1) << 39) /* the receiver has sent a SYN,ACK */
#define ACKS_UNSEEN       (UINT64_C(1) << 40) /* ... because it acknowledges what was not seen */
#define OUTLIVES_RESET    (UINT64_C(1) << 42) /* a RST moved it, that its claimed sender disowned: it goes on */
#define ACKS_SYN_ALONE    (UINT64_C(1) << 41) /* acknowledges the other's SYN and nothing after it */

/* The judgement of one segment. */
struct evidence {
    conditions is;
    uint8_t shown;        /* 1 << GETS_*: pending arrivals that the sender knew of */
    uint8_t contradicted; /* ... that had not happened, whatever we inferred */
    uint8_t arrives;      /* 1 << GETS_*: what it brings to its receiver */
    enum tcpstate_reset_number reset_number;
};

/* Judge `segment` against what is remembered.  Changes nothing. */
void tcpstate_judge(const struct tcpstate_connection *connection,
                    const struct tcpstate_segment *segment, struct evidence *evidence);

/* What follows from a step alone: one row per step, in steps.c. */
struct step_facts {
    uint8_t checks;    /* TCPSTATE_CHECK_* */
    int8_t milestone;  /* it is this milestone, or -1 */
    int8_t answers;    /* it answers or repeats this milestone, or -1 */
};
const struct step_facts *tcpstate_step_facts(enum tcpstate_step step);

/* A keep-alive: nothing, or one byte, just below what was sent last (RFC 9293
 * section 3.8.4). */
bool tcpstate_is_keep_alive(const struct tcpstate_endpoint *sender, const struct tcpstate_segment *segment);

/* The step that a segment is, from what holds of it and where its sender
 * (on departure) and its receiver (before arrival) stood. */
enum tcpstate_step tcpstate_classify(conditions is, enum tcpstate_state sender,
                                     enum tcpstate_state receiver);

#endif
