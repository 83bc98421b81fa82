/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * `salotto-cli tail`: print what is said, until asked to stop.
 */
#include "config.h"

#include <glib/gi18n.h>

#include "client-cli/cli-print.h"
#include "client-cli/cli-talk.h"
#include "client-cli/cli.h"
#include "common/base/sal-program.h"

/**
 * cli_tail:
 *
 * Returns: 0 after Ctrl-C; else what the end was.
 */
int
cli_tail (int argc, char **argv)
{
  g_auto (CliOptions) options = { 0 };
  CliTalk talk = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (SalUri) uri = NULL;
  int status = 0;

  if (!cli_options_parse (
          &options, CLI_TAKES_TALK | CLI_TAKES_RESET | CLI_TAKES_RECONNECT, _ ("tail URI - listen"),
          _ ("Prints what is said, as text, or with --json everything that happens."), &argc, &argv,
          &error))
    return cli_fail (error);
  if (argc != 2)
    return sal_usage_fail (_ ("salotto-cli tail URI"), argc > 2 ? argv[2] : NULL);
  uri = cli_options_uri (&options, argv[1], &error);
  if (uri == NULL || !cli_options_passwords (&options, uri, &error) ||
      !cli_talk_init (&talk, &options, uri, FALSE, &error))
    return cli_fail (error);

  talk.style.said_only = TRUE;
  if (options.reconnect)
    cli_talk_come_back (&talk);
  status = cli_talk_run (&talk);
  cli_talk_clear (&talk);
  return status;
}
