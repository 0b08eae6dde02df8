/* odd.h - frames that the table of layers cannot place: Wireshark dissects them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * libwireshark is large, and most captures need none of it: it is loaded, with
 * tcpstate-dissect.so (dissect.c), when the first such frame is met.
 */
#ifndef TCPSTATE_ODD_H
#define TCPSTATE_ODD_H

#include "../packet/reading.h"
#include "captures.h"

#define TCPSTATE_DISSECT_SYMBOL "tcpstate_dissect"
#define TCPSTATE_FILTER_SYMBOL "tcpstate_dissect_filter"

/* What tcpstate-dissect.so exports: the segments of a frame.  `frame` counts up
 * from call to call.  Returns how many; *passes becomes whether the frame meets
 * the filter. */
typedef unsigned tcpstate_dissect_function(const struct tcpstate_record *record, uint32_t frame,
                                           struct tcpstate_reading readings[TCPSTATE_MOST_LAYERS], bool *passes);

/* ... and a display filter that each frame is asked of from now on.  NULL, or what
 * is wrong with it (to be freed). */
typedef char *tcpstate_filter_function(const char *expression);

/* The same through the library; 0 and *problem, a constant, where it cannot be loaded. */
unsigned tcpstate_odd_read(const struct tcpstate_record *record, uint32_t frame,
                           struct tcpstate_reading readings[TCPSTATE_MOST_LAYERS], bool *passes, const char **problem);
char *tcpstate_odd_filter(const char *expression);

#endif
