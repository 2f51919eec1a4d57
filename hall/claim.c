#include "hall/claim.h"

#include "base/clock.h"
#include "hall/request.h"
#include "hall/staff.h"

static int old_drop(struct hall *hall, int64_t now_us)
{
    return hall_store_exec(hall->store, "DELETE FROM claim WHERE until_at_us <= $1",
                           HALL_VALUES(HALL_INT(now_us)), NULL);
}

/* Whoever makes codes holds the limit of those that are open; the old ones are dropped on the way. */
void hall_do_claim_put(struct hall *hall, const struct request *request, struct answer *answer)
{
    const struct hall_claim *claim = request->more;
    int r = old_drop(hall, clock_wall_us());
    if (r == 0)
        r = hall_store_exec(
            hall->store,
            "INSERT INTO claim (code_sha256, role, subject, window_no, session, until_at_us) "
            "VALUES ($1, $2, $3, $4, $5, $6)",
            HALL_VALUES(HALL_TEXT(claim->code_sha256), HALL_TEXT(hall_role_name(claim->who.role)),
                        HALL_TEXT(claim->who.subject), HALL_INT(claim->who.window),
                        HALL_TEXT(claim->who.session), HALL_INT(claim->until_at_us)),
            NULL);
    if (r < 0)
        hall_answer_store_failed(answer, r);
}

void hall_do_claim_drop(struct hall *hall, const struct request *request, struct answer *answer)
{
    int64_t changed = 0;
    int r = hall_store_exec(hall->store, "DELETE FROM claim WHERE code_sha256 = $1",
                            HALL_VALUES(HALL_TEXT(request->sha256)), &changed);
    if (r < 0)
        hall_answer_store_failed(answer, r);
    else if (!changed)
        hall_answer_refuse(answer, "auth.bad_token", "no such code");
}

static int claim_read(const struct hall_store_row *row, void *user)
{
    struct hall_claim claim = {
        .who = {.role = hall_role_parse(hall_store_text(row, 1)),
                .window = (unsigned)hall_store_int(row, 3)},
        .until_at_us = hall_store_int(row, 5),
    };
    hall_store_copy(row, 0, claim.code_sha256, sizeof claim.code_sha256);
    hall_store_copy(row, 2, claim.who.subject, sizeof claim.who.subject);
    hall_store_copy(row, 4, claim.who.session, sizeof claim.who.session);
    g_array_append_val((GArray *)user, claim);
    return 0;
}

int hall_claims_load(struct hall *hall, int64_t now_us)
{
    int r = old_drop(hall, now_us);
    return r < 0 ? r
                 : hall_store_query(
                       hall->store,
                       "SELECT code_sha256, role, subject, window_no, session, until_at_us FROM "
                       "claim ORDER BY until_at_us DESC LIMIT $1",
                       HALL_VALUES(HALL_INT(HALL_MAX_CLAIMS)), claim_read, hall->claims);
}

const struct hall_claim *hall_claims(const struct hall *hall, size_t *ret_count)
{
    *ret_count = hall->claims->len;
    return (const struct hall_claim *)(void *)hall->claims->data;
}
