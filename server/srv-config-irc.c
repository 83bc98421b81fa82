/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the configuration says about IRC, group [irc].
 */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "server/srv-config-private.h"

static gboolean
replace_text (char **place, const char *value, char **allowed)
{
  if (!g_utf8_validate (value, -1, NULL) || strpbrk (value, "\r\n") != NULL)
    {
      *allowed = g_strdup (_ ("a text of one line"));
      return FALSE;
    }
  g_free (*place);
  *place = *value != '\0' ? g_strdup (value) : NULL;
  return TRUE;
}

/**
 * srv_config_read_irc_network:
 */
gboolean
srv_config_read_irc_network (SrvConfig *config, const char *value, char **allowed, GError **error)
{
  return replace_text (&config->irc_network, value, allowed);
}

/**
 * srv_config_read_irc_description:
 */
gboolean
srv_config_read_irc_description (SrvConfig *config,
                                 const char *value,
                                 char **allowed,
                                 GError **error)
{
  return replace_text (&config->irc_description, value, allowed);
}

/**
 * srv_config_read_irc_password:
 */
gboolean
srv_config_read_irc_password (SrvConfig *config, const char *value, char **allowed, GError **error)
{
  return replace_text (&config->irc_password, value, allowed);
}

/**
 * srv_config_read_irc_motd:
 *
 * The key file has made line feeds of `\n`.
 */
gboolean
srv_config_read_irc_motd (SrvConfig *config, const char *value, char **allowed, GError **error)
{
  if (!g_utf8_validate (value, -1, NULL))
    {
      *allowed = g_strdup (_ ("a text, with \\n between its lines"));
      return FALSE;
    }
  g_clear_pointer (&config->irc_motd, g_strfreev);
  if (*value != '\0')
    config->irc_motd = g_strsplit (value, "\n", -1);
  return TRUE;
}

/**
 * srv_config_read_irc_addresses:
 */
gboolean
srv_config_read_irc_addresses (SrvConfig *config, const char *value, char **allowed, GError **error)
{
  config->irc_addresses_shown = g_str_equal (value, "shown");
  if (config->irc_addresses_shown || g_str_equal (value, "hidden"))
    return TRUE;
  *allowed = g_strdup ("shown, hidden");
  return FALSE;
}

/**
 * srv_config_read_irc_history_on_join:
 */
gboolean
srv_config_read_irc_history_on_join (SrvConfig *config,
                                     const char *value,
                                     char **allowed,
                                     GError **error)
{
  return srv_config_read_number (value, 0, SAL_HISTORY_MAX, &config->irc_history_on_join, allowed);
}

static void
take_text (char **place, char **other)
{
  char *text = *place;

  *place = *other;
  *other = text;
}

/**
 * srv_config_take_irc:
 * @other: gets what is in force no more, and is freed with it once everybody has been told
 */
void
srv_config_take_irc (SrvConfig *config, SrvConfig *other)
{
  char **motd = config->irc_motd;

  config->irc_motd = other->irc_motd;
  other->irc_motd = motd;
  take_text (&config->irc_network, &other->irc_network);
  take_text (&config->irc_description, &other->irc_description);
  take_text (&config->irc_password, &other->irc_password);
  config->irc_addresses_shown = other->irc_addresses_shown;
  config->irc_history_on_join = other->irc_history_on_join;
}
