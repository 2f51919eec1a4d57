/* Results of connection checks, kept for a week under a short code. */
#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/crypto/random.h"
#include "hall/request.h"

enum { TRIES = 8 };
static const int64_t kept_us = 7LL * 24 * 3600 * G_USEC_PER_SEC;

/* Luhn (ISO/IEC 7812-1 annex B): a digit that was misheard, or two that changed places, is no code. */
static char check_digit(const char *digits, size_t count)
{
    unsigned sum = 0;
    for (size_t i = 0; i < count; i++) {
        unsigned digit = (unsigned)(digits[count - 1 - i] - '0');
        if (i % 2 == 0)
            digit = digit > 4 ? digit * 2 - 9 : digit * 2;
        sum += digit;
    }
    return (char)('0' + (10 - sum % 10) % 10);
}

bool hall_diag_code_is_valid(const char *code)
{
    size_t len = strspn(code, "0123456789");
    return len == HALL_DIAG_CODE_BYTES - 1 && !code[len] &&
           code[len - 1] == check_digit(code, len - 1);
}

static void code_make(char ret_code[HALL_DIAG_CODE_BYTES])
{
    uint8_t bytes[HALL_DIAG_CODE_BYTES - 2];
    random_bytes(bytes, sizeof bytes);
    for (size_t i = 0; i < sizeof bytes; i++)
        ret_code[i] = (char)('0' + bytes[i] % 10);
    ret_code[sizeof bytes] = check_digit(ret_code, sizeof bytes);
    ret_code[sizeof bytes + 1] = '\0';
}

static int count_read(const struct hall_store_row *row, void *user)
{
    *(int64_t *)user = hall_store_int(row, 0);
    return 0;
}

/* What is older than a week goes on the way. 0, -ENOSPC: too many are kept, or another errno. */
static int room_make(struct hall *hall, int64_t now_us)
{
    int64_t count = 0;
    int r = hall_store_exec(hall->store, "DELETE FROM diag WHERE made_at_us <= $1",
                            HALL_VALUES(HALL_INT(now_us - kept_us)), NULL);
    if (r == 0)
        r = hall_store_query(hall->store, "SELECT COUNT(*) FROM diag", HALL_NO_VALUES, count_read,
                             &count);
    return r == 0 && count >= HALL_MAX_DIAGS ? -ENOSPC : r;
}

static int insert(struct hall *hall, struct hall_diag *diag)
{
    int r = -EEXIST;
    for (unsigned i = 0; i < TRIES && r == -EEXIST; i++) {
        code_make(diag->code);
        r = hall_store_exec(
            hall->store, "INSERT INTO diag (code, made_at_us, report) VALUES ($1, $2, $3)",
            HALL_VALUES(HALL_TEXT(diag->code), HALL_INT(diag->made_at_us), HALL_TEXT(diag->report)),
            NULL);
    }
    return r;
}

void hall_do_diag_put(struct hall *hall, const struct request *request, struct answer *answer)
{
    answer->diag = (struct hall_diag){.made_at_us = clock_wall_us()};
    g_strlcpy(answer->diag.report, request->text, sizeof answer->diag.report);
    int r = room_make(hall, answer->diag.made_at_us);
    if (r == -ENOSPC) {
        hall_answer_refuse(answer, "server.busy", "too many results are kept");
        answer->retry_us = 60LL * G_USEC_PER_SEC;
        return;
    }
    if (r == 0)
        r = insert(hall, &answer->diag);
    if (r < 0)
        hall_answer_store_failed(answer, r);
    else
        answer->has_diag = true;
}

static int diag_read(const struct hall_store_row *row, void *user)
{
    struct answer *answer = user;
    hall_store_copy(row, 0, answer->diag.code, sizeof answer->diag.code);
    answer->diag.made_at_us = hall_store_int(row, 1);
    hall_store_copy(row, 2, answer->diag.report, sizeof answer->diag.report);
    answer->has_diag = true;
    return 0;
}

void hall_do_diag_get(struct hall *hall, const struct request *request, struct answer *answer)
{
    int r = hall_store_query(
        hall->store,
        "SELECT code, made_at_us, report FROM diag WHERE code = $1 AND made_at_us > $2",
        HALL_VALUES(HALL_TEXT(request->object), HALL_INT(clock_wall_us() - kept_us)), diag_read,
        answer);
    if (r < 0)
        hall_answer_store_failed(answer, r);
    else if (!answer->has_diag)
        hall_answer_refuse(answer, "diag.unknown", "no such code, or it is older than a week");
}
