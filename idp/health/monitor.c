/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "idp/health/monitor.h"

#include "idp/health/metrics.h"
#include "idp/http/listen.h"

#include <string.h>

/* A few monitors, each with a kept connection or two. */
#define CONNECTIONS 32

/* An answer takes microseconds: who is still being answered does not read. */
#define DRAIN_MS 1000

struct Monitor {
	HttpServer *server;
	MonitorOptions options;
};

static HttpResponse *answer_live(const Monitor *monitor)
{
	g_auto(Health) health = {0};
	monitor->options.gather(&health, monitor->options.user);
	g_autoptr(GPtrArray) checks = health_checks(&health);
	g_autoptr(GString) text = g_string_new("ok\n");
	for (unsigned i = 0; i < health.n; i++) {
		const char *name = health.of[i].name;
		if (name)
			g_string_append_printf(text, "%s %s\n", name,
					       health_status_name(health_status_of(checks, name)));
	}
	return http_response_text(200, text->str);
}

static HttpResponse *answer_ready(const Monitor *monitor)
{
	g_auto(Health) health = {0};
	monitor->options.gather(&health, monitor->options.user);
	g_autoptr(GPtrArray) checks = health_checks(&health);
	char *text = health_json(checks);
	return http_response_new(health_status(checks) == HEALTH_NOT_READY ? 503 : 200,
				 "application/json", g_bytes_new_take(text, strlen(text)));
}

static HttpResponse *answer_metrics(const Monitor *monitor)
{
	g_auto(Health) health = {0};
	monitor->options.gather(&health, monitor->options.user);
	g_autoptr(GPtrArray) checks = health_checks(&health);
	char *text = metrics_text(&health, checks);
	return http_response_new(200, METRICS_TYPE, g_bytes_new_take(text, strlen(text)));
}

static const struct {
	const char *path;
	HttpResponse *(*answer)(const Monitor *monitor);
} pages[] = {
	{"/health/live", answer_live},
	{"/health/ready", answer_ready},
	{"/metrics", answer_metrics},
};

static void handle(HttpExchange *exchange, const HttpRequest *request, gpointer user)
{
	const Monitor *monitor = user;
	HttpResponse *response = NULL;
	for (gsize i = 0; i < G_N_ELEMENTS(pages) && !response; i++)
		if (g_str_equal(request->path, pages[i].path))
			response = request->method == HTTP_GET
					   ? pages[i].answer(monitor)
					   : http_response_text(405, "only GET\n");
	if (!response)
		response = http_response_text(404, "/health/live, /health/ready, /metrics\n");
	http_exchange_answer(exchange, response);
}

Monitor *monitor_start(const MonitorOptions *options, GError **error)
{
	g_auto(GStrv) hosts = listen_hosts(options->listen, error);
	if (!hosts)
		return NULL;
	Monitor *monitor = g_new0(Monitor, 1);
	const HttpServerOptions server = {
		.listen = options->listen,
		.hosts = (const char *const *)hosts,
		.handler = handle,
		.user = monitor,
		.connections = CONNECTIONS,
		.connections_per_address = CONNECTIONS,
		.drain_ms = DRAIN_MS,
	};
	monitor->options = *options;
	monitor->server = http_server_start(&server, error);
	if (!monitor->server)
		g_clear_pointer(&monitor, g_free);
	return monitor;
}

const char *monitor_address(const Monitor *monitor)
{
	return http_server_address(monitor->server);
}

void monitor_stop(Monitor *monitor)
{
	if (!monitor)
		return;
	http_server_stop(monitor->server);
	g_free(monitor);
}
