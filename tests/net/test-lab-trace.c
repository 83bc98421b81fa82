/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * `salotto-lab trace` on files and pipes: what it says of bad ones, when it shows what it
 * has, and where it may use colours.
 */
#include "config.h"

#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/lib/test-process.h"

static char *
capture_path (const char *name)
{
  return g_test_build_filename (G_TEST_DIST, "data", "captures", name, NULL);
}

static TestProcess *
trace (const TestFolder *folder, const char *const *extra_env, ...)
{
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  const char *word = NULL;
  va_list words;

  g_ptr_array_add (argv, (gpointer) test_program ("SALOTTO_LAB"));
  g_ptr_array_add (argv, (gpointer) "trace");
  va_start (words, extra_env);
  while ((word = va_arg (words, const char *)) != NULL)
    g_ptr_array_add (argv, (gpointer) word);
  va_end (words);
  g_ptr_array_add (argv, NULL);
  return test_process_start (folder, (const char *const *) argv->pdata, extra_env);
}

/* One sentence, on standard error, and nothing where results go. */
static void
expect_refusal (TestProcess *process, int status, const char *message)
{
  g_autofree char *errors = NULL;
  g_autofree char *line = NULL;

  test_process_expect_exit (process, status);
  errors = test_process_get_errors (process);
  if (strstr (errors, message) == NULL)
    g_error ("“%s” is not in: %s", message, errors);
  g_assert_true (g_str_has_prefix (errors, "salotto-lab: "));
  g_assert_true (strchr (errors, '\n') == errors + strlen (errors) - 1);
  line = test_process_take_line (process, TEST_PATIENCE_MS);
  g_assert_null (line);
}

static void
test_bad_files (void)
{
  static const struct
  {
    const char *name;
    const char *contents;
    const char *message;
  } rows[] = {
    { "script", "#!/bin/sh\necho\n", "it is no capture (neither pcap nor pcapng)" },
    { "empty", "", " is empty, so it is no capture" },
    { "short", "\xd4\xc3", " is too short to be a capture" },
    { "short2", "\xd4\xc3\xb2\xa1\x02", " is too short to be a capture" },
    { "packed.pcap.gz", "\x1f\x8b\x08 and so on",
      "it is compressed (gzip); unpack it with gunzip" },
  };
  static const char *const formats[] = { "text", "json", "svg", "html", "summary" };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    for (gsize j = 0; j < G_N_ELEMENTS (formats); j++)
      {
        g_autoptr (TestFolder) folder = test_folder_new ();
        g_autofree char *path = test_folder_file (folder, rows[i].name);
        g_autoptr (TestProcess) process = NULL;

        test_folder_write (folder, rows[i].name, rows[i].contents);
        process = trace (folder, NULL, "--read", path, "--format", formats[j], NULL);
        expect_refusal (process, 2, rows[i].message);
      }
}

static void
test_files_that_are_none (void)
{
  g_autoptr (TestFolder) folder = test_folder_new ();
  g_autofree char *missing = test_folder_file (folder, "missing.pcap");
  g_autoptr (TestProcess) first = trace (folder, NULL, "--read", missing, NULL);
  g_autoptr (TestProcess) second = trace (folder, NULL, "--read", folder->path, NULL);

  expect_refusal (first, 2, "there is no file ");
  expect_refusal (second, 2, " is a folder, and no capture");
}

static void
test_no_permission (void)
{
  g_autoptr (TestFolder) folder = test_folder_new ();
  g_autofree char *path = test_folder_file (folder, "secret.pcap");
  g_autoptr (TestProcess) process = NULL;
  const char *as_nobody[] = { "setpriv",
                              "--reuid=65534",
                              "--regid=65534",
                              "--clear-groups",
                              test_program ("SALOTTO_LAB"),
                              "trace",
                              "--read",
                              path,
                              NULL };

  test_folder_write (folder, "secret.pcap", "");
  g_assert_cmpint (chmod (path, 0), ==, 0);
  if (geteuid () != 0)
    process = trace (folder, NULL, "--read", path, NULL);
  else if (access ("/usr/bin/setpriv", X_OK) == 0)
    process = test_process_start (folder, as_nobody, NULL);
  expect_refusal (process, 2, "you have no permission to read ");
}

static void
test_usage (void)
{
  static const struct
  {
    const char *words[6];
    const char *message;
  } rows[] = {
    { { NULL }, "either --read FILE or --interface IF" },
    { { "--read", "a", "--interface", "b" }, "either --read FILE or --interface IF" },
    { { "a.pcap" }, "“a.pcap” is no option; a capture is read with --read FILE" },
    { { "--read", "a", "--format", "xml" }, "--format: “xml” is not allowed" },
    { { "--read", "a", "--port", "70000" }, "--port: a number from 1 to 65535" },
    { { "--read", "a", "--chat", "-1" }, "--chat: a number from 0 to 65535" },
    { { "--read", "a", "--linger", "-1" }, "--linger: a number from 0 to" },
    { { "--read", "a", "--connection", "-1" }, "--connection: a number from 0 to" },
    { { "--read", "a", "--host", "juliet" }, "--host: “juliet” is no IPv4 or IPv6 address" },
    { { "--read", "a", "--since", "noon" }, "--since: “noon” is no time" },
    { { "--read", "a", "--since", "25:00" }, "--since: “25:00” is no time" },
    { { "--read", "a", "--since", "1.5s" }, "--since: “1.5s” is no time" },
    { { "--read", "a", "--filter", "tcp prot 80" }, "--filter: “tcp prot 80”: " },
    { { "--read", "a", "--nonsense" }, "--nonsense" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (TestFolder) folder = test_folder_new ();
      const char *const *words = rows[i].words;
      g_autoptr (TestProcess) process =
          trace (folder, NULL, words[0], words[1], words[2], words[3], words[4], NULL);

      expect_refusal (process, 2, rows[i].message);
    }
}

/* A link type that nobody knows: it is said once, and the status tells. */
static void
test_unknown_link_type (void)
{
  static const guint8 capture[] = {
    0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff,
    0,    0,    147,  0,    0, 0, /* LINKTYPE_USER0 */
    1,    0,    0,    0,    0, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 'h',  'i',
    2,    0,    0,    0,    0, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 'h',  'o'
  };
  g_autoptr (TestFolder) folder = test_folder_new ();
  g_autofree char *path = test_folder_file (folder, "user0.pcap");
  g_autoptr (TestProcess) process = NULL;

  g_assert_true (g_file_set_contents (path, (const char *) capture, sizeof capture, NULL));
  process = trace (folder, NULL, "--read", path, "--format", "json", NULL);
  expect_refusal (process, 1, "packets of link type 147 are left out");
}

/* Nothing to see: it is said why, and is no failure. */
static void
test_nothing_shown (void)
{
  static const struct
  {
    const char *capture;
    const char *option;
    const char *message;
  } rows[] = {
    { "hello.pcap", "--connection=9", "no packet is of what was selected; packets read: 11" },
    { "hello.pcap", "--filter=port 9", "no packet is of what was selected; packets read: 11" },
    { "hello.pcap", "--since=3600", "no packet is of what was selected; packets read: 11" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (TestFolder) folder = test_folder_new ();
      g_autofree char *path = capture_path (rows[i].capture);
      g_autoptr (TestProcess) process =
          trace (folder, NULL, "--read", path, "--format", "json", rows[i].option, NULL);

      expect_refusal (process, 0, rows[i].message);
    }
}

/* Packets of another protocol are none of TCP. */
static void
test_no_tcp (void)
{
  static const guint8
      capture
          [] = { 0xd4, 0xc3, 0xb2, 0xa1, 2,  0, 4, 0, 0,  0, 0, 0, 0,    0,
                 0,    0,    0xff, 0xff, 0,  0, 1, 0, 0,  0, 1, 0, 0,    0,
                 0,    0,    0,    0,    14, 0, 0, 0, 14, 0, 0, 0, /* ARP: its EtherType, no more */
                 1,    2,    3,    4,    5,  6, 1, 2, 3,  4, 5, 6, 0x08, 0x06 };
  g_autoptr (TestFolder) folder = test_folder_new ();
  g_autofree char *path = test_folder_file (folder, "arp.pcap");
  g_autoptr (TestProcess) process = NULL;

  g_assert_true (g_file_set_contents (path, (const char *) capture, sizeof capture, NULL));
  process = trace (folder, NULL, "--read", path, "--format", "json", NULL);
  expect_refusal (process, 0, "no packet is of TCP; packets read: 1");
}

/* Of a file that is cut off everything before is shown, and one warning. */
static void
test_cut (void)
{
  g_autoptr (TestFolder) folder = test_folder_new ();
  g_autofree char *path = capture_path ("hello-cut.pcap");
  g_autoptr (TestProcess) process = trace (folder, NULL, "--read", path, "--format", "json", NULL);
  g_autofree char *errors = NULL;

  g_assert_true (test_process_wait_for_output (process, "\"frame.number\":10,", TEST_PATIENCE_MS));
  g_assert_true (
      test_process_wait_for_output (process, "\"type\":\"connection\"", TEST_PATIENCE_MS));
  test_process_expect_exit (process, 1);
  errors = test_process_get_errors (process);
  g_assert_nonnull (strstr (errors, "ends in the middle of packet 11;"));
  g_assert_true (strchr (errors, '\n') == errors + strlen (errors) - 1);
}

/* What comes through a pipe is shown as soon as it has come. */
static void
test_pipe_at_once (void)
{
  g_autoptr (TestFolder) folder = test_folder_new ();
  g_autofree char *path = capture_path ("hello.pcap");
  g_autofree char *contents = NULL;
  gsize len = 0;
  g_autoptr (TestProcess) process = trace (folder, NULL, "--read", "-", "--format", "json", NULL);

  g_assert_true (g_file_get_contents (path, &contents, &len, NULL));
  /* The header, the first packet, and half of the second. */
  g_assert_cmpint (write (process->in, contents, 24 + 16 + 74 + 40), ==, 24 + 16 + 74 + 40);
  g_assert_true (
      test_process_wait_for_output (process, "\"salotto.event\":\"syn\"", TEST_PATIENCE_MS));
  g_assert_cmpint (write (process->in, contents + 154, len - 154), ==, (gssize) len - 154);
  g_assert_true (test_process_wait_for_output (process, "\"frame.number\":11,", TEST_PATIENCE_MS));
  test_process_end_input (process);
  g_assert_true (test_process_wait_for_output (process, "\"conn_state\":\"SF\"", TEST_PATIENCE_MS));
  test_process_expect_exit (process, 0);
}

/* A signal while a pipe is quiet: the report of what there was, and no complaint. */
static void
interrupt_pipe (int signal)
{
  g_autoptr (TestFolder) folder = test_folder_new ();
  g_autofree char *path = capture_path ("hello.pcap");
  g_autofree char *contents = NULL;
  g_autofree char *errors = NULL;
  g_autoptr (TestProcess) process = trace (folder, NULL, "--read", "-", "--format", "json", NULL);

  g_assert_true (g_file_get_contents (path, &contents, NULL, NULL));
  g_assert_cmpint (write (process->in, contents, 24 + 16 + 74 + 40), ==, 24 + 16 + 74 + 40);
  g_assert_true (
      test_process_wait_for_output (process, "\"salotto.event\":\"syn\"", TEST_PATIENCE_MS));
  test_process_signal (process, signal);
  g_assert_true (test_process_wait_for_output (process, "\"conn_state\":\"S0\"", TEST_PATIENCE_MS));
  test_process_expect_exit (process, 0);
  errors = test_process_get_errors (process);
  g_assert_cmpstr (errors, ==, "");
}

/* Ctrl-C, kill(1), and the end of the terminal. */
static void
test_pipe_interrupted (void)
{
  interrupt_pipe (SIGINT);
  interrupt_pipe (SIGTERM);
  interrupt_pipe (SIGHUP);
}

/* The one who reads has seen enough: that is no failure. */
static void
test_reader_leaves (void)
{
  g_autoptr (TestFolder) folder = test_folder_new ();
  g_autofree char *path = capture_path ("lo-chat3.pcap");
  g_autofree char *command =
      g_strdup_printf ("for i in 1 2 3 4 5 6 7 8 9; do cat '%s'; done | "
                       "{ '%s' trace --read '%s' --hex; echo \"status $?\" >&2; } | head -n 1",
                       path, test_program ("SALOTTO_LAB"), path);
  const char *argv[] = { "sh", "-c", command, NULL };
  g_autoptr (TestProcess) process = test_process_start (folder, argv, NULL);
  g_autofree char *errors = NULL;

  test_process_expect_exit (process, 0);
  errors = test_process_get_errors (process);
  g_assert_cmpstr (errors, ==, "status 0\n");
}

static void
test_disk_full (void)
{
  g_autoptr (TestFolder) folder = test_folder_new ();
  g_autofree char *path = capture_path ("hello.pcap");
  g_autofree char *command = g_strdup_printf ("exec '%s' trace --read '%s' >/dev/full",
                                              test_program ("SALOTTO_LAB"), path);
  const char *argv[] = { "sh", "-c", command, NULL };
  g_autoptr (TestProcess) out = test_process_start (folder, argv, NULL);
  g_autoptr (TestProcess) file = trace (folder, NULL, "--read", path, "--write", "/dev/full", NULL);
  g_autofree char *errors = NULL;

  expect_refusal (out, 1, "No space left on device");
  test_process_expect_exit (file, 1);
  errors = test_process_get_errors (file);
  g_assert_nonnull (strstr (errors, "--write: /dev/full cannot be written: No space left"));
}

static void
test_write_cannot_be_made (void)
{
  g_autoptr (TestFolder) folder = test_folder_new ();
  g_autofree char *path = capture_path ("hello.pcap");
  g_autofree char *inside = test_folder_file (folder, "not-there/a.pcap");
  g_autofree char *message = g_strdup_printf ("--write: %s cannot be written: ", inside);
  g_autoptr (TestProcess) process = trace (folder, NULL, "--read", path, "--write", inside, NULL);

  expect_refusal (process, 1, message);
}

/* What is read is not written over, whatever it is called. */
static void
test_write_over_what_is_read (void)
{
  g_autoptr (TestFolder) folder = test_folder_new ();
  g_autofree char *path = test_folder_file (folder, "a.pcap");
  g_autofree char *other =
      g_strdup_printf ("%s/../%s/a.pcap", folder->path, strrchr (folder->path, '/') + 1);
  g_autofree char *capture = capture_path ("hello.pcap");
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  g_autoptr (TestProcess) process = NULL;
  gsize len = 0;
  gsize left = 0;

  g_assert_true (g_file_get_contents (capture, &before, &len, NULL));
  g_assert_true (g_file_set_contents (path, before, (gssize) len, NULL));
  process = trace (folder, NULL, "--read", path, "--write", other, NULL);
  expect_refusal (process, 2, " is what is read; give another name");
  g_assert_true (g_file_get_contents (path, &after, &left, NULL));
  g_assert_cmpmem (after, left, before, len);
}

/* The next line, but for the number of the interface: a copy has fewer of them. */
static char *
take_line_without_interface (TestProcess *process)
{
  g_autofree char *line = test_process_take_line (process, TEST_PATIENCE_MS);
  g_autoptr (GRegex) interface = g_regex_new ("\"frame.interface_id\":\\d+,", 0, 0, NULL);

  return line != NULL ? g_regex_replace (interface, line, -1, 0, "", 0, NULL) : NULL;
}

/* A copy of a capture with two link types: as pcapng only. */
static void
test_write_two_link_types (void)
{
  g_autoptr (TestFolder) folder = test_folder_new ();
  g_autofree char *path = capture_path ("hello-ng-2if.pcapng");
  g_autofree char *pcap = test_folder_file (folder, "copy.pcap");
  g_autofree char *pcapng = test_folder_file (folder, "copy.pcapng");
  g_autoptr (TestProcess) bad = trace (folder, NULL, "--read", path, "--write", pcap, NULL);
  g_autoptr (TestProcess) good = trace (folder, NULL, "--read", path, "--write", pcapng, NULL);
  g_autoptr (TestProcess) original = trace (folder, NULL, "--read", path, "--format", "json", NULL);
  g_autoptr (TestProcess) copy = NULL;
  g_autofree char *errors = NULL;

  test_process_expect_exit (bad, 2);
  errors = test_process_get_errors (bad);
  g_assert_nonnull (strstr (errors, "give "));
  test_process_expect_exit (good, 0);
  copy = trace (folder, NULL, "--read", pcapng, "--format", "json", NULL);
  for (;;)
    {
      g_autofree char *first = take_line_without_interface (original);
      g_autofree char *second = take_line_without_interface (copy);

      g_assert_cmpstr (first, ==, second);
      if (first == NULL)
        break;
    }
}

/* Colours are for a terminal, and for who has not asked for none. */
static void
test_colours (void)
{
  g_autoptr (TestFolder) folder = test_folder_new ();
  g_autofree char *path = capture_path ("hello.pcap");
  const char *argv[] = { test_program ("SALOTTO_LAB"), "trace", "--read", path, NULL };
  const char *const none[] = { "NO_COLOR=1", NULL };
  g_autoptr (TestProcess) coloured = test_process_start_on_terminal (folder, argv, NULL);
  g_autoptr (TestProcess) refused = test_process_start_on_terminal (folder, argv, none);

  g_assert_true (test_process_wait_for_output (coloured, "\033[32mESTABLISHED", TEST_PATIENCE_MS));
  g_assert_true (
      test_process_wait_for_output (refused, " ESTABLISHED   ESTABLISHED   ", TEST_PATIENCE_MS));
}

static void
test_help (void)
{
  g_autoptr (TestFolder) folder = test_folder_new ();
  g_autoptr (TestProcess) process = trace (folder, NULL, "--help", NULL);

  g_assert_true (test_process_wait_for_output (process, "--interface", TEST_PATIENCE_MS));
  g_assert_true (test_process_wait_for_output (process, "Examples:", TEST_PATIENCE_MS));
  test_process_expect_exit (process, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lab/trace/file-that-is-no-capture", test_bad_files);
  g_test_add_func ("/lab/trace/file-that-is-none", test_files_that_are_none);
  g_test_add_func ("/lab/trace/file-without-permission", test_no_permission);
  g_test_add_func ("/lab/trace/command-line-with-mistakes", test_usage);
  g_test_add_func ("/lab/trace/unknown-link-type", test_unknown_link_type);
  g_test_add_func ("/lab/trace/nothing-of-what-was-selected", test_nothing_shown);
  g_test_add_func ("/lab/trace/nothing-of-tcp", test_no_tcp);
  g_test_add_func ("/lab/trace/file-that-is-cut-off", test_cut);
  g_test_add_func ("/lab/trace/pipe-is-shown-at-once", test_pipe_at_once);
  g_test_add_func ("/lab/trace/pipe-is-interrupted", test_pipe_interrupted);
  g_test_add_func ("/lab/trace/reader-leaves", test_reader_leaves);
  g_test_add_func ("/lab/trace/disk-is-full", test_disk_full);
  g_test_add_func ("/lab/trace/file-that-cannot-be-made", test_write_cannot_be_made);
  g_test_add_func ("/lab/trace/what-is-read-is-not-written-over", test_write_over_what_is_read);
  g_test_add_func ("/lab/trace/two-link-types-are-written", test_write_two_link_types);
  g_test_add_func ("/lab/trace/colours-on-a-terminal-only", test_colours);
  g_test_add_func ("/lab/trace/help-has-examples", test_help);
  return g_test_run ();
}
