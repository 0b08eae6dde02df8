/* wording.c - labels, states, times and addresses as text; see wording.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "wording.h"

#include <string.h>

#include <wsutil/str_util.h>
#include <wsutil/to_str.h>

#include "../text/phrases.h"
#include "host.h"
#include "icmp.h"
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

/* The ICMP error in which the segment is quoted. */
static struct tcpstate_icmp error_of(const struct tcpstate_reading *reading, const struct tcpstate_observation *seen)
{
    return tcpstate_icmp_in(reading, seen->step == TCPSTATE_STEP_UNREACHABLE);
}

/* What the places of a template in this language are filled with, for this segment; but {icmp}, which stands in
 * explanations alone. */
static void find_places(enum tcpstate_language language, const struct tcpstate_reading *reading,
                        const struct tcpstate_meaning *meaning, struct tcpstate_places *places)
{
    const struct tcpstate_observation *seen = &meaning->seen;
    int from = reading->segment.from;

    *places = (struct tcpstate_places){
        .language = language,
        .sender_is_client = seen->client < 0 ? -1 : seen->client == from,
        .repeats = seen->repeats,
        .before = (enum tcpstate_state)seen->ends[from].before,
        .after = (enum tcpstate_state)seen->ends[from].after,
        .receiver_before = (enum tcpstate_state)seen->ends[!from].before,
        .receiver_after = (enum tcpstate_state)seen->ends[!from].after,
    };
    name_protocol(meaning->application, places);
    if (reading->quoted) {
        const struct tcpstate_icmp icmp = error_of(reading, seen);
        places->reason = tcpstate_icmp_reason(language, &icmp);
    }
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

const char *tcpstate_explanation_of(wmem_allocator_t *pool, enum tcpstate_language language,
                                    const struct tcpstate_reading *reading, const struct tcpstate_meaning *meaning)
{
    const struct tcpstate_observation *seen = &meaning->seen;
    const char *text = tcpstate_explanation(seen->step, language);
    struct tcpstate_places places;

    find_places(language, reading, meaning, &places);
    if (reading->quoted) {
        const struct tcpstate_icmp icmp = error_of(reading, seen);
        places.icmp = tcpstate_icmp_text(pool, language, &icmp, meaning->incarnation, seen->client);
    }
    const char *explanation = filled_once(pool, kept_explanations, seen->step, text, &places);

    if (!seen->reset_ttl_differs)
        return explanation;
    return wmem_strdup_printf(pool, language == TCPSTATE_CHINESE ? "%s%s" : "%s %s", explanation,
                              tcpstate_phrase(TCPSTATE_PHRASE_EXPLANATION_TTL, language));
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
        find_places(language, reading, meaning, &places);
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

const char *tcpstate_joined(wmem_allocator_t *pool, enum tcpstate_language language, const char *one, const char *other)
{
    if (!*one || !*other)
        return *one ? one : other;
    return wmem_strconcat(pool, one, tcpstate_phrase(TCPSTATE_PHRASE_SEMICOLON, language), other, NULL);
}

enum { DIGITS = 20 }; /* of 64 bits, at most */

const char *tcpstate_number_text(wmem_allocator_t *pool, uint64_t number)
{
    char text[DIGITS + 1] = "";

    return wmem_strdup(pool, uint64_to_str_back(text + DIGITS, number));
}

void tcpstate_append_value(GString *row, const char *value)
{
    g_string_append_c(row, '\t');
    g_string_append(row, value);
}

void tcpstate_append_number(GString *text, uint64_t number)
{
    char digits[DIGITS + 1] = "";

    g_string_append(text, uint64_to_str_back(digits + DIGITS, number));
}

const char *tcpstate_decimal_seconds(wmem_allocator_t *pool, int64_t nanoseconds, int decimals)
{
    int64_t unit = TCPSTATE_SECOND;

    for (int i = 0; i < decimals; i++)
        unit /= 10;
    const uint64_t size = nanoseconds < 0 ? -(uint64_t)nanoseconds : (uint64_t)nanoseconds, second = (uint64_t)TCPSTATE_SECOND;
    char text[1 + DIGITS + sizeof ".123456789"] = "";
    char *at = uint_to_str_back_len(text + sizeof text - 1, (uint32_t)(size % second / (uint64_t)unit), decimals);

    *--at = '.';
    at = uint64_to_str_back(at, size / second);
    if (nanoseconds < 0) /* time that goes backwards */
        *--at = '-';
    return wmem_strdup(pool, at);
}

const char *tcpstate_known_seconds(wmem_allocator_t *pool, int64_t nanoseconds, int decimals)
{
    return nanoseconds < 0 ? "" : tcpstate_decimal_seconds(pool, nanoseconds, decimals);
}

const char *tcpstate_seconds_text(wmem_allocator_t *pool, int64_t nanoseconds)
{
    return tcpstate_decimal_seconds(pool, nanoseconds, nanoseconds < TCPSTATE_SECOND ? 3 : 1);
}

const char *tcpstate_address_text(wmem_allocator_t *pool, const struct tcpstate_pair *pair, int endpoint, bool resolve)
{
    return tcpstate_ip_text(pool, pair->address[endpoint], pair->address_length, resolve);
}

const char *tcpstate_endpoint_text(wmem_allocator_t *pool, const struct tcpstate_pair *pair, int endpoint)
{
    const char *text = tcpstate_address_text(pool, pair, endpoint, true);

    char port[] = ":65535";
    char *before_port = uint_to_str_back(port + sizeof port - 1, pair->port[endpoint]);

    *--before_port = ':';
    return strchr(text, ':') ? wmem_strconcat(pool, "[", text, "]", before_port, NULL)
                             : wmem_strconcat(pool, text, before_port, NULL);
}
