/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tests/lib/test-process.h"

G_BEGIN_DECLS

/* Letters and signs of two, three and four bytes. */
#define TEST_ACCENTS "perché no? città, ñandú, Füße – 5 € 🙂🎉"

TestProcess *test_foreign_start (const TestFolder *folder, const char *const *argv);
guint16 test_foreign_port (TestProcess *process);
guint16 test_listening_port (TestProcess *process);

/* It prints this, or has; what is before it is taken too. */
#define test_expect_output(process, text)                                                          \
  test_expect_output_at (process, text, __FILE__, __LINE__, G_STRFUNC)

void test_expect_output_at (
    TestProcess *process, const char *text, const char *file, int line, const char *func);

G_END_DECLS
