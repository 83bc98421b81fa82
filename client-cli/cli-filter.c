/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Whom the person does not want to hear, and which words are a mention: the lists of the window, in its
 * settings (GSettings), and what is changed in one of the two is so in the other. Where there is no
 * desktop whose settings could be kept, those who are ignored are in a file, which a person can read.
 */
#include "config.h"

#include "client-cli/cli-filter.h"

#include <errno.h>
#include <gio/gio.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>

#include "client-cli/cli-print.h"
#include "common/base/sal-error.h"
#include "common/client/sal-ignored.h"

#define SCHEMA "org.salotto.Salotto"

struct _CliFilter
{
  GSettings *settings; /* (owned) (nullable) */
  char *path;          /* (owned): of the file, where there are no settings */
  char *ignored;       /* (owned): the list */
  SalFilter *filter;   /* (owned): made of it */
  GError *unread;      /* (owned) (nullable): why the file could not be read: it is not written
                          then, or those in it would be lost */
  gboolean unkept;     /* the file could not be written: the list is only here */
  GFunc on_changed;
  gpointer data;
};

/* dconf(7) keeps nothing without a bus, and says so at every turn. */
static gboolean
has_bus (void)
{
  const char *runtime = g_getenv ("XDG_RUNTIME_DIR");
  g_autofree char *socket = runtime != NULL ? g_build_filename (runtime, "bus", NULL) : NULL;

  return g_getenv ("GSETTINGS_BACKEND") != NULL || g_getenv ("DBUS_SESSION_BUS_ADDRESS") != NULL ||
         (socket != NULL && g_file_test (socket, G_FILE_TEST_EXISTS));
}

static GSettings *
open_settings (void)
{
  GSettingsSchemaSource *source = g_settings_schema_source_get_default ();
  g_autoptr (GSettingsSchema) schema =
      source != NULL && has_bus () ? g_settings_schema_source_lookup (source, SCHEMA, TRUE) : NULL;

  /* One of an older window may not have them. */
  if (schema == NULL || !g_settings_schema_has_key (schema, "ignored") ||
      !g_settings_schema_has_key (schema, "mention-words"))
    return NULL;
  return g_settings_new_full (schema, NULL, NULL);
}

/* What is no list has no masks in it; of a file that cannot be read that is said. */
static char *
read_file (CliFilter *filter)
{
  char *text = NULL;

  g_clear_error (&filter->unread);
  if (!g_file_get_contents (filter->path, &text, NULL, &filter->unread))
    {
      if (g_error_matches (filter->unread, G_FILE_ERROR, G_FILE_ERROR_NOENT))
        g_clear_error (&filter->unread);
      else
        cli_complain (_ ("whom you ignore cannot be read: %s"), filter->unread->message);
      return g_strdup ("");
    }
  g_strchomp (text);
  return text;
}

static void
read_lists (CliFilter *filter)
{
  g_autofree char *words = filter->settings != NULL
                               ? g_settings_get_string (filter->settings, "mention-words")
                               : g_strdup ("");

  g_clear_pointer (&filter->filter, sal_filter_unref);
  g_free (filter->ignored);
  filter->ignored = filter->settings != NULL ? g_settings_get_string (filter->settings, "ignored")
                                             : read_file (filter);
  filter->filter = sal_filter_new (filter->ignored, words);
}

/* Whoever uses the filter has the one of before. */
static void
read_again (CliFilter *filter)
{
  read_lists (filter);
  filter->on_changed (filter->filter, filter->data);
}

/**
 * cli_filter_new:
 * @on_changed: called with the #SalFilter and @data when it is another, also because the window has
 *   changed it
 *
 * Returns: (transfer full): as it was kept.
 */
CliFilter *
cli_filter_new (GFunc on_changed, gpointer data)
{
  CliFilter *filter = g_new0 (CliFilter, 1);

  filter->settings = open_settings ();
  filter->path = g_build_filename (g_get_user_config_dir (), "salotto", "ignored", NULL);
  filter->on_changed = on_changed;
  filter->data = data;
  read_lists (filter);
  if (filter->settings == NULL)
    return filter;
  g_signal_connect_swapped (filter->settings, "changed::ignored", G_CALLBACK (read_again), filter);
  g_signal_connect_swapped (filter->settings, "changed::mention-words", G_CALLBACK (read_again),
                            filter);
  return filter;
}

/**
 * cli_filter_free:
 * @filter: (nullable) (transfer full)
 *
 * What was changed has been kept when this returns.
 */
void
cli_filter_free (CliFilter *filter)
{
  if (filter == NULL)
    return;
  if (filter->settings != NULL)
    {
      g_signal_handlers_disconnect_by_data (filter->settings, filter);
      g_settings_sync ();
    }
  g_clear_object (&filter->settings);
  sal_filter_unref (filter->filter);
  g_clear_error (&filter->unread);
  g_free (filter->ignored);
  g_free (filter->path);
  g_free (filter);
}

/**
 * cli_filter_get:
 *
 * Returns: (transfer none)
 */
SalFilter *
cli_filter_get (CliFilter *filter)
{
  return filter->filter;
}

static gboolean
write_file (const CliFilter *filter, const char *list, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (filter->path);
  g_autofree char *text = g_strconcat (list, "\n", NULL);

  if (filter->unread != NULL)
    {
      g_propagate_error (error, g_error_copy (filter->unread));
      return FALSE;
    }
  if (g_mkdir_with_parents (folder, 0700) != 0)
    {
      g_set_error (error, SAL_ERROR, SAL_EXIT_FAILED, "%s: %s", folder, g_strerror (errno));
      return FALSE;
    }
  return g_file_set_contents_full (filter->path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600,
                                   error);
}

/**
 * cli_filter_set_ignored:
 * @mask: a name, or a mask
 * @ignored: whether it is to be in the list
 *
 * Returns: whether that is so now, at least until the program ends: if it cannot be kept, that is said on
 *   standard error. %FALSE with a sentence for people if it cannot be in the list, or was not there.
 */
gboolean
cli_filter_set_ignored (CliFilter *filter, const char *mask, gboolean ignored, GError **error)
{
  g_autofree char *changed = NULL;
  g_autoptr (GError) local = NULL;

  if (filter->settings == NULL && !filter->unkept)
    read_again (filter); /* another terminal may have written it */
  changed = sal_ignored_change (filter->ignored, mask, ignored, error);
  if (changed == NULL)
    return FALSE;
  if (filter->settings != NULL)
    {
      g_settings_set_string (filter->settings, "ignored", changed);
      read_again (filter);
      return TRUE;
    }
  filter->unkept = !write_file (filter, changed, &local);
  if (filter->unkept)
    cli_complain (_ ("that is so until the end only, it could not be kept: %s"), local->message);
  g_free (filter->ignored);
  filter->ignored = g_steal_pointer (&changed);
  sal_filter_unref (filter->filter);
  filter->filter = sal_filter_new (filter->ignored, "");
  filter->on_changed (filter->filter, filter->data);
  return TRUE;
}

/**
 * cli_filter_get_list:
 *
 * Returns: (transfer none): as it is kept; see sal_ignored_to_text().
 */
const char *
cli_filter_get_list (const CliFilter *filter)
{
  return filter->ignored;
}
