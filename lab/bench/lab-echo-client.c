/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The client of an echo server: what is typed goes there line by line, what comes back is
 * shown with its round trip. End of input (Ctrl-D) ends our side only and waits for the
 * other; Ctrl-C is left to the kernel, which is the difference that the labs ask about. With
 * --count it makes up the messages and holds each byte that comes back against them.
 */
#include "config.h"

#include "lab/bench/lab-echo-client.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/base/sal-error.h"
#include "common/base/sal-fd.h"
#include "common/proto/sal-text.h"
#include "lab/bench/lab-net.h"

#define READ_BYTES 16384

typedef struct
{
  int fd;
  const LabEchoClientOptions *options; /* (unowned) */
  GByteArray *input;                   /* (owned): typed, no line yet */
  GString *out;                        /* (owned): to be sent */
  GString *shown;                      /* (owned): came, no line yet */
  gboolean typing;                     /* on a terminal: lines go as they are typed */
  gboolean input_ended;
  gboolean half_closed;
  gsize awaited;  /* bytes that are still to come back */
  gint64 sent_us; /* when the message that is awaited went */
  int message;    /* number of the message on its way, from 1 (--count) */
  gsize at;       /* how much of it has come back */
  gint64 least_us, most_us, sum_us;
  guint trips;
} Client;

/* The byte at @at of message @number: printable, and another one a message later, so that
 * what is lost, doubled or out of order shows. */
static char
message_byte (int number, gsize at)
{
  return (char) ('!' + (at + (gsize) number * 7) % 94);
}

static void
make_message (Client *client)
{
  client->message++;
  client->at = 0;
  for (int i = 0; i < client->options->size; i++)
    g_string_append_c (client->out, message_byte (client->message, (gsize) i));
}

static void
begin_trip (Client *client, gsize bytes)
{
  client->awaited += bytes;
  client->sent_us = g_get_monotonic_time ();
}

/* The answer is there in full. */
static void
end_trip (Client *client)
{
  gint64 us = g_get_monotonic_time () - client->sent_us;

  client->least_us = client->trips == 0 ? us : MIN (client->least_us, us);
  client->most_us = MAX (client->most_us, us);
  client->sum_us += us;
  client->trips++;
  if (client->options->count == 0)
    fprintf (stderr, _ ("round trip %.3f ms\n"), (double) us / 1000);
}

static void
show (Client *client, const char *bytes, gsize len, gboolean flush)
{
  char *newline = NULL;

  g_string_append_len (client->shown, bytes, (gssize) len);
  while ((newline = memchr (client->shown->str, '\n', client->shown->len)) != NULL ||
         (flush && client->shown->len > 0) || client->shown->len > READ_BYTES)
    {
      gsize n = newline != NULL ? (gsize) (newline - client->shown->str) : client->shown->len;
      g_autoptr (GString) clean = g_string_new (NULL);

      sal_text_clean_line (clean, client->shown->str, n);
      printf ("%s\n", clean->str);
      g_string_erase (client->shown, 0, (gssize) MIN (n + 1, client->shown->len));
    }
  fflush (stdout);
}

static gboolean
check (Client *client, const char *bytes, gsize len, GError **error)
{
  for (gsize i = 0; i < len; i++, client->at++)
    {
      char wanted = message_byte (client->message, client->at);

      if (client->at >= (gsize) client->options->size)
        {
          g_set_error (error, SAL_ERROR, SAL_EXIT_PROTOCOL,
                       _ ("more came back than message %d had: this is no echo server as RFC 862 "
                          "has it"),
                       client->message);
          return FALSE;
        }
      if (bytes[i] != wanted)
        {
          g_set_error (error, SAL_ERROR, SAL_EXIT_PROTOCOL,
                       _ ("byte %zu of message %d came back as 0x%02x, not 0x%02x: this is no echo "
                          "server as RFC 862 has it"),
                       client->at + 1, client->message, (guint) (guint8) bytes[i],
                       (guint) (guint8) wanted);
          return FALSE;
        }
    }
  return TRUE;
}

/* TRUE while there is more to come; at the end of it *@ended. */
static gboolean
receive (Client *client, gboolean *ended, GError **error)
{
  char bytes[READ_BYTES];
  ssize_t n = recv (client->fd, bytes, sizeof bytes, 0);
  g_autofree char *text = NULL;

  if (n < 0 && (errno == EINTR || errno == EAGAIN))
    return TRUE;
  if (n < 0)
    {
      text = lab_net_error_text (errno);
      g_set_error (error, SAL_ERROR, SAL_EXIT_CLOSED, _ ("the connection broke: %s"), text);
      return FALSE;
    }
  *ended = n == 0;
  if (client->options->count > 0 && !check (client, bytes, (gsize) n, error))
    return FALSE;
  if (client->options->count == 0)
    show (client, bytes, (gsize) n, FALSE);
  if (client->awaited > 0 && n > 0)
    {
      client->awaited -= MIN (client->awaited, (gsize) n);
      if (client->awaited == 0)
        end_trip (client);
    }
  return TRUE;
}

static gboolean
send_some (Client *client, GError **error)
{
  ssize_t n = send (client->fd, client->out->str, client->out->len, MSG_NOSIGNAL | MSG_DONTWAIT);
  g_autofree char *text = NULL;

  if (n >= 0)
    {
      g_string_erase (client->out, 0, n);
      return TRUE;
    }
  if (errno == EINTR || errno == EAGAIN)
    return TRUE;
  text = lab_net_error_text (errno);
  g_set_error (error, SAL_ERROR, SAL_EXIT_CLOSED, _ ("cannot send: %s"), text);
  return FALSE;
}

/* Takes a line from what was typed: the next message. */
static void
take_line (Client *client)
{
  GByteArray *input = client->input;
  const guint8 *newline = input->len > 0 ? memchr (input->data, '\n', input->len) : NULL;
  guint len = newline != NULL ? (guint) (newline - input->data) + 1
              : client->input_ended || input->len >= LAB_ECHO_LINE_BYTES ? input->len
                                                                         : 0;

  if (len == 0)
    return;
  g_string_append_len (client->out, (const char *) input->data, len);
  g_byte_array_remove_range (input, 0, len);
  begin_trip (client, len);
}

static void
read_input (Client *client)
{
  guint8 bytes[READ_BYTES];
  ssize_t n = read (STDIN_FILENO, bytes, sizeof bytes);

  if (n > 0)
    g_byte_array_append (client->input, bytes, (guint) n);
  else if (n == 0 || (errno != EINTR && errno != EAGAIN))
    client->input_ended = TRUE;
}

/* What to send next, if it is time for something. */
static void
prepare (Client *client)
{
  gboolean may_send = client->awaited == 0 || (client->options->count == 0 && client->typing);

  if (client->out->len > 0 || client->half_closed || !may_send)
    return;
  if (client->options->count == 0)
    take_line (client);
  else if (client->message < client->options->count)
    {
      make_message (client);
      begin_trip (client, (gsize) client->options->size);
    }
  else
    client->input_ended = TRUE;
  if (client->out->len == 0 && client->input_ended && client->input->len == 0)
    {
      /* Our side is done; what is still to come is waited for. */
      client->half_closed = TRUE;
      (void) shutdown (client->fd, SHUT_WR);
    }
}

static gboolean
wants_input (const Client *client)
{
  return client->options->count == 0 && !client->input_ended && client->out->len == 0 &&
         (client->typing || client->awaited == 0) && client->input->len < LAB_ECHO_LINE_BYTES;
}

static gboolean
is_late (const Client *client, gint64 since_us)
{
  return client->options->timeout_s > 0 && (client->awaited > 0 || client->half_closed) &&
         g_get_monotonic_time () - since_us >= client->options->timeout_s * G_USEC_PER_SEC;
}

static gboolean
turn (Client *client, gboolean *ended, GError **error)
{
  struct pollfd fds[] = {
    { .fd = client->fd, .events = POLLIN },
    { .fd = wants_input (client) ? STDIN_FILENO : -1, .events = POLLIN },
  };
  int n = 0;

  if (client->out->len > 0)
    fds[0].events |= POLLOUT;
  n = poll (fds, G_N_ELEMENTS (fds), client->options->timeout_s > 0 ? 100 : -1);
  if (n < 0)
    return TRUE;
  if ((fds[0].revents & (POLLIN | POLLHUP | POLLERR)) && !receive (client, ended, error))
    return FALSE;
  if ((fds[0].revents & POLLOUT) && !send_some (client, error))
    return FALSE;
  if (fds[1].revents != 0)
    read_input (client);
  return TRUE;
}

static gboolean
talk (Client *client, GError **error)
{
  gboolean ended = FALSE;
  gint64 since_us = g_get_monotonic_time ();

  while (!ended)
    {
      gsize awaited = client->awaited;

      prepare (client);
      if (!turn (client, &ended, error))
        return FALSE;
      if (client->awaited != awaited)
        since_us = g_get_monotonic_time ();
      if (!ended && is_late (client, since_us))
        {
          g_set_error (error, SAL_ERROR, SAL_EXIT_TIMEOUT,
                       _ ("nothing has come back for %d seconds"), client->options->timeout_s);
          return FALSE;
        }
    }
  show (client, "", 0, TRUE);
  if (client->half_closed && client->awaited == 0)
    return TRUE;
  g_set_error (error, SAL_ERROR, SAL_EXIT_CLOSED, _ ("the server has closed the connection"));
  return FALSE;
}

static void
report (const Client *client)
{
  if (client->trips == 0)
    return;
  fprintf (client->options->count > 0 ? stdout : stderr,
           g_dngettext (NULL, "%u round trip: %.3f ms at least, %.3f on average, %.3f at most\n",
                        "%u round trips: %.3f ms at least, %.3f on average, %.3f at most\n",
                        client->trips),
           client->trips, (double) client->least_us / 1000,
           (double) client->sum_us / client->trips / 1000, (double) client->most_us / 1000);
}

/**
 * lab_echo_client_run:
 * @fd: (transfer none): connected to an echo server
 *
 * Talks until both sides have ended. Returns: an exit status; if not 0, @error says why.
 */
int
lab_echo_client_run (int fd, const LabEchoClientOptions *options, GError **error)
{
  g_autoptr (GError) local = NULL;
  Client client = { .fd = fd, .options = options, .typing = isatty (STDIN_FILENO) };
  int status = SAL_EXIT_OK;

  client.input = g_byte_array_new ();
  client.out = g_string_new (NULL);
  client.shown = g_string_new (NULL);
  if (!talk (&client, &local))
    {
      show (&client, "", 0, TRUE);
      status = sal_error_exit_status (local);
      g_propagate_error (error, g_steal_pointer (&local));
    }
  report (&client);
  g_byte_array_unref (client.input);
  g_string_free (client.out, TRUE);
  g_string_free (client.shown, TRUE);
  return status;
}
