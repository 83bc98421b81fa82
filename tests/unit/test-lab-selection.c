/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Which connections and segments are shown.
 */
#include "config.h"

#include "lab/lab-selection.h"

#define SECOND G_GINT64_CONSTANT (1000000000)

/* 2026-11-29 16:00:00 UTC; tests run in UTC. */
#define START (G_GINT64_CONSTANT (1795968000) * SECOND)

static void
test_since (void)
{
  static const struct
  {
    const char *text;
    gint64 ns; /* since 1970, of a capture that begins at START; 0: it is no time */
  } rows[] = {
    { "0", START },
    { "2.5", START + 2 * SECOND + SECOND / 2 },
    { "0.000000001", START + 1 },
    { "16:28", START + 28 * 60 * SECOND },
    { "16:28:57", START + (28 * 60 + 57) * SECOND },
    { "16:28:57.25", START + (28 * 60 + 57) * SECOND + SECOND / 4 },
    { "00:00", START - 16 * 3600 * SECOND },
    { "2026-11-29 16:00:01", START + SECOND },
    { "2026-11-29T16:00:01Z", START + SECOND },
    { "2026-11-29T17:00:01+01:00", START + SECOND },
    { "", 0 },
    { "-1", 0 },
    { "1.", 0 },
    { "1s", 0 },
    { "99999999999", 0 },
    { "24:00", 0 },
    { "16:60", 0 },
    { "16:28:57x", 0 },
    { "16", START + 16 * SECOND },
    { "2026-11-29", 0 },
    { "yesterday", 0 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      LabSelection selection = { .connection = -1 };

      g_test_message ("%s", rows[i].text);
      g_assert_cmpint (lab_selection_set_since (&selection, rows[i].text), ==, rows[i].ns != 0);
      if (rows[i].ns == 0)
        continue;
      lab_selection_start (&selection, START);
      lab_selection_start (&selection, START + SECOND); /* only the first packet counts */
      g_assert_cmpint (selection.since_ns, ==, rows[i].ns);
    }
}

static void
test_hosts (void)
{
  LabSelection selection = { .connection = -1 };

  g_assert_true (lab_selection_set_host (&selection, "10.77.0.1"));
  g_assert_cmpint (selection.host.family, ==, 4);
  g_assert_true (lab_selection_set_host (&selection, "fd77::1"));
  g_assert_cmpint (selection.host.family, ==, 6);
  g_assert_true (lab_selection_set_host (&selection, "10.77.0.1"));
  g_assert_true (lab_selection_set_host (&selection, "[fd77::1]"));
  g_assert_cmpint (selection.host.family, ==, 6);
  g_assert_true (lab_selection_set_host (&selection, "fe80::1%eth0"));
  g_assert_cmpuint (selection.host.bytes[0], ==, 0xfe);
  g_assert_true (lab_selection_set_host (&selection, "[fe80::1%eth0]"));
  g_assert_false (lab_selection_set_host (&selection, "fe80::1%"));
  g_assert_false (lab_selection_set_host (&selection, "fd77::1%eth0"));
  g_assert_false (lab_selection_set_host (&selection, "10.77.0.1%eth0"));
  g_assert_false (lab_selection_set_host (&selection, "juliet"));
  g_assert_false (lab_selection_set_host (&selection, "10.77.0"));
  g_assert_false (lab_selection_set_host (&selection, ""));
}

static LabConnection
make_connection (void)
{
  LabConnection connection = { .stream = 3,
                               .first_time_ns = START,
                               .last_time_ns = START + 10 * SECOND };

  connection.end[LAB_CLIENT].address = (LabAddress){ 4, { 10, 77, 0, 1 } };
  connection.end[LAB_CLIENT].port = 40000;
  connection.end[LAB_SERVER].address = (LabAddress){ 4, { 10, 77, 0, 2 } };
  connection.end[LAB_SERVER].port = 5050;
  return connection;
}

static const struct
{
  const char *name;
  gint64 connection;
  guint16 port;
  const char *host;
  const char *since;
  gboolean has_connection;
  gboolean has_segment; /* its first */
} rows[] = {
  { "everything", -1, 0, NULL, NULL, TRUE, TRUE },
  { "its number", 3, 0, NULL, NULL, TRUE, TRUE },
  { "another number", 0, 0, NULL, NULL, FALSE, FALSE },
  { "the client's port", -1, 40000, NULL, NULL, TRUE, TRUE },
  { "the server's port", -1, 5050, NULL, NULL, TRUE, TRUE },
  { "another port", -1, 80, NULL, NULL, FALSE, FALSE },
  { "the client", -1, 0, "10.77.0.1", NULL, TRUE, TRUE },
  { "the server", -1, 0, "10.77.0.2", NULL, TRUE, TRUE },
  { "somebody else", -1, 0, "10.77.0.3", NULL, FALSE, FALSE },
  { "somebody of the other family", -1, 0, "fd77::1", NULL, FALSE, FALSE },
  { "its port of somebody else", -1, 5050, "10.77.0.3", NULL, FALSE, FALSE },
  { "from its beginning", -1, 0, NULL, "0", TRUE, TRUE },
  { "after its beginning", -1, 0, NULL, "1", TRUE, FALSE },
  { "after its end", -1, 0, NULL, "11", FALSE, FALSE },
};

static void
test_selection (void)
{
  LabConnection connection = make_connection ();
  LabFinding finding = { .connection = &connection, .stream = 3 };
  LabFinding error = finding;

  finding.segment = (LabSegment){ .kind = LAB_KIND_TCP,
                                  .time_ns = START,
                                  .src = connection.end[LAB_CLIENT].address,
                                  .dst = connection.end[LAB_SERVER].address,
                                  .src_port = 40000,
                                  .dst_port = 5050 };
  /* An ICMP error of a router counts as what it answers. */
  error.segment = (LabSegment){ .kind = LAB_KIND_ICMP,
                                .time_ns = START,
                                .src = { 4, { 10, 77, 0, 254 } },
                                .dst = connection.end[LAB_CLIENT].address };
  error.segment.quote = (LabQuote){ .src = connection.end[LAB_CLIENT].address,
                                    .dst = connection.end[LAB_SERVER].address,
                                    .src_port = 40000,
                                    .dst_port = 5050 };
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      LabSelection selection = { .connection = rows[i].connection, .port = rows[i].port };

      g_test_message ("%s", rows[i].name);
      if (rows[i].host != NULL)
        g_assert_true (lab_selection_set_host (&selection, rows[i].host));
      if (rows[i].since != NULL)
        g_assert_true (lab_selection_set_since (&selection, rows[i].since));
      lab_selection_start (&selection, START);
      g_assert_cmpint (lab_selection_has_connection (&selection, &connection), ==,
                       rows[i].has_connection);
      g_assert_cmpint (lab_selection_has_finding (&selection, &finding), ==, rows[i].has_segment);
      g_assert_cmpint (lab_selection_has_finding (&selection, &error), ==, rows[i].has_segment);
    }
}

/* What belongs to no connection is in none of them. */
static void
test_without_connection (void)
{
  LabFinding finding = { .segment = { .kind = LAB_KIND_UDP, .dst_port = 53 } };
  LabSelection selection = { .connection = 0 };

  g_assert_false (lab_selection_has_finding (&selection, &finding));
  selection.connection = -1;
  g_assert_true (lab_selection_has_finding (&selection, &finding));
  selection.port = 53;
  g_assert_true (lab_selection_has_finding (&selection, &finding));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lab/selection/since", test_since);
  g_test_add_func ("/lab/selection/hosts", test_hosts);
  g_test_add_func ("/lab/selection/connections-and-segments", test_selection);
  g_test_add_func ("/lab/selection/what-has-no-connection", test_without_connection);
  return g_test_run ();
}
