/* Files and folders, with their way to the disk. Each returns 0 or a negative errno. */
#ifndef RECORDER_MUX_FILES_H
#define RECORDER_MUX_FILES_H

/* A folder with all it holds; one that is not there is fine. Symbolic links are not followed. */
int rec_files_remove(const char *path);

/* Syncs every file below `path` and every folder, `path` included. */
int rec_files_sync(const char *path);
int rec_files_sync_folder(const char *path);

/* A second name for a file, or a copy where the two are on different volumes. */
int rec_files_link(const char *from, const char *to);

/* Puts `from` in the place of `to`, which may exist already: then what was there is at `from`. */
int rec_files_exchange(const char *from, const char *to);

#endif
