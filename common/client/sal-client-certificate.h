/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

GTlsCertificate *
sal_client_certificate_load (const char *file, const char *key_file, GError **error);
char *sal_client_certificate_fingerprint (GTlsCertificate *certificate);

G_END_DECLS
