/* wording-outcome.c - what became of a connection as text: who did it, what is missing, what came before; see wording.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "wording.h"

#include <inttypes.h>
#include <string.h>

#include "../text/phrases.h"
#include "capture.h"
#include "four-tuples.h"
#include "incarnations.h"
#include "names.h"
#include "preferences.h"

const char *tcpstate_ends_word(int ends, int client)
{
    enum tcpstate_language language = tcpstate_language();

    if (ends < 0)
        return tcpstate_close_kind_word(TCPSTATE_CLOSE_NONE, language);
    if (ends == TCPSTATE_BY_BOTH)
        return tcpstate_word(TCPSTATE_WORD_BOTH, language);
    return tcpstate_word(client < 0 || ends == TCPSTATE_BY_UNKNOWN ? TCPSTATE_WORD_UNKNOWN : ends == client ? TCPSTATE_WORD_CLIENT : TCPSTATE_WORD_SERVER,
                         language);
}

const char *tcpstate_closed_by_word(const struct tcpstate_outcome *outcome, int client)
{
    return tcpstate_ends_word(outcome->closed_by, client);
}

const char *tcpstate_ended_by_word(const struct tcpstate_outcome *outcome, int client)
{
    if (outcome->result == TCPSTATE_RESULT_REFUSED) /* a firewall's RST looks like the server's */
        return tcpstate_phrase(TCPSTATE_PHRASE_REFUSED_BY, tcpstate_language());
    return tcpstate_is_nobodys_reset(outcome) ? tcpstate_word(TCPSTATE_WORD_UNKNOWN, tcpstate_language())
                                              : tcpstate_ends_word(outcome->ended_by, client);
}

/* The phrase of a result that one end brought about, or both; TCPSTATE_PHRASES if there is none. */
static enum tcpstate_phrase phrase_of_ended(const struct tcpstate_outcome *outcome)
{
    bool both = outcome->closed_by == TCPSTATE_BY_BOTH;

    switch (outcome->result) {
    case TCPSTATE_RESULT_CLOSED:
        return both ? TCPSTATE_PHRASE_ENDED_CLOSED_BY_BOTH : TCPSTATE_PHRASE_ENDED_CLOSED;
    case TCPSTATE_RESULT_LAST_ACK_MISSING:
        return both ? TCPSTATE_PHRASE_ENDED_LAST_ACK_MISSING_BY_BOTH : TCPSTATE_PHRASE_ENDED_LAST_ACK_MISSING;
    case TCPSTATE_RESULT_RESET:
        return outcome->close_kind == TCPSTATE_CLOSE_FIN_RESET ? TCPSTATE_PHRASE_ENDED_FIN_RESET
                                                               : TCPSTATE_PHRASE_ENDED_RESET;
    case TCPSTATE_RESULT_REFUSED: return TCPSTATE_PHRASE_ENDED_REFUSED;
    case TCPSTATE_RESULT_REJECTED: return TCPSTATE_PHRASE_ENDED_REJECTED;
    case TCPSTATE_RESULT_HANDSHAKE_ABORTED: return TCPSTATE_PHRASE_ENDED_HANDSHAKE_ABORTED;
    case TCPSTATE_RESULT_HALF_CLOSED: return TCPSTATE_PHRASE_ENDED_HALF_CLOSED;
    default: return TCPSTATE_PHRASES;
    }
}

const char *tcpstate_ended_text(wmem_allocator_t *pool, const struct tcpstate_summary *summary)
{
    return tcpstate_ended_in(pool, tcpstate_language(), summary);
}

const char *tcpstate_ended_in(wmem_allocator_t *pool, enum tcpstate_language language,
                              const struct tcpstate_summary *summary)
{
    const struct tcpstate_outcome *outcome = &summary->outcome;
    int by = outcome->ended_by >= 0 ? outcome->ended_by : outcome->closed_by;
    bool nobody = by < 0 || by == TCPSTATE_BY_UNKNOWN || tcpstate_is_nobodys_reset(outcome);
    enum tcpstate_phrase phrase = nobody ? TCPSTATE_PHRASES : phrase_of_ended(outcome);
    const char *who;

    if (phrase == TCPSTATE_PHRASES)
        return tcpstate_result_word(outcome->result, language);
    if (by == TCPSTATE_BY_BOTH)
        who = tcpstate_phrase(TCPSTATE_PHRASE_BOTH_ENDS, language);
    else if (summary->client < 0)
        who = tcpstate_endpoint_text(pool, &summary->pair, by);
    else
        who = tcpstate_phrase(by == summary->client ? TCPSTATE_PHRASE_THE_CLIENT : TCPSTATE_PHRASE_THE_SERVER,
                              language);
    return wmem_strdup_printf(pool, tcpstate_phrase(phrase, language), who);
}

const char *tcpstate_reset_number_word(enum tcpstate_reset_number number)
{
    static const enum tcpstate_phrase phrases[] = {
        [TCPSTATE_RESET_NUMBER_NONE] = TCPSTATE_PHRASE_RESET_NUMBER_NONE,
        [TCPSTATE_RESET_NUMBER_EXACT] = TCPSTATE_PHRASE_RESET_NUMBER_EXACT,
        [TCPSTATE_RESET_NUMBER_WINDOW] = TCPSTATE_PHRASE_RESET_NUMBER_WINDOW,
        [TCPSTATE_RESET_NUMBER_OUTSIDE] = TCPSTATE_PHRASE_RESET_NUMBER_OUTSIDE,
        [TCPSTATE_RESET_NUMBER_ACK] = TCPSTATE_PHRASE_RESET_NUMBER_ACK,
        [TCPSTATE_RESET_NUMBER_BAD_ACK] = TCPSTATE_PHRASE_RESET_NUMBER_BAD_ACK,
    };

    return tcpstate_phrase(phrases[number], tcpstate_language());
}

/* Causes whose number is a time. */
#define TIMES (TCPSTATE_CAUSE_SILENCE | TCPSTATE_CAUSE_PAUSE | TCPSTATE_CAUSE_SHUT | TCPSTATE_CAUSE_OWN_SHUT)

int64_t tcpstate_cause_number(const struct tcpstate_account *account, unsigned cause)
{
    if (cause & TIMES)
        return (int64_t)account->reset_after * 1000000;
    return cause == TCPSTATE_CAUSE_MP_REASON ? account->reset_reason : account->reset_count;
}

static const char *cause_number_text(wmem_allocator_t *pool, unsigned cause, int64_t number)
{
    return cause & TIMES ? tcpstate_seconds_text(pool, number) : wmem_strdup_printf(pool, "%" PRId64, number);
}

const char *tcpstate_causes_text(wmem_allocator_t *pool, enum tcpstate_language language, unsigned cause, int64_t least,
                                 int64_t most)
{
    static const enum tcpstate_phrase phrases[] = {
        TCPSTATE_PHRASE_CAUSE_DATA_AFTER_CLOSE, TCPSTATE_PHRASE_CAUSE_SILENCE, TCPSTATE_PHRASE_CAUSE_PAUSE,
        TCPSTATE_PHRASE_CAUSE_SHUT, TCPSTATE_PHRASE_CAUSE_OWN_SHUT, TCPSTATE_PHRASE_CAUSE_KEEP_ALIVES,
        TCPSTATE_PHRASE_CAUSE_RETRANSMISSIONS, TCPSTATE_PHRASE_CAUSE_NO_RESPONSE, TCPSTATE_PHRASE_CAUSE_OTHER_TTL,
        TCPSTATE_PHRASE_CAUSE_BOTH_ENDS, TCPSTATE_PHRASE_CAUSE_UNSIGNED, TCPSTATE_PHRASE_CAUSE_MP_REASON,
        TCPSTATE_PHRASE_CAUSE_PAYLOAD, TCPSTATE_PHRASE_CAUSE_DISOWNED,
    };
    const char *number = cause_number_text(pool, cause, least), *end = cause_number_text(pool, cause, most);

    if (strcmp(number, end) != 0)
        number = wmem_strdup_printf(pool, tcpstate_phrase(TCPSTATE_PHRASE_CAUSE_FROM_TO, language), number, end);
    for (unsigned i = 0; i < array_length(phrases); i++)
        if (cause == 1u << i)
            return wmem_strdup_printf(pool, tcpstate_phrase(phrases[i], language), number);
    return "";
}

const char *tcpstate_cause_text(wmem_allocator_t *pool, enum tcpstate_language language,
                                const struct tcpstate_account *account, unsigned cause)
{
    const int64_t number = tcpstate_cause_number(account, cause);

    return tcpstate_causes_text(pool, language, cause, number, number);
}

unsigned tcpstate_reset_causes(const struct tcpstate_account *account)
{
    return account->disowned != 0 && account->disowned == account->reset_frame ? TCPSTATE_RESET_DISOWNED : account->causes;
}

const char *tcpstate_reset_why(wmem_allocator_t *pool, enum tcpstate_language language, const struct tcpstate_account *account)
{
    const unsigned causes = tcpstate_reset_causes(account);
    const char *why = "";

    for (unsigned cause = 1; cause <= TCPSTATE_RESET_DISOWNED; cause <<= 1)
        if (causes & cause)
            why = tcpstate_joined(pool, language, why, tcpstate_cause_text(pool, language, account, cause));
    return why;
}

void tcpstate_place_end(wmem_allocator_t *pool, const struct tcpstate_incarnation *incarnation, int end, int client,
                        struct tcpstate_places *places)
{
    places->sender_is_client = client < 0 || end < 0 ? -1 : end == client;
    if (client >= 0 || end < 0)
        return;
    struct tcpstate_pair pair;
    tcpstate_four_tuple_pair(incarnation->tuple, &pair);
    for (int i = 0; i < 2; i++)
        places->ends[i] = tcpstate_endpoint_text(pool, &pair, end ^ i);
}

const char *tcpstate_stall_text(wmem_allocator_t *pool, enum tcpstate_language language, const struct tcpstate_incarnation *incarnation,
                                int client)
{
    const struct tcpstate_account *account = &tcpstate_incarnation_connection(incarnation)->account;
    struct tcpstate_places places = { .language = language, .seconds = tcpstate_seconds_text(pool, account->stall) };

    tcpstate_place_end(pool, incarnation, tcpstate_stall_by(account), client, &places);
    return tcpstate_filled(pool, tcpstate_phrase(account->facts & TCPSTATE_ACCOUNT_STALL_SHUT ? TCPSTATE_PHRASE_STALL_WINDOW
                                                                          : TCPSTATE_PHRASE_STALL_UNACKNOWLEDGED, language), &places);
}

const char *tcpstate_wait_word(const struct tcpstate_wait *wait, int client)
{
    static const enum tcpstate_phrase phrases[TCPSTATE_WAIT_KINDS] = {
        [TCPSTATE_WAIT_NONE] = TCPSTATE_PHRASES,
        [TCPSTATE_WAIT_ZERO_WINDOW] = TCPSTATE_PHRASE_WAIT_ZERO_WINDOW,
        [TCPSTATE_WAIT_UNACKNOWLEDGED] = TCPSTATE_PHRASE_WAIT_UNACKNOWLEDGED,
        [TCPSTATE_WAIT_NO_RESPONSE] = TCPSTATE_PHRASE_WAIT_NO_RESPONSE,
        [TCPSTATE_WAIT_SILENT] = TCPSTATE_PHRASE_WAIT_SILENT,
    };

    if (wait->kind == TCPSTATE_WAIT_NONE)
        return "";
    return tcpstate_phrase(wait->kind == TCPSTATE_WAIT_SILENT && wait->owing == client ? TCPSTATE_PHRASE_WAIT_SILENT_CLIENT : phrases[wait->kind],
                           tcpstate_language());
}

const char *tcpstate_missing_in(wmem_allocator_t *pool, enum tcpstate_language language, const struct tcpstate_incarnation *incarnation,
                                const struct tcpstate_outcome *outcome, int client, int64_t last)
{
    const char *missing = tcpstate_missing(outcome->result, language);
    const int64_t lasts = MAX(tcpstate_capture_lasts(outcome->since == TCPSTATE_NO_TIME ? last : outcome->since), 0);

    if (!*missing || (outcome->result == TCPSTATE_RESULT_UNKNOWN && outcome->owing < 0))
        return "";
    if (tcpstate_outcome_is_early(outcome))
        return wmem_strdup_printf(pool, tcpstate_phrase(TCPSTATE_PHRASE_WAIT_EARLY, language), tcpstate_seconds_text(pool, lasts));
    const char *seconds = tcpstate_decimal_seconds(pool, lasts, 1);
    struct tcpstate_places places = { .language = language, .repeats = outcome->count, .seconds = seconds };
    tcpstate_place_end(pool, incarnation, outcome->owing, client, &places);
    if (outcome->result == TCPSTATE_RESULT_STALLED && outcome->count == 0)
        return wmem_strdup_printf(pool, tcpstate_phrase(TCPSTATE_PHRASE_WAIT_WINDOW, language),
                                  tcpstate_filled(pool, "{sender}", &places), seconds);
    if (outcome->result == TCPSTATE_RESULT_OPEN && lasts < TCPSTATE_SECOND)
        return tcpstate_phrase(TCPSTATE_PHRASE_WAIT_OPEN, language);
    if (outcome->result == TCPSTATE_RESULT_HALF_CLOSED && outcome->count > 0)
        missing = tcpstate_phrase(TCPSTATE_PHRASE_WAIT_FIN, language);
    return tcpstate_filled(pool, missing, &places);
}
