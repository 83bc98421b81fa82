/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What ip(8) and ethtool(8) would be called for: cables (veth), addresses, routes,
 * neighbours, offloads. Each call acts on the network namespace of the calling thread.
 */
#include "config.h"

#include "lab/bench/lab-netlink.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <libmnl/libmnl.h>
#include <linux/ethtool.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <linux/veth.h>
#include <net/if.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "common/base/sal-error.h"
#include "common/base/sal-fd.h"

#define MESSAGE_BYTES 1024
/* How long an interface may take to notice that its cable is plugged in. */
#define PLUGGED_MS 10000

static gboolean
fail (GError **error, int number, const char *what, const char *interface)
{
  g_set_error (error, SAL_ERROR, SAL_EXIT_FAILED, _ ("cannot build the network: %s %s: %s"), what,
               interface, g_strerror (number));
  return FALSE;
}

/* Sends one request and waits for the kernel's word. FALSE with errno. */
static gboolean
transact (struct nlmsghdr *message)
{
  struct mnl_socket *netlink = mnl_socket_open2 (NETLINK_ROUTE, SOCK_CLOEXEC);
  char answer[8192];
  ssize_t n = 0;
  int number = 0;
  gboolean ok = netlink != NULL && mnl_socket_bind (netlink, 0, MNL_SOCKET_AUTOPID) == 0;

  message->nlmsg_flags |= NLM_F_REQUEST | NLM_F_ACK;
  message->nlmsg_seq = (guint32) time (NULL);
  ok = ok && mnl_socket_sendto (netlink, message, message->nlmsg_len) >= 0;
  if (ok)
    {
      n = mnl_socket_recvfrom (netlink, answer, sizeof answer);
      ok = n > 0 && mnl_cb_run (answer, (size_t) n, message->nlmsg_seq,
                                mnl_socket_get_portid (netlink), NULL, NULL) >= 0;
    }
  number = errno;
  if (netlink != NULL)
    mnl_socket_close (netlink);
  errno = number;
  return ok;
}

static void
put_plug (struct nlmsghdr *message, const LabPlug *plug)
{
  mnl_attr_put_strz (message, IFLA_IFNAME, plug->name);
  mnl_attr_put (message, IFLA_ADDRESS, LAB_MAC_BYTES, plug->mac);
  mnl_attr_put_u32 (message, IFLA_NET_NS_FD, (guint32) plug->network);
}

/**
 * lab_netlink_add_cable:
 *
 * A pair of interfaces, each in its namespace: what goes into one comes out of the other.
 */
gboolean
lab_netlink_add_cable (const LabPlug *here, const LabPlug *there, GError **error)
{
  char buffer[MESSAGE_BYTES];
  struct nlmsghdr *message = mnl_nlmsg_put_header (buffer);
  struct nlattr *info = NULL;
  struct nlattr *data = NULL;
  struct nlattr *peer = NULL;

  message->nlmsg_type = RTM_NEWLINK;
  message->nlmsg_flags = NLM_F_CREATE | NLM_F_EXCL;
  mnl_nlmsg_put_extra_header (message, sizeof (struct ifinfomsg));
  put_plug (message, here);
  info = mnl_attr_nest_start (message, IFLA_LINKINFO);
  mnl_attr_put_strz (message, IFLA_INFO_KIND, "veth");
  data = mnl_attr_nest_start (message, IFLA_INFO_DATA);
  peer = mnl_attr_nest_start (message, VETH_INFO_PEER);
  mnl_nlmsg_put_extra_header (message, sizeof (struct ifinfomsg));
  put_plug (message, there);
  mnl_attr_nest_end (message, peer);
  mnl_attr_nest_end (message, data);
  mnl_attr_nest_end (message, info);
  return transact (message) || fail (error, errno, "veth", here->name);
}

static guint8
family_of (const LabAddress *address)
{
  return address->family == 6 ? AF_INET6 : AF_INET;
}

static void
put_address (struct nlmsghdr *message, guint16 type, const LabAddress *address)
{
  mnl_attr_put (message, type, address->family == 6 ? 16 : 4, address->bytes);
}

/**
 * lab_netlink_bring_up:
 * @no_questions: neighbours are told by lab_netlink_add_neighbour() and never asked for; with
 *   IPv6 the interface then joins no group for such questions either, and says nothing of it
 */
gboolean
lab_netlink_bring_up (const char *interface, gboolean no_questions, GError **error)
{
  char buffer[MESSAGE_BYTES];
  struct nlmsghdr *message = mnl_nlmsg_put_header (buffer);
  struct ifinfomsg *link = NULL;

  message->nlmsg_type = RTM_NEWLINK;
  link = mnl_nlmsg_put_extra_header (message, sizeof *link);
  link->ifi_index = (int) if_nametoindex (interface);
  link->ifi_flags = IFF_UP | (no_questions ? IFF_NOARP : 0);
  link->ifi_change = link->ifi_flags;
  return transact (message) || fail (error, errno, "up", interface);
}

static gboolean
is_running (const char *interface)
{
  struct ifreq request = { 0 };
  int fd = socket (AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  gboolean running = FALSE;

  g_strlcpy (request.ifr_name, interface, sizeof request.ifr_name);
  running =
      fd >= 0 && ioctl (fd, SIOCGIFFLAGS, &request) == 0 && (request.ifr_flags & IFF_RUNNING) != 0;
  sal_fd_close (&fd);
  return running;
}

/* Waits for the kernel to say that something about interfaces has changed. FALSE with errno if
 * it says nothing until @until_us. */
static gboolean
await_change (struct mnl_socket *netlink, gint64 until_us)
{
  struct pollfd fd = { .fd = mnl_socket_get_fd (netlink), .events = POLLIN };
  gint64 left_us = MAX (until_us - g_get_monotonic_time (), 0);
  char message[8192];
  int ready = poll (&fd, 1, (int) ((left_us + 999) / 1000));

  if (ready < 0)
    return errno == EINTR;
  if (ready == 0)
    {
      errno = ETIMEDOUT;
      return FALSE;
    }
  /* What it says is not read: a message may have been lost, the flags are not. */
  return mnl_socket_recvfrom (netlink, message, sizeof message) > 0 || errno == ENOBUFS;
}

/**
 * lab_netlink_await_running:
 *
 * Waits until a cable works. It is plugged in at once, but its ends notice a moment later, and
 * what is sent before that is lost.
 */
gboolean
lab_netlink_await_running (const char *interface, GError **error)
{
  struct mnl_socket *netlink = mnl_socket_open2 (NETLINK_ROUTE, SOCK_CLOEXEC);
  gint64 until_us = g_get_monotonic_time () + PLUGGED_MS * 1000;
  gboolean ok = netlink != NULL && mnl_socket_bind (netlink, RTMGRP_LINK, MNL_SOCKET_AUTOPID) == 0;
  int number = 0;

  while (ok && !is_running (interface))
    ok = await_change (netlink, until_us);
  number = errno;
  if (netlink != NULL)
    mnl_socket_close (netlink);
  return ok || fail (error, number, "running", interface);
}

/**
 * lab_netlink_add_address:
 * @bits: of the network
 */
gboolean
lab_netlink_add_address (const char *interface, const LabAddress *address, int bits, GError **error)
{
  char buffer[MESSAGE_BYTES];
  struct nlmsghdr *message = mnl_nlmsg_put_header (buffer);
  struct ifaddrmsg *header = NULL;

  message->nlmsg_type = RTM_NEWADDR;
  message->nlmsg_flags = NLM_F_CREATE | NLM_F_EXCL;
  header = mnl_nlmsg_put_extra_header (message, sizeof *header);
  header->ifa_family = family_of (address);
  header->ifa_prefixlen = (guint8) bits;
  header->ifa_scope = RT_SCOPE_UNIVERSE;
  header->ifa_index = if_nametoindex (interface);
  header->ifa_flags = address->family == 6 ? IFA_F_NODAD : 0; /* nobody else can have it */
  put_address (message, IFA_LOCAL, address);
  put_address (message, IFA_ADDRESS, address);
  return transact (message) || fail (error, errno, "address", interface);
}

/**
 * lab_netlink_add_default_route:
 */
gboolean
lab_netlink_add_default_route (const LabAddress *gateway, GError **error)
{
  char buffer[MESSAGE_BYTES];
  struct nlmsghdr *message = mnl_nlmsg_put_header (buffer);
  struct rtmsg *route = NULL;

  message->nlmsg_type = RTM_NEWROUTE;
  message->nlmsg_flags = NLM_F_CREATE | NLM_F_EXCL;
  route = mnl_nlmsg_put_extra_header (message, sizeof *route);
  route->rtm_family = family_of (gateway);
  route->rtm_table = RT_TABLE_MAIN;
  route->rtm_protocol = RTPROT_STATIC;
  route->rtm_scope = RT_SCOPE_UNIVERSE;
  route->rtm_type = RTN_UNICAST;
  put_address (message, RTA_GATEWAY, gateway);
  return transact (message) || fail (error, errno, "route", "default");
}

/**
 * lab_netlink_add_neighbour:
 *
 * Says which machine has @address, for good, so that nobody has to ask for it (ARP,
 * RFC 826; neighbour solicitation, RFC 4861).
 */
gboolean
lab_netlink_add_neighbour (const char *interface,
                           const LabAddress *address,
                           const guint8 *mac,
                           GError **error)
{
  char buffer[MESSAGE_BYTES];
  struct nlmsghdr *message = mnl_nlmsg_put_header (buffer);
  struct ndmsg *neighbour = NULL;

  message->nlmsg_type = RTM_NEWNEIGH;
  message->nlmsg_flags = NLM_F_CREATE | NLM_F_REPLACE;
  neighbour = mnl_nlmsg_put_extra_header (message, sizeof *neighbour);
  neighbour->ndm_family = family_of (address);
  neighbour->ndm_ifindex = (int) if_nametoindex (interface);
  neighbour->ndm_state = NUD_PERMANENT;
  put_address (message, NDA_DST, address);
  mnl_attr_put (message, NDA_LLADDR, LAB_MAC_BYTES, mac);
  return transact (message) || fail (error, errno, "neighbour", interface);
}

/**
 * lab_netlink_switch_offloads_off:
 *
 * An interface that leaves checksums and segmentation to the next one shows frames that no
 * wire has: without checksum, longer than its MTU. Those could not be passed on by hand.
 */
gboolean
lab_netlink_switch_offloads_off (const char *interface, GError **error)
{
  static const guint32 commands[] = { ETHTOOL_STSO, ETHTOOL_SGSO,    ETHTOOL_SGRO,
                                      ETHTOOL_SSG,  ETHTOOL_STXCSUM, ETHTOOL_SRXCSUM };
  int fd = socket (AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  gboolean ok = fd >= 0;

  for (gsize i = 0; ok && i < G_N_ELEMENTS (commands); i++)
    {
      struct ethtool_value value = { .cmd = commands[i] };
      struct ifreq request = { .ifr_data = (char *) &value };

      g_strlcpy (request.ifr_name, interface, sizeof request.ifr_name);
      /* What the interface does not have need not be switched off. */
      ok = ioctl (fd, SIOCETHTOOL, &request) == 0 || errno == EOPNOTSUPP;
    }
  if (!ok)
    fail (error, errno, "offloads", interface);
  if (fd >= 0)
    close (fd);
  return ok;
}
