/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * `salotto-cli chat`: a person at a terminal, or a pipe whose every line is a message.
 */
#include "config.h"

#include <glib/gi18n.h>
#include <string.h>

#include "client-cli/cli-commands.h"
#include "client-cli/cli-complete.h"
#include "client-cli/cli-input.h"
#include "client-cli/cli-print.h"
#include "client-cli/cli-resume.h"
#include "client-cli/cli-talk.h"
#include "client-cli/cli.h"
#include "common/base/sal-error.h"
#include "common/base/sal-limits.h"
#include "common/base/sal-program.h"
#include "common/proto/sal-text.h"

/* Before a line of several that were pasted: it is said as it is, because it was not typed to be carried
 * out. No line has this in it. */
#define PASTED '\n'

/* A pipe is not read while so many messages wait to be sent or to come back. */
#define UNFINISHED_MAX 64

typedef struct
{
  CliTalk talk; /* first */
  CliInput *input;
  GQueue early; /* of char * (owned): typed before anybody would have heard it */
  guint line;
  gboolean ended; /* nothing more will be typed */
} Chat;

static void
hold_input (Chat *chat)
{
  cli_input_pause (chat->input, sal_client_count_unfinished (chat->talk.client) >= UNFINISHED_MAX);
}

static void
explain (Chat *chat)
{
  cli_print (_ ("Every line you type is sent. quit, exit or Ctrl-D leaves; Ctrl-C does too, and a "
                "second one stops at once.\n"));
  if (!sal_client_is_ours (chat->talk.client) && !sal_client_is_irc (chat->talk.client))
    cli_print (_ ("This server is not a salottod: what else it understands is its own affair.\n"));
}

/* What Tab may make of a word. */
static char **
complete (const char *line, gsize start, const char *word, gpointer data)
{
  Chat *chat = data;

  return cli_complete (&chat->talk, line, start, word);
}

static void
say (Chat *chat, const char *line)
{
  g_autoptr (GString) clean = g_string_new (NULL);
  const char *said = line;

  if (*line == PASTED)
    said = ++line;
  else if (sal_text_clean (clean, line, strlen (line)) &&
           cli_commands_take (&chat->talk, clean->str, cli_input_is_terminal (chat->input), &said))
    return;
  if (cli_talk_say (&chat->talk, cli_talk_here (&chat->talk), said) == 0 &&
      strlen (line) > SAL_MESSAGE_MAX_BYTES)
    {
      cli_complain (_ ("line %u has %zu bytes and was not sent; a message has at most %d"),
                    chat->line, strlen (line), SAL_MESSAGE_MAX_BYTES);
      chat->talk.failed++;
    }
}

static void
on_end (Chat *chat)
{
  SalClient *client = chat->talk.client;

  if (cli_input_is_terminal (chat->input) || cli_talk_is_away (&chat->talk))
    cli_talk_leave (&chat->talk);
  else if (chat->talk.options->reset)
    sal_client_reset (client);
  else
    sal_client_end_input (client);
  chat->talk.leaving = TRUE;
}

static gboolean
must_wait (Chat *chat)
{
  return !chat->talk.entered || chat->talk.going != NULL ||
         (chat->talk.resume != NULL && cli_resume_holds (chat->talk.resume));
}

/* Nothing that was typed waits to be said, for the first time or again. */
static gboolean
is_all_said (Chat *chat)
{
  return chat->early.length == 0 &&
         (chat->talk.resume == NULL || !cli_resume_holds (chat->talk.resume));
}

/* Likewise, and it need not be said once more, either. */
static gboolean
is_all_done (Chat *chat)
{
  return is_all_said (chat) &&
         (chat->talk.resume == NULL || !sal_client_is_irc (chat->talk.client) ||
          !cli_resume_awaits (chat->talk.resume));
}

/* What is typed before it is known what is spoken waits for that. */
static void
take_line (Chat *chat, const char *line)
{
  SalClient *client = chat->talk.client;

  if (must_wait (chat) || chat->early.length > 0)
    {
      g_queue_push_tail (&chat->early, g_strdup (line));
      return;
    }
  if (g_str_equal (line, "/help") && cli_input_is_terminal (chat->input))
    {
      explain (chat);
      if (!sal_client_is_ours (client) && !sal_client_is_irc (client))
        return;
    }
  say (chat, line);
  hold_input (chat);
}

static void
on_line (const char *line, gpointer data)
{
  Chat *chat = data;

  if (line == NULL)
    {
      chat->ended = TRUE;
      if (is_all_done (chat) || cli_input_is_terminal (chat->input))
        on_end (chat);
      return;
    }
  chat->line++;
  if (cli_input_is_pasted (chat->input))
    {
      g_autofree char *pasted = g_strdup_printf ("%c%s", PASTED, line);

      take_line (chat, pasted);
      return;
    }
  if (!chat->talk.entered && cli_input_is_terminal (chat->input) &&
      sal_client_is_leaving_word (line + (*line == '/')))
    {
      /* The end of a try to come back is not waited for, nor is there anybody to say goodbye to. */
      if (chat->talk.was_in && !cli_talk_is_away (&chat->talk))
        chat->talk.leaving = TRUE;
      on_end (chat);
      return;
    }
  take_line (chat, line);
}

/* A pipe that has ended ends the conversation when nothing more can become of what it said. */
static void
end_if_done (Chat *chat)
{
  if (chat->ended && !chat->talk.leaving && is_all_done (chat))
    on_end (chat);
}

/* What had to wait until it is known where one is. */
static void
say_early (Chat *chat)
{
  while (!must_wait (chat) && chat->early.length > 0)
    {
      g_autofree char *line = g_queue_pop_head (&chat->early);

      say (chat, line);
    }
  end_if_done (chat);
}

static void
on_entered (gpointer data)
{
  Chat *chat = data;

  cli_input_take_lines_back (chat->input, sal_client_has_receipts (chat->talk.client));
  if (sal_client_is_irc (chat->talk.client))
    cli_input_hold_pastes (chat->input); /* there are people, and servers that count lines */
  say_early (chat);
  cli_input_pause (chat->input, FALSE);
  hold_input (chat);
}

/* Where what is typed goes stands before it. */
static void
on_place (gpointer data)
{
  Chat *chat = data;
  const char *here = cli_talk_here (&chat->talk);
  g_autofree char *prompt = here != NULL ? g_strdup_printf ("%s> ", here) : g_strdup ("> ");

  cli_input_set_prompt (chat->input, prompt);
  say_early (chat);
}

/* The connection broke: what is typed waits for the next. */
static void
on_away (gpointer data)
{
  Chat *chat = data;

  cli_input_set_prompt (chat->input, "... ");
  cli_input_pause (chat->input, TRUE);
}

static void
on_message (gpointer data)
{
  hold_input (data);
  end_if_done (data);
}

/* What nobody was there for any more. */
static void
complain_of_early (Chat *chat)
{
  char *line = NULL;

  while ((line = g_queue_pop_head (&chat->early)) != NULL)
    {
      cli_complain (_ ("not sent, the conversation was over: %s"), line + (*line == PASTED));
      chat->talk.failed++;
      g_free (line);
    }
}

/**
 * cli_chat:
 *
 * Returns: 0; 1 if a message could not be sent; or what the end was.
 */
int
cli_chat (int argc, char **argv)
{
  g_auto (CliOptions) options = { 0 };
  Chat chat = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (SalUri) uri = NULL;
  int status = 0;

  if (!cli_options_parse (
          &options, CLI_TAKES_TALK | CLI_TAKES_RESET | CLI_TAKES_RECONNECT | CLI_TAKES_BELL,
          _ ("[chat] [URI|HOST[:PORT]] - talk"),
          _ ("Joins a room. With no address: the room on this machine."), &argc, &argv, &error))
    return cli_fail (error);
  if (argc > 2)
    return sal_usage_fail (_ ("salotto-cli [chat] [URI|HOST[:PORT]]"), argv[2]);
  uri = cli_options_uri (&options, argc > 1 ? argv[1] : "localhost", &error);
  if (uri == NULL || !cli_options_passwords (&options, uri, &error) ||
      !cli_talk_init (&chat.talk, &options, uri, FALSE, &error))
    return cli_fail (error);

  chat.talk.on_entered = on_entered;
  chat.talk.on_place = on_place;
  chat.talk.on_message = on_message;
  chat.talk.on_away = on_away;
  cli_commands_begin (&chat.talk);
  chat.input = cli_input_new ("> ", NULL, on_line, &chat);
  cli_input_set_completer (chat.input, complete);
  if (cli_input_is_terminal (chat.input))
    cli_talk_filter (&chat.talk);
  cli_input_pause (chat.input, TRUE);
  if (options.reconnect || (!options.no_reconnect && cli_input_is_terminal (chat.input)))
    cli_talk_come_back (&chat.talk);
  status = cli_talk_run (&chat.talk);
  complain_of_early (&chat);
  if (status == SAL_EXIT_OK && chat.talk.failed + chat.talk.unknown > 0)
    status = SAL_EXIT_FAILED;
  cli_input_free (chat.input);
  cli_talk_clear (&chat.talk);
  return status;
}
