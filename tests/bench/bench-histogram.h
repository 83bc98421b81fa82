/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define BENCH_HISTOGRAM_SUB_BITS 5
#define BENCH_HISTOGRAM_BUCKETS (64 << BENCH_HISTOGRAM_SUB_BITS)

/* Times in nanoseconds, counted in buckets that are at most 1/32 of their value wide.
 * A value; zeroed means empty. */
typedef struct
{
  guint64 count;
  gint64 max_ns;
  guint64 buckets[BENCH_HISTOGRAM_BUCKETS];
} BenchHistogram;

gint64 bench_histogram_percentile (const BenchHistogram *histogram, double percent);

/* In the header, because it is done for every delivery. */
static inline void
bench_histogram_add (BenchHistogram *histogram, gint64 ns)
{
  guint64 value = ns > 0 ? (guint64) ns : 0;
  guint high = value < (1 << BENCH_HISTOGRAM_SUB_BITS)
                   ? 0
                   : 63 - (guint) __builtin_clzll (value) - BENCH_HISTOGRAM_SUB_BITS;

  histogram->buckets[(high << BENCH_HISTOGRAM_SUB_BITS) + (value >> high)]++;
  histogram->count++;
  if (ns > histogram->max_ns)
    histogram->max_ns = ns;
}

G_END_DECLS
