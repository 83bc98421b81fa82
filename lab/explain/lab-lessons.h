/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "lab/track/lab-trace.h"

G_BEGIN_DECLS

/* The questions that every lab asks about a connection. */
typedef enum
{
  LAB_LESSON_HANDSHAKE,       /* how did the three-way handshake go? */
  LAB_LESSON_OPTIONS,         /* which options did each end offer? */
  LAB_LESSON_ACKNOWLEDGMENTS, /* how was each acknowledgment number computed? */
  LAB_LESSON_RESENT,          /* what was sent again, and why does it seem so? */
  LAB_LESSON_ENDING,          /* how did it end, and who closed first? */
  LAB_N_LESSONS
} LabLesson;

typedef struct LabLessons LabLessons;

/* What is remembered of each segment of each live connection, for the answers. */
LabLessons *lab_lessons_new (void);
void lab_lessons_free (LabLessons *lessons);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LabLessons, lab_lessons_free)

void lab_lessons_add (LabLessons *lessons, const LabFinding *finding);
void lab_lessons_answer (LabLessons *lessons,
                         const LabConnection *connection,
                         LabLesson lesson,
                         GPtrArray *lines);
void lab_lessons_forget (LabLessons *lessons, const LabConnection *connection);

const char *lab_lesson_title (LabLesson lesson);

G_END_DECLS
