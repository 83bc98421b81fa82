/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The client's conversation on a clock of the test's own: rules C1 to C8 and what a
 * receipt is. Each case feeds bytes and times to the machine and looks at the actions
 * that come out, written down as a line of text each.
 *
 * What the machine leaves to the transport (which failures are the end, what one send
 * is, when our FIN goes out) is at the end, over a pair of sockets. The kernel has no
 * way to make a connection fail and go on, so recv() and send() are this program's own.
 *
 * It is one piece because it is a list of rules, read beside those of the protocol.
 */
#include "config.h"

#include "common/client/sal-client-machine.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/client/sal-transport.h"
#include "common/script/sal-script.h"

#define MS 1000

typedef struct
{
  SalClientMachine *machine;
  gint64 now_us;
  GString *done; /* what the machine wanted done since the last look */
} Talk;

static void
note_action (Talk *talk, const SalClientAction *action)
{
  static const char *const ends[] = { "quit", "peer", "broken", "refused" };
  g_autofree char *bytes = NULL;

  switch (action->kind)
    {
    case SAL_ACTION_SEND:
      bytes = sal_script_show_bytes (action->bytes, action->len);
      g_string_append_printf (talk->done, "send %s|", bytes);
      break;
    case SAL_ACTION_END_WRITING:
      g_string_append (talk->done, "end-writing|");
      break;
    case SAL_ACTION_CLOSE:
      g_string_append_printf (talk->done, "close %s|", ends[action->end]);
      break;
    case SAL_ACTION_EVENT:
      g_string_append_printf (talk->done, "%s%s%s%s|", action->continues ? "..." : "",
                              action->own ? "own " : "", action->text, action->ended ? "" : "...");
      break;
    case SAL_ACTION_READY:
      g_string_append_printf (talk->done, "ready %s|", action->text);
      break;
    case SAL_ACTION_MESSAGE:
      g_string_append_printf (talk->done, "%" G_GUINT64_FORMAT " %s%s|", action->message,
                              sal_message_state_name (action->state), action->late ? " late" : "");
      break;
    case SAL_ACTION_SWITCH:
      g_string_append (talk->done, "switch|");
      break;
    default:
      g_assert_not_reached (); /* only IRC has the others */
    }
}

static void
look (Talk *talk)
{
  SalClientAction action;

  while (sal_client_machine_next (talk->machine, &action))
    note_action (talk, &action);
}

/* Everything that was done since the last time. */
#define expect(talk, wanted)                                                                       \
  G_STMT_START                                                                                     \
  {                                                                                                \
    look (talk);                                                                                   \
    g_assert_cmpstr ((talk)->done->str, ==, wanted);                                               \
    g_string_truncate ((talk)->done, 0);                                                           \
  }                                                                                                \
  G_STMT_END

static void
come (Talk *talk, const char *text)
{
  sal_client_machine_received (talk->machine, text, strlen (text), talk->now_us);
}

static void
come_bytes (Talk *talk, const void *bytes, gsize len)
{
  sal_client_machine_received (talk->machine, bytes, len, talk->now_us);
}

/* Lets time pass, calling the machine when it wants to be called; called at any other
 * time it has nothing to do. */
static void
pass (Talk *talk, int ms)
{
  gint64 until_us = talk->now_us + ms * MS;
  gsize done = 0;

  look (talk);
  for (;;)
    {
      gint64 due_us = sal_client_machine_due_us (talk->machine);

      if (due_us > until_us)
        break;
      talk->now_us = MAX (talk->now_us, due_us);
      sal_client_machine_tick (talk->machine, talk->now_us);
      look (talk);
    }
  done = talk->done->len;
  talk->now_us = until_us;
  sal_client_machine_tick (talk->machine, talk->now_us);
  look (talk);
  g_assert_cmpstr (talk->done->str + done, ==, "");
}

static Talk *
begin (const SalClientOptions *options)
{
  Talk *talk = g_new0 (Talk, 1);

  talk->machine = sal_client_machine_new (options);
  talk->now_us = G_USEC_PER_SEC;
  talk->done = g_string_new (NULL);
  sal_client_machine_connected (talk->machine, talk->now_us);
  return talk;
}

static Talk *
begin_as_ada (void)
{
  return begin (&(SalClientOptions){ .name = "Ada" });
}

static void
finish (Talk *talk)
{
  sal_client_machine_free (talk->machine);
  g_string_free (talk->done, TRUE);
  g_free (talk);
}

#define OURS "Welcome to the room!!\nPlease type your name first:\n"
#define WELCOME(name) "Hi " name ", you are in the room now. Say 'quit' or 'exit' to leave.\n"

static Talk *
begin_with_ours (void)
{
  Talk *talk = begin_as_ada ();

  come (talk, OURS);
  come (talk, WELCOME ("Ada_2"));
  look (talk);
  g_string_truncate (talk->done, 0);
  return talk;
}

/* Our own server. */

static void
test_ours (void)
{
  Talk *talk = begin_as_ada ();

  come (talk, OURS);
  expect (talk, "Welcome to the room!!|Please type your name first:|send \"Ada\\n\"|");
  g_assert_true (sal_client_machine_is_ours (talk->machine));
  sal_client_machine_say (talk->machine, "early", talk->now_us);
  expect (talk, "");
  come (talk, WELCOME ("Ada_2"));
  expect (talk, "Hi Ada_2, you are in the room now. Say 'quit' or 'exit' to leave.|ready Ada_2|"
                "send \"early\\n\"|1 sent|");
  come (talk, "> Ada_2('::1', 5): early\n");
  expect (talk, "own > Ada_2('::1', 5): early|1 delivered|");
  come (talk, "> Ada('::1', 4): early\n");
  expect (talk, "> Ada('::1', 4): early|");
  finish (talk);
}

static void
test_room (void)
{
  Talk *talk = begin (&(SalClientOptions){ .name = "Ada", .room = "tea" });

  come (talk, OURS);
  come (talk, WELCOME ("Ada"));
  sal_client_machine_say (talk->machine, "ciao", talk->now_us);
  expect (talk, "Welcome to the room!!|Please type your name first:|send \"Ada\\n\"|"
                "Hi Ada, you are in the room now. Say 'quit' or 'exit' to leave.|"
                "send \"/join tea\\n\"|");
  come (talk, "-- You are in tea now.\n");
  expect (talk, "-- You are in tea now.|ready Ada|send \"ciao\\n\"|1 sent|");
  finish (talk);
}

static void
test_receipts (void)
{
  Talk *talk = begin_with_ours ();

  sal_client_machine_say (talk->machine, "same", talk->now_us);
  sal_client_machine_say (talk->machine, "same", talk->now_us);
  sal_client_machine_say (talk->machine, "/me waves", talk->now_us);
  sal_client_machine_say (talk->machine, "/who", talk->now_us);
  expect (talk, "send \"same\\n\"|1 sent|send \"same\\n\"|2 sent|send \"/me waves\\n\"|3 sent|"
                "send \"/who\\n\"|4 sent|");
  come (talk, "> Ada_2('::1', 5): same\n> Ada_2('::1', 5): same\n* Ada_2('::1', 5) waves\n");
  expect (talk, "own > Ada_2('::1', 5): same|1 delivered|own > Ada_2('::1', 5): same|2 delivered|"
                "own * Ada_2('::1', 5) waves|3 delivered|");
  g_assert_cmpuint (sal_client_machine_count_unfinished (talk->machine), ==, 0);
  finish (talk);
}

static void
test_refused_message (void)
{
  Talk *talk = begin_with_ours ();

  sal_client_machine_say (talk->machine, "one", talk->now_us);
  sal_client_machine_say (talk->machine, "two", talk->now_us);
  look (talk);
  g_string_truncate (talk->done, 0);
  come (talk, "-- Not sent: the room cannot write its log now. Try again later.\n"
              "> Ada_2('::1', 5): two\n");
  expect (talk, "-- Not sent: the room cannot write its log now. Try again later.|1 failed|"
                "own > Ada_2('::1', 5): two|2 delivered|");
  finish (talk);
}

/* Sent is not delivered; and what was in flight when the connection broke is unknown. */
static void
test_no_receipt (void)
{
  Talk *talk = begin_with_ours ();

  sal_client_machine_say (talk->machine, "one", talk->now_us);
  expect (talk, "send \"one\\n\"|1 sent|");
  pass (talk, 4999);
  expect (talk, "");
  pass (talk, 1);
  expect (talk, "1 sent late|");
  sal_client_machine_say (talk->machine, "two", talk->now_us);
  expect (talk, "send \"two\\n\"|2 sent|");
  sal_client_machine_broken (talk->machine);
  expect (talk, "2 unknown|close broken|");
  finish (talk);
}

static void
test_never_sent (void)
{
  Talk *talk = begin_as_ada ();

  sal_client_machine_say (talk->machine, "one", talk->now_us);
  sal_client_machine_peer_ended (talk->machine, talk->now_us);
  expect (talk, "1 queued|close peer|");
  finish (talk);
}

/* C2: does the server want newlines? */

static void
test_greeting_with_newline (void)
{
  Talk *talk = begin_as_ada ();

  come (talk, "Hello\n");
  pass (talk, 149);
  expect (talk, "Hello|");
  pass (talk, 1);
  expect (talk, "send \"Ada\\n\"|ready Ada|");
  finish (talk);
}

static void
test_silent_server (void)
{
  Talk *talk = begin_as_ada ();

  pass (talk, 499);
  expect (talk, "");
  pass (talk, 1);
  expect (talk, "send \"Ada\\n\"|ready Ada|");
  finish (talk);
}

/* Who has an account waits for a salottod that is far away, and gives up in the end. */
static void
test_account_waits (void)
{
  const SalClientOptions options = { .name = "Ada", .account = "ada", .dialect = SAL_CLIENT_AUTO };
  Talk *talk = begin (&options);

  pass (talk, 4000);
  expect (talk, "");
  come (talk, "Welcome to the room!!\n");
  pass (talk, 4000);
  expect (talk, "Welcome to the room!!|");
  come (talk, "Please type your name first:\n");
  expect (talk, "Please type your name first:|switch|");
  finish (talk);

  talk = begin (&options);
  pass (talk, 4999);
  expect (talk, "");
  pass (talk, 1);
  expect (talk, "send \"Ada\\n\"|ready Ada|");
  finish (talk);

  talk = begin (&options);
  come (talk, "Nome: ");
  pass (talk, 150);
  expect (talk, "Nome: ...|send \"Ada\"|");
  finish (talk);
}

static void
test_prompt_that_is_not_answered (void)
{
  Talk *talk = begin_as_ada ();

  come (talk, "Nome: ");
  pass (talk, 150);
  expect (talk, "Nome: ...|send \"Ada\"|");
  pass (talk, 699);
  expect (talk, "");
  pass (talk, 1);
  expect (talk, "send \"\\n\"|ready Ada|");
  sal_client_machine_say (talk->machine, "ciao", talk->now_us);
  expect (talk, "send \"ciao\\n\"|1 sent|");
  come (talk, "Ada joined\n");
  expect (talk, "...Ada joined|");
  finish (talk);
}

static void
test_unframed_server (void)
{
  Talk *talk = begin_as_ada ();

  come (talk, "Welcome");
  pass (talk, 60);
  come (talk, "Your name?");
  pass (talk, 150);
  expect (talk, "WelcomeYour name?...|send \"Ada\"|");
  pass (talk, 40);
  come (talk, "Hi Ada");
  expect (talk, "ready Ada|");
  pass (talk, 100);
  expect (talk, "Hi Ada|");

  /* C3: one message, one send, and time between two. */
  sal_client_machine_say (talk->machine, "one", talk->now_us);
  sal_client_machine_say (talk->machine, "two", talk->now_us);
  expect (talk, "send \"one\"|1 sent|");
  pass (talk, 99);
  expect (talk, "");
  pass (talk, 1);
  expect (talk, "send \"two\"|2 sent|");
  come (talk, "> Ada('1.2.3.4', 5): one");
  pass (talk, 100);
  expect (talk, "own > Ada('1.2.3.4', 5): one|1 delivered|");

  /* C4: the word, and a moment for the FIN. */
  sal_client_machine_end_input (talk->machine, talk->now_us);
  expect (talk, "send \"quit\"|");
  pass (talk, 999);
  expect (talk, "");
  pass (talk, 1);
  expect (talk, "2 sent|close quit|");
  finish (talk);
}

/* The text that came last before the name; it may come in pieces. */
static void
test_last_text_decides (void)
{
  static const struct
  {
    const char *texts[2];
    const char *wanted;
  } rows[] = {
    { { "Welcome\n", "who are you?" }, "Welcome|who are you?...|send \"Ada\"|" },
    { { "who are you?", "\n" }, "who are you?|send \"Ada\\n\"|ready Ada|" },
    { { "who ", "are you?\n" }, "who are you?|send \"Ada\\n\"|ready Ada|" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      Talk *talk = begin_as_ada ();

      come (talk, rows[i].texts[0]);
      pass (talk, 50);
      come (talk, rows[i].texts[1]);
      pass (talk, 150);
      expect (talk, rows[i].wanted);
      finish (talk);
    }
}

static void
test_lines_for_good (void)
{
  Talk *talk = begin_as_ada ();

  come (talk, "Hello\n");
  pass (talk, 150);
  come (talk, "your turn> ");
  pass (talk, 100);
  expect (talk, "Hello|send \"Ada\\n\"|ready Ada|your turn> ...|");
  sal_client_machine_say (talk->machine, "ciao", talk->now_us);
  expect (talk, "send \"ciao\\n\"|1 sent|");
  finish (talk);
}

static void
test_no_lines_for_good (void)
{
  Talk *talk = begin_as_ada ();

  come (talk, "name?");
  pass (talk, 150);
  come (talk, "Hi Ada\n");
  pass (talk, 100);
  come (talk, "What's new?\n");
  expect (talk, "name?...|send \"Ada\"|ready Ada|Hi Ada|What's new?|");
  sal_client_machine_say (talk->machine, "ciao", talk->now_us);
  expect (talk, "send \"ciao\"|1 sent|");
  finish (talk);
}

static void
test_forced_line_ends (void)
{
  static const struct
  {
    SalEol eol;
    const char *wanted;
  } rows[] = {
    { SAL_EOL_LF, "Nome: ...|send \"Ada\\n\"|ready Ada|" },
    { SAL_EOL_CRLF, "Nome: ...|send \"Ada\\r\\n\"|ready Ada|" },
    { SAL_EOL_NONE, "Nome: |send \"Ada\"|ready Ada|" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      Talk *talk = begin (&(SalClientOptions){ .name = "Ada", .eol = rows[i].eol });

      come (talk, "Nome: ");
      pass (talk, 150);
      expect (talk, rows[i].wanted);
      finish (talk);
    }
}

/* In a server without lines, all of whose texts were understood. */
static Talk *
begin_unframed (void)
{
  Talk *talk = begin (&(SalClientOptions){ .name = "Ada", .eol = SAL_EOL_NONE });

  come (talk, "Hi");
  pass (talk, 150);
  expect (talk, "Hi|send \"Ada\"|ready Ada|");
  return talk;
}

/* C3: the name is a send as any other, and so is the word that leaves. */
static void
test_time_between_two_sends (void)
{
  Talk *talk = begin_unframed ();

  sal_client_machine_say (talk->machine, "one", talk->now_us);
  pass (talk, 99);
  expect (talk, "");
  pass (talk, 1);
  expect (talk, "send \"one\"|1 sent|");
  sal_client_machine_end_input (talk->machine, talk->now_us);
  pass (talk, 99);
  expect (talk, "");
  pass (talk, 1);
  expect (talk, "send \"quit\"|");
  finish (talk);
}

/* C3: nor does who is called away run their goodbye into what they said; what they have
 * not said yet stays unsaid. */
static void
test_time_before_quitting (void)
{
  Talk *talk = begin_unframed ();

  pass (talk, 100);
  sal_client_machine_say (talk->machine, "one", talk->now_us);
  sal_client_machine_say (talk->machine, "two", talk->now_us);
  sal_client_machine_quit (talk->machine, talk->now_us);
  sal_client_machine_quit (talk->machine, talk->now_us);
  sal_client_machine_say (talk->machine, "three", talk->now_us);
  expect (talk, "send \"one\"|1 sent|");
  pass (talk, 99);
  expect (talk, "");
  pass (talk, 1);
  expect (talk, "send \"quit\"|");
  pass (talk, 1000);
  expect (talk, "1 sent|2 queued|3 queued|close quit|");
  finish (talk);
}

static void
test_time_before_quitting_alone (void)
{
  Talk *talk = begin_unframed ();

  pass (talk, 100);
  sal_client_machine_say (talk->machine, "one", talk->now_us);
  expect (talk, "send \"one\"|1 sent|");
  sal_client_machine_quit (talk->machine, talk->now_us);
  pass (talk, 99);
  expect (talk, "");
  pass (talk, 1);
  expect (talk, "send \"quit\"|");
  finish (talk);
}

/* With lines there is nothing to wait for. */
static void
test_quitting_with_lines (void)
{
  Talk *talk = begin_with_ours ();

  sal_client_machine_say (talk->machine, "one", talk->now_us);
  sal_client_machine_quit (talk->machine, talk->now_us);
  expect (talk, "send \"one\\n\"|1 sent|send \"quit\\n\"|");
  finish (talk);
}

static void
test_latin1 (void)
{
  Talk *talk = begin (&(SalClientOptions){ .name = "Ada", .latin1 = TRUE });

  come (talk, "Hello\n");
  pass (talk, 150);
  sal_client_machine_say (talk->machine, "caff\xc3\xa8 \xe2\x82\xac", talk->now_us);
  expect (talk, "Hello|send \"Ada\\n\"|ready Ada|send \"caff\\xe8 ?\\n\"|1 sent|");
  finish (talk);
}

/* C1: what has come is shown soon, and a line goes on where it stopped. */
static void
test_unfinished_lines (void)
{
  Talk *talk = begin_as_ada ();

  come (talk, "Hello\n");
  pass (talk, 200);
  expect (talk, "Hello|send \"Ada\\n\"|ready Ada|");
  come (talk, "half a l");
  pass (talk, 99);
  expect (talk, "");
  pass (talk, 1);
  expect (talk, "half a l...|");
  come (talk, "ine\nnext \xc3");
  expect (talk, "...ine|");
  pass (talk, 100);
  expect (talk, "next ...|");
  come (talk, "\xa8\n");
  expect (talk, "...\xc3\xa8|");
  come (talk, "a\x1b[2Jb\x07\r\n\xe8\n");
  expect (talk, "a[2Jb|\xef\xbf\xbd|");
  finish (talk);
}

/* C1: what came glued is shown so, spaces included; what comes later is a text of its
 * own, because there are no lines that it could belong to. */
static void
test_glued_texts (void)
{
  Talk *talk = begin_unframed ();

  come (talk, "  > Eva: uno> Eva: due ");
  pass (talk, 99);
  expect (talk, "");
  pass (talk, 1);
  expect (talk, "  > Eva: uno> Eva: due |");
  come (talk, "tre\nquattro");
  expect (talk, "tre|");
  pass (talk, 100);
  expect (talk, "quattro|");
  finish (talk);
}

/* C8: text as far as it is text. */
static void
test_unreadable_bytes (void)
{
#define BYTES(literal) literal, sizeof literal - 1
  static const struct
  {
    const char *bytes;
    gsize len;
    const char *wanted;
  } rows[] = {
    { BYTES ("caff\xe8 \xc0\xaf nero\n"), "caff\uFFFD \uFFFD\uFFFD nero|" },
    { BYTES ("\xff\xfe"
             "c\0i\0a\0o\0\n"),
      "\uFFFD\uFFFDciao|" },
    { BYTES ("\0\0\0\4ciao\0\0\0\5Hello\n"), "ciaoHello|" },
    { BYTES ("a block\0\0\0\0\0\0\0\0\0\0\0\0\n"), "a block|" },
    { BYTES ("\xff\xfb\x01\xff\xf4text\n"), "\uFFFD\uFFFD\uFFFD\uFFFDtext|" },
    { BYTES ("\x01\x02\x03\x04\x05\n"), "|" },
    { BYTES ("{\"text\": \"\xc3\xa8\"}\n"), "{\"text\": \"\xc3\xa8\"}|" },
  };
#undef BYTES
  Talk *talk = begin_as_ada ();

  come (talk, "Hello\n");
  pass (talk, 150);
  expect (talk, "Hello|send \"Ada\\n\"|ready Ada|");
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      come_bytes (talk, rows[i].bytes, rows[i].len);
      expect (talk, rows[i].wanted);
    }
  finish (talk);
}

/* C4, C5: leaving and being left. */

static void
test_leaving_words (void)
{
  static const struct
  {
    const char *text;
    const char *wanted;
  } rows[] = {
    { "quit", "send \"quit\\n\"|" },
    { "exit", "send \"exit\\n\"|" },
    { "QUIT", "send \"QUIT\\n\"|" },
    { "eXit", "send \"eXit\\n\"|" },
    { "quit now", "send \"quit now\\n\"|1 sent|" },
    { "no exit", "send \"no exit\\n\"|1 sent|" },
    { "/quit", "send \"/quit\\n\"|1 sent|" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      Talk *talk = begin_as_ada ();
      gboolean leaves = strstr (rows[i].wanted, "sent") == NULL;

      come (talk, "Hello\n");
      pass (talk, 150);
      expect (talk, "Hello|send \"Ada\\n\"|ready Ada|");
      sal_client_machine_say (talk->machine, rows[i].text, talk->now_us);
      expect (talk, rows[i].wanted);
      pass (talk, 999);
      expect (talk, "");
      pass (talk, 1);
      expect (talk, leaves ? "close quit|" : "");
      finish (talk);
    }
}

/* Our server knows more words. */
static void
test_words_that_leave_ours (void)
{
  static const char *const words[] = { "quit", "exit", "/quit", "/EXIT", "(quit)", "{Quit}" };

  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    {
      Talk *talk = begin_with_ours ();
      g_autofree char *wanted = g_strdup_printf ("send \"%s\\n\"|", words[i]);

      sal_client_machine_say (talk->machine, words[i], talk->now_us);
      expect (talk, wanted);
      sal_client_machine_peer_ended (talk->machine, talk->now_us);
      expect (talk, "close quit|");
      finish (talk);
    }
}

static void
test_quit_word (void)
{
  Talk *talk = begin_with_ours ();

  sal_client_machine_say (talk->machine, "last", talk->now_us);
  sal_client_machine_say (talk->machine, "EXIT", talk->now_us);
  sal_client_machine_say (talk->machine, "too late", talk->now_us);
  expect (talk, "send \"last\\n\"|1 sent|send \"EXIT\\n\"|");
  come (talk, "> Ada_2('::1', 5): last\nGoodbye and see you soon\n");
  sal_client_machine_peer_ended (talk->machine, talk->now_us);
  expect (talk, "own > Ada_2('::1', 5): last|1 delivered|Goodbye and see you soon|3 queued|"
                "close quit|");
  finish (talk);
}

static void
test_end_of_input_waits_for_receipts (void)
{
  Talk *talk = begin_with_ours ();

  sal_client_machine_say (talk->machine, "one", talk->now_us);
  sal_client_machine_end_input (talk->machine, talk->now_us);
  expect (talk, "send \"one\\n\"|1 sent|");
  come (talk, "> Ada_2('::1', 5): one\n");
  expect (talk, "own > Ada_2('::1', 5): one|1 delivered|send \"quit\\n\"|");
  finish (talk);
}

static void
test_end_of_input_with_a_line_server (void)
{
  Talk *talk = begin_as_ada ();

  come (talk, "Hello\n");
  pass (talk, 150);
  sal_client_machine_say (talk->machine, "one", talk->now_us);
  sal_client_machine_end_input (talk->machine, talk->now_us);
  expect (talk, "Hello|send \"Ada\\n\"|ready Ada|send \"one\\n\"|1 sent|end-writing|");
  come (talk, "one\n");
  pass (talk, 1999);
  expect (talk, "one|");
  pass (talk, 1);
  expect (talk, "1 sent|close quit|");
  finish (talk);
}

static void
test_half_close (void)
{
  Talk *talk = begin (&(SalClientOptions){ .name = "Ada", .half_close = TRUE });

  come (talk, OURS);
  come (talk, WELCOME ("Ada"));
  look (talk);
  g_string_truncate (talk->done, 0);
  sal_client_machine_quit (talk->machine, talk->now_us);
  expect (talk, "end-writing|");
  finish (talk);
}

static void
test_peer_ends (void)
{
  Talk *talk = begin_with_ours ();

  come (talk, "no end");
  sal_client_machine_peer_ended (talk->machine, talk->now_us);
  expect (talk, "no end...|close peer|");
  finish (talk);
}

/* A reset is no reason to keep anything back... */
static void
test_reset (void)
{
  Talk *talk = begin_with_ours ();

  come (talk, "no end");
  sal_client_machine_broken (talk->machine);
  expect (talk, "no end...|close broken|");
  finish (talk);
}

/* ... and no failure to somebody who was leaving. */
static void
test_reset_while_leaving (void)
{
  Talk *talk = begin_with_ours ();

  sal_client_machine_say (talk->machine, "quit", talk->now_us);
  expect (talk, "send \"quit\\n\"|");
  sal_client_machine_broken (talk->machine);
  expect (talk, "close quit|");
  finish (talk);
}

/* A word from somebody without a name would be taken for one. */
static void
test_quit_before_a_name (void)
{
  static const SalClientOptions rows[] = {
    { .name = "Ada" },
    { .name = "Ada", .eol = SAL_EOL_NONE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      Talk *talk = begin (&rows[i]);

      sal_client_machine_quit (talk->machine, talk->now_us);
      expect (talk, "end-writing|");
      sal_client_machine_peer_ended (talk->machine, talk->now_us);
      expect (talk, "close quit|");
      finish (talk);
    }
}

/* A line that never ends is shown in parts, and memory stays bounded. */
static void
test_endless_line (void)
{
  Talk *talk = begin_as_ada ();
  g_autofree char *much = g_strnfill (1000, 'x');
  gsize shown = 0;

  for (int i = 0; i < 1000; i++)
    {
      come (talk, much);
      look (talk);
      shown += talk->done->len;
      g_string_truncate (talk->done, 0);
    }
  g_assert_cmpuint (shown, >, 1000 * 1000 - 2 * 16384);
  finish (talk);
}

/* The transport. */

static const char *recv_outcomes = "";
static const char *send_outcomes = "";
static guint sends;

/* A letter for each call; after the last one all is well. */
static int
next_error (const char **outcomes)
{
  static const struct
  {
    char letter;
    int error;
  } errors[] = { { '.', 0 },         { 'x', EIO },      { 'p', EPIPE },
                 { 't', ETIMEDOUT }, { 'n', ENOTCONN }, { 'r', ECONNRESET } };

  for (gsize i = 0; i < G_N_ELEMENTS (errors); i++)
    if (**outcomes == errors[i].letter)
      {
        (*outcomes)++;
        return errors[i].error;
      }
  return 0;
}

ssize_t
recv (int fd, void *bytes, size_t len, int flags)
{
  int error = next_error (&recv_outcomes);

  if (error == 0)
    return recvfrom (fd, bytes, len, flags, NULL, NULL);
  errno = error;
  return -1;
}

ssize_t
send (int fd, const void *bytes, size_t len, int flags)
{
  int error = next_error (&send_outcomes);

  sends++;
  if (error == 0)
    return sendto (fd, bytes, len, flags, NULL, 0);
  errno = error;
  return -1;
}

/* A transport, its peer's end of the wire, and what the transport said. */
typedef struct
{
  SalTransport *transport;
  int peer;
  GString *done;
} Wire;

static void
on_received (const guint8 *bytes, gsize len, gpointer data)
{
  Wire *wire = data;

  g_string_append_len (wire->done, (const char *) bytes, (gssize) len);
  g_string_append_c (wire->done, '|');
}

static void
on_peer_ended (gpointer data)
{
  g_string_append (((Wire *) data)->done, "ended|");
}

static void
on_broken (const GError *error, gpointer data)
{
  g_string_append (((Wire *) data)->done, "broken|");
}

static Wire *
open_wire (void)
{
  static const SalTransportOptions options = { 0 };
  static const SalTransportHooks hooks = { on_received, on_peer_ended, on_broken };
  Wire *wire = g_new0 (Wire, 1);
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocket) socket = NULL;
  g_autoptr (GSocketConnection) connection = NULL;
  int narrow = 4096;
  int fds[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds), ==, 0);
  g_assert_cmpint (setsockopt (fds[0], SOL_SOCKET, SO_SNDBUF, &narrow, sizeof narrow), ==, 0);
  socket = g_socket_new_from_fd (fds[0], &error);
  g_assert_no_error (error);
  connection = g_socket_connection_factory_create_connection (socket);
  wire->peer = fds[1];
  wire->done = g_string_new (NULL);
  wire->transport = sal_transport_new (connection, &options, &hooks, wire);
  recv_outcomes = send_outcomes = "";
  sends = 0;
  return wire;
}

static void
close_wire (Wire *wire)
{
  sal_transport_close (wire->transport);
  g_object_unref (wire->transport);
  if (wire->peer >= 0)
    close (wire->peer);
  g_string_free (wire->done, TRUE);
  g_free (wire);
}

/* Until there is nothing left to do. */
static void
settle (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static void
peer_writes (Wire *wire, const char *text)
{
  g_assert_cmpint (write (wire->peer, text, strlen (text)), ==, (gssize) strlen (text));
}

static void
peer_closes (Wire *wire)
{
  close (wire->peer);
  wire->peer = -1;
}

typedef struct
{
  const char *path;
  const char *recv_outcomes;
  const char *send_outcomes;
  const char *wanted;
} Failures;

/* C7, and the errors that are the end at once. */
static const Failures failures[] = {
  { "none", "", "", "a|b|" },
  { "two-receives", "xx.xx.", "", "a|b|" },
  { "three-receives", "xxx", "", "broken|" },
  { "three-receives-after-a-good-one", "xx.xxx", "", "a|broken|" },
  { "two-sends", "", "xx.xx.", "a|b|" },
  { "three-sends", "", "xxx", "a|broken|" },
  { "three-sends-after-a-good-one", "", "xx.xxx", "a|b|broken|" },
  { "two-receives-and-two-sends-that-follow-good-ones", "xx.xx.", "xx.xx.", "a|b|" },
  { "timeout-in-receiving", "t", "", "broken|" },
  { "timeout-in-sending", "", "t", "a|broken|" },
  { "closed-door", "", "p", "a|broken|" },
  { "not-connected", "", "n", "a|broken|" },
};

static gboolean
is_broken (Wire *wire)
{
  return strstr (wire->done->str, "broken") != NULL;
}

static void
test_failures (gconstpointer data)
{
  static const char *const rounds[] = { "a", "b" };
  const Failures *row = data;
  Wire *wire = open_wire ();
  char said[8] = "";

  recv_outcomes = row->recv_outcomes;
  send_outcomes = row->send_outcomes;
  for (gsize i = 0; i < G_N_ELEMENTS (rounds) && !is_broken (wire); i++)
    {
      peer_writes (wire, rounds[i]);
      settle ();
      if (!is_broken (wire))
        sal_transport_send (wire->transport, rounds[i], 1);
      settle ();
    }
  g_assert_cmpstr (wire->done->str, ==, row->wanted);
  if (!is_broken (wire))
    {
      g_assert_cmpint (read (wire->peer, said, sizeof said - 1), ==, 2);
      g_assert_cmpstr (said, ==, "ab");
    }
  close_wire (wire);
}

/* C5: the end is told once, after everything that came before it. */
static void
test_peer_closes (void)
{
  Wire *wire = open_wire ();

  peer_writes (wire, "bye");
  peer_closes (wire);
  settle ();
  g_assert_cmpstr (wire->done->str, ==, "bye|ended|");
  close_wire (wire);
}

static void
test_peer_resets (void)
{
  Wire *wire = open_wire ();

  sal_transport_send (wire->transport, "unread", 6);
  peer_writes (wire, "bye");
  peer_closes (wire); /* with something unread: a reset */
  settle ();
  g_assert_cmpstr (wire->done->str, ==, "bye|broken|");
  close_wire (wire);
}

typedef struct
{
  const char *path;
  const char *send_outcomes;
  gboolean peer_closes;
  const char *wanted;
} Loss;

/* C5: who says something finds out before having read what came last. */
static const Loss losses[] = {
  { "reset", "r", TRUE, "good|bye|broken|" },
  { "closed-door", "p", TRUE, "good|bye|ended|" },
  { "third-failure", "xxx", TRUE, "good|bye|broken|" },
  { "peer-that-stays", "t", FALSE, "good|bye|broken|" },
};

static void
test_loss_while_sending (gconstpointer data)
{
  const Loss *row = data;
  Wire *wire = open_wire ();

  peer_writes (wire, "good");
  settle ();
  peer_writes (wire, "bye");
  if (row->peer_closes)
    peer_closes (wire);
  send_outcomes = row->send_outcomes;
  for (int i = 0; i < 4; i++)
    sal_transport_send (wire->transport, "?", 1);
  sal_transport_end_writing (wire->transport);
  settle ();
  g_assert_cmpstr (wire->done->str, ==, row->wanted);
  g_assert_true (sal_transport_is_idle (wire->transport));
  close_wire (wire);
}

/* C3 */
static void
test_one_send (void)
{
  Wire *wire = open_wire ();
  g_autofree char *text = g_strnfill (1000, 'x');

  sal_transport_send (wire->transport, text, 1000);
  g_assert_cmpuint (sends, ==, 1);
  close_wire (wire);
}

/* C4: our FIN comes when everything was sent, however slowly it is read; and what comes
 * after it is still taken. */
static void
test_end_of_writing (void)
{
  Wire *wire = open_wire ();
  gsize len = 256 * 1024;
  g_autofree char *text = g_strnfill (len, 'x');
  char bytes[4096];
  gssize n = 0;

  sal_transport_send (wire->transport, text, len);
  sal_transport_end_writing (wire->transport);
  g_assert_false (sal_transport_is_idle (wire->transport));
  while ((n = read (wire->peer, bytes, sizeof bytes)) != 0)
    {
      if (n < 0)
        g_assert_true (g_main_context_iteration (NULL, FALSE));
      else
        len -= (gsize) n;
    }
  g_assert_cmpuint (len, ==, 0);
  peer_writes (wire, "late");
  settle ();
  g_assert_cmpstr (wire->done->str, ==, "late|");
  close_wire (wire);
}

static void
add_failures (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (failures); i++)
    {
      g_autofree char *path = g_strconcat ("/client/transport/failures/", failures[i].path, NULL);

      g_test_add_data_func (path, &failures[i], test_failures);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (losses); i++)
    {
      g_autofree char *path = g_strconcat ("/client/transport/loss/", losses[i].path, NULL);

      g_test_add_data_func (path, &losses[i], test_loss_while_sending);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/client/machine/name-goes-to-our-server-at-once", test_ours);
  g_test_add_func ("/client/machine/room-is-entered-before-anything-is-said", test_room);
  g_test_add_func ("/client/machine/own-message-coming-back-is-the-receipt", test_receipts);
  g_test_add_func ("/client/machine/refused-message-fails", test_refused_message);
  g_test_add_func ("/client/machine/sent-is-not-delivered", test_no_receipt);
  g_test_add_func ("/client/machine/what-was-never-sent-stays-queued", test_never_sent);
  g_test_add_func ("/client/machine/greeting-with-newline-wants-lines", test_greeting_with_newline);
  g_test_add_func ("/client/machine/silent-server-wants-lines", test_silent_server);
  g_test_add_func ("/client/machine/who-has-an-account-waits-for-the-greeting", test_account_waits);
  g_test_add_func ("/client/machine/unanswered-name-wants-lines", test_prompt_that_is_not_answered);
  g_test_add_func ("/client/machine/answered-name-wants-none", test_unframed_server);
  g_test_add_func ("/client/machine/last-text-before-the-name-decides", test_last_text_decides);
  g_test_add_func ("/client/machine/lines-for-good", test_lines_for_good);
  g_test_add_func ("/client/machine/no-lines-for-good", test_no_lines_for_good);
  g_test_add_func ("/client/machine/forced-line-ends", test_forced_line_ends);
  g_test_add_func ("/client/machine/time-between-two-sends", test_time_between_two_sends);
  g_test_add_func ("/client/machine/time-before-quitting", test_time_before_quitting);
  g_test_add_func ("/client/machine/time-before-quitting-with-nothing-queued",
                   test_time_before_quitting_alone);
  g_test_add_func ("/client/machine/no-time-before-quitting-with-lines", test_quitting_with_lines);
  g_test_add_func ("/client/machine/latin1", test_latin1);
  g_test_add_func ("/client/machine/unfinished-lines-are-shown-and-go-on", test_unfinished_lines);
  g_test_add_func ("/client/machine/glued-texts-are-shown-as-they-came", test_glued_texts);
  g_test_add_func ("/client/machine/unreadable-bytes-are-marked", test_unreadable_bytes);
  g_test_add_func ("/client/machine/words-that-leave", test_leaving_words);
  g_test_add_func ("/client/machine/words-that-leave-our-server", test_words_that_leave_ours);
  g_test_add_func ("/client/machine/quit-leaves-after-what-was-said", test_quit_word);
  g_test_add_func ("/client/machine/end-of-input-waits-for-receipts",
                   test_end_of_input_waits_for_receipts);
  g_test_add_func ("/client/machine/end-of-input-half-closes-line-servers",
                   test_end_of_input_with_a_line_server);
  g_test_add_func ("/client/machine/half-close-says-no-word", test_half_close);
  g_test_add_func ("/client/machine/peer-ends", test_peer_ends);
  g_test_add_func ("/client/machine/reset-shows-what-is-left", test_reset);
  g_test_add_func ("/client/machine/reset-while-leaving", test_reset_while_leaving);
  g_test_add_func ("/client/machine/quit-before-a-name", test_quit_before_a_name);
  g_test_add_func ("/client/machine/endless-line-is-bounded", test_endless_line);
  add_failures ();
  g_test_add_func ("/client/transport/peer-closes", test_peer_closes);
  g_test_add_func ("/client/transport/peer-resets", test_peer_resets);
  g_test_add_func ("/client/transport/message-is-one-send", test_one_send);
  g_test_add_func ("/client/transport/fin-comes-after-everything", test_end_of_writing);
  return g_test_run ();
}
