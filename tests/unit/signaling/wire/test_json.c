#include "signaling/wire/json.h"

#include <stdlib.h>
#include <string.h>

static bool parses(const char *text)
{
    g_autoptr(json_t) json = sig_json_parse(text, strlen(text), SIG_FRAME_BYTES);
    return json != NULL;
}

/* {"a":[[…1…]]} or {"a":{"a":…1…}}, `depth` levels in all. */
static char *nested(unsigned depth, const char *open, char close)
{
    GString *text = g_string_new("{\"a\":");
    for (unsigned i = 1; i < depth; i++)
        g_string_append(text, open);
    g_string_append_c(text, '1');
    for (unsigned i = 1; i < depth; i++)
        g_string_append_c(text, close);
    g_string_append_c(text, '}');
    return g_string_free(text, FALSE);
}

static void test_depth(void)
{
    g_autofree char *arrays = nested(SIG_JSON_DEPTH, "[", ']'),
                    *deeper = nested(SIG_JSON_DEPTH + 1, "[", ']');
    g_autofree char *objects = nested(SIG_JSON_DEPTH, "{\"a\":", '}'),
                    *deep = nested(SIG_JSON_DEPTH + 1, "{\"a\":", '}');
    g_assert_true(parses(arrays));
    g_assert_false(parses(deeper));
    g_assert_true(parses(objects));
    g_assert_false(parses(deep));
    /* Brackets inside of texts are no depth. */
    g_assert_true(parses("{\"a\":\"[[[[[[[[[[[[{{{{{{{{{\"}"));
    g_assert_true(parses("{\"a\":\"\\\"[[[[[[[[[[[\"}"));
    g_assert_false(parses("{\"a\":\"\\\\\",\"b\":[[[[[[[[[1]]]]]]]]]}"));
}

static void test_depth_of_garbage(void)
{
    size_t len = SIG_FRAME_BYTES;
    g_autofree char *text = g_malloc(len);
    memset(text, '[', len);
    g_assert_null(sig_json_parse(text, len, SIG_FRAME_BYTES));
}

static void test_size(void)
{
    g_autoptr(GString) text = g_string_new("{\"a\":\"");
    while (text->len < SIG_FRAME_BYTES - 2)
        g_string_append_c(text, 'x');
    g_string_append(text, "\"}");
    g_assert_cmpuint(text->len, ==, SIG_FRAME_BYTES);
    g_assert_true(parses(text->str));
    g_string_insert_c(text, 6, 'x');
    g_assert_false(parses(text->str));
}

static void test_what_is_no_object(void)
{
    const char *const bad[] = {"",
                               "[]",
                               "7",
                               "\"a\"",
                               "null",
                               "{",
                               "{\"a\":1}}",
                               "{\"a\":01}",
                               "{'a':1}",
                               "{\"a\":1,\"a\":2}",
                               "{a}",
                               "{\"a\":\"\\u0000\"}",
                               "{\"a\":\"\xff\"}"};
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
        g_assert_false(parses(bad[i]));
    g_assert_null(sig_json_parse(NULL, 0, SIG_FRAME_BYTES));
    g_assert_null(sig_json_parse("{}\0{}", 5, SIG_FRAME_BYTES));
}

static void test_members(void)
{
    const char *text = "{\"s\":\"x\",\"i\":9007199254740993,\"b\":true,\"n\":null,\"r\":1.5}";
    g_autoptr(json_t) json = sig_json_parse(text, strlen(text), SIG_FRAME_BYTES);
    g_assert_cmpstr(sig_json_string(json, "s", "none"), ==, "x");
    g_assert_cmpstr(sig_json_string(json, "i", "none"), ==, "none");
    g_assert_cmpstr(sig_json_string(json, "absent", NULL), ==, NULL);
    g_assert_cmpint(sig_json_integer(json, "i", 0), ==, 9007199254740993);
    g_assert_cmpint(sig_json_integer(json, "r", 7), ==, 7);
    g_assert_true(sig_json_bool(json, "b", false));
    g_assert_true(sig_json_bool(json, "n", true));
    g_assert_false(sig_json_bool(json, "s", false));
    size_t len;
    char *again = sig_json_text(json, &len);
    g_assert_cmpstr(again, ==,
                    "{\"s\":\"x\",\"i\":9007199254740993,\"b\":true,\"n\":null,\"r\":1.5}");
    g_assert_cmpuint(len, ==, strlen(again));
    free(again);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/signaling/json/depth", test_depth);
    g_test_add_func("/signaling/json/depth_of_garbage", test_depth_of_garbage);
    g_test_add_func("/signaling/json/size", test_size);
    g_test_add_func("/signaling/json/what_is_no_object", test_what_is_no_object);
    g_test_add_func("/signaling/json/members", test_members);
    return g_test_run();
}
