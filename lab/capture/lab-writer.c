/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Packets into a file while they are being looked at, with their nanoseconds: as pcap,
 * which every program reads; or as pcapng, which holds several link types, if the name
 * says so.
 */
#include "config.h"

#include "lab/capture/lab-writer.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/base/sal-error.h"

#define PCAP_MAGIC 0xA1B23C4D /* nanoseconds */
#define PCAP_SNAPLEN 262144
#define LINK_TYPE_ETHERNET 1 /* of a file without packets */

#define BLOCK_SECTION 0x0A0D0D0A
#define BLOCK_INTERFACE 1
#define BLOCK_ENHANCED_PACKET 6

#define FILE_BUFFER (256 * 1024)

typedef struct
{
  guint16 link_type;
  guint32 interface_id;
} Known;

struct LabWriter
{
  FILE *file;
  char *name; /* (owned): for messages */
  gboolean is_pcapng;
  GArray *known; /* (owned) (element-type Known): the interfaces written so far */
};

static gboolean
fail (const LabWriter *writer, GError **error)
{
  g_set_error (error, SAL_ERROR, SAL_EXIT_FAILED, _ ("--write: %s cannot be written: %s"),
               writer->name, g_strerror (errno));
  return FALSE;
}

static gboolean
put (LabWriter *writer, const void *bytes, gsize len)
{
  return fwrite (bytes, 1, len, writer->file) == len;
}

/* A block of 32-bit words and bytes behind them, in this machine's byte order. */
static gboolean
put_block (LabWriter *writer,
           guint32 type,
           const guint32 *words,
           gsize n_words,
           const void *bytes,
           guint32 len)
{
  static const guint8 padding[3];
  guint32 pad = -len & 3;
  guint32 total = (guint32) (12 + n_words * 4 + len + pad);
  guint32 head[2] = { type, total };

  return put (writer, head, sizeof head) && put (writer, words, n_words * 4) &&
         (len == 0 || put (writer, bytes, len)) && put (writer, padding, pad) &&
         put (writer, &total, sizeof total);
}

static gboolean
put_section (LabWriter *writer)
{
  guint32 words[4] = { 0x1A2B3C4D, 0, 0xFFFFFFFF, 0xFFFFFFFF };
  guint16 version[2] = { 1, 0 };

  memcpy (&words[1], version, sizeof version);
  return put_block (writer, BLOCK_SECTION, words, G_N_ELEMENTS (words), NULL, 0);
}

static gboolean
put_interface (LabWriter *writer, guint16 link_type)
{
  guint16 link[2] = { link_type, 0 };
  guint16 option[2] = { 9 /* if_tsresol */, 1 };
  guint8 nanoseconds[4] = { 9 };
  guint32 words[5] = { 0 }; /* link type, no snapshot length, the option, the end of options */

  memcpy (&words[0], link, sizeof link);
  memcpy (&words[2], option, sizeof option);
  memcpy (&words[3], nanoseconds, sizeof nanoseconds);
  return put_block (writer, BLOCK_INTERFACE, words, G_N_ELEMENTS (words), NULL, 0);
}

static gboolean
put_pcap_header (LabWriter *writer, guint16 link_type)
{
  guint32 words[6] = { PCAP_MAGIC, 0, 0, 0, PCAP_SNAPLEN, link_type };
  guint16 version[2] = { 2, 4 };

  memcpy (&words[1], version, sizeof version);
  return put (writer, words, sizeof words);
}

/**
 * lab_writer_new:
 * @path: a file that is made, or made empty; pcapng if it ends so, else pcap
 *
 * Returns: (transfer full): a writer, or %NULL with a #SAL_ERROR that names the file.
 */
LabWriter *
lab_writer_new (const char *path, GError **error)
{
  LabWriter *writer = g_new0 (LabWriter, 1);
  int fd = open (path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

  writer->name = g_filename_display_name (path);
  writer->known = g_array_new (FALSE, FALSE, sizeof (Known));
  writer->is_pcapng = g_str_has_suffix (path, ".pcapng");
  writer->file = fd >= 0 ? fdopen (fd, "w") : NULL;
  if (writer->file == NULL)
    {
      fail (writer, error);
      if (fd >= 0)
        close (fd);
      g_clear_pointer (&writer, lab_writer_free);
      return NULL;
    }
  setvbuf (writer->file, NULL, _IOFBF, FILE_BUFFER);
  if (writer->is_pcapng && !put_section (writer))
    {
      fail (writer, error);
      g_clear_pointer (&writer, lab_writer_free);
    }
  return writer;
}

/**
 * lab_writer_free:
 * @writer: (nullable) (transfer full)
 *
 * Whether everything has reached the file, lab_writer_finish() has said.
 */
void
lab_writer_free (LabWriter *writer)
{
  if (writer == NULL)
    return;
  if (writer->file != NULL)
    fclose (writer->file);
  g_array_unref (writer->known);
  g_free (writer->name);
  g_free (writer);
}

/* Returns: the number of the packet's interface in the file, or -1 if it could not be
 * written. */
static gint64
find_interface (LabWriter *writer, const LabPacket *packet)
{
  Known added = { packet->link_type, packet->interface_id };

  for (guint i = 0; i < writer->known->len; i++)
    {
      const Known *known = &g_array_index (writer->known, Known, i);

      if (known->link_type == added.link_type && known->interface_id == added.interface_id)
        return i;
    }
  if (!put_interface (writer, packet->link_type))
    return -1;
  g_array_append_val (writer->known, added);
  return writer->known->len - 1;
}

static gboolean
add_block (LabWriter *writer, const LabPacket *packet)
{
  gint64 interface = find_interface (writer, packet);
  guint32 words[5] = { (guint32) interface, (guint32) (packet->time_ns >> 32),
                       (guint32) packet->time_ns, packet->captured_len, packet->wire_len };

  return interface >= 0 && put_block (writer, BLOCK_ENHANCED_PACKET, words, G_N_ELEMENTS (words),
                                      packet->bytes, packet->captured_len);
}

static gboolean
add_record (LabWriter *writer, const LabPacket *packet)
{
  guint32 words[4] = { (guint32) (packet->time_ns / 1000000000),
                       (guint32) (packet->time_ns % 1000000000), packet->captured_len,
                       packet->wire_len };
  Known first = { packet->link_type, 0 };

  if (writer->known->len == 0)
    {
      g_array_append_val (writer->known, first);
      if (!put_pcap_header (writer, packet->link_type))
        return FALSE;
    }
  return put (writer, words, sizeof words) && put (writer, packet->bytes, packet->captured_len);
}

/**
 * lab_writer_add:
 *
 * Returns: %FALSE with a #SAL_ERROR if the disk is full, or the like.
 */
gboolean
lab_writer_add (LabWriter *writer, const LabPacket *packet, GError **error)
{
  if (!writer->is_pcapng && writer->known->len > 0 &&
      g_array_index (writer->known, Known, 0).link_type != packet->link_type)
    {
      g_set_error (error, SAL_ERROR, SAL_EXIT_USAGE,
                   _ ("--write: a pcap holds one link type, and packet %lu "
                      "is of another than those before; give %s a name that ends in .pcapng"),
                   (gulong) packet->number, writer->name);
      return FALSE;
    }
  return (writer->is_pcapng ? add_block (writer, packet) : add_record (writer, packet)) ||
         fail (writer, error);
}

/**
 * lab_writer_flush:
 *
 * Hands over to the kernel what has been added so far.
 */
gboolean
lab_writer_flush (LabWriter *writer, GError **error)
{
  return fflush (writer->file) == 0 || fail (writer, error);
}

/**
 * lab_writer_finish:
 *
 * Makes the file complete; nothing is added afterwards.
 */
gboolean
lab_writer_finish (LabWriter *writer, GError **error)
{
  if (!writer->is_pcapng && writer->known->len == 0 &&
      !put_pcap_header (writer, LINK_TYPE_ETHERNET))
    return fail (writer, error);
  return lab_writer_flush (writer, error);
}
