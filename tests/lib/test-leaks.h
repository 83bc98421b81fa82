/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * For libraries that lose memory: what is allocated in between is not looked for by
 * LeakSanitizer.
 */
#pragma once

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/lsan_interface.h>
#define test_leaks_ignore() __lsan_disable ()
#define test_leaks_notice() __lsan_enable ()
#else
#define test_leaks_ignore() ((void) 0)
#define test_leaks_notice() ((void) 0)
#endif
