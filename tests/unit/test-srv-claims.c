/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The one judge of names (S21), and people who hold what it has given. The work that many
 * people with one name make is counted, not timed: the linker puts a counter in front of the
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

/* Who holds what, as the state has it in the server. */
typedef struct
{
  SrvClaims *claims;   /* (owned) */
  GHashTable *holders; /* (owned): connection -> name (owned) */
  GHashTable *keys;    /* (owned): set of the keys of those names */
  gboolean lets_none_through;
  guint asked;
} People;

static gboolean
is_held (const char *key, gpointer data)
{
  return g_hash_table_contains (((People *) data)->keys, key);
}

static gboolean
may_use (const char *name, gpointer data)
{
  People *people = data;

  people->asked++;
  return !people->lets_none_through;
}

static const SrvClaimsHost host = { .is_held = is_held, .may_use = may_use };

static People *
people_new (void)
{
  People *people = g_new0 (People, 1);

  people->claims = srv_claims_new (&host, people);
  people->holders = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  people->keys = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return people;
}

static void
people_free (People *people)
{
  srv_claims_free (people->claims);
  g_hash_table_unref (people->holders);
  g_hash_table_unref (people->keys);
  g_free (people);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (People, people_free)

static void
release (People *people, guint connection)
{
  const char *name = g_hash_table_lookup (people->holders, GUINT_TO_POINTER (connection));
  g_autofree char *key = name != NULL ? sal_name_key (name) : NULL;

  if (name == NULL)
    return;
  g_hash_table_remove (people->keys, key);
  srv_claims_release (people->claims, name);
  g_hash_table_remove (people->holders, GUINT_TO_POINTER (connection));
}

/* Somebody comes, or has come before; returns what they are called (nullable). */
static const char *
come (People *people, guint connection, const char *wanted)
{
  char *name = g_hash_table_lookup (people->holders, GUINT_TO_POINTER (connection));

  if (name != NULL)
    return name;
  name = srv_claims_name (people->claims, wanted);
  if (name == NULL)
    return NULL;
  g_assert_true (g_hash_table_add (people->keys, sal_name_key (name)));
  g_hash_table_insert (people->holders, GUINT_TO_POINTER (connection), name);
  return name;
}

static void
test_first_come (void)
{
  g_autoptr (People) people = people_new ();

  g_assert_cmpstr (come (people, 1, "Ada"), ==, "Ada");
  g_assert_cmpstr (come (people, 2, "Bob"), ==, "Bob");
}

static void
test_numbers (void)
{
  g_autoptr (People) people = people_new ();

  g_assert_cmpstr (come (people, 1, "Ada"), ==, "Ada");
  g_assert_cmpstr (come (people, 2, "Ada"), ==, "Ada_2");
  g_assert_cmpstr (come (people, 3, "ADA"), ==, "ADA_3");
  g_assert_cmpstr (come (people, 4, "ada"), ==, "ada_4");
  g_assert_cmpstr (come (people, 5, "Ren\xC3\xA9"), ==, "Ren\xC3\xA9");
  g_assert_cmpstr (come (people, 6, "REN\xC3\x89"), ==, "REN\xC3\x89_2");
}

static void
test_release (void)
{
  g_autoptr (People) people = people_new ();

  release (people, 1); /* who holds none: nothing */
  for (guint c = 1; c <= 5; c++)
    come (people, c, "Ada"); /* Ada to Ada_5 */
  release (people, 4);
  release (people, 2);
  g_assert_cmpstr (come (people, 6, "Ada"), ==, "Ada_2");
  g_assert_cmpstr (come (people, 7, "Ada"), ==, "Ada_4");
  g_assert_cmpstr (come (people, 8, "Ada"), ==, "Ada_6");
  release (people, 1);
  g_assert_cmpstr (come (people, 9, "ada"), ==, "ada");
  for (guint c = 1; c <= 9; c++)
    release (people, c);
  release (people, 9);
  g_assert_cmpstr (come (people, 2, "Ada"), ==, "Ada");
}

/* A numbered name may be somebody's own. */
static void
test_number_in_use (void)
{
  g_autoptr (People) people = people_new ();

  g_assert_cmpstr (come (people, 1, "Ada_2"), ==, "Ada_2");
  g_assert_cmpstr (come (people, 2, "Ada"), ==, "Ada");
  g_assert_cmpstr (come (people, 3, "Ada"), ==, "Ada_3");
  g_assert_cmpstr (come (people, 4, "ada_2"), ==, "ada_2_2");
  g_assert_cmpstr (come (people, 5, "Ada_3"), ==, "Ada_3_2");
}

static void
test_long_names (void)
{
  g_autoptr (People) people = people_new ();
  static const char wanted[] = "abcdefghijklmnopqrstuvwxyz012345";
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint c = 1; c <= 200; c++)
    {
      const char *name = come (people, c, wanted);

      g_assert_cmpint (g_utf8_strlen (name, -1), ==, SAL_NAME_MAX_CHARS);
      g_assert_true (g_hash_table_add (seen, g_strdup (name)));
    }
  g_assert_true (g_hash_table_contains (seen, "abcdefghijklmnopqrstuvwxyz0123_2"));
  g_assert_true (g_hash_table_contains (seen, "abcdefghijklmnopqrstuvwxyz01_200"));
  /* Somebody whose own name is a shortened one of those. */
  g_assert_cmpstr (come (people, 999, "abcdefghijklmnopqrstuvwxyz0123_2"), !=,
                   "abcdefghijklmnopqrstuvwxyz0123_2");
}

/* 10,000 people with one name cost a numbered name each. */
static void
test_many_of_one_name (void)
{
  enum
  {
    N = 10000
  };
  g_autoptr (People) people = people_new ();

  numbered = 0;
  for (guint c = 1; c <= N; c++)
    come (people, c, "Ada");
  g_assert_cmpuint (numbered, <=, N);

  /* All of them leave and come again. */
  numbered = 0;
  for (guint c = 1; c <= N; c++)
    release (people, c);
  for (guint c = 1; c <= N; c++)
    come (people, c, "Ada");
  g_assert_cmpuint (numbered, <=, N);
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
  g_autoptr (People) people = people_new ();
  char *held[N] = { NULL };

  for (int step = 0; step < 5000; step++)
    {
      int c = g_rand_int_range (rand, 0, N);
      g_autoptr (GHashTable) keys = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

      if (g_rand_boolean (rand))
        {
          const char *want = wanted[g_rand_int_range (rand, 0, G_N_ELEMENTS (wanted))];
          const char *name = come (people, (guint) c, want);
          g_autofree char *again = sal_name_from_text (name);

          g_assert_cmpstr (again, ==, name);
          if (held[c] != NULL)
            g_assert_cmpstr (name, ==, held[c]);
          else
            held[c] = g_strdup (name);
        }
      else
        {
          release (people, (guint) c);
          g_clear_pointer (&held[c], g_free);
        }
      for (int i = 0; i < N; i++)
        if (held[i] != NULL)
          g_assert_true (g_hash_table_add (keys, sal_name_key (held[i])));
    }
  for (int i = 0; i < N; i++)
    g_free (held[i]);
}

/* Every name may belong to somebody: then none is given, and that is found out soon. */
static void
test_none_left (void)
{
  g_autoptr (People) people = people_new ();

  people->lets_none_through = TRUE;
  g_assert_null (come (people, 1, "Ada"));
  g_assert_cmpuint (people->asked, <=, 100);
  g_assert_null (come (people, 1, "Ada"));
  people->lets_none_through = FALSE;
  g_assert_cmpstr (come (people, 1, "Ada"), ==, "Ada");
  g_assert_cmpstr (come (people, 2, "Ada"), ==, "Ada_2");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/log/claims/the-first-gets-the-name", test_first_come);
  g_test_add_func ("/log/claims/others-get-a-number", test_numbers);
  g_test_add_func ("/log/claims/released-names-are-given-again", test_release);
  g_test_add_func ("/log/claims/a-number-may-be-in-use", test_number_in_use);
  g_test_add_func ("/log/claims/long-names-stay-within-32-characters", test_long_names);
  g_test_add_func ("/log/claims/many-of-one-name-are-little-work", test_many_of_one_name);
  g_test_add_func ("/log/claims/never-the-same-name-twice", test_never_the_same_name_twice);
  g_test_add_func ("/log/claims/there-may-be-no-name-left", test_none_left);
  return g_test_run ();
}
