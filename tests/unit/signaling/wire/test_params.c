#include "signaling/wire/params.h"

#include <string.h>

#include "base/id.h"

static const struct sig_param inner[] = {
    {.name = "code", .type = SIG_CHOICE, .required = true, .choices = "A B"},
    {0},
};

static const struct sig_param params[] = {
    {.name = "text", .type = SIG_TEXT, .required = true, .min = 1, .max = 5},
    {.name = "maybe", .type = SIG_TEXT_OR_NULL, .max = 5},
    {.name = "list", .type = SIG_TEXTS, .max = 3, .count = 2},
    {.name = "id", .type = SIG_TOKEN},
    {.name = "whole", .type = SIG_WHOLE, .min = 1, .max = 9},
    {.name = "number", .type = SIG_NUMBER},
    {.name = "truth", .type = SIG_TRUTH},
    {.name = "object", .type = SIG_OBJECT, .of = inner},
    {0},
};

/* NULL: nothing may be wrong; else the field that must be. */
static void expect(const char *members, const char *field)
{
    g_autofree char *text = g_strdup_printf("{%s}", members);
    json_t *json = json_loads(text, 0, NULL);
    g_assert_nonnull(json);
    g_autofree char *wrong = sig_params_check(json, params);
    json_decref(json);
    if (!field) {
        g_assert_cmpstr(wrong, ==, NULL);
        return;
    }
    g_assert_nonnull(wrong);
    g_assert_true(g_str_has_prefix(wrong, field));
    g_assert_cmpint(wrong[strlen(field)], ==, ':');
}

static void test_good(void)
{
    expect("\"text\":\"x\"", NULL);
    expect("\"text\":\"12345\",\"other\":[1,{}]", NULL);
    expect("\"text\":\"x\",\"maybe\":null,\"list\":[],\"id\":null,\"whole\":null", NULL);
    expect("\"text\":\"x\",\"list\":[\"a\",\"abc\"],\"whole\":9,\"number\":0.5,\"truth\":false",
           NULL);
    expect("\"text\":\"x\",\"whole\":\"7\",\"object\":{\"code\":\"B\",\"more\":1}", NULL);
}

static void test_bad(void)
{
    expect("", "text");
    expect("\"text\":null", "text");
    expect("\"text\":\"\"", "text");
    expect("\"text\":\"123456\"", "text");
    expect("\"text\":\"啊啊\"", "text"); /* six bytes */
    expect("\"text\":1", "text");
    expect("\"text\":\"x\",\"maybe\":7", "maybe");
    expect("\"text\":\"x\",\"list\":[\"a\",\"b\",\"c\"]", "list");
    expect("\"text\":\"x\",\"list\":[\"\"]", "list");
    expect("\"text\":\"x\",\"list\":[\"abcd\"]", "list");
    expect("\"text\":\"x\",\"list\":{}", "list");
    expect("\"text\":\"x\",\"id\":\"../../etc/passwd\"", "id");
    expect("\"text\":\"x\",\"whole\":0", "whole");
    expect("\"text\":\"x\",\"whole\":10", "whole");
    expect("\"text\":\"x\",\"whole\":1.0", "whole");
    expect("\"text\":\"x\",\"whole\":\"x\"", "whole");
    expect("\"text\":\"x\",\"whole\":\"10\"", "whole");
    expect("\"text\":\"x\",\"number\":-1", "number");
    expect("\"text\":\"x\",\"number\":\"1\"", "number");
    expect("\"text\":\"x\",\"truth\":1", "truth");
    expect("\"text\":\"x\",\"object\":[]", "object");
    expect("\"text\":\"x\",\"object\":{}", "object.code");
    expect("\"text\":\"x\",\"object\":{\"code\":\"A B\"}", "object.code");
}

static void test_no_params(void)
{
    json_t *json = json_object();
    g_autofree char *wrong = sig_params_check(json, NULL);
    json_decref(json);
    g_assert_null(wrong);
}

static void test_whole(void)
{
    json_t *json = json_pack("{s:i, s:s, s:s}", "number", 7, "digits", "12", "words", "x");
    g_assert_cmpint(sig_param_whole(json, "number", 1), ==, 7);
    g_assert_cmpint(sig_param_whole(json, "digits", 1), ==, 12);
    g_assert_cmpint(sig_param_whole(json, "words", 1), ==, 1);
    g_assert_cmpint(sig_param_whole(json, "absent", -1), ==, -1);
    json_decref(json);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/signaling/params/good", test_good);
    g_test_add_func("/signaling/params/bad", test_bad);
    g_test_add_func("/signaling/params/none", test_no_params);
    g_test_add_func("/signaling/params/whole", test_whole);
    return g_test_run();
}
