/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Plays the transcripts of this folder against framer, dialect and session in memory:
 * no socket, no thread, and a clock that only moves when a transcript waits. A world of
 * this test's own stands in for the worker: rooms, who reads them, and a log that keeps
 * everything at once.
 */
#include "config.h"

#include <string.h>

#include "common/base/sal-container.h"
#include "common/proto/sal-dialect-plain.h"
#include "common/proto/sal-framer.h"
#include "common/proto/sal-guard.h"
#include "common/script/sal-script.h"
#include "server/chat/srv-room.h"
#include "server/chat/srv-session.h"
#include "server/log/srv-claims.h"

#define STEP_US (5 * 1000)

typedef struct
{
  gint64 now_us;
  GPtrArray *actors; /* (owned) of Actor (owned) */
  GPtrArray *log;    /* (owned) of SrvEntry (owned) */
  GQueue posted;     /* of SrvEntry (owned) */
  SrvClaims *claims; /* (owned) */
  SrvState *state;   /* (owned) */
  GHashTable *rooms; /* (owned): name -> SrvRoom (owned) */
  SrvLimits limits;
} World;

typedef struct
{
  World *world;
  char *name; /* (owned) */
  SalFramer framer;
  SrvSession session;
  GByteArray *received; /* (owned): what the server has said */
  gsize passed;
  SrvRoom *room; /* (unowned) (nullable): where it reads */
  gboolean read_ended;
  gboolean finished;
  gboolean over; /* the server has ended its side */
  gboolean gone; /* the actor has closed */
} Actor;

static guint
variant_of (const Actor *actor)
{
  return sal_plain_variant (sal_framer_wants_crlf (&actor->framer) ? SAL_PLAIN_CRLF : SAL_PLAIN_LF,
                            SAL_PLAIN_ENGLISH);
}

static void
append (Actor *actor, const SalEvent *event)
{
  g_autoptr (GString) bytes = g_string_new (NULL);

  sal_dialect_plain.encode (bytes, event, variant_of (actor));
  g_byte_array_append (actor->received, (const guint8 *) bytes->str, (guint) bytes->len);
}

static Actor *
actor_of (SrvSession *session)
{
  return sal_container_of (session, Actor, session);
}

static void
tell (SrvSession *session, const SalEvent *event)
{
  append (actor_of (session), event);
}

static void
post (SrvSession *session, SrvEntry *entry)
{
  g_queue_push_tail (&actor_of (session)->world->posted, entry);
}

static void
read_log (SrvSession *session, SrvLogQuery *query)
{
  World *world = actor_of (session)->world;
  g_autoptr (GPtrArray) found = g_ptr_array_new ();

  for (guint i = world->log->len; i > 0 && found->len < query->limit; i--)
    {
      SrvEntry *entry = world->log->pdata[i - 1];

      if (srv_entry_is_said (entry) && g_str_equal (entry->room, query->room))
        g_ptr_array_insert (found, 0, entry);
    }
  srv_session_history (session, found, 0, FALSE);
  srv_log_query_free (query);
}

static void
end (SrvSession *session, SrvEnd how)
{
  Actor *actor = actor_of (session);
  g_autoptr (GBytes) answer = how == SRV_END_HTTP  ? sal_guard_http_answer ()
                              : how == SRV_END_TLS ? sal_guard_tls_alert ()
                                                   : NULL;
  gsize len = 0;
  const void *bytes = answer != NULL ? g_bytes_get_data (answer, &len) : NULL;

  g_byte_array_append (actor->received, bytes, (guint) len);
  actor->room = NULL;
  actor->over = TRUE;
}

static guint
limit_of (SrvSession *session, SalLimit limit)
{
  return actor_of (session)->world->limits.value[limit];
}

static const SrvSessionHost host = {
  .tell = tell,
  .post = post,
  .read = read_log,
  .end = end,
  .limit = limit_of,
};

static Actor *
find_actor (World *world, const char *name)
{
  Actor *actor = NULL;
  g_autofree char *address = NULL;

  for (guint i = 0; i < world->actors->len; i++)
    if (g_str_equal (((Actor *) world->actors->pdata[i])->name, name))
      return world->actors->pdata[i];

  actor = g_new0 (Actor, 1);
  actor->world = world;
  actor->name = g_strdup (name);
  actor->received = g_byte_array_new ();
  g_ptr_array_add (world->actors, actor);
  address = sal_plain_format_address ("127.0.0.1", (guint16) (50000 + world->actors->len));
  sal_framer_init (&actor->framer, SAL_FRAMER_SERVER, SAL_MESSAGE_MAX_BYTES);
  srv_session_init (&actor->session, &host, world->actors->len,
                    srv_person_new (&(SrvPersonFields){ .address = address }), "lobby");
  srv_session_greet (&actor->session);
  return actor;
}

static void
actor_free (gpointer data)
{
  Actor *actor = data;

  sal_framer_clear (&actor->framer);
  srv_session_clear (&actor->session);
  g_byte_array_unref (actor->received);
  g_free (actor->name);
  g_free (actor);
}

/* As a worker does. */
static void
update_room (World *world, SrvRoom *room, const SrvEntry *entry)
{
  srv_state_apply (world->state, entry);
  srv_room_set_channel (room, srv_state_find_channel (world->state, entry->room));
}

static SrvRoom *
room_of (World *world, const char *name)
{
  SrvRoom *room = g_hash_table_lookup (world->rooms, name);

  if (room == NULL)
    {
      room = srv_room_new (name);
      g_hash_table_insert (world->rooms, (gpointer) srv_room_get_name (room), room);
    }
  return room;
}

static void
show (World *world, const SrvRoom *room, const SrvEntry *entry)
{
  SalEvent event;

  srv_event_from_entry (&event, entry);
  for (guint i = 0; i < world->actors->len; i++)
    {
      Actor *actor = world->actors->pdata[i];

      if (actor->room == room)
        append (actor, &event);
    }
}

static gboolean
is_held (const char *key, gpointer data)
{
  return srv_state_find_user_by_key (((World *) data)->state, key) != NULL;
}

static gboolean
may_use (const char *name, gpointer data)
{
  return TRUE;
}

static const SrvClaimsHost claims_host = { .is_held = is_held, .may_use = may_use };

/* The log gives names, keeps the entry, and everybody reads it. */
static void
commit (World *world, SrvEntry *entry)
{
  Actor *poster = world->actors->pdata[entry->origin.connection - 1];
  SrvRoom *room = room_of (world, entry->room);

  if (entry->kind == SRV_ENTRY_JOIN)
    {
      g_autofree char *name = srv_session_is_named (&poster->session)
                                  ? g_strdup (entry->name)
                                  : srv_claims_name (world->claims, entry->name);
      SrvEntry *judged =
          srv_entry_new (SRV_ENTRY_JOIN, entry->origin, entry->room, name, entry->address, NULL);

      srv_entry_unref (entry);
      entry = judged;
    }
  entry->seq = world->log->len + 1;
  entry->time_us = world->now_us;
  entry->status = SRV_ENTRY_COMMITTED;
  g_ptr_array_add (world->log, entry);

  if (entry->kind == SRV_ENTRY_LEAVE)
    {
      poster->room = NULL;
      update_room (world, room, entry);
      if (entry->final)
        srv_claims_release (world->claims, entry->name);
    }
  show (world, room, entry);
  if (entry->kind == SRV_ENTRY_JOIN)
    {
      update_room (world, room, entry);
      poster->room = room;
      poster->session.present = room;
    }
  srv_session_entry (&poster->session, entry);
}

static void
process (Actor *actor)
{
  SalUnit unit;
  SalCommand command;
  g_autoptr (GString) scratch = g_string_new (NULL);

  while (!srv_session_is_waiting (&actor->session))
    if (sal_framer_next (&actor->framer, actor->world->now_us, &unit))
      {
        if (unit.kind == SAL_UNIT_REPLY)
          g_byte_array_append (actor->received, unit.bytes, (guint) unit.len);
        sal_dialect_plain.decode (&unit, actor->session.state != SRV_SESSION_NEW, scratch,
                                  &command);
        srv_session_handle (&actor->session, &command, actor->world->now_us);
      }
    else if (actor->read_ended && !actor->finished)
      {
        actor->finished = TRUE;
        sal_framer_finish (&actor->framer);
      }
    else
      {
        if (actor->finished)
          srv_session_eof (&actor->session);
        return;
      }
}

/* Until nothing moves at this moment. */
static void
settle (World *world)
{
  gboolean moved = TRUE;

  while (moved)
    {
      SrvEntry *entry = NULL;

      moved = FALSE;
      for (guint i = 0; i < world->actors->len; i++)
        {
          Actor *actor = world->actors->pdata[i];

          sal_framer_tick (&actor->framer, world->now_us);
          process (actor);
        }
      while ((entry = g_queue_pop_head (&world->posted)) != NULL)
        {
          commit (world, entry);
          moved = TRUE;
        }
    }
}

static gboolean
has_come (Actor *actor, const SalStep *step)
{
  gsize at = 0;

  return sal_step_matches (step, actor->received, actor->passed, &at);
}

static gboolean
is_over (Actor *actor, const SalStep *step)
{
  return actor->over;
}

/* Lets time pass until @condition holds. */
static gboolean
await (Actor *actor, const SalStep *step, gboolean (*condition) (Actor *, const SalStep *))
{
  World *world = actor->world;
  gint64 until_us = world->now_us + step->time_ms * 1000;

  for (;;)
    {
      settle (world);
      if (condition (actor, step))
        return TRUE;
      if (world->now_us >= until_us)
        return FALSE;
      world->now_us += STEP_US;
    }
}

static gboolean
never (Actor *actor, const SalStep *step)
{
  return FALSE;
}

G_NORETURN static void
fail (const Actor *actor, const SalStep *step, const char *what)
{
  g_autofree char *got = sal_script_show_bytes (actor->received->data + actor->passed,
                                                actor->received->len - actor->passed);

  g_error ("line %u: %s: %s; got %s", step->line, what, step->source, got);
}

static void
play_step (World *world, const SalStep *step)
{
  Actor *actor = find_actor (world, step->who);
  gsize len = 0;
  const void *bytes = NULL;

  switch (step->kind)
    {
    case SAL_STEP_CONNECT:
      break;
    case SAL_STEP_SEND:
      bytes = g_bytes_get_data (step->bytes, &len);
      settle (world);
      sal_framer_push (&actor->framer, bytes, len, world->now_us);
      break;
    case SAL_STEP_EXPECT:
      if (!await (actor, step, has_come))
        fail (actor, step, "did not come");
      (void) sal_step_matches (step, actor->received, actor->passed, &actor->passed);
      break;
    case SAL_STEP_NOT:
      if (await (actor, step, has_come))
        fail (actor, step, "came");
      break;
    case SAL_STEP_EXPECT_END:
      if (!await (actor, step, is_over))
        fail (actor, step, "did not end");
      break;
    case SAL_STEP_WAIT:
      (void) await (actor, step, never);
      break;
    case SAL_STEP_HALF_CLOSE:
    case SAL_STEP_CLOSE:
    case SAL_STEP_RESET:
      actor->read_ended = TRUE;
      break;
    }
  settle (world);
}

static void
play (gconstpointer data)
{
  const char *path = data;
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) steps = NULL;
  World world = { .now_us = G_USEC_PER_SEC };

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  steps = sal_script_parse (text, path, &error);
  g_assert_no_error (error);

  world.limits.value[SAL_LIMIT_MESSAGE_BURST] = 1;
  world.actors = g_ptr_array_new_with_free_func (actor_free);
  world.log = g_ptr_array_new_with_free_func ((GDestroyNotify) srv_entry_unref);
  world.claims = srv_claims_new (&claims_host, &world);
  world.state = srv_state_new ();
  world.rooms =
      g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) srv_room_free);
  g_queue_init (&world.posted);
  for (guint i = 0; i < steps->len; i++)
    play_step (&world, steps->pdata[i]);

  g_ptr_array_unref (world.actors);
  g_ptr_array_unref (world.log);
  srv_claims_free (world.claims);
  g_hash_table_unref (world.rooms);
  srv_state_free (world.state);
}

int
main (int argc, char **argv)
{
  g_autofree char *folder = NULL;
  g_autoptr (GDir) dir = NULL;
  const char *name = NULL;

  g_test_init (&argc, &argv, NULL);
  folder = g_test_build_filename (G_TEST_DIST, "transcripts", NULL);
  dir = g_dir_open (folder, 0, NULL);
  g_assert_nonnull (dir);
  while ((name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_suffix (name, ".txt"))
      {
        g_autofree char *stem = g_strndup (name, strlen (name) - strlen (".txt"));
        g_autofree char *path = g_strconcat ("/transcript/memory/", stem, NULL);

        g_test_add_data_func_full (path, g_build_filename (folder, name, NULL), play, g_free);
      }
  return g_test_run ();
}
