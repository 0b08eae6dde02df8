/* kept.c - worlds of which a core once said what was not true, kept as what was recorded
 * of them and what was true then.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * One story after another in a file of text (kept.txt):
 *
 *   story SEED WORLD HINT WHY
 *   STAMPED CUT TTL FROM FLAGS HAS SCALE WINDOW ID SEQ ACK LEN TS_VAL TS_ECR SACKS [FROM TO]...
 *       AFTER_A AFTER_B BEFORE_A BEFORE_B GENUINE
 *   ...
 *
 * (each record on one line).  WHY is any text.  STAMPED is in microseconds; FLAGS and HAS are in hex, and
 * so are the sets of states that may be shown as certain after the record and before it, a bit for each
 * state (judge.c); GENUINE says that the record is its sender's own, and no copy.  They come from the
 * simulator, which knows nothing of the core: a story stays true when the simulator is changed.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "judge.h"

static void write_record(FILE *file, const struct record *record, const struct segment *segment, const struct judged *judged)
{
    fprintf(file, "%" PRId64 " %d %u %d %x %x %u %u %u %" PRIu32 " %" PRIu32 " %" PRIu32 " %" PRIu32 " %" PRIu32 " %u",
            record->stamped, record->cut, record->ttl, segment->from, segment->flags, segment->has, segment->scale, segment->window,
            segment->ip_id, segment->seq, segment->ack, segment->len, segment->ts_val, segment->ts_ecr, segment->sacks);
    for (int i = 0; i < segment->sacks; i++)
        fprintf(file, " %" PRIu32 " %" PRIu32, segment->sack[i].from, segment->sack[i].to);
    fprintf(file, " %x %x %x %x %d\n", judged->accepted[0], judged->accepted[1], judged->accepted_before[0],
            judged->accepted_before[1], judged->genuine);
}

bool kept_write(const char *path, const struct world *world, const struct capture *capture, const char *reason)
{
    static struct judged rows[MOST_RECORDS];
    struct tally tally = { 0 };
    struct lie lie;
    FILE *file = fopen(path, "a");

    if (!file)
        return false;
    judge(world, capture, &lie, &tally, rows);
    fprintf(file, "story %" PRIu64 " %" PRIu64 " %d %s\n", world->plan.seed, world->plan.world, judge_server_hint(world), reason);
    for (int i = 0; i < capture->count; i++)
        write_record(file, &capture->records[i], &world->segments[capture->records[i].segment], &rows[i]);
    return fclose(file) == 0;
}

/* One record as it was read. */
struct line {
    struct segment segment;
    struct recorded recorded;
    struct judged judged; /* as far as the file tells */
};

static bool read_line(const char *text, struct line *line)
{
    struct segment *segment = &line->segment;
    struct judged *judged = &line->judged;
    unsigned ttl, flags, has, scale, window, ip_id, sacks;
    int cut, from, length, genuine;

    memset(line, 0, sizeof *line);
    if (sscanf(text, "%" SCNd64 " %d %u %d %x %x %u %u %u %" SCNu32 " %" SCNu32 " %" SCNu32 " %" SCNu32 " %" SCNu32 " %u%n",
               &line->recorded.stamped, &cut, &ttl, &from, &flags, &has, &scale, &window, &ip_id, &segment->seq, &segment->ack,
               &segment->len, &segment->ts_val, &segment->ts_ecr, &sacks, &length)
            != 15
        || sacks > 3)
        return false;
    for (unsigned i = 0; i < sacks; i++) {
        int more;
        if (sscanf(text += length, " %" SCNu32 " %" SCNu32 "%n", &segment->sack[i].from, &segment->sack[i].to, &more) != 2)
            return false;
        length = more;
    }
    segment->from = (int8_t)from;
    segment->flags = (uint8_t)flags;
    segment->has = (uint8_t)has;
    segment->scale = (uint8_t)scale;
    segment->sacks = (uint8_t)sacks;
    segment->window = (uint16_t)window;
    segment->ip_id = (uint16_t)ip_id;
    line->recorded.segment = segment;
    line->recorded.ttl = (uint8_t)ttl;
    line->recorded.cut = cut;
    if (sscanf(text + length, "%x %x %x %x %d", &judged->accepted[0], &judged->accepted[1], &judged->accepted_before[0],
               &judged->accepted_before[1], &genuine)
        != 5)
        return false;
    judged->genuine = genuine;
    return true;
}

/* Says what is not true of one record; how much. */
static int judge_line(const char *story, int number, const struct line *line, uint8_t shown_last[2])
{
    int lies = 0;

    for (int end = 0; end < 2; end++) {
        const unsigned wrong = judge_shown(&line->segment, end, &line->judged, shown_last[end]);
        const struct row *row = &line->judged.row;
        for (unsigned i = 0; i < WRONGS; i++) {
            if (!(wrong >> i & 1))
                continue;
            printf("%s\n  record %d, %c: %s %s\n", story, number, 'A' + end,
                   state_name(i == WRONG_BEFORE ? row->before[end].state : row->after[end].state), wrong_name(i));
            lies++;
        }
        shown_last[end] = row->after[end].state;
    }
    return lies;
}

int kept_replay(const char *path)
{
    static struct passer_by passer_by;
    uint8_t shown_last[2];
    char text[512], story[512] = "";
    int stories = 0, lies = 0, number = 0;
    FILE *file = fopen(path, "r");

    if (!file) {
        perror(path);
        return 2;
    }
    while (fgets(text, sizeof text, file)) {
        struct line line;
        int hint;
        text[strcspn(text, "\n")] = '\0';
        if (text[0] == '#' || text[0] == '\0')
            continue;
        if (sscanf(text, "story %*u %*u %d", &hint) == 1) {
            memcpy(story, text, sizeof story);
            passer_by_begin(&passer_by, hint);
            shown_last[0] = shown_last[1] = STATES;
            stories++;
            number = 0;
            continue;
        }
        if (stories == 0 || !read_line(text, &line)) {
            fprintf(stderr, "%s: what is \"%s\"?\n", path, text);
            return 2;
        }
        passer_by_sees(&passer_by, &line.recorded, &line.judged.row);
        lies += judge_line(story, ++number, &line, shown_last);
    }
    fclose(file);
    printf("%d stories, %d lies\n", stories, lies);
    return stories == 0 || lies > 0;
}
