/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "server/tls/srv-certificate.h"
#include "server/tls/srv-tls.h"

G_BEGIN_DECLS

typedef struct _SrvCredentials SrvCredentials;

SrvCredentials *srv_credentials_new (void);
void srv_credentials_free (SrvCredentials *credentials);

gboolean srv_credentials_load (SrvCredentials *credentials,
                               const char *file,
                               const char *key_file,
                               gboolean own,
                               GError **error);

gboolean srv_credentials_check (const char *file, const char *key_file, GError **error);

SrvTls *srv_credentials_connect (const SrvCredentials *credentials);
const SrvCertificate *srv_credentials_get_certificate (const SrvCredentials *credentials);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SrvCredentials, srv_credentials_free)

G_END_DECLS
