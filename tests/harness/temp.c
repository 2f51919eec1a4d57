#include "tests/harness/temp.h"

#include <ftw.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define OPEN_FDS_MAX 16

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static GPtrArray *dirs; /* of char *, under the lock */
static pid_t owner;

static int entry_remove(const char *path, const struct stat *st, int type, struct FTW *at)
{
    return remove(path);
}

static void dirs_remove(void)
{
    if (getpid() != owner) /* a child of fork() that called exit() */
        return;
    for (guint i = 0; i < dirs->len; i++)
        nftw(dirs->pdata[i], entry_remove, OPEN_FDS_MAX, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
    g_ptr_array_free(dirs, TRUE);
}

const char *temp_dir(void)
{
    g_autoptr(GError) error = NULL;
    char *dir = g_dir_make_tmp("shipinban-test-XXXXXX", &error);
    if (!dir)
        g_error("no temporary folder: %s", error->message);

    pthread_mutex_lock(&lock);
    if (!dirs) {
        dirs = g_ptr_array_new_with_free_func(g_free);
        owner = getpid();
        atexit(dirs_remove);
    }
    g_ptr_array_add(dirs, dir);
    pthread_mutex_unlock(&lock);
    return dir;
}
