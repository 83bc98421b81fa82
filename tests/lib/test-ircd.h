/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tests/lib/test-process.h"

G_BEGIN_DECLS

typedef struct
{
  const char *name;
  const char *running; /* what it prints when it can be talked to */
  gboolean receipts;   /* it sends back what was said */
  const char *config;  /* with %PORT and %FOLDER */
  const char *tls;     /* beside it, with %TLS for the port: tls.pem and tls.key in the folder */
} TestIrcdKind;

/* It knows hardly anything of IRCv3, and sends nothing back. */
extern const TestIrcdKind test_ircd_ngircd;
/* It labels and echoes. */
extern const TestIrcdKind test_ircd_inspircd;

/* A server of IRC that is not ours. */
typedef struct
{
  const TestIrcdKind *kind;
  TestFolder *folder;   /* (owned) */
  TestProcess *process; /* (owned) */
  guint16 port;
  guint16 tls_port; /* 0: none */
} TestIrcd;

TestIrcd *test_ircd_start (const TestIrcdKind *kind);
TestIrcd *test_ircd_start_in (const TestIrcdKind *kind, TestFolder *folder, gboolean tls);
void test_ircd_free (TestIrcd *server);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TestIrcd, test_ircd_free)

G_END_DECLS
