/* page.h - what a page for the browser holds of a capture, and its making.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * page.c gathers while the capture is read, page-data.c writes what was gathered
 * as one line of JSON, page-file.c puts it into the page that ../page/ is.  What
 * a segment means is decided before any of these; they only carry it over, in
 * both languages, so that the page can switch and never has to think.
 *
 * Bounded: of each connection the first and the last rungs, of all connections
 * those in trouble first, then the earliest.  What is left out is counted.
 */
#ifndef TCPSTATE_PAGE_H
#define TCPSTATE_PAGE_H

#include <stdio.h>

#include "ladder.h"

enum {
    TCPSTATE_PAGE_MOST_CONNECTIONS = 1000,
    TCPSTATE_PAGE_MOST_RUNGS = 50000,        /* of all of them together */
    TCPSTATE_PAGE_MOST_RUNGS_AT_EACH_END = 100,
};

/* A text in both languages: its index in tcpstate_page.texts; 0: none. */
typedef uint32_t tcpstate_page_text;

/* What the page tells of a step beyond its rung. */
struct tcpstate_page_detail {
    tcpstate_page_text label, explanation;
    int64_t stayed[2], repeats_after, reset_after; /* nanoseconds, -1: none */
    uint32_t payload;                              /* bytes of data */
    uint32_t answers;                              /* frame, or 0 */
    uint32_t expected;                             /* by a check that failed */
    uint16_t repeats;
    uint8_t step, checks, failed, reset_number;
    bool reset_ttl_differs;
};

struct tcpstate_page_connection {
    struct tcpstate_ladder ladder;
    struct tcpstate_page_detail *details; /* as many as the ladder has rungs, in the same places */
    uint32_t details_room;
    uint32_t order;                       /* among all connections that were met */
    uint32_t packets[2];                  /* by sending endpoint, as let through by the filter */
    uint64_t bytes[2];                    /* of whole frames */
    int8_t first_sender;
};

struct tcpstate_page {
    char *name, *filter;        /* of the capture; or NULL */
    GPtrArray *connections;     /* struct tcpstate_page_connection: those that are kept */
    GHashTable *by_incarnation;        /* struct tcpstate_incarnation -> its connection, or NULL: left out */
    GPtrArray *texts;           /* char *[2], English and Chinese; number 0 is no text */
    GHashTable *text_numbers;
    uint64_t rungs;             /* room for how many the kept ones have */
    bool keeps_all;             /* ... until tcpstate_page_select() */
};

/* `name` is what the page calls the capture, `filter` what lets segments
 * through; each may be NULL. */
struct tcpstate_page *tcpstate_page_new(const char *name, const char *filter);
void tcpstate_page_clear(struct tcpstate_page *page);
void tcpstate_page_free(struct tcpstate_page *page);

/* Take in one segment. */
void tcpstate_page_take(struct tcpstate_page *page, const struct tcpstate_tapped *tapped);

/* The number of a text in both languages. */
tcpstate_page_text tcpstate_page_text_of(struct tcpstate_page *page, const char *english, const char *chinese);

/* When the capture has been read: it is of the wanted connections only.  Which those are
 * may be known only then, so .keeps_all had to be set before the first segment. */
void tcpstate_page_select(struct tcpstate_page *page, tcpstate_selects *wanted, const void *whom);

/* When the capture has been read: leave out what does not fit, worst first. */
void tcpstate_page_choose(struct tcpstate_page *page);

/* How bad an outcome is, 1 is the worst; and whether something went wrong at all,
 * so far as it was seen. */
unsigned tcpstate_page_rank(const struct tcpstate_outcome *outcome);
bool tcpstate_page_is_trouble(const struct tcpstate_outcome *outcome);

/* Append what was gathered as JSON in one line, in which no letter can end or
 * begin anything in HTML. */
void tcpstate_page_append_data(GString *out, struct tcpstate_page *page);

/* Write the whole page.  False if it could not be written: see errno. */
bool tcpstate_page_write(FILE *file, struct tcpstate_page *page);

#endif
