/* walk.c - the table of layers: a SYN behind each kind of header, and each of
 * these frames cut short at every byte (a sanitizer sees what is read beyond).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <string.h>

#include <glib.h>

#include "../../plugin/packet/walk.h"

/* 192.0.2.1:40000 -> 198.51.100.2:80, SYN, seq 1000; and the same in IPv6. */
#define TCP "9c40" "0050" "000003e8" "00000000" "5002" "ffff" "0000" "0000"
#define IPV4_OF(protocol, length, rest) "4500" length "0000" "4000" "40" protocol "0000" "c0000201" "c6336402" rest
#define IPV4 IPV4_OF("06", "0028", TCP)
#define IPV6_OF(next, length, rest)                                                        \
    "60000000" length next "40" "20010db8000000000000000000000001" "20010db8000000000000000000000002" rest
#define IPV6 IPV6_OF("06", "0014", TCP)
#define MAC "020000000002" "020000000001"
#define UDP(port) UDP_OF(port, "0000")
#define UDP_OF(port, length) "c000" port length "0000"

static const struct {
    const char *name, *hex;
    enum tcpstate_link link;
    enum tcpstate_walked walked;
} frames[] = {
    { "ethernet", MAC "0800" IPV4, TCPSTATE_LINK_ETHERNET, TCPSTATE_WALKED_FOUND },
    { "ethernet-ipv6", MAC "86dd" IPV6, TCPSTATE_LINK_ETHERNET, TCPSTATE_WALKED_FOUND },
    { "802.1ad-802.1q", MAC "88a8" "0001" "8100" "0002" "0800" IPV4, TCPSTATE_LINK_ETHERNET, TCPSTATE_WALKED_FOUND },
    { "llc-snap", MAC "0030" "aaaa03000000" "0800" IPV4, TCPSTATE_LINK_ETHERNET, TCPSTATE_WALKED_FOUND },
    { "spanning-tree", MAC "0026" "424203000000", TCPSTATE_LINK_ETHERNET, TCPSTATE_WALKED_NOTHING },
    { "mpls", MAC "8847" "0001" "00" "40" "0001" "41" "40" IPV4, TCPSTATE_LINK_ETHERNET, TCPSTATE_WALKED_FOUND },
    { "pseudowire", MAC "8847" "0001" "0140" "00000000" MAC "0800" IPV4, TCPSTATE_LINK_ETHERNET, TCPSTATE_WALKED_ODD },
    { "pppoe", MAC "8864" "1100" "0001" "002a" "0021" IPV4, TCPSTATE_LINK_ETHERNET, TCPSTATE_WALKED_FOUND },
    { "ppp", "ff03" "0021" IPV4, TCPSTATE_LINK_PPP, TCPSTATE_WALKED_FOUND },
    { "ppp-without-address", "0057" IPV6, TCPSTATE_LINK_PPP, TCPSTATE_WALKED_FOUND },
    { "sll", "0000" "0001" "0006" "0200000000010000" "0800" IPV4, TCPSTATE_LINK_SLL, TCPSTATE_WALKED_FOUND },
    { "sll2", "0800" "0000" "00000001" "0001" "00" "06" "0200000000010000" IPV4, TCPSTATE_LINK_SLL2, TCPSTATE_WALKED_FOUND },
    { "null-little-endian", "02000000" IPV4, TCPSTATE_LINK_NULL, TCPSTATE_WALKED_FOUND },
    { "null-big-endian", "0000001e" IPV6, TCPSTATE_LINK_NULL, TCPSTATE_WALKED_FOUND },
    { "raw", IPV6, TCPSTATE_LINK_IP, TCPSTATE_WALKED_FOUND },
    { "ipv4-options", "4600" "002c" "0000" "4000" "40" "06" "0000" "c0000201" "c6336402" "01010100" TCP, TCPSTATE_LINK_IPV4,
      TCPSTATE_WALKED_FOUND },
    { "ipv4-source-route", "4700" "0030" "0000" "4000" "40" "06" "0000" "c0000201" "c6336402" "8307040a00000100" TCP,
      TCPSTATE_LINK_IPV4, TCPSTATE_WALKED_ODD },
    { "ipv6-extensions", IPV6_OF("00", "0024", "3c00010400000000" "0600010400000000" TCP), TCPSTATE_LINK_IPV6,
      TCPSTATE_WALKED_FOUND },
    { "ipv6-atomic-fragment", IPV6_OF("2c", "001c", "0600000000000001" TCP), TCPSTATE_LINK_IPV6, TCPSTATE_WALKED_FOUND },
    { "ipv6-fragment", IPV6_OF("2c", "001c", "0600000100000001" TCP), TCPSTATE_LINK_IPV6, TCPSTATE_WALKED_ODD },
    { "ip-in-ip", IPV4_OF("04", "003c", IPV4), TCPSTATE_LINK_IP, TCPSTATE_WALKED_FOUND },
    { "6in4", IPV4_OF("29", "0050", IPV6), TCPSTATE_LINK_IP, TCPSTATE_WALKED_FOUND },
    { "gre-key", IPV4_OF("2f", "0044", "2000" "0800" "00000001" IPV4), TCPSTATE_LINK_IP, TCPSTATE_WALKED_FOUND },
    { "gre-ethernet", IPV4_OF("2f", "004e", "0000" "6558" MAC "0800" IPV4), TCPSTATE_LINK_IP, TCPSTATE_WALKED_FOUND },
    { "pptp", IPV4_OF("2f", "004c", "3001" "880b" "002c" "0001" "00000001" "ff03" "0021" IPV4), TCPSTATE_LINK_IP,
      TCPSTATE_WALKED_FOUND },
    { "vxlan", IPV4_OF("11", "005a", UDP("12b5") "0800000000000100" MAC "0800" IPV4), TCPSTATE_LINK_IP, TCPSTATE_WALKED_FOUND },
    { "geneve", IPV4_OF("11", "005e", UDP("17c1") "0100" "6558" "00000100" "00000000" MAC "0800" IPV4), TCPSTATE_LINK_IP,
      TCPSTATE_WALKED_FOUND },
    { "gtp-u", IPV4_OF("11", "004c", UDP_OF("0868", "0038") "30ff" "0028" "00000001" IPV4), TCPSTATE_LINK_IP, TCPSTATE_WALKED_FOUND },
    { "gtp-u-ipv6", IPV4_OF("11", "0060", UDP_OF("0868", "004c") "30ff" "003c" "00000001" IPV6), TCPSTATE_LINK_IP, TCPSTATE_WALKED_FOUND },
    { "gtp-u-longer-than-its-packet", IPV4_OF("11", "004e", UDP_OF("0868", "003a") "30ff" "002a" "00000001" IPV4 "0000"), TCPSTATE_LINK_IP,
      TCPSTATE_WALKED_ODD },
    { "gtp-u-longer-than-its-datagram", IPV4_OF("11", "004c", UDP_OF("0868", "0036") "30ff" "0028" "00000001" IPV4), TCPSTATE_LINK_IP,
      TCPSTATE_WALKED_ODD },
    { "gtp-u-extension", IPV4_OF("11", "0054", UDP_OF("0868", "0040") "34ff" "0030" "00000001" "00000085" "01100900" IPV4),
      TCPSTATE_LINK_IP, TCPSTATE_WALKED_FOUND },
    { "teredo", IPV4_OF("11", "0058", UDP("0dd8") IPV6), TCPSTATE_LINK_IP, TCPSTATE_WALKED_ODD },
    { "dns", IPV4_OF("11", "0020", UDP("0035") "00000000"), TCPSTATE_LINK_IP, TCPSTATE_WALKED_NOTHING },
    { "esp", IPV4_OF("32", "0020", "000000010000000100000000"), TCPSTATE_LINK_IP, TCPSTATE_WALKED_ODD },
    { "rpcap", IPV4_OF("06", "0028", "9c40" "07d2" "000003e8" "00000000" "5002" "ffff" "00000000"), TCPSTATE_LINK_IP,
      TCPSTATE_WALKED_ODD },
    { "rpcaps-port-by-chance", IPV4_OF("06", "0028", "07d2" "0050" "000003e8" "00000000" "5002" "ffff" "00000000"),
      TCPSTATE_LINK_IP, TCPSTATE_WALKED_FOUND },
    { "another-link", IPV4, TCPSTATE_LINK_OTHER, TCPSTATE_WALKED_ODD },
};

static int from_hex(const char *hex, uint8_t bytes[256])
{
    int length = (int)strlen(hex) / 2;

    for (int i = 0; i < length; i++)
        bytes[i] = (uint8_t)(g_ascii_xdigit_value(hex[2 * i]) << 4 | g_ascii_xdigit_value(hex[2 * i + 1]));
    return length;
}

/* Of the frame's first `captured` bytes, in memory of exactly their size. */
static enum tcpstate_walked walk(size_t i, const uint8_t *frame, int captured, int length, struct tcpstate_reading *reading)
{
    uint8_t *exact = captured ? g_memdup2(frame, (gsize)captured) : g_malloc(1);
    struct tcpstate_bytes bytes = { exact, captured, length };
    enum tcpstate_walked walked = tcpstate_walk(frames[i].link, &bytes, 7, 0, reading);

    g_free(exact);
    return walked;
}

static void whole(gconstpointer data)
{
    size_t i = GPOINTER_TO_SIZE(data);
    struct tcpstate_reading reading;
    uint8_t frame[256];
    int length = from_hex(frames[i].hex, frame);

    g_assert_cmpint(walk(i, frame, length, length, &reading), ==, frames[i].walked);
    if (frames[i].walked != TCPSTATE_WALKED_FOUND)
        return;
    int from = reading.segment.from;
    g_assert_cmpint(reading.pair.port[from], ==, strstr(frames[i].name, "by-chance") ? 2002 : 40000);
    g_assert_cmpint(reading.pair.port[!from], ==, 80);
    g_assert_cmpint(reading.segment.seq, ==, 1000);
    g_assert_cmpint(reading.segment.flags, ==, TCPSTATE_FLAG_SYN);
    g_assert_cmpint(reading.segment.payload, ==, 0);
    g_assert_cmpint(reading.segment.frame, ==, 7);
    g_assert_true(reading.ordinary && !reading.quoted && !reading.mentioned);
}

static void cut_short(gconstpointer data)
{
    size_t i = GPOINTER_TO_SIZE(data);
    struct tcpstate_reading reading;
    uint8_t frame[256];
    int length = from_hex(frames[i].hex, frame);

    for (int captured = 0; captured < length; captured++)
        if (walk(i, frame, captured, length, &reading) == TCPSTATE_WALKED_FOUND)
            g_assert_true(reading.mentioned); /* the end of its TCP header is missing */
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(frames); i++) {
        char *path = g_strdup_printf("/walk/whole/%s", frames[i].name);
        g_test_add_data_func(path, GSIZE_TO_POINTER(i), whole);
        g_free(path);
        path = g_strdup_printf("/walk/cut-short/%s", frames[i].name);
        g_test_add_data_func(path, GSIZE_TO_POINTER(i), cut_short);
        g_free(path);
    }
    return g_test_run();
}
