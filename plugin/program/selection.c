/* selection.c - which connections are asked for; see selection.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "selection.h"

#include <string.h>

#include <wsutil/inet_addr.h>

#include "../packet/header.h"
#include "../wireshark/host.h"
#include "../wireshark/report.h"

static bool read_address(const char *text, uint8_t bytes[16], unsigned *length)
{
    ws_in4_addr v4;
    ws_in6_addr v6;

    memset(bytes, 0, 16);
    if (ws_inet_pton4(text, &v4)) {
        memcpy(bytes, &v4, *length = 4);
        return true;
    }
    if (!ws_inet_pton6(text, &v6))
        return false;
    memcpy(bytes, &v6, *length = 16);
    return true;
}

static bool read_number(const char *text, uint64_t most, uint64_t *number)
{
    return g_ascii_string_to_unsigned(text, 10, 0, most, (guint64 *)number, NULL);
}

/* "2026-11-27T22:15:00Z", with an offset or without one (then local time), or seconds since 1970. */
static bool read_time(const char *text, int64_t *time)
{
    GTimeZone *zone = g_time_zone_new_local();
    GDateTime *moment = g_date_time_new_from_iso8601(text, zone);
    bool understood = moment != NULL;
    char *end;

    if (moment) {
        *time = tcpstate_nanoseconds(g_date_time_to_unix(moment), g_date_time_get_microsecond(moment) * 1000);
        g_date_time_unref(moment);
    } else {
        double seconds = g_ascii_strtod(text, &end);
        understood = end != text && *end == '\0' && seconds > -9e9 && seconds < 9e9;
        if (understood)
            *time = (int64_t)(seconds * 1e9);
    }
    g_time_zone_unref(zone);
    return understood;
}

static bool is_outcome(const char *name)
{
    for (int result = 0; result < TCPSTATE_RESULTS; result++)
        if (strcmp(name, tcpstate_result_name((enum tcpstate_result)result)) == 0)
            return true;
    return false;
}

char *tcpstate_address_check(const char *text, const char **printed)
{
    uint8_t bytes[16];
    unsigned length;

    if (!read_address(text, bytes, &length))
        return g_strdup_printf("\"%s\" is no IP address", text);
    *printed = tcpstate_ip_text(NULL, bytes, length, false);
    return NULL;
}

char *tcpstate_selection_check(const struct tcpstate_selection *selection)
{
    const struct tcpstate_selection *s = selection;
    uint8_t bytes[16];
    unsigned length;
    uint64_t number;
    int64_t time;

    for (char **at = s->addresses; at && *at; at++)
        if (!read_address(*at, bytes, &length))
            return g_strdup_printf("\"%s\" is no IP address", *at);
    for (char **at = s->ports; at && *at; at++)
        if (!read_number(*at, UINT16_MAX, &number))
            return g_strdup_printf("\"%s\" is no port", *at);
    for (char **at = s->streams; at && *at; at++)
        if (!read_number(*at, UINT32_MAX, &number))
            return g_strdup_printf("\"%s\" is no number of a stream", *at);
    for (char **at = s->connections; at && *at; at++)
        if (!read_number(*at, UINT32_MAX, &number))
            return g_strdup_printf("\"%s\" is no number of a connection", *at);
    for (char **at = s->outcomes; at && *at; at++)
        if (!is_outcome(*at))
            return g_strdup_printf("\"%s\" is no outcome: it is a value of the field tcpstate.outcome, as \"refused\"", *at);
    if ((s->from && !read_time(s->from, &time)) || (s->until && !read_time(s->until, &time)))
        return g_strdup("times are written as 2026-11-27T22:15:00Z, or as seconds since 1970");
    return NULL;
}

bool tcpstate_selection_is_on(const struct tcpstate_selection *s)
{
    return s->addresses || s->outcomes || s->ports || s->connections || s->streams || s->from || s->until || s->trouble;
}

static bool has_address(const struct tcpstate_pair *pair, char **wanted)
{
    uint8_t bytes[16];
    unsigned length = 0;

    for (; *wanted; wanted++)
        if (read_address(*wanted, bytes, &length) && length == pair->address_length
            && (memcmp(pair->address[0], bytes, length) == 0 || memcmp(pair->address[1], bytes, length) == 0))
            return true;
    return false;
}

static bool has_number(char **wanted, uint32_t one, uint32_t other)
{
    uint64_t number;

    for (; *wanted; wanted++)
        if (read_number(*wanted, UINT32_MAX, &number) && (number == one || number == other))
            return true;
    return false;
}

bool tcpstate_selection_has(const struct tcpstate_incarnation *incarnation, const void *selection)
{
    const struct tcpstate_selection *s = (const struct tcpstate_selection *)selection;
    const struct tcpstate_tally tally = { .incarnation = incarnation };
    struct tcpstate_known known;
    int64_t time;

    tcpstate_known_of(&tally, &known);
    const struct tcpstate_summary *summary = &known.summary;
    const int64_t *moments = summary->moments;
    if (s->addresses && !has_address(&summary->pair, s->addresses))
        return false;
    if (s->ports && !has_number(s->ports, summary->pair.port[0], summary->pair.port[1]))
        return false;
    if (s->connections && !has_number(s->connections, summary->number, summary->number))
        return false;
    if (s->streams && !has_number(s->streams, summary->stream, summary->stream))
        return false;
    if (s->outcomes && !g_strv_contains((const char *const *)s->outcomes, tcpstate_result_name(summary->outcome.result)))
        return false;
    if (s->from && read_time(s->from, &time) && moments[TCPSTATE_MOMENT_LAST] < time)
        return false;
    if (s->until && read_time(s->until, &time) && moments[TCPSTATE_MOMENT_FIRST] > time)
        return false;
    return !s->trouble || tcpstate_report_lists(incarnation, &known);
}
