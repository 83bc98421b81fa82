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
#include "tests/unit/session-driver.h"

#define PEOPLE 3

typedef struct
{
  SrvHub *hub;
  SrvJudge *judge;
  SrvSession sessions[PEOPLE];
  GQueue posted; /* of SrvEntry (owned) */
  GQueue asked;  /* of SrvSession: who waits for the past */
  GQueue logins; /* of Login (owned): what was asked about accounts */
  guint64 seq;
} World;

/* A question about accounts and what is answered to it. */
typedef struct
{
  SrvSession *session;
  SrvLoginAnswer answer;
  char *account; /* (owned) */
} Login;

static World world;
static SrvSessionHost host;

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
take_lines (SrvSession *session, const char *bytes, gsize len)
{
  g_assert_cmpuint (len, >=, 2);
  g_assert_true (bytes[len - 2] == '\r' && bytes[len - 1] == '\n');
  g_assert_true (g_utf8_validate (bytes, (gssize) len, NULL));
  g_assert_null (memchr (bytes, '\0', len));
}

static void
login_free (gpointer data)
{
  Login *login = data;

  g_free (login->account);
  g_free (login);
}

static gboolean
is_login_of (gconstpointer login, gconstpointer session)
{
  return ((const Login *) login)->session != session;
}

/* What is answered depends on how long the text is; so does whether it takes a while. One thing
 * at a time, or whoever keeps the accounts would mix them up. */
static gboolean
login (SrvSession *session, const SrvLoginRequest *request)
{
  static const char *const lines[] = { "+", NULL };
  Login *asked = g_new0 (Login, 1);
  gsize len = strlen (request->text);

  g_assert_null (g_queue_find_custom (&world.logins, session, (GCompareFunc) is_login_of));
  asked->session = session;
  asked->account = g_strdup (request->name != NULL && *request->name != '\0' ? request->name : "a");
  asked->answer = (SrvLoginAnswer){ .kind = request->kind,
                                    .verdict = (SrvVerdict) (len % SRV_N_VERDICTS),
                                    .account = asked->account,
                                    .role = SRV_ROLE_OPERATOR,
                                    .lines = lines,
                                    .seconds = 1 };
  if (len & 1)
    {
      g_queue_push_tail (&world.logins, asked);
      return TRUE;
    }
  srv_irc_on_login (session->irc, &asked->answer, FALSE);
  login_free (asked);
  return FALSE;
}

static char *
mechanisms (SrvSession *session)
{
  return g_strdup ("SCRAM-SHA-256,PLAIN");
}

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
      entry->time_us = SESSION_WALL_US + (gint64) world.seq;
      if (srv_entry_holds (entry))
        srv_state_apply (world.hub->state, entry);
      if (srv_entry_holds (entry) && entry->final && entry->about != 0)
        srv_session_killed (&world.sessions[entry->about - 1], entry->text);
      answers += !(entry->flags & SRV_ENTRY_FLAG_MORE);
      srv_session_entry (&world.sessions[id - 1], entry);
    }
  g_assert_cmpuint (answers, ==, 1);
}

static void
settle (void)
{
  g_autoptr (GPtrArray) nothing = g_ptr_array_new ();

  while (!g_queue_is_empty (&world.posted) || !g_queue_is_empty (&world.asked) ||
         !g_queue_is_empty (&world.logins))
    {
      Login *asked = g_queue_pop_head (&world.logins);

      if (asked != NULL)
        {
          srv_irc_on_login (asked->session->irc, &asked->answer, TRUE);
          login_free (asked);
        }
      while (!g_queue_is_empty (&world.posted))
        settle_one (g_queue_pop_head (&world.posted));
      if (!g_queue_is_empty (&world.asked))
        srv_session_history (g_queue_pop_head (&world.asked), nothing, 0, FALSE);
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
  memset (&world, 0, sizeof world);
  host = session_quiet_host;
  host.tell = tell;
  host.post = post;
  host.read = read_past;
  host.send = take_lines;
  host.login = login;
  host.mechanisms = mechanisms;
  world.hub = srv_hub_new ();
  world.judge = srv_judge_new (&judge_host, NULL);
  for (guint i = 0; i < PEOPLE; i++)
    {
      SrvSession *session = &world.sessions[i];
      g_autofree char *names = g_strdup_printf ("NICK n%u", i);
      g_autofree char *token = g_strdup_printf ("t%u", i);
      const char *user = "USER u 0 * :real";

      srv_session_init (
          session, &host, i + 1,
          srv_person_new (&(SrvPersonFields){ .host = "plain@h.org", .address = "a" }), "lobby");
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
  g_queue_clear_full (&world.logins, login_free);
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
