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
  X (BYTES_PER_SECOND, "bytes-per-second", "bytes", 0, 131072, 16384, 0, 1000000,                  \
     "whoever sends what is no message takes time as well")                                        \
  X (SEND_QUEUE_BYTES, "send-queue-bytes", "bytes", 262144, 262144, 131072, 16384, 67108864,       \
     "what waits for somebody who reads nothing for three seconds")                                \
  X (SEND_STALL_SECONDS, "send-stall-seconds", "seconds", 30, 30, 30, 1, 3600,                     \
     "how long somebody may read nothing while something waits")                                   \
  X (PING_SECONDS, "ping-seconds", "seconds", 300, 300, 300, 0, 3600,                              \
     "IRC: a program can hang on a machine that still answers TCP's keep-alive")                   \
  X (PING_TIMEOUT_SECONDS, "ping-timeout-seconds", "seconds", 60, 60, 60, 1, 3600,                 \
     "IRC: how long the answer to a PING may take")                                                \
  X (ACCOUNTS, "accounts", "accounts", 10000, 100000, 100000, 1, 1000000,                          \
     "memory and the file that keeps them")                                                        \
  X (REGISTRATIONS_PER_HOUR, "registrations-per-hour", "accounts", 0, 200, 5, 0, 1000000,          \
     "one person must not take all the names there are")

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

/* Rooms that one person may be in, masks in one of a room's lists, bytes of a room's key. */
#define SAL_ROOMS_PER_PERSON 100
#define SAL_MASKS_PER_ROOM 100
#define SAL_ROOM_KEY_BYTES 32

/* A mask in a room's list, in bytes: a line of IRC has room for it and all around it, whatever
 * whoever sets it and the room are called. The longest that names somebody has 213. */
#define SAL_MASK_BYTES 230

/* IRC: what a client may set of its own, in bytes. */
#define SAL_TOPIC_BYTES 390
#define SAL_REASON_BYTES 390
#define SAL_AWAY_BYTES 200
#define SAL_REAL_NAME_BYTES 150
#define SAL_HOST_BYTES 64
#define SAL_USER_NAME_BYTES 18
#define SAL_MONITOR_TARGETS 100
#define SAL_MONITOR_NAME_BYTES (4 * SAL_NAME_MAX_CHARS)
#define SAL_TARGETS_PER_COMMAND 10
#define SAL_MODES_PER_COMMAND 20
#define SAL_LABEL_BYTES 64
#define SAL_NONCE_BYTES 64

/* draft/multiline: lines of one message; its bytes are those of any message. */
#define SAL_MULTILINE_LINES 32

/* What one LIST may name, and what looking at one person or room is worth in bytes of
 * answers, of which a turn has so many. */
#define SAL_LIST_ROOMS 5000
#define SAL_LOOK_BYTES 16

/* Masks of one LIST, each of which is held against every room. */
#define SAL_LIST_MASKS 20

/* How long the same message posted again is known, by its nonce. */
#define SAL_NONCE_US (7 * G_TIME_SPAN_DAY)

/* Up to where people have read: targets of one person, and how long after a change it is
 * written to the disk. */
#define SAL_READ_MARKERS 200
#define SAL_MARKERS_US (1 * G_USEC_PER_SEC)

/* People who have left, for WHOWAS. */
#define SAL_WHOWAS_ENTRIES 1000

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
#define SAL_CLOSING_US (900 * 1000)

/* How many seconds' worth of bytes somebody may send at once before their rate holds; it
 * must hold a burst of messages of the greatest length. And how long a connection that
 * has sent more is not read, before it is looked at again. */
#define SAL_BYTES_BURST_SECONDS 4
#define SAL_BYTES_PAUSE_US (100 * 1000)

/* Errors in a row that end a connection (rules S25 and C7). */
#define SAL_ERRORS_IN_A_ROW 3

/* One turn of the reactor: events taken, deadlines that are due (a crowd that came together is
 * asked, put out or closed together), connections that are sent to, bytes read from one
 * connection, bytes of answers to it after which it has to wait. A noisy peer gets no more than
 * its share of a turn, and a large room no more than half a millisecond. */
#define SAL_TURN_EVENTS 128
#define SAL_TURN_DEADLINES 64
#define SAL_TURN_SENDS 128
#define SAL_TURN_READ_BYTES 16384
#define SAL_TURN_ANSWER_BYTES 16384

/* What waits to be sent stays this long for what is on its way through the log, so that
 * both leave in one write. Less than anybody notices. */
#define SAL_HOLD_US (1 * 1000)
/* ... and where other workers are sending to the same room, as long as that took here, but no
 * longer than this. */
#define SAL_HOLD_MOST_US (4 * 1000)

/* When so many people come and go in so short a time, a turn in which somebody does begins no sooner
 * than so long after the one before. A server of ten people never rests, and nobody who talks while
 * a thousand come in notices. */
#define SAL_CROWD_PEOPLE 32
#define SAL_CROWD_US (32 * 1000)
#define SAL_REST_US (1 * 1000)

/* When many come and go, a room learns of them this often at most: then everybody in it is
 * written to once for all of them. Somebody who comes alone is announced at once. */
#define SAL_PRESENCE_US (30 * 1000)

/* TLS handshakes: how long one may take, how many there may be at a time (the oldest then
 * makes room for a newcomer), and how many steps of them one turn takes. A step is half a
 * millisecond of work, and those inside wait for it. */
#define SAL_HANDSHAKE_US (10 * 1000 * 1000)
#define SAL_HANDSHAKES_MOST 1024
#define SAL_TURN_HANDSHAKES 8

/* Posts of one connection that wait for the log; beyond it the connection is not
 * read, so that TCP holds the sender back. */
#define SAL_POSTS_IN_FLIGHT 64
/* Threads that people are spread over. More than that many cores have not been seen. */
#define SAL_WORKERS_MAX 64

/* Bytes of all posts that wait for the log, or for a worker to take them; beyond it nobody
 * who posts is read, until there are so few again. */
#define SAL_LOG_QUEUE_BYTES (1024 * 1024)
#define SAL_LOG_QUEUE_LOW_BYTES (SAL_LOG_QUEUE_BYTES / 2)

/* Bytes that may wait in the kernel for one connection and are not on their way. It would take
 * megabytes, a copy for each reader; in our own queues a room's bytes are there once for all of
 * them, and can still be dropped. More than a turn of a busy room says. */
#define SAL_KERNEL_UNSENT_BYTES (64 * 1024)

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

/* What a password may hold: enough for a sentence, and for any dialect's line. */
#define SAL_PASSWORD_MIN_CHARS 6
#define SAL_PASSWORD_MAX_BYTES 512

/* A file with a certificate or a key: ten times what the longest chains have. */
#define SAL_PEM_MAX_BYTES (256 * 1024)

/* An e-mail address (RFC 5321, 4.5.3.1.3) and an invitation code. */
#define SAL_EMAIL_MAX_BYTES 254
#define SAL_INVITATION_MAX_BYTES 64

/* Work of deriving a key from a password, in rounds. RFC 7677 has the least; the most is
 * what a phone still does in a second. */
#define SAL_ITERATIONS_MIN 4096
#define SAL_ITERATIONS_DEFAULT 60000
#define SAL_ITERATIONS_MAX 1000000

/* SASL on IRC: bytes of one AUTHENTICATE line (a full one means that more comes), of a
 * whole answer in base64, and how long one exchange may take. */
#define SAL_SASL_LINE_BYTES 400
#define SAL_SASL_MAX_BYTES 4096
#define SAL_SASL_US (60 * 1000 * 1000)

/* Threads that look at passwords, and how many may wait for them. */
#define SAL_LOGIN_THREADS 2
#define SAL_LOGIN_JOBS 512

/* Guessing: so many mistakes cost nothing (a class behind one address mistypes more
 * often than one person); then tries are this far apart, doubled by each mistake up to
 * the most; who would have to wait for longer is sent away. Forgotten after that time;
 * so many addresses and accounts are remembered. */
#define SAL_LOGIN_FREE_PER_ACCOUNT 4
#define SAL_LOGIN_FREE_PER_ADDRESS 20
#define SAL_LOGIN_DELAY_US ((gint64) 500 * 1000)
#define SAL_LOGIN_DELAY_MAX_US ((gint64) 30 * 1000 * 1000)
#define SAL_LOGIN_WAIT_MAX_US ((gint64) 10 * 1000 * 1000)
#define SAL_LOGIN_FORGET_US ((gint64) 15 * 60 * 1000 * 1000)
#define SAL_LOGIN_SUBJECTS 8192

/* What one account may own. */
#define SAL_ACCOUNT_NICKNAMES 10
#define SAL_ACCOUNT_CERTIFICATES 10
#define SAL_ACCOUNT_ROOMS 50

/* A line of the operator on the console or the control socket. */
#define SAL_CONSOLE_LINE_BYTES 1024

/* What a client keeps of a line that never ends before it shows it (rule C1). */
#define SAL_CLIENT_LINE_BYTES 16384

/* What a client believes of a server of IRC: rooms, people in one of them and in all, bytes of
 * anybody's name, host and the like. More than the greatest networks have; beyond it is left
 * out. */
#define SAL_CLIENT_ROOMS 500
#define SAL_CLIENT_MEMBERS 20000
#define SAL_CLIENT_USERS 50000
#define SAL_CLIENT_NAME_BYTES 512

/* Batches that are open at a time and how deep they lie in one another; lines and bytes of one
 * message that comes in several; labels of which no answer has come yet. */
#define SAL_CLIENT_BATCHES 32
#define SAL_CLIENT_BATCH_DEPTH 4
#define SAL_CLIENT_MESSAGE_LINES 100
#define SAL_CLIENT_LABELS 256

/* Rooms of a server that are listed for whoever looks for one. The greatest networks have as many, and
 * there the small ones are left out by asking for rooms with some people at least. */
#define SAL_CLIENT_LISTED_ROOMS 20000

/* Lines of the message of the day that are told; the rest is not. */
#define SAL_CLIENT_MOTD_LINES 500

/* What was missed in a room is asked for in so many pages; what is said there meanwhile waits, so
 * many events of it. */
#define SAL_CLIENT_RESUME_PAGES 20
#define SAL_CLIENT_HELD_EVENTS 2000

/* The store of the desktop client. Entries that are kept of a room: years of a busy one,
 * some 50 MB. */
#define SAL_STORE_ENTRIES 200000
/* What was typed, per room, for the keys up and down. */
#define SAL_STORE_TYPED 200
/* What may wait for the disk, and what may be on its way to it: some seconds of a flood
 * that nobody could read. Beyond it the oldest that wait are given up. */
#define SAL_STORE_QUEUE_BYTES (16 * 1024 * 1024)
/* Nobody reads a larger number of unread messages. */
#define SAL_STORE_COUNT_MAX 1000

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
