/* A daemon that is killed in the middle of a session: plays a call in real time into a journal and dies
 * by SIGKILL the moment its last packet is handed over.
 * usage: crash_player SPOOL SESSION MILLISECONDS */
#include "tests/unit/recorder/mux/scene.h"

#include <signal.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    if (argc != 4)
        return EXIT_FAILURE;
    int64_t until_us = atoll(argv[3]) * 1000;
    struct media *voice = media_voice(until_us);
    struct media *video = media_video(&(struct media_picture){MEDIA_VP8, 320, 240, 30}, until_us);
    struct scene scene;
    scene_init_in(&scene, argv[1], argv[2]);
    scene_joins(&scene, "p1", "citizen", 1);
    scene_section(&scene, 1, 0, "mic", "111:opus/48000/2");
    scene_section(&scene, 1, 1, "camera", "96:VP8/90000:rtx=97");
    scene_stream(&scene, &(struct scene_stream){
                             .tag = 1, .ssrc = 1, .pt = 111, .codec = MEDIA_OPUS, .media = voice});
    scene_stream(
        &scene,
        &(struct scene_stream){
            .tag = 1, .section = 1, .ssrc = 2, .pt = 96, .codec = MEDIA_VP8, .media = video});
    scene_play_live(&scene, until_us);
    raise(SIGKILL);
    return EXIT_FAILURE;
}
