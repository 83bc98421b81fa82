/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Accounts as operators make and change them, names and rooms that belong to them, and
 * what is left after a restart.
 */
#include "config.h"

#include "server/accounts/srv-accounts.h"

#include <pthread.h>
#include <string.h>

#include "common/base/sal-limits.h"
#include "tests/lib/fault-vfs.h"
#include "tests/unit/accounts-driver.h"
#include "tests/unit/store-driver.h"

#define PASSWORD "open sesame"

typedef struct
{
  char *dir;
  char *path;
  AccountsRun *run;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  f->dir = test_dir_new ();
  f->path = g_build_filename (f->dir, "server.db", NULL);
  f->run = accounts_run_new (f->path);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  fault_vfs_set_fault (FAULT_NONE, 0);
  accounts_run_free (f->run);
  test_dir_remove (f->dir);
  g_free (f->path);
  g_free (f->dir);
}

static SrvChangeResult
change (Fixture *f, SrvChangeKind kind, const char *name, const char *text)
{
  return accounts_run_change (f->run, kind, name, text, SRV_ROLE_USER);
}

static gboolean
logs_in (Fixture *f, const char *name, const char *password)
{
  SrvLoginPeer peer = accounts_peer ("127.0.0.1");
  g_autoptr (SrvLogin) login = accounts_run_login (f->run, &peer);

  accounts_clock_forward (SAL_LOGIN_FORGET_US);
  return g_str_has_prefix (accounts_run_plain (f->run, login, name, password), "ok");
}

static void
list_cb (const SrvAccountInfo *account, gpointer data)
{
  g_string_append_printf (data, "%s/%d/%u/%u ", account->name, account->role,
                          account->nicknames->len, account->certificates->len);
}

static char *
list (Fixture *f)
{
  GString *all = g_string_new (NULL);

  srv_accounts_foreach (f->run->accounts, list_cb, all);
  return g_string_free (all, FALSE);
}

static void
test_add (Fixture *f, gconstpointer data)
{
  static const struct
  {
    const char *name;
    const char *password;
    SrvChangeResult result;
  } rows[] = {
    { "Anna", PASSWORD, SRV_CHANGED },
    { "anna", PASSWORD, SRV_UNCHANGED_EXISTS },
    { "bea", "short", SRV_UNCHANGED_BAD_PASSWORD },
    { "bea", "with\ta tab", SRV_UNCHANGED_BAD_PASSWORD },
    { "be a", PASSWORD, SRV_UNCHANGED_BAD_NAME },
    { "", PASSWORD, SRV_UNCHANGED_BAD_NAME },
    { "bea", PASSWORD, SRV_CHANGED },
  };
  g_autofree char *all = NULL;
  g_autofree char *later = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    g_assert_cmpint (change (f, SRV_CHANGE_ADD, rows[i].name, rows[i].password), ==,
                     rows[i].result);
  all = list (f);
  g_assert_cmpstr (all, ==, "Anna/0/0/0 bea/0/0/0 ");
  accounts_run_reopen (f->run, f->path);
  later = list (f);
  g_assert_cmpstr (later, ==, all);
  g_assert_true (logs_in (f, "bea", PASSWORD));
}

static void
test_change (Fixture *f, gconstpointer data)
{
  g_autofree char *anna = NULL;

  accounts_run_add (f->run, "Anna", PASSWORD, SRV_ROLE_USER);
  g_assert_cmpint (change (f, SRV_CHANGE_PASSWORD, "anna", "another one"), ==, SRV_CHANGED);
  g_assert_cmpint (change (f, SRV_CHANGE_PASSWORD, "anna", "short"), ==,
                   SRV_UNCHANGED_BAD_PASSWORD);
  g_assert_cmpint (change (f, SRV_CHANGE_PASSWORD, "bea", PASSWORD), ==, SRV_UNCHANGED_NO_ACCOUNT);
  g_assert_true (logs_in (f, "Anna", "another one"));
  g_assert_false (logs_in (f, "Anna", PASSWORD));

  g_assert_cmpint (accounts_run_change (f->run, SRV_CHANGE_ROLE, "anna", NULL, SRV_ROLE_OPERATOR),
                   ==, SRV_CHANGED);
  g_assert_cmpint (accounts_run_change (f->run, SRV_CHANGE_ROLE, "bea", NULL, SRV_ROLE_OPERATOR),
                   ==, SRV_UNCHANGED_NO_ACCOUNT);
  g_assert_cmpint (srv_accounts_get_role (f->run->accounts, "anna"), ==, SRV_ROLE_OPERATOR);
  g_assert_cmpint (srv_accounts_get_role (f->run->accounts, "bea"), ==, SRV_ROLE_USER);
  anna = srv_accounts_dup_name (f->run->accounts, "ANNA");
  g_assert_cmpstr (anna, ==, "Anna");
  g_assert_null (srv_accounts_dup_name (f->run->accounts, "bea"));

  accounts_run_reopen (f->run, f->path);
  g_assert_true (logs_in (f, "Anna", "another one"));
  g_assert_cmpint (srv_accounts_get_role (f->run->accounts, "anna"), ==, SRV_ROLE_OPERATOR);
  g_assert_cmpint (change (f, SRV_CHANGE_DROP, "anna", NULL), ==, SRV_CHANGED);
  g_assert_cmpint (change (f, SRV_CHANGE_DROP, "anna", NULL), ==, SRV_UNCHANGED_NO_ACCOUNT);
  g_assert_false (logs_in (f, "Anna", "another one"));
}

static gboolean
may (Fixture *f, const char *nick, const char *account)
{
  return srv_accounts_may_use (f->run->accounts, nick, account);
}

static void
test_nicknames (Fixture *f, gconstpointer data)
{
  accounts_run_add (f->run, "Anna", PASSWORD, SRV_ROLE_USER);
  accounts_run_add (f->run, "bea", PASSWORD, SRV_ROLE_USER);
  g_assert_true (may (f, "Annette", NULL));
  g_assert_cmpint (change (f, SRV_CHANGE_RESERVE, "anna", "Annette"), ==, SRV_CHANGED);
  for (int i = 0; i < 2; i++)
    {
      g_assert_false (may (f, "anna", NULL));
      g_assert_false (may (f, "anna", "bea"));
      g_assert_true (may (f, "ANNA", "anna"));
      g_assert_false (may (f, "annette", NULL));
      g_assert_false (may (f, "annette", "bea"));
      g_assert_true (may (f, "annette", "Anna"));
      g_assert_true (may (f, "carla", NULL));
      g_assert_true (may (f, "carla", "bea"));
      accounts_run_reopen (f->run, f->path);
    }
  g_assert_cmpint (change (f, SRV_CHANGE_RESERVE, "bea", "ANNETTE"), ==, SRV_UNCHANGED_EXISTS);
  g_assert_cmpint (change (f, SRV_CHANGE_RESERVE, "bea", "Anna"), ==, SRV_UNCHANGED_EXISTS);
  g_assert_cmpint (change (f, SRV_CHANGE_RESERVE, "bea", "be e"), ==, SRV_UNCHANGED_BAD_NAME);
  g_assert_cmpint (change (f, SRV_CHANGE_RESERVE, "carla", "Carlotta"), ==,
                   SRV_UNCHANGED_NO_ACCOUNT);
  g_assert_cmpint (change (f, SRV_CHANGE_ADD, "Annette", PASSWORD), ==, SRV_UNCHANGED_EXISTS);

  g_assert_cmpint (change (f, SRV_CHANGE_RELEASE, NULL, "annette"), ==, SRV_CHANGED);
  g_assert_cmpint (change (f, SRV_CHANGE_RELEASE, NULL, "annette"), ==, SRV_UNCHANGED_NO_ACCOUNT);
  g_assert_cmpint (change (f, SRV_CHANGE_RELEASE, NULL, "anna"), ==, SRV_UNCHANGED_NO_ACCOUNT);
  g_assert_true (may (f, "annette", NULL));
  g_assert_false (may (f, "anna", NULL));
  for (guint i = 0; i < SAL_ACCOUNT_NICKNAMES; i++)
    {
      g_autofree char *nick = g_strdup_printf ("nick%u", i);

      g_assert_cmpint (change (f, SRV_CHANGE_RESERVE, "bea", nick), ==, SRV_CHANGED);
    }
  g_assert_cmpint (change (f, SRV_CHANGE_RESERVE, "bea", "more"), ==, SRV_UNCHANGED_TOO_MANY);
  g_assert_cmpint (change (f, SRV_CHANGE_DROP, "bea", NULL), ==, SRV_CHANGED);
  g_assert_true (may (f, "nick3", NULL));
  g_assert_true (may (f, "bea", NULL));
}

static void
test_certificates (Fixture *f, gconstpointer data)
{
  g_autofree char *upper = g_strnfill (64, 'A');
  g_autoptr (GString) colons = g_string_new ("aa");
  g_autofree char *long_one = g_strnfill (65, 'a');
  g_autofree char *no_hex = g_strnfill (64, 'g');
  g_autofree char *all = NULL;
  g_autofree char *later = NULL;

  for (int i = 1; i < 32; i++)
    g_string_append (colons, ":AA");
  accounts_run_add (f->run, "Anna", PASSWORD, SRV_ROLE_USER);
  accounts_run_add (f->run, "bea", PASSWORD, SRV_ROLE_USER);
  g_assert_cmpint (change (f, SRV_CHANGE_CERTIFICATE, "anna", upper), ==, SRV_CHANGED);
  g_assert_cmpint (change (f, SRV_CHANGE_CERTIFICATE, "anna", colons->str), ==, SRV_CHANGED);
  all = list (f);
  g_assert_cmpstr (all, ==, "Anna/0/0/1 bea/0/0/0 ");
  g_assert_cmpint (change (f, SRV_CHANGE_CERTIFICATE, "bea", colons->str), ==, SRV_CHANGED);
  accounts_run_reopen (f->run, f->path);
  later = list (f);
  g_assert_cmpstr (later, ==, "Anna/0/0/0 bea/0/0/1 ");
  g_assert_cmpint (change (f, SRV_CHANGE_CERTIFICATE, "bea", long_one), ==,
                   SRV_UNCHANGED_BAD_CERTIFICATE);
  g_assert_cmpint (change (f, SRV_CHANGE_CERTIFICATE, "bea", no_hex), ==,
                   SRV_UNCHANGED_BAD_CERTIFICATE);
  g_assert_cmpint (change (f, SRV_CHANGE_CERTIFICATE, "bea", ""), ==,
                   SRV_UNCHANGED_BAD_CERTIFICATE);
  g_assert_cmpint (change (f, SRV_CHANGE_CERTIFICATE, "carla", upper), ==,
                   SRV_UNCHANGED_NO_ACCOUNT);
  for (guint i = 1; i < SAL_ACCOUNT_CERTIFICATES; i++)
    {
      g_autofree char *fingerprint = g_strdup_printf ("%064u", i);

      g_assert_cmpint (change (f, SRV_CHANGE_CERTIFICATE, "bea", fingerprint), ==, SRV_CHANGED);
    }
  g_assert_cmpint (change (f, SRV_CHANGE_CERTIFICATE, "bea",
                           "00000000000000000000000000000000000000000000000000000000000000ff"),
                   ==, SRV_UNCHANGED_TOO_MANY);
}

static void
test_rooms (Fixture *f, gconstpointer data)
{
  g_autoptr (SrvOwnedRoom) room = srv_owned_room_new ("Tea", "ANNA");
  g_autoptr (SrvOwnedRoom) found = NULL;
  g_autoptr (SrvOwnedRoom) later = NULL;

  g_assert_false (srv_accounts_keep_room (f->run->accounts, room));
  accounts_run_add (f->run, "Anna", PASSWORD, SRV_ROLE_USER);
  srv_owned_room_add_mask (room, 'b', "*!*@192.0.2.*", "bea", 5);
  g_assert_null (srv_accounts_dup_room (f->run->accounts, "tea"));
  g_assert_true (srv_accounts_keep_room (f->run->accounts, room));
  found = srv_accounts_dup_room (f->run->accounts, "tea");
  g_assert_cmpstr (found->name, ==, "Tea");
  g_assert_cmpstr (found->founder, ==, "Anna");
  g_assert_cmpuint (found->masks->len, ==, 1);

  accounts_run_reopen (f->run, f->path);
  later = srv_accounts_dup_room (f->run->accounts, "TEA");
  g_assert_cmpstr (later->founder, ==, "Anna");
  g_assert_cmpuint (later->masks->len, ==, 1);
  srv_accounts_drop_room (f->run->accounts, "tea");
  srv_accounts_drop_room (f->run->accounts, "tea");
  g_assert_null (srv_accounts_dup_room (f->run->accounts, "tea"));
  accounts_run_reopen (f->run, f->path);
  g_assert_null (srv_accounts_dup_room (f->run->accounts, "tea"));

  g_assert_true (srv_accounts_keep_room (f->run->accounts, room));
  g_assert_cmpint (change (f, SRV_CHANGE_DROP, "anna", NULL), ==, SRV_CHANGED);
  g_assert_null (srv_accounts_dup_room (f->run->accounts, "tea"));
  g_assert_false (srv_accounts_keep_room (f->run->accounts, room));
}

static gint64
marked (Fixture *f, const char *target)
{
  return srv_accounts_get_marker (f->run->accounts, "ANNA", target);
}

/* Up to where somebody has read: it only grows, the oldest gives way, and all of it is there
 * after a restart. */
static void
test_markers (Fixture *f, gconstpointer data)
{
  SrvAccounts *accounts = f->run->accounts;

  g_assert_cmpint (srv_accounts_set_marker (accounts, "Anna", "#tea", 5), ==, 0);
  accounts_run_add (f->run, "Anna", PASSWORD, SRV_ROLE_USER);
  g_assert_cmpint (marked (f, "#tea"), ==, 0);
  g_assert_cmpint (srv_accounts_set_marker (accounts, "Anna", "#tea", 1000), ==, 1000);
  g_assert_cmpint (srv_accounts_set_marker (accounts, "anna", "#TEA", 999), ==, 1000);
  g_assert_cmpint (srv_accounts_set_marker (accounts, "anna", "bea", 1), ==, 1);
  accounts_run_reopen (f->run, f->path);
  g_assert_cmpint (marked (f, "#Tea"), ==, 1000);
  g_assert_cmpint (marked (f, "Bea"), ==, 1);

  for (guint i = 2; i <= SAL_READ_MARKERS; i++)
    {
      g_autofree char *target = g_strdup_printf ("#room%u", i);

      srv_accounts_set_marker (f->run->accounts, "anna", target, i);
    }
  for (int i = 0; i < 2; i++)
    {
      g_assert_cmpint (marked (f, "bea"), ==, 0); /* the oldest */
      g_assert_cmpint (marked (f, "#room2"), ==, 2);
      g_assert_cmpint (marked (f, "#tea"), ==, 1000);
      accounts_run_reopen (f->run, f->path);
    }
  g_assert_cmpint (change (f, SRV_CHANGE_DROP, "anna", NULL), ==, SRV_CHANGED);
  g_assert_cmpint (marked (f, "#tea"), ==, 0);
  accounts_run_add (f->run, "Anna", PASSWORD, SRV_ROLE_USER);
  accounts_run_reopen (f->run, f->path);
  g_assert_cmpint (marked (f, "#tea"), ==, 0);
}

static void
test_many_rooms (Fixture *f, gconstpointer data)
{
  accounts_run_add (f->run, "Anna", PASSWORD, SRV_ROLE_USER);
  for (guint k = 0; k < 3; k++)
    for (guint i = 0; i <= SAL_ACCOUNT_ROOMS; i++)
      {
        g_autofree char *name = g_strdup_printf ("room%u", i);
        g_autoptr (SrvOwnedRoom) room = srv_owned_room_new (name, "anna");

        room->limit = k;
        g_assert_cmpint (srv_accounts_keep_room (f->run->accounts, room), ==,
                         i < SAL_ACCOUNT_ROOMS);
      }
  accounts_run_reopen (f->run, f->path);
  for (guint i = 0; i <= SAL_ACCOUNT_ROOMS; i++)
    {
      g_autofree char *name = g_strdup_printf ("room%u", i);
      g_autoptr (SrvOwnedRoom) room = srv_accounts_dup_room (f->run->accounts, name);

      if (i < SAL_ACCOUNT_ROOMS)
        g_assert_cmpuint (room->limit, ==, 2);
      else
        g_assert_null (room);
    }
}

/* A change that cannot be kept has not happened, and it is said why. */
static void
test_fault (Fixture *f, gconstpointer data)
{
  accounts_run_add (f->run, "Anna", PASSWORD, SRV_ROLE_USER);
  fault_vfs_set_fault (FAULT_FULL, 0);
  g_assert_cmpint (change (f, SRV_CHANGE_ADD, "bea", PASSWORD), ==, SRV_UNCHANGED_FAILED);
  g_assert_nonnull (strstr (f->run->said->str, f->path));
  g_assert_cmpint (change (f, SRV_CHANGE_PASSWORD, "anna", "another one"), ==,
                   SRV_UNCHANGED_FAILED);
  g_assert_cmpint (change (f, SRV_CHANGE_RESERVE, "anna", "Annette"), ==, SRV_UNCHANGED_FAILED);
  g_assert_cmpint (change (f, SRV_CHANGE_DROP, "anna", NULL), ==, SRV_UNCHANGED_FAILED);
  fault_vfs_set_fault (FAULT_NONE, 0);
  g_assert_true (logs_in (f, "anna", PASSWORD));
  g_assert_true (may (f, "Annette", NULL));
  g_assert_true (may (f, "bea", NULL));
  g_assert_cmpint (change (f, SRV_CHANGE_ADD, "bea", PASSWORD), ==, SRV_CHANGED);
  accounts_run_reopen (f->run, f->path);
  g_assert_true (logs_in (f, "anna", PASSWORD));
}

static GLogWriterOutput
drop_warnings (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer data)
{
  if ((level & G_LOG_LEVEL_MASK) >= G_LOG_LEVEL_WARNING)
    return G_LOG_WRITER_HANDLED;
  return g_log_writer_default (level, fields, n_fields, data);
}

/* A room that could not be kept is kept when the disk works again. */
static void
test_room_fault (Fixture *f, gconstpointer data)
{
  g_autoptr (SrvOwnedRoom) room = srv_owned_room_new ("Tea", "anna");
  g_autoptr (SrvOwnedRoom) later = NULL;

  accounts_run_add (f->run, "Anna", PASSWORD, SRV_ROLE_USER);
  fault_vfs_set_fault (FAULT_FULL, 0);
  g_assert_true (srv_accounts_keep_room (f->run->accounts, room));
  while (fault_vfs_get_failures () == 0)
    g_thread_yield ();
  fault_vfs_set_fault (FAULT_NONE, 0);
  accounts_run_reopen (f->run, f->path);
  later = srv_accounts_dup_room (f->run->accounts, "tea");
  g_assert_nonnull (later);
}

/* Several threads at once, as the log and the workers are. */
typedef struct
{
  SrvAccounts *accounts;
  guint number;
} Asker;

static void *
ask_much (void *data)
{
  const Asker *asker = data;

  for (guint i = 0; i < 300; i++)
    {
      g_autofree char *name = g_strdup_printf ("room%u-%u", asker->number, i % 10);
      g_autoptr (SrvOwnedRoom) room = srv_owned_room_new (name, "anna");
      g_autoptr (SrvOwnedRoom) found = NULL;

      (void) srv_accounts_may_use (asker->accounts, "anna", "anna");
      (void) srv_accounts_get_role (asker->accounts, "anna");
      g_assert_true (srv_accounts_keep_room (asker->accounts, room));
      found = srv_accounts_dup_room (asker->accounts, name);
      g_assert_nonnull (found);
      if (i % 3 == 0)
        srv_accounts_drop_room (asker->accounts, name);
    }
  return NULL;
}

static void
test_threads (Fixture *f, gconstpointer data)
{
  pthread_t threads[3];
  Asker askers[3];

  accounts_run_add (f->run, "Anna", PASSWORD, SRV_ROLE_USER);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    {
      askers[i] = (Asker){ f->run->accounts, i };
      g_assert_cmpint (pthread_create (&threads[i], NULL, ask_much, &askers[i]), ==, 0);
    }
  for (int i = 0; i < 5; i++)
    {
      g_assert_cmpint (change (f, SRV_CHANGE_PASSWORD, "anna", "another one"), ==, SRV_CHANGED);
      g_assert_true (logs_in (f, "anna", "another one"));
    }
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    pthread_join (threads[i], NULL);
}

static void
on_due (SrvDeadline *deadline, gpointer data)
{
}

static void
on_turn_end (gpointer data)
{
}

static void
note_password (const char *name, guint64 by, gpointer heard)
{
  g_assert_cmpuint (by, ==, 0);
  g_string_append_printf (heard, "%s ", name);
}

/* At the end of the server the news of another password may be opened after the accounts have
 * gone. */
static void
test_late_news (Fixture *f, gconstpointer data)
{
  static const SrvReactorHooks hooks = { .due = on_due, .turn_end = on_turn_end };
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GString) heard = g_string_new (NULL);
  SrvReactor *reactor = srv_reactor_new (context, 1, &hooks, NULL);
  SrvMailbox *mailbox = srv_mailbox_new (reactor, NULL); /* nobody looks into it until the end */

  accounts_run_add (f->run, "Anna", PASSWORD, SRV_ROLE_USER);
  srv_accounts_watch_passwords (f->run->accounts, mailbox, note_password, heard);
  g_assert_cmpint (change (f, SRV_CHANGE_PASSWORD, "Anna", "another one"), ==, SRV_CHANGED);
  g_assert_true (srv_mailbox_has_mail (mailbox));
  g_clear_pointer (&f->run->accounts, srv_accounts_free);
  srv_mailbox_free (mailbox);
  srv_reactor_free (reactor);
  g_assert_cmpstr (heard->str, ==, "Anna ");
}

#define ADD(path, func) g_test_add ("/accounts/" path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  fault_vfs_install (FAULT_VFS_THROUGH);
  g_log_set_writer_func (drop_warnings, NULL, NULL);
  ADD ("are-made", test_add);
  ADD ("are-changed-and-dropped", test_change);
  ADD ("reserve-nicknames", test_nicknames);
  ADD ("have-certificates", test_certificates);
  ADD ("own-rooms", test_rooms);
  ADD ("remember-what-was-read", test_markers);
  ADD ("own-so-many-rooms-and-no-more", test_many_rooms);
  ADD ("change-on-disk-or-not-at-all", test_fault);
  ADD ("rooms-wait-for-the-disk", test_room_fault);
  ADD ("are-for-all-threads", test_threads);
  ADD ("are-gone-when-the-news-is-read", test_late_news);
  return g_test_run ();
}
