/* view-connections.c - a row per connection: "-z tcpstate,connections".
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 *   -z tcpstate,connections[,filter]      aligned, the first thousand
 *   -z tcpstate,connections,all[,filter]  aligned, all
 *   -z tcpstate,connections,tsv[,filter]  for programs, all: the names and values of
 *                                         this are never translated and stay as they are
 *   -z tcpstate,connections,json[,filter] the same, an object in each line
 *
 * A is the client and B the server, unless the roles are unknown: then A sent
 * the first segment, and the column "roles" says so.
 */
#include <stdio.h>
#include <string.h>

#include "capture.h"
#include "connection-columns.h"
#include "connection-rows.h"
#include "host.h"
#include "preferences.h"
#include "printed.h"
#include "text-width.h"

#define MOST_ROWS 1000

/* What a print has been asked for. */
struct request {
    struct tcpstate_surveyed of; /* first: see printed.h */
    bool tsv, json, all;
};

struct texts {
    const char *of[TCPSTATE_COLUMNS];
    size_t lengths[TCPSTATE_COLUMNS]; /* in bytes */
    int widths[TCPSTATE_COLUMNS];     /* ... and in columns of the terminal */
};

/* The rows that are shown, each asked for twice: for its width, and to be printed.
 * The first are kept, the others made anew. */
struct rows {
    const struct tcpstate_survey *survey;
    wmem_allocator_t *pool, *fleeting;
    unsigned shown, kept;
    struct texts texts[MOST_ROWS], other;
};

static void add_text(struct texts *texts, enum tcpstate_column column, const char *text)
{
    texts->of[column] = *text || column == TCPSTATE_COLUMN_MISSING ? text : "-";
    texts->lengths[column] = strlen(texts->of[column]);
    texts->widths[column] = tcpstate_columns(texts->of[column]);
}

enum { GAP = 2 };

/* The row's bytes, at most. */
static size_t most_bytes(const struct texts *texts, const int widths[TCPSTATE_COLUMNS])
{
    size_t most = 1;

    for (int column = 0; column < TCPSTATE_COLUMNS; column++)
        most += texts->lengths[column] + (size_t)(widths[column] + GAP);
    return most;
}

static char *put_blanks(char *at, int count)
{
    memset(at, ' ', (size_t)count);
    return at + count;
}

static char *put_text(char *at, const struct texts *texts, enum tcpstate_column column)
{
    memcpy(at, texts->of[column], texts->lengths[column]);
    return at + texts->lengths[column];
}

static void print_row(GString *line, const struct texts *texts, const int widths[TCPSTATE_COLUMNS])
{
    const bool missing = texts->lengths[TCPSTATE_COLUMN_MISSING] > 0; /* the last: nothing stands after it */
    int blanks = 0;

    g_string_set_size(line, most_bytes(texts, widths));
    char *at = line->str;
    for (int column = 0; column < TCPSTATE_COLUMN_MISSING; column++) {
        const int left_over = widths[column] - texts->widths[column];
        at = put_blanks(at, blanks + (tcpstate_column_is_number((enum tcpstate_column)column) ? left_over : 0));
        at = put_text(at, texts, (enum tcpstate_column)column);
        blanks = GAP + (tcpstate_column_is_number((enum tcpstate_column)column) ? 0 : left_over);
    }
    at = put_blanks(at, missing ? blanks : blanks - GAP);
    at = put_text(at, texts, TCPSTATE_COLUMN_MISSING);
    *at++ = '\n';
    fwrite(line->str, 1, (size_t)(at - line->str), stdout);
}

/* Valid until the next row is asked for. */
static const struct texts *row_at(struct rows *rows, unsigned i)
{
    if (i < rows->kept)
        return &rows->texts[i];
    const struct tcpstate_tally *tally = tcpstate_survey_at(rows->survey, i);
    struct texts *texts = i < MOST_ROWS ? &rows->texts[rows->kept++] : &rows->other;
    wmem_allocator_t *pool = i < MOST_ROWS ? rows->pool : rows->fleeting;
    struct tcpstate_known known;

    wmem_free_all(rows->fleeting);
    tcpstate_known_of(tally, &known);
    for (int column = 0; column < TCPSTATE_COLUMNS; column++)
        add_text(texts, (enum tcpstate_column)column,
                 tcpstate_column_text(pool, (enum tcpstate_column)column, tally, &known));
    return texts;
}

static void print_table(struct rows *rows)
{
    struct texts heads;
    int widths[TCPSTATE_COLUMNS];
    GString *line = g_string_new("");

    for (int column = 0; column < TCPSTATE_COLUMNS; column++) {
        add_text(&heads, (enum tcpstate_column)column, tcpstate_column_head((enum tcpstate_column)column));
        widths[column] = heads.widths[column];
    }
    for (unsigned i = 0; i < rows->shown; i++) {
        const struct texts *texts = row_at(rows, i);
        for (int column = 0; column < TCPSTATE_COLUMNS; column++)
            widths[column] = MAX(widths[column], texts->widths[column]);
    }
    print_row(line, &heads, widths);
    for (unsigned i = 0; i < rows->shown; i++)
        print_row(line, row_at(rows, i), widths);
    g_string_free(line, TRUE);
}

static void print_aligned(const struct request *request)
{
    enum tcpstate_language language = tcpstate_language();
    unsigned count = request->of.survey->tallies.count, shown = request->all ? count : MIN(count, MOST_ROWS);
    struct rows *rows = g_new(struct rows, 1);

    rows->survey = request->of.survey;
    rows->pool = wmem_allocator_new(WMEM_ALLOCATOR_BLOCK_FAST);
    rows->fleeting = wmem_allocator_new(WMEM_ALLOCATOR_BLOCK_FAST);
    rows->shown = shown;
    rows->kept = 0;
    printf("%s\n", tcpstate_phrase(TCPSTATE_PHRASE_CONNECTIONS_TITLE, language));
    tcpstate_capture_print();
    if (request->of.filter) {
        printf(tcpstate_phrase(TCPSTATE_PHRASE_FILTERED_BY, language), request->of.filter);
        putchar('\n');
    }
    print_table(rows);
    printf(tcpstate_phrase(TCPSTATE_PHRASE_CONNECTIONS_COUNT, language), count);
    putchar('\n');
    if (shown < count) {
        printf(tcpstate_phrase(TCPSTATE_PHRASE_CONNECTIONS_LEFT_OUT, language), count - shown,
               tcpstate_option_for_all("-z tcpstate,connections,all"));
        putchar('\n');
    }
    wmem_destroy_allocator(rows->pool);
    wmem_destroy_allocator(rows->fleeting);
    g_free(rows);
}

/* ---- The view ---- */

static void print(void *data)
{
    const struct request *request = (const struct request *)data;

    if (request->tsv || request->json)
        tcpstate_connection_rows_print(request->of.survey, request->json);
    else
        print_aligned(request);
}

static void *begin(const char *given, const char **filter)
{
    struct request *request = g_new0(struct request, 1);

    request->tsv = tcpstate_takes(&given, "tsv");
    request->json = !request->tsv && tcpstate_takes(&given, "json");
    request->all = !request->tsv && !request->json && tcpstate_takes(&given, "all");
    *filter = tcpstate_surveyed_begin(&request->of, given);
    return request;
}

const struct tcpstate_printed tcpstate_printed_connections = {
    "connections", begin, tcpstate_surveyed_take, tcpstate_surveyed_forget, print, tcpstate_surveyed_end, tcpstate_surveyed_select,
};
