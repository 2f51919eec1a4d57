#include "hall/staff.h"

#include <string.h>

#include "base/clock.h"
#include "hall/audit.h"

/* Failed logins of unknown numbers that the trail gets, in so much time. */
enum { MAX_STRANGERS = 20, STRANGERS_WINDOW_US = 60 * 1000000 };

static const char *const role_names[] = {
    [HALL_CLERK] = "clerk",   [HALL_AUDITOR] = "auditor",       [HALL_CITIZEN] = "citizen",
    [HALL_HELPER] = "helper", [HALL_SUPERVISOR] = "supervisor",
};

const char *hall_role_name(enum hall_role role)
{
    return role_names[role];
}

enum hall_role hall_role_parse(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(role_names); i++)
        if (!strcmp(role_names[i], name))
            return (enum hall_role)i;
    return HALL_HELPER;
}

struct account {
    bool known;
    enum hall_role role;
    char hash[PASSWORD_HASH_BYTES];
    unsigned failures;
    int64_t locked_until_us;
};

static int account_read(const struct hall_store_row *row, void *user)
{
    struct account *account = user;
    account->known = true;
    account->role = hall_role_parse(hall_store_text(row, 0)); /* the store holds no other words */
    hall_store_copy(row, 1, account->hash, sizeof account->hash);
    account->failures = (unsigned)hall_store_int(row, 2);
    account->locked_until_us = hall_store_int(row, 3);
    return 0;
}

static int account_load(struct hall *hall, const char *staff_no, struct account *ret_account)
{
    *ret_account = (struct account){0};
    return hall_store_query(
        hall->store,
        "SELECT role, password_hash, failures, locked_until_us FROM staff WHERE staff_no = $1",
        HALL_VALUES(HALL_TEXT(staff_no)), account_read, ret_account);
}

/* What somebody typed may be anything, a name or a password too: only the number of an account is ever written down. */
static void account_name(const struct account *account, const char *staff_no, struct answer *answer)
{
    answer->has_staff = account->known;
    g_strlcpy(answer->staff.staff_no, account->known ? staff_no : "",
              sizeof answer->staff.staff_no);
}

static bool is_locked(const struct account *account, struct answer *answer)
{
    int64_t left_us = account->locked_until_us - clock_wall_us();
    if (left_us <= 0)
        return false;
    hall_answer_refuse(answer, "auth.locked", "too many failed attempts");
    answer->retry_us = left_us;
    return true;
}

void hall_do_login(struct hall *hall, const struct request *request, struct answer *answer)
{
    struct account account;
    int r = account_load(hall, request->staff_no, &account);
    if (r < 0) {
        hall_answer_store_failed(answer, r);
        return;
    }
    account_name(&account, request->staff_no, answer);
    if (is_locked(&account, answer))
        return;
    /* An unknown account has no hash: the check then takes as long, and fails. */
    struct hasher_job job = {.request = g_memdup2(request, sizeof *request)};
    memcpy(job.hash, account.hash, sizeof job.hash);
    if (hall_hasher_post(hall->hasher, &job) == 0) {
        answer->later = true;
        return;
    }
    hall_request_free(job.request);
    hall_answer_refuse(answer, "server.busy", "too many logins at once");
    answer->retry_us = G_USEC_PER_SEC;
}

static int window_read(const struct hall_store_row *row, void *user)
{
    struct hall_staff *staff = user;
    if (staff->window_count < HALL_MAX_WINDOWS)
        staff->windows[staff->window_count++] = (unsigned)hall_store_int(row, 0);
    return 0;
}

static bool has_window(const struct hall_staff *staff, unsigned window)
{
    for (unsigned i = 0; i < staff->window_count; i++) {
        if (staff->windows[i] == window)
            return true;
    }
    return false;
}

/* Anybody can make up numbers: a flood of them must not fill the trail, nor cost a durable write each. */
static bool stranger_is_written(struct hall *hall)
{
    int64_t now_us = clock_now_us();
    if (!hall->strangers_since_us || now_us - hall->strangers_since_us >= STRANGERS_WINDOW_US) {
        hall->strangers_since_us = now_us;
        hall->stranger_count = 0;
    }
    return ++hall->stranger_count <= MAX_STRANGERS;
}

static void failure_count(struct hall *hall, const char *staff_no, const struct account *account,
                          struct answer *answer)
{
    unsigned failures = account->failures + 1;
    bool locks = failures >= HALL_MAX_LOGIN_FAILURES;
    g_autofree char *object =
        account->known ? g_strdup_printf("staff:%s", staff_no) : g_strdup("staff:unknown");
    struct change change;
    if (!account->known && !stranger_is_written(hall)) {
        hall_answer_refuse(answer, "auth.wrong_password", "unknown staff number or wrong password");
        return;
    }
    hall_change_begin(&change, hall);
    if (account->known)
        hall_change_exec(&change,
                         "UPDATE staff SET failures = $1, locked_until_us = $2 WHERE staff_no = $3",
                         HALL_VALUES(HALL_INT(locks ? 0 : failures),
                                     HALL_INT(locks ? change.now_us + HALL_LOGIN_LOCK_US : 0),
                                     HALL_TEXT(staff_no)),
                         1);
    hall_audit_append(&change, object, "login.failed", object, "known=%d failures=%u locked=%d",
                      account->known, failures, locks && account->known);
    int r = hall_change_commit(&change);
    if (r < 0)
        hall_answer_store_failed(answer, r);
    else
        hall_answer_refuse(answer, "auth.wrong_password", "unknown staff number or wrong password");
}

static void login_record(struct hall *hall, const struct request *request, struct answer *answer)
{
    g_autofree char *object = g_strdup_printf("staff:%s", request->staff_no);
    struct change change;
    hall_change_begin(&change, hall);
    hall_change_exec(&change,
                     "UPDATE staff SET failures = 0, locked_until_us = 0 WHERE staff_no = $1",
                     HALL_VALUES(HALL_TEXT(request->staff_no)), 1);
    hall_audit_append(&change, object, "login.done", object, "role=%s window=%u",
                      hall_role_name(answer->staff.role), request->window);
    int r = hall_change_commit(&change);
    if (r < 0) {
        answer->has_staff = false;
        hall_answer_store_failed(answer, r);
    }
}

void hall_staff_checked(struct hall *hall, const struct hasher_job *job, struct answer *answer)
{
    const struct request *request = job->request;
    struct account account;
    int r = account_load(hall, request->staff_no, &account);
    if (r < 0) {
        hall_answer_store_failed(answer, r);
        return;
    }
    account_name(&account, request->staff_no, answer);
    /* Locked while this check was under way: attempts side by side gain nothing. */
    if (is_locked(&account, answer))
        return;
    if (!account.known || !job->matches) {
        failure_count(hall, request->staff_no, &account, answer);
        return;
    }
    struct hall_staff staff = {.role = account.role};
    g_strlcpy(staff.staff_no, request->staff_no, sizeof staff.staff_no);
    r = hall_store_query(
        hall->store, "SELECT window_no FROM staff_window WHERE staff_no = $1 ORDER BY window_no",
        HALL_VALUES(HALL_TEXT(staff.staff_no)), window_read, &staff);
    if (r < 0) {
        hall_answer_store_failed(answer, r);
        return;
    }
    if (request->window && !has_window(&staff, request->window)) {
        hall_answer_refuse(answer, "window.none", "staff %s has no window %u", staff.staff_no,
                           request->window);
        return;
    }
    answer->has_staff = true;
    answer->staff = staff;
    login_record(hall, request, answer);
}
