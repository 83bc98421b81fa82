/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <openssl/types.h>

#include "server/tls/srv-certificate.h"

G_BEGIN_DECLS

SSL_CTX *srv_tls_context_new (const SrvCertificate *certificate, GError **error);

G_END_DECLS
