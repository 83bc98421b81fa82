/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The log: the one place where what happens in all rooms gets its order. Workers
 * hand in entries; the log's thread judges what needs a judge (who gets a name),
 * numbers them, has the store keep them, and only then gives them to every
 * subscriber, the poster's own worker included.
 *
 * Group commit: what arrives while one group is being kept forms the next one, so a
 * lone message waits for nothing and many share one write to the disk.
 *
 * Reading happens in a thread of its own, so that nobody's history holds up what is
 * being said; but a question is passed on through the log's thread, behind what was
 * posted before it, so that people find their own words in the answer.
 */
#include "config.h"

#include "server/log/srv-log.h"

#include <glib/gi18n-lib.h>
#include <pthread.h>
#include <string.h>
#include <time.h>

#include "common/base/sal-limits.h"
#include "server/log/srv-judge.h"

/* What one group may hold, so that its first message does not wait for its last. */
#define GROUP_ENTRIES 4096

/* How often retention is looked at. */
#define MAINTAIN_US (60 * G_USEC_PER_SEC)

/* How much more slowly the log's time passes while the clock is behind it, as when it was set back:
 * what is said a second apart is told apart in every way of writing a time, and an hour is
 * caught up with in an hour and four minutes. */
#define SLOWER 16

typedef enum
{
  REQUEST_APPEND,
  REQUEST_READ,
  REQUEST_SUBSCRIBE,
  REQUEST_FLUSH,
  REQUEST_RETENTION,
  REQUEST_RESERVE_ROOM,
  REQUEST_OWNERS,
  REQUEST_ROOM_AGAIN,
} RequestKind;

typedef struct
{
  RequestKind kind;
  SrvEntry *entry;     /* append: (owned) */
  SrvLogQuery *query;  /* read: (owned) */
  SrvMailbox *mailbox; /* (unowned): where the answer goes */
  SrvMailFunc func;
  gpointer letter;         /* reserve: (owned): a room's name */
  const SrvOwners *owners; /* (unowned) */
  guint64 number;          /* read: tag; subscribe: after; retention: bytes */
  gint64 age_us;
} Request;

typedef struct
{
  SrvMailbox *mailbox;
  SrvMailFunc func;
} Subscriber;

/* A queue of requests and the thread that serves it. */
typedef struct
{
  pthread_t thread;
  pthread_mutex_t mutex;
  pthread_cond_t cond;
  GArray *requests; /* (owned) of Request: under the mutex */
  gboolean stop;    /* under the mutex */
} Desk;

struct _SrvLog
{
  SrvLogStore *store; /* (owned) */
  SrvWallClock clock;
  Desk writing;
  Desk reading;
  gsize pending_bytes; /* atomic: posted, and not taken by every subscriber yet */
  guint unpublished;   /* atomic: entries that were posted and are not about to be mailed yet */
  gint64 last_turn_us; /* atomic: for the watchdog */
  gboolean stopped;    /* the threads have ended */

  /* The log's thread only. */
  SrvJudge *judge;      /* (owned) */
  GArray *subscribers;  /* (owned) of Subscriber */
  GHashTable *nonces;   /* (owned): set of const char *, of the group that is being formed */
  gint64 last_us;       /* the latest time that an entry has */
  gint64 slow_since_us; /* the clock is behind that: up to when time has passed, monotonic; or 0 */
  gboolean booted;
  gboolean failing;
  gint64 maintain_at_us;
  gint64 wipe_at_us;
};

static void
desk_post (Desk *desk, const Request *requests, guint n)
{
  gboolean first = FALSE;

  pthread_mutex_lock (&desk->mutex);
  first = desk->requests->len == 0;
  g_array_append_vals (desk->requests, requests, n);
  pthread_mutex_unlock (&desk->mutex);
  /* Who is woken should not find the mutex locked. The desk stays until its thread has
   * been joined, so it is still there. */
  if (first)
    pthread_cond_signal (&desk->cond);
}

/* Waits for requests, or for @until_us of the monotonic clock, and takes them all.
 * Returns FALSE when the desk is to close and nothing is left. */
static gboolean
desk_take (Desk *desk, GArray **taken, gint64 until_us)
{
  struct timespec until = { .tv_sec = until_us / G_USEC_PER_SEC,
                            .tv_nsec = (until_us % G_USEC_PER_SEC) * 1000 };
  GArray *requests = NULL;
  gboolean open = TRUE;

  pthread_mutex_lock (&desk->mutex);
  while (desk->requests->len == 0 && !desk->stop)
    if (pthread_cond_timedwait (&desk->cond, &desk->mutex, &until) != 0)
      break;
  requests = desk->requests;
  desk->requests = *taken;
  *taken = requests;
  open = !desk->stop || requests->len > 0;
  pthread_mutex_unlock (&desk->mutex);
  return open;
}

static void
desk_open (Desk *desk, void *(*serve) (void *), SrvLog *log)
{
  pthread_condattr_t attr;

  pthread_condattr_init (&attr);
  pthread_condattr_setclock (&attr, CLOCK_MONOTONIC);
  pthread_cond_init (&desk->cond, &attr);
  pthread_condattr_destroy (&attr);
  pthread_mutex_init (&desk->mutex, NULL);
  desk->requests = g_array_new (FALSE, FALSE, sizeof (Request));
  if (pthread_create (&desk->thread, NULL, serve, log) != 0)
    g_error ("cannot start a thread");
}

/* Serves what is there, and ends the thread. What is posted now stays where it is. */
static void
desk_close (Desk *desk)
{
  pthread_mutex_lock (&desk->mutex);
  desk->stop = TRUE;
  pthread_cond_signal (&desk->cond);
  pthread_mutex_unlock (&desk->mutex);
  pthread_join (desk->thread, NULL);
}

static void
desk_clear (Desk *desk)
{
  for (guint i = 0; i < desk->requests->len; i++)
    {
      Request *request = &g_array_index (desk->requests, Request, i);

      g_clear_pointer (&request->entry, srv_entry_unref);
      g_clear_pointer (&request->query, srv_log_query_free);
    }
  g_array_unref (desk->requests);
  pthread_cond_destroy (&desk->cond);
  pthread_mutex_destroy (&desk->mutex);
}

/* Judging. */

static SrvEntry *
find_entry (guint64 seq, gpointer data)
{
  SrvLog *log = data;

  return log->store->klass->find != NULL ? log->store->klass->find (log->store, seq) : NULL;
}

static SrvEntry *
find_nonce (const char *room, const char *nonce, gpointer data)
{
  SrvLog *log = data;

  if (log->store->klass->find_nonce == NULL)
    return NULL;
  return log->store->klass->find_nonce (log->store, room, nonce, log->clock () - SAL_NONCE_US);
}

/* Never goes back, and is another one for each entry: what the judge keeps of an entry has the time
 * that everybody is shown, and what somebody has said since they have their name is later than
 * that. If the clock has been set back, time passes slowly until the clock has caught up. */
static gint64
tell_time (gpointer data)
{
  SrvLog *log = data;
  gint64 clock_us = log->clock ();
  gint64 now_us = 0;
  gint64 passed_us = 0;

  if (clock_us > log->last_us)
    {
      log->slow_since_us = 0;
      return log->last_us = clock_us;
    }
  now_us = g_get_monotonic_time ();
  if (log->slow_since_us == 0)
    log->slow_since_us = now_us;
  passed_us = (now_us - log->slow_since_us) / SLOWER;
  log->slow_since_us += passed_us * SLOWER;
  log->last_us += MAX (passed_us, 1);
  return log->last_us;
}

static const SrvJudgeHost judge_host = {
  .find = find_entry,
  .find_nonce = find_nonce,
  .clock = tell_time,
};

/* Keeping. */

static gboolean
keep (SrvLog *log, SrvEntry **entries, guint n, GError **error)
{
  const SrvLogStoreClass *store = log->store->klass;
  guint64 seq = 0;
  gint64 time_us = 0;
  gboolean redacts = FALSE;

  if (!store->begin (log->store, &seq, &time_us, error))
    return FALSE;
  log->last_us = MAX (log->last_us, time_us);
  for (guint i = 0; i < n; i++)
    {
      gboolean kept = srv_entry_is_kept (entries[i]);

      if (entries[i]->status == SRV_ENTRY_KNOWN)
        continue; /* it has its number and its time */
      entries[i]->seq = kept ? ++seq : 0;
      /* What is said and not kept has a name too, which no kept message can have. */
      if (!kept && srv_entry_is_said (entries[i]))
        entries[i]->number =
            1ULL << 63 | (guint64) g_random_int () << 31 | (g_random_int () & G_MAXINT32);
      entries[i]->time_us = time_us = MAX (time_us, entries[i]->time_us);
      if ((kept && !store->insert (log->store, entries[i], error)) ||
          (kept && entries[i]->kind == SRV_ENTRY_REDACT &&
           !store->redact (log->store, entries[i]->number, error)))
        {
          store->rollback (log->store);
          return FALSE;
        }
      redacts = redacts || entries[i]->kind == SRV_ENTRY_REDACT;
    }
  if (!store->commit (log->store, error))
    {
      store->rollback (log->store);
      return FALSE;
    }
  if (redacts)
    log->wipe_at_us = 0;
  return TRUE;
}

/* Say once that it fails, and once that it works again. */
static void
note_health (SrvLog *log, const GError *error)
{
  if (error != NULL && !log->failing)
    g_warning (_ ("the log cannot be written, messages are refused: %s"), error->message);
  else if (error == NULL && log->failing)
    g_message (_ ("the log can be written again"));
  log->failing = error != NULL;
}

/* What a group is when the store could not keep it: presence is still shown, without
 * a number; messages go back to who posted them. */
static void
give_up (SrvLog *log, SrvEntry **entries, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      if (entries[i]->status != SRV_ENTRY_COMMITTED)
        continue;
      entries[i]->seq = 0;
      entries[i]->status = srv_entry_is_said (entries[i]) || entries[i]->kind == SRV_ENTRY_REDACT
                               ? SRV_ENTRY_REFUSED
                               : SRV_ENTRY_PASSING;
    }
}

/* Who holds back those who post must learn that there is room again, although what made the
 * room may have been taken last by somebody else. */
static void
note_taken (SrvLog *log, gsize bytes)
{
  static const Request again = { .kind = REQUEST_ROOM_AGAIN };
  gsize before = __atomic_fetch_sub (&log->pending_bytes, bytes, __ATOMIC_RELAXED);

  if (before >= SAL_LOG_QUEUE_LOW_BYTES && before - bytes < SAL_LOG_QUEUE_LOW_BYTES)
    desk_post (&log->writing, &again, 1);
}

static void
publish (SrvLog *log, SrvLogBatch *batch)
{
  for (guint i = 0; i < log->subscribers->len; i++)
    {
      Subscriber *subscriber = &g_array_index (log->subscribers, Subscriber, i);

      __atomic_add_fetch (&batch->refs, 1, __ATOMIC_RELAXED);
      srv_mailbox_post (subscriber->mailbox, subscriber->func, batch);
    }
  srv_log_batch_unref (batch);
}

static SrvLogBatch *
batch_new (const SrvLog *log, guint n)
{
  SrvLogBatch *batch = g_malloc (sizeof *batch + n * sizeof batch->entries[0]);

  batch->refs = 1;
  batch->n = n;
  batch->bytes = 0;
  batch->log = NULL;
  memcpy (batch->log_id, log->store->id, sizeof batch->log_id);
  return batch;
}

/* At start nobody is present any more; that is the first entry, as soon as one can be
 * written. */
static void
boot (SrvLog *log)
{
  g_autoptr (SrvEntry) entry = srv_entry_new (SRV_ENTRY_BOOT, (SrvOrigin){ 0 }, "", "", "", NULL);
  g_autoptr (GError) error = NULL;

  entry->time_us = tell_time (log); /* no judge has seen it */
  log->booted = keep (log, &entry, 1, &error);
  note_health (log, error);
}

static void
write_group (SrvLog *log, const Request *requests, guint n)
{
  g_autoptr (GPtrArray) judged = g_ptr_array_sized_new (n);
  SrvLogBatch *batch = NULL;
  g_autoptr (GError) error = NULL;
  gsize bytes = 0;

  if (!log->booted)
    boot (log); /* before anything is judged: the log says what time it was last */
  for (guint i = 0; i < n; i++)
    {
      bytes += srv_entry_size (requests[i].entry);
      srv_judge_entry (log->judge, requests[i].entry, judged);
    }
  if (!keep (log, (SrvEntry **) judged->pdata, judged->len, &error))
    give_up (log, (SrvEntry **) judged->pdata, judged->len);
  note_health (log, error);
  batch = batch_new (log, judged->len);
  if (judged->len > 0)
    memcpy (batch->entries, judged->pdata, judged->len * sizeof (gpointer));
  batch->bytes = bytes;
  batch->log = log;
  /* Who finds the log busy is woken by a batch, so not after that. */
  __atomic_sub_fetch (&log->unpublished, n, __ATOMIC_SEQ_CST);
  publish (log, batch);
}

/* A new subscriber first gets what it has missed, then takes part. */
static void
subscribe (SrvLog *log, const Request *request)
{
  Subscriber subscriber = { request->mailbox, request->func };
  guint64 after = request->number;

  while (after != G_MAXUINT64)
    {
      SrvLogQuery query = { .seq = after, .limit = GROUP_ENTRIES };
      g_autoptr (GPtrArray) entries = g_ptr_array_new ();
      SrvLogBatch *batch = NULL;

      if (!log->store->klass->read (log->store, &query, entries, NULL) || entries->len == 0)
        break;
      batch = batch_new (log, entries->len);
      memcpy (batch->entries, entries->pdata, entries->len * sizeof (gpointer));
      after = batch->entries[batch->n - 1]->seq;
      srv_mailbox_post (request->mailbox, request->func, batch);
    }
  g_array_append_val (log->subscribers, subscriber);
}

static void
serve (SrvLog *log, const Request *request)
{
  switch (request->kind)
    {
    case REQUEST_READ:
      desk_post (&log->reading, request, 1);
      break;
    case REQUEST_SUBSCRIBE:
      subscribe (log, request);
      break;
    case REQUEST_FLUSH:
      srv_mailbox_post (request->mailbox, request->func, request->letter);
      break;
    case REQUEST_RETENTION:
      log->store->klass->set_retention (log->store, request->age_us, request->number);
      log->maintain_at_us = 0;
      break;
    case REQUEST_RESERVE_ROOM:
      srv_judge_reserve_room (log->judge, request->letter);
      g_free (request->letter);
      break;
    case REQUEST_OWNERS:
      srv_judge_set_owners (log->judge, request->owners, request->letter);
      break;
    case REQUEST_ROOM_AGAIN:
      publish (log, batch_new (log, 0));
      break;
    case REQUEST_APPEND:
      g_assert_not_reached ();
    }
}

/* Whether @entry may be kept together with those before it. A message that is sent again is
 * known by what was kept, so it has to wait for it. */
static gboolean
joins_group (SrvLog *log, const SrvEntry *entry)
{
  return entry->nonce == NULL || !srv_entry_is_said (entry) ||
         g_hash_table_add (log->nonces, (gpointer) entry->nonce);
}

static void
maintain (SrvLog *log)
{
  if (g_get_monotonic_time () >= log->maintain_at_us &&
      !log->store->klass->maintain (log->store, log->clock ()))
    log->maintain_at_us = g_get_monotonic_time () + MAINTAIN_US;
}

/* What was taken back is gone from the store's files soon after it is gone from its rooms. */
static void
wipe (SrvLog *log)
{
  gint64 again_us = 0;

  if (g_get_monotonic_time () < log->wipe_at_us)
    return;
  if (log->store->klass->wipe != NULL)
    again_us = log->store->klass->wipe (log->store);
  log->wipe_at_us = again_us > 0 ? g_get_monotonic_time () + again_us : G_MAXINT64;
}

/* Requests in their order; entries that follow one another are one group. Each group is followed
 * by a step of maintenance, or more would come than is taken away: the last one's is up to the
 * caller. */
static void
serve_all (SrvLog *log, const GArray *requests)
{
  const Request *all = (const Request *) (const void *) requests->data;

  for (guint i = 0; i < requests->len;)
    {
      guint n = 0;

      while (i + n < requests->len && n < GROUP_ENTRIES && all[i + n].kind == REQUEST_APPEND &&
             joins_group (log, all[i + n].entry))
        n++;
      g_hash_table_remove_all (log->nonces);
      if (n > 0)
        {
          write_group (log, &all[i], n);
          if (i + n < requests->len)
            maintain (log);
        }
      else
        {
          serve (log, &all[i]);
          n = 1;
        }
      i += n;
    }
}

static void *
write_thread (void *data)
{
  SrvLog *log = data;
  GArray *requests = g_array_new (FALSE, FALSE, sizeof (Request));

  boot (log);
  while (desk_take (&log->writing, &requests, MIN (log->maintain_at_us, log->wipe_at_us)))
    {
      serve_all (log, requests);
      g_array_set_size (requests, 0);
      __atomic_store_n (&log->last_turn_us, g_get_monotonic_time (), __ATOMIC_RELAXED);
      maintain (log);
      wipe (log);
    }
  g_array_unref (requests);
  return NULL;
}

static void
answer (SrvLog *log, const Request *request)
{
  SrvLogAnswer *reply = g_new0 (SrvLogAnswer, 1);
  GPtrArray *entries = g_ptr_array_new_with_free_func ((GDestroyNotify) srv_entry_unref);

  reply->tag = request->number;
  reply->entries = entries;
  (void) log->store->klass->read (log->store, request->query, entries, &reply->error);
  for (guint i = 0, j = entries->len; request->query->backwards && i + 1 < j; i++)
    {
      gpointer newer = entries->pdata[i];

      entries->pdata[i] = entries->pdata[--j];
      entries->pdata[j] = newer;
    }
  if (request->query->room != NULL && log->store->klass->get_gone != NULL)
    reply->gone_seq = log->store->klass->get_gone (log->store, request->query->room);
  srv_log_query_free (request->query);
  srv_mailbox_post (request->mailbox, request->func, reply);
}

static void *
read_thread (void *data)
{
  SrvLog *log = data;
  GArray *requests = g_array_new (FALSE, FALSE, sizeof (Request));

  while (desk_take (&log->reading, &requests, g_get_monotonic_time () + G_TIME_SPAN_HOUR))
    {
      for (guint i = 0; i < requests->len; i++)
        answer (log, &g_array_index (requests, Request, i));
      g_array_set_size (requests, 0);
    }
  g_array_unref (requests);
  return NULL;
}

/**
 * srv_log_new:
 * @store: (transfer full): where entries are kept
 * @clock: (transfer none): what time it is
 * @reserved_names: (nullable) (array zero-terminated=1): names that nobody gets
 *
 * Starts the log's threads. The first entry is a boot.
 */
SrvLog *
srv_log_new (SrvLogStore *store, SrvWallClock clock, const char *const *reserved_names)
{
  SrvLog *log = g_new0 (SrvLog, 1);

  log->store = store;
  log->clock = clock;
  log->judge = srv_judge_new (&judge_host, log);
  log->subscribers = g_array_new (FALSE, FALSE, sizeof (Subscriber));
  log->nonces = g_hash_table_new (g_str_hash, g_str_equal);
  log->last_turn_us = g_get_monotonic_time ();
  for (guint i = 0; reserved_names != NULL && reserved_names[i] != NULL; i++)
    srv_judge_reserve (log->judge, reserved_names[i]);
  desk_open (&log->reading, read_thread, log);
  desk_open (&log->writing, write_thread, log);
  return log;
}

/**
 * srv_log_stop:
 * @log: (nullable)
 *
 * Keeps what was appended, answers what was asked, and ends the threads. The mailboxes that
 * were given must still be there; nothing is posted to them any more afterwards, and what is
 * asked of the log then is forgotten.
 */
void
srv_log_stop (SrvLog *log)
{
  if (log == NULL || log->stopped)
    return;
  desk_close (&log->writing);
  desk_close (&log->reading);
  log->stopped = TRUE;
}

/**
 * srv_log_free:
 * @log: (nullable) (transfer full): stopped first, if it was not; the mailboxes that were
 *   given are gone, or nobody opens what is in them
 */
void
srv_log_free (SrvLog *log)
{
  if (log == NULL)
    return;
  srv_log_stop (log);
  desk_clear (&log->writing);
  desk_clear (&log->reading);
  log->store->klass->free (log->store);
  srv_judge_free (log->judge);
  g_array_unref (log->subscribers);
  g_hash_table_unref (log->nonces);
  g_free (log);
}

/**
 * srv_log_subscribe:
 * @mailbox: where batches go, each as a #SrvLogBatch that @on_batch owns
 * @after: give everything after this number first; G_MAXUINT64: only what comes
 */
void
srv_log_subscribe (SrvLog *log, SrvMailbox *mailbox, SrvMailFunc on_batch, guint64 after)
{
  Request request = {
    .kind = REQUEST_SUBSCRIBE, .mailbox = mailbox, .func = on_batch, .number = after
  };

  desk_post (&log->writing, &request, 1);
}

/**
 * srv_log_reserve_room:
 *
 * @room is the server's own: nobody becomes its operator by coming first.
 */
void
srv_log_reserve_room (SrvLog *log, const char *room)
{
  Request request = { .kind = REQUEST_RESERVE_ROOM, .letter = g_strdup (room) };

  desk_post (&log->writing, &request, 1);
}

/**
 * srv_log_set_owners:
 * @owners: (transfer none): asked with @data in the log's thread, until the log is freed
 *
 * From what is appended now on, names and rooms can belong to somebody.
 */
void
srv_log_set_owners (SrvLog *log, const SrvOwners *owners, gpointer data)
{
  Request request = { .kind = REQUEST_OWNERS, .owners = owners, .letter = data };

  desk_post (&log->writing, &request, 1);
}

/**
 * srv_log_append:
 * @entries: of #SrvEntry; emptied, and the log owns them now
 *
 * Asks for a place in the log for each of @entries, in their order. Each comes back
 * to all subscribers with its status.
 */
void
srv_log_append (SrvLog *log, GPtrArray *entries)
{
  g_autofree Request *requests = g_new0 (Request, entries->len);
  gsize bytes = 0;

  if (entries->len == 0)
    return;
  for (guint i = 0; i < entries->len; i++)
    {
      requests[i].entry = entries->pdata[i];
      bytes += srv_entry_size (requests[i].entry);
    }
  __atomic_add_fetch (&log->pending_bytes, bytes, __ATOMIC_RELAXED);
  __atomic_add_fetch (&log->unpublished, entries->len, __ATOMIC_RELAXED);
  desk_post (&log->writing, requests, entries->len);
  g_ptr_array_set_size (entries, 0);
}

/**
 * srv_log_read:
 * @query: (transfer full): what to read
 * @on_answer: gets a #SrvLogAnswer with @tag, which it owns
 *
 * What was appended before is in the answer.
 */
void
srv_log_read (
    SrvLog *log, SrvLogQuery *query, SrvMailbox *mailbox, SrvMailFunc on_answer, guint64 tag)
{
  Request request = {
    .kind = REQUEST_READ, .query = query, .mailbox = mailbox, .func = on_answer, .number = tag
  };

  desk_post (&log->writing, &request, 1);
}

/**
 * srv_log_flush:
 *
 * Calls @on_flushed with @letter when everything appended before has come back.
 */
void
srv_log_flush (SrvLog *log, SrvMailbox *mailbox, SrvMailFunc on_flushed, gpointer letter)
{
  Request request = {
    .kind = REQUEST_FLUSH, .mailbox = mailbox, .func = on_flushed, .letter = letter
  };

  desk_post (&log->writing, &request, 1);
}

/**
 * srv_log_set_retention:
 * @age_us: entries older than this go; 0: none
 * @bytes: the oldest go while the store is larger; 0: none
 */
void
srv_log_set_retention (SrvLog *log, gint64 age_us, guint64 bytes)
{
  Request request = { .kind = REQUEST_RETENTION, .age_us = age_us, .number = bytes };

  desk_post (&log->writing, &request, 1);
}

/**
 * srv_log_pending_bytes:
 *
 * Returns: how much was appended and was not yet taken by every subscriber. When it sinks
 * below %SAL_LOG_QUEUE_LOW_BYTES every subscriber gets a batch, if an empty one. From any
 * thread.
 */
gsize
srv_log_pending_bytes (const SrvLog *log)
{
  return __atomic_load_n (&log->pending_bytes, __ATOMIC_RELAXED);
}

/**
 * srv_log_is_busy:
 *
 * Returns: whether something was appended of which no batch has been on its way yet: one comes
 *   afterwards. From any thread.
 */
gboolean
srv_log_is_busy (const SrvLog *log)
{
  return __atomic_load_n (&log->unpublished, __ATOMIC_RELAXED) > 0;
}

/**
 * srv_log_last_turn_us:
 *
 * Returns: when the log's thread was last done with something, by the monotonic
 * clock. From any thread.
 */
gint64
srv_log_last_turn_us (const SrvLog *log)
{
  return __atomic_load_n (&log->last_turn_us, __ATOMIC_RELAXED);
}

/**
 * srv_log_batch_unref:
 *
 * From any thread, while the log is there.
 */
void
srv_log_batch_unref (SrvLogBatch *batch)
{
  if (__atomic_sub_fetch (&batch->refs, 1, __ATOMIC_ACQ_REL) > 0)
    return;
  for (guint i = 0; i < batch->n; i++)
    srv_entry_unref (batch->entries[i]);
  if (batch->bytes > 0)
    note_taken (batch->log, batch->bytes);
  g_free (batch);
}

/**
 * srv_log_answer_free:
 * @answer: (nullable) (transfer full)
 */
void
srv_log_answer_free (SrvLogAnswer *answer)
{
  if (answer == NULL)
    return;
  g_ptr_array_unref (answer->entries);
  g_clear_error (&answer->error);
  g_free (answer);
}
