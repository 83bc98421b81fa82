/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a run has shown, for people and as one line of JSON for programs. README.md
 * says what each number means.
 */
#include "config.h"

#include "bench-report.h"

static double
share (double part, double whole)
{
  return whole > 0 ? part / whole : 0;
}

static guint
n_clients (const BenchReport *report)
{
  return report->config->clients + report->config->idle;
}

static double
per_delivery_ns (const BenchReport *report, gint64 ns)
{
  return share ((double) ns, (double) report->check->deliveries);
}

static double
per_second (const BenchReport *report)
{
  return share ((double) report->check->deliveries * 1e9, (double) report->talk_ns);
}

static double
per_connection_bytes (const BenchReport *report, guint64 before, guint64 after)
{
  return share ((double) after - (double) before, n_clients (report));
}

/**
 * bench_report_is_clean:
 *
 * Returns: whether the server did what it has to do.
 */
gboolean
bench_report_is_clean (const BenchReport *report)
{
  return bench_check_is_clean (report->check) && report->cut_off == 0 &&
         report->arrivals == report->expected_arrivals && report->server_status == 0;
}

static void
append_faults (const BenchReport *report, GString *out)
{
  const BenchTally *tally = &report->check->tally;

  g_string_append_printf (out,
                          "checks: lost %" G_GUINT64_FORMAT ", doubled %" G_GUINT64_FORMAT
                          ", out of order %" G_GUINT64_FORMAT
                          ", receivers with an order of their own %" G_GUINT64_FORMAT
                          ", damaged %" G_GUINT64_FORMAT ", foreign lines %" G_GUINT64_FORMAT
                          ", cut off %u\n",
                          tally->lost, tally->doubled, tally->misordered, tally->diverged,
                          tally->damaged, tally->foreign, report->cut_off);
  if (report->arrivals != report->expected_arrivals)
    g_string_append_printf (
        out, "arrivals told %" G_GUINT64_FORMAT " times instead of %" G_GUINT64_FORMAT "\n",
        report->arrivals, report->expected_arrivals);
  if (report->server_status != 0)
    g_string_append_printf (out, "the server ended with status %d\n", report->server_status);
  for (guint i = 0; i < report->check->findings->len; i++)
    g_string_append_printf (out, "  %s\n", (const char *) report->check->findings->pdata[i]);
}

/**
 * bench_report_append_text:
 */
void
bench_report_append_text (const BenchReport *report, GString *out)
{
  const BenchCheck *check = report->check;

  g_string_append_printf (
      out,
      "%u clients in %u rooms, %u senders, %u idle: all in after %.3f s, server "
      "%.3f s, %.2f KiB resident each\n",
      report->config->clients, report->config->rooms, report->config->senders, report->config->idle,
      (double) report->enter_ns / 1e9, (double) report->enter_server_ns / 1e9,
      per_connection_bytes (report, report->before.rss_bytes, report->after.rss_bytes) / 1024);
  if (report->watched_ns > 0)
    g_string_append_printf (out,
                            "server %.2f ms in %.1f s of silence, in which %" G_GUINT64_FORMAT
                            " were asked whether they are there\n",
                            (double) report->watched_server_ns / 1e6,
                            (double) report->watched_ns / 1e9, report->asked);
  g_string_append_printf (
      out,
      "%" G_GUINT64_FORMAT " messages, %" G_GUINT64_FORMAT
      " deliveries in %.3f s: %.3f million a second, %.1f a read, server %.4f us each (%.0f %% "
      "busy, "
      "generator %.0f %%)\n",
      report->messages, check->deliveries, (double) report->talk_ns / 1e9,
      per_second (report) / 1e6, share ((double) check->deliveries, (double) report->reads),
      per_delivery_ns (report, report->talk_server_ns) / 1e3,
      100 * share ((double) report->talk_server_ns, (double) report->talk_ns),
      100 * share ((double) report->talk_generator_ns, (double) report->talk_ns));
  g_string_append_printf (out,
                          "latency in us: own echo p50 %.0f p99 %.0f max %.0f; delivery p50 %.0f "
                          "p99 %.0f max %.0f\n",
                          (double) bench_histogram_percentile (&check->echo, 50) / 1e3,
                          (double) bench_histogram_percentile (&check->echo, 99) / 1e3,
                          (double) check->echo.max_ns / 1e3,
                          (double) bench_histogram_percentile (&check->delivery, 50) / 1e3,
                          (double) bench_histogram_percentile (&check->delivery, 99) / 1e3,
                          (double) check->delivery.max_ns / 1e3);
  append_faults (report, out);
  g_string_append (out, bench_report_is_clean (report) ? "ok\n" : "NOT OK\n");
}

/* JSON has no locale, so numbers are not printed by one. */

static void
add_real (GString *out, const char *name, double value)
{
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  g_string_append_printf (out, ", \"%s\": %s", name,
                          g_ascii_formatd (number, sizeof number, "%.6g", value));
}

static void
add_integer (GString *out, const char *name, gint64 value)
{
  g_string_append_printf (out, ", \"%s\": %" G_GINT64_FORMAT, name, value);
}

static void
add_latency (GString *out, const char *name, const BenchHistogram *histogram)
{
  const struct
  {
    const char *name;
    gint64 ns;
  } values[] = {
    { "p50_us", bench_histogram_percentile (histogram, 50) },
    { "p99_us", bench_histogram_percentile (histogram, 99) },
    { "max_us", histogram->max_ns },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (values); i++)
    {
      g_autofree char *key = g_strconcat (name, "_", values[i].name, NULL);

      add_real (out, key, (double) values[i].ns / 1e3);
    }
}

static void
add_tally (GString *out, const BenchReport *report)
{
  const BenchTally *tally = &report->check->tally;

  add_integer (out, "lost", (gint64) tally->lost);
  add_integer (out, "doubled", (gint64) tally->doubled);
  add_integer (out, "misordered", (gint64) tally->misordered);
  add_integer (out, "diverged", (gint64) tally->diverged);
  add_integer (out, "damaged", (gint64) tally->damaged);
  add_integer (out, "foreign", (gint64) tally->foreign);
  add_integer (out, "cut_off", report->cut_off);
  add_integer (out, "arrivals_missing",
               (gint64) report->expected_arrivals - (gint64) report->arrivals);
  add_integer (out, "server_status", report->server_status);
}

/**
 * bench_report_append_json:
 *
 * Appends one object on one line.
 */
void
bench_report_append_json (const BenchReport *report, GString *out)
{
  const BenchCheck *check = report->check;

  g_string_append_printf (out, "{\"ok\": %s", bench_report_is_clean (report) ? "true" : "false");
  add_integer (out, "clients", report->config->clients);
  add_integer (out, "rooms", report->config->rooms);
  add_integer (out, "senders", report->config->senders);
  add_integer (out, "idle", report->config->idle);
  add_integer (out, "window", report->talk.window);
  add_real (out, "rate", report->talk.rate);
  add_integer (out, "message_bytes", report->config->message_size);
  add_real (out, "enter_s", (double) report->enter_ns / 1e9);
  add_real (out, "enter_server_s", (double) report->enter_server_ns / 1e9);
  add_integer (out, "arrivals_told", (gint64) report->arrivals);
  add_integer (out, "rss_bytes_before", (gint64) report->before.rss_bytes);
  add_integer (out, "rss_bytes_after", (gint64) report->after.rss_bytes);
  add_real (out, "rss_bytes_per_connection",
            per_connection_bytes (report, report->before.rss_bytes, report->after.rss_bytes));
  add_real (out, "pss_bytes_per_connection",
            per_connection_bytes (report, report->before.pss_bytes, report->after.pss_bytes));
  add_real (out, "silent_s", (double) report->watched_ns / 1e9);
  add_real (out, "silent_server_ms", (double) report->watched_server_ns / 1e6);
  add_integer (out, "silent_asked", (gint64) report->asked);
  add_integer (out, "messages", (gint64) report->messages);
  add_integer (out, "deliveries", (gint64) check->deliveries);
  add_real (out, "talk_s", (double) report->talk_ns / 1e9);
  add_real (out, "deliveries_per_s", per_second (report));
  add_real (out, "deliveries_per_read", share ((double) check->deliveries, (double) report->reads));
  add_real (out, "server_ns_per_delivery", per_delivery_ns (report, report->talk_server_ns));
  add_real (out, "server_busy", share ((double) report->talk_server_ns, (double) report->talk_ns));
  add_real (out, "generator_busy",
            share ((double) report->talk_generator_ns, (double) report->talk_ns));
  add_latency (out, "echo", &check->echo);
  add_latency (out, "delivery", &check->delivery);
  add_tally (out, report);
  g_string_append (out, "}\n");
}
