/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "server/net/srv-address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/un.h>

static SrvAddress
address (const char *host, guint16 port)
{
  struct sockaddr_storage storage = { 0 };
  struct sockaddr_in *in = (struct sockaddr_in *) &storage;
  struct sockaddr_in6 *in6 = (struct sockaddr_in6 *) &storage;

  if (inet_pton (AF_INET, host, &in->sin_addr) == 1)
    {
      in->sin_family = AF_INET;
      in->sin_port = htons (port);
    }
  else if (inet_pton (AF_INET6, host, &in6->sin6_addr) == 1)
    {
      in6->sin6_family = AF_INET6;
      in6->sin6_port = htons (port);
    }
  else
    storage.ss_family = AF_UNIX;
  return srv_address_from_sockaddr (&storage);
}

static void
test_from_sockaddr (void)
{
  static const struct
  {
    const char *host;
    guint16 port;
    SrvAddressFamily family;
    const char *shown;
    guint16 shown_port;
  } rows[] = {
    { "95.251.48.71", 53373, SRV_ADDRESS_IPV4, "95.251.48.71", 53373 },
    { "0.0.0.0", 1, SRV_ADDRESS_IPV4, "0.0.0.0", 1 },
    { "255.255.255.255", 9, SRV_ADDRESS_IPV4, "255.255.255.255", 9 },
    { "::1", 65535, SRV_ADDRESS_IPV6, "::1", 65535 },
    { "2001:db8:0:0::7", 2, SRV_ADDRESS_IPV6, "2001:db8::7", 2 },
    /* S3: the peer of a dual-stack listener has its IPv4 form. */
    { "::ffff:192.0.2.7", 53373, SRV_ADDRESS_IPV4, "192.0.2.7", 53373 },
    { "::192.0.2.7", 3, SRV_ADDRESS_IPV6, "::192.0.2.7", 3 },
    { "(unix)", 4, SRV_ADDRESS_LOCAL, "local", 0 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      SrvAddress a = address (rows[i].host, rows[i].port);
      g_autofree char *shown = srv_address_host (&a);

      g_assert_cmpint (a.family, ==, rows[i].family);
      g_assert_cmpstr (shown, ==, rows[i].shown);
      g_assert_cmpint (a.port, ==, rows[i].shown_port);
    }
}

static void
test_near (void)
{
  static const struct
  {
    const char *host;
    gboolean near;
  } rows[] = {
    { "127.0.0.1", TRUE },
    { "127.255.255.255", TRUE },
    { "128.0.0.1", FALSE },
    { "10.0.0.0", TRUE },
    { "10.255.255.255", TRUE },
    { "11.0.0.0", FALSE },
    { "9.255.255.255", FALSE },
    { "172.16.0.0", TRUE },
    { "172.31.255.255", TRUE },
    { "172.32.0.0", FALSE },
    { "172.15.255.255", FALSE },
    { "192.168.0.0", TRUE },
    { "192.168.255.255", TRUE },
    { "192.169.0.0", FALSE },
    { "192.167.255.255", FALSE },
    { "169.254.1.1", TRUE },
    { "169.253.1.1", FALSE },
    { "8.8.8.8", FALSE },
    { "95.251.48.71", FALSE },
    { "100.64.0.1", FALSE },
    { "0.0.0.0", FALSE },
    { "::1", TRUE },
    { "::2", FALSE },
    { "::", FALSE },
    { "fe80::1", TRUE },
    { "febf::1", TRUE },
    { "fec0::1", FALSE },
    { "fc00::1", TRUE },
    { "fdff::1", TRUE },
    { "fe00::1", FALSE },
    { "fbff::1", FALSE },
    { "2001:db8::1", FALSE },
    { "::ffff:10.0.0.1", TRUE },
    { "::ffff:8.8.8.8", FALSE },
    { "(unix)", TRUE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      SrvAddress a = address (rows[i].host, 1);

      g_test_message ("%s", rows[i].host);
      g_assert_cmpint (srv_address_is_near (&a), ==, rows[i].near);
    }
}

static void
test_site (void)
{
  static const struct
  {
    const char *a;
    const char *b;
    gboolean same;
  } rows[] = {
    { "192.0.2.7", "192.0.2.7", TRUE },
    { "192.0.2.7", "192.0.2.8", FALSE },
    { "192.0.2.7", "::ffff:192.0.2.7", TRUE },
    { "2001:db8:1:2::1", "2001:db8:1:2:ffff::9", TRUE },
    { "2001:db8:1:2::1", "2001:db8:1:3::1", FALSE },
    { "0.0.0.0", "::", FALSE },
    { "0.0.0.0", "(unix)", FALSE },
    { "(unix)", "(unix)", TRUE },
    { "1.2.3.4", "(unix)", FALSE },
    { "fe80::1", "(unix)", FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      SrvAddress a = address (rows[i].a, 1);
      SrvAddress b = address (rows[i].b, 2); /* the port does not matter */

      g_test_message ("%s and %s", rows[i].a, rows[i].b);
      g_assert_cmpint (srv_address_site (&a) == srv_address_site (&b), ==, rows[i].same);
    }
}

static void
test_parse_network (void)
{
  static const struct
  {
    const char *text;
    const char *formatted; /* NULL: it is none */
    guint bits;
  } rows[] = {
    { "192.0.2.7", "192.0.2.7", 32 },
    { "192.0.2.7/32", "192.0.2.7", 32 },
    { "192.0.2.7/24", "192.0.2.0/24", 24 },
    { "192.0.2.7/31", "192.0.2.6/31", 31 },
    { "192.0.2.255/25", "192.0.2.128/25", 25 },
    { "255.255.255.255/0", "0.0.0.0/0", 0 },
    { "10.1.2.3/8", "10.0.0.0/8", 8 },
    { "10.255.0.0/9", "10.128.0.0/9", 9 },
    { "::1", "::1", 128 },
    { "2001:db8::1/128", "2001:db8::1", 128 },
    { "2001:db8::1/64", "2001:db8::/64", 64 },
    { "2001:db8:ffff::/33", "2001:db8:8000::/33", 33 },
    { "::/0", "::/0", 0 },
    { "::ffff:192.0.2.7", "192.0.2.7", 32 },
    { "", NULL },
    { "/", NULL },
    { "/8", NULL },
    { "Ada", NULL },
    { "10", NULL },
    { "10.0.0", NULL },
    { "10.0.0.0.0", NULL },
    { "256.0.0.1", NULL },
    { "10.0.0.0/", NULL },
    { "10.0.0.0/33", NULL },
    { "10.0.0.0/-1", NULL },
    { "10.0.0.0/ 8", NULL },
    { "10.0.0.0/8x", NULL },
    { "10.0.0.0/8/8", NULL },
    { "::1/129", NULL },
    { "[::1]", NULL },
    { "10.0.0.1:15102", NULL },
    { " 10.0.0.1", NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      SrvNetwork network;
      gboolean ok = srv_network_parse (rows[i].text, &network);

      g_test_message ("%s", rows[i].text);
      g_assert_cmpint (ok, ==, rows[i].formatted != NULL);
      if (ok)
        {
          g_autofree char *formatted = srv_network_format (&network);
          SrvNetwork again;

          g_assert_cmpstr (formatted, ==, rows[i].formatted);
          g_assert_cmpint (network.bits, ==, rows[i].bits);
          g_assert_cmpint (network.address.port, ==, 0);
          g_assert_true (srv_network_parse (formatted, &again));
          g_assert_cmpint (again.bits, ==, network.bits);
          g_assert_cmpmem (again.address.bytes, 16, network.address.bytes, 16);
        }
    }
}

static void
test_contains (void)
{
  static const struct
  {
    const char *network;
    const char *host;
    gboolean inside;
  } rows[] = {
    { "192.0.2.7", "192.0.2.7", TRUE },
    { "192.0.2.7", "192.0.2.8", FALSE },
    { "192.0.2.0/24", "192.0.2.255", TRUE },
    { "192.0.2.0/24", "192.0.3.0", FALSE },
    { "192.0.2.128/25", "192.0.2.128", TRUE },
    { "192.0.2.128/25", "192.0.2.127", FALSE },
    { "192.0.2.6/31", "192.0.2.7", TRUE },
    { "192.0.2.6/31", "192.0.2.5", FALSE },
    { "10.0.0.0/9", "10.127.255.255", TRUE },
    { "10.0.0.0/9", "10.128.0.0", FALSE },
    { "0.0.0.0/0", "255.255.255.255", TRUE },
    { "0.0.0.0/0", "::1", FALSE },
    { "0.0.0.0/0", "::ffff:8.8.8.8", TRUE },
    { "::/0", "2001:db8::1", TRUE },
    { "::/0", "192.0.2.7", FALSE },
    { "2001:db8::/32", "2001:db8:ffff::", TRUE },
    { "2001:db8::/32", "2001:db9::", FALSE },
    { "2001:db8::/127", "2001:db8::1", TRUE },
    { "2001:db8::/127", "2001:db8::2", FALSE },
    { "0.0.0.0/0", "(unix)", FALSE },
    { "::/0", "(unix)", FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      SrvAddress a = address (rows[i].host, 9);
      SrvNetwork network;

      g_test_message ("%s in %s", rows[i].host, rows[i].network);
      g_assert_true (srv_network_parse (rows[i].network, &network));
      g_assert_cmpint (srv_network_contains (&network, &a), ==, rows[i].inside);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/net/address/from-what-the-kernel-says", test_from_sockaddr);
  g_test_add_func ("/net/address/who-is-near", test_near);
  g_test_add_func ("/net/address/who-is-one-site", test_site);
  g_test_add_func ("/net/network/is-parsed-and-formatted", test_parse_network);
  g_test_add_func ("/net/network/who-is-inside", test_contains);
  return g_test_run ();
}
