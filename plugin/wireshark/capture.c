/* capture.c - what the whole capture is; see capture.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "capture.h"

#include <stdio.h>
#include <string.h>

#include "../text/phrases.h"
#include "host.h"
#include "preferences.h"

/* A router, a bridge or a mirror port passes a segment on sooner than this, nanoseconds. */
#define LATE (TCPSTATE_SECOND / 500)

#define MOST_INTERFACES 4 /* more than two are not told apart in any sentence */

static struct {
    int64_t last_time;     /* of the frame before; TCPSTATE_NO_TIME: none */
    int64_t end;           /* the latest time of all frames; likewise */
    uint32_t frames, first_segment;
    uint32_t back, backwards; /* the first frame of them, and how many */
    int64_t farthest_back;    /* from the latest time */
    uint32_t cut, cut_to;  /* frames, and the longest of them as captured */
    uint32_t segments, copies, copies_of_other_ttl, late_copies, control, syn_acks;
    uint32_t fins, bare_acks; /* without data */
    uint32_t connections, midstream, lacking, one_sided;
    int64_t least_late;    /* of the late copies: how late the least of them is, nanoseconds */
    uint32_t interface;    /* of the frame that is being read; UINT32_MAX: not known */
    uint32_t interfaces;   /* how many had segments, up to MOST_INTERFACES */
    struct {
        uint32_t number, segments;
    } on[MOST_INTERFACES];
} capture;

static void begin_file(void)
{
    memset(&capture, 0, sizeof capture);
    capture.last_time = capture.end = TCPSTATE_NO_TIME;
    capture.interface = UINT32_MAX;
}

void tcpstate_capture_register(void)
{
    tcpstate_on_file(begin_file, NULL);
}

static void count_backwards(uint32_t frame, int64_t time)
{
    if (capture.backwards++ == 0)
        capture.back = frame;
    capture.farthest_back = MAX(capture.farthest_back, capture.end - time);
}

struct tcpstate_recorded tcpstate_recorded(const wtap_rec *record)
{
    struct tcpstate_recorded recorded = { .interface = UINT32_MAX };

    if (!record || record->rec_type != REC_TYPE_PACKET)
        return recorded;
    const wtap_packet_header *header = &record->rec_header.packet_header;
    if (record->presence_flags & WTAP_HAS_INTERFACE_ID)
        recorded.interface = header->interface_id;
    recorded.captured = header->caplen;
    recorded.cut = (record->presence_flags & WTAP_HAS_CAP_LEN) && header->caplen < header->len;
    return recorded;
}

void tcpstate_capture_pass(uint32_t frame, int64_t time, struct tcpstate_recorded recorded)
{
    capture.frames++;
    if (capture.last_time != TCPSTATE_NO_TIME && time < capture.last_time)
        count_backwards(frame, time);
    capture.last_time = time;
    if (capture.end == TCPSTATE_NO_TIME || time > capture.end)
        capture.end = time;
    capture.interface = recorded.interface;
    if (recorded.cut) {
        capture.cut++;
        capture.cut_to = MAX(capture.cut_to, recorded.captured);
    }
}

/* How long after its sender's last segment, which is the first sighting or a later segment: that late it is at least. */
static void count_late(const struct tcpstate_counted *counted)
{
    if (counted->last_time == TCPSTATE_NO_TIME)
        return;
    const int64_t after = counted->segment->time - counted->last_time;
    if (after < LATE)
        return;
    if (capture.late_copies++ == 0 || after < capture.least_late)
        capture.least_late = after;
}

static void count_copy(const struct tcpstate_counted *counted)
{
    capture.copies++;
    capture.copies_of_other_ttl += counted->ttl != 0 && counted->segment->ttl != counted->ttl;
    count_late(counted);
}

static void count_interface(void)
{
    uint32_t at = 0;

    while (at < capture.interfaces && capture.on[at].number != capture.interface)
        at++;
    if (at == MOST_INTERFACES)
        return;
    if (at == capture.interfaces) {
        capture.on[at].number = capture.interface;
        capture.interfaces++;
    }
    capture.on[at].segments++;
}

void tcpstate_capture_count(const struct tcpstate_counted *counted, bool *one_sided)
{
    const uint8_t flags = counted->segment->flags;

    if (capture.segments++ == 0)
        capture.first_segment = counted->segment->frame;
    count_interface();
    if (counted->copy)
        count_copy(counted);
    if (flags & TCPSTATE_SYN_FIN_RST) {
        capture.control++;
        capture.syn_acks += (flags & (TCPSTATE_FLAG_SYN | TCPSTATE_FLAG_ACK)) == (TCPSTATE_FLAG_SYN | TCPSTATE_FLAG_ACK);
        capture.fins += (flags & TCPSTATE_FLAG_FIN) != 0 && counted->segment->payload == 0;
    } else if (counted->segment->payload == 0) {
        capture.bare_acks++;
    }
    capture.connections += counted->first;
    if (counted->is != counted->was)
        capture.midstream += (uint32_t)((counted->is & TCPSTATE_CONNECTION_MIDSTREAM) != 0)
                             - (uint32_t)((counted->was & TCPSTATE_CONNECTION_MIDSTREAM) != 0);
    capture.lacking += (uint32_t)counted->lacks - (uint32_t)counted->lacked;
    /* It acknowledges what the other end sent, and nothing of that end is there. */
    const bool alone = !counted->peer_seen
                       && (*one_sided || (flags & (TCPSTATE_FLAG_ACK | TCPSTATE_FLAG_RST)) == TCPSTATE_FLAG_ACK);
    capture.one_sided += (uint32_t)alone - (uint32_t)*one_sided;
    *one_sided = alone;
}

/* ---- What is worth saying ---- */

/* At least a tenth, and more than one. */
static bool is_much(uint32_t part, uint32_t whole)
{
    return part > 1 && (uint64_t)part * 10 >= whole;
}

/* Copies that tell of two points, each in its own way; 0: too few. */
static uint32_t behind_a_router(void)
{
    return is_much(capture.copies_of_other_ttl, capture.copies) ? capture.copies_of_other_ttl : 0;
}

static uint32_t late(void)
{
    return is_much(capture.late_copies, capture.copies) ? capture.late_copies : 0;
}

/* Of so few connections each may have had none, or only just begun. */
#define FEW 3

bool tcpstate_capture_lacks_bare_acks(void)
{
    const bool more_than_flags = capture.fins > 0 || capture.control < capture.segments;

    /* Where a SYN,ACK was sent again, it was not answered: so may be all of them, as in a flood. */
    return capture.bare_acks == 0 && capture.connections >= FEW && (more_than_flags || capture.syn_acks <= capture.connections);
}

bool tcpstate_capture_lacks_bare_fins(void)
{
    return tcpstate_capture_lacks_bare_acks() && capture.fins == 0;
}

bool tcpstate_capture_is_sampled(void)
{
    return capture.connections >= FEW && (uint64_t)capture.lacking * 2 >= capture.connections;
}

uint32_t tcpstate_capture_holds(enum tcpstate_capture_kind kind)
{
    switch (kind) {
    case TCPSTATE_CAPTURE_COPIES: return is_much(capture.copies, capture.segments) ? capture.copies : 0;
    case TCPSTATE_CAPTURE_TWO_POINTS:
        return is_much(capture.copies, capture.segments) ? MAX(behind_a_router(), late()) : 0;
    case TCPSTATE_CAPTURE_FLAGS_ONLY:
        return capture.control == capture.segments && capture.syn_acks > 0 && capture.fins > 0 ? capture.segments : 0;
    case TCPSTATE_CAPTURE_NO_BARE_ACKS:
        return tcpstate_capture_lacks_bare_acks() && capture.control < capture.segments ? capture.segments : 0;
    case TCPSTATE_CAPTURE_SEGMENTS_MISSING: /* of flags alone that was said */
        return tcpstate_capture_holds(TCPSTATE_CAPTURE_FLAGS_ONLY) > 0 ? 0 : capture.lacking;
    case TCPSTATE_CAPTURE_ONE_DIRECTION: return (uint64_t)capture.one_sided * 10 >= capture.connections ? capture.one_sided : 0;
    case TCPSTATE_CAPTURE_MIDSTREAM: return capture.midstream;
    case TCPSTATE_CAPTURE_CUT: return capture.cut;
    case TCPSTATE_CAPTURE_TIME_BACKWARDS: return capture.back;
    case TCPSTATE_CAPTURE_KINDS: break;
    }
    return 0;
}

int64_t tcpstate_capture_lasts(int64_t since)
{
    return since == TCPSTATE_NO_TIME || capture.end == TCPSTATE_NO_TIME || capture.end < since ? -1 : capture.end - since;
}

uint32_t tcpstate_capture_frames(void)
{
    return capture.frames;
}

int64_t tcpstate_capture_goes_back(void)
{
    return capture.farthest_back;
}

uint32_t tcpstate_capture_first(void)
{
    return capture.first_segment;
}

const char *tcpstate_capture_name_of(enum tcpstate_capture_kind kind)
{
    static const char *const names[] = {
        [TCPSTATE_CAPTURE_COPIES] = "copies",
        [TCPSTATE_CAPTURE_TWO_POINTS] = "two-points",
        [TCPSTATE_CAPTURE_FLAGS_ONLY] = "flags-only",
        [TCPSTATE_CAPTURE_NO_BARE_ACKS] = "no-bare-acks",
        [TCPSTATE_CAPTURE_SEGMENTS_MISSING] = "segments-missing",
        [TCPSTATE_CAPTURE_ONE_DIRECTION] = "one-direction",
        [TCPSTATE_CAPTURE_MIDSTREAM] = "midstream",
        [TCPSTATE_CAPTURE_CUT] = "cut",
        [TCPSTATE_CAPTURE_TIME_BACKWARDS] = "time-backwards",
    };
    return kind < TCPSTATE_CAPTURE_KINDS ? names[kind] : "";
}

/* With a window in which the copies come.  Behind a router no two are equal in every byte. */
static const char *remove_copies(void)
{
    return late() > 0 ? "editcap -w 3.00 IN OUT" : "editcap -w 0.01 IN OUT";
}

const char *tcpstate_capture_filter(enum tcpstate_capture_kind kind)
{
    static const char *const filters[] = {
        [TCPSTATE_CAPTURE_COPIES] = "!tcpstate.copy",
        [TCPSTATE_CAPTURE_TWO_POINTS] = "!tcpstate.copy",
        [TCPSTATE_CAPTURE_SEGMENTS_MISSING] = "tcpstate.segments_missing",
        [TCPSTATE_CAPTURE_ONE_DIRECTION] = "tcpstate.one_direction",
        [TCPSTATE_CAPTURE_MIDSTREAM] = "tcpstate.midstream",
        [TCPSTATE_CAPTURE_CUT] = "frame.cap_len < frame.len",
        [TCPSTATE_CAPTURE_KINDS] = NULL,
    };
    return filters[kind];
}

const char *tcpstate_capture_command(enum tcpstate_capture_kind kind)
{
    if (kind == TCPSTATE_CAPTURE_COPIES && behind_a_router() == 0)
        return remove_copies();
    if (kind == TCPSTATE_CAPTURE_FLAGS_ONLY || kind == TCPSTATE_CAPTURE_NO_BARE_ACKS)
        return "dumpcap -f tcp -w OUT";
    return kind == TCPSTATE_CAPTURE_TIME_BACKWARDS ? "reordercap IN OUT" : NULL;
}

static const char *format(wmem_allocator_t *pool, enum tcpstate_phrase phrase, uint32_t a, uint32_t b, uint32_t c)
{
    const char *text = tcpstate_phrase(phrase, tcpstate_language());

    return wmem_strdup_printf(pool, text, a, b, c);
}

/* Each of two interfaces has a good part of the segments. */
static bool is_on_two_interfaces(void)
{
    return capture.interfaces == 2 && capture.on[0].number != UINT32_MAX && capture.on[1].number != UINT32_MAX
           && is_much(capture.on[0].segments, capture.segments) && is_much(capture.on[1].segments, capture.segments);
}

static const char *copies_text(wmem_allocator_t *pool)
{
    const char *text = format(pool, TCPSTATE_PHRASE_CAPTURE_COPIES, capture.copies, capture.segments, 0);
    const uint32_t low = MIN(capture.on[0].number, capture.on[1].number), high = MAX(capture.on[0].number, capture.on[1].number);
    const char *help;

    if (is_on_two_interfaces())
        help = format(pool, TCPSTATE_PHRASE_CAPTURE_TWO_INTERFACES, low, high, low);
    else if (behind_a_router() > 0)
        help = tcpstate_phrase(TCPSTATE_PHRASE_CAPTURE_HIDE_COPIES, tcpstate_language());
    else
        help = wmem_strdup_printf(pool, tcpstate_phrase(TCPSTATE_PHRASE_CAPTURE_REMOVE_COPIES, tcpstate_language()), remove_copies());
    return wmem_strdup_printf(pool, "%s%s", text, help);
}

static const char *two_points_text(wmem_allocator_t *pool)
{
    const uint32_t milliseconds = (uint32_t)(capture.least_late / 1000000);
    const char *help = tcpstate_phrase(TCPSTATE_PHRASE_CAPTURE_HIDE_COPIES, tcpstate_language());

    if (behind_a_router() == 0)
        return wmem_strdup_printf(pool, "%s%s", format(pool, TCPSTATE_PHRASE_CAPTURE_TWO_TIMES, late(), milliseconds, 0), help);
    return wmem_strdup_printf(pool, "%s%s%s", format(pool, TCPSTATE_PHRASE_CAPTURE_TWO_POINTS, behind_a_router(), 0, 0),
                              late() > 0 ? format(pool, TCPSTATE_PHRASE_CAPTURE_LATE, late(), milliseconds, 0) : "", help);
}

const char *tcpstate_capture_text(wmem_allocator_t *pool, enum tcpstate_capture_kind kind)
{
    switch (kind) {
    case TCPSTATE_CAPTURE_COPIES: return copies_text(pool);
    case TCPSTATE_CAPTURE_TWO_POINTS: return two_points_text(pool);
    case TCPSTATE_CAPTURE_FLAGS_ONLY: return tcpstate_phrase(TCPSTATE_PHRASE_CAPTURE_FLAGS_ONLY, tcpstate_language());
    case TCPSTATE_CAPTURE_NO_BARE_ACKS: return tcpstate_phrase(TCPSTATE_PHRASE_CAPTURE_NO_BARE_ACKS, tcpstate_language());
    case TCPSTATE_CAPTURE_SEGMENTS_MISSING:
        return format(pool, TCPSTATE_PHRASE_CAPTURE_SEGMENTS_MISSING, capture.lacking, capture.connections, 0);
    case TCPSTATE_CAPTURE_ONE_DIRECTION:
        return format(pool, TCPSTATE_PHRASE_CAPTURE_ONE_DIRECTION, capture.one_sided, capture.connections, 0);
    case TCPSTATE_CAPTURE_MIDSTREAM:
        return format(pool, TCPSTATE_PHRASE_CAPTURE_MIDSTREAM, capture.midstream, capture.connections, 0);
    case TCPSTATE_CAPTURE_CUT:
        return format(pool, TCPSTATE_PHRASE_CAPTURE_CUT, capture.cut, capture.frames, capture.cut_to);
    case TCPSTATE_CAPTURE_TIME_BACKWARDS:
        return format(pool, TCPSTATE_PHRASE_CAPTURE_BACKWARDS, capture.backwards, capture.frames, capture.back);
    case TCPSTATE_CAPTURE_KINDS: break;
    }
    return "";
}

void tcpstate_capture_print(void)
{
    wmem_allocator_t *pool = wmem_allocator_new(WMEM_ALLOCATOR_SIMPLE);

    for (int kind = 0; kind < TCPSTATE_CAPTURE_KINDS; kind++)
        if (tcpstate_capture_holds((enum tcpstate_capture_kind)kind) > 0)
            printf("%s\n", tcpstate_capture_text(pool, (enum tcpstate_capture_kind)kind));
    wmem_destroy_allocator(pool);
}

const char *tcpstate_capture_summary(wmem_allocator_t *pool)
{
    wmem_strbuf_t *text = wmem_strbuf_new(pool, "");

    for (int kind = 0; kind < TCPSTATE_CAPTURE_KINDS; kind++) {
        uint32_t holds = tcpstate_capture_holds((enum tcpstate_capture_kind)kind);
        if (holds > 0)
            wmem_strbuf_append_printf(text, "%s%s=%u", wmem_strbuf_get_len(text) > 0 ? " " : "",
                                      tcpstate_capture_name_of((enum tcpstate_capture_kind)kind), holds);
    }
    return wmem_strbuf_get_str(text);
}
