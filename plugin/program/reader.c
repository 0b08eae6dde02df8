/* reader.c - reads records in a thread of its own; see reader.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A few batches go round: the thread fills one while the other side empties another.
 * libwiretap, and libwireshark if a frame has to be dissected, are the thread's alone.
 */
#include "reader.h"

#include <pthread.h>
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
    pthread_t thread;
    sigset_t before; /* what was blocked before it began */
    /* Of both sides, under the mutex: */
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    unsigned filled, emptied; /* batches, since the beginning */
    bool ended;
    bool holds; /* the other side, the batch after those that it emptied */
};

/* False at the end of the capture. */
static bool fill(struct tcpstate_reader *reader, struct tcpstate_batch *batch)
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
    return more;
}

static void *run(void *data)
{
    struct tcpstate_reader *reader = (struct tcpstate_reader *)data;
    bool more = true;

    pthread_mutex_lock(&reader->mutex);
    while (more) {
        while (reader->filled - reader->emptied == BATCHES)
            pthread_cond_wait(&reader->changed, &reader->mutex);
        struct tcpstate_batch *batch = &reader->batches[reader->filled % BATCHES];
        pthread_mutex_unlock(&reader->mutex);
        more = fill(reader, batch);
        pthread_mutex_lock(&reader->mutex);
        reader->filled++;
        reader->ended = !more;
        pthread_cond_signal(&reader->changed);
    }
    pthread_mutex_unlock(&reader->mutex);
    return NULL;
}

struct tcpstate_reader *tcpstate_reader_begin(struct tcpstate_journey *journey, struct tcpstate_captures *captures)
{
    struct tcpstate_reader *reader = g_new0(struct tcpstate_reader, 1);
    sigset_t interrupts;

    reader->journey = journey;
    reader->captures = captures;
    pthread_mutex_init(&reader->mutex, NULL);
    pthread_cond_init(&reader->changed, NULL);
    int error = pthread_create(&reader->thread, NULL, run, reader);
    if (error != 0) {
        fprintf(stderr, "tcpstate: no thread can be had: %s\n", g_strerror(error));
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
    pthread_mutex_lock(&reader->mutex);
    if (reader->holds) {
        reader->emptied++;
        pthread_cond_signal(&reader->changed);
    }
    while (reader->filled == reader->emptied && !reader->ended)
        pthread_cond_wait(&reader->changed, &reader->mutex);
    reader->holds = reader->filled != reader->emptied;
    struct tcpstate_batch *batch = reader->holds ? &reader->batches[reader->emptied % BATCHES] : NULL;
    pthread_mutex_unlock(&reader->mutex);
    return batch;
}

void tcpstate_reader_end(struct tcpstate_reader *reader)
{
    pthread_join(reader->thread, NULL);
    pthread_sigmask(SIG_SETMASK, &reader->before, NULL);
    pthread_cond_destroy(&reader->changed);
    pthread_mutex_destroy(&reader->mutex);
    g_free(reader);
}
