/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The one judge of names (S21) and of how rooms are written. The work that many people
 * with one name make is counted, not timed: the linker puts a counter in front of the
 * function that makes a numbered name.
 */
#include "config.h"

#include "server/log/srv-claims.h"

#include <string.h>

#include "common/base/sal-limits.h"
#include "common/proto/sal-name.h"

static guint numbered;

char *__real_sal_name_with_suffix (const char *name, guint number);
char *__wrap_sal_name_with_suffix (const char *name, guint number);

char *
__wrap_sal_name_with_suffix (const char *name, guint number)
{
  numbered++;
  return __real_sal_name_with_suffix (name, number);
}

static void
test_first_come (void)
{
  SrvClaims *claims = srv_claims_new ();

  g_assert_cmpstr (srv_claims_name (claims, 1, "Ada"), ==, "Ada");
  g_assert_cmpstr (srv_claims_name (claims, 2, "Bob"), ==, "Bob");
  srv_claims_free (claims);
  srv_claims_free (NULL);
}

static void
test_numbers (void)
{
  SrvClaims *claims = srv_claims_new ();

  g_assert_cmpstr (srv_claims_name (claims, 1, "Ada"), ==, "Ada");
  g_assert_cmpstr (srv_claims_name (claims, 2, "Ada"), ==, "Ada_2");
  g_assert_cmpstr (srv_claims_name (claims, 3, "ADA"), ==, "ADA_3");
  g_assert_cmpstr (srv_claims_name (claims, 4, "ada"), ==, "ada_4");
  g_assert_cmpstr (srv_claims_name (claims, 5, "Ren\xC3\xA9"), ==, "Ren\xC3\xA9");
  g_assert_cmpstr (srv_claims_name (claims, 6, "REN\xC3\x89"), ==, "REN\xC3\x89_2");
  srv_claims_free (claims);
}

/* Who has a name keeps it, whatever they ask for. */
static void
test_keeps (void)
{
  SrvClaims *claims = srv_claims_new ();

  g_assert_cmpstr (srv_claims_name (claims, 1, "Ada"), ==, "Ada");
  g_assert_cmpstr (srv_claims_name (claims, 2, "Ada"), ==, "Ada_2");
  g_assert_cmpstr (srv_claims_name (claims, 2, "Ada"), ==, "Ada_2");
  g_assert_cmpstr (srv_claims_name (claims, 2, "Zoe"), ==, "Ada_2");
  g_assert_cmpstr (srv_claims_name (claims, 3, "Zoe"), ==, "Zoe");
  srv_claims_free (claims);
}

/* Who changes a name gets the one they ask for or keeps what they have. */
static void
test_changes (void)
{
  SrvClaims *claims = srv_claims_new ();

  g_assert_true (srv_claims_take (claims, 1, "Ada"));
  g_assert_false (srv_claims_take (claims, 2, "ADA")); /* a newcomer */
  g_assert_cmpstr (srv_claims_name (claims, 2, "Bob"), ==, "Bob");
  g_assert_false (srv_claims_take (claims, 2, "ada"));
  g_assert_cmpstr (srv_claims_name (claims, 1, "Zoe"), ==, "Ada");
  g_assert_cmpstr (srv_claims_name (claims, 2, "Zoe"), ==, "Bob");
  g_assert_true (srv_claims_take (claims, 1, "ADA")); /* one's own, written otherwise */
  g_assert_cmpstr (srv_claims_name (claims, 1, "Zoe"), ==, "ADA");
  g_assert_true (srv_claims_take (claims, 2, "Zoe"));
  g_assert_cmpstr (srv_claims_name (claims, 2, "Ada"), ==, "Zoe");
  g_assert_cmpstr (srv_claims_name (claims, 3, "Bob"), ==, "Bob"); /* which is free now */
  srv_claims_free (claims);
}

static void
test_release (void)
{
  SrvClaims *claims = srv_claims_new ();

  srv_claims_release (claims, 1); /* who holds none: nothing */
  for (guint64 c = 1; c <= 5; c++)
    srv_claims_name (claims, c, "Ada"); /* Ada to Ada_5 */
  srv_claims_release (claims, 4);
  srv_claims_release (claims, 2);
  g_assert_cmpstr (srv_claims_name (claims, 6, "Ada"), ==, "Ada_2");
  g_assert_cmpstr (srv_claims_name (claims, 7, "Ada"), ==, "Ada_4");
  g_assert_cmpstr (srv_claims_name (claims, 8, "Ada"), ==, "Ada_6");
  srv_claims_release (claims, 1);
  g_assert_cmpstr (srv_claims_name (claims, 9, "ada"), ==, "ada");
  for (guint64 c = 1; c <= 9; c++)
    srv_claims_release (claims, c);
  srv_claims_release (claims, 9);
  g_assert_cmpstr (srv_claims_name (claims, 2, "Ada"), ==, "Ada");
  srv_claims_free (claims);
}

/* A numbered name may be somebody's own. */
static void
test_number_in_use (void)
{
  SrvClaims *claims = srv_claims_new ();

  g_assert_cmpstr (srv_claims_name (claims, 1, "Ada_2"), ==, "Ada_2");
  g_assert_cmpstr (srv_claims_name (claims, 2, "Ada"), ==, "Ada");
  g_assert_cmpstr (srv_claims_name (claims, 3, "Ada"), ==, "Ada_3");
  g_assert_cmpstr (srv_claims_name (claims, 4, "ada_2"), ==, "ada_2_2");
  g_assert_cmpstr (srv_claims_name (claims, 5, "Ada_3"), ==, "Ada_3_2");
  srv_claims_free (claims);
}

static void
test_long_names (void)
{
  SrvClaims *claims = srv_claims_new ();
  static const char wanted[] = "abcdefghijklmnopqrstuvwxyz012345";
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint64 c = 1; c <= 200; c++)
    {
      const char *name = srv_claims_name (claims, c, wanted);

      g_assert_cmpint (g_utf8_strlen (name, -1), ==, SAL_NAME_MAX_CHARS);
      g_assert_true (g_hash_table_add (seen, g_strdup (name)));
    }
  g_assert_true (g_hash_table_contains (seen, "abcdefghijklmnopqrstuvwxyz0123_2"));
  g_assert_true (g_hash_table_contains (seen, "abcdefghijklmnopqrstuvwxyz01_200"));
  /* Somebody whose own name is a shortened one of those. */
  g_assert_cmpstr (srv_claims_name (claims, 999, "abcdefghijklmnopqrstuvwxyz0123_2"), !=,
                   "abcdefghijklmnopqrstuvwxyz0123_2");
  srv_claims_free (claims);
}

/* 10,000 people with one name cost a numbered name each. */
static void
test_many_of_one_name (void)
{
  enum
  {
    N = 10000
  };
  SrvClaims *claims = srv_claims_new ();

  numbered = 0;
  for (guint64 c = 1; c <= N; c++)
    srv_claims_name (claims, c, "Ada");
  g_assert_cmpuint (numbered, <=, N);

  /* All of them leave and come again. */
  numbered = 0;
  for (guint64 c = 1; c <= N; c++)
    srv_claims_release (claims, c);
  for (guint64 c = 1; c <= N; c++)
    srv_claims_name (claims, c, "Ada");
  g_assert_cmpuint (numbered, <=, N);
  srv_claims_free (claims);
}

/* Any coming and going: no two names are the same, and each is a name. */
static void
test_never_the_same_name_twice (void)
{
  static const char *const wanted[] = { "Ada",
                                        "ada",
                                        "ADA",
                                        "Ada_2",
                                        "Ada_3",
                                        "Ada_2_2",
                                        "ada_2",
                                        "Bob",
                                        "Strau\xC3\x9F",
                                        "STRAUSS",
                                        "abcdefghijklmnopqrstuvwxyz012345",
                                        "abcdefghijklmnopqrstuvwxyz0123_2" };
  enum
  {
    N = 60
  };
  guint32 seed = 0xc1a1;
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  SrvClaims *claims = srv_claims_new ();
  char *held[N] = { NULL };

  for (int step = 0; step < 5000; step++)
    {
      int c = g_rand_int_range (rand, 0, N);
      g_autoptr (GHashTable) keys = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

      if (g_rand_boolean (rand))
        {
          const char *want = wanted[g_rand_int_range (rand, 0, G_N_ELEMENTS (wanted))];
          const char *name = srv_claims_name (claims, (guint64) c, want);
          g_autofree char *again = sal_name_from_text (name);

          g_assert_cmpstr (again, ==, name);
          if (held[c] != NULL)
            g_assert_cmpstr (name, ==, held[c]);
          else
            held[c] = g_strdup (name);
        }
      else
        {
          srv_claims_release (claims, (guint64) c);
          g_clear_pointer (&held[c], g_free);
        }
      for (int i = 0; i < N; i++)
        if (held[i] != NULL)
          g_assert_true (g_hash_table_add (keys, sal_name_key (held[i])));
    }
  for (int i = 0; i < N; i++)
    g_free (held[i]);
  srv_claims_free (claims);
}

static void
test_rooms (void)
{
  SrvClaims *claims = srv_claims_new ();

  g_assert_cmpstr (srv_claims_room (claims, "tea"), ==, "tea");
  g_assert_cmpstr (srv_claims_enter (claims, "Tea"), ==, "Tea");
  g_assert_cmpstr (srv_claims_enter (claims, "tea"), ==, "Tea");
  g_assert_cmpstr (srv_claims_enter (claims, "TEA"), ==, "Tea");
  g_assert_cmpstr (srv_claims_room (claims, "teA"), ==, "Tea");
  g_assert_cmpstr (srv_claims_enter (claims, "coffee"), ==, "coffee");
  srv_claims_leave (claims, "tea");
  srv_claims_leave (claims, "Tea");
  g_assert_cmpstr (srv_claims_room (claims, "tea"), ==, "Tea");
  srv_claims_leave (claims, "TEA");
  /* Nobody is there any more: the next one writes it as they like. */
  g_assert_cmpstr (srv_claims_room (claims, "tea"), ==, "tea");
  g_assert_cmpstr (srv_claims_enter (claims, "tEa"), ==, "tEa");
  g_assert_cmpstr (srv_claims_room (claims, "Coffee"), ==, "coffee");
  srv_claims_leave (claims, "nowhere");
  srv_claims_free (claims);
}

static gboolean
lets_none_through (const char *name, gpointer asked)
{
  ++*(guint *) asked;
  return FALSE;
}

/* Every name may belong to somebody: then none is given, and that is found out soon. */
static void
test_none_left (void)
{
  SrvClaims *claims = srv_claims_new ();
  guint asked = 0;

  srv_claims_set_filter (claims, lets_none_through, &asked);
  g_assert_null (srv_claims_name (claims, 1, "Ada"));
  g_assert_cmpuint (asked, <=, 100);
  g_assert_null (srv_claims_name (claims, 1, "Ada"));
  g_assert_false (srv_claims_take (claims, 1, "Ada"));
  srv_claims_release (claims, 1);
  srv_claims_set_filter (claims, NULL, NULL);
  g_assert_cmpstr (srv_claims_name (claims, 1, "Ada"), ==, "Ada");
  g_assert_cmpstr (srv_claims_name (claims, 2, "Ada"), ==, "Ada_2");
  srv_claims_free (claims);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/log/claims/the-first-gets-the-name", test_first_come);
  g_test_add_func ("/log/claims/others-get-a-number", test_numbers);
  g_test_add_func ("/log/claims/who-has-a-name-keeps-it", test_keeps);
  g_test_add_func ("/log/claims/names-change-to-free-ones", test_changes);
  g_test_add_func ("/log/claims/released-names-are-given-again", test_release);
  g_test_add_func ("/log/claims/a-number-may-be-in-use", test_number_in_use);
  g_test_add_func ("/log/claims/long-names-stay-within-32-characters", test_long_names);
  g_test_add_func ("/log/claims/many-of-one-name-are-little-work", test_many_of_one_name);
  g_test_add_func ("/log/claims/never-the-same-name-twice", test_never_the_same_name_twice);
  g_test_add_func ("/log/claims/there-may-be-no-name-left", test_none_left);
  g_test_add_func ("/log/claims/a-room-is-written-in-one-way", test_rooms);
  return g_test_run ();
}
