/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the server shows of itself now, and how it changes while it runs: read again when
 * it is asked to, and when the files change. What cannot be used takes the place of
 * nothing. Connections keep the certificate that they began with.
 *
 * Files are replaced in many ways: written over, renamed over, links that are turned to
 * another folder. So the folders are watched, of the files and of what they are links
 * to, and whether anything has changed is decided by what is in the files. The main
 * thread only.
 */
#include "config.h"

#include "server/tls/srv-credentials.h"

#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <openssl/ssl.h>
#include <stdlib.h>

#include "common/base/sal-error.h"
#include "server/tls/srv-self-signed.h"
#include "server/tls/srv-tls-context.h"

/* From the first sign of a change until the files are read: a certificate and its key are
 * two files, and who replaces them does so one after the other. */
#define SETTLE_MS 1000

/* How often it is looked at without any sign: on network file systems there are none. */
#define LOOK_SECONDS (12 * 60 * 60)

/* One's own certificate is made anew, and others are warned of, so many days before. */
#define RENEW_DAYS 30
#define WARN_DAYS 21

struct _SrvCredentials
{
  char *file;                  /* (owned) (nullable): once loaded */
  char *key_file;              /* (owned) (nullable) */
  gboolean own;                /* ours to make */
  SrvCertificate *certificate; /* (owned) (nullable): in use */
  SSL_CTX *context;            /* (owned) (nullable): made from it */
  char *complaint;             /* (owned) (nullable): said last, and not to be said again */
  GPtrArray *monitors;         /* (owned) of GFileMonitor (owned) */
  guint settle_timer;
  guint look_timer;
};

static gint64
now_s (void)
{
  return g_get_real_time () / G_USEC_PER_SEC;
}

static void
set_text (char **text, const char *value)
{
  char *copy = g_strdup (value);

  g_free (*text);
  *text = copy;
}

/**
 * srv_credentials_new:
 *
 * Returns: (transfer full): none yet.
 */
SrvCredentials *
srv_credentials_new (void)
{
  SrvCredentials *credentials = g_new0 (SrvCredentials, 1);

  credentials->monitors = g_ptr_array_new_with_free_func (g_object_unref);
  return credentials;
}

/**
 * srv_credentials_free:
 * @credentials: (nullable) (transfer full)
 */
void
srv_credentials_free (SrvCredentials *credentials)
{
  if (credentials == NULL)
    return;
  g_clear_handle_id (&credentials->settle_timer, g_source_remove);
  g_clear_handle_id (&credentials->look_timer, g_source_remove);
  g_ptr_array_unref (credentials->monitors);
  SSL_CTX_free (credentials->context);
  srv_certificate_free (credentials->certificate);
  g_free (credentials->complaint);
  g_free (credentials->file);
  g_free (credentials->key_file);
  g_free (credentials);
}

static void
announce (const SrvCertificate *certificate)
{
  gint64 days = srv_certificate_days_left (certificate, now_s ());
  g_autofree char *left = g_strdup_printf ("%" G_GINT64_FORMAT, days);

  /* TRANSLATORS: a file, names of machines, a number of days */
  g_message (_ ("the certificate in %s is for %s; days it is still valid: %s"), certificate->file,
             certificate->names, left);
  /* TRANSLATORS: two long numbers that people compare */
  g_message (_ ("its fingerprint is %s, that of its key %s"), certificate->fingerprint,
             certificate->pin);
}

static void
warn_of_end (const SrvCertificate *certificate)
{
  gint64 days = srv_certificate_days_left (certificate, now_s ());
  g_autofree char *left = g_strdup_printf ("%" G_GINT64_FORMAT, days);

  if (days <= WARN_DAYS)
    g_warning (_ ("the certificate in %s must be replaced; days it is still valid: %s"),
               certificate->file, left);
}

/* Watching. */

static gboolean on_look (gpointer data);

static void on_changed (
    GFileMonitor *monitor, GFile *file, GFile *other, GFileMonitorEvent event, gpointer data);

static void
watch_folder (SrvCredentials *credentials, const char *folder, GHashTable *watched)
{
  g_autoptr (GFile) file = g_file_new_for_path (folder);
  GFileMonitor *monitor = NULL;

  if (!g_hash_table_add (watched, g_strdup (folder)))
    return;
  monitor = g_file_monitor_directory (file, G_FILE_MONITOR_WATCH_MOVES, NULL, NULL);
  if (monitor == NULL)
    return;
  g_signal_connect (monitor, "changed", G_CALLBACK (on_changed), credentials);
  g_ptr_array_add (credentials->monitors, monitor);
}

static void
watch_file (SrvCredentials *credentials, const char *file, GHashTable *watched)
{
  g_autofree char *folder = g_path_get_dirname (file);
  char *real = realpath (file, NULL);
  g_autofree char *real_folder = real != NULL ? g_path_get_dirname (real) : NULL;

  free (real);
  watch_folder (credentials, folder, watched);
  if (real_folder != NULL)
    watch_folder (credentials, real_folder, watched);
}

static void
watch (SrvCredentials *credentials)
{
  g_autoptr (GHashTable) watched = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  g_ptr_array_set_size (credentials->monitors, 0);
  watch_file (credentials, credentials->file, watched);
  watch_file (credentials, credentials->key_file, watched);
}

/* Loading. */

/* Returns whether one's own certificate serves for some time yet. */
static gboolean
is_fresh (const SrvCertificate *certificate)
{
  return certificate != NULL && srv_certificate_check_time (certificate, now_s (), NULL) &&
         srv_certificate_days_left (certificate, now_s ()) >= RENEW_DAYS;
}

static SrvCertificate *
load_own (const char *file, const char *key_file, GError **error)
{
  g_autoptr (SrvCertificate) certificate = srv_certificate_load (file, key_file, NULL);

  if (is_fresh (certificate))
    return g_steal_pointer (&certificate);
  if (!srv_self_signed_make (file, key_file, g_get_host_name (), now_s (), error))
    return NULL;
  return srv_certificate_load (file, key_file, error);
}

/* An end that has come is no reason not to start: nothing else can be shown, and who has
 * the key pinned loses nothing. It is one not to replace a certificate that is valid. */
static gboolean
may_be_used (const SrvCredentials *credentials, const SrvCertificate *certificate, GError **error)
{
  g_autoptr (GError) local = NULL;

  if (srv_certificate_check_time (certificate, now_s (), &local))
    return TRUE;
  if (credentials->certificate != NULL &&
      srv_certificate_check_time (credentials->certificate, now_s (), NULL))
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  g_warning (_ ("%s; it is used all the same, because there is no other"), local->message);
  return TRUE;
}

/**
 * srv_credentials_load:
 * @file: the certificate
 * @key_file: its key
 * @own: whether they are the server's own, which it makes if they are missing or their
 *   end is near
 *
 * Takes them from there now, and whenever they change from then on.
 *
 * Returns: %FALSE with a #SAL_ERROR that names the file; then everything is as before.
 */
gboolean
srv_credentials_load (SrvCredentials *credentials,
                      const char *file,
                      const char *key_file,
                      gboolean own,
                      GError **error)
{
  g_autoptr (SrvCertificate) certificate =
      own ? load_own (file, key_file, error) : srv_certificate_load (file, key_file, error);
  SSL_CTX *context = NULL;
  gboolean changed = FALSE;

  if (certificate == NULL || !may_be_used (credentials, certificate, error))
    return FALSE;
  context = srv_tls_context_new (certificate, error);
  if (context == NULL)
    return FALSE;
  changed = credentials->certificate == NULL ||
            !g_str_equal (credentials->certificate->content, certificate->content);
  SSL_CTX_free (credentials->context);
  srv_certificate_free (credentials->certificate);
  credentials->context = context;
  credentials->certificate = g_steal_pointer (&certificate);
  credentials->own = own;
  set_text (&credentials->file, file);
  set_text (&credentials->key_file, key_file);
  g_clear_pointer (&credentials->complaint, g_free);
  watch (credentials);
  if (credentials->look_timer == 0)
    credentials->look_timer = g_timeout_add_seconds (LOOK_SECONDS, on_look, credentials);
  if (changed)
    {
      announce (credentials->certificate);
      warn_of_end (credentials->certificate);
    }
  return TRUE;
}

static void
look (SrvCredentials *credentials)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SrvCertificate) now =
      srv_certificate_load (credentials->file, credentials->key_file, NULL);

  if (now != NULL && g_str_equal (now->content, credentials->certificate->content) &&
      (!credentials->own || is_fresh (now)))
    return;
  if (srv_credentials_load (credentials, credentials->file, credentials->key_file, credentials->own,
                            &error) ||
      g_strcmp0 (credentials->complaint, error->message) == 0)
    return;
  g_warning (_ ("the certificate in use stays: %s"), error->message);
  set_text (&credentials->complaint, error->message);
}

static gboolean
on_look (gpointer data)
{
  SrvCredentials *credentials = data;

  look (credentials);
  warn_of_end (credentials->certificate);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_settled (gpointer data)
{
  SrvCredentials *credentials = data;

  credentials->settle_timer = 0;
  look (credentials);
  return G_SOURCE_REMOVE;
}

static void
on_changed (
    GFileMonitor *monitor, GFile *file, GFile *other, GFileMonitorEvent event, gpointer data)
{
  SrvCredentials *credentials = data;

  if (credentials->settle_timer == 0)
    credentials->settle_timer = g_timeout_add (SETTLE_MS, on_settled, credentials);
}

/**
 * srv_credentials_check:
 *
 * Whether srv_credentials_load() would take these without a word, and nothing else.
 *
 * Returns: %FALSE with a #SAL_ERROR that names the file.
 */
gboolean
srv_credentials_check (const char *file, const char *key_file, GError **error)
{
  g_autoptr (SrvCertificate) certificate = srv_certificate_load (file, key_file, error);
  SSL_CTX *context = NULL;

  if (certificate == NULL || !srv_certificate_check_time (certificate, now_s (), error))
    return FALSE;
  context = srv_tls_context_new (certificate, error);
  if (context == NULL)
    return FALSE;
  SSL_CTX_free (context);
  return TRUE;
}

/**
 * srv_credentials_connect:
 *
 * Returns: (transfer full): a new connection with the certificate of now, which must
 *   have been loaded.
 */
SrvTls *
srv_credentials_connect (const SrvCredentials *credentials)
{
  return srv_tls_new (credentials->context);
}

/**
 * srv_credentials_get_certificate:
 *
 * Returns: (transfer none) (nullable): the one in use.
 */
const SrvCertificate *
srv_credentials_get_certificate (const SrvCredentials *credentials)
{
  return credentials->certificate;
}
