/* The C library's heap in a process whose sessions come and go: without this it keeps what they leave. */
#ifndef BASE_HEAP_H
#define BASE_HEAP_H

/* Before the first thread: threads share few arenas, so that one takes what another gave back, and large blocks
 * always go back to the system. What MALLOC_… in the environment says goes before. */
void heap_prepare(void);

/* Any thread. Gives pages that hold nothing back to the system. Milliseconds, during which other threads may wait to
 * allocate. */
void heap_trim(void);

#endif
