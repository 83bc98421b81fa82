/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What a case says when it is skipped because there cannot be other machines. */
#define TEST_NET_FORBIDDEN "network namespaces are forbidden here"

/* Machines on one network, none of which is real. */
typedef struct _TestNet TestNet;

void test_net_init (void);
gboolean test_net_is_allowed (void);

TestNet *test_net_new (void);
void test_net_free (TestNet *net);
guint test_net_add_host (TestNet *net, const char *const *addresses);
void test_net_go_to (TestNet *net, guint host);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TestNet, test_net_free)

G_END_DECLS
