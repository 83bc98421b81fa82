/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A client as the desktop has it, without windows. What its signals tell of a room is checked
 * against what its file has whenever a story is asked for.
 */
#include "config.h"

#include "tests/lib/test-client.h"

static void
on_notified (SalServer *server, SalRoomModel *room, const SalEntry *entry, TestClient *client)
{
  g_ptr_array_add (client->notified, sal_entry_ref (entry));
}

/**
 * test_client_new:
 * @path: of its file
 * @uri: of the server
 *
 * As a program that starts; it is not connected.
 */
TestClient *
test_client_new (const char *path, const char *uri, const char *name)
{
  TestClient *client = g_new0 (TestClient, 1);
  g_autoptr (SalStoredServer) row = NULL;
  g_autoptr (GError) error = NULL;

  client->store = sal_store_open (path, &error);
  g_assert_no_error (error);
  g_assert_cmpint (sal_store_add_server (client->store, uri, name, &error), >, 0);
  g_assert_no_error (error);
  row = sal_store_find_server (client->store, uri);
  client->server = sal_server_new (client->store, row, &error);
  g_assert_no_error (error);
  client->notified = g_ptr_array_new_with_free_func ((GDestroyNotify) sal_entry_unref);
  g_signal_connect (client->server, "notified", G_CALLBACK (on_notified), client);
  return client;
}

/**
 * test_client_close:
 *
 * As at the end of a program; what was not finished stays so.
 */
void
test_client_close (TestClient *client)
{
  if (client->server == NULL)
    return;
  g_assert_finalize_object (g_steal_pointer (&client->server));
  sal_store_close (client->store);
  g_assert_finalize_object (g_steal_pointer (&client->store));
}

/**
 * test_client_free:
 * @client: (nullable) (transfer full)
 */
void
test_client_free (TestClient *client)
{
  if (client == NULL)
    return;
  test_client_close (client);
  g_ptr_array_unref (client->notified);
  g_free (client);
}

/**
 * test_client_say:
 */
void
test_client_say (SalRoomModel *room, const char *text)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (sal_room_model_say (room, text, &error));
  g_assert_no_error (error);
}

/**
 * test_client_story:
 *
 * Returns: (transfer full): `ada: hello, *bob waves, | , ...`: what was said, with a bar for a gap
 *   and a sign for what is not delivered; without joins and notes.
 */
char *
test_client_story (SalRoomModel *room)
{
  static const char *const signs[] = {
    [SAL_MESSAGE_QUEUED] = " (queued)",   [SAL_MESSAGE_SENT] = " (sent)",
    [SAL_MESSAGE_DELIVERED] = "",         [SAL_MESSAGE_FAILED] = " (failed)",
    [SAL_MESSAGE_UNKNOWN] = " (unknown)",
  };
  g_autoptr (GPtrArray) entries = sal_room_model_read_after (room, 0, 100000);
  g_autoptr (GPtrArray) parts = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < entries->len; i++)
    {
      const SalEntry *entry = entries->pdata[i];
      const char *sign = entry->own ? signs[entry->state] : "";

      if (entry->kind == SAL_ENTRY_GAP)
        g_ptr_array_add (parts, g_strdup ("|"));
      else if (entry->kind == SAL_ENTRY_MESSAGE)
        g_ptr_array_add (parts, g_strdup_printf ("%s: %s%s", entry->name, entry->text, sign));
      else if (entry->kind == SAL_ENTRY_ACTION)
        g_ptr_array_add (parts, g_strdup_printf ("*%s %s%s", entry->name, entry->text, sign));
    }
  g_ptr_array_add (parts, NULL);
  return g_strjoinv (", ", (char **) parts->pdata);
}

/**
 * test_client_find:
 *
 * Returns: (transfer full) (nullable): the last entry of that text.
 */
SalEntry *
test_client_find (SalRoomModel *room, const char *text)
{
  g_autoptr (GPtrArray) entries = sal_room_model_read_after (room, 0, 100000);

  for (guint i = entries->len; i-- > 0;)
    if (g_strcmp0 (((SalEntry *) entries->pdata[i])->text, text) == 0)
      return sal_entry_ref (entries->pdata[i]);
  return NULL;
}

/**
 * test_client_count:
 *
 * Returns: how many entries have that text.
 */
guint
test_client_count (SalRoomModel *room, const char *text)
{
  g_autoptr (GPtrArray) entries = sal_room_model_read_after (room, 0, 100000);
  guint n = 0;

  for (guint i = 0; i < entries->len; i++)
    n += g_strcmp0 (((SalEntry *) entries->pdata[i])->text, text) == 0 ? 1 : 0;
  return n;
}

/**
 * test_client_has:
 *
 * Returns: whether there is a message of ours like this.
 */
gboolean
test_client_has (SalRoomModel *room, const char *text, SalMessageState state, gboolean pending)
{
  g_autoptr (SalEntry) entry = test_client_find (room, text);

  return entry != NULL && entry->own && entry->state == state && entry->pending == pending;
}

/**
 * test_client_members:
 *
 * Returns: (transfer full): `@ada bob`: who is there, in the order of the list.
 */
char *
test_client_members (SalRoomModel *room)
{
  GListModel *list = sal_room_model_get_members (room);
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < g_list_model_get_n_items (list); i++)
    {
      g_autoptr (SalMember) member = g_list_model_get_item (list, i);
      char prefix[2] = { sal_member_get_prefix (member), '\0' };

      g_string_append_printf (text, "%s%s%s", i > 0 ? " " : "", prefix,
                              sal_member_get_name (member));
    }
  return g_string_free (text, FALSE);
}

/**
 * test_client_tick:
 */
gboolean
test_client_tick (gpointer data)
{
  return G_SOURCE_CONTINUE;
}
