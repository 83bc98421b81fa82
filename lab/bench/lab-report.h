/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "lab/bench/lab-diag.h"
#include "lab/track/lab-trace.h"
#include "lab/view/lab-view.h"

G_BEGIN_DECLS

#define LAB_REPORT_MOST_HOSTS 8

/* One thing that was done or seen, in the order of time. */
typedef enum
{
  LAB_ITEM_COMMAND, /* somebody types at a host */
  LAB_ITEM_OUTPUT,  /* what came of it */
  LAB_ITEM_REMARK,  /* what the reader should notice */
  LAB_ITEM_SAMPLE,  /* the sockets of a host */
} LabItemKind;

typedef struct
{
  LabItemKind kind;
  char *host;         /* (owned) (nullable) */
  char *text;         /* (owned) (nullable) */
  GPtrArray *sockets; /* (owned) (nullable): of LabSocket */
  gint64 time_us;
} LabItem;

/* A step, and the frames that passed each host in it: (first, last], by number. */
typedef struct
{
  char *title;      /* (owned) */
  GPtrArray *items; /* (owned): of LabItem */
  guint64 first[LAB_REPORT_MOST_HOSTS];
  guint64 last[LAB_REPORT_MOST_HOSTS];
} LabStep;

/* An answer, and whether what was seen bears it out. */
typedef struct
{
  char *text;     /* (owned) */
  char *evidence; /* (owned) (nullable): frames, samples */
  gboolean holds;
} LabClaim;

typedef struct
{
  char *text;        /* (owned) */
  GPtrArray *claims; /* (owned): of LabClaim */
} LabQuestion;

/* What a host has seen, and what the trace found in it. */
typedef struct
{
  char *host;             /* (owned) */
  char *address;          /* (owned) */
  char *file;             /* (owned): name of its capture */
  GPtrArray *frames;      /* (owned): of LabFrame */
  GArray *findings;       /* (owned): of LabFinding; connection is one of ours */
  GPtrArray *connections; /* (owned): of LabConnection, by stream */
  GPtrArray *kept;        /* (owned): what findings point to */
} LabCapture;

typedef struct
{
  const char *name;
  const char *title;
  const char *about;
  const char *source;   /* (nullable): where the documents ask for it */
  const char *standard; /* (nullable): where it is said how it has to be */
  char *system;         /* (owned): kernel */
  gboolean ipv6;        /* the hosts spoke IPv6, not IPv4 */
  gint64 started_us;
  gint64 took_us;
  GPtrArray *steps;       /* (owned): of LabStep */
  GPtrArray *questions;   /* (owned): of LabQuestion */
  GPtrArray *differences; /* (owned): of char *: where this system is another than theirs */
  GPtrArray *captures;    /* (owned): of LabCapture */
  guint vantage;          /* number of the capture that the ladders show */
} LabReport;

LabReport *lab_report_new (void);
void lab_report_free (LabReport *report);
LabStep *lab_report_add_step (LabReport *report, const char *title);
void lab_step_add (LabStep *step, LabItemKind kind, const char *host, const char *text);
void lab_step_add_sample (LabStep *step, const char *host, GPtrArray *sockets);
LabQuestion *lab_report_add_question (LabReport *report, const char *text);
void
lab_question_add (LabQuestion *question, gboolean holds, const char *text, const char *evidence);
guint lab_report_count_claims (const LabReport *report, gboolean only_borne_out);
LabCapture *
lab_report_add_capture (LabReport *report, const char *host, const char *address, const char *name);
void lab_report_trace (LabReport *report);
char *lab_capture_title (const LabCapture *capture, guint64 after, guint64 last);
GPtrArray *lab_capture_find_streams (const LabCapture *capture, guint64 after, guint64 last);

void lab_report_explain (const LabFinding *finding, GString *out);
void lab_report_text (const LabReport *report, const LabScreen *screen, GString *out);
void lab_report_json (const LabReport *report, GString *out);
void lab_report_html (const LabReport *report, GString *out);
gboolean lab_report_write (const LabReport *report, const char *folder, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LabReport, lab_report_free)

G_END_DECLS
