/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One identity on one server: the connection that comes and goes, and who we are there. It decides
 * when to connect again; windows show it and decide nothing. What is said is the rooms'
 * (sal-server-rooms, sal-room-model).
 *
 * A new SalClient is made for every connection. In IRC all rooms share it; on the plain dialect a
 * server is its one room.
 *
 * Signals:
 *   presence ()                 the state of the connection, or its error, has changed
 *   name ()                     who we are there has changed
 *   question ()                 what is asked of the person has changed
 *   raw (gboolean, const char *)  a line that was sent (%TRUE) or has come, as clean text
 *   notified (SalRoomModel *, SalEntry *)  something that the person may want to be told of now: a
 *                               mention, or a message in private; never of the past
 *   forgotten ()                all that was kept of it is deleted
 */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "common/base/sal-error.h"
#include "common/client/sal-room-private.h"
#include "common/client/sal-secret.h"
#include "common/client/sal-server-private.h"
#include "common/proto/sal-text.h"

#define CONNECT_TIMEOUT_MS (10 * 1000)
/* Who was let in and put out at once has not been let in. */
#define SETTLED_US (10 * G_TIME_SPAN_SECOND)
/* How wrong a clock may be. */
#define SKEW_US (10 * G_TIME_SPAN_MINUTE)
/* How much of a room's past is asked for when we come there for the first time. */
#define FIRST_PAGE 100

static void sal_server_list_model_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (SalServer,
                               sal_server,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL,
                                                      sal_server_list_model_init))

enum
{
  PRESENCE,
  NAME,
  QUESTION,
  RAW,
  NOTIFIED,
  FORGOTTEN,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void start (SalServer *server);

static void
drop_client (SalServer *server)
{
  if (server->client == NULL)
    return;
  g_signal_handlers_disconnect_by_data (server->client, server);
  g_clear_object (&server->client);
}

static void
sal_server_dispose (GObject *object)
{
  SalServer *server = SAL_SERVER (object);

  drop_client (server);
  sal_server_stop_looking_up (server);
  g_clear_handle_id (&server->retry, g_source_remove);
  if (server->monitor != NULL)
    g_signal_handlers_disconnect_by_data (server->monitor, server);
  g_clear_object (&server->monitor);
  sal_server_unload_rooms (server);
  g_clear_object (&server->store);
  G_OBJECT_CLASS (sal_server_parent_class)->dispose (object);
}

static void
sal_server_finalize (GObject *object)
{
  SalServer *server = SAL_SERVER (object);

  g_ptr_array_unref (server->rooms);
  g_object_unref (server->room_list);
  g_ptr_array_unref (server->strangers);
  g_hash_table_unref (server->given);
  g_queue_clear_full (&server->raw, g_free);
  g_clear_pointer (&server->row, sal_stored_server_free);
  g_clear_pointer (&server->uri, sal_uri_free);
  g_clear_pointer (&server->filter, sal_filter_unref);
  g_clear_error (&server->error);
  g_clear_pointer (&server->password, sal_secret_free);
  g_clear_pointer (&server->offered, sal_tls_details_free);
  g_free (server->pin);
  g_free (server->put_out);
  g_free (server->title);
  g_free (server->host);
  g_free (server->name);
  G_OBJECT_CLASS (sal_server_parent_class)->finalize (object);
}

static void
sal_server_class_init (SalServerClass *klass)
{
  GType type = G_TYPE_FROM_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sal_server_dispose;
  G_OBJECT_CLASS (klass)->finalize = sal_server_finalize;
#define SIGNAL(name, ...)                                                                          \
  g_signal_new (name, type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, __VA_ARGS__)
  signals[PRESENCE] = SIGNAL ("presence", 0);
  signals[NAME] = SIGNAL ("name", 0);
  signals[QUESTION] = SIGNAL ("question", 0);
  signals[RAW] = SIGNAL ("raw", 2, G_TYPE_BOOLEAN, G_TYPE_STRING);
  signals[NOTIFIED] = SIGNAL ("notified", 2, SAL_TYPE_ROOM_MODEL, G_TYPE_POINTER);
  signals[FORGOTTEN] = SIGNAL ("forgotten", 0);
#undef SIGNAL
}

static void
sal_server_init (SalServer *server)
{
  server->rooms = g_ptr_array_new_with_free_func (g_object_unref);
  server->room_list = sal_room_list_new ();
  server->strangers = sal_server_strangers_new ();
  server->given = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
  g_queue_init (&server->raw);
}

/* The rooms as a list. */

static GType
get_item_type (GListModel *list)
{
  return SAL_TYPE_ROOM_MODEL;
}

static guint
get_n_items (GListModel *list)
{
  return SAL_SERVER (list)->rooms->len;
}

static gpointer
get_item (GListModel *list, guint position)
{
  SalServer *server = SAL_SERVER (list);

  return position < server->rooms->len ? g_object_ref (server->rooms->pdata[position]) : NULL;
}

static void
sal_server_list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

/* The connection. */

static void
set_presence (SalServer *server, SalPresence presence, GError *error)
{
  g_clear_error (&server->error);
  server->error = error;
  server->presence = presence;
  sal_server_presence_changed (server);
  g_signal_emit (server, signals[PRESENCE], 0);
}

static void
set_wanted (SalServer *server, gboolean wanted)
{
  server->wanted = wanted;
  if (server->row->wanted == wanted)
    return;
  server->row->wanted = wanted;
  sal_store_update_server (server->store, server->row);
}

/**
 * sal_server_set_current_name:
 *
 * The server calls us @name now.
 */
void
sal_server_set_current_name (SalServer *server, const char *name)
{
  if (name == NULL || g_strcmp0 (server->name, name) == 0)
    return;
  g_free (server->name);
  server->name = g_strdup (name);
  g_signal_emit (server, signals[NAME], 0);
  sal_server_name_changed (server);
}

static gboolean
on_retry (gpointer data)
{
  SalServer *server = data;

  server->retry = 0;
  start (server);
  return G_SOURCE_REMOVE;
}

static void
on_network_changed (GNetworkMonitor *monitor, gboolean available, gpointer data)
{
  sal_server_hurry (data);
}

/* Returns: (transfer full) (nullable): why the client has let go, as a sentence for people;
 * what GIO says of a connection that breaks is none. */
static GError *
make_reason (SalServer *server, int how, const GError *error)
{
  gboolean broke = g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED) ||
                   (error == NULL && how == SAL_CLIENT_END_BROKEN);

  if (broke)
    return g_error_new (SAL_ERROR, SAL_EXIT_CLOSED, _ ("the connection to %s broke"), server->host);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    return g_error_new (SAL_ERROR, SAL_EXIT_TIMEOUT, _ ("%s does not answer"), server->host);
  if (error != NULL)
    return g_error_copy (error);
  if (how == SAL_CLIENT_END_PEER)
    return g_error_new (SAL_ERROR, SAL_EXIT_CLOSED, _ ("%s has ended the conversation"),
                        server->host);
  if (how == SAL_CLIENT_END_REFUSED)
    return g_error_new (SAL_ERROR, SAL_EXIT_REFUSED, _ ("%s does not let you in"), server->host);
  return NULL;
}

static void
wait_for_next_try (SalServer *server, GError *why)
{
  gint64 wait_us = sal_back_off_next_us (&server->back_off, g_random_int ());

  server->retry_us = g_get_monotonic_time () + wait_us;
  server->retry = g_timeout_add ((guint) (wait_us / 1000), on_retry, server);
  set_presence (server, SAL_PRESENCE_WAITING, why);
}

static void
go_offline (SalServer *server, GError *why)
{
  if (!server->wanted)
    g_clear_error (&why);
  server->wanted = FALSE; /* what the person wants is kept as it was */
  set_presence (server, SAL_PRESENCE_OFFLINE, why);
  if (server->forgotten)
    {
      server->forgotten = FALSE; /* told once, whoever leaves again because of it */
      sal_store_forget_server (server->store, server->row->id);
      g_signal_emit (server, signals[FORGOTTEN], 0);
    }
}

/**
 * sal_server_wait_for_person:
 * @why: (transfer full) (nullable)
 *
 * Nothing is tried before the person has answered.
 */
void
sal_server_wait_for_person (SalServer *server, SalQuestion question, GError *why)
{
  /* The question first: whoever is told that we are offline can see why; and with the reason for it,
   * for who asks it. */
  g_clear_error (&server->error);
  server->error = why != NULL ? g_error_copy (why) : NULL;
  sal_server_ask (server, question);
  set_presence (server, SAL_PRESENCE_OFFLINE, why);
}

/* Returns what is to be asked of the person, now that the client has let go. */
static SalQuestion
take_question (SalServer *server, SalClient *client)
{
  g_clear_pointer (&server->offered, sal_tls_details_free);
  server->offered = sal_client_steal_refused (client);
  g_clear_pointer (&server->pin, g_free); /* from now on it is the one that is known */
  if (server->offered != NULL)
    return SAL_QUESTION_CERTIFICATE;
  if (!sal_client_is_password_wrong (client))
    return SAL_QUESTION_NONE;
  if (server->password == NULL)
    {
      server->unknown_certificate = TRUE; /* the keyring may have a password */
      return SAL_QUESTION_NONE;
    }
  g_clear_pointer (&server->password, sal_secret_free);
  server->kept_is_wrong = TRUE;
  return SAL_QUESTION_PASSWORD;
}

/* We are on the server, or were when it was heard last. */
static void
note_used (SalServer *server, SalClient *client)
{
  gint64 heard_us = sal_client_get_heard_us (client); /* some servers say nothing at all */

  server->row->last_used_us = heard_us != 0 ? heard_us : g_get_real_time ();
  sal_store_update_server (server->store, server->row);
}

/* The client has let go: what now? */
static void
on_ended (SalClient *client, int how, const GError *error, SalServer *server)
{
  g_autoptr (SalServer) keep G_GNUC_UNUSED = g_object_ref (server);
  g_autofree char *words = g_steal_pointer (&server->put_out);
  gboolean known = !server->unknown_certificate;
  SalQuestion question = take_question (server, client);
  GError *why = NULL;

  if (server->let_in)
    note_used (server, client);
  drop_client (server);
  sal_server_end_connection (server);
  server->let_in = FALSE;
  if (server->presence == SAL_PRESENCE_IN &&
      g_get_monotonic_time () - server->in_since_us > SETTLED_US)
    sal_back_off_reset (&server->back_off);

  why = words != NULL ? g_error_new_literal (SAL_ERROR, SAL_EXIT_REFUSED, words)
                      : make_reason (server, how, error);
  if (server->wanted && question != SAL_QUESTION_NONE)
    sal_server_wait_for_person (server, question, why);
  else if (server->wanted && known && server->unknown_certificate)
    {
      g_clear_error (&why);
      start (server);
    }
  else if (!server->wanted || server->put_out_for_good || how == SAL_CLIENT_END_REFUSED)
    go_offline (server, why);
  else if (server->presence == SAL_PRESENCE_LEAVING) /* for another name, or changed one's mind */
    {
      g_clear_error (&why);
      sal_server_set_current_name (server, server->row->name);
      start (server);
    }
  else
    wait_for_next_try (server, why);
}

static void
on_connected (SalClient *client, SalServer *server)
{
  if (server->presence == SAL_PRESENCE_CONNECTING)
    set_presence (server, SAL_PRESENCE_ENTERING, NULL);
}

/**
 * sal_server_on_ready:
 *
 * The client is in, under this name.
 */
void
sal_server_on_ready (SalServer *server, const char *name)
{
  sal_server_set_current_name (server, name);
  note_used (server, server->client);
  server->let_in = TRUE;
  server->in_since_us = g_get_monotonic_time ();
  if (server->presence != SAL_PRESENCE_LEAVING)
    set_presence (server, SAL_PRESENCE_IN, NULL);
}

/**
 * sal_server_put_out:
 * @line: the server's last words to us
 * @for_good: there is no use in knocking again
 */
void
sal_server_put_out (SalServer *server, const char *line, gboolean for_good)
{
  g_free (server->put_out);
  server->put_out = g_strdup (line);
  server->put_out_for_good |= for_good;
}

/* Returns: (transfer full) (element-type SalClientRoom): the rooms to be in, and what is known of
 * their stories. The texts are the rooms', or in @keep. */
static GArray *
list_rooms_to_join (SalServer *server, GPtrArray *keep)
{
  GArray *list = g_array_new (FALSE, TRUE, sizeof (SalClientRoom));

  for (guint i = 0; i < server->rooms->len; i++)
    {
      SalRoomModel *room = server->rooms->pdata[i];
      SalEntry *last = NULL;
      SalClientRoom join = { .name = room->place, .key = room->key, .latest = FIRST_PAGE };

      if (room->row->kind != SAL_ROOM_CHANNEL || !room->row->joined || *room->place == '\0')
        continue;
      room->resuming = TRUE;
      last = sal_story_find_last_known (room->story, G_MAXUINT64);
      if (last != NULL)
        {
          g_ptr_array_add (keep, last);
          join.msgid = last->msgid;
          join.time_us = last->time_us;
        }
      /* Nothing of the room is known but what we may have said there: that is to come in its order. */
      else if (sal_story_get_sent_us (room->story) > SKEW_US)
        join.time_us = sal_story_get_sent_us (room->story) - SKEW_US;
      g_array_append_val (list, join);
    }
  return list;
}

static void
make_client (SalServer *server, GTlsCertificate *certificate)
{
  gint64 known_us = server->row->last_used_us - SKEW_US;
  SalTransportOptions transport = { .pin = server->pin, .ask = TRUE, .certificate = certificate };
  g_autoptr (GPtrArray) keep = g_ptr_array_new_with_free_func ((GDestroyNotify) sal_entry_unref);
  g_autoptr (GArray) rooms = list_rooms_to_join (server, keep);
  gboolean log_in = *server->row->account != '\0' && !server->anonymous;
  SalClientOptions options = {
    .name = server->row->name,
    .last_name = log_in ? NULL : server->name, /* an account is known by whatever name */
    .room = server->uri->scheme == SAL_SCHEME_UNIX ? NULL : server->uri->path,
    .receipts = TRUE,
    .dialect = sal_server_is_plain (server) ? SAL_CLIENT_AUTO : SAL_CLIENT_IRC,
    .account = log_in ? server->row->account : NULL,
    .password = log_in ? server->password : NULL,
    .rooms = (const SalClientRoom *) (void *) rooms->data,
    .n_rooms = rooms->len,
    /* Somebody new is led in; others go where they have been. */
    .keep_place =
        rooms->len > 0 || (!sal_server_is_plain (server) && server->row->last_used_us > 0),
    .known_us = MAX (known_us, 0),
    .raw = TRUE,
    .names_kept = TRUE,
  };

  server->known_us = options.known_us;
  server->client = sal_client_new (server->uri, &options, &transport);
  sal_client_set_filter (server->client, server->filter);
  g_signal_connect (server->client, "connected", G_CALLBACK (on_connected), server);
  g_signal_connect (server->client, "action", G_CALLBACK (sal_server_on_action), server);
  g_signal_connect (server->client, "ended", G_CALLBACK (on_ended), server);
  sal_client_start (server->client, CONNECT_TIMEOUT_MS);
}

/**
 * sal_server_start_client:
 *
 * Makes a connection, with all that is needed for it. If our certificate cannot be used, we are
 * offline and say why: trying again would not help.
 */
void
sal_server_start_client (SalServer *server)
{
  g_autoptr (GTlsCertificate) certificate = NULL;
  GError *error = NULL;

  if (sal_server_load_certificate (server, &certificate, &error))
    make_client (server, certificate);
  else
    {
      sal_server_end_connection (server);
      go_offline (server, error);
    }
}

static void
start (SalServer *server)
{
  g_clear_handle_id (&server->retry, g_source_remove);
  g_clear_pointer (&server->put_out, g_free);
  g_clear_pointer (&server->offered, sal_tls_details_free);
  server->put_out_for_good = FALSE;
  sal_server_ask (server, SAL_QUESTION_NONE);
  sal_server_begin_connection (server);
  set_presence (server, SAL_PRESENCE_CONNECTING, NULL);
  if (!sal_server_needs_password (server) && server->client == NULL)
    sal_server_start_client (server);
}

static char *
make_title (const SalUri *uri)
{
  if (uri->scheme == SAL_SCHEME_UNIX)
    return g_path_get_basename (uri->path);
  if (uri->path != NULL && (uri->scheme == SAL_SCHEME_PLAIN || uri->scheme == SAL_SCHEME_PLAINS))
    return g_strdup (uri->path);
  return g_strdup (uri->host);
}

/**
 * sal_server_new:
 * @store: (transfer none)
 * @row: what is kept of the server; copied
 *
 * Returns: (transfer full): a server, offline, with the rooms that are kept of it; %NULL if its
 *   address is none.
 */
SalServer *
sal_server_new (SalStore *store, const SalStoredServer *row, GError **error)
{
  g_autoptr (SalServer) server = NULL;
  SalUri *uri = sal_uri_parse_client (row->uri, error);

  if (uri == NULL)
    return NULL;
  server = g_object_new (SAL_TYPE_SERVER, NULL);
  server->store = g_object_ref (store);
  server->uri = uri;
  server->row = sal_stored_server_copy (row);
  server->name = g_strdup (row->name);
  server->host = uri->scheme == SAL_SCHEME_UNIX ? g_strdup (uri->path)
                                                : sal_format_host_port (uri->host, uri->port);
  server->title = make_title (uri);
  server->monitor = g_object_ref (g_network_monitor_get_default ());
  g_signal_connect (server->monitor, "network-changed", G_CALLBACK (on_network_changed), server);
  if (!sal_server_load_rooms (server, error))
    return NULL;
  return g_steal_pointer (&server);
}

/**
 * sal_server_connect:
 *
 * Wants to be there from now on: connects at once, also when the next try would be later.
 */
void
sal_server_connect (SalServer *server)
{
  set_wanted (server, TRUE);
  if (server->client != NULL || server->looking_up != NULL)
    return;
  /* Somebody new, not one who comes back, or whom sal_server_load_rooms() gave a name. */
  if (server->retry == 0 && server->in_since_us != 0)
    sal_server_set_current_name (server, server->row->name);
  start (server);
}

/**
 * sal_server_hurry:
 *
 * The world has changed: if there is to be another try, it is now.
 */
void
sal_server_hurry (SalServer *server)
{
  if (server->presence == SAL_PRESENCE_WAITING)
    start (server);
}

static void
leave (SalServer *server)
{
  server->wanted = FALSE;
  sal_server_stop_looking_up (server);
  sal_server_ask (server, SAL_QUESTION_NONE);
  g_clear_handle_id (&server->retry, g_source_remove);
  if (server->client == NULL)
    {
      if (server->presence != SAL_PRESENCE_OFFLINE || server->forgotten)
        go_offline (server, NULL);
    }
  else if (server->presence == SAL_PRESENCE_CONNECTING)
    sal_client_stop (server->client);
  else if (server->presence != SAL_PRESENCE_LEAVING)
    {
      set_presence (server, SAL_PRESENCE_LEAVING, NULL);
      sal_client_quit (server->client);
    }
}

/**
 * sal_server_leave:
 *
 * Says goodbye and does not come back by itself. #SalServer::presence tells when it is done: when
 * the server has closed, or soon after.
 */
void
sal_server_leave (SalServer *server)
{
  set_wanted (server, FALSE);
  leave (server);
}

/**
 * sal_server_suspend:
 *
 * As sal_server_leave(), because the program ends: it comes back the next time.
 */
void
sal_server_suspend (SalServer *server)
{
  leave (server);
}

/**
 * sal_server_forget:
 *
 * Leaves, and deletes all that is kept of the server and its rooms once it is offline; then
 * #SalServer::forgotten is emitted. To be unreferenced by then.
 */
void
sal_server_forget (SalServer *server)
{
  server->forgotten = TRUE;
  leave (server);
}

/**
 * sal_server_get_presence:
 */
SalPresence
sal_server_get_presence (SalServer *server)
{
  return server->presence;
}

/**
 * sal_server_get_error:
 *
 * Returns: (transfer none) (nullable): why we are not there, as a sentence.
 */
const GError *
sal_server_get_error (SalServer *server)
{
  return server->error;
}

/**
 * sal_server_get_uri:
 *
 * Returns: (transfer none)
 */
const char *
sal_server_get_uri (SalServer *server)
{
  return server->row->uri;
}

/**
 * sal_server_get_host:
 *
 * Returns: (transfer none): where it is, with the port.
 */
const char *
sal_server_get_host (SalServer *server)
{
  return server->host;
}

/**
 * sal_server_get_title:
 *
 * Returns: (transfer none): what to call it in few words.
 */
const char *
sal_server_get_title (SalServer *server)
{
  return server->title;
}

/**
 * sal_server_get_name:
 *
 * Returns: (transfer none): who we are there, as the server has it, or as we shall ask it to.
 */
const char *
sal_server_get_name (SalServer *server)
{
  return server->name;
}

/**
 * sal_server_set_name:
 * @name: as it was typed; the server may make another of it
 *
 * In IRC the server is asked for it, and it is kept when the server has given it. On the plain dialect a
 * name is given once, so this leaves and comes back under it.
 */
void
sal_server_set_name (SalServer *server, const char *name)
{
  gboolean there = server->client != NULL && server->presence == SAL_PRESENCE_IN;

  if (g_str_equal (server->row->name, name) && g_strcmp0 (server->name, name) == 0)
    return;
  if (there && sal_server_speaks_irc (server))
    {
      sal_client_set_nick (server->client, name);
      return;
    }
  g_free (server->row->name);
  server->row->name = g_strdup (name);
  sal_store_update_server (server->store, server->row);
  sal_server_set_current_name (server, name);
  if (server->client == NULL)
    return;
  leave (server);
  sal_server_connect (server);
}

/**
 * sal_server_get_account:
 *
 * Returns: (transfer none): what we log in to; "" for nothing.
 */
const char *
sal_server_get_account (SalServer *server)
{
  return server->row->account;
}

/**
 * sal_server_set_account:
 *
 * Used at the next connection.
 */
void
sal_server_set_account (SalServer *server, const char *account)
{
  if (g_str_equal (server->row->account, account))
    return;
  g_free (server->row->account);
  server->row->account = g_strdup (account);
  g_clear_pointer (&server->password, sal_secret_free);
  sal_store_update_server (server->store, server->row);
}

/**
 * sal_server_is_wanted:
 *
 * Returns: whether the person wants to be there, also the next time.
 */
gboolean
sal_server_is_wanted (SalServer *server)
{
  return server->row->wanted;
}

/**
 * sal_server_get_tls:
 *
 * Returns: (transfer none) (nullable): of the connection, if it has TLS.
 */
const SalTlsDetails *
sal_server_get_tls (SalServer *server)
{
  return server->client != NULL ? sal_client_get_tls (server->client) : NULL;
}

/**
 * sal_server_get_question:
 *
 * Returns: what is asked of the person; the connection waits for the answer.
 */
SalQuestion
sal_server_get_question (SalServer *server)
{
  return server->question;
}
