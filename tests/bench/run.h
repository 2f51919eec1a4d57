/* The commands of the tool. Exit codes. */
#ifndef TESTS_BENCH_RUN_H
#define TESTS_BENCH_RUN_H

#include "tests/bench/join.h"
#include "tests/bench/options.h"

/* Sessions that join one after the other and send for a while: what that costs the server. */
int run(const struct adapter *adapter, const struct options *options);

/* Sessions that come and go. */
int churn(const struct adapter *adapter, const struct options *options);

#endif
