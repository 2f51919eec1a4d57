#include "base/thread.h"

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

enum { BEHIND = 5 }; /* steps of niceness */

void thread_name(const char *name)
{
    (void)pthread_setname_np(pthread_self(), name);
}

void thread_give_way(void)
{
    id_t self = (id_t)gettid(); /* Linux keeps the niceness of each thread apart */
    (void)setpriority(PRIO_PROCESS, self, getpriority(PRIO_PROCESS, self) + BEHIND);
}
