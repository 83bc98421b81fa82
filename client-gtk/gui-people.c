/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Whose name somebody may be about to type: those who were heard last first, then everybody
 * else who is in the room.
 */
#include "config.h"

#include "client-gtk/gui-people.h"

#include "common/proto/sal-name.h"

/* Names are looked for in so many entries of the room. */
#define SEEN_LATELY 200

static void
append_members (SalRoomModel *model, GPtrArray *names)
{
  GListModel *members = sal_room_model_get_members (model);
  guint n = g_list_model_get_n_items (members);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (SalMember) member = g_list_model_get_item (members, i);

      if (!sal_member_is_own (member))
        g_ptr_array_add (names, g_strdup (sal_member_get_name (member)));
    }
}

/**
 * gui_people_list:
 *
 * Returns: (transfer full) (element-type utf8): names of people of the room, some of them
 *   twice; without ourselves.
 */
GPtrArray *
gui_people_list (SalRoomModel *model)
{
  g_autoptr (GPtrArray) entries = sal_room_model_read_before (model, G_MAXUINT64, SEEN_LATELY);
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *own = sal_name_key (sal_room_model_get_name (model));

  for (guint i = entries->len; i-- > 0;)
    {
      const SalEntry *entry = entries->pdata[i];
      g_autofree char *key = entry->name != NULL ? sal_name_key (entry->name) : NULL;

      if (key != NULL && !entry->own && !g_str_equal (key, own))
        g_ptr_array_add (names, g_strdup (entry->name));
    }
  append_members (model, names);
  return names;
}
