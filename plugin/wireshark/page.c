/* page.c - gathers what a page for the browser shows; see page.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Constant work per segment.  Twice as many connections are kept as the page
 * will hold; when there is no more room, the worse half stays.
 */
#include "page.h"

#include <string.h>

#include "host.h"
#include "wording.h"

/* The worst first. */
static const enum tcpstate_result by_rank[] = {
    TCPSTATE_RESULT_UNANSWERED,        TCPSTATE_RESULT_UNREACHABLE, TCPSTATE_RESULT_REFUSED,
    TCPSTATE_RESULT_REJECTED,          TCPSTATE_RESULT_HANDSHAKE_ABORTED,
    TCPSTATE_RESULT_HALF_OPEN,         TCPSTATE_RESULT_RESET,       TCPSTATE_RESULT_STALLED,
    TCPSTATE_RESULT_NO_RESPONSE,       TCPSTATE_RESULT_SILENT,
    TCPSTATE_RESULT_HALF_CLOSED,       TCPSTATE_RESULT_LAST_ACK_MISSING,
    TCPSTATE_RESULT_OPEN,              TCPSTATE_RESULT_ONE_DIRECTION, TCPSTATE_RESULT_UNKNOWN,
    TCPSTATE_RESULT_CLOSED,
};

static unsigned rank_of_result(enum tcpstate_result result)
{
    for (unsigned i = 0; i < array_length(by_rank); i++)
        if (by_rank[i] == result)
            return i + 1;
    return (unsigned)array_length(by_rank) + 1;
}

/* Of what may come yet nobody can say more than that it is open. */
unsigned tcpstate_page_rank(const struct tcpstate_outcome *outcome)
{
    return rank_of_result(tcpstate_outcome_is_early(outcome) ? TCPSTATE_RESULT_OPEN : outcome->result);
}

bool tcpstate_page_is_trouble(const struct tcpstate_outcome *outcome)
{
    return tcpstate_page_rank(outcome) <= rank_of_result(TCPSTATE_RESULT_LAST_ACK_MISSING);
}

static void free_connection(void *data)
{
    struct tcpstate_page_connection *connection = (struct tcpstate_page_connection *)data;

    g_free(connection->ladder.rungs);
    g_free(connection->details);
    g_free(connection);
}

static void free_text(void *data)
{
    char **text = (char **)data;

    if (text) {
        g_free(text[0]);
        g_free(text[1]);
    }
    g_free(text);
}

struct tcpstate_page *tcpstate_page_new(const char *name, const char *filter)
{
    struct tcpstate_page *page = g_new0(struct tcpstate_page, 1);

    page->name = g_strdup(name);
    page->filter = g_strdup(filter);
    page->connections = g_ptr_array_new_with_free_func(free_connection);
    page->by_incarnation = g_hash_table_new(g_direct_hash, g_direct_equal);
    page->texts = g_ptr_array_new_with_free_func(free_text);
    page->text_numbers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_ptr_array_add(page->texts, NULL);
    return page;
}

void tcpstate_page_clear(struct tcpstate_page *page)
{
    g_ptr_array_set_size(page->connections, 0);
    g_hash_table_remove_all(page->by_incarnation);
    g_ptr_array_set_size(page->texts, 1);
    g_hash_table_remove_all(page->text_numbers);
    page->rungs = 0;
}

void tcpstate_page_free(struct tcpstate_page *page)
{
    g_ptr_array_free(page->connections, TRUE);
    g_hash_table_destroy(page->by_incarnation);
    g_ptr_array_free(page->texts, TRUE);
    g_hash_table_destroy(page->text_numbers);
    g_free(page->name);
    g_free(page->filter);
    g_free(page);
}

tcpstate_page_text tcpstate_page_text_of(struct tcpstate_page *page, const char *english, const char *chinese)
{
    if (!*english && !*chinese)
        return 0;
    char *key = g_strdup_printf("%s\n%s", english, chinese);
    unsigned number = GPOINTER_TO_UINT(g_hash_table_lookup(page->text_numbers, key));
    if (number > 0) {
        g_free(key);
        return number;
    }
    char **text = g_new(char *, 2);
    text[0] = g_strdup(english);
    text[1] = g_strdup(chinese);
    number = page->texts->len;
    g_ptr_array_add(page->texts, text);
    g_hash_table_insert(page->text_numbers, key, GUINT_TO_POINTER(number));
    return number;
}

/* ---- What is kept ---- */

static unsigned rank_of(const struct tcpstate_page_connection *connection)
{
    struct tcpstate_outcome outcome;

    tcpstate_incarnation_outcome(connection->ladder.incarnation, &outcome);
    return tcpstate_page_rank(&outcome);
}

struct candidate {
    struct tcpstate_page_connection *connection;
    unsigned rank;
};

static int worst_first(const void *a, const void *b)
{
    const struct candidate *left = (const struct candidate *)a, *right = (const struct candidate *)b;

    if (left->rank != right->rank)
        return left->rank < right->rank ? -1 : 1;
    return left->connection->order < right->connection->order ? -1 : 1;
}

void tcpstate_page_choose(struct tcpstate_page *page)
{
    unsigned count = page->connections->len;
    struct candidate *candidates = g_new(struct candidate, count);
    uint64_t rungs = 0;
    bool full = false;

    for (unsigned i = 0; i < count; i++) {
        candidates[i].connection = (struct tcpstate_page_connection *)page->connections->pdata[i];
        candidates[i].rank = rank_of(candidates[i].connection);
    }
    if (count > 0) /* else there is no array */
        qsort(candidates, count, sizeof candidates[0], worst_first);
    g_ptr_array_set_free_func(page->connections, NULL);
    g_ptr_array_set_size(page->connections, 0);
    g_ptr_array_set_free_func(page->connections, free_connection);
    for (unsigned i = 0; i < count; i++) {
        struct tcpstate_page_connection *connection = candidates[i].connection;
        full = full || i >= TCPSTATE_PAGE_MOST_CONNECTIONS
               || rungs + connection->ladder.room > TCPSTATE_PAGE_MOST_RUNGS;
        if (full) {
            g_hash_table_insert(page->by_incarnation, (void *)connection->ladder.incarnation, NULL);
            free_connection(connection);
        } else {
            rungs += connection->ladder.room;
            g_ptr_array_add(page->connections, connection);
        }
    }
    page->rungs = rungs;
    g_free(candidates);
}

void tcpstate_page_select(struct tcpstate_page *page, tcpstate_selects *wanted, const void *whom)
{
    for (unsigned i = page->connections->len; i-- > 0;) {
        const struct tcpstate_page_connection *connection = (struct tcpstate_page_connection *)page->connections->pdata[i];
        if (wanted(connection->ladder.incarnation, whom))
            continue;
        page->rungs -= connection->details_room;
        g_hash_table_remove(page->by_incarnation, connection->ladder.incarnation);
        g_ptr_array_remove_index(page->connections, i);
    }
}

/* The connection of a segment, or NULL if it was left out. */
static struct tcpstate_page_connection *connection_of(struct tcpstate_page *page, const struct tcpstate_tapped *tapped)
{
    const struct tcpstate_incarnation *incarnation = tapped->meaning.incarnation;
    void *found;

    if (g_hash_table_lookup_extended(page->by_incarnation, incarnation, NULL, &found))
        return (struct tcpstate_page_connection *)found;
    if (!page->keeps_all && (page->connections->len >= 2 * TCPSTATE_PAGE_MOST_CONNECTIONS || page->rungs >= 2 * TCPSTATE_PAGE_MOST_RUNGS))
        tcpstate_page_choose(page);
    struct tcpstate_page_connection *connection = g_new0(struct tcpstate_page_connection, 1);
    connection->ladder.incarnation = incarnation;
    connection->ladder.half = TCPSTATE_PAGE_MOST_RUNGS_AT_EACH_END;
    connection->order = g_hash_table_size(page->by_incarnation);
    connection->first_sender = (int8_t)tapped->reading.segment.from;
    g_ptr_array_add(page->connections, connection);
    g_hash_table_insert(page->by_incarnation, (void *)incarnation, connection);
    return connection;
}

/* ---- A step ---- */

static tcpstate_page_text label_of(struct tcpstate_page *page, wmem_allocator_t *pool,
                                   const struct tcpstate_tapped *tapped)
{
    const char *texts[TCPSTATE_LANGUAGES];

    for (int language = 0; language < TCPSTATE_LANGUAGES; language++)
        texts[language] = tcpstate_label_in(pool, (enum tcpstate_language)language, &tapped->reading, &tapped->meaning);
    return tcpstate_page_text_of(page, texts[TCPSTATE_ENGLISH], texts[TCPSTATE_CHINESE]);
}

static tcpstate_page_text explanation_of(struct tcpstate_page *page, wmem_allocator_t *pool,
                                         const struct tcpstate_tapped *tapped)
{
    const char *texts[TCPSTATE_LANGUAGES];

    for (int language = 0; language < TCPSTATE_LANGUAGES; language++)
        texts[language] = tcpstate_explanation_of(pool, (enum tcpstate_language)language, &tapped->reading, &tapped->meaning);
    return tcpstate_page_text_of(page, texts[TCPSTATE_ENGLISH], texts[TCPSTATE_CHINESE]);
}

static void tell(struct tcpstate_page *page, struct tcpstate_page_detail *detail, wmem_allocator_t *pool,
                 const struct tcpstate_tapped *tapped)
{
    const struct tcpstate_observation *seen = &tapped->meaning.seen;

    *detail = (struct tcpstate_page_detail){
        .label = label_of(page, pool, tapped),
        .explanation = explanation_of(page, pool, tapped),
        .stayed = { seen->stayed[0], seen->stayed[1] },
        .repeats_after = seen->repeats_after,
        .reset_after = seen->reset_after,
        .payload = tapped->reading.segment.payload,
        .answers = seen->answers,
        .expected = seen->expected,
        .repeats = seen->repeats,
        .step = (uint8_t)seen->step,
        .checks = seen->checks,
        .failed = seen->failed,
        .reset_number = (uint8_t)seen->reset_number,
        .reset_ttl_differs = seen->reset_ttl_differs,
    };
}

/* Who reports that a segment could not be delivered. */
static const char *reporter(struct tcpstate_page *page, wmem_allocator_t *pool, const struct tcpstate_reading *reading)
{
    const char *text = tcpstate_ip_text(pool, reading->reporter, reading->pair.address_length, true);
    const tcpstate_page_text kept = tcpstate_page_text_of(page, text, text); /* which may move them all */

    return ((char **)page->texts->pdata[kept])[0];
}

static void take_step(struct tcpstate_page *page, struct tcpstate_page_connection *connection,
                      struct tcpstate_rung *rung, const struct tcpstate_tapped *tapped)
{
    wmem_allocator_t *pool = wmem_allocator_new(WMEM_ALLOCATOR_SIMPLE);

    tell(page, &connection->details[rung - connection->ladder.rungs], pool, tapped);
    if (tapped->reading.quoted)
        rung->icmp = reporter(page, pool, &tapped->reading);
    wmem_destroy_allocator(pool);
}

void tcpstate_page_take(struct tcpstate_page *page, const struct tcpstate_tapped *tapped)
{
    struct tcpstate_page_connection *connection = connection_of(page, tapped);

    if (!connection)
        return;
    struct tcpstate_ladder *ladder = &connection->ladder;
    struct tcpstate_rung *rung = tcpstate_ladder_take(ladder, tapped);
    if (ladder->room > connection->details_room) {
        page->rungs += ladder->room - connection->details_room;
        connection->details_room = ladder->room;
        connection->details = g_renew(struct tcpstate_page_detail, connection->details, ladder->room);
    }
    if (rung && rung->run.segments == 0)
        take_step(page, connection, rung, tapped);
    if (tcpstate_counts(tapped)) {
        connection->packets[tapped->reading.segment.from]++;
        connection->bytes[tapped->reading.segment.from] += tapped->length;
    }
}
