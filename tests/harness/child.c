#include "tests/harness/child.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/harness/file.h"
#include "tests/harness/temp.h"
#include "tests/harness/wait.h"

/* How long a killed process may take to go: only the kernel is waited for. */
#define KILL_TIMEOUT_US INT64_C(10000000)

struct child {
    pid_t pid;
    int pidfd;
    bool ended;
    int code; /* once ended */
    char *output_path;
    char *errors_path;
};

static int output_open(const char *path, int as_fd)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
    return fd < 0 ? -1 : dup2(fd, as_fd);
}

/* In the child, after fork(): async-signal-safe calls only. Tells the errno of what failed on `status_fd`,
 * which exec closes. */
G_NORETURN static void child_exec(const struct child *child, char *const argv[], char *const env[],
                                  pid_t parent, int status_fd)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    setpgid(0, 0);
    int in = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (getppid() == parent && in >= 0 && dup2(in, STDIN_FILENO) >= 0 &&
        output_open(child->output_path, STDOUT_FILENO) >= 0 &&
        output_open(child->errors_path, STDERR_FILENO) >= 0)
        execvpe(argv[0], argv, env);
    int error = errno ? errno : ECHILD;
    ssize_t n = write(status_fd, &error, sizeof error);
    _exit(n == sizeof error ? 127 : 126);
}

static char **environment(const char *const env[])
{
    char **all = g_get_environ();
    for (; env && *env; env++) {
        g_auto(GStrv) pair = g_strsplit(*env, "=", 2);
        all = g_environ_setenv(all, pair[0], pair[1] ? pair[1] : "", TRUE);
    }
    return all;
}

/* 0 when the program runs, or the negative errno of why it does not. */
static int exec_outcome(int status_fd)
{
    int error = 0;
    ssize_t n;
    do
        n = read(status_fd, &error, sizeof error);
    while (n < 0 && errno == EINTR);
    return n == sizeof error ? -error : 0;
}

int child_start(const char *const argv[], const char *const env[], struct child **ret_child)
{
    int status[2];
    if (pipe2(status, O_CLOEXEC) < 0)
        return -errno;

    const char *dir = temp_dir();
    struct child *child = g_new0(struct child, 1);
    child->output_path = g_build_filename(dir, "stdout", NULL);
    child->errors_path = g_build_filename(dir, "stderr", NULL);
    child->pidfd = -1;
    g_auto(GStrv) all_env = environment(env);
    pid_t parent = getpid();

    child->pid = fork();
    if (child->pid == 0)
        child_exec(child, (char *const *)argv, all_env, parent, status[1]);
    int r = child->pid < 0 ? -errno : 0;
    close(status[1]);
    if (r == 0) {
        child->pidfd = pidfd_open(child->pid, 0);
        r = exec_outcome(status[0]);
    }
    close(status[0]);
    if (r < 0) {
        child_destroy(child);
        return r;
    }
    *ret_child = child;
    return 0;
}

/* When it has ended, what it started is killed before it is reaped: until then the number of its process
 * group cannot be anybody else's. */
static void child_reap(struct child *child)
{
    siginfo_t info = {0};
    int status;
    if (child->ended || waitid(P_PID, (id_t)child->pid, &info, WEXITED | WNOHANG | WNOWAIT) < 0 ||
        info.si_pid != child->pid)
        return;
    kill(-child->pid, SIGKILL);
    waitpid(child->pid, &status, 0);
    child->ended = true;
    child->code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

void child_destroy(struct child *child)
{
    if (!child)
        return;
    if (child->pid > 0 && child_is_running(child)) {
        kill(child->pid, SIGKILL);
        child_wait(child, KILL_TIMEOUT_US);
    }
    if (child->pidfd >= 0)
        close(child->pidfd);
    g_free(child->output_path);
    g_free(child->errors_path);
    g_free(child);
}

pid_t child_pid(const struct child *child)
{
    return child->pid;
}

bool child_is_running(struct child *child)
{
    child_reap(child);
    return !child->ended;
}

int child_wait(struct child *child, int64_t timeout_us)
{
    if (!child->ended)
        wait_readable(child->pidfd, timeout_us);
    return child_is_running(child) ? -ETIMEDOUT : child->code;
}

int child_stop(struct child *child, int64_t timeout_us)
{
    if (child_is_running(child))
        kill(child->pid, SIGTERM);
    int code = child_wait(child, timeout_us);
    if (code == -ETIMEDOUT) {
        kill(child->pid, SIGKILL);
        child_wait(child, KILL_TIMEOUT_US);
    }
    return code;
}

static char *text_read(const char *path)
{
    return g_file_test(path, G_FILE_TEST_EXISTS) ? file_read(path, NULL) : g_strdup("");
}

char *child_output(const struct child *child)
{
    return text_read(child->output_path);
}

char *child_errors(const struct child *child)
{
    return text_read(child->errors_path);
}

struct text_wait {
    struct child *child;
    const char *text;
    bool found;
};

static bool text_seen_or_ended(void *data)
{
    struct text_wait *wait = data;
    bool running =
        child_is_running(wait->child); /* asked first: what it wrote last is seen below */
    g_autofree char *output = child_output(wait->child);
    g_autofree char *errors = child_errors(wait->child);
    wait->found = strstr(output, wait->text) || strstr(errors, wait->text);
    return wait->found || !running;
}

bool child_wait_text(struct child *child, const char *text, int64_t timeout_us)
{
    struct text_wait wait = {.child = child, .text = text};
    wait_until(NULL, text_seen_or_ended, &wait, timeout_us);
    return wait.found;
}

int child_run(const char *const argv[], int64_t timeout_us, char **ret_output, char **ret_errors)
{
    struct child *child = NULL;
    int r = child_start(argv, NULL, &child);
    if (r < 0)
        return r;
    r = child_wait(child, timeout_us);
    if (ret_output)
        *ret_output = child_output(child);
    if (ret_errors)
        *ret_errors = child_errors(child);
    child_destroy(child);
    return r;
}
