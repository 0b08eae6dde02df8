/* captures.h - capture files, read in time order as if they were one.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Whatever Wireshark reads: libwiretap opens the files, and reads all but plain pcap (pcap.c).
 */
#ifndef TCPSTATE_CAPTURES_H
#define TCPSTATE_CAPTURES_H

#include "../wireshark/compat.h"

#include <wiretap/wtap.h>

struct tcpstate_captures;

/* A record that has been read; valid until the next one is. */
struct tcpstate_record {
    wtap_rec *record;
    const uint8_t *bytes;
    int64_t offset;   /* in its file */
    unsigned file;    /* which of the files, from 0 */
    int subtype;      /* of that file: wtap_file_type_subtype() */
};

/* Open all files; NULL and *problem (to be freed) if one cannot be opened.  "-" is standard input. */
struct tcpstate_captures *tcpstate_captures_open(char *const *names, unsigned count, char **problem);

/* The next record: of several files that with the earliest time, as mergecap
 * orders them.  False at the end. */
bool tcpstate_captures_next(struct tcpstate_captures *captures, struct tcpstate_record *record);

/* How much of all files was read, from 0 to 1; -1 if that is not known. */
double tcpstate_captures_progress(const struct tcpstate_captures *captures);

/* What went wrong on the way (a file that is cut short), or NULL. */
const char *tcpstate_captures_problem(const struct tcpstate_captures *captures);

void tcpstate_captures_close(struct tcpstate_captures *captures);

#endif
