/* sockets.c - the sockets of each host at a moment; see sockets.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "sockets.h"

#include <string.h>

#include <wsutil/inet_addr.h>

#include "../text/phrases.h"
#include "capture.h"
#include "census.h"
#include "facts.h"
#include "preferences.h"
#include "text-width.h"
#include "wording.h"

struct tcpstate_sockets {
    struct tcpstate_census census;
    char *host;      /* or NULL: all */
    bool is_address; /* it is one; else nobody has it */
    uint32_t frame;  /* the last that counts; UINT32_MAX: all */
    double seconds;  /* since the first frame, the last that counts; negative: all */
    bool all;        /* however many there are */
};

void tcpstate_sockets_take(struct tcpstate_sockets *sockets, const struct tcpstate_tapped *tapped)
{
    if (tapped->reading.segment.frame <= sockets->frame && (sockets->seconds < 0 || tapped->began <= sockets->seconds * 1000))
        tcpstate_census_take(&sockets->census, tapped);
}

/* Nanoseconds from then to the moment: of the last segment that counts, or up to which they do, or of the capture's end. */
static int64_t lasts(const struct tcpstate_sockets *sockets, int64_t since)
{
    if (sockets->frame != UINT32_MAX)
        return MAX(sockets->census.moment - since, 0);
    int64_t lasts = tcpstate_capture_lasts(since);
    if (sockets->seconds >= 0 && sockets->seconds * 1e9 < (double)tcpstate_capture_lasts(sockets->census.start))
        lasts = sockets->census.start + (int64_t)(sockets->seconds * 1e9) - since;
    return MAX(lasts, 0);
}

/* Whether the end has a socket at the moment; TIME_WAIT ends without a segment. */
static bool has_socket(const struct tcpstate_sockets *sockets, const struct tcpstate_stand *stand, int end)
{
    const enum tcpstate_state state = (enum tcpstate_state)stand->state[end];

    if (stand->over || (state == TCPSTATE_TIME_WAIT && lasts(sockets, tcpstate_incarnation_time_wait_ends(stand->incarnation)) > 0))
        return false;
    return tcpstate_has_socket(state);
}

/* ---- How many, by host and state ---- */

static void count_in(GHashTable *counts, const char *host, enum tcpstate_state state, bool inferred)
{
    char *key = g_strdup_printf("%s %d", host, (int)state);
    struct tcpstate_socket_count *count = (struct tcpstate_socket_count *)g_hash_table_lookup(counts, key);

    if (!count) {
        count = g_new0(struct tcpstate_socket_count, 1);
        count->host = g_strdup(host);
        count->state = state;
        g_hash_table_insert(counts, g_strdup(key), count);
    }
    count->number++;
    count->inferred += inferred;
    g_free(key);
}

static void free_count(gpointer data)
{
    g_free(((struct tcpstate_socket_count *)data)->host);
    g_free(data);
}

/* What a socket's state says of it: the more somebody owes, the further ahead it is told. */
static uint32_t worth_of(enum tcpstate_state state)
{
    switch (state) {
    case TCPSTATE_CLOSE_WAIT: return 0; /* the application has not closed: nobody else can end it */
    case TCPSTATE_FIN_WAIT_1:
    case TCPSTATE_CLOSING:
    case TCPSTATE_LAST_ACK: return 1;
    case TCPSTATE_FIN_WAIT_2: return 2;
    case TCPSTATE_SYN_SENT:
    case TCPSTATE_SYN_RCVD: return 3;
    case TCPSTATE_ESTABLISHED: return 4;
    default: return 5; /* TIME_WAIT ends by itself */
    }
}

/* The most first; of as many, those of whom somebody owes more. */
static int by_number(gconstpointer a, gconstpointer b)
{
    const struct tcpstate_socket_count *one = (const struct tcpstate_socket_count *)a, *other = (const struct tcpstate_socket_count *)b;

    if (one->number != other->number)
        return one->number < other->number ? 1 : -1;
    if (worth_of(one->state) != worth_of(other->state))
        return worth_of(one->state) < worth_of(other->state) ? -1 : 1;
    int hosts = strcmp(one->host, other->host);
    return hosts != 0 ? hosts : (int)one->state - (int)other->state;
}

static void tell_counts(GHashTable *counts, const struct tcpstate_sockets_teller *teller)
{
    GList *list = g_list_sort(g_hash_table_get_values(counts), by_number);

    for (GList *at = list; at; at = at->next)
        teller->count(teller->whom, (const struct tcpstate_socket_count *)at->data);
    g_list_free(list);
}

/* ---- Each of them ---- */

static bool is_wanted(const struct tcpstate_sockets *sockets, const char *host)
{
    return !sockets->host || strcmp(sockets->host, host) == 0;
}

/* One end of the census' stands. */
struct place {
    int64_t lasts;
    uint32_t index;
    uint16_t end, worth;
};

static int worst_first(gconstpointer a, gconstpointer b)
{
    const struct place *one = (const struct place *)a, *other = (const struct place *)b;

    if (one->worth != other->worth)
        return one->worth < other->worth ? -1 : 1;
    if (one->lasts != other->lasts)
        return one->lasts > other->lasts ? -1 : 1;
    return one->index != other->index ? (one->index < other->index ? -1 : 1) : (int)one->end - (int)other->end;
}

static GArray *in_order(const struct tcpstate_sockets *sockets)
{
    GArray *places = g_array_new(FALSE, FALSE, sizeof(struct place));

    for (unsigned i = 0; i < sockets->census.stands.count; i++) {
        const struct tcpstate_stand *stand = tcpstate_census_at(&sockets->census, i);
        for (int end = 0; end < 2; end++) {
            const struct place place = { lasts(sockets, stand->since[end]), i, (uint16_t)end,
                                         (uint16_t)worth_of((enum tcpstate_state)stand->state[end]) };
            if (has_socket(sockets, stand, end))
                g_array_append_val(places, place);
        }
    }
    g_array_sort(places, worst_first);
    return places;
}

unsigned tcpstate_sockets_tell(const struct tcpstate_sockets *sockets, const struct tcpstate_sockets_teller *teller)
{
    GHashTable *counts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_count);
    wmem_allocator_t *pool = wmem_allocator_new(WMEM_ALLOCATOR_BLOCK_FAST);
    GArray *places = in_order(sockets);
    unsigned told = 0;

    for (guint i = 0; i < places->len; i++, wmem_free_all(pool)) {
        const struct place *place = &g_array_index(places, struct place, i);
        const struct tcpstate_stand *stand = tcpstate_census_at(&sockets->census, place->index);
        struct tcpstate_summary summary;
        tcpstate_incarnation_summary(stand->incarnation, &summary);
        const struct tcpstate_socket socket = { &summary, place->end, (enum tcpstate_state)stand->state[place->end],
                                                stand->inferred[place->end], place->lasts };
        const char *host = tcpstate_address_text(pool, &summary.pair, socket.end, false);
        if (!is_wanted(sockets, host))
            continue;
        teller->socket(teller->whom, pool, &socket);
        if (teller->count)
            count_in(counts, host, socket.state, socket.inferred);
        told++;
    }
    if (teller->count)
        tell_counts(counts, teller);
    g_array_free(places, TRUE);
    wmem_destroy_allocator(pool);
    g_hash_table_destroy(counts);
    return told;
}

/* Whether the host sent or was sent a segment up to the moment. */
static bool is_there(const struct tcpstate_sockets *sockets, wmem_allocator_t *pool)
{
    bool there = false;

    for (unsigned i = 0; i < sockets->census.stands.count && !there; i++) {
        struct tcpstate_summary summary;
        tcpstate_incarnation_summary(tcpstate_census_at(&sockets->census, i)->incarnation, &summary);
        for (int end = 0; end < 2; end++)
            there |= is_wanted(sockets, tcpstate_address_text(pool, &summary.pair, end, false));
    }
    return there;
}

const char *tcpstate_sockets_why_none(wmem_allocator_t *pool, const struct tcpstate_sockets *sockets)
{
    enum tcpstate_language language = tcpstate_language();

    if (!sockets->host || is_there(sockets, pool))
        return tcpstate_phrase(TCPSTATE_PHRASE_SOCKETS_NONE, language);
    char *host = tcpstate_printable(sockets->host);
    const char *why = wmem_strdup_printf(
        pool, tcpstate_phrase(sockets->is_address ? TCPSTATE_PHRASE_SOCKETS_NO_HOST : TCPSTATE_PHRASE_SOCKETS_NO_ADDRESS, language), host);
    g_free(host);
    return why;
}

/* ---- What is asked for ---- */

char *tcpstate_sockets_host(const char *word, bool *is_address)
{
    ws_in4_addr v4;
    ws_in6_addr v6;
    char text[WS_INET6_ADDRSTRLEN];

    *is_address = true;
    if (ws_inet_pton6(word, &v6))
        return g_strdup(ws_inet_ntop6(&v6, text, sizeof text));
    *is_address = ws_inet_pton4(word, &v4);
    return g_strdup(word);
}

static void set_word(struct tcpstate_sockets *sockets, const char *word)
{
    char *rest;
    double number = g_ascii_strtod(word, &rest);

    if (strcmp(word, "all") == 0) {
        sockets->all = true;
    } else if (*rest != '\0') {
        g_free(sockets->host);
        sockets->host = tcpstate_sockets_host(word, &sockets->is_address);
    } else if (strchr(word, '.')) {
        sockets->seconds = number;
    } else {
        sockets->frame = (uint32_t)CLAMP(number, 0, UINT32_MAX);
    }
}

struct tcpstate_sockets *tcpstate_sockets_new(const char *words)
{
    struct tcpstate_sockets *sockets = g_new0(struct tcpstate_sockets, 1);
    char **list = g_strsplit(words ? words : "", ",", 3);

    tcpstate_census_begin(&sockets->census, NULL, NULL);
    sockets->frame = UINT32_MAX;
    sockets->seconds = -1;
    for (char **word = list; *word; word++) {
        g_strstrip(*word);
        if (**word && strcmp(*word, "end") != 0)
            set_word(sockets, *word);
    }
    g_strfreev(list);
    return sockets;
}

bool tcpstate_sockets_all(const struct tcpstate_sockets *sockets)
{
    return sockets->all;
}

void tcpstate_sockets_clear(struct tcpstate_sockets *sockets)
{
    tcpstate_census_clear(&sockets->census);
}

void tcpstate_sockets_free(struct tcpstate_sockets *sockets)
{
    tcpstate_census_end(&sockets->census);
    g_free(sockets->host);
    g_free(sockets);
}

/* The moment stays: it is of all that was taken. */
void tcpstate_sockets_select(struct tcpstate_sockets *sockets, tcpstate_selects *wanted, const void *whom)
{
    unsigned kept = 0;

    for (unsigned i = 0; i < sockets->census.stands.count; i++)
        if (wanted(tcpstate_census_at(&sockets->census, i)->incarnation, whom))
            *tcpstate_census_at(&sockets->census, kept++) = *tcpstate_census_at(&sockets->census, i);
    tcpstate_per_connection_cut(&sockets->census.stands, kept);
}
