/* zeek.h - what the two parts of Zeek's view of a connection share: zeek.c moves both
 * ends, zeek-history.c writes the letters of what was seen of them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Private to these two.
 */
#ifndef TCPSTATE_ZEEK_H
#define TCPSTATE_ZEEK_H

#include "internal.h"

enum zeek_state {
    INACTIVE, /* not heard of, but for what the other acknowledged */
    SYN_SENT,
    SYN_ACK_SENT,
    PARTIAL, /* heard of without a SYN */
    ESTABLISHED_BOTH,
    CLOSED, /* it sent a FIN */
    RESET,
};

/* struct tcpstate_zeek.facts */
enum {
    ZEEK_BEGAN = 0x01,
    ZEEK_ORIGINATOR = 0x02, /* endpoint 1 is the originator, else endpoint 0 */
    ZEEK_SENT_FIN = 0x04,   /* << endpoint */
    ZEEK_CLOSED = 0x10,     /* << endpoint: it has ended its side */
};

/* The endpoint that Zeek calls the originator. */
static inline int originator(const struct tcpstate_zeek *zeek)
{
    return (zeek->facts & ZEEK_ORIGINATOR) != 0;
}

/* The other end is the originator: that has a letter of its own. */
void tcpstate_zeek_flip(struct tcpstate_zeek *zeek);

/* A letter for the first, the 10th, the 100th and so on. */
void tcpstate_zeek_count(struct tcpstate_zeek *zeek, int end, uint32_t *count, char letter);

/* The letters of a segment's flags and data. */
void tcpstate_zeek_write(struct tcpstate_zeek *zeek, int end, const struct tcpstate_segment *segment);

/* Whether the originator sent a SYN and then, before anything else but data again or
 * a closed window, a RST. */
bool tcpstate_zeek_is_syn_then_reset(const struct tcpstate_zeek *zeek);

#endif
