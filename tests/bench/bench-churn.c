/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * People who come, say their name and leave, a hundred thousand of them: what does the server
 * keep of them? It is asked for its memory and descriptors after the first tenth, when all
 * tables have their size, and at the end.
 *
 *     bench-churn --times 100000 -- SALOTTOD --listen plain://127.0.0.1:0 --log memory
 *
 * Prints one line of JSON.
 */
#include "config.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <glib.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench-server.h"

/* How long nothing may happen. */
#define PATIENCE_MS 10000

static int option_times = 100000;
static int option_at_once = 64;
static char **option_command;

static const GOptionEntry option_entries[] = {
  { "times", 0, 0, G_OPTION_ARG_INT, &option_times, "How many come and leave (100000)", "N" },
  { "at-once", 0, 0, G_OPTION_ARG_INT, &option_at_once, "How many are there at a time (64)", "N" },
  { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &option_command, NULL, NULL },
  { NULL }
};

typedef struct
{
  const BenchServer *server;
  int epoll_fd;
  guint begun;
  guint ended;
  guint broken; /* that did not end with the server's goodbye */
} Churn;

/* Comes, and says everything at once; what is heard ends with the server's FIN. */
static gboolean
begin (Churn *churn)
{
  struct sockaddr_in address = { .sin_family = AF_INET,
                                 .sin_port = htons (churn->server->port),
                                 .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  struct epoll_event event = { .events = EPOLLIN };
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  char words[32];
  int len = g_snprintf (words, sizeof words, "n%u\nquit\n", churn->begun++);

  event.data.fd = fd;
  if (fd >= 0 && connect (fd, (struct sockaddr *) &address, sizeof address) == 0 &&
      send (fd, words, (gsize) len, MSG_NOSIGNAL) == len &&
      epoll_ctl (churn->epoll_fd, EPOLL_CTL_ADD, fd, &event) == 0)
    return TRUE;
  fprintf (stderr, "bench-churn: cannot connect: %s\n", g_strerror (errno));
  if (fd >= 0)
    close (fd);
  return FALSE;
}

static void
hear (Churn *churn, int fd)
{
  char bytes[4096];
  ssize_t n = recv (fd, bytes, sizeof bytes, MSG_DONTWAIT);

  if (n > 0 || (n < 0 && errno == EAGAIN))
    return;
  churn->broken += n < 0;
  churn->ended++;
  close (fd);
}

/* Returns FALSE if the server has stopped to answer. */
static gboolean
churn_until (Churn *churn, guint times)
{
  struct epoll_event events[64];

  while (churn->ended < times)
    {
      int n = 0;

      while (churn->begun < times && churn->begun - churn->ended < (guint) option_at_once)
        if (!begin (churn))
          return FALSE;
      n = epoll_wait (churn->epoll_fd, events, G_N_ELEMENTS (events), PATIENCE_MS);
      if (n <= 0)
        return FALSE;
      for (int i = 0; i < n; i++)
        hear (churn, events[i].data.fd);
    }
  return TRUE;
}

static guint
count_descriptors (const BenchServer *server)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/fd", (int) server->pid);
  DIR *folder = opendir (path);
  guint n = 0;

  while (folder != NULL && readdir (folder) != NULL)
    n++;
  if (folder != NULL)
    closedir (folder);
  return n;
}

/* The last ones may still be on their way out. */
static guint
settled_descriptors (const BenchServer *server)
{
  guint n = count_descriptors (server);

  for (guint before = 0; before != n;)
    {
      g_usleep (200 * 1000);
      before = n;
      n = count_descriptors (server);
    }
  return n;
}

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new ("-- SERVER [ARGUMENT...]");
  g_autoptr (GError) error = NULL;
  BenchServer server = { 0 };
  Churn churn = { .server = &server };
  BenchMemory memory[2];
  guint descriptors[2];
  gint64 from_ns = 0;
  gint64 cpu_ns = 0;
  gboolean ok = TRUE;

  g_option_context_add_main_entries (context, option_entries, NULL);
  g_option_context_set_strict_posix (context, TRUE);
  if (!g_option_context_parse (context, &argc, &argv, &error) || option_command == NULL ||
      option_times < 10 || option_at_once < 1)
    {
      fprintf (stderr, "bench-churn: %s\n", error != NULL ? error->message : "see --help");
      return 2;
    }
  if (!bench_server_start (&server, option_command, -1, &error))
    {
      fprintf (stderr, "bench-churn: %s\n", error->message);
      return 3;
    }
  churn.epoll_fd = epoll_create1 (EPOLL_CLOEXEC);
  ok = churn_until (&churn, (guint) option_times / 10);
  descriptors[0] = settled_descriptors (&server);
  memory[0] = bench_server_memory (&server);
  from_ns = bench_now_ns ();
  cpu_ns = bench_server_cpu_ns (&server);
  ok = ok && churn_until (&churn, (guint) option_times);
  from_ns = bench_now_ns () - from_ns;
  cpu_ns = bench_server_cpu_ns (&server) - cpu_ns;
  descriptors[1] = settled_descriptors (&server);
  memory[1] = bench_server_memory (&server);
  ok = bench_server_end (&server) == 0 && ok && churn.broken == 0;
  printf ("{\"ok\": %s, \"ended\": %u, \"broken\": %u, \"s\": %.3f, \"server_us_each\": %.2f, "
          "\"rss_bytes_before\": %" G_GUINT64_FORMAT ", \"rss_bytes_after\": %" G_GUINT64_FORMAT
          ", \"descriptors_before\": %u, \"descriptors_after\": %u}\n",
          ok ? "true" : "false", churn.ended, churn.broken, (double) from_ns / 1e9,
          (double) cpu_ns / 1e3 / (0.9 * option_times), memory[0].rss_bytes, memory[1].rss_bytes,
          descriptors[0], descriptors[1]);
  return ok ? 0 : 1;
}
