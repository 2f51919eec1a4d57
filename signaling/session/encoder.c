#include "signaling/session/encoder.h"

enum { DEAD_US = 3000000 };

bool sig_encoder_report(struct sig_encoder *encoder, bool on, int64_t encoded, int64_t captured,
                        int64_t now_us)
{
    if (!on || encoded < 0) {
        encoder->watched = false;
        return false;
    }
    bool alive = !encoder->watched || encoded != encoder->encoded;
    bool idle = captured >= 0 && captured == encoder->captured;
    if (alive || idle)
        encoder->still_since_us = now_us;
    encoder->watched = true;
    encoder->encoded = encoded;
    encoder->captured = captured;
    if (now_us - encoder->still_since_us < DEAD_US)
        return false;
    encoder->watched = false;
    return true;
}
