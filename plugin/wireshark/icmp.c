/* icmp.c - what ICMP errors say of a connection's segments; see icmp.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Few connections have one, so they are kept beside the connections.  Types and codes
 * are IANA's; which of them a TCP should outlive, RFC 9293 section 3.9.2.2 says, and of
 * ICMPv6's codes for good RFC 5927 section 4.
 */
#include "icmp.h"

#include <string.h>

#include <wsutil/str_util.h>

#include "../text/phrases.h"
#include "host.h"
#include "incarnations.h"
#include "wording.h"

enum { ANY_CODE = 0xff };
enum kind { UNSAID, SOFT, HARD, SIZE };

static const struct meaning {
    uint8_t address_length, type, code;
    uint8_t kind;
    const char *name;
    enum tcpstate_phrase phrase;
} meanings[] = {
#define MEANS(id, name, length, type, code, kind) { length, type, code, kind, name, TCPSTATE_PHRASE_ICMP_##id }
    MEANS(NET, "network-unreachable", 4, 3, 0, SOFT),
    MEANS(HOST, "host-unreachable", 4, 3, 1, SOFT),
    MEANS(PROTOCOL, "protocol-unreachable", 4, 3, 2, HARD),
    MEANS(PORT, "port-unreachable", 4, 3, 3, HARD),
    MEANS(TOO_BIG, "fragmentation-needed", 4, 3, 4, SIZE),
    MEANS(SOURCE_ROUTE, "source-route-failed", 4, 3, 5, SOFT),
    MEANS(NET_UNKNOWN, "network-unknown", 4, 3, 6, UNSAID),
    MEANS(HOST_UNKNOWN, "host-unknown", 4, 3, 7, UNSAID),
    MEANS(PROHIBITED_NET, "network-prohibited", 4, 3, 9, UNSAID),
    MEANS(PROHIBITED_HOST, "host-prohibited", 4, 3, 10, UNSAID),
    MEANS(NET_TOS, "network-unreachable-for-tos", 4, 3, 11, UNSAID),
    MEANS(HOST_TOS, "host-unreachable-for-tos", 4, 3, 12, UNSAID),
    MEANS(PROHIBITED, "communication-prohibited", 4, 3, 13, UNSAID),
    MEANS(UNREACHABLE, "unreachable", 4, 3, ANY_CODE, UNSAID),
    MEANS(TIME_EXCEEDED, "time-exceeded", 4, 11, 0, SOFT),
    MEANS(REASSEMBLY, "reassembly-time-exceeded", 4, 11, ANY_CODE, SOFT),
    MEANS(PARAMETER, "parameter-problem", 4, 12, ANY_CODE, SOFT),
    MEANS(NO_ROUTE, "no-route", 16, 1, 0, SOFT),
    MEANS(PROHIBITED, "communication-prohibited", 16, 1, 1, HARD),
    MEANS(SCOPE, "beyond-scope", 16, 1, 2, UNSAID),
    MEANS(ADDRESS, "address-unreachable", 16, 1, 3, SOFT),
    MEANS(PORT, "port-unreachable", 16, 1, 4, HARD),
    MEANS(SOURCE_POLICY, "source-address-failed-policy", 16, 1, 5, UNSAID),
    MEANS(REJECT_ROUTE, "reject-route", 16, 1, 6, UNSAID),
    MEANS(UNREACHABLE, "unreachable", 16, 1, ANY_CODE, UNSAID),
    MEANS(TOO_BIG, "packet-too-big", 16, 2, ANY_CODE, SIZE),
    MEANS(TIME_EXCEEDED, "time-exceeded", 16, 3, 0, SOFT),
    MEANS(REASSEMBLY, "reassembly-time-exceeded", 16, 3, ANY_CODE, SOFT),
    MEANS(PARAMETER, "parameter-problem", 16, 4, ANY_CODE, SOFT),
#undef MEANS
};

static const struct meaning *meaning_of(unsigned address_length, uint8_t type, uint8_t code)
{
    for (size_t i = 0; i < array_length(meanings); i++)
        if (meanings[i].address_length == address_length && meanings[i].type == type
            && (meanings[i].code == code || meanings[i].code == ANY_CODE))
            return &meanings[i];
    return NULL;
}

static GHashTable *errors; /* struct tcpstate_incarnation -> struct tcpstate_icmp; NULL: none in this file */

void tcpstate_icmp_end(void)
{
    g_clear_pointer(&errors, g_hash_table_destroy); /* the file scope frees what is in it */
}

void tcpstate_icmp_note(struct tcpstate_incarnation *incarnation, const struct tcpstate_reading *reading, bool of_syn)
{
    struct tcpstate_icmp *icmp = (struct tcpstate_icmp *)tcpstate_icmp_of(incarnation);

    if (!icmp) {
        icmp = wmem_new0(tcpstate_file_scope(), struct tcpstate_icmp);
        if (!errors)
            errors = g_hash_table_new(NULL, NULL);
        g_hash_table_insert(errors, incarnation, icmp);
        incarnation->has_icmp = true;
    }
    *icmp = tcpstate_icmp_in(reading, of_syn);
}

struct tcpstate_icmp tcpstate_icmp_in(const struct tcpstate_reading *reading, bool of_syn)
{
    struct tcpstate_icmp icmp = {
        .address_length = reading->pair.address_length,
        .type = reading->icmp_type,
        .code = reading->icmp_code,
        .from = reading->segment.from,
        .of_syn = of_syn,
    };

    memcpy(icmp.reporter, reading->reporter, sizeof icmp.reporter);
    return icmp;
}

const struct tcpstate_icmp *tcpstate_icmp_of(const struct tcpstate_incarnation *incarnation)
{
    return incarnation->has_icmp ? (const struct tcpstate_icmp *)g_hash_table_lookup(errors, incarnation) : NULL;
}

bool tcpstate_icmp_is_of_size(const struct tcpstate_reading *reading)
{
    const struct meaning *meaning = meaning_of(reading->pair.address_length, reading->icmp_type, reading->icmp_code);

    return meaning && meaning->kind == SIZE;
}

const char *tcpstate_icmp_name(const struct tcpstate_icmp *icmp)
{
    const struct meaning *meaning = meaning_of(icmp->address_length, icmp->type, icmp->code);

    return meaning ? meaning->name : "unreachable";
}

const char *tcpstate_icmp_reason(enum tcpstate_language language, const struct tcpstate_icmp *icmp)
{
    const struct meaning *meaning = meaning_of(icmp->address_length, icmp->type, icmp->code);

    return tcpstate_phrase(meaning ? meaning->phrase : TCPSTATE_PHRASE_ICMP_UNREACHABLE, language);
}

const char *tcpstate_icmp_kind(const struct tcpstate_icmp *icmp)
{
    const struct meaning *meaning = meaning_of(icmp->address_length, icmp->type, icmp->code);

    return !meaning ? NULL : meaning->kind == SOFT ? "soft" : meaning->kind == HARD ? "hard" : NULL;
}

const char *tcpstate_icmp_text(wmem_allocator_t *pool, enum tcpstate_language language, const struct tcpstate_icmp *icmp,
                               const struct tcpstate_incarnation *incarnation, int client)
{
    const char *kind = tcpstate_icmp_kind(icmp);
    struct tcpstate_places places = { .language = language };
    const char *text = wmem_strdup_printf(pool, tcpstate_phrase(TCPSTATE_PHRASE_ICMP_SAYS, language),
                                          tcpstate_ip_text(pool, icmp->reporter, icmp->address_length, true),
                                          tcpstate_icmp_reason(language, icmp));

    if (kind)
        text = wmem_strconcat(pool, text,
                              tcpstate_phrase(*kind == 's' ? TCPSTATE_PHRASE_ICMP_SOFT : TCPSTATE_PHRASE_ICMP_HARD, language), NULL);
    if (icmp->of_syn)
        return text;
    tcpstate_place_end(pool, incarnation, icmp->from, client, &places);
    return wmem_strconcat(pool, text, tcpstate_filled(pool, tcpstate_phrase(TCPSTATE_PHRASE_ICMP_OF, language), &places), NULL);
}

const char *tcpstate_icmp_why(wmem_allocator_t *pool, enum tcpstate_language language,
                              const struct tcpstate_incarnation *incarnation, const struct tcpstate_outcome *outcome, int client)
{
    const struct tcpstate_icmp *icmp = tcpstate_icmp_of(incarnation);

    if (!icmp || outcome->result == TCPSTATE_RESULT_CLOSED || outcome->result == TCPSTATE_RESULT_OPEN)
        return "";
    return tcpstate_icmp_text(pool, language, icmp, incarnation, client);
}
