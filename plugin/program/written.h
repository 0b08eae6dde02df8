/* written.h - the answers that are files: extract, page, save.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * command->out is the whole new file, or what it was before.  Each returns the exit
 * status.
 */
#ifndef TCPSTATE_WRITTEN_H
#define TCPSTATE_WRITTEN_H

#include "captures.h"
#include "journey.h"

int tcpstate_write_extract(struct tcpstate_journey *journey, struct tcpstate_captures *captures);
int tcpstate_write_page(struct tcpstate_journey *journey, struct tcpstate_captures *captures);
int tcpstate_write_save(struct tcpstate_journey *journey, struct tcpstate_captures *captures);

/* What save reads: the file `from` if it is pcapng and not compressed, else a copy that
 * is, beside `out`.  To be freed; NULL if it could not be made, which has been said. */
char *tcpstate_as_pcapng(const char *from, const char *out);

#endif
