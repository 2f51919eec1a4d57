#include "signaling/session/view.h"

#include <glib.h>
#include <string.h>

#include "signaling/session/hold.h"
#include "signaling/session/recording.h"
#include "signaling/session/session.h"

static json_int_t ms(int64_t us)
{
    return (json_int_t)(us / 1000);
}

static const char *kind_name(enum hall_kind kind)
{
    return kind == HALL_ACCEPT ? "accept" : "consult";
}

static json_t *channels_view(const char *channels)
{
    json_t *list = json_array();
    for (const char *c = channels; *c; c = g_utf8_next_char(c))
        json_array_append_new(list, json_stringn(c, (size_t)(g_utf8_next_char(c) - c)));
    return list;
}

/* Takes what is there over into `view`, as its member "en". */
static void english_add(json_t *view, const char *const words[][2], size_t count)
{
    json_t *en = json_object();
    for (size_t i = 0; i < count; i++)
        if (*words[i][1])
            json_object_set_new(en, words[i][0], json_string(words[i][1]));
    if (json_object_size(en))
        json_object_set(view, "en", en);
    json_decref(en);
}

json_t *sig_view_matter_ref(const struct hall_matter *matter)
{
    const char *const words[][2] = {{"name", matter->en.name}};
    json_t *view = json_pack("{s:s, s:s, s:s}", "code", matter->code, "name", matter->name, "kind",
                             kind_name(matter->kind));
    english_add(view, words, G_N_ELEMENTS(words));
    return view;
}

json_t *sig_view_matter(const struct hall_matter *matter)
{
    const struct hall_matter_words *en = &matter->en;
    const char *const words[][2] = {
        {"name", en->name},   {"alias", en->alias},       {"department", en->department},
        {"scope", en->scope}, {"due_text", en->due_text}, {"fee", en->fee},
        {"guide", en->guide}, {"delivery", en->delivery},
    };
    json_t *view = sig_view_matter_ref(matter);
    english_add(view, words, G_N_ELEMENTS(words));
    json_t *more = json_pack(
        "{s:s, s:s, s:o, s:i, s:i, s:s, s:b, s:s, s:s, s:s, s:s}", "alias", matter->alias,
        "department", matter->department, "channels", channels_view(matter->channels),
        "identity_level", (int)matter->identity_level, "minutes", (int)matter->minutes, "guide",
        matter->guide, "recording", matter->recording_required, "scope", matter->scope, "due_text",
        matter->due_text, "fee", matter->fee, "delivery", matter->delivery);
    json_object_update(view, more);
    json_decref(more);
    return view;
}

json_t *sig_view_notice(const struct hall_notice *notice)
{
    const char *const words[][2] = {{"text", notice->text_en}, {"sha256", notice->sha256_en}};
    json_t *view = json_pack("{s:s, s:s, s:s}", "version", notice->version, "text", notice->text,
                             "sha256", notice->sha256);
    english_add(view, words, G_N_ELEMENTS(words));
    return view;
}

static json_t *result_view(const struct hall_result *result)
{
    json_t *view = json_pack("{s:s}", "code", result->code);
    if (*result->note)
        json_object_set_new(view, "note", json_string(result->note));
    if (result->missing_count) {
        json_t *missing = json_array();
        for (unsigned i = 0; i < result->missing_count; i++)
            json_array_append_new(missing, json_string(result->missing[i]));
        json_object_set_new(view, "missing", missing);
    }
    return view;
}

json_t *sig_view_ticket(const struct hall_ticket *ticket)
{
    json_t *view = json_pack(
        "{s:s, s:s, s:o, s:s, s:s, s:i, s:i, s:I, s:b}", "id", ticket->id.text, "number",
        ticket->number, "matter", sig_view_matter_ref(ticket->matter), "channel", "VIDEO", "state",
        hall_ticket_state_name(ticket->state), "ahead", (int)ticket->ahead, "ahead_booked",
        (int)ticket->ahead_booked, "created_at", ms(ticket->created_at_us), "ready", ticket->ready);
    if (ticket->wait_max_us) {
        json_object_set_new(view, "wait_min_ms", json_integer(ms(ticket->wait_min_us)));
        json_object_set_new(view, "wait_max_ms", json_integer(ms(ticket->wait_max_us)));
    }
    if (ticket->window)
        json_object_set_new(view, "window", json_integer(ticket->window));
    if (*ticket->staff_no)
        json_object_set_new(view, "staff_no", json_string(ticket->staff_no));
    if (ticket->deadline_at_us)
        json_object_set_new(view, "deadline_at", json_integer(ms(ticket->deadline_at_us)));
    if (*ticket->result.code)
        json_object_set_new(view, "result", result_view(&ticket->result));
    return view;
}

json_t *sig_view_ticket_staff(const struct hall_ticket *ticket)
{
    json_t *view = sig_view_ticket(ticket);
    if (*ticket->note)
        json_object_set_new(view, "note", json_string(ticket->note));
    return view;
}

/* A window where nobody sits is not ready. */
static const char *window_state_name(enum hall_window_state state)
{
    switch (state) {
    case HALL_WINDOW_READY: return "ready";
    case HALL_WINDOW_CLOSED:
    case HALL_WINDOW_NOT_READY: return "not_ready";
    case HALL_WINDOW_REST: return "rest";
    case HALL_WINDOW_BUSY: return "busy";
    case HALL_WINDOW_WRAP_UP: return "wrap_up";
    }
    return "not_ready";
}

json_t *sig_view_window_name(unsigned no, const char *name, const char *name_en)
{
    const char *const words[][2] = {{"name", name_en}};
    json_t *view = json_pack("{s:i, s:s}", "no", (int)no, "name", name);
    english_add(view, words, G_N_ELEMENTS(words));
    return view;
}

json_t *sig_view_window_ref(const struct hall_window *window)
{
    json_t *view = sig_view_window_name(window->no, window->name, window->name_en);
    json_object_set_new(view, "staff_no", json_string(window->staff_no));
    return view;
}

json_t *sig_view_window(const struct hall_window *window, const struct hall_ticket *ticket)
{
    json_t *view = sig_view_window_ref(window);
    json_t *more = json_pack("{s:s, s:I, s:i, s:I}", "state", window_state_name(window->state),
                             "since", ms(window->since_at_us), "served_today",
                             (int)window->served_today, "mean_ms", ms(window->mean_us));
    json_object_update(view, more);
    json_decref(more);
    if (ticket)
        json_object_set_new(view, "ticket", sig_view_ticket_staff(ticket));
    if (window->wrap_up_deadline_at_us)
        json_object_set_new(view, "wrap_up_deadline_at",
                            json_integer(ms(window->wrap_up_deadline_at_us)));
    return view;
}

json_t *sig_view_queue_row(const struct hall_ticket *ticket, unsigned window)
{
    bool ready = ticket->ready || (ticket->online && !ticket->transferred);
    return json_pack(
        "{s:s, s:s, s:o, s:s, s:s, s:b, s:I, s:I, s:b, s:b, s:b}", "id", ticket->id.text, "number",
        ticket->number, "matter", sig_view_matter_ref(ticket->matter), "channel", "VIDEO", "state",
        hall_ticket_state_name(ticket->state), "ready", ready, "due", ms(ticket->due_at_us),
        "since", ms(ticket->since_at_us), "priority", ticket->priority, "mine",
        window && ticket->window == window, "callable", hall_ticket_is_for(ticket, window));
}

json_t *sig_view_session(const struct sig_session *session, const struct sig_participant *me)
{
    json_t *people = json_array();
    for (unsigned i = 0; i < SIG_MAX_PARTICIPANTS; i++)
        if (session->participants[i])
            json_array_append_new(people, sig_participant_view(session->participants[i]));
    json_t *view = json_pack(
        "{s:s, s:s, s:o, s:I, s:o, s:o, s:s*}", "id", session->id.text, "state",
        sig_session_state_name(session->state), "matter", sig_view_matter_ref(session->matter),
        "started_at", ms(session->started_at_us), "recording", sig_recording_view(session, NULL),
        "participants", people, "me", me ? me->id.text : NULL);
    if (*session->ticket.text)
        json_object_set_new(view, "ticket", json_string(session->ticket.text));
    if (*session->number)
        json_object_set_new(view, "number", json_string(session->number));
    if (session->state == SIG_SESSION_HELD)
        json_object_set_new(view, "reason", json_string(session->hold_reason));
    sig_hold_view(session, view);
    return view;
}
