/* zeek.c - Zeek's view of a connection: conn_state and history of its conn.log.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Zeek has a smaller state machine than RFC 9293: six states per end, moved by
 * flags alone.  Its documentation describes the outcome in prose; where its code
 * does something else, the code decides, because users compare with what Zeek
 * wrote.  The differences that matter: a SYN,ACK counts as the establishment; a
 * RST after both FINs changes nothing; a FIN turns an earlier FIN, RST of the
 * other end back into a close; what began without a SYN is judged by FIN and RST.
 *
 * What Zeek calls one connection need not be one here.  It gives up an attempt
 * after 5 seconds, and a closed connection 5 seconds after its end: an attempt
 * that is repeated later begins anew here, too, and what comes after the end is
 * not told.  Checksums are not verified (Zeek leaves segments with a bad one out,
 * and writes C), and gaps (G) are not looked for.
 */
#include "zeek.h"

#define PATIENCE (5 * TCPSTATE_SECOND) /* of attempts, and after the end */
#define TOO_FAR 1048576                /* a SYN's or RST's number that is not believed */

/* Where the numbers of an end begin, and what it has sent so far. */
static void begin_numbers(struct tcpstate_zeek_end *me, uint32_t start, uint32_t last)
{
    me->start = me->ack = start;
    me->last = last;
}

static void learn_numbers(struct tcpstate_zeek_end *me, const struct tcpstate_segment *segment, uint32_t next)
{
    bool syn = segment->flags & TCPSTATE_FLAG_SYN;

    switch (me->state) {
    case INACTIVE:
        if (syn)
            begin_numbers(me, segment->seq, next);
        else
            begin_numbers(me, segment->seq - 1, segment->seq);
        break;
    case SYN_SENT:
    case SYN_ACK_SENT:
    case ESTABLISHED_BOTH:
    case PARTIAL:
        if (syn && (segment->seq != me->start || me->state >= PARTIAL))
            begin_numbers(me, segment->seq, next);
        break;
    case RESET:
        if (syn && me->was == INACTIVE)
            begin_numbers(me, segment->seq, next);
        break;
    default:
        break;
    }
}

static void learn_ack(struct tcpstate_zeek_end *peer, const struct tcpstate_segment *segment)
{
    if (peer->state == INACTIVE) {
        begin_numbers(peer, segment->ack - 1, segment->ack - 1);
    } else if (!(segment->flags & TCPSTATE_FLAG_RST) && seq_ge(segment->ack, peer->start)
               && seq_gt(segment->ack, peer->ack) && !(segment->ack == 0 && segment->ack - peer->ack > TOO_FAR)) {
        peer->ack = segment->ack;
    }
}

static void learn_last(struct tcpstate_zeek *zeek, int end, const struct tcpstate_segment *segment, uint32_t next)
{
    struct tcpstate_zeek_end *me = &zeek->ends[end];
    int32_t ahead = (int32_t)(next - me->last);

    if ((segment->flags & (TCPSTATE_FLAG_SYN | TCPSTATE_FLAG_RST)) && (ahead > TOO_FAR || ahead < -TOO_FAR))
        return;
    if ((segment->flags & TCPSTATE_FLAG_FIN) && me->last == me->start + 1)
        me->last = next;
    else if (me->state == RESET)
        return;
    else if (ahead > 0)
        me->last = next;
    else if (segment->payload > 0)
        tcpstate_zeek_count(zeek, end, &me->resent, 'T');
}

static void set_state(struct tcpstate_zeek_end *end, enum zeek_state state)
{
    if (end->state == state)
        return;
    end->was = end->state;
    end->state = (uint8_t)state;
}

/* The first segment of an end that has not been heard of, but for what the other acknowledged. */
static bool move_inactive(struct tcpstate_zeek *zeek, int end, bool originates, const struct tcpstate_segment *segment)
{
    struct tcpstate_zeek_end *me = &zeek->ends[end], *peer = &zeek->ends[!end];
    bool ack = segment->flags & TCPSTATE_FLAG_ACK, ends = false;

    if ((segment->flags & TCPSTATE_FLAG_SYN) && originates) {
        set_state(me, ack ? SYN_ACK_SENT : SYN_SENT);
    } else if (segment->flags & TCPSTATE_FLAG_SYN) {
        if (!ack && peer->state == SYN_ACK_SENT && segment->seq == me->start) {
            tcpstate_zeek_flip(zeek); /* recorded in the wrong order */
            set_state(peer, ESTABLISHED_BOTH);
        }
        if (peer->state == SYN_SENT)
            set_state(peer, ESTABLISHED_BOTH);
        set_state(me, ESTABLISHED_BOTH);
    }
    if (segment->flags & TCPSTATE_FLAG_FIN) {
        set_state(me, CLOSED);
        ends = true;
    }
    if (segment->flags & TCPSTATE_FLAG_RST) {
        set_state(me, RESET);
        ends = true;
    }
    if (me->state != INACTIVE)
        return ends;
    if (!originates && segment->payload == 0 && zeek->ends[originator(zeek)].state == SYN_SENT)
        return false; /* an ACK before the SYN,ACK */
    set_state(me, ack && peer->state == ESTABLISHED_BOTH ? ESTABLISHED_BOTH : PARTIAL);
    return false;
}

/* Whether the segment ends its sender's side. */
static bool move(struct tcpstate_zeek *zeek, int end, bool originates, const struct tcpstate_segment *segment)
{
    struct tcpstate_zeek_end *me = &zeek->ends[end], *peer = &zeek->ends[!end];
    bool syn = segment->flags & TCPSTATE_FLAG_SYN, fin = segment->flags & TCPSTATE_FLAG_FIN;
    bool rst = segment->flags & TCPSTATE_FLAG_RST;

    switch (me->state) {
    case INACTIVE:
        return move_inactive(zeek, end, originates, segment);
    case SYN_SENT:
    case SYN_ACK_SENT:
        if (fin)
            set_state(me, CLOSED);
        if (rst)
            set_state(me, RESET);
        return fin || rst;
    case ESTABLISHED_BOTH:
    case PARTIAL:
        if (syn && me->state == PARTIAL && peer->state == INACTIVE && !(segment->flags & TCPSTATE_FLAG_ACK))
            set_state(me, SYN_SENT);
        if (fin && !rst) {
            set_state(me, CLOSED);
            if (peer->state == RESET && peer->was == CLOSED)
                set_state(peer, CLOSED); /* its RST followed its FIN */
        }
        if (rst)
            set_state(me, RESET);
        return fin || rst;
    case CLOSED:
        if (!rst || peer->state == CLOSED)
            return false;
        set_state(me, RESET);
        return true;
    default:
        return false;
    }
}

/* Ports that Zeek's scripts register for servers, as far as they are TCP's: who
 * sends from one is guessed to be the server where no SYN says who is. */
static bool is_servers_port(uint16_t port)
{
    switch (port) {
    case 21: case 22: case 25: case 53: case 79: case 80: case 81: case 88: case 135: case 139: case 143: case 389:
    case 443: case 445: case 465: case 502: case 514: case 563: case 585: case 587: case 614: case 631: case 636:
    case 989: case 990: case 992: case 993: case 995: case 1080: case 1434: case 1883: case 2811: case 3128: case 3268:
    case 3306: case 3389: case 5222: case 5223: case 5269: case 5432: case 6379: case 6666: case 6667: case 6668:
    case 6669: case 8000: case 8080: case 8888: case 20000:
        return true;
    default:
        return false;
    }
}

static void begin(struct tcpstate_zeek *zeek, int end, const struct tcpstate_segment *segment)
{
    *zeek = (struct tcpstate_zeek){ .began = segment->time, .completed = TCPSTATE_NO_TIME, .facts = ZEEK_BEGAN };
    if (end == 1)
        zeek->facts |= ZEEK_ORIGINATOR;
    if ((segment->flags & (TCPSTATE_FLAG_SYN | TCPSTATE_FLAG_ACK)) == TCPSTATE_FLAG_SYN
        || !is_servers_port(segment->source_port))
        return;
    if (!is_servers_port(segment->destination_port)
        || (!(segment->flags & TCPSTATE_FLAG_SYN) && segment->source_port < segment->destination_port))
        tcpstate_zeek_flip(zeek);
}

/* Whether Zeek begins anew with this segment, or is done with the connection. */
enum zeek_attention { GOES_ON, BEGINS, IS_DONE };

static enum zeek_attention attention(const struct tcpstate_zeek *zeek, const struct tcpstate_segment *segment)
{
    const struct tcpstate_zeek_end *first = &zeek->ends[originator(zeek)], *second = &zeek->ends[!originator(zeek)];
    bool syn = segment->flags & TCPSTATE_FLAG_SYN, ack = segment->flags & TCPSTATE_FLAG_ACK;

    if (!(zeek->facts & ZEEK_BEGAN))
        return BEGINS;
    if ((first->state == SYN_SENT || first->state == SYN_ACK_SENT) && second->state == INACTIVE
        && segment->time - zeek->began > PATIENCE)
        return syn ? BEGINS : IS_DONE;
    if (syn && (zeek->facts & (ZEEK_CLOSED * 3)) && (!ack || first->state == INACTIVE))
        return BEGINS; /* the ports are used again */
    return zeek->completed != TCPSTATE_NO_TIME && segment->time - zeek->completed > PATIENCE ? IS_DONE : GOES_ON;
}

static void close_side(struct tcpstate_zeek *zeek, int end, int64_t now)
{
    if (zeek->facts & (ZEEK_CLOSED << end))
        return;
    zeek->facts |= (uint8_t)(ZEEK_CLOSED << end);
    if (zeek->completed == TCPSTATE_NO_TIME
        && (zeek->ends[end].state == RESET || (zeek->facts & (ZEEK_CLOSED << !end)) || zeek->ends[!end].state == INACTIVE))
        zeek->completed = now;
}

void tcpstate_zeek_observe(struct tcpstate_zeek *zeek, const struct tcpstate_segment *segment)
{
    int end = segment->from & 1;
    struct tcpstate_zeek_end *me = &zeek->ends[end], *peer = &zeek->ends[!end];

    switch (attention(zeek, segment)) {
    case IS_DONE:
        return;
    case BEGINS:
        begin(zeek, end, segment);
        break;
    case GOES_ON:
        break;
    }
    bool originates = end == originator(zeek); /* before the history may turn that round */
    uint32_t next = tcpstate_segment_next(segment);
    if (segment->flags & TCPSTATE_FLAG_RST)
        next -= segment->payload;
    learn_numbers(me, segment, next);
    tcpstate_zeek_write(zeek, end, segment);
    if (segment->window == 0 && !(segment->flags & TCPSTATE_FLAG_RST) && peer->state != CLOSED && me->state != RESET)
        tcpstate_zeek_count(zeek, end, &me->closed_windows, 'W');
    if (segment->flags & TCPSTATE_FLAG_FIN)
        zeek->facts |= (uint8_t)(ZEEK_SENT_FIN << end);
    if (segment->flags & TCPSTATE_FLAG_ACK)
        learn_ack(peer, segment);
    learn_last(zeek, end, segment, next);
    if (move(zeek, end, originates, segment))
        close_side(zeek, end, segment->time);
}

/* Bytes of data of an end, as Zeek finds them from its numbers. */
static uint32_t size_of(const struct tcpstate_zeek *zeek, int end)
{
    const struct tcpstate_zeek_end *me = &zeek->ends[end];

    if (me->was == SYN_SENT && me->state == RESET && zeek->ends[!end].state == INACTIVE && me->ack - me->start > 1)
        return 0;
    uint32_t size = (seq_gt(me->last, me->ack) ? me->last : me->ack) - me->start;
    if (size != 0)
        size--;
    if ((zeek->facts & (ZEEK_SENT_FIN << end)) && size != 0)
        size--;
    return size;
}

static bool is_inactive(uint8_t state)
{
    return state == INACTIVE || state == PARTIAL;
}

/* Of a connection of which one end, or both, sent a RST: `o` is the originator's state, `r` the responder's. */
static const char *reset_state(const struct tcpstate_zeek *zeek, uint8_t o, uint8_t r)
{
    if (r == RESET) {
        if (o == SYN_SENT || o == SYN_ACK_SENT || (o == RESET && size_of(zeek, 0) == 0 && size_of(zeek, 1) == 0))
            return "REJ";
        return is_inactive(o) ? "RSTRH" : "RSTR";
    }
    if (!is_inactive(r))
        return "RSTO";
    return tcpstate_zeek_is_syn_then_reset(zeek) ? "RSTOS0" : "OTH";
}

const char *tcpstate_conn_state(const struct tcpstate_connection *connection)
{
    const struct tcpstate_zeek *zeek = &connection->account.zeek;
    int first = originator(zeek);
    uint8_t o = zeek->ends[first].state, r = zeek->ends[!first].state;

    if (r == RESET || o == RESET)
        return reset_state(zeek, o, r);
    if (o == CLOSED && r == CLOSED)
        return "SF";
    if (o == CLOSED)
        return is_inactive(r) ? "SH" : "S2";
    if (r == CLOSED)
        return is_inactive(o) ? "SHR" : "S3";
    if (o == SYN_SENT && r == INACTIVE)
        return "S0";
    return o == ESTABLISHED_BOTH && r == ESTABLISHED_BOTH ? "S1" : "OTH";
}
