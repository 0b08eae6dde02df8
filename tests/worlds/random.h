/* random.h - the worlds' own random numbers: the same from the same seed, on
 * every machine.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * SplitMix64: a counter and a mix.  Each part of a world has a stream of its own,
 * so that taking something out of one part leaves the others what they were.
 */
#ifndef WORLDS_RANDOM_H
#define WORLDS_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

struct random {
    uint64_t state;
};

static inline uint64_t random_next(struct random *random)
{
    uint64_t z = random->state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

/* A stream of its own for a part of a world. */
static inline struct random random_stream(uint64_t seed, uint64_t world, uint64_t part)
{
    struct random random = { seed * UINT64_C(0xd1342543de82ef95) + world };

    random_next(&random);
    random.state ^= part * UINT64_C(0xaf251af3b0f025b5);
    random_next(&random);
    return random;
}

static inline uint32_t random_bits(struct random *random)
{
    return (uint32_t)(random_next(random) >> 32);
}

/* 0 to `limit` - 1; of 0, 0. */
static inline uint32_t random_below(struct random *random, uint32_t limit)
{
    return (uint32_t)((uint64_t)random_bits(random) * limit >> 32);
}

static inline int64_t random_between(struct random *random, int64_t low, int64_t high)
{
    return low + (int64_t)random_below(random, (uint32_t)(high - low + 1));
}

/* True in `percent` of 100 draws. */
static inline bool random_chance(struct random *random, unsigned percent)
{
    return random_below(random, 100) < percent;
}

#endif
