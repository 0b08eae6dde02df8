/* outcome.h - what became of a connection, as far as it was seen, and who waits for what.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Public, as a part of tcpstate.h.
 */
#ifndef TCPSTATE_OUTCOME_H
#define TCPSTATE_OUTCOME_H

#include <stdint.h>

#include "account.h"

struct tcpstate_connection;

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

#endif
