/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * MODE: reading and changing the modes of rooms and of oneself. A room's are changed by the
 * log's judge.
 */
#include "config.h"

#include <string.h>

#include "common/base/sal-limits.h"
#include "common/proto/sal-irc-mask.h"
#include "common/proto/sal-name.h"
#include "server/chat/srv-irc-private.h"
#include "server/state/srv-modes.h"

static const struct
{
  SalIrcNumeric entry;
  SalIrcNumeric end;
  const char *text;
} lists[SRV_N_LISTS] = {
  [SRV_LIST_BAN] = { RPL_BANLIST, RPL_ENDOFBANLIST, "ban" },
  [SRV_LIST_EXCEPTION] = { RPL_EXCEPTLIST, RPL_ENDOFEXCEPTLIST, "exception" },
  [SRV_LIST_INVITATION] = { RPL_INVEXLIST, RPL_ENDOFINVEXLIST, "invite exception" },
};

/* By whom and when may be left out, which is better than half a mask. */
static void
send_mask (SrvIrc *irc, const SrvChannel *channel, SalIrcNumeric numeric, const SrvMask *mask)
{
  g_autofree char *by =
      g_strdup_printf (" %s %" G_GINT64_FORMAT, mask->set_by, mask->set_us / G_USEC_PER_SEC);
  gsize len = strlen ("# ") + strlen (channel->name) + strlen (mask->mask) + strlen (by);

  srv_irc_reply (irc, numeric, "#%s %s%s", channel->name, mask->mask,
                 len <= srv_irc_space (irc) ? by : "");
}

static void
send_list (SrvIrc *irc, const SrvChannel *channel, SrvListKind kind)
{
  const GArray *masks = channel->lists[kind];

  for (guint i = 0; masks != NULL && i < masks->len; i++)
    {
      const SrvMask *mask = &g_array_index (masks, SrvMask, i);

      send_mask (irc, channel, lists[kind].entry, mask);
    }
  srv_irc_reply (irc, lists[kind].end, "#%s :End of channel %s list", channel->name,
                 lists[kind].text);
}

static void
send_modes (SrvIrc *irc, const SrvChannel *channel)
{
  g_autoptr (GString) modes = g_string_new (NULL);

  srv_modes_append_set (modes, channel,
                        srv_state_find_membership (srv_irc_me (irc), channel) != NULL);
  srv_irc_reply (irc, RPL_CHANNELMODEIS, "#%s %s", channel->name, modes->str);
  srv_irc_reply (irc, RPL_CREATIONTIME, "#%s %" G_GINT64_FORMAT, channel->name,
                 channel->created_us / G_USEC_PER_SEC);
}

static gboolean
is_question (const SrvModeChange *change)
{
  return change->info != NULL && change->info->type == SRV_MODE_LIST && change->param == NULL;
}

/* Whether it would be a mask that no line has room for with all that is around it. */
static gboolean
is_too_long (const SrvModeChange *change)
{
  g_autofree char *mask = NULL;

  if (change->info == NULL || change->info->type != SRV_MODE_LIST || !change->set)
    return FALSE;
  mask = sal_irc_mask_complete (change->param);
  return strlen (mask) > SAL_MASK_BYTES;
}

/* What is left when the questions are answered goes to the judge. */
static void
change_room (SrvIrc *irc, const SrvChannel *channel, const SalIrcLine *line)
{
  g_autoptr (GArray) changes =
      srv_modes_parse (line->params[1], line->params + 2, line->n_params - 2);
  g_autoptr (GString) letters = g_string_new (NULL);
  g_autoptr (GString) params = g_string_new (NULL);
  gboolean sent[SRV_N_LISTS] = { FALSE };
  guint n = 0;

  for (guint i = 0; i < changes->len; i++)
    {
      const SrvModeChange *change = &g_array_index (changes, SrvModeChange, i);

      if (is_question (change))
        {
          /* Once, however often a line asks: a long list can be asked for 480 times in one. */
          if (!sent[change->info->bit])
            send_list (irc, channel, (SrvListKind) change->info->bit);
          sent[change->info->bit] = TRUE;
          continue;
        }
      if (change->param != NULL && (*change->param == '\0' || strchr (change->param, ' ') != NULL))
        {
          srv_irc_reply (irc, ERR_INVALIDMODEPARAM, "#%s %c * :Invalid mode parameter",
                         channel->name, change->letter);
          continue;
        }
      if (is_too_long (change))
        {
          srv_irc_reply (irc, ERR_INVALIDMODEPARAM, "#%s %c * :A mask has at most %d bytes",
                         channel->name, change->letter, SAL_MASK_BYTES);
          continue;
        }
      if (++n > SAL_MODES_PER_COMMAND)
        {
          srv_irc_fail (irc, "MODE", "TOO_MANY_MODES",
                        "#%s :Only the first %d changes of a command are made", channel->name,
                        SAL_MODES_PER_COMMAND);
          break;
        }
      srv_modes_append_change (letters, params, change);
    }
  if (letters->len > 0)
    {
      SrvEntry fields = srv_irc_fields (irc, SRV_ENTRY_MODE);

      g_string_append (letters, params->str);
      fields.room = channel->name;
      fields.text = letters->str;
      srv_irc_post (irc, &fields);
    }
}

/* One's own modes; whom the server made its operator may only give that up. What is said and taken
 * back in one line changes nothing. */
static void
change_self (SrvIrc *irc, const SrvUser *me, const char *text)
{
  g_autoptr (GString) change = g_string_new (NULL);
  guint modes = me->modes;
  gboolean set = TRUE;
  gboolean unknown = FALSE;

  for (; *text != '\0'; text++)
    {
      guint bit = srv_umode_bit (*text);

      if (*text == '+' || *text == '-')
        set = *text == '+';
      else if (bit == 0)
        unknown = TRUE;
      else if (!set)
        modes &= ~bit;
      else if (!(bit & SRV_UMODES_GIVEN) || (me->modes & bit))
        modes |= bit;
    }
  if (unknown)
    srv_irc_reply (irc, ERR_UMODEUNKNOWNFLAG, ":Unknown mode flag");
  if (modes & ~me->modes)
    srv_umodes_append (change, modes & ~(guint) me->modes);
  if (me->modes & ~modes)
    {
      gsize at = change->len;

      srv_umodes_append (change, me->modes & ~modes);
      change->str[at] = '-';
    }
  if (change->len > 0)
    {
      SrvEntry fields = srv_irc_fields (irc, SRV_ENTRY_UMODE);

      fields.text = change->str;
      srv_irc_post (irc, &fields);
    }
}

static void
mode_of_person (SrvIrc *irc, const SalIrcLine *line)
{
  const SrvUser *me = srv_irc_me (irc);
  const SrvUser *user = srv_state_find_user (irc->hub->state, line->params[0]);
  g_autoptr (GString) modes = g_string_new (NULL);

  if (user == NULL)
    srv_irc_reply (irc, ERR_NOSUCHNICK, "%s :No such nick", srv_irc_echo (line->params[0]));
  else if (user != me)
    srv_irc_reply (irc, ERR_USERSDONTMATCH, ":Cannot change mode for other users");
  else if (line->n_params < 2)
    {
      srv_umodes_append (modes, me->modes);
      srv_irc_reply (irc, RPL_UMODEIS, "%s", modes->str);
    }
  else
    change_self (irc, me, line->params[1]);
}

/**
 * srv_irc_handle_mode:
 */
void
srv_irc_handle_mode (SrvIrc *irc, const SalIrcLine *line)
{
  const SrvChannel *channel = NULL;

  if (!srv_irc_is_channel (line->params[0]))
    {
      mode_of_person (irc, line);
      return;
    }
  channel = srv_irc_find_channel (irc, line->params[0]);
  if (channel == NULL || ((channel->modes & SRV_MODE_SECRET) &&
                          srv_state_find_membership (srv_irc_me (irc), channel) == NULL))
    srv_irc_reply (irc, ERR_NOSUCHCHANNEL, "%s :No such channel", srv_irc_echo (line->params[0]));
  else if (line->n_params < 2)
    send_modes (irc, channel);
  else
    change_room (irc, channel, line);
}
