/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * `salotto-cli send`: say something, wait until it has come back, leave.
 */
#include "config.h"

#include <glib/gi18n.h>
#include <string.h>

#include "client-cli/cli-print.h"
#include "client-cli/cli-talk.h"
#include "client-cli/cli.h"
#include "common/base/sal-error.h"
#include "common/base/sal-limits.h"
#include "common/base/sal-program.h"

static int
final_status (const CliTalk *talk, int status)
{
  if (status != SAL_EXIT_OK)
    return status;
  if (talk->failed > 0)
    return SAL_EXIT_FAILED;
  if (talk->unknown > 0)
    return SAL_EXIT_CLOSED;
  if (talk->sent_only > 0)
    {
      cli_complain (_ ("sent, but it did not come back in time; this server may not send back"));
      return SAL_EXIT_TIMEOUT;
    }
  return SAL_EXIT_OK;
}

/**
 * cli_send:
 *
 * Returns: 0 if everything came back in the room's order; 6 if it was sent and did not.
 */
int
cli_send (int argc, char **argv)
{
  g_auto (CliOptions) options = { 0 };
  CliTalk talk = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (SalUri) uri = NULL;
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  guint n = 0;
  int status = 0;

  if (!cli_options_parse (&options, CLI_TAKES_TALK, _ ("send URI TEXT… - say something"),
                          _ ("Says TEXT, waits until it has come back, and leaves."), &argc, &argv,
                          &error))
    return cli_fail (error);
  if (argc < 3)
    return sal_usage_fail (_ ("salotto-cli send URI TEXT…"), NULL);
  uri = cli_options_uri (&options, argv[1], &error);
  if (uri == NULL || !cli_options_passwords (&options, uri, &error) ||
      !cli_talk_init (&talk, &options, uri, TRUE, &error))
    return cli_fail (error);

  talk.quiet = !options.json && !options.verbose;
  text = g_strjoinv (" ", argv + 2);
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      if (strlen (lines[i]) > SAL_MESSAGE_MAX_BYTES)
        {
          cli_complain (_ ("the text has %zu bytes; a message has at most %d"), strlen (lines[i]),
                        SAL_MESSAGE_MAX_BYTES);
          status = SAL_EXIT_USAGE;
        }
    }
  for (guint i = 0; status == SAL_EXIT_OK && lines[i] != NULL; i++)
    n += sal_client_say (talk.client, lines[i]) != 0;
  if (status == SAL_EXIT_OK && n == 0)
    status = sal_usage_fail (_ ("salotto-cli send URI TEXT… (there is nothing to say)"), NULL);
  if (status == SAL_EXIT_OK)
    {
      sal_client_end_input (talk.client);
      status = final_status (&talk, cli_talk_run (&talk));
    }
  cli_talk_clear (&talk);
  return status;
}
