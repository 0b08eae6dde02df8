/* view-sockets.c - "-z tcpstate,sockets[,json|,all][,HOST][,AT]": the sockets of each host at a
 * moment, as "ss -tan" would have shown them there; as a table, or as rows for programs.
 * "-z tcpstate,sockets[,json],every,SECONDS[,HOST]": how many there are, moment after moment.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "view-sockets.h"

#include <limits.h>
#include <stdio.h>

#include "../text/phrases.h"
#include "host.h"
#include "preferences.h"
#include "printed.h"
#include "rows.h"
#include "sockets-over-time.h"
#include "text-width.h"
#include "wording.h"

#define STATE_WIDTH 13 /* "ESTABLISHED?" and a blank */
#define ADDRESS_WIDTH 39 /* the longest of IPv6 */
#define MOST_SOCKETS 1000 /* in the table, and then counts */
#define MOST_COUNTS 100

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

/* ---- For a person ---- */

struct table {
    GString *out;
    int width;                    /* of an endpoint's column */
    unsigned most, most_counts;   /* of each in the table */
    unsigned sockets, counts;     /* of each so far */
};

static void measure_socket(void *whom, wmem_allocator_t *pool, const struct tcpstate_socket *socket)
{
    struct table *table = (struct table *)whom;

    if (table->sockets++ >= table->most)
        return;
    for (int end = 0; end < 2; end++)
        table->width = MAX(table->width, tcpstate_columns(tcpstate_endpoint_text(pool, &socket->summary->pair, end)) + 2);
}

static void append_heads(const struct table *table)
{
    const enum tcpstate_language language = tcpstate_language();

    tcpstate_append_filled(table->out, tcpstate_phrase(TCPSTATE_PHRASE_SOCKETS_STATE, language), STATE_WIDTH);
    tcpstate_append_filled(table->out, tcpstate_phrase(TCPSTATE_PHRASE_SOCKETS_LOCAL, language), table->width);
    tcpstate_append_filled(table->out, tcpstate_phrase(TCPSTATE_PHRASE_SOCKETS_PEER, language), table->width);
    g_string_append_printf(table->out, "%s\n", tcpstate_phrase(TCPSTATE_PHRASE_SOCKETS_LASTS, language));
}

static void append_socket(void *whom, wmem_allocator_t *pool, const struct tcpstate_socket *socket)
{
    struct table *table = (struct table *)whom;

    if (table->sockets++ >= table->most)
        return;
    const struct tcpstate_pair *pair = &socket->summary->pair;
    const char *name = wmem_strdup_printf(pool, "%s%s", tcpstate_state_name(socket->state), socket->inferred ? "?" : "");

    tcpstate_append_filled(table->out, name, STATE_WIDTH);
    tcpstate_append_filled(table->out, tcpstate_endpoint_text(pool, pair, socket->end), table->width);
    tcpstate_append_filled(table->out, tcpstate_endpoint_text(pool, pair, !socket->end), table->width);
    g_string_append_printf(table->out, "%s\n", tcpstate_seconds_text(pool, socket->lasts));
}

/* How many were not appended. */
static void append_rest(const struct table *table, unsigned all, unsigned most)
{
    if (all > most) {
        g_string_append_printf(table->out, tcpstate_phrase(TCPSTATE_PHRASE_SOCKETS_LEFT_OUT, tcpstate_language()), all - most,
                               tcpstate_option_for_all("-z tcpstate,sockets,all"));
        g_string_append_c(table->out, '\n');
    }
}

static void append_count(void *whom, const struct tcpstate_socket_count *count)
{
    struct table *table = (struct table *)whom;
    const struct owing *owing = owing_of(count->state);
    enum tcpstate_language language = tcpstate_language();

    if (table->counts == 0) {
        append_rest(table, table->sockets, table->most);
        g_string_append_printf(table->out, "\n%s\n", tcpstate_phrase(TCPSTATE_PHRASE_SOCKETS_COUNTS, language));
    }
    if (table->counts++ >= table->most_counts)
        return;
    g_string_append_printf(table->out, "%8u  ", count->number);
    tcpstate_append_filled(table->out, tcpstate_state_name(count->state), 11);
    g_string_append_printf(table->out, "  %s", count->host);
    if (count->inferred > 0)
        g_string_append_printf(table->out, tcpstate_phrase(TCPSTATE_PHRASE_SOCKETS_INFERRED, language), count->inferred);
    if (owing) {
        const char *text = tcpstate_phrase(owing->text, language);
        g_string_append(table->out, "  ");
        if (count->inferred == count->number) /* then nothing that these ends sent shows that they owe it */
            g_string_append_printf(table->out, tcpstate_phrase(TCPSTATE_PHRASE_SOCKETS_IF_SO, language), text);
        else
            g_string_append(table->out, text);
    }
    g_string_append_c(table->out, '\n');
}

void tcpstate_sockets_append(GString *out, const struct tcpstate_sockets *sockets)
{
    const bool all = tcpstate_sockets_all(sockets);
    struct table table = { .out = out, .most = all ? UINT_MAX : MOST_SOCKETS, .most_counts = all ? UINT_MAX : MOST_COUNTS };
    const struct tcpstate_sockets_teller measuring = { measure_socket, NULL, &table },
                                         appending = { append_socket, append_count, &table };
    wmem_allocator_t *pool = wmem_allocator_new(WMEM_ALLOCATOR_SIMPLE);

    g_string_append_printf(out, "%s\n", tcpstate_phrase(TCPSTATE_PHRASE_SOCKETS_TITLE, tcpstate_language()));
    if (tcpstate_sockets_tell(sockets, &measuring) == 0) {
        g_string_append_printf(out, "%s\n", tcpstate_sockets_why_none(pool, sockets));
    } else {
        append_heads(&table);
        table.sockets = 0;
        tcpstate_sockets_tell(sockets, &appending);
        append_rest(&table, table.counts, table.most_counts);
    }
    wmem_destroy_allocator(pool);
}

/* ---- For a program ---- */

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

static void print_json_socket(void *whom _U_, wmem_allocator_t *pool, const struct tcpstate_socket *socket)
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
    tcpstate_row_end_of(&row, pool, "network.local", pair, socket->end);
    tcpstate_row_end_of(&row, pool, "network.peer", pair, !socket->end);
    tcpstate_row_string(&row, "network.connection.state", state_elsewhere(pool, socket->state));
    tcpstate_row_network(&row, pair);
    tcpstate_row_end(&row);
}

/* What a count has at one moment and at each of many. */
static void end_json_count(json_dumper *row, const char *host, enum tcpstate_state state, unsigned number, unsigned inferred)
{
    const struct owing *owing = owing_of(state);

    tcpstate_row_string(row, "host", host);
    tcpstate_row_string(row, "state", tcpstate_state_name(state));
    tcpstate_row_number(row, "count", number);
    tcpstate_row_number(row, "count_inferred", inferred);
    tcpstate_row_string(row, "owes", owing ? owing->name : NULL);
    tcpstate_row_end(row);
}

static void print_json_count(void *whom _U_, const struct tcpstate_socket_count *count)
{
    json_dumper row;

    tcpstate_row_begin(&row);
    tcpstate_row_string(&row, "record", "count");
    end_json_count(&row, count->host, count->state, count->number, count->inferred);
}

static void print_json(const struct tcpstate_sockets *sockets)
{
    static const struct tcpstate_sockets_teller teller = { print_json_socket, print_json_count, NULL };
    wmem_allocator_t *pool = wmem_allocator_new(WMEM_ALLOCATOR_SIMPLE);

    if (tcpstate_sockets_tell(sockets, &teller) == 0)
        fprintf(stderr, "tcpstate: %s\n", tcpstate_sockets_why_none(pool, sockets));
    wmem_destroy_allocator(pool);
}

/* ---- Every so many seconds ---- */

/* One row for each count, as tools that draw take them. */
static void print_moment(const struct tcpstate_moment_count *count)
{
    printf("%11.3f  ", (double)count->moment / 1e9);
    tcpstate_print_padded(count->host ? count->host : tcpstate_phrase(TCPSTATE_PHRASE_SOCKETS_OTHER_HOSTS, tcpstate_language()),
                          ADDRESS_WIDTH, false);
    printf("  %-11s  %8u  %8u\n", tcpstate_state_name(count->state), count->number, count->inferred);
}

static void print_json_moment(const struct tcpstate_moment_count *count)
{
    json_dumper row;

    tcpstate_row_begin(&row);
    tcpstate_row_string(&row, "record", "count");
    tcpstate_row_seconds(&row, "time", count->moment);
    end_json_count(&row, count->host, count->state, count->number, count->inferred);
}

static void print_heads(void)
{
    const enum tcpstate_language language = tcpstate_language();
    GString *heads = g_string_new(NULL);

    tcpstate_append_filled(heads, tcpstate_phrase(TCPSTATE_PHRASE_SOCKETS_TIME, language), 13);
    tcpstate_append_filled(heads, tcpstate_phrase(TCPSTATE_PHRASE_SOCKETS_OF_HOST, language), ADDRESS_WIDTH + 2);
    tcpstate_append_filled(heads, tcpstate_phrase(TCPSTATE_PHRASE_SOCKETS_STATE, language), 14);
    tcpstate_append_filled(heads, tcpstate_phrase(TCPSTATE_PHRASE_SOCKETS_NUMBER, language), 9);
    puts(g_string_append(heads, tcpstate_phrase(TCPSTATE_PHRASE_SOCKETS_OF_THEM_INFERRED, language))->str);
    g_string_free(heads, TRUE);
}

static void complain(enum tcpstate_phrase of)
{
    fprintf(stderr, "tcpstate: %s\n", tcpstate_phrase(of, tcpstate_language()));
}

static void print_moments(const struct tcpstate_over_time *over_time, bool json)
{
    if (tcpstate_over_time_is_too_often(over_time)) {
        complain(TCPSTATE_PHRASE_SOCKETS_TOO_OFTEN);
        return;
    }
    if (!json)
        print_heads();
    tcpstate_over_time_tell(over_time, json ? print_json_moment : print_moment);
}

/* ---- The view ---- */

struct view {
    struct tcpstate_sockets *sockets;     /* at a moment */
    struct tcpstate_over_time *over_time; /* or, if that is NULL, every so many seconds; NULL: what was asked is no time */
    bool json;                            /* an object in each line */
};

/* What stands behind "every": SECONDS[,HOST]; NULL: it is no time. */
static struct tcpstate_over_time *begin_over_time(const char *given)
{
    char *rest = NULL, *host = NULL;
    const double every = given ? g_ascii_strtod(given, &rest) : 0;
    struct tcpstate_over_time *over_time = NULL;
    bool is_address;

    if (rest && *rest == ',' && rest[1] != '\0')
        host = tcpstate_sockets_host(rest + 1, &is_address);
    if (every > 0 && (*rest == '\0' || *rest == ','))
        over_time = tcpstate_over_time_new(every, host);
    g_free(host);
    return over_time;
}

static void *begin(const char *given, const char **filter)
{
    struct view *view = g_new0(struct view, 1);

    view->json = tcpstate_takes(&given, "json");
    if (tcpstate_takes(&given, "every"))
        view->over_time = begin_over_time(given);
    else
        view->sockets = tcpstate_sockets_new(given);
    *filter = NULL;
    return view;
}

static void take(void *data, const struct tcpstate_tapped *tapped)
{
    const struct view *view = (const struct view *)data;

    if (view->sockets)
        tcpstate_sockets_take(view->sockets, tapped);
    else if (view->over_time)
        tcpstate_over_time_take(view->over_time, tapped);
}

static void forget(void *data)
{
    const struct view *view = (const struct view *)data;

    if (view->sockets)
        tcpstate_sockets_clear(view->sockets);
    else if (view->over_time)
        tcpstate_over_time_clear(view->over_time);
}

static void print_sockets(const struct view *view)
{
    if (view->json) {
        print_json(view->sockets);
        return;
    }
    GString *out = g_string_new(NULL);
    tcpstate_sockets_append(out, view->sockets);
    fputs(out->str, stdout);
    g_string_free(out, TRUE);
}

static void print(void *data)
{
    const struct view *view = (const struct view *)data;

    if (view->sockets)
        print_sockets(view);
    else if (view->over_time)
        print_moments(view->over_time, view->json);
    else
        complain(TCPSTATE_PHRASE_SOCKETS_NO_TIME);
}

static void end(void *data)
{
    const struct view *view = (const struct view *)data;

    if (view->sockets)
        tcpstate_sockets_free(view->sockets);
    else if (view->over_time)
        tcpstate_over_time_free(view->over_time);
    g_free(data);
}

static void select_connections(void *data, tcpstate_selects *wanted, const void *whom)
{
    const struct view *view = (const struct view *)data;

    if (view->sockets)
        tcpstate_sockets_select(view->sockets, wanted, whom);
    else if (view->over_time)
        tcpstate_over_time_select(view->over_time, wanted, whom);
}

const struct tcpstate_printed tcpstate_printed_sockets = {
    "sockets", begin, take, forget, print, end, select_connections,
};
