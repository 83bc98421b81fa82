/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Frames and the queue that refers to them: what is gathered is what was pushed, in the
 * order and the portions that its mode promises, whatever the kernel takes at a time.
 * That nothing leaks is seen under the sanitizers.
 */
#include "config.h"

#include "server/net/srv-outq.h"

#include <malloc.h>
#include <string.h>

typedef struct
{
  SrvOutqList list;
  SrvOutq outq;
  SrvFrameStream stream;
} Fixture;

static void
set_up (Fixture *f, SrvOutqMode mode)
{
  *f = (Fixture){ 0 };
  srv_outq_init (&f->outq, &f->list);
  f->outq.mode = mode;
}

static void
tear_down (Fixture *f)
{
  srv_outq_clear (&f->outq);
  g_assert_cmpuint (f->outq.n, ==, 0);
  g_assert_cmpuint (f->outq.bytes, ==, 0);
  g_assert_null (f->outq.more);
  srv_frame_stream_clear (&f->stream);
}

static void
push (Fixture *f, const char *text)
{
  SrvFrame frame = srv_frame_stream_append (&f->stream, text, strlen (text));

  srv_outq_push (&f->outq, &frame);
}

/* What waits, one string for each piece that would be given to the kernel. */
static char *
waiting (const Fixture *f)
{
  struct iovec iov[64];
  int n = srv_outq_gather (&f->outq, iov, G_N_ELEMENTS (iov));
  GString *all = g_string_new (NULL);

  for (int i = 0; i < n; i++)
    {
      if (i > 0)
        g_string_append_c (all, '|');
      g_string_append_len (all, iov[i].iov_base, (gssize) iov[i].iov_len);
    }
  return g_string_free (all, FALSE);
}

static void
assert_waits (const Fixture *f, const char *expected)
{
  g_autofree char *all = waiting (f);

  g_assert_cmpstr (all, ==, expected);
}

static void
test_empty (void)
{
  Fixture f;
  struct iovec iov[4];

  set_up (&f, SRV_OUTQ_GATHER);
  g_assert_cmpint (srv_outq_gather (&f.outq, iov, 4), ==, 0);
  srv_outq_drop_unsent (&f.outq);
  g_assert_cmpint (srv_outq_gather (&f.outq, iov, 4), ==, 0);
  srv_outq_sent (&f.outq, 0);
  tear_down (&f);
}

static void
test_merging (void)
{
  Fixture f;
  SrvFrameStream other = { NULL };
  SrvFrame frame;

  set_up (&f, SRV_OUTQ_GATHER);
  push (&f, "uno\n");
  push (&f, "due\n");
  assert_waits (&f, "uno\ndue\n");
  g_assert_cmpuint (f.outq.n, ==, 1);
  frame = srv_frame_stream_append (&other, "other\n", 6);
  srv_outq_push (&f.outq, &frame);
  push (&f, "tre\n");
  push (&f, "quattro\n");
  assert_waits (&f, "uno\ndue\n|other\n|tre\nquattro\n");
  g_assert_cmpuint (f.outq.n, ==, 3);
  g_assert_cmpuint (f.outq.bytes, ==, 26);
  srv_frame_stream_clear (&other);
  assert_waits (&f, "uno\ndue\n|other\n|tre\nquattro\n");
  tear_down (&f);
}

/* A frame that this queue did not get leaves a gap, which must not be merged over. */
static void
test_no_merging_over_a_gap (void)
{
  Fixture f;

  set_up (&f, SRV_OUTQ_GATHER);
  push (&f, "uno\n");
  (void) srv_frame_stream_append (&f.stream, "not for you\n", 12);
  push (&f, "due\n");
  assert_waits (&f, "uno\n|due\n");
  tear_down (&f);
}

static void
test_merging_into_what_has_begun (void)
{
  Fixture f;

  set_up (&f, SRV_OUTQ_GATHER);
  push (&f, "uno\n");
  srv_outq_sent (&f.outq, 2);
  push (&f, "due\n");
  assert_waits (&f, "o\ndue\n");
  g_assert_cmpuint (f.outq.bytes, ==, 6);
  tear_down (&f);
}

static void
test_one_each (void)
{
  Fixture f;

  set_up (&f, SRV_OUTQ_ONE_EACH);
  push (&f, "uno\n");
  push (&f, "due\n");
  push (&f, "tre\n");
  assert_waits (&f, "uno\n");
  srv_outq_sent (&f.outq, 3);
  assert_waits (&f, "\n");
  srv_outq_sent (&f.outq, 1);
  assert_waits (&f, "due\n");
  srv_outq_sent (&f.outq, 4);
  assert_waits (&f, "tre\n");
  srv_outq_sent (&f.outq, 4);
  assert_waits (&f, "");
  tear_down (&f);
}

/* S4: texts without an end of their own; two that wait together get an LF between. */
static void
test_exact (void)
{
  Fixture f;

  set_up (&f, SRV_OUTQ_EXACT);
  push (&f, "uno");
  assert_waits (&f, "uno");
  push (&f, "due");
  assert_waits (&f, "uno|\n|due");
  g_assert_cmpuint (f.outq.bytes, ==, 7);
  push (&f, "greeting\n");
  push (&f, "tre");
  assert_waits (&f, "uno|\n|due|\n|greeting\n|tre");
  srv_outq_sent (&f.outq, f.outq.bytes);
  push (&f, "quattro"); /* alone again */
  assert_waits (&f, "quattro");
  tear_down (&f);
}

static void
test_gather_is_bounded (void)
{
  Fixture f;
  struct iovec iov[3];

  set_up (&f, SRV_OUTQ_EXACT);
  for (int i = 0; i < 10; i++)
    push (&f, "x\n");
  g_assert_cmpint (srv_outq_gather (&f.outq, iov, 3), ==, 3);
  g_assert_cmpint (srv_outq_gather (&f.outq, iov, 1), ==, 1);
  tear_down (&f);
}

/* The kernel may take any number of bytes. */
static void
test_partial_at_every_byte (void)
{
  static const SrvOutqMode modes[] = { SRV_OUTQ_GATHER, SRV_OUTQ_ONE_EACH, SRV_OUTQ_EXACT };
  static const char all[] = "uno\ndue\ntre\nquattro\n";

  for (gsize m = 0; m < G_N_ELEMENTS (modes); m++)
    for (gsize take = 1; take <= strlen (all); take++)
      {
        Fixture f;
        g_autoptr (GString) sent = g_string_new (NULL);

        set_up (&f, modes[m]);
        push (&f, "uno\n");
        push (&f, "due\n");
        push (&f, "tre\n");
        push (&f, "quattro\n");
        while (f.outq.n > 0)
          {
            struct iovec iov[8];
            int n = srv_outq_gather (&f.outq, iov, 8);
            gsize left = take;
            gsize taken = 0;

            for (int i = 0; i < n && left > 0; i++)
              {
                gsize part = MIN (left, iov[i].iov_len);

                g_string_append_len (sent, iov[i].iov_base, (gssize) part);
                left -= part;
                taken += part;
              }
            srv_outq_sent (&f.outq, taken);
            g_assert_cmpuint (f.outq.bytes, ==, strlen (all) - sent->len);
          }
        g_assert_cmpstr (sent->str, ==, all);
        tear_down (&f);
      }
}

/* Dropping leaves the reader with whole lines: what it has got and what is kept. */
static void
test_drop_at_every_byte (void)
{
  static const SrvOutqMode modes[] = { SRV_OUTQ_GATHER, SRV_OUTQ_ONE_EACH, SRV_OUTQ_EXACT };
  static const char all[] = "uno\ndue\ntre\n";

  for (gsize m = 0; m < G_N_ELEMENTS (modes); m++)
    for (gsize k = 0; k <= 2 * strlen (all) + 1; k++)
      {
        gsize sent = k / 2;
        gboolean in_steps = k % 2;
        Fixture f;
        g_autofree char *kept = NULL;
        g_autofree char *rest = NULL;
        gsize whole = sent % 4 == 0 ? sent : (sent / 4 + 1) * 4;

        set_up (&f, modes[m]);
        push (&f, "uno\n");
        push (&f, "due\n");
        push (&f, "tre\n");
        if (in_steps)
          for (gsize i = 0; i < sent; i++)
            srv_outq_sent (&f.outq, 1);
        else
          srv_outq_sent (&f.outq, sent);
        srv_outq_drop_unsent (&f.outq);
        kept = waiting (&f);
        rest = g_strndup (all + sent, whole - sent);
        g_assert_cmpstr (kept, ==, rest);
        g_assert_cmpuint (f.outq.bytes, ==, whole - sent);
        g_assert_cmpuint (f.outq.n, ==, whole > sent ? 1 : 0);

        /* Dropping again changes nothing, and the queue goes on to work. */
        srv_outq_drop_unsent (&f.outq);
        g_assert_cmpuint (f.outq.bytes, ==, whole - sent);
        push (&f, "why\n");
        g_assert_cmpuint (f.outq.bytes, ==, whole - sent + 4);
        srv_outq_sent (&f.outq, f.outq.bytes);
        g_assert_cmpuint (f.outq.n, ==, 0);
        tear_down (&f);
      }
}

/* Texts without an end are kept whole once they have begun to go out. */
static void
test_drop_exact (void)
{
  Fixture f;

  set_up (&f, SRV_OUTQ_EXACT);
  push (&f, "uno");
  push (&f, "due");
  srv_outq_sent (&f.outq, 1);
  srv_outq_drop_unsent (&f.outq);
  assert_waits (&f, "no");
  tear_down (&f);

  set_up (&f, SRV_OUTQ_EXACT);
  push (&f, "uno");
  push (&f, "due");
  srv_outq_sent (&f.outq, 3);
  srv_outq_drop_unsent (&f.outq);
  assert_waits (&f, "");
  tear_down (&f);
}

static void
test_announcing (void)
{
  SrvOutqList list = { NULL };
  SrvOutq outqs[3];
  SrvFrameStream stream = { NULL };
  gboolean seen[3] = { FALSE };

  for (int i = 0; i < 3; i++)
    srv_outq_init (&outqs[i], &list);
  g_assert_null (srv_outq_list_pop (&list));
  for (int round = 0; round < 2; round++)
    for (int i = 0; i < 3; i++)
      {
        SrvFrame frame = srv_frame_stream_append (&stream, "x\n", 2);

        srv_outq_push (&outqs[i], &frame);
      }
  for (int i = 0; i < 3; i++)
    {
      SrvOutq *outq = srv_outq_list_pop (&list);

      g_assert_nonnull (outq);
      g_assert_false (seen[outq - outqs]);
      seen[outq - outqs] = TRUE;
    }
  g_assert_null (srv_outq_list_pop (&list));

  /* Once taken off it may be announced again, with or without new bytes. */
  srv_outq_list_add (&outqs[1]);
  srv_outq_list_add (&outqs[1]);
  g_assert_true (srv_outq_list_pop (&list) == &outqs[1]);
  g_assert_null (srv_outq_list_pop (&list));

  for (int i = 0; i < 3; i++)
    srv_outq_clear (&outqs[i]);
  srv_frame_stream_clear (&stream);
}

/* Frames. */

static void
test_frames_lie_side_by_side (void)
{
  SrvFrameStream stream = { NULL };
  SrvFrame a = srv_frame_stream_append (&stream, "abc", 3);
  SrvFrame b = srv_frame_stream_append (&stream, "de", 2);

  g_assert_true (a.block == b.block);
  g_assert_true (srv_frame_bytes (&a) + a.len == srv_frame_bytes (&b));
  g_assert_cmpmem (srv_frame_bytes (&a), 5, "abcde", 5);
  srv_frame_stream_clear (&stream);
}

static void
test_frames_outlive_their_stream (void)
{
  SrvFrameStream stream = { NULL };
  SrvFrame a = srv_frame_stream_append (&stream, "abc", 3);

  srv_frame_ref (&a);
  srv_frame_ref (&a);
  srv_frame_stream_clear (&stream);
  srv_frame_stream_clear (&stream);
  srv_frame_unref (&a);
  g_assert_cmpmem (srv_frame_bytes (&a), a.len, "abc", 3);
  srv_frame_unref (&a);
}

/* What is written stays where it is, whatever is appended after it. */
static void
test_many_and_large_frames (void)
{
  SrvFrameStream stream = { NULL };
  static const gsize sizes[] = { 1, 4096, 16384, 16385, 100000, 0, 5000, 5000, 5000, 5000, 1 };
  SrvFrame frames[G_N_ELEMENTS (sizes)];

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autofree char *bytes = g_strnfill (sizes[i], (char) ('a' + i));

      frames[i] = srv_frame_stream_append (&stream, bytes, sizes[i]);
      g_assert_cmpuint (frames[i].len, ==, sizes[i]);
      srv_frame_ref (&frames[i]);
    }
  srv_frame_stream_clear (&stream);
  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autofree char *bytes = g_strnfill (sizes[i], (char) ('a' + i));

      g_assert_cmpmem (srv_frame_bytes (&frames[i]), frames[i].len, bytes, sizes[i]);
      srv_frame_unref (&frames[i]);
    }
}

/* Who reads slowly keeps a frame of each turn: that holds little beside it, also after a
 * busy turn. Busy turns still make one run each. */
static void
test_frames_hold_little (void)
{
  enum
  {
    TURNS = 1000
  };
  SrvFrameStream stream = { NULL };
  SrvFrame kept[TURNS];
  gsize held = 0;

  for (int turn = 0; turn < 2; turn++)
    {
      SrvFrame first = srv_frame_stream_append (&stream, "ciao a tutti\n", 13);
      SrvFrame last = first;

      for (int i = 0; i < 500; i++)
        last = srv_frame_stream_append (&stream, "ciao a tutti\n", 13);
      g_assert_true (turn == 0 || first.block == last.block);
      srv_frame_stream_clear (&stream);
    }
  for (int turn = 0; turn < TURNS; turn++)
    {
      kept[turn] = srv_frame_stream_append (&stream, "ciao a tutti\n", 13);
      srv_frame_ref (&kept[turn]);
      srv_frame_stream_clear (&stream);
      held += malloc_usable_size (kept[turn].block);
    }
  g_assert_cmpuint (held, <, TURNS * 512);
  for (int turn = 0; turn < TURNS; turn++)
    srv_frame_unref (&kept[turn]);
}

/* One message to many: a reference each, and the bytes once. */
static void
test_shared_by_many (void)
{
  enum
  {
    READERS = 50
  };
  SrvOutqList list = { NULL };
  SrvOutq outqs[READERS];
  SrvFrameStream stream = { NULL };

  for (int i = 0; i < READERS; i++)
    srv_outq_init (&outqs[i], &list);
  for (int m = 0; m < 3; m++)
    {
      SrvFrame frame = srv_frame_stream_append (&stream, "ciao a tutti\n", 13);

      for (int i = 0; i < READERS; i++)
        srv_outq_push (&outqs[i], &frame);
    }
  srv_frame_stream_clear (&stream);
  for (int i = 0; i < READERS; i++)
    {
      struct iovec iov[4];
      struct iovec first[4];

      g_assert_cmpint (srv_outq_gather (&outqs[i], iov, 4), ==, 1);
      g_assert_cmpint (srv_outq_gather (&outqs[0], first, 4), ==, 1);
      g_assert_true (iov[0].iov_base == first[0].iov_base);
      g_assert_cmpuint (iov[0].iov_len, ==, 39);
    }
  for (int i = 0; i < READERS; i++)
    srv_outq_clear (&outqs[i]);
}

/* Against a plain string: any mixture of pushing, sending, and two sources. */
static void
test_against_a_model (void)
{
  guint32 seed = 0x0079;
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);

  for (int round = 0; round < 500; round++)
    {
      Fixture f;
      SrvFrameStream other = { NULL };
      g_autoptr (GString) pushed = g_string_new (NULL);
      g_autoptr (GString) sent = g_string_new (NULL);

      set_up (&f, round % 2 ? SRV_OUTQ_GATHER : SRV_OUTQ_ONE_EACH);
      for (int step = 0; step < 100; step++)
        if (g_rand_int_range (rand, 0, 2))
          {
            g_autofree char *text =
                g_strnfill ((gsize) g_rand_int_range (rand, 1, 30), (char) ('a' + step % 26));
            SrvFrame frame = srv_frame_stream_append (g_rand_boolean (rand) ? &f.stream : &other,
                                                      text, strlen (text));

            srv_outq_push (&f.outq, &frame);
            g_string_append (pushed, text);
            if (g_rand_int_range (rand, 0, 20) == 0)
              srv_frame_stream_clear (&other);
          }
        else if (f.outq.n > 0)
          {
            struct iovec iov[5];
            int n = srv_outq_gather (&f.outq, iov, 5);
            gsize total = 0;
            gsize take = 0;

            for (int i = 0; i < n; i++)
              total += iov[i].iov_len;
            take = (gsize) g_rand_int_range (rand, 0, (gint32) total + 1);
            total = take;
            for (int i = 0; i < n && total > 0; i++)
              {
                gsize part = MIN (total, iov[i].iov_len);

                g_string_append_len (sent, iov[i].iov_base, (gssize) part);
                total -= part;
              }
            srv_outq_sent (&f.outq, take);
            g_assert_cmpuint (f.outq.bytes, ==, pushed->len - sent->len);
            g_assert_cmpint (f.outq.n == 0, ==, f.outq.bytes == 0);
          }
      g_assert_true (g_str_has_prefix (pushed->str, sent->str));
      srv_frame_stream_clear (&other);
      tear_down (&f);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/net/outq/nothing-waits-at-first", test_empty);
  g_test_add_func ("/net/outq/merges-what-lies-side-by-side", test_merging);
  g_test_add_func ("/net/outq/does-not-merge-over-a-gap", test_no_merging_over_a_gap);
  g_test_add_func ("/net/outq/merges-into-what-has-begun", test_merging_into_what_has_begun);
  g_test_add_func ("/net/outq/one-text-one-send", test_one_each);
  g_test_add_func ("/net/outq/exact-texts-that-wait-are-joined", test_exact);
  g_test_add_func ("/net/outq/gathers-no-more-than-asked", test_gather_is_bounded);
  g_test_add_func ("/net/outq/any-part-may-be-taken", test_partial_at_every_byte);
  g_test_add_func ("/net/outq/dropping-keeps-lines-whole", test_drop_at_every_byte);
  g_test_add_func ("/net/outq/dropping-keeps-an-exact-text-whole", test_drop_exact);
  g_test_add_func ("/net/outq/announces-itself-once", test_announcing);
  g_test_add_func ("/net/outq/like-a-model", test_against_a_model);
  g_test_add_func ("/net/frame/lie-side-by-side", test_frames_lie_side_by_side);
  g_test_add_func ("/net/frame/outlive-their-stream", test_frames_outlive_their_stream);
  g_test_add_func ("/net/frame/any-size-stays-as-written", test_many_and_large_frames);
  g_test_add_func ("/net/frame/a-quiet-turn-takes-little", test_frames_hold_little);
  g_test_add_func ("/net/frame/shared-by-many-queues", test_shared_by_many);
  return g_test_run ();
}
