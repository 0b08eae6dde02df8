/* connection-columns.h - the columns of the connections table, which the
 * terminal (view-connections.c) and the window (view-connections-window.c)
 * share.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef TCPSTATE_CONNECTION_COLUMNS_H
#define TCPSTATE_CONNECTION_COLUMNS_H

#include "../text/phrases.h"
#include "survey.h"

enum tcpstate_column {
    TCPSTATE_COLUMN_CONNECTION,
    TCPSTATE_COLUMN_A,
    TCPSTATE_COLUMN_B,
    TCPSTATE_COLUMN_ROLES,
    TCPSTATE_COLUMN_PROTOCOL,
    TCPSTATE_COLUMN_OUTCOME,
    TCPSTATE_COLUMN_CLOSED_BY,
    TCPSTATE_COLUMN_ENDED_BY,
    TCPSTATE_COLUMN_CLOSE_KIND,
    TCPSTATE_COLUMN_OPENED,
    TCPSTATE_COLUMN_HANDSHAKE,
    TCPSTATE_COLUMN_REQUEST,
    TCPSTATE_COLUMN_RESPONSE,
    TCPSTATE_COLUMN_DURATION,
    TCPSTATE_COLUMN_PACKETS_AB,
    TCPSTATE_COLUMN_BYTES_AB,
    TCPSTATE_COLUMN_PACKETS_BA,
    TCPSTATE_COLUMN_BYTES_BA,
    TCPSTATE_COLUMN_CONN_STATE,
    TCPSTATE_COLUMN_AGREED,
    TCPSTATE_COLUMN_MISSING,
    TCPSTATE_COLUMNS
};

/* The head of a column in the user's words; whether its values are numbers. */
const char *tcpstate_column_head(enum tcpstate_column column);
bool tcpstate_column_is_number(enum tcpstate_column column);

/* What stands in a column of a connection's row, in the user's words; "" for
 * what is not known or does not apply. */
const char *tcpstate_column_text(wmem_allocator_t *pool, enum tcpstate_column column,
                                 const struct tcpstate_tally *tally, const struct tcpstate_known *known);

#endif
