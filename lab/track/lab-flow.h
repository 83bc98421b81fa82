/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "lab/track/lab-conn.h"

G_BEGIN_DECLS

/* A pair of addresses and ports, whoever sends. */
typedef struct
{
  LabAddress low;
  LabAddress high;
  guint16 low_port;
  guint16 high_port;
  guint64 hash;
} LabFlow;

typedef struct LabFlowTable LabFlowTable;

LabFlowTable *lab_flow_table_new (guint64 seed);
void lab_flow_table_free (LabFlowTable *table);

void lab_flow_init (LabFlow *flow,
                    const LabFlowTable *table,
                    const LabAddress *src,
                    guint16 src_port,
                    const LabAddress *dst,
                    guint16 dst_port);
LabConn *lab_flow_table_find (LabFlowTable *table, const LabFlow *flow);
gboolean lab_flow_table_insert (LabFlowTable *table, const LabFlow *flow, LabConn *conn);
void lab_flow_table_remove (LabFlowTable *table, LabConn *conn);
guint lab_flow_table_size (const LabFlowTable *table);

LabListener *lab_flow_table_get_listener (LabFlowTable *table, const LabEndReport *server);
void lab_flow_table_drop_listener (LabFlowTable *table, LabListener *listener);

G_END_DECLS
