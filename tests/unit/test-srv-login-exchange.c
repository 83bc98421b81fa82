/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Logging in, as a connection does it: SASL in AUTHENTICATE lines, OPER, REGISTER and
 * VERIFY, against real accounts in a real file.
 *
 * It is one piece because all cases come to the same accounts by the same door, each time for
 * something else.
 */
#include "config.h"

#include "server/accounts/srv-login-exchange.h"

#include <string.h>

#include "common/base/sal-limits.h"
#include "tests/unit/accounts-driver.h"
#include "tests/unit/store-driver.h"

#define PASSWORD "open sesame"

/* For how long something may take longer than it should. */
#define PATIENCE_MS 60000

typedef struct
{
  char *dir;
  char *path;
  AccountsRun *run;
  SrvLoginPeer peer;
  SrvLogin *login;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  f->dir = test_dir_new ();
  f->path = g_build_filename (f->dir, "server.db", NULL);
  f->run = accounts_run_new (f->path);
  accounts_run_add (f->run, "Anna", PASSWORD, SRV_ROLE_OPERATOR);
  accounts_run_add (f->run, "bea", "another one", SRV_ROLE_USER);
  f->peer = accounts_peer ("127.0.0.1");
  f->login = accounts_run_login (f->run, &f->peer);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  srv_login_free (f->login);
  accounts_run_free (f->run);
  test_dir_remove (f->dir);
  g_free (f->path);
  g_free (f->dir);
}

static void
again_from (Fixture *f, const char *host)
{
  srv_login_free (f->login);
  f->peer = accounts_peer (host);
  f->login = accounts_run_login (f->run, &f->peer);
}

static const char *
say (Fixture *f, const char *line)
{
  return accounts_run_say (f->run, f->login, line);
}

static const char *
say_bytes (Fixture *f, const char *bytes, gsize len)
{
  g_autofree char *line = g_base64_encode ((const guchar *) bytes, len);

  return say (f, line);
}

static const char *
ask (Fixture *f, SrvLoginKind kind, const char *name, const char *text, const char *email)
{
  SrvLoginRequest request = { .kind = kind, .name = name, .text = text, .email = email };

  return accounts_run_ask (f->run, f->login, &request);
}

static void
test_plain (Fixture *f, gconstpointer data)
{
  static const struct
  {
    const char *name;
    const char *message;
    gsize len;
    const char *answer;
  } rows[] = {
#define ROW(name, message, answer) { name, message, sizeof message - 1, answer }
    ROW ("right", "\0Anna\0open sesame", "ok Anna role=2"),
    ROW ("in another case", "\0aNNA\0open sesame", "ok Anna role=2"),
    ROW ("as herself", "Anna\0Anna\0open sesame", "ok Anna role=2"),
    ROW ("as herself in another case", "anna\0Anna\0open sesame", "ok Anna role=2"),
    ROW ("somebody without a role", "\0bea\0another one", "ok bea"),
    ROW ("as somebody else", "bea\0Anna\0open sesame", "wrong"),
    ROW ("wrong", "\0Anna\0open sesam", "wrong Anna"),
    ROW ("somebody else's", "\0bea\0open sesame", "wrong bea"),
    ROW ("nobody", "\0nobody\0open sesame", "wrong nobody"),
    ROW ("no name", "\0\0open sesame", "wrong"),
    ROW ("no password", "\0Anna\0", "wrong"),
    ROW ("one part", "Anna", "wrong"),
    ROW ("two parts", "Anna\0open sesame", "wrong"),
    ROW ("four parts", "\0Anna\0open sesame\0x", "wrong"),
    ROW ("ended twice", "\0Anna\0open sesame\0", "wrong"),
    ROW ("nothing", "", "wrong"),
    ROW ("no UTF-8", "\0Anna\0open \377", "wrong"),
    ROW ("a name in no UTF-8", "\0Ann\344\0open sesame", "wrong"),
    ROW ("what is no password", "\0Anna\0open\tsesame", "wrong Anna"),
#undef ROW
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_test_message ("%s", rows[i].name);
      again_from (f, "127.0.0.1");
      accounts_clock_forward (SAL_LOGIN_FORGET_US);
      g_assert_cmpstr (say (f, "PLAIN"), ==, "continue +");
      g_assert_true (srv_login_is_open (f->login));
      g_assert_cmpstr (rows[i].len > 0 ? say_bytes (f, rows[i].message, rows[i].len) : say (f, "+"),
                       ==, rows[i].answer);
      g_assert_false (srv_login_is_open (f->login));
    }
}

/* Passwords of any length and in any script. */
static void
test_plain_passwords (Fixture *f, gconstpointer data)
{
  g_autofree char *exactly = g_strnfill (400 / 4 * 3 - strlen (" c ") - 3, 'x');
  g_autofree char *twice = g_strnfill (800 / 4 * 3 - strlen (" c ") - 3, 'x');
  g_autofree char *longest = g_strnfill (SAL_PASSWORD_MAX_BYTES, 'x');
  const char *const passwords[] = {
    "\303\251\303\251\303\251\303\251\303\251\303\251",
    "\360\237\230\200\360\237\230\200\360\237\230\200\360\237\230\200\360\237\230\200\360\237\230"
    "\200",
    "\325\246\325\247\325\250\325\251\325\252\325\253\325\254",
    exactly,
    longest,
  };

  for (gsize i = 0; i < G_N_ELEMENTS (passwords); i++)
    {
      g_autofree char *name = g_strdup_printf ("c%" G_GSIZE_FORMAT, i);
      g_autofree char *answer = g_strdup_printf ("ok %s", name);

      accounts_run_add (f->run, name, passwords[i], SRV_ROLE_USER);
      g_assert_cmpstr (accounts_run_plain (f->run, f->login, name, passwords[i]), ==, answer);
    }
  g_assert_cmpstr (accounts_run_plain (f->run, f->login, "c0", twice), ==, "wrong c0");
}

static void
test_scram (Fixture *f, gconstpointer data)
{
  g_autofree char *long_name = g_strnfill (300, 'n');

  g_assert_true (accounts_run_scram (f->run, f->login, "Anna", PASSWORD));
  g_assert_cmpstr (f->run->said->str, ==, "ok Anna role=2");
  g_assert_true (accounts_run_scram (f->run, f->login, "anna", PASSWORD));
  g_assert_cmpstr (f->run->said->str, ==, "ok Anna role=2");
  g_assert_false (accounts_run_scram (f->run, f->login, "Anna", "open Sesame"));
  g_assert_cmpstr (f->run->said->str, ==, "wrong Anna");
  g_assert_false (accounts_run_scram (f->run, f->login, "bea", PASSWORD));
  g_assert_cmpstr (f->run->said->str, ==, "wrong bea");
  g_assert_false (accounts_run_scram (f->run, f->login, "nobody", PASSWORD));
  g_assert_cmpstr (f->run->said->str, ==, "wrong nobody");
  g_assert_false (accounts_run_scram (f->run, f->login, long_name, PASSWORD));
  /* After all that the right one still is. */
  g_assert_true (accounts_run_scram (f->run, f->login, "Anna", PASSWORD));
  g_assert_cmpstr (f->run->said->str, ==, "ok Anna role=2");
}

/* SCRAM needs no TLS: the password does not travel. */
static void
test_scram_anywhere (Fixture *f, gconstpointer data)
{
  again_from (f, "192.0.2.7");
  g_assert_true (accounts_run_scram (f->run, f->login, "Anna", PASSWORD));
  g_assert_cmpstr (f->run->said->str, ==, "ok Anna role=2");
}

static const char *
first_challenge (Fixture *f, const char *name, char **challenge)
{
  g_autofree char *first = g_strdup_printf ("n,,n=%s,r=abcdef", name);
  g_auto (GStrv) words = NULL;
  gsize len = 0;

  (void) say (f, "SCRAM-SHA-256");
  words = g_strsplit (say_bytes (f, first, strlen (first)), " ", 2);
  g_assert_cmpstr (words[0], ==, "continue");
  *challenge = (char *) g_base64_decode (words[1], &len);
  *challenge = g_realloc (*challenge, len + 1);
  (*challenge)[len] = '\0';
  (void) say (f, "*");
  return strstr (*challenge, ",s=");
}

/* Who asks for the salt of somebody who does not exist gets one, always the same. */
static void
test_nobody_has_a_salt (Fixture *f, gconstpointer data)
{
  g_autofree char *a = NULL;
  g_autofree char *b = NULL;
  g_autofree char *c = NULL;
  g_autofree char *d = NULL;
  g_autofree char *e = NULL;
  g_autofree char *anna = NULL;
  const char *salt = first_challenge (f, "nobody", &a);

  g_assert_cmpstr (first_challenge (f, "nobody", &b), ==, salt);
  g_assert_cmpstr (first_challenge (f, "NoBody", &e), ==, salt);
  g_assert_cmpstr (first_challenge (f, "somebody", &c), !=, salt);
  g_assert_cmpuint (strlen (first_challenge (f, "Anna", &anna)), ==, strlen (salt));
  accounts_run_reopen (f->run, f->path);
  again_from (f, "127.0.0.1");
  g_assert_cmpstr (first_challenge (f, "nobody", &d), ==, salt);
}

static const char *
rounds_of (Fixture *f, const char *name, char **challenge)
{
  return strstr (first_challenge (f, name, challenge), ",i=");
}

/* Accounts made under another number of rounds do not stand out: some who do not exist
 * have that number too, and the same one each time. */
static void
test_nobody_has_rounds (Fixture *f, gconstpointer data)
{
  guint old = 0;
  guint young = 0;

  f->run->config.iterations = 5000;
  srv_accounts_configure (f->run->accounts, &f->run->config);
  accounts_run_add (f->run, "carla", PASSWORD, SRV_ROLE_USER);
  accounts_run_add (f->run, "dora", PASSWORD, SRV_ROLE_USER);
  for (int i = 0; i < 100; i++)
    {
      g_autofree char *name = g_strdup_printf ("nobody%d", i);
      g_autofree char *challenge = NULL;
      g_autofree char *again = NULL;
      const char *rounds = rounds_of (f, name, &challenge);

      old += g_str_equal (rounds, ",i=4096");
      young += g_str_equal (rounds, ",i=5000");
      g_assert_cmpstr (rounds_of (f, name, &again), ==, rounds);
    }
  g_assert_cmpuint (old + young, ==, 100);
  g_assert_cmpuint (old, >, 20);
  g_assert_cmpuint (young, >, 20);
}

static void
test_scram_nonsense (Fixture *f, gconstpointer data)
{
  static const char *const firsts[] = { "hello",
                                        "n,,n=,r=abc",
                                        "n,,",
                                        "n,a=bea,n=Anna,r=abc",
                                        "n,,n=Ann\344,r=abc",
                                        "p=tls-exporter,,n=Anna,r=abc" };

  for (gsize i = 0; i < G_N_ELEMENTS (firsts); i++)
    {
      g_test_message ("number %" G_GSIZE_FORMAT, i);
      g_assert_cmpstr (say (f, "SCRAM-SHA-256"), ==, "continue +");
      g_assert_cmpstr (say_bytes (f, firsts[i], strlen (firsts[i])), ==, "wrong");
      g_assert_false (srv_login_is_open (f->login));
    }
  g_assert_cmpstr (say (f, "SCRAM-SHA-256"), ==, "continue +");
  g_assert_cmpstr (say (f, "+"), ==, "wrong");
}

static void
test_external (Fixture *f, gconstpointer data)
{
  g_autofree char *fingerprint = g_strnfill (64, 'a');
  g_autofree char *other = g_strnfill (64, 'b');
  g_autofree char *mechanisms = NULL;

  g_assert_cmpint (
      accounts_run_change (f->run, SRV_CHANGE_CERTIFICATE, "anna", fingerprint, SRV_ROLE_USER), ==,
      SRV_CHANGED);
  g_assert_cmpstr (say (f, "EXTERNAL"), ==, "no-mechanism SCRAM-SHA-256,PLAIN");

  srv_login_free (f->login);
  f->peer = accounts_peer ("tls 192.0.2.7");
  f->peer.fingerprint = fingerprint;
  f->login = accounts_run_login (f->run, &f->peer);
  mechanisms = srv_accounts_dup_mechanisms (f->run->accounts, &f->peer);
  g_assert_cmpstr (mechanisms, ==, "EXTERNAL,SCRAM-SHA-256,PLAIN");
  g_assert_cmpstr (say (f, "EXTERNAL"), ==, "continue +");
  g_assert_cmpstr (say (f, "+"), ==, "ok Anna role=2");
  (void) say (f, "external");
  g_assert_cmpstr (say_bytes (f, "aNNa", 4), ==, "ok Anna role=2");
  (void) say (f, "EXTERNAL");
  g_assert_cmpstr (say_bytes (f, "bea", 3), ==, "wrong");
  (void) say (f, "EXTERNAL");
  g_assert_cmpstr (say_bytes (f, "Anna\0x", 6), ==, "wrong");

  srv_login_free (f->login);
  f->peer.fingerprint = other;
  f->login = accounts_run_login (f->run, &f->peer);
  (void) say (f, "EXTERNAL");
  g_assert_cmpstr (say (f, "+"), ==, "wrong");
}

/* Where a password would be heard by others it is not taken. */
static void
test_transports (Fixture *f, gconstpointer data)
{
  static const struct
  {
    const char *host;
    const char *mechanisms;
    const char *mechanisms_tls_only;
  } rows[] = {
    { "127.0.0.1", "SCRAM-SHA-256,PLAIN", "SCRAM-SHA-256" },
    { "127.8.0.1", "SCRAM-SHA-256,PLAIN", "SCRAM-SHA-256" },
    { "::1", "SCRAM-SHA-256,PLAIN", "SCRAM-SHA-256" },
    { "::ffff:127.0.0.1", "SCRAM-SHA-256,PLAIN", "SCRAM-SHA-256" },
    { "unix", "SCRAM-SHA-256,PLAIN", "SCRAM-SHA-256" },
    { "192.168.1.1", "SCRAM-SHA-256", "SCRAM-SHA-256" },
    { "2001:db8::1", "SCRAM-SHA-256", "SCRAM-SHA-256" },
    { "tls 192.168.1.1", "SCRAM-SHA-256,PLAIN", "SCRAM-SHA-256,PLAIN" },
    { "tls 127.0.0.1", "SCRAM-SHA-256,PLAIN", "SCRAM-SHA-256,PLAIN" },
  };

  for (gsize i = 0; i < 2 * G_N_ELEMENTS (rows); i++)
    {
      gsize row = i / 2;
      const char *expected = i % 2 == 0 ? rows[row].mechanisms : rows[row].mechanisms_tls_only;
      gboolean takes = strstr (expected, "PLAIN") != NULL;
      g_autofree char *mechanisms = NULL;
      g_autofree char *registration = NULL;

      g_test_message ("%s", rows[row].host);
      f->run->config.local_passwords = i % 2 == 0;
      srv_accounts_configure (f->run->accounts, &f->run->config);
      again_from (f, rows[row].host);
      mechanisms = srv_accounts_dup_mechanisms (f->run->accounts, &f->peer);
      registration = srv_accounts_dup_registration (f->run->accounts, &f->peer);
      g_assert_cmpstr (mechanisms, ==, expected);
      g_assert_cmpstr (registration, ==, takes ? "" : NULL);
      g_assert_cmpstr (say (f, "PLAIN"), ==, takes ? "continue +" : "no-mechanism SCRAM-SHA-256");
      (void) say (f, "*");
      g_assert_cmpstr (ask (f, SRV_LOGIN_OPER, "anna", PASSWORD, NULL), ==,
                       takes ? "ok Anna role=2" : "not-here");
      if (!takes)
        g_assert_cmpstr (ask (f, SRV_LOGIN_REGISTER, "carla", PASSWORD, "*"), ==, "not-here carla");
    }
}

/* Mistakes that are none of a password cost nothing, however many. */
static void
test_other_mistakes (Fixture *f, gconstpointer data)
{
  g_autofree char *full = g_strnfill (400, 'A');
  g_autofree char *longer = g_strnfill (401, 'A');

  for (int i = 0; i < 100; i++)
    {
      g_assert_cmpstr (say (f, "FOO"), ==, "no-mechanism SCRAM-SHA-256,PLAIN");
      g_assert_cmpstr (say (f, longer), ==, "too-long");
      g_assert_cmpstr (say (f, "*"), ==, "aborted");
      (void) say (f, "PLAIN");
      g_assert_cmpstr (say (f, "*"), ==, "aborted");
      (void) say (f, "plain");
      g_assert_cmpstr (say (f, "%%%"), ==, "wrong");
      (void) say (f, "PLAIN");
      g_assert_cmpstr (say (f, longer), ==, "too-long");
      (void) say (f, "PLAIN");
      while (g_str_equal (say (f, full), "more"))
        ;
      g_assert_cmpstr (f->run->said->str, ==, "too-much");
      (void) say (f, "SCRAM-SHA-256");
      (void) say_bytes (f, "n,,n=Anna,r=abc", 15);
      g_assert_cmpstr (say (f, "*"), ==, "aborted");
    }
  g_assert_cmpstr (accounts_run_plain (f->run, f->login, "Anna", PASSWORD), ==, "ok Anna role=2");
}

/* Guesses: at first they cost nothing, then time, then they are not taken any more; and
 * for somebody who does not exist it is the same. */
static void
test_guesses (Fixture *f, gconstpointer data)
{
  static const char *const names[] = { "Anna", "nobody" };
  g_autoptr (GString) known = g_string_new (NULL);
  g_autoptr (GString) unknown = g_string_new (NULL);
  GString *const all[] = { known, unknown };

  for (gsize i = 0; i < 2; i++)
    {
      SrvLogin *logins[20];

      for (guint k = 0; k < G_N_ELEMENTS (logins); k++)
        logins[k] = accounts_run_login (f->run, &f->peer);
      for (guint k = 0; k < G_N_ELEMENTS (logins); k++)
        {
          guint answers = f->run->answers;
          SrvLoginRequest request = { .kind = SRV_LOGIN_OPER, .name = names[i], .text = "wrong" };

          srv_login_ask (logins[k], &request);
          if (f->run->answers > answers)
            g_string_append_printf (all[i], "%s ", f->run->said->str);
          else
            g_string_append (all[i], "waits ");
        }
      for (guint k = 0; k < G_N_ELEMENTS (logins); k++)
        srv_login_free (logins[k]);
      accounts_clock_forward (SAL_LOGIN_FORGET_US);
    }
  g_assert_cmpstr (known->str, ==, unknown->str);
  g_assert_true (g_str_has_prefix (known->str, "waits waits waits waits waits waits "));
  g_assert_true (g_str_has_suffix (known->str, "too-soon 16s too-soon 16s "));
}

/* Strangers guess until nobody but who is known may try any more. */
static void
guess_from_elsewhere (Fixture *f)
{
  SrvLoginRequest request = { .kind = SRV_LOGIN_OPER, .name = "Anna", .text = "wrong" };
  guint answers = f->run->answers;

  again_from (f, "tls 192.0.2.1");
  while (f->run->answers == answers)
    {
      srv_login_ask (f->login, &request);
      if (f->run->answers == answers)
        again_from (f, "tls 192.0.2.1"); /* it does not wait for the answer */
    }
  g_assert_true (g_str_has_prefix (f->run->said->str, "too-soon "));
}

/* A guess that has to wait is answered when its time has come, and whoever has known the password
 * does not wait for others: a machine that is busy may be slow to answer, so this is seen by the
 * answer, and the waiting only by what it takes at least. */
static void
test_waiting (Fixture *f, gconstpointer data)
{
  gint64 start_us = 0;

  for (guint i = 0; i < SAL_LOGIN_FREE_PER_ACCOUNT + 1; i++)
    {
      start_us = g_get_monotonic_time ();
      g_assert_cmpstr (accounts_run_plain (f->run, f->login, "Anna", "wrong"), ==, "wrong Anna");
    }
  g_assert_cmpstr (accounts_run_plain (f->run, f->login, "Anna", PASSWORD), ==, "ok Anna role=2");
  g_assert_cmpint (g_get_monotonic_time () - start_us, >=, SAL_LOGIN_DELAY_US);
  guess_from_elsewhere (f);
  again_from (f, "127.0.0.1");
  g_assert_cmpstr (accounts_run_plain (f->run, f->login, "Anna", PASSWORD), ==, "ok Anna role=2");
}

/* Who goes away while waiting, and a server that ends. */
static void
test_gone (Fixture *f, gconstpointer data)
{
  SrvLoginRequest request = { .kind = SRV_LOGIN_OPER, .name = "anna", .text = "wrong" };
  guint answers = f->run->answers;

  srv_login_ask (f->login, &request);
  srv_login_free (f->login);
  for (int i = 0; i < 20; i++)
    {
      f->login = accounts_run_login (f->run, &f->peer);
      srv_login_ask (f->login, &request);
      if (i < 19)
        srv_login_free (f->login);
    }
  srv_login_give_up (f->login);
  accounts_run_reopen (f->run, f->path);
  while (g_main_context_iteration (f->run->context, FALSE))
    ;
  g_assert_cmpuint (f->run->answers, >=, answers);
  again_from (f, "127.0.0.1");
  g_assert_cmpstr (accounts_run_plain (f->run, f->login, "Anna", PASSWORD), ==, "ok Anna role=2");
}

static void
test_give_up (Fixture *f, gconstpointer data)
{
  g_autofree char *full = g_strnfill (400, 'A');

  srv_login_give_up (f->login);
  (void) say (f, "PLAIN");
  (void) say (f, full);
  srv_login_give_up (f->login);
  g_assert_false (srv_login_is_open (f->login));
  g_assert_cmpstr (say (f, "PLAIN"), ==, "continue +");
}

/* Somebody is dropped while they log in. */
static void
test_dropped (Fixture *f, gconstpointer data)
{
  g_assert_cmpint (accounts_run_change (f->run, SRV_CHANGE_DROP, "ANNA", NULL, SRV_ROLE_USER), ==,
                   SRV_CHANGED);
  g_assert_cmpstr (accounts_run_plain (f->run, f->login, "Anna", PASSWORD), ==, "wrong Anna");
  g_assert_false (accounts_run_scram (f->run, f->login, "Anna", PASSWORD));
}

static void
test_oper (Fixture *f, gconstpointer data)
{
  g_assert_cmpstr (ask (f, SRV_LOGIN_OPER, "anna", PASSWORD, NULL), ==, "ok Anna role=2");
  g_assert_cmpstr (ask (f, SRV_LOGIN_OPER, "anna", "wrong", NULL), ==, "wrong anna");
  g_assert_cmpstr (ask (f, SRV_LOGIN_OPER, "nobody", PASSWORD, NULL), ==, "wrong nobody");
  g_assert_cmpstr (ask (f, SRV_LOGIN_OPER, "bea", "another one", NULL), ==, "no-operator bea");
  g_assert_cmpstr (ask (f, SRV_LOGIN_OPER, "bea", "wrong", NULL), ==, "wrong bea");
}

/* A password as it is, with nothing around it. */
static void
test_identify (Fixture *f, gconstpointer data)
{
  g_assert_cmpstr (ask (f, SRV_LOGIN_IDENTIFY, "anna", PASSWORD, NULL), ==, "ok Anna role=2");
  g_assert_cmpstr (ask (f, SRV_LOGIN_IDENTIFY, "anna", "wrong", NULL), ==, "wrong anna");
  g_assert_cmpstr (ask (f, SRV_LOGIN_IDENTIFY, "nobody", PASSWORD, NULL), ==, "wrong nobody");
  again_from (f, "192.0.2.1");
  f->peer.tls = FALSE;
  srv_login_free (f->login);
  f->login = accounts_run_login (f->run, &f->peer);
  g_assert_cmpstr (ask (f, SRV_LOGIN_IDENTIFY, "anna", PASSWORD, NULL), ==, "not-here");
}

static const char *
change_password (Fixture *f, const char *name, const char *password, const char *wanted)
{
  SrvLoginRequest request = {
    .kind = SRV_LOGIN_PASSWORD, .name = name, .text = password, .wanted = wanted
  };

  return accounts_run_ask (f->run, f->login, &request);
}

/* Who knows the old one gets another, which is kept; nobody else, and none that is bad. */
static void
test_another_password (Fixture *f, gconstpointer data)
{
  g_assert_cmpstr (change_password (f, "anna", "wrong", "two tulips"), ==, "wrong anna");
  g_assert_cmpstr (change_password (f, "nobody", PASSWORD, "two tulips"), ==, "wrong nobody");
  g_assert_cmpstr (change_password (f, "anna", PASSWORD, "short"), ==, "bad-password");
  g_assert_true (accounts_run_scram (f->run, f->login, "Anna", PASSWORD));
  g_assert_cmpstr (change_password (f, "anna", PASSWORD, "two tulips"), ==, "ok Anna role=2");
  g_assert_false (accounts_run_scram (f->run, f->login, "Anna", PASSWORD));
  accounts_run_reopen (f->run, f->path);
  again_from (f, "127.0.0.1");
  g_assert_true (accounts_run_scram (f->run, f->login, "Anna", "two tulips"));
}

static void
set_another_password (AccountsRun *run)
{
  g_assert_cmpint (
      accounts_run_change (run, SRV_CHANGE_PASSWORD, "anna", "two tulips", SRV_ROLE_USER), ==,
      SRV_CHANGED);
}

/* Who has shown that they know the old password, and not said their last line yet. */
static void
test_another_password_before_the_last_line (Fixture *f, gconstpointer data)
{
  f->run->before_last = set_another_password;
  (void) accounts_run_scram (f->run, f->login, "Anna", PASSWORD);
  g_assert_cmpstr (f->run->said->str, ==, "wrong");
  f->run->before_last = NULL;
  g_assert_true (accounts_run_scram (f->run, f->login, "Anna", "two tulips"));
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
note_verdict (const SrvLoginAnswer *answer, gpointer verdict)
{
  *(SrvVerdict *) verdict = answer->verdict;
}

/* Waits for a letter, and leaves it closed: what the main loop would wait for is waited for, but
 * nothing is dispatched. */
static void
await_mail (GMainContext *context, SrvMailbox *mailbox)
{
  gint64 until_us = g_get_monotonic_time () + PATIENCE_MS * G_TIME_SPAN_MILLISECOND;
  GPollFD fds[8];
  gint timeout_ms = 0;
  gint n = 0;

  g_assert_true (g_main_context_acquire (context));
  g_main_context_prepare (context, NULL);
  n = g_main_context_query (context, G_MAXINT, &timeout_ms, fds, G_N_ELEMENTS (fds));
  g_assert_cmpint (n, <=, G_N_ELEMENTS (fds));
  while (!srv_mailbox_has_mail (mailbox))
    {
      g_assert_cmpint (g_get_monotonic_time (), <, until_us);
      (void) g_poll (fds, (guint) n, PATIENCE_MS);
    }
  g_main_context_release (context);
}

/* Whose password was right when it was looked at, and is another when they hear of it. */
static void
test_another_password_meanwhile (Fixture *f, gconstpointer data)
{
  static const SrvReactorHooks hooks = { .due = on_due, .turn_end = on_turn_end };
  static const SrvLoginKind kinds[] = { SRV_LOGIN_IDENTIFY, SRV_LOGIN_OPER };
  g_autoptr (GMainContext) context = g_main_context_new ();
  SrvReactor *reactor = srv_reactor_new (context, 1, &hooks, NULL);
  SrvMailbox *mailbox = srv_mailbox_new (reactor, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      SrvLoginRequest request = { .kind = kinds[i],
                                  .name = "Anna",
                                  .text = i == 0 ? PASSWORD : "two tulips" };
      SrvVerdict verdict = SRV_VERDICT_MORE;
      g_autoptr (SrvLogin) login =
          srv_login_new (f->run->accounts, &f->peer, mailbox, note_verdict, &verdict);

      srv_login_ask (login, &request);
      await_mail (context, mailbox);
      set_another_password (f->run);
      while (srv_login_is_waiting (login))
        g_main_context_iteration (context, TRUE);
      g_assert_cmpint (verdict, ==, SRV_VERDICT_WRONG);
    }
  g_assert_true (accounts_run_scram (f->run, f->login, "Anna", "two tulips"));
  srv_mailbox_free (mailbox);
  srv_reactor_free (reactor);
}

/* Two who know the password want another one at the same time: one of them gets it, and the other
 * does not know the password any more. */
static void
test_two_other_passwords (Fixture *f, gconstpointer data)
{
  g_autofree char *current = g_strdup (PASSWORD);

  for (guint i = 0; i < 10; i++)
    {
      SrvVerdict verdicts[2] = { SRV_VERDICT_MORE, SRV_VERDICT_MORE };
      SrvLogin *logins[2];
      char *wanted[2];
      guint winner = 0;

      for (guint j = 0; j < G_N_ELEMENTS (logins); j++)
        {
          SrvLoginRequest request = { .kind = SRV_LOGIN_PASSWORD, .name = "Anna", .text = current };

          request.wanted = wanted[j] = g_strdup_printf ("tulips %u %u", i, j);
          logins[j] = srv_login_new (f->run->accounts, &f->peer, f->run->mailbox, note_verdict,
                                     &verdicts[j]);
          srv_login_ask (logins[j], &request);
        }
      for (guint j = 0; j < G_N_ELEMENTS (logins); j++)
        {
          while (srv_login_is_waiting (logins[j]))
            g_main_context_iteration (f->run->context, TRUE);
          srv_login_free (logins[j]);
        }
      winner = verdicts[0] == SRV_VERDICT_OK ? 0 : 1;
      g_assert_cmpint (verdicts[winner], ==, SRV_VERDICT_OK);
      g_assert_cmpint (verdicts[1 - winner], ==, SRV_VERDICT_WRONG);
      g_free (current);
      current = g_steal_pointer (&wanted[winner]);
      g_free (wanted[1 - winner]);
      accounts_clock_forward (SAL_LOGIN_FORGET_US);
    }
  g_assert_true (accounts_run_scram (f->run, f->login, "Anna", current));
}

static void
test_register (Fixture *f, gconstpointer data)
{
  g_autofree char *long_password = g_strnfill (SAL_PASSWORD_MAX_BYTES + 1, 'x');
  g_autofree char *long_email = g_strdup_printf ("%0251d@a.b", 1);
  const struct
  {
    const char *name;
    const char *password;
    const char *email;
    const char *answer;
  } rows[] = {
    { "carla", PASSWORD, "*", "ok carla" },
    { "carla", PASSWORD, "*", "exists carla" },
    { "CARLA", PASSWORD, "*", "exists CARLA" },
    { "Anna", PASSWORD, NULL, "exists Anna" },
    { "D\303\266rte", PASSWORD, NULL, "ok D\303\266rte" },
    { "dora", PASSWORD, "dora@example.org", "ok dora" },
    { "emma", "12345", "*", "bad-password emma" },
    { "emma", "", "*", "bad-password emma" },
    { "emma", "123\t456", "*", "bad-password emma" },
    { "emma", long_password, "*", "bad-password emma" },
    { "emma", PASSWORD, "emma", "bad-email emma" },
    { "emma", PASSWORD, "@example.org", "bad-email emma" },
    { "emma", PASSWORD, "emma@", "bad-email emma" },
    { "emma", PASSWORD, "emma@example", "bad-email emma" },
    { "emma", PASSWORD, "emma@example.", "bad-email emma" },
    { "emma", PASSWORD, "emma@.org", "bad-email emma" },
    { "emma", PASSWORD, "em ma@example.org", "bad-email emma" },
    { "emma", PASSWORD, "emma@ex@ample.org", "bad-email emma" },
    { "emma", PASSWORD, "<emma@example.org>", "bad-email emma" },
    { "emma", PASSWORD, "", "bad-email emma" },
    { "emma", PASSWORD, long_email, "bad-email emma" },
    { "", PASSWORD, "*", "bad-name " },
    { "*", PASSWORD, "*", "bad-name *" },
    { "em ma", PASSWORD, "*", "bad-name em ma" },
    { "emma!", PASSWORD, "*", "bad-name emma!" },
    { "#emma", PASSWORD, "*", "bad-name #emma" },
    { "a2345678901234567890123456789012x", PASSWORD, "*",
      "bad-name a2345678901234567890123456789012x" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_test_message ("%s %s %s", rows[i].name, rows[i].password, rows[i].email);
      g_assert_cmpstr (ask (f, SRV_LOGIN_REGISTER, rows[i].name, rows[i].password, rows[i].email),
                       ==, rows[i].answer);
    }
  accounts_run_reopen (f->run, f->path);
  again_from (f, "127.0.0.1");
  g_assert_cmpstr (accounts_run_plain (f->run, f->login, "carla", PASSWORD), ==, "ok carla");
  g_assert_cmpstr (accounts_run_plain (f->run, f->login, "emma", PASSWORD), ==, "wrong emma");
}

static void
test_registration_values (Fixture *f, gconstpointer data)
{
  static const struct
  {
    SrvRegistration registration;
    gboolean before_connect, email_required;
    const char *value;
  } rows[] = {
    { SRV_REGISTRATION_OFF, TRUE, TRUE, NULL },
    { SRV_REGISTRATION_OPEN, FALSE, FALSE, "" },
    { SRV_REGISTRATION_OPEN, TRUE, FALSE, "before-connect" },
    { SRV_REGISTRATION_OPEN, FALSE, TRUE, "email-required" },
    { SRV_REGISTRATION_INVITATION, TRUE, TRUE, "before-connect,email-required" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *value = NULL;

      f->run->config.registration = rows[i].registration;
      f->run->config.before_connect = rows[i].before_connect;
      f->run->config.email_required = rows[i].email_required;
      srv_accounts_configure (f->run->accounts, &f->run->config);
      value = srv_accounts_dup_registration (f->run->accounts, &f->peer);
      g_assert_cmpstr (value, ==, rows[i].value);
      g_assert_cmpstr (ask (f, SRV_LOGIN_REGISTER, "carla", PASSWORD, "*"), ==,
                       rows[i].registration == SRV_REGISTRATION_OFF ? "closed carla"
                       : rows[i].email_required                     ? "bad-email carla"
                       : i == 1                                     ? "ok carla"
                                                                    : "exists carla");
    }
}

static void
test_invitation (Fixture *f, gconstpointer data)
{
  SrvLogin *other = NULL;
  SrvLoginRequest request = { .kind = SRV_LOGIN_VERIFY, .name = "carla", .text = "crocus" };

  f->run->config.registration = SRV_REGISTRATION_INVITATION;
  f->run->config.invitation_code = "crocus";
  srv_accounts_configure (f->run->accounts, &f->run->config);
  g_assert_cmpstr (ask (f, SRV_LOGIN_VERIFY, "carla", "crocus", NULL), ==, "wrong");
  g_assert_cmpstr (ask (f, SRV_LOGIN_REGISTER, "carla", PASSWORD, "*"), ==, "verify carla");
  g_assert_cmpstr (ask (f, SRV_LOGIN_VERIFY, "carla", "croc", NULL), ==, "wrong carla");
  g_assert_cmpstr (ask (f, SRV_LOGIN_VERIFY, "carla", "crocuscrocus", NULL), ==, "wrong carla");
  g_assert_cmpstr (ask (f, SRV_LOGIN_VERIFY, "carla", "", NULL), ==, "wrong carla");
  g_assert_cmpstr (ask (f, SRV_LOGIN_VERIFY, "dora", "crocus", NULL), ==, "wrong");
  g_assert_cmpstr (accounts_run_plain (f->run, f->login, "carla", PASSWORD), ==, "wrong carla");

  /* What was registered here cannot be completed, or replaced, from elsewhere. */
  other = accounts_run_login (f->run, &f->peer);
  g_assert_cmpstr (accounts_run_ask (f->run, other, &request), ==, "wrong");
  request = (SrvLoginRequest){ .kind = SRV_LOGIN_REGISTER, .name = "carla", .text = "mine now" };
  g_assert_cmpstr (accounts_run_ask (f->run, other, &request), ==, "verify carla");

  g_assert_cmpstr (ask (f, SRV_LOGIN_VERIFY, "CARLA", "crocus", NULL), ==, "ok carla");
  g_assert_cmpstr (accounts_run_plain (f->run, f->login, "carla", PASSWORD), ==, "ok carla");
  g_assert_cmpstr (ask (f, SRV_LOGIN_VERIFY, "carla", "crocus", NULL), ==, "wrong");
  request = (SrvLoginRequest){ .kind = SRV_LOGIN_VERIFY, .name = "carla", .text = "crocus" };
  g_assert_cmpstr (accounts_run_ask (f->run, other, &request), ==, "exists carla");
  srv_login_free (other);

  /* Without a code nobody has it. */
  f->run->config.invitation_code = NULL;
  srv_accounts_configure (f->run->accounts, &f->run->config);
  g_assert_cmpstr (ask (f, SRV_LOGIN_REGISTER, "dora", PASSWORD, "*"), ==, "verify dora");
  g_assert_cmpstr (ask (f, SRV_LOGIN_VERIFY, "dora", "", NULL), ==, "wrong dora");
}

static void
test_limits (Fixture *f, gconstpointer data)
{
  f->run->config.registrations_per_hour = 2;
  srv_accounts_configure (f->run->accounts, &f->run->config);
  g_assert_cmpstr (ask (f, SRV_LOGIN_REGISTER, "carla", PASSWORD, "*"), ==, "ok carla");
  g_assert_cmpstr (ask (f, SRV_LOGIN_REGISTER, "dora", PASSWORD, "*"), ==, "ok dora");
  g_assert_cmpstr (ask (f, SRV_LOGIN_REGISTER, "emma", PASSWORD, "*"), ==, "too-many emma");
  accounts_clock_forward (G_TIME_SPAN_HOUR);
  f->run->config.max_accounts = 4;
  srv_accounts_configure (f->run->accounts, &f->run->config);
  g_assert_cmpstr (ask (f, SRV_LOGIN_REGISTER, "emma", PASSWORD, "*"), ==, "too-many emma");
  f->run->config.max_accounts = 5;
  srv_accounts_configure (f->run->accounts, &f->run->config);
  g_assert_cmpstr (ask (f, SRV_LOGIN_REGISTER, "emma", PASSWORD, "*"), ==, "ok emma");
}

/* Without a file there are no accounts, and that is said. */
static void
test_no_file (Fixture *f, gconstpointer data)
{
  accounts_run_reopen (f->run, NULL);
  again_from (f, "127.0.0.1");
  g_assert_null (srv_accounts_dup_mechanisms (f->run->accounts, &f->peer));
  g_assert_null (srv_accounts_dup_registration (f->run->accounts, &f->peer));
  g_assert_cmpstr (say (f, "PLAIN"), ==, "no-mechanism");
  g_assert_cmpstr (ask (f, SRV_LOGIN_OPER, "anna", PASSWORD, NULL), ==, "no-operator");
  g_assert_cmpstr (ask (f, SRV_LOGIN_REGISTER, "carla", PASSWORD, "*"), ==, "closed carla");
  g_assert_cmpint (accounts_run_change (f->run, SRV_CHANGE_ADD, "carla", PASSWORD, SRV_ROLE_USER),
                   ==, SRV_UNCHANGED_FAILED);
}

#define ADD(path, func) g_test_add ("/accounts/login/" path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("plain", test_plain);
  ADD ("plain-takes-every-password", test_plain_passwords);
  ADD ("scram", test_scram);
  ADD ("scram-without-tls", test_scram_anywhere);
  ADD ("scram-nonsense", test_scram_nonsense);
  ADD ("who-does-not-exist-has-a-salt", test_nobody_has_a_salt);
  ADD ("who-does-not-exist-has-a-number-of-rounds", test_nobody_has_rounds);
  ADD ("external", test_external);
  ADD ("passwords-travel-where-nobody-hears-them", test_transports);
  ADD ("other-mistakes-are-no-guesses", test_other_mistakes);
  ADD ("guesses-are-slowed-down-alike", test_guesses);
  ADD ("a-guess-waits-for-its-turn", test_waiting);
  ADD ("goes-away-while-it-waits", test_gone);
  ADD ("gives-up", test_give_up);
  ADD ("dropped-accounts-are-gone", test_dropped);
  ADD ("oper", test_oper);
  ADD ("identify", test_identify);
  ADD ("another-password", test_another_password);
  ADD ("another-password-before-the-last-line", test_another_password_before_the_last_line);
  ADD ("another-password-meanwhile", test_another_password_meanwhile);
  ADD ("two-other-passwords", test_two_other_passwords);
  ADD ("register", test_register);
  ADD ("registration-is-open-or-not", test_registration_values);
  ADD ("register-with-an-invitation", test_invitation);
  ADD ("register-within-limits", test_limits);
  ADD ("works-without-a-file", test_no_file);
  return g_test_run ();
}
