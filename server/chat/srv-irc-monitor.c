/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * MONITOR: being told when somebody comes or goes (IRCv3 monitor, extended-monitor).
 */
#include "config.h"

#include <string.h>

#include "common/base/sal-limits.h"
#include "common/proto/sal-name.h"
#include "server/chat/srv-irc-private.h"

/* A list of names over as many lines as it needs. */
typedef struct
{
  SrvIrc *irc;
  SalIrcNumeric numeric;
  const char *before; /* the names */
  const char *after;
  GString *names; /* (owned) */
} List;

static void
list_flush (List *list)
{
  if (list->names->len > 0)
    srv_irc_reply (list->irc, list->numeric, "%s%s%s", list->before, list->names->str, list->after);
  g_string_truncate (list->names, 0);
}

static void
list_add (List *list, const char *name, const char *host)
{
  gsize len = strlen (name) + (host != NULL ? 1 + strlen (host) : 0);
  gsize around = strlen (list->before) + strlen (list->after);

  if (list->names->len + 1 + len + around > srv_irc_space (list->irc))
    list_flush (list);
  g_string_append_printf (list->names, "%s%s", list->names->len > 0 ? "," : "", name);
  if (host != NULL)
    g_string_append_printf (list->names, "!%s", host);
}

static void
list_end (List *list)
{
  list_flush (list);
  g_string_free (list->names, TRUE);
}

/* Who of @names is here and who is not. */
static void
tell_presence (SrvIrc *irc, const GPtrArray *names)
{
  List here = { irc, RPL_MONONLINE, ":", "", g_string_new (NULL) };
  List gone = { irc, RPL_MONOFFLINE, ":", "", g_string_new (NULL) };

  for (guint i = 0; i < names->len; i++)
    {
      const SrvUser *user = srv_state_find_user (irc->hub->state, names->pdata[i]);

      if (user != NULL)
        list_add (&here, user->who->name, user->who->host);
      else
        list_add (&gone, names->pdata[i], NULL);
    }
  list_end (&here);
  list_end (&gone);
}

static gboolean
can_be_monitored (const char *name)
{
  return *name != '\0' && strpbrk (name, "*?!: ") == NULL &&
         strlen (name) <= SAL_MONITOR_NAME_BYTES;
}

/* Those for whom there was no place. */
static void
tell_full (SrvIrc *irc, const GPtrArray *names)
{
  g_autofree char *params = g_strdup_printf ("%d ", SAL_MONITOR_TARGETS);
  List refused = { irc, ERR_MONLISTFULL, params, " :Monitor list is full", g_string_new (NULL) };

  for (guint i = 0; i < names->len; i++)
    list_add (&refused, names->pdata[i], NULL);
  list_end (&refused);
}

/* Who is on the list already is not added again, and nothing is said of them. */
static void
add (SrvIrc *irc, char **names)
{
  g_autoptr (GPtrArray) added = g_ptr_array_new ();
  g_autoptr (GPtrArray) refused = g_ptr_array_new ();

  if (irc->monitored == NULL)
    irc->monitored = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  for (; *names != NULL; names++)
    {
      g_autofree char *key = NULL;

      if (!can_be_monitored (*names))
        continue; /* nobody can be called so */
      key = sal_name_key (*names);
      if (g_hash_table_contains (irc->monitored, key))
        continue;
      if (g_hash_table_size (irc->monitored) >= SAL_MONITOR_TARGETS)
        {
          g_ptr_array_add (refused, *names);
          continue;
        }
      (void) srv_hub_watch (irc->hub, irc->session, key);
      g_hash_table_insert (irc->monitored, g_steal_pointer (&key), g_strdup (*names));
      g_ptr_array_add (added, *names);
    }
  tell_presence (irc, added);
  tell_full (irc, refused);
}

static void
take_off (SrvIrc *irc, char **names)
{
  for (; *names != NULL && irc->monitored != NULL; names++)
    {
      g_autofree char *key = sal_name_key (*names);

      if (g_hash_table_remove (irc->monitored, key))
        srv_hub_unwatch (irc->hub, irc->session, key);
    }
}

/**
 * srv_irc_monitor_clear:
 *
 * The client waits for nobody any more.
 */
void
srv_irc_monitor_clear (SrvIrc *irc)
{
  GHashTableIter iter;
  gpointer key = NULL;

  if (irc->monitored == NULL)
    return;
  g_hash_table_iter_init (&iter, irc->monitored);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    srv_hub_unwatch (irc->hub, irc->session, key);
  g_clear_pointer (&irc->monitored, g_hash_table_unref);
}

static void
tell_list (SrvIrc *irc)
{
  List list = { irc, RPL_MONLIST, ":", "", g_string_new (NULL) };
  GHashTableIter iter;
  gpointer name = NULL;

  if (irc->monitored != NULL)
    {
      g_hash_table_iter_init (&iter, irc->monitored);
      while (g_hash_table_iter_next (&iter, NULL, &name))
        list_add (&list, name, NULL);
    }
  list_end (&list);
  srv_irc_reply (irc, RPL_ENDOFMONLIST, ":End of MONITOR list");
}

static void
tell_status (SrvIrc *irc)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer name = NULL;

  if (irc->monitored == NULL)
    return;
  g_hash_table_iter_init (&iter, irc->monitored);
  while (g_hash_table_iter_next (&iter, NULL, &name))
    g_ptr_array_add (names, name);
  tell_presence (irc, names);
}

/**
 * srv_irc_handle_monitor:
 */
void
srv_irc_handle_monitor (SrvIrc *irc, const SalIrcLine *line)
{
  char what = g_ascii_toupper (line->params[0][0]);
  g_auto (GStrv) names = g_strsplit (line->n_params > 1 ? line->params[1] : "", ",", -1);

  if ((what == '+' || what == '-') && line->n_params < 2)
    srv_irc_reply (irc, ERR_NEEDMOREPARAMS, "MONITOR :Not enough parameters");
  else if (what == '+')
    add (irc, names);
  else if (what == '-')
    take_off (irc, names);
  else if (what == 'C')
    srv_irc_monitor_clear (irc);
  else if (what == 'L')
    tell_list (irc);
  else if (what == 'S')
    tell_status (irc);
  else
    srv_irc_fail (irc, "MONITOR", "INVALID_PARAMS", "%s :It is one of + - C L S",
                  srv_irc_echo (line->params[0]));
}

/**
 * srv_irc_watched:
 * @user: (nullable): who is here now
 * @name: who is not, else
 *
 * Somebody whom the client waits for has come or gone.
 */
void
srv_irc_watched (SrvIrc *irc, const SrvUser *user, const char *name, gboolean here)
{
  if (here)
    srv_irc_say_aside (irc, "%d %s :%s!%s", (int) RPL_MONONLINE, srv_irc_get_nick (irc),
                       user->who->name, user->who->host);
  else
    srv_irc_say_aside (irc, "%d %s :%s", (int) RPL_MONOFFLINE, srv_irc_get_nick (irc), name);
}
