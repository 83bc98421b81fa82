/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From a part to the whole: what is embedded in a struct and handed around by its
 * own address leads back to the struct.
 */
#pragma once

#include <stddef.h>

#define sal_container_of(part, Type, member)                                                       \
  ((Type *) (void *) ((char *) (part) -offsetof (Type, member)))
