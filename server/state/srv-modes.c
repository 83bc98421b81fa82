/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The modes of rooms and of people: which there are, how a change of them is written, and
 * what it changes. Who may change them is judged in the log.
 */
#include "config.h"

#include "server/state/srv-modes.h"

#include <stdlib.h>
#include <string.h>

#include "common/proto/sal-irc-mask.h"
#include "common/proto/sal-name.h"

static const SrvModeInfo infos[] = {
  { 'i', SRV_MODE_FLAG, SRV_MODE_INVITE_ONLY },
  { 'm', SRV_MODE_FLAG, SRV_MODE_MODERATED },
  { 'n', SRV_MODE_FLAG, SRV_MODE_NO_OUTSIDE },
  { 's', SRV_MODE_FLAG, SRV_MODE_SECRET },
  { 't', SRV_MODE_FLAG, SRV_MODE_TOPIC },
  { 'C', SRV_MODE_FLAG, SRV_MODE_NO_CTCP },
  { 'P', SRV_MODE_FLAG, SRV_MODE_PERMANENT },
  { 'R', SRV_MODE_FLAG, SRV_MODE_REGISTERED },
  { 'b', SRV_MODE_LIST, SRV_LIST_BAN },
  { 'e', SRV_MODE_LIST, SRV_LIST_EXCEPTION },
  { 'I', SRV_MODE_LIST, SRV_LIST_INVITATION },
  { 'k', SRV_MODE_KEY, 0 },
  { 'l', SRV_MODE_LIMIT, 0 },
  { 'o', SRV_MODE_STATUS, SRV_RANK_OPERATOR },
  { 'v', SRV_MODE_STATUS, SRV_RANK_VOICE },
};

static const struct
{
  char letter;
  guint bit;
} umodes[] = {
  { 'B', SRV_UMODE_BOT },      { 'i', SRV_UMODE_INVISIBLE }, { 'm', SRV_UMODE_MODERATOR },
  { 'o', SRV_UMODE_OPERATOR }, { 'w', SRV_UMODE_WALLOPS },
};

/**
 * srv_mode_info:
 *
 * Returns: (nullable): what the mode @letter of rooms is.
 */
const SrvModeInfo *
srv_mode_info (char letter)
{
  for (guint i = 0; i < G_N_ELEMENTS (infos); i++)
    if (infos[i].letter == letter)
      return &infos[i];
  return NULL;
}

static gboolean
takes_param (const SrvModeInfo *info, gboolean set)
{
  if (info == NULL || info->type == SRV_MODE_FLAG)
    return FALSE;
  return info->type != SRV_MODE_LIMIT || set;
}

/**
 * srv_modes_parse:
 * @modes: as in `+ov-b`
 * @params: (array length=n_params): those after it
 *
 * Returns: (transfer full): of #SrvModeChange, in order. Each has its parameter if it takes
 * one and there was one left. A letter that is not ASCII is none, and written as `?`: half of
 * it would be no text.
 */
GArray *
srv_modes_parse (const char *modes, const char *const *params, guint n_params)
{
  GArray *changes = g_array_new (FALSE, FALSE, sizeof (SrvModeChange));
  gboolean set = TRUE;
  guint next = 0;

  for (; *modes != '\0'; modes++)
    {
      SrvModeChange change = { .letter = (guchar) *modes < 0x80 ? *modes : '?' };

      if (((guchar) *modes & 0xC0) == 0x80)
        continue;

      if (*modes == '+' || *modes == '-')
        {
          set = *modes == '+';
          continue;
        }
      change.set = set;
      change.info = srv_mode_info (*modes);
      if (takes_param (change.info, set) && next < n_params)
        change.param = params[next++];
      g_array_append_val (changes, change);
    }
  return changes;
}

/**
 * srv_modes_append_change:
 * @letters: `+ov-b` so far
 * @params: the parameters so far
 */
void
srv_modes_append_change (GString *letters, GString *params, const SrvModeChange *change)
{
  char sign = change->set ? '+' : '-';
  const char *last = NULL;

  for (const char *at = letters->str; *at != '\0'; at++)
    if (*at == '+' || *at == '-')
      last = at;
  if (last == NULL || *last != sign)
    g_string_append_c (letters, sign);
  g_string_append_c (letters, change->letter);
  if (change->param != NULL)
    g_string_append_printf (params, " %s", change->param);
}

/**
 * srv_modes_append_set:
 * @with_key: whether the receiver may know the room's key
 *
 * Appends the modes that @channel has, lists and status excepted, as in `+klnt * 10`.
 */
void
srv_modes_append_set (GString *out, const SrvChannel *channel, gboolean with_key)
{
  g_string_append_c (out, '+');
  if (channel->password != NULL)
    g_string_append_c (out, 'k');
  if (channel->limit > 0)
    g_string_append_c (out, 'l');
  for (guint i = 0; i < G_N_ELEMENTS (infos); i++)
    if (infos[i].type == SRV_MODE_FLAG && (channel->modes & infos[i].bit))
      g_string_append_c (out, infos[i].letter);
  if (channel->password != NULL)
    g_string_append_printf (out, " %s", with_key ? channel->password : "*");
  if (channel->limit > 0)
    g_string_append_printf (out, " %u", channel->limit);
}

static void
mask_clear (gpointer data)
{
  SrvMask *mask = data;

  g_free (mask->mask);
  g_free (mask->key);
  g_free (mask->set_by);
}

static guint
mask_index (const SrvChannel *channel, SrvListKind list, const char *mask)
{
  g_autofree char *wanted = sal_name_key (mask);

  for (guint i = 0; channel->lists[list] != NULL && i < channel->lists[list]->len; i++)
    if (g_str_equal (g_array_index (channel->lists[list], SrvMask, i).key, wanted))
      return i;
  return G_MAXUINT;
}

/**
 * srv_modes_find_mask:
 *
 * Returns: (transfer none) (nullable): @mask, in any case, in the list @list.
 */
const SrvMask *
srv_modes_find_mask (const SrvChannel *channel, SrvListKind list, const char *mask)
{
  guint index = mask_index (channel, list, mask);

  return index != G_MAXUINT ? &g_array_index (channel->lists[list], SrvMask, index) : NULL;
}

/* When the next mask of @entry was set. */
static gint64
take_time (const char **times, const SrvEntry *entry)
{
  char *rest = NULL;
  gint64 set_us = *times != NULL ? g_ascii_strtoll (*times, &rest, 10) : 0;

  *times = rest;
  return set_us > 0 ? set_us : entry->time_us;
}

static void
change_list (SrvChannel *channel,
             const SrvModeChange *change,
             const SrvEntry *entry,
             const char **times)
{
  SrvListKind list = (SrvListKind) change->info->bit;
  guint index = mask_index (channel, list, change->param);
  gint64 set_us = take_time (times, entry);

  if (change->set && index == G_MAXUINT)
    {
      SrvMask mask = { g_strdup (change->param), sal_name_key (change->param),
                       g_strdup (entry->name), set_us };

      if (channel->lists[list] == NULL)
        {
          channel->lists[list] = g_array_new (FALSE, FALSE, sizeof (SrvMask));
          g_array_set_clear_func (channel->lists[list], mask_clear);
        }
      g_array_append_val (channel->lists[list], mask);
    }
  else if (!change->set && index != G_MAXUINT)
    g_array_remove_index (channel->lists[list], index);
}

static void
change_status (SrvState *state, SrvChannel *channel, const SrvModeChange *change)
{
  SrvUser *user = srv_state_find_user (state, change->param);
  SrvMembership *membership = user != NULL ? srv_state_find_membership (user, channel) : NULL;

  if (membership == NULL)
    return;
  if (change->set)
    membership->rank |= (guint8) change->info->bit;
  else
    membership->rank &= (guint8) ~change->info->bit;
}

static void
apply_change (SrvState *state,
              SrvChannel *channel,
              const SrvModeChange *change,
              const SrvEntry *entry,
              const char **times)
{
  switch (change->info->type)
    {
    case SRV_MODE_FLAG:
      if (change->set)
        channel->modes |= change->info->bit;
      else
        channel->modes &= ~change->info->bit;
      break;
    case SRV_MODE_KEY:
      g_clear_pointer (&channel->password, g_free);
      if (change->set)
        channel->password = g_strdup (change->param);
      break;
    case SRV_MODE_LIMIT:
      channel->limit = change->set ? (guint) strtoul (change->param, NULL, 10) : 0;
      break;
    case SRV_MODE_LIST:
      change_list (channel, change, entry, times);
      break;
    case SRV_MODE_STATUS:
      change_status (state, channel, change);
      break;
    case SRV_MODE_UNKNOWN:
      break;
    }
}

/**
 * srv_modes_apply:
 * @entry: a change of modes that was judged
 */
void
srv_modes_apply (SrvState *state, SrvChannel *channel, const SrvEntry *entry)
{
  g_auto (GStrv) words = g_strsplit (entry->text, " ", -1);
  const char *times = srv_entry_get_times (entry);
  g_autoptr (GArray) changes = NULL;

  if (words[0] == NULL)
    return;
  changes = srv_modes_parse (words[0], (const char *const *) words + 1, g_strv_length (words + 1));
  for (guint i = 0; i < changes->len; i++)
    {
      const SrvModeChange *change = &g_array_index (changes, SrvModeChange, i);

      if (change->info != NULL &&
          (change->param != NULL || !takes_param (change->info, change->set)))
        apply_change (state, channel, change, entry, &times);
    }
}

/**
 * srv_modes_list_matches:
 *
 * A mask is `nick!user@host` with wildcards, or `$a:ACCOUNT`, or `$a` for everybody who is
 * logged in.
 *
 * Returns: whether @user is meant by a mask in the list @list of @channel.
 */
gboolean
srv_modes_list_matches (const SrvChannel *channel, SrvListKind list, const SrvUser *user)
{
  g_autofree char *source = NULL;
  g_autofree char *key = NULL;
  g_autofree char *account = NULL;

  if (channel->lists[list] == NULL || channel->lists[list]->len == 0)
    return FALSE;
  source = g_strconcat (user->who->name, "!", user->who->host, NULL);
  key = sal_name_key (source);
  account = user->who->account != NULL ? sal_name_key (user->who->account) : NULL;
  for (guint i = 0; i < channel->lists[list]->len; i++)
    {
      const char *mask = g_array_index (channel->lists[list], SrvMask, i).key;

      if (g_str_has_prefix (mask, "$a:") || g_str_equal (mask, "$a"))
        {
          if (account != NULL && (mask[2] == '\0' || sal_irc_mask_matches (mask + 3, account)))
            return TRUE;
        }
      else if (sal_irc_mask_matches (mask, key))
        return TRUE;
    }
  return FALSE;
}

/**
 * srv_umode_bit:
 *
 * Returns: the bit of somebody's own mode @letter; 0 if there is none.
 */
guint
srv_umode_bit (char letter)
{
  for (guint i = 0; i < G_N_ELEMENTS (umodes); i++)
    if (umodes[i].letter == letter)
      return umodes[i].bit;
  return 0;
}

/**
 * srv_umodes_append:
 *
 * Appends @modes as in `+iw`.
 */
void
srv_umodes_append (GString *out, guint modes)
{
  g_string_append_c (out, '+');
  for (guint i = 0; i < G_N_ELEMENTS (umodes); i++)
    if (modes & umodes[i].bit)
      g_string_append_c (out, umodes[i].letter);
}

/**
 * srv_umodes_apply:
 * @text: as in `+i-w`
 */
void
srv_umodes_apply (SrvUser *user, const char *text)
{
  gboolean set = TRUE;

  for (; *text != '\0'; text++)
    {
      guint bit = srv_umode_bit (*text);

      if (*text == '+' || *text == '-')
        set = *text == '+';
      else if (set)
        user->modes |= (guint8) bit;
      else
        user->modes &= (guint8) ~bit;
    }
}
