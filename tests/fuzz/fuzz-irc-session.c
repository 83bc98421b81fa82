/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Three conversations in IRC against the judge and the state that ship, without a socket or a
 * log: whatever is sent, what comes back is whole lines of text, every request is answered,
 * and the judge's state and the worker's stay the same.
 */
#include "config.h"

#include <string.h>

#include "common/base/sal-limits.h"
#include "server/chat/srv-irc.h"
#include "server/log/srv-judge.h"
#include "tests/fuzz/fuzz.h"

#define PEOPLE 3

typedef struct
{
  SrvHub *hub;
  SrvJudge *judge;
  SrvSession sessions[PEOPLE];
  GQueue posted; /* of SrvEntry (owned) */
  GQueue asked;  /* of SrvSession: who waits for the past */
  guint64 seq;
} World;

static World world;

static void
tell (SrvSession *session, const SalEvent *event)
{
  if (session->irc != NULL)
    srv_irc_note (session->irc, event);
}

static void
post (SrvSession *session, SrvEntry *entry)
{
  g_queue_push_tail (&world.posted, entry);
}

static void
read_past (SrvSession *session, SrvLogQuery *query)
{
  g_assert_true (query->party != NULL || query->limit <= SAL_HISTORY_MAX);
  srv_log_query_free (query);
  g_queue_push_tail (&world.asked, session);
}

static void
end (SrvSession *session, SrvEnd how)
{
}

static void
take_lines (SrvSession *session, const char *bytes, gsize len)
{
  g_assert_cmpuint (len, >=, 2);
  g_assert_true (bytes[len - 2] == '\r' && bytes[len - 1] == '\n');
  g_assert_true (g_utf8_validate (bytes, (gssize) len, NULL));
  g_assert_null (memchr (bytes, '\0', len));
}

static void
restyle (SrvSession *session)
{
}

static gint64
wall_us (SrvSession *session)
{
  return 1588530120000000;
}

static gboolean
login (SrvSession *session, const SrvLoginRequest *request)
{
  return FALSE;
}

static char *
no_word (SrvSession *session)
{
  return NULL;
}

static gint64
marker (SrvSession *session, const char *account, const char *target)
{
  return 0;
}

static void
spend (SrvSession *session, guint bytes)
{
}

static const SrvSessionHost host = {
  .tell = tell,
  .post = post,
  .read = read_past,
  .end = end,
  .send = take_lines,
  .restyle = restyle,
  .wall_us = wall_us,
  .login = login,
  .mechanisms = no_word,
  .registration = no_word,
  .sts = no_word,
  .marker = marker,
  .spend = spend,
};

static const SrvJudgeHost judge_host = { NULL };

/* As the log and the worker do. */
static void
settle_one (SrvEntry *asked)
{
  g_autoptr (GPtrArray) judged = g_ptr_array_new_with_free_func ((GDestroyNotify) srv_entry_unref);
  guint64 id = asked->origin.connection;
  guint answers = 0;

  srv_judge_entry (world.judge, asked, judged);
  for (guint i = 0; i < judged->len; i++)
    {
      SrvEntry *entry = judged->pdata[i];

      entry->seq = srv_entry_is_kept (entry) ? ++world.seq : 0;
      entry->time_us = 1588530120000000 + (gint64) world.seq;
      if (srv_entry_holds (entry))
        srv_state_apply (world.hub->state, entry);
      answers += !(entry->flags & SRV_ENTRY_FLAG_MORE);
      srv_session_entry (&world.sessions[id - 1], entry);
    }
  g_assert_cmpuint (answers, ==, 1);
}

static void
settle (void)
{
  g_autoptr (GPtrArray) nothing = g_ptr_array_new ();

  while (!g_queue_is_empty (&world.posted) || !g_queue_is_empty (&world.asked))
    {
      while (!g_queue_is_empty (&world.posted))
        settle_one (g_queue_pop_head (&world.posted));
      if (!g_queue_is_empty (&world.asked))
        srv_session_history (g_queue_pop_head (&world.asked), nothing, FALSE);
    }
}

static void
send_line (SrvSession *session, const guint8 *bytes, gsize len)
{
  SalUnit unit = { .kind = SAL_UNIT_TEXT, .bytes = bytes, .len = len, .ended = TRUE };

  if (!srv_session_is_waiting (session))
    srv_irc_handle_unit (session->irc, &unit, 1000000);
}

static void
open_world (void)
{
  static const SrvLimits limits = { { 0 } };

  memset (&world, 0, sizeof world);
  world.hub = srv_hub_new ();
  world.judge = srv_judge_new (&judge_host, NULL);
  for (guint i = 0; i < PEOPLE; i++)
    {
      SrvSession *session = &world.sessions[i];
      g_autofree char *names = g_strdup_printf ("NICK n%u", i);
      g_autofree char *token = g_strdup_printf ("t%u", i);
      const char *user = "USER u 0 * :real";

      srv_session_init (session, &host, &limits, (SrvOrigin){ .connection = i + 1 },
                        srv_person_new (&(SrvPerson){ .host = "plain@h.org", .address = "a" }),
                        "lobby");
      srv_session_become_irc (session, srv_irc_new (session, world.hub, token, FALSE));
      srv_hub_add (world.hub, session);
      send_line (session, (const guint8 *) names, strlen (names));
      send_line (session, (const guint8 *) user, strlen (user));
      settle ();
    }
}

static void
close_world (void)
{
  for (guint i = 0; i < PEOPLE; i++)
    {
      srv_hub_remove (world.hub, &world.sessions[i]);
      srv_session_clear (&world.sessions[i]);
    }
  g_queue_clear_full (&world.posted, (GDestroyNotify) srv_entry_unref);
  g_queue_clear (&world.asked);
  srv_judge_free (world.judge);
  srv_hub_free (world.hub);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  const guint8 *at = data;
  const guint8 *stop = data + size;
  guint who = 0;

  open_world ();
  while (at < stop)
    {
      const guint8 *eol = memchr (at, '\n', (gsize) (stop - at));
      gsize len = (gsize) ((eol != NULL ? eol : stop) - at);

      /* `1:` and the like at the beginning: whose line it is. */
      if (len >= 2 && at[0] >= '1' && at[0] <= '0' + PEOPLE && at[1] == ':')
        {
          who = at[0] - '1';
          send_line (&world.sessions[who], at + 2, len - 2);
        }
      else
        send_line (&world.sessions[who], at, len);
      settle ();
      at += len + (eol != NULL);
    }
  g_assert_cmpuint (srv_state_count_channels (world.hub->state), <=, 3 * 100);
  close_world ();
  return 0;
}
