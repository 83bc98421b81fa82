/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A room as one person has it: the connection that comes and goes, the story of what was
 * said with the person's own messages and what became of each, what is typed and not
 * sent yet. It decides when to connect again and which messages may be sent; windows
 * show it and decide nothing.
 *
 * A message of ours:
 *
 *     QUEUED --kept as SENT--> SENT --it came back--> its entry goes, the room's comes
 *        ^                       |--the server refused it--> FAILED
 *        |                       |--nothing came back in time--> SENT, and that is all
 *        +--it never left--------+--the connection broke--> UNKNOWN
 *
 * It is handed to the connection only when the file says SENT: a process that dies in
 * between leaves a message that is UNKNOWN, never one that is sent twice. QUEUED ones
 * are sent when the room is reached again, also by the next process.
 *
 * It is one piece because what may become of a message depends on every turn that the
 * connection takes; what is only about the entries is in sal-story. A third are getters.
 *
 * Signals:
 *   presence ()                 the state of the connection, or its error, has changed
 *   name ()                     who we are has changed
 *   added (SalEntry *)          an entry at the end of the story
 *   changed (SalEntry *)        the entry of that number is now this
 *   removed (guint64)           the entry of that number is gone
 *   unread ()                   how many are unread has changed
 */
#include "config.h"

#include "common/client/sal-room-model.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "common/base/sal-error.h"
#include "common/base/sal-limits.h"
#include "common/base/sal-uri.h"
#include "common/client/sal-back-off.h"
#include "common/client/sal-client.h"
#include "common/client/sal-story.h"
#include "common/proto/sal-text.h"

#define CONNECT_TIMEOUT_MS (10 * 1000)
/* Who was let in and put out at once has not been let in. */
#define SETTLED_US (10 * G_TIME_SPAN_SECOND)
/* A line that never ends becomes a new entry here. */
#define ENTRY_MAX_BYTES 8192

struct _SalRoomModel
{
  GObject parent;
  SalStore *store;     /* (owned) */
  SalStoredRoom *room; /* (owned) */
  SalUri *uri;         /* (owned) */
  char *title;         /* (owned) */
  char *host;          /* (owned) */
  char *name;          /* (owned): as the room has us, or will */

  SalPresence presence;
  GError *error; /* (owned) (nullable) */
  gboolean wanted;
  SalBackOff back_off;
  guint retry; /* source */
  gint64 retry_us;
  gint64 in_since_us;
  SalClient *client;        /* (owned) (nullable) */
  GNetworkMonitor *monitor; /* (owned) */
  SalTlsDetails *offered;   /* (owned) (nullable): a key that the person has to decide about */
  char *pin;                /* (owned) (nullable): the one that was decided for */
  char *put_out;            /* (owned) (nullable): the server's last words to us */
  gboolean put_out_for_good;

  SalStory *story;   /* (owned) */
  GHashTable *given; /* (owned): number of the client -> entry */
  guint64 giving;    /* the entry that is being given to the client */
  SalEntry *open;    /* (owned) (nullable): a line whose end has not come */
  SalEntry *refusal; /* (owned) (nullable): a note that may be the answer to a message */
};

G_DEFINE_FINAL_TYPE (SalRoomModel, sal_room_model, G_TYPE_OBJECT)

enum
{
  PRESENCE,
  NAME,
  ADDED,
  CHANGED,
  REMOVED,
  UNREAD,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void start (SalRoomModel *model);
static void send_queued (SalRoomModel *model);

static void
drop_client (SalRoomModel *model)
{
  if (model->client == NULL)
    return;
  g_signal_handlers_disconnect_by_data (model->client, model);
  g_clear_object (&model->client);
}

static void
sal_room_model_dispose (GObject *object)
{
  SalRoomModel *model = SAL_ROOM_MODEL (object);

  drop_client (model);
  g_clear_handle_id (&model->retry, g_source_remove);
  if (model->monitor != NULL)
    g_signal_handlers_disconnect_by_data (model->monitor, model);
  g_clear_object (&model->monitor);
  g_clear_object (&model->store);
  G_OBJECT_CLASS (sal_room_model_parent_class)->dispose (object);
}

static void
sal_room_model_finalize (GObject *object)
{
  SalRoomModel *model = SAL_ROOM_MODEL (object);

  g_clear_pointer (&model->story, sal_story_free);
  g_clear_pointer (&model->room, sal_stored_room_free);
  g_clear_pointer (&model->uri, sal_uri_free);
  g_clear_error (&model->error);
  g_clear_pointer (&model->open, sal_entry_unref);
  g_clear_pointer (&model->refusal, sal_entry_unref);
  g_hash_table_unref (model->given);
  sal_tls_details_free (model->offered);
  g_free (model->pin);
  g_free (model->put_out);
  g_free (model->title);
  g_free (model->host);
  g_free (model->name);
  G_OBJECT_CLASS (sal_room_model_parent_class)->finalize (object);
}

static void
sal_room_model_class_init (SalRoomModelClass *klass)
{
  GType type = G_TYPE_FROM_CLASS (klass);
  static const struct
  {
    const char *name;
    GType argument;
  } rows[N_SIGNALS] = {
    [PRESENCE] = { "presence", G_TYPE_NONE }, [NAME] = { "name", G_TYPE_NONE },
    [ADDED] = { "added", G_TYPE_POINTER },    [CHANGED] = { "changed", G_TYPE_POINTER },
    [REMOVED] = { "removed", G_TYPE_UINT64 }, [UNREAD] = { "unread", G_TYPE_NONE },
  };

  G_OBJECT_CLASS (klass)->dispose = sal_room_model_dispose;
  G_OBJECT_CLASS (klass)->finalize = sal_room_model_finalize;
  for (guint i = 0; i < N_SIGNALS; i++)
    signals[i] = rows[i].argument == G_TYPE_NONE
                     ? g_signal_new (rows[i].name, type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                     G_TYPE_NONE, 0)
                     : g_signal_new (rows[i].name, type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                     G_TYPE_NONE, 1, rows[i].argument);
}

static void
sal_room_model_init (SalRoomModel *model)
{
  model->given = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
}

/* The story. */

static void
on_added (const SalEntry *entry, gpointer data)
{
  g_signal_emit (data, signals[ADDED], 0, entry);
}

static void
on_changed (const SalEntry *entry, gpointer data)
{
  g_signal_emit (data, signals[CHANGED], 0, entry);
}

static void
on_removed (guint64 id, gpointer data)
{
  g_signal_emit (data, signals[REMOVED], 0, id);
}

static void
on_unread (gpointer data)
{
  g_signal_emit (data, signals[UNREAD], 0);
}

static const SalStoryHooks story_hooks = {
  .added = on_added,
  .changed = on_changed,
  .removed = on_removed,
  .unread = on_unread,
};

/* The connection. */

static void
set_presence (SalRoomModel *model, SalPresence presence, GError *error)
{
  g_clear_error (&model->error);
  model->error = error;
  model->presence = presence;
  g_signal_emit (model, signals[PRESENCE], 0);
}

static void
set_current_name (SalRoomModel *model, const char *name)
{
  if (g_strcmp0 (model->name, name) == 0)
    return;
  g_free (model->name);
  model->name = g_strdup (name);
  g_signal_emit (model, signals[NAME], 0);
}

static gboolean
on_retry (gpointer data)
{
  SalRoomModel *model = data;

  model->retry = 0;
  start (model);
  return G_SOURCE_REMOVE;
}

static void
on_network_changed (GNetworkMonitor *monitor, gboolean available, gpointer data)
{
  sal_room_model_hurry (data);
}

/* What was given to a client that is gone and did not say what became of it. */
static void
settle_given (SalRoomModel *model)
{
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (guint64));
  GHashTableIter iter;
  gpointer entry = NULL;

  g_hash_table_iter_init (&iter, model->given);
  while (g_hash_table_iter_next (&iter, NULL, &entry))
    g_array_append_vals (ids, entry, 1);
  g_hash_table_remove_all (model->given);
  for (guint i = 0; i < ids->len; i++)
    {
      const SalEntry *mine = sal_story_get_pending (model->story, g_array_index (ids, guint64, i));

      if (mine != NULL && mine->state == SAL_MESSAGE_SENT)
        sal_story_set_state (model->story, mine, SAL_MESSAGE_SENT, FALSE, NULL);
    }
}

/* Returns: (transfer full) (nullable): why the client has let go, as a sentence for people;
 * what GIO says of a connection that breaks is none. */
static GError *
make_reason (SalRoomModel *model, int how, const GError *error)
{
  gboolean broke = g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED) ||
                   (error == NULL && how == SAL_CLIENT_END_BROKEN);

  if (broke)
    return g_error_new (SAL_ERROR, SAL_EXIT_CLOSED, _ ("the connection to %s broke"), model->host);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    return g_error_new (SAL_ERROR, SAL_EXIT_TIMEOUT, _ ("%s does not answer"), model->host);
  if (error != NULL)
    return g_error_copy (error);
  if (how == SAL_CLIENT_END_PEER)
    return g_error_new (SAL_ERROR, SAL_EXIT_CLOSED, _ ("%s has ended the conversation"),
                        model->host);
  return NULL;
}

/* The client has let go: what now? */
static void
on_ended (SalClient *client, int how, const GError *error, SalRoomModel *model)
{
  g_autoptr (SalRoomModel) keep G_GNUC_UNUSED = g_object_ref (model);
  g_autofree char *words = g_steal_pointer (&model->put_out);
  GError *why = NULL;
  gint64 wait_us = 0;

  model->offered = sal_client_steal_refused (client);
  drop_client (model);
  g_clear_pointer (&model->pin, g_free); /* from now on it is the one that is known */
  settle_given (model);
  g_clear_pointer (&model->open, sal_entry_unref);
  g_clear_pointer (&model->refusal, sal_entry_unref);
  if (model->presence == SAL_PRESENCE_IN &&
      g_get_monotonic_time () - model->in_since_us > SETTLED_US)
    sal_back_off_reset (&model->back_off);

  why = words != NULL ? g_error_new_literal (SAL_ERROR, SAL_EXIT_REFUSED, words)
                      : make_reason (model, how, error);
  if (!model->wanted || model->put_out_for_good || model->offered != NULL)
    {
      if (!model->wanted)
        g_clear_error (&why);
      model->wanted = FALSE;
      set_presence (model, SAL_PRESENCE_OFFLINE, why);
      return;
    }
  if (model->presence == SAL_PRESENCE_LEAVING) /* for another name, or changed one's mind */
    {
      g_clear_error (&why);
      start (model);
      return;
    }
  wait_us = sal_back_off_next_us (&model->back_off, g_random_int ());
  model->retry_us = g_get_monotonic_time () + wait_us;
  model->retry = g_timeout_add ((guint) (wait_us / 1000), on_retry, model);
  set_presence (model, SAL_PRESENCE_WAITING, why);
}

static void
on_connected (SalClient *client, SalRoomModel *model)
{
  if (model->presence == SAL_PRESENCE_CONNECTING)
    set_presence (model, SAL_PRESENCE_ENTERING, NULL);
}

static void
on_ready (SalRoomModel *model, const char *name)
{
  set_current_name (model, name);
  model->room->last_used_us = g_get_real_time ();
  sal_store_update_room (model->store, model->room);
  model->in_since_us = g_get_monotonic_time ();
  if (model->presence == SAL_PRESENCE_LEAVING)
    return;
  set_presence (model, SAL_PRESENCE_IN, NULL);
  send_queued (model);
}

/* To some there is no use in knocking again. */
static void
note_put_out (SalRoomModel *model, const SalEvent *event, const char *line)
{
  if (!sal_client_event_puts_out (event))
    return;
  g_free (model->put_out);
  model->put_out = g_strdup (line);
  model->put_out_for_good |= event->note == SAL_NOTE_BANNED || event->note == SAL_NOTE_KICKED ||
                             event->note == SAL_NOTE_NOT_PUBLIC || event->note == SAL_NOTE_TLS_ONLY;
}

static gboolean
may_refuse_a_message (const SalEvent *event)
{
  return event->note == SAL_NOTE_NOT_KEPT || event->note == SAL_NOTE_MUTED ||
         event->note == SAL_NOTE_LIMIT;
}

/* A line of a server of ours that is for us alone. */
static void
on_note (SalRoomModel *model, const SalClientAction *action)
{
  const char *line = g_str_has_prefix (action->text, "-- ") ? action->text + 3 : action->text;
  gboolean is_note = action->event.kind == SAL_EVENT_NOTE;
  SalEntry *entry = NULL;

  if (*line == '\0' ||
      (model->presence != SAL_PRESENCE_IN && is_note && action->event.note == SAL_NOTE_MOVED))
    return;
  entry = sal_story_add (model->story, &(SalEntry){ .kind = SAL_ENTRY_NOTE, .text = line });
  if (is_note)
    note_put_out (model, &action->event, line);
  g_clear_pointer (&model->refusal, sal_entry_unref);
  if (is_note && may_refuse_a_message (&action->event))
    model->refusal = sal_entry_ref (entry);
  sal_entry_unref (entry);
}

/* A line of a server that is not ours, or a piece of one. */
static void
on_text (SalRoomModel *model, const SalClientAction *action)
{
  gsize len = strlen (action->text);

  if (action->continues && model->open != NULL &&
      strlen (model->open->text) + len <= ENTRY_MAX_BYTES)
    {
      g_autofree char *text = g_strconcat (model->open->text, action->text, NULL);
      SalEntry like = *model->open;
      SalEntry *entry = NULL;

      like.text = text;
      entry = sal_story_replace (model->story, &like);
      g_clear_pointer (&model->open, sal_entry_unref);
      model->open = entry;
    }
  else if (len > 0)
    {
      g_clear_pointer (&model->open, sal_entry_unref);
      model->open =
          sal_story_add (model->story, &(SalEntry){ .kind = SAL_ENTRY_TEXT, .text = action->text });
    }
  if (action->ended)
    g_clear_pointer (&model->open, sal_entry_unref);
}

/* Whether it means the same whoever says it. A salottod that turns us away does so
 * before its greeting. */
static gboolean
is_understood (const SalEvent *event)
{
  return event->kind == SAL_EVENT_MESSAGE || event->kind == SAL_EVENT_ACTION ||
         event->kind == SAL_EVENT_JOIN || event->kind == SAL_EVENT_LEAVE ||
         event->kind == SAL_EVENT_NOTE;
}

static void
on_event (SalRoomModel *model, const SalClientAction *action)
{
  const SalEvent *event = &action->event;
  SalEntry like = { .name = event->name, .text = event->text, .own = action->own };

  if (!sal_client_is_ours (model->client) && !is_understood (event))
    {
      on_text (model, action);
      return;
    }
  g_clear_pointer (&model->open, sal_entry_unref);
  switch (event->kind)
    {
    case SAL_EVENT_MESSAGE:
    case SAL_EVENT_ACTION:
      like.kind = event->kind == SAL_EVENT_MESSAGE ? SAL_ENTRY_MESSAGE : SAL_ENTRY_ACTION;
      like.state = SAL_MESSAGE_DELIVERED; /* ours: it is in the room */
      break;
    case SAL_EVENT_JOIN:
      if (g_str_equal (event->name, sal_client_get_name (model->client)))
        return; /* we know */
      like.kind = SAL_ENTRY_JOIN;
      break;
    case SAL_EVENT_LEAVE:
      like.kind = SAL_ENTRY_LEAVE;
      break;
    case SAL_EVENT_NOTE:
    case SAL_EVENT_TEXT:
      on_note (model, action);
      return;
    default:
      return; /* courtesies, which the state of the connection says */
    }
  sal_entry_unref (sal_story_add (model->story, &like));
}

/* Of commands our server only says what they did. */
static gboolean
is_command (SalRoomModel *model, const char *text)
{
  return *text == '/' && !g_str_has_prefix (text, "/me ") && sal_client_is_ours (model->client);
}

static void
on_refused (SalRoomModel *model, const SalEntry *mine)
{
  g_autofree char *reason = NULL;

  if (model->refusal != NULL)
    {
      /* Said once is enough: at the message. */
      reason = g_strdup (model->refusal->text);
      sal_story_drop (model->story, model->refusal->id);
      g_clear_pointer (&model->refusal, sal_entry_unref);
    }
  sal_story_set_state (model->story, mine, SAL_MESSAGE_FAILED, FALSE, reason);
}

/* What became of a message of ours. */
static void
on_message (SalRoomModel *model, const SalClientAction *action)
{
  const guint64 *given = g_hash_table_lookup (model->given, &action->message);
  guint64 id = given != NULL ? *given : model->giving;
  const SalEntry *found = sal_story_get_pending (model->story, id);
  g_autoptr (SalEntry) mine = found != NULL ? sal_entry_ref (found) : NULL;

  if (mine == NULL)
    return;
  switch (action->state)
    {
    case SAL_MESSAGE_SENT:
      if (is_command (model, mine->text))
        sal_story_drop (model->story, id);
      else if (action->late)
        sal_story_set_state (model->story, mine, SAL_MESSAGE_SENT, FALSE, NULL);
      else
        return;
      break;
    case SAL_MESSAGE_DELIVERED:
      sal_story_drop (model->story, id); /* the room's own entry of it has just been added */
      break;
    case SAL_MESSAGE_FAILED:
      on_refused (model, mine);
      break;
    case SAL_MESSAGE_QUEUED: /* it never left */
      sal_story_set_state (model->story, mine, SAL_MESSAGE_QUEUED, TRUE, NULL);
      sal_story_queue (model->story, id);
      break;
    case SAL_MESSAGE_UNKNOWN:
      sal_story_set_state (model->story, mine, SAL_MESSAGE_UNKNOWN, FALSE, NULL);
      break;
    }
  g_hash_table_remove (model->given, &action->message);
}

static void
on_action (SalClient *client, const SalClientAction *action, SalRoomModel *model)
{
  g_autoptr (SalRoomModel) keep G_GNUC_UNUSED = g_object_ref (model);

  if (action->kind == SAL_ACTION_EVENT)
    on_event (model, action);
  else if (action->kind == SAL_ACTION_READY)
    on_ready (model, action->text);
  else if (action->kind == SAL_ACTION_MESSAGE)
    on_message (model, action);
}

static void
start (SalRoomModel *model)
{
  const SalTransportOptions transport_options = { .pin = model->pin, .ask = TRUE };
  SalClientOptions options = { .name = model->room->name,
                               .room =
                                   model->uri->scheme == SAL_SCHEME_UNIX ? NULL : model->uri->path,
                               .receipts = TRUE };

  g_clear_handle_id (&model->retry, g_source_remove);
  g_clear_pointer (&model->put_out, g_free);
  g_clear_pointer (&model->offered, sal_tls_details_free);
  model->put_out_for_good = FALSE;
  sal_story_begin_connection (model->story);
  model->client = sal_client_new (model->uri, &options, &transport_options);
  g_signal_connect (model->client, "connected", G_CALLBACK (on_connected), model);
  g_signal_connect (model->client, "action", G_CALLBACK (on_action), model);
  g_signal_connect (model->client, "ended", G_CALLBACK (on_ended), model);
  set_presence (model, SAL_PRESENCE_CONNECTING, NULL);
  sal_client_start (model->client, CONNECT_TIMEOUT_MS);
}

/* Our own messages, from here to the client. */

/* Messages that wait until the file says that they are sent. */
typedef struct
{
  SalRoomModel *model; /* (owned) */
  SalClient *client;   /* (owned): for whom */
  GArray *ids;         /* (owned) */
} Batch;

static void
give (SalRoomModel *model, const SalEntry *mine)
{
  guint64 number = 0;

  model->giving = mine->id;
  number = sal_client_say (model->client, mine->text);
  model->giving = 0;
  if (sal_story_get_pending (model->story, mine->id) != NULL)
    g_hash_table_replace (model->given, g_memdup2 (&number, sizeof number),
                          g_memdup2 (&mine->id, sizeof mine->id));
}

static gboolean
on_kept (gpointer data)
{
  Batch *batch = data;
  g_autoptr (SalRoomModel) model = batch->model; /* perhaps the last to hold it */

  for (guint i = 0; i < batch->ids->len; i++)
    {
      guint64 id = g_array_index (batch->ids, guint64, i);
      const SalEntry *found = sal_story_get_pending (model->story, id);
      g_autoptr (SalEntry) mine = found != NULL ? sal_entry_ref (found) : NULL;

      if (mine == NULL)
        continue;
      if (model->client == batch->client && model->presence == SAL_PRESENCE_IN)
        give (model, mine);
      else
        {
          sal_story_set_state (model->story, mine, SAL_MESSAGE_QUEUED, TRUE, NULL);
          sal_story_queue (model->story, id);
        }
    }
  g_object_unref (batch->client);
  g_array_unref (batch->ids);
  g_free (batch);
  send_queued (model);
  return G_SOURCE_REMOVE;
}

static void
send_queued (SalRoomModel *model)
{
  Batch *batch = NULL;
  GArray *ids = NULL;

  if (model->presence != SAL_PRESENCE_IN)
    return;
  ids = sal_story_take_queue (model->story);
  if (ids->len == 0)
    {
      g_array_unref (ids);
      return;
    }
  batch = g_new0 (Batch, 1);
  batch->model = g_object_ref (model);
  batch->client = g_object_ref (model->client);
  batch->ids = ids;
  for (guint i = 0; i < batch->ids->len; i++)
    {
      const SalEntry *mine =
          sal_story_get_pending (model->story, g_array_index (batch->ids, guint64, i));

      if (mine != NULL)
        sal_story_set_state (model->story, mine, SAL_MESSAGE_SENT, TRUE, NULL);
    }
  sal_store_when_kept (model->store, on_kept, batch);
}

static void
say (SalRoomModel *model, const char *clean)
{
  g_autoptr (SalEntry) entry =
      sal_story_add (model->story, &(SalEntry){ .kind = SAL_ENTRY_MESSAGE,
                                                .own = TRUE,
                                                .pending = TRUE,
                                                .state = SAL_MESSAGE_QUEUED,
                                                .name = model->name,
                                                .text = clean });

  sal_story_queue (model->story, entry->id);
  send_queued (model);
}

/**
 * sal_room_model_say:
 * @text: what was typed, one line
 *
 * Queues a message; it is sent when the room is reached. `quit` and `exit` leave, with a
 * slash or without, as they would on the wire (C4, S23).
 *
 * Returns: %FALSE if there is nothing in @text, or more than a message may have
 *   (%SAL_MESSAGE_MAX_BYTES); then nothing was queued.
 */
gboolean
sal_room_model_say (SalRoomModel *model, const char *text, GError **error)
{
  g_autoptr (GString) clean = g_string_new (NULL);

  if (!sal_text_clean (clean, text, strlen (text)))
    {
      g_set_error_literal (error, SAL_ERROR, SAL_EXIT_USAGE, _ ("there is nothing to send"));
      return FALSE;
    }
  if (clean->len > SAL_MESSAGE_MAX_BYTES)
    {
      g_set_error (error, SAL_ERROR, SAL_EXIT_USAGE,
                   _ ("a message has at most %d bytes, and this has %zu"), SAL_MESSAGE_MAX_BYTES,
                   clean->len);
      return FALSE;
    }
  sal_store_add_typed (model->store, model->room->id, clean->str);
  if (sal_client_is_leaving_word (clean->str + (*clean->str == '/')))
    sal_room_model_leave (model);
  else
    say (model, clean->str);
  return TRUE;
}

/**
 * sal_room_model_say_again:
 * @entry: a message of ours that the server refused
 *
 * Returns: whether it is on its way again, as a new message in place of that one. Not
 *   for messages of which nobody knows whether they were read.
 */
gboolean
sal_room_model_say_again (SalRoomModel *model, guint64 entry)
{
  g_autoptr (SalEntry) mine = sal_story_find (model->story, entry);

  if (mine == NULL || !mine->own || mine->pending || mine->state != SAL_MESSAGE_FAILED)
    return FALSE;
  sal_story_drop (model->story, entry);
  say (model, mine->text);
  return TRUE;
}

/**
 * sal_room_model_discard:
 * @entry: a message of ours that was refused, may be lost, or was not sent yet
 *
 * Returns: whether it is gone.
 */
gboolean
sal_room_model_discard (SalRoomModel *model, guint64 entry)
{
  g_autoptr (SalEntry) mine = sal_story_find (model->story, entry);

  if (mine == NULL || !mine->own || mine->state == SAL_MESSAGE_DELIVERED ||
      mine->state == SAL_MESSAGE_SENT)
    return FALSE;
  sal_story_drop (model->story, entry);
  return TRUE;
}

/**
 * sal_room_model_new:
 * @store: (transfer none)
 * @room: what is kept of the room; copied
 *
 * Returns: (transfer full): a room, offline; %NULL if its address is none.
 */
SalRoomModel *
sal_room_model_new (SalStore *store, const SalStoredRoom *room, GError **error)
{
  g_autoptr (SalRoomModel) model = NULL;
  SalUri *uri = sal_uri_parse_client (room->uri, error);

  if (uri == NULL)
    return NULL;
  model = g_object_new (SAL_TYPE_ROOM_MODEL, NULL);
  model->store = g_object_ref (store);
  model->uri = uri;
  model->room = sal_stored_room_copy (room);
  model->name = g_strdup (room->name);
  model->host = uri->scheme == SAL_SCHEME_UNIX ? g_strdup (uri->path)
                                               : sal_format_host_port (uri->host, uri->port);
  model->title = uri->scheme == SAL_SCHEME_UNIX
                     ? g_path_get_basename (uri->path)
                     : g_strdup (uri->path != NULL ? uri->path : uri->host);
  model->monitor = g_object_ref (g_network_monitor_get_default ());
  g_signal_connect (model->monitor, "network-changed", G_CALLBACK (on_network_changed), model);

  model->story = sal_story_new (store, room->id, room->read_id, &story_hooks, model);
  return g_steal_pointer (&model);
}

/**
 * sal_room_model_connect:
 *
 * Wants to be in the room from now on: connects at once, also when the next try would
 * be later.
 */
void
sal_room_model_connect (SalRoomModel *model)
{
  model->wanted = TRUE;
  if (model->client == NULL)
    start (model);
}

/**
 * sal_room_model_hurry:
 *
 * The world has changed: if there is to be another try, it is now.
 */
void
sal_room_model_hurry (SalRoomModel *model)
{
  if (model->presence == SAL_PRESENCE_WAITING)
    start (model);
}

/**
 * sal_room_model_leave:
 *
 * Says goodbye and does not come back by itself. #SalRoomModel::presence tells when it
 * is done: when the server has closed, or soon after.
 */
void
sal_room_model_leave (SalRoomModel *model)
{
  model->wanted = FALSE;
  g_clear_handle_id (&model->retry, g_source_remove);
  if (model->client == NULL)
    {
      if (model->presence != SAL_PRESENCE_OFFLINE)
        set_presence (model, SAL_PRESENCE_OFFLINE, NULL);
    }
  else if (model->presence == SAL_PRESENCE_CONNECTING)
    sal_client_stop (model->client);
  else if (model->presence != SAL_PRESENCE_LEAVING)
    {
      set_presence (model, SAL_PRESENCE_LEAVING, NULL);
      sal_client_quit (model->client);
    }
}

/**
 * sal_room_model_get_presence:
 */
SalPresence
sal_room_model_get_presence (SalRoomModel *model)
{
  return model->presence;
}

/**
 * sal_room_model_get_error:
 *
 * Returns: (transfer none) (nullable): why we are not there, as a sentence.
 */
const GError *
sal_room_model_get_error (SalRoomModel *model)
{
  return model->error;
}

/**
 * sal_room_model_get_retry_us:
 *
 * Returns: when the next try is, of the monotonic clock, while waiting for it.
 */
gint64
sal_room_model_get_retry_us (SalRoomModel *model)
{
  return model->retry_us;
}

/**
 * sal_room_model_get_tls:
 *
 * Returns: (transfer none) (nullable): of the connection, if it has TLS.
 */
const SalTlsDetails *
sal_room_model_get_tls (SalRoomModel *model)
{
  return model->client != NULL ? sal_client_get_tls (model->client) : NULL;
}

/**
 * sal_room_model_get_offered:
 *
 * Returns: (transfer none) (nullable): the server's key, if the person has to decide
 *   whether it is the right one. The room is offline until they have.
 */
const SalTlsDetails *
sal_room_model_get_offered (SalRoomModel *model)
{
  return model->offered;
}

/**
 * sal_room_model_answer_certificate:
 * @trust: it is the right one, and is from now on
 */
void
sal_room_model_answer_certificate (SalRoomModel *model, gboolean trust)
{
  if (model->offered == NULL)
    return;
  if (trust)
    {
      g_free (model->pin);
      model->pin = g_strdup (model->offered->pin);
      sal_room_model_connect (model);
      return;
    }
  g_clear_pointer (&model->offered, sal_tls_details_free);
  set_presence (model, SAL_PRESENCE_OFFLINE, NULL);
}

/**
 * sal_room_model_get_id:
 *
 * Returns: the room's number in the store.
 */
gint64
sal_room_model_get_id (SalRoomModel *model)
{
  return model->room->id;
}

/**
 * sal_room_model_get_uri:
 *
 * Returns: (transfer none)
 */
const char *
sal_room_model_get_uri (SalRoomModel *model)
{
  return model->room->uri;
}

/**
 * sal_room_model_get_title:
 *
 * Returns: (transfer none): what to call the room in few words.
 */
const char *
sal_room_model_get_title (SalRoomModel *model)
{
  return model->title;
}

/**
 * sal_room_model_get_host:
 *
 * Returns: (transfer none): where it is, with the port.
 */
const char *
sal_room_model_get_host (SalRoomModel *model)
{
  return model->host;
}

/**
 * sal_room_model_get_name:
 *
 * Returns: (transfer none): who we are there, as the server has it, or as we shall ask
 *   it to.
 */
const char *
sal_room_model_get_name (SalRoomModel *model)
{
  return model->name;
}

/**
 * sal_room_model_set_name:
 * @name: as it was typed; the server may make another of it
 *
 * On the plain dialect a name is given once, so this leaves and comes back under it.
 */
void
sal_room_model_set_name (SalRoomModel *model, const char *name)
{
  if (g_str_equal (model->room->name, name))
    return;
  g_free (model->room->name);
  model->room->name = g_strdup (name);
  sal_store_update_room (model->store, model->room);
  set_current_name (model, name);
  if (model->client == NULL)
    return;
  sal_room_model_leave (model);
  sal_room_model_connect (model);
}

/**
 * sal_room_model_get_last_used_us:
 *
 * Returns: when we were let in last, since 1970; 0 for never.
 */
gint64
sal_room_model_get_last_used_us (SalRoomModel *model)
{
  return model->room->last_used_us;
}

/**
 * sal_room_model_get_last_id:
 *
 * Returns: the number of the newest entry, 0 for none.
 */
guint64
sal_room_model_get_last_id (SalRoomModel *model)
{
  return sal_story_get_last_id (model->story);
}

/**
 * sal_room_model_read_before:
 * @id: G_MAXUINT64 for the end
 * @most: how many
 *
 * Returns: (transfer full) (element-type SalEntry): the entries before that number,
 *   oldest first.
 */
GPtrArray *
sal_room_model_read_before (SalRoomModel *model, guint64 id, guint most)
{
  return sal_story_read_before (model->story, id, most);
}

/**
 * sal_room_model_read_after:
 * @id: 0 for the beginning
 * @most: how many
 *
 * Returns: (transfer full) (element-type SalEntry): the entries after that number,
 *   oldest first.
 */
GPtrArray *
sal_room_model_read_after (SalRoomModel *model, guint64 id, guint most)
{
  return sal_story_read_after (model->story, id, most);
}

/**
 * sal_room_model_get_draft:
 *
 * Returns: (transfer none): what was typed and not sent; "" for nothing.
 */
const char *
sal_room_model_get_draft (SalRoomModel *model)
{
  return model->room->draft;
}

/**
 * sal_room_model_set_draft:
 */
void
sal_room_model_set_draft (SalRoomModel *model, const char *text)
{
  if (g_str_equal (model->room->draft, text))
    return;
  g_free (model->room->draft);
  model->room->draft = g_strdup (text);
  sal_store_update_room (model->store, model->room);
}

/**
 * sal_room_model_read_typed:
 *
 * Returns: (transfer full) (element-type utf8): what was sent from here, newest first.
 */
GPtrArray *
sal_room_model_read_typed (SalRoomModel *model, guint most)
{
  return sal_store_read_typed (model->store, model->room->id, most);
}

/**
 * sal_room_model_get_read_id:
 *
 * Returns: the newest entry that the person has seen.
 */
guint64
sal_room_model_get_read_id (SalRoomModel *model)
{
  return model->room->read_id;
}

/**
 * sal_room_model_set_read_id:
 * @id: this entry and all before it have been seen
 */
void
sal_room_model_set_read_id (SalRoomModel *model, guint64 id)
{
  if (id <= model->room->read_id)
    return;
  model->room->read_id = id;
  sal_store_update_room (model->store, model->room);
  sal_story_set_read_id (model->story, id);
}

/**
 * sal_room_model_count_unread:
 *
 * Returns: how many messages of others have not been seen.
 */
guint
sal_room_model_count_unread (SalRoomModel *model)
{
  return sal_story_count_unread (model->story);
}
