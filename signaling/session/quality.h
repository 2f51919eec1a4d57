/* How good a participant's line is, in one word that does not flicker, and the figures behind it. Control thread. */
#ifndef SIGNALING_SESSION_QUALITY_H
#define SIGNALING_SESSION_QUALITY_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "sfu/sfu.h"

struct sig_participant;
struct sig_peer;

enum sig_level { SIG_LEVEL_NONE, SIG_LEVEL_GOOD, SIG_LEVEL_FAIR, SIG_LEVEL_POOR };

/* What the word says stays until readings in a row agree that it is otherwise. All zero: no reading yet. */
struct sig_lamp {
    enum sig_level level;
    unsigned worse, better; /* readings in a row that are worse, or better, than `level` */
    enum sig_level least,
        poorest; /* of those: the mildest of the worse, the poorest of the better */
};

struct sig_quality {
    struct sig_lamp lamp;
    bool is_seen;                        /* `seen` is filled */
    struct sfu_quality seen;             /* both ways together, of the last two seconds */
    unsigned up_permille, down_permille; /* as the peer that knows that way told them last */
    /* As the page tells it (media.stats); a page may say what it likes of itself. */
    unsigned page_freezes;  /* pictures that stood still, in all */
    unsigned fresh_freezes; /* … since the last reading */
};

/* "good", "fair", "poor"; NULL for NONE. */
const char *sig_level_name(enum sig_level level);

/* One reading by itself. `freezes`: pictures that stood still in its time. */
enum sig_level sig_level_of(const struct sfu_quality *quality, unsigned freezes);

/* Takes a reading; worse after two in a row, better after five, and never further than all of them went. True: the word
 * is another one now. */
bool sig_lamp_read(struct sig_lamp *lamp, enum sig_level reading);

/* Every two seconds, of a peer: the participant's word, and everybody in the session told (media.quality). */
void sig_quality_came(struct sig_participant *participant, const struct sig_peer *peer,
                      const struct sfu_quality *quality);

/* The page's own figures (media.stats): `freezes` since it told before. */
void sig_quality_page(struct sig_participant *participant, int64_t freezes);

/* The figures, of the session's view in the API; NULL: nothing is known yet. */
json_t *sig_quality_view(const struct sig_participant *participant);

#endif
