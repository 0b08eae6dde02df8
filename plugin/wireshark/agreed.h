/* agreed.h - what the handshake agreed, as text.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef TCPSTATE_AGREED_H
#define TCPSTATE_AGREED_H

#include "connections.h"

/* One line in words; of each pair of numbers `first`'s stands first.  "" where no
 * handshake was seen to be answered. */
const char *tcpstate_agreed_text(wmem_allocator_t *pool, enum tcpstate_language language,
                                 const struct tcpstate_connection *connection, int first);

/* For programs: names, and in their order the values with a tab before each; empty
 * where it is not known, or nothing was agreed.  A is `first`. */
#define TCPSTATE_AGREED_NAMES \
    "mss_a\tmss_b\twindow_scale\twindow_shift_a\twindow_shift_b\ttimestamps\tmay_send_sack_a\tmay_send_sack_b\tecn\tmptcp\tfast_open"
void tcpstate_agreed_append(GString *row, const struct tcpstate_connection *connection, int first);

/* Names of fixed sets, never translated; NULL where it is not known. */
const char *tcpstate_ecn_name(enum tcpstate_ecn ecn);
const char *tcpstate_mptcp_name(const struct tcpstate_agreed *agreed);
const char *tcpstate_fast_open_name(enum tcpstate_fast_open fast_open);

#endif
