/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thousands of clients in one thread: they come in, some of them talk, all of them
 * listen. What they receive goes to bench-stream.c to be checked; how one gets into a
 * room is in bench-dialect.c.
 *
 * The generator must be faster than what it measures. So there is one large buffer to
 * read into, nothing is copied per client once the talk has begun, and what a sender
 * may send after one read leaves in one write.
 */
#include "config.h"

#include "bench-crowd.h"

#include <arpa/inet.h>
#include <errno.h>
#include <math.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench-link.h"
#include "bench-message.h"
#include "bench-server.h"

#define TURN_EVENTS 1024
#define READ_BYTES (1024 * 1024)

/* Edge triggered: the kernel need not look at each descriptor a second time. */
#define WATCHED (EPOLLIN | EPOLLRDHUP | EPOLLET)

/* How many connect before it is looked at what came in. */
#define CONNECTS_A_TURN 32

/* How long nothing may happen while somebody is on the way in. */
#define ENTER_NS (G_GINT64_CONSTANT (10) * 1000 * 1000 * 1000)

#define MS (G_GINT64_CONSTANT (1000) * 1000)

typedef struct
{
  BenchReader reader; /* first */
  int fd;             /* -1: closed */
  gpointer tls;       /* (owned) (nullable) */
  char name[16];
  guint number; /* of the room */
  gboolean enters;
  gboolean is_in;
  gboolean is_mouth; /* what it hears once the talk has begun is nobody's concern */
  char *source;      /* (owned) (nullable): the line that told of its own coming */
  GString *heard;    /* (owned) (nullable): a line in progress, until the talk begins */
  GString *unsent;   /* (owned) (nullable): what the kernel has not taken yet */
} Client;

struct _BenchCrowd
{
  BenchCrowdConfig config;
  BenchCheck *check; /* (unowned) */
  int epoll_fd;
  Client *clients; /* (owned): members, others, then the mouths of the senders */
  guint n_clients;
  guint n_rooms;
  guint n_connected;
  guint n_in;
  guint n_cut_off;
  GPtrArray *streams;   /* (owned) of BenchStream (owned): by room */
  Client **senders;     /* (owned): by sender: who hears what it has sent */
  Client **mouths;      /* (owned): by sender: who sends it; itself where there is an echo */
  char *input;          /* (owned) */
  GString *say;         /* (owned): scratch */
  gint64 last_input_ns; /* when anybody last received something, questions apart: a server may
                           go on asking for ever */
  guint64 arrivals;
  guint64 asked;    /* those who were in, and answered */
  guint64 reads;    /* since the talk began */
  gboolean talking; /* what comes is checked */
  BenchTalk talk;
  gint64 talk_from_ns;
  gint64 talk_until_ns;
  guint64 n_timed; /* messages sent by rate */
};

static void
cut_off (BenchCrowd *crowd, Client *client)
{
  bench_link_close (client->fd, &client->tls);
  client->fd = -1;
  crowd->n_cut_off++;
  if (!client->is_mouth)
    bench_reader_end (&client->reader);
}

static void
watch (BenchCrowd *crowd, Client *client, int operation, guint32 events)
{
  struct epoll_event event = { .events = events, .data.ptr = client };

  if (epoll_ctl (crowd->epoll_fd, operation, client->fd, &event) < 0)
    g_error ("epoll_ctl: %s", g_strerror (errno));
}

/* Sending. */

static void
flush (BenchCrowd *crowd, Client *client)
{
  gssize n = bench_link_send (client->fd, client->tls, client->unsent->str, client->unsent->len);

  if (n > 0)
    g_string_erase (client->unsent, 0, n);
  if (client->unsent->len > 0)
    return;
  g_string_free (g_steal_pointer (&client->unsent), TRUE);
  watch (crowd, client, EPOLL_CTL_MOD, WATCHED);
}

/* A broken connection shows when it is read. */
static void
put (BenchCrowd *crowd, Client *client, const char *bytes, gsize len)
{
  gssize n = 0;

  if (client->fd < 0)
    return;
  if (client->unsent != NULL)
    {
      g_string_append_len (client->unsent, bytes, (gssize) len);
      return;
    }
  n = bench_link_send (client->fd, client->tls, bytes, len);
  if (n == (gssize) len || n < 0)
    return;
  client->unsent = g_string_new_len (bytes + n, (gssize) len - n);
  watch (crowd, client, EPOLL_CTL_MOD, WATCHED | EPOLLOUT);
}

static BenchPlace
place_of (const BenchCrowd *crowd, const Client *client)
{
  return (BenchPlace){ .name = client->name,
                       .room = crowd->config.room,
                       .number = client->number,
                       .enters = client->enters,
                       .moves = crowd->n_rooms > 1,
                       .speaks = client->is_mouth,
                       .message_size = crowd->config.message_size };
}

static void
compose (BenchCrowd *crowd, Client *client, gint64 sent_ns)
{
  BenchSender *sender = &crowd->check->senders[client->reader.sender];
  BenchMessage message = { .sender = client->reader.sender,
                           .seq = sender->sent++,
                           .sent_ns = sent_ns };
  BenchPlace place = place_of (crowd, client);
  gsize before = 0;

  if (crowd->config.dialect->address != NULL)
    crowd->config.dialect->address (&place, crowd->say);
  before = crowd->say->len;
  g_string_set_size (crowd->say, before + crowd->config.message_size);
  bench_message_write (&message, crowd->say->str + before, crowd->config.message_size);
  bench_stream_note_sent (client->reader.stream);
}

/* As many messages as the window allows, in one write. */
static void
fill_window (BenchCrowd *crowd, Client *client, gint64 now_ns)
{
  const BenchSender *sender = &crowd->check->senders[client->reader.sender];

  if (now_ns >= crowd->talk_until_ns || client->fd < 0)
    return;
  g_string_truncate (crowd->say, 0);
  while (sender->sent - client->reader.acknowledged < crowd->talk.window &&
         (crowd->talk.most == 0 || sender->sent < crowd->talk.most))
    compose (crowd, client, now_ns);
  if (crowd->say->len > 0)
    put (crowd, crowd->mouths[client->reader.sender], crowd->say->str, crowd->say->len);
}

static gboolean
have_said_all (const BenchCrowd *crowd)
{
  for (guint i = 0; crowd->talk.most > 0 && i < crowd->config.senders; i++)
    if (crowd->check->senders[i].sent < crowd->talk.most)
      return FALSE;
  return crowd->talk.most > 0;
}

/* What is due by now. The server cannot make the generator late, because nothing here
 * waits for it; so the time of a message is when it was sent, not when it should have
 * been. Returns when the next one is due. */
static gint64
send_due (BenchCrowd *crowd, gint64 now_ns)
{
  for (;;)
    {
      gint64 due_ns =
          crowd->talk_from_ns + (gint64) ((double) crowd->n_timed * 1e9 / crowd->talk.rate);
      Client *client = crowd->senders[crowd->n_timed % crowd->config.senders];

      if (due_ns > now_ns || due_ns >= crowd->talk_until_ns)
        return due_ns;
      crowd->n_timed++;
      if (client->fd < 0)
        continue;
      g_string_truncate (crowd->say, 0);
      compose (crowd, client, bench_now_ns ());
      put (crowd, crowd->mouths[client->reader.sender], crowd->say->str, crowd->say->len);
    }
}

/* Coming in. */

static void
note_in (BenchCrowd *crowd, Client *client)
{
  BenchSender *sender = NULL;
  struct sockaddr_in local = { 0 };
  socklen_t len = sizeof local;

  BenchPlace place = place_of (crowd, client);

  client->is_in = TRUE;
  crowd->n_in++;
  if (client->reader.sender == BENCH_NO_SENDER || crowd->mouths[client->reader.sender] != client)
    return;
  (void) getsockname (client->fd, (struct sockaddr *) &local, &len);
  sender = &crowd->check->senders[client->reader.sender];
  sender->room = client->number;
  crowd->config.dialect->prefix (&place, client->source, ntohs (local.sin_port), sender->prefix);
}

/* `:NAME!...` */
static gboolean
is_own (const Client *client, const char *line)
{
  gsize len = strlen (client->name);

  return line[0] == ':' && strncmp (line + 1, client->name, len) == 0 && line[len + 1] == '!';
}

static void
hear (BenchCrowd *crowd, Client *client, const char *line)
{
  const BenchDialect *dialect = crowd->config.dialect;
  BenchPlace place = place_of (crowd, client);

  if (dialect->is_arrival != NULL && dialect->is_arrival (line))
    {
      if (!is_own (client, line))
        crowd->arrivals++;
      else if (client->source == NULL)
        client->source = g_strdup (line);
      return;
    }
  g_string_truncate (crowd->say, 0);
  if (dialect->hear (&place, line, crowd->say) && !client->is_in)
    note_in (crowd, client);
  else if (client->is_in)
    crowd->asked += crowd->say->len > 0;
  if (crowd->say->len > 0)
    put (crowd, client, crowd->say->str, crowd->say->len);
}

/* Until the talk begins, lines are taken one by one. */
static void
hear_all (BenchCrowd *crowd, Client *client, const char *bytes, gsize len)
{
  const char *end = NULL;

  while ((end = memchr (bytes, '\n', len)) != NULL)
    {
      if (client->heard == NULL)
        client->heard = g_string_new (NULL);
      g_string_append_len (client->heard, bytes, end - bytes);
      hear (crowd, client, client->heard->str);
      g_string_truncate (client->heard, 0);
      len -= (gsize) (end + 1 - bytes);
      bytes = end + 1;
    }
  if (len > 0)
    {
      if (client->heard == NULL)
        client->heard = g_string_new (NULL);
      g_string_append_len (client->heard, bytes, (gssize) len);
    }
}

static gboolean
connect_one (BenchCrowd *crowd, GError **error)
{
  Client *client = &crowd->clients[crowd->n_connected];
  BenchPlace place = place_of (crowd, client);
  struct sockaddr_in address = { .sin_family = AF_INET,
                                 .sin_port = htons (crowd->config.port),
                                 .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  int one = 1;

  client->fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (client->fd < 0 || connect (client->fd, (struct sockaddr *) &address, sizeof address) < 0)
    {
      g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "cannot connect client %u: %s",
                   crowd->n_connected, g_strerror (errno));
      return FALSE;
    }
  (void) setsockopt (client->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  if (crowd->config.tls && !bench_link_begin_tls (client->fd, &client->tls, error))
    return FALSE;
  if (crowd->config.tls) /* the server has answered, and it may have taken its time */
    crowd->last_input_ns = bench_now_ns ();
  watch (crowd, client, EPOLL_CTL_ADD, WATCHED);
  crowd->n_connected++;

  g_string_truncate (crowd->say, 0);
  if (crowd->config.dialect->begin (&place, crowd->say))
    note_in (crowd, client);
  if (crowd->say->len > 0)
    put (crowd, client, crowd->say->str, crowd->say->len);
  return TRUE;
}

static gboolean
may_connect (const BenchCrowd *crowd)
{
  return crowd->n_connected < crowd->n_clients &&
         crowd->n_connected - crowd->n_in < crowd->config.connecting;
}

/* The event loop. */

/* Whether the first @n bytes of the input are no part of the talk. */
static gboolean
is_question (const BenchCrowd *crowd, gsize n)
{
  const BenchDialect *dialect = crowd->config.dialect;

  return dialect->is_question != NULL && dialect->is_question (crowd->input, n);
}

/* Returns whether there may be more. */
static gboolean
take_input (BenchCrowd *crowd, Client *client)
{
  gssize n = bench_link_recv (client->fd, client->tls, crowd->input, READ_BYTES);
  gint64 now_ns = bench_now_ns ();
  guint64 acknowledged = client->reader.acknowledged;
  gboolean asks = FALSE;

  if (n == BENCH_LINK_AGAIN)
    return FALSE;
  if (n <= 0)
    {
      cut_off (crowd, client);
      return FALSE;
    }
  asks = is_question (crowd, (gsize) n);
  if (!asks)
    crowd->last_input_ns = now_ns;
  if (!crowd->talking || asks)
    hear_all (crowd, client, crowd->input, (gsize) n);
  else if (!client->is_mouth)
    {
      crowd->reads++;
      bench_reader_push (&client->reader, crowd->input, (gsize) n, now_ns);
    }
  if (client->reader.acknowledged > acknowledged && crowd->talk.window > 0)
    fill_window (crowd, client, now_ns);
  return n == READ_BYTES || client->tls != NULL;
}

/* Waits until something happens or @until_ns has come, and handles what did. */
static void
turn (BenchCrowd *crowd, gint64 until_ns)
{
  struct epoll_event events[TURN_EVENTS];
  gint64 wait_ns = MAX (until_ns - bench_now_ns (), 0);
  struct timespec wait = { .tv_sec = wait_ns / (1000 * MS), .tv_nsec = wait_ns % (1000 * MS) };
  int n = epoll_pwait2 (crowd->epoll_fd, events, TURN_EVENTS, &wait, NULL);

  for (int i = 0; i < n; i++)
    {
      Client *client = events[i].data.ptr;
      gboolean ends = (events[i].events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;

      if (events[i].events & EPOLLOUT)
        flush (crowd, client);
      /* The end of a connection is announced once, together with what came before. */
      if (events[i].events & ~(guint32) EPOLLOUT)
        while (take_input (crowd, client) || (ends && client->fd >= 0))
          ;
    }
}

/**
 * bench_crowd_new:
 * @check: (transfer none): initialised for the number of senders; must outlive the crowd
 */
BenchCrowd *
bench_crowd_new (const BenchCrowdConfig *config, BenchCheck *check)
{
  BenchCrowd *crowd = g_new0 (BenchCrowd, 1);
  guint n_mouths = 0;
  guint idle_rooms =
      config->idle_room > 0 ? (config->idle + config->idle_room - 1) / config->idle_room : 0;

  crowd->config = *config;
  crowd->check = check;
  crowd->epoll_fd = epoll_create1 (EPOLL_CLOEXEC);
  crowd->input = g_malloc (READ_BYTES);
  crowd->say = g_string_new (NULL);
  n_mouths = config->dialect->no_echo ? config->senders : 0;
  crowd->n_clients = config->clients + config->idle + n_mouths;
  crowd->clients = g_new0 (Client, crowd->n_clients);
  crowd->senders = g_new0 (Client *, config->senders);
  crowd->mouths = g_new0 (Client *, config->senders);
  crowd->streams = g_ptr_array_new_with_free_func ((GDestroyNotify) bench_stream_free);
  /* Who only connects is counted to one more room, where nothing may ever come. */
  crowd->n_rooms = config->rooms + idle_rooms;
  for (guint i = 0; i <= crowd->n_rooms; i++)
    g_ptr_array_add (crowd->streams, bench_stream_new (check, i));

  for (guint i = 0; i < config->clients + config->idle; i++)
    {
      Client *client = &crowd->clients[i];
      gboolean idle = i >= config->clients;

      client->fd = -1;
      g_snprintf (client->name, sizeof client->name, "%.4s%u", config->name, i);
      client->reader.id = i;
      client->reader.sender = BENCH_NO_SENDER;
      client->enters = !idle || config->idle_room > 0;
      client->number = !idle            ? (guint) ((guint64) i * config->rooms / config->clients)
                       : client->enters ? config->rooms + (i - config->clients) / config->idle_room
                                        : crowd->n_rooms;
      bench_stream_add (crowd->streams->pdata[client->number], &client->reader);
    }
  /* Where the senders are among those who are served decides how soon they have their
   * echo, and so how much each turn of the server finds to do. */
  for (guint i = 0; i < config->senders; i++)
    {
      guint spread = (guint) ((2 * (guint64) i + 1) * config->clients / (2 * config->senders));
      guint client = config->first ? i : spread;

      crowd->senders[i] = &crowd->clients[client];
      crowd->senders[i]->reader.sender = i;
      crowd->mouths[i] = crowd->senders[i];
    }
  for (guint i = 0; i < n_mouths; i++)
    {
      Client *client = &crowd->clients[config->clients + config->idle + i];

      client->fd = -1;
      client->is_mouth = client->enters = TRUE;
      client->number = crowd->senders[i]->number;
      client->reader.sender = i;
      g_snprintf (client->name, sizeof client->name, "%.4sm%u", config->name, i);
      crowd->mouths[i] = client;
    }
  return crowd;
}

/**
 * bench_crowd_free:
 * @crowd: (nullable) (transfer full)
 */
void
bench_crowd_free (BenchCrowd *crowd)
{
  if (crowd == NULL)
    return;
  bench_crowd_leave (crowd);
  for (guint i = 0; i < crowd->n_clients; i++)
    {
      Client *client = &crowd->clients[i];

      bench_reader_clear (&client->reader);
      g_free (client->source);
      if (client->heard != NULL)
        g_string_free (client->heard, TRUE);
      if (client->unsent != NULL)
        g_string_free (client->unsent, TRUE);
    }
  close (crowd->epoll_fd);
  g_ptr_array_unref (crowd->streams);
  g_string_free (crowd->say, TRUE);
  g_free (crowd->senders);
  g_free (crowd->mouths);
  g_free (crowd->clients);
  g_free (crowd->input);
  g_free (crowd);
}

/**
 * bench_crowd_enter:
 *
 * Everybody connects and goes where they belong.
 *
 * Returns: %FALSE with an error if somebody could not.
 */
gboolean
bench_crowd_enter (BenchCrowd *crowd, GError **error)
{
  crowd->last_input_ns = bench_now_ns ();
  while (crowd->n_in < crowd->n_clients)
    {
      gint64 until_ns = 0;

      for (guint i = 0; i < CONNECTS_A_TURN && may_connect (crowd); i++)
        if (!connect_one (crowd, error))
          return FALSE;
      until_ns = crowd->last_input_ns + ENTER_NS;
      if (crowd->n_in < crowd->n_clients)
        turn (crowd, may_connect (crowd) ? 0 : until_ns);
      if (crowd->n_cut_off > 0 || bench_now_ns () > until_ns)
        {
          g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_FAILED,
                       "%u of %u clients came in, %u were cut off", crowd->n_in, crowd->n_clients,
                       crowd->n_cut_off);
          return FALSE;
        }
    }
  return TRUE;
}

/* When it has been quiet for long enough. Who has still to be told of an arrival is
 * waited for. */
static gint64
quiet_at (const BenchCrowd *crowd, gint64 quiet_ns)
{
  gboolean told = bench_crowd_arrivals (crowd) >= bench_crowd_expected_arrivals (crowd);

  return crowd->last_input_ns + (told ? quiet_ns : MAX (quiet_ns, ENTER_NS));
}

/**
 * bench_crowd_settle:
 *
 * Waits until everybody has been told who has come in, if that is known, and nobody
 * has received anything but questions for @quiet_ns.
 */
void
bench_crowd_settle (BenchCrowd *crowd, gint64 quiet_ns)
{
  crowd->last_input_ns = bench_now_ns ();
  while (bench_now_ns () < quiet_at (crowd, quiet_ns))
    turn (crowd, quiet_at (crowd, quiet_ns));
}

/**
 * bench_crowd_watch:
 *
 * Waits for @length_ns, whatever comes. Who is asked something answers.
 *
 * Returns: how often somebody was asked.
 */
guint64
bench_crowd_watch (BenchCrowd *crowd, gint64 length_ns)
{
  gint64 until_ns = bench_now_ns () + length_ns;
  guint64 before = crowd->asked;

  while (bench_now_ns () < until_ns)
    turn (crowd, until_ns);
  return crowd->asked - before;
}

/**
 * bench_crowd_begin:
 *
 * From here on everything that comes is checked; it has to be a message.
 */
void
bench_crowd_begin (BenchCrowd *crowd)
{
  crowd->talking = TRUE;
  for (guint i = 0; i < crowd->n_clients; i++)
    if (crowd->clients[i].heard != NULL)
      g_string_free (g_steal_pointer (&crowd->clients[i].heard), TRUE);
}

/**
 * bench_crowd_talk:
 *
 * The senders send for the length of @talk.
 */
void
bench_crowd_talk (BenchCrowd *crowd, const BenchTalk *talk)
{
  gint64 now_ns = bench_now_ns ();

  crowd->talk = *talk;
  crowd->talk_from_ns = now_ns;
  crowd->talk_until_ns = now_ns + talk->length_ns;
  for (guint i = 0; talk->window > 0 && i < crowd->config.senders; i++)
    fill_window (crowd, crowd->senders[i], now_ns);
  while (now_ns < crowd->talk_until_ns && !have_said_all (crowd))
    {
      gint64 until_ns = crowd->talk_until_ns;

      if (talk->rate > 0)
        until_ns = MIN (until_ns, send_due (crowd, now_ns));
      turn (crowd, until_ns);
      now_ns = bench_now_ns ();
    }
}

static gboolean
is_complete (const BenchCrowd *crowd)
{
  for (guint i = 0; i < crowd->streams->len; i++)
    if (!bench_stream_is_complete (crowd->streams->pdata[i]))
      return FALSE;
  return TRUE;
}

/**
 * bench_crowd_finish:
 * @patience_ns: how long to wait for what does not come
 *
 * Waits until everybody has everything, and counts what is lost. What comes too often
 * could still come now, so a moment of quiet belongs to it.
 *
 * Returns: when the last message was received.
 */
gint64
bench_crowd_finish (BenchCrowd *crowd, gint64 patience_ns)
{
  gint64 last_ns = 0;
  gint64 until_ns = 0;

  crowd->last_input_ns = bench_now_ns ();
  until_ns = crowd->last_input_ns + patience_ns;
  while (!is_complete (crowd) && bench_now_ns () < until_ns)
    {
      turn (crowd, until_ns);
      until_ns = crowd->last_input_ns + patience_ns;
    }
  last_ns = crowd->last_input_ns;
  bench_crowd_settle (crowd, 20 * MS);
  for (guint i = 0; i < crowd->streams->len; i++)
    bench_stream_finish (crowd->streams->pdata[i]);
  return last_ns;
}

/**
 * bench_crowd_leave:
 *
 * All connections are reset, so that no port is left waiting for its peer.
 */
void
bench_crowd_leave (BenchCrowd *crowd)
{
  struct linger reset = { .l_onoff = 1 };

  for (guint i = 0; i < crowd->n_connected; i++)
    if (crowd->clients[i].fd >= 0)
      {
        (void) setsockopt (crowd->clients[i].fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
        bench_link_close (crowd->clients[i].fd, &crowd->clients[i].tls);
        crowd->clients[i].fd = -1;
      }
}

/**
 * bench_crowd_arrivals:
 *
 * Returns: how often somebody was told that somebody else had come in.
 */
guint64
bench_crowd_arrivals (const BenchCrowd *crowd)
{
  return crowd->arrivals;
}

/**
 * bench_crowd_expected_arrivals:
 *
 * Returns: how often that had to be. Only known for one room, because on the way to
 * another people meet in the first.
 */
guint64
bench_crowd_expected_arrivals (const BenchCrowd *crowd)
{
  guint64 inside = 0;

  if (crowd->n_rooms != 1 || crowd->config.dialect->is_arrival == NULL)
    return crowd->arrivals;
  for (guint i = 0; i < crowd->n_clients; i++)
    inside += crowd->clients[i].enters; /* who only connects is not announced */
  return inside * (inside - 1) / 2;
}

/**
 * bench_crowd_sent:
 *
 * Returns: how many messages were sent.
 */
guint64
bench_crowd_sent (const BenchCrowd *crowd)
{
  guint64 sent = 0;

  for (guint i = 0; i < crowd->config.senders; i++)
    sent += crowd->check->senders[i].sent;
  return sent;
}

/**
 * bench_crowd_reads:
 *
 * Returns: how many reads have brought something since the talk began.
 */
guint64
bench_crowd_reads (const BenchCrowd *crowd)
{
  return crowd->reads;
}

/**
 * bench_crowd_cut_off:
 *
 * Returns: how many connections the server has ended.
 */
guint
bench_crowd_cut_off (const BenchCrowd *crowd)
{
  return crowd->n_cut_off;
}
