/* A full ICE agent (libnice's NiceAgent, controlling) against the sfu's lite one: it gathers, checks,
 * nominates and says that it is ready; the sfu says that it is connected. */
#include "tests/unit/sfu/worker/call.h"

#include "tests/harness/wait.h"

#include <glib.h>
#include <string.h>

#include <nice/agent.h>

struct full {
    NiceAgent *agent;
    guint stream;
    bool gathered;
    NiceComponentState state;
};

static void on_gathered(NiceAgent *agent, guint stream, gpointer user)
{
    ((struct full *)user)->gathered = true;
}

static void on_state(NiceAgent *agent, guint stream, guint component, guint state, gpointer user)
{
    ((struct full *)user)->state = state;
}

static void on_data(NiceAgent *agent, guint stream, guint component, guint len, gchar *data,
                    gpointer user)
{
}

static bool is_gathered(void *user)
{
    return ((struct full *)user)->gathered;
}

static bool is_ready(void *user)
{
    return ((struct full *)user)->state == NICE_COMPONENT_STATE_READY;
}

static void open_agent(struct full *full)
{
    *full = (struct full){0};
    full->agent =
        nice_agent_new_full(NULL, NICE_COMPATIBILITY_RFC5245, NICE_AGENT_OPTION_REGULAR_NOMINATION);
    g_object_set(full->agent, "upnp", FALSE, "ice-tcp", FALSE, "controlling-mode", TRUE, NULL);
    NiceAddress *local = nice_address_new();
    nice_address_set_from_string(local, "127.0.0.1");
    nice_agent_add_local_address(full->agent, local);
    nice_address_free(local);
    full->stream = nice_agent_add_stream(full->agent, 1);
    g_signal_connect(full->agent, "candidate-gathering-done", G_CALLBACK(on_gathered), full);
    g_signal_connect(full->agent, "component-state-changed", G_CALLBACK(on_state), full);
    nice_agent_attach_recv(full->agent, full->stream, 1, NULL, on_data, full);
    g_assert_true(nice_agent_gather_candidates(full->agent, full->stream));
    g_assert_true(wait_until(NULL, is_gathered, full, CALL_WAIT_US));
}

static void aim(struct full *full, struct sfu *sfu, sfu_room_id room, const struct sfu_ice *ice)
{
    struct sfu_candidate theirs[SFU_MAX_CANDIDATES];
    g_assert_cmpuint(sfu_room_candidates(sfu, room, theirs), ==, 1);
    NiceCandidate *candidate = nice_candidate_new(NICE_CANDIDATE_TYPE_HOST);
    candidate->component_id = 1;
    candidate->stream_id = full->stream;
    candidate->transport = NICE_CANDIDATE_TRANSPORT_UDP;
    candidate->priority = theirs[0].priority;
    g_strlcpy(candidate->foundation, "1", sizeof candidate->foundation);
    nice_address_set_from_string(&candidate->addr, theirs[0].address);
    nice_address_set_port(&candidate->addr, theirs[0].port);
    g_assert_true(
        nice_agent_set_remote_credentials(full->agent, full->stream, ice->ufrag, ice->pwd));
    GSList *list = g_slist_append(NULL, candidate);
    g_assert_cmpint(nice_agent_set_remote_candidates(full->agent, full->stream, 1, list), ==, 1);
    g_slist_free_full(list, (GDestroyNotify)nice_candidate_free);
}

static void test_connects(void)
{
    struct full full;
    struct sfu *sfu = call_start_sfu(30000);
    sfu_room_id room;
    sfu_peer_id peer;
    struct sfu_negotiation n = {0};
    gchar *ufrag = NULL, *pwd = NULL;
    open_agent(&full);
    g_assert_cmpint(sfu_room_open(sfu, &room), ==, 0);
    g_assert_cmpint(sfu_peer_open(sfu, room, 1, &peer), ==, 0);
    sfu_ice_make(sfu, room, &n.local);
    nice_agent_get_local_credentials(full.agent, full.stream, &ufrag, &pwd);
    g_strlcpy(n.remote_ufrag, ufrag, sizeof n.remote_ufrag);
    g_strlcpy(n.remote_pwd, pwd, sizeof n.remote_pwd);
    g_assert_cmpint(sfu_peer_negotiate(sfu, peer, &n), ==, 0);
    aim(&full, sfu, room, &n.local);
    g_assert_true(wait_until(NULL, is_ready, &full, CALL_WAIT_US));
    far_expect_event(sfu, SFU_EVENT_CONNECTED, peer);
    g_free(ufrag);
    g_free(pwd);
    nice_agent_remove_stream(full.agent, full.stream);
    g_object_unref(full.agent);
    while (g_main_context_iteration(NULL, FALSE))
        ;
    sfu_destroy(sfu);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/sfu/full-ice/connects", test_connects);
    return g_test_run();
}
