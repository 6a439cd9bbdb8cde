/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <glib-unix.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "idp/command/command.h"
#include "idp/daemon.h"
#include "idp/log.h"
#include "idp/saml/lasso.h"

static const GOptionEntry entries[] = {G_OPTION_ENTRY_NULL};

typedef struct {
	Daemon *daemon;
	GMainLoop *loop;
} Running;

static gboolean on_stop(gpointer data)
{
	Running *running = data;
	log_event(G_LOG_LEVEL_INFO, "stopping", NULL);
	g_main_loop_quit(running->loop);
	return G_SOURCE_CONTINUE;
}

static gboolean on_reload(gpointer data)
{
	Running *running = data;
	daemon_reload(running->daemon);
	return G_SOURCE_CONTINUE;
}

static gboolean on_second(gpointer data)
{
	const Running *running = data;
	log_tell_left_out(false);
	daemon_look(running->daemon);
	return G_SOURCE_CONTINUE;
}

/* A reload asked for while the start is under way waits for its end; unhandled, it would kill. */
static void hold_reload(int how)
{
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGHUP);
	pthread_sigmask(how, &set, NULL);
}

/* A core would hold keys, sessions and whatever somebody typed that moment, in a file of anybody's
 * choice. The limit alone does not stop a core that is piped to a program; not being dumpable does,
 * and keeps other processes of the same user out of our memory besides. */
static void leave_no_core(void)
{
	const struct rlimit none = {0, 0};
	setrlimit(RLIMIT_CORE, &none);
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

static int serve(const CommandLine *line)
{
	g_autoptr(GError) error = NULL;
	Running running = {0};
	if (!lasso_reader_init(&error) || !command_start_libraries())
		return error ? command_fail(error) : COMMAND_PROBLEM;
	running.daemon = daemon_start(line->config, &error);
	if (!running.daemon)
		return command_fail(error);
	running.loop = g_main_loop_new(NULL, FALSE);
	g_unix_signal_add(SIGHUP, on_reload, &running);
	g_unix_signal_add(SIGTERM, on_stop, &running);
	g_unix_signal_add(SIGINT, on_stop, &running);
	g_timeout_add_seconds(1, on_second, &running);
	hold_reload(SIG_UNBLOCK);
	g_main_loop_run(running.loop);
	daemon_stop(running.daemon);
	log_tell_left_out(true);
	g_main_loop_unref(running.loop);
	log_event(G_LOG_LEVEL_INFO, "stopped", NULL);
	return COMMAND_DONE;
}

int command_serve(int argc, char **argv)
{
	CommandLine line = {
		.name = "serve",
		.summary = "Serves logins until it is told to stop (SIGTERM, SIGINT).\n"
			   "SIGHUP reads configuration, policy, metadata and pages anew.",
		.entries = entries,
		.of_all = true,
	};
	leave_no_core();
	hold_reload(SIG_BLOCK);
	log_init();
	signal(SIGPIPE, SIG_IGN);
	int result = command_parse(&line, &argc, &argv) ? serve(&line) : COMMAND_USAGE;
	command_line_clear(&line);
	return result;
}
