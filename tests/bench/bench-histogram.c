/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How long things took, in fixed memory whatever their number: buckets whose width
 * grows with the value, 32 of them for each doubling.
 */
#include "config.h"

#include "bench-histogram.h"

/* The upper end of a bucket, so that a percentile is never understated. The value v
 * with s sub-bits is counted in (high << s) + (v >> high), where v >> high is from
 * 2^s to 2^(s+1) - 1 unless high is 0. */
static gint64
upper_end (guint bucket)
{
  guint sub = 1 << BENCH_HISTOGRAM_SUB_BITS;
  guint high = bucket < 2 * sub ? 0 : (bucket >> BENCH_HISTOGRAM_SUB_BITS) - 1;
  guint64 low = (guint64) (bucket - high * sub) << high;

  return (gint64) (low + (G_GUINT64_CONSTANT (1) << high) - 1);
}

/**
 * bench_histogram_percentile:
 * @percent: from 0 to 100
 *
 * Returns: the time in nanoseconds that @percent of all did not exceed, 3 % too much
 * at most; 0 if there are none.
 */
gint64
bench_histogram_percentile (const BenchHistogram *histogram, double percent)
{
  guint64 wanted = (guint64) ((double) histogram->count * percent / 100.0);
  guint64 seen = 0;

  for (guint i = 0; i < BENCH_HISTOGRAM_BUCKETS; i++)
    {
      seen += histogram->buckets[i];
      if (seen > wanted || (seen > 0 && seen == histogram->count))
        return MIN (upper_end (i), histogram->max_ns);
    }
  return 0;
}
