/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tests/lib/test-peer.h"

G_BEGIN_DECLS

typedef struct _TestGuest TestGuest;

/* How a program is used. */
typedef struct
{
  const char *name;  /* under which it speaks */
  const char *smile; /* what it can say that is not in Latin-1 */
  void (*start) (TestGuest *guest);
  void (*say) (TestGuest *guest, const char *text);
  gboolean (*hears) (TestGuest *guest, const char *text);
  void (*leave) (TestGuest *guest);
} TestGuestKind;

#define TEST_GUEST_KINDS 10
extern const TestGuestKind test_guest_kinds[TEST_GUEST_KINDS];

struct _TestGuest
{
  const TestGuestKind *kind;
  guint16 port;
  TestFolder *folder;   /* (owned) */
  TestProcess *process; /* (owned) */
};

TestGuest *test_guest_come (const TestGuestKind *kind, guint16 port, TestPeer *watcher);
void test_guest_free (TestGuest *guest);
void test_guest_expect_in_room (TestGuest *guest, TestPeer *watcher, const char *what);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TestGuest, test_guest_free)

G_END_DECLS
