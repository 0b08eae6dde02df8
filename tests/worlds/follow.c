/* follow.c - a simulated host gets what a real kernel's socket got: does it go through
 * the same states?
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Reads lines from stdin, as test_kernel.py writes them of a recorded scenario:
 *
 *   host NAME LISTENS SCALES TIMESTAMPS SACKS FAST_OPEN
 *   in|out MICROSECONDS FLAGS SEQ ACK LEN WINDOW SCALE TS_VAL HAS
 *   end
 *
 * What comes in is processed as in any world.  What the real host sent tells what its
 * program did (opened, wrote, closed, aborted) and which numbers and window it chose;
 * what the simulated host would have sent is thrown away.  At `end` the states are
 * printed: NAME, then all that the host went through.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "judge.h"

static struct world world;
static char name[128];
static bool reset_itself; /* the simulated host answered the last that came in by a RST */

/* A Linux host whose timers never run out: others' do not matter here. */
static bool begin(const char *line)
{
    struct plan plan;
    int listens, scales, timestamps, sacks, fast_open;

    if (sscanf(line, "host %127s %d %d %d %d %d", name, &listens, &scales, &timestamps, &sacks, &fast_open) != 6)
        return false;
    memset(&plan, 0, sizeof plan);
    plan.listens[0] = listens;
    plan.variant[0] = (struct variant){
        .repeats_syn_ack = true, .takes_rst_at_edge = true, .takes_rst_at_fin = true, .reuses_time_wait = true,
        .syn_in_syn_rcvd = 1, .rst_with_ack = true, .mss = 1460, .window = 65535, .rto = SECOND, .time_wait = 60 * SECOND,
        .retries = 5, .initial_ttl = 64, .scales = scales, .timestamps = timestamps, .sacks = sacks,
        .fast_open = fast_open,
    };
    plan.variant[1] = plan.variant[0];
    world_begin(&world, &plan);
    return true;
}

static bool read_segment(const char *line, char way[4], moment *when, struct segment *segment)
{
    unsigned flags, has, window, scale;

    memset(segment, 0, sizeof *segment);
    if (sscanf(line, "%3s %" SCNd64 " %u %" SCNu32 " %" SCNu32 " %" SCNu32 " %u %u %" SCNu32 " %u", way, when, &flags,
               &segment->seq, &segment->ack, &segment->len, &window, &scale, &segment->ts_val, &has)
        != 10)
        return false;
    segment->flags = (uint8_t)flags;
    segment->has = (uint8_t)has;
    segment->window = (uint16_t)window;
    segment->scale = (uint8_t)scale;
    segment->life = segment->heard_life = -1;
    return true;
}

static void comes_in(struct host *host, const struct segment *segment)
{
    world.cause = BY_ARRIVAL;
    world.cause_segment = 0;
    host_receives(&world, host, segment);
    reset_itself = false;
    for (int i = 0; i < world.segment_count; i++)
        reset_itself |= world.segments[i].flags & RST;
}

/* The number that the real host chose for its SYN,ACK. */
static void renumber(struct host *host, uint32_t iss)
{
    host->iss = host->una = iss;
    host->nxt = host->written = iss + 1;
    host->lives[host->life].iss = iss;
}

static void program_did(struct host *host, const struct segment *segment)
{
    uint8_t flags = segment->flags;
    uint32_t end = segment->seq + ((flags & SYN) != 0) + segment->len;
    struct action opens = { .deed = CONNECT, .amount = ISN_ANY };

    world.cause = BY_PROGRAM;
    if (flags & RST) {
        if (host->state > LISTEN && !reset_itself)
            host_forgets(&world, host, host_nothing(host));
        return;
    }
    if ((flags & (SYN | ACK)) == SYN && (host->state <= LISTEN || host->state == TIME_WAIT))
        program_acts(&world, host, &opens);
    if ((flags & SYN) && host->state <= SYN_RCVD && host->state >= SYN_SENT && host->una == host->iss
        && segment->seq != host->iss)
        renumber(host, segment->seq);
    if (host->state <= LISTEN)
        return;
    if ((flags & (SYN | ACK)) == (SYN | ACK) && host->state == SYN_RCVD) {
        host->rcv_nxt = host->edge = segment->ack; /* whether it took the data on the SYN */
        host->fast_opened = segment->ack != host->irs + 1;
    }
    if (after(end, host->nxt))
        host->nxt = host->written = end;
    if ((flags & FIN) && !host->fin_queued
        && (host->state == SYN_RCVD || host->state == ESTABLISHED || host->state == CLOSE_WAIT)) {
        host->written = end;
        program_closes(&world, host);
        host->fin_sent = true;
        host->nxt = end + 1;
    }
    if (flags & ACK) {
        host->last_ack_sent = segment->ack;
        if (!(flags & SYN)) {
            struct variant *variant = &world.plan.variant[0];
            variant->window = (uint32_t)segment->window << (host->scaled ? variant->scale : 0);
            host->edge = segment->ack + variant->window;
        }
    }
}

static void goes_out(struct host *host, const struct segment *segment)
{
    if ((segment->flags & SYN) && (segment->has & HAS_SCALE))
        world.plan.variant[0].scale = segment->scale;
    if (segment->has & HAS_SIGNATURE)
        world.plan.signs = true;
    program_did(host, segment);
}

int worlds_follow(void)
{
    char line[256], way[4];
    struct segment segment;
    struct host *host = &world.host[0];

    while (fgets(line, sizeof line, stdin)) {
        moment when;
        if (strncmp(line, "host ", 5) == 0) {
            if (!begin(line))
                return 1;
            continue;
        }
        if (strncmp(line, "end", 3) == 0) {
            printf("%s", name);
            for (int i = 0; i < host->history_count; i++)
                printf(" %s", state_name(host->history[i].state));
            printf("\n");
            continue;
        }
        if (!read_segment(line, way, &when, &segment))
            return 1;
        world.now = when;
        world.segment_count = world.event_count = 0;
        segment.from = strcmp(way, "in") == 0;
        if (segment.from == 1)
            comes_in(host, &segment);
        else
            goes_out(host, &segment);
    }
    return 0;
}
