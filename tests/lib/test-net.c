/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Other machines for tests: hosts with addresses of their own, on a switch, as network
 * namespaces. Nothing real is touched, and nobody needs to be root: the test program
 * goes into a user namespace, in which it may do as it likes.
 *
 * Nothing is left behind either, however the test ends. It runs in a namespace of
 * processes whose first one dies with the program that meson started, and everything
 * else in there with it; networks have no names in any file system, so they last as
 * long as somebody is in them.
 *
 *     the program as it was started     waits, and ends as the test did
 *      '- process 1 of the namespace    reaps; killed if the one above dies
 *          '- the test
 *              '- servers, clients, ...
 */
#include "config.h"

#include "tests/lib/test-net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* How often to look for what cannot be waited for. */
#define LOOK_AGAIN_US 1000

struct _TestNet
{
  int outside;   /* where the test was before */
  int middle;    /* where the switch is */
  GArray *hosts; /* (owned): of int, their namespaces */
};

static gboolean is_allowed;

static gboolean
write_file (const char *path, const char *text)
{
  int fd = open (path, O_WRONLY | O_CLOEXEC);
  ssize_t n = fd >= 0 ? write (fd, text, strlen (text)) : -1;

  if (fd >= 0)
    close (fd);
  return n == (ssize_t) strlen (text);
}

/* Whoever we are, in here we are root; no other user exists. A user who may not map
 * groups must first give up changing them (user_namespaces(7)). */
static gboolean
become_root_of_namespace (uid_t uid, gid_t gid)
{
  g_autofree char *uid_map = g_strdup_printf ("0 %u 1", (guint) uid);
  g_autofree char *gid_map = g_strdup_printf ("0 %u 1", (guint) gid);

  return write_file ("/proc/self/uid_map", uid_map) &&
         write_file ("/proc/self/setgroups", "deny") && write_file ("/proc/self/gid_map", gid_map);
}

static gboolean
device_flags (const char *device, unsigned long request, short *flags)
{
  struct ifreq ifreq = { .ifr_flags = *flags };
  int fd = socket (AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  gboolean ok = FALSE;

  g_strlcpy (ifreq.ifr_name, device, sizeof ifreq.ifr_name);
  ok = fd >= 0 && ioctl (fd, request, &ifreq) == 0;
  *flags = ifreq.ifr_flags;
  if (fd >= 0)
    close (fd);
  return ok;
}

/* A new namespace has a loopback device, but it is down. Bringing it up also shows
 * whether the rights that come with a user namespace are real: some systems grant the
 * namespace and not the rights. */
static gboolean
bring_loopback_up (void)
{
  return device_flags ("lo", SIOCSIFFLAGS, &(short){ IFF_UP | IFF_RUNNING });
}

/* What waitpid() says, as an exit status; signals above 128, as shells do. */
static int
exit_status (int status)
{
  return WIFEXITED (status) ? WEXITSTATUS (status) : 128 + WTERMSIG (status);
}

/* The first process of the namespace: everything in it ends with this one. */
static void G_GNUC_NORETURN
reap_until_end_of (pid_t test)
{
  int status = 0;
  pid_t ended = 0;

  while ((ended = wait (&status)) != test)
    if (ended < 0 && errno != EINTR)
      _exit (1);
  _exit (exit_status (status));
}

static void G_GNUC_NORETURN
end_like (pid_t child)
{
  int status = 0;

  while (waitpid (child, &status, 0) < 0 && errno == EINTR)
    ;
  status = exit_status (status);
  if (status > 128)
    {
      signal (status - 128, SIG_DFL);
      raise (status - 128);
    }
  _exit (status);
}

/**
 * test_net_init:
 *
 * To be called first in main(), before anything that a fork does not copy. Goes into
 * namespaces of its own where that is allowed.
 */
void
test_net_init (void)
{
  uid_t uid = geteuid ();
  gid_t gid = getegid ();
  pid_t child = 0;

  if (unshare (CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWPID | CLONE_NEWNS) < 0)
    return;
  is_allowed = become_root_of_namespace (uid, gid) && bring_loopback_up ();

  child = fork ();
  if (child > 0)
    end_like (child);
  if (child == 0)
    {
      prctl (PR_SET_PDEATHSIG, SIGKILL);
      /* A /proc that knows our processes by our numbers; address sanitizers want one.
       * Inside of a container it may be denied, and is not worth more than a try. */
      (void) mount ("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
      child = fork ();
    }
  if (child > 0)
    reap_until_end_of (child);
  if (child < 0)
    g_error ("cannot fork: %s", g_strerror (errno));
}

/**
 * test_net_is_allowed:
 *
 * Returns: whether test_net_new() can be called; if not, say %TEST_NET_FORBIDDEN.
 */
gboolean
test_net_is_allowed (void)
{
  return is_allowed;
}

/* Networks. */

static int
current_namespace (void)
{
  int fd = open ("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);

  if (fd < 0)
    g_error ("cannot open the network namespace: %s", g_strerror (errno));
  return fd;
}

static void
enter (int namespace)
{
  if (setns (namespace, CLONE_NEWNET) < 0)
    g_error ("cannot enter a network namespace: %s", g_strerror (errno));
}

/* Goes into a new namespace. */
static int
new_namespace (void)
{
  if (unshare (CLONE_NEWNET) < 0 || !bring_loopback_up ())
    g_error ("cannot make a network namespace: %s", g_strerror (errno));
  return current_namespace ();
}

/* Runs lines of ip(8) in the namespace where we are. It lies where not every user's
 * PATH looks. */
static void
run_ip (const char *lines)
{
  FILE *ip = popen ("PATH=$PATH:/usr/sbin:/sbin exec ip -batch -", "w");

  if (ip == NULL || fputs (lines, ip) < 0 || pclose (ip) != 0)
    g_error ("ip could not do this:\n%s", lines);
}

/* A cable is plugged in at once, but its ends notice a moment later. What is sent before
 * that is lost, and sent again after a second. */
static void
wait_until_running (const char *device)
{
  short flags = 0;

  while (device_flags (device, SIOCGIFFLAGS, &flags) && !(flags & IFF_RUNNING))
    g_usleep (LOOK_AGAIN_US);
  if (!(flags & IFF_RUNNING))
    g_error ("%s does not come up", device);
}

/* The kernel hands out an IPv6 address before it knows that packets for it are its own:
 * what comes in between is dropped, and asked for again after a second. */
static void
wait_until_local (const char *address_and_bits)
{
  g_auto (GStrv) parts = g_strsplit (address_and_bits, "/", 2);
  struct in6_addr address = { 0 };
  g_autoptr (GString) row = g_string_new (NULL);

  g_assert_cmpint (inet_pton (AF_INET6, parts[0], &address), ==, 1);
  for (gsize i = 0; i < sizeof address.s6_addr; i++)
    g_string_append_printf (row, "%02x", address.s6_addr[i]);
  g_string_append (row, " 80 "); /* 128 bits, as the kernel writes it */
  for (;;)
    {
      g_autofree char *routes = NULL;

      g_assert_true (g_file_get_contents ("/proc/thread-self/net/ipv6_route", &routes, NULL, NULL));
      if (strstr (routes, row->str) != NULL)
        return;
      g_usleep (LOOK_AGAIN_US);
    }
}

/**
 * test_net_new:
 *
 * Returns: (transfer full): a switch with no host on it yet.
 */
TestNet *
test_net_new (void)
{
  TestNet *net = g_new0 (TestNet, 1);

  net->hosts = g_array_new (FALSE, FALSE, sizeof (int));
  net->outside = current_namespace ();
  net->middle = new_namespace ();
  run_ip ("link add switch type bridge\n"
          "link set switch up\n");
  enter (net->outside);
  return net;
}

/**
 * test_net_add_host:
 * @addresses: (array zero-terminated=1): `ADDRESS/BITS`, IPv4 or IPv6, none of them in
 *   use by another host of @net
 *
 * Returns: the number of a new host, which reaches those that share a network with it.
 */
guint
test_net_add_host (TestNet *net, const char *const *addresses)
{
  guint number = net->hosts->len;
  int host = new_namespace ();
  g_autofree char *plug = g_strdup_printf ("host%u", number);
  g_autofree char *cable = NULL;
  g_autoptr (GString) lines = g_string_new (NULL);

  cable = g_strdup_printf ("link add %s type veth peer name eth0 netns /proc/self/fd/%d\n"
                           "link set %s master switch up\n",
                           plug, host, plug);
  enter (net->middle);
  fcntl (host, F_SETFD, 0); /* for ip */
  run_ip (cable);
  fcntl (host, F_SETFD, FD_CLOEXEC);
  enter (host);
  run_ip ("link set eth0 up\n");
  wait_until_running ("eth0");
  enter (net->middle);
  wait_until_running (plug);

  /* Nobody else can have the address, so there is no need to wait for their protest. */
  for (gsize i = 0; addresses[i] != NULL; i++)
    g_string_append_printf (lines, "address add %s dev eth0%s\n", addresses[i],
                            strchr (addresses[i], ':') != NULL ? " nodad" : "");
  enter (host);
  run_ip (lines->str);
  for (gsize i = 0; addresses[i] != NULL; i++)
    if (strchr (addresses[i], ':') != NULL)
      wait_until_local (addresses[i]);
  enter (net->outside);
  g_array_append_val (net->hosts, host);
  return number;
}

/**
 * test_net_go_to:
 *
 * From now on, what this thread connects and the programs it starts are on @host. What
 * is there already stays where it is.
 */
void
test_net_go_to (TestNet *net, guint host)
{
  g_return_if_fail (host < net->hosts->len);

  enter (g_array_index (net->hosts, int, host));
}

/**
 * test_net_free:
 * @net: (nullable) (transfer full)
 *
 * Goes back to where the test was. The hosts go when the last program on them has
 * ended.
 */
void
test_net_free (TestNet *net)
{
  if (net == NULL)
    return;
  enter (net->outside);
  for (guint i = 0; i < net->hosts->len; i++)
    close (g_array_index (net->hosts, int, i));
  close (net->middle);
  close (net->outside);
  g_array_unref (net->hosts);
  g_free (net);
}
