/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A server that stops before each call on its way to listen(), and never accepts. At each
 * stage it shows what the kernel lists for its port and what a client gets: before listen()
 * by being one, afterwards by watching those that come.
 */
#include "config.h"

#include "lab/bench/lab-fake-server.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/base/sal-error.h"
#include "common/base/sal-fd.h"
#include "lab/bench/lab-diag.h"
#include "lab/bench/lab-net.h"
#include "lab/bench/lab-socket-table.h"
#include "lab/bench/lab-socket-watch.h"

static const char *const stage_names[] = { "none", "socket", "bind", "listen" };

typedef struct
{
  LabEndpoint address;
  int fd; /* -1 before socket() */
  int backlog;
  guint columns; /* of the terminal, or 0 */
  LabDiag *diag; /* (owned) */
} Fake;

/**
 * lab_fake_parse_stage:
 *
 * Returns: %FALSE with a #SAL_ERROR that lists the stages.
 */
gboolean
lab_fake_parse_stage (const char *text, LabStage *stage, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (stage_names); i++)
    if (g_str_equal (text, stage_names[i]))
      {
        *stage = (LabStage) i;
        return TRUE;
      }
  g_set_error (error, SAL_ERROR, SAL_EXIT_USAGE,
               _ ("--stage: “%s” is not allowed; allowed: none, socket, bind, listen"), text);
  return FALSE;
}

static guint16
port_of (const LabEndpoint *address)
{
  const struct sockaddr *any = (const struct sockaddr *) &address->storage;

  return any->sa_family == AF_INET
             ? ntohs (((const struct sockaddr_in *) &address->storage)->sin_port)
             : ntohs (((const struct sockaddr_in6 *) &address->storage)->sin6_port);
}

/* Where one is bound to every address one can be reached at this one. */
static void
reachable (const LabEndpoint *address, LabEndpoint *to)
{
  *to = *address;
  if (((const struct sockaddr *) &address->storage)->sa_family == AF_INET)
    {
      struct sockaddr_in *in = (struct sockaddr_in *) &to->storage;

      if (in->sin_addr.s_addr == htonl (INADDR_ANY))
        in->sin_addr.s_addr = htonl (INADDR_LOOPBACK);
    }
  else
    {
      struct sockaddr_in6 *in6 = (struct sockaddr_in6 *) &to->storage;

      if (IN6_IS_ADDR_UNSPECIFIED (&in6->sin6_addr))
        in6->sin6_addr = in6addr_loopback;
    }
}

/* Our sockets, and those of our clients; of a port alone others may have some too. */
static GPtrArray *
list (Fake *fake, guint32 states, GError **error)
{
  LabEndpoint to;
  LabSocketFilter filter = { .port = port_of (&fake->address), .states = states, .tcp = TRUE };
  GPtrArray *sockets = NULL;

  reachable (&fake->address, &to);
  if (memcmp (&to, &fake->address, sizeof to) == 0)
    filter.address = &fake->address;
  sockets = lab_diag_list (fake->diag, &filter, error);
  if (sockets != NULL)
    lab_owner_find (sockets);
  return sockets;
}

/* What connect() returns to a client on this machine. */
static void
try_as_client (const Fake *fake)
{
  LabEndpoint to;
  int fd = -1;
  int number = 0;
  g_autofree char *text = NULL;

  if (port_of (&fake->address) == 0)
    return;
  reachable (&fake->address, &to);
  fd = socket (((const struct sockaddr *) &to.storage)->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0 || connect (fd, (const struct sockaddr *) &to.storage, to.len) < 0)
    number = errno;
  else if (lab_net_is_connected_to_itself (fd))
    number = ECONNREFUSED; /* as with any other port of its own */
  sal_fd_close (&fd);
  text = lab_net_error_text (number);
  if (number == ECONNREFUSED)
    printf (_ ("A client gets: %s. Its SYN is answered by RST.\n"), text);
  else if (number != 0)
    printf (_ ("A client gets: %s\n"), text);
  else
    printf ("%s\n", _ ("A client gets a connection: another program listens there."));
}

/* What netstat(8) and ss(8) do not show, but other systems do (the documents' Mac OS). */
static void
show_bound (Fake *fake)
{
  g_autoptr (GPtrArray) sockets = list (fake, LAB_STATES_BOUND, NULL);
  g_autoptr (GString) out = g_string_new (NULL);

  if (sockets == NULL || sockets->len == 0)
    return;
  lab_socket_table_text (out, sockets, FALSE, fake->columns, 0);
  printf ("%s\n%s", _ ("Asked for sockets that are only bound, this kernel lists:"), out->str);
}

static gboolean
show_stage (Fake *fake, LabStage stage, GError **error)
{
  g_autoptr (GPtrArray) sockets = list (fake, 0, error);
  g_autoptr (GString) out = g_string_new (NULL);
  g_autofree char *place = lab_endpoint_format (&fake->address);

  if (sockets == NULL)
    return FALSE;
  printf ("stage %s\n", stage_names[stage]);
  if (stage == LAB_STAGE_LISTEN)
    printf ("listening on %s (fake)\n", place);
  lab_socket_table_text (out, sockets, FALSE, fake->columns, 0);
  fputs (out->str, stdout);
  if (stage == LAB_STAGE_BIND)
    show_bound (fake);
  if (stage < LAB_STAGE_LISTEN)
    try_as_client (fake);
  else
    printf ("%s\n", _ ("A client gets a connection that nobody accepts; they show here:"));
  fflush (stdout);
  return TRUE;
}

static gboolean
advance (Fake *fake, LabStage to, GError **error)
{
  const LabListenOptions options = { .reuse_address = TRUE };

  switch (to)
    {
    case LAB_STAGE_SOCKET:
      fake->fd = lab_net_open (&fake->address, &options, error);
      return fake->fd >= 0;
    case LAB_STAGE_BIND:
      return lab_net_bind (fake->fd, &fake->address, error);
    case LAB_STAGE_LISTEN:
      return lab_net_listen (fake->fd, &fake->address, fake->backlog, error);
    default:
      return TRUE;
    }
}

/* Waits for Return. FALSE at the end of input. */
static gboolean
wait_for_return (void)
{
  int c = 0;

  printf ("%s\n", _ ("Press Return to go on."));
  fflush (stdout);
  while ((c = getchar ()) != EOF && c != '\n')
    ;
  return c != EOF;
}

/* Shows connections as they come, change and go, until the process is ended. */
static gboolean
watch (Fake *fake, GError **error)
{
  g_autoptr (LabSocketWatch) sockets = lab_socket_watch_new ();
  gboolean first = TRUE;

  for (;;)
    {
      GPtrArray *now = list (fake, 0, error);
      g_autoptr (GArray) changes = NULL;
      g_autoptr (GString) out = g_string_new (NULL);

      if (now == NULL)
        return FALSE;
      changes = lab_socket_watch_take (sockets, now);
      for (guint i = 0; i < changes->len; i++)
        {
          const LabSocketChange *change = &g_array_index (changes, LabSocketChange, i);

          /* The listener is in the table already; who was quick is not. */
          if (!first || change->after->state != TCP_LISTEN)
            lab_socket_change_text (out, change, g_get_real_time (), fake->columns);
        }
      fputs (out->str, stdout);
      fflush (stdout);
      first = FALSE;
      (void) poll (NULL, 0, LAB_WATCH_MS);
    }
}

static void G_GNUC_NORETURN
hold (void)
{
  for (;;)
    pause ();
}

/**
 * lab_fake_serve:
 * @place: where to listen, see lab_net_parse_place()
 * @last: the stage to stay at
 * @step: wait for Return before each stage
 * @columns: of the terminal; 0: there is none
 *
 * Goes from stage to stage and stays at @last until the process is ended, or with @step
 * until the end of input. Returns: %FALSE with a #SAL_ERROR.
 */
gboolean
lab_fake_serve (
    const char *place, LabStage last, gboolean step, int backlog, guint columns, GError **error)
{
  Fake fake = { .fd = -1, .backlog = backlog, .columns = columns };
  gboolean ok = lab_net_parse_place (place, &fake.address, error);
  gboolean more = ok;

  if (ok)
    fake.diag = lab_diag_new (error);
  ok = ok && fake.diag != NULL;
  for (int stage = LAB_STAGE_NONE; ok && more && stage <= (int) last; stage++)
    {
      ok = advance (&fake, (LabStage) stage, error);
      if (ok && (step || stage == (int) last))
        ok = show_stage (&fake, (LabStage) stage, error);
      if (ok && step && stage < (int) last)
        more = wait_for_return ();
    }
  if (ok && more && last == LAB_STAGE_LISTEN)
    ok = watch (&fake, error);
  else if (ok && more)
    hold ();
  sal_fd_close (&fake.fd);
  lab_diag_free (fake.diag);
  return ok;
}
