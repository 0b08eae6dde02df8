/* dfilter-loc.h - where in a display filter something is wrong.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Wireshark's header for display filters includes a file of this name, which 4.2 does not
 * install; where it does, its own is found first.  Nothing here is used.
 */
#ifndef TCPSTATE_DFILTER_LOC_H
#define TCPSTATE_DFILTER_LOC_H

#include <stddef.h>

typedef struct {
    long start;
    size_t length;
} df_loc_t;

#endif
