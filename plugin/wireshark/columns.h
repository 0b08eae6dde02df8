/* columns.h - text in columns for a terminal, where a Chinese character is two
 * cells wide.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef TCPSTATE_COLUMNS_H
#define TCPSTATE_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>

/* How many cells a UTF-8 text takes. */
size_t tcpstate_width(const char *text);

/* Print the text, filled up with blanks to that many cells; no blanks for 0. */
void tcpstate_print_padded(const char *text, size_t width, bool to_the_right);

#endif
