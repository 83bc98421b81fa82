/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Passwords in the person's keyring (libsecret: the desktop's Secret Service, the portal in a
 * sandbox, or an encrypted file with SECRET_BACKEND=file). Each belongs to an account at the
 * address of a server, as sal_server_split_uri() writes it. The programs that share them are all
 * of this project.
 */
#include "config.h"

#include "common/client/sal-secret.h"

#include <glib/gi18n-lib.h>
#include <libsecret/secret.h>
#include <string.h>

static const SecretSchema schema = {
  "org.salotto.Password",
  SECRET_SCHEMA_NONE,
  {
      { "server", SECRET_SCHEMA_ATTRIBUTE_STRING },
      { "account", SECRET_SCHEMA_ATTRIBUTE_STRING },
      { NULL, 0 },
  },
};

static GHashTable *
make_attributes (const char *uri, const char *account)
{
  return secret_attributes_build (&schema, "server", uri, "account", account, NULL);
}

static char *
make_label (const char *uri, const char *account)
{
  return g_strdup_printf (_ ("Salotto: %s at %s"), account, uri);
}

/**
 * sal_secret_server:
 * @uri: as it was typed
 * @with_room: at an address of the plain dialect, where a room is a server of its own
 *
 * Returns: (transfer full): the one way to write the address that a password belongs to, as the
 *   window's addresses are written (gui_address_normalize(), sal_server_split_uri()).
 */
char *
sal_secret_server (const SalUri *uri, gboolean with_room)
{
  gboolean irc = uri->scheme == SAL_SCHEME_IRC || uri->scheme == SAL_SCHEME_IRCS;
  guint16 usual = uri->scheme == SAL_SCHEME_PLAIN ? SAL_PORT_PLAIN : SAL_PORT_PLAINS;
  g_autofree char *host = NULL;
  g_autofree char *where = NULL;
  g_autofree char *room = NULL;

  if (uri->scheme == SAL_SCHEME_UNIX)
    {
      room = g_uri_escape_string (uri->path, "/", TRUE);
      return g_strconcat ("unix://", room, NULL);
    }
  host = g_utf8_strdown (uri->host, -1);
  if (irc || uri->port != usual)
    where = sal_format_host_port (host, uri->port);
  else
    where = g_strdup_printf (strchr (host, ':') != NULL ? "[%s]" : "%s", host);
  if (irc || !with_room || uri->path == NULL)
    return g_strdup_printf ("%s://%s", sal_scheme_name (uri->scheme), where);
  room = g_uri_escape_string (uri->path, NULL, TRUE);
  return g_strdup_printf ("%s://%s/%s", sal_scheme_name (uri->scheme), where, room);
}

/**
 * sal_secret_lookup_async:
 * @uri: of the server
 *
 * Looks for a password. The keyring may ask the person to unlock it, so this can take long.
 */
void
sal_secret_lookup_async (const char *uri,
                         const char *account,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer data)
{
  g_autoptr (GHashTable) attributes = make_attributes (uri, account);

  secret_password_lookupv (&schema, attributes, cancellable, callback, data);
}

/**
 * sal_secret_lookup_finish:
 *
 * Returns: (transfer full) (nullable): the password, for sal_secret_free(); %NULL without an error
 *   if none is kept.
 */
char *
sal_secret_lookup_finish (GAsyncResult *result, GError **error)
{
  return secret_password_lookup_finish (result, error);
}

/**
 * sal_secret_store_async:
 *
 * Keeps a password, in place of the one before.
 */
void
sal_secret_store_async (const char *uri,
                        const char *account,
                        const char *password,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer data)
{
  g_autoptr (GHashTable) attributes = make_attributes (uri, account);
  g_autofree char *label = make_label (uri, account);

  secret_password_storev (&schema, attributes, SECRET_COLLECTION_DEFAULT, label, password,
                          cancellable, callback, data);
}

/**
 * sal_secret_store_finish:
 *
 * Returns: whether it is kept.
 */
gboolean
sal_secret_store_finish (GAsyncResult *result, GError **error)
{
  return secret_password_store_finish (result, error);
}

/**
 * sal_secret_clear_async:
 *
 * Forgets a password.
 */
void
sal_secret_clear_async (const char *uri,
                        const char *account,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer data)
{
  g_autoptr (GHashTable) attributes = make_attributes (uri, account);

  secret_password_clearv (&schema, attributes, cancellable, callback, data);
}

/**
 * sal_secret_clear_finish:
 *
 * Returns: %FALSE with an error if that could not be done; that there was none is no error.
 */
gboolean
sal_secret_clear_finish (GAsyncResult *result, GError **error)
{
  g_autoptr (GError) problem = NULL;

  if (secret_password_clear_finish (result, &problem) || problem == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&problem));
  return FALSE;
}

/**
 * sal_secret_lookup_sync:
 *
 * As sal_secret_lookup_async(), for programs that have nothing else to do.
 *
 * Returns: (transfer full) (nullable): as sal_secret_lookup_finish().
 */
char *
sal_secret_lookup_sync (const char *uri,
                        const char *account,
                        GCancellable *cancellable,
                        GError **error)
{
  g_autoptr (GHashTable) attributes = make_attributes (uri, account);

  return secret_password_lookupv_sync (&schema, attributes, cancellable, error);
}

/**
 * sal_secret_store_sync:
 *
 * As sal_secret_store_async(), for programs that have nothing else to do.
 */
gboolean
sal_secret_store_sync (const char *uri,
                       const char *account,
                       const char *password,
                       GCancellable *cancellable,
                       GError **error)
{
  g_autoptr (GHashTable) attributes = make_attributes (uri, account);
  g_autofree char *label = make_label (uri, account);

  return secret_password_storev_sync (&schema, attributes, SECRET_COLLECTION_DEFAULT, label,
                                      password, cancellable, error);
}

/**
 * sal_secret_free:
 * @password: (nullable) (transfer full): one that was looked up, or a copy
 *
 * Overwrites it and gives it free.
 */
void
sal_secret_free (char *password)
{
  secret_password_free (password);
}
