/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What TLS costs the server:
 *
 *     bench-tls [--handshakes N] [--connections N] -- SALOTTOD [OPTION...]
 *
 * Processor time of a handshake, resident memory of a connection that does nothing, and
 * how long an honest newcomer takes while others only pretend. The server is started
 * with a port for TLS and a certificate of its own. Nothing is judged: the targets are
 * printed beside the figures.
 */
#include "config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ftw.h>
#include <glib.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench-server.h"

#define SILENT 150
#define ENTRIES 101

static int option_handshakes = 2000;
static int option_connections = 1000;
static char **option_server;

static const GOptionEntry entries[] = {
  { "handshakes", 0, 0, G_OPTION_ARG_INT, &option_handshakes, "How many to measure", "N" },
  { "connections", 0, 0, G_OPTION_ARG_INT, &option_connections, "How many to hold", "N" },
  { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &option_server, NULL, "SALOTTOD" },
  { NULL },
};

typedef struct
{
  int fd;
  SSL *ssl; /* (nullable) */
} Peer;

static int
connect_to (guint16 port)
{
  struct sockaddr_in in = { .sin_family = AF_INET,
                            .sin_port = htons (port),
                            .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  if (fd < 0 || connect (fd, (struct sockaddr *) &in, sizeof in) < 0)
    g_error ("connect: %s", g_strerror (errno));
  return fd;
}

/* In the room's hall: the greeting has come. */
static Peer
enter (SSL_CTX *context, guint16 port)
{
  Peer peer = { connect_to (port), SSL_new (context) };
  char buffer[1024];

  if (SSL_set_fd (peer.ssl, peer.fd) != 1 || SSL_connect (peer.ssl) != 1 ||
      SSL_read (peer.ssl, buffer, sizeof buffer) <= 0)
    g_error ("no handshake, or no greeting");
  return peer;
}

static void
leave (Peer *peer)
{
  SSL_free (peer->ssl);
  close (peer->fd);
}

static SSL_CTX *
context_for (int version)
{
  SSL_CTX *context = SSL_CTX_new (TLS_client_method ());

  SSL_CTX_set_min_proto_version (context, version);
  SSL_CTX_set_max_proto_version (context, version);
  SSL_CTX_set_mode (context, SSL_MODE_RELEASE_BUFFERS);
  return context;
}

static void
measure_handshakes (const BenchServer *server, int version, const char *name)
{
  SSL_CTX *context = context_for (version);
  gint64 cpu_ns = bench_server_cpu_ns (server);
  gint64 began_ns = bench_now_ns ();

  for (int i = 0; i < option_handshakes; i++)
    {
      Peer peer = enter (context, server->port);

      leave (&peer);
    }
  cpu_ns = bench_server_cpu_ns (server) - cpu_ns;
  printf ("handshakes, %s: %.0f us of the server each, so %.0f a second and core   "
          "at least 1000   (%.0f us with the client's)\n",
          name, (double) cpu_ns / 1000 / option_handshakes,
          1e9 * option_handshakes / (double) cpu_ns,
          (double) (bench_now_ns () - began_ns) / 1000 / option_handshakes);
  SSL_CTX_free (context);
}

static void
measure_memory (const BenchServer *server, int version, const char *name)
{
  SSL_CTX *context = context_for (version);
  g_autofree Peer *peers = g_new0 (Peer, (gsize) option_connections);
  BenchMemory before;
  BenchMemory after;

  /* What is kept for later use is there already. */
  for (int i = 0; i < 16; i++)
    peers[i % option_connections] = enter (context, server->port);
  for (int i = 0; i < MIN (16, option_connections); i++)
    leave (&peers[i]);
  before = bench_server_memory (server);
  for (int i = 0; i < option_connections; i++)
    peers[i] = enter (context, server->port);
  after = bench_server_memory (server);
  printf ("memory of an idle connection, %s: %.1f KB of %d   at most 40\n", name,
          (double) (after.rss_bytes - before.rss_bytes) / 1000 / option_connections,
          option_connections);
  for (int i = 0; i < option_connections; i++)
    leave (&peers[i]);
  SSL_CTX_free (context);
}

static int
compare (gconstpointer a, gconstpointer b)
{
  gint64 x = *(const gint64 *) a;
  gint64 y = *(const gint64 *) b;

  return (x > y) - (x < y);
}

static double
median_entry_ms (SSL_CTX *context, guint16 port)
{
  gint64 taken_ns[ENTRIES];

  for (int i = 0; i < ENTRIES; i++)
    {
      gint64 began_ns = bench_now_ns ();
      Peer peer = enter (context, port);

      taken_ns[i] = bench_now_ns () - began_ns;
      leave (&peer);
    }
  qsort (taken_ns, ENTRIES, sizeof taken_ns[0], compare);
  return (double) taken_ns[ENTRIES / 2] / 1e6;
}

static void
measure_crowd (const BenchServer *server, int version, const char *name)
{
  SSL_CTX *context = context_for (version);
  double alone_ms = median_entry_ms (context, server->port);
  double crowded_ms = 0;
  int silent[SILENT];

  for (int i = 0; i < SILENT; i++)
    silent[i] = connect_to (server->port);
  crowded_ms = median_entry_ms (context, server->port);
  printf ("entering, %s: %.2f ms alone, %.2f ms while %d others say nothing   "
          "at most 50 ms more\n",
          name, alone_ms, crowded_ms, SILENT);
  for (int i = 0; i < SILENT; i++)
    close (silent[i]);
  SSL_CTX_free (context);
}

static int
remove_one (const char *path, const struct stat *info, int type, struct FTW *ftw)
{
  return remove (path);
}

static char **
command_of (char **words)
{
  static const char *const more[] = { "--listen", "plains://127.0.0.1:0", "--log", "memory" };
  g_autoptr (GPtrArray) command = g_ptr_array_new ();

  for (guint i = 0; words[i] != NULL; i++)
    g_ptr_array_add (command, g_strdup (words[i]));
  for (gsize i = 0; i < G_N_ELEMENTS (more); i++)
    g_ptr_array_add (command, g_strdup (more[i]));
  g_ptr_array_add (command, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&command), FALSE);
}

static void
raise_descriptors (void)
{
  struct rlimit limit;

  if (getrlimit (RLIMIT_NOFILE, &limit) < 0)
    return;
  limit.rlim_cur = limit.rlim_max;
  (void) setrlimit (RLIMIT_NOFILE, &limit);
}

typedef void (*Measure) (const BenchServer *server, int version, const char *name);

/* Memory that a server has had once is there for the next measure. Returns whether it
 * failed. */
static int
on_fresh_server (char **command, Measure measure, int version, const char *name)
{
  BenchServer server = { 0 };
  g_autoptr (GError) error = NULL;

  if (!bench_server_start (&server, command, -1, &error))
    {
      fprintf (stderr, "bench-tls: %s\n", error->message);
      return 1;
    }
  measure (&server, version, name);
  return bench_server_end (&server) != 0;
}

int
main (int argc, char **argv)
{
  static const Measure measures[] = { measure_handshakes, measure_memory, measure_crowd };
  g_autoptr (GOptionContext) options = g_option_context_new ("-- SALOTTOD [OPTION...]");
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = NULL;
  g_auto (GStrv) command = NULL;
  int status = 0;

  g_option_context_add_main_entries (options, entries, NULL);
  if (!g_option_context_parse (options, &argc, &argv, &error) || option_server == NULL ||
      option_handshakes < 1 || option_connections < 1)
    {
      fprintf (stderr, "bench-tls: %s\n",
               error != NULL ? error->message : "name the server after --");
      return 2;
    }
  folder = g_dir_make_tmp ("bench-tls-XXXXXX", NULL);
  g_setenv ("XDG_STATE_HOME", folder, TRUE);
  g_setenv ("XDG_RUNTIME_DIR", folder, TRUE);
  g_setenv ("XDG_CONFIG_HOME", folder, TRUE);
  raise_descriptors ();
  command = command_of (option_server);
  for (gsize i = 0; i < G_N_ELEMENTS (measures) && status == 0; i++)
    status = on_fresh_server (command, measures[i], TLS1_3_VERSION, "TLS 1.3") ||
             on_fresh_server (command, measures[i], TLS1_2_VERSION, "TLS 1.2");
  (void) nftw (folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
  return status;
}
