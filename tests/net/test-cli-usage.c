/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Command lines of salotto-cli that are wrong: each is answered with what is wrong about it and
 * what is right, before anything is connected.
 */
#include "config.h"

#include <string.h>
#include <unistd.h>

#include "tests/lib/test-peer.h"

static void
test_usage (void)
{
  static const struct
  {
    const char *args[4];
    const char *says;
  } rows[] = {
    { { "send", "localhost" }, "Usage: salotto-cli send URI TEXT…" },
    { { "tail" }, "Usage: salotto-cli tail URI" },
    { { "run", "x" }, "Usage: salotto-cli run SCRIPT URI" },
    { { "tail", "irc://localhost", "--dialect=plain" }, "“irc://localhost” speaks IRC" },
    { { "tail", "localhost:99999" }, "“99999” is not a port" },
    { { "tail", "local host" }, "bad address “local host”" },
    { { "chat", "localhost", "--eol=cr" }, "“cr” is not allowed; allowed: lf, crlf, none" },
    { { "chat", "localhost", "--dialect=xmpp" },
      "“xmpp” is not allowed; allowed: auto, plain, irc" },
    { { "chat", "localhost", "--split=0x" }, "--split" },
    { { "chat", "localhost", "--split=0" }, "--split: a number from 1 to 4096" },
    { { "listen", "0", "--backlog=0" }, "--backlog: a number from 1 to 65535" },
    { { "snd", "localhost", "hi" }, "there is no verb “snd”; salotto-cli --help lists them" },
    { { "chat", "localhost", "tea" }, "unexpected argument “tea”" },
    { { "send", "localhost", "--rst" }, "Unknown option --rst" },
    { { "run", "-", "--latin1" }, "Unknown option --latin1" },
    { { "probe", "localhost", "--hex" }, "Unknown option --hex" },
    { { "listen", "99999" }, "PORT (0 to 65535)" },
    { { "chat", "localhost", "--name=\x1b[2J" }, "cannot be a name" },
    { { "run", "/nonexistent", "localhost" }, "/nonexistent" },
  };
  g_autoptr (TestFolder) folder = test_folder_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const char *const argv[] = { test_program ("SALOTTO_CLI"), rows[i].args[0], rows[i].args[1],
                                   rows[i].args[2], NULL };
      g_autoptr (TestProcess) cli = test_process_start (folder, argv, NULL);
      g_autofree char *errors = NULL;

      test_process_expect_exit (cli, 2);
      errors = test_process_get_errors (cli);
      if (strstr (errors, rows[i].says) == NULL)
        g_error ("expected the complaint “%s”; got “%s”", rows[i].says, errors);
    }
}

static void
test_console_that_is_elsewhere (void)
{
  const char *const argv[] = { test_program ("SALOTTO_CLI"), "console", NULL };
  g_autoptr (TestFolder) folder = test_folder_new ();
  g_autoptr (TestProcess) cli = NULL;
  g_autofree char *errors = NULL;

  if (access ("/run/salotto/control", F_OK) == 0)
    {
      g_test_skip ("a salottod of this machine is where one is looked for");
      return;
    }
  cli = test_process_start (folder, argv, NULL);
  test_process_expect_exit (cli, 3);
  errors = test_process_get_errors (cli);
  g_assert_nonnull (strstr (errors, "“salotto-cli console SOCKET”"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/net/cli-usage/what-is-wrong-is-named", test_usage);
  g_test_add_func ("/net/cli-usage/console-that-is-elsewhere", test_console_that_is_elsewhere);
  return g_test_run ();
}
