/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Hosts as network namespaces, each on a cable of its own to a router:
 *
 *     romeo 10.10.1.100 ---- .1.1 router .2.1 ---- 10.10.2.100 juliet
 *
 * or, over IPv6, fd10:10:1::100 and fd10:10:2::100 (unique local addresses, RFC 4193).
 * The router is lab-forwarder behind one packet socket for each port; its kernel forwards
 * nothing. Each host has a tap, a packet socket that sees what its interface sends and
 * receives. One thread runs all of it, so that what an experiment does and what the network
 * does come one after the other (lab-world-run.c). To be used inside of lab-sandbox.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

#include "common/base/sal-error.h"
#include "common/base/sal-fd.h"
#include "lab/bench/lab-netlink.h"
#include "lab/bench/lab-world-private.h"

#define MOST_HOSTS 8
#define INTERFACE "eth0"
#define IPV6_SETTINGS "/proc/sys/net/ipv6"

/**
 * lab_world_fail:
 * @what: could not be done, for the reason that errno says
 *
 * Returns: %FALSE, with a #SAL_ERROR.
 */
gboolean
lab_world_fail (GError **error, const char *what)
{
  g_set_error (error, SAL_ERROR, SAL_EXIT_FAILED, _ ("cannot build the network: %s: %s"), what,
               g_strerror (errno));
  return FALSE;
}

static int
current_network (void)
{
  return open ("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
}

static void
enter (int network)
{
  if (setns (network, CLONE_NEWNET) < 0)
    g_error ("cannot enter a network namespace: %s", g_strerror (errno));
}

static gboolean
write_setting (const char *setting, const char *value)
{
  g_autofree char *path = g_strdup_printf ("/proc/sys/%s", setting);
  int fd = open (path, O_WRONLY | O_CLOEXEC);
  gboolean ok = fd >= 0 && write (fd, value, strlen (value)) == (ssize_t) strlen (value);
  int number = errno;

  sal_fd_close (&fd);
  errno = number;
  return ok;
}

/* Goes into a network of its own; over IPv4 without IPv6, and over IPv6 with as little of it as
 * can be: it would talk about itself, of routers, groups and addresses. -1 with errno. */
static int
new_network (LabFamily family)
{
  static const struct
  {
    const char *setting;
    const char *value;
  } silence[] = {
    { "net/ipv6/conf/default/accept_ra", "0" },
    { "net/ipv6/conf/default/router_solicitations", "0" },
    { "net/ipv6/conf/default/autoconf", "0" },
    { "net/ipv6/conf/default/addr_gen_mode", "1" }, /* no link-local address */
  };
  const char *disabled = family == LAB_IPV6 ? "0" : "1";

  if (unshare (CLONE_NEWNET) < 0)
    return -1;
  (void) write_setting ("net/ipv6/conf/all/disable_ipv6", disabled);
  (void) write_setting ("net/ipv6/conf/default/disable_ipv6", disabled);
  for (gsize i = 0; family == LAB_IPV6 && i < G_N_ELEMENTS (silence); i++)
    (void) write_setting (silence[i].setting, silence[i].value);
  return current_network ();
}

static void
host_free (gpointer data)
{
  LabHost *host = data;

  sal_fd_close (&host->network);
  sal_fd_close (&host->tap);
  g_ptr_array_unref (host->frames);
  lab_diag_free (host->diag);
  g_free (host->name);
  g_free (host->address);
  g_free (host);
}

static void
send_frame (guint port, const guint8 *frame, gsize len, gpointer data)
{
  LabWorld *world = data;

  /* A full queue loses frames, as in any router. */
  (void) !send (g_array_index (world->ports, int, port), frame, len, MSG_DONTWAIT);
}

/**
 * lab_world_new:
 *
 * Returns: (transfer full): a router without a host, or %NULL with a #SAL_ERROR.
 */
LabWorld *
lab_world_new (LabFamily family, GError **error)
{
  g_autoptr (LabWorld) world = g_new0 (LabWorld, 1);

  world->family = family;
  world->hosts = g_ptr_array_new_with_free_func (host_free);
  world->ports = g_array_new (FALSE, FALSE, sizeof (int));
  world->processes = g_ptr_array_new_with_free_func (lab_process_free);
  world->forwarder = lab_forwarder_new (send_frame, world);
  world->traffic_us = g_get_monotonic_time ();
  world->outside = current_network ();
  /* The router's kernel routes nothing, so it needs no IPv6. */
  world->router = world->outside >= 0 ? new_network (LAB_IPV4) : -1;
  if (world->router < 0)
    {
      lab_world_fail (error, "router");
      return NULL;
    }
  if (family == LAB_IPV6 && access (IPV6_SETTINGS, F_OK) < 0)
    {
      enter (world->outside);
      g_set_error (error, SAL_ERROR, SAL_EXIT_FAILED,
                   _ ("this kernel has no IPv6 (there is no %s); --ipv4 goes without it"),
                   IPV6_SETTINGS);
      return NULL;
    }
  enter (world->outside);
  return g_steal_pointer (&world);
}

/**
 * lab_world_free:
 * @world: (nullable) (transfer full): its programs are killed
 */
void
lab_world_free (LabWorld *world)
{
  if (world == NULL)
    return;
  g_ptr_array_unref (world->processes);
  g_ptr_array_unref (world->hosts);
  for (guint i = 0; i < world->ports->len; i++)
    close (g_array_index (world->ports, int, i));
  g_array_unref (world->ports);
  lab_forwarder_free (world->forwarder);
  sal_fd_close (&world->outside);
  sal_fd_close (&world->router);
  g_free (world);
}

/* A socket that sees all frames of an interface of the network we are in. */
static int
open_packet_socket (const char *interface, gboolean with_outgoing)
{
  struct sockaddr_ll address = { .sll_family = AF_PACKET, .sll_protocol = g_htons (ETH_P_ALL) };
  int fd = socket (AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  int one = 1;

  address.sll_ifindex = (int) if_nametoindex (interface);
  if (fd < 0 ||
      (!with_outgoing &&
       setsockopt (fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &one, sizeof one) < 0) ||
      setsockopt (fd, SOL_SOCKET, SO_TIMESTAMPNS, &one, sizeof one) < 0 ||
      bind (fd, (const struct sockaddr *) &address, sizeof address) < 0)
    {
      int number = errno;

      sal_fd_close (&fd);
      errno = number;
      return -1;
    }
  (void) setsockopt (fd, SOL_SOCKET, SO_RCVBUF, &(int){ 8 * 1024 * 1024 }, sizeof (int));
  return fd;
}

/* The settings that make runs comparable, whatever this machine prefers and does besides. */
static gboolean
set_defaults (LabFamily family, GError **error)
{
  static const struct
  {
    const char *setting;
    const char *value;
  } settings[] = {
    { "net/ipv4/tcp_no_metrics_save", "1" }, /* nothing learnt for the next connection */
    { "net/ipv4/tcp_early_retrans", "0" },   /* or a busy machine looks like a lossy network */
    { "net/ipv4/icmp_ratemask", "0" },       /* errors are rationed among all networks */
  };

  if (!write_setting ("net/ipv4/tcp_congestion_control", "cubic") &&
      !write_setting ("net/ipv4/tcp_congestion_control", "reno"))
    return lab_world_fail (error, "tcp_congestion_control");
  /* Likewise, where the kernel has it (since 6.11). */
  (void) write_setting ("net/ipv4/tcp_rto_min_us", LAB_PATIENT_RTO_US);
  for (gsize i = 0; i < G_N_ELEMENTS (settings); i++)
    if (!write_setting (settings[i].setting, settings[i].value))
      return lab_world_fail (error, settings[i].setting);
  /* The same for ICMPv6; where it is a list of types, and 255 is none that is sent. */
  if (family == LAB_IPV6 && !write_setting ("net/ipv6/icmp/ratemask", "255"))
    return lab_world_fail (error, "net/ipv6/icmp/ratemask");
  return TRUE;
}

/* The one place that knows which addresses hosts and routers have; networks count from 1. */
static LabAddress
make_address (LabFamily family, guint network, gboolean gateway)
{
  if (family == LAB_IPV6)
    return (LabAddress){ .family = 6,
                         .bytes = { 0xfd, 0x10, 0, 0x10, 0,
                                    (guint8) network, [14] = !gateway, [15] = gateway } };
  return (LabAddress){ .family = 4, .bytes = { 10, 10, (guint8) network, gateway ? 1 : 100 } };
}

static int
network_bits (LabFamily family)
{
  return family == LAB_IPV6 ? 64 : 24;
}

static gboolean
set_up_host (const LabWorld *world,
             LabHost *host,
             const LabAddress *gateway,
             const guint8 *gateway_mac,
             GError **error)
{
  if (!set_defaults (world->family, error) || !lab_netlink_bring_up ("lo", FALSE, error) ||
      !lab_netlink_switch_offloads_off (INTERFACE, error) ||
      !lab_netlink_bring_up (INTERFACE, world->family == LAB_IPV6, error) ||
      !lab_netlink_add_address (INTERFACE, &host->ip, network_bits (world->family), error))
    return FALSE;
  host->tap = open_packet_socket (INTERFACE, TRUE);
  if (host->tap < 0)
    return lab_world_fail (error, "packet socket");
  host->diag = lab_diag_new (error);
  return host->diag != NULL && lab_netlink_add_neighbour (INTERFACE, gateway, gateway_mac, error);
}

/* Over IPv6 the port has no address of its own; nobody ever asks for it. */
static gboolean
set_up_port (LabWorld *world,
             const char *port,
             const LabAddress *gateway,
             const LabHost *host,
             const guint8 *host_mac,
             GError **error)
{
  int fd = -1;

  if (!lab_netlink_switch_offloads_off (port, error) ||
      !lab_netlink_bring_up (port, FALSE, error) ||
      (world->family == LAB_IPV4 &&
       (!lab_netlink_add_address (port, gateway, network_bits (world->family), error) ||
        !lab_netlink_add_neighbour (port, &host->ip, host_mac, error))))
    return FALSE;
  if (!lab_netlink_await_running (port, error))
    return FALSE;
  fd = open_packet_socket (port, FALSE);
  if (fd < 0)
    return lab_world_fail (error, "packet socket");
  g_array_append_val (world->ports, fd);
  return TRUE;
}

/* Everything of a host that lies in two networks. */
static gboolean
connect_host (LabWorld *world, LabHost *host, guint number, GError **error)
{
  const guint8 host_mac[] = { 0x02, 0, 10, 10, (guint8) number, 100 };
  const guint8 port_mac[] = { 0x02, 0, 10, 10, (guint8) number, 1 };
  g_autofree char *port = g_strdup_printf ("port%u", number - 1);
  const LabPlug there = { .name = INTERFACE, .mac = host_mac, .network = host->network };
  const LabPlug here = { .name = port, .mac = port_mac, .network = world->router };
  const LabAddress gateway = make_address (world->family, number, TRUE);
  gboolean ok = lab_netlink_add_cable (&here, &there, error);

  enter (host->network);
  ok = ok && set_up_host (world, host, &gateway, port_mac, error);
  enter (world->router);
  ok = ok && set_up_port (world, port, &gateway, host, host_mac, error);
  enter (host->network);
  ok = ok && lab_netlink_await_running (INTERFACE, error) &&
       lab_netlink_add_default_route (&gateway, error);
  enter (world->outside);
  if (ok)
    lab_forwarder_add_port (world->forwarder, &host->ip, port_mac, host_mac);
  return ok;
}

/**
 * lab_world_add_host:
 *
 * Each has a network of its own: the first is 10.10.1.100 or fd10:10:1::100, and so on.
 *
 * Returns: (transfer none): a host that reaches all others, or %NULL with a #SAL_ERROR.
 */
LabHost *
lab_world_add_host (LabWorld *world, const char *name, GError **error)
{
  LabHost *host = g_new0 (LabHost, 1);
  guint number = world->hosts->len + 1;
  char address[LAB_ADDRESS_TEXT];
  gboolean ok = FALSE;

  g_return_val_if_fail (world->hosts->len < MOST_HOSTS, NULL);

  host->ip = make_address (world->family, number, FALSE);
  lab_address_to_text (&host->ip, address);
  host->name = g_strdup (name);
  host->address = g_strdup (address);
  host->tap = -1;
  host->frames = g_ptr_array_new_with_free_func (lab_frame_free);
  host->network = new_network (world->family);
  enter (world->outside);
  ok =
      host->network >= 0 ? connect_host (world, host, number, error) : lab_world_fail (error, name);
  if (!ok)
    {
      host_free (host);
      return NULL;
    }
  g_ptr_array_add (world->hosts, host);
  return host;
}

/**
 * lab_world_find_host:
 * @len: bytes of @name
 *
 * Returns: (transfer none) (nullable): the host of this name.
 */
LabHost *
lab_world_find_host (const LabWorld *world, const char *name, gsize len)
{
  for (guint i = 0; i < world->hosts->len; i++)
    {
      LabHost *host = g_ptr_array_index (world->hosts, i);

      if (strlen (host->name) == len && memcmp (host->name, name, len) == 0)
        return host;
    }
  return NULL;
}

/**
 * lab_world_get_family:
 */
LabFamily
lab_world_get_family (const LabWorld *world)
{
  return world->family;
}

/**
 * lab_world_get_hosts:
 *
 * Returns: (transfer none): of #LabHost, in the order in which they were added.
 */
const GPtrArray *
lab_world_get_hosts (const LabWorld *world)
{
  return world->hosts;
}

/**
 * lab_world_get_forwarder:
 *
 * Returns: (transfer none): the router, to be given rules.
 */
LabForwarder *
lab_world_get_forwarder (LabWorld *world)
{
  return world->forwarder;
}

/**
 * lab_world_get_dropped:
 *
 * Returns: how many frames the taps could not keep, so that captures are not whole.
 */
guint64
lab_world_get_dropped (const LabWorld *world)
{
  return world->dropped;
}

/**
 * lab_world_set:
 * @setting: below /proc/sys, e.g. `net/ipv4/tcp_syn_retries`
 *
 * Changes a setting of the kernel for one host.
 */
gboolean
lab_world_set (
    LabWorld *world, const LabHost *host, const char *setting, const char *value, GError **error)
{
  gboolean ok = FALSE;
  int number = 0;

  enter (host->network);
  ok = write_setting (setting, value);
  number = errno;
  enter (world->outside);
  errno = number;
  return ok || lab_world_fail (error, setting);
}

/**
 * lab_world_get:
 *
 * Returns: (transfer full) (nullable): a setting of the kernel on one host; %NULL if it has
 * no such setting.
 */
char *
lab_world_get (LabWorld *world, const LabHost *host, const char *setting)
{
  g_autofree char *path = g_strdup_printf ("/proc/sys/%s", setting);
  char *value = NULL;

  enter (host->network);
  if (g_file_get_contents (path, &value, NULL, NULL))
    g_strchomp (value);
  enter (world->outside);
  return value;
}
