/* steps-between.c - plain segments folded, and how ends and numbers are
 * written; see steps-between.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "steps-between.h"

#include <inttypes.h>
#include <string.h>

#include "../core/sequence.h"
#include "../text/phrases.h"
#include "preferences.h"

bool tcpstate_was_taken(struct tcpstate_taken *taken, const struct tcpstate_segment *segment)
{
    uint32_t begin = segment->seq + ((segment->flags & TCPSTATE_FLAG_SYN) != 0);
    uint32_t end = begin + segment->payload;

    if (!taken->any) {
        if (segment->payload > 0)
            *taken = (struct tcpstate_taken){ begin, end, begin, begin, true };
        return false;
    }
    if (segment->payload == 0 || segment->payload > INT32_MAX)
        return false;
    if (seq_gt(begin, taken->end)) { /* another hole: the older one and all before it are forgotten */
        if (taken->hole != taken->hole_end)
            taken->begin = taken->hole_end;
        taken->hole = taken->end;
        taken->hole_end = begin;
        taken->end = end;
        return false;
    }
    if (seq_gt(end, taken->end)) {
        taken->end = end;
        if (end - taken->begin > INT32_MAX / 2) /* numbers go round: what is older is forgotten */
            taken->begin = taken->hole = taken->hole_end = begin;
        return false;
    }
    if (seq_lt(begin, taken->begin) || (segment->payload == 1 && begin == taken->end - 1))
        return false;
    if (seq_le(end, taken->hole) || seq_ge(begin, taken->hole_end))
        return true;
    if (seq_le(begin, taken->hole))
        taken->hole = seq_lt(end, taken->hole_end) ? end : taken->hole_end;
    else if (seq_ge(end, taken->hole_end))
        taken->hole_end = begin;
    return false;
}

void tcpstate_run_add(struct tcpstate_run *run, const struct tcpstate_reading *reading)
{
    run->segments++;
    run->shut = reading->segment.window == 0;
    run->bytes += reading->segment.payload;
    run->last_frame = reading->segment.frame;
}

void tcpstate_grouped(char text[TCPSTATE_GROUPED], uint64_t number)
{
    char digits[24];
    int count = snprintf(digits, sizeof digits, "%" PRIu64, number);

    for (int i = 0; i < count; i++) {
        if (i > 0 && (count - i) % 3 == 0)
            *text++ = ' ';
        *text++ = digits[i];
    }
    *text = '\0';
}

static enum tcpstate_phrase segments_phrase(bool again, bool one)
{
    if (again)
        return one ? TCPSTATE_PHRASE_RUN_AGAIN : TCPSTATE_PHRASE_RUNS_AGAIN;
    return one ? TCPSTATE_PHRASE_RUN_SEGMENT : TCPSTATE_PHRASE_RUN_SEGMENTS;
}

void tcpstate_run_text(char text[TCPSTATE_RUN_TEXT], const struct tcpstate_run *run, bool with_frame)
{
    enum tcpstate_language language = tcpstate_language();
    bool one = run->segments == 1;
    char segments[TCPSTATE_GROUPED], bytes[TCPSTATE_GROUPED];
    int length;

    tcpstate_grouped(segments, run->segments);
    tcpstate_grouped(bytes, run->bytes);
    if (run->bytes == 0)
        length = snprintf(text, TCPSTATE_RUN_TEXT, "%s%s", segments,
                          tcpstate_phrase(one ? TCPSTATE_PHRASE_RUN_ACK : TCPSTATE_PHRASE_RUN_ACKS, language));
    else
        length = snprintf(text, TCPSTATE_RUN_TEXT, "%s%s%s%s", segments,
                          tcpstate_phrase(segments_phrase(run->again, one), language),
                          bytes, tcpstate_phrase(run->bytes == 1 ? TCPSTATE_PHRASE_RUN_BYTE : TCPSTATE_PHRASE_RUN_BYTES,
                                                 language));
    if (run->shut)
        length += snprintf(text + length, (size_t)(TCPSTATE_RUN_TEXT - length), "%s%s", tcpstate_phrase(TCPSTATE_PHRASE_COMMA, language),
                           tcpstate_phrase(TCPSTATE_PHRASE_RUN_SHUT, language));
    if (with_frame && !one)
        snprintf(text + length, (size_t)(TCPSTATE_RUN_TEXT - length),
                 tcpstate_phrase(TCPSTATE_PHRASE_RUN_UNTIL, language), run->last_frame);
}

/* Whether AE, CWR and ECE are the counter ACE: behind the SYNs, where both ends
 * agreed on it (RFC 9768 section 3.2.2). */
static bool counts_marks(const struct tcpstate_incarnation *incarnation, uint8_t flags)
{
    struct tcpstate_agreed agreed;

    if (flags & TCPSTATE_FLAG_SYN)
        return false;
    tcpstate_agreed(tcpstate_incarnation_connection(incarnation), &agreed);
    return agreed.ecn == TCPSTATE_ECN_ACCURATE;
}

/* As RFC 9293 names them.  PSH beside ACK is left out: it moves nothing, and
 * nearly all data has it. */
static void append_flags(wmem_strbuf_t *text, uint8_t flags, bool ae, bool counter)
{
    static const struct {
        uint8_t flag;
        const char *name;
    } names[] = {
        { TCPSTATE_FLAG_SYN, "SYN" }, { TCPSTATE_FLAG_FIN, "FIN" }, { TCPSTATE_FLAG_RST, "RST" },
        { TCPSTATE_FLAG_PSH, "PSH" }, { TCPSTATE_FLAG_ACK, "ACK" }, { TCPSTATE_FLAG_URG, "URG" },
        { TCPSTATE_FLAG_ECE, "ECE" }, { TCPSTATE_FLAG_CWR, "CWR" },
    };
    bool first = true;
    const unsigned ace = (ae ? 4u : 0) + (flags & TCPSTATE_FLAG_CWR ? 2u : 0) + (flags & TCPSTATE_FLAG_ECE ? 1u : 0);

    if (flags & TCPSTATE_FLAG_ACK)
        flags &= (uint8_t)~TCPSTATE_FLAG_PSH;
    if (counter)
        flags &= (uint8_t)~(TCPSTATE_FLAG_CWR | TCPSTATE_FLAG_ECE);
    for (size_t i = 0; i < array_length(names); i++) {
        if (!(flags & names[i].flag))
            continue;
        wmem_strbuf_append_printf(text, "%s%s", first ? "" : ",", names[i].name);
        first = false;
    }
    if (counter)
        wmem_strbuf_append_printf(text, "%sACE=%u", first ? "" : ",", ace);
    else if (ae)
        wmem_strbuf_append_printf(text, "%sAE", first ? "" : ",");
    else if (first)
        wmem_strbuf_append(text, "none");
}

static void append_number(wmem_strbuf_t *text, const char *name, uint32_t number, const struct tcpstate_incarnation *incarnation,
                          int endpoint, uint32_t frame, bool hindsight, bool *raw)
{
    uint32_t isns[2];
    bool known = (tcpstate_incarnation_isns(incarnation, frame, isns) >> endpoint & 1)
                 || (hindsight && (tcpstate_incarnation_isns(incarnation, UINT32_MAX, isns) >> endpoint & 1));
    uint32_t offset = known ? number - isns[endpoint] : 0;

    /* A number from before this connection's beginning is an older one's: nothing counts from there. */
    if (offset > INT32_MAX)
        known = false;
    *raw |= !known;
    wmem_strbuf_append_printf(text, known ? " %s=%" PRIu32 : " %s=~%" PRIu32, name, known ? offset : number);
}

char *tcpstate_numbers_text(wmem_allocator_t *pool, const struct tcpstate_incarnation *incarnation,
                            const struct tcpstate_numbers *numbers, bool hindsight, bool *raw)
{
    wmem_strbuf_t *text = wmem_strbuf_new(pool, "");

    append_flags(text, numbers->flags, numbers->ae, counts_marks(incarnation, numbers->flags));
    append_number(text, "seq", numbers->seq, incarnation, numbers->from, numbers->frame, hindsight, raw);
    if (numbers->flags & TCPSTATE_FLAG_ACK)
        append_number(text, "ack", numbers->ack, incarnation, !numbers->from, numbers->frame, hindsight, raw);
    return wmem_strbuf_finalize(text);
}
