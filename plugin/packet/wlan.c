/* wlan.c - headers of 802.11 frames; see wlan.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "wlan.h"

static uint16_t le16(const uint8_t *at)
{
    return (uint16_t)(at[0] | at[1] << 8);
}

/* radiotap.org: version, pad, length, and words that say which fields follow, each of
 * them at a multiple of its size. */
int tcpstate_radiotap_length(const uint8_t *bytes, int size)
{
    enum { TSFT = 0x01, FLAGS = 0x02, MORE = 0x80, NO_PSDU_OR_TLV = 0x14 }; /* of the first and the last byte of a word */
    enum { PADDED = 0x20, BAD_CHECKSUM = 0x40 };
    int words = 1, at;

    if (size < 8)
        return TCPSTATE_WLAN_NOTHING;
    int length = le16(bytes + 2);
    if (bytes[0] != 0 || length < 8 || length > size)
        return TCPSTATE_WLAN_ODD;
    for (at = 4; bytes[at + 3] & MORE; at += 4, words++)
        if ((bytes[at + 3] & NO_PSDU_OR_TLV) || at + 8 > length)
            return TCPSTATE_WLAN_ODD;
    if (bytes[at + 3] & NO_PSDU_OR_TLV)
        return TCPSTATE_WLAN_ODD;
    if (!(bytes[4] & FLAGS))
        return length;
    at = 4 + 4 * words;
    if (bytes[4] & TSFT)
        at = (at + 7) / 8 * 8 + 8;
    return at >= length || (bytes[at] & (PADDED | BAD_CHECKSUM)) ? TCPSTATE_WLAN_ODD : length;
}

/* IEEE 802.11-2020 section 9.2.4.  Management frames hold no TCP, but Wireshark decrypts
 * by what they hold; data without a body is nothing. */
int tcpstate_wlan_length(const uint8_t *bytes, int size)
{
    enum { CONTROL = 0x04, DATA = 0x08, TYPE = 0x0f, WRAPPER = 0x74, CF_ACK_OR_POLL = 0x30, NO_BODY = 0x40, QOS = 0x80 };
    enum { TO_AND_FROM = 0x03, MORE_FRAGMENTS = 0x04, PROTECTED = 0x40, ORDER = 0x80 };
    enum { PLAIN = 24, AGGREGATED = 0x80 };

    if (size < 2)
        return TCPSTATE_WLAN_NOTHING;
    uint8_t kind = bytes[0], flags = bytes[1];
    if ((kind & TYPE) == CONTROL && kind != WRAPPER)
        return TCPSTATE_WLAN_NOTHING;
    if ((kind & TYPE) != DATA)
        return TCPSTATE_WLAN_ODD;
    if (kind & NO_BODY)
        return TCPSTATE_WLAN_NOTHING;
    if ((flags & (MORE_FRAGMENTS | PROTECTED | ORDER)) || (flags & TO_AND_FROM) == TO_AND_FROM || (kind & CF_ACK_OR_POLL))
        return TCPSTATE_WLAN_ODD;
    if (size < PLAIN + 2)
        return TCPSTATE_WLAN_NOTHING;
    if ((bytes[22] & 0x0f) != 0 || ((kind & QOS) && (bytes[PLAIN] & AGGREGATED))) /* a later fragment; several packets */
        return TCPSTATE_WLAN_ODD;
    return kind & QOS ? PLAIN + 2 : PLAIN;
}
