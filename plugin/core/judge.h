/* judge.h - what one segment says, judged before anything is moved.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Private to the core.  judge.c judges, move.c moves, steps.c names.  Nothing
 * flows back: a judgement never looks at what it will cause.
 */
#ifndef TCPSTATE_JUDGE_H
#define TCPSTATE_JUDGE_H

#include "sequence.h"
#include "tcpstate.h"

/* What is known of an endpoint: bits of tcpstate_endpoint.known. */
enum {
    KNOWS_SEQ = 0x0001,   /* .snd_nxt, .snd_max, .fin_from: it has been seen sending */
    KNOWS_ISN = 0x0002,   /* .isn, from its own SYN or from what the other acknowledged */
    KNOWS_ACK = 0x0004,   /* .rcv_nxt and .window */
    KNOWS_SCALE = 0x0008, /* .window_scale, from its SYN */
    SENT_SYN = 0x0010,    /* a SYN without ACK */
    SENT_SYN_ACK = 0x0020,
    SENT_DATA = 0x0040,
    SENT_FIN = 0x0080,    /* .fin */
    SENT_RST = 0x0100,
    SENT_ANY_RST = 0x0200, /* .reset_seq: a RST came in its name, acceptable or not */
    FIN_ARRIVED = 0x0400, /* its FIN reached the other without a gap before it */
    ACK_OF_FIN_CARRIED = 0x0800, /* .carried_to: by data or FIN that it sent anew */
    ACKED_FIN = 0x1000,   /* it was seen to acknowledge the other's FIN */
    PROVOKED = 0x2000,    /* a challenge ACK is due from it (RFC 5961) */
    SYN_WHOLE = 0x4000,   /* its SYN was seen with all of its options */
    SENT_TIMESTAMPS = 0x8000,
    SENT_HALF_CLOSED = 0x10000, /* data while only the other side had closed */
    SENT_DATA_FIN = 0x20000,    /* an MPTCP DATA_FIN */
    SENT_SYN_DATA = 0x40000,    /* data on its SYN or SYN,ACK */
    CLAIMS = 0x80000,           /* .claim: it acknowledged far more than was seen */
    EXPIRED = 0x100000,         /* its TIME_WAIT has run out, as far as we can know */
    SIGNED = 0x200000,          /* all of its segments are signed (TCP-MD5, TCP-AO) */
    FIN_IN_DOUBT = 0x400000,    /* .fin of a FIN that does not fit what the capture holds */
    RST_IN_ITS_NAME = 0x800000, /* its last segment was a RST, acceptable or not */
    AS_SENT = 0x1000000,        /* nothing came after its SYN or FIN, which proves .state */
    FIN_DISPUTED = 0x2000000,   /* a FIN in its name was followed by data in its place */
    DISPUTED = 0x4000000,       /* it, or a stranger, sent what fits no numbers known of it */
    MAY_REPEAT = 0x8000000,     /* only data after a pause showed it to have the other's FIN: perhaps it closed before */
    REPLAYED = 0x10000000,      /* begun anew with the old number, so soon that it may be the old one seen again */
    FIN_LATER = 0x20000000,     /* its FIN was recorded behind its ACK of the other's */
    BEGAN_ANEW = 0x40000000,    /* .last_control is a SYN in its name that opened the next connection; .anew_from */
};
#define HAD_ISN UINT32_C(0x80000000) /* .isn_before; beyond what an enumerator can be */

/* What is kept of an end that leaves the connection before. */
#define KEPT_OF_OLD (HAD_ISN | REPLAYED | DISPUTED)

/* What holds of a segment, for the rules of steps.c: a set of these bits. */
typedef uint64_t conditions;
#define HAS_FIN           ((conditions)TCPSTATE_FLAG_FIN)
#define HAS_SYN           ((conditions)TCPSTATE_FLAG_SYN)
#define HAS_RST           ((conditions)TCPSTATE_FLAG_RST)
#define HAS_DATA          (UINT64_C(1) << 3)
#define HAS_ACK           ((conditions)TCPSTATE_FLAG_ACK)
#define HAS_URG_PSH       (UINT64_C(1) << 5)  /* both */
#define FROM_CLIENT       (UINT64_C(1) << 6)
#define FROM_SERVER       (UINT64_C(1) << 7)
#define AGAIN             (UINT64_C(1) << 8)  /* its SYN, FIN or RST was seen before */
#define OPENS             (UINT64_C(1) << 9)  /* first proof that its sender has the handshake behind it */
#define GOOD_ACK          (UINT64_C(1) << 10) /* acknowledges the receiver's SYN as it should */
#define ACKS_FIN          (UINT64_C(1) << 11) /* acknowledges the other's FIN for the first time */
#define ACKS_FIN_AGAIN    (UINT64_C(1) << 12)
#define PEER_SENT_FIN     (UINT64_C(1) << 13)
#define ALREADY_SENT_FIN  (UINT64_C(1) << 14)
#define FIRST_DATA        (UINT64_C(1) << 15) /* the sender's first byte of data, right after its SYN */
#define PEER_SPOKE        (UINT64_C(1) << 16) /* the other has sent data before */
#define STALE             (UINT64_C(1) << 17) /* a SYN older than the one that is being answered */
#define REUSES            (UINT64_C(1) << 18) /* a SYN on a four-tuple that had a connection before */
#define PEER_LIVES        (UINT64_C(1) << 19) /* ... and whose other end still holds it */
#define CROSSES           (UINT64_C(1) << 20) /* sent before the other's SYN, first data or FIN came in */
#define IN_ORDER          (UINT64_C(1) << 21) /* no hole before it */
#define CHALLENGES        (UINT64_C(1) << 22) /* a bare ACK from an endpoint that was provoked */
#define UNSIGNED          (UINT64_C(1) << 23) /* a RST to an end that signs all it sends, without a signature */
#define ACCEPTABLE        (UINT64_C(1) << 24) /* a RST that its receiver most likely accepts */
#define FOREIGN           (UINT64_C(1) << 25) /* a RST that answers something its sender never asked for */
#define TFO_ASKS          (UINT64_C(1) << 26) /* Fast Open option with an empty cookie */
#define TFO_HAS_COOKIE    (UINT64_C(1) << 27)
#define TFO_SENT          (UINT64_C(1) << 28) /* the connection's SYN carried Fast Open data */
#define ACKS_SYN_DATA     (UINT64_C(1) << 29) /* a SYN,ACK that acknowledges data on the SYN too */
#define NEW_DATA          (UINT64_C(1) << 30) /* data beyond all that the sender sent before */
#define GUESSES           (UINT64_C(1) << 31) /* the capture does not tell whether its sender closes first */
#define FIRST_HALF_CLOSED (UINT64_C(1) << 32) /* first new data after the other side closed */
#define KEEP_ALIVE_AGAIN  (UINT64_C(1) << 33) /* a keep-alive after one that was not answered */
#define MP_CLOSES         (UINT64_C(1) << 34) /* MPTCP DATA_FIN, seen for the first time */
#define MP_CLOSES_FAST    (UINT64_C(1) << 35) /* MPTCP MP_FASTCLOSE */
#define PEER_ACKED_FIN    (UINT64_C(1) << 36) /* the receiver has acknowledged the sender's FIN before */
#define AFTER_RESET       (UINT64_C(1) << 37) /* from an end that was seen to reset, and goes on */
#define UNACCEPTABLE      (UINT64_C(1) << 38) /* its receiver must drop it (RFC 9293 section 3.10.7.4) */
#define PEER_ACCEPTED     (UINT64_C(1) << 39) /* the receiver has sent a SYN,ACK */
#define ACKS_SYN_ALONE    (UINT64_C(1) << 40) /* acknowledges the other's SYN and nothing after it */
#define OUTLIVES_RESET    (UINT64_C(1) << 41) /* from an end that was sent a RST, and goes on */
#define DOES_NOT_FIT      (UINT64_C(1) << 42) /* it fits nothing that the capture holds */
#define WITHDRAWS_FIN     (UINT64_C(1) << 43) /* new data beyond what was taken for its FIN */
#define OVERTAKEN         (UINT64_C(1) << 44) /* older than what its sender sent since: it proves nothing */
#define ACKS_UNSEEN_FIN   (UINT64_C(1) << 45) /* it acknowledges what was not captured, and may be a FIN */
#define SKIPS_UNSEEN_FIN  (UINT64_C(1) << 46) /* bare, behind something not captured that may be its FIN */
#define AFTER_THE_FIN     (UINT64_C(1) << 47) /* a FIN sent before what its sender is known to have had */
#define SENDS_MORE        (UINT64_C(1) << 48) /* data or FIN beyond all that was sent: it had not closed before */
#define CONFIRMS_FIN      (UINT64_C(1) << 49) /* acknowledges a FIN that was in doubt */
#define STRAY             (UINT64_C(1) << 50) /* nobody in the connection sends that */
#define MAY_BE_ANOTHERS   (UINT64_C(1) << 51) /* another machine, or its sender before what was seen of it, may have sent it */
#define AFTER_A_PAUSE     (UINT64_C(1) << 52) /* so long that something may have been sent, lost, and now be sent again */
#define NEWEST            (UINT64_C(1) << 53) /* sent after all that was seen of its sender */
#define OUTDATED          (UINT64_C(1) << 54) /* its time stamp is older than the last in order */
#define IS_OVER           (UINT64_C(1) << 55) /* something has ended the connection before */
#define BELOW_ITS_FIN     (UINT64_C(1) << 56) /* nothing, at or before the number of its own FIN */
#define ANOTHERS_NUMBERS  (UINT64_C(1) << 57) /* its numbers, or those that it answers, are of a connection that the capture lacks */
#define RESET_LATELY      (UINT64_C(1) << 58) /* so soon after a RST in its name that it may have been sent before */
#define HAD_ACK_FIRST     (UINT64_C(1) << 59) /* acknowledges a FIN that came, most likely, behind the ACK of its own */
#define BEHIND            (UINT64_C(1) << 60) /* before data or a FIN seen of its sender: overtaken, or that was another's */
#define BELOW_ALL         (UINT64_C(1) << 61) /* a RST that its receiver must refuse, whenever it comes */
#define LEAVES_OLD        (UINT64_C(1) << 62) /* it acknowledges the SYN with which the other began anew: its sender holds the one before no more */
#define RESET_BEFORE      (UINT64_C(1) << 63) /* a RST of the number that an earlier one in its sender's name had */

/* The judgement of one segment. */
struct judgement {
    conditions is;
    tcpstate_set senders;  /* the states in which its sender can have sent it */
    uint8_t had;           /* 1 << GETS_*: arrivals that its sender knew of */
    uint8_t had_not;       /* ... that it did not know of when it sent this */
    uint8_t lost;          /* ... of these, those that it should have had by then */
    uint8_t lost_for_ever; /* ... of these, those that never will arrive */
    uint8_t unseen;        /* arrivals that it may have had, and the capture need not hold */
    uint8_t arrives;       /* what it brings to its receiver */
    uint8_t may_arrive;    /* ... if its receiver does not refuse it */
    uint8_t reset_number;  /* enum tcpstate_reset_number */
};

/* An event as a member of a set of arrivals. */
#define BIT(event) ((uint8_t)(1u << (event)))
#define GETS_RESET (BIT(TCPSTATE_GETS_RST) | BIT(TCPSTATE_GETS_RST_AS_OPENER))

/* Sets of states (RFC 9293 section 3.3.2). */
#define ALIVE                                                                                             \
    (TCPSTATE_IN(SYN_RCVD) | TCPSTATE_IN(ESTABLISHED) | TCPSTATE_IN(FIN_WAIT_1) | TCPSTATE_IN(FIN_WAIT_2) \
     | TCPSTATE_IN(CLOSE_WAIT) | TCPSTATE_IN(CLOSING) | TCPSTATE_IN(LAST_ACK) | TCPSTATE_IN(TIME_WAIT))
#define GOT_FIN \
    (TCPSTATE_IN(CLOSE_WAIT) | TCPSTATE_IN(CLOSING) | TCPSTATE_IN(LAST_ACK) | TCPSTATE_IN(TIME_WAIT))
#define SENDS_NEW_DATA (TCPSTATE_IN(ESTABLISHED) | TCPSTATE_IN(CLOSE_WAIT))
#define SENDS_A_FIN                                                                                        \
    (TCPSTATE_IN(SYN_RCVD) | TCPSTATE_IN(ESTABLISHED) | TCPSTATE_IN(CLOSE_WAIT) | TCPSTATE_IN(FIN_WAIT_1) \
     | TCPSTATE_IN(CLOSING) | TCPSTATE_IN(LAST_ACK))
#define WAITS_FOR_ACK_OF_FIN (TCPSTATE_IN(FIN_WAIT_1) | TCPSTATE_IN(CLOSING) | TCPSTATE_IN(LAST_ACK))
#define CLOSED_ITS_SIDE (WAITS_FOR_ACK_OF_FIN | TCPSTATE_IN(FIN_WAIT_2) | TCPSTATE_IN(TIME_WAIT))
#define NOBODY_THERE (TCPSTATE_IN(CLOSED) | TCPSTATE_IN(LISTEN))

/* What lies beyond all that was seen, by less than this, is of data that the capture
 * lacks; by more it is a number that nobody meant. */
#define FAR (UINT32_C(1) << 30)

/* Judge `segment` against what is remembered.  Changes nothing. */
void tcpstate_judge(const struct tcpstate_connection *connection, const struct tcpstate_segment *segment,
                    struct judgement *judgement);

/* judge-opening.c, judge-transfer.c, judge-reset.c: the parts of tcpstate_judge().  `me` is
 * the segment's sender and `peer` its receiver, as they were before it. */
void tcpstate_judge_syn(const struct tcpstate_connection *connection, const struct tcpstate_endpoint *me,
                        const struct tcpstate_endpoint *peer, const struct tcpstate_segment *segment,
                        struct judgement *judgement);
void tcpstate_judge_syn_ack(const struct tcpstate_connection *connection, const struct tcpstate_endpoint *me,
                            const struct tcpstate_endpoint *peer, const struct tcpstate_segment *segment,
                            struct judgement *judgement);
void tcpstate_judge_opening(const struct tcpstate_connection *connection, const struct tcpstate_endpoint *me,
                            const struct tcpstate_endpoint *peer, const struct tcpstate_segment *segment,
                            struct judgement *judgement);
void tcpstate_judge_transfer(const struct tcpstate_connection *connection, const struct tcpstate_endpoint *me,
                             const struct tcpstate_endpoint *peer, const struct tcpstate_segment *segment,
                             struct judgement *judgement);
void tcpstate_judge_reset(const struct tcpstate_connection *connection, const struct tcpstate_endpoint *me,
                          const struct tcpstate_endpoint *peer, const struct tcpstate_segment *segment, struct judgement *judgement);
void tcpstate_judge_after_reset(const struct tcpstate_endpoint *me, const struct tcpstate_endpoint *peer,
                                const struct tcpstate_segment *segment, struct judgement *judgement);

/* judge-numbers.c */

/* Whether its receiver must refuse the segment's number (RFC 9293 section
 * 3.10.7.4, first check), however much the capture lacks: what it acknowledged
 * before is behind it for ever. */
bool tcpstate_is_old(const struct tcpstate_connection *connection, const struct tcpstate_endpoint *me,
                     const struct tcpstate_endpoint *peer, const struct tcpstate_segment *segment);

/* Its receiver drops it by its time stamp (RFC 7323 section 5.3, PAWS), unless the SYN of that had
 * none: then they are not in use (section 3.2). */
bool tcpstate_is_outdated(const struct tcpstate_endpoint *me, const struct tcpstate_endpoint *peer,
                          const struct tcpstate_segment *segment);

/* Whether nobody who is in this connection can have sent it: the numbers are far
 * from all that there were, or it is sent by one who waits for the SYN,ACK and
 * acknowledges something else. */
bool tcpstate_is_stray(const struct tcpstate_connection *connection, const struct tcpstate_endpoint *me,
                       const struct tcpstate_endpoint *peer, const struct tcpstate_segment *segment);

/* Whether both of its numbers are a little before those that are known, as if it had been on
 * its way for long, and it is not what the other expects. */
bool tcpstate_is_old_duplicate(const struct tcpstate_endpoint *me, const struct tcpstate_endpoint *peer,
                               const struct tcpstate_segment *segment);

/* Whether the capture holds nothing against its number.  Beyond the window that its
 * receiver named last it does not fit, although the receiver may have named a larger
 * one since; and a FIN where data was seen is another's. */
bool tcpstate_fits_in(const struct tcpstate_endpoint *me, const struct tcpstate_endpoint *peer,
                      const struct tcpstate_segment *segment, bool refused);

/* Whether the segment acknowledges what its sender can have received, but the capture has
 * not: the other's SYN, or data after it. */
bool tcpstate_acks_unseen(const struct tcpstate_connection *connection, const struct tcpstate_endpoint *me,
                          const struct tcpstate_endpoint *peer, const struct tcpstate_segment *segment);

/* A keep-alive: nothing, or one byte, just below what was sent last and acknowledged (RFC 9293
 * section 3.8.4); into a window of 0 it would be a probe of that. */
bool tcpstate_is_keep_alive(const struct tcpstate_endpoint *sender, const struct tcpstate_endpoint *receiver,
                            const struct tcpstate_segment *segment);

/* The step that a segment is, from what holds of it and where its sender
 * (on departure) and its receiver (before arrival) most likely stood. */
enum tcpstate_step tcpstate_classify(conditions is, enum tcpstate_state sender, enum tcpstate_state receiver);

#endif
