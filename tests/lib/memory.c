/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What a core of a process would hold: all that it may write to, on stdout. The process goes on.
 *
 *   memory PID      needs root, for portvakt keeps everybody else out
 */
#include <fcntl.h>
#include <glib.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#define PIECE 65536

/* AddressSanitizer's shadow, most of which is not there, is terabytes. */
#define LARGEST (1ULL << 30)

int main(int argc, char **argv)
{
	char line[512], piece[PIECE];
	g_autofree char *maps_name = g_strdup_printf("/proc/%s/maps", argc == 2 ? argv[1] : "");
	g_autofree char *mem_name = g_strdup_printf("/proc/%s/mem", argc == 2 ? argv[1] : "");
	FILE *maps = fopen(maps_name, "re");
	int mem = open(mem_name, O_RDONLY | O_CLOEXEC);

	if (!maps || mem < 0) {
		perror("memory: needs one process id, and root");
		return 2;
	}
	while (fgets(line, sizeof line, maps)) {
		uint64_t from, to;
		char mode[5];
		if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %4s", &from, &to, mode) != 3 ||
		    mode[0] != 'r' || mode[1] != 'w' || to - from > LARGEST)
			continue;
		for (; from < to; from += PIECE) {
			ssize_t n = pread(mem, piece, MIN(PIECE, to - from), (off_t)from);
			if (n > 0)
				fwrite(piece, 1, (size_t)n, stdout);
		}
	}
	fclose(maps);
	close(mem);
	return fflush(stdout) != 0;
}
