/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Runs a fuzz target as a plain test, where there is no libFuzzer: once over each of its
 * seeds, then over some thousands of mutations of them, the same ones every time. When
 * the target fails, its input is printed.
 *
 * Usage: fuzz-NAME SEEDS [test options]
 */
#include "config.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/fuzz/fuzz.h"

#define MUTATIONS 20000
#define MUTATIONS_LEAST 100 /* however busy the machine is */
#define MUTATING_US (2 * G_TIME_SPAN_SECOND)
#define MAX_BYTES 4096

static GPtrArray *seeds; /* of GBytes */

/* What the target works on, for the handler of its death. */
static const guint8 *current;
static gsize current_len;

static void
on_death (int number)
{
  static const char digits[] = "0123456789abcdef";
  char line[2 * 64 + 1];

  (void) !write (STDERR_FILENO, "# the input was:\n", 17);
  for (gsize at = 0; at < current_len; at += 64)
    {
      gsize n = MIN (current_len - at, 64);

      for (gsize i = 0; i < n; i++)
        {
          line[2 * i] = digits[current[at + i] >> 4];
          line[2 * i + 1] = digits[current[at + i] & 15];
        }
      line[2 * n] = '\n';
      (void) !write (STDERR_FILENO, line, 2 * n + 1);
    }
  signal (number, SIG_DFL);
  raise (number);
}

/* In memory of exactly its size, so that a sanitizer sees a step beyond it. */
static void
run (const guint8 *bytes, gsize len)
{
  g_autofree guint8 *copy = g_malloc (MAX (len, 1));

  if (len > 0)
    memcpy (copy, bytes, len);
  current = copy;
  current_len = len;
  g_assert_cmpint (LLVMFuzzerTestOneInput (copy, len), ==, 0);
  current_len = 0;
}

static void
test_seed (gconstpointer data)
{
  gsize len = 0;
  const guint8 *bytes = g_bytes_get_data ((GBytes *) data, &len);

  run (bytes, len);
}

static GBytes *
any_seed (GRand *rand)
{
  return seeds->pdata[g_rand_int_range (rand, 0, (gint32) seeds->len)];
}

/* Where in @bytes a change begins, and how many bytes it is about. */
static void
any_range (GRand *rand, const GByteArray *bytes, guint *at, guint *n)
{
  *at = (guint) g_rand_int_range (rand, 0, (gint32) bytes->len + 1);
  *n = (guint) 1 << g_rand_int_range (rand, 0, 7);
  *n = MIN (*n, bytes->len - *at);
}

static void
insert (GByteArray *bytes, guint at, const guint8 *what, guint n)
{
  guint tail = bytes->len - at;

  if (bytes->len + n > MAX_BYTES)
    return;
  g_byte_array_set_size (bytes, bytes->len + n);
  memmove (bytes->data + at + n, bytes->data + at, tail);
  memcpy (bytes->data + at, what, n);
}

static void
mutate (GRand *rand, GByteArray *bytes)
{
  static const guint8 telling[] = { 0,    '\n', '\r', 0x1B, 0x7F, 0xFF, 0xC3, 0xA8,
                                    0xF0, ' ',  '/',  ':',  '%',  '(',  '[',  '\'' };
  guint at = 0;
  guint n = 0;

  any_range (rand, bytes, &at, &n);
  switch (g_rand_int_range (rand, 0, 7))
    {
    case 0: /* flip a bit */
      if (at < bytes->len)
        bytes->data[at] ^= (guint8) (1 << g_rand_int_range (rand, 0, 8));
      break;
    case 1: /* another byte */
      if (at < bytes->len)
        bytes->data[at] = (guint8) g_rand_int (rand);
      break;
    case 2: /* a byte that means something */
      insert (bytes, at, &telling[g_rand_int_range (rand, 0, G_N_ELEMENTS (telling))], 1);
      break;
    case 3: /* take some away */
      if (n > 0)
        g_byte_array_remove_range (bytes, at, n);
      break;
    case 4: /* say something twice */
      if (n > 0)
        {
          g_autofree guint8 *copy = g_memdup2 (bytes->data + at, n);

          insert (bytes, at, copy, n);
        }
      break;
    case 5: /* a run of one byte */
      {
        g_autofree guint8 *same = g_malloc (MAX (n, 1));

        memset (same, telling[g_rand_int_range (rand, 0, G_N_ELEMENTS (telling))], MAX (n, 1));
        insert (bytes, at, same, n);
        break;
      }
    default: /* a piece of another seed */
      {
        gsize len = 0;
        const guint8 *other = g_bytes_get_data (any_seed (rand), &len);

        if (len > 0)
          {
            gsize from = (gsize) g_rand_int_range (rand, 0, (gint32) len);

            insert (bytes, at, other + from, (guint) MIN (len - from, 64));
          }
        break;
      }
    }
}

static void
test_mutations (void)
{
  guint32 number = 0x5a10770;
  g_autoptr (GRand) rand = g_rand_new_with_seed (number);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  gint64 until_us = g_get_monotonic_time () + MUTATING_US;
  int i = 0;

  for (; i < MUTATIONS && (i < MUTATIONS_LEAST || g_get_monotonic_time () < until_us); i++)
    {
      gsize len = 0;
      const guint8 *seed = g_bytes_get_data (any_seed (rand), &len);

      g_byte_array_set_size (bytes, 0);
      g_byte_array_append (bytes, seed, (guint) MIN (len, MAX_BYTES));
      for (int changes = g_rand_int_range (rand, 1, 12); changes > 0; changes--)
        mutate (rand, bytes);
      run (bytes->data, bytes->len);
    }
  g_test_message ("%d mutations", i);
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static void
add_seeds (const char *folder, const char *target)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  const char *name = NULL;

  if (dir == NULL)
    g_error ("there is no folder %s", folder);
  while ((name = g_dir_read_name (dir)) != NULL)
    g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, compare_names);
  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *path = g_build_filename (folder, names->pdata[i], NULL);
      g_autofree char *test =
          g_strdup_printf ("/fuzz/%s/seed/%s", target, (char *) names->pdata[i]);
      g_autofree char *contents = NULL;
      GBytes *seed = NULL;
      gsize len = 0;

      if (!g_file_get_contents (path, &contents, &len, NULL))
        g_error ("%s cannot be read", path);
      seed = g_bytes_new (contents, len);
      g_ptr_array_add (seeds, seed);
      g_test_add_data_func (test, seed, test_seed);
    }
  if (seeds->len == 0)
    g_error ("there are no seeds in %s", folder);
}

int
main (int argc, char **argv)
{
  g_autofree char *target = NULL;
  g_autofree char *mutations = NULL;
  int status = 0;

  g_test_init (&argc, &argv, NULL);
  LLVMFuzzerInitialize (&argc, &argv);
  if (argc != 2)
    g_error ("usage: %s SEEDS", argv[0]);
  signal (SIGABRT, on_death);
  signal (SIGSEGV, on_death);

  seeds = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  target = g_path_get_basename (argv[1]);
  add_seeds (argv[1], target);
  mutations = g_strdup_printf ("/fuzz/%s/mutations", target);
  g_test_add_func (mutations, test_mutations);
  status = g_test_run ();
  g_ptr_array_unref (seeds);
  return status;
}
