/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  SRV_SASL_INPUT_MORE,     /* a part was taken */
  SRV_SASL_INPUT_COMPLETE, /* the message is there */
  SRV_SASL_INPUT_ABORT,    /* they do not want to go on */
  SRV_SASL_INPUT_LONG_LINE,
  SRV_SASL_INPUT_BAD,      /* no base64 */
  SRV_SASL_INPUT_TOO_MUCH, /* of it all together */
} SrvSaslInputStep;

SrvSaslInputStep srv_sasl_input_push (GString *partial, const char *parameter, GString *message);
char **srv_sasl_output (const char *message, gsize len);

G_END_DECLS
