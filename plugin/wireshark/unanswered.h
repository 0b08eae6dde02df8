/* unanswered.h - why a SYN may have got no answer.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef TCPSTATE_UNANSWERED_H
#define TCPSTATE_UNANSWERED_H

#include "connections.h"

/* What the capture shows of the reason. */
enum {
    /* The connection that had the four-tuple before: */
    TCPSTATE_UNANSWERED_REUSED = 0x1,    /* it ended a while before the SYN */
    TCPSTATE_UNANSWERED_TIME_WAIT = 0x2, /* its other end was still in TIME_WAIT */
    TCPSTATE_UNANSWERED_OLD_STAMP = 0x4, /* the SYN's time stamp is older than its sender's last (RFC 6191 section 2) */
    /* An answer that is none to this SYN: */
    TCPSTATE_UNANSWERED_WRONG_SYN_ACK = 0x8, /* a SYN,ACK that acknowledges another number */
    TCPSTATE_UNANSWERED_WRONG_ACK = 0x10,    /* an ACK that does */
};
#define TCPSTATE_UNANSWERED_BEFORE 0x7
#define TCPSTATE_UNANSWERED_MISFIT 0x18

/* A set of these; 0 unless the connection, which has this outcome, is a SYN without an answer
 * that fits it.  `after`: nanoseconds since the one before ended, or -1. */
unsigned tcpstate_unanswered(const struct tcpstate_incarnation *incarnation, enum tcpstate_result result, int64_t *after);

/* "reused", "time-wait", "old-time-stamp", "wrong-syn-ack" or "wrong-ack" of one of them. */
const char *tcpstate_unanswered_name(unsigned cause);

/* All of a set with a comma between them, or NULL. */
const char *tcpstate_unanswered_names(wmem_allocator_t *pool, unsigned causes);

/* What came before the SYN, in a few words; "" for nothing. */
const char *tcpstate_unanswered_text(wmem_allocator_t *pool, enum tcpstate_language language,
                                     const struct tcpstate_incarnation *incarnation, enum tcpstate_result result);

/* What was expected of a connection and never came, as tcpstate_missing_in() says it; or, of
 * a SYN, how its answer does not fit.  "" if nothing is missing. */
const char *tcpstate_missing_text(wmem_allocator_t *pool, enum tcpstate_language language,
                                  const struct tcpstate_incarnation *incarnation, const struct tcpstate_outcome *outcome, int client);

/* The same, and what came before the SYN; of a reset connection what came before the RST. */
const char *tcpstate_missing_and_why(wmem_allocator_t *pool, enum tcpstate_language language,
                                     const struct tcpstate_incarnation *incarnation, const struct tcpstate_outcome *outcome, int client);

#endif
