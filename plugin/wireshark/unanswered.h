/* unanswered.h - why a SYN may have got no answer.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef TCPSTATE_UNANSWERED_H
#define TCPSTATE_UNANSWERED_H

#include "connections.h"

/* What the connection that had the four-tuple before shows. */
enum {
    TCPSTATE_UNANSWERED_REUSED = 0x1,    /* it ended a while before the SYN */
    TCPSTATE_UNANSWERED_TIME_WAIT = 0x2, /* its other end was still in TIME_WAIT */
    TCPSTATE_UNANSWERED_OLD_STAMP = 0x4, /* ... and the SYN's time stamp is older than its sender's last (RFC 6191 section 2) */
};

/* A set of these; 0 unless the connection is a SYN without answer. */
unsigned tcpstate_unanswered(const struct tcpstate_life *life, int64_t *after);

/* "reused", "time-wait" or "old-time-stamp" of one of them. */
const char *tcpstate_unanswered_name(unsigned cause);

/* All of them in a few words; "" for none. */
const char *tcpstate_unanswered_text(wmem_allocator_t *pool, enum tcpstate_language language,
                                     const struct tcpstate_life *life);

#endif
