/* names.h - what programs read: one name for one thing, never translated.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Those of states, steps, outcomes and causes are the core's.
 */
#ifndef TCPSTATE_NAMES_H
#define TCPSTATE_NAMES_H

#include "connections.h"

/* "client", "server" or, where the roles are unknown, "unknown".  `client` is the
 * client's number or -1. */
const char *tcpstate_side_name(int client, int endpoint);

/* "client" or "server" of an endpoint, "both", "none" or "unknown" of TCPSTATE_BY_*. */
const char *tcpstate_ends_name(int ends, int client);

/* How the roles are known: "seen", "inferred" or "unknown". */
const char *tcpstate_roles_name(const struct tcpstate_summary *summary);

/* Who closed first, and who ended the connection; the latter is "unknown", too,
 * of a RST that turned out to be nobody's. */
const char *tcpstate_closed_by_name(const struct tcpstate_outcome *outcome, int client);
const char *tcpstate_ended_by_name(const struct tcpstate_outcome *outcome, int client);

/* A reset without an end was sent in the name of one that never sent it. */
bool tcpstate_is_nobodys_reset(const struct tcpstate_outcome *outcome);

/* "opening" ...; "" of what is no step. */
const char *tcpstate_phase_name(enum tcpstate_phase phase);

/* A RST's number as its receiver judges it: "exact", "in-window" ... */
const char *tcpstate_reset_number_name(enum tcpstate_reset_number number);

#endif
