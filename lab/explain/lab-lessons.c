/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The questions of the labs; not answered yet.
 */
#include "config.h"

#include "lab/explain/lab-lessons.h"

LabLessons *
lab_lessons_new (void)
{
  return NULL;
}

void
lab_lessons_free (LabLessons *lessons)
{
}

void
lab_lessons_add (LabLessons *lessons, const LabFinding *finding)
{
}

void
lab_lessons_answer (LabLessons *lessons,
                    const LabConnection *connection,
                    LabLesson lesson,
                    GPtrArray *lines)
{
}

void
lab_lessons_forget (LabLessons *lessons, const LabConnection *connection)
{
}

const char *
lab_lesson_title (LabLesson lesson)
{
  return "";
}
