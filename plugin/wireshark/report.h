/* report.h - what the report says of a capture, before it is printed.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * One walk over the connections puts each into the sections of what is wrong with
 * it, or into the last one: nothing is.  A section has groups, of connections
 * with one server that are alike; where times are compared it has the slowest
 * connections instead.  What a section is, report-sections.c says.  Printed as text
 * (view-report.c) and as rows (report-rows.c), with the same filters and reasons.
 */
#ifndef TCPSTATE_REPORT_H
#define TCPSTATE_REPORT_H

#include "../text/phrases.h"
#include "survey.h"

#define TCPSTATE_REPORT_LINES 10 /* of a section, as text; and how many of the slowest are kept */

enum tcpstate_trouble {
    TCPSTATE_TROUBLE_FAILED,
    TCPSTATE_TROUBLE_HANGS,
    TCPSTATE_TROUBLE_SLOW,
    TCPSTATE_TROUBLE_ODD,
    TCPSTATE_TROUBLE_UNDECIDED, /* none that anybody can tell yet */
    TCPSTATE_TROUBLE_NONE,
};

/* In the order in which they are printed; the first ones but FIN_RESET and WAITING are the outcomes of
 * those names. */
enum tcpstate_section {
    TCPSTATE_SECTION_UNANSWERED,
    TCPSTATE_SECTION_UNREACHABLE,
    TCPSTATE_SECTION_REFUSED,
    TCPSTATE_SECTION_REJECTED,
    TCPSTATE_SECTION_HANDSHAKE_ABORTED,
    TCPSTATE_SECTION_HALF_OPEN,
    TCPSTATE_SECTION_RESET,
    TCPSTATE_SECTION_FIN_RESET, /* a close of its own kind */
    TCPSTATE_SECTION_STALLED,
    TCPSTATE_SECTION_NO_RESPONSE,
    TCPSTATE_SECTION_SILENT,
    TCPSTATE_SECTION_WAITING, /* open, and the end whose turn it is has sent no data */
    TCPSTATE_SECTION_HALF_CLOSED,
    TCPSTATE_SECTION_LAST_ACK_MISSING,
    TCPSTATE_SECTION_SLOW_HANDSHAKE,
    TCPSTATE_SECTION_SLOW_RESPONSE,
    TCPSTATE_SECTION_STALL_ENDED, /* a window that opened, or an acknowledgment that came, late */
    TCPSTATE_SECTION_DISOWNED, /* a RST whose sender went on */
    TCPSTATE_SECTION_TOO_EARLY, /* something is missing, but the capture ends too soon after */
    TCPSTATE_SECTION_HEALTHY,
    TCPSTATE_SECTIONS
};

/* What makes connections alike.  All bytes count. */
struct tcpstate_group_key {
    uint8_t address[16]; /* the server's */
    uint16_t port;
    uint8_t length;  /* of the address; 0: roles unknown */
    uint8_t section; /* enum tcpstate_section */
    uint8_t result;  /* enum tcpstate_result; of healthy and early ones only, for others follow from the section */
    uint8_t kind;    /* enum tcpstate_close_kind */
    uint8_t ended;   /* .by ended it; else it closed first */
    uint8_t icmp[2]; /* type and code of the ICMP error; of unreachable ones only */
    int8_t by;       /* 0 client, 1 server, 2 both, 3 unknown; -1: nobody */
};

struct tcpstate_group {
    struct tcpstate_group_key key;
    unsigned count;
    unsigned worst;  /* index of a connection of it: that which waits longest, lost most, or came first */
    int64_t badness; /* of the worst */
    int64_t owed;    /* nanoseconds that the worst has waited when the capture ends; -1: it does not wait */
    unsigned inferred; /* of how many of them it is inferred who is the server */
    bool mixed;      /* its filter shows others, too */
    struct tcpstate_group_cause *causes; /* TCPSTATE_REPORT_CAUSES; NULL: these end by no RST */
};

/* Of how many connections of a group the RST has a cause, in the order of the bits of tcpstate_reset_causes();
 * and between which numbers. */
#define TCPSTATE_REPORT_CAUSES 14
struct tcpstate_group_cause {
    unsigned count;
    int64_t least, most;
};

/* The most connections first; of as many, the one with the worse connection, then the earlier. */
int tcpstate_group_compare(const struct tcpstate_group *one, const struct tcpstate_group *other);

/* The lines of a section, at most TCPSTATE_REPORT_LINES: groups in the order of tcpstate_group_compare(),
 * or connections, the slowest first, of two equal ones the earlier. */
struct tcpstate_line {
    int64_t value;  /* nanoseconds that the connection took; of a group how many connections it has */
    unsigned index; /* of the connection */
    const struct tcpstate_group *group; /* or NULL */
};
struct tcpstate_best {
    unsigned count;
    struct tcpstate_line lines[TCPSTATE_REPORT_LINES];
};
void tcpstate_best_enter(struct tcpstate_best *best, int64_t value, unsigned index, const struct tcpstate_group *group);

struct tcpstate_report {
    const struct tcpstate_survey *survey;
    unsigned outcomes[TCPSTATE_RESULTS]; /* how many have each */
    bool early[TCPSTATE_RESULTS];        /* ... and of some of them it is too early to say that */
    struct {
        unsigned connections;
        GPtrArray *groups;           /* of struct tcpstate_group */
        struct tcpstate_best slowest; /* where times are compared */
    } sections[TCPSTATE_SECTIONS];
    bool any_trouble;
};
struct tcpstate_report *tcpstate_report_new(const struct tcpstate_survey *survey);
void tcpstate_report_free(struct tcpstate_report *report);

/* Which sections a connection is in. */
struct tcpstate_listed {
    enum tcpstate_section section; /* of its outcome; TCPSTATE_SECTIONS: none */
    bool slow_handshake, slow_response, stall_ended, disowned;
    bool trouble; /* any of them says that something is wrong */
    int64_t waits; /* nanoseconds for which it has been an open connection's turn to send data; -1: nobody waits */
};
void tcpstate_listed_of(const struct tcpstate_incarnation *incarnation, const struct tcpstate_known *known,
                        struct tcpstate_listed *listed);

/* Names of fixed sets, never translated; the title in the user's words. */
const char *tcpstate_section_title(enum tcpstate_section section);
const char *tcpstate_section_name(enum tcpstate_section section);
enum tcpstate_trouble tcpstate_section_trouble(enum tcpstate_section section);
const char *tcpstate_trouble_name(enum tcpstate_trouble trouble);

/* From how many nanoseconds on something is worth the section; -1: no time decides. */
int64_t tcpstate_section_threshold(enum tcpstate_section section);

/* A display filter for all of a section; "" for the healthy ones. */
const char *tcpstate_section_filter(wmem_allocator_t *pool, const struct tcpstate_report *report, enum tcpstate_section section);

/* A display filter for all of a group, of which one is `known`; "" where it would show others.  Without a group it is
 * for that one. */
const char *tcpstate_group_filter(wmem_allocator_t *pool, const struct tcpstate_report *report,
                                  const struct tcpstate_group *group, const struct tcpstate_known *known);

/* Why a connection is in a section, in a few words; "" if the capture shows no reason. */
const char *tcpstate_section_why(wmem_allocator_t *pool, enum tcpstate_language language, enum tcpstate_section section,
                                 const struct tcpstate_incarnation *incarnation, const struct tcpstate_known *known);

/* What came before the RSTs of a group, and of how many; "" if the capture shows nothing. */
const char *tcpstate_group_causes(wmem_allocator_t *pool, enum tcpstate_language language, const struct tcpstate_group *group);

/* As an object in each line (report-rows.c); `filter` is the view's, or NULL. */
void tcpstate_report_print_rows(const struct tcpstate_report *report, const char *filter);

/* Whether the report lists the connection by itself: it failed, hangs, was slow or odd. */
bool tcpstate_report_lists(const struct tcpstate_incarnation *incarnation, const struct tcpstate_known *known);

#endif
