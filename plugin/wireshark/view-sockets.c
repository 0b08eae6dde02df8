/* view-sockets.c - "-z tcpstate,sockets[,json][,HOST][,AT]": the sockets of each host at a
 * moment, as "ss -tan" would have shown them there.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * AT is a frame's number, or a time in seconds since the capture's first frame if
 * it has a point; left out: the capture's end.  A socket of the wire: what never
 * sent or received anything (a listening one) is not there, and a state is as
 * proven or inferred as in the tree.  TIME_WAIT ends after the preference two_msl.
 */
#include "rows.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "../text/phrases.h"
#include "incarnations.h"
#include "preferences.h"
#include "text-width.h"
#include "wording.h"

/* Where both ends of a connection stood after its last segment up to the moment. */
struct stand {
    const struct tcpstate_incarnation *incarnation;
    int64_t time, since[2];
    uint8_t state[2];
    bool inferred[2];
    bool over; /* the four-tuple's next connection has begun, and so the ends hold it no longer */
};

struct sockets {
    GArray *stands;      /* of struct stand */
    GHashTable *by_incarnation; /* -> index + 1 */
    bool json;           /* an object in each line */
    char *host;          /* or NULL: all */
    uint32_t frame;      /* the last that counts; UINT32_MAX: all */
    double seconds;      /* since the first frame, the last that counts; negative: all */
    int64_t moment;      /* of the last segment taken, whosever */
};

static void take(void *data, const struct tcpstate_tapped *tapped)
{
    struct sockets *sockets = (struct sockets *)data;
    const struct tcpstate_incarnation *incarnation = tapped->sight.incarnation;
    int64_t now = tapped->reading.segment.time;

    if (tapped->reading.segment.frame > sockets->frame || (sockets->seconds >= 0 && tapped->began > sockets->seconds * 1000))
        return;
    unsigned index = GPOINTER_TO_UINT(g_hash_table_lookup(sockets->by_incarnation, incarnation));
    if (index == 0) {
        struct stand fresh = { .incarnation = incarnation, .since = { now, now }, .state = { TCPSTATE_UNKNOWN, TCPSTATE_UNKNOWN } };
        unsigned before = incarnation->before ? GPOINTER_TO_UINT(g_hash_table_lookup(sockets->by_incarnation, incarnation->before)) : 0;
        if (before > 0)
            g_array_index(sockets->stands, struct stand, before - 1).over = true;
        g_array_append_val(sockets->stands, fresh);
        index = sockets->stands->len;
        g_hash_table_insert(sockets->by_incarnation, (gpointer)incarnation, GUINT_TO_POINTER(index));
    }
    struct stand *stand = &g_array_index(sockets->stands, struct stand, index - 1);
    stand->over = false; /* it goes on beside the next one, if that has begun */
    for (int i = 0; i < 2; i++) {
        const struct tcpstate_standing *end = &tapped->sight.seen.ends[i];
        if (stand->state[i] != end->after)
            stand->since[i] = now;
        stand->state[i] = end->after;
        stand->inferred[i] = end->after_inferred;
    }
    stand->time = now;
    sockets->moment = MAX(sockets->moment, now);
}

/* Nanoseconds from then to the moment: of the capture's end, or of the last segment that counts. */
static int64_t lasts(const struct sockets *sockets, int64_t since)
{
    bool whole = sockets->frame == UINT32_MAX && sockets->seconds < 0;

    return MAX(whole ? tcpstate_capture_lasts(since) : sockets->moment - since, 0);
}

/* The state at the moment; TIME_WAIT ends without a segment. */
static enum tcpstate_state state_then(const struct sockets *sockets, const struct stand *stand, int end)
{
    enum tcpstate_state state = (enum tcpstate_state)stand->state[end];

    if (state == TCPSTATE_TIME_WAIT && lasts(sockets, stand->since[end]) > tcpstate_two_msl())
        return TCPSTATE_CLOSED;
    return state;
}

static bool is_socket(enum tcpstate_state state)
{
    return state != TCPSTATE_CLOSED && state != TCPSTATE_LISTEN && state != TCPSTATE_UNKNOWN;
}

/* ---- How many, by host and state ---- */

struct count {
    char *host;
    enum tcpstate_state state;
    unsigned number, inferred;
};

static void count_in(GHashTable *counts, const char *host, enum tcpstate_state state, bool inferred)
{
    char *key = g_strdup_printf("%s %d", host, (int)state);
    struct count *count = (struct count *)g_hash_table_lookup(counts, key);

    if (!count) {
        count = g_new0(struct count, 1);
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
    g_free(((struct count *)data)->host);
    g_free(data);
}

static int by_number(gconstpointer a, gconstpointer b)
{
    const struct count *one = (const struct count *)a, *other = (const struct count *)b;

    if (one->number != other->number)
        return one->number < other->number ? 1 : -1;
    int hosts = strcmp(one->host, other->host);
    return hosts != 0 ? hosts : (int)one->state - (int)other->state;
}

/* Who must act before a socket in this state can go on; NULL: nobody. */
struct owing {
    const char *name;
    enum tcpstate_phrase text;
};
static const struct owing *owing_of(enum tcpstate_state state)
{
    static const struct owing fin = { "own-fin", TCPSTATE_PHRASE_SOCKETS_OWES_FIN },
                              ack = { "peer-ack", TCPSTATE_PHRASE_SOCKETS_PEER_OWES_ACK },
                              peer_fin = { "peer-fin", TCPSTATE_PHRASE_SOCKETS_PEER_OWES_FIN };

    switch (state) {
    case TCPSTATE_CLOSE_WAIT: return &fin;
    case TCPSTATE_FIN_WAIT_1:
    case TCPSTATE_LAST_ACK:
    case TCPSTATE_CLOSING: return &ack;
    case TCPSTATE_FIN_WAIT_2: return &peer_fin;
    default: return NULL;
    }
}

static void print_count(const struct count *count)
{
    const struct owing *owing = owing_of(count->state);
    enum tcpstate_language language = tcpstate_language();

    printf("%8u  ", count->number);
    tcpstate_print_padded(tcpstate_state_name(count->state), 11, false);
    printf("  %s", count->host);
    if (count->inferred > 0)
        printf(tcpstate_phrase(TCPSTATE_PHRASE_SOCKETS_INFERRED, language), count->inferred);
    printf("%s%s\n", owing ? "  " : "", owing ? tcpstate_phrase(owing->text, language) : "");
}

static void print_json_count(const struct count *count)
{
    const struct owing *owing = owing_of(count->state);
    json_dumper row;

    tcpstate_row_begin(&row);
    tcpstate_row_string(&row, "record", "count");
    tcpstate_row_string(&row, "host", count->host);
    tcpstate_row_string(&row, "state", tcpstate_state_name(count->state));
    tcpstate_row_number(&row, "count", count->number);
    tcpstate_row_number(&row, "count_inferred", count->inferred);
    tcpstate_row_string(&row, "owes", owing ? owing->name : NULL);
    tcpstate_row_end(&row);
}

static void print_counts(GHashTable *counts, bool json)
{
    GList *list = g_list_sort(g_hash_table_get_values(counts), by_number);

    if (!json)
        printf("\n%s\n", tcpstate_phrase(TCPSTATE_PHRASE_SOCKETS_COUNTS, tcpstate_language()));
    for (GList *at = list; at; at = at->next)
        (json ? print_json_count : print_count)((const struct count *)at->data);
    g_list_free(list);
}

/* ---- Each of them ---- */

struct socket {
    const struct tcpstate_summary *summary; /* of its connection */
    int end;
    enum tcpstate_state state;
    bool inferred;
    int64_t lasts; /* nanoseconds */
};

static void print_socket(const struct socket *socket, wmem_allocator_t *pool)
{
    const struct tcpstate_pair *pair = &socket->summary->pair;
    const char *name = wmem_strdup_printf(pool, "%s%s", tcpstate_state_name(socket->state), socket->inferred ? "?" : "");

    tcpstate_print_padded(name, 13, false);
    tcpstate_print_padded(tcpstate_endpoint_text(pool, pair, socket->end), 47, false);
    tcpstate_print_padded(tcpstate_endpoint_text(pool, pair, !socket->end), 47, false);
    printf("%s\n", tcpstate_seconds_text(pool, socket->lasts));
}

/* As OpenTelemetry's network.connection.state spells it. */
static const char *state_elsewhere(wmem_allocator_t *pool, enum tcpstate_state state)
{
    if (state == TCPSTATE_SYN_RCVD)
        return "syn_received";
    char *lower = g_ascii_strdown(tcpstate_state_name(state), -1);
    const char *kept = wmem_strdup(pool, lower);
    g_free(lower);
    return kept;
}

static void print_json_socket(const struct socket *socket, wmem_allocator_t *pool)
{
    const struct tcpstate_pair *pair = &socket->summary->pair;
    json_dumper row;

    tcpstate_row_begin(&row);
    tcpstate_row_string(&row, "record", "socket");
    tcpstate_row_string(&row, "host", tcpstate_address_text(pool, pair, socket->end, false));
    tcpstate_row_string(&row, "state", tcpstate_state_name(socket->state));
    tcpstate_row_boolean(&row, "inferred", socket->inferred);
    tcpstate_row_seconds(&row, "since", socket->lasts);
    tcpstate_row_number(&row, "connection", socket->summary->number);
    tcpstate_row_string(&row, "community_id", tcpstate_community_id(pool, pair));
    tcpstate_row_end_of(&row, "network.local", pair, socket->end);
    tcpstate_row_end_of(&row, "network.peer", pair, !socket->end);
    tcpstate_row_string(&row, "network.connection.state", state_elsewhere(pool, socket->state));
    tcpstate_row_network(&row, pair);
    tcpstate_row_end(&row);
}

static void print(void *data)
{
    const struct sockets *sockets = (const struct sockets *)data;
    GHashTable *counts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_count);
    wmem_allocator_t *pool = wmem_allocator_new(WMEM_ALLOCATOR_BLOCK_FAST);

    if (!sockets->json) {
        printf("%s\n", tcpstate_phrase(TCPSTATE_PHRASE_SOCKETS_TITLE, tcpstate_language()));
        printf("State        Local                                          Peer                                           Since (s)\n");
    }
    for (unsigned i = 0; i < sockets->stands->len; i++, wmem_free_all(pool)) {
        const struct stand *stand = &g_array_index(sockets->stands, struct stand, i);
        struct tcpstate_summary summary;
        tcpstate_incarnation_summary(stand->incarnation, &summary);
        for (int end = 0; end < 2; end++) {
            const struct socket socket = { &summary, end, state_then(sockets, stand, end), stand->inferred[end],
                                           lasts(sockets, stand->since[end]) };
            const char *host = tcpstate_address_text(pool, &summary.pair, end, false);
            if (stand->over || !is_socket(socket.state) || (sockets->host && strcmp(sockets->host, host) != 0))
                continue;
            (sockets->json ? print_json_socket : print_socket)(&socket, pool);
            count_in(counts, host, socket.state, socket.inferred);
        }
    }
    print_counts(counts, sockets->json);
    wmem_destroy_allocator(pool);
    g_hash_table_destroy(counts);
}

/* ---- The view ---- */

static void forget(void *data)
{
    struct sockets *sockets = (struct sockets *)data;

    g_array_set_size(sockets->stands, 0);
    g_hash_table_remove_all(sockets->by_incarnation);
    sockets->moment = INT64_MIN;
}

static void end(void *data)
{
    struct sockets *sockets = (struct sockets *)data;

    g_array_free(sockets->stands, TRUE);
    g_hash_table_destroy(sockets->by_incarnation);
    g_free(sockets->host);
    g_free(sockets);
}

/* A word that is a number is the moment, any other is the host. */
static void *begin(const char *given, const char **filter)
{
    struct sockets *sockets = g_new0(struct sockets, 1);

    sockets->json = tcpstate_takes(&given, "json");
    char **words = g_strsplit(given ? given : "", ",", 3);

    sockets->stands = g_array_new(FALSE, TRUE, sizeof(struct stand));
    sockets->by_incarnation = g_hash_table_new(g_direct_hash, g_direct_equal);
    sockets->frame = UINT32_MAX;
    sockets->seconds = -1;
    sockets->moment = INT64_MIN;
    for (char **word = words; *word; word++) {
        char *rest;
        if (!**word || strcmp(*word, "end") == 0)
            continue;
        double number = g_ascii_strtod(*word, &rest);
        if (*rest != '\0') {
            g_free(sockets->host);
            sockets->host = g_strdup(*word);
        } else if (strchr(*word, '.')) {
            sockets->seconds = number;
        } else {
            sockets->frame = (uint32_t)CLAMP(number, 0, UINT32_MAX);
        }
    }
    g_strfreev(words);
    *filter = NULL;
    return sockets;
}

/* The moment stays: it is of all that was taken. */
static void select_connections(void *data, tcpstate_selects *wanted, const void *whom)
{
    struct sockets *sockets = (struct sockets *)data;
    unsigned kept = 0;

    for (unsigned i = 0; i < sockets->stands->len; i++) {
        const struct stand *stand = &g_array_index(sockets->stands, struct stand, i);
        if (wanted(stand->incarnation, whom))
            g_array_index(sockets->stands, struct stand, kept++) = *stand;
    }
    g_array_set_size(sockets->stands, kept);
    g_hash_table_remove_all(sockets->by_incarnation);
}

const struct tcpstate_printed tcpstate_printed_sockets = {
    "sockets", begin, take, forget, print, end, select_connections,
};
