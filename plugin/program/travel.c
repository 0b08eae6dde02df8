/* travel.c - through all records; see travel.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "travel.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "interrupt.h"
#include "reader.h"

enum { PROGRESS_EVERY = 1 << 16 };

static void show_progress(const struct tcpstate_journey *journey, double part)
{
    if (part >= 0)
        fprintf(stderr, "\r%3.0f %%  %" PRIu32 " packets", part * 100, journey->frames);
    else
        fprintf(stderr, "\r%" PRIu32 " packets", journey->frames);
    fflush(stderr);
}

static void clear_progress(void)
{
    fputs("\r\033[K", stderr);
}

void tcpstate_travel(struct tcpstate_journey *journey, struct tcpstate_captures *captures)
{
    bool terminal = isatty(STDERR_FILENO);
    struct tcpstate_reader *reader = tcpstate_reader_begin(journey, captures);
    struct tcpstate_batch *batch;
    uint32_t next = PROGRESS_EVERY;

    while ((batch = tcpstate_reader_next(reader)) != NULL) {
        for (unsigned i = 0; i < batch->count; i++)
            tcpstate_journey_take(journey, &batch->findings[i]);
        if (terminal && journey->frames >= next) {
            show_progress(journey, batch->part);
            next += PROGRESS_EVERY;
        }
    }
    tcpstate_reader_end(reader);
    if (terminal && journey->frames >= PROGRESS_EVERY)
        clear_progress();
}

int tcpstate_tell_the_rest(const struct tcpstate_journey *journey, const struct tcpstate_captures *captures)
{
    const char *problem = tcpstate_captures_problem(captures);

    fflush(stdout);
    if (journey->odd > 0 && journey->problem)
        fprintf(stderr, "tcpstate: %" PRIu64 " of %" PRIu32 " frames need Wireshark's dissection and were left out: %s\n",
                journey->odd, journey->frames, journey->problem);
    else if (journey->odd > 0)
        fprintf(stderr, "tcpstate: %" PRIu64 " of %" PRIu32 " frames went through Wireshark's dissection\n", journey->odd,
                journey->frames);
    if (tcpstate_interrupted)
        fprintf(stderr, "tcpstate: stopped after %" PRIu32 " packets: the answer is that of a part of the capture\n",
                journey->frames);
    if (problem)
        fprintf(stderr, "tcpstate: %s: the answer is that of the %" PRIu32 " packets before\n", problem, journey->frames);
    return tcpstate_interrupted ? TCPSTATE_EXIT_INTERRUPTED : problem || journey->problem ? EXIT_FAILURE : EXIT_SUCCESS;
}
