/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A report as a folder: the page, the lines for programs, and the captures. It is there in
 * full or not at all: it is written under another name, and renamed.
 */
#include "config.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

#include "common/base/sal-error.h"
#include "lab/bench/lab-report.h"
#include "lab/bench/lab-world.h"
#include "lab/capture/lab-writer.h"

static gboolean
write_text (const char *folder, const char *name, const GString *text, GError **error)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) local = NULL;

  if (g_file_set_contents (path, text->str, (gssize) text->len, &local))
    return TRUE;
  g_set_error (error, SAL_ERROR, SAL_EXIT_FAILED, "%s", local->message);
  return FALSE;
}

static gboolean
write_capture (const char *folder, const LabCapture *capture, GError **error)
{
  g_autofree char *path = g_build_filename (folder, capture->file, NULL);
  g_autoptr (LabWriter) writer = lab_writer_new (path, error);

  for (guint i = 0; writer != NULL && i < capture->frames->len; i++)
    {
      const LabFrame *frame = g_ptr_array_index (capture->frames, i);
      const LabPacket packet = lab_frame_as_packet (frame, i + 1);

      if (!lab_writer_add (writer, &packet, error))
        return FALSE;
    }
  return writer != NULL && lab_writer_finish (writer, error);
}

static void
remove_folder (const char *path)
{
  GDir *folder = g_dir_open (path, 0, NULL);
  const char *name = NULL;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *file = g_build_filename (path, name, NULL);

      g_unlink (file);
    }
  g_clear_pointer (&folder, g_dir_close);
  g_rmdir (path);
}

static gboolean
fill (const char *folder, const LabReport *report, GError **error)
{
  g_autoptr (GString) page = g_string_new (NULL);
  g_autoptr (GString) lines = g_string_new (NULL);
  g_autoptr (GString) text = g_string_new (NULL);
  gboolean ok = FALSE;

  lab_report_html (report, page);
  lab_report_json (report, lines);
  lab_report_text (report, NULL, text);
  ok = write_text (folder, "report.html", page, error) &&
       write_text (folder, "report.ndjson", lines, error) &&
       write_text (folder, "report.txt", text, error);
  for (guint i = 0; ok && i < report->captures->len; i++)
    ok = write_capture (folder, g_ptr_array_index (report->captures, i), error);
  return ok;
}

/**
 * lab_report_write:
 * @folder: must not exist
 *
 * Writes `report.html`, `report.txt`, `report.ndjson` and the captures. Returns: %FALSE with a
 * #SAL_ERROR, and nothing written.
 */
gboolean
lab_report_write (const LabReport *report, const char *folder, GError **error)
{
  g_autofree char *part = g_strdup_printf ("%s.XXXXXX", folder);

  if (g_mkdtemp_full (part, 0777) == NULL)
    {
      g_set_error (error, SAL_ERROR, SAL_EXIT_FAILED, _ ("cannot make “%s”: %s"), folder,
                   g_strerror (errno));
      return FALSE;
    }
  if (!fill (part, report, error))
    {
      remove_folder (part);
      return FALSE;
    }
  if (g_rename (part, folder) == 0)
    return TRUE;
  g_set_error (error, SAL_ERROR, SAL_EXIT_FAILED, _ ("cannot make “%s”: %s"), folder,
               g_strerror (errno));
  remove_folder (part);
  return FALSE;
}
