/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the files of the configuration share. A reader of a value puts into @allowed what would
 * have been right, or sets @error, and returns FALSE.
 */
#pragma once

#include "server/srv-config.h"

G_BEGIN_DECLS

gboolean
srv_config_read_number (const char *value, guint least, guint most, guint *result, char **allowed);

gboolean
srv_config_read_irc_network (SrvConfig *config, const char *value, char **allowed, GError **error);
gboolean srv_config_read_irc_description (SrvConfig *config,
                                          const char *value,
                                          char **allowed,
                                          GError **error);
gboolean
srv_config_read_irc_password (SrvConfig *config, const char *value, char **allowed, GError **error);
gboolean
srv_config_read_irc_motd (SrvConfig *config, const char *value, char **allowed, GError **error);
gboolean srv_config_read_irc_addresses (SrvConfig *config,
                                        const char *value,
                                        char **allowed,
                                        GError **error);
gboolean srv_config_read_irc_history_on_join (SrvConfig *config,
                                              const char *value,
                                              char **allowed,
                                              GError **error);

G_END_DECLS
