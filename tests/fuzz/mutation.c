#include "tests/fuzz/mutation.h"

#include <string.h>

#define STEPS_MAX 8
#define RUN_MAX_BYTES 32
#define INPUT_MAX_BYTES 65536

/* [0, end), 0 when that is empty. */
static guint pick(GRand *rand, guint end)
{
    return end ? (guint)(g_rand_int(rand) % end) : 0;
}

/* The length of a run that starts at `at`. */
static guint pick_run(GRand *rand, const GByteArray *input, guint at)
{
    guint n = 1 + pick(rand, RUN_MAX_BYTES);
    return MIN(n, input->len - at);
}

static GBytes *pick_input(GPtrArray *corpus, GRand *rand)
{
    return corpus->pdata[pick(rand, corpus->len)];
}

static void bit_flip(GByteArray *input, GPtrArray *corpus, GRand *rand)
{
    if (input->len)
        input->data[pick(rand, input->len)] ^= (guint8)(1u << pick(rand, 8));
}

static void byte_set(GByteArray *input, GPtrArray *corpus, GRand *rand)
{
    if (input->len)
        input->data[pick(rand, input->len)] = (guint8)g_rand_int(rand);
}

/* Lengths and counts go wrong at the ends of their ranges. */
static void edge_set(GByteArray *input, GPtrArray *corpus, GRand *rand)
{
    static const guint32 edges[] = {0,      1,      0x7f,       0x80,       0xff,      0x7fff,
                                    0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff};
    guint32 edge = GUINT32_TO_BE(edges[pick(rand, G_N_ELEMENTS(edges))]);
    guint width = 1u << pick(rand, 3);
    if (input->len >= width)
        memcpy(input->data + pick(rand, input->len - width + 1),
               (guint8 *)&edge + sizeof edge - width, width);
}

static void length_nudge(GByteArray *input, GPtrArray *corpus, GRand *rand)
{
    if (input->len)
        input->data[pick(rand, input->len)] += (guint8)(pick(rand, 9) - 4);
}

static void run_erase(GByteArray *input, GPtrArray *corpus, GRand *rand)
{
    guint at = pick(rand, input->len);
    guint n = pick_run(rand, input, at);
    if (n)
        g_byte_array_remove_range(input, at, n);
}

static void run_insert(GByteArray *input, guint at, const guint8 *run, guint n)
{
    guint tail = input->len - at;
    g_byte_array_set_size(input, input->len + n);
    memmove(input->data + at + n, input->data + at, tail);
    memcpy(input->data + at, run, n);
}

static void noise_insert(GByteArray *input, GPtrArray *corpus, GRand *rand)
{
    guint8 run[RUN_MAX_BYTES];
    guint n = 1 + pick(rand, RUN_MAX_BYTES);
    for (guint i = 0; i < n; i++)
        run[i] = (guint8)g_rand_int(rand);
    run_insert(input, pick(rand, input->len + 1), run, n);
}

static void run_repeat(GByteArray *input, GPtrArray *corpus, GRand *rand)
{
    guint8 run[RUN_MAX_BYTES];
    guint from = pick(rand, input->len);
    guint n = pick_run(rand, input, from);
    memcpy(run, input->data + from, n);
    run_insert(input, pick(rand, input->len + 1), run, n);
}

static void truncate_at(GByteArray *input, GPtrArray *corpus, GRand *rand)
{
    g_byte_array_set_size(input, pick(rand, input->len + 1));
}

/* The head of this input, then the tail of another. */
static void splice(GByteArray *input, GPtrArray *corpus, GRand *rand)
{
    gsize len;
    const guint8 *other = g_bytes_get_data(pick_input(corpus, rand), &len);
    truncate_at(input, corpus, rand);
    guint from = pick(rand, (guint)len);
    if (len)
        g_byte_array_append(input, other + from, (guint)len - from);
}

typedef void (*damage)(GByteArray *input, GPtrArray *corpus, GRand *rand);

static const damage damages[] = {
    bit_flip,     byte_set,   edge_set,    length_nudge, run_erase,
    noise_insert, run_repeat, truncate_at, splice,
};

GByteArray *mutation_make(GPtrArray *corpus, guint32 seed)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(seed);
    gsize len;
    const guint8 *from = g_bytes_get_data(pick_input(corpus, rand), &len);
    GByteArray *input = g_byte_array_new();
    g_byte_array_append(input, from, (guint)len);

    guint steps = 1 + pick(rand, STEPS_MAX);
    for (guint i = 0; i < steps && input->len < INPUT_MAX_BYTES; i++)
        damages[pick(rand, G_N_ELEMENTS(damages))](input, corpus, rand);
    return input;
}
