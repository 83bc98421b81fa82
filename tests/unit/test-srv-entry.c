/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "server/log/srv-entry.h"

#include <string.h>

#include "server/log/srv-log-query.h"

static void
test_new (void)
{
  char room[] = "tea";
  char name[] = "Ren\xC3\xA9";
  char address[] = "('192.0.2.7', 1)";
  char text[] = "ciao";
  g_autoptr (SrvEntry) entry =
      srv_entry_new (SRV_ENTRY_ACTION, (SrvOrigin){ 3, 4 }, room, name, address, text);

  memset (room, 'x', 3);
  memset (name, 'x', 5);
  memset (address, 'x', 5);
  memset (text, 'x', 4);
  g_assert_cmpint (entry->kind, ==, SRV_ENTRY_ACTION);
  g_assert_cmpint (entry->status, ==, SRV_ENTRY_NEW);
  g_assert_cmpuint (entry->origin.worker, ==, 3);
  g_assert_cmpuint (entry->origin.connection, ==, 4);
  g_assert_cmpuint (entry->seq, ==, 0);
  g_assert_false (entry->final);
  g_assert_cmpstr (entry->room, ==, "tea");
  g_assert_cmpstr (entry->name, ==, "Ren\xC3\xA9");
  g_assert_cmpstr (entry->address, ==, "('192.0.2.7', 1)");
  g_assert_cmpstr (entry->text, ==, "ciao");
}

static void
test_no_text (void)
{
  g_autoptr (SrvEntry) without = srv_entry_new (SRV_ENTRY_JOIN, (SrvOrigin){ 0 }, "", "", "", NULL);
  g_autoptr (SrvEntry) empty = srv_entry_new (SRV_ENTRY_JOIN, (SrvOrigin){ 0 }, "", "", "", "");

  g_assert_null (without->text);
  g_assert_cmpstr (empty->text, ==, "");
  g_assert_cmpstr (without->room, ==, "");
  g_assert_cmpstr (without->address, ==, "");
}

static void
test_refs (void)
{
  SrvEntry *entry = srv_entry_new (SRV_ENTRY_MESSAGE, (SrvOrigin){ 0 }, "tea", "Ada", "", "ciao");

  g_assert_true (srv_entry_ref (entry) == entry);
  srv_entry_unref (entry);
  g_assert_cmpstr (entry->text, ==, "ciao");
  srv_entry_unref (entry);
}

/* The memory log and the queue to the log count with this. */
static void
test_size (void)
{
  g_autofree char *text = g_strnfill (4096, 'x');
  g_autoptr (SrvEntry) small = srv_entry_new (SRV_ENTRY_MESSAGE, (SrvOrigin){ 0 }, "", "", "", "");
  g_autoptr (SrvEntry) large =
      srv_entry_new (SRV_ENTRY_MESSAGE, (SrvOrigin){ 0 }, "room", "name", "address", text);
  g_autoptr (SrvEntry) silent = srv_entry_new (SRV_ENTRY_JOIN, (SrvOrigin){ 0 }, "", "", "", NULL);

  g_assert_cmpuint (srv_entry_size (small), >=, sizeof (SrvEntry));
  g_assert_cmpuint (srv_entry_size (large) - srv_entry_size (small), ==, 4 + 4 + 7 + 4096);
  g_assert_cmpuint (srv_entry_size (silent), >=, sizeof (SrvEntry));
}

/* The names are in people's files: they stay. */
static void
test_kind_names (void)
{
  static const char *const names[] = { "message", "action",  "join",    "leave",   "boot",
                                       "notice",  "tagmsg",  "quit",    "nick",    "topic",
                                       "kick",    "mode",    "redact",  "connect", "umode",
                                       "away",    "account", "setname", "chghost", "invite",
                                       "kill",    "wallops", "mark",    "redacted" };

  g_assert_cmpuint (G_N_ELEMENTS (names), ==, SRV_N_ENTRY_KINDS);
  for (guint i = 0; i < SRV_N_ENTRY_KINDS; i++)
    {
      SrvEntryKind kind = SRV_N_ENTRY_KINDS;

      g_assert_cmpstr (srv_entry_kind_name (i), ==, names[i]);
      g_assert_true (srv_entry_kind_from_name (names[i], &kind));
      g_assert_cmpint (kind, ==, i);
    }
  g_assert_false (srv_entry_kind_from_name ("retracted", &(SrvEntryKind){ 0 }));
  g_assert_false (srv_entry_kind_from_name ("", &(SrvEntryKind){ 0 }));
}

static void
test_said (void)
{
  for (guint i = 0; i < SRV_N_ENTRY_KINDS; i++)
    {
      SrvEntry entry = { .kind = (guint8) i };

      g_assert_cmpint (srv_entry_is_said (&entry), ==,
                       i == SRV_ENTRY_MESSAGE || i == SRV_ENTRY_ACTION || i == SRV_ENTRY_NOTICE ||
                           i == SRV_ENTRY_TAGMSG);
    }
}

/* What `/history` asks. */
static void
test_query (void)
{
  g_autoptr (SrvLogQuery) query = srv_log_query_new ("tea", 20);
  g_autoptr (SrvLogQuery) all = srv_log_query_new (NULL, 1);

  g_assert_cmpstr (query->room, ==, "tea");
  g_assert_true (query->backwards);
  g_assert_true (query->said_only);
  g_assert_cmpuint (query->limit, ==, 20);
  g_assert_cmpuint (query->seq, ==, 0);
  g_assert_cmpint (query->time_us, ==, 0);
  g_assert_null (all->room);
  srv_log_query_free (NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/log/entry/copies-what-it-is-given", test_new);
  g_test_add_func ("/log/entry/no-text-is-not-an-empty-text", test_no_text);
  g_test_add_func ("/log/entry/lives-as-long-as-somebody-refers-to-it", test_refs);
  g_test_add_func ("/log/entry/knows-its-size", test_size);
  g_test_add_func ("/log/entry/kinds-have-the-names-of-the-file", test_kind_names);
  g_test_add_func ("/log/entry/what-was-said-and-what-happened", test_said);
  g_test_add_func ("/log/query/asks-for-the-last-messages", test_query);
  return g_test_run ();
}
