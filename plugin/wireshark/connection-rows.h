/* connection-rows.h - a row per connection, for programs.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef TCPSTATE_CONNECTION_ROWS_H
#define TCPSTATE_CONNECTION_ROWS_H

#include "survey.h"

/* To standard output: as JSON, or as tab-separated values below a line of names. */
void tcpstate_connection_rows_print(const struct tcpstate_survey *survey, bool json);

#endif
