/* world.h - one world: its plan, its two hosts, and all that happened in it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A world is drawn first (plan.c), as data: what the hosts are like, what their
 * programs do and when, how bad the network is, what is forged, and what the
 * passer-by misses.  Then it runs (network.c), and runs the same way each time; so
 * a world that shows a fault is made smaller by taking things out of its plan
 * (shrink.c).
 */
#ifndef WORLDS_WORLD_H
#define WORLDS_WORLD_H

#include "random.h"
#include "segment.h"

enum {
    MOST_SEGMENTS = 400, /* a world ends when it has sent so many */
    MOST_PASSINGS = 600,
    MOST_HISTORY = 300,
    MOST_LIVES = 24,
    MOST_EVENTS = 700,
    MOST_ACTIONS = 12,
    MOST_FORGERIES = 6,
    MOST_RANGES = 4,
};

/* How a host's TCP differs from others (enum variant in the comments: who does so). */
struct variant {
    bool repeats_syn_ack;    /* a duplicate SYN in SYN_RCVD gets the SYN,ACK again (Linux), else an ACK (RFC 9293) */
    bool takes_rst_in_window; /* RFC 793, else a challenge ACK (RFC 5961) */
    bool takes_rst_at_edge;  /* at the right edge of what it SACKed (RFC 5961, Linux) */
    bool takes_rst_at_fin;   /* at the peer's FIN in CLOSE_WAIT, LAST_ACK, CLOSING (Linux) */
    bool keeps_time_wait;    /* a RST does not end TIME_WAIT (RFC 1337) */
    bool reuses_time_wait;   /* a newer SYN in TIME_WAIT opens anew (RFC 9293 section 3.6.1, RFC 6191) */
    uint8_t syn_in_syn_rcvd; /* another SYN in the window: 0 challenge ACK, 1 RST and LISTEN (Linux), 2 LISTEN (RFC 9293) */
    bool takes_syn_ack_data; /* data and FIN on a SYN,ACK are taken, else dropped */
    bool takes_syn_data;     /* data on a SYN without Fast Open is taken */
    bool resets_orphan;      /* data to an end whose program closed is answered by RST (Linux), else taken */
    bool fin_with_data;      /* the FIN rides on the last data, else alone */
    bool delays_acks;
    bool limits_acks;        /* one ACK per 500 ms for what lies outside and has no data (Linux) */
    bool rst_with_ack;       /* its aborts carry ACK (Linux, BSD: yes) */
    bool rst_at_fin;         /* an abort after its FIN has the FIN's own number (macOS) */
    bool retransmits_less;   /* what it sends again is cut into smaller pieces */
    bool byte_in_keep_alive, byte_in_probe;
    bool sacks, timestamps, scales;
    uint8_t scale;
    uint8_t split;           /* its SYN,ACK comes as SYN after ACK (1), as SYN alone (2); 0: whole */
    uint8_t initial_ttl;
    uint16_t mss;
    uint32_t window;         /* receive buffer, in bytes */
    moment rto, time_wait, keep_alive; /* keep_alive 0: none */
    uint8_t retries;
    bool counts_ip_id;       /* else 0 on all that has no data (Linux, with DF) */
    bool fast_open, option_254, cookie_known;
    bool cookie_unsaid; /* data on the SYN without the option */
    bool cookie_alone;  /* takes the option for a cookie, with data or without (Linux, TFO_SERVER_COOKIE_NOT_REQD) */
    uint16_t syn_ack_data; /* bytes on its SYN,ACK */
    bool syn_ack_fin;      /* and a FIN */
    uint8_t full_queue;    /* so many third segments are dropped: its accept queue is full (Linux) */
    bool defers_accept;    /* a third segment without data is dropped (TCP_DEFER_ACCEPT of Linux) */
    bool draws_timestamps; /* each connection's time stamps begin anywhere (RFC 7323 section 5.4) */
    uint8_t rst_text;      /* bytes of text on its aborts (RFC 9293 section 3.5.3 allows it) */
    uint8_t rst_ttl;       /* of its RSTs; 0: as all others */
};

/* What a host's program does. */
enum deed { NOTHING, CONNECT, WRITE, CLOSE, SHUTDOWN, ABORT, CRASH, STOP_READING, READ_AGAIN, LISTEN_AGAIN, STOP_LISTENING };

struct action {
    moment when;
    uint8_t host, deed;
    uint32_t amount;  /* WRITE: bytes; CONNECT: how the new ISN stands to the last one, enum isn */
};

enum isn { ISN_HIGHER, ISN_MUCH_HIGHER, ISN_LOWER, ISN_EQUAL, ISN_ANY };

/* What a program does by itself when something comes in. */
struct manner {
    bool serves;            /* answers data with data */
    uint32_t request, response;
    uint8_t rounds;         /* how many requests the client sends */
    uint8_t at_fin;         /* enum deed, when the other end closes */
    uint8_t at_end;         /* enum deed, when all rounds are done; NOTHING: it is left open */
    bool writes_before_close; /* half-closed data first */
    moment thinks;          /* how long it takes each time */
};

enum aim {
    AIM_RST_EXACT, AIM_RST_WINDOW, AIM_RST_BLIND, AIM_RST_AT_SYN, AIM_RST_BOTH, AIM_SYN, AIM_SYN_LISTEN, AIM_FIN_BLIND,
    AIM_FIN_EXACT, AIM_DATA_BLIND, AIM_ACK_BLIND, AIM_SYN_ACK,
    AIM_RST_AT_FIN, AIM_FIN_OLD, AIM_DATA_EXACT, AIM_ODD, AIM_FIN_NEXT, AIMS
};

struct forgery {
    moment when;
    uint8_t name;     /* whose name it bears */
    uint8_t aim;
    bool same_ttl, unseen, broken;
    uint32_t noise;
};

/* What the passer-by misses or sees otherwise. */
enum capture_kind { CAPTURE_WHOLE, CAPTURE_LATE, CAPTURE_ONE_WAY, CAPTURE_HOLES, CAPTURE_GAP, CAPTURE_CUT, CAPTURE_TWICE,
                    CAPTURE_DISORDER, CAPTURE_MIXED, CAPTURE_KINDS };

struct capture_plan {
    uint8_t kind;
    uint8_t way;        /* ONE_WAY: the direction that is kept */
    bool one_way_too;   /* HOLES: they are in one direction only; MIXED: only one direction is kept */
    uint8_t percent;    /* HOLES: missed; TWICE: seen again; DISORDER: exchanged */
    moment begins;      /* LATE */
    moment gap_from, gap_to;
    moment again_after; /* TWICE */
    bool other_ttl; /* TWICE: the second time, on another interface */
    bool cuts_syns_only; /* the options of a SYN are longer (68 bytes of a packet: those of others fit) */
};

enum traffic_kind { TRAFFIC_ORDINARY, TRAFFIC_ABORT, TRAFFIC_CLOSES, TRAFFIC_REOPEN, TRAFFIC_CRASH, TRAFFIC_FORGED, TRAFFIC_FAST_OPEN,
                    TRAFFIC_SIMULTANEOUS, TRAFFIC_SPLIT, TRAFFIC_REFUSED, TRAFFIC_SIGNED, TRAFFIC_WILD, TRAFFIC_KINDS };

struct plan {
    uint64_t seed, world;
    uint8_t traffic;
    struct variant variant[2];
    struct manner manner[2];
    bool listens[2];
    bool signs; /* every segment of both hosts carries TCP-MD5 or TCP-AO */
    struct action actions[MOST_ACTIONS];
    int action_count;
    struct forgery forgeries[MOST_FORGERIES];
    int forgery_count;
    moment delay[2];           /* from host 0 to the tap, from the tap to host 1 */
    uint8_t loss; /* of 200, on each half of the way */
    uint8_t duplicates, jitter, flaps; /* percent; flaps: a segment takes a longer way, its TTL is lower */
    moment most_jitter;
    moment outage_from, outage_to; /* nothing goes through meanwhile ... */
    uint8_t outage_side;       /* ... 0: before the tap as seen from host 0, 1: behind it */
    struct capture_plan capture;
    moment ends;
};

/* Why a host's state changed. */
enum cause { BY_PROGRAM, BY_TIMER, BY_ARRIVAL };

struct step {
    moment when;
    uint8_t state;
    uint8_t unclosed;  /* the state that it would have, had its program not closed */
    uint8_t unheard;   /* the state that it would have, had no forged FIN come in */
    uint8_t untold;    /* ... nor its program closed */
    int forged_fin;    /* the number of that FIN, or -1 */
    uint8_t cause;     /* enum cause */
    bool by_fin;       /* an arrival that brought the other end's FIN in order */
    bool by_ack;       /* an arrival whose ACK moved it */
    bool fin_held_back; /* CLOSING, but its own FIN was not sent yet when the other's came in */
    bool by_orphan;    /* an arrival of data after its program had closed */
    int16_t life;      /* index of .lives, or -1 */
    int16_t peer_life; /* which life of the other end it holds a connection with, or -1 */
    int segment;       /* BY_ARRIVAL: its number */
};

/* One connection of a host, for the judge. */
struct life {
    uint32_t iss, fin;  /* the FIN's own number */
    bool has_fin;       /* it will send one, at .fin */
    int begins;         /* index of history */
};

struct host {
    const struct variant *variant;
    uint8_t me;
    uint8_t state;
    bool listens, passive, orphan, reads, got_fin, fin_queued, fin_sent, syn_acked, fast_opened, ever_opened;
    bool sack_ok, timestamps, scaled, sends_ack, asked_cookie;
    uint8_t their_scale, retries, rounds_left, keep_alives, all_keep_alives;
    uint32_t iss, una, nxt, written, fin, send_window;
    uint32_t recover;    /* what was sent when the retransmission timer ran out */
    uint32_t irs, rcv_nxt, unread, edge;  /* edge: the right edge of the window that was told last */
    uint32_t syn_data;   /* bytes that rode on its SYN */
    struct range held[MOST_RANGES]; /* what came behind a hole */
    uint8_t held_count;
    bool fin_held;       /* the peer's FIN came, perhaps behind a hole */
    uint32_t peer_fin;
    int forged_fin;      /* the number of the peer's FIN if it was forged, or -1 */
    uint32_t ts_recent, ts_offset, last_ack_sent;
    uint8_t to_ack;      /* segments not acknowledged yet */
    uint8_t queue_left;  /* third segments that will still be dropped */
    uint8_t same_acks;
    uint32_t last_iss;   /* of the connection before */
    uint32_t served, owed; /* bytes taken since the program looked; requested */
    uint16_t ip_id;
    moment refused_at;   /* when it last answered what is not acceptable */
    moment rto_at, ack_at, probe_at, wait_at, keep_at;
    int16_t life;        /* index of .lives, or -1 */
    int16_t peer_life;
    struct life lives[MOST_LIVES];
    int life_count;
    struct step history[MOST_HISTORY];
    int history_count;
};

enum event_kind { PASSES, ARRIVES, ACTS, FORGES };

struct event {
    moment when;
    int order;
    uint8_t kind, host;
    int what; /* segment number, or index of action or forgery */
    struct action action;
};

struct passing {
    moment when;
    int segment;
};

struct world {
    struct plan plan;
    moment now;
    struct random network, drawn;
    struct host host[2];
    struct segment segments[MOST_SEGMENTS];
    moment arrived[MOST_SEGMENTS]; /* when it first came to its receiver, or NEVER */
    int segment_count;
    struct passing passings[MOST_PASSINGS];
    int passing_count;
    struct event events[MOST_EVENTS];
    int event_count, event_order;
    bool orphaned;     /* data arrives at an end whose program has closed */
    int cause_segment; /* while a segment is processed: its number, else -1 */
    uint8_t cause;
    bool over;         /* it outgrew something: it ends here */
};

/* plan.c */
void plan_draw(struct plan *plan, uint64_t seed, uint64_t world);
const char *traffic_name(enum traffic_kind kind);
const char *capture_name(enum capture_kind kind);

/* traffic.c */
void plan_draw_traffic(struct plan *plan, struct random *random);
moment plan_span(const struct plan *plan);

/* network.c */
void world_begin(struct world *world, const struct plan *plan); /* nothing has happened yet */
void world_run(struct world *world, const struct plan *plan);
void world_send(struct world *world, struct segment *segment);
uint32_t world_isn(struct world *world); /* any number; often one soon before 2^32 or 2^31 */
void world_later(struct world *world, moment when, enum event_kind kind, int host, int what, const struct action *action);

/* forger.c */
void forger_acts(struct world *world, struct forgery *forgery);

/* program.c */
void program_acts(struct world *world, struct host *host, const struct action *action);
void program_gets_data(struct world *world, struct host *host, uint32_t bytes);
void program_gets_fin(struct world *world, struct host *host);
void program_closes(struct world *world, struct host *host); /* moves it, sends nothing */
void program_is_open(struct world *world, struct host *host);

/* opening.c */
void host_receives(struct world *world, struct host *host, const struct segment *segment);
void host_listens_to(struct world *world, struct host *host, const struct segment *segment);

/* receive.c; host_takes_text() returns false if the connection is gone. */
void host_gets_synchronized(struct world *world, struct host *host, const struct segment *segment);
void host_opens(struct world *world, struct host *host);
bool host_takes_text(struct world *world, struct host *host, const struct segment *segment);

static inline enum state host_nothing(const struct host *host)
{
    return host->listens ? LISTEN : CLOSED;
}

/* host.c */
void host_becomes(struct world *world, struct host *host, enum state state);
void host_forgets(struct world *world, struct host *host, enum state state);
void host_begins(struct world *world, struct host *host, uint32_t iss, enum state state);
void host_emits(struct world *world, struct host *host, uint8_t flags, uint32_t seq, uint32_t len);
void host_acks(struct world *world, struct host *host);
void host_resets(struct world *world, struct host *host, const struct segment *answered);
void host_aborts(struct world *world, struct host *host);
void host_sends(struct world *world, struct host *host);
void host_sends_syn(struct world *world, struct host *host);
void host_retransmits(struct world *world, struct host *host);
bool host_may_send(const struct host *host); /* data */
uint32_t host_window(const struct host *host);

/* timers.c */
void host_timers(struct world *world, struct host *host);
moment host_next_timer(const struct host *host);

#endif
