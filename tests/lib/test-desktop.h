/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "tests/lib/test-process.h"

G_BEGIN_DECLS

/* How long to wait for what has to come: a screen, a bus and a program start on a machine
 * that may have ten others at work. */
#define TEST_DESKTOP_PATIENCE_MS (3 * TEST_PATIENCE_MS)

/* How often to look for what cannot be waited for. */
#define TEST_LOOK_AGAIN_US (5 * 1000)

void test_desktop_start (void);
void test_desktop_start_apart (void);
void test_desktop_stop (void);
GDBusConnection *test_desktop_get_accessibility_bus (void);
void test_desktop_write_settings (const TestFolder *folder, const char *more);
char **test_desktop_environment (const char *const *extra);
void test_desktop_wait_until_free (const char *bus_name);
char *test_desktop_take_notification (int ms);
void test_desktop_click_notification (void);
void test_desktop_forget_notifications (void);
void test_desktop_sleep_and_wake (void);
void test_desktop_listen (void);
void test_desktop_stop_listening (void);
gboolean test_desktop_has_heard (const char *part);

/* What a person has: a keyboard, a mouse, eyes. */
void test_desktop_focus (void);
void test_desktop_unfocus (void);
void test_desktop_key (const char *keys);
void test_desktop_type (const char *text);
void test_desktop_click (int x, int y, guint button);
void test_desktop_resize (int width, int height);
void test_desktop_get_size (int *width, int *height);
void test_desktop_close_window (void);
void test_desktop_shoot (const char *name);
double test_desktop_brightness (void);

G_END_DECLS
