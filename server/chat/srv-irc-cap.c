/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * CAP: which capabilities the client wants (IRCv3 capability-negotiation). From the first LS
 * or REQ on, registration waits for END.
 */
#include "config.h"

#include <string.h>

#include "common/base/sal-limits.h"
#include "server/chat/srv-irc-private.h"

/* The version of negotiation in which capabilities have values. */
#define VERSION_WITH_VALUES 302

/* What the client may ask for in @version of the negotiation. */
static guint
available_caps (const SrvIrc *irc, guint version)
{
  SrvSession *session = irc->session;
  g_autofree char *mechanisms = session->host->mechanisms (session);
  g_autofree char *registration = session->host->registration (session);
  g_autofree char *sts = session->host->sts (session);
  guint missing = 0;

  if (sts == NULL || version < VERSION_WITH_VALUES)
    missing |= SAL_IRC_CAP_STS;
  if (mechanisms == NULL)
    missing |= SAL_IRC_CAP_SASL;
  if (registration == NULL)
    missing |= SAL_IRC_CAP_REGISTRATION;
  return ((1u << SAL_IRC_N_CAPS) - 1) & ~missing;
}

/**
 * srv_irc_available_caps:
 *
 * Returns: what this client may ask for.
 */
guint
srv_irc_available_caps (const SrvIrc *irc)
{
  return available_caps (irc, irc->cap_version);
}

/* @value: (transfer full) (nullable) */
static void
append_text (GString *out, char *value)
{
  if (value != NULL && *value != '\0')
    g_string_append_printf (out, "=%s", value);
  g_free (value);
}

static void
append_value (GString *out, const SrvIrc *irc, guint number)
{
  switch (1u << number)
    {
    case SAL_IRC_CAP_MULTILINE:
      g_string_append_printf (out, "=max-bytes=%d,max-lines=%d", SAL_MESSAGE_MAX_BYTES,
                              SAL_MULTILINE_LINES);
      break;
    case SAL_IRC_CAP_SASL:
      append_text (out, irc->session->host->mechanisms (irc->session));
      break;
    case SAL_IRC_CAP_REGISTRATION:
      append_text (out, irc->session->host->registration (irc->session));
      break;
    case SAL_IRC_CAP_STS:
      append_text (out, irc->session->host->sts (irc->session));
      break;
    default:
      break;
    }
}

/* @words over as many lines as they need; all but the last have @more. */
static void
send_words (SrvIrc *irc, const char *subcommand, const char *more, char **words)
{
  g_autoptr (GString) list = g_string_new (NULL);
  gsize space = srv_irc_space (irc) - strlen (" LIST * :"); /* the verb is as long as a number */

  for (; *words != NULL; words++)
    {
      if (**words == '\0')
        continue;
      if (list->len > 0 && list->len + 1 + strlen (*words) > space)
        {
          srv_irc_say (irc, "CAP %s %s %s:%s", srv_irc_get_nick (irc), subcommand, more, list->str);
          g_string_truncate (list, 0);
        }
      g_string_append (list, list->len > 0 ? " " : "");
      g_string_append (list, *words);
    }
  srv_irc_say (irc, "CAP %s %s :%s", srv_irc_get_nick (irc), subcommand, list->str);
}

/* @version: of the negotiation, as far as the list is concerned */
static void
send_list (SrvIrc *irc, const char *subcommand, guint caps, guint version)
{
  g_autoptr (GPtrArray) words = g_ptr_array_new_with_free_func (g_free);
  gboolean list = g_str_equal (subcommand, "LIST");

  for (guint i = 0; i < SAL_IRC_N_CAPS; i++)
    if (caps & 1u << i)
      {
        GString *word = g_string_new (sal_irc_cap_name (i));

        if (!list && version >= VERSION_WITH_VALUES)
          append_value (word, irc, i);
        g_ptr_array_add (words, g_string_free (word, FALSE));
      }
  g_ptr_array_add (words, NULL);
  send_words (irc, subcommand, version >= VERSION_WITH_VALUES ? "* " : "", (char **) words->pdata);
}

static gboolean
find_cap (const char *name, guint *bit)
{
  for (guint i = 0; i < SAL_IRC_N_CAPS; i++)
    if (g_str_equal (sal_irc_cap_name (i), name))
      {
        *bit = 1u << i;
        return TRUE;
      }
  return FALSE;
}

/* All or nothing. */
static void
request (SrvIrc *irc, const char *list)
{
  g_auto (GStrv) names = g_strsplit (list, " ", -1);
  guint available = srv_irc_available_caps (irc) & ~(guint) SAL_IRC_CAP_STS;
  guint caps = irc->caps;
  gboolean ok = TRUE;

  for (guint i = 0; names[i] != NULL && ok; i++)
    {
      gboolean off = names[i][0] == '-';
      guint bit = 0;

      if (names[i][0] == '\0')
        continue;
      ok = find_cap (names[i] + off, &bit) && (bit & available);
      if (off && bit == SAL_IRC_CAP_CAP_NOTIFY && irc->cap_version >= VERSION_WITH_VALUES)
        ok = FALSE; /* 302 has it always */
      caps = off ? caps & ~bit : caps | bit;
    }
  send_words (irc, ok ? "ACK" : "NAK", "", names);
  if (ok)
    {
      irc->caps = caps;
      irc->session->host->restyle (irc->session);
    }
}

static void
list_available (SrvIrc *irc, const SalIrcLine *line)
{
  guint64 asked = line->n_params > 1 ? g_ascii_strtoull (line->params[1], NULL, 10) : 0;
  guint version = (guint) MIN (asked, VERSION_WITH_VALUES);

  irc->cap_version = MAX (irc->cap_version, version);
  if (irc->cap_version >= VERSION_WITH_VALUES)
    irc->caps |= SAL_IRC_CAP_CAP_NOTIFY;
  irc->negotiating = irc->negotiating || !irc->registered;
  /* The answer is in the version of the question; what the client once knew it still knows. */
  send_list (irc, "LS", available_caps (irc, version), version);
}

/**
 * srv_irc_handle_cap:
 */
void
srv_irc_handle_cap (SrvIrc *irc, const SalIrcLine *line)
{
  const char *subcommand = line->params[0];

  if (g_ascii_strcasecmp (subcommand, "LS") == 0)
    list_available (irc, line);
  else if (g_ascii_strcasecmp (subcommand, "LIST") == 0)
    send_list (irc, "LIST", irc->caps, irc->cap_version);
  else if (g_ascii_strcasecmp (subcommand, "REQ") == 0)
    {
      irc->negotiating = irc->negotiating || !irc->registered;
      request (irc, line->n_params > 1 ? line->params[1] : "");
    }
  else if (g_ascii_strcasecmp (subcommand, "END") == 0)
    {
      irc->negotiating = FALSE;
      srv_irc_try_register (irc);
    }
  else
    srv_irc_reply (irc, ERR_INVALIDCAPCMD, "%s :Invalid CAP command", srv_irc_echo (subcommand));
}

/* Those that a new configuration may bring, take away, or give another value. */
#define CHANGING_CAPS ((guint) (SAL_IRC_CAP_REGISTRATION | SAL_IRC_CAP_SASL | SAL_IRC_CAP_STS))

/**
 * srv_irc_dup_changing_caps:
 *
 * Returns: (transfer full): those, as the client may have them now, with their values, as in a
 *   list.
 */
char *
srv_irc_dup_changing_caps (const SrvIrc *irc)
{
  guint caps = srv_irc_available_caps (irc) & CHANGING_CAPS;
  GString *list = g_string_new (NULL);

  for (guint i = 0; i < SAL_IRC_N_CAPS; i++)
    if (caps & 1u << i)
      {
        g_string_append_printf (list, "%s%s", list->len > 0 ? " " : "", sal_irc_cap_name (i));
        append_value (list, irc, i);
      }
  return g_string_free (list, FALSE);
}

/* Whether one of @list is called as @cap is, whatever its value. */
static gboolean
has_cap (char **list, const char *cap)
{
  gsize len = strcspn (cap, "=");

  for (; *list != NULL; list++)
    if (strcspn (*list, "=") == len && strncmp (*list, cap, len) == 0)
      return TRUE;
  return FALSE;
}

/* A capability that is there no more is negotiated no more. The one that promises TLS cannot be
 * taken back (IRCv3 sts). */
static void
take_away (SrvIrc *irc, const char *cap)
{
  g_autofree char *name = g_strndup (cap, strcspn (cap, "="));
  guint bit = 0;

  if (!find_cap (name, &bit) || bit == SAL_IRC_CAP_STS)
    return;
  srv_irc_say_aside (irc, "CAP %s DEL :%s", srv_irc_get_nick (irc), name);
  irc->caps &= ~bit;
}

/**
 * srv_irc_caps_changed:
 * @before: what srv_irc_dup_changing_caps() has given
 *
 * Tells a client that wants to know it (cap-notify) what has changed since.
 */
void
srv_irc_caps_changed (SrvIrc *irc, const char *before)
{
  g_autofree char *after = srv_irc_dup_changing_caps (irc);
  g_auto (GStrv) old = g_strsplit (before, " ", -1);
  g_auto (GStrv) new = g_strsplit (after, " ", -1);

  if (!(irc->caps & SAL_IRC_CAP_CAP_NOTIFY) || irc->session->state >= SRV_SESSION_LEAVING)
    return;
  for (char **cap = old; *cap != NULL; cap++)
    if (!has_cap (new, *cap))
      take_away (irc, *cap);
  for (char **cap = new; *cap != NULL; cap++)
    if (!g_strv_contains ((const char *const *) old, *cap))
      srv_irc_say_aside (irc, "CAP %s NEW :%.*s", srv_irc_get_nick (irc),
                         irc->cap_version >= VERSION_WITH_VALUES ? (int) strlen (*cap)
                                                                 : (int) strcspn (*cap, "="),
                         *cap);
}
