/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A room as one worker sees it: who is there, and one encoding for all who read the
 * same bytes. The dialect is one of the test's, which counts.
 */
#include "config.h"

#include "server/chat/srv-room.h"

#include <string.h>

static guint encodings;

static void
encode (GString *out, const SalEvent *event, guint variant)
{
  encodings++;
  g_string_append_printf (out, "%u:%s\n", variant, event->text);
}

static const SalDialect one_dialect = { .name = "one", .encode = encode };
static const SalDialect other_dialect = { .name = "other", .encode = encode };

typedef struct
{
  SrvMember member;
  SrvOutq outq;
} Reader;

static void
reader_init (Reader *reader, SrvOutqList *list, const SalDialect *dialect, guint variant)
{
  srv_outq_init (&reader->outq, list);
  reader->member = (SrvMember){ .outq = &reader->outq, .dialect = dialect, .variant = variant };
}

/* What the reader got since the last time. */
static char *
take (Reader *reader, int *pieces)
{
  struct iovec iov[32];
  int n = srv_outq_gather (&reader->outq, iov, G_N_ELEMENTS (iov));
  GString *all = g_string_new (NULL);

  for (int i = 0; i < n; i++)
    g_string_append_len (all, iov[i].iov_base, (gssize) iov[i].iov_len);
  srv_outq_sent (&reader->outq, all->len);
  if (pieces != NULL)
    *pieces = n;
  return g_string_free (all, FALSE);
}

static void
assert_got (Reader *reader, const char *expected)
{
  g_autofree char *all = take (reader, NULL);

  g_assert_cmpstr (all, ==, expected);
}

static guint
say (SrvRoom *room, const char *text)
{
  g_autoptr (GString) scratch = g_string_new ("left over");
  SalEvent event = { .kind = SAL_EVENT_MESSAGE, .text = text };

  return srv_room_deliver (room, &event, scratch);
}

/* Who is there, as the state of a worker knows it. */
static void
change (SrvState *state, SrvRoom *room, SrvEntryKind kind, const char *name)
{
  g_autoptr (SrvEntry) entry = srv_entry_new (kind, (SrvOrigin){ .connection = g_str_hash (name) },
                                              srv_room_get_name (room), name, "", NULL);

  entry->status = SRV_ENTRY_COMMITTED;
  entry->final = kind == SRV_ENTRY_LEAVE;
  srv_state_apply (state, entry);
  srv_room_set_channel (room, srv_state_find_channel (state, srv_room_get_name (room)));
}

static void
test_present (void)
{
  g_autoptr (SrvState) state = srv_state_new ();
  g_autoptr (SrvRoom) room = srv_room_new ("tea");
  g_autoptr (GPtrArray) names = NULL;
  static const char *const sorted[] = { "Ada", "Bob", "Zoe" };

  g_assert_cmpstr (srv_room_get_name (room), ==, "tea");
  g_assert_cmpuint (srv_room_count (room), ==, 0);
  change (state, room, SRV_ENTRY_JOIN, "Zoe");
  change (state, room, SRV_ENTRY_JOIN, "Ada");
  change (state, room, SRV_ENTRY_JOIN, "Bob");
  change (state, room, SRV_ENTRY_JOIN, "Bob");
  g_assert_cmpuint (srv_room_count (room), ==, 3);
  names = srv_room_list (room, G_MAXUINT);
  g_assert_cmpuint (names->len, ==, 3);
  for (guint i = 0; i < 3; i++)
    g_assert_cmpstr (names->pdata[i], ==, sorted[i]);
  change (state, room, SRV_ENTRY_LEAVE, "Bob");
  change (state, room, SRV_ENTRY_LEAVE, "Nobody");
  g_assert_cmpuint (srv_room_count (room), ==, 2);
  g_clear_pointer (&names, g_ptr_array_unref);
  names = srv_room_list (room, 2);
  g_assert_cmpuint (names->len, ==, 2);
  g_assert_cmpstr (names->pdata[0], ==, "Ada");
  g_assert_cmpstr (names->pdata[1], ==, "Zoe");
  srv_room_free (NULL);
}

/* Of a large room only some are listed, and those are sorted. */
static void
test_present_some (void)
{
  g_autoptr (SrvState) state = srv_state_new ();
  g_autoptr (SrvRoom) room = srv_room_new ("tea");
  g_autoptr (GPtrArray) names = NULL;

  for (int i = 0; i < 100; i++)
    {
      g_autofree char *name = g_strdup_printf ("name%02d", i);

      change (state, room, SRV_ENTRY_JOIN, name);
    }
  names = srv_room_list (room, 10);
  g_assert_cmpuint (names->len, ==, 10);
  for (guint i = 1; i < names->len; i++)
    g_assert_cmpstr (names->pdata[i - 1], <, names->pdata[i]);
  g_assert_cmpuint (srv_room_count (room), ==, 100);
}

static void
test_nobody_reads (void)
{
  g_autoptr (SrvState) state = srv_state_new ();
  g_autoptr (SrvRoom) room = srv_room_new ("tea");

  encodings = 0;
  change (state, room, SRV_ENTRY_JOIN, "Ada"); /* of another worker */
  g_assert_cmpuint (say (room, "ciao"), ==, 0);
  g_assert_cmpuint (encodings, ==, 0);
}

static void
test_one_encoding_for_all (void)
{
  enum
  {
    N = 100
  };
  g_autoptr (SrvRoom) room = srv_room_new ("tea");
  SrvOutqList list = { NULL };
  g_autofree Reader *readers = g_new0 (Reader, N);

  for (int i = 0; i < N; i++)
    {
      reader_init (&readers[i], &list, i < 90 ? &one_dialect : &other_dialect, i < 50 ? 0 : 1);
      srv_room_add (room, &readers[i].member);
      g_assert_true (readers[i].member.room == room);
    }
  encodings = 0;
  g_assert_cmpuint (say (room, "ciao"), ==, N);
  g_assert_cmpuint (encodings, ==, 3); /* one 0, one 1, other 1 */
  for (int i = 0; i < N; i++)
    {
      assert_got (&readers[i], i < 50 ? "0:ciao\n" : "1:ciao\n");
      srv_room_remove (&readers[i].member);
      g_assert_null (readers[i].member.room);
      srv_outq_clear (&readers[i].outq);
    }
  encodings = 0;
  g_assert_cmpuint (say (room, "anybody?"), ==, 0);
  g_assert_cmpuint (encodings, ==, 0);
}

/* What one turn says lies side by side, so that it leaves in one piece. */
static void
test_one_piece_a_turn (void)
{
  g_autoptr (SrvRoom) room = srv_room_new ("tea");
  SrvOutqList list = { NULL };
  Reader reader;
  g_autofree char *all = NULL;
  int pieces = 0;

  reader_init (&reader, &list, &one_dialect, 0);
  srv_room_add (room, &reader.member);
  say (room, "uno");
  say (room, "due");
  say (room, "tre");
  all = take (&reader, &pieces);
  g_assert_cmpstr (all, ==, "0:uno\n0:due\n0:tre\n");
  g_assert_cmpint (pieces, ==, 1);
  srv_room_end_turn (room);
  say (room, "quattro");
  srv_room_end_turn (room);
  assert_got (&reader, "0:quattro\n");
  srv_room_remove (&reader.member);
}

static void
test_variant (void)
{
  g_autoptr (SrvRoom) room = srv_room_new ("tea");
  SrvOutqList list = { NULL };
  Reader reader;

  reader_init (&reader, &list, &one_dialect, 0);
  srv_room_set_variant (&reader.member, 1); /* in no room yet */
  g_assert_cmpuint (reader.member.variant, ==, 1);
  g_assert_null (reader.member.room);
  srv_room_add (room, &reader.member);
  say (room, "uno");
  srv_room_set_variant (&reader.member, 2);
  say (room, "due");
  srv_room_set_variant (&reader.member, 2);
  say (room, "tre");
  assert_got (&reader, "1:uno\n2:due\n2:tre\n");
  srv_room_remove (&reader.member);
  srv_room_remove (&reader.member); /* in no room: nothing */
}

/* Coming, going and changing in any order: everybody gets each message exactly once. */
static void
test_against_a_model (void)
{
  enum
  {
    N = 20
  };
  guint32 seed = 0x400;
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  SrvRoom *rooms[] = { srv_room_new ("a"), srv_room_new ("b") };
  SrvOutqList list = { NULL };
  Reader readers[N];
  int in[N];

  for (int i = 0; i < N; i++)
    {
      reader_init (&readers[i], &list, &one_dialect, 0);
      in[i] = -1;
    }
  for (int step = 0; step < 5000; step++)
    {
      int i = g_rand_int_range (rand, 0, N);
      int r = g_rand_int_range (rand, 0, 2);
      guint members = 0;

      switch (g_rand_int_range (rand, 0, 4))
        {
        case 0:
          if (in[i] < 0)
            {
              srv_room_add (rooms[r], &readers[i].member);
              in[i] = r;
            }
          break;
        case 1:
          srv_room_remove (&readers[i].member);
          in[i] = -1;
          break;
        case 2:
          srv_room_set_variant (&readers[i].member, (guint) g_rand_int_range (rand, 0, 4));
          break;
        default:
          for (int k = 0; k < N; k++)
            members += in[k] == r;
          g_assert_cmpuint (say (rooms[r], "x"), ==, members);
          for (int k = 0; k < N; k++)
            {
              g_autofree char *expected =
                  in[k] == r ? g_strdup_printf ("%u:x\n", readers[k].member.variant)
                             : g_strdup ("");

              assert_got (&readers[k], expected);
            }
          break;
        }
      if (step % 7 == 0)
        srv_room_end_turn (rooms[r]);
    }
  for (int i = 0; i < N; i++)
    srv_room_remove (&readers[i].member);
  srv_room_free (rooms[0]);
  srv_room_free (rooms[1]);
}

/* A room waits for most of its readers, in whatever worker they are. */
static void
test_behind (void)
{
  g_autoptr (SrvState) state = srv_state_new ();
  SrvOutqList list = { NULL };
  g_autoptr (SrvRoom) room = srv_room_new ("lobby");
  Reader readers[3];

  for (guint i = 0; i < 3; i++)
    {
      g_autofree char *name = g_strdup_printf ("here-%u", i);

      reader_init (&readers[i], &list, &one_dialect, 0);
      srv_room_add (room, &readers[i].member);
      change (state, room, SRV_ENTRY_JOIN, name);
    }
  srv_room_set_lagging (&readers[0].member, TRUE);
  g_assert_false (srv_room_is_behind (room));
  srv_room_set_lagging (&readers[1].member, TRUE);
  g_assert_true (srv_room_is_behind (room));
  g_assert_cmpuint (srv_room_get_lagging (room), ==, 2);

  /* Two of three here cannot follow, but there are two others who can. */
  change (state, room, SRV_ENTRY_JOIN, "elsewhere-0");
  change (state, room, SRV_ENTRY_JOIN, "elsewhere-1");
  g_assert_false (srv_room_is_behind (room));
  srv_room_set_lagging_elsewhere (room, 3, 1);
  g_assert_true (srv_room_is_behind (room));
  srv_room_set_lagging (&readers[0].member, FALSE);
  g_assert_false (srv_room_is_behind (room));
  srv_room_set_lagging_elsewhere (room, 1, 1);
  g_assert_true (srv_room_is_behind (room));
  srv_room_set_lagging_elsewhere (room, 3, 0);
  g_assert_false (srv_room_is_behind (room));
  for (guint i = 0; i < 3; i++)
    srv_room_remove (&readers[i].member);
}

/* Coming and going may wait for what comes next, in its place; it does not wait for ever. */
static void
test_patience (void)
{
  SrvOutqList list = { NULL };
  SrvRoom *room = srv_room_new ("tea");
  const SrvAddressees patient = { .patient = TRUE };
  const SalEvent event = { .kind = SAL_EVENT_JOIN, .text = "came" };
  g_autoptr (GString) scratch = g_string_new (NULL);
  Reader readers[2];

  for (guint i = 0; i < G_N_ELEMENTS (readers); i++)
    {
      reader_init (&readers[i], &list, &one_dialect, 1);
      srv_room_add (room, &readers[i].member);
    }
  g_assert_false (srv_room_is_patient (room));
  g_assert_cmpuint (srv_room_deliver_to (room, &event, &patient, scratch), ==, 2);
  g_assert_true (srv_room_is_patient (room));
  g_assert_null (srv_outq_list_pop (&list));
  srv_room_end_turn (room);

  g_assert_cmpuint (say (room, "hello"), ==, 2); /* takes it along */
  g_assert_nonnull (srv_outq_list_pop (&list));
  g_assert_nonnull (srv_outq_list_pop (&list));
  for (guint i = 0; i < G_N_ELEMENTS (readers); i++)
    assert_got (&readers[i], "1:came\n1:hello\n");

  (void) srv_room_deliver_to (room, &event, &patient, scratch);
  assert_got (&readers[0], "1:came\n"); /* went with something else */
  srv_room_let_go (room);
  g_assert_false (srv_room_is_patient (room));
  g_assert_true (srv_outq_list_pop (&list) == &readers[1].outq);
  g_assert_null (srv_outq_list_pop (&list));
  for (guint i = 0; i < G_N_ELEMENTS (readers); i++)
    {
      srv_room_remove (&readers[i].member);
      srv_outq_clear (&readers[i].outq);
    }
  srv_room_free (room);
}

/* ... and however many turns it takes, a queue holds it as one piece. Afterwards a quiet room holds
 * nothing. */
static void
test_patience_is_one_piece (void)
{
  SrvOutqList list = { NULL };
  SrvRoom *room = srv_room_new ("tea");
  const SrvAddressees patient = { .patient = TRUE };
  const SalEvent event = { .kind = SAL_EVENT_JOIN, .text = "came" };
  g_autoptr (GString) scratch = g_string_new (NULL);
  Reader reader;
  SrvBlock *block = NULL;

  reader_init (&reader, &list, &one_dialect, 1);
  srv_room_add (room, &reader.member);
  for (guint i = 0; i < 5; i++)
    {
      (void) srv_room_deliver_to (room, &event, &patient, scratch);
      srv_room_end_turn (room);
    }
  g_assert_cmpuint (reader.outq.n, ==, 1);
  srv_room_let_go (room);
  srv_room_end_turn (room);
  block = reader.outq.first.block;
  g_assert_true (srv_outq_list_pop (&list) == &reader.outq);

  (void) srv_room_deliver_to (room, &event, &patient, scratch);
  g_assert_cmpuint (reader.outq.n, ==, 2);
  g_assert_true (reader.outq.more->frames[reader.outq.more->head].block != block);
  assert_got (&reader, "1:came\n1:came\n1:came\n1:came\n1:came\n1:came\n");
  srv_room_remove (&reader.member);
  srv_room_free (room);
}

/* What is left out for somebody who cannot follow is counted until it is asked for. */
static void
test_missed (void)
{
  SrvOutqList list = { NULL };
  SrvRoom *room = srv_room_new ("tea");
  g_autoptr (GString) scratch = g_string_new (NULL);
  const SalEvent event = { .kind = SAL_EVENT_MESSAGE, .text = "x" };
  Reader reader;
  guint64 seq = 0;

  reader_init (&reader, &list, &one_dialect, 1);
  srv_room_add (room, &reader.member);
  g_assert_cmpuint (srv_room_take_missed (&reader.member, &seq), ==, 0);
  reader.outq.leaves_out = TRUE;
  for (guint64 i = 7; i < 10; i++)
    g_assert_cmpuint (srv_room_deliver_to (room, &event, &(SrvAddressees){ .seq = i }, scratch), ==,
                      0);
  srv_room_set_variant (&reader.member, 2); /* which changes nothing of it */
  g_assert_cmpuint (srv_room_take_missed (&reader.member, &seq), ==, 3);
  g_assert_cmpuint (seq, ==, 7);
  g_assert_cmpuint (srv_room_take_missed (&reader.member, &seq), ==, 0);
  (void) srv_room_deliver_to (room, &event, &(SrvAddressees){ .seq = 10 }, scratch);
  srv_room_remove (&reader.member);
  srv_room_add (room, &reader.member); /* comes anew: what was before is nothing missed */
  g_assert_cmpuint (srv_room_take_missed (&reader.member, &seq), ==, 0);
  srv_room_remove (&reader.member);
  srv_room_free (room);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/chat/room/knows-who-is-present", test_present);
  g_test_add_func ("/chat/room/lists-no-more-than-asked", test_present_some);
  g_test_add_func ("/chat/room/encodes-nothing-for-nobody", test_nobody_reads);
  g_test_add_func ("/chat/room/encodes-once-for-all-who-read-the-same", test_one_encoding_for_all);
  g_test_add_func ("/chat/room/a-turn-is-one-piece", test_one_piece_a_turn);
  g_test_add_func ("/chat/room/a-member-may-change-its-form", test_variant);
  g_test_add_func ("/chat/room/waits-for-most-of-its-readers", test_behind);
  g_test_add_func ("/chat/room/everybody-gets-everything-once", test_against_a_model);
  g_test_add_func ("/chat/room/what-is-patient-goes-with-the-next", test_patience);
  g_test_add_func ("/chat/room/what-is-patient-is-one-piece", test_patience_is_one_piece);
  g_test_add_func ("/chat/room/what-is-left-out-is-counted", test_missed);
  return g_test_run ();
}
