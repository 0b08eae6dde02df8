/* travel.h - through all records, with what a user is told on the way and at the end.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef TCPSTATE_TRAVEL_H
#define TCPSTATE_TRAVEL_H

#include "captures.h"
#include "journey.h"

enum { TCPSTATE_EXIT_INTERRUPTED = 130 };

/* To the last record, or to Ctrl-C; with progress on a terminal. */
void tcpstate_travel(struct tcpstate_journey *journey, struct tcpstate_captures *captures);

/* What a reader of the answer has to know of it, on standard error; the exit status. */
int tcpstate_tell_the_rest(const struct tcpstate_journey *journey, const struct tcpstate_captures *captures);

#endif
