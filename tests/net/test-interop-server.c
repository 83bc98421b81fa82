/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The room and programs of other authors: everybody who can join is heard by all and
 * hears all, letters and signs of every size intact; everybody who cannot leaves the
 * others alone. W is a person inside, who ends lines with LF and sees what others see.
 */
#include "config.h"

#include <signal.h>
#include <string.h>

#include "tests/lib/test-foreign.h"
#include "tests/lib/test-pace.h"
#include "tests/lib/test-peer.h"

#define HOST "127.0.0.1"

typedef struct
{
  TestServer *server;
  TestFolder *folder; /* (owned): of the clients */
  char *port;         /* (owned) */
  TestPeer *w;
  char *w_says; /* (owned): what stands before what W says */
} Room;

/* A program that joins, says something, hears something and leaves. */
typedef struct
{
  const char *path;    /* of the test */
  const char *argv[8]; /* PORT stands for the port */
  gboolean types_name; /* else it is an argument, the last one */
  const char *says;    /* typed; NULL: TEST_ACCENTS */
  const char *heard;   /* of that, by the others; NULL: all */
  const char *shown;   /* of TEST_ACCENTS, when W says it; NULL: all */
  const char *leaves;  /* typed; NULL: the end of the input */
  int status;
} Client;

static void
open_room_with (Room *room, const char *const *options)
{
  room->server = test_server_start (options);
  room->folder = test_folder_new ();
  room->port = g_strdup_printf ("%u", room->server->port);
  room->w = test_peer_connect (room->server->port);
  room->w_says = g_strdup_printf ("> W%s: ", room->w->address);
}

static void
open_room (Room *room, gconstpointer data)
{
  open_room_with (room, NULL);
  test_peer_send (room->w, "W\n");
  test_peer_expect_later (room->w, TEST_HINT);
}

static void
close_room (Room *room, gconstpointer data)
{
  test_peer_free (room->w);
  test_server_stop (room->server);
  test_server_free (room->server);
  test_folder_free (room->folder);
  g_free (room->port);
  g_free (room->w_says);
}

/* Starts a program, with the room's port where @argv says PORT. */
static TestProcess *
start (Room *room, const char *const *argv)
{
  g_auto (GStrv) words = g_strdupv ((char **) argv);

  for (gsize i = 0; words[i] != NULL; i++)
    {
      g_autoptr (GString) word = g_string_new (words[i]);

      g_string_replace (word, "PORT", room->port, 0);
      g_free (words[i]);
      words[i] = g_strdup (word->str);
    }
  return test_foreign_start (room->folder, (const char *const *) words);
}

static void
type (TestProcess *process, const char *line)
{
  test_process_write (process, line);
  test_process_write (process, "\n");
}

/* Returns: (transfer full): who has come, as others see it: `NAME('127.0.0.1', PORT)`. */
static char *
take_join (TestPeer *reader, const char *name)
{
  static const char end[] = " has come into the chat room.";
  g_autofree char *line = test_peer_take_line (reader);
  g_autofree char *pattern = g_strdup_printf ("^> %s\\('127\\.0\\.0\\.1', \\d+\\)%s$", name, end);

  if (line == NULL || !g_regex_match_simple (pattern, line, 0, 0))
    g_error ("%s should have come in; W read: %s", name, line);
  line[strlen (line) - strlen (end)] = '\0';
  return g_strdup (line + strlen ("> "));
}

static void
expect_said (TestPeer *reader, const char *who, const char *text)
{
  g_autofree char *line = g_strdup_printf ("> %s: %s\n", who, text);

  test_peer_expect (reader, line);
}

static void
expect_left (TestPeer *reader, const char *who)
{
  g_autofree char *line = g_strdup_printf ("> %s has left this room.\n", who);

  test_peer_expect (reader, line);
}

static void
expect_welcome (TestProcess *process, const char *name)
{
  g_autofree char *welcome = g_strdup_printf ("Hi %s, you are in the room now.", name);

  test_expect_output (process, welcome);
  test_expect_output (process, "Just write now, everyone reads it");
}

/* W says something that everybody sees; @process shows it. */
static void
tell (Room *room, const char *text, TestProcess *process, const char *shown)
{
  g_autofree char *line = g_strconcat (room->w_says, shown, NULL);

  test_peer_send (room->w, text);
  test_peer_send (room->w, "\n");
  test_peer_expect (room->w, room->w_says);
  test_peer_expect (room->w, text);
  test_peer_expect (room->w, "\n");
  test_expect_output (process, line);
}

static const Client clients[] = {
  { "python-raw-both-ways", { "client-homework", HOST, "PORT", "Ada" }, .leaves = "quit" },
  { "python-window", { "client-window", HOST, "PORT", "Ada" }, .leaves = "{quit}" },
  { "python-latin-1",
    { "client-latin1", HOST, "PORT", "Ada" },
    .says = "è così, un caffè caldo",
    .heard = "\uFFFD cos\uFFFD, un caff\uFFFD caldo",
    .shown = "perchÃ© no?",
    .leaves = "quit" },
  { "dotnet-byte-order-mark-and-crlf", { "client-dotnet", HOST, "PORT", "Ada" }, .leaves = "quit" },
  { "java-reads-one-greeting-line-first", { "ReadLineClient", HOST, "PORT", "Ada" } },
  { "c-padded-buffers", { "client-padded", HOST, "PORT", "Ada" }, .leaves = "quit" },
  { "c-raw-name-then-lines", { "client-strlen", HOST, "PORT", "Ada" }, .leaves = "exit" },
  { "c-raw-out-and-lines-in", { "client-raw-out", HOST, "PORT", "Ada" }, .leaves = "quit" },
  { "c-lines-in-two-writes", { "client-lines", HOST, "PORT", "Ada" }, .leaves = "quit" },
  { "netcat-openbsd", { "nc.openbsd", HOST, "PORT" }, TRUE, .leaves = "quit" },
  { "netcat-openbsd-ends-its-side", { "nc.openbsd", "-N", HOST, "PORT" }, TRUE },
  { "netcat-traditional", { "nc.traditional", HOST, "PORT" }, TRUE, .leaves = "quit" },
  { "ncat", { "ncat", HOST, "PORT" }, TRUE, .leaves = "quit" },
  { "ncat-with-crlf-ends-its-side", { "ncat", "-C", HOST, "PORT" }, TRUE },
  { "socat", { "socat", "-", "TCP:" HOST ":PORT" }, TRUE, .leaves = "quit" },
  { "socat-ends-its-side", { "socat", "-t", "20", "-", "TCP:" HOST ":PORT" }, TRUE },
  /* Where there is no terminal it takes the byte 0x80 for the interrupt key. */
  { "telnet-without-a-terminal",
    { "telnet", HOST, "PORT" },
    TRUE,
    .says = "perché no? città 🙂",
    .leaves = "quit" },
  /* The interrupt key is for telnet alone: some shells would die of it. */
  { "telnet-at-a-terminal-interrupted",
    { "script", "-qefc", "exec telnet " HOST " PORT", "/dev/null" },
    TRUE,
    .leaves = "\003" },
};

/* One program and W, from the greeting to the goodbye. */
static void
test_client (Room *room, gconstpointer data)
{
  const Client *client = data;
  const char *says = client->says != NULL ? client->says : TEST_ACCENTS;
  g_autoptr (TestProcess) process = start (room, client->argv);
  g_autofree char *who = NULL;
  g_autofree char *own = NULL;

  test_expect_output (process, "Welcome to the room!!");
  if (client->types_name)
    {
      test_expect_output (process, "Please type your name first:");
      type (process, "Ada");
    }
  who = take_join (room->w, "Ada");
  expect_welcome (process, "Ada");

  type (process, says);
  expect_said (room->w, who, client->heard != NULL ? client->heard : says);
  own = g_strdup_printf ("> %s: ", who);
  test_expect_output (process, own);
  if (client->heard == NULL)
    test_expect_output (process, says);
  tell (room, TEST_ACCENTS, process, client->shown != NULL ? client->shown : TEST_ACCENTS);

  if (client->leaves != NULL)
    type (process, client->leaves);
  else
    test_process_end_input (process);
  expect_left (room->w, who);
  if (client->leaves != NULL)
    test_process_end_input (process); /* some only notice now that the server has gone */
  test_process_expect_exit (process, client->status);
}

/* The first step of the homework: client and server on one machine. */

static void
test_one_client (Room *room, gconstpointer data)
{
  static const char *const argv[] = { "SALOTTO_CLI", HOST ":PORT", "--name", "Ada",
                                      "--dialect",   "plain",      NULL };
  g_autoptr (TestProcess) ada = start (room, argv);
  g_autofree char *who = take_join (room->w, "Ada");

  expect_welcome (ada, "Ada");
  type (ada, TEST_ACCENTS);
  expect_said (room->w, who, TEST_ACCENTS);
  test_expect_output (ada, TEST_ACCENTS);
  tell (room, TEST_ACCENTS, ada, TEST_ACCENTS);
  type (ada, "quit");
  test_expect_output (ada, TEST_GOODBYE);
  test_process_expect_exit (ada, 0);
  expect_left (room->w, who);
}

typedef struct
{
  TestProcess *process;
  char *who;
} Person;

static void
test_several_clients (Room *room, gconstpointer data)
{
  static const struct
  {
    const char *name;
    const char *argv[8];
    gboolean types_name;
    const char *says;
  } rows[] = {
    { "Ada",
      { "SALOTTO_CLI", HOST ":PORT", "--name", "Ada", "--dialect", "plain" },
      FALSE,
      "sono qui, perché no? 🙂" },
    { "Bruno", { "client-homework", HOST, "PORT", "Bruno" }, FALSE, "città e caffè ☕" },
    { "Carla", { "nc.openbsd", HOST, "PORT" }, TRUE, "ñandú, Füße, 🎉" },
    { "Dario",
      { "script", "-qefc", "exec telnet " HOST " PORT", "/dev/null" },
      TRUE,
      "été – où? 5 €" },
    { "Elena",
      { "ReadLineClient", HOST, "PORT", "Elena" },
      FALSE,
      "Ελένη, Елена, 艾琳, 👩‍💻" },
  };
  Person people[G_N_ELEMENTS (rows)] = { 0 };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      people[i].process = start (room, rows[i].argv);
      if (rows[i].types_name)
        type (people[i].process, rows[i].name);
      people[i].who = take_join (room->w, rows[i].name);
      expect_welcome (people[i].process, rows[i].name);
      for (gsize before = 0; before < i; before++)
        {
          g_autofree char *news = g_strconcat ("> ", people[i].who, " has come into", NULL);

          test_expect_output (people[before].process, news);
        }
    }
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *line = g_strdup_printf ("> %s: %s", people[i].who, rows[i].says);

      type (people[i].process, rows[i].says);
      expect_said (room->w, people[i].who, rows[i].says);
      for (gsize reader = 0; reader < G_N_ELEMENTS (rows); reader++)
        test_expect_output (people[reader].process, line);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      type (people[i].process, "quit");
      expect_left (room->w, people[i].who);
      for (gsize reader = i + 1; reader < G_N_ELEMENTS (rows); reader++)
        {
          g_autofree char *news = g_strconcat ("> ", people[i].who, " has left", NULL);

          test_expect_output (people[reader].process, news);
        }
      test_process_free (people[i].process);
      g_free (people[i].who);
    }
}

/* Programs with habits that the table has no words for. */

/* It waits for a cue word, and what it says first is its name too. */
static void
test_cue_word (Room *room, gconstpointer data)
{
  static const char *const argv[] = { "client-cue-word", HOST, "PORT", "Marta", NULL };
  g_autoptr (TestProcess) marta = start (room, argv);
  g_autofree char *who = NULL;

  type (marta, "ciao, perché?");
  who = take_join (room->w, "Marta");
  expect_said (room->w, who, "ciao, perché?");
  expect_welcome (marta, "Marta");
  type (marta, TEST_ACCENTS);
  expect_said (room->w, who, "Marta: " TEST_ACCENTS);
  tell (room, TEST_ACCENTS, marta, TEST_ACCENTS);
  test_process_end_input (marta);
  expect_left (room->w, who);
  test_process_expect_exit (marta, 0);
}

/* Everything that the server itself says is ASCII, in both languages, so this program
 * lives until a person writes something else; then it goes alone. */
static void
test_ascii (Room *room, gconstpointer data)
{
  static const char *const argv[] = { "client-ascii", HOST, "PORT", "Luca", NULL };
  g_autoptr (TestProcess) luca = start (room, argv);
  g_autoptr (TestPeer) eva = NULL;
  g_autofree char *who = NULL;
  g_autofree char *left = NULL;

  type (luca, "eccomi");
  who = take_join (room->w, "Luca");
  expect_said (room->w, who, "eccomi");
  type (luca, "ancora");
  expect_said (room->w, who, "Luca: ancora");
  test_expect_output (luca, ": Luca: ancora");

  eva = test_peer_connect (room->server->port);
  test_peer_send (eva, "Eva\nquit\n");
  left = g_strdup_printf ("> Eva%s", eva->address);
  test_expect_output (luca, left);
  test_expect_output (luca, left);
  test_peer_send (room->w, "/who\n/help\n/nothing\n");
  test_expect_output (luca, ": /nothing");

  test_peer_send (room->w, "perché\n");
  test_process_expect_exit (luca, 1);
  test_expect_output (luca, "something went wrong");
  g_free (left);
  left = g_strdup_printf ("> %s ", who);
  test_peer_expect_later (room->w, ": perché\n");
  test_peer_expect (room->w, left);
}

static void
open_italian_room (Room *room, gconstpointer data)
{
  g_autoptr (TestFolder) folder = test_folder_new ();
  g_autofree char *config = test_folder_file (folder, "salottod.conf");
  const char *const options[] = { "--log", "memory", "--config", config, NULL };

  test_folder_write (folder, "salottod.conf", "[server]\nlanguage = it\n");
  open_room_with (room, options);
  test_peer_send (room->w, "W\n");
  test_peer_expect_later (room->w, "Inizia pure a scrivere i messaggi\n");
}

static void
test_ascii_in_italian (Room *room, gconstpointer data)
{
  static const char *const argv[] = { "client-ascii", HOST, "PORT", "Luca", NULL };
  g_autoptr (TestProcess) luca = start (room, argv);
  g_autoptr (TestPeer) eva = test_peer_connect (room->server->port);

  type (luca, "eccomi");
  test_expect_output (luca, "Welcome - Benvenuto!!");
  test_expect_output (luca, "Inserisci ora il tuo nome...");
  test_expect_output (luca, "Ciao Luca, benvenuto nella chatroom!");
  test_expect_output (luca, "Inizia pure a scrivere i messaggi");
  test_expect_output (luca, ": eccomi");
  test_peer_send (eva, "Eva\nquit\n");
  test_expect_output (luca, " si e' unito/a alla chat room");
  test_expect_output (luca, " ha lasciato la chat");
  type (luca, "ancora");
  test_expect_output (luca, ": Luca: ancora");
  test_peer_expect_later (room->w, ": Luca: ancora\n");
}

/* Key by key, with corrections, and out with Ctrl-C. */
static void
test_keys (Room *room, gconstpointer data)
{
  static const char *const argv[] = { "client-keys", HOST, "PORT", "Ada", NULL };
  g_autoptr (TestProcess) ada = start (room, argv);
  g_autofree char *who = take_join (room->w, "Ada");

  expect_welcome (ada, "Ada");
  type (ada, "perchè\bé no, perbacco\x7f\x7f 🙂");
  expect_said (room->w, who, "perché no, perbac 🙂");
  tell (room, TEST_ACCENTS, ada, TEST_ACCENTS "\r\n");
  type (ada, "not sent\b");
  type (ada, "^C");
  expect_said (room->w, who, "not sen");
  test_expect_output (ada, "Goodbye and see you soon\r\n");
  expect_left (room->w, who);
  test_process_end_input (ada);
  test_process_expect_exit (ada, 0);
}

/* Nobody speaks these. The people in the room go on talking, and whatever they see of
 * them is clean text; some of it can even be read. */
typedef struct
{
  const char *how;
  const char *heard; /* NULL: it is put out */
} Unspoken;

static const Unspoken unspoken[] = {
  { "utf16", NULL },
  { "length", TEST_ACCENTS "\n" },
  { "blocks", TEST_ACCENTS "\n" },
  { "json", "\"text\": \"perch\\u00e9 no?" },
};

static void
expect_clean (const GByteArray *bytes)
{
  g_assert_true (g_utf8_validate ((const char *) bytes->data, bytes->len, NULL));
  for (guint i = 0; i < bytes->len; i++)
    g_assert_true (bytes->data[i] >= 0x20 || bytes->data[i] == '\n');
}

static void
test_unspoken (Room *room, gconstpointer data)
{
  const Unspoken *row = data;
  const char *argv[] = { "client-unspoken", row->how, HOST, "PORT", "Ada", NULL };
  g_autoptr (TestProcess) process = start (room, argv);
  g_autoptr (TestPeer) eva = test_peer_join (room->server->port, "Eva");

  for (int i = 0; i < 4; i++)
    {
      g_autofree char *line = g_strdup_printf ("still here, %d\n", i);
      g_autofree char *seen = g_strconcat (room->w_says, line, NULL);

      type (process, TEST_ACCENTS);
      if (row->heard != NULL)
        test_peer_expect_later (eva, row->heard);
      test_peer_send (room->w, line);
      test_peer_expect_later (eva, seen);
    }
  if (row->heard == NULL)
    {
      /* What was written fast may have come as one segment, and as one error. */
      for (int i = 0; !test_process_wait_for_output (process, "Three errors in a row", 100); i++)
        {
          g_assert_cmpint (i, <, 100);
          type (process, TEST_ACCENTS);
        }
      test_expect_output (process, "the server has ended");
    }
  test_process_end_input (process);
  test_process_expect_exit (process, 0);

  test_peer_half_close (room->w);
  while (test_peer_read (room->w, TEST_PATIENCE_MS))
    ;
  g_assert_true (room->w->ended && !room->w->reset);
  expect_clean (room->w->received);
}

/* Item 16: everything at once, then the end of the input. */
static void
test_all_at_once (Room *room, gconstpointer data)
{
  static const char *const argv[] = { "nc.openbsd", "-N", HOST, "PORT", NULL };
  g_autoptr (TestProcess) ada = start (room, argv);
  g_autofree char *who = NULL;
  g_autofree char *own = NULL;

  test_process_write (ada, "Ada\nciao\n");
  test_process_end_input (ada);
  who = take_join (room->w, "Ada");
  expect_said (room->w, who, "ciao");
  expect_left (room->w, who);
  expect_welcome (ada, "Ada");
  own = g_strdup_printf ("> %s: ciao\n", who);
  test_expect_output (ada, own);
  test_process_expect_exit (ada, 0);
}

static void
add (const char *path,
     gconstpointer data,
     void (*open) (Room *, gconstpointer),
     void (*test) (Room *, gconstpointer))
{
  g_test_add (path, Room, data, open, test, close_room);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("/net/interop/1-one-machine/one-client", NULL, open_room, test_one_client);
  add ("/net/interop/1-one-machine/several-clients", NULL, open_room, test_several_clients);
  for (gsize i = 0; i < G_N_ELEMENTS (clients); i++)
    {
      g_autofree char *path =
          g_strconcat ("/net/interop/4-other-authors/our-server/", clients[i].path, NULL);

      add (path, &clients[i], open_room, test_client);
    }
  add ("/net/interop/4-other-authors/our-server/netcat-says-all-at-once", NULL, open_room,
       test_all_at_once);
  add ("/net/interop/4-other-authors/our-server/python-waits-for-a-cue-word", NULL, open_room,
       test_cue_word);
  add ("/net/interop/4-other-authors/our-server/python-ascii-only", NULL, open_room, test_ascii);
  add ("/net/interop/4-other-authors/our-server/python-ascii-only-in-italian", NULL,
       open_italian_room, test_ascii_in_italian);
  add ("/net/interop/4-other-authors/our-server/terminal-in-character-mode", NULL, open_room,
       test_keys);
  for (gsize i = 0; i < G_N_ELEMENTS (unspoken); i++)
    {
      g_autofree char *path =
          g_strconcat ("/net/interop/4-other-authors/our-server/unspoken-", unspoken[i].how, NULL);

      add (path, &unspoken[i], open_room, test_unspoken);
    }
  return test_pace_run ();
}
