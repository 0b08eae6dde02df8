/* view-ladder.c - the textbook's figure in a terminal: tshark -z tcpstate,ladder.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 *   tshark -q -z tcpstate,ladder[,FILTER]       the first connections
 *   tshark -q -z tcpstate,ladder,all[,FILTER]   every one, and all of it
 *
 * Collects the rungs of each connection (ladder.c); ladder-drawing.c draws them when
 * the capture has been read.  What nobody will read is not kept: only the first connections,
 * and of each only the first and the last rungs.
 */
#include "views.h"

#include <string.h>

#include "../text/phrases.h"
#include "host.h"
#include "ladder.h"
#include "preferences.h"
#include "text-width.h"
#include "wording.h"

enum {
    MOST_CONNECTIONS = 1000,
    MOST_RUNGS_AT_EACH_END = 100,
};

/* All that one -z asks for. */
struct job {
    char *filter;
    bool all;
    GPtrArray *ladders;     /* struct tcpstate_ladder, by first frame */
    GHashTable *by_incarnation;    /* struct tcpstate_incarnation -> its ladder, or NULL: left out */
    GStringChunk *texts;    /* labels, each once */
    uint64_t left_out;      /* connections */
};

static void free_ladder(void *data)
{
    struct tcpstate_ladder *ladder = (struct tcpstate_ladder *)data;

    g_free(ladder->rungs);
    g_free(ladder);
}

static void forget(void *data)
{
    struct job *job = (struct job *)data;

    g_ptr_array_set_size(job->ladders, 0);
    g_hash_table_remove_all(job->by_incarnation);
    g_string_chunk_clear(job->texts);
    job->left_out = 0;
}

static void end(void *data)
{
    struct job *job = (struct job *)data;

    g_ptr_array_free(job->ladders, TRUE);
    g_hash_table_destroy(job->by_incarnation);
    g_string_chunk_free(job->texts);
    g_free(job->filter);
    g_free(job);
}

/* The ladder of a connection, or NULL if there are too many. */
static struct tcpstate_ladder *ladder_of(struct job *job, const struct tcpstate_incarnation *incarnation)
{
    void *found;

    if (g_hash_table_lookup_extended(job->by_incarnation, incarnation, NULL, &found))
        return (struct tcpstate_ladder *)found;
    struct tcpstate_ladder *ladder = NULL;
    if (job->all || job->ladders->len < MOST_CONNECTIONS) {
        ladder = g_new0(struct tcpstate_ladder, 1);
        ladder->incarnation = incarnation;
        ladder->filtered = job->filter != NULL;
        ladder->half = job->all ? UINT32_MAX : MOST_RUNGS_AT_EACH_END;
        g_ptr_array_add(job->ladders, ladder);
    } else {
        job->left_out++;
    }
    g_hash_table_insert(job->by_incarnation, (void *)incarnation, ladder);
    return ladder;
}

static const char *keep(struct job *job, const char *text)
{
    char *printable = tcpstate_printable(text);
    const char *kept = g_string_chunk_insert_const(job->texts, printable);

    g_free(printable);
    return kept;
}

static void take(void *data, const struct tcpstate_tapped *tapped)
{
    struct job *job = (struct job *)data;
    const struct tcpstate_reading *reading = &tapped->reading;
    struct tcpstate_ladder *ladder = ladder_of(job, tapped->meaning.incarnation);

    if (!ladder)
        return;
    struct tcpstate_rung *rung = tcpstate_ladder_take(ladder, tapped);
    if (!rung || rung->run.segments > 0)
        return;
    wmem_allocator_t *pool = wmem_allocator_new(WMEM_ALLOCATOR_SIMPLE);
    rung->label = keep(job, tcpstate_label_of(pool, reading, &tapped->meaning));
    if (reading->quoted)
        rung->icmp = keep(job, tcpstate_ip_text(pool, reading->reporter, reading->pair.address_length, true));
    wmem_destroy_allocator(pool);
}

static void print_legend(unsigned used, const GPtrArray *codes)
{
    static const struct {
        unsigned use;
        enum tcpstate_phrase phrase;
    } lines[] = {
        { TCPSTATE_LEGEND_INFERRED, TCPSTATE_PHRASE_LADDER_LEGEND_INFERRED },
        { TCPSTATE_LEGEND_RUN, TCPSTATE_PHRASE_LADDER_LEGEND_RUN },
        { TCPSTATE_LEGEND_BEFORE, TCPSTATE_PHRASE_LADDER_LEGEND_BEFORE },
        { TCPSTATE_LEGEND_RAW, TCPSTATE_PHRASE_LADDER_LEGEND_RAW },
        { TCPSTATE_LEGEND_ICMP, TCPSTATE_PHRASE_LADDER_LEGEND_ICMP },
    };

    for (size_t i = 0; i < array_length(lines); i++)
        if (used & lines[i].use)
            printf("%s\n", tcpstate_phrase(lines[i].phrase, tcpstate_language()));
    for (guint i = 0; i < codes->len; i++) {
        const char *code = (const char *)g_ptr_array_index(codes, i);
        printf(tcpstate_phrase(TCPSTATE_PHRASE_LEGEND_CONN_STATE, tcpstate_language()), code,
               tcpstate_conn_state_meaning(code, tcpstate_language()));
        putchar('\n');
    }
}

static void print(void *data)
{
    const struct job *job = (const struct job *)data;
    enum tcpstate_language language = tcpstate_language();
    GString *out = g_string_new("");
    GPtrArray *codes = g_ptr_array_new();
    unsigned legend = 0;

    printf("\n%s\n", tcpstate_phrase(TCPSTATE_PHRASE_LADDER_TITLE, language));
    if (job->filter) {
        printf(tcpstate_phrase(TCPSTATE_PHRASE_LADDER_FILTER, language), job->filter);
        printf("\n");
    }
    for (guint i = 0; i < job->ladders->len; i++) {
        g_string_truncate(out, 0);
        tcpstate_ladder_draw(out, (const struct tcpstate_ladder *)g_ptr_array_index(job->ladders, i), &legend,
                             codes);
        printf("\n%s", out->str);
    }
    printf("\n");
    if (job->ladders->len == 0)
        printf("%s\n", tcpstate_phrase(TCPSTATE_PHRASE_LADDER_NONE, language));
    print_legend(legend, codes);
    g_ptr_array_free(codes, TRUE);
    if (job->left_out > 0) {
        char count[TCPSTATE_GROUPED];
        tcpstate_grouped(count, job->left_out);
        printf(tcpstate_phrase(TCPSTATE_PHRASE_LADDER_CONNECTIONS_LEFT_OUT, language), count,
               tcpstate_option_for_all("-z tcpstate,ladder,all"));
        printf("\n");
    }
    g_string_free(out, TRUE);
}

static void *begin(const char *given, const char **filter)
{
    struct job *job = g_new0(struct job, 1);

    if (given && g_str_has_prefix(given, "all") && (given[3] == '\0' || given[3] == ',')) {
        job->all = true;
        given = given[3] == ',' && given[4] != '\0' ? given + 4 : NULL;
    }
    *filter = job->filter = g_strdup(given);
    job->ladders = g_ptr_array_new_with_free_func(free_ladder);
    job->by_incarnation = g_hash_table_new(g_direct_hash, g_direct_equal);
    job->texts = g_string_chunk_new(4096);
    return job;
}

static void choose(void *data, tcpstate_selects *wanted, const void *whom)
{
    struct job *job = (struct job *)data;

    for (guint i = job->ladders->len; i-- > 0;)
        if (!wanted(((const struct tcpstate_ladder *)g_ptr_array_index(job->ladders, i))->incarnation, whom))
            g_ptr_array_remove_index(job->ladders, i);
}

const struct tcpstate_printed tcpstate_printed_ladder = { "ladder", begin, take, forget, print, end, choose };
