/* judge.h - what was recorded of a world, and whether what is shown of it is true.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef WORLDS_JUDGE_H
#define WORLDS_JUDGE_H

#include "passer_by.h"
#include "world.h"

enum { MOST_RECORDS = 2 * MOST_PASSINGS };

/* One line of the capture. */
struct record {
    int segment;     /* its number */
    moment passed;   /* when it really passed the tap (again) */
    moment stamped;  /* what the capture says */
    uint8_t ttl;
    bool cut, again;
};

struct capture {
    struct record records[MOST_RECORDS];
    int count;
};

/* capture.c */
void capture_make(const struct world *world, struct capture *capture);

/* What is wrong in a record: a state after it that is shown as certain and that its end
 * did not have; the same of a state before it; a state of the sender, certain or not,
 * from which no host sends such a segment; and of the whole, an outcome that the records
 * are against. */
enum wrong { WRONG_AFTER, WRONG_BEFORE, WRONG_ABSURD, WRONG_OUTCOME, WRONGS };

struct lie {
    int record;
    uint8_t wrong;
    uint8_t end;
    bool of_sender;
    uint8_t shown, truth;
    const char *outcome; /* WRONG_OUTCOME */
};

/* Of one world, or of many. */
struct tally {
    uint64_t worlds, segments, lies, lying_worlds;
    uint64_t wrong[WRONGS]; /* .lies, by what is wrong */
    uint64_t certain[2], inferred[2], unknown[2], right[2]; /* [0]: of the sender, [1]: of the other end */
    uint64_t copies[2]; /* recorded again and shown so; and those that are shown so, and were sent anew */
    uint64_t told[2];   /* outcomes, and closers, that are told and not against the records */
};

/* What stands beside a record in a figure. */
struct judged {
    struct row row;
    uint32_t accepted[2]; /* bit per state */
    uint32_t accepted_before[2];
    bool genuine;         /* its sender's own, and no copy */
    uint8_t lies[2];      /* bit per enum wrong */
    uint8_t truth[2];
};

/* Plays the capture to a passer-by and judges what is shown.  Returns how many
 * lies there are; the first of them goes to `lie`.  `rows`, of .count, may be NULL. */
int judge(const struct world *world, const struct capture *capture, struct lie *lie, struct tally *tally,
          struct judged *rows);

/* What is wrong of what `judged` shows of one end, a bit per enum wrong; `shown_last` is the state that
 * was shown of it after the last record. */
unsigned judge_shown(const struct segment *segment, int end, const struct judged *judged, uint8_t shown_last);

/* The end that the passer-by takes for the server by its port, or -1. */
int judge_server_hint(const struct world *world);

/* outcome.c: whether the outcome, or who is said to have closed first, is against what happened. */
bool outcome_is_false(const struct world *world, const struct capture *capture, const char *outcome);
bool closer_is_false(const struct world *world, const struct capture *capture, int closer);

/* A passer-by that is wrong on purpose: it shows as certain what it infers, or what
 * it showed first of all. */
enum pretence { HONEST, BOASTS, SLEEPS };
extern enum pretence judge_pretends;

/* Outcomes that are against the records, and closers that did not close first, are counted as lies, too. */
extern bool judge_outcomes;

/* figure.c */
const char *state_name(unsigned state);
const char *wrong_name(unsigned wrong);
void figure_print(const struct world *world, const struct capture *capture, const struct lie *lie);

/* follow.c: 0 if all of it could be read. */
int worlds_follow(void);

/* check.c: 0 if the simulator is right. */
int worlds_check(void);

/* write.c: one file, of what was recorded of each world. */
void write_begin(const char *path);
void write_world(const struct world *world, const struct capture *capture);
void write_end(void);

/* kept.c: add a world to a file of stories; replay them: 0 if all that is shown of them is true, 1 if not,
 * 2 if the file cannot be read. */
bool kept_write(const char *path, const struct world *world, const struct capture *capture, const char *reason);
int kept_replay(const char *path);

/* shrink.c */
void shrink(struct world *world, struct capture *capture, struct lie *lie, bool drops);

#endif
