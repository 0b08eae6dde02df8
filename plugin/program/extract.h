/* extract.h - only the connections that matter, as a capture of their own.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef TCPSTATE_EXTRACT_H
#define TCPSTATE_EXTRACT_H

#include <signal.h>

#include "captures.h"

/* Which frames, and how far it came. */
struct tcpstate_extract {
    bool (*is_wanted)(void *whom, const struct tcpstate_record *record, uint32_t frame);
    void *whom;
    const volatile sig_atomic_t *stop; /* becomes true when it shall end early */
    bool whole;                        /* a file that is cut short is a fault */
    uint64_t frames, written;          /* filled in */
    bool stopped;                      /* filled in: it did, and there is no new file */
};

/* Copy the wanted frames of the capture file `from` into a new pcapng file, with
 * every byte, interface, comment and time stamp.  NULL, or what went wrong (to be
 * freed); there is no new file then. */
char *tcpstate_extract(struct tcpstate_extract *extract, const char *from, const char *to);

#endif
