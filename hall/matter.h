/* Matters, and whose queue and pace are whose. */
#ifndef HALL_MATTER_H
#define HALL_MATTER_H

#include "hall/core.h"

/* Before the thread starts: reads them from the store. 0 or a negative errno. */
int hall_matters_load(struct hall *hall);

/* Any thread. The letter of its tickets' numbers. */
char hall_matter_letter(const struct hall *hall, const struct hall_matter *matter);

/* Hall thread. The mean service time as it is now, and one more service. */
double hall_matter_pace_us(const struct hall *hall, const struct hall_matter *matter);
void hall_matter_pace_add(struct hall *hall, const struct hall_matter *matter, int64_t service_us);

/* Whether a skill ("BD*", "SB04", "consult") is about this matter. */
bool hall_matter_needs(const struct hall_matter *matter, const char *skill);

#endif
