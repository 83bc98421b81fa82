/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Names and rooms that belong to somebody, as the log's judge sees to it: entries in, entries
 * out, and owners that are a table here.
 */
#include "config.h"

#include <string.h>

#include "server/log/srv-judge.h"

#define MOST_ROOMS 2

typedef struct
{
  SrvJudge *judge;
  GHashTable *rooms; /* name -> SrvOwnedRoom: what is kept */
  GString *said;     /* what became of the last request */
  gint64 now_us;
} Fixture;

static void
room_free (gpointer room)
{
  srv_owned_room_free (room);
}

/* A name that begins with a capital belongs to the account of that name; not so with a number
 * behind it. */
static gboolean
may_use (const char *name, const char *account, gpointer data)
{
  return !g_ascii_isupper (*name) || strchr (name, '_') != NULL || g_strcmp0 (name, account) == 0;
}

static gboolean
may_use_nothing (const char *name, const char *account, gpointer data)
{
  return FALSE;
}

static SrvOwnedRoom *
find_room (const char *name, gpointer data)
{
  Fixture *f = data;
  g_autofree char *key = g_ascii_strdown (name, -1);
  const SrvOwnedRoom *room = g_hash_table_lookup (f->rooms, key);

  return room != NULL ? srv_owned_room_copy (room) : NULL;
}

static gboolean
keep_room (const SrvOwnedRoom *room, gpointer data)
{
  Fixture *f = data;
  g_autofree char *key = g_ascii_strdown (room->name, -1);

  if (!g_hash_table_contains (f->rooms, key) && g_hash_table_size (f->rooms) >= MOST_ROOMS)
    return FALSE;
  g_hash_table_replace (f->rooms, g_steal_pointer (&key), srv_owned_room_copy (room));
  return TRUE;
}

static void
drop_room (const char *name, gpointer data)
{
  Fixture *f = data;
  g_autofree char *key = g_ascii_strdown (name, -1);

  g_hash_table_remove (f->rooms, key);
}

/* Up to 100 was known before. */
static gint64
mark (const char *account, const char *target, gint64 time_us, gpointer data)
{
  return MAX (time_us, 100);
}

static const SrvOwners owners = { may_use, find_room, keep_room, drop_room, mark };

static gint64
tell_time (gpointer data)
{
  const Fixture *f = data;

  return f->now_us;
}

static void
begin (Fixture *f)
{
  static const SrvJudgeHost host = { .clock = tell_time };

  srv_judge_free (f->judge);
  f->judge = srv_judge_new (&host, f);
  srv_judge_set_owners (f->judge, &owners, f);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  f->rooms = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, room_free);
  f->said = g_string_new (NULL);
  begin (f);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  srv_judge_free (f->judge);
  g_hash_table_unref (f->rooms);
  g_string_free (f->said, TRUE);
}

static void
describe (GString *out, const SrvEntry *entry)
{
  g_string_append (out, out->len > 0 ? "; " : "");
  if (entry->status == SRV_ENTRY_DENIED)
    g_string_append_printf (out, "denied %u", entry->code);
  else if (entry->status == SRV_ENTRY_VOID)
    g_string_append (out, "void");
  else if (entry->kind == SRV_ENTRY_CONNECT)
    g_string_append_printf (out, "is %s", entry->name);
  else if (entry->kind == SRV_ENTRY_NICK)
    g_string_append_printf (out, "nick %s", entry->target);
  else if (entry->kind == SRV_ENTRY_JOIN)
    g_string_append_printf (out, "%s joins %s%s", entry->name, entry->room,
                            entry->rank > 0 ? " as operator" : "");
  else
    g_string_append_printf (out, "%s %s %s: %s", entry->name, srv_entry_kind_name (entry->kind),
                            entry->room, entry->text);
}

static const char *
ask (Fixture *f, guint64 id, const SrvEntry *request)
{
  g_autoptr (GPtrArray) judged = g_ptr_array_new_with_free_func ((GDestroyNotify) srv_entry_unref);
  SrvEntry fields = *request;

  fields.origin.connection = id;
  fields.flags |= SRV_ENTRY_FLAG_IRC;
  fields.address = fields.address != NULL ? fields.address : "";
  fields.room = fields.room != NULL ? fields.room : "";
  srv_judge_entry (f->judge, srv_entry_new_from (&fields), judged);
  g_string_truncate (f->said, 0);
  for (guint i = 0; i < judged->len; i++)
    {
      const SrvEntry *entry = judged->pdata[i];

      describe (f->said, entry);
      /* A worker counts what comes back to it; what nobody asked for comes back to none. */
      g_assert_cmpuint (entry->origin.worker, ==,
                        entry->origin.connection == id ? 0 : SRV_ORIGIN_NO_WORKER);
    }
  return f->said->str;
}

static const char *
come (Fixture *f, guint64 id, const char *name, const char *account)
{
  const SrvEntry request = { .kind = SRV_ENTRY_CONNECT,
                             .name = name,
                             .account = account,
                             .host = "u@host",
                             .text = "Somebody" };

  return ask (f, id, &request);
}

static const char *
join (Fixture *f, guint64 id, const char *room, const char *key)
{
  const SrvEntry request = { .kind = SRV_ENTRY_JOIN, .name = "", .room = room, .text = key };

  return ask (f, id, &request);
}

static const char *
change (Fixture *f, guint64 id, SrvEntryKind kind, const char *room, const char *text)
{
  const SrvEntry request = { .kind = (guint8) kind, .name = "", .room = room, .text = text };

  return ask (f, id, &request);
}

static const char *
mode (Fixture *f, guint64 id, const char *text)
{
  return change (f, id, SRV_ENTRY_MODE, "tea", text);
}

static void
part (Fixture *f, guint64 id)
{
  const SrvEntry request = { .kind = SRV_ENTRY_LEAVE, .name = "", .room = "tea" };

  (void) ask (f, id, &request);
}

static const char *
nick (Fixture *f, guint64 id, const char *name)
{
  const SrvEntry request = { .kind = SRV_ENTRY_NICK, .name = "", .target = name };

  return ask (f, id, &request);
}

static void
test_names (Fixture *f, gconstpointer data)
{
  g_assert_cmpstr (come (f, 1, "Anna", NULL), ==, "denied 1433");
  g_assert_cmpstr (come (f, 1, "Anna", "Bea"), ==, "denied 1433");
  g_assert_cmpstr (come (f, 1, "anna", NULL), ==, "is anna");
  g_assert_cmpstr (nick (f, 1, "Bea"), ==, "denied 1433");
  g_assert_cmpstr (nick (f, 1, "bea"), ==, "nick bea");
  g_assert_cmpstr (come (f, 2, "Carla", "Carla"), ==, "is Carla");
  g_assert_cmpstr (nick (f, 2, "Dora"), ==, "denied 1433");
  g_assert_cmpstr (nick (f, 2, "bea"), ==, "denied 433");
  g_assert_cmpstr (nick (f, 2, "dora"), ==, "nick dora");
  g_assert_cmpstr (nick (f, 2, "Carla"), ==, "nick Carla");
  /* A second connection of hers. */
  g_assert_cmpstr (come (f, 3, "Carla", "Carla"), ==, "is Carla_2");
}

/* Who logs in while they are here keeps name and host. */
static void
test_login (Fixture *f, gconstpointer data)
{
  g_autoptr (GPtrArray) judged = g_ptr_array_new_with_free_func ((GDestroyNotify) srv_entry_unref);
  const SrvEntry request = {
    .kind = SRV_ENTRY_ACCOUNT, .origin.connection = 1, .name = "", .account = "Bea"
  };
  const SrvEntry *entry = NULL;

  g_assert_cmpstr (come (f, 1, "anna", "anna"), ==, "is anna");
  srv_judge_entry (f->judge, srv_entry_new_from (&request), judged);
  g_assert_cmpuint (judged->len, ==, 1);
  entry = judged->pdata[0];
  g_assert_cmpint (entry->status, ==, SRV_ENTRY_COMMITTED);
  g_assert_cmpstr (entry->account, ==, "Bea");
  g_assert_cmpstr (entry->name, ==, "anna");
  g_assert_cmpstr (entry->host, ==, "u@host");
}

/* Who speaks plain is not refused; they get another name. */
static void
test_plain_names (Fixture *f, gconstpointer data)
{
  SrvEntry request = {
    .kind = SRV_ENTRY_JOIN,
    .flags = SRV_ENTRY_FLAG_FIRST,
    .name = "Anna",
    .room = "lobby",
    .address = "",
    .host = "plain@host",
  };
  g_autoptr (GPtrArray) judged = g_ptr_array_new_with_free_func ((GDestroyNotify) srv_entry_unref);

  request.origin.connection = 1;
  srv_judge_entry (f->judge, srv_entry_new_from (&request), judged);
  g_assert_cmpuint (judged->len, ==, 1);
  g_assert_cmpstr (((SrvEntry *) judged->pdata[0])->name, ==, "Anna_2");
}

static void
come_all (Fixture *f)
{
  (void) come (f, 1, "anna", "anna");
  (void) come (f, 2, "bea", "bea");
  (void) come (f, 3, "carla", NULL);
}

static void
test_room (Fixture *f, gconstpointer data)
{
  come_all (f);
  g_assert_cmpstr (join (f, 1, "Tea", NULL), ==, "anna joins Tea as operator");
  g_assert_cmpstr (mode (f, 1, "+P"), ==, "anna mode Tea: +P");
  g_assert_cmpstr (mode (f, 1, "+P"), ==, "void");
  g_assert_cmpstr (mode (f, 1, "+mkl-t key 5"), ==, "anna mode Tea: +mkl-t key 5");
  g_assert_cmpstr (mode (f, 1, "+be bad!*@* $a:bea"), ==, "anna mode Tea: +be bad!*@* $a:bea");
  g_assert_cmpstr (change (f, 1, SRV_ENTRY_TOPIC, "tea", "Earl Grey"), ==,
                   "anna topic Tea: Earl Grey");
  part (f, 1);

  for (int i = 0; i < 2; i++)
    {
      g_assert_cmpstr (join (f, 2, "tea", NULL), ==, "denied 475");
      g_assert_cmpstr (join (f, 2, "TEA", "key"), ==,
                       "bea joins Tea; anna mode Tea: +Pklm-t key 5; "
                       "anna mode Tea: +be bad!*@* $a:bea; anna topic Tea: Earl Grey");
      g_assert_cmpstr (join (f, 1, "tea", NULL), ==, "anna joins Tea; anna mode Tea: +o anna");
      part (f, 1);
      part (f, 2);
      g_assert_cmpstr (join (f, 1, "tea", NULL), ==,
                       "anna joins Tea as operator; anna mode Tea: +Pklm-t key 5; "
                       "anna mode Tea: +be bad!*@* $a:bea; anna topic Tea: Earl Grey");
      part (f, 1);
      /* The server ends and starts again. */
      begin (f);
      come_all (f);
    }

  /* Given up. */
  (void) join (f, 1, "tea", NULL);
  g_assert_cmpstr (mode (f, 1, "-P"), ==, "anna mode Tea: -P");
  part (f, 1);
  g_assert_cmpstr (join (f, 2, "tea", NULL), ==, "bea joins tea as operator");
  g_assert_cmpuint (g_hash_table_size (f->rooms), ==, 0);
}

static void
test_room_denied (Fixture *f, gconstpointer data)
{
  come_all (f);
  (void) join (f, 3, "tea", NULL);
  g_assert_cmpstr (mode (f, 3, "+P"), ==, "denied 1477; void");
  (void) join (f, 1, "tea", NULL);
  g_assert_cmpstr (mode (f, 1, "+P"), ==, "denied 482");
  (void) mode (f, 3, "+o anna");
  g_assert_cmpstr (mode (f, 1, "+P"), ==, "anna mode tea: +P");
  /* An operator of the room is not the one to whom it belongs. */
  g_assert_cmpstr (mode (f, 3, "-P"), ==, "denied 2482; void");
  g_assert_cmpstr (mode (f, 3, "-P+m"), ==, "denied 2482; carla mode tea: +m");
  g_assert_cmpstr (mode (f, 1, "-P"), ==, "anna mode tea: -P");
  g_assert_cmpuint (g_hash_table_size (f->rooms), ==, 0);
  /* Said and taken back in one line: what is kept is what the room is. */
  g_assert_cmpstr (mode (f, 1, "+nP-mP"), ==, "anna mode tea: +P-m; anna mode tea: -P");
  g_assert_cmpuint (g_hash_table_size (f->rooms), ==, 0);
  g_assert_cmpstr (mode (f, 1, "+P-P+P"), ==,
                   "anna mode tea: +P; anna mode tea: -P; anna mode tea: +P");
  g_assert_cmpuint (g_hash_table_size (f->rooms), ==, 1);
  g_assert_cmpstr (mode (f, 1, "-P+P-P"), ==,
                   "anna mode tea: -P; anna mode tea: +P; anna mode tea: -P");
  g_assert_cmpuint (g_hash_table_size (f->rooms), ==, 0);

  for (int i = 0; i < MOST_ROOMS; i++)
    {
      g_autofree char *name = g_strdup_printf ("room%d", i);
      g_autofree char *all = g_strdup_printf ("bea mode %s: +P", name);

      (void) join (f, 2, name, NULL);
      g_assert_cmpstr (change (f, 2, SRV_ENTRY_MODE, name, "+P"), ==, all);
    }
  (void) join (f, 2, "more", NULL);
  g_assert_cmpstr (change (f, 2, SRV_ENTRY_MODE, "more", "+P"), ==, "denied 1482; void");
}

/* Who is banned comes in neither first nor later; its founder always. */
static void
test_room_rules (Fixture *f, gconstpointer data)
{
  come_all (f);
  (void) join (f, 1, "tea", NULL);
  (void) mode (f, 1, "+P");
  (void) mode (f, 1, "+ibbl carla!*@* anna!*@* 1");
  part (f, 1);
  g_assert_cmpstr (join (f, 3, "tea", NULL), ==, "denied 473");
  (void) join (f, 1, "tea", NULL);
  (void) mode (f, 1, "-i");
  part (f, 1);
  g_assert_cmpstr (join (f, 3, "tea", NULL), ==, "denied 474");
  (void) join (f, 2, "tea", NULL);
  g_assert_true (g_str_has_prefix (join (f, 1, "tea", NULL), "anna joins tea; "));
}

/* What is kept of the room "tea": when its topic and its masks were set. */
static char *
times_kept (const Fixture *f)
{
  const SrvOwnedRoom *room = g_hash_table_lookup (f->rooms, "tea");
  GString *text = g_string_new (NULL);

  g_string_append_printf (text, "%s %s %d", room->topic, room->topic_by, (int) room->topic_us);
  for (guint i = 0; i < room->masks->len; i++)
    {
      const SrvRoomMask *mask = room->masks->pdata[i];

      g_string_append_printf (text, "; %s %s %d", mask->mask, mask->setter, (int) mask->set_us);
    }
  return g_string_free (text, FALSE);
}

/* A room that wakes has what it had since it had it: in the judge, which keeps it again, and in
 * what others are told. */
static void
test_times (Fixture *f, gconstpointer data)
{
  static const char kept[] = "Earl Grey anna!u@host 2000; *!*@one anna 3000; *!*@two anna 4000";
  const SrvEntry topic = {
    .kind = SRV_ENTRY_TOPIC, .name = "anna", .room = "tea", .text = "Earl Grey"
  };

  f->now_us = 1000;
  come_all (f);
  (void) join (f, 1, "tea", NULL);
  (void) mode (f, 1, "+P");
  f->now_us = 2000;
  (void) ask (f, 1, &topic);
  f->now_us = 3000;
  (void) mode (f, 1, "+b *!*@one");
  f->now_us = 4000;
  (void) mode (f, 1, "+b *!*@two");
  for (int i = 0; i < 2; i++)
    {
      g_autofree char *times = NULL;

      part (f, 1);
      f->now_us += 5000;
      (void) join (f, 1, "tea", NULL);
      (void) mode (f, 1, i == 0 ? "+m" : "-m");
      times = times_kept (f);
      g_assert_cmpstr (times, ==, kept);
    }
}

/* A mask that nobody can set any more, as an older version has kept it, is taken off as it is listed; and
 * not for another one that is the same when it is completed. */
static void
test_old_masks (Fixture *f, gconstpointer data)
{
  SrvOwnedRoom *room = srv_owned_room_new ("tea", "anna");

  srv_owned_room_add_mask (room, 'b', "*!@one", "anna", 1000);
  srv_owned_room_add_mask (room, 'b', "*!*@two", "anna", 1000);
  (void) keep_room (room, f);
  srv_owned_room_free (room);
  come_all (f);
  (void) join (f, 1, "tea", NULL);
  g_assert_cmpstr (mode (f, 1, "-b @one"), ==, "void");
  g_assert_cmpstr (mode (f, 1, "-b *!@ONE"), ==, "anna mode tea: -b *!@ONE");
  g_assert_cmpstr (mode (f, 1, "-b *!@two"), ==, "anna mode tea: -b *!*@two");
}

/* Somebody without an account who has the founder's name is not the founder. */
static void
test_impostor (Fixture *f, gconstpointer data)
{
  come_all (f);
  (void) join (f, 1, "tea", NULL);
  (void) mode (f, 1, "+Pk key");
  begin (f);
  (void) come (f, 4, "anna", NULL);
  g_assert_cmpstr (join (f, 4, "tea", NULL), ==, "denied 475");
  g_assert_true (g_str_has_prefix (join (f, 4, "tea", "key"), "anna joins tea; "));
}

/* More masks than one line holds. */
static void
test_many_masks (Fixture *f, gconstpointer data)
{
  come_all (f);
  (void) join (f, 1, "tea", NULL);
  (void) mode (f, 1, "+P");
  for (int i = 0; i < 50; i++)
    {
      g_autofree char *text = g_strdup_printf ("+b somebody%040d!*@*", i);

      g_assert_true (g_str_has_prefix (mode (f, 1, text), "anna mode"));
    }
  part (f, 1);
  (void) join (f, 2, "tea", NULL);
  for (const char *at = f->said->str; at != NULL; at = strchr (at + 1, ';'))
    {
      const char *end = strchr (at + 1, ';');

      g_assert_cmpint (end != NULL ? end - at : (gssize) strlen (at), <, 450);
    }
  g_assert_nonnull (strstr (f->said->str, "0049!*@*"));
}

/* Somebody plain whose name belongs to an account, and so do all its numbered forms: they do
 * not get in, and nothing of them stays. */
static void
test_no_name_left (Fixture *f, gconstpointer data)
{
  static const SrvOwners greedy = { may_use_nothing, find_room, keep_room, drop_room, mark };
  const SrvEntry request = {
    .kind = SRV_ENTRY_JOIN, .flags = SRV_ENTRY_FLAG_FIRST, .name = "Ada", .room = "tea"
  };
  const SrvEntry leave = { .kind = SRV_ENTRY_LEAVE, .name = "Ada", .room = "tea", .final = TRUE };

  srv_judge_set_owners (f->judge, &greedy, f);
  g_assert_cmpstr (ask (f, 1, &request), ==, "denied 1433");
  g_assert_cmpstr (ask (f, 1, &leave), ==, "void");
  srv_judge_set_owners (f->judge, &owners, f);
  g_assert_cmpstr (ask (f, 2, &request), ==, "Ada_2 joins tea");
}

#define ADD(path, func) g_test_add ("/log/owners/" path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("names-belong-to-accounts", test_names);
  ADD ("logging-in-changes-the-account-alone", test_login);
  ADD ("plain-people-get-another-name", test_plain_names);
  ADD ("there-may-be-no-name-left", test_no_name_left);
  ADD ("a-room-is-found-as-it-was-left", test_room);
  ADD ("who-may-own-a-room", test_room_denied);
  ADD ("rules-hold-before-anybody-is-inside", test_room_rules);
  ADD ("what-was-set-keeps-its-time", test_times);
  ADD ("a-name-is-no-account", test_impostor);
  ADD ("many-masks-are-several-changes", test_many_masks);
  ADD ("old-masks-are-taken-off-as-they-are-listed", test_old_masks);
  return g_test_run ();
}
