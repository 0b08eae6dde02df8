/* pcap.h - the records of a plain capture file: pcap as nearly all programs write it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * libwiretap makes and frees several pieces of memory for each record, which costs as
 * much as half of the rest.  It opens the file and reads its first record; where these
 * are as they are in nearly every file, the records that follow differ from that one
 * in their times, lengths and bytes alone, and are read here.  All else is libwiretap's.
 */
#ifndef TCPSTATE_PCAP_H
#define TCPSTATE_PCAP_H

#include "../wireshark/compat.h"

#include <wiretap/wtap.h>

struct tcpstate_pcap;

/* To read what follows the first record of the file `name`, which begins at `offset`; NULL if the file is not plain. */
struct tcpstate_pcap *tcpstate_pcap_open(const char *name, wtap *wtap, const wtap_rec *first, int64_t offset);

/* The next record: *record, where the one before is, becomes it, and *offset where it begins.  Returns its
 * bytes, valid until the next one is asked for; or NULL with *error as wtap_read() would have it, 0 at the end, or
 * TCPSTATE_NOT_PLAIN: libwiretap is to read the record at *offset, and all that follow. */
#define TCPSTATE_NOT_PLAIN INT_MAX
const uint8_t *tcpstate_pcap_next(struct tcpstate_pcap *pcap, wtap_rec *record, int64_t *offset, int *error);

void tcpstate_pcap_close(struct tcpstate_pcap *pcap);

#endif
