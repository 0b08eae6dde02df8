/* catalogue.h - every word the plugin says about a segment, in two languages.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Pure text: no Wireshark, no allocation.  A row of the catalogue is a step;
 * a template may hold places in braces, filled in by tcpstate_fill():
 *
 *   {sender} {receiver}   "the client", "the server"; {Sender} {Receiver} with a capital
 *   {who}                 the sender without an article, for labels
 *   {proto} {PROTO}       the application protocol, "http" and "HTTP"
 *   {n}                   how often it has been sent again, or how many went unanswered
 *   {s}                   nothing if {n} is 1, else "s", for an English plural
 *   {t}                   a time, "63.1"
 *   {before} {after}      the sender's state before and after, "FIN_WAIT_1"
 *   {rbefore} {rafter}    the receiver's
 *   {reason} {icmp}       of an ICMP error: why, "port unreachable"; and who says so, and what TCP is to do
 */
#ifndef TCPSTATE_CATALOGUE_H
#define TCPSTATE_CATALOGUE_H

#include <stdbool.h>
#include <stddef.h>

#include "../core/tcpstate.h"

enum tcpstate_language { TCPSTATE_ENGLISH, TCPSTATE_CHINESE, TCPSTATE_LANGUAGES };

/* The label of a step, as in the Analysis column.  With `with_protocol` the
 * template may hold {proto}.  "" for TCPSTATE_STEP_NONE; never NULL. */
const char *tcpstate_label(enum tcpstate_step step, enum tcpstate_language language,
                           bool with_protocol);

/* One to four sentences for a learner; "" if there is nothing to explain. */
const char *tcpstate_explanation(enum tcpstate_step step, enum tcpstate_language language);

/* What was expected of a connection with this result and never came; "" if
 * nothing is missing.  {sender} is the end that owes it. */
const char *tcpstate_missing(enum tcpstate_result result, enum tcpstate_language language);

/* A fixed set's value in the reader's words: "closed", "已关闭"; never NULL. */
const char *tcpstate_result_word(enum tcpstate_result result, enum tcpstate_language language);
const char *tcpstate_close_kind_word(enum tcpstate_close_kind kind, enum tcpstate_language language);
const char *tcpstate_opening_word(enum tcpstate_opening opening, enum tcpstate_language language);

/* What one of Zeek's conn_state codes says, "SF" for instance; "" of any other. */
const char *tcpstate_conn_state_meaning(const char *code, enum tcpstate_language language);

/* Words that stand outside of any step. */
enum tcpstate_word {
    TCPSTATE_WORD_CLIENT,
    TCPSTATE_WORD_SERVER,
    TCPSTATE_WORD_ONE_END,   /* roles unknown: the sender */
    TCPSTATE_WORD_OTHER_END, /* roles unknown: the receiver */
    TCPSTATE_WORD_INFERRED,
    TCPSTATE_WORD_WAS,       /* between a state and the one before */
    TCPSTATE_WORD_FOR,       /* between that one and how long it lasted */
    TCPSTATE_WORD_SECONDS,
    TCPSTATE_WORD_SENT_BY,   /* between a step and its sender */
    TCPSTATE_WORD_PASSED,
    TCPSTATE_WORD_FAILED,    /* "failed, expected %u": the number follows */
    TCPSTATE_WORD_UNKNOWN,
    TCPSTATE_WORD_MIDSTREAM,
    TCPSTATE_WORD_ROLES_INFERRED,
    TCPSTATE_WORD_BOTH,
    TCPSTATE_WORD_WHOLE,     /* head of a subtree */
    TCPSTATE_WORDS
};
const char *tcpstate_word(enum tcpstate_word word, enum tcpstate_language language);

/* Which language a locale name asks for: Chinese for "zh", "zh_CN.UTF-8" and
 * the like, English for all else and for NULL. */
enum tcpstate_language tcpstate_language_of_locale(const char *locale);

/* The same of the locale that the environment asks for. */
enum tcpstate_language tcpstate_language_of_environment(void);

/* What a template's places are filled with; NULL reads as "". */
struct tcpstate_places {
    enum tcpstate_language language;
    int sender_is_client;     /* 1 yes, 0 no, -1 roles unknown */
    const char *ends[2];      /* sender and receiver, named where the roles are unknown; NULL: "one end", "the other end" */
    const char *protocol;     /* "http" */
    const char *protocol_name; /* "HTTP" */
    unsigned repeats;
    const char *seconds;
    enum tcpstate_state before, after, receiver_before, receiver_after;
    const char *reason, *icmp;
};

/* Write `text` with its places filled into `buffer` of `size` bytes, always
 * terminated, cut between UTF-8 characters if it does not fit.  A place that
 * is not in the list above is copied as it stands: a user's own label is
 * text, never a program.  Returns the length written. */
size_t tcpstate_fill(char *buffer, size_t size, const char *text,
                     const struct tcpstate_places *places);

#endif
