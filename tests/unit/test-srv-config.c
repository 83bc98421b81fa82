/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The configuration: every key with good values and bad ones, which file wins over which,
 * and what the errors say. A good value must change its own field and no other.
 */
#include "config.h"

#include "server/srv-config.h"

#include <glib/gstdio.h>
#include <string.h>

#include "common/base/sal-error.h"
#include "tests/unit/store-driver.h"

static char *dir;       /* of this run */
static char *user_file; /* $XDG_CONFIG_HOME/salotto/salottod.conf */

static const SrvOptions no_options;

static char *
dump_listener (const SalUri *uri)
{
  static const char *const keys[] = { "addresses", "room" };
  GString *out = g_string_new (NULL);
  guint known = 0;

  g_string_append_printf (out, "%s|%s|%u|%s", sal_scheme_name (uri->scheme),
                          uri->host != NULL ? uri->host : "*", uri->port,
                          uri->path != NULL ? uri->path : "");
  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    if (g_hash_table_contains (uri->query, keys[i]))
      {
        known++;
        g_string_append_printf (out, "|%s=%s", keys[i],
                                (const char *) g_hash_table_lookup (uri->query, keys[i]));
      }
  g_assert_cmpuint (g_hash_table_size (uri->query), ==, known);
  return g_string_free (out, FALSE);
}

/* Everything that a configuration says, a line each. */
static char *
dump (const SrvConfig *config)
{
  GString *out = g_string_new (NULL);

  g_string_append_printf (out, "name=%s\n", config->name);
  for (guint i = 0; i < config->listeners->len; i++)
    {
      g_autofree char *listener = dump_listener (config->listeners->pdata[i]);

      g_string_append_printf (out, "%s%s", i == 0 ? "listen=" : ";", listener);
    }
  g_string_append_printf (out, "\nbacklog=%d\nworkers=%u\n", config->backlog, config->workers);
  g_string_append_printf (out, "public=%d\n", config->public);
  g_string_append_printf (out, "shown=%d\n", config->addresses_shown);
  g_string_append_printf (out, "language=%d\n", config->language);
  g_string_append_printf (out, "exact=%d\n", config->exact);
  g_string_append_printf (out, "store=%d:%s\n", config->store,
                          config->log_path != NULL ? config->log_path : "");
  g_string_append_printf (out, "sync=%d\n", config->sync);
  g_string_append_printf (out, "days=%u\n", config->retention_days);
  g_string_append_printf (out, "mib=%u\n", config->retention_mib);
  g_string_append_printf (out, "certificate=%s\n",
                          config->certificate != NULL ? config->certificate : "-");
  g_string_append_printf (out, "key=%s\n", config->key != NULL ? config->key : "-");
  g_string_append_printf (out, "sts=%u\n", config->sts_seconds);
  g_string_append_printf (out, "control=%s\n", config->control != NULL ? config->control : "-");
  g_string_append_printf (out, "group=%s\n",
                          config->control_group != NULL ? config->control_group : "-");
  g_string_append_printf (out, "level=%s\n", config->log_level);
  g_string_append_printf (out, "registration=%d\n", config->accounts.registration);
  g_string_append_printf (out, "code=%s\n",
                          config->invitation_code != NULL ? config->invitation_code : "-");
  g_string_append_printf (out, "email=%d\n", config->accounts.email_required);
  g_string_append_printf (out, "before=%d\n", config->accounts.before_connect);
  g_string_append_printf (out, "local=%d\n", config->accounts.local_passwords);
  g_string_append_printf (out, "iterations=%u\n", config->accounts.iterations);
  g_string_append_printf (out, "profile=%s\n", srv_profile_name (config->profile));
  for (guint i = 0; i < SAL_N_LIMITS; i++)
    g_string_append_printf (out, "limit %s=%u\n", sal_limit_key ((SalLimit) i),
                            config->limits.value[i]);
  return g_string_free (out, FALSE);
}

static SrvConfig *
load (const SrvOptions *options)
{
  g_autoptr (GError) error = NULL;
  SrvConfig *config = srv_config_load (options, &error);

  g_assert_no_error (error);
  g_assert_nonnull (config);
  return config;
}

static char *
dump_loaded (const SrvOptions *options)
{
  g_autoptr (SrvConfig) config = load (options);

  return dump (config);
}

static char *
defaults (void)
{
  return dump_loaded (&no_options);
}

/* @text is @base but for the lines of @changed, which it has in place of those of the
 * same key. */
static void
assert_changed (const char *text, const char *base, const char *changed)
{
  g_auto (GStrv) lines = g_strsplit (base, "\n", -1);
  g_auto (GStrv) changes = g_strsplit (changed, "\n", -1);
  g_autofree char *expected = NULL;

  for (guint c = 0; changes[c] != NULL && *changes[c] != '\0'; c++)
    {
      gsize key_len = strcspn (changes[c], "=") + 1;
      gboolean found = FALSE;

      for (guint i = 0; lines[i] != NULL; i++)
        if (strncmp (lines[i], changes[c], key_len) == 0)
          {
            g_free (lines[i]);
            lines[i] = g_strdup (changes[c]);
            found = TRUE;
          }
      g_assert_true (found);
    }
  expected = g_strjoinv ("\n", lines);
  g_assert_cmpstr (text, ==, expected);
}

static void
write_user_file (const char *text)
{
  g_assert_true (g_file_set_contents (user_file, text, -1, NULL));
}

static void
forget_user_file (void)
{
  g_unlink (user_file);
}

static char *
write_file (const char *name, const char *text)
{
  char *path = g_build_filename (dir, name, NULL);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  return path;
}

/* Defaults. */

static void
test_defaults (void)
{
  g_autofree char *text = defaults ();

  g_assert_true (g_str_has_prefix (text, "name=salotto\n"
                                         "listen=plain|*|15102|\n"
                                         "backlog=1024\n"
                                         "workers=1\n"
                                         "public=0\n"
                                         "shown=1\n"
                                         "language=0\n"
                                         "exact=0\n"
                                         "store=1:\n"
                                         "sync=1\n"
                                         "days=365\n"
                                         "mib=1024\n"
                                         "certificate=-\n"
                                         "key=-\n"
                                         "sts=0\n"
                                         "control=-\n"
                                         "group=-\n"
                                         "level=message\n"
                                         "registration=1\n"
                                         "code=-\n"
                                         "email=0\n"
                                         "before=0\n"
                                         "local=0\n"
                                         "iterations=60000\n"
                                         "profile=lan\n"
                                         "limit connections=15000\n"));
}

/* Good values. */

typedef struct
{
  const char *group;
  const char *key;
  const char *value;
  const char *changed;
} Good;

static const Good good_rows[] = {
  { "server", "name", "Casa Rossi", "name=Casa Rossi" },
  { "server", "name", "  caff\xC3\xA8  ", "name=caff\xC3\xA8" },
  { "server", "listen", "plain://127.0.0.1:9", "listen=plain|127.0.0.1|9|" },
  { "server", "listen", "plain://[::1]:0?room=tea", "listen=plain|::1|0||room=tea" },
  { "server", "listen", "plain://?room=%23caff%C3%A8", "listen=plain|*|15102||room=#caff\xC3\xA8" },
  { "server", "listen", "plain://:9?addresses=hidden&room=tea",
    "listen=plain|*|9||addresses=hidden|room=tea" },
  { "server", "listen", "plains://?room=tea", "listen=plains|*|15103||room=tea" },
  { "server", "listen", "unix:///run/salotto.sock?room=tea",
    "listen=unix|*|0|/run/salotto.sock|room=tea" },
  { "server", "listen", "plain://:1; plain://:2 ;unix:///x;",
    "listen=plain|*|1|;plain|*|2|;unix|*|0|/x" },
  { "server", "listen", "", "" },
  { "server", "listen", " ; ", "" },
  { "server", "backlog", "1", "backlog=1" },
  { "server", "backlog", "65535", "backlog=65535" },
  { "server", "workers", "1", "workers=1" },
  { "server", "workers", "64", "workers=64" },
  { "server", "public", "yes", "public=1" },
  { "server", "public", "TRUE", "public=1" },
  { "server", "public", "no", "" },
  { "server", "addresses", "hidden", "shown=0" },
  { "server", "addresses", "shown", "" },
  { "server", "language", "it", "language=1" },
  { "server", "language", "en", "" },
  { "server", "exact", "yes", "exact=1" },
  { "server", "exact", "false", "" },
  { "log", "store", "memory", "store=0:" },
  { "log", "store", "sqlite:/var/lib/rooms.db", "store=1:/var/lib/rooms.db" },
  { "log", "store", "sqlite:rooms.db", "store=1:rooms.db" },
  { "log", "synchronous", "normal", "sync=0" },
  { "log", "synchronous", "full", "" },
  { "log", "retention-days", "0", "days=0" },
  { "log", "retention-days", "36500", "days=36500" },
  { "log", "retention-mib", "0", "mib=0" },
  { "log", "retention-mib", "1048576", "mib=1048576" },
  { "tls", "certificate", "/etc/ssl/chat.pem", "certificate=/etc/ssl/chat.pem" },
  { "tls", "certificate", "", "" },
  { "tls", "key", "", "" },
  { "tls", "sts-seconds", "2592000", "sts=2592000" },
  { "tls", "sts-seconds", "0", "" },
  { "accounts", "registration", "off", "registration=0" },
  { "accounts", "registration", "open", "" },
  { "accounts", "invitation-code",
    "cr\xC3\xB2"
    "co",
    "code=cr\xC3\xB2"
    "co" },
  { "accounts", "invitation-code", "", "" },
  { "accounts", "email", "required", "email=1" },
  { "accounts", "email", "optional", "" },
  { "accounts", "before-connect", "yes", "before=1" },
  { "accounts", "before-connect", "no", "" },
  { "accounts", "passwords", "loopback", "local=1" },
  { "accounts", "passwords", "tls", "" },
  { "accounts", "iterations", "4096", "iterations=4096" },
  { "accounts", "iterations", "1000000", "iterations=1000000" },
  { "console", "control", "/run/salotto/control", "control=/run/salotto/control" },
  { "console", "control-group", "adm", "group=adm" },
  { "console", "control-group", "", "" },
  { "console", "log-level", "debug", "level=debug" },
  { "console", "log-level", "error", "level=error" },
  { "limits", "connections", "1", "limit connections=1" },
  { "limits", "connections", "1000000", "limit connections=1000000" },
  { "limits", "connections-per-address", "7", "limit connections-per-address=7" },
  { "limits", "login-seconds", "86400", "limit login-seconds=86400" },
  { "limits", "unit-bytes", "256", "limit unit-bytes=256" },
  { "limits", "messages-per-second", "0", "" },
  { "limits", "messages-per-second", "5", "limit messages-per-second=5" },
  { "limits", "message-burst", "1", "limit message-burst=1" },
  { "limits", "bytes-per-second", "5000", "limit bytes-per-second=5000" },
  { "limits", "send-queue-bytes", "16384", "limit send-queue-bytes=16384" },
  { "limits", "send-stall-seconds", "3600", "limit send-stall-seconds=3600" },
  { "limits", "ping-seconds", "0", "limit ping-seconds=0" },
  { "limits", "ping-timeout-seconds", "3600", "limit ping-timeout-seconds=3600" },
  { "limits", "accounts", "1", "limit accounts=1" },
  { "limits", "registrations-per-hour", "3", "limit registrations-per-hour=3" },
};

static void
test_good (gconstpointer data)
{
  const Good *row = data;
  g_autofree char *base = defaults ();
  g_autofree char *file = g_strdup_printf ("[%s]\n%s = %s\n", row->group, row->key, row->value);
  g_autofree char *text = NULL;

  write_user_file (file);
  text = dump_loaded (&no_options);
  forget_user_file ();
  assert_changed (text, base, row->changed);
}

/* A key belongs to a certificate; a certificate may have its key with it. */
/* Bad values. */

typedef struct
{
  const char *group;
  const char *key;
  const char *value;
  const char *says; /* what is allowed, or why not */
} Bad;

static const Bad bad_rows[] = {
  { "server", "name", "", "not empty" },
  { "server", "listen", "15102", "15102" },
  { "server", "listen", "plain://:1;nonsense", "nonsense" },
  { "server", "listen", "plain://:99999", "99999" },
  { "server", "listen", "plain://host/tea", "?room=tea" },
  { "server", "listen", "plains://:9?colour=red", "colour" },
  { "tls", "sts-seconds", "315360001", "0 to 315360000" },
  { "tls", "sts-seconds", "a month", "0 to 315360000" },
  { "server", "listen", "http://:80", "plain, plains, irc, ircs, unix" },
  { "server", "listen", "plain://:9?colour=red", "colour" },
  { "server", "listen", "plain://:9?room=Tea%20Room", "letters, digits" },
  { "server", "listen", "plain://:9?room=", "letters, digits" },
  { "server", "listen", "plain://:9?room=%23", "letters, digits" },
  { "server", "listen", "plain://:9?addresses=maybe", "shown or hidden" },
  { "server", "listen", "unix://here", "unix:///path" },
  { "server", "backlog", "0", "1 to 65535" },
  { "server", "backlog", "65536", "1 to 65535" },
  { "server", "workers", "0", "1 to 64" },
  { "server", "workers", "65", "1 to 64" },
  { "server", "backlog", "many", "1 to 65535" },
  { "server", "backlog", "-1", "1 to 65535" },
  { "server", "backlog", "", "1 to 65535" },
  { "server", "public", "maybe", "yes, no" },
  { "server", "public", "1", "yes, no" },
  { "server", "addresses", "Hidden", "shown, hidden" },
  { "server", "language", "fr", "en, it" },
  { "server", "exact", "", "yes, no" },
  { "log", "store", "disk", "memory, sqlite:FILE" },
  { "log", "store", "sqlite:", "memory, sqlite:FILE" },
  { "log", "store", "Memory", "memory, sqlite:FILE" },
  { "log", "synchronous", "off", "full, normal" },
  { "log", "retention-days", "36501", "0 to 36500" },
  { "log", "retention-days", "1.5", "0 to 36500" },
  { "log", "retention-mib", "1048577", "0 to 1048576" },
  { "accounts", "registration", "yes", "open, invitation, off" },
  { "accounts", "invitation-code", "two words", "one word" },
  { "accounts", "invitation-code", ":)", "one word" },
  { "accounts", "invitation-code",
    "12345678901234567890123456789012345678901234567890123456789012345", "at most 64 bytes" },
  { "accounts", "email", "yes", "optional, required" },
  { "accounts", "before-connect", "maybe", "yes, no" },
  { "accounts", "passwords", "anywhere", "tls, loopback" },
  { "accounts", "iterations", "4095", "4096 to 1000000" },
  { "accounts", "iterations", "1000001", "4096 to 1000000" },
  { "console", "log-level", "loud", "error, warning, message, info, debug" },
  { "limits", "profile", "wan", "lan, campus, internet" },
  { "limits", "connections", "0", "1 to 1000000" },
  { "limits", "connections", "1000001", "1 to 1000000" },
  { "limits", "connections-per-address", "0", "1 to 1000000" },
  { "limits", "login-seconds", "0", "1 to 86400" },
  { "limits", "unit-bytes", "255", "256 to 4096" },
  { "limits", "unit-bytes", "4097", "256 to 4096" },
  { "limits", "messages-per-second", "fast", "0 to 1000000" },
  { "limits", "message-burst", "0", "1 to 1000000" },
  { "limits", "bytes-per-second", "1000001", "0 to 1000000" },
  { "limits", "send-queue-bytes", "16383", "16384 to 67108864" },
  { "limits", "send-stall-seconds", "3601", "1 to 3600" },
  { "limits", "send-stall-seconds", "99999999999999999999", "1 to 3600" },
  { "limits", "ping-seconds", "3601", "0 to 3600" },
  { "limits", "ping-timeout-seconds", "0", "1 to 3600" },
  { "limits", "accounts", "0", "1 to 1000000" },
  { "limits", "registrations-per-hour", "1000001", "0 to 1000000" },
};

/* The error names the file, the group, the key, the value, and what is allowed. */
static void
test_bad (gconstpointer data)
{
  const Bad *row = data;
  g_autofree char *file = g_strdup_printf ("[%s]\n%s = %s\n", row->group, row->key, row->value);
  g_autofree char *group = g_strdup_printf ("[%s]", row->group);
  g_autoptr (GError) error = NULL;
  SrvConfig *config = NULL;

  write_user_file (file);
  config = srv_config_load (&no_options, &error);
  forget_user_file ();
  g_assert_null (config);
  g_assert_error (error, SAL_ERROR, SAL_EXIT_USAGE);
  g_test_message ("%s", error->message);
  g_assert_true (g_str_has_prefix (error->message, user_file));
  g_assert_nonnull (strstr (error->message, group));
  g_assert_nonnull (strstr (error->message, row->key));
  if (strchr (row->value, ';') == NULL)
    g_assert_nonnull (strstr (error->message, row->value));
  g_assert_nonnull (strstr (error->message, row->says));
}

static void
assert_file_refused (const char *text, const char *says)
{
  g_autoptr (GError) error = NULL;

  write_user_file (text);
  g_assert_null (srv_config_load (&no_options, &error));
  forget_user_file ();
  g_assert_error (error, SAL_ERROR, SAL_EXIT_USAGE);
  g_test_message ("%s", error->message);
  g_assert_true (g_str_has_prefix (error->message, user_file));
  g_assert_nonnull (strstr (error->message, says));
}

static void
test_unknown (void)
{
  assert_file_refused ("[server]\ncolour = red\n", "colour");
  assert_file_refused ("[server]\ncolour = red\n", "[server]");
  assert_file_refused ("[log]\nname = Casa\n", "name"); /* of another group */
  assert_file_refused ("[limits]\nmessages = 3\n", "messages");
  assert_file_refused ("[server]\nName = Casa\n", "Name"); /* as it is written */
  assert_file_refused ("[kitchen]\n", "[kitchen]");
  assert_file_refused ("[kitchen]\n", "server, log, tls, accounts, irc, limits, console");
  assert_file_refused ("[server]\nname = Casa\n[Server]\n", "[Server]");
}

/* What cannot be read is not passed over as if it were not there. */
static void
test_unreadable (void)
{
  assert_file_refused ("[server]\nname = Ca\\sa \\q\n", "[server] name: ");
  assert_file_refused ("[log]\nstore = sqlite:/\xe8.db\n", "[log] store: ");
  assert_file_refused ("[limits]\nconnections = \xff\n", "[limits] connections: ");
}

static void
test_key (void)
{
  g_autoptr (SrvConfig) config = NULL;

  assert_file_refused ("[tls]\nkey = /k.pem\n",
                       "[tls] key: “/k.pem” is of no use without [tls] certificate");
  write_user_file ("[tls]\nkey = /k.pem\ncertificate = /c.pem\n");
  config = load (&no_options);
  forget_user_file ();
  g_assert_cmpstr (config->certificate, ==, "/c.pem");
  g_assert_cmpstr (config->key, ==, "/k.pem");
}

/* A code that nobody knows lets nobody in, so it is a mistake. */
static void
test_invitation (void)
{
  g_autoptr (SrvConfig) config = NULL;

  assert_file_refused ("[accounts]\nregistration = invitation\n", "invitation-code");
  write_user_file ("[accounts]\nregistration = invitation\ninvitation-code = crocus\n");
  config = load (&no_options);
  g_assert_cmpint (config->accounts.registration, ==, SRV_REGISTRATION_INVITATION);
  g_assert_cmpstr (config->invitation_code, ==, "crocus");
  forget_user_file ();
}

static void
test_no_key_file (void)
{
  assert_file_refused ("name = Casa\n", "group");
  assert_file_refused ("[server]\nname\n", "name");
  assert_file_refused ("[server\nname = Casa\n", "");
}

static void
test_comments_and_nothing (void)
{
  g_autofree char *base = defaults ();
  g_autofree char *text = NULL;

  write_user_file ("# nothing yet\n\n[server]\n#name = Casa\n\n[limits]\n");
  text = dump_loaded (&no_options);
  g_assert_cmpstr (text, ==, base);
  write_user_file ("");
  g_free (text);
  text = dump_loaded (&no_options);
  g_assert_cmpstr (text, ==, base);
  forget_user_file ();
}

/* Profiles. */

static void
test_profiles (void)
{
  static const struct
  {
    const char *name;
    guint value[SAL_N_LIMITS];
  } rows[] = {
    { "lan", { 15000, 12000, 300, 4096, 0, 200, 0, 262144, 30, 300, 60, 10000, 0 } },
    { "campus", { 15000, 512, 300, 4096, 20, 100, 131072, 262144, 30, 300, 60, 100000, 200 } },
    { "internet", { 10000, 32, 60, 4096, 3, 15, 16384, 131072, 30, 300, 60, 100000, 5 } },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *file = g_strdup_printf ("[limits]\nprofile = %s\n", rows[i].name);
      g_autoptr (SrvConfig) config = NULL;

      write_user_file (file);
      config = load (&no_options);
      g_assert_cmpstr (srv_profile_name (config->profile), ==, rows[i].name);
      for (guint k = 0; k < SAL_N_LIMITS; k++)
        g_assert_cmpuint (config->limits.value[k], ==, rows[i].value[k]);
    }
  forget_user_file ();
}

/* A limit that is given wins over the profile, wherever it stands. */
static void
test_limits_over_profile (void)
{
  static const char *const files[] = {
    "[limits]\nprofile = internet\nmessages-per-second = 7\n",
    "[limits]\nmessages-per-second = 7\nprofile = internet\n",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autoptr (SrvConfig) config = NULL;

      write_user_file (files[i]);
      config = load (&no_options);
      g_assert_cmpuint (config->limits.value[SAL_LIMIT_MESSAGES_PER_SECOND], ==, 7);
      g_assert_cmpuint (config->limits.value[SAL_LIMIT_LOGIN_SECONDS], ==, 60);
    }
  forget_user_file ();
}

/* Every row of the table of limits makes sense. */
static void
test_table_of_limits (void)
{
  static const struct
  {
    const char *key;
    guint value[SRV_N_PROFILES];
    guint least, most;
    const char *unit, *reason;
  } rows[] = {
#define ROW(ID, key, unit, lan, campus, internet, least, most, reason)                             \
  { key, { lan, campus, internet }, least, most, unit, reason },
    SAL_LIMITS (ROW)
#undef ROW
  };

  g_assert_cmpuint (G_N_ELEMENTS (rows), ==, SAL_N_LIMITS);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_assert_cmpstr (sal_limit_key ((SalLimit) i), ==, rows[i].key);
      g_assert_cmpuint (strlen (rows[i].unit), >, 0);
      g_assert_cmpuint (strlen (rows[i].reason), >, 0);
      for (guint p = 0; p < SRV_N_PROFILES; p++)
        {
          g_assert_cmpuint (rows[i].value[p], >=, rows[i].least);
          g_assert_cmpuint (rows[i].value[p], <=, rows[i].most);
        }
    }
}

/* What wins over what. */

static void
test_config_file_in_place_of_the_users (void)
{
  g_autofree char *base = defaults ();
  g_autofree char *path = write_file ("other.conf", "[server]\nname = Other\n");
  SrvOptions options = { .config_file = path };
  g_autofree char *text = NULL;

  write_user_file ("[server]\nname = Mine\npublic = yes\n");
  text = dump_loaded (&options);
  forget_user_file ();
  assert_changed (text, base, "name=Other");
}

static void
test_options_over_files (void)
{
  static const char *const listen[] = { "plain://:3", "unix:///y", NULL };
  static const char *const none[] = { NULL };
  g_autofree char *base = defaults ();
  SrvOptions options = { .listen = listen,
                         .name = "Typed",
                         .log = "memory",
                         .backlog = "5",
                         .workers = "3",
                         .control = "/typed",
                         .verbose = TRUE };
  SrvOptions empty = { .listen = none };
  g_autofree char *text = NULL;
  g_autofree char *from_file = NULL;

  write_user_file (
      "[server]\nname = Mine\nlisten = plain://:1;plain://:2\nbacklog = 9\nworkers = 2\n"
      "[log]\nstore = sqlite:/x\n[console]\ncontrol = /x\nlog-level = error\n");
  text = dump_loaded (&options);
  from_file = dump_loaded (&empty);
  forget_user_file ();
  assert_changed (text, base,
                  "name=Typed\nlisten=plain|*|3|;unix|*|0|/y\nbacklog=5\nworkers=3\nstore=0:\n"
                  "control=/typed\nlevel=debug\n");
  assert_changed (from_file, base,
                  "name=Mine\nlisten=plain|*|1|;plain|*|2|\nbacklog=9\nworkers=2\nstore=1:/x\n"
                  "control=/x\nlevel=error\n");
}

static void
test_bad_options (void)
{
  static const char *const bad_listen[] = { "plain://:3", "nonsense", NULL };
  static const struct
  {
    SrvOptions options;
    const char *names;
    const char *says;
  } rows[] = {
    { { .listen = bad_listen }, "nonsense", "bad address" },
    { { .name = "" }, "--name", "not empty" },
    { { .log = "disk" }, "--log", "memory, sqlite:FILE" },
    { { .backlog = "70000" }, "--backlog", "1 to 65535" },
    { { .backlog = "0" }, "--backlog", "1 to 65535" },
    { { .backlog = "many" }, "--backlog", "“many”" },
    { { .backlog = "-1" }, "--backlog", "1 to 65535" },
    { { .workers = "65" }, "--workers", "1 to 64" },
    { { .workers = "-1" }, "--workers", "1 to 64" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (srv_config_load (&rows[i].options, &error));
      g_assert_error (error, SAL_ERROR, SAL_EXIT_USAGE);
      g_test_message ("%s", error->message);
      g_assert_nonnull (strstr (error->message, rows[i].names));
      g_assert_nonnull (strstr (error->message, rows[i].says));
    }
}

static void
test_missing_config_file (void)
{
  g_autofree char *path = g_build_filename (dir, "missing.conf", NULL);
  SrvOptions options = { .config_file = path };
  g_autoptr (GError) error = NULL;

  g_assert_null (srv_config_load (&options, &error));
  g_assert_error (error, SAL_ERROR, SAL_EXIT_USAGE);
  g_assert_true (g_str_has_prefix (error->message, path));
}

/* Only a file that is not there is no error. */
static void
test_unreadable_user_file (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_mkdir (user_file, 0700), ==, 0);
  g_assert_null (srv_config_load (&no_options, &error));
  g_rmdir (user_file);
  g_assert_error (error, SAL_ERROR, SAL_EXIT_USAGE);
  g_assert_true (g_str_has_prefix (error->message, user_file));
}

static void
test_same_listeners (void)
{
  static const struct
  {
    const char *a;
    const char *b;
    gboolean same;
  } rows[] = {
    { "plain://:1", "plain://:1", TRUE },
    { "plain://:1", "plain://:2", FALSE },
    { "plain://:1", "plain://127.0.0.1:1", FALSE },
    { "plain://127.0.0.1:1", "plain://127.0.0.2:1", FALSE },
    { "plain://:1", "plain://:1;plain://:2", FALSE },
    { "plain://:1;plain://:2", "plain://:2;plain://:1", FALSE },
    { "plain://:1?room=tea", "plain://:1?room=tea", TRUE },
    { "plain://:1?room=tea", "plain://:1?room=coffee", FALSE },
    { "plain://:1?room=tea", "plain://:1", FALSE },
    { "plain://:1", "plain://:1?room=tea", FALSE },
    { "plain://:1?room=tea&addresses=shown", "plain://:1?addresses=shown&room=tea", TRUE },
    { "plain://:1?room=hidden", "plain://:1?addresses=hidden", FALSE },
    { "unix:///a", "unix:///a", TRUE },
    { "unix:///a", "unix:///b", FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *a_text = g_strdup_printf ("[server]\nlisten = %s\n", rows[i].a);
      g_autofree char *b_text = g_strdup_printf ("[server]\nlisten = %s\n", rows[i].b);
      g_autoptr (SrvConfig) a = NULL;
      g_autoptr (SrvConfig) b = NULL;

      write_user_file (a_text);
      a = load (&no_options);
      write_user_file (b_text);
      b = load (&no_options);
      g_test_message ("%s and %s", rows[i].a, rows[i].b);
      g_assert_cmpint (srv_config_same_listeners (a, b), ==, rows[i].same);
    }
  forget_user_file ();
}

/* Named after what stands in the file, without what would end a path. */
static void
add_row (
    const char *path, const char *key, const char *value, gconstpointer row, GTestDataFunc func)
{
  g_autofree char *typed = g_strdelimit (g_strdup (value), "/", '|');
  g_autofree char *name = g_strdup_printf ("%s/%s=%s", path, key, typed);

  g_test_add_data_func (name, row, func);
}

int
main (int argc, char **argv)
{
  g_autofree char *folder = NULL;
  int status = 0;

  dir = test_dir_new ();
  folder = g_build_filename (dir, "salotto", NULL);
  user_file = g_build_filename (folder, "salottod.conf", NULL);
  g_setenv ("XDG_CONFIG_HOME", dir, TRUE);
  g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/config/defaults", test_defaults);
  for (gsize i = 0; i < G_N_ELEMENTS (good_rows); i++)
    add_row ("/config/takes", good_rows[i].key, good_rows[i].value, &good_rows[i], test_good);
  for (gsize i = 0; i < G_N_ELEMENTS (bad_rows); i++)
    add_row ("/config/refuses", bad_rows[i].key, bad_rows[i].value, &bad_rows[i], test_bad);
  g_test_add_func ("/config/refuses/what-it-does-not-know", test_unknown);
  g_test_add_func ("/config/refuses/what-cannot-be-read", test_unreadable);
  g_test_add_func ("/config/refuses/an-invitation-needs-a-code", test_invitation);
  g_test_add_func ("/config/refuses/what-is-no-key-file", test_no_key_file);
  g_test_add_func ("/config/takes/a-key-with-its-certificate", test_key);
  g_test_add_func ("/config/takes/comments-and-nothing", test_comments_and_nothing);
  g_test_add_func ("/config/limits/profiles", test_profiles);
  g_test_add_func ("/config/limits/win-over-the-profile", test_limits_over_profile);
  g_test_add_func ("/config/limits/make-sense", test_table_of_limits);
  g_test_add_func ("/config/files/the-named-one-in-place-of-the-users",
                   test_config_file_in_place_of_the_users);
  g_test_add_func ("/config/files/a-named-one-must-be-there", test_missing_config_file);
  g_test_add_func ("/config/files/the-users-must-be-readable", test_unreadable_user_file);
  g_test_add_func ("/config/options/win-over-files", test_options_over_files);
  g_test_add_func ("/config/options/bad-ones-are-named", test_bad_options);
  g_test_add_func ("/config/listeners-compared", test_same_listeners);
  status = g_test_run ();

  test_dir_remove (dir);
  g_free (user_file);
  g_free (dir);
  return status;
}
