/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From the bytes of a peer to what the room hears of it: framer, plain dialect and
 * session, as a connection joins them, with a log that answers when the input says so.
 * The session's driver checks what a session may do at all; here it is checked that
 * nothing unclean leaves, and that a client reads out of it what was meant.
 *
 * The input: steps; a byte below 128 is the length of a segment, the others are time,
 * answers of the log, and what an operator does.
 */
#include "config.h"

#include <string.h>

#include "common/proto/sal-dialect-plain.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/session-driver.h"

typedef struct
{
  SessionRun *session;
  SalFramer framer;
  GString *scratch;
} Peer;

/* What everybody in the room would read. */
static void
check_entry (const SrvEntry *entry)
{
  g_autoptr (GString) line = g_string_new (NULL);
  g_autoptr (GString) scratch = g_string_new (NULL);
  SalEvent event;
  SalEvent read;

  srv_event_from_entry (&event, entry);
  if (event.name == NULL || *event.name == '\0')
    return; /* the log gives a name to who leaves before having heard of theirs */
  for (guint variant = 0; variant < SAL_PLAIN_N_VARIANTS; variant++)
    {
      gsize len = 0;

      if ((variant & 3) > SAL_PLAIN_EXACT)
        continue;
      g_string_truncate (line, 0);
      sal_dialect_plain.encode (line, &event, variant);
      len = line->len;
      if (len > 0 && line->str[len - 1] == '\n')
        len--;
      if (len > 0 && line->str[len - 1] == '\r')
        len--;
      g_string_truncate (line, len);
      fuzz_check_clean (line->str, line->len);
      sal_dialect_plain.parse (line->str, scratch, &read);
      g_assert_cmpint (read.kind, ==, event.kind);
      g_assert_cmpstr (read.name, ==, event.name);
      g_assert_cmpstr (read.address, ==, event.address);
      g_assert_cmpstr (read.text, ==, event.text);
    }
}

static void
take_units (Peer *peer)
{
  SessionRun *run = peer->session;
  SalUnit unit;

  while (!srv_session_is_waiting (&run->session) &&
         sal_framer_next (&peer->framer, run->now_us, &unit))
    {
      guint before = g_queue_get_length (&run->posted);
      SalCommand command;

      sal_dialect_plain.decode (&unit, run->session.state != SRV_SESSION_NEW, peer->scratch,
                                &command);
      session_run_handle (run, &command);
      for (guint i = before; i < g_queue_get_length (&run->posted); i++)
        check_entry (g_queue_peek_nth (&run->posted, i));
    }
}

static void
answer_history (SessionRun *run)
{
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func ((GDestroyNotify) srv_entry_unref);

  for (int i = 0; i < 3; i++)
    g_ptr_array_add (entries, srv_entry_new (i % 2 ? SRV_ENTRY_ACTION : SRV_ENTRY_MESSAGE,
                                             (SrvOrigin){ 0 }, "lobby", "Bob", "", "was here"));
  session_run_history (run, entries, FALSE);
}

static void
step_without_bytes (Peer *peer, guint8 step)
{
  SessionRun *run = peer->session;
  SalEvent kicked = { .kind = SAL_EVENT_NOTE, .note = SAL_NOTE_KICKED, .text = "fuzz" };

  if (step < 192)
    {
      run->now_us += (step - 127) * 20000;
      sal_framer_tick (&peer->framer, run->now_us);
    }
  else if (step < 224)
    (void) session_run_log_answers (run, SRV_ENTRY_COMMITTED);
  else if (step < 240)
    (void) session_run_log_answers (run, SRV_ENTRY_REFUSED);
  else if (step < 250 && run->asked != NULL)
    answer_history (run);
  else if (step == 250)
    run->session.muted = !run->session.muted;
  else if (step == 251)
    srv_session_put_out (&run->session, &kicked);
  else if (step == 252)
    srv_session_give_up_waiting (&run->session);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  FuzzInput input = { data, size };
  g_autoptr (SessionRun) run = session_run_new ();
  Peer peer = { .session = run, .scratch = g_string_new (NULL) };

  sal_framer_init (&peer.framer, SAL_FRAMER_SERVER, 256);
  srv_session_greet (&run->session);
  while (input.left > 0)
    {
      guint8 step = fuzz_take_byte (&input);
      gsize len = 0;
      const guint8 *bytes = NULL;

      if (step < 128)
        {
          bytes = fuzz_take_bytes (&input, step, &len);
          sal_framer_push (&peer.framer, bytes, len, run->now_us);
        }
      else
        step_without_bytes (&peer, step);
      take_units (&peer);
    }

  /* The peer ends, the log answers everything, and so the session ends. */
  sal_framer_finish (&peer.framer);
  do
    {
      while (run->asked != NULL || session_run_log_answers (run, SRV_ENTRY_COMMITTED))
        if (run->asked != NULL)
          answer_history (run);
      take_units (&peer);
    }
  while (srv_session_is_waiting (&run->session) && !run->ended);
  srv_session_eof (&run->session);
  while (session_run_log_answers (run, SRV_ENTRY_COMMITTED))
    ;
  g_assert_true (run->ended);
  g_assert_cmpuint (srv_room_count (run->room), ==, 0);

  sal_framer_clear (&peer.framer);
  g_string_free (peer.scratch, TRUE);
  return 0;
}
