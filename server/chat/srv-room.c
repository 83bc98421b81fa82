/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A room as one worker sees it: who is present (everywhere, as its state says), and
 * which members of this worker read it. An event is encoded once for all members
 * who get the same bytes, and each member's queue gets a reference.
 */
#include "config.h"

#include "server/chat/srv-room.h"

#include <string.h>

/* Members who get the same bytes: one dialect, one variant. */
typedef struct
{
  const SalDialect *dialect;
  guint variant;
  GPtrArray *members;    /* (owned) of SrvMember (unowned) */
  SrvFrameStream frames; /* what was delivered this turn lies side by side */
} Audience;

struct _SrvRoom
{
  char *name;                /* (owned): a GRefString */
  const SrvChannel *channel; /* (unowned) (nullable): who is there; NULL: nobody */
  Audience *audiences;       /* (owned) (nullable): most rooms have one, so there is no place
                                for more than there are */
  guint n_audiences;
  guint members;      /* of this worker */
  guint lagging;      /* of those */
  gboolean patient;   /* something may wait in their queues */
  gboolean active;    /* something was delivered this turn */
  GArray *elsewhere;  /* (owned) (nullable) of guint: as many of each other worker */
  GHashTable *missed; /* (owned) (nullable): SrvMember (unowned) -> Missed (owned) */
};

/* What was left out for a member, because too much waited for it. */
typedef struct
{
  guint messages;
  guint64 seq; /* the number of the first of them */
} Missed;

static void
audience_clear (Audience *audience)
{
  g_ptr_array_unref (audience->members);
  srv_frame_stream_clear (&audience->frames);
}

/**
 * srv_room_new:
 */
SrvRoom *
srv_room_new (const char *name)
{
  SrvRoom *room = g_new0 (SrvRoom, 1);

  room->name = g_ref_string_new (name);
  return room;
}

/**
 * srv_room_free:
 * @room: (nullable) (transfer full): with no members
 */
void
srv_room_free (SrvRoom *room)
{
  if (room == NULL)
    return;
  g_ref_string_release (room->name);
  for (guint i = 0; i < room->n_audiences; i++)
    audience_clear (&room->audiences[i]);
  g_free (room->audiences);
  g_clear_pointer (&room->elsewhere, g_array_unref);
  g_clear_pointer (&room->missed, g_hash_table_unref);
  g_free (room);
}

/**
 * srv_room_get_name:
 */
const char *
srv_room_get_name (const SrvRoom *room)
{
  return room->name;
}

/**
 * srv_room_share_name:
 * @room: (nullable)
 * @name: of a room
 *
 * Those who are in a room have one string of its name.
 *
 * Returns: (transfer full): @name as a #GRefString, which is that of @room if it is called so.
 */
char *
srv_room_share_name (const SrvRoom *room, const char *name)
{
  return room != NULL && g_str_equal (room->name, name) ? g_ref_string_acquire (room->name)
                                                        : g_ref_string_new (name);
}

/**
 * srv_room_set_channel:
 * @channel: (nullable) (transfer none): what the state has of the room; %NULL: nobody is there
 *
 * To be called whenever the state has taken an entry by which the room may have begun or ended.
 */
void
srv_room_set_channel (SrvRoom *room, const SrvChannel *channel)
{
  room->channel = channel;
}

/**
 * srv_room_count:
 *
 * Returns: how many are present.
 */
guint
srv_room_count (const SrvRoom *room)
{
  return room->channel != NULL ? room->channel->members->len : 0;
}

/**
 * srv_room_is_elsewhere:
 *
 * Returns: whether somebody is present who reads in another worker.
 */
gboolean
srv_room_is_elsewhere (const SrvRoom *room)
{
  return srv_room_count (room) > room->members;
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return g_utf8_collate (*(const char *const *) a, *(const char *const *) b);
}

/**
 * srv_room_list:
 * @most: how many names at the most
 *
 * Returns: (transfer container): the names of those who are present, or of @most of
 * them, sorted.
 */
GPtrArray *
srv_room_list (const SrvRoom *room, guint most)
{
  guint n = MIN (most, srv_room_count (room));
  GPtrArray *names = g_ptr_array_sized_new (n);

  for (guint i = 0; i < n; i++)
    g_ptr_array_add (
        names, (gpointer) ((SrvMembership *) room->channel->members->pdata[i])->user->who->name);
  g_ptr_array_sort (names, compare_names);
  return names;
}

static Audience *
audience_of (SrvRoom *room, const SalDialect *dialect, guint variant)
{
  Audience *audience = NULL;

  for (guint i = 0; i < room->n_audiences; i++)
    {
      Audience *known = &room->audiences[i];

      if (known->dialect == dialect && known->variant == variant)
        return known;
    }
  room->audiences = g_renew (Audience, room->audiences, room->n_audiences + 1);
  audience = &room->audiences[room->n_audiences++];
  *audience = (Audience){ .dialect = dialect, .variant = variant, .members = g_ptr_array_new () };
  return audience;
}

static void
put_in (SrvMember *member)
{
  Audience *audience = audience_of (member->room, member->dialect, member->variant);

  member->index = audience->members->len;
  g_ptr_array_add (audience->members, member);
}

static void
take_out (SrvMember *member)
{
  Audience *audience = audience_of (member->room, member->dialect, member->variant);

  g_ptr_array_remove_index_fast (audience->members, member->index);
  if (member->index < audience->members->len)
    ((SrvMember *) audience->members->pdata[member->index])->index = member->index;
}

/**
 * srv_room_add:
 * @member: (transfer none): in no room; must stay until it is removed
 */
void
srv_room_add (SrvRoom *room, SrvMember *member)
{
  member->room = room;
  room->members++;
  put_in (member);
}

/**
 * srv_room_remove:
 * @member: in a room or not
 */
void
srv_room_remove (SrvMember *member)
{
  if (member->room == NULL)
    return;
  take_out (member);
  srv_room_set_lagging (member, FALSE);
  (void) srv_room_take_missed (member, NULL);
  member->room->members--;
  member->room = NULL;
}

/**
 * srv_room_set_variant:
 *
 * From now on @member gets its bytes in this form.
 */
void
srv_room_set_variant (SrvMember *member, guint variant)
{
  if (member->variant == variant)
    return;
  if (member->room != NULL)
    take_out (member);
  member->variant = variant;
  if (member->room != NULL)
    put_in (member);
}

/**
 * srv_room_set_lagging:
 * @member: in a room or not
 *
 * Somebody reads, but not as fast as the room speaks, or has caught up. Who does not
 * read at all is not lagging: nobody waits for them.
 */
void
srv_room_set_lagging (SrvMember *member, gboolean lagging)
{
  lagging = lagging && member->room != NULL;
  if (member->lagging == (lagging != FALSE))
    return;
  member->lagging = lagging != FALSE;
  if (lagging)
    member->room->lagging++;
  else
    member->room->lagging--;
}

/**
 * srv_room_get_lagging:
 *
 * Returns: how many of this worker's members cannot follow.
 */
guint
srv_room_get_lagging (const SrvRoom *room)
{
  return room->lagging;
}

/**
 * srv_room_set_lagging_elsewhere:
 * @worker: another one
 * @lagging: how many of its members cannot follow
 */
void
srv_room_set_lagging_elsewhere (SrvRoom *room, guint worker, guint lagging)
{
  if (room->elsewhere == NULL)
    room->elsewhere = g_array_new (FALSE, TRUE, sizeof (guint));
  if (worker >= room->elsewhere->len)
    g_array_set_size (room->elsewhere, worker + 1);
  g_array_index (room->elsewhere, guint, worker) = lagging;
}

/**
 * srv_room_is_behind:
 *
 * Returns: whether more than half of those who read here, in whatever worker, cannot follow.
 * Then those who speak have to wait: nobody is served by throwing the readers out. A few slow
 * readers never hold a room.
 */
gboolean
srv_room_is_behind (const SrvRoom *room)
{
  guint lagging = room->lagging;

  for (guint i = 0; room->elsewhere != NULL && i < room->elsewhere->len; i++)
    lagging += g_array_index (room->elsewhere, guint, i);
  return lagging > 0 && 2 * lagging > MAX (room->members, srv_room_count (room));
}

/**
 * srv_room_foreach:
 * @func: called with @data for each member; it may not put anybody in or out
 */
void
srv_room_foreach (SrvRoom *room, void (*func) (SrvMember *, gpointer), gpointer data)
{
  for (guint i = 0; i < room->n_audiences; i++)
    {
      const GPtrArray *members = room->audiences[i].members;

      for (guint m = 0; m < members->len; m++)
        func (members->pdata[m], data);
    }
}

/* Left out, and noted. */
static gboolean
is_left_out (const SrvAddressees *whom, SrvMember *member)
{
  Missed *missed = NULL;

  if (whom->seq == 0 || !member->outq->leaves_out)
    return FALSE;
  if (member->room->missed == NULL)
    member->room->missed = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  missed = g_hash_table_lookup (member->room->missed, member);
  if (missed == NULL)
    {
      missed = g_new0 (Missed, 1);
      missed->seq = whom->seq;
      g_hash_table_insert (member->room->missed, member, missed);
    }
  missed->messages++;
  return TRUE;
}

/**
 * srv_room_take_missed:
 * @member: in a room
 * @seq: (out) (optional): the number of the first of them
 *
 * Returns: how many messages were left out for @member since this was asked last.
 */
guint
srv_room_take_missed (SrvMember *member, guint64 *seq)
{
  SrvRoom *room = member->room;
  const Missed *missed = room->missed != NULL ? g_hash_table_lookup (room->missed, member) : NULL;
  guint messages = 0;

  if (missed == NULL)
    return 0;
  messages = missed->messages;
  if (seq != NULL)
    *seq = missed->seq;
  g_hash_table_remove (room->missed, member);
  if (g_hash_table_size (room->missed) == 0)
    g_clear_pointer (&room->missed, g_hash_table_unref);
  return messages;
}

static gboolean
is_meant (const SrvAddressees *whom, SrvMember *member)
{
  return (whom->skip == NULL || member->session != whom->skip) &&
         (whom->wants == NULL || whom->wants (member, whom->data)) && !is_left_out (whom, member);
}

static guint
deliver_to_audience (Audience *audience,
                     const SalEvent *event,
                     const SrvAddressees *whom,
                     GString *scratch)
{
  SrvMember **members = (SrvMember **) audience->members->pdata;
  gboolean everybody = whom->skip == NULL && whom->wants == NULL && whom->seq == 0;
  gboolean patient = whom->patient;
  guint deliveries = 0;
  guint n = 0;
  SrvFrame frame;

  if (audience->members->len == 0 ||
      (whom->dialect != NULL && (audience->dialect != whom->dialect ||
                                 (audience->variant & whom->variant) != whom->variant)))
    return 0;
  g_string_truncate (scratch, 0);
  audience->dialect->encode (scratch, event, audience->variant);
  if (scratch->len == 0)
    return 0;
  frame = srv_frame_stream_append (&audience->frames, scratch->str, scratch->len);
  n = audience->members->len;
  for (guint m = 0; m < n; m++)
    {
      SrvOutq *outq = members[m]->outq;

      if (!everybody && !is_meant (whom, members[m]))
        continue;
      srv_outq_put (outq, &frame);
      if (!patient)
        srv_outq_list_add (outq);
      deliveries++;
    }
  return deliveries;
}

/**
 * srv_room_deliver_to:
 * @whom: who of the members gets it
 * @scratch: overwritten
 *
 * Puts @event into queues, encoded once for all who get the same bytes.
 *
 * Returns: into how many.
 */
guint
srv_room_deliver_to (SrvRoom *room,
                     const SalEvent *event,
                     const SrvAddressees *whom,
                     GString *scratch)
{
  guint deliveries = 0;

  room->patient = room->patient || whom->patient;
  for (guint i = 0; i < room->n_audiences; i++)
    deliveries += deliver_to_audience (&room->audiences[i], event, whom, scratch);
  return deliveries;
}

/**
 * srv_room_deliver:
 * @scratch: overwritten
 *
 * Puts @event into the queue of every member.
 *
 * Returns: how many that were.
 */
guint
srv_room_deliver (SrvRoom *room, const SalEvent *event, GString *scratch)
{
  static const SrvAddressees everybody = { 0 };

  return srv_room_deliver_to (room, event, &everybody, scratch);
}

static void
let_go (SrvMember *member, gpointer data)
{
  if (member->outq->n > 0)
    srv_outq_list_add (member->outq);
}

/**
 * srv_room_let_go:
 *
 * What was delivered patiently waits no longer.
 */
void
srv_room_let_go (SrvRoom *room)
{
  srv_room_foreach (room, let_go, NULL);
  room->patient = FALSE;
}

/**
 * srv_room_is_patient:
 *
 * Returns: whether something was delivered patiently since srv_room_let_go().
 */
gboolean
srv_room_is_patient (const SrvRoom *room)
{
  return room->patient;
}

/**
 * srv_room_begin_turn:
 *
 * Something is delivered.
 *
 * Returns: whether that is the first thing since srv_room_end_turn().
 */
gboolean
srv_room_begin_turn (SrvRoom *room)
{
  gboolean first = !room->active;

  room->active = TRUE;
  return first;
}

/**
 * srv_room_end_turn:
 *
 * A quiet room holds no memory for what it might say next. Where something was delivered
 * patiently more may follow, which is to lie beside it, so that a queue holds all of it as one.
 */
void
srv_room_end_turn (SrvRoom *room)
{
  room->active = FALSE;
  if (room->patient)
    return;
  for (guint i = 0; i < room->n_audiences; i++)
    srv_frame_stream_clear (&room->audiences[i].frames);
}
