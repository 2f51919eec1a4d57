/* What a thread says of itself. */
#ifndef BASE_THREAD_H
#define BASE_THREAD_H

/* The calling thread's name, as `top -H` shows it (at most 15 bytes), and its place behind the others: it gives way to
 * those that forward packets and answer pages, and still gets a third of a busy core. */
void thread_name(const char *name);
void thread_give_way(void);

#endif
