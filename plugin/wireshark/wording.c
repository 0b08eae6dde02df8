/* wording.c - labels and states as text; see wording.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "wording.h"

#include <inttypes.h>
#include <string.h>

#include "../text/phrases.h"
#include "capture.h"
#include "host.h"
#include "names.h"
#include "preferences.h"
#include "text-width.h"

/* The filter name of a protocol, which is lower case, and its short name. */
static void name_protocol(int application, struct tcpstate_places *places)
{
    if (application < 0)
        return;
    places->protocol = tcpstate_protocol_filter_name(application);
    places->protocol_name = tcpstate_protocol_short_name(application);
}

void tcpstate_places_of(const struct tcpstate_reading *reading, const struct tcpstate_meaning *meaning,
                        struct tcpstate_places *places)
{
    const struct tcpstate_observation *seen = &meaning->seen;
    int from = reading->segment.from;

    *places = (struct tcpstate_places){
        .language = tcpstate_language(),
        .sender_is_client = seen->client < 0 ? -1 : seen->client == from,
        .repeats = seen->repeats,
        .before = (enum tcpstate_state)seen->ends[from].before,
        .after = (enum tcpstate_state)seen->ends[from].after,
        .receiver_before = (enum tcpstate_state)seen->ends[!from].before,
        .receiver_after = (enum tcpstate_state)seen->ends[!from].after,
    };
    name_protocol(meaning->application, places);
}

const char *tcpstate_filled(wmem_allocator_t *pool, const char *text, const struct tcpstate_places *places)
{
    char buffer[1024];

    if (!strchr(text, '{'))
        return text;
    tcpstate_fill(buffer, sizeof buffer, text, places);
    return wmem_strdup(pool, buffer);
}

/* Whether a template's places are the two ends and the protocol alone. */
static bool has_few_values(const char *text)
{
    static const char *const few[] = { "{sender}", "{receiver}", "{who}", "{proto}" };

    for (const char *place = strchr(text, '{'); place; place = strchr(place + 1, '{')) {
        bool found = false;
        for (size_t i = 0; i < array_length(few); i++)
            found |= g_ascii_strncasecmp(place, few[i], strlen(few[i])) == 0;
        if (!found)
            return false;
    }
    return true;
}

/* A text for each step and sender, the client, the server or unknown; of the protocol
 * that was named last. */
struct kept {
    const char *text;     /* NULL: none yet */
    const char *protocol; /* as Wireshark has it, for as long as it runs */
};
typedef struct kept kept_texts[TCPSTATE_LANGUAGES][TCPSTATE_STEPS][3];

static kept_texts kept_explanations, kept_labels[2]; /* the labels without and with the protocol's name */

/* One of the catalogue's own templates with its places filled.  Most can be filled
 * in few ways, and those are kept. */
static const char *filled_once(wmem_allocator_t *pool, kept_texts kept, enum tcpstate_step step, const char *text,
                               const struct tcpstate_places *places)
{
    static const char not_kept[] = "";
    struct kept *known = &kept[places->language][step][places->sender_is_client + 1];

    if (!known->text || (known->text != not_kept && known->protocol != places->protocol))
        *known = (struct kept){ has_few_values(text) ? g_intern_string(tcpstate_filled(pool, text, places)) : not_kept,
                                places->protocol };
    return known->text != not_kept ? known->text : tcpstate_filled(pool, text, places);
}

const char *tcpstate_explanation_of(wmem_allocator_t *pool, const struct tcpstate_observation *seen,
                                    const struct tcpstate_places *places)
{
    const char *text = tcpstate_explanation(seen->step, places->language);
    const char *explanation = filled_once(pool, kept_explanations, seen->step, text, places);

    if (!seen->reset_ttl_differs)
        return explanation;
    return wmem_strdup_printf(pool, places->language == TCPSTATE_CHINESE ? "%s%s" : "%s %s", explanation,
                              tcpstate_phrase(TCPSTATE_PHRASE_EXPLANATION_TTL, places->language));
}

/* A subflow is named as such in the handshake: "Handshake 1/3 (MP_JOIN)". */
static const char *with_mptcp(wmem_allocator_t *pool, enum tcpstate_language language,
                              const struct tcpstate_reading *reading, enum tcpstate_step step, const char *label)
{
    uint16_t options = reading->segment.options;

    if (tcpstate_step_phase(step) != TCPSTATE_PHASE_OPENING
        || !(options & (TCPSTATE_OPTION_MP_CAPABLE | TCPSTATE_OPTION_MP_JOIN)))
        return label;
    return wmem_strdup_printf(pool, language == TCPSTATE_CHINESE ? "%s（%s）" : "%s (%s)", label,
                              options & TCPSTATE_OPTION_MP_JOIN ? "MP_JOIN" : "MP_CAPABLE");
}

/* Wireshark copies labels into buffers of its own (a line of the tree, an expert
 * message, a column), and where one is full it may end within a character; so a
 * user's own words end before that. */
static const char *within_bounds(wmem_allocator_t *pool, const char *label)
{
    enum { LONGEST = 120 }; /* bytes; our own have half of that */

    if (strlen(label) <= LONGEST)
        return label;
    const char *end = g_utf8_find_prev_char(label, label + LONGEST - strlen("…") + 1);
    return wmem_strdup_printf(pool, "%.*s…", (int)(end - label), label);
}

const char *tcpstate_label_in(wmem_allocator_t *pool, enum tcpstate_language language,
                              const struct tcpstate_reading *reading, const struct tcpstate_meaning *meaning)
{
    enum tcpstate_step step = meaning->seen.step;
    struct tcpstate_places places;

    if (step == TCPSTATE_STEP_NONE)
        return "";
    bool with_protocol = meaning->application >= 0;
    const char *label = tcpstate_label_template(step, language, with_protocol);
    const bool own = label == tcpstate_label(step, language, with_protocol);
    if (strchr(label, '{')) {
        tcpstate_places_of(reading, meaning, &places);
        places.language = language;
        label = own ? filled_once(pool, kept_labels[with_protocol], step, label, &places)
                    : tcpstate_filled(pool, label, &places);
    }
    if (!own || with_protocol)
        label = within_bounds(pool, label);
    return with_mptcp(pool, language, reading, step, label);
}

const char *tcpstate_label_of(wmem_allocator_t *pool, const struct tcpstate_reading *reading,
                              const struct tcpstate_meaning *meaning)
{
    return tcpstate_label_in(pool, tcpstate_language(), reading, meaning);
}

/* Two languages, every state: written once, read for every packet of -V. */
const char *tcpstate_state_text(enum tcpstate_state state, bool inferred)
{
    static char texts[2][TCPSTATE_STATES][48];
    enum tcpstate_language language = tcpstate_language();
    char *text = texts[language == TCPSTATE_CHINESE][state];

    if (!inferred)
        return tcpstate_state_name(state);
    if (!*text)
        snprintf(text, sizeof texts[0][0], language == TCPSTATE_CHINESE ? "%s（%s）" : "%s (%s)", tcpstate_state_name(state),
                 tcpstate_word(TCPSTATE_WORD_INFERRED, language));
    return text;
}

/* All of them, each written once. */
const char *tcpstate_flags_text(uint8_t flags)
{
    static const struct {
        uint8_t flag;
        char letter;
    } letters[] = {
        { TCPSTATE_FLAG_FIN, 'F' }, { TCPSTATE_FLAG_SYN, 'S' }, { TCPSTATE_FLAG_RST, 'R' },
        { TCPSTATE_FLAG_PSH, 'P' }, { TCPSTATE_FLAG_ACK, '.' }, { TCPSTATE_FLAG_URG, 'U' },
        { TCPSTATE_FLAG_ECE, 'E' }, { TCPSTATE_FLAG_CWR, 'W' },
    };
    static char texts[UINT8_MAX + 1][array_length(letters) + 1];
    char *text = texts[flags], *at = text;

    if (flags == 0)
        return "none";
    if (*text)
        return text;
    for (size_t i = 0; i < array_length(letters); i++)
        if (flags & letters[i].flag)
            *at++ = letters[i].letter;
    return text;
}

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

const char *tcpstate_joined(wmem_allocator_t *pool, enum tcpstate_language language, const char *one, const char *other)
{
    const char *separator = *one && *other ? tcpstate_phrase(TCPSTATE_PHRASE_SEMICOLON, language) : "";

    return wmem_strdup_printf(pool, "%s%s%s", one, separator, other);
}

const char *tcpstate_seconds_text(wmem_allocator_t *pool, int64_t nanoseconds)
{
    int64_t milliseconds = nanoseconds / 1000000;

    if (milliseconds < 1000)
        return wmem_strdup_printf(pool, "0.%03d", (int)milliseconds);
    return wmem_strdup_printf(pool, "%" PRId64 ".%d", milliseconds / 1000, (int)(milliseconds % 1000 / 100));
}

const char *tcpstate_cause_text(wmem_allocator_t *pool, enum tcpstate_language language,
                                const struct tcpstate_account *account, unsigned cause)
{
    static const enum tcpstate_phrase phrases[] = {
        TCPSTATE_PHRASE_CAUSE_DATA_AFTER_CLOSE, TCPSTATE_PHRASE_CAUSE_SILENCE, TCPSTATE_PHRASE_CAUSE_KEEP_ALIVES,
        TCPSTATE_PHRASE_CAUSE_RETRANSMISSIONS, TCPSTATE_PHRASE_CAUSE_NO_RESPONSE, TCPSTATE_PHRASE_CAUSE_OTHER_TTL,
        TCPSTATE_PHRASE_CAUSE_BOTH_ENDS, TCPSTATE_PHRASE_CAUSE_UNSIGNED, TCPSTATE_PHRASE_CAUSE_MP_REASON,
        TCPSTATE_PHRASE_CAUSE_PAYLOAD,
    };
    const char *number = "";

    for (unsigned i = 0; i < array_length(phrases); i++) {
        if (cause != 1u << i)
            continue;
        if (cause == TCPSTATE_CAUSE_SILENCE)
            number = tcpstate_seconds_text(pool, (int64_t)account->reset_after * 1000000);
        else if (cause == TCPSTATE_CAUSE_MP_REASON)
            number = wmem_strdup_printf(pool, "%u", account->reset_reason);
        else
            number = wmem_strdup_printf(pool, "%u", account->reset_count);
        return wmem_strdup_printf(pool, tcpstate_phrase(phrases[i], language), number);
    }
    return "";
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

const char *tcpstate_missing_in(wmem_allocator_t *pool, enum tcpstate_language language,
                                const struct tcpstate_outcome *outcome, int client, int64_t duration)
{
    const char *missing = tcpstate_missing(outcome->result, language);
    int64_t lasts = outcome->since == TCPSTATE_NO_TIME ? duration : MAX(tcpstate_capture_lasts(outcome->since), 0);
    int64_t tenths = lasts / 100000000;
    char seconds[32];

    if (!*missing || (outcome->result == TCPSTATE_RESULT_UNKNOWN && outcome->owing < 0))
        return "";
    if (tcpstate_outcome_is_early(outcome)) {
        snprintf(seconds, sizeof seconds, "%" PRId64 ".%03d", lasts / 1000000000, (int)(lasts % 1000000000 / 1000000));
        return wmem_strdup_printf(pool, tcpstate_phrase(TCPSTATE_PHRASE_WAIT_EARLY, language), seconds);
    }
    snprintf(seconds, sizeof seconds, "%" PRId64 ".%d", tenths / 10, (int)(tenths % 10));
    struct tcpstate_places places = {
        .language = language,
        .sender_is_client = client < 0 || outcome->owing < 0 ? -1 : outcome->owing == client,
        .repeats = outcome->count,
        .seconds = seconds,
    };
    if (outcome->result == TCPSTATE_RESULT_STALLED && outcome->count == 0)
        return wmem_strdup_printf(pool, tcpstate_phrase(TCPSTATE_PHRASE_WAIT_WINDOW, language),
                                  tcpstate_filled(pool, "{sender}", &places), seconds);
    if (outcome->result == TCPSTATE_RESULT_HALF_CLOSED && outcome->count > 0)
        missing = tcpstate_phrase(TCPSTATE_PHRASE_WAIT_FIN, language);
    return tcpstate_filled(pool, missing, &places);
}

const char *tcpstate_address_text(wmem_allocator_t *pool, const struct tcpstate_pair *pair, int endpoint, bool resolve)
{
    return tcpstate_ip_text(pool, pair->address[endpoint], pair->address_length, resolve);
}

const char *tcpstate_endpoint_text(wmem_allocator_t *pool, const struct tcpstate_pair *pair, int endpoint)
{
    const char *text = tcpstate_address_text(pool, pair, endpoint, true);

    return wmem_strdup_printf(pool, strchr(text, ':') ? "[%s]:%u" : "%s:%u", text, pair->port[endpoint]);
}
