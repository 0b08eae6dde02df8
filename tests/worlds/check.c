/* check.c - is the simulator itself right?
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Textbook worlds on a good network: the states that each host goes through are
 * those of RFC 9293's figures, read by a person.  Then: the same seed makes the same
 * world, and a passer-by that is wrong on purpose is caught.
 */
#include <stdio.h>
#include <string.h>

#include "judge.h"

/* Two plain hosts, 20 ms apart, the tap midway; host 0 opens at once. */
static struct plan textbook(void)
{
    struct plan plan;

    memset(&plan, 0, sizeof plan);
    for (int i = 0; i < 2; i++) {
        plan.variant[i] = (struct variant){ .mss = 1460, .window = 65535, .rto = 300 * MILLISECOND, .retries = 5,
                                            .time_wait = 60 * SECOND, .initial_ttl = 64, .repeats_syn_ack = true,
                                            .resets_orphan = true, .reuses_time_wait = true, .rst_with_ack = true };
        plan.delay[i] = 10 * MILLISECOND;
    }
    plan.listens[1] = true;
    plan.ends = 30 * SECOND;
    plan.actions[plan.action_count++] = (struct action){ 0, 0, CONNECT, ISN_ANY };
    return plan;
}

static void acts(struct plan *plan, moment when, int host, enum deed deed, uint32_t amount)
{
    plan->actions[plan->action_count++] = (struct action){ when * MILLISECOND, (uint8_t)host, (uint8_t)deed, amount };
}

static int failures;

/* The states of both hosts, in order, as words. */
static void expect(const char *story, const struct plan *plan, const char *a, const char *b)
{
    static struct world world;
    const char *wanted[2] = { a, b };

    world_run(&world, plan);
    for (int end = 0; end < 2; end++) {
        char text[400] = "";
        for (int i = 0; i < world.host[end].history_count; i++)
            snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s", i ? " " : "",
                     state_name(world.host[end].history[i].state));
        if (strcmp(text, wanted[end]) == 0)
            continue;
        printf("not ok: %s: %c went through\n  %s\nand should have gone through\n  %s\n", story, 'A' + end, text, wanted[end]);
        failures++;
    }
}

#define OPENED "CLOSED SYN_SENT ESTABLISHED"
#define SERVED "LISTEN SYN_RCVD ESTABLISHED"

static void check_textbook(void)
{
    struct plan plan = textbook();

    expect("figure 6: three segments open", &plan, OPENED, SERVED);
    acts(&plan, 100, 0, CLOSE, 0);
    acts(&plan, 200, 1, CLOSE, 0);
    expect("figure 12: A closes, then B", &plan, OPENED " FIN_WAIT_1 FIN_WAIT_2 TIME_WAIT", SERVED " CLOSE_WAIT LAST_ACK LISTEN");

    plan = textbook();
    acts(&plan, 100, 0, CLOSE, 0);
    acts(&plan, 105, 1, CLOSE, 0);
    expect("figure 13: both close at once", &plan, OPENED " FIN_WAIT_1 CLOSING TIME_WAIT",
           SERVED " FIN_WAIT_1 CLOSING TIME_WAIT");

    plan = textbook();
    plan.listens[1] = false;
    acts(&plan, 5, 1, CONNECT, ISN_ANY);
    expect("figure 7: both open at once", &plan, "CLOSED SYN_SENT SYN_RCVD ESTABLISHED", "CLOSED SYN_SENT SYN_RCVD ESTABLISHED");

    plan = textbook();
    plan.listens[1] = false;
    expect("nobody listens", &plan, "CLOSED SYN_SENT CLOSED", "CLOSED");

    plan = textbook();
    acts(&plan, 100, 0, WRITE, 5000);
    acts(&plan, 300, 1, ABORT, 0);
    expect("B aborts", &plan, OPENED " CLOSED", SERVED " LISTEN");

    plan = textbook();
    acts(&plan, 100, 1, CRASH, 0);
    acts(&plan, 200, 0, WRITE, 10);
    expect("figure 10: B has forgotten, A writes", &plan, OPENED " CLOSED", SERVED " LISTEN");

    plan = textbook();
    acts(&plan, 100, 0, CRASH, 0);
    acts(&plan, 200, 0, CONNECT, ISN_ANY);
    expect("figure 9: A has forgotten and opens again", &plan, OPENED " CLOSED SYN_SENT ESTABLISHED",
           SERVED " LISTEN SYN_RCVD ESTABLISHED");

    plan = textbook();
    acts(&plan, 100, 0, CLOSE, 0);
    acts(&plan, 300, 1, WRITE, 100);
    expect("data to an orphan", &plan, OPENED " FIN_WAIT_1 FIN_WAIT_2 CLOSED", SERVED " CLOSE_WAIT LISTEN");

    plan = textbook();
    acts(&plan, 100, 0, SHUTDOWN, 0);
    acts(&plan, 300, 1, WRITE, 100);
    acts(&plan, 400, 1, CLOSE, 0);
    acts(&plan, 1000, 0, CONNECT, ISN_HIGHER);
    expect("half-closed data, and TIME_WAIT reused", &plan,
           OPENED " FIN_WAIT_1 FIN_WAIT_2 TIME_WAIT CLOSED SYN_SENT ESTABLISHED",
           SERVED " CLOSE_WAIT LAST_ACK LISTEN SYN_RCVD ESTABLISHED");

    plan = textbook();
    plan.variant[1].split = 2;
    expect("a split handshake of four", &plan, "CLOSED SYN_SENT SYN_RCVD ESTABLISHED", SERVED);

    plan = textbook();
    acts(&plan, 100, 1, STOP_READING, 0);
    acts(&plan, 100, 0, WRITE, 100000);
    acts(&plan, 5000, 1, READ_AGAIN, 0);
    acts(&plan, 9000, 0, CLOSE, 0);
    acts(&plan, 9500, 1, CLOSE, 0);
    expect("a window that closes and opens again", &plan, OPENED " FIN_WAIT_1 FIN_WAIT_2 TIME_WAIT",
           SERVED " CLOSE_WAIT LAST_ACK LISTEN");

    plan = textbook();
    plan.forgeries[plan.forgery_count++] = (struct forgery){ .when = 100 * MILLISECOND, .name = 0, .aim = AIM_RST_WINDOW,
                                                             .same_ttl = true, .noise = 500 };
    expect("RFC 5961: a RST elsewhere in the window is challenged", &plan, OPENED, SERVED);
    plan.forgeries[0].aim = AIM_RST_EXACT;
    expect("a RST with the number that is due is taken", &plan, OPENED, SERVED " LISTEN");
    plan.forgeries[0].aim = AIM_SYN;
    expect("RFC 5961: a SYN is challenged", &plan, OPENED, SERVED);
}

static void check_sameness(void)
{
    static struct world once, again;
    static struct plan plan;

    for (uint64_t number = 0; number < 200; number++) {
        plan_draw(&plan, 7, number);
        world_run(&once, &plan);
        plan_draw(&plan, 7, number);
        world_run(&again, &plan);
        if (once.segment_count == again.segment_count
            && memcmp(once.passings, again.passings, sizeof once.passings[0] * (size_t)once.passing_count) == 0)
            continue;
        printf("not ok: world %d is another when it is drawn again\n", (int)number);
        failures++;
    }
}

/* What is still in flight has moved nobody, what came has moved somebody: whoever boasts
 * or sleeps lies. */
static void check_pretence(void)
{
    static struct world world;
    static struct capture capture;
    struct plan plan = textbook();
    struct tally tally = { 0 };
    struct lie lie;

    acts(&plan, 100, 0, CLOSE, 0);
    acts(&plan, 200, 1, CLOSE, 0);
    world_run(&world, &plan);
    capture_make(&world, &capture);
    if (judge(&world, &capture, &lie, &tally, NULL) > 0) {
        printf("not ok: a textbook's connection is said to be shown wrongly\n");
        figure_print(&world, &capture, &lie);
        failures++;
    }
    for (judge_pretends = BOASTS; judge_pretends <= SLEEPS; judge_pretends++)
        if (judge(&world, &capture, &lie, &tally, NULL) < 5) {
            printf("not ok: a passer-by that %s is not caught\n",
                   judge_pretends == BOASTS ? "shows as certain what it infers" : "shows what it showed first");
            failures++;
        }
    judge_pretends = HONEST;
}

int worlds_check(void)
{
    check_textbook();
    check_sameness();
    check_pretence();
    printf("%s\n", failures == 0 ? "ok: the simulator is what it should be" : "not ok");
    return failures != 0;
}
