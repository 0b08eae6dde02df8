/* pcap.c - the records of a plain capture file; see pcap.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The format: draft-ietf-opsawg-pcap.
 */
#define TCPSTATE_COMPAT_FILES
#include "pcap.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "../core/tcpstate.h"
#include "../wireshark/link.h"

enum { FILE_HEADER = 24, RECORD_HEADER = 16, CHUNK = 128 * 1024 };

struct tcpstate_pcap {
    int descriptor;
    bool swapped;           /* written by a machine of the other byte order */
    uint32_t fractions;     /* of a second that there are: microseconds or nanoseconds */
    int64_t offset;         /* of what comes next, in the file */
    size_t from, to;        /* ... and in .bytes, up to where they are filled */
    uint8_t bytes[RECORD_HEADER + WTAP_MAX_PACKET_SIZE_STANDARD + CHUNK];
};

static uint32_t word(const struct tcpstate_pcap *pcap, const uint8_t *at)
{
    uint32_t number;

    memcpy(&number, at, sizeof number);
    return pcap->swapped ? GUINT32_SWAP_LE_BE(number) : number;
}

/* The magic number, which tells byte order and precision, and version 2.4. */
static bool read_file_header(struct tcpstate_pcap *pcap)
{
    const uint32_t microseconds = 0xa1b2c3d4, nanoseconds = 0xa1b23c4d;
    uint8_t header[FILE_HEADER];
    uint16_t version[2];

    if (read(pcap->descriptor, header, sizeof header) != sizeof header)
        return false;
    const uint32_t magic = word(pcap, header);
    pcap->swapped = magic != microseconds && magic != nanoseconds;
    pcap->fractions = (uint32_t)TCPSTATE_SECOND / (word(pcap, header) == nanoseconds ? 1 : 1000);
    memcpy(version, header + 4, sizeof version);
    for (int i = 0; i < 2 && pcap->swapped; i++)
        version[i] = GUINT16_SWAP_LE_BE(version[i]);
    return (word(pcap, header) == microseconds || word(pcap, header) == nanoseconds) && version[0] == 2 && version[1] == 4;
}

/* Of a link that has nothing before its packets' bytes; and known to be no other than what it looks like. */
static bool is_plain(wtap *wtap, const wtap_rec *first, int64_t offset)
{
    const int subtype = wtap_file_type_subtype(wtap);

    return (subtype == wtap_pcap_file_type_subtype() || subtype == wtap_pcap_nsec_file_type_subtype())
           && offset == FILE_HEADER && first->rec_type == REC_TYPE_PACKET && first->presence_flags == (WTAP_HAS_TS | WTAP_HAS_CAP_LEN)
           && tcpstate_link_of(first->rec_header.packet_header.pkt_encap) != TCPSTATE_LINK_OTHER;
}

struct tcpstate_pcap *tcpstate_pcap_open(const char *name, wtap *wtap, const wtap_rec *first, int64_t offset)
{
    struct stat status;

    if (!is_plain(wtap, first, offset) || g_stat(name, &status) != 0 || !S_ISREG(status.st_mode))
        return NULL; /* what comes through a pipe can be read once only */
    struct tcpstate_pcap *pcap = g_new(struct tcpstate_pcap, 1);
    pcap->descriptor = g_open(name, O_RDONLY | O_CLOEXEC, 0);
    pcap->swapped = false;
    pcap->offset = offset + RECORD_HEADER + first->rec_header.packet_header.caplen;
    pcap->from = pcap->to = 0;
    if (pcap->descriptor >= 0 && read_file_header(pcap) && lseek(pcap->descriptor, pcap->offset, SEEK_SET) == pcap->offset)
        return pcap;
    tcpstate_pcap_close(pcap);
    return NULL;
}

/* At least so many bytes of what comes next are there; or *error says why not: 0 where the file ends. */
static bool fill(struct tcpstate_pcap *pcap, size_t size, int *error)
{
    ssize_t more = 1;

    memmove(pcap->bytes, pcap->bytes + pcap->from, pcap->to - pcap->from);
    pcap->to -= pcap->from;
    pcap->from = 0;
    while (pcap->to < size && more > 0) {
        more = read(pcap->descriptor, pcap->bytes + pcap->to, CHUNK);
        pcap->to += more > 0 ? (size_t)more : 0;
    }
    *error = more < 0 ? errno : pcap->to > 0 ? WTAP_ERR_SHORT_READ : 0;
    return pcap->to >= size;
}

static bool has(struct tcpstate_pcap *pcap, size_t size, int *error)
{
    return pcap->to - pcap->from >= size || fill(pcap, size, error);
}

const uint8_t *tcpstate_pcap_next(struct tcpstate_pcap *pcap, wtap_rec *record, int64_t *offset, int *error)
{
    *offset = pcap->offset;
    if (!has(pcap, RECORD_HEADER, error))
        return NULL;
    const uint8_t *header = pcap->bytes + pcap->from;
    const uint32_t fraction = word(pcap, header + 4), captured = word(pcap, header + 8), length = word(pcap, header + 12);
    if (fraction >= pcap->fractions || captured > WTAP_MAX_PACKET_SIZE_STANDARD || captured > length) {
        *error = TCPSTATE_NOT_PLAIN;
        return NULL;
    }
    if (!has(pcap, RECORD_HEADER + captured, error))
        return NULL;
    header = pcap->bytes + pcap->from;
    record->ts.secs = word(pcap, header);
    record->ts.nsecs = (int)(fraction * ((uint32_t)TCPSTATE_SECOND / pcap->fractions));
    record->rec_header.packet_header.caplen = captured;
    record->rec_header.packet_header.len = length;
    pcap->from += RECORD_HEADER + captured;
    pcap->offset += RECORD_HEADER + captured;
    return header + RECORD_HEADER;
}

void tcpstate_pcap_close(struct tcpstate_pcap *pcap)
{
    if (pcap->descriptor >= 0)
        close(pcap->descriptor);
    g_free(pcap);
}
