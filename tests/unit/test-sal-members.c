/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Who is in a room, as a list: in its order at all times, whatever changes, and whoever listens to
 * the list knows it as it is.
 */
#include "config.h"

#include "common/client/sal-members.h"

#include <gio/gio.h>
#include <string.h>
#include <time.h>

typedef struct
{
  SalIrcRooms rooms;
  SalIrcRoom *room;
  SalMembers *members;
  GPtrArray *mirror; /* (owned) of char* (owned): what the signals tell */
  guint signals;
} Fixture;

static char *
describe (SalMember *member)
{
  char prefix[2] = { sal_member_get_prefix (member), '\0' };

  return g_strconcat (prefix, sal_member_get_name (member), sal_member_is_away (member) ? "!" : "",
                      sal_member_is_own (member) ? "*" : "", NULL);
}

static void
on_items_changed (GListModel *list, guint position, guint removed, guint added, Fixture *f)
{
  f->signals++;
  if (removed > 0)
    g_ptr_array_remove_range (f->mirror, position, removed);
  for (guint i = 0; i < added; i++)
    {
      g_autoptr (SalMember) member = g_list_model_get_item (list, position + i);

      g_ptr_array_insert (f->mirror, (int) (position + i), describe (member));
    }
}

static void
set_up (Fixture *f, gconstpointer data)
{
  sal_irc_rooms_init (&f->rooms);
  f->room = sal_irc_rooms_add (&f->rooms, "#tea");
  f->members = sal_members_new ();
  f->mirror = g_ptr_array_new_with_free_func (g_free);
  g_signal_connect (f->members, "items-changed", G_CALLBACK (on_items_changed), f);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_assert_finalize_object (f->members);
  g_ptr_array_unref (f->mirror);
  sal_irc_rooms_clear (&f->rooms);
}

static void
expect (Fixture *f, const char *expected)
{
  g_autoptr (GString) text = g_string_new (NULL);
  guint n = g_list_model_get_n_items (G_LIST_MODEL (f->members));

  g_assert_cmpuint (f->mirror->len, ==, n);
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (SalMember) member = g_list_model_get_item (G_LIST_MODEL (f->members), i);
      g_autofree char *one = describe (member);

      g_assert_cmpstr (one, ==, f->mirror->pdata[i]);
      g_string_append_printf (text, "%s%s", i > 0 ? " " : "", one);
    }
  g_assert_null (g_list_model_get_item (G_LIST_MODEL (f->members), n));
  g_assert_cmpstr (text->str, ==, expected);
}

static void
come (Fixture *f, const char *names)
{
  g_auto (GStrv) list = g_strsplit (names, " ", -1);

  for (int i = 0; list[i] != NULL; i++)
    {
      gboolean ranked = strchr ("~&@%+", *list[i]) != NULL;

      sal_irc_room_add_member (&f->rooms, f->room, list[i] + ranked);
      if (ranked)
        sal_irc_room_set_rank (&f->rooms, f->room, list[i] + 1, *list[i], TRUE);
    }
}

static void
update (Fixture *f, const char *name)
{
  sal_members_update (f->members, &f->rooms, f->room, name, "Ada");
}

static void
test_order (Fixture *f, gconstpointer data)
{
  sal_irc_support_take (&f->rooms.support, "PREFIX=(qaohv)~&@%+");
  expect (f, "");
  come (f, "zoë Bob ada @op +voiced ~owner Ännchen anna");
  sal_members_reset (f->members, &f->rooms, f->room, "Ada");
  expect (f, "~owner @op +voiced ada* anna Bob zoë Ännchen");
  g_assert_cmpuint (f->signals, ==, 1);
  come (f, "%half");
  update (f, "half");
  come (f, "carla");
  update (f, "carla");
  expect (f, "~owner @op %half +voiced ada* anna Bob carla zoë Ännchen");
  sal_irc_room_set_rank (&f->rooms, f->room, "Bob", '@', TRUE);
  update (f, "bob");
  expect (f, "~owner @Bob @op %half +voiced ada* anna carla zoë Ännchen");
  sal_irc_rooms_find_user (&f->rooms, "anna")->away = TRUE;
  update (f, "anna");
  expect (f, "~owner @Bob @op %half +voiced ada* anna! carla zoë Ännchen");
  sal_irc_room_remove_member (&f->rooms, f->room, "op");
  update (f, "op");
  update (f, "op"); /* gone is gone */
  expect (f, "~owner @Bob %half +voiced ada* anna! carla zoë Ännchen");
  sal_members_reset (f->members, &f->rooms, NULL, NULL);
  expect (f, "");
  sal_members_reset (f->members, NULL, NULL, NULL);
  g_assert_cmpuint (f->signals, ==, 8);
}

static void
test_rename (Fixture *f, gconstpointer data)
{
  come (f, "ada bob carla");
  sal_members_reset (f->members, &f->rooms, f->room, "ada");
  sal_irc_rooms_rename_user (&f->rooms, "bob", "zed");
  sal_members_rename (f->members, &f->rooms, "bob", "zed");
  update (f, "zed");
  expect (f, "ada* carla zed");
  /* Only the case changes. */
  sal_irc_rooms_rename_user (&f->rooms, "zed", "ZED");
  sal_members_rename (f->members, &f->rooms, "zed", "ZED");
  update (f, "ZED");
  expect (f, "ada* carla ZED");
  g_assert_cmpstr (sal_member_get_name (sal_members_find (f->members, &f->rooms, "zed")), ==,
                   "ZED");
  g_assert_null (sal_members_find (f->members, &f->rooms, "bob"));
}

static void
test_roles (void)
{
  static const struct
  {
    char prefix;
    SalRole role;
  } rows[] = { { '~', SAL_ROLE_OWNER }, { '&', SAL_ROLE_ADMIN }, { '@', SAL_ROLE_OPERATOR },
               { '%', SAL_ROLE_HALF },  { '+', SAL_ROLE_VOICE }, { '*', SAL_ROLE_VOICE },
               { '\0', SAL_ROLE_NONE } };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      SalIrcUser user = { .nick = (char *) "ada", .account = (char *) "a", .bot = TRUE };
      SalIrcMember like = { .user = &user, .prefixes = { rows[i].prefix } };
      g_autoptr (SalMember) member = sal_member_new (&like, FALSE);

      g_assert_cmpint (sal_member_get_role (member), ==, rows[i].role);
      g_assert_cmpstr (sal_member_get_account (member), ==, "a");
      g_assert_true (sal_member_is_bot (member));
    }
}

/* Ten thousand who come and go one by one cost no more than a moment. */
static void
test_crowd (Fixture *f, gconstpointer data)
{
  clock_t begin = clock (); /* of the processor */

  g_signal_handlers_disconnect_by_data (f->members, f);
  for (int i = 0; i < 10000; i++)
    {
      g_autofree char *name = g_strdup_printf ("m%d", i * 7919 % 10000);

      come (f, name);
      update (f, name);
    }
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (f->members)), ==, 10000);
  for (int i = 0; i < 10000; i++)
    {
      g_autofree char *name = g_strdup_printf ("m%d", i);

      sal_irc_room_remove_member (&f->rooms, f->room, name);
      update (f, name);
    }
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (f->members)), ==, 0);
  /* A list that is searched from its beginning takes a minute. */
  g_assert_cmpint (clock () - begin, <, 10 * CLOCKS_PER_SEC);
}

#define ADD(path, func) g_test_add ("/client/members/" path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("are-in-order-whatever-changes", test_order);
  ADD ("keep-their-place-under-another-name", test_rename);
  g_test_add_func ("/client/members/have-roles", test_roles);
  ADD ("may-be-ten-thousand", test_crowd);
  return g_test_run ();
}
