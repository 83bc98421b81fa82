/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Who somebody is: what is copied and what is shared, with their entries too.
 */
#include "config.h"

#include <string.h>

#include "server/log/srv-entry.h"

static void
test_copies (void)
{
  char name[] = "Ren\xC3\x89";
  char host[] = "plain@192.0.2.7";
  char account[] = "rene";
  g_autoptr (SrvPerson) who = srv_person_new (&(SrvPersonFields){
      .irc = 1, .name = name, .host = host, .account = account, .real_name = "R" });

  memset (name, 'x', strlen (name));
  memset (host, 'x', strlen (host));
  memset (account, 'x', strlen (account));
  g_assert_true (who->irc);
  g_assert_false (who->secure);
  g_assert_cmpstr (who->name, ==, "Ren\xC3\x89");
  g_assert_cmpstr (srv_person_get_key (who), ==, "ren\xC3\xA9");
  g_assert_cmpstr (who->host, ==, "plain@192.0.2.7");
  g_assert_cmpstr (who->address, ==, "");
  g_assert_cmpstr (srv_person_get_real_name (who), ==, "R");
  g_assert_cmpstr (who->account, ==, "rene");
  g_assert_null (srv_person_get_token (who));
}

/* Most names are their own keys, and all that is known of plain people. */
static void
test_shares (void)
{
  g_autoptr (SrvPerson) ada = srv_person_new (&(SrvPersonFields){ .name = "ada" });
  g_autoptr (SrvPerson) whole =
      srv_person_new (&(SrvPersonFields){ .name = "ada", .real_name = "ada", .token = "t" });
  g_autoptr (SrvPerson) nobody = srv_person_new (&(SrvPersonFields){ .name = NULL });

  g_assert_true (srv_person_get_key (ada) == ada->name &&
                 srv_person_get_real_name (ada) == ada->name);
  g_assert_true (srv_person_get_real_name (whole) == whole->name);
  g_assert_cmpuint (srv_person_size (whole), ==, srv_person_size (ada) + 2);
  g_assert_cmpstr (nobody->name, ==, "");
  g_assert_cmpstr (srv_person_get_key (nobody), ==, "");
}

/* Who is made from somebody else has nothing of theirs. */
static void
test_changes (void)
{
  SrvPerson *ada =
      srv_person_new (&(SrvPersonFields){ .name = "ada", .host = "~a@h", .token = "t" });
  SrvPersonFields fields = srv_person_fields (ada);
  g_autoptr (SrvPerson) other = NULL;

  fields.name = "Bob";
  other = srv_person_new (&fields);
  srv_person_unref (ada);
  g_assert_cmpstr (other->name, ==, "Bob");
  g_assert_cmpstr (srv_person_get_key (other), ==, "bob");
  g_assert_cmpstr (srv_person_get_real_name (other), ==, "ada");
  g_assert_cmpstr (other->host, ==, "~a@h");
  g_assert_cmpstr (srv_person_get_token (other), ==, "t");
}

/* An entry copies of its person what it says of them otherwise, and keeps them. */
static void
test_entry (void)
{
  SrvPerson *ada =
      srv_person_new (&(SrvPersonFields){ .name = "ada", .host = "~a@h", .address = "('x', 1)" });
  SrvEntry fields = { .kind = SRV_ENTRY_JOIN,
                      .room = "tea",
                      .who = ada,
                      .name = ada->name,
                      .host = "other@h",
                      .address = ada->address };
  g_autoptr (SrvEntry) entry = srv_entry_new_from (&fields);
  g_autoptr (SrvEntry) again = srv_entry_new_from (entry);

  g_assert_true (entry->name == ada->name && entry->address == ada->address);
  g_assert_cmpuint (srv_entry_size (entry), >=, sizeof *entry + srv_person_size (ada));
  srv_person_unref (ada);
  g_assert_true (again->name == entry->name && again->host != entry->host);
  g_assert_cmpstr (entry->name, ==, "ada");
  g_assert_cmpstr (entry->address, ==, "('x', 1)");
  g_assert_cmpstr (entry->host, ==, "other@h");
  g_assert_cmpstr (again->host, ==, "other@h");
  g_assert_null (entry->account);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/log/person/is-a-copy", test_copies);
  g_test_add_func ("/log/person/shares-what-is-the-same", test_shares);
  g_test_add_func ("/log/person/changes-by-being-made-anew", test_changes);
  g_test_add_func ("/log/person/entries-share-their-strings", test_entry);
  return g_test_run ();
}
