/* account-facts.h - what account.c and account-reset.c share.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef TCPSTATE_ACCOUNT_FACTS_H
#define TCPSTATE_ACCOUNT_FACTS_H

#include "internal.h"

/* struct tcpstate_account.facts, beside TCPSTATE_ACCOUNT_*. */
enum {
    ACCOUNT_BEGAN = 0x01,
    ACCOUNT_SPOKE_LATE = 0x02,  /* << endpoint: it sent new data after the other's FIN, which that has not answered */
    ACCOUNT_KNOWS_SENT = 0x08,  /* << endpoint: .sent */
    ACCOUNT_KNOWS_ACKED = 0x20, /* << endpoint: .acked */
    ACCOUNT_HAS_HOLE = 0x80,    /* << endpoint: .hole, of one end only */
    ACCOUNT_RESET_BY = 0x200,   /* endpoint 1 in whose name .reset_frame was sent */
};

/* account.c: whether the end has sent more than a probe into a window that had been shut for long: it was opened,
 * and the capture lacks the ACK that said so. */
bool tcpstate_has_sent_into(const struct tcpstate_account_end *me, const struct tcpstate_account_end *peer);

/* account-reset.c: take in a RST; and any other segment, whose sender may have sent one before. */
void tcpstate_account_reset(struct tcpstate_connection *connection, const struct tcpstate_segment *segment,
                            const struct tcpstate_observation *observation);
void tcpstate_account_disowned(struct tcpstate_connection *connection, const struct tcpstate_segment *segment);

#endif
