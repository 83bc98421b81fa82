/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Who is in which rooms, as the log says: the order of their rooms, and that whoever has nothing
 * unusual takes no memory for it.
 */
#include "config.h"

#include "server/state/srv-modes.h"
#include "server/state/srv-state.h"

/* The first person's number. It does not fit into 32 bits. */
#define FIRST (G_GUINT64_CONSTANT (1) << 40)

static void
apply (SrvState *state, const SrvEntry *fields)
{
  g_autoptr (SrvEntry) entry = srv_entry_new_from (fields);

  entry->status = SRV_ENTRY_COMMITTED;
  srv_state_apply (state, entry);
}

static void
happen (SrvState *state, guint64 who, SrvEntryKind kind, const char *room)
{
  g_autofree char *name = g_strdup_printf ("P%u", (guint) (who - FIRST));

  apply (state,
         &(SrvEntry){
             .kind = (guint8) kind, .origin = { .connection = who }, .room = room, .name = name });
}

static void
assert_rooms (const SrvState *state, guint64 who, const char *expected)
{
  const SrvUser *user = srv_state_get_user (state, who);
  g_autoptr (GString) rooms = g_string_new (NULL);

  for (guint i = 0; i < user->n_memberships; i++)
    {
      const SrvMembership *membership = srv_user_get_membership (user, i);

      g_assert_true (membership->user == user);
      g_string_append_printf (rooms, "%s ", membership->channel->name);
    }
  g_assert_cmpstr (rooms->str, ==, expected);
}

/* Whichever room is left, the others stay in the order of the joins. */
static void
test_order (void)
{
  static const char *const rooms[] = { "a", "b", "c", "d", "e" };
  g_autoptr (SrvState) state = srv_state_new ();

  for (guint i = 0; i < G_N_ELEMENTS (rooms); i++)
    happen (state, FIRST, SRV_ENTRY_JOIN, rooms[i]);
  assert_rooms (state, FIRST, "a b c d e ");
  happen (state, FIRST, SRV_ENTRY_JOIN, "b");
  assert_rooms (state, FIRST, "a b c d e ");
  happen (state, FIRST, SRV_ENTRY_LEAVE, "a");
  happen (state, FIRST, SRV_ENTRY_LEAVE, "c");
  assert_rooms (state, FIRST, "b d e ");
  happen (state, FIRST, SRV_ENTRY_JOIN, "a");
  assert_rooms (state, FIRST, "b d e a ");
  happen (state, FIRST, SRV_ENTRY_LEAVE, "b");
  happen (state, FIRST, SRV_ENTRY_LEAVE, "d");
  happen (state, FIRST, SRV_ENTRY_LEAVE, "e");
  assert_rooms (state, FIRST, "a ");
  g_assert_null (srv_state_get_user (state, FIRST)->extra);
  happen (state, FIRST, SRV_ENTRY_LEAVE, "a");
  assert_rooms (state, FIRST, "");
  g_assert_cmpuint (srv_state_count_channels (state), ==, 0);
}

/* The last of several rooms may be one that has memory of its own. */
static void
test_last_is_not_first (void)
{
  g_autoptr (SrvState) state = srv_state_new ();

  happen (state, FIRST, SRV_ENTRY_JOIN, "a");
  happen (state, FIRST, SRV_ENTRY_JOIN, "b");
  happen (state, FIRST, SRV_ENTRY_LEAVE, "a");
  assert_rooms (state, FIRST, "b ");
  happen (state, FIRST, SRV_ENTRY_LEAVE, "b");
  assert_rooms (state, FIRST, "");
  g_assert_null (srv_state_get_user (state, FIRST)->extra);
}

/* People are told apart by all of their numbers and by their names. */
static void
test_tables (void)
{
  g_autoptr (SrvState) state = srv_state_new ();

  for (guint i = 0; i < 300; i++)
    happen (state, FIRST + i, SRV_ENTRY_JOIN, "tea");
  g_assert_cmpuint (srv_state_count_users (state), ==, 300);
  for (guint i = 0; i < 300; i++)
    {
      g_autofree char *name = g_strdup_printf ("p%u", i);

      g_assert_true (srv_state_get_user (state, FIRST + i) == srv_state_find_user (state, name));
    }
  g_assert_null (srv_state_get_user (state, 1));
  g_assert_cmpuint (srv_state_get_user (state, FIRST + 299)->id, ==, FIRST + 299);
}

/* Away, invited and in more rooms: what is there for it goes when the last of it goes. */
static void
test_extra (void)
{
  g_autoptr (SrvState) state = srv_state_new ();
  const SrvUser *user = NULL;
  SrvEntry away = { .kind = SRV_ENTRY_AWAY, .origin = { .connection = FIRST }, .text = "tea" };
  SrvEntry modes = { .kind = SRV_ENTRY_UMODE, .origin = { .connection = FIRST }, .text = "+iB" };
  SrvEntry invite = {
    .kind = SRV_ENTRY_INVITE, .origin = { .connection = FIRST + 1 }, .room = "b", .about = FIRST
  };

  happen (state, FIRST, SRV_ENTRY_JOIN, "a");
  happen (state, FIRST + 1, SRV_ENTRY_JOIN, "b");
  user = srv_state_get_user (state, FIRST);
  apply (state, &modes);
  g_assert_cmpuint (user->modes, ==, SRV_UMODE_INVISIBLE | SRV_UMODE_BOT);
  g_assert_null (user->extra);
  apply (state, &away);
  g_assert_cmpstr (srv_user_get_away (user), ==, "tea");
  away.text = NULL;
  apply (state, &away);
  g_assert_null (srv_user_get_away (user));
  g_assert_null (user->extra);
  apply (state, &away);
  g_assert_null (user->extra);
  apply (state, &invite);
  g_assert_true (srv_state_is_invited (user, srv_state_find_channel (state, "b")));
  happen (state, FIRST, SRV_ENTRY_JOIN, "b");
  assert_rooms (state, FIRST, "a b ");
  g_assert_false (srv_state_is_invited (user, srv_state_find_channel (state, "b")));
  happen (state, FIRST, SRV_ENTRY_LEAVE, "b");
  g_assert_null (user->extra);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/state/rooms-are-in-the-order-of-the-joins", test_order);
  g_test_add_func ("/state/the-last-room-is-not-the-first", test_last_is_not_first);
  g_test_add_func ("/state/tables", test_tables);
  g_test_add_func ("/state/what-hardly-anybody-has-goes-again", test_extra);
  return g_test_run ();
}
