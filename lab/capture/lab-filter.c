/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * BPF expressions (pcap-filter(7)) on packets of files. An interface has its filter in the
 * kernel; a file may have packets of several link types, and an expression becomes another
 * program for each.
 */
#include "config.h"

#include "lab/capture/lab-filter.h"

#include <glib/gi18n.h>
#include <pcap/pcap.h>

#include "common/base/sal-error.h"

#define SNAPLEN 262144

typedef struct
{
  guint16 link_type;
  gboolean is_valid; /* else the expression means nothing on it, so nothing matches */
  struct bpf_program program;
} Program;

struct LabFilter
{
  char *expression; /* (owned) */
  GArray *programs; /* (owned) (element-type Program): one for each link type seen */
  guint last;       /* the one of the packet before */
};

/**
 * lab_filter_dlt:
 * @link_type: as a file has it
 *
 * Returns: what libpcap calls @link_type on this system. They are the same but for some
 * old ones, see pcap-linktype(7).
 */
int
lab_filter_dlt (guint16 link_type)
{
  switch (link_type)
    {
    case 100:
      return DLT_ATM_RFC1483;
    case 101:
      return DLT_RAW;
    case 102:
      return DLT_SLIP_BSDOS;
    case 103:
      return DLT_PPP_BSDOS;
    default:
      return link_type;
    }
}

/* Returns: (transfer full) (nullable): what is wrong with the expression. */
static char *
compile (const char *expression, int dlt, struct bpf_program *program)
{
  pcap_t *pcap = pcap_open_dead (dlt, SNAPLEN);
  char *problem = NULL;

  if (pcap_compile (pcap, program, expression, 1, PCAP_NETMASK_UNKNOWN) != 0)
    problem = g_strdup (pcap_geterr (pcap));
  pcap_close (pcap);
  return problem;
}

/* Some expressions make sense on some links only; a mistake is one on all of them. */
static char *
find_mistake (const char *expression)
{
  static const int dlts[] = { DLT_EN10MB, DLT_RAW, DLT_LINUX_SLL2, DLT_IEEE802_11_RADIO, DLT_PPP };
  g_autofree char *first = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (dlts); i++)
    {
      struct bpf_program program = { 0 };
      g_autofree char *problem = compile (expression, dlts[i], &program);

      if (problem == NULL)
        {
          pcap_freecode (&program);
          return NULL;
        }
      if (first == NULL)
        first = g_steal_pointer (&problem);
    }
  return g_steal_pointer (&first);
}

/**
 * lab_filter_new:
 * @expression: as in pcap-filter(7)
 *
 * Returns: (transfer full): a filter, or %NULL with a #SAL_ERROR that says where
 * the mistake is.
 */
LabFilter *
lab_filter_new (const char *expression, GError **error)
{
  LabFilter *filter = NULL;
  g_autofree char *mistake = find_mistake (expression);

  if (mistake != NULL)
    {
      g_set_error (error, SAL_ERROR, SAL_EXIT_USAGE, _ ("--filter: “%s”: %s; see pcap-filter(7)"),
                   expression, mistake);
      return NULL;
    }
  filter = g_new0 (LabFilter, 1);
  filter->expression = g_strdup (expression);
  filter->programs = g_array_new (FALSE, TRUE, sizeof (Program));
  return filter;
}

/**
 * lab_filter_free:
 * @filter: (nullable) (transfer full)
 */
void
lab_filter_free (LabFilter *filter)
{
  if (filter == NULL)
    return;
  for (guint i = 0; i < filter->programs->len; i++)
    pcap_freecode (&g_array_index (filter->programs, Program, i).program);
  g_array_unref (filter->programs);
  g_free (filter->expression);
  g_free (filter);
}

static const Program *
find_program (LabFilter *filter, guint16 link_type)
{
  Program added = { .link_type = link_type };
  g_autofree char *problem = NULL;

  if (filter->last < filter->programs->len)
    {
      const Program *last = &g_array_index (filter->programs, Program, filter->last);

      if (last->link_type == link_type)
        return last;
    }
  for (guint i = 0; i < filter->programs->len; i++)
    if (g_array_index (filter->programs, Program, i).link_type == link_type)
      {
        filter->last = i;
        return &g_array_index (filter->programs, Program, i);
      }
  problem = compile (filter->expression, lab_filter_dlt (link_type), &added.program);
  added.is_valid = problem == NULL;
  filter->last = filter->programs->len;
  g_array_append_val (filter->programs, added);
  return &g_array_index (filter->programs, Program, filter->last);
}

/**
 * lab_filter_matches:
 */
gboolean
lab_filter_matches (LabFilter *filter, const LabPacket *packet)
{
  const Program *program = find_program (filter, packet->link_type);
  struct pcap_pkthdr header = { .caplen = packet->captured_len, .len = packet->wire_len };

  return program->is_valid && pcap_offline_filter (&program->program, &header, packet->bytes) != 0;
}
