/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What can be done about somebody, wherever they are met: in the list of people, or at something
 * that they have said. What one may not do in the room is not in the menu. The actions are of
 * the group "person", which the view of the room has; what there is a command for is done by it.
 */
#include "config.h"

#include "client-gtk/gui-person-menu.h"

#include <glib/gi18n.h>
#include <string.h>

#include "client-gtk/gui-ignored.h"
#include "common/client/sal-filter.h"
#include "common/client/sal-server.h"

static void
append (GMenu *menu, const char *label, const char *action, const char *name)
{
  g_autoptr (GMenuItem) item = g_menu_item_new (label, NULL);

  g_menu_item_set_action_and_target (item, action, "s", name);
  g_menu_append_item (menu, item);
}

/* What is typed as one command or two. */
static void
append_commands (GMenu *menu, const char *label, const char *first, const char *second)
{
  const char *commands[] = { first, second, NULL };
  g_autoptr (GMenuItem) item = g_menu_item_new (label, NULL);

  g_menu_item_set_action_and_target_value (item, "person.command",
                                           g_variant_new_strv (commands, -1));
  g_menu_append_item (menu, item);
}

static void G_GNUC_PRINTF (3, 4)
    append_command (GMenu *menu, const char *label, const char *format, ...)
{
  g_autofree char *command = NULL;
  va_list arguments;

  va_start (arguments, format);
  command = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  append_commands (menu, label, command, NULL);
}

static void
append_talk (GMenu *menu, SalRoomModel *room, const char *name)
{
  g_autofree char *mask = sal_filter_mask_of_name (name);
  SalRoomKind kind = sal_room_model_get_kind (room);
  gboolean has_rooms = sal_server_has_rooms (sal_room_model_get_server (room));

  if (has_rooms && kind != SAL_ROOM_PRIVATE)
    append (menu, _ ("Write _privately"), "person.talk-to", name);
  if (kind == SAL_ROOM_CHANNEL)
    append (menu, _ ("_Mention in the room"), "person.mention", name);
  if (has_rooms)
    append_command (menu, _ ("_Who is this?"), "/whois %s", name);
  if (mask != NULL && gui_ignored_has (mask))
    append_command (menu, _ ("_Show what they say"), "/unignore %s", mask);
  else if (mask != NULL)
    append_command (menu, _ ("_Ignore"), "/ignore %s", mask);
}

static void
append_ranks (GMenu *menu, SalRole own, SalRole theirs, const char *name)
{
  if (own <= SAL_ROLE_OPERATOR && theirs > SAL_ROLE_OPERATOR)
    append_command (menu, _ ("Make _operator"), "/op %s", name);
  else if (own <= SAL_ROLE_OPERATOR)
    append_command (menu, _ ("Take _operator away"), "/deop %s", name);
  if (theirs == SAL_ROLE_NONE)
    append_command (menu, _ ("Give _voice"), "/voice %s", name);
  else if (theirs == SAL_ROLE_VOICE)
    append_command (menu, _ ("Take _voice away"), "/devoice %s", name);
}

/* By where they are, if that is known: they may come back under another name. */
static char *
make_ban (SalMember *member)
{
  const char *host = sal_member_get_host (member);
  const char *at = host != NULL ? strchr (host, '@') : NULL;

  if (at != NULL && at[1] != '\0')
    return g_strdup_printf ("/ban *!*@%s", at + 1);
  return g_strdup_printf ("/ban %s", sal_member_get_name (member));
}

/* What those who lead a room can do. */
static void
append_lead (GMenu *menu, SalRoomModel *room, SalMember *member)
{
  SalMember *own = sal_room_model_find_member (room, sal_room_model_get_name (room));
  const char *name = sal_member_get_name (member);
  g_autofree char *ban = make_ban (member);
  g_autofree char *kick = g_strdup_printf ("/kick %s", name);

  if (own == NULL || sal_member_get_role (own) > SAL_ROLE_HALF)
    return;
  append_ranks (menu, sal_member_get_role (own), sal_member_get_role (member), name);
  append_commands (menu, _ ("_Kick out of the room"), kick, NULL);
  append_commands (menu, _ ("Kick out and _ban"), ban, kick);
}

/**
 * gui_person_menu_new:
 * @room: (transfer none): where they are met
 * @name: who; may be somebody who has left
 *
 * Returns: (transfer full): a menu for a widget in the view of @room.
 */
GMenuModel *
gui_person_menu_new (SalRoomModel *room, const char *name)
{
  g_autoptr (GMenu) menu = g_menu_new ();
  g_autoptr (GMenu) talk = g_menu_new ();
  g_autoptr (GMenu) lead = g_menu_new ();
  SalMember *member = sal_room_model_find_member (room, name);
  gboolean own = g_strcmp0 (name, sal_room_model_get_name (room)) == 0;

  if (strpbrk (name, " \r\n") != NULL)
    append (talk, _ ("_Mention in the room"), "person.mention", name); /* no command takes it */
  else if (own)
    append_command (talk, _ ("_Who is this?"), "/whois %s", name);
  else
    append_talk (talk, room, name);
  if (member != NULL && !own)
    append_lead (lead, room, member);
  g_menu_append_section (menu, NULL, G_MENU_MODEL (talk));
  g_menu_append_section (menu, NULL, G_MENU_MODEL (lead));
  return G_MENU_MODEL (g_steal_pointer (&menu));
}
