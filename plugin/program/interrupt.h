/* interrupt.h - Ctrl-C.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef TCPSTATE_INTERRUPT_H
#define TCPSTATE_INTERRUPT_H

#include <signal.h>

/* Whether it came. */
extern volatile sig_atomic_t tcpstate_interrupted;

/* From now on it is noted, and ends a read() that waits. */
void tcpstate_heed_interrupts(void);

/* The answer is written now: no write() ends early, and another Ctrl-C ends the program. */
void tcpstate_heed_no_interrupts(void);

#endif
