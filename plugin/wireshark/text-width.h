/* text-width.h - text in the columns of a terminal.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A Chinese letter takes two columns, a combining mark none.  Only letters that
 * every terminal draws wide are counted as wide (Unicode annex 11, W and F).
 */
#ifndef TCPSTATE_TEXT_WIDTH_H
#define TCPSTATE_TEXT_WIDTH_H

#include <stdbool.h>

#include <glib.h>

/* How many columns a text takes. */
int tcpstate_columns(const char *text);

/* Whether a text is one line that a terminal shows and does not obey: valid
 * UTF-8, no control characters, no line separators, nothing that turns the
 * direction of writing. */
bool tcpstate_is_printable(const char *text);

/* Text made so, a blank for each such character.  To be freed with g_free(). */
char *tcpstate_printable(const char *text);

/* Append a text, cut with "..." if it takes more columns, or followed by
 * blanks if it takes fewer. */
void tcpstate_append_padded(GString *line, const char *text, int columns);
void tcpstate_append_cut(GString *line, const char *text, int columns);

/* Append so many blanks, none of a negative count; append or print a text, filled up with blanks to that many columns. */
void tcpstate_append_blanks(GString *line, int count);
void tcpstate_append_filled(GString *line, const char *text, int columns);
void tcpstate_print_padded(const char *text, int columns, bool to_the_right);

/* Append a text in as many lines as it needs, each ended by a line feed, the
 * second and later ones indented.  Lines end at blanks or between wide letters,
 * or, where there is neither, anywhere. */
void tcpstate_append_wrapped(GString *out, const char *text, int columns, int indent);

#endif
