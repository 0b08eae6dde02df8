/* reader.c - reads records in a thread of its own; see reader.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A few batches go round: the thread fills one while the other side empties another.
 * libwiretap, and libwireshark if a frame has to be dissected, are the thread's alone.
 */
#include "reader.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "interrupt.h"

enum { BATCHES = 4 };

struct tcpstate_reader {
    struct tcpstate_journey *journey;
    struct tcpstate_captures *captures;
    uint32_t frames; /* that were read */
    struct tcpstate_batch batches[BATCHES];
    struct tcpstate_batch *held, *kept; /* by the other side: what it empties, and what it has emptied */
    GAsyncQueue *empty, *filled; /* of batches */
    GThread *thread;
    sigset_t before; /* what was blocked before it began */
};

static void fill(struct tcpstate_reader *reader, struct tcpstate_batch *batch)
{
    struct tcpstate_record record;
    bool more = true;

    batch->count = 0;
    while (batch->count < TCPSTATE_BATCH && more) {
        more = !tcpstate_interrupted && tcpstate_captures_next(reader->captures, &record);
        if (more)
            batch->count += tcpstate_find(reader->journey, &record, ++reader->frames, true, &batch->findings[batch->count]);
    }
    batch->part = tcpstate_captures_progress(reader->captures);
    batch->last = !more;
}

static void *run(void *data)
{
    struct tcpstate_reader *reader = (struct tcpstate_reader *)data;
    bool more = true;

    while (more) {
        struct tcpstate_batch *batch = (struct tcpstate_batch *)g_async_queue_pop(reader->empty);

        fill(reader, batch);
        more = !batch->last; /* from here on the batch is the other side's */
        g_async_queue_push(reader->filled, batch);
    }
    return NULL;
}

struct tcpstate_reader *tcpstate_reader_begin(struct tcpstate_journey *journey, struct tcpstate_captures *captures)
{
    struct tcpstate_reader *reader = g_new0(struct tcpstate_reader, 1);
    GError *error = NULL;
    sigset_t interrupts;

    reader->journey = journey;
    reader->captures = captures;
    reader->empty = g_async_queue_new();
    reader->filled = g_async_queue_new();
    for (unsigned i = 0; i < BATCHES; i++)
        g_async_queue_push(reader->empty, &reader->batches[i]);
    reader->thread = g_thread_try_new("reader", run, reader, &error);
    if (!reader->thread) {
        fprintf(stderr, "tcpstate: no thread can be had: %s\n", error->message);
        exit(EXIT_FAILURE);
    }
    sigemptyset(&interrupts);
    sigaddset(&interrupts, SIGINT);
    sigaddset(&interrupts, SIGALRM);
    pthread_sigmask(SIG_BLOCK, &interrupts, &reader->before);
    return reader;
}

struct tcpstate_batch *tcpstate_reader_next(struct tcpstate_reader *reader)
{
    if (reader->held && reader->held->last)
        return NULL;
    if (reader->held && reader->kept) { /* two at once: the thread may have to be woken */
        g_async_queue_push(reader->empty, reader->kept);
        g_async_queue_push(reader->empty, reader->held);
        reader->kept = NULL;
    } else {
        reader->kept = reader->held;
    }
    reader->held = (struct tcpstate_batch *)g_async_queue_pop(reader->filled);
    return reader->held;
}

void tcpstate_reader_end(struct tcpstate_reader *reader)
{
    g_thread_join(reader->thread);
    pthread_sigmask(SIG_SETMASK, &reader->before, NULL);
    g_async_queue_unref(reader->filled);
    g_async_queue_unref(reader->empty);
    g_free(reader);
}
