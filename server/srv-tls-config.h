/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "server/srv-config.h"
#include "server/tls/srv-credentials.h"

G_BEGIN_DECLS

gboolean srv_tls_config_is_needed (const SrvConfig *config);
gboolean srv_tls_config_check (const SrvConfig *config, GError **error);
gboolean srv_tls_config_load (const SrvConfig *config,
                              SrvCredentials *credentials,
                              const char *own_folder,
                              GError **error);
void srv_tls_config_warn (const SrvConfig *config, const SrvCredentials *credentials);
guint srv_tls_config_sts_seconds (const SrvConfig *config, const SrvCredentials *credentials);

G_END_DECLS
