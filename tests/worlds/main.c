/* main.c - runs worlds, and tells what was found.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 *   worlds                              20,000 worlds from seed 1
 *   worlds --worlds N --seed S          N worlds (--seed fresh: another each time, printed)
 *   worlds --segments N                 as many worlds as hold N recorded segments
 *   worlds --seed S --world W           one world, as a figure; --shrink: as small as it gets
 *   worlds --traffic T --capture C      only worlds of these kinds
 *   worlds --stop-at-first              shrinks the first world with a lie, prints it, and ends
 *   worlds --each N                     shrinks and prints the first N worlds of each kind of lie
 *   worlds ... --drop                   shrinking may also drop records of a whole capture
 *   worlds --check                      only whether the simulator itself is right (check.c)
 *   worlds ... --certain N M            ends well only if N states of senders and M of the others are certain
 *   worlds ... --true N M               ... or are inferred and right
 *   worlds ... --copies N M             ... if N segments that were recorded again are shown so, and no more than M others
 *   worlds ... --told N M               ... if N outcomes and M closers are told and not against the records
 *   worlds --allow N                    ends well with up to N lies per million segments
 *   worlds --outcomes                   outcomes and closers that are against the records are lies, too
 *   worlds --follow                     a host does what a real one was seen to do (follow.c)
 *   worlds --boast                      with a passer-by that is wrong on purpose
 *   worlds ... --write FILE              and what was recorded of each, as a capture (write.c)
 *   worlds ... --keep FILE WHY          and what was recorded of one, or of the first that lies, as a story of that file (kept.c)
 *   worlds --kept FILE                  only whether what is shown of the stories in a file is true
 *   worlds ... --counts                 only the counts of all worlds, in one line (core/clauses reads it)
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "judge.h"

enum { MOST_KINDS = 4096 };

/* A kind of lie: what was shown, what was true, and of whom. */
struct kind {
    uint8_t capture, shown, truth, flags, wrong;
    bool of_sender;
    const char *outcome;
    uint64_t worlds, first_world;
};

static struct {
    uint64_t seed, worlds, segments, world, allowed;
    int traffic, capture, each;
    bool one, checks, follows, shrinks, stops, drops, counts;
    const char *written, *kept_in, *kept_for, *replayed;
} wanted = { .seed = 1, .worlds = 20000, .traffic = -1, .capture = -1 };

/* What there must be, at least or at most, of two counts each. */
enum { CERTAIN, TRUE, COPIES, TOLD, BARS };
static struct bar {
    const char *name, *of[2];
    bool less[2]; /* the less, the better */
    uint64_t wanted[2];
} bars[BARS] = {
    [CERTAIN] = { .name = "--certain", .of = { "certain states of the sender", "certain states of the other end" } },
    [TRUE] = { .name = "--true", .of = { "true states of the sender", "true states of the other end" } },
    [COPIES] = { .name = "--copies", .of = { "copies", "false copies" }, .less = { false, true }, .wanted = { 0, UINT64_MAX } },
    [TOLD] = { .name = "--told", .of = { "outcomes", "closers" } },
};

static struct world world;
static struct capture capture;
static struct tally all, by_traffic[TRAFFIC_KINDS], by_capture[CAPTURE_KINDS];
static struct kind kinds[MOST_KINDS];
static int kind_count;

static void add(struct tally *to, const struct tally *from)
{
    const uint64_t *a = (const uint64_t *)from;
    uint64_t *b = (uint64_t *)to;

    for (size_t i = 0; i < sizeof *to / sizeof *b; i++)
        b[i] += a[i];
}

static double share(uint64_t part, uint64_t of)
{
    return of ? 100.0 * (double)part / (double)of : 0;
}

static void print_tally(const char *name, const struct tally *tally)
{
    uint64_t shown[2];

    for (int i = 0; i < 2; i++)
        shown[i] = tally->certain[i] + tally->inferred[i] + tally->unknown[i];
    printf("%-14s %8" PRIu64 " worlds %9" PRIu64 " segments  certain %5.1f %% sender %5.1f %% other  "
           "inferred right %5.1f %% %5.1f %%  lies %7" PRIu64 " = %8.1f per million, in %" PRIu64 " worlds"
           " (after %" PRIu64 ", before %" PRIu64 ", absurd %" PRIu64 ", outcome %" PRIu64 ")\n",
           name, tally->worlds, tally->segments, share(tally->certain[0], shown[0]), share(tally->certain[1], shown[1]),
           share(tally->right[0], tally->inferred[0]), share(tally->right[1], tally->inferred[1]), tally->lies,
           tally->segments ? 1e6 * (double)tally->lies / (double)tally->segments : 0, tally->lying_worlds, tally->wrong[0], tally->wrong[1],
           tally->wrong[2], tally->wrong[3]);
}

static void print_counts(const struct tally *tally)
{
    printf("segments %" PRIu64 " lies %" PRIu64 " outcomes %" PRIu64 " certain %" PRIu64 " %" PRIu64 " inferred %" PRIu64 " %" PRIu64
           " right %" PRIu64 " %" PRIu64 " copies %" PRIu64 " %" PRIu64 " told %" PRIu64 " %" PRIu64 "\n",
           tally->segments, tally->lies, tally->wrong[WRONG_OUTCOME], tally->certain[0],
           tally->certain[1], tally->inferred[0], tally->inferred[1], tally->right[0], tally->right[1],
           tally->copies[0], tally->copies[1], tally->told[0], tally->told[1]);
}

static void print_world(bool shrinks, struct lie *lie, bool lies)
{
    uint64_t number = world.plan.world;

    if (shrinks && lies)
        shrink(&world, &capture, lie, wanted.drops);
    if (wanted.kept_in && !kept_write(wanted.kept_in, &world, &capture, wanted.kept_for))
        perror(wanted.kept_in), exit(2);
    if (lies && lie->wrong == WRONG_OUTCOME)
        printf("\nthe outcome \"%s\" is against what was recorded\n", lie->outcome);
    else if (lies)
        printf("\n%s (%s of %s) %s; true%s: %s\n", state_name(lie->shown), lie->end ? "B" : "A",
               lie->of_sender ? "the sender" : "the other end", wrong_name(lie->wrong),
               lie->wrong == WRONG_BEFORE ? " after it" : "", state_name(lie->truth));
    figure_print(&world, &capture, lies ? lie : NULL);
    printf("rerun: worlds --seed %" PRIu64 " --world %" PRIu64 "%s\n", wanted.seed, number, shrinks ? " --shrink" : "");
}

/* Returns true if it is one of the first of its kind. */
static bool note_kind(const struct lie *lie)
{
    struct kind kind = { .capture = world.plan.capture.kind, .shown = lie->shown, .truth = lie->truth, .wrong = lie->wrong,
                         .flags = world.segments[capture.records[lie->record].segment].flags & (SYN | FIN | RST | ACK),
                         .of_sender = lie->of_sender, .outcome = lie->outcome, .first_world = world.plan.world };

    for (int i = 0; i < kind_count; i++) {
        struct kind *other = &kinds[i];
        if (other->capture == kind.capture && other->shown == kind.shown && other->truth == kind.truth
            && other->of_sender == kind.of_sender && other->flags == kind.flags && other->wrong == kind.wrong
            && other->outcome == kind.outcome)
            return ++other->worlds <= (uint64_t)wanted.each;
    }
    if (kind_count == MOST_KINDS)
        return false;
    kind.worlds = 1;
    kinds[kind_count++] = kind;
    return wanted.each > 0;
}

static int compare_kinds(const void *a, const void *b)
{
    const struct kind *left = a, *right = b;

    return (left->worlds < right->worlds) - (left->worlds > right->worlds);
}

static void print_kinds(void)
{
    qsort(kinds, (size_t)kind_count, sizeof kinds[0], compare_kinds);
    if (kind_count > 0)
        printf("\nfirst lie of a world: worlds, capture, whose, shown > true, on\n");
    for (int i = 0; i < kind_count && i < 60; i++) {
        if (kinds[i].outcome) {
            printf("%7" PRIu64 "  %-9s outcome %s  (world %" PRIu64 ")\n", kinds[i].worlds,
                   capture_name((enum capture_kind)kinds[i].capture), kinds[i].outcome, kinds[i].first_world);
            continue;
        }
        printf("%7" PRIu64 "  %-9s %-6s %-6s %-11s > %-11s %s%s%s%s  (world %" PRIu64 ")\n", kinds[i].worlds,
               capture_name((enum capture_kind)kinds[i].capture),
               kinds[i].wrong == WRONG_AFTER ? "" : kinds[i].wrong == WRONG_BEFORE ? "before" : "absurd", kinds[i].of_sender ? "sender" : "other",
               state_name(kinds[i].shown), state_name(kinds[i].truth), kinds[i].flags & SYN ? "S" : "",
               kinds[i].flags & FIN ? "F" : "", kinds[i].flags & RST ? "R" : "", kinds[i].flags & ACK ? "." : "",
               kinds[i].first_world);
    }
}

static bool run_one(uint64_t number)
{
    static struct plan plan;
    struct tally tally = { 0 };
    struct lie lie = { 0 };

    plan_draw(&plan, wanted.seed, number);
    if ((wanted.traffic >= 0 && plan.traffic != wanted.traffic) || (wanted.capture >= 0 && plan.capture.kind != wanted.capture))
        return true;
    world_run(&world, &plan);
    capture_make(&world, &capture);
    if (wanted.written)
        write_world(&world, &capture);
    int lies = judge(&world, &capture, &lie, &tally, NULL);
    add(&all, &tally);
    add(&by_traffic[plan.traffic], &tally);
    add(&by_capture[plan.capture.kind], &tally);
    if (wanted.one) {
        print_world(wanted.shrinks, &lie, lies > 0);
        return lies == 0;
    }
    if (lies > 0 && (note_kind(&lie) || wanted.stops))
        print_world(true, &lie, true);
    return lies == 0;
}

static int find(const char *name, const char *(*name_of)(unsigned), unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        if (strcmp(name, name_of(i)) == 0)
            return (int)i;
    fprintf(stderr, "worlds: no such kind: %s; there are", name);
    for (unsigned i = 0; i < count; i++)
        fprintf(stderr, " %s", name_of(i));
    fputc('\n', stderr);
    exit(2);
}

static const char *traffic_at(unsigned i) { return traffic_name((enum traffic_kind)i); }
static const char *capture_at(unsigned i) { return capture_name((enum capture_kind)i); }

/* Whether it is a bar, and its two numbers follow. */
static bool read_bar(const char *name, char *const *values, int count)
{
    for (int i = 0; i < BARS; i++) {
        if (strcmp(name, bars[i].name) != 0 || count < 2)
            continue;
        for (int j = 0; j < 2; j++)
            bars[i].wanted[j] = strtoull(values[j], NULL, 0);
        return true;
    }
    return false;
}

static void read_arguments(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        const char *name = argv[i], *value = i + 1 < argc ? argv[i + 1] : NULL;
        if (strcmp(name, "--shrink") == 0)
            wanted.shrinks = true;
        else if (strcmp(name, "--check") == 0)
            wanted.checks = true;
        else if (strcmp(name, "--stop-at-first") == 0)
            wanted.stops = true;
        else if (strcmp(name, "--follow") == 0)
            wanted.follows = true;
        else if (strcmp(name, "--counts") == 0)
            wanted.counts = true;
        else if (strcmp(name, "--outcomes") == 0)
            judge_outcomes = true;
        else if (strcmp(name, "--boast") == 0)
            judge_pretends = BOASTS;
        else if (strcmp(name, "--drop") == 0)
            wanted.drops = true;
        else if (!value)
            fprintf(stderr, "worlds: what is %s? See the top of main.c.\n", name), exit(2);
        else if (strcmp(name, "--seed") == 0)
            wanted.seed = strcmp(value, "fresh") == 0 ? (uint64_t)time(NULL) : strtoull(value, NULL, 0), i++;
        else if (strcmp(name, "--worlds") == 0)
            wanted.worlds = strtoull(value, NULL, 0), i++;
        else if (strcmp(name, "--segments") == 0)
            wanted.segments = strtoull(value, NULL, 0), wanted.worlds = UINT64_MAX, i++;
        else if (strcmp(name, "--world") == 0)
            wanted.world = strtoull(value, NULL, 0), wanted.one = true, i++;
        else if (strcmp(name, "--allow") == 0)
            wanted.allowed = strtoull(value, NULL, 0), i++;
        else if (read_bar(name, argv + i + 1, argc - i - 1))
            i += 2;
        else if (strcmp(name, "--each") == 0)
            wanted.each = atoi(value), i++;
        else if (strcmp(name, "--keep") == 0 && i + 2 < argc)
            wanted.kept_in = value, wanted.kept_for = argv[i + 2], i += 2;
        else if (strcmp(name, "--kept") == 0)
            wanted.replayed = value, i++;
        else if (strcmp(name, "--write") == 0)
            wanted.written = value, i++;
        else if (strcmp(name, "--traffic") == 0)
            wanted.traffic = find(value, traffic_at, TRAFFIC_KINDS), i++;
        else if (strcmp(name, "--capture") == 0)
            wanted.capture = find(value, capture_at, CAPTURE_KINDS), i++;
        else
            fprintf(stderr, "worlds: what is %s? See the top of main.c.\n", name), exit(2);
    }
}

/* Honesty must not be bought with doubt; the shares are asked of the whole mix only. */
static bool is_certain_enough(void)
{
    static const double bar[2] = { 80, 62 };
    const bool is_whole_mix = all.worlds >= 5000 && wanted.traffic < 0 && wanted.capture < 0;
    bool enough = true;

    for (int i = 0; i < 2; i++) {
        double certain = share(all.certain[i], all.certain[i] + all.inferred[i] + all.unknown[i]);
        if (is_whole_mix && certain < bar[i]) {
            printf("%s: %.1f %%, and the bar is %.0f %%\n", bars[CERTAIN].of[i], certain, bar[i]);
            enough = false;
        }
    }
    return enough;
}

/* Whether there is as much as is wanted. */
static bool is_as_good(void)
{
    const uint64_t counts[BARS][2] = {
        [CERTAIN] = { all.certain[0], all.certain[1] },
        [TRUE] = { all.certain[0] + all.right[0], all.certain[1] + all.right[1] },
        [COPIES] = { all.copies[0], all.copies[1] },
        [TOLD] = { all.told[0], all.told[1] },
    };
    bool good = true;

    for (int i = 0; i < 2 * BARS; i++) {
        const uint64_t count = counts[i / 2][i % 2], wants = bars[i / 2].wanted[i % 2];
        if (bars[i / 2].less[i % 2] ? count <= wants : count >= wants)
            continue;
        printf("%s: %" PRIu64 ", and there were %" PRIu64 "\n", bars[i / 2].of[i % 2], count, wants);
        good = false;
    }
    return good;
}

/* Returns false if the last of them was lied about. */
static bool run_worlds(void)
{
    bool clean = true;

    if (wanted.one)
        return run_one(wanted.world);
    for (uint64_t i = 0; i < wanted.worlds && (wanted.segments == 0 || all.segments < wanted.segments); i++) {
        clean = run_one(i);
        if (!clean && wanted.stops)
            break;
    }
    return clean;
}

int main(int argc, char **argv)
{
    read_arguments(argc, argv);
    if (wanted.checks)
        return worlds_check();
    if (wanted.replayed)
        return kept_replay(wanted.replayed);
    if (wanted.follows)
        return worlds_follow();
    if (wanted.written)
        write_begin(wanted.written);
    bool clean = run_worlds();
    if (wanted.written)
        write_end();
    if (wanted.one)
        return !clean;
    if (wanted.counts) {
        print_counts(&all);
        return 0;
    }
    for (int i = 0; i < TRAFFIC_KINDS; i++)
        if (by_traffic[i].worlds > 0)
            print_tally(traffic_name((enum traffic_kind)i), &by_traffic[i]);
    printf("\n");
    for (int i = 0; i < CAPTURE_KINDS; i++)
        if (by_capture[i].worlds > 0)
            print_tally(capture_name((enum capture_kind)i), &by_capture[i]);
    print_kinds();
    printf("\nseed %" PRIu64 "\n", wanted.seed);
    print_tally("all", &all);
    const bool certain_enough = is_certain_enough(), as_good = is_as_good();
    return all.lies * 1000000 > wanted.allowed * all.segments || !certain_enough || !as_good;
}
