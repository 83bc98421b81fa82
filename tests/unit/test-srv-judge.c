/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The judge, without a log: requests one after the other, and what becomes of each.
 */
#include "config.h"

#include "server/log/srv-judge.h"

#include "common/base/sal-limits.h"
#include "common/proto/sal-irc-numeric.h"

typedef struct
{
  guint64 who;
  SrvEntryKind kind;
  const char *room;
  const char *target;
  const char *text;
  guint code;       /* 0: it happens */
  guint entries;    /* that it becomes */
  const char *says; /* (nullable): the text of the last of them */
} Step;

/* 1 and 2 speak IRC and are called ann and bob; 3 speaks plain and has no name yet. */
static const Step steps[] = {
  { 1, SRV_ENTRY_MESSAGE, "tea", NULL, "x", ERR_NOSUCHCHANNEL, 1, "x" },
  { 1, SRV_ENTRY_JOIN, "tea", NULL, NULL, 0, 1, NULL },
  { 1, SRV_ENTRY_JOIN, "TEA", NULL, NULL, 0, 1, NULL }, /* void */
  { 2, SRV_ENTRY_MESSAGE, "tea", NULL, "x", ERR_CANNOTSENDTOCHAN, 1, "x" },
  { 2, SRV_ENTRY_TOPIC, "tea", NULL, "x", ERR_NOTONCHANNEL, 1, "x" },
  { 1, SRV_ENTRY_MODE, "tea", NULL, "+kl secret 2", 0, 1, "+kl secret 2" },
  { 2, SRV_ENTRY_JOIN, "tea", NULL, "wrong", ERR_BADCHANNELKEY, 1, "wrong" },
  { 2, SRV_ENTRY_JOIN, "tea", NULL, "secret", 0, 1, NULL }, /* nobody reads the key */
  { 3, SRV_ENTRY_JOIN, "tea", NULL, "secret", ERR_CHANNELISFULL, 1, "secret" },
  { 1, SRV_ENTRY_MODE, "tea", NULL, "-l", 0, 1, "-l" },
  { 2, SRV_ENTRY_MODE, "tea", NULL, "+o ann", ERR_CHANOPRIVSNEEDED, 1, "+o ann" },
  { 1, SRV_ENTRY_MODE, "tea", NULL, "+xvo nobody bob", 0, 3, "+o bob" },
  { 1, SRV_ENTRY_MODE, "tea", NULL, "+o bob", 0, 1, NULL }, /* void */
  { 1, SRV_ENTRY_MODE, "tea", NULL, "-o+b bob bob", 0, 1, "-o+b bob bob!*@*" },
  { 2, SRV_ENTRY_MESSAGE, "tea", NULL, "x", ERR_CANNOTSENDTOCHAN, 1, "x" },
  { 1, SRV_ENTRY_KICK, "tea", "bob", "out", 0, 1, "out" },
  { 1, SRV_ENTRY_KICK, "tea", "bob", "out", ERR_USERNOTINCHANNEL, 1, "out" },
  { 2, SRV_ENTRY_JOIN, "tea", NULL, "secret", ERR_BANNEDFROMCHAN, 1, "secret" },
  /* What a line says before holds for what it says after. */
  { 1, SRV_ENTRY_MODE, "tea", NULL, "-k+k-k+i-i secret new", 0, 1, "-k+k-k+i-i secret new new" },
  { 1, SRV_ENTRY_MODE, "tea", NULL, "+k-k new", 0, 1, "+k-k new new" },
  { 1, SRV_ENTRY_MODE, "tea", NULL, "+kkk-k a a b", 0, 1, "+kk-k a b b" },
  { 1, SRV_ENTRY_MODE, "tea", NULL, "+l-l+ll 007 9 9", 0, 1, "+l-l+l 7 9" },
  { 1, SRV_ENTRY_MODE, "tea", NULL, "-l+i-ii", 0, 1, "-l+i-i" },
  { 1, SRV_ENTRY_MODE, "tea", NULL, "+bbb-b X x!*@* y x", 0, 1, "+bb-b X!*@* y!*@* x!*@*" },
  { 1, SRV_ENTRY_MODE, "tea", NULL, "-b-b+b-b y y Y y", 0, 1, "-b+b-b y!*@* Y!*@* y!*@*" },
  { 1, SRV_ENTRY_MODE, "tea", NULL, "+v-v-v+vv ann ANN ann ann ann", 0, 1, "+v-v+v ann ann ann" },
  { 1, SRV_ENTRY_MODE, "tea", NULL, "-v+k ann secret", 0, 1, "-v+k ann secret" },
  /* A mask that would match nobody is none; what somebody is to be freed of may be anything. */
  { 1, SRV_ENTRY_MODE, "tea", NULL, "+bbbbI $a:bob $a: $x:bob $ $a", 0, 4, "+bI $a:bob $a" },
  { 1, SRV_ENTRY_MODE, "tea", NULL, "-bbI $x:bob $a:bob $a", 0, 1, "-bI $a:bob $a" },
  { 2, SRV_ENTRY_INVITE, "tea", "ann", NULL, ERR_NOTONCHANNEL, 1, NULL },
  { 1, SRV_ENTRY_INVITE, "tea", "bob", NULL, 0, 1, NULL },
  { 2, SRV_ENTRY_JOIN, "tea", NULL, NULL, 0, 1, NULL }, /* an invitation opens every door */
  { 2, SRV_ENTRY_JOIN, "milk", NULL, NULL, 0, 1, NULL },
  { 2, SRV_ENTRY_NICK, "", "ANN", NULL, ERR_NICKNAMEINUSE, 1, NULL },
  { 2, SRV_ENTRY_NICK, "", "Bob", NULL, 0, 2, NULL }, /* one in each room */
  { 1, SRV_ENTRY_MESSAGE, "", "nobody", "x", ERR_NOSUCHNICK, 1, "x" },
  { 1, SRV_ENTRY_MESSAGE, "", "bob", "x", 0, 1, "x" },
  { 1, SRV_ENTRY_KILL, "", "bob", "x", ERR_NOPRIVILEGES, 1, "x" },
  { 1, SRV_ENTRY_WALLOPS, "", NULL, "x", ERR_NOPRIVILEGES, 1, "x" },
  { 1, SRV_ENTRY_CHGHOST, "", "a@b", "bob", ERR_NOPRIVILEGES, 1, "bob" },
  { 1, SRV_ENTRY_UMODE, "", NULL, "+o", 0, 1, "+o" },
  { 1, SRV_ENTRY_CHGHOST, "", "a@b", "bob", 0, 1, "bob" },
  { 1, SRV_ENTRY_KILL, "", "bob", "x", 0, 2, "x" }, /* a quit for each room */
  { 2, SRV_ENTRY_MESSAGE, "tea", NULL, "x", ERR_NOTREGISTERED, 1, "x" },
  { 3, SRV_ENTRY_JOIN, "tea", NULL, "secret", 0, 1, NULL },
  { 3, SRV_ENTRY_LEAVE, "nowhere", NULL, NULL, ERR_NOSUCHCHANNEL, 1, NULL },
};

static const SrvJudgeHost host = { NULL };

static GPtrArray *
ask (SrvJudge *judge, const SrvEntry *fields)
{
  GPtrArray *judged = g_ptr_array_new_with_free_func ((GDestroyNotify) srv_entry_unref);

  srv_judge_entry (judge, srv_entry_new_from (fields), judged);
  g_assert_cmpuint (judged->len, >, 0);
  for (guint i = 0; i < judged->len; i++)
    {
      const SrvEntry *entry = judged->pdata[i];

      g_assert_cmpint ((entry->flags & SRV_ENTRY_FLAG_MORE) != 0, ==, i + 1 < judged->len);
      g_assert_cmpuint (entry->origin.connection, ==, fields->origin.connection);
    }
  return judged;
}

static void
connect_person (SrvJudge *judge, guint64 who, const char *name, guint code)
{
  SrvEntry fields = { .kind = SRV_ENTRY_CONNECT,
                      .flags = SRV_ENTRY_FLAG_IRC,
                      .origin = { .connection = who },
                      .name = name,
                      .host = "~u@h",
                      .text = "Real" };
  g_autoptr (GPtrArray) judged = ask (judge, &fields);

  g_assert_cmpuint (((SrvEntry *) judged->pdata[0])->code, ==, code);
}

static void
test_steps (void)
{
  g_autoptr (SrvJudge) judge = srv_judge_new (&host, NULL);

  connect_person (judge, 1, "ann", 0);
  connect_person (judge, 2, "bob", 0);
  connect_person (judge, 4, "ANN", ERR_NICKNAMEINUSE);
  connect_person (judge, 1, "other", ERR_ALREADYREGISTERED);
  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      const Step *step = &steps[i];
      SrvEntry fields = { .kind = (guint8) step->kind,
                          .flags = step->who == 3 ? SRV_ENTRY_FLAG_FIRST : 0,
                          .origin = { .connection = step->who },
                          .room = step->room,
                          .name = "3d",
                          .host = "~u@h",
                          .target = step->target,
                          .text = step->text };
      g_autoptr (GPtrArray) judged = ask (judge, &fields);
      const SrvEntry *last = judged->pdata[judged->len - 1];

      g_test_message ("step %u", i);
      g_assert_cmpuint (judged->len, ==, step->entries);
      g_assert_cmpuint (last->code, ==, step->code);
      g_assert_cmpint (last->status == SRV_ENTRY_DENIED, ==, step->code != 0);
      if (step->says != NULL || last->status == SRV_ENTRY_COMMITTED)
        g_assert_cmpstr (last->text, ==, step->says);
    }
}

/* A plain name that is no nickname becomes one; the first in a room of the server's own is not
 * its operator, the first in another is. */
static void
test_newcomers (void)
{
  g_autoptr (SrvJudge) judge = srv_judge_new (&host, NULL);
  static const char *const rooms[] = { "Lobby", "tea" };

  srv_judge_reserve_room (judge, "lobby");
  connect_person (judge, 1, "ann", 0);
  for (guint i = 0; i < 2; i++)
    {
      SrvEntry fields = { .kind = SRV_ENTRY_JOIN,
                          .flags = SRV_ENTRY_FLAG_IRC,
                          .origin = { .connection = 1 },
                          .room = rooms[i],
                          .name = "ann" };
      g_autoptr (GPtrArray) judged = ask (judge, &fields);

      g_assert_cmpuint (((SrvEntry *) judged->pdata[0])->rank, ==, i == 0 ? 0 : SRV_RANK_OPERATOR);
    }
  {
    SrvEntry fields = { .kind = SRV_ENTRY_JOIN,
                        .flags = SRV_ENTRY_FLAG_FIRST,
                        .origin = { .connection = 3 },
                        .room = "milk",
                        .name = "3com" };
    g_autoptr (GPtrArray) judged = ask (judge, &fields);

    g_assert_cmpstr (((SrvEntry *) judged->pdata[0])->name, ==, "_3com");
    g_assert_cmpuint (((SrvEntry *) judged->pdata[0])->rank, ==, 0);
  }
}

/* What the server takes away from somebody who is gone by then is nothing that happens. */
static void
test_taken_from_nobody (void)
{
  g_autoptr (SrvJudge) judge = srv_judge_new (&host, NULL);
  static const SrvEntryKind kinds[] = { SRV_ENTRY_UMODE, SRV_ENTRY_ACCOUNT, SRV_ENTRY_WALLOPS };

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      SrvEntry fields = { .kind = (guint8) kinds[i],
                          .flags = SRV_ENTRY_FLAG_SERVER,
                          .origin = { .connection = 1 },
                          .text = "-o" };
      g_autoptr (GPtrArray) judged = ask (judge, &fields);

      g_assert_cmpuint (judged->len, ==, 1);
      g_assert_cmpint (((SrvEntry *) judged->pdata[0])->status, ==, SRV_ENTRY_VOID);
    }
}

/* Nobody asks in somebody's place for what only that one can ask for. */
static void
test_in_nobodys_place (void)
{
  g_autoptr (SrvJudge) judge = srv_judge_new (&host, NULL);
  static const SrvEntryKind kinds[] = { SRV_ENTRY_NICK, SRV_ENTRY_REDACT, SRV_ENTRY_INVITE,
                                        SRV_ENTRY_MARK };
  SrvEntry join = { .kind = SRV_ENTRY_JOIN, .origin = { .connection = 1 }, .room = "tea" };

  connect_person (judge, 1, "ann", 0);
  g_ptr_array_unref (ask (judge, &join));
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      SrvEntry fields = { .kind = (guint8) kinds[i],
                          .flags = SRV_ENTRY_FLAG_SERVER,
                          .origin = { .connection = 9 },
                          .room = "tea",
                          .target = "ann",
                          .number = 1 };
      g_autoptr (GPtrArray) judged = ask (judge, &fields);

      g_assert_cmpuint (judged->len, ==, 1);
      g_assert_cmpuint (((SrvEntry *) judged->pdata[0])->code, ==, ERR_NOTREGISTERED);
    }
}

/* A log that has one message, and a clock. */
typedef struct
{
  SrvEntry *said; /* (owned) (nullable) */
  gint64 now_us;
} OneMessage;

static SrvEntry *
find_one (guint64 seq, gpointer data)
{
  OneMessage *log = data;

  return log->said != NULL ? srv_entry_ref (log->said) : NULL;
}

static gint64
tell_time (gpointer data)
{
  return ((OneMessage *) data)->now_us;
}

static void
do_as (SrvJudge *judge, guint64 who, SrvEntryKind kind, const char *target, guint code)
{
  SrvEntry fields = { .kind = (guint8) kind,
                      .flags = SRV_ENTRY_FLAG_IRC,
                      .origin = { .connection = who },
                      .room = kind == SRV_ENTRY_NICK ? "" : "tea",
                      .host = "~u@h",
                      .target = target,
                      .text = "x",
                      .account = kind == SRV_ENTRY_ACCOUNT ? target : NULL,
                      .final = kind == SRV_ENTRY_LEAVE,
                      .number = 1 };
  g_autoptr (GPtrArray) judged = NULL;

  if (kind == SRV_ENTRY_REDACT || kind == SRV_ENTRY_ACCOUNT)
    fields.target = NULL;
  judged = ask (judge, &fields);
  g_assert_cmpuint (((SrvEntry *) judged->pdata[0])->code, ==, code);
}

/* Without an account what somebody has said is theirs for as long as they have the name under which
 * they said it. */
static void
test_whose_message (void)
{
  static const SrvJudgeHost log_host = { .find = find_one, .clock = tell_time };
  OneMessage log = { NULL, 5 * G_USEC_PER_SEC + 10 };
  g_autoptr (SrvJudge) judge = srv_judge_new (&log_host, &log);
  SrvEntry said = { .kind = SRV_ENTRY_MESSAGE, .room = "tea", .name = "bob", .host = "~u@h" };

  connect_person (judge, 1, "ann", 0);
  connect_person (judge, 2, "bob", 0);
  do_as (judge, 1, SRV_ENTRY_JOIN, NULL, 0);
  do_as (judge, 2, SRV_ENTRY_JOIN, NULL, 0);
  said.time_us = log.now_us += 1000;
  log.said = srv_entry_new_from (&said);
  do_as (judge, 2, SRV_ENTRY_REDACT, NULL, 0);
  log.now_us += 1000;
  do_as (judge, 2, SRV_ENTRY_NICK, "BOB", 0); /* still the same */
  do_as (judge, 2, SRV_ENTRY_REDACT, NULL, 0);

  /* Somebody else of that name, a moment later and from the same address, is not them. */
  log.now_us += 1000;
  do_as (judge, 2, SRV_ENTRY_NICK, "rob", 0);
  do_as (judge, 2, SRV_ENTRY_REDACT, NULL, ERR_CHANOPRIVSNEEDED);
  log.now_us += 1000;
  connect_person (judge, 3, "bob", 0);
  do_as (judge, 3, SRV_ENTRY_JOIN, NULL, 0);
  do_as (judge, 3, SRV_ENTRY_REDACT, NULL, ERR_CHANOPRIVSNEEDED);
  log.now_us += 1000;
  do_as (judge, 3, SRV_ENTRY_LEAVE, NULL, 0);
  do_as (judge, 2, SRV_ENTRY_NICK, "bob", 0); /* who can tell? */
  do_as (judge, 2, SRV_ENTRY_REDACT, NULL, ERR_CHANOPRIVSNEEDED);
  do_as (judge, 1, SRV_ENTRY_REDACT, NULL, 0); /* keeps order there */

  /* With an account it is that which counts. */
  srv_entry_unref (log.said);
  said.account = "Bob";
  said.name = "robert";
  log.said = srv_entry_new_from (&said);
  do_as (judge, 2, SRV_ENTRY_REDACT, NULL, ERR_CHANOPRIVSNEEDED);
  do_as (judge, 2, SRV_ENTRY_ACCOUNT, "Bob", 0);
  do_as (judge, 2, SRV_ENTRY_REDACT, NULL, 0);
  srv_entry_unref (log.said);
}

/* Somebody on plain who is not let in was never there: nobody hears of them, and their name is
 * free. */
static void
test_not_let_in (void)
{
  g_autoptr (SrvJudge) judge = srv_judge_new (&host, NULL);
  SrvEntry create = { .kind = SRV_ENTRY_JOIN, .origin = { .connection = 1 }, .room = "tea" };
  SrvEntry close = { .kind = SRV_ENTRY_MODE,
                     .flags = SRV_ENTRY_FLAG_SERVER,
                     .origin = { .connection = 1 },
                     .room = "tea",
                     .text = "+i" };
  SrvEntry leave = {
    .kind = SRV_ENTRY_LEAVE, .origin = { .connection = 2 }, .room = "tea", .final = TRUE
  };

  connect_person (judge, 1, "ann", 0);
  g_ptr_array_unref (ask (judge, &create));
  g_ptr_array_unref (ask (judge, &close));
  for (guint i = 0; i < 2; i++)
    {
      SrvEntry fields = { .kind = SRV_ENTRY_JOIN,
                          .flags = SRV_ENTRY_FLAG_FIRST,
                          .origin = { .connection = 2 },
                          .room = "tea",
                          .name = "Ann" };
      g_autoptr (GPtrArray) denied = ask (judge, &fields);
      g_autoptr (GPtrArray) gone = ask (judge, &leave);

      g_assert_cmpuint (((SrvEntry *) denied->pdata[0])->code, ==, ERR_INVITEONLYCHAN);
      g_assert_cmpint (((SrvEntry *) gone->pdata[0])->status, ==, SRV_ENTRY_VOID);
    }
  {
    SrvEntry fields = { .kind = SRV_ENTRY_JOIN,
                        .flags = SRV_ENTRY_FLAG_FIRST,
                        .origin = { .connection = 3 },
                        .room = "milk",
                        .name = "Ann" };
    g_autoptr (GPtrArray) judged = ask (judge, &fields);

    g_assert_cmpstr (((SrvEntry *) judged->pdata[0])->name, ==, "Ann_2");
  }
}

/* Who is put out after they had asked to come into another room, with IRC or plain, is gone:
 * their name is free, and nobody is in that room. */
static void
test_put_out_before_joining (void)
{
  static const guint flags[] = { SRV_ENTRY_FLAG_IRC, 0 };

  for (guint i = 0; i < G_N_ELEMENTS (flags); i++)
    {
      g_autoptr (SrvJudge) judge = srv_judge_new (&host, NULL);
      SrvEntry kill = { .kind = SRV_ENTRY_KILL,
                        .flags = SRV_ENTRY_FLAG_SERVER,
                        .origin = { .connection = 9 },
                        .room = "",
                        .name = "server",
                        .target = "bob" };
      SrvEntry first = { .kind = SRV_ENTRY_JOIN,
                         .flags = SRV_ENTRY_FLAG_FIRST,
                         .origin = { .connection = 2 },
                         .room = "tea",
                         .name = "bob",
                         .host = "~u@h" };
      SrvEntry join = { .kind = SRV_ENTRY_JOIN,
                        .flags = (guint8) flags[i],
                        .origin = { .connection = 2 },
                        .room = "milk",
                        .name = "bob",
                        .host = "~u@h" };

      if (flags[i] & SRV_ENTRY_FLAG_IRC)
        connect_person (judge, 2, "bob", 0);
      else
        g_ptr_array_unref (ask (judge, &first));
      g_ptr_array_unref (ask (judge, &kill));
      {
        g_autoptr (GPtrArray) judged = ask (judge, &join);

        g_assert_cmpint (((SrvEntry *) judged->pdata[0])->status, ==, SRV_ENTRY_DENIED);
        g_assert_cmpuint (((SrvEntry *) judged->pdata[0])->code, ==, ERR_NOTREGISTERED);
      }
      connect_person (judge, 3, "bob", 0);
    }
}

/* A list has an end, also for what one line adds to it; what it takes off makes room. */
static void
test_full_list (void)
{
  g_autoptr (SrvJudge) judge = srv_judge_new (&host, NULL);
  SrvEntry fields = { .kind = SRV_ENTRY_JOIN, .origin = { .connection = 1 }, .room = "tea" };
  guint full = 0;

  connect_person (judge, 1, "ann", 0);
  g_ptr_array_unref (ask (judge, &fields));
  fields.kind = SRV_ENTRY_MODE;
  for (guint i = 0; i < SAL_MASKS_PER_ROOM + 15; i += 15)
    {
      g_autoptr (GString) text = g_string_new ("+bbbbbbbbbbbbbbb");
      g_autoptr (GPtrArray) judged = NULL;

      for (guint n = 0; n < 15; n++)
        g_string_append_printf (text, " m%u", i + n);
      fields.text = text->str;
      judged = ask (judge, &fields);
      for (guint n = 0; n < judged->len; n++)
        full += ((SrvEntry *) judged->pdata[n])->code == ERR_BANLISTFULL;
    }
  g_assert_cmpuint (full, ==, 20); /* 7 * 15 and once more, of which 100 have a place */
  {
    static const char *const texts[][2] = { { "+b m7", NULL },
                                            { "-b+bb m7 n7 n8", "-b+b m7!*@* n7!*@*" },
                                            { "+e m7", "+e m7!*@*" } };

    for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
      {
        g_autoptr (GPtrArray) judged = NULL;
        const SrvEntry *last = NULL;

        fields.text = texts[i][0];
        judged = ask (judge, &fields);
        last = judged->pdata[judged->len - 1];
        g_assert_cmpint (last->status, ==,
                         texts[i][1] != NULL ? SRV_ENTRY_COMMITTED : SRV_ENTRY_VOID);
        if (texts[i][1] != NULL)
          g_assert_cmpstr (last->text, ==, texts[i][1]);
      }
  }
}

/* What does not fit into one entry is given in two, and the first has changed the room: the key
 * that the second takes away is the one it has by then, if it has one. */
static void
test_key_in_two_entries (void)
{
  static const struct
  {
    const char *letters;
    const char *key; /* (nullable): parameter of the first letter */
    const char *first, *second;
  } rows[] = {
    { "-k+bb-k", "*", "-k+bb sixchr", NULL },
    { "+kbb-k", "another", "+kbb another", "-k another" },
  };
  g_autofree char *filler = g_strnfill (229, 'm');
  g_autofree char *masks = g_strdup_printf ("a%s!*@* b%s!*@*", filler, filler);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (SrvJudge) judge = srv_judge_new (&host, NULL);
      g_autofree char *text = g_strdup_printf ("%s %s %s x", rows[i].letters, rows[i].key, masks);
      g_autofree char *first = g_strdup_printf ("%s %s", rows[i].first, masks);
      SrvEntry join = { .kind = SRV_ENTRY_JOIN, .origin = { .connection = 1 }, .room = "tea" };
      SrvEntry close = {
        .kind = SRV_ENTRY_MODE, .origin = { .connection = 1 }, .room = "tea", .text = "+k sixchr"
      };
      SrvEntry change = {
        .kind = SRV_ENTRY_MODE, .origin = { .connection = 1 }, .room = "tea", .text = text
      };
      g_autoptr (GPtrArray) judged = NULL;
      const SrvEntry *last = NULL;

      connect_person (judge, 1, "ann", 0);
      g_ptr_array_unref (ask (judge, &join));
      g_ptr_array_unref (ask (judge, &close));
      judged = ask (judge, &change);
      g_assert_cmpuint (judged->len, ==, rows[i].second != NULL ? 2 : 1);
      last = judged->pdata[judged->len - 1];
      g_assert_cmpstr (((SrvEntry *) judged->pdata[0])->text, ==, first);
      if (rows[i].second != NULL)
        g_assert_cmpstr (last->text, ==, rows[i].second);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/log/judge/one-after-the-other", test_steps);
  g_test_add_func ("/log/judge/newcomers", test_newcomers);
  g_test_add_func ("/log/judge/who-is-not-let-in-was-never-there", test_not_let_in);
  g_test_add_func ("/log/judge/what-is-taken-from-nobody-is-nothing", test_taken_from_nobody);
  g_test_add_func ("/log/judge/nobody-asks-in-somebodys-place", test_in_nobodys_place);
  g_test_add_func ("/log/judge/whose-message-it-is", test_whose_message);
  g_test_add_func ("/log/judge/who-is-put-out-stays-out", test_put_out_before_joining);
  g_test_add_func ("/log/judge/a-key-in-two-entries", test_key_in_two_entries);
  g_test_add_func ("/log/judge/a-list-that-is-full", test_full_list);
  return g_test_run ();
}
