/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the configuration says about TLS, carried out: which certificate, where the
 * server's own is when there is none, and what may be promised with it.
 */
#include "config.h"

#include "server/srv-tls-config.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

#include "common/base/sal-error.h"

static const char *
key_file (const SrvConfig *config)
{
  return config->key != NULL ? config->key : config->certificate;
}

/**
 * srv_tls_config_is_needed:
 *
 * Returns: whether any listener needs a certificate.
 */
gboolean
srv_tls_config_is_needed (const SrvConfig *config)
{
  for (guint i = 0; i < config->listeners->len; i++)
    if (sal_scheme_is_tls (((const SalUri *) config->listeners->pdata[i])->scheme))
      return TRUE;
  return FALSE;
}

/**
 * srv_tls_config_check:
 *
 * Reads what the configuration names, without using it. The server's own certificate is
 * not looked at, because it would be made.
 *
 * Returns: %FALSE with a #SAL_ERROR that names the file.
 */
gboolean
srv_tls_config_check (const SrvConfig *config, GError **error)
{
  return config->certificate == NULL || !srv_tls_config_is_needed (config) ||
         srv_credentials_check (config->certificate, key_file (config), error);
}

/**
 * srv_tls_config_load:
 * @own_folder: where the server's own certificate is; made if it is missing and needed.
 *   A folder of its own, because it is watched for changes
 *
 * Returns: %FALSE with a #SAL_ERROR that names the file; then @credentials are as before.
 */
gboolean
srv_tls_config_load (const SrvConfig *config,
                     SrvCredentials *credentials,
                     const char *own_folder,
                     GError **error)
{
  g_autofree char *file = g_build_filename (own_folder, "certificate.pem", NULL);
  g_autofree char *key = g_build_filename (own_folder, "key.pem", NULL);

  if (config->certificate != NULL)
    return srv_credentials_load (credentials, config->certificate, key_file (config), FALSE, error);
  if (g_mkdir (own_folder, 0700) < 0 && errno != EEXIST)
    {
      g_set_error (error, SAL_ERROR, SAL_EXIT_TLS, _ ("cannot make the folder %s: %s"), own_folder,
                   g_strerror (errno));
      return FALSE;
    }
  return srv_credentials_load (credentials, file, key, TRUE, error);
}

/**
 * srv_tls_config_sts_seconds:
 * @credentials: (nullable): in use; %NULL: nobody listens with TLS
 *
 * A promise that lasts for months must not rest on a certificate that nobody else
 * vouches for: a client that cannot check it any more could not come in at all.
 *
 * Returns: for how long clients may be told to come by TLS only (IRCv3 "sts"); 0 if they
 *   must not be told.
 */
guint
srv_tls_config_sts_seconds (const SrvConfig *config, const SrvCredentials *credentials)
{
  const SrvCertificate *certificate =
      credentials != NULL ? srv_credentials_get_certificate (credentials) : NULL;

  return certificate != NULL && !certificate->self_signed ? config->sts_seconds : 0;
}

/**
 * srv_tls_config_warn:
 * @credentials: (nullable): in use
 *
 * Says so if something is configured that cannot be promised.
 */
void
srv_tls_config_warn (const SrvConfig *config, const SrvCredentials *credentials)
{
  if (config->sts_seconds > 0 && srv_tls_config_sts_seconds (config, credentials) == 0)
    g_warning (_ ("sts-seconds is left out: it needs a listener with TLS, and a certificate that "
                  "an authority has signed"));
}
