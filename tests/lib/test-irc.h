/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tests/lib/test-peer.h"

G_BEGIN_DECLS

TestPeer *test_irc_come (guint16 port, const char *nick, const char *caps);
TestPeer *
test_irc_come_narrow (guint16 port, const char *nick, const char *caps, int receive_buffer);
void test_irc_say (TestPeer *peer, const char *format, ...) G_GNUC_PRINTF (2, 3);
char *test_irc_take_line (TestPeer *peer);

/* Nothing more comes: what was sent is answered, and what comes before is taken. */
#define test_irc_catch_up(peer) test_irc_catch_up_at (peer, __FILE__, __LINE__, G_STRFUNC)
/* The next line is this one; `*` stands for anything. */
#define test_irc_expect(peer, pattern)                                                             \
  test_irc_expect_at (peer, pattern, __FILE__, __LINE__, G_STRFUNC)

void test_irc_catch_up_at (TestPeer *peer, const char *file, int line, const char *func);
void test_irc_expect_at (
    TestPeer *peer, const char *pattern, const char *file, int line, const char *func);

G_END_DECLS
