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
#define MOST_BYTES (16 * 1024 * 1024)
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

typedef int (*AddressFunc) (int fd, const struct sockaddr *address, socklen_t len);

/* A call with `ADDRESS PORT`, of the socket's own family. */
static gboolean
call_with_address (Call *call, AddressFunc function)
{
  g_auto (GStrv) parts = g_strsplit (call->words != NULL ? call->words : "", " ", -1);
  struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV };
  struct addrinfo *found = NULL;
  g_autofree char *host = NULL;
  int code = 0;

  if (g_strv_length (parts) != 2)
    return FALSE;
  host = lab_net_host (parts[0]);
  if (getsockopt (call->fd, SOL_SOCKET, SO_DOMAIN, &hints.ai_family,
                  &(socklen_t){ sizeof hints.ai_family }) < 0)
    return answer_result (call, -1);
  code = getaddrinfo (host, parts[1], &hints, &found);
  if (code != 0)
    {
      g_string_append_printf (call->answer, "getaddrinfo: %s",
                              code == EAI_SYSTEM ? g_strerror (errno) : gai_strerror (code));
      return TRUE;
    }
  answer_result (call, function (call->fd, found->ai_addr, found->ai_addrlen));
  freeaddrinfo (found);
  return TRUE;
}

static gboolean
call_bind (Call *call)
{
  return call_with_address (call, bind);
}

static gboolean
call_connect (Call *call)
{
  return call_with_address (call, connect);
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

/* As C and Python write it; nothing of it reaches the terminal as it came. */
static void
append_escaped (GString *out, const char *bytes, gsize len)
{
  for (gsize at = 0; at < len; at++)
    {
      gsize n = strnlen (bytes + at, len - at);
      g_autofree char *part = g_strndup (bytes + at, n);
      g_autofree char *escaped = g_strescape (part, NULL);

      g_string_append (out, escaped);
      at += n;
      if (at < len)
        g_string_append (out, "\\000");
    }
}

static gboolean
call_recv (Call *call)
{
  guint64 most = 1024;
  g_autofree char *bytes = NULL;
  ssize_t n = 0;

  if (call->words != NULL &&
      !g_ascii_string_to_unsigned (call->words, 10, 1, RECV_MOST, &most, NULL))
    return FALSE;
  bytes = g_malloc (most);
  n = recv (call->fd, bytes, most, 0);
  if (n < 0)
    return answer_result (call, -1);
  g_string_append_printf (call->answer, "%zd bytes", n);
  if (n > 0)
    {
      g_string_append (call->answer, " \"");
      append_escaped (call->answer, bytes, (gsize) n);
      g_string_append_c (call->answer, '"');
    }
  return TRUE;
}

/* How many bytes @words say. */
static gboolean
parse_bytes (const char *words, guint64 *bytes)
{
  return words != NULL && g_ascii_string_to_unsigned (words, 10, 1, MOST_BYTES, bytes, NULL);
}

/* One send() with so many bytes; it waits like that of any program while there is no room. */
static gboolean
call_fill (Call *call)
{
  guint64 bytes = 0;
  g_autofree char *text = NULL;
  ssize_t n = 0;

  if (!parse_bytes (call->words, &bytes))
    return FALSE;
  text = g_strnfill (bytes, 'x');
  n = send (call->fd, text, bytes, MSG_NOSIGNAL);
  if (n < 0)
    return answer_result (call, -1);
  g_string_append_printf (call->answer, "%zd bytes", n);
  return TRUE;
}

/* recv() until so many bytes have come, or the end; they are not shown. */
static gboolean
call_drain (Call *call)
{
  static char bytes[RECV_MOST];
  guint64 wanted = 0;
  guint64 got = 0;
  ssize_t n = 1;

  if (!parse_bytes (call->words, &wanted))
    return FALSE;
  while (got < wanted && n > 0)
    {
      n = recv (call->fd, bytes, MIN (sizeof bytes, wanted - got), 0);
      if (n < 0)
        return answer_result (call, -1);
      got += (guint64) n;
    }
  g_string_append_printf (call->answer, "%" G_GUINT64_FORMAT " bytes", got);
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
  { "keepidle", IPPROTO_TCP, TCP_KEEPIDLE }, { "keepintvl", IPPROTO_TCP, TCP_KEEPINTVL },
  { "keepcnt", IPPROTO_TCP, TCP_KEEPCNT },   { "usertimeout", IPPROTO_TCP, TCP_USER_TIMEOUT },
  { "quickack", IPPROTO_TCP, TCP_QUICKACK }, { "linger", SOL_SOCKET, SO_LINGER },
};

/* The only one whose value is no number: so many seconds, or off if it is negative. */
static gboolean
is_linger (gsize option)
{
  return options[option].level == SOL_SOCKET && options[option].option == SO_LINGER;
}

static int
set_option (int fd, gsize option, int value)
{
  const struct linger linger = { .l_onoff = value >= 0, .l_linger = MAX (value, 0) };

  if (is_linger (option))
    return setsockopt (fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
  return setsockopt (fd, options[option].level, options[option].option, &value, sizeof value);
}

static int
get_option (int fd, gsize option, int *value)
{
  struct linger linger = { 0 };
  int result = 0;

  if (!is_linger (option))
    return getsockopt (fd, options[option].level, options[option].option, value,
                       &(socklen_t){ sizeof *value });
  result = getsockopt (fd, SOL_SOCKET, SO_LINGER, &linger, &(socklen_t){ sizeof linger });
  *value = linger.l_onoff ? linger.l_linger : -1;
  return result;
}

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
      return answer_result (call, set_option (call->fd, i, value));
  return FALSE;
}

static gboolean
call_getsockopt (Call *call)
{
  int value = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (options); i++)
    if (g_strcmp0 (call->words, options[i].name) == 0)
      {
        if (get_option (call->fd, i, &value) < 0)
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
  { "fill", call_fill, "fill BYTES" },
  { "drain", call_drain, "drain BYTES" },
  { "shutdown", call_shutdown, "shutdown [read|write|both]" },
  { "close", call_close, "close" },
  { "setsockopt", call_setsockopt, "setsockopt OPTION N" },
  { "getsockopt", call_getsockopt, "getsockopt OPTION" },
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
append_options (GString *answer)
{
  g_string_append (answer, "OPTION is");
  for (gsize i = 0; i < G_N_ELEMENTS (options); i++)
    g_string_append_printf (answer, "%c%s", i == 0 ? ' ' : '|', options[i].name);
}

/* All calls that there are; for a person one below the other. */
static void
append_usage (GString *answer, gboolean prompt)
{
  const char *between = prompt ? "\n  " : ", ";

  g_string_append_printf (answer,
                          "not understood. Calls:%sNAME = socket tcp|udp [6]%sNAME = NAME.accept",
                          prompt ? between : " ", between);
  for (gsize i = 0; i < G_N_ELEMENTS (calls); i++)
    g_string_append_printf (answer, "%sNAME.%s", between, calls[i].usage);
  g_string_append (answer, between);
  append_options (answer);
}

/* Makes call number @i of the socket @name. FALSE, with what is wrong as the answer, if that
 * is none. */
static gboolean
make_call_of (GHashTable *sockets, const char *name, gsize i, const char *words, GString *answer)
{
  Call call = { .sockets = sockets,
                .name = name,
                .fd = find_socket (sockets, name),
                .words = words,
                .answer = answer };

  if (call.fd >= 0 && calls[i].make (&call))
    return TRUE;
  if (call.fd < 0)
    g_string_printf (answer, "not understood: there is no socket %s", name);
  else
    g_string_printf (answer, "not understood; it is %s.%s", name, calls[i].usage);
  if (call.fd >= 0 && strstr (calls[i].usage, "OPTION") != NULL)
    {
      g_string_append (answer, "; ");
      append_options (answer);
    }
  return FALSE;
}

/* FALSE if it was no call; the answer says what is wrong, or is empty. */
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
      return make_call_of (sockets, name, i, space != NULL ? space + 1 : NULL, answer);
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
          if (answer->len == 0)
            append_usage (answer, prompt);
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
