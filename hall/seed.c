#include "hall/seed.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "hall/accounts.h"
#include "hall/change.h"
#include "hall/translation.h"

/* A seed file while it is read; what is missing or wrong in it is a failure of the change. */
struct seed_file {
    struct change *change;
    GKeyFile *keys;
    const char *name;
    GString *accounts; /* lines for the accounts file */
    char **ret_what;
};

static void file_fail(const struct seed_file *file, const char *group, const char *words)
{
    if (file->change->error)
        return;
    file->change->error = -EINVAL;
    if (file->ret_what)
        *file->ret_what = g_strdup_printf("seed file %s, [%s]: %s", file->name, group, words);
}

static char *text_of(const struct seed_file *file, const char *group, const char *key)
{
    g_autoptr(GError) error = NULL;
    char *text = g_key_file_get_string(file->keys, group, key, &error);
    if (!text)
        file_fail(file, group, error->message);
    return text ? text : g_strdup("");
}

static int64_t number_of(const struct seed_file *file, const char *group, const char *key)
{
    g_autoptr(GError) error = NULL;
    int64_t number = g_key_file_get_int64(file->keys, group, key, &error);
    if (error)
        file_fail(file, group, error->message);
    return number;
}

/* An absent key is an empty list. */
static char **list_of(const struct seed_file *file, const char *group, const char *key)
{
    char **list = g_key_file_get_string_list(file->keys, group, key, NULL, NULL);
    return list ? list : g_new0(char *, 1);
}

static void questions_seed(const struct seed_file *file, const char *code)
{
    g_auto(GStrv) questions = list_of(file, code, "questions");
    for (unsigned i = 0; questions[i]; i++)
        hall_change_exec(
            file->change,
            "INSERT INTO matter_question (matter, place, question) VALUES ($1, $2, $3)",
            HALL_VALUES(HALL_TEXT(code), HALL_INT(i + 1), HALL_TEXT(questions[i])), 1);
}

/* "how:name" or "how:name?condition". */
static void materials_seed(const struct seed_file *file, const char *code)
{
    g_auto(GStrv) materials = list_of(file, code, "materials");
    for (unsigned i = 0; materials[i]; i++) {
        char *name = strchr(materials[i], ':');
        if (!name) {
            file_fail(file, code, "materials: expected how:name?condition");
            return;
        }
        *name++ = '\0';
        char *condition = strchr(name, '?');
        if (condition)
            *condition++ = '\0';
        hall_change_exec(file->change,
                         "INSERT INTO matter_material (matter, place, name, how, condition) "
                         "VALUES ($1, $2, $3, $4, $5)",
                         HALL_VALUES(HALL_TEXT(code), HALL_INT(i + 1), HALL_TEXT(name),
                                     HALL_TEXT(materials[i]),
                                     HALL_TEXT(condition ? condition : "")),
                         1);
    }
}

static void matter_seed(const struct seed_file *file, const char *code, unsigned place)
{
    g_autofree char *letter = text_of(file, code, "letter"), *name = text_of(file, code, "name");
    g_autofree char *alias = text_of(file, code, "alias"),
                    *department = text_of(file, code, "department");
    g_autofree char *kind = text_of(file, code, "kind"), *scope = text_of(file, code, "scope");
    g_autofree char *channels = text_of(file, code, "channels"), *due = text_of(file, code, "due");
    g_autofree char *fee = text_of(file, code, "fee"), *delivery = text_of(file, code, "delivery");
    g_autofree char *guide = text_of(file, code, "guide");
    int64_t level = number_of(file, code, "identity_level"),
            minutes = number_of(file, code, "minutes");
    if (strlen(code) >= HALL_CODE_BYTES || strlen(guide) >= HALL_TEXT_BYTES ||
        !g_ascii_isupper(*letter))
        file_fail(file, code, "code, letter or guide do not fit");
    hall_change_exec(
        file->change,
        "INSERT INTO matter (code, place, letter, name, alias, department, kind, scope, channels, "
        "identity_level, minutes, due_text, fee, delivery, guide, recording_required) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
        HALL_VALUES(HALL_TEXT(code), HALL_INT(place), HALL_TEXT(letter), HALL_TEXT(name),
                    HALL_TEXT(alias), HALL_TEXT(department), HALL_TEXT(kind), HALL_TEXT(scope),
                    HALL_TEXT(channels), HALL_INT(level), HALL_INT(minutes), HALL_TEXT(due),
                    HALL_TEXT(fee), HALL_TEXT(delivery), HALL_TEXT(guide),
                    HALL_INT(!strcmp(kind, "accept"))),
        1);
    questions_seed(file, code);
    materials_seed(file, code);
}

static void skills_seed(const struct seed_file *file, const char *no, const char *key, int grade)
{
    g_auto(GStrv) skills = list_of(file, no, key);
    for (unsigned i = 0; skills[i]; i++)
        hall_change_exec(file->change,
                         "INSERT INTO window_skill (window_no, grade, skill) VALUES ($1, $2, $3)",
                         HALL_VALUES(HALL_INT(g_ascii_strtoll(no, NULL, 10)), HALL_INT(grade),
                                     HALL_TEXT(skills[i])),
                         1);
}

static void window_seed(const struct seed_file *file, const char *no, unsigned place)
{
    g_autofree char *name = text_of(file, no, "name");
    g_autofree char *channels = text_of(file, no, "channels");
    hall_change_exec(
        file->change, "INSERT INTO service_window (no, name, channels) VALUES ($1, $2, $3)",
        HALL_VALUES(HALL_INT(g_ascii_strtoll(no, NULL, 10)), HALL_TEXT(name), HALL_TEXT(channels)),
        1);
    skills_seed(file, no, "main", 1);
    skills_seed(file, no, "second", 2);
}

/* Groups are weekdays; hours are "09:00-12:00". */
static void hours_seed(const struct seed_file *file, const char *weekday, unsigned place)
{
    g_auto(GStrv) hours = list_of(file, weekday, "hours");
    for (unsigned i = 0; hours[i]; i++) {
        unsigned from_hour, from_minute, to_hour, to_minute;
        if (sscanf(hours[i], "%2u:%2u-%2u:%2u", &from_hour, &from_minute, &to_hour, &to_minute) !=
            4) {
            file_fail(file, weekday, "hours: expected 09:00-12:00");
            return;
        }
        hall_change_exec(
            file->change,
            "INSERT INTO opening_hour (weekday, from_minute, to_minute) VALUES ($1, $2, $3)",
            HALL_VALUES(HALL_INT(g_ascii_strtoll(weekday, NULL, 10)),
                        HALL_INT(from_hour * 60 + from_minute), HALL_INT(to_hour * 60 + to_minute)),
            1);
    }
}

static void notice_seed(const struct seed_file *file, const char *version, unsigned place)
{
    g_autofree char *text = text_of(file, version, "text");
    if (!*text || strlen(text) >= HALL_TEXT_BYTES)
        file_fail(file, version, "text: empty or too long");
    hall_change_exec(
        file->change, "INSERT INTO notice (version, words, since_us) VALUES ($1, $2, $3)",
        HALL_VALUES(HALL_TEXT(version), HALL_TEXT(text), HALL_INT(file->change->now_us)), 1);
}

static void staff_seed(const struct seed_file *file, const char *staff_no, unsigned place)
{
    g_autofree char *role = text_of(file, staff_no, "role");
    int64_t window = g_key_file_get_int64(file->keys, staff_no, "window", NULL);
    hall_account_add(file->change, staff_no, role, window, file->accounts);
}

/* The English beside a text: KEY_en. What has none, or stands otherwise in the store by now, is left out. */
static void words_seed(const struct seed_file *file, const char *kind, const char *object,
                       const char *key, const char *field)
{
    g_autofree char *key_en = g_strconcat(key, "_en", NULL);
    g_autofree char *original = g_key_file_get_string(file->keys, object, key, NULL);
    g_autofree char *words = g_key_file_get_string(file->keys, object, key_en, NULL);
    size_t most = strcmp(key, "guide") && strcmp(key, "text") ? HALL_NAME_BYTES : HALL_TEXT_BYTES;
    if (words && strlen(words) >= most)
        file_fail(file, object, "English words are too long");
    else if (words && original)
        hall_translation_add(file->change, kind, object, field, original, words);
}

static void matter_words_seed(const struct seed_file *file, const char *code, unsigned place)
{
    static const char *const keys[][2] = {
        {"name", "name"}, {"alias", "alias"},  {"department", "department"}, {"scope", "scope"},
        {"fee", "fee"},   {"due", "due_text"}, {"delivery", "delivery"},     {"guide", "guide"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++)
        words_seed(file, "matter", code, keys[i][0], keys[i][1]);
}

static void window_words_seed(const struct seed_file *file, const char *no, unsigned place)
{
    words_seed(file, "window", no, "name", "name");
}

static void notice_words_seed(const struct seed_file *file, const char *version, unsigned place)
{
    words_seed(file, "notice", version, "text", "words");
}

static const struct seed_step {
    const char *file;
    void (*fn)(const struct seed_file *file, const char *group, unsigned place);
} data_steps[] =
    {
        {"matters.ini", matter_seed},
        {"windows.ini", window_seed},
        {"hours.ini", hours_seed},
        {"notice.ini", notice_seed},
},
  words_steps[] =
      {
          {"matters.ini", matter_words_seed},
          {"windows.ini", window_words_seed},
          {"notice.ini", notice_words_seed},
},
  staff_step = {"staff.ini", staff_seed};

static void step_run(struct change *change, const char *dir, const struct seed_step *step,
                     GString *accounts, char **ret_what)
{
    if (change->error)
        return;
    g_autofree char *path = g_build_filename(dir, step->file, NULL);
    g_autoptr(GKeyFile) keys = g_key_file_new();
    g_autoptr(GError) error = NULL;
    if (!g_key_file_load_from_file(keys, path, G_KEY_FILE_NONE, &error)) {
        change->error = -ENOENT;
        if (ret_what)
            *ret_what = g_strdup_printf("seed file %s: %s", path, error->message);
        return;
    }
    struct seed_file file = {change, keys, step->file, accounts, ret_what};
    g_auto(GStrv) groups = g_key_file_get_groups(keys, NULL);
    for (unsigned i = 0; groups[i]; i++)
        step->fn(&file, groups[i], i + 1);
}

static int count_read(const struct hall_store_row *row, void *user)
{
    *(int64_t *)user = hall_store_int(row, 0);
    return 0;
}

static int rows_count(struct hall *hall, const char *sql, int64_t *ret_count)
{
    return hall_store_query(hall->store, sql, HALL_NO_VALUES, count_read, ret_count);
}

static int staff_run(struct hall *hall, const char *seed_dir, const char *accounts_file,
                     char **ret_what)
{
    g_autoptr(GString) accounts = g_string_new("# staff_no role password window\n");
    struct change change;
    hall_change_begin(&change, hall);
    step_run(&change, seed_dir, &staff_step, accounts, ret_what);
    if (!change.error)
        change.error = hall_accounts_write(accounts_file, accounts, ret_what);
    return hall_change_commit(&change);
}

static int data_run(struct hall *hall, const char *seed_dir, char **ret_what)
{
    struct change change;
    hall_change_begin(&change, hall);
    for (size_t i = 0; i < G_N_ELEMENTS(data_steps); i++)
        step_run(&change, seed_dir, &data_steps[i], NULL, ret_what);
    return hall_change_commit(&change);
}

/* Also for a store that was seeded before there were English words; its seed files may be gone by now. */
static int words_run(struct hall *hall, const char *seed_dir, char **ret_what)
{
    struct change change;
    hall_change_begin(&change, hall);
    for (size_t i = 0; i < G_N_ELEMENTS(words_steps); i++) {
        g_autofree char *path = g_build_filename(seed_dir, words_steps[i].file, NULL);
        if (g_file_test(path, G_FILE_TEST_EXISTS))
            step_run(&change, seed_dir, &words_steps[i], NULL, ret_what);
    }
    return hall_change_commit(&change);
}

/* A store that works does without them: what is wrong in the files is told, and tried again at the next start. */
static int words_add(struct hall *hall, const char *seed_dir)
{
    g_autofree char *what = NULL;
    int r = words_run(hall, seed_dir, &what);
    if (r != -EINVAL && r != -ENOENT)
        return r;
    log_warning("hall", "no English words: %s", what ? what : g_strerror(-r));
    return 0;
}

int hall_seed(struct hall *hall, const char *seed_dir, const char *accounts_file, char **ret_what)
{
    int64_t matters = 0, staff = 0, words = 0;
    int r = rows_count(hall, "SELECT COUNT(*) FROM matter", &matters);
    if (r == 0)
        r = rows_count(hall, "SELECT COUNT(*) FROM staff", &staff);
    if (r == 0 && !matters)
        r = data_run(hall, seed_dir, ret_what);
    if (r == 0)
        r = rows_count(hall, "SELECT COUNT(*) FROM translation", &words);
    if (r == 0 && !words && seed_dir)
        r = matters ? words_add(hall, seed_dir) : words_run(hall, seed_dir, ret_what);
    if (r == 0 && !staff && accounts_file)
        r = staff_run(hall, seed_dir, accounts_file, ret_what);
    return r;
}
