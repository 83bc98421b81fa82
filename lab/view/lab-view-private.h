/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a kind of view has to offer.
 */
#pragma once

#include "lab/view/lab-view.h"

G_BEGIN_DECLS

/* Each may be left out. */
typedef struct
{
  gsize size;            /* of the struct that begins with a LabView */
  gboolean lists_others; /* what belongs to no connection, too */
  void (*begin) (LabView *view);
  void (*packet) (LabView *view, const LabFinding *finding);
  void (*other) (LabView *view, const LabFinding *finding);
  void (*connection) (LabView *view, const LabConnection *connection);
  void (*end) (LabView *view);
  void (*clear) (LabView *view);
} LabViewClass;

struct LabView
{
  const LabViewClass *class;
  LabViewOptions options;
  GString *out; /* (unowned) */
};

extern const LabViewClass lab_view_text_class;
extern const LabViewClass lab_view_summary_class;
extern const LabViewClass lab_view_ladder_class;
extern const LabViewClass lab_view_svg_class;
extern const LabViewClass lab_view_html_class;

G_END_DECLS
