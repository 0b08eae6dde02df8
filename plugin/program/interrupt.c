/* interrupt.c - Ctrl-C; see interrupt.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "interrupt.h"

#include <stddef.h>
#include <unistd.h>

volatile sig_atomic_t tcpstate_interrupted;

/* Ctrl-C, and the alarm that it sets: it may have come just before a read() of a
 * silent pipe, which only the next signal ends. */
static void interrupt(int signal_number)
{
    (void)signal_number;
    tcpstate_interrupted = 1;
    alarm(1);
}

/* No SA_RESTART: a read() that waits ends with EINTR. */
void tcpstate_heed_interrupts(void)
{
    struct sigaction action = { .sa_handler = interrupt };

    sigaction(SIGINT, &action, NULL);
    sigaction(SIGALRM, &action, NULL);
}

void tcpstate_heed_no_interrupts(void)
{
    struct sigaction ignored = { .sa_handler = SIG_IGN }, usual = { .sa_handler = SIG_DFL };

    sigaction(SIGALRM, &ignored, NULL);
    sigaction(SIGINT, &usual, NULL);
    alarm(0);
}
