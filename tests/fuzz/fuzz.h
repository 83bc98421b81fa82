/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What libFuzzer calls; each target has its own, all share the second. */
int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);
int LLVMFuzzerInitialize (int *argc, char ***argv);

/* The bytes of one input, taken from the front. */
typedef struct
{
  const guint8 *at;
  gsize left;
} FuzzInput;

guint8 fuzz_take_byte (FuzzInput *input);
const guint8 *fuzz_take_bytes (FuzzInput *input, gsize most, gsize *len);

void fuzz_check_clean (const char *text, gsize len);

G_END_DECLS
