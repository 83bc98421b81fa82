/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "lab/track/lab-trace.h"

G_BEGIN_DECLS

/* What is noted of a connection while its segments pass, because nothing else remembers it
 * until the end. So many connections may live at a time that each may have few hundred
 * bytes, which is why it is kept packed. */
typedef struct LabNotes LabNotes;

typedef enum
{
  LAB_NOTE_ACKNOWLEDGMENT, /* a segment acknowledges exactly what another has sent */
  LAB_NOTE_RESENT,         /* a segment sends something again */
  LAB_N_NOTES
} LabNoteKind;

LabNotes *lab_notes_new (void);
void lab_notes_free (LabNotes *notes);

void lab_notes_add (LabNotes *notes, const LabFinding *finding);
void lab_notes_answer (const LabNotes *notes, LabNoteKind kind, GPtrArray *lines);

G_END_DECLS
