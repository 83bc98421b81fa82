/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tests/gtk/turn-watch.h"
#include "tests/lib/test-process.h"

G_BEGIN_DECLS

/* How long the main loop of the program is busy at a time; see turn-watch.c. */
typedef struct
{
  TurnWatch *watch; /* (owned): mapped */
  GStrv env;        /* (owned): with which the program has to be started */
} Turns;

Turns *turns_new (const TestFolder *folder);
void turns_free (Turns *turns);
void turns_begin (Turns *turns);
void turns_expect_short (Turns *turns);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Turns, turns_free)

G_END_DECLS
