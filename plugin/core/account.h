/* account.h - what is counted of a connection for the question why, and
 * Zeek's view of it; what the handshake agreed.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The state machine says where the ends stand.  Why they stand there - who
 * waits for whom and since when, what came before a reset, what the handshake
 * offered - is counted here, once per segment and after the state machine has
 * concluded (tcpstate_account()); nothing flows back.  Of constant size.
 */
#ifndef TCPSTATE_ACCOUNT_H
#define TCPSTATE_ACCOUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- Zeek's view (zeek.c) ---- */

#define TCPSTATE_ZEEK_LETTERS 40 /* of a history that are kept; the rest is cut */

/* What Zeek keeps of one end. */
struct tcpstate_zeek_end {
    uint32_t start, last, ack;       /* raw: where it begins, what follows all it sent, what was acknowledged of it */
    uint32_t syn, fin, rst;          /* numbers, from .start on, of the last one that its history knows */
    uint32_t resent, closed_windows; /* how many */
    uint8_t state, was;              /* enum zeek_state of zeek.c, and the one before it */
};

struct tcpstate_zeek {
    struct tcpstate_zeek_end ends[2];
    int64_t began;     /* nanoseconds, when Zeek's connection began */
    int64_t completed; /* when it was closed for Zeek; INT64_MIN: it is not */
    uint32_t seen;     /* which letters, of the originator in the lower half */
    uint8_t facts;     /* ZEEK_* of zeek.c */
    uint8_t letters;   /* how many */
    uint8_t history[TCPSTATE_ZEEK_LETTERS];
};

/* ---- What is counted (account.c) ---- */

/* What a SYN or SYN,ACK offers. */
enum {
    TCPSTATE_OFFERS_WINDOW_SCALE = 0x01,
    TCPSTATE_OFFERS_TIMESTAMPS = 0x02,
    TCPSTATE_OFFERS_SACK = 0x04,
    TCPSTATE_OFFERS_MP_CAPABLE = 0x08,
    TCPSTATE_OFFERS_MP_JOIN = 0x10,
    TCPSTATE_OFFERS_FAST_OPEN = 0x20,
    TCPSTATE_OFFERS_SIGNATURE = 0x40, /* MD5 (RFC 2385) or TCP-AO (RFC 5925) */
    TCPSTATE_OFFERS_SYN = 0x80,       /* its SYN or SYN,ACK was seen */
    TCPSTATE_OFFERS_COOKIE = 0x100,   /* Fast Open with a cookie, not only the wish for one */
    TCPSTATE_OFFERS_MSS = 0x200,      /* .mss */
    TCPSTATE_OFFERS_CUT = 0x400,      /* the capture cut options off: what is not seen may be there */
    TCPSTATE_OFFERS_ECN = 0x800,      /* only of .varies: .ecn */
};

/* The ECN flags of a SYN or SYN,ACK (RFC 3168, RFC 9768). */
enum {
    TCPSTATE_ECN_ECE = 0x1,
    TCPSTATE_ECN_CWR = 0x2,
    TCPSTATE_ECN_AE = 0x4,
};

/* What the segments before a reset show (account-reset.c): a set of these. */
enum {
    TCPSTATE_CAUSE_DATA_AFTER_CLOSE = 0x0001, /* data came to an end that had closed */
    /* Of these four at most one: .after */
    TCPSTATE_CAUSE_SILENCE = 0x0002,          /* nothing was sent for a while */
    TCPSTATE_CAUSE_PAUSE = 0x0004,            /* its sender had sent nothing for a while when the other end spoke, which it answers */
    TCPSTATE_CAUSE_SHUT = 0x0008,             /* the receive window of the other end had been 0 for a while */
    TCPSTATE_CAUSE_OWN_SHUT = 0x0010,         /* ... its sender's */
    TCPSTATE_CAUSE_KEEP_ALIVES = 0x0020,      /* its sender's keep-alives were not answered: .count */
    TCPSTATE_CAUSE_RETRANSMISSIONS = 0x0040,  /* its sender had data sent again and not acknowledged: .count */
    TCPSTATE_CAUSE_NO_RESPONSE = 0x0080,      /* the server had not sent any data */
    TCPSTATE_CAUSE_OTHER_TTL = 0x0100,        /* its TTL is not that of an earlier segment of its sender */
    TCPSTATE_CAUSE_BOTH_ENDS = 0x0200,        /* RSTs in the names of both ends at once */
    TCPSTATE_CAUSE_UNSIGNED = 0x0400,         /* the connection is signed, and it is not */
    TCPSTATE_CAUSE_MP_REASON = 0x0800,        /* .reason: what MP_TCPRST says (RFC 8684 section 3.6) */
    TCPSTATE_CAUSE_PAYLOAD = 0x1000,          /* it carries data, which may be a text that says why */
};

struct tcpstate_account_end {
    uint32_t sent;         /* what follows all that it sent */
    uint32_t acked;        /* the highest number of it that was acknowledged */
    int64_t waiting_since; /* nothing of its outstanding data has been acknowledged since; INT64_MIN: all is */
    int64_t shut_since;    /* its window has been 0 since; INT64_MIN: it is open */
    uint16_t resent;       /* segments with data sent again since then */
    uint16_t keep_alives;  /* in a row, not answered */
    uint16_t mss;          /* of its SYN or SYN,ACK; 0: none */
    uint16_t offers;       /* TCPSTATE_OFFERS_* that its SYN or SYN,ACK has, or any of them if it was sent again */
    uint16_t varies;       /* those that not all of these have alike */
    uint8_t ecn;           /* TCPSTATE_ECN_* of its SYN or SYN,ACK, or any of them */
};

enum {
    TCPSTATE_ACCOUNT_STALL_BY_B = 0x2000,   /* of .stall: endpoint 1 was waited for */
    TCPSTATE_ACCOUNT_STALL_SHUT = 0x4000,   /* ... and its window was shut; else it did not acknowledge */
    TCPSTATE_ACCOUNT_LACKS_SEGMENTS = 0x8000, /* data was acknowledged that was not captured before */
};

struct tcpstate_account {
    struct tcpstate_account_end ends[2];
    struct tcpstate_zeek zeek;
    int64_t asked_at;      /* the last data of a question that has no answer yet; INT64_MIN: none */
    int64_t asked_for;     /* ... how long after its first; of the latest question, if that has had its answer */
    int64_t slowest;       /* nanoseconds of the longest wait for an answer; 0: none */
    int64_t stall;         /* nanoseconds of the longest time that a window was shut or data sent again in vain, and that ended; or 0 */
    uint32_t slowest_frame; /* where that answer began */
    uint32_t stall_frame;  /* which ended that */
    uint32_t reset_frame;  /* the RST whose causes these are; 0: none */
    uint32_t reset_after;  /* milliseconds of the one cause that is a time; 0: none is */
    uint32_t disowned;     /* frame of the last RST after which its sender went on; 0: none */
    uint32_t hole;         /* where the capture lacks what an end sent, as far as was seen; or 0 */
    uint16_t causes;       /* TCPSTATE_CAUSE_* */
    uint16_t reset_count;  /* of keep-alives or retransmissions before it */
    uint16_t facts;        /* TCPSTATE_ACCOUNT_*, and ACCOUNT_* of account-facts.h */
    uint8_t reset_reason;  /* MP_TCPRST's */
    int8_t asker;          /* endpoint of .asked_at */
};

/* The endpoint that was waited for in .stall. */
static inline int tcpstate_stall_by(const struct tcpstate_account *account)
{
    return (account->facts & TCPSTATE_ACCOUNT_STALL_BY_B) != 0;
}

/* ---- What the handshake agreed (agreed.c) ---- */

/* What an end may have offered, or both agreed. */
enum tcpstate_answer { TCPSTATE_NOT_KNOWN = -1, TCPSTATE_NO, TCPSTATE_YES };

enum tcpstate_ecn {
    TCPSTATE_ECN_NOT_KNOWN,
    TCPSTATE_ECN_NONE,
    TCPSTATE_ECN_CLASSIC,  /* RFC 3168 */
    TCPSTATE_ECN_ACCURATE, /* RFC 9768 */
};

enum tcpstate_fast_open { /* RFC 7413 */
    TCPSTATE_FAST_OPEN_NOT_KNOWN,
    TCPSTATE_FAST_OPEN_NONE,
    TCPSTATE_FAST_OPEN_ASKED,    /* for a cookie, and none came */
    TCPSTATE_FAST_OPEN_GRANTED,  /* a cookie, for the next time */
    TCPSTATE_FAST_OPEN_ACCEPTED, /* the data on the SYN was acknowledged with it */
    TCPSTATE_FAST_OPEN_IGNORED,  /* it was not */
};

/* What a SYN and its answer agree on.  Of each end: what it offered, an enum
 * tcpstate_answer. */
struct tcpstate_agreed {
    bool answered;  /* a SYN was answered by a SYN,ACK, or crossed with one; else the rest says only what was offered */
    int32_t mss[2]; /* announced by each for what it can receive (RFC 9293 section 3.7.1); 0: by none; -1: not known */
    int8_t shift[2]; /* of window scale; -1: none seen */
    int8_t window_scale[2], timestamps[2]; /* in use only if both offer it (RFC 7323 sections 2.2 and 3.2) */
    int8_t sack[2]; /* whether it permits the other to send SACK (RFC 2018 section 2) */
    int8_t mp_capable[2], mp_join[2]; /* RFC 8684 sections 3.1 and 3.2 */
    int8_t signature[2];
    enum tcpstate_ecn ecn;
    enum tcpstate_fast_open fast_open;
};
struct tcpstate_connection;
void tcpstate_agreed(const struct tcpstate_connection *connection, struct tcpstate_agreed *agreed);

/* Whether both offer it. */
static inline enum tcpstate_answer tcpstate_by_both(const int8_t offered[2])
{
    if (offered[0] == TCPSTATE_NO || offered[1] == TCPSTATE_NO)
        return TCPSTATE_NO;
    return offered[0] == TCPSTATE_YES && offered[1] == TCPSTATE_YES ? TCPSTATE_YES : TCPSTATE_NOT_KNOWN;
}

#endif
