/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Other systems, and people, have other words: what was meant is guessed. */
#include "tests/unit/policy-guess.h"

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	cases_add("/policy/guess", guesses, G_N_ELEMENTS(guesses));
	return g_test_run();
}
