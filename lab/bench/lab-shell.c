/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Socket calls one at a time, as the labs make them at a Python prompt: each line is one
 * call, made at once, and answered with what it returned.
 *
 *     sock = socket tcp             conn = sock.accept
 *     sock.bind 10.10.2.100 4000    conn.recv 1024
 *     sock.listen                   conn.send Hello romeo
 *
 * Answers are not translated: experiments wait for them.
 */
#include "config.h"

#include "lab/bench/lab-shell.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/base/sal-fd.h"
#include "lab/bench/lab-net.h"

#define LINE_BYTES 65536
#define RECV_MOST 65536
#define NAME_BYTES 32
#define MOST_SOCKETS 512

/* What one call is given, and where its answer goes. */
typedef struct
{
  GHashTable *sockets; /* name -> descriptor + 1 */
  const char *name;    /* of the socket it is about */
  int fd;              /* -1 if there is no such socket */
  const char *words;   /* (nullable): what follows the call */
  GString *answer;
} Call;

typedef gboolean (*CallFunc) (Call *call);

/* Answers with errno; always TRUE, because the call was made. */
static gboolean
answer_result (Call *call, int result)
{
  const char *symbol = strerrorname_np (errno);

  if (result >= 0)
    g_string_append (call->answer, "ok");
  else
    g_string_append_printf (call->answer, "%s (%s)", symbol != NULL ? symbol : "?",
                            strerror (errno));
  return TRUE;
}

/* `ADDRESS PORT`. */
static gboolean
parse_address (const char *words, struct addrinfo **found)
{
  g_auto (GStrv) parts = g_strsplit (words != NULL ? words : "", " ", -1);
  struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV };

  return g_strv_length (parts) == 2 && getaddrinfo (parts[0], parts[1], &hints, found) == 0;
}

static gboolean
call_bind (Call *call)
{
  struct addrinfo *found = NULL;
  int result = 0;

  if (!parse_address (call->words, &found))
    return FALSE;
  result = bind (call->fd, found->ai_addr, found->ai_addrlen);
  answer_result (call, result);
  freeaddrinfo (found);
  return TRUE;
}

static gboolean
call_connect (Call *call)
{
  struct addrinfo *found = NULL;
  int result = 0;

  if (!parse_address (call->words, &found))
    return FALSE;
  result = connect (call->fd, found->ai_addr, found->ai_addrlen);
  answer_result (call, result);
  freeaddrinfo (found);
  return TRUE;
}

static gboolean
call_listen (Call *call)
{
  guint64 backlog = LAB_DEFAULT_BACKLOG;

  if (call->words != NULL &&
      !g_ascii_string_to_unsigned (call->words, 10, 0, 65535, &backlog, NULL))
    return FALSE;
  return answer_result (call, listen (call->fd, (int) backlog));
}

static gboolean
call_send (Call *call)
{
  g_autofree char *bytes = call->words != NULL ? g_strcompress (call->words) : NULL;
  ssize_t n = 0;

  if (bytes == NULL)
    return FALSE;
  n = send (call->fd, bytes, strlen (bytes), MSG_NOSIGNAL);
  if (n < 0)
    return answer_result (call, -1);
  g_string_append_printf (call->answer, "%zd bytes", n);
  return TRUE;
}

static gboolean
call_recv (Call *call)
{
  guint64 most = 1024;
  g_autofree char *bytes = NULL;
  g_autofree char *shown = NULL;
  ssize_t n = 0;

  if (call->words != NULL &&
      !g_ascii_string_to_unsigned (call->words, 10, 1, RECV_MOST, &most, NULL))
    return FALSE;
  bytes = g_malloc0 (most + 1);
  n = recv (call->fd, bytes, most, 0);
  if (n < 0)
    return answer_result (call, -1);
  shown = g_strescape (bytes, NULL);
  g_string_append_printf (call->answer, "%zd bytes", n);
  if (n > 0)
    g_string_append_printf (call->answer, " \"%s\"", shown);
  return TRUE;
}

static gboolean
call_shutdown (Call *call)
{
  static const char *const ways[] = { "read", "write", "both" }; /* SHUT_RD, _WR, _RDWR */

  for (int how = 0; how < (int) G_N_ELEMENTS (ways); how++)
    if (g_str_equal (call->words != NULL ? call->words : "both", ways[how]))
      return answer_result (call, shutdown (call->fd, how));
  return FALSE;
}

static gboolean
call_close (Call *call)
{
  g_hash_table_remove (call->sockets, call->name);
  return answer_result (call, close (call->fd));
}

static const struct
{
  const char *name;
  int level;
  int option;
} options[] = {
  { "reuseaddr", SOL_SOCKET, SO_REUSEADDR }, { "nodelay", IPPROTO_TCP, TCP_NODELAY },
  { "maxseg", IPPROTO_TCP, TCP_MAXSEG },     { "keepalive", SOL_SOCKET, SO_KEEPALIVE },
  { "rcvbuf", SOL_SOCKET, SO_RCVBUF },       { "sndbuf", SOL_SOCKET, SO_SNDBUF },
};

static gboolean
call_setsockopt (Call *call)
{
  g_auto (GStrv) parts = g_strsplit (call->words != NULL ? call->words : "", " ", -1);
  gint64 number = 0;
  int value = 0;

  if (g_strv_length (parts) != 2 ||
      !g_ascii_string_to_signed (parts[1], 10, G_MININT, G_MAXINT, &number, NULL))
    return FALSE;
  value = (int) number;
  for (gsize i = 0; i < G_N_ELEMENTS (options); i++)
    if (g_str_equal (parts[0], options[i].name))
      return answer_result (
          call, setsockopt (call->fd, options[i].level, options[i].option, &value, sizeof value));
  return FALSE;
}

static gboolean
call_getsockopt (Call *call)
{
  int value = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (options); i++)
    if (g_strcmp0 (call->words, options[i].name) == 0)
      {
        if (getsockopt (call->fd, options[i].level, options[i].option, &value,
                        &(socklen_t){ sizeof value }) < 0)
          return answer_result (call, -1);
        g_string_append_printf (call->answer, "%d", value);
        return TRUE;
      }
  return FALSE;
}

static gboolean
call_getsockname (Call *call)
{
  LabEndpoint address;
  g_autofree char *text = NULL;

  if (!lab_endpoint_of_socket (call->fd, &address))
    return answer_result (call, -1);
  text = lab_endpoint_format (&address);
  g_string_append (call->answer, text);
  return TRUE;
}

static gboolean
call_getpeername (Call *call)
{
  LabEndpoint address;
  g_autofree char *text = NULL;

  if (!lab_endpoint_of_peer (call->fd, &address))
    return answer_result (call, -1);
  text = lab_endpoint_format (&address);
  g_string_append (call->answer, text);
  return TRUE;
}

static const struct
{
  const char *name;
  CallFunc make;
  const char *usage;
} calls[] = {
  { "bind", call_bind, "bind ADDRESS PORT" },
  { "listen", call_listen, "listen [BACKLOG]" },
  { "connect", call_connect, "connect ADDRESS PORT" },
  { "send", call_send, "send TEXT" },
  { "recv", call_recv, "recv [BYTES]" },
  { "shutdown", call_shutdown, "shutdown [read|write|both]" },
  { "close", call_close, "close" },
  { "setsockopt", call_setsockopt,
    "setsockopt reuseaddr|nodelay|maxseg|keepalive|rcvbuf|sndbuf N" },
  { "getsockopt", call_getsockopt, "getsockopt reuseaddr|nodelay|maxseg|keepalive|rcvbuf|sndbuf" },
  { "getsockname", call_getsockname, "getsockname" },
  { "getpeername", call_getpeername, "getpeername" },
};

static int
find_socket (GHashTable *sockets, const char *name)
{
  return GPOINTER_TO_INT (g_hash_table_lookup (sockets, name)) - 1;
}

/* A socket gets a name; one that had it is closed, as when a variable is assigned. */
static void
keep_socket (GHashTable *sockets, const char *name, int fd)
{
  int old = find_socket (sockets, name);

  sal_fd_close (&old);
  g_hash_table_insert (sockets, g_strdup (name), GINT_TO_POINTER (fd + 1));
}

/* `NAME = socket tcp|udp` and `NAME = OTHER.accept`. */
static gboolean
assign (GHashTable *sockets, const char *name, const char *what, GString *answer)
{
  Call call = { .answer = answer };
  g_auto (GStrv) words = g_strsplit (what, " ", -1);
  gboolean udp = g_strcmp0 (words[0] != NULL ? words[1] : NULL, "udp") == 0;
  gboolean six = g_str_has_suffix (what, "6");
  int fd = -1;

  if (strlen (name) >= NAME_BYTES || strpbrk (name, ". ") != NULL ||
      g_hash_table_size (sockets) >= MOST_SOCKETS)
    return FALSE;
  if (g_strcmp0 (words[0], "socket") == 0)
    fd = socket (six ? AF_INET6 : AF_INET, (udp ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC, 0);
  else if (g_str_has_suffix (what, ".accept"))
    {
      g_autofree char *listener = g_strndup (what, strlen (what) - strlen (".accept"));

      fd = find_socket (sockets, listener);
      if (fd < 0)
        return FALSE;
      fd = accept4 (fd, NULL, NULL, SOCK_CLOEXEC);
    }
  else
    return FALSE;
  if (fd < 0)
    return answer_result (&call, -1);
  keep_socket (sockets, name, fd);
  g_string_append_printf (answer, "fd %d", fd);
  if (g_str_has_suffix (what, ".accept"))
    {
      LabEndpoint peer;
      g_autofree char *text =
          lab_endpoint_of_peer (fd, &peer) ? lab_endpoint_format (&peer) : g_strdup ("?");

      g_string_append_printf (answer, " from %s", text);
    }
  return TRUE;
}

static void
append_usage (GString *answer)
{
  g_string_append (answer, "not understood. Calls: NAME = socket tcp|udp [6], NAME = NAME.accept");
  for (gsize i = 0; i < G_N_ELEMENTS (calls); i++)
    g_string_append_printf (answer, ", NAME.%s", calls[i].usage);
}

/* FALSE if it was no call. */
static gboolean
make_call (GHashTable *sockets, const char *line, GString *answer)
{
  const char *equals = strstr (line, " = ");
  const char *dot = strchr (line, '.');
  g_autofree char *name = NULL;
  g_autofree char *verb = NULL;
  const char *space = NULL;

  if (equals != NULL && memchr (line, '.', (gsize) (equals - line)) == NULL)
    {
      name = g_strndup (line, (gsize) (equals - line));
      return assign (sockets, name, equals + 3, answer);
    }
  if (dot == NULL)
    return FALSE;
  name = g_strndup (line, (gsize) (dot - line));
  space = strchr (dot, ' ');
  verb = space != NULL ? g_strndup (dot + 1, (gsize) (space - dot - 1)) : g_strdup (dot + 1);
  for (gsize i = 0; i < G_N_ELEMENTS (calls); i++)
    if (g_str_equal (verb, calls[i].name))
      {
        Call call = { .sockets = sockets,
                      .name = name,
                      .fd = find_socket (sockets, name),
                      .words = space != NULL ? space + 1 : NULL,
                      .answer = answer };

        return call.fd >= 0 && calls[i].make (&call);
      }
  return FALSE;
}

static void
close_socket (gpointer name, gpointer fd, gpointer data)
{
  close (GPOINTER_TO_INT (fd) - 1);
}

/**
 * lab_shell_run:
 * @in: lines with calls
 * @prompt: a person types them
 *
 * Makes each call and prints its answer, until the end of input; then every socket is closed.
 *
 * Returns: whether every line was a call. Calls that fail are answers.
 */
gboolean
lab_shell_run (FILE *in, gboolean prompt)
{
  g_autoptr (GHashTable) sockets = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autofree char *line = g_malloc (LINE_BYTES);
  gboolean good = TRUE;

  for (;;)
    {
      g_autoptr (GString) answer = g_string_new (NULL);

      if (prompt)
        {
          printf ("> ");
          fflush (stdout);
        }
      if (fgets (line, LINE_BYTES, in) == NULL)
        break;
      g_strchomp (line);
      g_strchug (line);
      if (*line == '\0' || *line == '#')
        continue;
      if (!make_call (sockets, line, answer))
        {
          g_string_truncate (answer, 0);
          append_usage (answer);
          good = FALSE;
        }
      if (prompt)
        printf ("%s\n", answer->str);
      else
        printf ("%s: %s\n", line, answer->str);
      fflush (stdout);
    }
  g_hash_table_foreach (sockets, close_socket, NULL);
  return good;
}
