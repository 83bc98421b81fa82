/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Every bound of Salotto, with its unit and its reason. Nothing that comes from
 * the network is allowed to take memory or time without one of these.
 *
 * The first table can be set in the configuration, group [limits], by the key in
 * its second column; salottod.conf(5) is checked against it by a test. The
 * constants below it follow from a protocol or from another bound, and cannot.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* X (ID, key, unit, lan, campus, internet, least, most, reason)
 *
 * lan: people who know each other, one of them may open thousands of
 * connections to measure something. campus: many strangers behind one address.
 * internet: nobody is known. 0 means no limit where `least` is 0. */
#define SAL_LIMITS(X)                                                                              \
  X (CONNECTIONS, "connections", "connections", 15000, 15000, 10000, 1, 1000000,                   \
     "memory and descriptors of the server")                                                       \
  X (CONNECTIONS_PER_ADDRESS, "connections-per-address", "connections", 12000, 512, 32, 1,         \
     1000000, "one machine must not take every place")                                             \
  X (LOGIN_SECONDS, "login-seconds", "seconds", 300, 300, 60, 1, 86400,                            \
     "a connection without a name holds a place and gives nothing")                                \
  X (UNIT_BYTES, "unit-bytes", "bytes", SAL_MESSAGE_MAX_BYTES, SAL_MESSAGE_MAX_BYTES,              \
     SAL_MESSAGE_MAX_BYTES, 256, SAL_MESSAGE_MAX_BYTES,                                            \
     "what one message may hold until its end is seen")                                            \
  X (MESSAGES_PER_SECOND, "messages-per-second", "messages", 0, 20, 3, 0, 1000000,                 \
     "a flood by one person drowns the others")                                                    \
  X (MESSAGE_BURST, "message-burst", "messages", 200, 100, 15, 1, 1000000,                         \
     "what may be pasted at once before the rate holds")                                           \
  X (SEND_QUEUE_BYTES, "send-queue-bytes", "bytes", 262144, 262144, 131072, 16384, 67108864,       \
     "what waits for somebody who reads nothing for three seconds")                                \
  X (SEND_STALL_SECONDS, "send-stall-seconds", "seconds", 30, 30, 30, 1, 3600,                     \
     "how long somebody may read nothing while something waits")

typedef enum
{
#define SAL_LIMIT_ID(ID, ...) SAL_LIMIT_##ID,
  SAL_LIMITS (SAL_LIMIT_ID)
#undef SAL_LIMIT_ID
      SAL_N_LIMITS
} SalLimit;

/* What one message may hold: more is cut by servers (S18), so clients refuse it. */
#define SAL_MESSAGE_MAX_BYTES 4096

/* Names of people and rooms (plain-dialect rule S21). */
#define SAL_NAME_MAX_CHARS 32
#define SAL_ROOM_MAX_BYTES 50

/* Times of the framer, in microseconds; why they are what they are:
 * ARCHITECTURE.md, "Where one message ends". */
#define SAL_FIRST_UNIT_US (300 * 1000)      /* T1, rule S11 */
#define SAL_FIRST_KEY_US (3 * 1000 * 1000)  /* T1 after a single byte, rule S14 */
#define SAL_RAW_GAP_US (50 * 1000)          /* T2, rule S13 */
#define SAL_SPLIT_CHAR_US (3 * 1000 * 1000) /* rule S16 */
#define SAL_CLIENT_GAP_US (100 * 1000)      /* rule C1 */

/* How long a connection that was told goodbye may still send (rule S23); less
 * while the whole server is ending. */
#define SAL_DRAIN_US (2 * 1000 * 1000)
#define SAL_CLOSING_US (1 * 1000 * 1000)

/* Errors in a row that end a connection (rules S25 and C7). */
#define SAL_ERRORS_IN_A_ROW 3

/* One turn of the reactor: events taken, bytes read from one connection, bytes of
 * answers to it after which it has to wait. A noisy peer gets no more than its share of
 * a turn. */
#define SAL_TURN_EVENTS 128
#define SAL_TURN_READ_BYTES 16384
#define SAL_TURN_ANSWER_BYTES 16384

/* TLS handshakes: how long one may take, how many there may be at a time (the oldest then
 * makes room for a newcomer), and how many steps of them one turn takes. A step is half a
 * millisecond of work, and those inside wait for it. */
#define SAL_HANDSHAKE_US (10 * 1000 * 1000)
#define SAL_HANDSHAKES_MOST 1024
#define SAL_TURN_HANDSHAKES 8

/* Posts of one connection that wait for the log; beyond it the connection is not
 * read, so that TCP holds the sender back. */
#define SAL_POSTS_IN_FLIGHT 64
/* Bytes of all posts that wait for the log; beyond it nobody who posts is read. */
#define SAL_LOG_QUEUE_BYTES (1024 * 1024)

/* A send queue over its limit belongs to somebody who does not read, if nothing of it
 * went out for this long; ... */
#define SAL_LAG_US (3 * 1000 * 1000)
/* ... and to somebody who reads too slowly for the room, if it holds this much. More
 * than what is on its way through the log can make of it in one turn. */
#define SAL_SEND_QUEUE_MOST_BYTES (8 * 1024 * 1024)

/* Lines of `/history`, and bytes of one answer: it must fit into a send queue. */
#define SAL_HISTORY_DEFAULT 20
#define SAL_HISTORY_MAX 100
#define SAL_HISTORY_BYTES (64 * 1024)

/* Names in one answer to `/who`; in a larger room so many of them. */
#define SAL_WHO_NAMES 500

/* The memory log (entries of one room, bytes of all rooms). */
#define SAL_MEMORY_LOG_ENTRIES 1000
#define SAL_MEMORY_LOG_BYTES (64 * 1024 * 1024)

/* A line of the operator on the console or the control socket. */
#define SAL_CONSOLE_LINE_BYTES 1024

/* What a client keeps of a line that never ends before it shows it (rule C1). */
#define SAL_CLIENT_LINE_BYTES 16384

/**
 * sal_limit_key:
 *
 * Returns: the name of @limit in the configuration and in messages to people.
 */
static inline const char *
sal_limit_key (SalLimit limit)
{
  static const char *const keys[] = {
#define SAL_LIMIT_KEY(ID, key, ...) key,
    SAL_LIMITS (SAL_LIMIT_KEY)
#undef SAL_LIMIT_KEY
  };

  return keys[limit];
}

G_END_DECLS
