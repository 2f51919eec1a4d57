/* The key that signs tokens: made once, kept in the store. Before the thread starts. */
#ifndef HALL_SECRET_H
#define HALL_SECRET_H

#include "hall/core.h"

/* 0 or a negative errno. */
int hall_secret_load(struct hall *hall);

#endif
