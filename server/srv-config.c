/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How the server is to be: defaults, then /etc, then the user's file (or the one
 * that was named), then the command line. Every option is a row of one table; an
 * unknown key or a bad value is an error that names the file, the group, the key and
 * what is allowed. Listeners may say some things for themselves in their URI.
 */
#include "config.h"

#include "server/srv-config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "common/base/sal-error.h"
#include "common/base/sal-log.h"
#include "common/proto/sal-name.h"
#include "server/srv-config-private.h"

static const char *const profile_names[SRV_N_PROFILES] = { "lan", "campus", "internet" };

static const struct
{
  guint value[SRV_N_PROFILES];
  guint least, most;
} limit_rows[SAL_N_LIMITS] = {
#define LIMIT_ROW(ID, key, unit, lan, campus, internet, least, most, reason)                       \
  [SAL_LIMIT_##ID] = { { lan, campus, internet }, least, most },
  SAL_LIMITS (LIMIT_ROW)
#undef LIMIT_ROW
};

/* Reads one value into @config. On failure it puts into @allowed what would have been
 * right. */
typedef gboolean (*ReadFunc) (SrvConfig *config, const char *value, char **allowed, GError **error);

typedef struct
{
  const char *group;
  const char *key;
  ReadFunc read;
} Row;

static void
free_uri (gpointer uri)
{
  sal_uri_free (uri);
}

static void
use_profile (SrvConfig *config, SrvProfile profile)
{
  config->profile = profile;
  for (guint i = 0; i < SAL_N_LIMITS; i++)
    config->limits.value[i] = limit_rows[i].value[profile];
}

static SrvConfig *
config_new (void)
{
  SrvConfig *config = g_new0 (SrvConfig, 1);

  config->name = g_strdup ("salotto");
  config->listeners = g_ptr_array_new_with_free_func (free_uri);
  config->backlog = 1024;
  config->workers = 1;
  config->addresses_shown = TRUE;
  config->store = SRV_STORE_SQLITE;
  config->sync = SRV_SYNC_FULL;
  config->retention_days = 365;
  config->retention_mib = 1024;
  config->accounts.registration = SRV_REGISTRATION_OPEN;
  config->accounts.iterations = SAL_ITERATIONS_DEFAULT;
  config->log_level = g_strdup ("message");
  use_profile (config, SRV_PROFILE_LAN);
  return config;
}

/**
 * srv_config_free:
 * @config: (nullable) (transfer full)
 */
void
srv_config_free (SrvConfig *config)
{
  if (config == NULL)
    return;
  g_free (config->name);
  g_ptr_array_unref (config->listeners);
  g_free (config->log_path);
  g_free (config->certificate);
  g_free (config->key);
  g_free (config->invitation_code);
  g_free (config->irc_network);
  g_free (config->irc_description);
  g_free (config->irc_password);
  g_strfreev (config->irc_motd);
  g_free (config->control);
  g_free (config->control_group);
  g_free (config->log_level);
  g_free (config);
}

static gboolean
differs (gpointer key, gpointer value, gpointer other)
{
  return g_strcmp0 (value, g_hash_table_lookup (other, key)) != 0; /* found: a difference */
}

/**
 * srv_config_same_listeners:
 *
 * Returns: whether both listen on the same addresses in the same way.
 */
gboolean
srv_config_same_listeners (const SrvConfig *a, const SrvConfig *b)
{
  if (a->listeners->len != b->listeners->len)
    return FALSE;
  for (guint i = 0; i < a->listeners->len; i++)
    {
      const SalUri *x = a->listeners->pdata[i];
      const SalUri *y = b->listeners->pdata[i];

      if (x->scheme != y->scheme || x->port != y->port || g_strcmp0 (x->host, y->host) != 0 ||
          g_strcmp0 (x->path, y->path) != 0 ||
          g_hash_table_size (x->query) != g_hash_table_size (y->query) ||
          g_hash_table_find (x->query, differs, y->query) != NULL)
        return FALSE;
    }
  return TRUE;
}

/**
 * srv_profile_name:
 *
 * Returns: "lan", "campus" or "internet".
 */
const char *
srv_profile_name (SrvProfile profile)
{
  return profile_names[profile];
}

/* One value each. */

static gboolean
read_bool (const char *value, gboolean *result, char **allowed)
{
  if (g_ascii_strcasecmp (value, "yes") == 0 || g_ascii_strcasecmp (value, "true") == 0)
    *result = TRUE;
  else if (g_ascii_strcasecmp (value, "no") == 0 || g_ascii_strcasecmp (value, "false") == 0)
    *result = FALSE;
  else
    {
      *allowed = g_strdup ("yes, no");
      return FALSE;
    }
  return TRUE;
}

/**
 * srv_config_read_number:
 * @allowed: (out) (transfer full): set where it returns %FALSE
 */
gboolean
srv_config_read_number (const char *value, guint least, guint most, guint *result, char **allowed)
{
  guint64 number = 0;

  if (!g_ascii_string_to_unsigned (value, 10, least, most, &number, NULL))
    {
      /* TRANSLATORS: a range of numbers */
      *allowed = g_strdup_printf (_ ("a number from %u to %u"), least, most);
      return FALSE;
    }
  *result = (guint) number;
  return TRUE;
}

static gboolean
read_name (SrvConfig *config, const char *value, char **allowed, GError **error)
{
  if (*value == '\0' || !g_utf8_validate (value, -1, NULL))
    {
      *allowed = g_strdup (_ ("a text that is not empty"));
      return FALSE;
    }
  g_free (config->name);
  config->name = g_strdup (value);
  return TRUE;
}

/* What a listener may say for itself. */
static gboolean
check_listener (const SalUri *uri, const char *text, GError **error)
{
  static const char *const known[] = { "room", "addresses", NULL };
  const char *room = g_hash_table_lookup (uri->query, "room");
  const char *addresses = g_hash_table_lookup (uri->query, "addresses");
  g_autofree char *name = NULL;
  GHashTableIter iter;
  gpointer key = NULL;

  g_hash_table_iter_init (&iter, uri->query);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    if (!g_strv_contains (known, key))
      {
        g_set_error (error, SAL_ERROR, SAL_EXIT_USAGE,
                     _ ("bad address “%s”: “%s” has no meaning here (room and addresses have)"),
                     text, (const char *) key);
        return FALSE;
      }
  name = room != NULL ? sal_room_from_text (room) : NULL;
  if (room != NULL && (name == NULL || !g_str_equal (name, *room == '#' ? room + 1 : room)))
    {
      g_set_error (error, SAL_ERROR, SAL_EXIT_USAGE,
                   _ ("bad address “%s”: a room's name has letters, digits and _-[]{}^| only, at "
                      "most %d bytes"),
                   text, SAL_ROOM_MAX_BYTES);
      return FALSE;
    }
  if (addresses != NULL && !g_str_equal (addresses, "shown") && !g_str_equal (addresses, "hidden"))
    {
      g_set_error (error, SAL_ERROR, SAL_EXIT_USAGE,
                   _ ("bad address “%s”: addresses is shown or hidden"), text);
      return FALSE;
    }
  return TRUE;
}

static gboolean
add_listener (SrvConfig *config, const char *text, GError **error)
{
  g_autoptr (SalUri) uri = sal_uri_parse_listener (text, error);

  if (uri == NULL || !check_listener (uri, text, error))
    return FALSE;
  g_ptr_array_add (config->listeners, g_steal_pointer (&uri));
  return TRUE;
}

static gboolean
read_listen (SrvConfig *config, const char *value, char **allowed, GError **error)
{
  g_auto (GStrv) all = g_strsplit (value, ";", -1);

  g_ptr_array_set_size (config->listeners, 0);
  for (guint i = 0; all[i] != NULL; i++)
    if (*g_strstrip (all[i]) != '\0' && !add_listener (config, all[i], error))
      return FALSE;
  return TRUE;
}

static gboolean
read_backlog (SrvConfig *config, const char *value, char **allowed, GError **error)
{
  guint number = 0;
  gboolean ok = srv_config_read_number (value, 1, 65535, &number, allowed);

  config->backlog = (int) number;
  return ok;
}

static gboolean
read_workers (SrvConfig *config, const char *value, char **allowed, GError **error)
{
  return srv_config_read_number (value, 1, SAL_WORKERS_MAX, &config->workers, allowed);
}

static gboolean
read_public (SrvConfig *config, const char *value, char **allowed, GError **error)
{
  return read_bool (value, &config->public, allowed);
}

static gboolean
read_addresses (SrvConfig *config, const char *value, char **allowed, GError **error)
{
  config->addresses_shown = g_str_equal (value, "shown");
  if (config->addresses_shown || g_str_equal (value, "hidden"))
    return TRUE;
  *allowed = g_strdup ("shown, hidden");
  return FALSE;
}

static gboolean
read_language (SrvConfig *config, const char *value, char **allowed, GError **error)
{
  if (sal_plain_language_from_name (value, &config->language))
    return TRUE;
  *allowed = g_strdup ("en, it");
  return FALSE;
}

static gboolean
read_exact (SrvConfig *config, const char *value, char **allowed, GError **error)
{
  return read_bool (value, &config->exact, allowed);
}

static gboolean
read_store (SrvConfig *config, const char *value, char **allowed, GError **error)
{
  g_clear_pointer (&config->log_path, g_free);
  config->store = g_str_equal (value, "memory") ? SRV_STORE_MEMORY : SRV_STORE_SQLITE;
  if (g_str_has_prefix (value, "sqlite:") && value[strlen ("sqlite:")] != '\0')
    config->log_path = g_strdup (value + strlen ("sqlite:"));
  if (config->store == SRV_STORE_MEMORY || config->log_path != NULL)
    return TRUE;
  *allowed = g_strdup (_ ("memory, sqlite:FILE"));
  return FALSE;
}

static gboolean
read_synchronous (SrvConfig *config, const char *value, char **allowed, GError **error)
{
  config->sync = g_str_equal (value, "normal") ? SRV_SYNC_NORMAL : SRV_SYNC_FULL;
  if (config->sync == SRV_SYNC_NORMAL || g_str_equal (value, "full"))
    return TRUE;
  *allowed = g_strdup ("full, normal");
  return FALSE;
}

static gboolean
read_retention_days (SrvConfig *config, const char *value, char **allowed, GError **error)
{
  return srv_config_read_number (value, 0, 36500, &config->retention_days, allowed);
}

static gboolean
read_retention_mib (SrvConfig *config, const char *value, char **allowed, GError **error)
{
  return srv_config_read_number (value, 0, 1024 * 1024, &config->retention_mib, allowed);
}

static gboolean
read_registration (SrvConfig *config, const char *value, char **allowed, GError **error)
{
  static const char *const names[] = {
    [SRV_REGISTRATION_OFF] = "off",
    [SRV_REGISTRATION_OPEN] = "open",
    [SRV_REGISTRATION_INVITATION] = "invitation",
  };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_str_equal (names[i], value))
      {
        config->accounts.registration = (SrvRegistration) i;
        return TRUE;
      }
  *allowed = g_strdup ("open, invitation, off");
  return FALSE;
}

/* One word, because that is what VERIFY can carry. */
static gboolean
read_invitation_code (SrvConfig *config, const char *value, char **allowed, GError **error)
{
  g_clear_pointer (&config->invitation_code, g_free);
  if (*value == '\0')
    return TRUE;
  if (strlen (value) > SAL_INVITATION_MAX_BYTES || *value == ':' ||
      !g_utf8_validate (value, -1, NULL) || strpbrk (value, " \t\r\n") != NULL)
    {
      *allowed = g_strdup_printf (_ ("one word of at most %d bytes that does not begin with “:”"),
                                  SAL_INVITATION_MAX_BYTES);
      return FALSE;
    }
  config->invitation_code = g_strdup (value);
  return TRUE;
}

static gboolean
read_email (SrvConfig *config, const char *value, char **allowed, GError **error)
{
  config->accounts.email_required = g_str_equal (value, "required");
  if (config->accounts.email_required || g_str_equal (value, "optional"))
    return TRUE;
  *allowed = g_strdup ("optional, required");
  return FALSE;
}

static gboolean
read_before_connect (SrvConfig *config, const char *value, char **allowed, GError **error)
{
  return read_bool (value, &config->accounts.before_connect, allowed);
}

static gboolean
read_passwords (SrvConfig *config, const char *value, char **allowed, GError **error)
{
  config->accounts.local_passwords = g_str_equal (value, "loopback");
  if (config->accounts.local_passwords || g_str_equal (value, "tls"))
    return TRUE;
  *allowed = g_strdup ("tls, loopback");
  return FALSE;
}

static gboolean
read_iterations (SrvConfig *config, const char *value, char **allowed, GError **error)
{
  return srv_config_read_number (value, SAL_ITERATIONS_MIN, SAL_ITERATIONS_MAX,
                                 &config->accounts.iterations, allowed);
}

static gboolean
read_certificate (SrvConfig *config, const char *value, char **allowed, GError **error)
{
  g_free (config->certificate);
  config->certificate = *value != '\0' ? g_strdup (value) : NULL;
  return TRUE;
}

static gboolean
read_key (SrvConfig *config, const char *value, char **allowed, GError **error)
{
  g_free (config->key);
  config->key = *value != '\0' ? g_strdup (value) : NULL;
  return TRUE;
}

static gboolean
read_sts_seconds (SrvConfig *config, const char *value, char **allowed, GError **error)
{
  return srv_config_read_number (value, 0, 10 * 365 * 24 * 60 * 60, &config->sts_seconds, allowed);
}

static gboolean
read_control (SrvConfig *config, const char *value, char **allowed, GError **error)
{
  g_free (config->control);
  config->control = g_strdup (value);
  return TRUE;
}

static gboolean
read_control_group (SrvConfig *config, const char *value, char **allowed, GError **error)
{
  g_free (config->control_group);
  config->control_group = *value != '\0' ? g_strdup (value) : NULL;
  return TRUE;
}

static gboolean
read_log_level (SrvConfig *config, const char *value, char **allowed, GError **error)
{
  if (!sal_log_is_level (value))
    {
      *allowed = g_strdup (sal_log_level_names ());
      return FALSE;
    }
  g_free (config->log_level);
  config->log_level = g_strdup (value);
  return TRUE;
}

static gboolean
read_profile (SrvConfig *config, const char *value, char **allowed, GError **error)
{
  for (guint i = 0; i < SRV_N_PROFILES; i++)
    if (g_str_equal (profile_names[i], value))
      {
        use_profile (config, (SrvProfile) i);
        return TRUE;
      }
  *allowed = g_strdup ("lan, campus, internet");
  return FALSE;
}

static const Row rows[] = {
  { "server", "name", read_name },
  { "server", "listen", read_listen },
  { "server", "backlog", read_backlog },
  { "server", "workers", read_workers },
  { "server", "public", read_public },
  { "server", "addresses", read_addresses },
  { "server", "language", read_language },
  { "server", "exact", read_exact },
  { "log", "store", read_store },
  { "log", "synchronous", read_synchronous },
  { "log", "retention-days", read_retention_days },
  { "log", "retention-mib", read_retention_mib },
  { "tls", "certificate", read_certificate },
  { "tls", "key", read_key },
  { "tls", "sts-seconds", read_sts_seconds },
  { "irc", "network", srv_config_read_irc_network },
  { "irc", "description", srv_config_read_irc_description },
  { "irc", "password", srv_config_read_irc_password },
  { "irc", "motd", srv_config_read_irc_motd },
  { "irc", "addresses", srv_config_read_irc_addresses },
  { "irc", "history-on-join", srv_config_read_irc_history_on_join },
  { "accounts", "registration", read_registration },
  { "accounts", "invitation-code", read_invitation_code },
  { "accounts", "email", read_email },
  { "accounts", "before-connect", read_before_connect },
  { "accounts", "passwords", read_passwords },
  { "accounts", "iterations", read_iterations },
  { "limits", "profile", read_profile }, /* before the single limits, which win over it */
  { "console", "control", read_control },
  { "console", "control-group", read_control_group },
  { "console", "log-level", read_log_level },
};

/* Files. */

static gboolean
bad_value (const char *file,
           const char *group,
           const char *key,
           const char *value,
           const char *allowed,
           GError **error)
{
  g_set_error (error, SAL_ERROR, SAL_EXIT_USAGE,
               /* TRANSLATORS: file, group, key, value, what is allowed */
               _ ("%s: [%s] %s: “%s” is not allowed; allowed: %s"), file, group, key, value,
               allowed);
  return FALSE;
}

static gboolean
read_limit (SrvConfig *config, const char *key, const char *value, char **allowed)
{
  for (guint i = 0; i < SAL_N_LIMITS; i++)
    if (g_str_equal (sal_limit_key ((SalLimit) i), key))
      return srv_config_read_number (value, limit_rows[i].least, limit_rows[i].most,
                                     &config->limits.value[i], allowed);
  return FALSE;
}

static gboolean
is_known (const char *group, const char *key)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (g_str_equal (rows[i].group, group) && (key == NULL || g_str_equal (rows[i].key, key)))
      return TRUE;
  for (guint i = 0; key != NULL && g_str_equal (group, "limits") && i < SAL_N_LIMITS; i++)
    if (g_str_equal (sal_limit_key ((SalLimit) i), key))
      return TRUE;
  return FALSE;
}

static gboolean
check_keys (GKeyFile *file, const char *path, GError **error)
{
  g_auto (GStrv) groups = g_key_file_get_groups (file, NULL);

  for (guint g = 0; groups[g] != NULL; g++)
    {
      g_auto (GStrv) keys = g_key_file_get_keys (file, groups[g], NULL, NULL);

      if (!is_known (groups[g], NULL))
        {
          g_set_error (error, SAL_ERROR, SAL_EXIT_USAGE,
                       _ ("%s: unknown group [%s]; allowed: server, log, tls, accounts, irc, "
                          "limits, console"),
                       path, groups[g]);
          return FALSE;
        }
      for (guint k = 0; keys != NULL && keys[k] != NULL; k++)
        if (!is_known (groups[g], keys[k]))
          {
            g_set_error (error, SAL_ERROR, SAL_EXIT_USAGE,
                         _ ("%s: unknown key “%s” in group [%s]; see salottod.conf(5)"), path,
                         keys[k], groups[g]);
            return FALSE;
          }
    }
  return TRUE;
}

/* @value: (out) (transfer full): %NULL where the file does not say it */
static gboolean
get_value (GKeyFile *file,
           const char *path,
           const char *group,
           const char *key,
           char **value,
           GError **error)
{
  g_autoptr (GError) local = NULL;

  *value = g_key_file_get_string (file, group, key, &local);
  if (*value != NULL)
    g_strstrip (*value);
  if (local == NULL || g_error_matches (local, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_KEY_NOT_FOUND) ||
      g_error_matches (local, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_GROUP_NOT_FOUND))
    return TRUE;
  /* Not UTF-8, or a backslash before something that has no meaning there: with some of
   * these GLib gives a value all the same. */
  g_clear_pointer (value, g_free);
  g_set_error (error, SAL_ERROR, SAL_EXIT_USAGE, "%s: [%s] %s: %s", path, group, key,
               local->message);
  return FALSE;
}

static gboolean
apply_row (SrvConfig *config, GKeyFile *file, const char *path, const Row *row, GError **error)
{
  g_autofree char *value = NULL;
  g_autofree char *allowed = NULL;
  g_autoptr (GError) local = NULL;

  if (!get_value (file, path, row->group, row->key, &value, error))
    return FALSE;
  if (value == NULL || row->read (config, value, &allowed, &local))
    return TRUE;
  if (allowed != NULL)
    return bad_value (path, row->group, row->key, value, allowed, error);
  g_set_error (error, SAL_ERROR, SAL_EXIT_USAGE, "%s: [%s] %s: %s", path, row->group, row->key,
               local->message);
  return FALSE;
}

/* What is of use only together. @path: the file that was read last. */
static gboolean
check_pairs (const SrvConfig *config, const char *path, GError **error)
{
  if (config->key != NULL && config->certificate == NULL)
    g_set_error (error, SAL_ERROR, SAL_EXIT_USAGE,
                 _ ("%s: [tls] key: “%s” is of no use without [tls] certificate"), path,
                 config->key);
  else if (config->accounts.registration == SRV_REGISTRATION_INVITATION &&
           config->invitation_code == NULL)
    g_set_error (error, SAL_ERROR, SAL_EXIT_USAGE,
                 _ ("%s: [accounts] registration = invitation needs an invitation-code beside it"),
                 path);
  else
    return TRUE;
  return FALSE;
}

static gboolean
apply_file (SrvConfig *config, const char *path, gboolean must_exist, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GError) local = NULL;

  if (!g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, &local))
    {
      if (!must_exist && g_error_matches (local, G_FILE_ERROR, G_FILE_ERROR_NOENT))
        return TRUE;
      g_set_error (error, SAL_ERROR, SAL_EXIT_USAGE, "%s: %s", path, local->message);
      return FALSE;
    }
  if (!check_keys (file, path, error))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (!apply_row (config, file, path, &rows[i], error))
      return FALSE;
  for (guint i = 0; i < SAL_N_LIMITS; i++)
    {
      const char *key = sal_limit_key ((SalLimit) i);
      g_autofree char *value = NULL;
      g_autofree char *allowed = NULL;

      if (!get_value (file, path, "limits", key, &value, error))
        return FALSE;
      if (value != NULL && !read_limit (config, key, value, &allowed))
        return bad_value (path, "limits", key, value, allowed, error);
    }
  return check_pairs (config, path, error);
}

/* The command line. */

static gboolean
apply_option (
    SrvConfig *config, const char *option, const char *value, ReadFunc read, GError **error)
{
  g_autofree char *allowed = NULL;

  if (value == NULL || read (config, value, &allowed, error))
    return TRUE;
  if (allowed != NULL)
    /* TRANSLATORS: option, value, what is allowed */
    g_set_error (error, SAL_ERROR, SAL_EXIT_USAGE, _ ("%s: “%s” is not allowed; allowed: %s"),
                 option, value, allowed);
  return FALSE;
}

static gboolean
apply_options (SrvConfig *config, const SrvOptions *options, GError **error)
{
  if (options->listen != NULL && options->listen[0] != NULL)
    g_ptr_array_set_size (config->listeners, 0);
  for (guint i = 0; options->listen != NULL && options->listen[i] != NULL; i++)
    if (!add_listener (config, options->listen[i], error))
      return FALSE;
  return apply_option (config, "--name", options->name, read_name, error) &&
         apply_option (config, "--log", options->log, read_store, error) &&
         apply_option (config, "--backlog", options->backlog, read_backlog, error) &&
         apply_option (config, "--workers", options->workers, read_workers, error) &&
         apply_option (config, "--control", options->control, read_control, error) &&
         apply_option (config, "--verbose", options->verbose ? "debug" : NULL, read_log_level,
                       error);
}

/**
 * srv_config_load:
 * @options: what the command line says
 *
 * Returns: (transfer full): the configuration, complete, or %NULL with a #SAL_ERROR
 * that names the file or option, the value, and what is allowed.
 */
SrvConfig *
srv_config_load (const SrvOptions *options, GError **error)
{
  g_autoptr (SrvConfig) config = config_new ();
  g_autofree char *etc = g_build_filename (SALOTTO_SYSCONFDIR, "salotto", "salottod.conf", NULL);
  g_autofree char *user =
      g_build_filename (g_get_user_config_dir (), "salotto", "salottod.conf", NULL);

  if (!apply_file (config, etc, FALSE, error) ||
      !apply_file (config, options->config_file != NULL ? options->config_file : user,
                   options->config_file != NULL, error) ||
      !apply_options (config, options, error))
    return NULL;
  if (config->listeners->len == 0)
    g_ptr_array_add (config->listeners, sal_uri_parse_listener ("plain://:15102", NULL));
  return g_steal_pointer (&config);
}
