/* zeek-history.c - the letters of Zeek's history: what was seen of both ends, in its order.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A capital letter is the originator's, a small one the responder's.  One for each kind
 * of segment of an end, and another where a SYN, FIN or RST comes with another number.
 */
#include "zeek.h"

/* struct tcpstate_zeek.seen, of the responder << 16 */
enum {
    SEEN_SYN = 0x01,
    SEEN_FIN = 0x02,
    SEEN_RST = 0x04,
    SEEN_FIN_RST = 0x08,
    SEEN_DATA = 0x10,
    SEEN_ACK = 0x20,
    SEEN_FLAGS = 0x40,
};

static void add_letter(struct tcpstate_zeek *zeek, char letter)
{
    if (zeek->letters < TCPSTATE_ZEEK_LETTERS)
        zeek->history[zeek->letters++] = (uint8_t)letter;
}

static char letter_of(const struct tcpstate_zeek *zeek, int end, char letter)
{
    return end == originator(zeek) ? letter : (char)(letter - 'A' + 'a');
}

void tcpstate_zeek_flip(struct tcpstate_zeek *zeek)
{
    zeek->facts ^= ZEEK_ORIGINATOR;
    add_letter(zeek, '^');
}

/* Note what was seen; whether it had been seen before. */
static bool check_letter(struct tcpstate_zeek *zeek, int end, uint32_t what, char letter)
{
    /* It began with a SYN,ACK, and somebody talks: so that was an answer. */
    if ((letter == 'A' || letter == 'D') && zeek->letters == 1 && zeek->history[0] == 'H') {
        zeek->facts ^= ZEEK_ORIGINATOR;
        zeek->history[0] = '^';
        add_letter(zeek, 'h');
    }
    if (end != originator(zeek))
        what <<= 16;
    if (zeek->seen & what)
        return true;
    zeek->seen |= what;
    add_letter(zeek, letter_of(zeek, end, letter));
    return false;
}

void tcpstate_zeek_count(struct tcpstate_zeek *zeek, int end, uint32_t *count, char letter)
{
    uint32_t power = 1;

    if (*count == UINT32_MAX)
        return;
    ++*count;
    while (power < *count && power <= UINT32_MAX / 10)
        power *= 10;
    if (power == *count)
        add_letter(zeek, letter_of(zeek, end, letter));
}

void tcpstate_zeek_write(struct tcpstate_zeek *zeek, int end, const struct tcpstate_segment *segment)
{
    struct tcpstate_zeek_end *me = &zeek->ends[end];
    uint32_t number = segment->seq - me->start;
    uint8_t control = segment->flags & TCPSTATE_SYN_FIN_RST;

    switch (control) {
    case 0:
        if (segment->payload > 0)
            check_letter(zeek, end, SEEN_DATA, 'D');
        else if (segment->flags & TCPSTATE_FLAG_ACK)
            check_letter(zeek, end, SEEN_ACK, 'A');
        break;
    case TCPSTATE_FLAG_SYN: {
        char letter = segment->flags & TCPSTATE_FLAG_ACK ? 'H' : 'S';
        if (check_letter(zeek, end, SEEN_SYN, letter) && number != me->syn)
            add_letter(zeek, letter_of(zeek, end, letter));
        me->syn = number;
        break;
    }
    case TCPSTATE_FLAG_FIN:
        number += segment->payload;
        if (check_letter(zeek, end, SEEN_FIN, 'F') && number != me->fin)
            add_letter(zeek, letter_of(zeek, end, 'F'));
        me->fin = number;
        break;
    case TCPSTATE_FLAG_RST:
        if (check_letter(zeek, end, SEEN_RST, 'R') && number != me->rst)
            add_letter(zeek, letter_of(zeek, end, 'R'));
        me->rst = number;
        break;
    default:
        if ((control & (TCPSTATE_FLAG_FIN | TCPSTATE_FLAG_RST)) == (TCPSTATE_FLAG_FIN | TCPSTATE_FLAG_RST))
            check_letter(zeek, end, SEEN_FIN_RST, 'I');
        else
            check_letter(zeek, end, SEEN_FLAGS, 'Q');
        break;
    }
}

bool tcpstate_zeek_is_syn_then_reset(const struct tcpstate_zeek *zeek)
{
    static const char others[] = "HAFGIQ";
    unsigned i = zeek->letters > 0 && zeek->history[0] == '^';

    if (i >= zeek->letters || zeek->history[i] != 'S')
        return false;
    for (i++; i < zeek->letters && zeek->history[i] != 'R'; i++)
        for (const char *other = others; *other; other++)
            if (zeek->history[i] == *other)
                return false;
    return i < zeek->letters;
}

void tcpstate_history(const struct tcpstate_connection *connection, char text[TCPSTATE_ZEEK_LETTERS + 1])
{
    const struct tcpstate_zeek *zeek = &connection->account.zeek;
    unsigned i = 0;

    for (; i < zeek->letters && i < TCPSTATE_ZEEK_LETTERS; i++)
        text[i] = (char)zeek->history[i];
    text[i] = '\0';
}
