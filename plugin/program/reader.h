/* reader.h - reads records and finds their segments in a thread of its own.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * So one processor reads while another understands.  What is handed over is what
 * was found, not bytes: these would have to be fetched from the other's cache.
 */
#ifndef TCPSTATE_READER_H
#define TCPSTATE_READER_H

#include "journey.h"

enum { TCPSTATE_BATCH = 1024 };

/* What was found in some records, in their order. */
struct tcpstate_batch {
    struct tcpstate_finding findings[TCPSTATE_BATCH + TCPSTATE_MOST_LAYERS];
    unsigned count;
    double part; /* of the files that was read by then; -1: not known */
    bool last;
};

struct tcpstate_reader;

/* Until the end, or Ctrl-C, which is the thread's from now on: it may be waiting for a pipe. */
struct tcpstate_reader *tcpstate_reader_begin(struct tcpstate_journey *journey, struct tcpstate_captures *captures);

/* The next batch, to be kept until the one after it is asked for; NULL at the end. */
struct tcpstate_batch *tcpstate_reader_next(struct tcpstate_reader *reader);

/* After the last batch. */
void tcpstate_reader_end(struct tcpstate_reader *reader);

#endif
