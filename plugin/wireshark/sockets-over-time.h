/* sockets-over-time.h - how many sockets each host has in each state, every so many seconds.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Fed one segment after another; memory grows with connections and with what
 * happens on them.
 */
#ifndef TCPSTATE_SOCKETS_OVER_TIME_H
#define TCPSTATE_SOCKETS_OVER_TIME_H

#include "views.h"

struct tcpstate_over_time;

/* Every `every` seconds, more than 0, from the capture's first frame on.  `host`: an IP address, or NULL: all hosts. */
struct tcpstate_over_time *tcpstate_over_time_new(double every, const char *host);
void tcpstate_over_time_free(struct tcpstate_over_time *over_time);

void tcpstate_over_time_take(struct tcpstate_over_time *over_time, const struct tcpstate_tapped *tapped);
void tcpstate_over_time_clear(struct tcpstate_over_time *over_time); /* all that was taken */

/* Drop all connections but the wanted ones: nothing is taken after that. */
void tcpstate_over_time_select(struct tcpstate_over_time *over_time, tcpstate_selects *wanted, const void *whom);

/* At a moment, nanoseconds since the capture's first frame: how many sockets of one host are in one state. */
struct tcpstate_moment_count {
    int64_t moment;
    const char *host; /* NULL: all but the 20 hosts that had the most sockets at once, which have rows of their own */
    enum tcpstate_state state;
    unsigned number, inferred;
};

/* Whether there would be more moments than anybody draws: 1,000,000. */
bool tcpstate_over_time_is_too_often(const struct tcpstate_over_time *over_time);

/* Each count but 0, and 0 once where there was another the moment before; moment after
 * moment, the last at the capture's end. */
void tcpstate_over_time_tell(const struct tcpstate_over_time *over_time,
                             void (*tell)(const struct tcpstate_moment_count *count));

#endif
