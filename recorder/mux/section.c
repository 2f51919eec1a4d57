#include "recorder/mux/section.h"

#include "recorder/mux/layers.h"

#include "recorder/mux/red.h"

#include <stdlib.h>
#include <string.h>

enum { STREAMS_MAX = 64 }; /* SSRCs a section: a peer that makes up more is not followed */

struct rec_section *rec_section_create(uint32_t tag, unsigned number)
{
    struct rec_section *section = g_new0(struct rec_section, 1);
    section->tag = tag;
    section->number = number;
    section->streams = g_ptr_array_new_with_free_func((GDestroyNotify)rec_stream_destroy);
    for (size_t pt = 0; pt < G_N_ELEMENTS(section->rtx_of); pt++)
        section->rtx_of[pt] = section->red_of[pt] = -1;
    return section;
}

void rec_section_destroy(void *data)
{
    struct rec_section *section = data;
    g_ptr_array_unref(section->streams);
    g_strfreev(section->rids);
    g_free(section);
}

/* ---- description -------------------------------------------------------------------------------------- */

static bool parse_pt(const char *text, unsigned *ret_pt)
{
    char *end = NULL;
    unsigned long pt = strtoul(text, &end, 10);
    if (end == text || (*end && *end != ';') || pt > 127)
        return false;
    *ret_pt = (unsigned)pt;
    return true;
}

/* The payload type that "rtx=" or "red=" tells. */
static bool find_pt(const char *parameters, const char *name, unsigned *ret_pt)
{
    const char *found = strstr(parameters, name);
    return found && (found == parameters || found[-1] == ';' || found[-1] == ':') &&
           parse_pt(found + strlen(name), ret_pt);
}

/* "rtx=97;profile-level-id=42e01f", "red=63" */
static void describe_parameters(struct rec_section *section, unsigned pt, const char *parameters)
{
    unsigned other = 0;
    if (find_pt(parameters, "rtx=", &other)) {
        section->rtx_of[other] = (int16_t)pt;
        section->red_of[other] = -1;
    }
    if (find_pt(parameters, "red=", &other)) {
        section->red_of[other] = (int16_t)pt;
        section->rtx_of[other] = -1;
    }
}

/* "96:VP8/90000:rtx=97" */
static void describe_payload(struct rec_section *section, const char *text)
{
    g_auto(GStrv) parts = g_strsplit(text, ":", 3);
    unsigned pt = 0;
    if (!parts[0] || !parts[1] || !parse_pt(parts[0], &pt))
        return;
    const char *slash = strchr(parts[1], '/');
    enum rec_codec codec =
        rec_codec_parse(parts[1], slash ? (size_t)(slash - parts[1]) : strlen(parts[1]));
    unsigned long clock_hz = slash ? strtoul(slash + 1, NULL, 10) : 0;
    section->codecs[pt] = (uint8_t)codec;
    section->clocks[pt] = clock_hz >= 8000 && clock_hz <= 192000 ? (unsigned)clock_hz
                          : codec == REC_CODEC_OPUS              ? 48000
                                                                 : 90000;
    section->rtx_of[pt] = section->red_of[pt] = -1;
    if (parts[2])
        describe_parameters(section, pt, parts[2]);
}

static enum rec_source parse_source(const struct rec_pcapng_entry *event)
{
    const struct rec_pcapng_field *field = rec_pcapng_field(event, "SOURCE");
    for (enum rec_source source = REC_SOURCE_MIC; field && source < REC_SOURCE_COUNT; source++) {
        const char *name = rec_source_name(source);
        if (strlen(name) == field->value_len && memcmp(name, field->value, field->value_len) == 0)
            return source;
    }
    field = rec_pcapng_field(event, "KIND");
    bool audio = field && field->value_len == 5 && memcmp(field->value, "audio", 5) == 0;
    return audio ? REC_SOURCE_MIC : REC_SOURCE_CAMERA;
}

void rec_section_describe(struct rec_section *section, const struct rec_pcapng_entry *event)
{
    section->source = parse_source(event);
    rec_layers_describe(section, event);
    const struct rec_pcapng_field *payloads = rec_pcapng_field(event, "PAYLOADS");
    if (!payloads)
        return;
    g_autofree char *text = g_strndup(payloads->value, payloads->value_len);
    g_auto(GStrv) list = g_strsplit(text, " ", 32);
    for (char **payload = list; *payload; payload++)
        describe_payload(section, *payload);
}

/* ---- packets ------------------------------------------------------------------------------------------ */

static struct rec_stream *find_stream(const struct rec_section *section, uint32_t ssrc)
{
    for (guint i = section->streams->len; i-- > 0;) {
        struct rec_stream *stream = section->streams->pdata[i];
        if (stream->ssrc == ssrc)
            return stream;
    }
    return NULL;
}

static struct rec_stream *newest_stream(const struct rec_section *section)
{
    return section->streams->len ? section->streams->pdata[section->streams->len - 1] : NULL;
}

static struct rec_stream *add_stream(struct rec_section *section, uint32_t ssrc, unsigned clock_hz)
{
    if (section->streams->len >= STREAMS_MAX)
        return NULL;
    struct rec_stream *stream = rec_stream_create(ssrc, clock_hz);
    g_ptr_array_add(section->streams, stream);
    return stream;
}

/* A section has one sender at a time: what is retransmitted belongs to the newest stream, or to that of its layer. */
static bool add_retransmission(struct rec_section *section, struct rec_rtp rtp, int64_t arrival_us)
{
    struct rec_stream *stream =
        section->rids ? rec_layer_repaired(section, &rtp) : newest_stream(section);
    unsigned pt = (unsigned)section->rtx_of[rtp.pt];
    if (stream && section->codecs[pt] != REC_CODEC_NONE && rec_rtx_unwrap(&rtp))
        rec_stream_add(stream, &rtp, section->codecs[pt], true, arrival_us);
    return true;
}

/* A packet as it was sent first; NULL: not described, or one stream too many. */
static struct rec_stream *add_primary(struct rec_section *section, const struct rec_rtp *rtp,
                                      int64_t arrival_us)
{
    enum rec_codec codec = section->codecs[rtp->pt];
    if (codec == REC_CODEC_NONE)
        return NULL;
    struct rec_stream *stream = find_stream(section, rtp->ssrc);
    if (!stream)
        stream = add_stream(section, rtp->ssrc, section->clocks[rtp->pt]);
    int layer = rec_layer_of(section, rtp);
    if (stream && layer >= 0) /* told with the first packets alone */
        stream->layer = layer;
    if (stream)
        rec_stream_add(stream, rtp, codec, false, arrival_us);
    return stream;
}

/* What it repeats takes the place of what never came. Padding alone keeps its number. */
static bool add_redundant(struct rec_section *section, const struct rec_rtp *rtp,
                          int64_t arrival_us)
{
    unsigned pt = (unsigned)section->red_of[rtp->pt];
    struct rec_red red = {.primary = *rtp};
    red.primary.pt = (uint8_t)pt;
    if (rtp->len && !rec_red_read(rtp, pt, &red))
        return false;
    struct rec_stream *stream = add_primary(section, &red.primary, arrival_us);
    for (unsigned i = 0; stream && i < red.count; i++)
        if (rec_stream_lacks(stream, red.repeated[i].seq))
            rec_stream_add(stream, &red.repeated[i], REC_CODEC_OPUS, true, arrival_us);
    return stream;
}

bool rec_section_rtp(struct rec_section *section, const struct rec_rtp *rtp, int64_t arrival_us)
{
    if (section->rtx_of[rtp->pt] >= 0)
        return add_retransmission(section, *rtp, arrival_us);
    if (section->red_of[rtp->pt] >= 0)
        return add_redundant(section, rtp, arrival_us);
    return add_primary(section, rtp, arrival_us);
}

void rec_section_report(struct rec_section *section, const struct rec_sender_report *report,
                        int64_t arrival_us)
{
    struct rec_stream *stream = find_stream(section, report->ssrc);
    if (stream)
        rec_stream_report(stream, report, arrival_us);
}
